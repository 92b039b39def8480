"""Presentation layer (ISO 8823-1), normal mode, two contexts: ACSE and MMS.

Identifiers of the contexts are the caller's choice; 1 and 3 are customary, any odd pair is accepted.
"""

from dataclasses import dataclass, field

from ...errors import DecodeError, LimitError
from .. import ber

__all__ = [
    "ACSE_CONTEXT",
    "MMS_CONTEXT",
    "Connect",
    "decode_accept",
    "decode_connect",
    "decode_user_data",
    "encode_abort",
    "encode_accept",
    "encode_connect",
    "encode_user_data",
]

ACSE_CONTEXT = 1
MMS_CONTEXT = 3
ACSE_SYNTAX = bytes.fromhex("52010001")
MMS_SYNTAX = bytes.fromhex("28ca220201")
BER_SYNTAX = bytes.fromhex("5101")

MAX_CONTEXTS = 16
"""Presentation contexts one CP may propose."""
MAX_SELECTOR = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """What a CP or CPA carries."""

    user_data: bytes
    """ACSE PDU."""
    calling: bytes = b""
    """Calling (CPA: responding) presentation selector."""
    called: bytes = b""
    """Called presentation selector."""
    acse_context: int = ACSE_CONTEXT
    """Context identifier of ACSE."""
    mms_context: int = MMS_CONTEXT
    """Context identifier of MMS."""
    results: tuple[bool, ...] = field(default=())
    """CP: one entry per proposed context, in order: is it one we accept?"""


def encode_user_data(context: int, pdu: bytes) -> bytes:
    """Fully encoded user data with one PDV."""
    value = ber.tlv(0x02, ber.encode_integer(context)) + ber.tlv(0xA0, pdu)
    return ber.tlv(0x61, ber.tlv(0x30, value))


def decode_user_data(data: bytes, start: int, stop: int) -> tuple[int, bytes]:
    """Context identifier and PDU of the first PDV of ``61 { 30 { 02, [06], a0 } }`` content."""
    tag, start, stop = ber.read_header(data, start, stop)
    if tag != 0x30:
        msg = "PDV list expected"
        raise DecodeError(msg, offset=start, data=data[start:stop])
    context: int | None = None
    for tag, first, last in ber.elements(data, start, stop):
        if tag == 0x02:
            context = ber.decode_integer(data, first, last)
        elif tag == 0xA0 and context is not None:
            return context, data[first:last]
        elif tag != 0x06:
            break
    msg = "presentation data without a single-ASN1-type value"
    raise DecodeError(msg, offset=start, data=data[start:stop])


def _context(identifier: int, syntax: bytes) -> bytes:
    value = ber.tlv(0x02, ber.encode_integer(identifier)) + ber.tlv(0x06, syntax)
    return ber.tlv(0x30, value + ber.tlv(0x30, ber.tlv(0x06, BER_SYNTAX)))


def encode_connect(acse: bytes, calling: bytes, called: bytes) -> bytes:
    """CP PPDU."""
    contexts = _context(ACSE_CONTEXT, ACSE_SYNTAX) + _context(MMS_CONTEXT, MMS_SYNTAX)
    body = (ber.tlv(0x81, calling) if calling else b"") + (ber.tlv(0x82, called) if called else b"")
    body += ber.tlv(0xA4, contexts) + encode_user_data(ACSE_CONTEXT, acse)
    return ber.tlv(0x31, ber.tlv(0xA0, b"\x80\x01\x01") + ber.tlv(0xA2, body))


def encode_accept(acse: bytes, proposal: Connect) -> bytes:
    """CPA PPDU answering ``proposal``; contexts nobody serves are refused by the provider."""
    accepted = ber.tlv(0x30, b"\x80\x01\x00" + ber.tlv(0x81, BER_SYNTAX))
    refused = ber.tlv(0x30, b"\x80\x01\x02\x82\x01\x01")
    results = b"".join(accepted if good else refused for good in proposal.results)
    body = (ber.tlv(0x83, proposal.called) if proposal.called else b"") + ber.tlv(0xA5, results)
    body += encode_user_data(proposal.acse_context, acse)
    return ber.tlv(0x31, ber.tlv(0xA0, b"\x80\x01\x01") + ber.tlv(0xA2, body))


def encode_abort(acse: bytes, context: int) -> bytes:
    """ARU PPDU, normal mode: ``a0 { 61 { … } }``, without the optional list of contexts."""
    return ber.tlv(0xA0, encode_user_data(context, acse))


def _normal_mode(ppdu: bytes) -> tuple[int, int]:
    """Bounds of the normal-mode parameters of a CP or CPA."""
    start, stop = ber.only_element(ppdu, 0, len(ppdu), 0x31, "CP/CPA PPDU")
    mode = None
    bounds = None
    for tag, first, last in ber.elements(ppdu, start, stop):
        if tag == 0xA0:
            first, last = ber.only_element(ppdu, first, last, 0x80, "mode selector")
            mode = ber.decode_integer(ppdu, first, last)
        elif tag == 0xA2:
            bounds = first, last
    if mode != 1 or bounds is None:
        msg = "presentation connect is not in normal mode"
        raise DecodeError(msg, offset=start, data=ppdu)
    return bounds


def _context_item(ppdu: bytes, start: int, stop: int) -> tuple[int, bytes]:
    identifier = None
    syntax = b""
    transfers = []
    for tag, first, last in ber.elements(ppdu, start, stop):
        if tag == 0x02:
            identifier = ber.decode_integer(ppdu, first, last)
        elif tag == 0x06:
            syntax = ppdu[first:last]
        elif tag == 0x30:
            transfers = [ppdu[a:b] for t, a, b in ber.elements(ppdu, first, last) if t == 0x06]
    if identifier is None or not 1 <= identifier <= 127:
        msg = "presentation context identifier missing or outside 1..127"
        raise DecodeError(msg, offset=start, data=ppdu[start:stop])
    return identifier, syntax if BER_SYNTAX in transfers else b""


def decode_connect(ppdu: bytes) -> Connect:
    """Parse a CP; DecodeError when it proposes no ACSE or no MMS context over BER."""
    start, stop = _normal_mode(ppdu)
    calling = called = b""
    contexts: list[tuple[int, bytes]] = []
    user: tuple[int, bytes] | None = None
    for tag, first, last in ber.elements(ppdu, start, stop):
        if tag == 0x81:
            calling = ppdu[first:last]
        elif tag == 0x82:
            called = ppdu[first:last]
        elif tag == 0xA4:
            items = list(ber.elements(ppdu, first, last))
            if len(items) > MAX_CONTEXTS:
                msg = f"{len(items)} presentation contexts, at most {MAX_CONTEXTS}"
                raise LimitError(msg, offset=first)
            contexts = [_context_item(ppdu, a, b) for _, a, b in items]
        elif tag == 0x61:
            user = decode_user_data(ppdu, first, last)
    if max(len(calling), len(called)) > MAX_SELECTOR:
        msg = f"presentation selector of more than {MAX_SELECTOR} octets"
        raise LimitError(msg, offset=start)
    if len({identifier for identifier, _ in contexts}) < len(contexts):
        msg = "two presentation contexts with one identifier"
        raise DecodeError(msg, offset=start)
    # Of several contexts for one syntax the first is taken, the others are refused.
    by_syntax = {syntax: identifier for identifier, syntax in reversed(contexts)}
    if ACSE_SYNTAX not in by_syntax or MMS_SYNTAX not in by_syntax:
        msg = "no presentation context for ACSE and MMS over BER"
        raise DecodeError(msg, offset=start)
    if user is None or user[0] != by_syntax[ACSE_SYNTAX]:
        msg = "presentation connect carries no ACSE data"
        raise DecodeError(msg, offset=start)
    return Connect(
        user_data=user[1],
        calling=calling,
        called=called,
        acse_context=by_syntax[ACSE_SYNTAX],
        mms_context=by_syntax[MMS_SYNTAX],
        results=tuple(i in (by_syntax[ACSE_SYNTAX], by_syntax[MMS_SYNTAX]) for i, _ in contexts),
    )


def decode_accept(ppdu: bytes) -> Connect:
    """Parse a CPA answering our own CP; both contexts must have been accepted."""
    start, stop = _normal_mode(ppdu)
    user: tuple[int, bytes] | None = None
    results: list[bool] = []
    responding = b""
    for tag, first, last in ber.elements(ppdu, start, stop):
        if tag == 0x83:
            responding = ppdu[first:last]
        elif tag == 0xA5:
            for _, a, b in ber.elements(ppdu, first, last):
                found, x, y = ber.read_header(ppdu, a, b)
                results.append(found == 0x80 and ber.decode_integer(ppdu, x, y) == 0)
        elif tag == 0x61:
            user = decode_user_data(ppdu, first, last)
    if user is None or not all(results) or len(results) not in (0, 2):
        msg = "peer refused a presentation context"
        raise DecodeError(msg, offset=start, data=ppdu[start:stop])
    return Connect(user_data=user[1], calling=responding)
