"""Load records of a simulated meter (class 06): they grow with its clock, and the oldest go."""

import datetime as dt
from collections import deque
from collections.abc import Mapping
from typing import Final

from ...protocols.dlt645 import ReadData
from ...protocols.dlt645.formats import RawValue
from ...protocols.dlt645.items import RegisterValue
from ...protocols.dlt645.load_record import CLASSES, encode_record
from .tariffs import number_in

__all__ = ["MAX_KEPT", "LoadLog", "default_intervals", "intervals_are_coarse"]

MAX_KEPT: Final = 4_000
"""Moments kept; at 15 minutes 41 days."""
INTERVAL: Final = 15
MODE: Final = "04000901"
EARLIEST, SINCE, LATEST = "00", "01", "02"
MINUTES_OF_DAY: Final = 24 * 60


def default_intervals() -> dict[str, RegisterValue]:
    """All six classes every quarter of an hour."""
    intervals: dict[str, RegisterValue] = {f"04000A{number:02X}": INTERVAL for number in range(2, 2 + len(CLASSES))}
    intervals |= {MODE: (1 << len(CLASSES)) - 1, "04000A01": "01-01T00:00"}
    return intervals


class LoadLog:
    """Records by moment, with the classes that were due then."""

    def __init__(self) -> None:
        self._kept: deque[tuple[dt.datetime, dict[str, RawValue], frozenset[int]]] = deque(maxlen=MAX_KEPT)

    def minute(self, moment: dt.datetime, registers: Mapping[str, RegisterValue]) -> None:
        """A minute begins: keep what is due (mode word and intervals are registers of the meter)."""
        mode = number_in(registers, MODE)
        passed = moment.hour * 60 + moment.minute
        due = frozenset(
            number
            for number in range(1, len(CLASSES) + 1)
            if mode >> (number - 1) & 1
            and (every := number_in(registers, f"04000A{number + 1:02X}"))
            and not passed % every
        )
        if due:
            values: dict[str, RawValue] = {}
            for number in due:
                for di in CLASSES[number - 1]:
                    value = registers.get(di)
                    if value is not None and not isinstance(value, tuple):
                        values[di] = value
            self._kept.append((moment, values, due))

    def value(self, request: ReadData) -> bytes | None:
        """The records a request asks for; None when there are none."""
        wanted, which = int(request.di[2:4], 16), request.di[6:]
        if request.di[4:6] != "00" or wanted > len(CLASSES):
            return None
        held = [one for one in self._kept if not wanted or wanted in one[2]]
        count = request.blocks or 1
        if which == SINCE and request.since is not None:
            held = [one for one in held if one[0] >= request.since]
        if which == LATEST:
            held = held[-count:]
        elif which not in {EARLIEST, SINCE}:
            return None
        found = [encode_record(moment, values, wanted) for moment, values, _ in held[:count]]
        return b"".join(found) or None

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()


def intervals_are_coarse(registers: Mapping[str, RegisterValue]) -> bool:
    """True when records are due at quarters of an hour only."""
    return all(number_in(registers, f"04000A{number:02X}") % INTERVAL == 0 for number in range(2, 2 + len(CLASSES)))
