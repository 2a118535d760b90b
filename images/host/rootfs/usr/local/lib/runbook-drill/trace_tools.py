"""Calls of wrapped programs, each told in lines that are short enough to be written in one piece."""

from trace_line import number

# Calls whose lines have not all come.
MAX_OPEN = 200


class ToolCalls:
    def __init__(self):
        self.parts = {}

    def take(self, pid, part, total, data):
        """Returns the call that this line completes, or None."""
        parts = self.parts.setdefault(pid, [])
        if len(parts) != part:
            self.parts.pop(pid)
            return None
        parts.append(data)
        if len(parts) < total:
            if len(self.parts) > MAX_OPEN:
                self.parts.pop(next(iter(self.parts)))
            return None
        self.parts.pop(pid)
        return read(bytes.fromhex(b"".join(parts).decode()).split(b"\0"))


def read(fields):
    tool, at, start, end, exit_code, count, parent_pid, cwd, parent, stderr, *arguments = [f.decode("utf-8", "replace") for f in fields]
    block, _, line = at.partition(":")
    return {
        "tool": tool, "args": arguments, "block": number(block), "line": number(line), "time": float(start), "end": float(end),
        "exitCode": int(exit_code), "stderr": stderr, "parent": parent, "parentPid": int(parent_pid), "cwd": cwd, "count": int(count),
    }
