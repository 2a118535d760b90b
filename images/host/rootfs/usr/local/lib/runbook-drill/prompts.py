"""Tells whether somebody who is not there is asked something: a process waits for the terminal, and nothing else goes on."""

import os
import re

from processes import FOREVER, all_processes, command_line, descendants, read, terminal_of, waits

# Looks in a row, half a second apart, in which nothing may have changed.
LOOKS = 4

ENGINES = {"docker", "podman", "nerdctl", "incus", "lxc"}
# What holds the terminal of a session for a program elsewhere, and reads it whether that program asks or not.
REMOTE = {"ssh", "telnet", "kubectl"}


def is_pump(words):
    """`docker run -it` and its like."""
    if not words:
        return False
    name = os.path.basename(words[0])
    if name in REMOTE:
        return True
    if name in ("incus", "lxc"):
        return any(word in ("exec", "shell", "console", "launch") for word in words[1:4])
    if name in ("docker-compose", "podman", "nerdctl", "docker"):
        verbs = [word for word in words[1:] if word in ("run", "exec", "start", "attach", "compose")]
        if "compose" in verbs or name == "docker-compose":
            return any(verb in ("run", "exec", "attach") for verb in verbs)
        if not verbs:
            return False
        return verbs[0] == "attach" or any(re.fullmatch(r"-[a-zA-Z]*[ita][a-zA-Z]*|--interactive(=true)?|--tty(=true)?|--attach", w) for w in words)
    return False


def attaches(words):
    """To something that ran before it."""
    return any(word in ("attach", "start", "console") for word in words[1:4])


def holds_master(pid):
    """Serves a terminal of its own: sudo, script, expect."""
    try:
        return any(os.readlink(f"/proc/{pid}/fd/{fd}").endswith("ptmx") for fd in os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return False


class Look:
    """Who waits for the session's terminal at one moment."""

    def __init__(self, session, terminal, before):
        self.everything = all_processes()
        self.tree = {pid: p for pid, p in descendants(self.everything, session).items() if p.key not in before}
        self.session = session
        self.terminal = terminal
        self.readers = []  # (process, for how long)
        self.pumps = []
        for process in self.tree.values():
            kinds = [kind for fd, kind in waits(process) if self.is_ours(process, fd)]
            if not kinds:
                continue
            if is_pump(command_line(process.pid)) or holds_master(process.pid):
                self.pumps.append(process)
            else:
                self.readers.append((process, FOREVER if FOREVER in kinds else kinds[0]))

    def is_ours(self, process, fd):
        found = terminal_of(process.pid, fd, process)
        return found is not None and found[0] == self.terminal[0] and found[1] in (None, self.terminal[1])

    def asking(self, at_the_end):
        """The process that waits for a person, or None."""
        for process, kind in self.readers:
            if kind == FOREVER or at_the_end:
                return process
        inner = self.behind_pumps(at_the_end)
        if inner is None and at_the_end:
            return next((pump for pump in self.pumps if is_pump(command_line(pump.pid))), None)
        return inner

    def behind_pumps(self, at_the_end):
        for pump in self.pumps:
            words = command_line(pump.pid)
            for process in self.everything.values():
                if process.pid in (pump.pid, self.session):
                    continue
                if process.pid not in self.tree and not is_pump(words):
                    continue
                if process.start < pump.start and not attaches(words):
                    continue
                for fd, kind in waits(process):
                    found = terminal_of(process.pid, fd, process)
                    if found is None or self.is_ours(process, fd) and process.pid in self.tree:
                        continue
                    if kind == FOREVER or at_the_end:
                        return process
        return None

    def anyone(self):
        """Somebody would take what is typed now."""
        return bool(self.readers or self.pumps)


class Watch:
    """Looks twice a second; says who waits once all has been still for two seconds."""

    def __init__(self, session, terminal, before):
        self.arguments = (session, terminal, before)
        self.last = None
        self.still = 0

    def look(self, activity):
        """`activity` is a number that grows with output and trace. Resolves to the process that asks, or None."""
        look = Look(*self.arguments)
        asking = look.asking(False)
        state = (
            activity,
            asking and (asking.key, read(f"/proc/{asking.pid}/syscall", 256)),
            {p.key: p.cpu for p in look.tree.values()},
        )
        self.still = self.still + 1 if asking and state == self.last else 0
        self.last = state
        return asking if self.still >= LOOKS else None
