"""Reads what the traced shells say (trace.bash), and keeps it in bounded memory: equal records are counted, not kept."""

import os
import re
from collections import OrderedDict

from clock import real
from trace_book import Book, named, record
from trace_line import Line, entered, number, text
from trace_tools import ToolCalls

MAX_PROCESSES = 4_000
OURS = b"/usr/local/lib/runbook-drill/"

DRIVER = b'builtin source "$DRILL_BLOCK"'
TRACER = b'builtin trap "$__drill_'

ASSIGNMENT = re.compile(r"\w+=")
KINDS = (b"C", b"E", b"R", b"X")


class Process:
    """What one traced process has told so far."""

    __slots__ = ("fresh", "pending", "calls", "entering", "failure", "background", "folder", "ended", "places", "after_ours", "entry")

    def __init__(self):
        self.fresh = True
        self.pending = None  # the last command, until it is sure to be one
        self.calls = {}  # depth -> the last command there, as (source, line, command)
        self.entering = None
        self.failure = None
        self.background = b""
        self.folder = {}  # relative script name -> folder it was first seen in
        self.ended = False
        self.places = {}  # depth -> its block and line of the block
        self.after_ours = False  # our own code has just run
        self.entry = None  # what started it, when that is the call of a function


class Trace:
    """Takes lines; files them in the book of the block that runs, or in `late` when they belong to an earlier one."""

    def __init__(self, folder, script):
        self.prefix = os.fsencode(folder) + b"/"
        self.script = os.fsencode(script)  # prefix of the FIFOs that the shells read their commands from
        self.block = 0
        self.book = Book()
        self.late = Book()
        self.processes = OrderedDict()
        self.calls = ToolCalls()
        self.recent = OrderedDict()  # the latest commands of all processes
        self.started = {}  # pid of a background child -> what started it
        self.mains = set()  # pids whose time is the block's
        self.at = 0  # line of the block that runs
        self.command = b""
        self.cwd = None  # of the block's own shell, as last told
        self.lines = 0
        self.unread = b""

    def begin(self, block, main=None):
        """Block 0 is none: all that is told goes to `late`. `main` is the shell that sources it."""
        self.block, self.book, self.at, self.command, self.cwd = block, Book() if block else self.late, 0, b"", None
        self.mains = {main} if main else set()
        self.processes.pop(main, None)

    def feed(self, data):
        """Takes bytes of the trace; yields (pid, status, cwd) where a shell has done what it was fed."""
        lines = (self.unread + data).split(b"\n")
        self.unread = lines.pop()
        for raw in lines:
            self.lines += 1
            try:
                done = self.take(raw)
            except (ValueError, IndexError):
                # Anyone in the host may write there. What is no record is none.
                continue
            if done:
                yield done

    def take(self, raw):
        kind = raw[:1]
        if kind in KINDS:
            self.take_record(Line(raw))
        elif kind == b"D":
            _, pid, status, cwd = raw.split(b"\x1f", 3)
            return (int(pid), int(status), os.fsdecode(cwd))
        elif kind == b"B":
            self.take_child(*raw.split(b"\x1f")[1:])
        elif kind == b"T":
            self.take_tool(*raw.split(b"\x1f")[1:])
        return None

    def process(self, pid, first):
        process = self.processes.get(pid)
        if process is None or first:
            if process is not None and process.pending is not None:
                self.commit(process, process.pending, process.pending.time)
            process = self.processes[pid] = Process()
            if len(self.processes) > MAX_PROCESSES:
                _, oldest = self.processes.popitem(last=False)
                if oldest.pending is not None:
                    self.commit(oldest, oldest.pending, oldest.pending.time)
        return process

    def take_record(self, line):
        process = self.process(line.pid, line.first == b"1")
        if line.kind == b"R":
            self.end_of_file(process, line)
        if line.source.startswith(OURS) or line.source.startswith(self.script):
            # The driver's own commands. What is pending was a real command, and has ended.
            if process.pending is not None:
                self.commit(process, process.pending, line.time)
                process.pending = None
            process.after_ours = True
            return
        after_ours, process.after_ours = process.after_ours, False
        if line.trap and after_ours and line.kind == b"C":
            return  # the `case` around a handler
        if not line.trap and (process.ended or line.kind != b"X" and line.command.startswith(DRIVER)):
            return  # bash blames the driver's `source` for what ends the shell
        pending, process.pending = process.pending, None
        if line.kind == b"C":
            if pending is not None:
                self.commit(process, pending, line.time)
            process.pending = line
            self.remember(process, line)
            if line.pid in self.mains or (not self.mains and line.source == self.prefix + str(self.block).encode()):
                self.mains.add(line.pid)
                self.at, self.command = self.where(line)[1], line.command
                self.cwd = os.fsdecode(line.cwd) if len(line.cwd) < 250 else None
            return
        # The handlers' own first command fires DEBUG before it: not a command of the block.
        if pending is not None and not pending.same_moment(line):
            self.commit(process, pending, line.time)
        elif line.kind == b"E" and process.failure is not None and process.failure.same_moment(line):
            return
        process.failure = line if line.kind == b"E" else None
        self.commit(process, line, line.time)

    def end_of_file(self, process, line):
        """The return of a sourced file (the block is one) is told from where it was called: its own last command is one deeper."""
        deeper = process.pending
        if deeper is not None and deeper.same_moment(line):
            deeper, process.pending = None, None
        if deeper is not None:
            self.commit(process, deeper, line.time)
            process.pending = None
        last = process.calls.get(line.depth + 1)
        if last is not None:
            line.depth += 1
            line.source, line.line, line.command = last[3], str(last[1]).encode(), last[2]

    def remember(self, process, line):
        """A subshell that is the call of a function (`f &`, `a | f`) was told by its parent, just before."""
        if not (process.fresh and entered(line)):
            self.recent[line.command] = ((self.source(process, line), number(line.line), line.command, line.source), self.where(line))
            self.recent.move_to_end(line.command)
            if len(self.recent) > 200:
                self.recent.popitem(last=False)

    def where(self, line):
        """(block, at) of a record."""
        block, _, at = line.at.partition(b":")
        return number(block), number(at)

    def source(self, process, line):
        source = line.source
        if source.startswith(self.prefix):
            block = number(source[len(self.prefix):])
            return "block" if block == self.where(line)[0] else f"block:{block}"
        if not source:
            return "-c"
        if not source.startswith(b"/"):
            source = os.path.join(process.folder.setdefault(source, line.cwd), source)
        return os.fsdecode(os.path.normpath(source))

    def commit(self, process, line, end):
        depth, calls = line.depth, process.calls
        if line.kind == b"C":
            entering, process.entering = process.entering, (depth + 1, line.command)
            if depth not in calls and (entering == (depth, line.command) or process.fresh and entered(line)):
                # bash tells the call of a function again as it enters
                if process.fresh:
                    process.entry = self.recent.get(line.command)
                return
            process.failure = None
        previous = None if process.fresh else calls.get(depth)
        source, row, (block, at) = self.source(process, line), number(line.line), self.where(line)
        if line.kind == b"R":
            # LINENO is that of the function's first line.
            block, at = process.places.get(depth, (block, at))
        elif line.kind == b"X":
            process.ended = True
            # And 1 in an EXIT handler.
            if calls:
                deepest = max(calls)
                previous, (block, at) = previous or calls[deepest], process.places[deepest]
            elif process.entry:
                previous, (block, at) = process.entry
            else:
                return
            source, row = previous[0], previous[1]
            if line.command.startswith((TRACER, DRIVER)):
                line.command = previous[2]
        elif line.trap == b"EXIT" and row == 1 and source.startswith("block"):
            row = at
        if line.command.startswith(DRIVER) and calls:
            line.command = calls[max(calls)][2]
        book = self.book if block == self.block else self.late
        first, process.fresh = process.fresh, False
        key = (line.kind, line.subshell, first, depth, line.trap, source, row, block, at, line.status, line.pipes, line.command, previous)
        pipes = [number(p) for p in line.pipes.split()]
        failed = line.status != b"0" or any(pipes)
        book.add(key, lambda: record(line, source, row, block, at, first, previous, pipes), failed)
        for deeper in [d for d in calls if d > depth]:
            del calls[deeper]
        if line.kind == b"C":
            if line.background != process.background:
                process.background = line.background
                self.started[line.background] = (source, previous, line, block, at)
            calls[depth] = (source, row, line.command, line.source)
            process.places[depth] = (block, at)
            book.add_span(at, line.command, line.time, end)
            if line.pid in self.mains and book is self.book:
                book.add_time(at, max(0.0, end - line.time))
        elif line.kind == b"R":
            calls.pop(depth, None)

    def take_child(self, parent, child, status, time):
        """A background child of the session's shell has ended; a traced one has said so itself."""
        told = self.processes.get(child)
        if told is not None and told.ended:
            return
        shell = self.processes.get(parent)
        started = self.started.pop(child, None)
        if told is not None and told.pending is not None:
            self.commit(told, told.pending, told.pending.time)
            told.pending = None
        if told is not None and told.calls:
            # Killed, or what it became ended: it has said at least what it ran.
            deepest = max(told.calls)
            source, previous, line, (block, at) = None, told.calls[deepest], None, told.places[deepest]
        elif started is not None:
            source, previous, line, block, at = started
        elif shell is not None and shell.calls:
            source, previous, line, block, at = None, shell.calls[max(shell.calls)], None, self.block, self.at
        else:
            return
        if previous is None:
            return
        book = self.book if block == self.block else self.late
        entry = {
            "kind": "end", "pid": int(child), "subshell": 1, "first": False, "depth": 1, "trap": None, "block": block, "source": previous[0],
            "line": previous[1], "at": previous[1] if previous[0] == "block" else at, "time": real(time), "status": int(status), "pipeStatus": [int(status)],
            "command": text(previous[2]), "cwd": os.fsdecode(line.cwd) if line else "", "background": None, "previous": named(previous), "count": 1,
        }
        book.add(("B", child), lambda: entry, int(status) != 0)

    def take_tool(self, pid, part, total, data):
        """A wrapper's record, in parts that are short enough to be written in one piece."""
        tool = self.calls.take(pid, int(part), int(total), data)
        if tool is not None:
            (self.book if tool["block"] == self.block else self.late).add_tool(tool)

    def running(self, pid):
        """First word of the command that a traced bash runs now, or None."""
        process = self.processes.get(str(pid).encode())
        if process is None or process.pending is None:
            return None
        words = [word for word in text(process.pending.command).split() if not ASSIGNMENT.match(word)]
        return words[0] if words else None

    def settle(self, alive, end, everything=False):
        """At the end of a block: what was pending is a command after all, unless its process still runs."""
        for pid, process in self.processes.items():
            if process.pending is not None and (everything or pid in self.mains or not alive(number(pid))):
                pending, process.pending = process.pending, None
                self.commit(process, pending, end)
