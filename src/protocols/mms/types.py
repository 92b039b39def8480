"""MMS type specifications: what GetVariableAccessAttributes tells."""

from dataclasses import dataclass

from ...errors import DecodeError, LimitError
from .. import ber
from .data import MAX_DEPTH, DataTag

__all__ = ["TypeSpec", "decode_type", "encode_type"]

MAX_COMPONENTS = 10_000
"""Components of one structure."""


@dataclass(frozen=True, slots=True)
class TypeSpec:
    """One type; ``tag`` is the Data tag its values carry."""

    tag: int
    """A :class:`~meterwire.protocols.mms.data.DataTag`."""
    size: int = 0
    """Bits of numbers; length of strings and bit strings (negative: at most); elements of an array;
    1 for the binary time with date."""
    components: tuple[tuple[str, "TypeSpec"], ...] = ()
    """Members of a structure, in order."""
    element: "TypeSpec | None" = None
    """Element type of an array."""

    @property
    def names(self) -> tuple[str, ...]:
        """Component names of a structure."""
        return tuple(name for name, _ in self.components)

    def component(self, name: str) -> "TypeSpec | None":
        """The component called ``name``, None when there is none."""
        return next((spec for own, spec in self.components if own == name), None)


_SIZED = {
    DataTag.BIT_STRING,
    DataTag.INTEGER,
    DataTag.UNSIGNED,
    DataTag.OCTET_STRING,
    DataTag.VISIBLE_STRING,
    DataTag.MMS_STRING,
}


def encode_type(spec: TypeSpec) -> bytes:
    """The type as one element."""
    tag = spec.tag
    if tag == DataTag.STRUCTURE:
        parts = [
            ber.tlv(0x30, ber.tlv(0x80, name.encode("ascii")) + ber.tlv(0xA1, encode_type(member)))
            for name, member in spec.components
        ]
        return ber.tlv(tag, ber.tlv(0xA1, b"".join(parts)))
    if tag == DataTag.ARRAY and spec.element is not None:
        count = ber.tlv(0x81, ber.encode_unsigned(spec.size))
        return ber.tlv(tag, count + ber.tlv(0xA2, encode_type(spec.element)))
    if tag in _SIZED:
        return ber.tlv(tag, ber.encode_integer(spec.size))
    if tag == DataTag.FLOAT:
        exponent = 11 if spec.size == 64 else 8
        return bytes((0xA7, 6, 2, 1, spec.size, 2, 1, exponent))
    if tag == DataTag.BINARY_TIME:
        return bytes((tag, 1, 0xFF if spec.size else 0))
    return bytes((tag, 0))


def decode_type(data: bytes, start: int, end: int, depth: int = 0) -> tuple[TypeSpec, int]:
    """The type element at ``start`` and the offset behind it."""
    tag, first, stop = ber.read_header(data, start, end)
    if depth >= MAX_DEPTH:
        msg = f"type nested deeper than {MAX_DEPTH}"
        raise LimitError(msg, offset=start)
    if tag == DataTag.STRUCTURE:
        return TypeSpec(tag, components=_components(data, first, stop, depth)), stop
    if tag == DataTag.ARRAY:
        return _array(data, first, stop, depth), stop
    if tag in _SIZED:
        return TypeSpec(tag, ber.decode_integer(data, first, stop)), stop
    if tag in (0xA7, DataTag.FLOAT):
        inner, a, b = ber.read_header(data, first, stop)
        if inner != 0x02:
            msg = "malformed floating-point type"
            raise DecodeError(msg, offset=first, data=data[first:stop])
        return TypeSpec(DataTag.FLOAT, ber.decode_integer(data, a, b)), stop
    if tag == DataTag.BINARY_TIME:
        return TypeSpec(tag, int(stop > first and data[first] != 0)), stop
    if tag in (DataTag.BOOLEAN, DataTag.UTC_TIME):
        return TypeSpec(tag), stop
    msg = f"type {tag:02X} is not one of 8-1"
    raise DecodeError(msg, offset=start, data=data[start:stop])


def _components(data: bytes, start: int, end: int, depth: int) -> tuple[tuple[str, TypeSpec], ...]:
    components: list[tuple[str, TypeSpec]] = []
    for tag, first, stop in ber.elements(data, start, end):
        if tag != 0xA1:
            continue
        for _, a, b in ber.elements(data, first, stop):
            if len(components) >= MAX_COMPONENTS:
                msg = f"structure of more than {MAX_COMPONENTS} components"
                raise LimitError(msg, offset=a)
            name = ""
            spec: TypeSpec | None = None
            for part, c, d in ber.elements(data, a, b):
                if part == 0x80:
                    name = data[c:d].decode("ascii", "replace")
                elif part == 0xA1:
                    spec, _ = decode_type(data, c, d, depth + 1)
            if spec is None:
                msg = "component without type"
                raise DecodeError(msg, offset=a, data=data[a:b])
            components.append((name, spec))
    return tuple(components)


def _array(data: bytes, start: int, end: int, depth: int) -> TypeSpec:
    count = -1
    element: TypeSpec | None = None
    for tag, first, stop in ber.elements(data, start, end):
        if tag == 0x81:
            count = ber.decode_unsigned(data, first, stop)
        elif tag == 0xA2:
            element, _ = decode_type(data, first, stop, depth + 1)
    if count < 0 or element is None:
        msg = "array type without count or element"
        raise DecodeError(msg, offset=start, data=data[start:end])
    return TypeSpec(DataTag.ARRAY, count, element=element)
