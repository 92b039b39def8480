"""Supervision of time: LTMS (the clock and its source) and LTIM (local time and summer time), IEC 61850-7-4."""

import datetime as dt
from typing import TYPE_CHECKING

from ..models import LogicalNode
from ..models.enums import ClockSourceKind, ClockSyncKind, ClockSyncLockingKind
from ..reading import Timestamp

if TYPE_CHECKING:
    from .supervision import SupervisionEngine

__all__ = ["LocalTime", "TimeSource"]

SECOND = 1_000_000_000
_L = ClockSyncLockingKind
UNLOCKED: tuple[tuple[int, ClockSyncLockingKind], ...] = (
    (0, _L.Unlocked10s),
    (10, _L.Unlocked100s),
    (100, _L.Unlocked1000s),
    (1000, _L.UnlockedMoreThan1000s),
)
"""Seconds since the lock was lost, and what TmSynLkd says from then on."""
STEP = dt.timedelta(days=1)
HORIZON = dt.timedelta(days=400)
"""How far changes of the offset are looked for; summer time comes and goes within a year."""
RECHECK = dt.timedelta(days=1)
"""A zone without a change in sight is looked at again after this time: governments decide at short notice."""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class TimeSource:
    """LTMS: one clock. TmSynLkd grows by itself while the clock is not locked."""

    def __init__(self, engine: "SupervisionEngine", node: LogicalNode) -> None:
        self.engine = engine
        self.node = node
        self.deadline: int | None = None
        self._lost_at: int | None = None

    def disciplined(
        self,
        synchronised: ClockSyncKind,
        *,
        source: str = "",
        kind: ClockSourceKind = ClockSourceKind.Unknown,
        accuracy: int | None = None,
        channels: tuple[bool, ...] = (),
    ) -> None:
        """What the clock goes by now.

        ``source`` names it (TmSrc), ``accuracy`` counts the bits of the fraction of a second that can be trusted (TmAcc),
        ``channels`` tells which time channels are up (TmChSt1, TmChSt2, …). InternalClock means that the lock is lost.
        """
        saying = self.engine.saying(self.node)
        saying.say("TmSyn", int(synchronised)).say("TmSrc", source).say("TmSrcTyp", int(kind))
        if accuracy is not None:
            saying.say("TmAcc", accuracy)
        for number, is_up in enumerate(channels, 1):
            saying.say(f"TmChSt{number}", is_up)
        now = self.engine.clock()
        if synchronised is not ClockSyncKind.InternalClock:
            self._lost_at = self.deadline = None
            saying.say("TmSynLkd", int(_L.Locked))
        elif self._lost_at is None:
            self._lost_at = now
        saying.done()
        self.poll(now)
        self.engine.on_schedule()

    def poll(self, now: int) -> None:
        """The lock has been lost for longer."""
        if self._lost_at is None:
            return
        elapsed = (now - self._lost_at) // SECOND
        says = next(kind for since, kind in reversed(UNLOCKED) if elapsed >= since)
        self.engine.saying(self.node).say("TmSynLkd", int(says)).done()
        later = next((since for since, _ in UNLOCKED if since > elapsed), None)
        self.deadline = None if later is None else self._lost_at + later * SECOND


class LocalTime:
    """LTIM: offset of local time, and whether and when it is summer time, by a time zone."""

    def __init__(self, engine: "SupervisionEngine", node: LogicalNode) -> None:
        self.engine = engine
        self.node = node
        self.deadline: int | None = None
        self._zone: dt.tzinfo = dt.UTC

    def follow(self, zone: dt.tzinfo) -> None:
        """Go by this zone from now on."""
        self._zone = zone
        self.poll(self.engine.clock())
        self.engine.on_schedule()

    def poll(self, now: int) -> None:
        """The offset may have changed: say what holds now, and when it changes next.

        TmOfsTmm is the offset of standard time, minutes east of UTC; TmDT adds the summer hour. TmChgDT and TmChgST are the
        next moments at which summer and standard time begin.
        """
        moment = _EPOCH + dt.timedelta(microseconds=self.engine.wall() // 1000)
        local = moment.astimezone(self._zone)
        summer = local.dst() or dt.timedelta()
        standard = (local.utcoffset() or dt.timedelta()) - summer
        changes = self._changes(moment)
        saying = self.engine.saying(self.node)
        saying.say("TmDT", bool(summer)).set("TmOfsTmm", "setVal", int(standard.total_seconds()) // 60)
        saying.set("TmUseDT", "setVal", bool(changes) or bool(summer))
        for name, to_summer in (("TmChgDT", True), ("TmChgST", False)):
            if to_summer in changes:
                saying.set(name, "setTm", Timestamp.from_datetime(changes[to_summer]))
        saying.done()
        until = min((*changes.values(), moment + RECHECK)) - moment
        self.deadline = now + max(1, int(until.total_seconds() * 1000)) * (SECOND // 1000)

    def _changes(self, since: dt.datetime) -> dict[bool, dt.datetime]:
        """The next beginning of summer time (True) and of standard time (False)."""
        found: dict[bool, dt.datetime] = {}
        place, before = since, bool(since.astimezone(self._zone).dst())
        while place < since + HORIZON and len(found) < 2:
            place += STEP
            after = bool(place.astimezone(self._zone).dst())
            if after is not before:
                found.setdefault(after, self._edge(place - STEP, place, after))
                before = after
        return found

    def _edge(self, low: dt.datetime, high: dt.datetime, wanted: bool) -> dt.datetime:
        """The second within a day at which it begins."""
        while high - low > dt.timedelta(seconds=1):
            middle = low + (high - low) // 2
            if bool(middle.astimezone(self._zone).dst()) is wanted:
                high = middle
            else:
                low = middle
        return high.replace(microsecond=0)
