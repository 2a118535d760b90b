"""Frames over two descriptors: a line of JSON (`type`, `bytes`), then that many bytes."""

import json
import os
from collections import deque


class Frames:
    def __init__(self, source, target):
        self.input, self.output = source, target
        os.set_blocking(source, False)
        os.set_blocking(target, False)
        self.unread = b""
        self.closed = False
        self.queue = deque()
        self.queued = 0

    def read(self):
        """What has arrived whole, as [(type, body)]."""
        try:
            data = os.read(self.input, 1 << 20)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self.closed = True
        self.unread += data
        found = []
        while True:
            head, newline, rest = self.unread.partition(b"\n")
            if not newline:
                return found
            header = json.loads(head)
            if len(rest) < header["bytes"]:
                return found
            found.append((header["type"], rest[:header["bytes"]]))
            self.unread = rest[header["bytes"]:]

    def send(self, kind, body=b""):
        head = json.dumps({"type": kind, "bytes": len(body)}).encode() + b"\n"
        self.queue.append(memoryview(head + body if len(body) < 4096 else head))
        if len(body) >= 4096:
            self.queue.append(memoryview(body))
        self.queued += len(head) + len(body)
        self.flush()

    def send_json(self, kind, value):
        self.send(kind, json.dumps(value, separators=(",", ":")).encode())

    def flush(self):
        """Writes what can be written now."""
        try:
            while self.queue:
                written = os.write(self.output, self.queue[0])
                self.queued -= written
                if written == len(self.queue[0]):
                    self.queue.popleft()
                else:
                    self.queue[0] = self.queue[0][written:]
        except BlockingIOError:
            pass
        except OSError:
            # The session outside is gone: so is the phase.
            self.closed = True
            self.queue.clear()
            self.queued = 0
