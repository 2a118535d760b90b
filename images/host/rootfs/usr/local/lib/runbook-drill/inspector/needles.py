"""Finds the nonces of a run, and other bytes that are looked for, in a stream, in constant memory."""

NONCE_PREFIX = b"drill"
NONCE_LENGTH = 37


class Wanted:
    """What is looked for: {nonce: name of whose it is}, [(name, bytes)]."""

    def __init__(self, nonces, needles):
        self.nonces = {nonce.encode("latin1"): name for nonce, name in nonces.items()}
        self.needles = needles
        self.overlap = max([NONCE_LENGTH, *(len(needle) for _, needle in needles)]) - 1
        """Bytes of one chunk that may be the beginning of what ends in the next."""


class Scanner:
    def __init__(self, wanted):
        self._wanted = wanted
        self._carry = b""
        self.nonces, self.needles = set(), set()

    def write(self, chunk):
        overlap = self._wanted.overlap
        if self._carry:
            self._search(self._carry + chunk[:overlap])
        self._search(chunk)
        self._carry = (chunk if len(chunk) >= overlap else self._carry + chunk)[-overlap:]

    def _search(self, data):
        at = data.find(NONCE_PREFIX)
        while at >= 0:
            name = self._wanted.nonces.get(data[at:at + NONCE_LENGTH])
            if name is not None:
                self.nonces.add(name)
            at = data.find(NONCE_PREFIX, at + 1)
        for name, needle in self._wanted.needles:
            if name not in self.needles and needle in data:
                self.needles.add(name)
