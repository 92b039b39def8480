"""ACSE (ISO 8650-1): associate, release and abort, with the password mechanism of 8-1.

AP-titles are object identifiers given as arcs; None leaves the field out. Certificates
(IEC 62351-4) are another issue's work.
"""

from dataclasses import dataclass

from ...errors import DecodeError, LimitError
from .. import ber

__all__ = [
    "Associate",
    "Authentication",
    "decode_associate_request",
    "decode_associate_response",
    "encode_abort",
    "encode_associate_request",
    "encode_associate_response",
    "encode_release_request",
    "encode_release_response",
]

AARQ, AARE, RLRQ, RLRE, ABRT = 0x60, 0x61, 0x62, 0x63, 0x64
MMS_APPLICATION = bytes.fromhex("28ca220203")
PASSWORD_MECHANISM = bytes.fromhex("520301")
MAX_PASSWORD = 128

ACCEPTED = 0
REJECTED_PERMANENT = 1
NO_REASON = 1
DIAGNOSTICS = {
    1: "no reason given",
    2: "application context not supported",
    3: "calling AP-title not recognised",
    5: "calling AE-qualifier not recognised",
    7: "called AP-title not recognised",
    9: "called AE-qualifier not recognised",
    11: "authentication mechanism not recognised",
    12: "authentication mechanism required",
    13: "authentication failure",
    14: "authentication required",
}
"""What a refusing server says, ACSE service user."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """A password as the AARQ carries it."""

    password: bytes

    def __repr__(self) -> str:
        return "Authentication(password=…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Associate:
    """What an AARQ or AARE carries."""

    user_data: bytes
    """MMS PDU: initiate request, response or error."""
    called_ap_title: tuple[int, ...] | None = None
    """Arcs of the called AP-title."""
    called_ae_qualifier: int | None = None
    """Called AE-qualifier."""
    calling_ap_title: tuple[int, ...] | None = None
    """Arcs of the calling AP-title."""
    calling_ae_qualifier: int | None = None
    """Calling AE-qualifier."""
    authentication: Authentication | None = None
    """Password offered with the request."""
    is_mms: bool = True
    """AARQ: the application context is that of MMS, or none is told."""
    result: int = ACCEPTED
    """AARE: 0 accepted, 1 rejected permanent, 2 rejected transient."""
    diagnostic: int = 0
    """AARE: acse-service-user diagnostic, 13 authentication failure."""


def _user_information(context: int, mms: bytes) -> bytes:
    value = ber.tlv(0x02, ber.encode_integer(context)) + ber.tlv(0xA0, mms)
    return ber.tlv(0xBE, ber.tlv(0x28, value))


def _title(tag: int, arcs: tuple[int, ...] | None) -> bytes:
    return b"" if arcs is None else ber.tlv(tag, ber.tlv(0x06, ber.encode_oid(arcs)))


def _qualifier(tag: int, value: int | None) -> bytes:
    return b"" if value is None else ber.tlv(tag, ber.tlv(0x02, ber.encode_integer(value)))


def encode_associate_request(request: Associate, context: int) -> bytes:
    """AARQ; ``context`` is the presentation context of MMS."""
    body = ber.tlv(0xA1, ber.tlv(0x06, MMS_APPLICATION))
    body += _title(0xA2, request.called_ap_title) + _qualifier(0xA3, request.called_ae_qualifier)
    body += _title(0xA6, request.calling_ap_title) + _qualifier(0xA7, request.calling_ae_qualifier)
    if request.authentication is not None:
        body += bytes.fromhex("8a0204808b03520301")
        body += ber.tlv(0xAC, ber.tlv(0x80, request.authentication.password))
    return ber.tlv(AARQ, body + _user_information(context, request.user_data))


def encode_associate_response(response: Associate, context: int) -> bytes:
    """AARE; a refusal may go without user data."""
    body = ber.tlv(0xA1, ber.tlv(0x06, MMS_APPLICATION))
    body += ber.tlv(0xA2, ber.tlv(0x02, bytes((response.result,))))
    body += ber.tlv(0xA3, ber.tlv(0xA1, ber.tlv(0x02, bytes((response.diagnostic,)))))
    if response.user_data:
        body += _user_information(context, response.user_data)
    return ber.tlv(AARE, body)


def encode_release_request() -> bytes:
    """RLRQ, reason normal."""
    return b"\x62\x03\x80\x01\x00"


def encode_release_response() -> bytes:
    """RLRE, reason normal."""
    return b"\x63\x03\x80\x01\x00"


def encode_abort(*, by_provider: bool = False) -> bytes:
    """ABRT."""
    return b"\x64\x03\x80\x01" + bytes((by_provider,))


def _arcs(pdu: bytes, first: int, last: int) -> tuple[int, ...] | None:
    tag, first, last = ber.read_header(pdu, first, last)
    return ber.decode_oid(pdu, first, last) if tag == 0x06 else None


def _number(pdu: bytes, first: int, last: int) -> int | None:
    tag, first, last = ber.read_header(pdu, first, last)
    return ber.decode_integer(pdu, first, last) if tag == 0x02 else None


def _mms_of(pdu: bytes, first: int, last: int) -> bytes:
    """MMS PDU inside user-information: ``28 { [06], [02], a0 { MMS } }``."""
    first, last = ber.only_element(pdu, first, last, 0x28, "user information")
    for tag, a, b in ber.elements(pdu, first, last):
        if tag == 0xA0:
            return pdu[a:b]
    msg = "user information without MMS"
    raise DecodeError(msg, offset=first, data=pdu[first:last])


def decode_associate_request(pdu: bytes) -> Associate:
    """Parse an AARQ."""
    start, stop = ber.only_element(pdu, 0, len(pdu), AARQ, "AARQ")
    fields: dict[int, tuple[int, int]] = {}
    for tag, first, last in ber.elements(pdu, start, stop):
        fields.setdefault(tag, (first, last))
    if 0xBE not in fields:
        msg = "AARQ without user information"
        raise DecodeError(msg, offset=start, data=pdu)
    return Associate(
        user_data=_mms_of(pdu, *fields[0xBE]),
        called_ap_title=_arcs(pdu, *fields[0xA2]) if 0xA2 in fields else None,
        called_ae_qualifier=_number(pdu, *fields[0xA3]) if 0xA3 in fields else None,
        calling_ap_title=_arcs(pdu, *fields[0xA6]) if 0xA6 in fields else None,
        calling_ae_qualifier=_number(pdu, *fields[0xA7]) if 0xA7 in fields else None,
        authentication=_authentication(pdu, fields),
        is_mms=0xA1 not in fields or _is_mms(pdu, *fields[0xA1]),
    )


def _is_mms(pdu: bytes, first: int, last: int) -> bool:
    a, b = ber.only_element(pdu, first, last, 0x06, "application context")
    return pdu[a:b] == MMS_APPLICATION


def _authentication(pdu: bytes, fields: dict[int, tuple[int, int]]) -> Authentication | None:
    if 0x8B not in fields and 0xAC not in fields:
        return None
    if 0x8B not in fields or 0xAC not in fields:
        msg = "ACSE authentication needs both mechanism and value"
        raise DecodeError(msg, data=pdu)
    first, last = fields[0x8B]
    if pdu[first:last] != PASSWORD_MECHANISM:
        msg = "ACSE authentication mechanism is not password"
        raise DecodeError(msg, offset=first, data=pdu[first:last])
    first, last = ber.only_element(pdu, *fields[0xAC], 0x80, "password")
    if last - first > MAX_PASSWORD:
        msg = f"password of more than {MAX_PASSWORD} octets"
        raise LimitError(msg, offset=first)
    return Authentication(pdu[first:last])


def decode_associate_response(pdu: bytes) -> Associate:
    """Parse an AARE; ``user_data`` is empty when a refusal carries none."""
    start, stop = ber.only_element(pdu, 0, len(pdu), AARE, "AARE")
    result: int | None = None
    diagnostic = 0
    user = b""
    for tag, first, last in ber.elements(pdu, start, stop):
        if tag == 0xA2:
            result = _number(pdu, first, last)
        elif tag == 0xA3:
            _, a, b = ber.read_header(pdu, first, last)
            diagnostic = _number(pdu, a, b) or 0
        elif tag == 0xBE:
            user = _mms_of(pdu, first, last)
    if result is None:
        msg = "AARE without result"
        raise DecodeError(msg, offset=start, data=pdu)
    if result == ACCEPTED and not user:
        msg = "AARE accepts without MMS"
        raise DecodeError(msg, offset=start, data=pdu)
    return Associate(user_data=user, result=result, diagnostic=diagnostic)
