"""MMS Data written by a client, checked against the variable and turned into model changes."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

from ...acsi.control_command import AddCause
from ...acsi.control_handler import Waiting
from ...errors import ProtocolError, UsageError
from ...models import DataAttribute, Kind, check_value
from ...protocols import ber
from ...protocols.mms import BinaryTime, BitString, decode_data
from ...protocols.mms.data import DECODERS
from .variables import TAG_OF_KIND, Variable

__all__ = [
    "Change",
    "ChangesHandler",
    "ElementHandler",
    "ReadHandler",
    "WriteHandler",
    "Writer",
    "decode_changes",
    "handler_of",
    "leaf_writer",
]

ACCESS_DENIED = 3
TYPE_INCONSISTENT = 7
VALUE_INVALID = 11

Change = tuple[DataAttribute, Any]
Writer = Callable[[Hashable, bytes], "int | Waiting | None"]
"""Takes who writes and a Data element, and writes it; None, a DataAccessError code, or an answer to wait for."""


class WriteHandler(Protocol):
    """An engine that owns attributes, e.g. a report control block."""

    def write(self, client: Hashable, attribute: str, value: Any) -> int | None:
        """Take a value for the attribute, or refuse with a DataAccessError code."""


@runtime_checkable
class ElementHandler(Protocol):
    """An engine that takes a whole structure as it comes, e.g. a command."""

    def write_element(self, client: Hashable, data: bytes) -> "int | Waiting | None":
        """Take a Data element: None, a DataAccessError code, or an answer to wait for."""


@runtime_checkable
class ReadHandler(Protocol):
    """An engine that does something when a variable is read."""

    def read(self, client: Hashable) -> "bytes | Waiting":
        """The Data element of the answer, or an answer to wait for."""

    def selected(self, cause: "AddCause | Waiting | None") -> "bytes | Waiting":
        """The Data element of the answer that was waited for."""


class ChangesHandler(Protocol):
    """An engine that owns every leaf of a functional constraint, and takes them as they are written: some or many."""

    def write_changes(self, client: Hashable, changes: Sequence[Change]) -> int | None:
        """Take all of these values, or refuse all with a DataAccessError code."""


def handler_of(variable: Variable) -> WriteHandler | None:
    """The nearest handler at or above a variable."""
    node: Variable | None = variable
    while node is not None:
        if node.handler is not None:
            handler: WriteHandler = node.handler
            return handler
        node = node.parent
    return None


def decode_changes(variable: Variable, data: bytes, start: int, end: int) -> tuple[list[Change], int | None]:
    """Leaf values of a Data element written to ``variable``, or a DataAccessError code."""
    changes: list[Change] = []
    try:
        return changes, _collect(variable, data, start, end, changes)
    except ProtocolError:
        return changes, TYPE_INCONSISTENT


def _collect(variable: Variable, data: bytes, start: int, end: int, changes: list[Change]) -> int | None:
    tag, first, stop = ber.read_header(data, start, end)
    leaf = variable.leaf
    if leaf is not None and leaf.type is not None:
        if tag != TAG_OF_KIND[leaf.type.kind]:
            return TYPE_INCONSISTENT
        value, _ = decode_data(data, start, stop)
        return _add(leaf, value, changes)
    if tag != variable.tag:
        return TYPE_INCONSISTENT
    members = list(variable.members.values())
    elements = list(ber.elements(data, first, stop))
    if len(members) != len(elements):
        return TYPE_INCONSISTENT
    offset = first
    for member, element in zip(members, elements, strict=True):
        refused = _collect(member, data, offset, element[2], changes)
        if refused is not None:
            return refused
        offset = element[2]
    return None


def _add(leaf: DataAttribute, value: Any, changes: list[Change]) -> int | None:
    type_ = leaf.type
    assert type_ is not None
    if isinstance(value, BitString):
        if value.length != type_.size and type_.kind is Kind.BITS:
            return TYPE_INCONSISTENT
        value = value.value
    elif isinstance(value, BinaryTime):
        value = value.data
    try:
        changes.append((leaf, check_value(type_, value)))
    except UsageError:
        return VALUE_INVALID
    return None


def leaf_writer(
    variable: Variable, apply: Callable[[Iterable[Change]], None], owner: ChangesHandler | None = None
) -> Writer | None:
    """The short way to write a number, a flag or a text; None for anything else. ``owner`` has the leaf's constraint."""
    leaf = variable.leaf
    if leaf is None or leaf.type is None or leaf.type.kind not in _PLAIN:
        return None
    type_, tag, decode = leaf.type, TAG_OF_KIND[leaf.type.kind], DECODERS[TAG_OF_KIND[leaf.type.kind]]
    name = leaf.name

    def write(client: Hashable, data: bytes) -> int | None:
        if data[0] != tag:
            return TYPE_INCONSISTENT
        try:
            value = check_value(type_, decode(data, CONTENT_OF_LENGTH.get(data[1], 2), len(data)))
        except ProtocolError:
            return TYPE_INCONSISTENT
        except UsageError:
            return VALUE_INVALID
        if owner is not None:
            return owner.write_changes(client, ((leaf, value),))
        handler = handler_of(variable)
        if handler is not None:
            return handler.write(client, name, value)
        if not leaf.is_writable:
            return ACCESS_DENIED
        apply(((leaf, value),))
        return None

    return write


_PLAIN = frozenset((Kind.BOOLEAN, Kind.INTEGER, Kind.UNSIGNED, Kind.FLOAT, Kind.VISIBLE, Kind.UNICODE))
CONTENT_OF_LENGTH = {0x81: 3, 0x82: 4}
"""Where the content of an element begins whose length is not one octet."""
