"""Anatomy of frames and APDUs, octet by octet; used by :meth:`.frame.Frame.anatomy` and ``meterwire decode``."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ...anatomy import Field
from ...errors import MeterwireError
from .address import KINDS, ServerAddress
from .apdu import tell_apdu
from .association import CONNECT_RESULTS, ERRORS
from .axdr import Reader, Teller
from .fragment import Fragment
from .items import lookup
from .records import COMDCB
from .units import unit_symbol
from .values import OAD, OMD

if TYPE_CHECKING:
    from .frame import Frame

__all__ = ["WORDS", "describe", "explain_apdu", "explain_frame"]

_LINK_TYPES: Final = ("login 登录", "heartbeat 心跳", "logout 退出登录")
_LINK_RESULTS: Final = (
    "accepted 成功",
    "address duplicate 地址重复",
    "illegal device 非法设备",
    "no capacity 容量不足",
)
_TI_UNITS: Final = ("second", "minute", "hour", "day", "month", "year")
_REGIONS: Final = ("[start, end)", "(start, end]", "[start, end]", "(start, end)")


def _one_of(names: Sequence[str]) -> Callable[[int], str]:
    return lambda value: f"{value} {names[value]}" if value < len(names) else f"{value} reserved"


def _known(names: Mapping[int, str]) -> Callable[[int], str]:
    return lambda value: f"{value} {names.get(value, 'reserved')}"


def _seconds(value: int) -> str:
    return f"{value} s"


def _piid(value: int) -> str:
    priority = "high priority" if value & 0x80 else "normal priority"
    return f"service {value & 63}, {priority}" + (", bit 6 set: more to be fetched (ACD)" if value & 0x40 else "")


def _link_result(value: int) -> str:
    return _one_of(_LINK_RESULTS)(value & 7) + (", clock trusted" if value & 0x80 else ", clock not trusted")


def _bits(value: bytes) -> str:
    return f"{int.from_bytes(value, 'big').bit_count()} of {8 * len(value)} bits set"


WORDS: Final[dict[str, Callable[[Any], str]]] = {
    "piid": _piid,
    "LinkRequest.type": _one_of(_LINK_TYPES),
    "LinkResponse.result": _link_result,
    "heartbeat": _seconds,
    "timeout": _seconds,
    "frame_timeout": _seconds,
    "byte_timeout": lambda value: f"{value} ms",
    "delay": _seconds,
    "ConnectRequest.version": lambda value: f"{value:04X}H",
    "ConnectResponse.version": lambda value: f"{value:04X}H",
    "ConnectResponse.result": _known(CONNECT_RESULTS),
    "PasswordSecurity.password": lambda value: f"{len(value)} characters, not shown",
    "protocol_conformance": _bits,
    "function_conformance": _bits,
    "ClientErrorResponse.type": _known(ERRORS),
    "ServerErrorResponse.type": _known(ERRORS),
    "is_last": lambda value: "the last block" if value else "more blocks follow",
    "TI.unit": _one_of(_TI_UNITS),
    "Region.kind": _one_of(_REGIONS),
    "ScalerUnit.scaler": lambda value: f"× 10^{value}",
    "ScalerUnit.unit": lambda value: f"{value} {unit_symbol(value)}".rstrip(),
    "COMDCB.baud": lambda value: f"{value}: {COMDCB(value).bits_per_second or 'automatic'}",
    "COMDCB.parity": _one_of(("none", "odd", "even")),
    "COMDCB.flow_control": _one_of(("none", "hardware", "software")),
}
"""Fields whose number needs words, by field or record and field."""


def describe(value: Any) -> str:
    """Plain words for one value; attributes and methods with the names of their object, where the catalogue has it."""
    if isinstance(value, OAD | OMD):
        item = lookup(value)
        return f"{value} {item.name} {item.name_zh}" if item.known else str(value)
    return value.hex().upper() if type(value) is bytes else str(value)


def explain_apdu(
    data: bytes, *, base: int = 0, depth: int = 0, describe: Callable[[Any], str] = describe
) -> tuple[Field, ...]:
    """Every octet of an APDU: fields in wire order, parts below the whole.

    What cannot be understood is one field that says why; this never raises a DecodeError. ``base`` is added to the
    offsets, ``depth`` to the depths.
    """
    teller = Teller(data, base, depth, describe, WORDS)
    r = Reader(data)
    try:
        tell_apdu(r, teller)
        if r.remaining:
            teller.leaf(r.offset, r.end, "left over", "nothing should follow")
    except MeterwireError as error:
        _tell_rest(teller, data, str(error))
    return tuple(teller.fields)


def _tell_rest(teller: Teller, data: bytes, why: str) -> None:
    """After an error: groups end where their last part ends, and one field at the top takes the rest."""
    told = max((f.offset - teller.base + len(f.data) for f in teller.fields), default=0)
    teller.depth = min((f.depth for f in teller.fields), default=teller.depth)
    teller.fields.append(
        Field(offset=teller.base + told, data=data[told:], name="not explained", meaning=why, depth=teller.depth)
    )


def explain_frame(frame: "Frame") -> tuple[Field, ...]:
    """Every octet of a frame; those of a scrambled one's user data are shown unscrambled."""
    from .frame import control_name  # noqa: PLC0415 - frames ask for their anatomy here

    wire = frame.encode()
    client = 4 + len(frame.server)
    start, end = client + 3, len(wire) - 3
    fields = [
        Field(offset=0, data=wire[:1], name="start", meaning="68H"),
        Field(offset=1, data=wire[1:3], name="length L", meaning=f"{len(wire) - 2} octets between 68H and 16H"),
        Field(offset=3, data=wire[3:4], name="control C", meaning=control_name(frame.control)),
        Field(offset=4, data=wire[4:5], name="address feature AF", meaning=_feature(frame.server)),
        Field(offset=5, data=wire[5:client], name="server address SA", meaning=str(frame.server)),
        Field(offset=client, data=wire[client : client + 1], name="client address CA", meaning=f"{frame.client}"),
        Field(offset=client + 1, data=wire[client + 1 : start], name="header check HCS", meaning="correct"),
    ]
    if frame.data:
        note = "each octet is sent + 33H" if frame.is_scrambled else f"{len(frame.data)} octets"
        fields.append(Field(offset=start, data=wire[start:end], name="user data", meaning=note))
        fields += _user_data(frame, start)
    fields.append(Field(offset=end, data=wire[end : end + 2], name="frame check FCS", meaning="correct"))
    fields.append(Field(offset=end + 2, data=wire[-1:], name="end", meaning="16H"))
    return tuple(fields)


def _feature(server: ServerAddress) -> str:
    return f"{KINDS[server.kind]} address, logical address {server.logical}, {len(server) - 1} octets"


def _user_data(frame: "Frame", start: int) -> tuple[Field, ...]:
    data = frame.data
    if not frame.is_fragment:
        return explain_apdu(data, base=start, depth=1)
    if len(data) < 2:
        return (Field(offset=start, data=data, name="not explained", meaning="the fragment word is cut", depth=1),)
    fragment = Fragment.decode(data)
    fields = [Field(offset=start, data=data[:2], name="fragment", meaning=str(fragment), depth=1)]
    if fragment.piece:
        fields.append(Field(offset=start + 2, data=data[2:], name="piece", meaning="a part of an APDU", depth=1))
    return tuple(fields)
