"""Which item of a DL/T 645-2007 meter feeds which data object, and how.

One row per item and data object. ``{rate}`` stands for a tariff rate, ``{rate:02X}`` for the same in the identifier.
Rows whose data object a terminal does not have (a rate, a phase) do not apply to it.

Conversions are exact: counters stay integers, engineering units are scaled as Decimal; a float appears only where a
measured value (FC MX) is stored as one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ..errors import UsageError
from ..protocols.dlt645 import lookup
from ..reading import Reading

__all__ = [
    "CLOCK_ITEMS",
    "DATE",
    "DATE_TIME",
    "DBPOS_OFF",
    "DBPOS_ON",
    "RATES",
    "RELAY_OPEN_BIT",
    "TABLE",
    "TIME",
    "Contact",
    "Conversion",
    "Count",
    "Field",
    "Flag",
    "Row",
    "Scale",
    "rows",
]

RATES: Final = range(1, 64)
DATE, TIME, DATE_TIME = "04000101", "04000102", "0400010C"
CLOCK_ITEMS: Final = (DATE, TIME)
"""What is polled to check the clock. 0400010C would be one item, but only meters after amendment 3 know it."""

DBPOS_OFF, DBPOS_ON = 1, 2


Conversion = Callable[[Reading], Any]
"""From a reading to the value of an attribute; UsageError when the reading is not what the row expects."""


@dataclass(frozen=True, slots=True)
class Count:
    """A register as it is: the integer of the wire."""

    unit: str
    exponent: int

    def __call__(self, reading: Reading) -> int:
        """The raw integer; refused in any other unit than the one pulsQty stands for."""
        if (reading.unit, reading.exponent) != (self.unit, self.exponent) or reading.raw is None:
            raise UsageError(
                f"{reading.item} counts 10^{reading.exponent} {reading.unit}, not 10^{self.exponent} {self.unit}"
            )
        return reading.raw


@dataclass(frozen=True, slots=True)
class Scale:
    """A measured value, multiplied exactly before it becomes a float."""

    unit: str
    factor: int = 1

    def __call__(self, reading: Reading) -> float:
        """The value in the SI unit of the data object."""
        if reading.unit != self.unit or not isinstance(reading.value, Decimal):
            raise UsageError(
                f"{reading.item} is {reading.value!r} {reading.unit}, not a number in {self.unit or 'no unit'}"
            )
        return float(reading.value * self.factor)


@dataclass(frozen=True, slots=True)
class Flag:
    """One bit of a status word."""

    bit: int

    def __call__(self, reading: Reading) -> bool:
        """True when the bit is set."""
        return bool(_word(reading) >> self.bit & 1)


@dataclass(frozen=True, slots=True)
class Field:
    """Some bits of a status word."""

    bit: int
    width: int

    def __call__(self, reading: Reading) -> int:
        """The bits as a number."""
        return _word(reading) >> self.bit & (1 << self.width) - 1


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that a bit reports open."""

    bit: int

    def __call__(self, reading: Reading) -> int:
        """Dbpos: off while the bit is set, on while it is not."""
        return DBPOS_OFF if _word(reading) >> self.bit & 1 else DBPOS_ON


def _word(reading: Reading) -> int:
    if reading.raw is None:
        raise UsageError(f"{reading.item} holds no status word")
    return reading.raw


@dataclass(frozen=True, slots=True)
class Row:
    """One item that feeds one data object."""

    item: str
    """Data identifier; with ``{rate:02X}`` a rule for all rates."""
    target: str
    """Data object below the logical device, with ``{rate}`` where the rule has it."""
    value: str
    """Attribute below the data object that takes the value."""
    convert: Conversion
    has_own_time: bool = False
    """The item says when the value occurred (a second reading, item + ``.time``)."""


_KWH = Count("kWh", -2)
_PHASES = tuple(enumerate(("phsA", "phsB", "phsC"), 1))

# Run status word 3, bit 4: relay state, 0 closed, 1 open (bit 6 is what was last commanded, not where it stands).
# The bit is the same in four independent public sources: firmware that fills the word (bits 4, 6, 7: relay state, relay
# command, trip warning), two firmware headers with the word as a bit field (relaySt/relayCmd, rlySta/rlyCmdSta), and a
# manufacturer's protocol manual (renrendoc.com/p-25811601, table of word 3).
RELAY_OPEN_BIT: Final = 4

TABLE: Final[tuple[Row, ...]] = (
    Row("00000000", "MMTR1.TotWh", "actVal", _KWH),
    Row("00010000", "MMTR1.DmdWh", "actVal", _KWH),
    Row("0001{rate:02X}00", "Rt{rate}MMTR1.DmdWh", "actVal", _KWH),
    Row("00020000", "MMTR1.SupWh", "actVal", _KWH),
    Row("0002{rate:02X}00", "Rt{rate}MMTR1.SupWh", "actVal", _KWH),
    Row("01010000", "DmdMMXU1.TotW", "mag.f", Scale("kW", 1000), has_own_time=True),
    *(Row(f"02010{n}00", f"MMXU1.PhV.{phase}", "cVal.mag.f", Scale("V")) for n, phase in _PHASES),
    *(Row(f"02020{n}00", f"MMXU1.A.{phase}", "cVal.mag.f", Scale("A")) for n, phase in _PHASES),
    Row("02030000", "MMXU1.TotW", "mag.f", Scale("kW", 1000)),
    *(Row(f"02030{n}00", f"MMXU1.W.{phase}", "cVal.mag.f", Scale("kW", 1000)) for n, phase in _PHASES),
    Row("02040000", "MMXU1.TotVAr", "mag.f", Scale("kvar", 1000)),
    Row("02060000", "MMXU1.TotPF", "mag.f", Scale("")),
    Row("02800002", "MMXU1.Hz", "mag.f", Scale("Hz")),
    Row("04000503", "XSWI1.Pos", "stVal", Contact(RELAY_OPEN_BIT)),
)
"""Every row but those of the status words, which follow from the catalogue of their bits."""


def rows() -> Iterator[Row]:
    """All rows with rates spelled out, then one row per bit or field of the status words 1..7."""
    for row in TABLE:
        if "{" not in row.item:
            yield row
            continue
        for rate in RATES:
            yield Row(
                row.item.format(rate=rate), row.target.format(rate=rate), row.value, row.convert, row.has_own_time
            )
    for word in range(1, 8):
        item = f"0400050{word}"
        for bit in lookup(item).bits:
            if bit.width == 1:
                yield Row(item, f"GGIO{word}.Ind{bit.bit + 1}", "stVal", Flag(bit.bit))
            else:
                yield Row(item, f"GGIO{word}.IntIn{bit.bit + 1}", "stVal", Field(bit.bit, bit.width))
