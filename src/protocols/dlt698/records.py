"""The composite data types: ROAD, TI, Region, Scaler_Unit, CSD, RCSD, SID, SID_MAC, COMDCB; and TimeTag."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, TypeAlias

from .address import TSA
from .axdr import U8, U16, U32, Choice, Fixed, Flag, ListOf, Octet, OctetsOf, Wire, record, register, wire_of
from .dar import DAR
from .data import Data, extend
from .dates import DateTime, DateTimeS
from .units import unit_symbol
from .values import MAC, OAD, OI, OMD, RN

__all__ = [
    "COMDCB",
    "CSD",
    "RCSD",
    "ROAD",
    "SID",
    "TI",
    "Boolean",
    "Byte",
    "Quad",
    "Region",
    "ScalerUnit",
    "SidMac",
    "TimeTag",
    "Word",
]

Byte: TypeAlias = Annotated[int, U8]
"""One octet, 0..255."""
Word: TypeAlias = Annotated[int, U16]
"""Two octets, 0..65535."""
Quad: TypeAlias = Annotated[int, U32]
"""Four octets, 0..2**32-1."""
Boolean: TypeAlias = Annotated[int, Flag()]
"""TRUE or FALSE."""
Scaler: TypeAlias = Annotated[int, Octet(1, "integer", signed=True)]

for _cls in (OAD, OMD, OI):
    register(_cls, Octet(_cls.SIZE, _cls.NAME, _cls))
register(DAR, Octet(1, "DAR", DAR))
for _moment in (DateTime, DateTimeS):
    register(_moment, Fixed(_moment.SIZE, _moment.NAME, _moment))
for _octets in (TSA, MAC, RN):
    register(_octets, OctetsOf(_octets.NAME, _octets))
register(bytes, OctetsOf("octet-string"))
register(str, OctetsOf("visible-string", str))


@record
class ROAD:
    """Record object attribute descriptor: a record table and some of its columns."""

    TAG: ClassVar = 82
    NAME: ClassVar = "ROAD"
    oad: OAD
    """The table, e.g. the daily freeze 50040200."""
    related: tuple[OAD, ...]
    """The columns."""

    def __str__(self) -> str:
        return f"{self.oad}[{' '.join(map(str, self.related))}]"


_UNITS: Final = ("s", "min", "h", "d", "month", "year")


@record
class TI:
    """Time interval."""

    TAG: ClassVar = 84
    NAME: ClassVar = "TI"
    unit: Byte
    """0 second, 1 minute, 2 hour, 3 day, 4 month, 5 year."""
    interval: Word
    """Number of units; 0 often means none."""

    SECONDS: ClassVar[tuple[int, ...]] = (1, 60, 3600, 86400)

    @property
    def seconds(self) -> int | None:
        """Length in seconds; None for months and years, whose length depends on when."""
        return self.interval * self.SECONDS[self.unit] if self.unit < len(self.SECONDS) else None

    def __str__(self) -> str:
        return f"{self.interval} {_UNITS[self.unit] if self.unit < len(_UNITS) else f'units {self.unit}'}"


_BRACKETS: Final = (("[", ")"), ("(", "]"), ("[", "]"), ("(", ")"))


@record
class Region:
    """Interval of values."""

    TAG: ClassVar = 88
    NAME: ClassVar = "Region"
    kind: Byte
    """0 [start, end), 1 (start, end], 2 [start, end], 3 (start, end)."""
    start: Data
    """Lower bound."""
    end: Data
    """Upper bound."""

    def __contains__(self, value: Any) -> bool:
        above = value >= self.start if self.kind in {0, 2} else value > self.start
        return bool(above and (value <= self.end if self.kind in {1, 2} else value < self.end))

    def __str__(self) -> str:
        low, high = _BRACKETS[self.kind] if self.kind < 4 else ("?", "?")
        return f"{low}{self.start}, {self.end}{high}"


@record
class ScalerUnit:
    """How an integer becomes a quantity: ``number * 10 ** scaler unit``."""

    TAG: ClassVar = 89
    NAME: ClassVar = "Scaler_Unit"
    scaler: Scaler
    """Exponent of ten, -128..127."""
    unit: Byte
    """Code of :data:`.units.UNITS`."""

    def scaled(self, number: int) -> Decimal:
        """The quantity, exactly."""
        return Decimal(number).scaleb(self.scaler)

    @property
    def symbol(self) -> str:
        """Symbol of the unit."""
        return unit_symbol(self.unit)

    def __str__(self) -> str:
        return f"10^{self.scaler} {self.symbol}".rstrip()


_COLUMN: Final = Choice("CSD", {0: (OAD, wire_of(OAD)), 1: (ROAD, wire_of(ROAD))})


class _CsdWire(Wire):
    """CSD as Data: a wrapper keeps it apart from a plain OAD."""

    name = "CSD"

    def read(self, r: Any) -> "CSD":
        return CSD(_COLUMN.read(r))

    def write(self, out: bytearray, value: "CSD") -> None:
        _COLUMN.write(out, value.column)

    def tell(self, r: Any, name: str, teller: Any) -> "CSD":
        return CSD(_COLUMN.tell(r, name, teller))


Column: TypeAlias = Annotated[OAD | ROAD, _COLUMN]


@record
class CSD:
    """Column selection descriptor as a value of Data; in :class:`RCSD` the column stands alone."""

    TAG: ClassVar = 91
    NAME: ClassVar = "CSD"
    column: Column
    """OAD, or ROAD."""

    def __str__(self) -> str:
        return str(self.column)


class RCSD(tuple[OAD | ROAD, ...]):
    """Record column selection descriptor: the columns of a record table; empty asks for all of them."""

    __slots__ = ()
    TAG, NAME = 96, "RCSD"

    def __repr__(self) -> str:
        return f"RCSD([{', '.join(map(repr, self))}])"

    def __str__(self) -> str:
        return ", ".join(map(str, self)) or "all columns"


register(RCSD, ListOf(_COLUMN, RCSD, "RCSD"))


@record
class SID:
    """Security identifier."""

    TAG: ClassVar = 93
    NAME: ClassVar = "SID"
    identifier: Quad
    """What the ESAM is to do."""
    data: bytes
    """Additional data."""


@record
class SidMac:
    """SID and MAC."""

    TAG: ClassVar = 94
    NAME: ClassVar = "SID_MAC"
    sid: SID
    """Identifier."""
    mac: MAC
    """Authentication code."""


_BAUD: Final = (300, 600, 1200, 2400, 4800, 7200, 9600, 19200, 38400, 57600, 115200)


@record
class COMDCB:
    """Settings of a serial port."""

    TAG: ClassVar = 95
    NAME: ClassVar = "COMDCB"
    baud: Byte
    """0 300, 1 600, 2 1200, 3 2400, 4 4800, 5 7200, 6 9600, 7 19200, 8 38400, 9 57600, 10 115200, 255 automatic."""
    parity: Byte = 0
    """0 none, 1 odd, 2 even."""
    data_bits: Byte = 8
    """5..8."""
    stop_bits: Byte = 1
    """1 or 2."""
    flow_control: Byte = 0
    """0 none, 1 hardware, 2 software."""

    @property
    def bits_per_second(self) -> int | None:
        """Baud rate; None for automatic and reserved codes."""
        return _BAUD[self.baud] if self.baud < len(_BAUD) else None

    def __str__(self) -> str:
        parity = "NOE"[self.parity] if self.parity < 3 else "?"
        return (
            f"{self.bits_per_second or 'automatic'} {self.data_bits}{parity}{self.stop_bits} flow {self.flow_control}"
        )


for _composite in (ROAD, TI, Region, ScalerUnit, RCSD, SID, SidMac, COMDCB):
    extend(_composite.TAG, _composite, wire_of(_composite), _composite.NAME)
extend(CSD.TAG, CSD, _CsdWire(), CSD.NAME)


@record
class TimeTag:
    """When an APDU was sent and how long it may take; older ones are dropped or refused with DAR 32."""

    sent: DateTimeS
    """Moment of sending, in the sender's local time."""
    allowed: TI
    """Longest delay; an interval of 0 means no check."""

    def __str__(self) -> str:
        return f"{self.sent}, {self.allowed}"
