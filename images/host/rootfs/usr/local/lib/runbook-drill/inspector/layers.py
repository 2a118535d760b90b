"""Looks into one layer of an artefact, and through it into the next."""

import hashlib

from bytesource import ByteSource
from damage import Damage, OutOfReach, Refused, Undecryptable
from decompress import bunzip2, gunzip, unxz, unzstd
from needles import Scanner
from openpgp import TRIAL
from recognise import HEAD, recognise
from tar_reader import read_tar
from zip_reader import read_zip

COMPRESSED = {"gzip": gunzip, "bzip2": bunzip2, "xz": unxz, "zstd": unzstd}
ARCHIVES = {"tar": read_tar, "zip": read_zip}
# Where a dump says that it was written to its end, and how far from its end that may stand, bytes.
DUMP_ENDS = {b"-- PostgreSQL database": b"dump complete", b"-- MySQL dump": b"-- Dump completed", b"-- MariaDB dump": b"-- Dump completed"}
DUMP_TAIL = 4096


class Findings:
    """What was found in a chain of layers: an artefact, or one member of an archive with all that lies in it."""

    def __init__(self):
        self.layers = []
        """From the outside in."""
        self.nonces = set()
        """Names whose nonce stands in it."""
        self.plaintext = set()
        """Names of needles that stand where no key is needed to read them."""
        self.members = None
        """Of the archive, folders left out; None where there is none."""
        self.content_bytes = 0
        """Of the innermost layer; of an archive, what its members hold."""
        self.lock = None
        """Of the outermost OpenPGP message: what opened it, or why nothing did."""


class Inspection:
    """Looks into one artefact. `tell(event, …)` is told of members: `member` with head, sha256 and within; `ended` with within and intact."""

    def __init__(self, wanted, keys, budget, tell):
        self.wanted, self.keys, self.budget, self.tell = wanted, keys, budget, tell

    def inspect(self, source, findings, depth=0, encrypted=False, within=()):
        """Reads the source to its end and adds to the findings. What it found counts only if it does not raise, but for plaintext.
        `within`: paths of the members of archives that lie around it."""
        head = source.peek(HEAD)
        kind = recognise(head)
        if head:
            findings.layers.append(kind)
        if kind in ARCHIVES:
            self._check_depth(depth)
            self._inspect_archive(ARCHIVES[kind], source, findings, depth, encrypted, within)
        elif kind in COMPRESSED or kind == "openpgp":
            self._check_depth(depth)
            self._inspect_decoded(kind, source, findings, depth, encrypted or kind == "openpgp", within)
        else:
            self._scan(source, head, findings, encrypted)

    def _check_depth(self, depth):
        if depth >= self.budget.depth:
            raise Damage(f"it has more than {self.budget.depth} layers around one another")

    def _inspect_decoded(self, kind, source, findings, depth, encrypted, within):
        locked = kind == "openpgp" and findings.lock is None
        stream = self._decrypted(source, findings, locked) if kind == "openpgp" else COMPRESSED[kind](source)
        decoded = ByteSource(self._counted(stream), getattr(stream, "pipe", None), self.budget.decoded)
        try:
            try:
                self.inspect(decoded, findings, depth + 1, encrypted, within)
            except Refused:
                raise
            except (Damage, OutOfReach):
                # Damage of this layer shows in the one within it first, or is still to come: the cause is what counts.
                decoded.drain()
                raise
        except Undecryptable:
            if locked:
                findings.lock = {"openedWith": None, "why": "damaged"}
            raise
        finally:
            stream.close()

    def _decrypted(self, source, findings, locked):
        try:
            index, ring = self.keys.opener(source.peek(TRIAL))
        except (Undecryptable, OutOfReach) as error:
            if locked:
                findings.lock = {"openedWith": None, "why": "damaged" if isinstance(error, Undecryptable) else "closed"}
            raise
        if locked:
            findings.lock = {"openedWith": "key"} if index is None else {"openedWith": "passphrase", "index": index}
        return self.keys.decrypted(source, index, ring)

    def _counted(self, decoded):
        for part in decoded:
            self.budget.decoded(len(part))
            yield part

    def _scan(self, source, head, findings, encrypted):
        """The innermost layer, of which nothing is known but its bytes."""
        scanner = Scanner(self.wanted)
        tail = b""
        try:
            while part := source.some():
                scanner.write(part)
                findings.content_bytes += len(part)
                tail = (tail + part)[-DUMP_TAIL:] if len(part) < DUMP_TAIL else part[-DUMP_TAIL:]
            for start, end in DUMP_ENDS.items():
                if start in head[:400] and end not in tail:
                    raise Damage(f"the SQL dump is cut: the line with “{end.decode()}” that ends one is not there")
            findings.nonces |= scanner.nonces
        finally:
            # What lies there to be read is read by an attacker too, whatever comes after it.
            if not encrypted:
                findings.plaintext |= scanner.needles

    def _inspect_archive(self, read, source, findings, depth, encrypted, within):
        findings.members = 0
        intact = False

        def visit(head, content, whole):
            self.budget.member()
            findings.members += head["type"] != "d"
            sha256 = None
            if head["type"] == "f":
                sha256, size = self._inspect_member(head, content, findings, depth, encrypted, within)
                findings.content_bytes += size
                if whole:
                    head["size"] = size
            self.tell("member", head=head, sha256=sha256 if whole else None, within=within)

        try:
            read(source, visit)
            intact = True
        finally:
            self.tell("ended", within=within, intact=intact)

    def _inspect_member(self, head, content, findings, depth, encrypted, within):
        """An archive may hold archives and encrypted files. One of them that cannot be read is content like any other, and proves nothing."""
        digest = hashlib.sha256()
        counted = [0]
        tapped = ByteSource(_hashed(content, digest, counted))
        own = Findings()
        try:
            self.inspect(tapped, own, depth + 1, encrypted, (*within, head["path"]))
            findings.nonces |= own.nonces
        except Refused:
            raise
        except (Damage, OutOfReach):
            pass
        findings.plaintext |= own.plaintext
        # An archive that is cut within this member says so here.
        tapped.drain()
        return digest.hexdigest(), counted[0]


def _hashed(source, digest, counted):
    while part := source.some():
        digest.update(part)
        counted[0] += len(part)
        yield part
