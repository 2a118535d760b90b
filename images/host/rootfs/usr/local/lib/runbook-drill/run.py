"""One block, from the request to what it did."""

import os
import shlex
import time

from processes import alive, read
from prompts import LOOKS, Look, Watch
from shells import quoted

LOOK_EVERY = 0.5
TYPE_EVERY = 0.05
SCRIPT_BYTES = 256 * 1024
SCRIPTS = 20


class Run:
    """`told` and `tick` move it on; `result` is set once it is over."""

    def __init__(self, session, request):
        self.session, self.request = session, request
        self.user = request.get("user") or session.user
        given = request.get("input") or {}
        self.stdin = given["text"] if given.get("to") == "stdin" else None
        self.typed = given["text"] if given.get("to") == "typed" else ""
        self.result = None
        self.fault = None
        session.blocks += 1
        self.block = session.blocks
        self.shell = self.stdin_path = None
        self.started = self.deadline = None
        self.passphrases = session.passphrases()
        self.watch = None
        self.next_look = self.next_type = 0
        self.last_activity = -1
        self.state = "starting"
        try:
            self.begin_shell()
        except (OSError, KeyError) as error:
            self.fault = f"{error}"

    # Starting

    def begin_shell(self):
        session, in_terminal = self.session, self.stdin is None
        before = session.last_kind.get(self.user, in_terminal)
        old = session.shells.get((self.user, before))
        self.shell = session.shell(self.user, in_terminal)
        session.last_kind[self.user] = in_terminal
        account = self.shell.account
        self.path = session.write_file(str(self.block), self.request["text"].encode(), account, 0o755 if self.request["runs"] == "script" else 0o600)
        if self.stdin is not None:
            self.stdin_path = session.write_file(f"{self.block}.stdin", self.stdin.encode(), account, 0o600)
            # So that a first read shows.
            os.utime(self.stdin_path, (0, time.time()))
        if before != in_terminal and old is not None:
            self.hand_over(old, account)
        if self.shell.pid in session.ready and self.state == "starting":
            self.prepare()

    def hand_over(self, old, account):
        """From a shell in the terminal to one without, or back: variables and functions carry, as within one shell."""
        self.state, self.old = "saving", old.pid
        self.saved = self.session.write_file(f"{self.block}.saved", b"", account, 0o600)
        old.feed(f"{{ __drill_save > {self.saved}; __drill_done 0; }} 2>&251\n")

    def prepare(self):
        self.state = "preparing"
        if hasattr(self, "saved"):
            self.shell.feed(f"{{ builtin source {self.saved}; builtin cd -- {shlex.quote(self.session.cwd)}; }} 2>&251\n")
        self.shell.feed(f"__drill_before {quoted([str(self.block), self.path, self.request.get('cwd') or ''])}\n")

    def begin(self):
        session = self.session
        self.state = "running"
        session.terminal.begin(self.typed)
        if self.shell.in_terminal:
            session.terminal.foreground(self.shell.pid)
        self.before = frozenset(p.key for p in session.running().values() if p.pid != self.shell.pid)
        sources = self.request["runs"] == "shell"
        session.trace.begin(self.block, str(self.shell.pid).encode() if sources else None)
        self.watch = Watch(os.getpid(), session.terminal.device, self.before)
        with_env = "".join(f"__drill_with {quoted([name, value])}\n" for name, value in (self.request.get("env") or {}).items())
        source = f" < {self.stdin_path}" if self.stdin is not None else ""
        if sources:
            run = f'__drill_trace_on\nbuiltin source "$DRILL_BLOCK"{source}\n'
        else:
            run = f"{quoted(interpreter(self.request['text']))} {self.path}{source}\n"
        self.passphrases = session.passphrases()
        self.wall, self.started = time.time(), time.monotonic()
        self.deadline = self.started + self.request["timeoutSeconds"]
        self.next_look = self.started + 2 * LOOK_EVERY
        self.shell.feed(f'{with_env}{run}{{ __drill_after "$?"; }} 2>&251\n')

    # Moving on

    def told(self, pid, status, cwd):
        """A shell has done what it was fed."""
        self.session.ready.add(pid)
        if self.state == "saving":
            if pid == self.old:
                self.session.cwd = cwd
                self.state = "starting"
            if self.shell.pid in self.session.ready and self.state == "starting":
                self.prepare()
        elif pid != self.shell.pid:
            return
        elif self.state == "starting":
            self.prepare()
        elif self.state == "preparing":
            self.begin() if status == 0 else self.refuse(status)
        elif self.state == "running":
            self.session.cwd = cwd
            # A script's end is the end of its own shell.
            self.finish("exited" if self.request["runs"] == "script" else "finished", status)

    def shell_ended(self):
        return self.shell is not None and self.shell.pid in self.session.statuses

    def tick(self, now):
        if self.result is not None or self.fault is not None:
            return
        ended = self.session.statuses.get(self.shell.pid)
        if ended is not None:
            if self.state != "running":
                self.fault = f"the login shell of {self.user} ended with status {ended} before it ran a block"
                return
            if not self.request.get("cwd") and self.session.trace.cwd:
                self.session.cwd = self.session.trace.cwd
            self.finish("exited", ended)
        elif self.state != "running":
            return
        elif now >= self.deadline:
            asking = self.look(True)
            self.end("prompt" if asking else "timed-out", asking)
        else:
            self.look_around(now)

    def look_around(self, now):
        terminal = self.session.terminal
        if terminal.to_type and now >= self.next_type:
            self.next_type = now + TYPE_EVERY
            if self.look_for_reader() or now - self.started > 2 and self.quiet():
                terminal.type_line()
        if now < self.next_look:
            return
        self.next_look = now + LOOK_EVERY
        if self.quiet() and not terminal.to_type:
            asking = self.watch.look(self.session.activity)
            if asking:
                self.end("prompt", asking)
        self.last_activity = self.session.activity

    def quiet(self):
        return self.session.activity == self.last_activity

    def look(self, at_the_end):
        return Look(os.getpid(), self.session.terminal.device, self.before).asking(at_the_end)

    def look_for_reader(self):
        return Look(os.getpid(), self.session.terminal.device, self.before).anyone()

    def wake_at(self):
        """When it wants its next tick (monotonic)."""
        if self.state != "running":
            return None
        return min(self.deadline, self.next_look, self.next_type if self.session.terminal.to_type else self.deadline)

    # Ending

    def end(self, how, asking=None):
        """From outside: everything that this block started ends with it."""
        if self.result is not None:
            return
        if self.started is None:
            self.wall, self.started, self.before = time.time(), time.monotonic(), frozenset()
        prompt = None
        if asking is not None:
            trace = self.session.trace
            name = trace.running(asking.pid) or asking.name
            prompt = {"line": trace.at, "program": name}
        seconds = time.monotonic() - self.started
        if self.session.trace.cwd and not self.request.get("cwd"):
            self.session.cwd = self.session.trace.cwd
        self.session.kill(self.before)
        self.finish(how, None, prompt, seconds)

    def refuse(self, status):
        """Its directory cannot be entered: the shell has said so."""
        self.wall, self.started = time.time(), time.monotonic()
        self.session.trace.begin(self.block)
        self.finish("finished", status)

    def finish(self, ended, status, prompt=None, seconds=None):
        self.state = "over"
        self.result = {
            "ended": ended, "exitCode": status, "start": self.wall, "prompt": prompt,
            "seconds": time.monotonic() - self.started if seconds is None else seconds,
            "inputTaken": self.input_taken(),
            "passphrases": self.session.passphrases() - self.passphrases,
        }

    def input_taken(self):
        if self.stdin_path is not None:
            return bool(self.stdin) and os.stat(self.stdin_path).st_atime > 0
        return bool(self.typed) and self.session.terminal.taken()

    def report(self):
        """What it did; after the output and the trace up to its end were taken."""
        trace = self.session.trace
        trace.settle(alive, time.time())
        told = trace.book.told()
        self.result["timedOutLine"] = trace.at if self.result["ended"] == "timed-out" else None
        failing = dict.fromkeys(r["source"] for r in told["records"] if r["source"].startswith("/") and (r["status"] or any(r["pipeStatus"])))
        scripts = {path: read(path, SCRIPT_BYTES).decode("utf-8", "replace") for path in list(failing)[:SCRIPTS] if os.path.isfile(path)}
        trace.begin(0)
        return {**self.result, **told, "scripts": scripts}


def interpreter(text):
    """Of a script, as the kernel takes it: the program, and all the rest of the line as one argument."""
    line = text.split("\n", 1)[0][2:].strip().rstrip("\r")
    return line.split(None, 1) or ["/bin/sh"]
