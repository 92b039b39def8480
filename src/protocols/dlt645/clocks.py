"""Clocks and table entries of DL/T 645 items: two BCD digits a field, most significant field first as written here.

::

    YYMMDDhhmmss  YYMMDDhhmm     a datetime; years are 2000 + YY
    YYMMDDWW  YYMMDD             the date as ISO text; WW is the weekday, 0 Sunday
    hhmmss  hhmm                 the time as ISO text
    MMDDhhmm  MMDD  DDhh         "08-21T15:30", "08-21", "21T15": what a month or every month has
    MMDDNN  hhmmNN  YYMMDDNN     an entry of a table: "01-01/2" from then on table (or tariff) number 2

Meters know no time zone; nor do these values.
"""

import datetime as dt
import re
from functools import lru_cache

from ...errors import UsageError

__all__ = ["clock_decode", "clock_encode", "clock_fields"]

_FIELDS = ("YY", "MM", "DD", "WW", "hh", "mm", "ss", "NN")


@lru_cache(maxsize=64)
def clock_fields(text: str) -> tuple[str, ...]:
    """The fields of a clock format; empty when ``text`` is none."""
    fields = tuple(text[i : i + 2] for i in range(0, len(text), 2))
    known = all(field in _FIELDS for field in fields) and len(set(fields)) == len(fields)
    return fields if known and fields[0] != "NN" else ()


def clock_decode(text: str, digits: str) -> tuple[dt.datetime | str | None, str]:
    """The value of BCD ``digits`` in format ``text``, or None, and a note on what is odd or wrong."""
    if not digits.isdecimal():
        return None, "no data (all FF)" if not digits.strip("fF") else f"not BCD: {digits.upper()}"
    fields = clock_fields(text)
    part = {name: int(digits[2 * i : 2 * i + 2]) for i, name in enumerate(fields)}
    if not int(digits) and ("YY" in part or "MM" in part or "DD" in part):
        return None, "no time recorded (all zeros)"
    try:
        moment = dt.datetime(
            2000 + part.get("YY", 0), part.get("MM", 1), part.get("DD", 1),
            part.get("hh", 0), part.get("mm", 0), part.get("ss", 0),
        )  # fmt: skip
    except ValueError:
        return None, f"no such time: {digits}"
    odd = "WW" in part and part["WW"] != moment.isoweekday() % 7
    note = f"weekday {part['WW']} does not belong to the date" if odd else ""
    if "YY" in part and "hh" in part and "NN" not in part:
        return moment, note
    return _shown(moment, part) + (f"/{part['NN']}" if "NN" in part else ""), note


def _shown(moment: dt.datetime, part: dict[str, int]) -> str:
    date = "-".join(
        f"{value:0{width}d}"
        for name, value, width in (("YY", moment.year, 4), ("MM", moment.month, 2), ("DD", moment.day, 2))
        if name in part
    )
    time = ":".join(f"{part[name]:02d}" for name in ("hh", "mm", "ss") if name in part)
    return "T".join(filter(None, (date, time)))


def clock_encode(text: str, value: object) -> str:
    """The BCD digits of ``value`` in format ``text``; UsageError when it is no such time.

    Takes a datetime wherever the format has no NN, and the text that decoding gives.
    """
    fields = clock_fields(text)
    if isinstance(value, dt.datetime) and "NN" not in fields:
        return _digits(fields, value, 0)
    numbers = [int(n) for n in re.findall(r"[0-9]+", str(value))]
    wanted = [name for name in fields if name != "WW"]
    # an ISO datetime may show seconds the format has not, as text for a date may show a time
    spare = len(numbers) - len(wanted) if "YY" in fields and "NN" not in fields else 0
    if len(numbers) - max(spare, 0) != len(wanted) or (numbers and "YY" in fields and numbers[0] < 100):
        raise UsageError(f"{text} takes a datetime or ISO text, not {value!r}")
    part = dict(zip(wanted, numbers, strict=False))
    try:
        moment = dt.datetime(
            part.get("YY", 2000), part.get("MM", 1), part.get("DD", 1),
            part.get("hh", 0), part.get("mm", 0), part.get("ss", 0),
        )  # fmt: skip
    except (ValueError, OverflowError):
        raise UsageError(f"{text} takes a datetime or ISO text, not {value!r}") from None
    if not 0 <= part.get("NN", 0) <= 99:
        raise UsageError(f"the number in {text} is 0..99, not {part['NN']}")
    return _digits(fields, moment, part.get("NN", 0))


def _digits(fields: tuple[str, ...], moment: dt.datetime, number: int) -> str:
    if "YY" in fields and not 2000 <= moment.year <= 2099:
        raise UsageError(f"a meter's years are 2000..2099, not {moment.year}")
    part = {
        "YY": moment.year % 100, "MM": moment.month, "DD": moment.day, "WW": moment.isoweekday() % 7,
        "hh": moment.hour, "mm": moment.minute, "ss": moment.second, "NN": number,
    }  # fmt: skip
    return "".join(f"{part[name]:02d}" for name in fields)
