"""Time tags held against a clock."""

import datetime as dt

from .records import TimeTag

__all__ = ["is_stale"]

_MONTH_SECONDS = 31 * 86400
_YEAR_SECONDS = 366 * 86400


def is_stale(tag: TimeTag | None, clock: dt.datetime) -> bool:
    """True when what was sent with ``tag`` took longer than it may, by ``clock``, the receiver's local time without zone.

    No tag, an interval of 0 and a time of sending that is no complete date ask for no check. Months and years, which no
    sender uses here, count as their longest. A tag from the future is not stale: clocks differ.
    """
    if tag is None or not tag.allowed.interval:
        return False
    sent = tag.sent.datetime
    if sent is None:
        return False
    seconds = tag.allowed.seconds
    if seconds is None:
        seconds = tag.allowed.interval * (_MONTH_SECONDS if tag.allowed.unit == 4 else _YEAR_SECONDS)
    return (clock.replace(tzinfo=None) - sent).total_seconds() > seconds
