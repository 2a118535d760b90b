"""A decoder program between two layers: bytes in by its standard input, out by its standard output."""

import fcntl
import os
import subprocess
import threading

from bytesource import CHUNK
from damage import Damage

# No wrappers, no files that a runbook made for its shells.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/nonexistent"}
F_SETPIPE_SZ = 1031


class Program:
    """What a program makes of the source."""

    def __init__(self, source, argv, judge, pass_fds=()):
        """`judge(exit_code, messages)` raises where what came out is not to be trusted."""
        self._source, self._argv, self._judge = source, argv, judge
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=pass_fds, env=ENVIRONMENT)
        self.pipe = self._process.stdout.fileno()
        for pipe in (self._process.stdin, self._process.stdout):
            _widen(pipe)
        self._failures, self._messages = [], []
        self._threads = [
            threading.Thread(target=_feed, args=(source, self._process.stdin, self._failures)),
            threading.Thread(target=_collect, args=(self._process.stderr, self._messages)),
        ]
        for thread in self._threads:
            thread.start()

    def __iter__(self):
        while part := os.read(self.pipe, CHUNK):
            yield part
        code = self._process.wait()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]
        self._judge(code, b"".join(self._messages).decode("utf8", "replace"))
        if self._source.peek(1):
            raise Damage(f"bytes that {os.path.basename(self._argv[0])} does not take follow the end of its stream")

    def close(self):
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join()
        self._process.stdout.close()


def _widen(pipe):
    try:
        fcntl.fcntl(pipe, F_SETPIPE_SZ, CHUNK)
    except OSError:
        pass  # More than this user may have: the usual size does, only slower.


def _feed(source, pipe, failures):
    try:
        with pipe:
            source.move(pipe)
            while part := source.some():
                pipe.write(part)
                pipe.flush()
    except BrokenPipeError:
        pass  # It wants no more: what it says of that counts.
    except BaseException as error:
        failures.append(error)


def _collect(pipe, messages):
    """The beginning of what it says; the rest is read so that it does not wait."""
    with pipe:
        kept = 0
        while part := os.read(pipe.fileno(), 65536):
            if kept < 1 << 20:
                messages.append(part)
                kept += len(part)
