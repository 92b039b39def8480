"""Requests and answers of the MMS services that IEC 61850-8-1 maps to, both directions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import DataAccessError, DecodeError, LimitError
from .. import ber
from .data import decode_access_results
from .names import (
    ObjectName,
    Selector,
    decode_alternate_access,
    decode_object_name,
    encode_alternate_access,
    encode_identifier,
    encode_object_name,
)
from .pdu import Pdu, Service
from .types import TypeSpec, decode_type, encode_type

__all__ = [
    "Access",
    "Identity",
    "InformationReport",
    "NameList",
    "NameListRequest",
    "ObjectClass",
    "ReadRequest",
    "Status",
    "WriteRequest",
    "decode_identify_response",
    "decode_information_report",
    "decode_name_list_request",
    "decode_name_list_response",
    "decode_read_request",
    "decode_read_response",
    "decode_single_name",
    "decode_status_response",
    "decode_variable_attributes_response",
    "decode_variables",
    "decode_write_request",
    "decode_write_response",
    "encode_variables",
    "identify_request",
    "identify_response",
    "information_report",
    "name_list_request",
    "name_list_response",
    "read_list_request",
    "read_request",
    "read_response",
    "result_bounds",
    "status_request",
    "status_response",
    "variable_attributes_request",
    "variable_attributes_response",
    "write_request",
    "write_response",
]

MAX_VARIABLES = 10_000
"""Variables one request may name; a PDU of 65,000 octets holds fewer in practice."""


class ObjectClass:
    """Object classes of GetNameList that 8-1 uses."""

    NAMED_VARIABLE = 0
    NAMED_VARIABLE_LIST = 2
    JOURNAL = 8
    DOMAIN = 9


@dataclass(frozen=True, slots=True)
class Access:
    """One variable of a request."""

    name: ObjectName
    """The named variable."""
    alternate: tuple[Selector, ...] = ()
    """Part of it, when not the whole."""


# -- read ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A Read: variables, or a named variable list."""

    variables: tuple[Access, ...] = ()
    """The variables, in order."""
    list_name: ObjectName | None = None
    """The named variable list instead."""
    with_specification: bool = False
    """The answer repeats the specification."""
    specification: bytes = b""
    """The specification element as it came."""


def encode_variables(accesses: Iterable[Access]) -> bytes:
    """A listOfVariable element."""
    parts = []
    for access in accesses:
        item = ber.tlv(0xA0, encode_object_name(access.name))
        if access.alternate:
            item += ber.tlv(0xA5, encode_alternate_access(access.alternate))
        parts.append(ber.tlv(0x30, item))
    return ber.tlv(0xA0, b"".join(parts))


def read_request(accesses: Iterable[Access]) -> bytes:
    """Service element of a Read of variables."""
    return ber.tlv(Service.READ, ber.tlv(0xA1, encode_variables(accesses)))


def read_list_request(name: ObjectName) -> bytes:
    """Service element of a Read of a named variable list, specification asked back."""
    body = b"\x80\x01\xff" + ber.tlv(0xA1, ber.tlv(0xA1, encode_object_name(name)))
    return ber.tlv(Service.READ, body)


def decode_variables(data: bytes, start: int, end: int) -> tuple[Access, ...]:
    """Variables of a listOfVariable content; LimitError beyond MAX_VARIABLES."""
    accesses: list[Access] = []
    for tag, first, stop in ber.elements(data, start, end):
        kind, a, b = ber.read_header(data, first, stop)
        if tag != 0x30 or kind != 0xA0:
            msg = "variable specification is not a name"
            raise DecodeError(msg, offset=first, data=data[first:stop])
        if len(accesses) >= MAX_VARIABLES:
            msg = f"more than {MAX_VARIABLES} variables in one request"
            raise LimitError(msg, offset=first)
        name, _ = decode_object_name(data, a, b)
        alternate: tuple[Selector, ...] = ()
        if b < stop:
            kind, a, b = ber.read_header(data, b, stop)
            if kind != 0xA5:
                msg = "alternate access expected"
                raise DecodeError(msg, offset=a, data=data[a:b])
            alternate = decode_alternate_access(data, a, b)
        accesses.append(Access(name, alternate))
    return tuple(accesses)


def _decode_specification(data: bytes, start: int, end: int) -> tuple[tuple[Access, ...], ObjectName | None, int]:
    tag, first, stop = ber.read_header(data, start, end)
    if tag == 0xA0:
        return decode_variables(data, first, stop), None, stop
    if tag == 0xA1:
        return (), decode_object_name(data, first, stop)[0], stop
    msg = "variable access specification expected"
    raise DecodeError(msg, offset=start, data=data[start:end])


def decode_read_request(data: bytes, start: int, stop: int) -> ReadRequest:
    """Parse the content of a Read request."""
    with_specification = False
    for tag, first, last in ber.elements(data, start, stop):
        if tag == 0x80:
            with_specification = ber.decode_integer(data, first, last) != 0
        elif tag == 0xA1:
            variables, list_name, end = _decode_specification(data, first, last)
            if end == last:
                return ReadRequest(variables, list_name, with_specification, data[first:last])
    msg = "read without variables"
    raise DecodeError(msg, offset=start, data=data[start:stop])


def read_response(results: Sequence[bytes], specification: bytes = b"") -> bytes:
    """Service element of a Read answer; each result is a Data element or ``80 01 code``."""
    head = ber.tlv(0xA0, specification) if specification else b""
    return ber.tlv(Service.READ, head + ber.tlv(0xA1, b"".join(results)))


def result_bounds(pdu: Pdu) -> tuple[int, int]:
    """Where the access results of a Read answer stand."""
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if tag == 0xA1:
            return first, stop
    msg = "read answer without results"
    raise DecodeError(msg, offset=pdu.start, data=pdu.data)


def decode_read_response(pdu: Pdu) -> list[Any]:
    """Values in order; a failed one is a DataAccessError object."""
    return decode_access_results(pdu.data, *result_bounds(pdu))


# -- write ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """A Write: as many data elements as variables."""

    variables: tuple[Access, ...]
    """The variables, in order; empty for a named list."""
    list_name: ObjectName | None
    """The named variable list instead."""
    values: tuple[tuple[int, int], ...]
    """Bounds of each Data element in the request."""


def write_request(items: Iterable[tuple[Access, bytes]]) -> bytes:
    """Service element of a Write; each value is a whole Data element."""
    pairs = list(items)
    values = b"".join(value for _, value in pairs)
    return ber.tlv(Service.WRITE, encode_variables(access for access, _ in pairs) + ber.tlv(0xA0, values))


def decode_write_request(data: bytes, start: int, stop: int) -> WriteRequest:
    """Parse the content of a Write request."""
    variables, list_name, offset = _decode_specification(data, start, stop)
    tag, first, last = ber.read_header(data, offset, stop)
    if tag != 0xA0 or last != stop:
        msg = "write without data"
        raise DecodeError(msg, offset=offset, data=data[offset:stop])
    values: list[tuple[int, int]] = []
    while first < last:
        if len(values) >= MAX_VARIABLES:
            msg = f"more than {MAX_VARIABLES} values in one write"
            raise LimitError(msg, offset=first)
        _, _, after = ber.read_header(data, first, last)
        values.append((first, after))
        first = after
    if list_name is None and len(values) != len(variables):
        msg = f"write of {len(variables)} variables with {len(values)} values"
        raise DecodeError(msg, offset=offset)
    return WriteRequest(variables, list_name, tuple(values))


def write_response(codes: Iterable[int | None]) -> bytes:
    """Service element of a Write answer; None is success, a number a DataAccessError."""
    parts = [b"\x81\x00" if code is None else bytes((0x80, 1, code)) for code in codes]
    return ber.tlv(Service.WRITE, b"".join(parts))


def decode_write_response(pdu: Pdu) -> list[DataAccessError | None]:
    """One entry per variable, None for success."""
    results: list[DataAccessError | None] = []
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if tag not in (0x80, 0x81):
            msg = f"{tag:02X} is no result of a write"
            raise DecodeError(msg, offset=first, data=pdu.data[first:stop])
        if len(results) >= MAX_VARIABLES:
            msg = f"more than {MAX_VARIABLES} results of a write"
            raise LimitError(msg, offset=first)
        results.append(None if tag == 0x81 else DataAccessError(ber.decode_unsigned(pdu.data, first, stop)))
    return results


# -- directories ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NameListRequest:
    """A GetNameList."""

    object_class: int
    """One of :class:`ObjectClass`."""
    domain: str | None
    """Domain scope; None for VMD scope."""
    continue_after: str | None = None
    """Last name of the previous part."""
    is_association_scope: bool = False
    """Scope is this association."""


@dataclass(frozen=True, slots=True)
class NameList:
    """One part of a name list."""

    names: tuple[str, ...]
    """Sorted by octet value."""
    more_follows: bool
    """Ask again with ``continue_after``."""


def name_list_request(request: NameListRequest) -> bytes:
    """Service element of a GetNameList."""
    if request.domain is not None:
        scope = ber.tlv(0x81, encode_identifier(request.domain))
    else:
        scope = ber.tlv(0x82 if request.is_association_scope else 0x80, b"")
    body = ber.tlv(0xA0, bytes((0x80, 1, request.object_class))) + ber.tlv(0xA1, scope)
    if request.continue_after is not None:
        body += ber.tlv(0x82, request.continue_after.encode("latin-1", "replace"))
    return ber.tlv(Service.GET_NAME_LIST, body)


def decode_name_list_request(data: bytes, start: int, stop: int) -> NameListRequest:
    """Parse the content of a GetNameList request."""
    object_class = -1
    domain: str | None = None
    after: str | None = None
    scope = -1
    for tag, first, last in ber.elements(data, start, stop):
        if tag == 0xA0:
            kind, a, b = ber.read_header(data, first, last)
            object_class = ber.decode_integer(data, a, b) if kind == 0x80 else -1
        elif tag == 0xA1:
            scope, a, b = ber.read_header(data, first, last)
            if scope == 0x81:
                domain = data[a:b].decode("latin-1")
        elif tag == 0x82:
            after = data[first:last].decode("latin-1")
    if object_class < 0 or scope not in (0x80, 0x81, 0x82):
        msg = "name list request without class or scope"
        raise DecodeError(msg, offset=start, data=data[start:stop])
    return NameListRequest(object_class, domain, after, scope == 0x82)


def name_list_response(names: bytes, *, more_follows: bool) -> bytes:
    """Service element of a GetNameList answer from ready ``1a`` elements."""
    # moreFollows defaults to TRUE: it must be there when FALSE, and is always written.
    tail = b"\x81\x01\xff" if more_follows else b"\x81\x01\x00"
    return ber.tlv(Service.GET_NAME_LIST, ber.tlv(0xA0, names) + tail)


def decode_name_list_response(pdu: Pdu) -> NameList:
    """Parse a GetNameList answer."""
    names: tuple[str, ...] = ()
    more = True
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if tag == 0xA0:
            parts = ber.elements(pdu.data, first, stop)
            # Latin-1, so that a name beyond ASCII goes back octet for octet when we continue after it.
            names = tuple(pdu.data[a:b].decode("latin-1") for _, a, b in parts)
        elif tag == 0x81:
            more = ber.decode_integer(pdu.data, first, stop) != 0
    return NameList(names, more)


def variable_attributes_request(name: ObjectName) -> bytes:
    """Service element of a GetVariableAccessAttributes."""
    return ber.tlv(Service.GET_VARIABLE_ACCESS_ATTRIBUTES, ber.tlv(0xA0, encode_object_name(name)))


def decode_single_name(data: bytes, start: int, stop: int, *, wrapped: bool) -> ObjectName:
    """The one object name a directory request carries, inside ``a0`` when ``wrapped``."""
    if wrapped:
        start, stop = ber.only_element(data, start, stop, 0xA0, "object name")
    name, end = decode_object_name(data, start, stop)
    if end != stop:
        msg = "octets behind the object name"
        raise DecodeError(msg, offset=end, data=data[end:stop])
    return name


def variable_attributes_response(spec: TypeSpec) -> bytes:
    """Service element of the answer: not deletable, and the type."""
    body = b"\x80\x01\x00" + ber.tlv(0xA2, encode_type(spec))
    return ber.tlv(Service.GET_VARIABLE_ACCESS_ATTRIBUTES, body)


def decode_variable_attributes_response(pdu: Pdu) -> TypeSpec:
    """The type a GetVariableAccessAttributes answer tells."""
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if tag == 0xA2:
            return decode_type(pdu.data, first, stop)[0]
    msg = "variable attributes without type"
    raise DecodeError(msg, offset=pdu.start, data=pdu.data)


# -- identity and status -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identity:
    """Answer of Identify."""

    vendor: str
    """Vendor name."""
    model: str
    """Model name."""
    revision: str
    """Revision."""


def identify_request() -> bytes:
    """Service element of an Identify."""
    return b"\x82\x00"


def identify_response(identity: Identity) -> bytes:
    """Service element of the answer."""
    texts = (identity.vendor, identity.model, identity.revision)
    return ber.tlv(0xA2, b"".join(ber.tlv(0x80 + i, t.encode()) for i, t in enumerate(texts)))


def decode_identify_response(pdu: Pdu) -> Identity:
    """Parse the answer."""
    texts = ["", "", ""]
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if 0x80 <= tag <= 0x82:
            texts[tag - 0x80] = pdu.data[first:stop].decode("utf-8", "replace")
    return Identity(*texts)


@dataclass(frozen=True, slots=True)
class Status:
    """Answer of Status."""

    logical: int = 0
    """vmdLogicalStatus: 0 state changes allowed, 1 no state changes, 2 limited services, 3 support services only."""
    physical: int = 0
    """vmdPhysicalStatus: 0 operational, 1 partially operational, 2 inoperable, 3 needs commissioning."""

    @property
    def is_operational(self) -> bool:
        """Neither side of it has anything to complain of."""
        return self.logical == self.physical == 0


def status_request() -> bytes:
    """Service element of a Status; no extended derivation."""
    return b"\x80\x01\x00"


def status_response(status: Status = Status()) -> bytes:
    """Service element of the answer."""
    return ber.tlv(0xA0, bytes((0x80, 1, status.logical, 0x81, 1, status.physical)))


def decode_status_response(pdu: Pdu) -> Status:
    """Parse the answer; a local detail is not looked at."""
    numbers = {
        tag: ber.decode_integer(pdu.data, first, stop)
        for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop)
        if tag in (0x80, 0x81)
    }
    if len(numbers) != 2:
        msg = "status without logical or physical status"
        raise DecodeError(msg, offset=pdu.start, data=pdu.data)
    return Status(numbers[0x80], numbers[0x81])


# -- reports -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InformationReport:
    """An information report: reports use the VMD-specific list RPT, commands single variables."""

    list_name: ObjectName | None
    """Named variable list, ``RPT`` for reports."""
    variables: tuple[Access, ...]
    """Variables instead of a list."""
    values: list[Any]
    """Decoded access results."""


_RPT = bytes.fromhex("a1058003525054")


def information_report(results: bytes) -> bytes:
    """Unconfirmed service element of a report to the list RPT."""
    return ber.tlv(0xA0, _RPT + ber.tlv(0xA0, results))


def decode_information_report(pdu: Pdu) -> InformationReport:
    """Parse an information report."""
    if pdu.service != 0xA0:
        msg = f"unconfirmed service {pdu.service:02X} is no information report"
        raise DecodeError(msg, offset=pdu.start, data=pdu.data)
    variables, name, offset = _decode_specification(pdu.data, pdu.start, pdu.stop)
    first, stop = ber.only_element(pdu.data, offset, pdu.stop, 0xA0, "report values")
    return InformationReport(name, variables, decode_access_results(pdu.data, first, stop, lenient=True))
