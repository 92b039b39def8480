"""The model as MMS variables: names, types, and the encoded value of every node, kept ready.

Each variable keeps its BER until a leaf below it changes; reading is then a lookup and a copy,
whatever the size of the structure. A change drops the encodings on its way up and nothing else.
"""

from collections.abc import Callable, Iterator
from typing import Any

from ...models import BasicType, DataAttribute, DataObject, Kind, LogicalNode
from ...models.reference import FUNCTIONAL_CONSTRAINTS
from ...protocols import ber
from ...protocols.mms import DataTag, TypeSpec
from ...protocols.mms import data as mms

__all__ = ["Variable", "data_object_variable", "fc_group", "logical_node_variable"]


class Variable:
    """One MMS variable: a leaf, a structure or an array."""

    __slots__ = ("_encode", "ber", "handler", "leaf", "members", "name", "parent", "tag")

    def __init__(self, name: str, tag: int, leaf: DataAttribute | None = None) -> None:
        self.name = name
        self.tag = tag
        self.leaf = leaf
        self.parent: Variable | None = None
        self.members: dict[str, Variable] = {}
        self.handler: Any = None
        """Who decides on writes at or below; see :mod:`.writing`."""
        self.ber: bytes | None = None
        """The value as one MMS Data element; None when it must be made anew."""
        self._encode: Callable[[Any], bytes] | None = None
        if leaf is not None and leaf.type is not None:
            self._encode = _encoder(leaf.type)
            leaf.store_hooks += (self.forget,)

    def add(self, member: "Variable") -> "Variable":
        """Append a member (or array element); returns it."""
        member.parent = self
        self.members[member.name] = member
        return member

    def encoded(self) -> bytes:
        """The value as one MMS Data element."""
        kept = self.ber
        if kept is None:
            if self._encode is not None and self.leaf is not None:
                kept = self._encode(self.leaf.value)
            else:
                parts = [m.ber or m.encoded() for m in self.members.values()]
                kept = ber.tlv(self.tag, b"".join(parts))
            self.ber = kept
        return kept

    def forget(self) -> None:
        """Drop the kept encoding here and above."""
        node: Variable | None = self
        # A node above one without encoding has none either, so the walk can stop there.
        while node is not None and node.ber is not None:
            node.ber = None
            node = node.parent

    def release(self) -> None:
        """Let go of the model's leaves."""
        if self.leaf is not None:
            self.leaf.store_hooks = tuple(h for h in self.leaf.store_hooks if h != self.forget)
        for member in self.members.values():
            member.release()

    def type_spec(self) -> TypeSpec:
        """Type specification."""
        if self.leaf is not None and self.leaf.type is not None:
            return _type_spec(self.leaf.type)
        if self.tag == DataTag.ARRAY:
            elements = list(self.members.values())
            element = elements[0].type_spec() if elements else TypeSpec(DataTag.STRUCTURE)
            return TypeSpec(DataTag.ARRAY, len(elements), element=element)
        members = tuple((m.name, m.type_spec()) for m in self.members.values())
        return TypeSpec(DataTag.STRUCTURE, components=members)

    def names(self, prefix: str = "") -> Iterator[str]:
        """Item names of this variable and everything below; array elements have none."""
        own = f"{prefix}${self.name}" if prefix else self.name
        yield own
        if self.tag != DataTag.ARRAY:
            for member in self.members.values():
                yield from member.names(own)

    def leaves(self) -> Iterator[DataAttribute]:
        """Model leaves at or below."""
        if self.leaf is not None:
            yield self.leaf
        for member in self.members.values():
            yield from member.leaves()

    def descend(self, path: list[str]) -> "Variable | None":
        """The variable at a path of names, None when there is none."""
        node: Variable | None = self
        for name in path:
            if node is None or node.tag == DataTag.ARRAY:
                return None
            node = node.members.get(name)
        return node


def _encoder(type_: BasicType) -> Callable[[Any], bytes]:
    size = type_.size
    kind = type_.kind
    if kind is Kind.BITS:
        return lambda v: mms.encode_bits(v, size)
    if kind is Kind.FLOAT and size == 64:
        return lambda v: mms.encode_float(v, double=True)
    return _SIMPLE[kind]


_SIMPLE: dict[Kind, Callable[[Any], bytes]] = {
    Kind.BOOLEAN: mms.encode_boolean,
    Kind.INTEGER: mms.encode_integer,
    Kind.UNSIGNED: mms.encode_unsigned,
    Kind.FLOAT: mms.encode_float,
    Kind.OCTETS: lambda v: ber.tlv(DataTag.OCTET_STRING, v),
    Kind.VISIBLE: lambda v: mms.encode_string(DataTag.VISIBLE_STRING, v),
    Kind.UNICODE: lambda v: mms.encode_string(DataTag.MMS_STRING, v),
    Kind.UTC_TIME: lambda v: ber.tlv(DataTag.UTC_TIME, v.to_bytes()),
    Kind.BINARY_TIME: lambda v: ber.tlv(DataTag.BINARY_TIME, v),
}

TAG_OF_KIND: dict[Kind, int] = {
    Kind.BOOLEAN: DataTag.BOOLEAN,
    Kind.INTEGER: DataTag.INTEGER,
    Kind.UNSIGNED: DataTag.UNSIGNED,
    Kind.FLOAT: DataTag.FLOAT,
    Kind.BITS: DataTag.BIT_STRING,
    Kind.OCTETS: DataTag.OCTET_STRING,
    Kind.VISIBLE: DataTag.VISIBLE_STRING,
    Kind.UNICODE: DataTag.MMS_STRING,
    Kind.UTC_TIME: DataTag.UTC_TIME,
    Kind.BINARY_TIME: DataTag.BINARY_TIME,
}

_FIXED_SIZE = {"Dbpos", "Tcmd", "EntryID", "Octet6"}
"""Coded enumerations and identifiers of one length; all other strings are 'at most', negative."""


def _type_spec(type_: BasicType) -> TypeSpec:
    tag = TAG_OF_KIND[type_.kind]
    if type_.kind in (Kind.BOOLEAN, Kind.UTC_TIME):
        return TypeSpec(tag)
    if type_.kind is Kind.BINARY_TIME:
        return TypeSpec(tag, 1)
    if type_.kind in (Kind.INTEGER, Kind.UNSIGNED, Kind.FLOAT) or type_.name in _FIXED_SIZE:
        return TypeSpec(tag, type_.size)
    return TypeSpec(tag, -type_.size)


def _attribute_variable(attribute: DataAttribute) -> Variable:
    if attribute.is_leaf:
        return Variable(attribute.name, 0, attribute)
    tag = DataTag.ARRAY if attribute.is_array else DataTag.STRUCTURE
    variable = Variable(attribute.name, tag)
    for child in attribute.children.values():
        variable.add(_attribute_variable(child))
    return variable


def data_object_variable(data_object: DataObject, fc: str) -> Variable | None:
    """The part of a data object under one functional constraint, None when there is none."""
    tag = DataTag.ARRAY if data_object.is_array else DataTag.STRUCTURE
    variable = Variable(data_object.name, tag)
    for child in data_object.children.values():
        if isinstance(child, DataObject):
            part = data_object_variable(child, fc)
            if part is not None:
                variable.add(part)
        elif child.fc == fc:
            variable.add(_attribute_variable(child))
    return variable if variable.members else None


def logical_node_variable(node: LogicalNode) -> Variable:
    """A logical node as a structure of functional constraints."""
    variable = Variable(node.name, DataTag.STRUCTURE)
    for fc in FUNCTIONAL_CONSTRAINTS:
        group = Variable(fc, DataTag.STRUCTURE)
        for data_object in node.children.values():
            part = data_object_variable(data_object, fc)
            if part is not None:
                group.add(part)
        if group.members:
            variable.add(group)
    return variable


def fc_group(node: Variable, fc: str) -> Variable:
    """The group of a functional constraint in the variable of a logical node, made in its place when there is none."""
    found = node.members.get(fc)
    if found is None:
        found = node.add(Variable(fc, DataTag.STRUCTURE))
        place = FUNCTIONAL_CONSTRAINTS.index
        node.members = dict(sorted(node.members.items(), key=lambda item: place(item[0])))
        node.forget()
    return found
