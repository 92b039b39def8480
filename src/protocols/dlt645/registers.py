"""Writing into a meter's registers, with the checks a meter makes.

An item can be written when the catalogue permits it and the meter holds it; the octets must be values of its format.
Tables are held against the meter's own counts (04000201..04, of 1997 C310..C313), which is what bits 4, 5 and 6 of the
error octet are for.
"""

from collections.abc import MutableMapping
from typing import Final

from . import commands as cmd
from .actions import NO_SUCH_DATA, OTHER_ERROR, MeterActions, refuse
from .items import RegisterValue, lookup
from .values import decode_item

__all__ = ["PERIODS_ERROR", "TARIFFS_ERROR", "ZONES_ERROR", "RegisterActions"]

ZONES_ERROR: Final = 0x10
PERIODS_ERROR: Final = 0x20
TARIFFS_ERROR: Final = 0x40
COUNTS: Final = {"2007": ("04000201", "04000202", "04000203", "04000204"), "1997": ("C310", "C311", "C312", "C313")}
"""Items that tell how many zones, day tables, periods of a day and tariffs the meter has."""


class RegisterActions(MeterActions):
    """Takes what is written into ``registers``, as octets; everything else is still refused."""

    def __init__(self, registers: MutableMapping[str, RegisterValue]) -> None:
        self.registers = registers

    def write(self, request: cmd.WriteData) -> None:
        """Check and take a value; MeterError when the meter does not hold the item, or the value is none."""
        item = lookup(request.di)
        if not item.known or (request.di not in self.registers and item.access != "w"):
            refuse(NO_SUCH_DATA, f"no register {request.di}")
        if "w" not in item.access:
            refuse(OTHER_ERROR, f"{request.di} is only read")
        if not item.takes(len(request.value)):
            refuse(OTHER_ERROR, f"{len(request.value)} octets for {request.di}")
        found = decode_item(request.di, request.value)
        if any(not value.quality.is_good for value in found):
            refuse(OTHER_ERROR, f"no value for {request.di}")
        self._check_table(request, [value.value for value in found])
        self.registers[request.di] = request.value

    def _check_table(self, request: cmd.WriteData, values: list[object]) -> None:
        """Too many zones or periods, or a number of a table or tariff that the meter has not."""
        kind = TABLES.get(request.di[:6]) or TABLES.get(request.di[:3], "")
        if kind == "tables or zones":
            kind = "zones" if request.di.endswith("00") else "periods"
        if not kind:
            return
        zones, tables, periods, tariffs = (self._count(di) for di in COUNTS[request.edition])
        entries, error = (zones, ZONES_ERROR) if kind == "zones" else (periods, PERIODS_ERROR)
        if entries and len(values) > entries:
            refuse(error, f"{len(values)} {kind}, {entries} at most")
        highest, error = (tables, OTHER_ERROR) if kind == "zones" else (tariffs, TARIFFS_ERROR)
        numbers = [int(str(value).partition("/")[2]) for value in values]
        if highest and not all(1 <= number <= highest for number in numbers):
            refuse(error, f"numbers {numbers} in {request.di}, {highest} at most")

    def _count(self, di: str) -> int:
        """What a register that counts says; 0 when the meter has none."""
        value = self.registers.get(di, 0)
        octets = lookup(di).encode(value)
        raw = decode_item(di, octets)[0].raw
        return raw or 0


TABLES: Final = {
    "040100": "tables or zones",
    "040200": "tables or zones",
    "C32": "zones",
    **{f"C{table:X}": "periods" for table in range(0x33, 0x3B)},
}
"""The first digits of items that are tables, or an entry of one."""
