"""What an inspection may cost, whatever the artefact is made of."""

from damage import Refused


class Budget:
    """Counts what the inspection of one artefact has cost.

    `bytes`: decoded, of all layers and of archives within archives. `ratio`: decoded bytes for each byte of the artefact, once they
    are more than `freeBytes`; gzip and bzip2 reach 1,000:1 on zeros alone, so a ratio says nothing of small artefacts. `members`: of
    all archives in it. `depth`: layers around one another.
    """

    def __init__(self, limits):
        self.limits = {"bytes": 16 << 40, "ratio": 1000, "freeBytes": 8 << 30, "members": 20_000_000, "depth": 8, **limits}
        self.depth = self.limits["depth"]
        self.raw = 0
        """Bytes of the artefact read so far."""
        self._decoded = self._members = 0

    def decoded(self, count):
        self._decoded += count
        if self._decoded > self.limits["bytes"]:
            raise Refused(f"it unfolds to more than {self.limits['bytes']} bytes")
        if self._decoded > max(self.limits["freeBytes"], self.raw * self.limits["ratio"]):
            raise Refused(f"it unfolds to more than {self._decoded - 1} bytes from {self.raw}, over {self.limits['ratio']}:1")

    def member(self):
        self._members += 1
        if self._members > self.limits["members"]:
            raise Refused(f"it has more than {self.limits['members']} members")
