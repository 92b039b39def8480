"""Values of DL/T 698.45 data types as Python values that remember their type.

Four types are Python's own: ``None`` is null, ``bool`` bool, ``bytes`` octet-string, ``str`` visible-string and ``float``
float64. Every other type is a class of its own, most of them a subclass of the Python type one would compute with:
``LongUnsigned(2413) + 1 == 2414``. Only the class tells the tag, so equal numbers of different types compare equal;
``repr`` shows the difference.

=====  ======================  =============================
tag    type                    class
=====  ======================  =============================
0      null                    None
1      array                   :class:`Array` (tuple)
2      structure               :class:`Structure` (tuple)
3      bool                    bool, :class:`Bool` for TRUE sent as anything but 01
4      bit-string              :class:`BitString`
5 6    double-long (unsigned)  :class:`DoubleLong`, :class:`DoubleLongUnsigned` (int)
9      octet-string            bytes
10     visible-string          str
12     UTF8-string             :class:`UTF8String` (bytes)
15     integer                 :class:`Integer` (int, 8 bits)
16 18  long (unsigned)         :class:`Long`, :class:`LongUnsigned` (int, 16 bits)
17     unsigned                :class:`Unsigned` (int, 8 bits)
20 21  long64 (unsigned)       :class:`Long64`, :class:`Long64Unsigned` (int)
22     enum                    :class:`Enum` (int)
23 24  float32, float64        :class:`Float32`, float
80     OI                      :class:`OI` (int)
81 83  OAD, OMD                :class:`OAD`, :class:`OMD` (int)
85     TSA                     in :mod:`.address`
86 87  MAC, RN                 :class:`MAC`, :class:`RN` (bytes)
=====  ======================  =============================

Dates are in :mod:`.dates`; ROAD, TI, Region, RSD, CSD, MS and the like in :mod:`.selectors` and :mod:`.records`.
"""

import struct
from collections.abc import Iterable
from typing import Any, ClassVar, Final, Self

from ...errors import UsageError

__all__ = [
    "MAC",
    "NULL",
    "OAD",
    "OI",
    "OMD",
    "RN",
    "Array",
    "BitString",
    "Bool",
    "DoubleLong",
    "DoubleLongUnsigned",
    "Enum",
    "Float32",
    "Integer",
    "Long",
    "Long64",
    "Long64Unsigned",
    "LongUnsigned",
    "Null",
    "Number",
    "Octets",
    "Structure",
    "UTF8String",
    "UnknownData",
    "Unsigned",
]


class Number(int):
    """Base of the integer types; checks the range, prints its type."""

    __slots__ = ()
    TAG: ClassVar[int]
    """Tag in Data."""
    NAME: ClassVar[str]
    """The standard's name of the type."""
    SIZE: ClassVar[int]
    """Octets on the wire."""
    SIGNED: ClassVar[bool] = False
    """True for two's complement."""

    def __new__(cls, value: int = 0) -> Self:
        """From an integer in range; UsageError otherwise."""
        number = int(value)
        low = -(1 << (8 * cls.SIZE - 1)) if cls.SIGNED else 0
        if not low <= number < low + (1 << 8 * cls.SIZE):
            raise UsageError(f"{cls.NAME} is {low}..{low + (1 << 8 * cls.SIZE) - 1}, not {number}")
        return int.__new__(cls, number)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)})"

    def __str__(self) -> str:
        return int.__repr__(self)


class DoubleLong(Number):
    """32-bit signed integer."""

    __slots__ = ()
    TAG, NAME, SIZE, SIGNED = 5, "double-long", 4, True


class DoubleLongUnsigned(Number):
    """32-bit unsigned integer."""

    __slots__ = ()
    TAG, NAME, SIZE = 6, "double-long-unsigned", 4


class Integer(Number):
    """8-bit signed integer."""

    __slots__ = ()
    TAG, NAME, SIZE, SIGNED = 15, "integer", 1, True


class Long(Number):
    """16-bit signed integer."""

    __slots__ = ()
    TAG, NAME, SIZE, SIGNED = 16, "long", 2, True


class Unsigned(Number):
    """8-bit unsigned integer."""

    __slots__ = ()
    TAG, NAME, SIZE = 17, "unsigned", 1


class LongUnsigned(Number):
    """16-bit unsigned integer."""

    __slots__ = ()
    TAG, NAME, SIZE = 18, "long-unsigned", 2


class Long64(Number):
    """64-bit signed integer."""

    __slots__ = ()
    TAG, NAME, SIZE, SIGNED = 20, "long64", 8, True


class Long64Unsigned(Number):
    """64-bit unsigned integer."""

    __slots__ = ()
    TAG, NAME, SIZE = 21, "long64-unsigned", 8


class Enum(Number):
    """Enumeration, one octet."""

    __slots__ = ()
    TAG, NAME, SIZE = 22, "enum", 1


class Bool(Number):
    """TRUE that was sent as an octet other than 01; bool itself is what one writes."""

    __slots__ = ()
    TAG, NAME, SIZE = 3, "bool", 1


class _Identifier(Number):
    __slots__ = ()

    def __new__(cls, value: int | str = 0) -> Self:
        if isinstance(value, str):
            try:
                octets = bytes.fromhex(value)
            except ValueError:
                octets = b""
            if len(octets) != cls.SIZE:
                raise UsageError(f"an {cls.NAME} is {2 * cls.SIZE} hex digits, not {value!r}")
            value = int.from_bytes(octets, "big")
        return super().__new__(cls, value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self}')"

    def __str__(self) -> str:
        return f"{int(self):0{2 * self.SIZE}X}"


class OI(_Identifier):
    """Object identifier, e.g. ``OI("0010")``: forward active energy."""

    __slots__ = ()
    TAG, NAME, SIZE = 80, "OI", 2


class OAD(_Identifier):
    """Object attribute descriptor, e.g. ``OAD("00100201")``: object 0010, attribute 2, its first element."""

    __slots__ = ()
    TAG, NAME, SIZE = 81, "OAD", 4

    @classmethod
    def of(cls, oi: int | str, attribute: int = 2, index: int = 0, feature: int = 0) -> Self:
        """From its parts: attribute 0..31 (0 all), index 0..255 (0 whole attribute), feature 0..7 (0 present value)."""
        if not (0 <= attribute < 32 and 0 <= feature < 8 and 0 <= index < 256):
            raise UsageError(f"attribute 0..31, feature 0..7, index 0..255, not {attribute}, {feature}, {index}")
        return cls(int(OI(oi)) << 16 | feature << 13 | attribute << 8 | index)

    @property
    def oi(self) -> OI:
        """Object."""
        return OI(self >> 16)

    @property
    def attribute(self) -> int:
        """Attribute number, 0 for all attributes."""
        return int(self) >> 8 & 31

    @property
    def feature(self) -> int:
        """How the attribute is to be taken, 0 as it is now."""
        return int(self) >> 13 & 7

    @property
    def index(self) -> int:
        """Element of the attribute from 1; 0 the whole; of a record table n is the n-th last record."""
        return int(self) & 255


class OMD(_Identifier):
    """Object method descriptor, e.g. ``OMD("80008100")``: object 8000, method 129, mode 0."""

    __slots__ = ()
    TAG, NAME, SIZE = 83, "OMD", 4

    @classmethod
    def of(cls, oi: int | str, method: int, mode: int = 0) -> Self:
        """From its parts: method 0..255, mode 0..255 (0 is the only one defined)."""
        if not (0 <= method < 256 and 0 <= mode < 256):
            raise UsageError(f"method and mode are 0..255, not {method}, {mode}")
        return cls(int(OI(oi)) << 16 | method << 8 | mode)

    @property
    def oi(self) -> OI:
        """Object."""
        return OI(self >> 16)

    @property
    def method(self) -> int:
        """Method number."""
        return int(self) >> 8 & 255

    @property
    def mode(self) -> int:
        """Mode of operation, 0."""
        return int(self) & 255


class _Elements(tuple[Any, ...]):
    __slots__ = ()
    TAG: ClassVar[int]
    NAME: ClassVar[str]

    def __new__(cls, elements: Iterable[Any] = ()) -> Self:
        return tuple.__new__(cls, elements)

    def __repr__(self) -> str:
        return f"{type(self).__name__}([{', '.join(map(repr, self))}])"


class Array(_Elements):
    """Elements of one kind; a tuple of Data."""

    __slots__ = ()
    TAG, NAME = 1, "array"


class Structure(_Elements):
    """Elements of different kinds; a tuple of Data."""

    __slots__ = ()
    TAG, NAME = 2, "structure"


class Octets(bytes):
    """Base of the types that are kept as the octets received."""

    __slots__ = ()
    TAG: ClassVar[int]
    NAME: ClassVar[str]

    def __repr__(self) -> str:
        return f"{type(self).__name__}.fromhex('{self.hex()}')"

    def __str__(self) -> str:
        return self.hex().upper()


class MAC(Octets):
    """Message authentication code."""

    __slots__ = ()
    TAG, NAME = 86, "MAC"


class RN(Octets):
    """Random number made by the ESAM."""

    __slots__ = ()
    TAG, NAME = 87, "RN"


class UTF8String(Octets):
    """Octets that should be UTF-8; ``str()`` gives the text, with U+FFFD for what is none."""

    __slots__ = ()
    TAG, NAME = 12, "UTF8-string"

    @classmethod
    def of(cls, text: str) -> Self:
        """From a text."""
        return cls(text.encode("utf-8", "replace"))

    def __str__(self) -> str:
        return self.decode("utf-8", "replace")


class BitString:
    """``size`` bits, the first one in bit 7 of the first octet; padding is kept as received."""

    __slots__ = ("octets", "size")
    TAG: Final = 4
    NAME: Final = "bit-string"
    octets: bytes
    size: int

    def __init__(self, bits: str | bytes, size: int | None = None) -> None:
        """From a text of 0 and 1, or from octets and the number of bits in them (all when not given)."""
        if isinstance(bits, str):
            if bits.strip("01"):
                raise UsageError(f"bits are 0 and 1, not {bits!r}")
            size = len(bits)
            octets = int(bits.ljust(-(-size // 8) * 8, "0") or "0", 2).to_bytes(-(-size // 8), "big")
        else:
            octets = bytes(bits)
            size = 8 * len(octets) if size is None else size
        if size < 0 or -(-size // 8) != len(octets):
            raise UsageError(f"{size} bits are {-(-size // 8)} octets, not {len(octets)}")
        object.__setattr__(self, "octets", octets)
        object.__setattr__(self, "size", size)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a bit string does not change: {name}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.octets, self.size)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, bit: int) -> bool:
        """Bit ``bit`` of the standard, 0 first transmitted; IndexError beyond the last."""
        if not 0 <= bit < self.size:
            raise IndexError(bit)
        return bool(self.octets[bit >> 3] & (0x80 >> (bit & 7)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BitString):
            return NotImplemented
        return (self.size, self.octets) == (other.size, other.octets)

    def __hash__(self) -> int:
        return hash((self.size, self.octets))

    def __str__(self) -> str:
        return "".join(f"{octet:08b}" for octet in self.octets)[: self.size]

    def __repr__(self) -> str:
        return f"BitString({self.octets!r}, {self.size})"


class Float32(float):
    """Four octets of IEEE 754; the octets are kept, since a NaN does not survive the way through a double."""

    __slots__ = ("octets",)
    TAG: Final = 23
    NAME: Final = "float32"
    octets: bytes

    def __new__(cls, value: float | bytes = 0.0) -> Self:
        """From a number (rounded to single precision) or four octets."""
        try:
            octets = bytes(value) if isinstance(value, bytes | bytearray) else struct.pack(">f", value)
            number = float.__new__(cls, struct.unpack(">f", octets)[0])
        except (struct.error, OverflowError) as error:
            raise UsageError(f"float32: {error}") from None
        number.octets = octets
        return number

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.octets,)

    def __repr__(self) -> str:
        return f"Float32({float.__repr__(self)})"

    def __str__(self) -> str:
        return f"{float(self):.7g}"


class Null:
    """Data null where data is OPTIONAL: None says there that nothing was sent, :data:`NULL` that null was."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Null)

    def __hash__(self) -> int:
        return hash(Null)

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NULL"

    def __str__(self) -> str:
        return "null"


NULL: Final = Null()
"""The one :class:`Null`."""


class UnknownData:
    """Data that holds a tag nobody knows, kept whole: ``octets`` is everything from ``tag`` on, ``offset`` the culprit."""

    __slots__ = ("octets", "offset", "tag")
    octets: bytes
    offset: int
    tag: int

    def __init__(self, tag: int, octets: bytes, offset: int = 0) -> None:
        for name, value in (("tag", tag), ("octets", octets), ("offset", offset)):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"unknown data does not change: {name}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.tag, self.octets, self.offset)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, UnknownData):
            return NotImplemented
        return (self.tag, self.octets) == (other.tag, other.octets)

    def __hash__(self) -> int:
        return hash((self.tag, self.octets))

    def __repr__(self) -> str:
        return f"UnknownData({self.tag}, {self.octets!r}, {self.offset})"
