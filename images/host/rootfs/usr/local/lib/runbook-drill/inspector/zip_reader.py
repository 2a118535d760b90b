"""Reads a zip archive as it passes (PKWARE's APPNOTE 6.3), and holds what passed to the directory at its end."""

import calendar
import struct
import zlib

from bytesource import ByteSource
from damage import Damage, OutOfReach
from decompress import bunzip2, inflate

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
FULL = 0xFFFFFFFF
DESCRIPTOR = b"PK\7\x08"
ENCRYPTED, SIZES_FOLLOW = 0x01, 0x08
STORED, DEFLATED, BZIP2 = 0, 8, 12


def read_zip(source, visit):
    """Returns when the archive has ended well. `visit` as of `read_tar`; modes and links stand in the directory only, and are not told."""
    passed, listed = _Tally(), _Tally()
    while (magic := source.peek(4)) != b"PK\5\6":
        if magic == b"PK\3\4":
            _read_member(source, visit, passed)
        elif magic == b"PK\1\2":
            _read_listing(source, listed)
        elif magic == b"PK\6\6":
            _take(source, 4)
            _take(source, struct.unpack("<Q", _take(source, 8))[0])
        elif magic == b"PK\6\7":
            _take(source, 20)
        elif not magic:
            raise Damage(f"the zip archive is cut after {source.taken} bytes: its directory does not end")
        else:
            raise Damage(f"the zip archive has bytes at {source.taken} that belong to no member")
    *_, comment = END.unpack(_take(source, END.size))
    _take(source, comment)
    if passed != listed:
        raise Damage(f"the zip archive has {passed.count} members, and its directory lists {listed.count}, or others")
    if source.peek(1):
        raise Damage("bytes follow the end of the zip archive")


class _Tally:
    """Which members there are, in any order and in constant memory."""

    def __init__(self):
        self.count = self.sum = 0

    def add(self, *member):
        self.count += 1
        self.sum = (self.sum + hash(member)) % (1 << 64)

    def __eq__(self, other):
        return (self.count, self.sum) == (other.count, other.sum)


def _take(source, count):
    part = source.take(count)
    if len(part) < count:
        raise Damage(f"the zip archive is cut after {source.taken} bytes")
    return part


def _read_member(source, visit, passed):
    offset = source.taken
    _, _, flags, method, time, date, crc, packed, size, name_length, extra_length = LOCAL.unpack(_take(source, LOCAL.size))
    name = _take(source, name_length)
    extra = _extras(_take(source, extra_length))
    size, packed = _large(extra, size, packed)
    what = f"the member of the zip archive at byte {offset}"
    if flags & ENCRYPTED:
        raise OutOfReach("a zip archive with a password of its own")
    if method not in (STORED, DEFLATED, BZIP2):
        raise OutOfReach(f"a zip archive with compression method {method}")
    if flags & SIZES_FOLLOW and method != DEFLATED:
        raise OutOfReach("a zip archive with a member that does not tell where it ends")
    found = {"crc": 0, "size": 0}
    start = source.taken
    content = ByteSource(_checked(_unpacked(source, method, packed, bool(flags & SIZES_FOLLOW), what), found))
    visit(_head(name, size, date, time, extra), content, True)
    content.drain()
    if flags & SIZES_FOLLOW:
        crc, packed, size = _take_descriptor(source, found, source.taken - start, what)
    if (crc, size, packed) != (found["crc"], found["size"], source.taken - start if not flags & SIZES_FOLLOW else packed):
        raise Damage(f"{what} has another checksum or size than it says")
    passed.add(name, crc, packed, size, offset)


def _unpacked(source, method, packed, sizes_follow, what):
    if sizes_follow:
        return inflate(source)
    content = source.part(packed, what)
    return content if method == STORED else _to_its_end(inflate(content) if method == DEFLATED else bunzip2(content), content, what)


def _to_its_end(decoded, content, what):
    yield from decoded
    if content.peek(1):
        raise Damage(f"{what} has bytes behind its end")


def _checked(content, found):
    for part in content:
        found["crc"] = zlib.crc32(part, found["crc"])
        found["size"] += len(part)
        yield part


def _take_descriptor(source, found, packed, what):
    """Sizes of 4 or 8 bytes, with a signature or without: only the right one agrees with what passed."""
    for form in ("<4sIQQ", "<4sIII", "<0sIQQ", "<0sIII"):
        if "Q" in form or max(packed, found["size"]) <= FULL:
            wanted = struct.pack(form, DESCRIPTOR, found["crc"], packed, found["size"])
            if source.peek(len(wanted)) == wanted:
                source.take(len(wanted))
                return found["crc"], packed, found["size"]
    raise Damage(f"{what} has another checksum or size than it says")


def _read_listing(source, listed):
    fields = CENTRAL.unpack(_take(source, CENTRAL.size))
    crc, packed, size, name_length, extra_length, comment_length = fields[7:13]
    offset = fields[16]
    name = _take(source, name_length)
    size, packed, offset = _large(_extras(_take(source, extra_length)), size, packed, offset)
    _take(source, comment_length)
    listed.add(name, crc, packed, size, offset)


def _extras(data):
    extras, at = {}, 0
    while at + 4 <= len(data):
        key, length = struct.unpack_from("<HH", data, at)
        extras[key] = data[at + 4:at + 4 + length]
        at += 4 + length
    return extras


def _large(extra, *numbers):
    """Numbers that do not fit in 32 bits stand in the zip64 field, in this order."""
    large = iter(struct.unpack(f"<{len(extra.get(1, b'')) // 8}Q", extra.get(1, b"")[:len(extra.get(1, b"")) // 8 * 8]))
    return [next(large, number) if number == FULL else number for number in numbers]


def _head(name, size, date, time, extra):
    # Some programs write no date at all: then the month is 0, of which there is none.
    mtime = calendar.timegm((1980 + (date >> 9), min(max(date >> 5 & 15, 1), 12), date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2, 0, 0, 0))
    stamp = extra.get(0x5455, b"")
    if len(stamp) >= 5 and stamp[0] & 1:
        mtime = struct.unpack_from("<i", stamp, 1)[0]
    owner = extra.get(0x7875, b"")
    uid = gid = None
    if len(owner) > 2 and owner[0] == 1 and len(owner) >= 3 + owner[1]:
        uid = int.from_bytes(owner[2:2 + owner[1]], "little")
        gid = int.from_bytes(owner[3 + owner[1]:3 + owner[1] + owner[2 + owner[1]]], "little")
    kind = "d" if name.endswith(b"/") else "f"
    return {"path": name.decode("latin1"), "type": kind, "size": size, "mode": None, "uid": uid, "gid": gid, "mtime": mtime, "link": None, "sparse": False, "xattrs": []}
