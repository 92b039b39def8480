"""What a master asks: one frozen value per function, made into a data field here and read back from one.

Reading and the line (the other functions are in :mod:`.commands`)::

    08H  broadcast time       ss mm hh DD MM YY
    11H  read                 DI0..DI3 [N [mm hh DD MM YY]]          01H of 1997: DI0 DI1
    12H  follow-up            DI0..DI3 SEQ                           02H of 1997: DI0 DI1
    13H  read address         nothing
    03H  re-read, only 1997   DI0 DI1
    15H  write address        A0..A5                                 0AH of 1997
    17H  change baud rate     Z                                      0CH of 1997

The width of the item tells the edition: 8 hex digits are 2007, 4 are 1997. The form of 02H and 03H of 1997 (the item
alone) is common knowledge that no frame at hand confirms.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

from ...errors import DecodeError, UsageError
from . import functions as fn
from .address import own_address
from .formats import parse_formats
from .functions import Edition
from .items import item_code

__all__ = [
    "MAX_BLOCKS",
    "MAX_SEQ",
    "SPEEDS",
    "SPEEDS_1997",
    "BroadcastTime",
    "ChangeBaud",
    "FollowUp",
    "ReadAddress",
    "ReadData",
    "Request",
    "Reread",
    "WriteAddress",
    "check_year",
    "clock_of",
    "di_octets",
    "edition_of_item",
    "plain_read",
]

MAX_SEQ: Final = 255
"""Last follow-up frame there can be."""
MAX_BLOCKS: Final = 255
"""Most load record blocks one request can ask for."""
SPEEDS: Final[dict[int, int]] = {600: 0x02, 1200: 0x04, 2400: 0x08, 4800: 0x10, 9600: 0x20, 19200: 0x40}
"""bit/s to the one bit of Z, edition 2007 (bits 0 and 7 are reserved)."""
SPEEDS_1997: Final[dict[int, int]] = {300: 0x01, **SPEEDS}
"""bit/s to the one bit of Z, edition 1997."""


class Request:
    """What all requests have: the function, the edition and the data field; fields are in the subclasses."""

    __slots__ = ()

    repeatable: ClassVar[bool] = False
    """True when asking twice does what asking once does, so that a master may repeat it without being told."""

    _codes: ClassVar[tuple[int, int]] = (0, 0)  # of 1997 and of 2007; 0 where the edition has no such function

    @property
    def edition(self) -> Edition:
        """The edition the request belongs to."""
        return "2007"

    @property
    def function(self) -> int:
        """Bits 4-0 of the control octet."""
        return self._codes[self.edition == "2007"]

    def data(self) -> bytes:
        """The data field, without the 33H of the line."""
        return self._octets()

    def _octets(self) -> bytes:
        return b""


def di_octets(di: str) -> bytes:
    """An item as it is sent: DI0 first."""
    return bytes.fromhex(di)[::-1]


def edition_of_item(di: str) -> Edition:
    """4 hex digits are 1997, 8 are 2007."""
    return "1997" if len(di) == 4 else "2007"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfItem(Request):
    di: str
    """Item or block, 8 hex digits (2007) or 4 (1997)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "di", item_code(self.di))

    @property
    def edition(self) -> Edition:
        """As the width of the item tells."""
        return edition_of_item(self.di)

    def _octets(self) -> bytes:
        return di_octets(self.di)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadData(_OfItem):
    """Read an item or a block; of load records (06) so many blocks, from a moment on."""

    repeatable = True
    blocks: int | None = None
    """Load record blocks wanted, 1..255."""
    since: dt.datetime | None = None
    """Moment of the first block wanted, to the minute, the meter's own time."""

    def __post_init__(self) -> None:
        _OfItem.__post_init__(self)
        if self.edition == "1997" and self.blocks is not None:
            raise UsageError("load record blocks are of the edition of 2007")
        if self.since is not None and self.blocks is None:
            raise UsageError("a start time needs the number of blocks too")
        if self.blocks is not None and not 1 <= self.blocks <= MAX_BLOCKS:
            raise UsageError(f"blocks is 1..{MAX_BLOCKS}, not {self.blocks}")
        if self.since is not None:
            check_year(self.since)

    _codes = (fn.READ_97, fn.READ)

    def _octets(self) -> bytes:
        count = b"" if self.blocks is None else bytes((self.blocks,))
        moment = b"" if self.since is None else bytes.fromhex(f"{self.since:%M%H%d%m%y}")
        return di_octets(self.di) + count + moment


@lru_cache(maxsize=4096)
def plain_read(di: str | int) -> ReadData:
    """The request to read an item or a block, made once: meters are asked the same few things for years."""
    return ReadData(di=item_code(di))


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp(_OfItem):
    """Read the next part of an answer that did not fit one frame."""

    repeatable = True
    seq: int = 1
    """Number of the part, 1..255; 1997 has none on the wire."""

    def __post_init__(self) -> None:
        _OfItem.__post_init__(self)
        if not 1 <= self.seq <= MAX_SEQ:
            raise UsageError(f"SEQ is 1..{MAX_SEQ}, not {self.seq}")

    _codes = (fn.FOLLOW_UP_97, fn.FOLLOW_UP)

    def _octets(self) -> bytes:
        return di_octets(self.di) + (bytes((self.seq,)) if self.edition == "2007" else b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread(_OfItem):
    """Ask a meter of 1997 to send its last answer again."""

    repeatable = True

    def __post_init__(self) -> None:
        _OfItem.__post_init__(self)
        if self.edition != "1997":
            raise UsageError("re-read is of the edition of 1997; its items have 4 hex digits")

    _codes = (fn.REREAD_97, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAddress(Request):
    """Ask the one meter on the line for its address; edition 2007 only."""

    repeatable = True

    _codes = (0, fn.READ_ADDRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAddress(Request):
    """Give the one meter on the line an address; it must permit programming."""

    address: str
    """12 digits."""
    edition: Edition = "2007"
    """Whose function to use."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", own_address(self.address))

    _codes = (fn.WRITE_ADDRESS_97, fn.WRITE_ADDRESS)

    def _octets(self) -> bytes:
        return bytes.fromhex(self.address)[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastTime(Request):
    """All meters take this time (their local time); nobody answers. The same in both editions."""

    moment: dt.datetime
    """Local time, years 2000..2099, to the second."""

    def __post_init__(self) -> None:
        check_year(self.moment)

    _codes = (0, fn.BROADCAST_TIME)

    def _octets(self) -> bytes:
        return bytes.fromhex(f"{self.moment:%S%M%H%d%m%y}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBaud(Request):
    """Ask the meter to go on at another speed once it has answered; it repeats Z in its answer."""

    speed: int
    """bit/s, a key of :data:`SPEEDS` (:data:`SPEEDS_1997`)."""
    edition: Edition = "2007"
    """Whose function to use."""

    def __post_init__(self) -> None:
        if self.speed not in self._speeds:
            known = ", ".join(map(str, self._speeds))
            raise UsageError(f"a meter's speed is one of {known} bit/s, not {self.speed}")

    @property
    def _speeds(self) -> dict[int, int]:
        return SPEEDS_1997 if self.edition == "1997" else SPEEDS

    _codes = (fn.CHANGE_BAUD_97, fn.CHANGE_BAUD)

    def _octets(self) -> bytes:
        return bytes((self._speeds[self.speed],))


def check_year(moment: dt.datetime) -> None:
    """UsageError beyond 2000..2099, where a year of two digits would become another one."""
    if not 2000 <= moment.year <= 2099:
        raise UsageError(f"a meter's years are 2000..2099, not {moment.year}")


def clock_of(data: bytes, form: str, what: str) -> dt.datetime:
    """The moment in BCD ``data`` (low octet first), ``form`` as in :mod:`.formats`; DecodeError when it is none."""
    parsed = parse_formats(form)[0].decode(data) if len(data) == len(form) // 2 else None
    if parsed is None or not isinstance(parsed.value, dt.datetime):
        raise DecodeError(f"{what} is no time", data=data)
    return parsed.value
