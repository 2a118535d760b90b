"""Bytes of one layer of an artefact, pulled by who reads them: so nothing is read that nobody has room for."""

import os

from damage import Damage

CHUNK = 1 << 20


class ByteSource:
    def __init__(self, chunks, pipe=None, passing=None):
        """`chunks` yields bytes; where they are what comes out of a pipe, they may also be moved from it to another one."""
        self._chunks = iter(chunks)
        self._pipe, self._passing = pipe, passing
        self._held = b""
        self._at = 0
        self._failure = None
        self.taken = 0
        """Bytes that have been taken so far."""

    def some(self, most=CHUNK):
        """What comes next, at most so many bytes; none at the end."""
        if self._at == len(self._held):
            self._held, self._at = self._pull(), 0
        part = self._held[self._at:self._at + most] if self._at or len(self._held) > most else self._held
        self._at += len(part)
        self.taken += len(part)
        return part

    def peek(self, count):
        """The next bytes, which stay to be taken; fewer only at the end."""
        if len(self._held) - self._at < count:
            parts = [self._held[self._at:]]
            size = len(parts[0])
            while size < count:
                part = self._pull()
                if not part:
                    break
                parts.append(part)
                size += len(part)
            self._held, self._at = b"".join(parts), 0
        return self._held[self._at:self._at + count]

    def take(self, count):
        """Exactly so many bytes; fewer only at the end."""
        part = self.peek(count)
        self._at += len(part)
        self.taken += len(part)
        return part

    def give_back(self, part):
        """Gives back the last bytes that were taken."""
        self._held, self._at = part + self._held[self._at:], 0
        self.taken -= len(part)

    def move(self, pipe):
        """Moves what is left to a pipe, as far as it can be moved without being read: what `some` gives then comes after it."""
        if self._pipe is None:
            return
        if held := self._held[self._at:]:
            pipe.write(held)
            pipe.flush()
            self._at = len(self._held)
        while count := os.splice(self._pipe, pipe.fileno(), CHUNK):
            self._passing(count)
            self.taken += count

    def drain(self):
        while self.some():
            pass

    def part(self, count, what):
        """The next bytes as a source of their own. Use this one again only when that one is drained."""
        if count <= CHUNK and len(self._held) - self._at >= count:
            return ByteSource([self.take(count)])
        return ByteSource(self._part(count, what))

    def _part(self, count, what):
        left = count
        while left > 0:
            part = self.some(min(left, CHUNK))
            if not part:
                raise Damage(f"{what} is cut: {left} of its {count} bytes are missing")
            left -= len(part)
            yield part

    def __iter__(self):
        while part := self.some():
            yield part

    def _pull(self):
        # A generator that has raised is at its end, as if nothing had happened: what was damaged stays damaged.
        if self._failure:
            raise self._failure
        try:
            for part in self._chunks:
                if part:
                    return part
        except Exception as error:
            self._failure = error
            raise
        return b""
