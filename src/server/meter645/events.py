"""Events of a simulated meter: how often each kind happened, and the last ten of them (classes 03 and 1D, 1E)."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Final

from ...protocols.dlt645 import lookup
from ...protocols.dlt645.commands import ALL_EVENTS
from ...protocols.dlt645.items import RegisterValue

__all__ = ["EVENTS", "EventLog"]

RECORDS: Final = 10
MAX_COUNT: Final = 10**6


@dataclass(frozen=True, slots=True)
class _Kind:
    count: str
    """Item of the number of events."""
    record: str
    """The item of a record without its last octet."""
    fields: bool = False
    """Each field of a record is an item, and FF all of them."""


EVENTS: Final = {
    "power_down": _Kind("03110000", "031100"),
    "programming": _Kind("03300000", "033000"),
    "meter_clear": _Kind("03300100", "033001"),
    "demand_clear": _Kind("03300200", "033002"),
    "event_clear": _Kind("03300300", "033003"),
    "time_setting": _Kind("03300400", "033004"),
    "period_programming": _Kind("03300500", "033005"),
    "zone_programming": _Kind("03300600", "033006"),
    "trip": _Kind("1D000001", "1D00FF", fields=True),
    "close": _Kind("1E000001", "1E00FF", fields=True),
}
KEPT: Final = frozenset({"meter_clear", "event_clear"})
"""Kinds that nobody can clear."""


class EventLog:
    """Counters and records in the registers of a meter."""

    def __init__(self, registers: MutableMapping[str, RegisterValue]) -> None:
        self._registers = registers
        for kind in EVENTS.values():
            registers[kind.count] = 0

    def add(self, name: str, *values: RegisterValue) -> None:
        """It happened: the record's first values; what the meter does not measure is zero."""
        kind = EVENTS[name]
        count = self._registers[kind.count]
        assert isinstance(count, int)
        self._registers[kind.count] = (count + 1) % MAX_COUNT
        for number in range(RECORDS, 1, -1):
            before = f"{kind.record}{number - 1:02X}"
            if before in self._registers:
                self._store(kind, number, self._registers[before])
        octets = b""
        layout = lookup(f"{kind.record}01").layout
        parts = layout.fixed + layout.tail * layout.times
        for part, value in zip(parts, values, strict=False):
            octets += part.format.encode(value, signed=part.signed)  # type: ignore[arg-type]  # parts are plain values
        self._store(kind, 1, octets.ljust(layout.length, b"\0"))

    def _store(self, kind: _Kind, number: int, value: RegisterValue) -> None:
        self._registers[f"{kind.record}{number:02X}"] = value
        if not kind.fields:
            return
        octets, at = lookup(f"{kind.record}{number:02X}").encode(value), 0
        for field, part in enumerate(lookup(f"{kind.record}{number:02X}").layout.fixed, 1):
            self._registers[f"{kind.record[:4]}{field:02X}{number:02X}"] = octets[at : at + part.format.length]
            at += part.format.length

    def clear(self, di: str = ALL_EVENTS) -> bool:
        """Forget all events, or those of one kind (an item that ends with FF); False when there is no such kind.

        What was cleared stays on record: the events of clearing itself cannot be cleared.
        """
        names = [
            name
            for name, kind in EVENTS.items()
            if name not in KEPT
            and (di == ALL_EVENTS or di[:6] in {kind.record, kind.count[:6]} or di[:6] == f"{kind.record[:2]}FFFF")
        ]
        for name in names:
            kind = EVENTS[name]
            self._registers[kind.count] = 0
            start = kind.record[:4] if kind.fields else kind.record
            for held in [held for held in self._registers if held.startswith(start) and held != kind.count]:
                del self._registers[held]
        return bool(names)
