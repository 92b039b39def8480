"""What a master tells a meter to do: writing, freezing, clearing, the relay, the output terminal, security.

::

    14H  write             DI0..DI3 PA P0..P2 C0..C3 data            04H of 1997: DI0 DI1 PA P0..P2 data
    16H  freeze            mm hh DD MM, 99 for every
    18H  change password   DI0..DI3 (04000C0n) PAo Po0..2 PAn Pn0..2     0FH of 1997: without DI
    19H  clear demand      PA P0..P2 C0..C3                          10H of 1997: PA P0..P2
    1AH  clear meter       PA P0..P2 C0..C3
    1BH  clear events      PA P0..P2 C0..C3 DI0..DI3 (FFFFFFFF all)
    1CH  relay             PA P0..P2 C0..C3 N1 N2 ss mm hh DD MM YY (valid until)
    1DH  output terminal   one octet
    03H  security          DI0..DI3 (07…) C0..C3 data

None of these may be repeated blindly: when no answer comes, nobody knows whether it was done.
"""

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeVar

from ...errors import UsageError
from . import functions as fn
from .access import Access, check_operator, check_password, password_octets
from .functions import Edition
from .items import item_code
from .requests import Request, check_year, di_octets, edition_of_item

__all__ = [
    "ALL_EVENTS",
    "ChangePassword",
    "ClearDemand",
    "ClearEvents",
    "ClearMeter",
    "Freeze",
    "Output",
    "OutputKind",
    "RelayAction",
    "RelayCommand",
    "SealedCommand",
    "SecurityCommand",
    "WriteData",
]

E = TypeVar("E", bound=IntEnum)

ALL_EVENTS: Final = "FFFFFFFF"
"""What to clear to clear all events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteData(Request):
    """Write octets to an item; :meth:`.items.Item.encode` makes them of values."""

    di: str
    """Item, 8 hex digits (2007) or 4 (1997)."""
    value: bytes
    """The item's octets in wire order; with a sealed access what the ESAM made of them."""
    access: Access
    """Who writes."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "di", item_code(self.di))
        object.__setattr__(self, "value", bytes(self.value))

    @property
    def edition(self) -> Edition:
        """As the width of the item tells."""
        return edition_of_item(self.di)

    _codes = (fn.WRITE_97, fn.WRITE)

    def _octets(self) -> bytes:
        return di_octets(self.di) + self.access.octets(self.edition) + self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze(Request):
    """Freeze now, or whenever the clock shows this; None stands for every.

    Nothing given: now. ``minute``: each hour; with ``hour``: each day; with ``day``: each month; with ``month``: each
    year. Broadcast, it is done by all and answered by nobody.
    """

    month: int | None = None
    """1..12."""
    day: int | None = None
    """1..28, days every month has."""
    hour: int | None = None
    """0..23."""
    minute: int | None = None
    """0..59."""

    def __post_init__(self) -> None:
        fields = (self.month, self.day, self.hour, self.minute)
        given = [value is not None for value in fields]
        if given != sorted(given):
            raise UsageError("a freeze time is given from the minute up: minute, hour, day, month")
        for value, (low, high) in zip(fields, FREEZE_RANGES, strict=True):
            if value is not None and not low <= value <= high:
                raise UsageError(f"{value} is outside {low}..{high} in a freeze time")

    @property
    def is_immediate(self) -> bool:
        """True when it is to be done now."""
        return self.minute is None

    def is_due(self, moment: dt.datetime) -> bool:
        """True when the freeze is to be done in the minute of ``moment``."""
        wanted = (self.month, self.day, self.hour, self.minute)
        shown = (moment.month, moment.day, moment.hour, moment.minute)
        return not self.is_immediate and all(w in {None, s} for w, s in zip(wanted, shown, strict=True))

    _codes = (0, fn.FREEZE)

    def _octets(self) -> bytes:
        fields = (self.minute, self.hour, self.day, self.month)
        return bytes.fromhex("".join("99" if value is None else f"{value:02d}" for value in fields))


FREEZE_RANGES: Final = ((1, 12), (1, 28), (0, 23), (0, 59))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword(Request):
    """Give a level a new password; whoever knows the password of that level or of a higher one may."""

    level: int
    """Level that gets the new password, 0..9."""
    new: str
    """Six digits."""
    old_level: int
    """Level of the password that is known, at most ``level``."""
    old: str
    """The known password."""
    edition: Edition = "2007"
    """Whose function to use."""

    def __post_init__(self) -> None:
        if not 0 <= self.old_level <= self.level <= 9:
            raise UsageError(f"level {self.old_level} cannot change the password of level {self.level}")
        object.__setattr__(self, "new", check_password(self.new))
        object.__setattr__(self, "old", check_password(self.old))

    def __repr__(self) -> str:
        return f"ChangePassword(level={self.level}, old_level={self.old_level})"

    @property
    def di(self) -> str:
        """Item of the password, 04000C01 for level 0."""
        return f"04000C{self.level + 1:02X}"

    _codes = (fn.CHANGE_PASSWORD_97, fn.CHANGE_PASSWORD)

    def _octets(self) -> bytes:
        item = di_octets(self.di) if self.edition == "2007" else b""
        return item + password_octets(self.old_level, self.old) + self.echo()

    def echo(self) -> bytes:
        """What the meter repeats in its answer: new level and password."""
        return password_octets(self.level, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearDemand(Request):
    """Clear the maximum demands and their times."""

    access: Access
    """Who clears."""
    edition: Edition = "2007"
    """Whose function to use."""

    _codes = (fn.CLEAR_DEMAND_97, fn.CLEAR_DEMAND)

    def _octets(self) -> bytes:
        return self.access.octets(self.edition)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearMeter(Request):
    """Clear energies, demands, freezes, events and load records."""

    access: Access
    """Who clears."""

    _codes = (0, fn.CLEAR_METER)

    def _octets(self) -> bytes:
        return self.access.octets()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearEvents(Request):
    """Clear event records: all of them, or one kind (an item of class 03 with DI0 FF)."""

    access: Access
    """Who clears."""
    di: str = ALL_EVENTS
    """FFFFFFFF for all, or an item whose last octet is FF."""

    def __post_init__(self) -> None:
        di = item_code(self.di)
        if len(di) != 8 or di[6:] != "FF":
            raise UsageError(f"events are cleared by kind, an item of 8 hex digits that ends with FF, not {di}")
        object.__setattr__(self, "di", di)

    _codes = (0, fn.CLEAR_EVENTS)

    def _octets(self) -> bytes:
        return self.access.octets() + di_octets(self.di)


class RelayAction(IntEnum):
    """N1 of 1CH."""

    TRIP = 0x1A
    """Open the relay 跳闸."""
    PERMIT_CLOSE = 0x1B
    """Permit closing, by the button on the meter 合闸允许."""
    CLOSE = 0x1C
    """Close the relay 直接合闸."""
    TRIP_AUTO_CLOSE = 0x1D
    """Open it and close it by itself after a while 跳闸自动恢复."""
    ALARM = 0x2A
    """Raise the alarm 报警."""
    ALARM_OFF = 0x2B
    """End the alarm 报警解除."""
    KEEP = 0x3A
    """Keep the supply: no tripping until it is ended 保电."""
    KEEP_OFF = 0x3B
    """End keeping the supply 保电解除."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayCommand(Request):
    """Trip, close, alarm or keep supply; a meter does not obey it after ``until``."""

    access: Access
    """Who commands."""
    action: RelayAction
    """What to do."""
    until: dt.datetime
    """Last moment the command is valid, the meter's own time, to the second, years 2000..2099."""
    delay: int = 0
    """N2: minutes until it closes again by itself, a multiple of 5 up to 1275; only of TRIP_AUTO_CLOSE."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", _member(RelayAction, self.action))
        check_year(self.until)
        if self.delay % DELAY_UNIT or not 0 <= self.delay <= 0xFF * DELAY_UNIT:
            raise UsageError(f"the delay is a multiple of {DELAY_UNIT} min up to {0xFF * DELAY_UNIT}, not {self.delay}")
        if bool(self.delay) != (self.action == RelayAction.TRIP_AUTO_CLOSE):
            raise UsageError("a delay belongs to tripping with automatic closing, and to nothing else")

    _codes = (0, fn.RELAY)

    def _octets(self) -> bytes:
        return self.access.octets() + self.plain()

    def plain(self) -> bytes:
        """N1 N2 and the end of validity, what an ESAM seals."""
        return bytes((self.action, self.delay // DELAY_UNIT)) + bytes.fromhex(f"{self.until:%S%M%H%d%m%y}")


DELAY_UNIT: Final = 5
"""Minutes in one unit of N2."""


class OutputKind(IntEnum):
    """What the multi-function terminal puts out."""

    SECOND_PULSE = 0
    """The clock's second pulse 时钟秒脉冲."""
    DEMAND_PERIOD = 1
    """A pulse each demand period 需量周期."""
    TARIFF_SWITCH = 2
    """A pulse when the tariff changes 时段投切."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Request):
    """Switch the multi-function output terminal."""

    repeatable = True  # setting a state twice is setting it once
    kind: OutputKind
    """What it puts out."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", _member(OutputKind, self.kind))

    _codes = (0, fn.OUTPUT)

    def _octets(self) -> bytes:
        return bytes((self.kind,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCommand(Request):
    """A command whose data an ESAM sealed (level 98H or 99H): 14H, 19H, 1AH, 1BH or 1CH.

    For 14H use :class:`WriteData` with a sealed access; it names its item.
    """

    code: int
    """Function, 19H..1CH."""
    access: Access
    """Level 98H or 99H, and the operator."""
    payload: bytes
    """What the ESAM made, MAC included."""

    def __post_init__(self) -> None:
        if self.code not in SEALABLE:
            raise UsageError(f"function {self.code:02X}H is not sealed this way")
        if not self.access.is_sealed:
            raise UsageError("a sealed command has level 98H or 99H")
        object.__setattr__(self, "payload", bytes(self.payload))

    @property
    def function(self) -> int:
        """The function that is sealed."""
        return self.code

    def _octets(self) -> bytes:
        return self.access.octets() + self.payload


SEALABLE: Final = frozenset({fn.CLEAR_DEMAND, fn.CLEAR_METER, fn.CLEAR_EVENTS, fn.RELAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityCommand(Request):
    """03H: authentication and other business of the security module; what ``payload`` says is the ESAM's matter."""

    di: str
    """Item of class 07, 8 hex digits."""
    operator: str = "00000000"
    """Operator code, 8 hex digits."""
    payload: bytes = b""
    """Data behind the operator."""

    def __post_init__(self) -> None:
        di = item_code(self.di)
        if len(di) != 8 or di[:2] != "07":
            raise UsageError(f"security items are 8 hex digits that begin with 07, not {di}")
        object.__setattr__(self, "di", di)
        object.__setattr__(self, "operator", check_operator(self.operator))
        object.__setattr__(self, "payload", bytes(self.payload))

    _codes = (0, fn.SECURITY)

    def _octets(self) -> bytes:
        return di_octets(self.di) + bytes.fromhex(self.operator)[::-1] + self.payload


def _member(kind: type[E], code: int) -> E:
    try:
        return kind(code)
    except ValueError:
        known = ", ".join(f"{member:02X}H {member.name}" for member in kind)
        raise UsageError(f"{kind.__name__} is one of {known}, not {code!r}") from None
