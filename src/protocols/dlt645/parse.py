"""A request's data field back into the value it was made of: the meter's end, and what explains frames.

The table :data:`PARSERS` names for each edition what reads which function. Whatever does not fit is a DecodeError.
"""

from collections.abc import Callable
from typing import Final

from ...errors import DecodeError, MeterwireError, TruncatedError
from . import commands as cmd
from . import functions as fn
from . import requests as req
from .access import Access, access_size
from .functions import Edition, edition_of
from .requests import Request, clock_of

__all__ = [
    "parse_request",
    "relay_command",
]


def parse_request(control: int, data: bytes) -> Request:
    """What a request asks; ``data`` is the data field with 33H taken off.

    Raises DecodeError when the data field does not fit the function, or the function is none of the standard's.
    """
    edition = edition_of(control, data)
    parser = PARSERS[edition].get(control)
    if parser is None:
        raise DecodeError(f"{control:02X}H is no request of DL/T 645", offset=8)
    try:
        return parser(data)
    except DecodeError:
        raise
    except MeterwireError as error:  # a value the request's own checks refuse
        raise DecodeError(str(error), data=data) from None


def _exactly(data: bytes, *sizes: int) -> None:
    if len(data) not in sizes:
        wanted = " or ".join(map(str, sizes))
        raise DecodeError(f"{len(data)} octets of data where {wanted} belong", offset=10, data=data)


def _item(data: bytes, size: int = 4) -> str:
    if len(data) < size:
        raise TruncatedError(f"an item has {size} octets", offset=10 + len(data), data=data)
    return data[size - 1 :: -1].hex().upper()


def _read(data: bytes) -> Request:
    if len(data) == 4:
        return req.plain_read(_item(data))
    _exactly(data, 5, 10)
    blocks = data[4]
    since = clock_of(data[5:], "YYMMDDhhmm", "the start time") if len(data) > 5 else None
    return req.ReadData(di=_item(data), blocks=blocks, since=since)


def _follow_up(data: bytes) -> Request:
    _exactly(data, 5)
    return req.FollowUp(di=_item(data), seq=data[4])


def _read_address(data: bytes) -> Request:
    _exactly(data, 0)
    return req.ReadAddress()


def _time(data: bytes) -> Request:
    _exactly(data, 6)
    return req.BroadcastTime(moment=clock_of(data, "YYMMDDhhmmss", "the broadcast time"))


def _write(data: bytes) -> Request:
    return cmd.WriteData(di=_item(data), access=Access.parse(data[4:]), value=data[12:])


def _address(edition: Edition) -> Callable[[bytes], Request]:
    def parse(data: bytes) -> Request:
        _exactly(data, 6)
        return req.WriteAddress(address=data[::-1].hex(), edition=edition)

    return parse


def _freeze(data: bytes) -> Request:
    _exactly(data, 4)
    digits = data.hex()
    if not digits.isdecimal():
        raise DecodeError("the freeze time is not BCD", offset=10, data=data)
    minute, hour, day, month = (None if octet == 0x99 else int(f"{octet:02x}") for octet in data)
    return cmd.Freeze(month=month, day=day, hour=hour, minute=minute)


def _baud(edition: Edition) -> Callable[[bytes], Request]:
    speeds = req.SPEEDS_1997 if edition == "1997" else req.SPEEDS

    def parse(data: bytes) -> Request:
        _exactly(data, 1)
        speed = next((speed for speed, bit in speeds.items() if data[0] == bit), None)
        if speed is None:
            raise DecodeError(f"Z = {data[0]:02X}H names no single speed", offset=10, data=data)
        return req.ChangeBaud(speed=speed, edition=edition)

    return parse


def _password(edition: Edition) -> Callable[[bytes], Request]:
    def parse(data: bytes) -> Request:
        item = 4 if edition == "2007" else 0
        _exactly(data, item + 8)
        old, new = Access.parse(data[item:], "1997"), Access.parse(data[item + 4 :], "1997")
        made = cmd.ChangePassword(
            level=new.level, new=new.password, old_level=old.level, old=old.password, edition=edition
        )
        if item and _item(data) != made.di:
            raise DecodeError(f"{_item(data)} is not the password of level {new.level}", offset=10, data=data[:4])
        return made

    return parse


def _clear_demand_97(data: bytes) -> Request:
    _exactly(data, 4)
    return cmd.ClearDemand(access=Access.parse(data, "1997"), edition="1997")


def _sealable(code: int, size: int, parser: Callable[[Access, bytes], Request]) -> Callable[[bytes], Request]:
    """A command in the clear with ``size`` octets behind the operator, or one that an ESAM sealed."""

    def parse(data: bytes) -> Request:
        access = Access.parse(data)
        rest = data[access_size("2007") :]
        if access.is_sealed:
            return cmd.SealedCommand(code=code, access=access, payload=rest)
        _exactly(rest, size)
        return parser(access, rest)

    return parse


def relay_command(access: Access, plain: bytes) -> cmd.RelayCommand:
    """The relay command whose eight octets N1 N2 ss mm hh DD MM YY are ``plain``; DecodeError when they are none."""
    _exactly(plain, 8)
    try:
        return cmd.RelayCommand(
            access=access,
            action=cmd.RelayAction(plain[0]),
            delay=plain[1] * cmd.DELAY_UNIT if plain[0] == cmd.RelayAction.TRIP_AUTO_CLOSE else 0,
            until=clock_of(plain[2:], "YYMMDDhhmmss", "the end of validity"),
        )
    except DecodeError:
        raise
    except ValueError:
        raise DecodeError(f"N1 N2 = {plain[:2].hex(' ').upper()} is no relay command", offset=18, data=plain) from None


def _output(data: bytes) -> Request:
    _exactly(data, 1)
    return cmd.Output(kind=data[0])  # type: ignore[arg-type]  # made a member or refused there


def _security(data: bytes) -> Request:
    if len(data) < 8:
        raise TruncatedError("a security command has an item and an operator", offset=10 + len(data), data=data)
    return cmd.SecurityCommand(di=_item(data), operator=data[7:3:-1].hex(), payload=data[8:])


def _read_97(data: bytes) -> Request:
    _exactly(data, 2)
    return req.plain_read(_item(data, 2))


def _follow_up_97(data: bytes) -> Request:
    _exactly(data, 2)
    return req.FollowUp(di=_item(data, 2))


def _reread_97(data: bytes) -> Request:
    _exactly(data, 2)
    return req.Reread(di=_item(data, 2))


def _write_97(data: bytes) -> Request:
    return cmd.WriteData(di=_item(data, 2), access=Access.parse(data[2:], "1997"), value=data[6:])


PARSERS: Final[dict[Edition, dict[int, Callable[[bytes], Request]]]] = {
    "2007": {
        fn.SECURITY: _security,
        fn.BROADCAST_TIME: _time,
        fn.READ: _read,
        fn.FOLLOW_UP: _follow_up,
        fn.READ_ADDRESS: _read_address,
        fn.WRITE: _write,
        fn.WRITE_ADDRESS: _address("2007"),
        fn.FREEZE: _freeze,
        fn.CHANGE_BAUD: _baud("2007"),
        fn.CHANGE_PASSWORD: _password("2007"),
        fn.CLEAR_DEMAND: _sealable(fn.CLEAR_DEMAND, 0, lambda access, _: cmd.ClearDemand(access=access)),
        fn.CLEAR_METER: _sealable(fn.CLEAR_METER, 0, lambda access, _: cmd.ClearMeter(access=access)),
        fn.CLEAR_EVENTS: _sealable(
            fn.CLEAR_EVENTS, 4, lambda access, rest: cmd.ClearEvents(access=access, di=_item(rest))
        ),
        fn.RELAY: _sealable(fn.RELAY, 8, relay_command),
        fn.OUTPUT: _output,
    },
    "1997": {
        fn.READ_97: _read_97,
        fn.FOLLOW_UP_97: _follow_up_97,
        fn.REREAD_97: _reread_97,
        fn.WRITE_97: _write_97,
        fn.WRITE_ADDRESS_97: _address("1997"),
        fn.CHANGE_BAUD_97: _baud("1997"),
        fn.CHANGE_PASSWORD_97: _password("1997"),
        fn.CLEAR_DEMAND_97: _clear_demand_97,
    },
}
"""Control octet of a request to what reads its data field."""
