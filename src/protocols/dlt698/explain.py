"""Anatomy of frames and APDUs, octet by octet; used by :meth:`.frame.Frame.anatomy` and ``meterwire decode``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...anatomy import Field
from ...errors import MeterwireError
from .address import KINDS, ServerAddress
from .apdu import tell_apdu
from .axdr import Reader, Teller
from .fragment import Fragment

if TYPE_CHECKING:
    from .frame import Frame

__all__ = ["describe", "explain_apdu", "explain_frame"]


def describe(value: Any) -> str:
    """Plain words for one value."""
    return value.hex().upper() if type(value) is bytes else str(value)


def explain_apdu(
    data: bytes, *, base: int = 0, depth: int = 0, describe: Callable[[Any], str] = describe
) -> tuple[Field, ...]:
    """Every octet of an APDU: fields in wire order, parts below the whole.

    What cannot be understood is one field that says why; this never raises a DecodeError. ``base`` is added to the
    offsets, ``depth`` to the depths.
    """
    teller = Teller(data, base, depth, describe)
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
