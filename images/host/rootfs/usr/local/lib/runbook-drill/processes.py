"""Processes by /proc: the tree of a session, who waits at a terminal, and the end of them all."""

import os
import signal
import stat
import struct
import time

FOREVER, LIMITED = "forever", "limited"
# Numbers of the system calls that wait for input, by machine.
CALLS = {
    "x86_64": {0: "read", 19: "read", 7: "poll", 271: "ppoll", 23: "select", 270: "pselect", 232: "epoll", 281: "epoll", 441: "epoll2"},
    "aarch64": {63: "read", 65: "read", 73: "ppoll", 72: "pselect", 22: "epoll", 441: "epoll2"},
}.get(os.uname().machine, {})


class Process:
    __slots__ = ("pid", "name", "state", "parent", "session", "terminal", "cpu", "start")

    def __init__(self, pid, raw):
        close = raw.rindex(b")")
        fields = raw[close + 2:].split()
        self.pid = pid
        self.name = raw[raw.index(b"(") + 1:close].decode("utf-8", "replace")
        self.state = fields[0]
        self.parent, self.session, self.terminal = int(fields[1]), int(fields[3]), int(fields[4])
        self.cpu = int(fields[11]) + int(fields[12])
        self.start = int(fields[19])

    @property
    def key(self):
        return (self.pid, self.start)


def read(path, limit=65536):
    try:
        with open(path, "rb") as file:
            return file.read(limit)
    except OSError:
        return b""


def all_processes():
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            raw = read(f"/proc/{name}/stat")
            if raw:
                found[int(name)] = Process(int(name), raw)
    return found


def descendants(processes, root):
    """Of `root`, without it; zombies left out. As the agent is a subreaper, orphans are among them."""
    children = {}
    for process in processes.values():
        children.setdefault(process.parent, []).append(process)
    found, open_ = {}, [root]
    while open_:
        for child in children.get(open_.pop(), ()):
            open_.append(child.pid)
            if child.state not in (b"Z", b"X"):
                found[child.pid] = child
    return found


def alive(pid):
    raw = read(f"/proc/{pid}/stat", 512)
    return bool(raw) and raw[raw.rindex(b")") + 2:raw.rindex(b")") + 3] not in (b"Z", b"X")


def command_line(pid):
    return [a.decode("utf-8", "replace") for a in read(f"/proc/{pid}/cmdline", 4096).split(b"\0") if a]


def kill_all(select, reap, seconds=10.0):
    """Stops, then kills what `select()` gives, until it gives nothing: what forks meanwhile is stopped in the next sweep."""
    end = time.monotonic() + seconds
    stopped = set()
    while time.monotonic() < end:
        new = [p for p in select() if p not in stopped]
        if not new:
            break
        for pid in new:
            stopped.add(pid)
            send(pid, signal.SIGSTOP)
    while time.monotonic() < end:
        left = list(select())
        reap()
        if not left:
            return
        for pid in left:
            send(pid, signal.SIGKILL)
        time.sleep(0.005)


def send(pid, number):
    try:
        os.kill(pid, number)
    except OSError:
        pass


def terminal_of(pid, fd, process):
    """The terminal behind a descriptor as (device, file system), or None. /dev/tty is the process' controlling terminal."""
    try:
        status = os.stat(f"/proc/{pid}/fd/{fd}")
    except OSError:
        return None
    if not stat.S_ISCHR(status.st_mode):
        return None
    major = os.major(status.st_rdev)
    if major == 5 and os.minor(status.st_rdev) == 0:
        return (process.terminal, None)
    return (status.st_rdev, status.st_dev) if 136 <= major <= 143 else None


def waits(process):
    """[(fd, FOREVER | LIMITED)] that the process is blocked on, over its threads."""
    found = []
    try:
        threads = os.listdir(f"/proc/{process.pid}/task")[:64]
    except OSError:
        return found
    for thread in threads:
        fields = read(f"/proc/{process.pid}/task/{thread}/syscall", 256).split()
        if len(fields) < 7 or not fields[0].isdigit():
            continue
        try:
            found += waited_for(process.pid, CALLS.get(int(fields[0])), [int(f, 16) for f in fields[1:7]])
        except (OSError, ValueError, struct.error, OverflowError):
            continue
    return found


def waited_for(pid, call, args):
    if call == "read":
        return [(args[0], FOREVER)]
    if call in ("poll", "ppoll"):
        limited = args[2] != 0 if call == "ppoll" else args[2] & 0x80000000 == 0
        raw = memory(pid, args[0], min(args[1], 256) * 8)
        pairs = [struct.unpack_from("ihh", raw, i) for i in range(0, len(raw), 8)]
        return [(fd, LIMITED if limited else FOREVER) for fd, events, _ in pairs if fd >= 0 and events & 1]
    if call in ("select", "pselect"):
        if not args[1]:
            return []
        count = min(args[0], 1024)
        bits = memory(pid, args[1], (count + 63) // 64 * 8)
        return [(fd, LIMITED if args[4] else FOREVER) for fd in range(count) if bits[fd // 8] >> (fd % 8) & 1]
    if call in ("epoll", "epoll2"):
        limited = args[3] != 0 if call == "epoll2" else args[3] & 0x80000000 == 0
        lines = read(f"/proc/{pid}/fdinfo/{args[0]}").split(b"\n")
        entries = [line.split() for line in lines if line.startswith(b"tfd:")]
        return [(int(e[1]), LIMITED if limited else FOREVER) for e in entries if int(e[3], 16) & 1]
    return []


def memory(pid, address, size):
    with open(f"/proc/{pid}/mem", "rb", 0) as file:
        file.seek(address)
        return file.read(size)
