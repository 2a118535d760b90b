"""Header blocks of a tar archive, as the formats define them: POSIX.1-2017 pax and ustar; GNU tar's manual, "Basic Tar Format";
the seventh edition's, which has no magic."""

from collections import namedtuple

from damage import Damage

BLOCK = 512
ZEROS = bytes(BLOCK)

Header = namedtuple("Header", "path typeflag size mode uid gid mtime link")
"""Texts are bytes. `size` is that of what follows, padded to whole blocks."""


def has_right_sum(block):
    """Whether the block bears the sum of its own bytes; some old programs summed signed ones."""
    try:
        declared = int(_text(block, 148, 8).strip(b" "), 8)
    except ValueError:
        return False
    counted = block[:148] + b" " * 8 + block[156:]
    total = sum(counted)
    return declared in (total, total - 256 * sum(byte > 127 for byte in counted))


def read_header(block, offset):
    """`offset` of the block in the archive, for what is said of damage."""
    if not has_right_sum(block):
        raise Damage(f"the tar header at byte {offset} has a wrong checksum")
    size, mode, uid, gid, mtime = (number(block, start, length) for start, length in ((124, 12), (100, 8), (108, 8), (116, 8), (136, 12)))
    if not 0 <= size < 1 << 62:
        raise Damage(f"the tar header at byte {offset} states no size that can be")
    typeflag = block[156:157].decode("latin1").replace("\0", "0")
    path = _text(block, 0, 100)
    # Only ustar has a prefix there; old GNU archives keep times and the map of holes in its place.
    if block[257:263] == b"ustar\0" and (prefix := _text(block, 345, 155)):
        path = prefix + b"/" + path
    # Links, devices, folders and FIFOs have no content, whatever size some programs state.
    return Header(path, typeflag, 0 if "1" <= typeflag <= "6" else size, mode & 0o7777, uid, gid, mtime, _text(block, 157, 100))


def _text(block, start, length):
    return block[start:start + length].partition(b"\0")[0]


def number(block, start, length):
    """Octal digits, or GNU's base 256 where the first bit is set (two's complement). An empty field is 0."""
    if block[start] & 0x80:
        value = int.from_bytes(block[start:start + length], "big") & ~(1 << (8 * length - 1))
        return value - (1 << (8 * length - 1)) if block[start] & 0x40 else value
    digits = _text(block, start, length).strip(b" ")
    if digits.strip(b"01234567"):
        raise Damage("a tar header has a number that is none")
    return int(digits, 8) if digits else 0


def read_pax(content):
    """Records `LENGTH KEY=VALUE\\n` of a pax header as {key: value}, both bytes. The map of holes of format 0.0 comes in many records,
    and is told as 0.1 does, in one."""
    records, pieces, at = {}, [], 0
    while at < len(content):
        space = content.find(b" ", at)
        digits = content[at:max(space, at)]
        end = at + int(digits) if digits.isdigit() and len(digits) < 20 else at
        key, equals, value = content[space + 1:end].partition(b"=")
        if not (at < end <= len(content) and equals and value.endswith(b"\n")):
            # Some programs pad with zeros.
            if not content[at:].strip(b"\0"):
                break
            raise Damage("a pax header of the tar archive has a record that ends elsewhere than it says")
        if key in (b"GNU.sparse.offset", b"GNU.sparse.numbytes"):
            pieces.append(value[:-1])
        else:
            records[key] = value[:-1]
        at = end
    if pieces:
        records[b"GNU.sparse.map"] = b",".join(pieces)
    return records
