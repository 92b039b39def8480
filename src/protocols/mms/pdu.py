"""MMS PDUs (ISO 9506-2): the envelope around services, initiate and conclude.

A parsed PDU keeps the bytes and the bounds of its content; nothing is copied before it is wanted.
"""

from dataclasses import dataclass

from ...errors import DecodeError, FileServiceError, RejectError, ServiceError, UsageError
from .. import ber

__all__ = [
    "CONCLUDE_REQUEST",
    "CONCLUDE_RESPONSE",
    "Initiate",
    "Pdu",
    "PduTag",
    "RejectKind",
    "Service",
    "cancel_error",
    "cancel_request",
    "cancel_response",
    "confirmed_error",
    "confirmed_request",
    "confirmed_response",
    "decode_cancel",
    "decode_cancel_error",
    "decode_initiate",
    "decode_pdu",
    "decode_reject",
    "decode_service_error",
    "initiate_error",
    "insist_pdu_size",
    "reject",
    "unconfirmed",
]

CONCLUDE_REQUEST = b"\x8b\x00"
CONCLUDE_RESPONSE = b"\x8c\x00"
MAX_INVOKE_ID = 0xFFFFFFFF
MAX_INVOKE_ID_OCTETS = 5


class PduTag:
    """PDU alternatives."""

    CONFIRMED_REQUEST = 0xA0
    CONFIRMED_RESPONSE = 0xA1
    CONFIRMED_ERROR = 0xA2
    UNCONFIRMED = 0xA3
    REJECT = 0xA4
    CANCEL_REQUEST = 0x85
    CANCEL_RESPONSE = 0x86
    CANCEL_ERROR = 0xA7
    INITIATE_REQUEST = 0xA8
    INITIATE_RESPONSE = 0xA9
    INITIATE_ERROR = 0xAA
    CONCLUDE_REQUEST = 0x8B
    CONCLUDE_RESPONSE = 0x8C
    CONCLUDE_ERROR = 0xAD


class Service:
    """Service tags inside a confirmed request; the response carries the same number."""

    STATUS = 0x80
    GET_NAME_LIST = 0xA1
    IDENTIFY = 0x82
    READ = 0xA4
    WRITE = 0xA5
    GET_VARIABLE_ACCESS_ATTRIBUTES = 0xA6
    DEFINE_NAMED_VARIABLE_LIST = 0xAB
    GET_NAMED_VARIABLE_LIST_ATTRIBUTES = 0xAC
    DELETE_NAMED_VARIABLE_LIST = 0xAD
    OBTAIN_FILE = 0xBF2E
    READ_JOURNAL = 0xBF41
    REPORT_JOURNAL_STATUS = 0xBF44
    FILE_OPEN = 0xBF48
    FILE_READ = 0x9F49
    FILE_CLOSE = 0x9F4A
    FILE_RENAME = 0xBF4B
    FILE_DELETE = 0xBF4C
    FILE_DIRECTORY = 0xBF4D


class RejectKind:
    """Which kind of PDU a reject complains of, and the reasons used here."""

    CONFIRMED_REQUEST = 1
    CONFIRMED_RESPONSE = 2
    CONFIRMED_ERROR = 3
    PDU_ERROR = 5
    CANCEL_REQUEST = 6
    CONCLUDE_REQUEST = 9

    UNRECOGNISED_SERVICE = 1
    INVALID_INVOKE_ID = 3
    INVALID_ARGUMENT = 4
    MAX_OUTSTANDING_EXCEEDED = 6
    MAX_RECURSION_EXCEEDED = 8
    VALUE_OUT_OF_RANGE = 9
    UNKNOWN_PDU_TYPE = 0
    INVALID_PDU = 1


@dataclass(frozen=True, slots=True)
class Pdu:
    """A parsed envelope."""

    tag: int
    """One of :class:`PduTag`."""
    invoke_id: int | None
    """Invoke identifier where the PDU has one."""
    service: int
    """Service tag of confirmed and unconfirmed PDUs, else 0."""
    data: bytes
    """The whole PDU."""
    start: int
    """First octet of the service's content (or of the PDU's when it has no service)."""
    stop: int
    """Offset behind that content."""

    def insist_answers(self, request: bytes) -> None:
        """DecodeError when the service is not that of a request's service element.

        Primitive and constructed may differ.
        """
        own = self.service & 0xFF if self.service > 0xFF else self.service & 0x1F
        asked = request[1] if request[0] & 0x1F == 0x1F else request[0] & 0x1F
        if own != asked:
            msg = f"the server answers another service ({self.service:02X})"
            raise DecodeError(msg, data=self.data)


def decode_pdu(data: bytes) -> Pdu:
    """Parse the envelope of one MMS PDU."""
    tag, start, stop = ber.read_header(data, 0, len(data))
    if stop != len(data):
        msg = f"{len(data) - stop} octets behind the PDU"
        raise DecodeError(msg, offset=stop, data=data[stop:])
    if tag in (PduTag.CONFIRMED_REQUEST, PduTag.CONFIRMED_RESPONSE):
        id_tag, first, last = ber.read_header(data, start, stop)
        if id_tag != 0x02:
            msg = "confirmed PDU without invoke id"
            raise DecodeError(msg, offset=start, data=data[start:stop])
        invoke_id = _invoke_id(data, first, last)
        service, a, b = ber.read_header(data, last, stop)
        if service == 0x30:  # list of modifiers: attach to event, attach to semaphore; none of 8-1
            service, a, b = ber.read_header(data, b, stop)
        if b != stop:
            _insist_on_extension(data, b, stop)
        return Pdu(tag, invoke_id, service, data, a, b)
    if tag == PduTag.CONFIRMED_ERROR:
        id_tag, first, last = ber.read_header(data, start, stop)
        known = _invoke_id(data, first, last) if id_tag == 0x80 else None
        return Pdu(tag, known, 0, data, last, stop)
    if tag == PduTag.UNCONFIRMED:
        service, a, b = ber.read_header(data, start, stop)
        return Pdu(tag, None, service, data, a, b)
    return Pdu(tag, None, 0, data, start, stop)


def _insist_on_extension(data: bytes, start: int, stop: int) -> None:
    """Behind a service only its extension [79] may stand; a second service there has fooled other stacks."""
    tag, _, end = ber.read_header(data, start, stop)
    if tag not in (0x9F4F, 0xBF4F) or end != stop:
        msg = "octets behind the service"
        raise DecodeError(msg, offset=start, data=data[start:stop])


def _invoke_id(data: bytes, first: int, last: int) -> int:
    value = ber.decode_integer(data, first, last)
    if not 0 <= value <= MAX_INVOKE_ID:
        msg = f"invoke id {value}"
        raise DecodeError(msg, offset=first, data=data[first:last])
    return value


def confirmed_request(invoke_id: int, service: bytes) -> bytes:
    """Confirmed request; ``service`` is the whole service element."""
    return ber.tlv(0xA0, ber.tlv(0x02, ber.encode_unsigned(invoke_id)) + service)


def confirmed_response(invoke_id: int, service: bytes) -> bytes:
    """Confirmed response."""
    return ber.tlv(0xA1, ber.tlv(0x02, ber.encode_unsigned(invoke_id)) + service)


def unconfirmed(service: bytes) -> bytes:
    """Unconfirmed PDU, e.g. an information report."""
    return ber.tlv(0xA3, service)


def confirmed_error(invoke_id: int, error_class: int, code: int) -> bytes:
    """Confirmed error with one ServiceError class and code."""
    error = ber.tlv(0xA0, ber.tlv(0x80 | error_class, ber.encode_integer(code)))
    return ber.tlv(0xA2, ber.tlv(0x80, ber.encode_unsigned(invoke_id)) + ber.tlv(0xA2, error))


def initiate_error(error_class: int, code: int) -> bytes:
    """Initiate error."""
    return ber.tlv(0xAA, ber.tlv(0xA0, ber.tlv(0x80 | error_class, ber.encode_integer(code))))


def reject(invoke_id: int | None, kind: int, reason: int) -> bytes:
    """Reject PDU."""
    head = b"" if invoke_id is None else ber.tlv(0x80, ber.encode_unsigned(invoke_id))
    return ber.tlv(0xA4, head + ber.tlv(0x80 | kind, ber.encode_integer(reason)))


def cancel_request(invoke_id: int) -> bytes:
    """Cancel-request for an outstanding request."""
    return ber.tlv(PduTag.CANCEL_REQUEST, ber.encode_unsigned(invoke_id))


def cancel_response(invoke_id: int) -> bytes:
    """Cancel-response: the request was stopped; its own error answer follows."""
    return ber.tlv(PduTag.CANCEL_RESPONSE, ber.encode_unsigned(invoke_id))


def cancel_error(invoke_id: int, code: int) -> bytes:
    """Cancel-error with a code of the class cancel."""
    error = ber.tlv(0xA0, ber.tlv(0x80 | CANCEL_CLASS, ber.encode_integer(code)))
    return ber.tlv(PduTag.CANCEL_ERROR, ber.tlv(0x80, ber.encode_unsigned(invoke_id)) + ber.tlv(0xA1, error))


def decode_cancel(pdu: Pdu) -> int:
    """Invoke id of a cancel-request or cancel-response."""
    if pdu.stop - pdu.start > MAX_INVOKE_ID_OCTETS:
        msg = f"invoke id of {pdu.stop - pdu.start} octets"
        raise DecodeError(msg, offset=pdu.start, data=pdu.data)
    return _invoke_id(pdu.data, pdu.start, pdu.stop)


def decode_cancel_error(pdu: Pdu) -> int:
    """Invoke id of a cancel-error."""
    tag, first, stop = ber.read_header(pdu.data, pdu.start, pdu.stop)
    if tag != 0x80:
        msg = "cancel-error without invoke id"
        raise DecodeError(msg, offset=pdu.start, data=pdu.data)
    return _invoke_id(pdu.data, first, stop)


DEFINITION_CLASS, OBJECT_UNDEFINED, OBJECT_EXISTS = 2, 1, 5
RESOURCE_CLASS, MEMORY_UNAVAILABLE, CAPABILITY_UNAVAILABLE = 3, 1, 4
PREEMPT_CLASS, PREEMPT_TIMEOUT, PREEMPT_CANCEL = 5, 1, 3
ACCESS_CLASS, OBJECT_NON_EXISTENT = 7, 2
CANCEL_CLASS, INVOKE_ID_UNKNOWN = 10, 1
OTHERS_CLASS, OTHER = 12, 0
"""Classes of ServiceErrors, each with the codes that are used here."""

_CLASS_NAMES = (
    "vmd-state",
    "application-reference",
    "definition",
    "resource",
    "service",
    "service-preempt",
    "time-resolution",
    "access",
    "initiate",
    "conclude",
    "cancel",
    "file",
    "others",
)


def decode_service_error(pdu: Pdu) -> ServiceError:
    """The ServiceError of a confirmed error (or initiate error) as our exception."""
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if tag == 0x81 and pdu.tag == PduTag.CONFIRMED_ERROR:
            continue  # modifier position
        if tag == 0xA2 and pdu.tag == PduTag.CONFIRMED_ERROR:
            tag, first, stop = ber.read_header(pdu.data, first, stop)
        if tag == 0xA0:
            kind, a, b = ber.read_header(pdu.data, first, stop)
            error_class, code = kind & 0x1F, ber.decode_integer(pdu.data, a, b)
            if error_class == FileServiceError.ERROR_CLASS:
                return FileServiceError(code)
            known = error_class < len(_CLASS_NAMES)
            name = _CLASS_NAMES[error_class] if known else str(error_class)
            text = f"the server answered with error class {name}, code {code}"
            return ServiceError(text, error_class=error_class, code=code)
    msg = "service error without class"
    raise DecodeError(msg, offset=pdu.start, data=pdu.data)


def decode_reject(pdu: Pdu) -> tuple[int | None, RejectError]:
    """Invoke id, when told, and the reason of a reject."""
    invoke_id: int | None = None
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if tag == 0x80:
            invoke_id = ber.decode_integer(pdu.data, first, stop)
        elif 0x81 <= tag <= 0x8B:
            value = ber.decode_integer(pdu.data, first, stop)
            text = f"the peer rejected our PDU (kind {tag & 0x1F}, reason {value})"
            return invoke_id, RejectError(text, kind=tag & 0x1F, code=value)
    msg = "reject without reason"
    raise DecodeError(msg, offset=pdu.start, data=pdu.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiate:
    """Parameters of an initiate request or response."""

    max_pdu: int = 65_000
    """Largest MMS PDU the sender takes, octets; we propose 256 to 1,000,000."""
    max_calling: int = 10
    """Outstanding requests of the calling side."""
    max_called: int = 10
    """Outstanding requests of the called side."""
    nesting: int = 10
    """Data structure nesting level."""
    services: bytes = bytes.fromhex("ee1c00000408000079ef18")
    """Services supported, 85 bits, 11 octets; a hint, not a promise."""
    parameters: bytes = bytes.fromhex("f100")
    """Parameter conformance building block, 11 bits, 2 octets."""

    def encode(self, tag: int) -> bytes:
        """The PDU; ``tag`` says request or response."""
        detail = ber.tlv(0x80, b"\x01") + b"\x81\x03\x05" + self.parameters
        detail += b"\x82\x0c\x03" + self.services
        body = ber.tlv(0x80, ber.encode_integer(self.max_pdu))
        body += ber.tlv(0x81, ber.encode_integer(self.max_calling))
        body += ber.tlv(0x82, ber.encode_integer(self.max_called))
        body += ber.tlv(0x83, ber.encode_integer(self.nesting))
        return ber.tlv(tag, body + ber.tlv(0xA4, detail))


MIN_PDU = 256
"""A peer that takes less cannot be served; ISO 9506 leaves the bound open."""
MAX_PDU = 1_000_000
"""What we take at most: it must fit, with its headers, into the largest SDU that COTP gathers."""


def insist_pdu_size(max_pdu: int) -> None:
    """UsageError for a PDU size that we cannot propose."""
    if not MIN_PDU <= max_pdu <= MAX_PDU:
        msg = f"max_pdu={max_pdu} cannot be agreed on; it is {MIN_PDU} to {MAX_PDU} octets"
        raise UsageError(msg)


_INITIATES = (PduTag.INITIATE_REQUEST, PduTag.INITIATE_RESPONSE)


def decode_initiate(data: bytes, wanted: tuple[int, ...] = _INITIATES) -> Initiate:
    """Parse an initiate request or response, whichever of them are ``wanted``; an absent PDU size means ours."""
    tag, start, stop = ber.read_header(data, 0, len(data))
    if tag not in wanted:
        msg = f"initiate expected, PDU {tag:02X} found"
        raise DecodeError(msg, offset=0, data=data)
    numbers: dict[int, int] = {}
    services, parameters = Initiate().services, Initiate().parameters
    for field, first, last in ber.elements(data, start, stop):
        if field in (0x80, 0x81, 0x82, 0x83):
            numbers[field] = ber.decode_integer(data, first, last)
        elif field == 0xA4:
            for inner, a, b in ber.elements(data, first, last):
                if inner == 0x81 and b - a == 3:
                    parameters = data[a + 1 : b]
                elif inner == 0x82 and b > a:
                    services = data[a + 1 : b]
    usual = Initiate()
    max_pdu = numbers.get(0x80, usual.max_pdu)
    if max_pdu < MIN_PDU:
        msg = f"peer takes PDUs of {max_pdu} octets, {MIN_PDU} are needed"
        raise DecodeError(msg)
    return Initiate(
        max_pdu=max_pdu,
        max_calling=max(1, numbers.get(0x81, 1)),
        max_called=max(1, numbers.get(0x82, 1)),
        nesting=max(0, numbers.get(0x83, usual.nesting)),
        services=services,
        parameters=parameters,
    )
