"""Rows of the catalogue that are rules: an identifier with places left open, each place a field of :data:`FIELDS`.

::

    0001TTSS   TT tariff: 00 total, 01..3F; SS settlement: 00 current, 01..0C that many settlement days ago
    020A01HH   HH harmonic order 01..15H
    0301PPNN   PP phase 01..03; NN the last, the last but one, … 01..0A
    0500RAKA   RA what was frozen, KA how many freezes ago, 01..0C (KB ..03, KC ..FE, KD ..3E, KE ..02)
    10PPFINN   FI field of the record, from 01 on
    901T       T tariff of 1997 in half an octet: 0 total, 1..E

A field says which values it takes and what each adds to the names.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

__all__ = ["FIELDS", "Field", "block_field", "fields_in", "match", "members"]

Names = tuple[str, str]
PHASES: Final = {1: "A", 2: "B", 3: "C"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One open place."""

    values: range
    """What may stand there."""
    named: Callable[[str, str, int], Names]
    """The names of a row with a value in: English name, Chinese name, value to both names."""
    block: str
    """What a block over this field is a block of; empty when there is none."""


def _tariff(name: str, zh: str, value: int) -> Names:
    cut = next((len(zh) - len(end) for end in ("最大需量发生时间", "最大需量", "电能") if zh.endswith(end)), len(zh))
    text, text_zh = (f", tariff {value}", f"费率{value}") if value else (", total", "总")
    return name + text, zh[:cut] + text_zh + zh[cut:]


def _settlement(name: str, zh: str, value: int) -> Names:
    return name + (f", settlement -{value}" if value else ", current"), (
        f"(上{value}结算日)" if value else "(当前)"
    ) + zh


def _order(name: str, zh: str, value: int) -> Names:
    return f"{name}, order {value}", f"{zh}({value}次)"


def _phase(name: str, zh: str, value: int) -> Names:
    return f"phase {PHASES[value]} {name}", f"{PHASES[value]}相{zh}"


def _record(name: str, zh: str, value: int) -> Names:
    return f"{name}, last but {value - 1}" if value > 1 else f"{name}, last", f"(上{value}次){zh}"


def _month(name: str, zh: str, value: int) -> Names:
    return name + (f", month -{value}" if value else ", this month"), (f"(上{value}月)" if value else "(本月)") + zh


def _entry(name: str, zh: str, value: int) -> Names:
    return f"{name} {value}", f"{zh}{value}"


def _keep(name: str, zh: str, _value: int) -> Names:
    return name, zh  # the record's part tells its name


def _field(values: range, named: Callable[[str, str, int], Names], block: str) -> Field:
    return Field(values=values, named=named, block=block)


_DEMANDS: Final = ("forward active", "reverse active", "quadrant 1", "quadrant 2", "quadrant 3", "quadrant 4")
_DEMANDS_ZH: Final = ("正向有功", "反向有功", "第一象限无功", "第二象限无功", "第三象限无功", "第四象限无功")


def _direction(name: str, zh: str, value: int) -> Names:
    return f"{_DEMANDS[value - 1]} {name}", f"{_DEMANDS_ZH[value - 1]}{zh}"


FIELDS: Final[dict[str, Field]] = {
    "TT": _field(range(0x40), _tariff, "tariffs"),
    "SS": _field(range(0x0D), _settlement, "settlements"),
    "HH": _field(range(1, 0x16), _order, "orders"),
    "PP": _field(range(1, 4), _phase, "phases"),
    "QQ": _field(range(1, 7), _direction, "directions"),
    "NN": _field(range(1, 0x0B), _record, "records"),
    "MM": _field(range(0x0D), _month, "months"),
    "KA": _field(range(1, 0x0D), _record, "freezes"),
    "KB": _field(range(1, 4), _record, "freezes"),
    "KC": _field(range(1, 0xFF), _record, "freezes"),
    "KD": _field(range(1, 0x3F), _record, "freezes"),
    "KE": _field(range(1, 3), _record, "freezes"),
    "FI": _field(range(1, 0x40), _keep, ""),
    "RR": _field(range(1, 0x40), _entry, "tariffs"),
    "LL": _field(range(1, 0xFF), _entry, "entries"),
    "ZZ": _field(range(1, 9), _entry, "tables"),
    "T": _field(range(0x0F), _tariff, "tariffs"),
    "Z": _field(range(1, 0x0F), _entry, "entries"),
}
"""The open places by the letters that stand for them; none of them can be hex digits."""
OCTETS: Final = {"DI0": 6, "DI1": 4, "N0": 3}
"""Fields of a block that are not open in its rows: where they stand in the text, N0 the last half octet of 1997."""
_FLAT: Final = tuple(sorted(FIELDS, key=len, reverse=True))


@cache
def fields_in(pattern: str) -> tuple[tuple[str, int], ...]:
    """The open places of a row: name and position."""
    covered: set[int] = set()
    found = []
    for name in _FLAT:
        at = pattern.find(name)
        if at >= 0 and at not in covered:
            covered.update(range(at, at + len(name)))
            found.append((name, at))
    return tuple(found)


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    """What an identifier must look like at the places that are not open; most rows fail at that."""
    text = pattern
    for name, at in fields_in(pattern):
        text = text[:at] + "." * len(name) + text[at + len(name) :]
    return re.compile(text)


def match(pattern: str, di: str) -> dict[str, int] | None:
    """The values of the open places when ``di`` is an item of the row, else None."""
    if not _shape(pattern).fullmatch(di):
        return None
    found: dict[str, int] = {}
    rest = di
    for name, at in fields_in(pattern):
        value = int(di[at : at + len(name)], 16)
        if value not in FIELDS[name].values:
            return None
        found[name] = value
        rest = rest[:at] + name + rest[at + len(name) :]
    return found if rest == pattern else None


def members(pattern: str) -> Iterator[str]:
    """Every identifier of the row."""
    texts = [pattern]
    for name, at in sorted(fields_in(pattern), key=lambda field: field[1]):
        width = len(name)
        texts = [f"{t[:at]}{value:0{width}X}{t[at + width :]}" for t in texts for value in FIELDS[name].values]
    yield from texts


def block_field(pattern: str, name: str) -> tuple[int, int, range]:
    """Where a block of the row has its FF (or F), how wide it is, and the values it stands for."""
    if name in FIELDS:
        return pattern.find(name), len(name), FIELDS[name].values
    at = OCTETS[name]
    width = 1 if name == "N0" else 2
    value = int(pattern[at : at + width], 16)
    return at, width, range(value, value + 1)
