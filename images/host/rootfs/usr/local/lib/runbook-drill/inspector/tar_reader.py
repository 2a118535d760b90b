"""Reads a tar archive as it passes: v7, ustar, GNU and pax. Any byte that does not belong is damage."""

import re

from bytesource import ByteSource
from damage import Damage
from sparse import check_map, old_gnu_pieces, old_gnu_size, pax_pieces, take_leading_pieces, with_holes
from tar_header import BLOCK, ZEROS, read_header, read_pax

# Long names and pax headers are kept in memory: a longer one is damage.
LONGEST_META = 1 << 20
# Holes of one file that are read as zeros, bytes: twenty seconds' worth.
MOST_HOLES = 16 << 30
# All else is a regular file: POSIX says so of what a reader does not know.
TYPES = {"1": "h", "2": "l", "3": "c", "4": "b", "5": "d", "6": "p", "D": "d"}


def read_tar(source, visit):
    """Returns when the archive has ended well, with nothing but zeros behind its end.

    `visit(head, content, whole)` is called for each member; it need not read all of the content. `whole` is false for a file whose
    holes are too many to be read: then the content is without them.
    """
    everywhere, following = {}, {}
    while True:
        offset = source.taken
        block = _take_block(source)
        if not block:
            raise Damage(f"the tar archive is cut after {offset} bytes: the blocks of zeros that end one are not there")
        if block == ZEROS:
            return _take_end(source)
        header = read_header(block, offset)
        if header.typeflag == "g":
            everywhere.update(_take_meta(source, header, offset))
        elif header.typeflag in "xXLKV":
            following.update(_take_meta(source, header, offset))
        else:
            _read_member(source, block, header, offset, {**everywhere, **following} if everywhere else following, visit)
            following = {}


def _take_block(source):
    """No bytes at the end of the stream."""
    block = source.take(BLOCK)
    if 0 < len(block) < BLOCK:
        raise Damage(f"the tar archive is cut within a block, after {source.taken} bytes")
    return block


def _take_end(source):
    """After the first block of zeros. Readers stop at it, so that members behind it would be lost without a word."""
    end = source.taken - BLOCK
    if not (block := _take_block(source)):
        raise Damage(f"the tar archive is cut in its end, after {source.taken} bytes")
    while block:
        if block.strip(b"\0"):
            raise Damage(f"the tar archive ends at byte {end}, and more follows that a reader passes over")
        block = source.some()
    if source.taken % BLOCK:
        raise Damage(f"the tar archive is cut within a block, after {source.taken} bytes")


def _take_meta(source, header, offset):
    """What a header says of the member after it, as pax does. The name of the archive (`V`) says nothing."""
    if header.size > LONGEST_META:
        raise Damage(f"the tar header at byte {offset} is {header.size} bytes long")
    content = source.take(header.size)
    if len(content) < header.size:
        raise Damage(f"the tar archive is cut within a header, after {source.taken} bytes")
    _take_padding(source, header.size)
    if header.typeflag in "LK":
        return {b"path" if header.typeflag == "L" else b"linkpath": content.partition(b"\0")[0]}
    return {} if header.typeflag == "V" else read_pax(content)


def _take_padding(source, size):
    padding = -size % BLOCK
    if len(source.take(padding)) < padding:
        raise Damage(f"the tar archive is cut within a block, after {source.taken} bytes")


def _read_member(source, block, header, offset, extended, visit):
    pieces = old_gnu_pieces(block, lambda: _take_map_block(source)) if header.typeflag == "S" else None
    stored = int(_decimal(extended, b"size", header.size))
    body = source.part(stored, f"the member of the tar archive at byte {offset}")
    size, content, whole = stored, body, True
    if pieces is not None:
        size = old_gnu_size(block)
    elif extended.get(b"GNU.sparse.major") == b"1":
        pieces, size = take_leading_pieces(body), int(_decimal(extended, b"GNU.sparse.realsize", -1))
    elif b"GNU.sparse.size" in extended:
        pieces, size = pax_pieces(extended.get(b"GNU.sparse.map", b"")), int(_decimal(extended, b"GNU.sparse.size", -1))
    if pieces is not None:
        check_map(pieces, size, stored - body.taken)
        whole = size - stored <= MOST_HOLES
        content = ByteSource(with_holes(pieces, size, body)) if whole else body
    visit(_head(header, extended, size, pieces is not None), content, whole)
    body.drain()
    _take_padding(source, stored)


def _take_map_block(source):
    if not (block := _take_block(source)):
        raise Damage(f"the tar archive is cut within the map of a sparse file, after {source.taken} bytes")
    return block


def _head(header, extended, size, sparse):
    path = extended.get(b"GNU.sparse.name") or extended.get(b"path") or header.path
    # The seventh edition told folders by the slash alone.
    kind = TYPES.get(header.typeflag) or ("d" if path.endswith(b"/") else "f")
    link = extended.get(b"linkpath") or header.link
    return {
        "path": path.decode("latin1"),
        "type": kind,
        "size": size,
        "mode": f"{header.mode:o}",
        "uid": int(_decimal(extended, b"uid", header.uid)),
        "gid": int(_decimal(extended, b"gid", header.gid)),
        "mtime": _decimal(extended, b"mtime", header.mtime),
        "link": link.decode("latin1") if kind in "lh" else None,
        "sparse": sparse,
        "xattrs": _xattrs(extended),
    }


def _decimal(extended, key, otherwise):
    """An empty value takes a global one back."""
    text = extended.get(key)
    if not text:
        return otherwise
    if not re.fullmatch(rb"-?\d{1,20}(\.\d*)?", text):
        raise Damage(f"a pax header of the tar archive has a {key.decode('latin1')} that is no number")
    return float(text) if b"." in text else int(text)


def _xattrs(extended):
    names = []
    for key in extended:
        if key.startswith(b"SCHILY.xattr."):
            names.append(key[13:].decode("latin1"))
        elif key.startswith(b"SCHILY.acl."):
            names.append("system.posix_acl_" + key[11:].decode("latin1"))
        elif key == b"RHT.security.selinux":
            names.append("security.selinux")
    return names
