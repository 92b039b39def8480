"""Named variable lists: the MMS side of data sets (define, get attributes, delete)."""

from collections.abc import Iterable
from dataclasses import dataclass

from ...errors import DecodeError, LimitError
from .. import ber
from .names import ObjectName, decode_object_name, encode_object_name
from .pdu import Pdu, Service
from .services import MAX_VARIABLES, Access, decode_variables, encode_variables

__all__ = [
    "DeleteListRequest",
    "DeleteScope",
    "NamedVariableList",
    "decode_define_list_request",
    "decode_delete_list_request",
    "decode_delete_list_response",
    "decode_named_variable_list_response",
    "define_list_request",
    "define_list_response",
    "delete_list_request",
    "delete_list_response",
    "named_variable_list_request",
    "named_variable_list_response",
]


@dataclass(frozen=True, slots=True)
class NamedVariableList:
    """Attributes of a named variable list."""

    is_deletable: bool
    """False for data sets of the configuration."""
    members: tuple[Access, ...]
    """The variables, in order."""


def named_variable_list_request(name: ObjectName) -> bytes:
    """Service element of a GetNamedVariableListAttributes."""
    return ber.tlv(Service.GET_NAMED_VARIABLE_LIST_ATTRIBUTES, encode_object_name(name))


def named_variable_list_response(nvl: NamedVariableList) -> bytes:
    """Service element of the answer."""
    members = encode_variables(nvl.members)
    body = ber.tlv(0x80, b"\xff" if nvl.is_deletable else b"\x00")
    body += b"\xa1" + members[1:]
    return ber.tlv(Service.GET_NAMED_VARIABLE_LIST_ATTRIBUTES, body)


def decode_named_variable_list_response(pdu: Pdu) -> NamedVariableList:
    """Parse the answer."""
    deletable = False
    for tag, first, stop in ber.elements(pdu.data, pdu.start, pdu.stop):
        if tag == 0x80:
            deletable = ber.decode_integer(pdu.data, first, stop) != 0
        elif tag == 0xA1:
            return NamedVariableList(deletable, decode_variables(pdu.data, first, stop))
    msg = "named variable list without members"
    raise DecodeError(msg, offset=pdu.start, data=pdu.data)


def define_list_request(name: ObjectName, members: Iterable[Access]) -> bytes:
    """Service element of a DefineNamedVariableList."""
    return ber.tlv(Service.DEFINE_NAMED_VARIABLE_LIST, encode_object_name(name) + encode_variables(members))


def decode_define_list_request(data: bytes, start: int, stop: int) -> tuple[ObjectName, tuple[Access, ...]]:
    """Name and members a DefineNamedVariableList asks for."""
    name, offset = decode_object_name(data, start, stop)
    first, last = ber.only_element(data, offset, stop, 0xA0, "list of variables")
    return name, decode_variables(data, first, last)


def define_list_response() -> bytes:
    """Service element of the answer."""
    return b"\x8b\x00"


class DeleteScope:
    """What a DeleteNamedVariableList deletes."""

    SPECIFIC = 0
    ASSOCIATION = 1
    DOMAIN = 2
    VMD = 3


@dataclass(frozen=True, slots=True)
class DeleteListRequest:
    """A DeleteNamedVariableList."""

    scope: int
    """One of :class:`DeleteScope`."""
    names: tuple[ObjectName, ...] = ()
    """Lists to delete, for the specific scope."""
    domain: str | None = None
    """Domain, for the domain scope."""


def delete_list_request(names: Iterable[ObjectName]) -> bytes:
    """Service element of a DeleteNamedVariableList of these lists."""
    listed = ber.tlv(0xA1, b"".join(map(encode_object_name, names)))
    return ber.tlv(Service.DELETE_NAMED_VARIABLE_LIST, b"\x80\x01\x00" + listed)


def decode_delete_list_request(data: bytes, start: int, stop: int) -> DeleteListRequest:
    """Parse the content of a DeleteNamedVariableList; the scope defaults to specific."""
    scope = DeleteScope.SPECIFIC
    names: list[ObjectName] = []
    domain: str | None = None
    for tag, first, last in ber.elements(data, start, stop):
        if tag == 0x80:
            scope = ber.decode_integer(data, first, last)
        elif tag == 0xA1:
            while first < last:
                if len(names) >= MAX_VARIABLES:
                    msg = f"more than {MAX_VARIABLES} lists in one request"
                    raise LimitError(msg, offset=first)
                name, first = decode_object_name(data, first, last)
                names.append(name)
        elif tag == 0x82:
            domain = data[first:last].decode("ascii", "replace")
    if not 0 <= scope <= 3 or (scope == DeleteScope.SPECIFIC and not names):
        msg = "deletion without lists"
        raise DecodeError(msg, offset=start, data=data[start:stop])
    return DeleteListRequest(scope, tuple(names), domain)


def delete_list_response(matched: int, deleted: int) -> bytes:
    """Service element of the answer: how many lists were found, and how many of them deleted."""
    body = ber.tlv(0x80, ber.encode_unsigned(matched)) + ber.tlv(0x81, ber.encode_unsigned(deleted))
    return ber.tlv(Service.DELETE_NAMED_VARIABLE_LIST, body)


def decode_delete_list_response(pdu: Pdu) -> tuple[int, int]:
    """Numbers of lists matched and deleted."""
    found = {tag: ber.decode_unsigned(pdu.data, a, b) for tag, a, b in ber.elements(pdu.data, pdu.start, pdu.stop)}
    return found.get(0x80, 0), found.get(0x81, 0)
