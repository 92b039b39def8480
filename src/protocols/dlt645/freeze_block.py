"""A whole freeze (05kkFFnn of DL/T 645-2007): time, energies, demands and powers in one answer.

::

    YYMMDDhhmm | forward active, total and tariffs | … eight energies | two maximum demands | eight powers

How many tariffs there are is not told. Some meters part the members with AA (which is no BCD); where they do, the
members are certain, else the number of tariffs follows from the length, and the values are questionable. An hourly
freeze (kk 04) has the time and two totals only. No frame at hand confirms either form.
"""

from collections.abc import Iterator
from typing import Final

from .items import lookup
from .load_record import SEPARATOR, Piece

__all__ = ["pieces"]

HOURLY: Final = "04"
MEMBERS: Final = ("00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "0A", "10")
HOURLY_MEMBERS: Final = MEMBERS[:3]
TIME, ENERGY, DEMAND, POWERS = 5, 4, 8, 24
MAX_COLUMNS: Final = 64
"""Total and 63 tariffs."""


def pieces(di: str, data: bytes) -> Iterator[Piece]:
    """The members of a whole freeze in wire order."""
    members = HOURLY_MEMBERS if di[2:4] == HOURLY else MEMBERS
    parts = data.split(bytes((SEPARATOR,)))
    if not parts[-1]:
        parts.pop()
    if len(parts) == len(members):
        yield from _placed(di, members, [len(part) for part in parts], gap=1)
        return
    sizes = _sizes(len(parts[0]), members) if len(parts) == 1 else None
    if sizes is None:
        what = "tariffs" if len(parts) == 1 else f"members ({len(parts)})"
        note = f"{len(data)} octets are no whole number of {what}"
        yield Piece(prefix="", item=None, offset=0, size=len(data), note=note)
        return
    yield from _placed(di, members, sizes, gap=0)


def _placed(di: str, members: tuple[str, ...], sizes: list[int], gap: int) -> Iterator[Piece]:
    """The members one behind the other, ``gap`` octets between them."""
    is_sure = bool(gap) or members is HOURLY_MEMBERS
    note = "" if is_sure else "members are told apart by the length of the whole"
    at = 0
    for member, size in zip(members, sizes, strict=True):
        if size:
            item = lookup(f"{di[:4]}{member}{di[6:]}")
            yield Piece(prefix="", item=item, offset=at, size=size, note=note, is_sure=is_sure)
        at += size + gap


def _sizes(length: int, members: tuple[str, ...]) -> list[int] | None:
    if members is HOURLY_MEMBERS:
        return [TIME, ENERGY, ENERGY] if length == TIME + 2 * ENERGY else None
    columns, rest = divmod(length - TIME - POWERS, 8 * ENERGY + 2 * DEMAND)
    if rest or not 1 <= columns <= MAX_COLUMNS:
        return None
    return [TIME, *(ENERGY * columns,) * 8, *(DEMAND * columns,) * 2, POWERS]
