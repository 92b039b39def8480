"""BER primitives (ISO/IEC 8825-1), as far as MMS and its lower layers use them.

Definite lengths only: ISO 8823 and 9506 peers never send indefinite ones, and refusing them closes a
classic way to exhaust a decoder. Tags are plain integers holding the identifier octets as they stand
(``0xA0``, ``0xBF48``), so tables of tags read like a hex dump.
"""

from collections.abc import Iterator

from ..errors import DecodeError, LimitError, TruncatedError

__all__ = [
    "MAX_INTEGER_OCTETS",
    "MAX_LENGTH_OCTETS",
    "Element",
    "decode_integer",
    "decode_oid",
    "decode_unsigned",
    "elements",
    "encode_integer",
    "encode_length",
    "encode_oid",
    "encode_unsigned",
    "is_oid",
    "only_element",
    "read_header",
    "tlv",
]

MAX_LENGTH_OCTETS = 4
"""A length field of more octets than this is refused."""
MAX_TAG_OCTETS = 3
"""Identifier octets, the first included."""
MAX_INTEGER_OCTETS = 17
"""INT128 and a leading zero; longer integers are refused."""

Element = tuple[int, int, int]
"""Tag, first content offset, offset behind the content."""


def read_header(data: bytes, offset: int, end: int) -> Element:
    """Read tag and length at ``offset``; the content must end at or before ``end``."""
    start = offset
    if offset >= end:
        msg = "an element was expected, nothing is left"
        raise TruncatedError(msg, offset=offset)
    tag = data[offset]
    offset += 1
    if tag & 0x1F == 0x1F:
        while True:
            if offset >= end:
                msg = "tag ends early"
                raise TruncatedError(msg, offset=start, data=data[start:end])
            if offset - start >= MAX_TAG_OCTETS:
                msg = f"tag of more than {MAX_TAG_OCTETS} octets"
                raise LimitError(msg, offset=start, data=data[start:offset])
            octet = data[offset]
            tag = tag << 8 | octet
            offset += 1
            if octet < 0x80:
                break
    if offset >= end:
        msg = "length is missing"
        raise TruncatedError(msg, offset=start, data=data[start:end])
    size = data[offset]
    offset += 1
    if size >= 0x80:
        count = size & 0x7F
        if count == 0:
            msg = "indefinite length"
            raise DecodeError(msg, offset=start, data=data[start:offset])
        if count > MAX_LENGTH_OCTETS:
            msg = f"length of {count} octets"
            raise LimitError(msg, offset=start, data=data[start:offset])
        if offset + count > end:
            msg = "length ends early"
            raise TruncatedError(msg, offset=start, data=data[start:end])
        size = int.from_bytes(data[offset : offset + count], "big")
        offset += count
    stop = offset + size
    if stop > end:
        msg = f"element of {size} octets in {end - offset}"
        raise TruncatedError(msg, offset=start, data=data[start:end])
    return tag, offset, stop


def elements(data: bytes, start: int, end: int) -> Iterator[Element]:
    """Every element of a constructed content, lazily: tag, start, stop."""
    while start < end:
        element = read_header(data, start, end)
        yield element
        start = element[2]


def only_element(data: bytes, start: int, end: int, tag: int, what: str) -> tuple[int, int]:
    """Content bounds of the single element ``tag`` that must fill ``data[start:end]``."""
    found, first, stop = read_header(data, start, end)
    if found != tag or stop != end:
        msg = f"{what}: expected one element {tag:02X}, found {found:02X}"
        raise DecodeError(msg, offset=start, data=data[start:end])
    return first, stop


def encode_length(size: int) -> bytes:
    """Shortest definite length."""
    if size < 0x80:
        return bytes((size,))
    if size < 0x100:
        return bytes((0x81, size))
    if size < 0x10000:
        return bytes((0x82, size >> 8, size & 0xFF))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def tlv(tag: int, content: bytes) -> bytes:
    """One element."""
    size = len(content)
    if tag < 0x100 and size < 0x80:
        return bytes((tag, size)) + content
    head = tag.to_bytes(1 if tag < 0x100 else 2 if tag < 0x10000 else 3, "big")
    return head + encode_length(size) + content


def encode_integer(value: int) -> bytes:
    """Shortest two's complement content."""
    return value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True)


def encode_unsigned(value: int) -> bytes:
    """Content of a non-negative integer; 0x80 and above take a leading zero."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def decode_integer(data: bytes, start: int, stop: int) -> int:
    """Signed integer content; non-minimal encodings are accepted, empty and huge ones are not."""
    size = stop - start
    if not 1 <= size <= MAX_INTEGER_OCTETS:
        msg = f"integer of {size} octets"
        raise DecodeError(msg, offset=start, data=data[start:stop])
    return int.from_bytes(data[start:stop], "big", signed=True)


def decode_unsigned(data: bytes, start: int, stop: int) -> int:
    """Unsigned integer content.

    Some stacks omit the leading zero that keeps large values positive; the type says unsigned, so
    the octets are read as unsigned.
    """
    size = stop - start
    if not 1 <= size <= MAX_INTEGER_OCTETS:
        msg = f"integer of {size} octets"
        raise DecodeError(msg, offset=start, data=data[start:stop])
    return int.from_bytes(data[start:stop], "big")


MAX_OID_OCTETS = 64


def is_oid(arcs: tuple[int, ...]) -> bool:
    """True for arcs that an object identifier can have."""
    if len(arcs) < 2 or min(arcs) < 0 or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39):
        return False
    return len(encode_oid(arcs)) <= MAX_OID_OCTETS


def encode_oid(arcs: tuple[int, ...]) -> bytes:
    """Content of an object identifier."""
    out = bytearray()
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        out += bytes(reversed(groups))
    return bytes(out)


def decode_oid(data: bytes, start: int, stop: int) -> tuple[int, ...]:
    """Arcs of an object identifier content."""
    content = data[start:stop]
    if not content or len(content) > MAX_OID_OCTETS or content[-1] & 0x80:
        msg = "malformed object identifier"
        raise DecodeError(msg, offset=start, data=content)
    arcs: list[int] = []
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if octet < 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - 40 * first, *arcs[1:])
