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
    if SEPARATOR in data[TIME:]:
        yield from _parted(di, data, members)
        return
    sizes = _sizes(len(data), members)
    if sizes is None:
        note = f"{len(data)} octets are no whole number of tariffs"
        yield Piece(prefix="", item=None, offset=0, size=len(data), note=note)
        return
    at = 0
    for member, size in zip(members, sizes, strict=True):
        item = lookup(f"{di[:4]}{member}{di[6:]}")
        sure = di[2:4] == HOURLY
        note = "" if sure else "members are told apart by the length of the whole"
        yield Piece(prefix="", item=item, offset=at, size=size, note=note, is_sure=sure)
        at += size


def _parted(di: str, data: bytes, members: tuple[str, ...]) -> Iterator[Piece]:
    at = 0
    for member in members:
        stop = data.find(SEPARATOR, at)
        stop = len(data) if stop < 0 else stop
        if stop > at:
            yield Piece(prefix="", item=lookup(f"{di[:4]}{member}{di[6:]}"), offset=at, size=stop - at)
        at = stop + 1
        if at > len(data):
            return
    if at < len(data):
        yield Piece(prefix="", item=None, offset=at, size=len(data) - at, note="octets after the last member")


def _sizes(length: int, members: tuple[str, ...]) -> list[int] | None:
    if members is HOURLY_MEMBERS:
        return [TIME, ENERGY, ENERGY] if length == TIME + 2 * ENERGY else None
    columns, rest = divmod(length - TIME - POWERS, 8 * ENERGY + 2 * DEMAND)
    if rest or not 1 <= columns <= MAX_COLUMNS:
        return None
    return [TIME, *(ENERGY * columns,) * 8, *(DEMAND * columns,) * 2, POWERS]
