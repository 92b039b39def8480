"""Dates and times of DL/T 698.45; what is unspecified on the wire stays unspecified here.

::

    date_time    year(2) month day weekday hour minute second milliseconds(2)    10 octets
    date         year(2) month day weekday                                        5
    time         hour minute second                                               3
    date_time_s  year(2) month day hour minute second                             7

FF (FFFF for year and milliseconds) means "not given", in a request often "any". A meter may send dates that do not
exist as well: values are kept as their octets, and :attr:`datetime` is None unless they name a moment. The meter's own
local time, without zone. One published grammar gives date_time_s a weekday; no frame has it.
"""

import datetime as dt
from typing import Any, ClassVar, Self

from ...errors import UsageError
from .values import Octets

__all__ = ["Date", "DateTime", "DateTimeS", "Time"]


def _number(value: int | None, size: int) -> bytes:
    if value is None:
        return b"\xff" * size
    try:
        return value.to_bytes(size, "big")
    except OverflowError:
        raise UsageError(f"{value} does not fit {size} octets of a date") from None


class _Moment(Octets):
    __slots__ = ()
    SIZE: ClassVar[int]
    PARTS: ClassVar[tuple[tuple[str, int, int], ...]]  # name, position, octets

    def __new__(cls, octets: bytes) -> Self:
        """From the octets on the wire."""
        if len(octets) != cls.SIZE:
            raise UsageError(f"{cls.NAME} is {cls.SIZE} octets, not {len(octets)}")
        return bytes.__new__(cls, octets)

    @classmethod
    def of(cls, moment: Any) -> Self:
        """From a datetime, date or time; the zone, if any, is dropped: a meter has none."""
        parts = {
            "year": getattr(moment, "year", None),
            "month": getattr(moment, "month", None),
            "day": getattr(moment, "day", None),
            "weekday": moment.isoweekday() % 7 if hasattr(moment, "isoweekday") else None,
            "hour": getattr(moment, "hour", None),
            "minute": getattr(moment, "minute", None),
            "second": getattr(moment, "second", None),
            "millisecond": moment.microsecond // 1000 if hasattr(moment, "microsecond") else None,
        }
        return cls.make(**{name: parts[name] for name, _, _ in cls.PARTS})

    @classmethod
    def make(cls, **parts: int | None) -> Self:
        """From its parts by name, e.g. ``DateTimeS.make(year=2026, month=10)``; what is not given is unspecified."""
        known = {name for name, _, _ in cls.PARTS}
        if unknown := parts.keys() - known:
            raise UsageError(f"{cls.NAME} has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
        return cls(b"".join(_number(parts.get(name), size) for name, _, size in cls.PARTS))

    def part(self, name: str) -> int | None:
        """One part by name, None when it is unspecified; UsageError for a part this type does not have."""
        for known, at, size in self.PARTS:
            if known == name:
                octets = self[at : at + size]
                return None if octets == b"\xff" * size else int.from_bytes(octets, "big")
        raise UsageError(f"{self.NAME} has no {name}")

    @property
    def is_complete(self) -> bool:
        """True when every part but the weekday is given."""
        return all(self.part(name) is not None for name, _, _ in self.PARTS if name != "weekday")

    def _shown(self, name: str, width: int) -> str:
        value = self.part(name)
        return "*" * width if value is None else f"{value:0{width}}"

    def _day(self) -> str:
        return f"{self._shown('year', 4)}-{self._shown('month', 2)}-{self._shown('day', 2)}"

    def _clock(self) -> str:
        return f"{self._shown('hour', 2)}:{self._shown('minute', 2)}:{self._shown('second', 2)}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}.fromhex('{self.hex()}')"


class DateTimeS(_Moment):
    """date_time_s: a moment to the second. Earlier values sort first."""

    __slots__ = ()
    TAG, NAME, SIZE = 28, "date_time_s", 7
    PARTS = (("year", 0, 2), ("month", 2, 1), ("day", 3, 1), ("hour", 4, 1), ("minute", 5, 1), ("second", 6, 1))

    @property
    def datetime(self) -> dt.datetime | None:
        """The moment in the meter's local time; None when a part is unspecified or the date does not exist."""
        try:
            return dt.datetime(int.from_bytes(self[:2], "big"), self[2], self[3], self[4], self[5], self[6])
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self._day()} {self._clock()}"


class DateTime(_Moment):
    """date_time: a moment to the millisecond, with the day of the week (0 Sunday)."""

    __slots__ = ()
    TAG, NAME, SIZE = 25, "date_time", 10
    PARTS = (
        ("year", 0, 2),
        ("month", 2, 1),
        ("day", 3, 1),
        ("weekday", 4, 1),
        ("hour", 5, 1),
        ("minute", 6, 1),
        ("second", 7, 1),
        ("millisecond", 8, 2),
    )

    @property
    def datetime(self) -> dt.datetime | None:
        """The moment in the meter's local time; None when a part is unspecified or the date does not exist."""
        try:
            year, microsecond = int.from_bytes(self[:2], "big"), int.from_bytes(self[8:10], "big") * 1000
            return dt.datetime(year, self[2], self[3], self[5], self[6], self[7], microsecond)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self._day()} {self._clock()}.{self._shown('millisecond', 3)}"


class Date(_Moment):
    """date: a day, with the day of the week (0 Sunday)."""

    __slots__ = ()
    TAG, NAME, SIZE = 26, "date", 5
    PARTS = (("year", 0, 2), ("month", 2, 1), ("day", 3, 1), ("weekday", 4, 1))

    @property
    def date(self) -> dt.date | None:
        """The day; None when a part is unspecified or the date does not exist."""
        try:
            return dt.date(int.from_bytes(self[:2], "big"), self[2], self[3])
        except ValueError:
            return None

    def __str__(self) -> str:
        return self._day()


class Time(_Moment):
    """time: a time of day to the second."""

    __slots__ = ()
    TAG, NAME, SIZE = 27, "time", 3
    PARTS = (("hour", 0, 1), ("minute", 1, 1), ("second", 2, 1))

    @property
    def time(self) -> dt.time | None:
        """The time of day; None when a part is unspecified or there is no such time."""
        try:
            return dt.time(*self)
        except ValueError:
            return None

    def __str__(self) -> str:
        return self._clock()
