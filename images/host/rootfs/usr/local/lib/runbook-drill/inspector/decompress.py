"""gzip, bzip2, xz and zstd: every frame of a stream, and not a byte of it unaccounted for."""

import bz2
import lzma
import os
import zlib

from bytesource import CHUNK
from damage import Damage, OutOfReach
from program import Program

# What xz -9 needs is 65 MiB; an artefact that wants more is one for another machine.
XZ_MEMORY = 160 << 20
ZSTD = "/usr/bin/zstd"


def gunzip(source):
    """Members one after the other, as `gzip` reads them: zeros may pad the end, anything else is damage."""
    first = True
    while first or source.peek(2) == b"\x1f\x8b":
        yield from _deflated(source, 31, "gzip")
        first = False
    while part := source.some():
        if part.strip(b"\0"):
            raise Damage("bytes that are no gzip follow the end of the gzip stream")


def inflate(source):
    """One raw deflate stream, as zip holds it; what follows stays in the source."""
    return _deflated(source, -15, "zip")


def _deflated(source, window, name):
    decoder = zlib.decompressobj(window)
    try:
        while not decoder.eof:
            if not (part := decoder.unconsumed_tail or source.some(65536)):
                raise Damage(f"the {name} stream is cut, after {source.taken} bytes")
            yield decoder.decompress(part, CHUNK)
    except zlib.error as error:
        raise Damage(f"the {name} stream is damaged: {error}") from None
    source.give_back(decoder.unused_data)


def bunzip2(source):
    while source.peek(1):
        if source.peek(3) != b"BZh":
            raise Damage("bytes that are no bzip2 follow the end of the bzip2 stream")
        yield from _decoded(source, bz2.BZ2Decompressor(), "bzip2")


def unxz(source):
    while head := source.peek(6):
        # Stream padding: zeros, in fours.
        if head[:4] == bytes(4):
            source.take(4)
        elif head != b"\xfd7zXZ\0":
            raise Damage("bytes that are no xz follow the end of the xz stream")
        else:
            yield from _decoded(source, lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY), "xz")


def _decoded(source, decoder, name):
    try:
        while not decoder.eof:
            part = b""
            if decoder.needs_input and not (part := source.some(65536)):
                raise Damage(f"the {name} stream is cut, after {source.taken} bytes")
            yield decoder.decompress(part, CHUNK)
    except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
        if "memory" in str(error).lower():
            raise OutOfReach(f"{name} that needs more than {XZ_MEMORY >> 20} MiB of memory") from None
        raise Damage(f"the {name} stream is damaged: {error}") from None
    source.give_back(decoder.unused_data)


def unzstd(source):
    """Frames one after the other, skippable ones among them."""
    if not os.access(ZSTD, os.X_OK):
        raise OutOfReach("zstd, which is not on this machine")
    return Program(source, [ZSTD, "-dcq", "--no-progress"], _judge_zstd)


def _judge_zstd(code, messages):
    if code == 0:
        return
    said = messages.strip().rpartition("\n")[2].replace("/*stdin*\\", "zstd")
    if "too much memory" in messages or "--long=" in messages or "--memory" in messages:
        raise OutOfReach("zstd with a window that zstd -d refuses without --long")
    raise Damage(f"the zstd stream is damaged: {said or f'zstd -d ends with {code}'}")
