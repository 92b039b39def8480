"""The directory of a server: names and types, asked once and kept for the association."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..errors import LimitError, RemoteError, ServiceError, UnknownNameError
from ..models import Reference
from ..protocols.mms import DataTag, ObjectName, Pdu, Selector, TypeSpec
from ..protocols.mms.lists import decode_named_variable_list_response, named_variable_list_request
from ..protocols.mms.services import (
    Access,
    NameListRequest,
    ObjectClass,
    decode_name_list_response,
    decode_variable_attributes_response,
    name_list_request,
    variable_attributes_request,
)

__all__ = ["Connection", "Directory", "Target"]


class Connection(Protocol):
    """What a directory needs of a connection."""

    async def request(self, service: bytes, timeout: float) -> Pdu:
        """Send a confirmed request and wait for its answer."""


FC_PREFERENCE = ("ST", "MX", "SP", "SG", "CF", "DC", "EX", "RP", "BR", "CO", "SV", "SR", "OR", "BL", "LG")
"""Which functional constraint a reference without one means, first found."""
_STRING, _FLAG = TypeSpec(DataTag.VISIBLE_STRING, -129), TypeSpec(DataTag.BOOLEAN)
_COUNT = TypeSpec(DataTag.UNSIGNED, 32)
_OPTIONS, _TRIGGERS = TypeSpec(DataTag.BIT_STRING, -10), TypeSpec(DataTag.BIT_STRING, -6)
REPORT_CONTROL: dict[str, TypeSpec] = {
    **dict.fromkeys(("RptID", "DatSet"), _STRING),
    **dict.fromkeys(("RptEna", "Resv", "GI", "PurgeBuf"), _FLAG),
    **dict.fromkeys(("ConfRev", "BufTm", "SqNum", "IntgPd"), _COUNT),
    "OptFlds": _OPTIONS,
    "TrgOps": _TRIGGERS,
    "EntryID": TypeSpec(DataTag.OCTET_STRING, 8),
    "TimeofEntry": TypeSpec(DataTag.BINARY_TIME, 1),
    "ResvTms": TypeSpec(DataTag.INTEGER, 16),
    "Owner": TypeSpec(DataTag.OCTET_STRING, -64),
}
"""Attributes of report control blocks (8-1), for servers that list a block but neither its attributes nor their types (the
package iec61850 0.14 does so)."""
MAX_NAMES = 200_000
"""Names of one list; a server that never says 'no more' is cut off here."""


@dataclass(frozen=True, slots=True)
class Target:
    """A reference resolved to an MMS variable."""

    access: Access
    """What to ask for."""
    spec: TypeSpec
    """Type of the answer."""
    reference: Reference
    """The reference with its functional constraint."""


class Directory:
    """Names and types of one server."""

    def __init__(self, connection: Connection, timeout: float) -> None:
        self._connection = connection
        self._timeout = timeout
        self.on_forget: Callable[[], None] = lambda: None
        """Called when everything is forgotten: what was made of it is stale."""
        self._names: dict[tuple[int, str], frozenset[str]] = {}
        self._types: dict[ObjectName, TypeSpec] = {}
        self._lists: dict[ObjectName, tuple[Access, ...]] = {}

    async def _name_list(self, object_class: int, domain: str | None) -> tuple[str, ...]:
        names: dict[str, None] = {}
        after: str | None = None
        while True:
            request = NameListRequest(object_class, domain, after)
            pdu = await self._connection.request(name_list_request(request), self._timeout)
            part = decode_name_list_response(pdu)
            known = len(names)
            names.update(dict.fromkeys(part.names))
            # A server that says "more" but sends nothing new would hold us for ever.
            if not part.more_follows or len(names) == known:
                return tuple(names)
            if len(names) > MAX_NAMES:
                msg = f"a name list of more than {MAX_NAMES} names"
                raise LimitError(msg)
            after = part.names[-1]

    async def logical_devices(self) -> tuple[str, ...]:
        """Logical devices (MMS domains), asked each time: a gateway's come and go. What is known of one that went is
        forgotten."""
        domains = await self._name_list(ObjectClass.DOMAIN, None)
        if {ld for _, ld in self._names}.difference(domains):
            self.forget()
        return domains

    async def _class_names(self, object_class: int, ld: str) -> frozenset[str]:
        key = (object_class, ld)
        if key not in self._names:
            try:
                self._names[key] = frozenset(await self._name_list(object_class, ld))
            except ServiceError:
                known = ", ".join(await self.logical_devices())
                msg = f"no logical device {ld!r}; the server has {known}"
                raise UnknownNameError(msg) from None
        return self._names[key]

    async def variables(self, ld: str) -> frozenset[str]:
        """MMS items of a logical device."""
        return await self._class_names(ObjectClass.NAMED_VARIABLE, ld)

    async def data_sets(self, ld: str) -> tuple[str, ...]:
        """References of the data sets of a logical device, ``LD/LN.name``."""
        items = await self._class_names(ObjectClass.NAMED_VARIABLE_LIST, ld)
        return tuple(f"{ld}/{item.replace('$', '.')}" for item in sorted(items))

    async def under(self, ld: str, fc: str) -> list[tuple[str, str]]:
        """Logical node and name of every data object or control block under a functional constraint, sorted."""
        parts = [name.split("$") for name in await self.variables(ld) if name.count("$") == 2]
        return sorted((node, name) for node, of, name in parts if of == fc)

    async def logs(self, ld: str) -> tuple[str, ...]:
        """References of the logs of a logical device, ``LD/LN.name``."""
        items = await self._class_names(ObjectClass.JOURNAL, ld)
        return tuple(f"{ld}/{item.replace('$', '.')}" for item in sorted(items))

    async def type_of(self, name: ObjectName) -> TypeSpec:
        """Type of a variable."""
        if name not in self._types:
            request = variable_attributes_request(name)
            try:
                pdu = await self._connection.request(request, self._timeout)
            except ServiceError:
                standard = _report_control_type(name.item)
                if standard is None:
                    raise
                self._types[name] = standard
            else:
                self._types[name] = decode_variable_attributes_response(pdu)
        return self._types[name]

    async def objects(self, ld: str, node: str) -> list[tuple[str, str, TypeSpec]]:
        """Functional constraint, name and type of every data object of a logical node.

        A type that is too large for one answer is asked for in parts: by functional constraint, then by data object.
        """
        try:
            groups = (await self.type_of(ObjectName(node, ld))).components
        except ServiceError:
            constraints = await self._below(ld, node)
            if not constraints:
                raise
            return [part for fc in constraints for part in await self._group(ld, node, fc)]
        return [(fc, name, spec) for fc, group in groups for name, spec in group.components]

    async def _group(self, ld: str, node: str, fc: str) -> list[tuple[str, str, TypeSpec]]:
        item = f"{node}${fc}"
        try:
            return [(fc, name, spec) for name, spec in (await self.type_of(ObjectName(item, ld))).components]
        except ServiceError:
            names = await self._below(ld, item)
            return [(fc, name, await self.type_of(ObjectName(f"{item}${name}", ld))) for name in names]

    async def _below(self, ld: str, item: str) -> list[str]:
        """Names one level below an item, sorted: their order in the type is not known here."""
        names = await self.variables(ld)
        depth = item.count("$") + 1
        return sorted(
            name.rpartition("$")[2] for name in names if name.startswith(f"{item}$") and name.count("$") == depth
        )

    async def members(self, name: ObjectName) -> tuple[Access, ...]:
        """Members of a data set, in order."""
        if name not in self._lists:
            request = named_variable_list_request(name)
            pdu = await self._connection.request(request, self._timeout)
            self._lists[name] = decode_named_variable_list_response(pdu).members
        return self._lists[name]

    async def member_type(self, access: Access) -> TypeSpec | None:
        """Type of a data set member; None when the server does not tell it."""
        try:
            spec: TypeSpec | None = await self.type_of(access.name)
        except RemoteError:
            return None
        selectors = access.alternate
        while selectors and spec is not None:
            step = selectors[0]
            if len(selectors) > 1 or step.count is not None or step.is_all:
                return None
            names = step.component.split("$") if step.component is not None else []
            for name in names:
                spec = spec.component(name) if spec is not None else None
            spec = spec if names else spec.element if spec is not None else None
            selectors = step.nested
        return spec

    def forget_data_set(self, name: ObjectName) -> None:
        """The data set came or went: ask for it again."""
        self._lists.pop(name, None)
        if name.domain is not None:
            self._names.pop((ObjectClass.NAMED_VARIABLE_LIST, name.domain), None)

    def forget(self) -> None:
        """Ask for everything again: the association is a new one, and so may be the model behind it."""
        self._names.clear()
        self._types.clear()
        self._lists.clear()
        self.on_forget()

    async def resolve(self, reference: Reference) -> Target:
        """The variable a reference means; UnknownNameError when the server has none."""
        if not reference.path:
            msg = f"{reference} is a logical device; read one of its logical nodes"
            raise UnknownNameError(msg)
        steps = [i for i, name in enumerate(reference.path) if name.startswith("(")]
        cut = steps[0] if steps else len(reference.path)
        base = Reference(reference.ld, reference.path[:cut], reference.fc)
        fc = await self._functional_constraint(base)
        item = "$".join((base.path[0], fc, *base.path[1:]) if fc else base.path)
        name = ObjectName(item, base.ld)
        spec = await self.type_of(name)
        alternate, spec = _selection(reference.path[cut:], spec, reference)
        return Target(Access(name, alternate), spec, reference.with_fc(fc))

    async def _functional_constraint(self, reference: Reference) -> str:
        names = await self.variables(reference.ld)
        node, rest = reference.path[0], reference.path[1:]
        if reference.fc:
            if "$".join((node, reference.fc, *rest)) in names:
                return reference.fc
        elif not rest and node in names:
            return ""
        else:
            for fc in FC_PREFERENCE:
                if "$".join((node, fc, *rest)) in names:
                    return fc
        for fc in (reference.fc,) if reference.fc else ("RP", "BR"):
            if _report_control_type("$".join((node, fc, *rest))) and "$".join((node, fc, rest[0])) in names:
                return fc
        found = _nearest(reference, names)
        msg = f"the server has no {reference}{found}"
        raise UnknownNameError(msg)


def _report_control_type(item: str) -> TypeSpec | None:
    """Type of ``LN$RP$block$attribute``, None for anything else."""
    parts = item.split("$")
    return REPORT_CONTROL.get(parts[3]) if len(parts) == 4 and parts[1] in ("RP", "BR") else None


def _nearest(reference: Reference, names: frozenset[str]) -> str:
    """What exists instead, for the error message."""
    for depth in range(len(reference.path), 0, -1):
        head = reference.path[: depth - 1]
        below: set[str] = set()
        for name in names:
            parts = name.split("$")
            # The functional constraint stands second and is no part of the reference.
            plain = (parts[0], *parts[2:])
            if plain[: len(head)] == head and len(plain) > len(head):
                below.add(plain[len(head)])
        if below:
            where = ".".join(head) or reference.ld
            return f"; in {where} there are {', '.join(sorted(below)[:30])}"
    return ""


def _selection(path: tuple[str, ...], spec: TypeSpec, reference: Reference) -> tuple[tuple[Selector, ...], TypeSpec]:
    """Alternate access for ``(3).mag.f`` and the type it selects."""
    if not path:
        return (), spec
    name = path[0]
    if name.startswith("("):
        inner = spec.element
        index = int(name[1:-1])
        if inner is None or index >= spec.size:
            msg = f"{reference}: no array element {name}"
            raise UnknownNameError(msg)
        nested, result = _selection(path[1:], inner, reference)
        return (Selector(index=index, nested=nested),), result
    member = spec.component(name)
    if member is None:
        msg = f"{reference}: no {name}; there are {', '.join(spec.names)}"
        raise UnknownNameError(msg)
    nested, result = _selection(path[1:], member, reference)
    return (Selector(component=name, nested=nested),), result
