"""The numbers of the catalogue as plain tuples, for code that decodes many frames at once.

Such code wants no objects: for an identifier the number of octets, the decimal places, whether there is a sign, and the
unit. Only items whose value is one BCD number are listed, and maximum demands, whose number stands in front of its time.
"""

from collections.abc import Iterator
from typing import NamedTuple

from .functions import Edition
from .items import catalogue

__all__ = ["NumberFormat", "numbers"]


class NumberFormat(NamedTuple):
    """One BCD number, least significant octet first."""

    digits: int
    """Decimal digits, two to an octet; with a sign the top one is 0..7."""
    scale: int
    """Decimal places: the value is the integer divided by 10**scale."""
    signed: bool
    """Bit 7 of the top octet means negative."""
    unit: str
    """Unit, empty when it has none."""
    size: int
    """Octets of the whole item; more than ``digits // 2`` when a time follows."""


def numbers(edition: Edition = "2007") -> Iterator[tuple[int, NumberFormat]]:
    """Identifier (DI as an integer, DI3 first) and format of each item that is a number; some ten thousands.

    Example: ``dict(numbers())[0x00010000] == (8, 2, False, "kWh", 4)``
    """
    for item in catalogue():
        if (len(item.di) == 4) is not (edition == "1997"):
            continue
        layout = item.layout
        if not layout.fixed or layout.tail or layout.fixed[0].format.kind != "bcd":
            continue
        if [part.key for part in layout.fixed] not in ([""], ["", "time"]):
            continue
        first = layout.fixed[0]
        found = NumberFormat(2 * first.format.length, -first.format.exponent, first.signed, first.unit, layout.length)
        yield int(item.di, 16), found
