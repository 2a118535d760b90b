"""One line of what a traced shell says, and how its bytes are read."""

from clock import real


class Line:
    """One line of the trace, of which only what decides is decoded: a tight loop sends a million."""

    __slots__ = ("kind", "pid", "subshell", "first", "depth", "line", "at", "time", "status", "pipes", "background", "trap", "function", "source", "cwd", "command")

    def __init__(self, raw):
        head, self.pipes, self.source, self.cwd, self.command = raw.split(b"\x1f", 4)
        (self.kind, self.pid, self.subshell, self.first, depth, self.line, self.at, time, self.status,
         self.background, self.trap, self.function) = head.split(b" ")
        self.time = real(time)
        self.depth = int(depth)
        if self.trap == b"-":
            self.trap = b""

    def same_moment(self, other):
        return (self.line, self.command, self.status, self.pipes, self.depth) == (other.line, other.command, other.status, other.pipes, other.depth)


def text(raw):
    return raw.replace(b"\x1e", b"\n").decode("utf-8", "replace")


def number(raw, default=0):
    try:
        return int(raw)
    except ValueError:
        return default


def entered(line):
    """It may be what bash tells as it enters a function."""
    return line.function in line.command.split()
