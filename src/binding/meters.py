"""A meter bound to a logical device: readings go in, attributes with quality and time come out.

The rules (DESIGN, quality of a reading):

- good only if link check, address and echoed item all match;
- no answer in time: invalid + oldData, the value stays where it is;
- bad check or wrong item: discarded and counted, never shown;
- clock of the meter out of tolerance: questionable, also what was shown before;
- ``t`` is the meter's own time where the item has one, else the time of receipt with its accuracy lowered;
- what has never been read is invalid, and has no old data either.

Each call is one transaction of the model. No clock is read here: the moment of receipt comes with the readings.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ..errors import UnknownNameError, UsageError
from ..models import DataAttribute, Ied
from ..models.enums import HealthKind
from ..protocols.dlt645 import expand, lookup
from ..reading import Quality, Reading, Timestamp
from .clock import CHINA, MeterClock
from .meter_table import CLOCK_ITEMS, DATE_TIME, Row, rows

__all__ = [
    "CLOCK_TOLERANCE",
    "MISSES_UNTIL_DEAD",
    "RECEIPT_ACCURACY",
    "SILENCES_UNTIL_SPLIT",
    "Counters",
    "MeterBinding",
    "bind_meters",
]

CLOCK_TOLERANCE: Final = dt.timedelta(minutes=5)
"""Beyond this a meter may no longer be set by broadcast (DL/T 645), so it is not a clock to trust either."""
MISSES_UNTIL_DEAD: Final = 3
"""Unanswered requests in a row after which LCCH.ChLiv falls."""
SILENCES_UNTIL_SPLIT: Final = 2
"""Times a block is left unanswered by a meter that answered the request before, until it is asked item by item."""
RECEIPT_ACCURACY: Final = 0
"""Significant fraction bits of a receipt time: the value was true at some moment of that second."""
MOST_ERRORS: Final = (1 << 31) - 1
NO_TIME: Final = Timestamp(0, 0, Timestamp.CLOCK_FAILURE | 0x1F)
"""A time nobody knows."""

Changes = dict[DataAttribute, Any]


@dataclass(slots=True)
class Counters:
    """What happened to the answers of a meter, since the start."""

    accepted: int = 0
    """Readings shown."""
    missed: int = 0
    """Requests without an answer."""
    refused: int = 0
    """Requests the meter answered with an error."""
    bad_check: int = 0
    """Frames with a wrong check, told by :meth:`MeterBinding.discard`."""
    wrong_address: int = 0
    """Readings of another meter."""
    wrong_item: int = 0
    """Readings of an item that was not asked for."""
    wrong_unit: int = 0
    """Readings in a unit or resolution the model does not expect."""
    no_value: int = 0
    """Readings without a valid value (octets that are no BCD, all FF)."""
    unbound: int = 0
    """Readings nothing in the model wants."""

    @property
    def discarded(self) -> int:
        """Answers that were received and not believed (LCCH.FerCh)."""
        return self.bad_check + self.wrong_address + self.wrong_item + self.wrong_unit + self.no_value


@dataclass(frozen=True, slots=True, eq=False)
class _Bound:
    """A row with its leaves in the model."""

    row: Row
    value: DataAttribute
    q: DataAttribute
    t: DataAttribute


class MeterBinding:
    """One meter feeding one logical device."""

    def __init__(
        self,
        ied: Ied,
        ld_name: str,
        address: str,
        *,
        utc_offset: dt.timedelta = CHINA,
        clock_tolerance: dt.timedelta = CLOCK_TOLERANCE,
    ) -> None:
        """Bind the meter ``address`` to the logical device ``ld_name``; its data become invalid until they are read.

        ``utc_offset`` is what the meter's clock shows ahead of UTC.
        """
        device = ied.find(ld_name)
        self.ied = ied
        self.ld_name = ld_name
        self.address = address
        self.counters = Counters()
        self.clock = MeterClock(utc_offset, clock_tolerance)
        self._bound: dict[str, list[_Bound]] = {}
        for row in rows():
            if row.target in device:
                target = device[row.target]
                self._bound.setdefault(row.item, []).append(_Bound(row, target[row.value], target["q"], target["t"]))
        if not self._bound:
            raise UnknownNameError(f"{ld_name} has nothing a meter could feed")
        self._device = device
        self._seen: set[_Bound] = set()
        self._misses = 0
        self._answered: set[str] = set()
        self._silent: dict[str, int] = {}
        self._split: set[str] = set()
        self._lacking: set[str] = set()
        self._clock_was_right: bool | None = None
        ied.apply((bound.q, Quality.INVALID) for bounds in self._bound.values() for bound in bounds)

    # What to ask.

    def poll_list(self, *, blocks: bool = False) -> tuple[str, ...]:
        """Items to read, in the order of the table, the clock first.

        With ``blocks`` items are asked together where the catalogue has a block for two or more of them. A block
        that this meter refused, answered with no valid value, or left unanswered while it answered other requests, is
        asked item by item; so are the members that an answer to the block lacked.
        """
        items = [*CLOCK_ITEMS, *self._bound]
        if not blocks:
            return tuple(items)
        return tuple(dict.fromkeys(self._block_of(item) for item in items))

    def _block_of(self, item: str) -> str:
        if item in self._lacking:
            return item
        for block in (f"{item[:4]}FF{item[6:]}", f"{item[:6]}FF"):
            if block not in self._split and sum(member.di in self._bound for member in expand(block)) > 1:
                return block
        return item

    def has_answered(self, item: str) -> bool:
        """True when this meter ever answered a request for this item or block."""
        return item in self._answered

    # What came of it.

    def apply(self, readings: Iterable[Reading], *, asked: str = "", at: Timestamp | None = None) -> int:
        """Show the readings of one answer or one poll cycle in one transaction; returns how many were accepted.

        ``asked`` is the item or block that was requested: other items are discarded, and members of the block that
        the answer lacks count as unread. ``at`` is the moment of receipt of readings that do not carry it.
        """
        readings = list(readings)
        wanted = self._items(asked) if asked else None
        changes: Changes = {}
        believed = [reading for reading in readings if self._is_believed(reading, wanted)]
        at = at or next((reading.time for reading in believed if reading.time is not None), None)
        for reading in believed:
            received = reading.time or at
            if received is not None and self.clock.take(reading, received):
                self._judge_clock(received, changes)
        times = {reading.item: reading.value for reading in believed if reading.item.endswith(".time")}
        accepted = sum(self._show(reading, at, times, changes) for reading in believed)
        if wanted is not None and believed:
            self._answered.add(asked)
            if all(reading.quality.validity == "invalid" for reading in believed):
                self._split.add(asked)
            lacking = wanted - {reading.item for reading in believed}
            self._unread(lacking - self._lacking, at, changes)  # from now on each is asked for itself, and tells itself
            self._lacking |= lacking
        self._judge_line(changes, at, answered=bool(believed))
        self.ied.apply(changes.items())
        self.counters.accepted += accepted
        return accepted

    def missed(self, item: str, *, at: Timestamp | None = None) -> None:
        """The meter did not answer a request for this item or block in time."""
        self.counters.missed += 1
        if not self._misses and item not in self._answered:
            self._silent[item] = self._silent.get(item, 0) + 1
            if self._silent[item] >= SILENCES_UNTIL_SPLIT:
                self._split.add(item)
        self._misses += 1
        changes: Changes = {}
        self._unread(self._items(item), at, changes)
        self._judge_line(changes, at, answered=False)
        self.ied.apply(changes.items())

    def refused(self, item: str, *, at: Timestamp | None = None) -> None:
        """The meter answered that it does not have this item or block, or will not tell."""
        self.counters.refused += 1
        self._split.add(item)
        changes: Changes = {}
        self._unread(self._items(item), at, changes)
        self._judge_line(changes, at, answered=True)
        self.ied.apply(changes.items())

    def discard(self, count: int = 1, *, at: Timestamp | None = None) -> None:
        """Frames with a wrong check were dropped on the line; nothing of them is shown, only their number."""
        if count < 1:
            raise UsageError(f"{count} frames cannot have been dropped")
        self.counters.bad_check += count
        changes: Changes = {}
        self._judge_line(changes, at, answered=False)
        self.ied.apply(changes.items())

    # Inside.

    def _items(self, item: str) -> set[str]:
        members = {member.di for member in expand(item)}
        return members or {lookup(item).di}

    def _is_believed(self, reading: Reading, wanted: set[str] | None) -> bool:
        item = reading.item.partition(".")[0]
        if reading.address != self.address:
            self.counters.wrong_address += 1
        elif wanted is not None and item not in wanted:
            self.counters.wrong_item += 1
        else:
            return True
        return False

    def _show(self, reading: Reading, at: Timestamp | None, times: dict[str, Any], changes: Changes) -> bool:
        """Put one believed reading into ``changes``; False when there is nothing to show."""
        if reading.item in (*CLOCK_ITEMS, DATE_TIME) or "." in reading.item:
            return False
        bounds = self._bound.get(reading.item)
        if bounds is None:
            self.counters.unbound += 1
            return False
        if reading.value is None or reading.quality.validity == "invalid":
            self.counters.no_value += 1
            self._unread([reading.item], at, changes)
            return False
        try:
            values = [bound.row.convert(reading) for bound in bounds]
        except UsageError:
            self.counters.wrong_unit += 1
            self._unread([reading.item], at, changes)
            return False
        quality = reading.quality if self.clock.is_right is not False else reading.quality | Quality.QUESTIONABLE
        for bound, value in zip(bounds, values, strict=True):
            changes[bound.value] = value
            changes[bound.q] = quality
            changes[bound.t] = self._time(bound.row, reading, at, times)
            self._seen.add(bound)
        return True

    def _time(self, row: Row, reading: Reading, at: Timestamp | None, times: dict[str, Any]) -> Timestamp:
        if row.has_own_time:
            occurred = times.get(f"{reading.item}.time")
            return self.clock.stamp(occurred) if isinstance(occurred, dt.datetime) else NO_TIME
        return _lowered(reading.time or at)

    def _unread(self, items: Iterable[str], at: Timestamp | None, changes: Changes) -> None:
        """The values stay, but nobody may take them for current."""
        for item in items:
            for bound in self._bound.get(item, ()):
                old = bound in self._seen
                self._doubt(bound, Quality.INVALID | Quality.OLD_DATA if old else Quality.INVALID, at, changes)
            if item in CLOCK_ITEMS and self._clock_was_right is not None and "LTMS1.TmChSt1" in self._device:
                self._set(self._device["LTMS1.TmChSt1.q"], Quality.INVALID | Quality.OLD_DATA, at, changes)

    def _doubt(self, bound: _Bound, quality: Quality, at: Timestamp | None, changes: Changes) -> None:
        """Change the quality of a value that stays; the time of an occurrence stays with it."""
        self._set(bound.q, quality, None if bound.row.has_own_time else at, changes)

    def _judge_clock(self, received: Timestamp, changes: Changes) -> None:
        """A new verdict on the clock: show it, and doubt what was shown while the clock was believed."""
        right = bool(self.clock.is_right)
        if "LTMS1.TmChSt1" in self._device:
            status = self._device["LTMS1.TmChSt1"]
            changes |= {status["stVal"]: right, status["q"]: Quality.GOOD, status["t"]: _lowered(received)}
        if not right and self._clock_was_right is not False:
            for bound in self._seen:
                if bound.q.value.is_good:
                    self._doubt(bound, bound.q.value | Quality.QUESTIONABLE, received, changes)
        self._clock_was_right = right

    def _judge_line(self, changes: Changes, at: Timestamp | None, *, answered: bool) -> None:
        """LCCH and PhyHealth: is the meter there, and how many answers had to be dropped."""
        if answered:
            self._misses = 0
        if "LCCH1" in self._device:
            line = self._device["LCCH1"]
            self._set(line["FerCh.stVal"], min(self.counters.discarded, MOST_ERRORS), at, changes)
            if answered or self._misses >= MISSES_UNTIL_DEAD:
                self._set(line["ChLiv.q"], Quality.GOOD, at, changes)
                self._set(line["ChLiv.stVal"], answered, at, changes)
        if "LPHD1" in self._device:
            health = self._device["LPHD1.PhyHealth"]
            if answered:
                state = HealthKind.Warning if self.clock.is_right is False else HealthKind.Ok
                self._set(health["q"], Quality.GOOD, at, changes)
                self._set(health["stVal"], state, at, changes)
            elif self._misses >= MISSES_UNTIL_DEAD and health["q"].value.is_good:
                self._set(health["q"], Quality.INVALID | Quality.OLD_DATA, at, changes)

    def _set(self, leaf: DataAttribute, value: Any, at: Timestamp | None, changes: Changes) -> None:
        """Change a leaf, and with it the ``t`` beside it; nothing when it has that value already."""
        if changes.get(leaf, leaf.value) == value:
            return
        changes[leaf] = value
        parent = leaf.parent
        if at is not None and parent is not None and "t" in parent.children:
            changes[parent.children["t"]] = _lowered(at)


def bind_meters(
    ied: Ied, *, utc_offset: dt.timedelta = CHINA, clock_tolerance: dt.timedelta = CLOCK_TOLERANCE
) -> dict[str, MeterBinding]:
    """Bind every logical device that stands for a meter (LPHD Proxy, PhyNam.serNum its address), by address."""
    found = {}
    for name, device in ied.children.items():
        if "LPHD1.PhyNam.serNum" in device and device["LPHD1.Proxy.stVal"].value:
            address = device["LPHD1.PhyNam.serNum"].value
            found[address] = MeterBinding(ied, name, address, utc_offset=utc_offset, clock_tolerance=clock_tolerance)
    return found


def _lowered(time: Timestamp | None) -> Timestamp:
    """A receipt time, claiming no more than what is true of a reading that took its time on the line."""
    if time is None:
        return NO_TIME
    accuracy = time.quality & 0x1F
    if accuracy == 0x1F or accuracy <= RECEIPT_ACCURACY:
        return time
    return Timestamp(time.seconds, time.fraction, time.quality & 0xE0 | RECEIPT_ACCURACY)
