"""Files that a tar archive stores without their holes: GNU tar's manual, "Storing Sparse Files"."""

from damage import Damage
from tar_header import BLOCK, number

LONGEST_MAP = 16 << 20
ZEROS = bytes(1 << 20)


def old_gnu_pieces(block, take_block):
    """[(offset, length)] of an old GNU header, and of the blocks that continue it."""
    pieces = _entries(block, 386, 4)
    more = block[482] == 1
    while more:
        block = take_block()
        pieces += _entries(block, 0, 21)
        more = block[504] == 1
    return pieces


def _entries(block, start, count):
    entries = [(number(block, at, 12), number(block, at + 12, 12)) for at in range(start, start + count * 24, 24)]
    return [(offset, length) for offset, length in entries if offset or length]


def old_gnu_size(block):
    return number(block, 483, 12)


def pax_pieces(text):
    """`offset,length,offset,length`, of formats 0.0 and 0.1."""
    numbers = _numbers(text.split(b",")) if text else []
    return list(zip(numbers[::2], numbers[1::2]))


def take_leading_pieces(content):
    """The map at the start of a member of format 1.0, in whole blocks: decimal lines, the first says how many pieces there are."""
    text = b""
    while len(text) < LONGEST_MAP:
        block = content.take(BLOCK)
        text += block
        *lines, _ = text.split(b"\n")
        count = _numbers(lines[:1])
        if count and len(lines) > count[0] * 2:
            numbers = _numbers(lines[1:count[0] * 2 + 1])
            return list(zip(numbers[::2], numbers[1::2]))
        if len(block) < BLOCK:
            break
    raise Damage("a sparse file of the tar archive has no map that can be read")


def _numbers(texts):
    if not all(text.isdigit() and len(text) < 20 for text in texts):
        raise Damage("a sparse file of the tar archive has no map that can be read")
    return [int(text) for text in texts]


def check_map(pieces, size, stored):
    """Raises where pieces overlap, lie outside the file or are not as long as what is stored."""
    end = 0
    for offset, length in pieces:
        if offset < end or length < 0:
            raise Damage("a sparse file of the tar archive has pieces that overlap")
        end = offset + length
    if end > size or sum(length for _, length in pieces) != stored:
        raise Damage("a sparse file of the tar archive has another size than its pieces")


def with_holes(pieces, size, stored):
    """The whole file: the stored bytes, and zeros for the holes between them."""
    at = 0
    for offset, length in [*pieces, (size, 0)]:
        while at < offset:
            hole = ZEROS[:offset - at]
            at += len(hole)
            yield hole
        while at < offset + length:
            part = stored.some(min(offset + length - at, len(ZEROS)))
            if not part:
                return
            at += len(part)
            yield part
