"""A-XDR as DL/T 698.45 uses it: one description per type that reads, writes and explains.

Fixed integers are most significant octet first; lengths and counts below 80H are one octet, others 81H..84H and 1..4
octets; CHOICE is one octet of tag; OPTIONAL one octet, 00 or 01. A type of the standard is a :class:`Wire`; SEQUENCEs
are classes whose annotations name the wires of their fields::

    @record
    class GetRecord:
        oad: OAD
        rsd: RSD
        rcsd: RCSD

:func:`wire_of` turns an annotation into its wire: a class registered with :func:`register`, ``tuple[X, ...]`` for
SEQUENCE OF, ``X | None`` for OPTIONAL, ``Annotated[..., wire]`` for anything else.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar, dataclass_transform

from ...anatomy import Field
from ...errors import DecodeError, LimitError, TruncatedError, UsageError
from ...wire import Cursor

__all__ = [
    "MAX_DEPTH",
    "MAX_FIELDS",
    "U8",
    "U16",
    "U32",
    "Choice",
    "Fixed",
    "Flag",
    "ListOf",
    "Octet",
    "OctetsOf",
    "Optional",
    "Reader",
    "Record",
    "Teller",
    "UnknownTagError",
    "Wire",
    "count_prefix",
    "record",
    "record_wire",
    "register",
    "wire_of",
]

MAX_DEPTH: Final = 32
"""Data inside data; deeper is a LimitError (decoding) or UsageError (encoding)."""
MAX_FIELDS: Final = 20_000
"""Fields of one anatomy; what is beyond is told in one."""

T = TypeVar("T")


class UnknownTagError(DecodeError):
    """A tag or choice nobody knows: what contains it is kept as unknown."""


class Reader(Cursor):
    """Cursor that knows lengths and how deep it is in nested data."""

    __slots__ = ("depth",)

    def __init__(self, data: bytes, start: int = 0, end: int | None = None, depth: int = 0) -> None:
        super().__init__(data, start, end)
        self.depth = depth

    def length(self) -> int:
        """A length or count; what it counts must still fit, so it is never more than the octets left."""
        start = self.offset
        value = self.u8()
        if value >= 0x80:
            if not 0x81 <= value <= 0x84:
                raise DecodeError("a length is 1 octet, or 81H..84H and as many", offset=start, data=bytes((value,)))
            value = int.from_bytes(self.take(value & 0x7F), "big")
        if value > self.end - self.offset:
            raise TruncatedError(
                f"length or count is {value}, {self.end - self.offset} octets are left",
                offset=start,
                data=self.data[start : self.offset],
            )
        return value


def count_prefix(count: int) -> bytes:
    """A length or count on the wire, in its shortest form."""
    if count < 0x80:
        return bytes((count,))
    size = (count.bit_length() + 7) // 8
    if size > 4:
        raise UsageError(f"{count} is no length")
    return bytes((0x80 | size,)) + count.to_bytes(size, "big")


class Teller:
    """Collects the anatomy of what a wire reads."""

    __slots__ = ("base", "data", "depth", "describe", "fields", "record", "words")

    def __init__(
        self,
        data: bytes,
        base: int = 0,
        depth: int = 0,
        describe: Callable[[Any], str] | None = None,
        words: Mapping[str, Callable[[Any], str]] | None = None,
    ) -> None:
        self.data = data
        self.base = base
        """Added to every offset: where ``data`` begins in the frame."""
        self.depth = depth
        self.fields: list[Field] = []
        self.describe = describe or str
        """Text of a leaf value."""
        self.words = words or {}
        """Text of the leaf values of some fields, by ``field`` or ``Record.field``."""
        self.record = ""
        """Name of the record whose fields are being told."""

    def say(self, name: str, value: Any) -> str:
        """Text of the value of the field ``name`` of the present record."""
        words = self.words.get(f"{self.record}.{name}") or self.words.get(name)
        return self.describe(value) if words is None else words(value)

    def leaf(self, start: int, end: int, name: str, meaning: str = "") -> None:
        """One field without parts."""
        if len(self.fields) >= MAX_FIELDS:
            raise LimitError(f"more than {MAX_FIELDS} fields", offset=start)
        self.fields.append(
            Field(offset=self.base + start, data=self.data[start:end], name=name, meaning=meaning, depth=self.depth)
        )

    @contextmanager
    def group(self, reader: Reader, name: str, meaning: str = "") -> Iterator[None]:
        """Everything explained inside is a part of one field, which covers what the reader moves over."""
        index, start = len(self.fields), reader.offset
        self.leaf(start, start, name, meaning)
        self.depth += 1
        end = start
        try:
            yield
            end = reader.offset
        except DecodeError:  # what was read but could not be told belongs to no part
            end = max((f.offset + len(f.data) - self.base for f in self.fields[index + 1 :]), default=start)
            raise
        finally:
            self.depth -= 1
            self.fields[index] = dataclasses.replace(self.fields[index], data=self.data[start:end])


class Wire:
    """How one type stands on the wire."""

    __slots__ = ()
    name: str = ""

    def read(self, r: Reader) -> Any:
        """The value; DecodeError."""
        raise NotImplementedError

    def write(self, out: bytearray, value: Any) -> None:
        """Append the value; UsageError when it cannot be sent."""
        raise NotImplementedError

    def tell(self, r: Reader, name: str, teller: Teller) -> Any:
        """Read and explain; the value."""
        start = r.offset
        value = self.read(r)
        teller.leaf(start, r.offset, name, teller.say(name, value))
        return value


class Octet(Wire):
    """Integer of ``size`` octets, as ``cls``."""

    __slots__ = ("cls", "name", "signed", "size")

    def __init__(self, size: int, name: str, cls: type[int] = int, *, signed: bool = False) -> None:
        self.size, self.name, self.cls, self.signed = size, name, cls, signed

    def read(self, r: Reader) -> int:
        """The number."""
        value = int.from_bytes(r.take(self.size), "big", signed=self.signed)
        return value if self.cls is int else int.__new__(self.cls, value)

    def write(self, out: bytearray, value: int) -> None:
        """Append the number."""
        try:
            out += value.to_bytes(self.size, "big", signed=self.signed)
        except (OverflowError, AttributeError):
            raise UsageError(f"{self.name} is an integer of {self.size} octets, not {value!r}") from None


class Flag(Wire):
    """TRUE and FALSE; TRUE sent as anything but 01 is kept as the integer it was."""

    name = "bool"

    def read(self, r: Reader) -> int:
        """True, False or the odd octet."""
        octet = r.u8()
        return bool(octet) if octet < 2 else octet

    def write(self, out: bytearray, value: int) -> None:
        """Append the octet."""
        out.append(int(value))


U8: Final = Octet(1, "unsigned")
U16: Final = Octet(2, "long-unsigned")
U32: Final = Octet(4, "double-long-unsigned")


class Fixed(Wire):
    """``size`` octets as they are, as ``cls`` (a subclass of bytes)."""

    __slots__ = ("cls", "name", "size")

    def __init__(self, size: int, name: str, cls: type[bytes] = bytes) -> None:
        self.size, self.name, self.cls = size, name, cls

    def read(self, r: Reader) -> bytes:
        """The octets."""
        return self.cls(r.take(self.size))

    def write(self, out: bytearray, value: bytes) -> None:
        """Append the octets."""
        if len(value) != self.size:
            raise UsageError(f"{self.name} is {self.size} octets, not {value!r}")
        out += value

    def tell(self, r: Reader, name: str, teller: Teller) -> bytes:
        """Read and explain."""
        start = r.offset
        value = self.read(r)
        teller.leaf(start, r.offset, name, teller.say(name, value))
        return value


class OctetsOf(Wire):
    """Length and octets, as ``cls``: bytes or a subclass, or str (one character per octet, ASCII by the standard)."""

    __slots__ = ("cls", "name")

    def __init__(self, name: str, cls: type[bytes] | type[str] = bytes) -> None:
        self.name, self.cls = name, cls

    def read(self, r: Reader) -> bytes | str:
        """The octets or text."""
        octets = r.take(r.length())
        if self.cls is bytes:
            return octets
        return octets.decode("latin-1") if self.cls is str else self.cls(octets)

    def write(self, out: bytearray, value: bytes | str) -> None:
        """Append length and octets."""
        if isinstance(value, str) and self.cls is str:
            try:
                value = value.encode("latin-1")
            except UnicodeEncodeError:
                raise UsageError(f"{self.name} holds one octet per character, which {value!r} does not") from None
        elif not isinstance(value, bytes):
            raise UsageError(f"{self.name} is octets, not {value!r}")
        out += count_prefix(len(value))
        out += value

    def tell(self, r: Reader, name: str, teller: Teller) -> bytes | str:
        """Read and explain."""
        start = r.offset
        value = self.read(r)
        teller.leaf(start, r.offset, name, teller.say(name, value) or "empty")
        return value


class Optional(Wire):
    """00, or 01 and the value; any other octet than 00 and 01 is refused, since what follows could be anything."""

    __slots__ = ("inner",)

    def __init__(self, inner: Wire) -> None:
        self.inner = inner

    def _given(self, r: Reader) -> bool:
        flag = r.u8()
        if flag > 1:
            raise DecodeError("OPTIONAL is 00 or 01", offset=r.offset - 1, data=bytes((flag,)))
        return bool(flag)

    def read(self, r: Reader) -> Any:
        """The value or None."""
        return self.inner.read(r) if self._given(r) else None

    def write(self, out: bytearray, value: Any) -> None:
        """Append 00, or 01 and the value."""
        if value is None:
            out.append(0)
        else:
            out.append(1)
            self.inner.write(out, value)

    def tell(self, r: Reader, name: str, teller: Teller) -> Any:
        """Read and explain."""
        start = r.offset
        if not self._given(r):
            teller.leaf(start, r.offset, name, "none")
            return None
        r.offset = start
        with teller.group(r, name):
            r.offset += 1
            teller.leaf(start, r.offset, "OPTIONAL", "present")
            return self.inner.tell(r, self.inner.name or name, teller)


class ListOf(Wire):
    """SEQUENCE OF: a count and as many elements, as a tuple or ``cls``."""

    __slots__ = ("cls", "inner", "name")

    def __init__(self, inner: Wire, cls: type[tuple[Any, ...]] = tuple, name: str = "SEQUENCE OF") -> None:
        self.inner, self.cls, self.name = inner, cls, name

    def read(self, r: Reader) -> tuple[Any, ...]:
        """The elements."""
        read = self.inner.read
        return self.cls([read(r) for _ in range(r.length())])

    def write(self, out: bytearray, value: Any) -> None:
        """Append count and elements."""
        if not isinstance(value, tuple | list):
            raise UsageError(f"a list of {self.inner.name or 'elements'} is wanted, not {value!r}")
        out += count_prefix(len(value))
        for element in value:
            self.inner.write(out, element)

    def tell(self, r: Reader, name: str, teller: Teller) -> tuple[Any, ...]:
        """Read and explain."""
        with teller.group(r, name):
            start = r.offset
            count = r.length()
            teller.leaf(start, r.offset, "count", str(count))
            return self.cls(
                [self.inner.tell(r, f"{self.inner.name or 'element'} {i}", teller) for i in range(1, count + 1)]
            )


class Choice(Wire):
    """CHOICE: a tag and the alternative's value. The value's class tells the alternative when writing."""

    __slots__ = ("by_class", "by_tag", "name")

    def __init__(self, name: str, alternatives: Mapping[int, tuple[type, Wire]]) -> None:
        self.name = name
        self.by_tag: dict[int, tuple[type, Wire]] = dict(alternatives)
        self.by_class: dict[type, tuple[int, Wire]] = {cls: (tag, wire) for tag, (cls, wire) in alternatives.items()}

    def _wire(self, r: Reader) -> Wire:
        tag = r.u8()
        try:
            return self.by_tag[tag][1]
        except KeyError:
            raise UnknownTagError(f"{self.name} has no choice {tag}", offset=r.offset - 1) from None

    def read(self, r: Reader) -> Any:
        """The chosen value."""
        return self._wire(r).read(r)

    def write(self, out: bytearray, value: Any) -> None:
        """Append tag and value."""
        try:
            tag, wire = self.by_class[type(value)]
        except KeyError:
            known = ", ".join(cls.__name__ for cls in self.by_class)
            raise UsageError(f"{self.name} is one of {known}, not {value!r}") from None
        out.append(tag)
        wire.write(out, value)

    def tell(self, r: Reader, name: str, teller: Teller) -> Any:
        """Read and explain."""
        with teller.group(r, name):
            start = r.offset
            wire = self._wire(r)
            tag = r.data[start]
            cls = self.by_tag[tag][0]
            teller.leaf(start, r.offset, "choice", f"{tag} {cls.__name__}")
            return wire.tell(r, wire.name or cls.__name__, teller)


class Record(Wire):
    """SEQUENCE: the fields of a class, one after the other."""

    __slots__ = ("cls", "fields", "name")

    def __init__(self, cls: type, fields: Mapping[str, Wire]) -> None:
        self.cls, self.name = cls, cls.__name__
        self.fields: tuple[tuple[str, Wire], ...] = tuple(fields.items())

    def read(self, r: Reader) -> Any:
        """One ``cls``."""
        return self.cls(**{name: wire.read(r) for name, wire in self.fields})

    def write(self, out: bytearray, value: Any) -> None:
        """Append the fields."""
        if type(value) is not self.cls:
            raise UsageError(f"{self.name} is wanted, not {value!r}")
        for name, wire in self.fields:
            try:
                wire.write(out, getattr(value, name))
            except UsageError as error:
                raise UsageError(f"{self.name}.{name}: {error}") from None

    def tell(self, r: Reader, name: str, teller: Teller) -> Any:
        """Read and explain."""
        with teller.group(r, name):
            return self.tell_fields(r, teller)

    def tell_fields(self, r: Reader, teller: Teller) -> Any:
        """The fields without a field around them."""
        values = {}
        outer = teller.record
        for field, wire in self.fields:
            teller.record = self.name
            values[field] = wire.tell(r, field, teller)
        teller.record = outer
        return self.cls(**values)


_WIRES: dict[Any, Wire] = {}


def register(annotation: Any, wire: Wire) -> Any:
    """Let ``annotation`` stand for ``wire`` in the classes declared from here on; returns the annotation."""
    _WIRES[annotation] = wire
    return annotation


def wire_of(annotation: Any) -> Wire:
    """The wire an annotation stands for; UsageError for one that stands for none."""
    try:
        if (known := _WIRES.get(annotation)) is not None:
            return known
    except TypeError:  # an unhashable annotation is none of ours
        pass
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        for extra in arguments[1:]:
            if isinstance(extra, Wire):
                return extra
        return wire_of(arguments[0])
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return ListOf(wire_of(arguments[0]))
    if origin in (types.UnionType, typing.Union) and type(None) in arguments and len(arguments) == 2:
        return Optional(wire_of(next(a for a in arguments if a is not type(None))))
    raise UsageError(f"{annotation!r} has no form on the wire")


def record_wire(cls: type) -> Record:
    """The wire of a class whose annotations are its fields."""
    hints = typing.get_type_hints(cls, include_extras=True)
    names = cls._fields if hasattr(cls, "_fields") else [field.name for field in dataclasses.fields(cls)]
    return Record(cls, {name: wire_of(hints[name]) for name in names})


@dataclass_transform(frozen_default=True, kw_only_default=False, field_specifiers=(dataclasses.field,))
def record(cls: type[T]) -> type[T]:
    """Make a SEQUENCE of a class: a frozen, slotted dataclass, registered with the wire of its fields."""
    made: type[T] = dataclasses.dataclass(frozen=True, slots=True)(cls)
    register(made, record_wire(made))
    return made
