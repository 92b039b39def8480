"""Is the clock of a meter right? Compared with the moment its answer was received."""

import datetime as dt
from typing import Final

from ..reading import Reading, Timestamp
from .meter_table import DATE, DATE_TIME, TIME

__all__ = ["CHINA", "MeterClock"]

CHINA: Final = dt.timedelta(hours=8)
MIDNIGHT: Final = dt.timedelta(minutes=5)
"""A date and a time read in two answers say nothing this close to midnight."""
MOST_APART: Final = dt.timedelta(minutes=1)
"""Date and time that were received further apart do not belong together."""


class MeterClock:
    """The clock of one meter, in local time without zone, as its answers tell it."""

    def __init__(self, utc_offset: dt.timedelta, tolerance: dt.timedelta) -> None:
        self.utc_offset = utc_offset
        self.tolerance = tolerance
        self.offset: dt.timedelta | None = None
        """How far the meter is ahead; None before it is known."""
        self._date: tuple[dt.date, dt.datetime] | None = None

    @property
    def is_right(self) -> bool | None:
        """Within tolerance; None before anything is known."""
        return None if self.offset is None else abs(self.offset) <= self.tolerance

    def stamp(self, local: dt.datetime) -> Timestamp:
        """A time the meter gave; marked not synchronised unless its clock is known to be right."""
        flags = 0 if self.is_right else Timestamp.NOT_SYNCHRONISED
        moment = (local - self.utc_offset).replace(tzinfo=dt.UTC)
        return Timestamp.from_datetime(moment, flags | UNSPECIFIED)

    def take(self, reading: Reading, received: Timestamp) -> bool:
        """Learn from a reading of 04000101, 04000102 or 0400010C; True when there is a new verdict."""
        if received.quality & Timestamp.CLOCK_FAILURE:
            return False  # a terminal without a clock cannot judge another one
        try:
            return self._take(reading, received.datetime)
        except ValueError:
            return False  # text that is no date or time

    def _take(self, reading: Reading, here: dt.datetime) -> bool:
        if reading.item == DATE and isinstance(reading.value, str):
            self._date = dt.date.fromisoformat(reading.value), here
            return False
        if reading.item == DATE_TIME and isinstance(reading.value, dt.datetime):
            return self._compare(reading.value, here)
        if reading.item != TIME or not isinstance(reading.value, str) or self._date is None:
            return False
        date, read_at = self._date
        moment = dt.datetime.combine(date, dt.time.fromisoformat(reading.value))
        since_midnight = moment - dt.datetime.combine(date, dt.time.min)
        if abs(here - read_at) > MOST_APART or not MIDNIGHT <= since_midnight < dt.timedelta(days=1) - MIDNIGHT:
            return False
        return self._compare(moment, here)

    def _compare(self, local: dt.datetime, here: dt.datetime) -> bool:
        self.offset = (local - self.utc_offset).replace(tzinfo=dt.UTC) - here
        return True


UNSPECIFIED: Final = 0x1F
"""Time accuracy: not specified (meters give minutes or seconds, and do not say how good they are)."""
