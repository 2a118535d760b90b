"""What is kept of one block, in bounded memory, and how it is told."""

import os
from collections import OrderedDict

from trace_line import number, text

MAX_RECORDS = 20_000
MAX_TOOLS = 5_000
MAX_SPANS = 20_000
# Once half the spans are used, commands shorter than this are not worth one.
SHORT_SPAN = 0.01

KINDS = {b"C": "command", b"E": "failure", b"R": "return", b"X": "end"}


class Book:
    """The records of one block."""

    def __init__(self):
        self.records = OrderedDict()  # key -> record, with its count
        self.tools = []
        self.spans = []
        self.lines = {}
        self.dropped = {"records": 0, "failures": 0, "tools": 0, "failedTools": 0}

    def add(self, key, make, failed):
        record = self.records.get(key)
        if record is not None:
            record["count"] += 1
        elif len(self.records) < MAX_RECORDS:
            self.records[key] = make()
        else:
            self.dropped["records"] += 1
            self.dropped["failures"] += failed

    def add_tool(self, tool):
        if len(self.tools) < MAX_TOOLS:
            self.tools.append(tool)
        else:
            self.dropped["tools"] += 1
            self.dropped["failedTools"] += tool["exitCode"] != 0

    def add_span(self, line, command, start, end):
        last = self.spans[-1] if self.spans else None
        if last and last[0] == line and last[1] == command and start - last[3] < 0.001:
            last[3] = end
        elif len(self.spans) < MAX_SPANS // 2 or (len(self.spans) < MAX_SPANS and end - start >= SHORT_SPAN):
            self.spans.append([line, command, start, end])

    def add_time(self, line, seconds):
        entry = self.lines.setdefault(line, [0.0, 0])
        entry[0] += seconds
        entry[1] += 1

    def told(self):
        return {
            "records": sorted(self.records.values(), key=lambda record: record["time"]),
            "tools": self.tools,
            "dropped": self.dropped,
            "spans": [{"line": l, "command": text(c), "start": s, "end": e} for l, c, s, e in self.spans],
            "lineTimes": [{"line": l, "seconds": round(s, 6), "count": n} for l, (s, n) in sorted(self.lines.items())],
        }


def named(previous):
    return previous and {"source": previous[0], "line": previous[1], "command": text(previous[2])}


def record(line, source, row, block, at, first, previous, pipes):
    return {
        "kind": KINDS[line.kind], "pid": number(line.pid), "subshell": number(line.subshell), "first": first, "depth": line.depth,
        "trap": text(line.trap) or None, "block": block, "source": source, "line": row, "at": at, "time": line.time, "status": number(line.status),
        "pipeStatus": pipes, "command": text(line.command), "cwd": os.fsdecode(line.cwd), "background": number(line.background) or None,
        "previous": named(previous), "count": 1,
    }
