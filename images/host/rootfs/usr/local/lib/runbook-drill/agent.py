#!/usr/bin/python3 -B
"""Runs the blocks of one phase in a host, as root, for a session outside that speaks frames over standard input and output.

In come open, run, abort and end; out go ready, stdout, stderr, done, late and fault. Whatever the blocks start is a descendant
of this process, however it leaves its parents, and ends with the phase.
"""

import json
import os
import selectors
import signal
import sys
import time

from frames import Frames
from processes import alive
from run import Run
from session import PIPE_SIZE, Session
from shells import become_subreaper

CHUNK = 256 * 1024
# Output that waits to be taken outside; past it, the blocks wait.
QUEUE = 1 << 20


class Agent:
    def __init__(self):
        self.frames = Frames(sys.stdin.fileno(), sys.stdout.fileno())
        self.selector = selectors.DefaultSelector()
        self.session = self.run = self.end_by = None
        self.over = False
        self.reading = self.writing = False
        wake, woken = os.pipe()
        for fd in (wake, woken):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(woken)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        self.selector.register(wake, selectors.EVENT_READ, lambda fd: os.read(fd, 4096))
        self.selector.register(self.frames.input, selectors.EVENT_READ, self.take_frames)

    def main(self):
        try:
            while not self.over:
                self.wait()
                self.move_on()
        finally:
            if self.session:
                self.session.kill(self.spared)
                self.session.remove()

    spared = frozenset()

    def wait(self):
        self.frames.flush()
        self.set_selected()
        until = [t for t in (self.run and self.run.wake_at(), self.end_by) if t is not None]
        if any(shell.unfed for shell in self.session.shells.values()) if self.session else False:
            until.append(time.monotonic() + 0.005)
        timeout = max(0.0, min(until) - time.monotonic()) if until else None
        for key, _ in self.selector.select(timeout):
            key.data(key.fd)

    def move_on(self):
        if self.frames.closed:
            self.over = True
            return
        session = self.session
        if session is None:
            return
        session.reap()
        for shell in session.shells.values():
            shell.feed()
        if self.run:
            if self.run.shell_ended():
                # The shell may have said where it went, and ended, since the trace was last read.
                self.drain_trace()
            self.run.tick(time.monotonic())
            self.end_run()
        if self.end_by is not None and (not session.shells or time.monotonic() >= self.end_by):
            self.finish()

    def set_selected(self):
        """Output waits in its pipes while the session outside is slow to take it."""
        writing = self.frames.queued > 0
        if writing != self.writing:
            self.writing = writing
            if writing:
                self.selector.register(self.frames.output, selectors.EVENT_WRITE, lambda fd: self.frames.flush())
            else:
                self.selector.unregister(self.frames.output)
        reading = self.session is not None and self.frames.queued < QUEUE
        if reading != self.reading:
            self.reading = reading
            for fd in self.session.outputs:
                if reading:
                    self.selector.register(fd, selectors.EVENT_READ, self.take_output)
                else:
                    self.selector.unregister(fd)

    # What comes in

    def take_frames(self, _):
        for kind, body in self.frames.read():
            request = json.loads(body) if body else {}
            if kind == "open":
                self.open(request)
            elif kind == "run":
                self.run = Run(self.session, request)
            elif kind == "abort" and self.run:
                self.run.end("aborted")
            elif kind == "end":
                self.begin_end(request["seconds"])

    def open(self, request):
        try:
            if not os.path.isdir(request["cwd"]):
                raise NotADirectoryError(20, "No such directory in the host", request["cwd"])
            self.session = Session(request["user"], request["cwd"], request["env"])
            self.session.shell(request["user"], True)
        except (OSError, KeyError) as error:
            self.frames.send_json("fault", {"message": f"{error}"})
            return
        self.selector.register(self.session.trace_fd, selectors.EVENT_READ, self.take_trace)
        self.selector.register(self.session.terminal.master, selectors.EVENT_READ, self.take_terminal)
        self.frames.send_json("ready", {})

    def take_output(self, fd, limit=CHUNK):
        try:
            data = os.read(fd, limit)
        except BlockingIOError:
            return 0
        self.session.activity += len(data)
        self.frames.send(self.session.outputs[fd], data)
        return len(data)

    def take_terminal(self, fd):
        """What a program says to the terminal itself, like the question of a password prompt."""
        try:
            data = os.read(fd, CHUNK)
        except OSError:
            return
        self.session.activity += len(data)
        self.frames.send("stderr", data.replace(b"\r\n", b"\n"))

    def take_trace(self, fd):
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return False
        self.session.activity += 1
        for pid, status, cwd in self.session.trace.feed(data):
            if self.run and self.run.result is None:
                self.run.told(pid, status, cwd)
            else:
                self.session.ready.add(pid)
        return True

    def drain(self):
        """All that had been said by now; a child in the background may go on talking, so no more than a pipe holds."""
        self.drain_trace()
        for fd in self.session.outputs:
            left = PIPE_SIZE
            while left > 0 and (taken := self.take_output(fd, min(left, CHUNK))):
                left -= taken
        self.take_terminal(self.session.terminal.master)

    def drain_trace(self):
        for _ in range(PIPE_SIZE // CHUNK + 1):
            if not self.take_trace(self.session.trace_fd):
                break

    # Ends

    def end_run(self):
        run = self.run
        if run.fault is not None:
            self.run = None
            self.frames.send_json("fault", {"message": run.fault})
        elif run.result is not None:
            self.drain()
            self.run = None
            self.frames.send_json("done", run.report())

    def begin_end(self, seconds):
        """Shells leave as a person does, so that their EXIT traps run; then all else ends."""
        self.end_by = time.monotonic() + seconds
        for shell in self.session.shells.values() if self.session else ():
            shell.feed("{ __drill_children; } 2>&251\n__drill_trace_on\nbuiltin exit\n")

    def finish(self):
        self.spared = self.session.daemons()
        self.session.kill(self.spared)
        self.drain()
        self.session.trace.settle(alive, time.time(), everything=True)
        self.frames.send_json("late", {key: value for key, value in self.session.trace.late.told().items() if key in ("records", "tools", "dropped")})
        os.set_blocking(self.frames.output, True)
        self.frames.flush()
        self.over = True


def main():
    if os.getsid(0) != os.getpid():
        # Leader of a session of its own, which the terminal will control.
        if os.getpgrp() == os.getpid() and os.fork():
            os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
        os.setsid()
    become_subreaper()
    os.umask(0o022)
    Agent().main()


if __name__ == "__main__":
    main()
