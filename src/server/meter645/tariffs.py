"""Which tariff counts: the meter's own zone, day, rest-day and holiday tables, as they were written into its registers.

A zone tells from which day of the year which day table counts, a period from which time of day which tariff. Before the
first entry the last one counts. Holidays go before rest-days, rest-days before zones. Of two sets one is in use; at its
switching time the other one takes over (status word 3 tells: bit 0 day tables, bit 5 zone tables).
"""

import datetime as dt
from collections.abc import Iterator, Mapping, MutableMapping
from functools import lru_cache
from typing import Final

from ...protocols.dlt645 import lookup
from ...protocols.dlt645.functions import Edition
from ...protocols.dlt645.items import RegisterValue
from .load import TARIFFS

__all__ = ["default_tables", "minutes_of_hour", "number_in", "switch_sets", "tariff_at"]

PERIODS: Final = (
    "00:00/4", "07:00/3", "08:00/2", "10:00/1", "11:00/2", "12:00/3",
    "17:00/2", "18:00/1", "21:00/2", "22:00/3", "23:00/4",
)  # fmt: skip
FLAT: Final = ("00:00/4", "08:00/3", "22:00/4")
"""Of rest-days and holidays: no peak."""
DAY_SET, ZONE_SET = 1 << 0, 1 << 5
"""Bits of status word 3: the second set is in use."""
NEVER: Final = dt.datetime(2000, 1, 1)
"""Switching time of sets that do not change over."""
HOLIDAYS: Final = 20
ENTRY: Final = 3
STATUS: Final = "04000503"
NO_REST: Final = 0x7F
"""Rest-day flags with a bit set for each day that is none; bit 0 is Sunday."""
ENTRIES_1997: Final = range(1, 0x0F)


def default_tables(edition: Edition) -> dict[str, RegisterValue]:
    """Counts and tables of a new meter."""
    if edition == "1997":
        tables: dict[str, RegisterValue] = {
            "C310": 2,
            "C311": 2,
            "C312": 12,
            "C313": TARIFFS,
            "C314": 0,
            "C321": "01-01/1",
        }
        for table, periods in (("3", PERIODS), ("4", FLAT)):
            tables.update({f"C3{table}{number:X}": entry for number, entry in enumerate(periods, 1)})
        return tables
    tables = {"04000201": 2, "04000202": 2, "04000203": 14, "04000204": TARIFFS, "04000205": 0}
    tables |= {"04000801": NO_REST, "04000802": 2}
    for group in ("0401", "0402"):
        tables |= {f"{group}0000": ("01-01/1",), f"{group}0001": PERIODS, f"{group}0002": FLAT}
    tables |= dict.fromkeys(("04000106", "04000107"), NEVER)
    return tables


def tariff_at(registers: Mapping[str, RegisterValue], moment: dt.datetime, edition: Edition) -> int:
    """The tariff at a moment, 1..4; what the tables leave open is the last tariff."""
    if edition == "1997":
        zones = _entries_1997(registers, "C32")
        table = _in_force(zones, moment.month, moment.day)
        periods = _entries_1997(registers, f"C3{2 + table:X}")
    else:
        status = number_in(registers, STATUS)
        table = _special_day(registers, moment)
        if not table:
            zones = _octets(registers, "04020000" if status & ZONE_SET else "04010000")
            table = _in_force(zones, moment.month, moment.day)
        periods = _octets(registers, f"{'0402' if status & DAY_SET else '0401'}00{table:02X}")
    tariff = _in_force(periods, moment.hour, moment.minute)
    return tariff if 1 <= tariff <= TARIFFS else TARIFFS


def minutes_of_hour(registers: Mapping[str, RegisterValue]) -> set[int]:
    """The minutes at which any table may change the tariff."""
    tables = [di for di in registers if di[:6] in {"040100", "040200"} or (len(di) == 4 and "C33" <= di[:3] <= "C3A")]
    return {first for di in tables for _, first, _ in _split(_octets(registers, di)) if first < 60}


def number_in(registers: Mapping[str, RegisterValue], di: str) -> int:
    """The number in a register, also when it was written as octets; 0 when there is none."""
    value = registers.get(di, 0)
    if isinstance(value, int):
        return value
    if not isinstance(value, bytes):
        return 0
    if lookup(di).format.startswith("bits"):
        return int.from_bytes(value, "little")
    digits = value[::-1].hex()
    return int(digits) if digits.isdecimal() else 0


def _special_day(registers: Mapping[str, RegisterValue], moment: dt.datetime) -> int:
    """The day table of a holiday or a rest-day, 0 on other days."""
    for number in range(1, min(number_in(registers, "04000205"), HOLIDAYS) + 1):
        octets = _octets(registers, f"040300{number:02X}")
        if len(octets) == 4 and octets[:0:-1].hex() == f"{moment:%y%m%d}":
            return _bcd(octets[0])
    is_rest = not number_in(registers, "04000801") >> moment.isoweekday() % 7 & 1
    return number_in(registers, "04000802") if is_rest else 0


def _octets(registers: Mapping[str, RegisterValue], di: str) -> bytes:
    return _encoded(di, registers[di]) if di in registers else b""


@lru_cache(maxsize=1024)
def _encoded(di: str, value: RegisterValue) -> bytes:
    """Tables stand still for years, and are looked at every minute."""
    return lookup(di).encode(value)


def _entries_1997(registers: Mapping[str, RegisterValue], table: str) -> bytes:
    return b"".join(_octets(registers, f"{table}{number:X}") for number in ENTRIES_1997)


@lru_cache(maxsize=256)
def _split(octets: bytes) -> tuple[tuple[int, int, int], ...]:
    """The entries of a table in order: month and day or hour and minute, and the number."""
    found = [octets[at : at + ENTRY] for at in range(0, len(octets) - ENTRY + 1, ENTRY)]
    return tuple(sorted((_bcd(high), _bcd(low), _bcd(number)) for number, low, high in found))


def _in_force(octets: bytes, high: int, low: int) -> int:
    """The number that counts then, 0 when the table is empty."""
    entries = _split(octets)
    past = [number for first, second, number in entries if (first, second) <= (high, low)]
    return past[-1] if past else entries[-1][2] if entries else 0


def _bcd(octet: int) -> int:
    return (octet >> 4) * 10 + (octet & 0x0F)


def switch_sets(registers: MutableMapping[str, RegisterValue], moment: dt.datetime) -> Iterator[str]:
    """Change over to the other set of tables where it is time; the kinds of freeze that belong to it."""
    now = moment.replace(second=0, microsecond=0)
    for di, bit, freeze in (("04000106", ZONE_SET, "02"), ("04000107", DAY_SET, "03")):
        if di in registers and _octets(registers, di)[::-1].hex() == f"{now:%y%m%d%H%M}":
            registers[STATUS] = number_in(registers, STATUS) ^ bit
            yield freeze
