"""Recognises the outermost format of a stream by its first bytes."""

import re

from tar_header import BLOCK, has_right_sum

# Bytes that `recognise` wants to see, where the stream has as many.
HEAD = 4096

MAGICS = (
    ("gzip", b"\x1f\x8b\x08"),
    ("zstd", b"\x28\xb5\x2f\xfd"),
    ("xz", b"\xfd7zXZ\0"),
    ("zip", b"PK\x03\x04"),
    ("zip", b"PK\x05\x06"),
    ("openpgp", b"-----BEGIN PGP MESSAGE-----"),
    ("age", b"age-encryption.org/"),
    ("age", b"-----BEGIN AGE ENCRYPTED FILE-----"),
    ("sql-dump", b"PGDMP"),
)
SQL = re.compile(rb"^-- (PostgreSQL database|MySQL dump|MariaDB dump)|\A/\*M?!\d+", re.M)
# The level, then a block or the end of a stream of nothing.
BZIP2 = re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)")
# A skippable frame's magic has 16 forms.
SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")


def recognise(head):
    for name, magic in MAGICS:
        if head.startswith(magic):
            return name
    if BZIP2.match(head):
        return "bzip2"
    if SKIPPABLE.match(head):
        return "zstd"
    if _is_openpgp(head):
        return "openpgp"
    if _is_tar(head):
        return "tar"
    if SQL.search(head[:400]):
        return "sql-dump"
    return "text" if _is_text(head) else "unknown"


def _is_openpgp(head):
    """First packet is an encrypted session key (tags 1 and 3, with a known version) or encrypted data (9, 18, 20): RFC 9580, 4.2."""
    if len(head) < 7 or not head[0] & 0x80:
        return False
    new = head[0] & 0x40
    tag = head[0] & 0x3F if new else head[0] >> 2 & 0x0F
    length = (1 if head[1] < 192 else 5 if head[1] == 255 else 1 if head[1] >= 224 else 2) if new else (1, 2, 4, 0)[head[0] & 3]
    version = head[1 + length]
    if tag == 3:
        return version in (4, 5, 6)
    if tag == 1:
        return version in (3, 6)
    return tag == 18 and version in (1, 2) or tag == 20 and version == 1


def _is_tar(head):
    """A header block whose checksum holds, or zeros alone, which is how an archive of nothing is written."""
    if len(head) < BLOCK:
        return False
    if not head[:BLOCK].strip(b"\0"):
        return not head.strip(b"\0")
    return has_right_sum(head[:BLOCK])


CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _is_text(head):
    """Text that people write: valid UTF-8, no control characters, and white space as prose, logs and configuration have it.
    Encoded content (base64, hexadecimal) has hardly any, and is not called text: it may hold anything."""
    if not head or CONTROL.search(head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # A character may be cut where the head ends.
        if len(head) < HEAD or error.start < len(head) - 3:
            return False
    return len(re.findall(rb"[ \n\t\r]", head)) / len(head) >= 0.025
