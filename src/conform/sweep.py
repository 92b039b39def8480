"""Every value of the server, read once and kept for all cases, and whether values are of the types the server tells."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..client.values import largest
from ..errors import DataAccessError, DecodeError
from ..protocols import ber
from ..protocols.mms import DataTag, ObjectName, Pdu, TypeSpec
from ..protocols.mms.services import Access, read_request, result_bounds
from .inventory import BLOCK_CONSTRAINTS, Inventory, Leaf
from .session import Session

__all__ = ["Sweep", "content_of", "mismatch", "octets_of", "results_of", "sweep"]

UNREAD_CONSTRAINTS = BLOCK_CONSTRAINTS | {"CO", "SE"}
"""Not read: control blocks have cases of their own, a Read of CO can select, and SE holds nothing unless edited."""
ENVELOPE = 64
MANY = 50
"""Variables of one Read."""


@dataclass(slots=True)
class Sweep:
    """The values of a server at one time."""

    values: dict[tuple[str, str], bytes | DataAccessError] = field(default_factory=dict)
    """Octets of data objects by domain and ``LN$FC$DO``; the refusal where one cannot be read."""
    specs: dict[tuple[str, str], TypeSpec] = field(default_factory=dict)
    """Their types."""

    def leaves(self) -> Iterator[tuple[Leaf, bytes]]:
        """Leaves with their octets, as far as value and type agree."""
        for (domain, item), value in self.values.items():
            if isinstance(value, bytes):
                yield from _split(domain, item, self.specs[domain, item], value)


def _split(domain: str, item: str, spec: TypeSpec, value: bytes) -> Iterator[tuple[Leaf, bytes]]:
    if spec.tag != DataTag.STRUCTURE:
        yield Leaf(domain, item, spec), value
        return
    _, start, stop = ber.read_header(value, 0, len(value))
    parts = list(_elements(value, start, stop))
    if len(parts) == len(spec.components):
        for (name, part), octets in zip(spec.components, parts, strict=True):
            yield from _split(domain, f"{item}${name}", part, octets)


def _elements(data: bytes, start: int, stop: int) -> Iterator[bytes]:
    """Whole elements, headers included."""
    while start < stop:
        _, _, after = ber.read_header(data, start, stop)
        yield data[start:after]
        start = after


def content_of(data: bytes) -> bytes:
    """What a Data element holds, without its tag and length."""
    _, first, stop = ber.read_header(data, 0, len(data))
    return data[first:stop]


def results_of(pdu: Pdu) -> list[bytes]:
    """The access results of a Read answer, each a whole element."""
    return list(_elements(pdu.data, *result_bounds(pdu)))


async def octets_of(session: Session, *names: ObjectName) -> list[bytes | DataAccessError]:
    """Values as the octets of their Data elements, refusals as objects."""
    pdu = await session.request(read_request(map(Access, names)))
    found: list[bytes | DataAccessError] = []
    for element in results_of(pdu):
        tag, first, stop = ber.read_header(element, 0, len(element))
        found.append(DataAccessError(ber.decode_unsigned(element, first, stop)) if tag == 0x80 else element)
    if len(found) != len(names):
        raise DecodeError(f"{len(names)} variables asked in one Read, {len(found)} answered")
    return found


async def sweep(session: Session, inventory: Inventory) -> Sweep:
    """Read every data object, each as a whole, as many at once as fit."""
    found = Sweep()
    room = session.negotiated.max_pdu - ENVELOPE
    part: list[ObjectName] = []
    used = 0
    for device in inventory.devices.values():
        for node, objects in device.objects.items():
            for fc, name, spec in objects:
                if fc in UNREAD_CONSTRAINTS or name == "SGCB":
                    continue
                variable = ObjectName(f"{node}${fc}${name}", device.name)
                found.specs[device.name, variable.item] = spec
                cost = max(largest(spec), len(variable.item) + len(device.name) + 24)
                if part and (used + cost > room or len(part) >= MANY):
                    await _read(session, part, found)
                    part, used = [], 0
                part.append(variable)
                used += cost
    if part:
        await _read(session, part, found)
    return found


async def _read(session: Session, names: list[ObjectName], found: Sweep) -> None:
    for name, value in zip(names, await octets_of(session, *names), strict=True):
        found.values[name.domain or "", name.item] = value


# -- values and types ----------------------------------------------------------------------


def mismatch(data: bytes, spec: TypeSpec) -> str:
    """How a Data element differs from its type; empty when it does not."""
    tag, first, stop = ber.read_header(data, 0, len(data))
    if tag != spec.tag:
        return f"tag {tag:02X}, the type says {spec.tag:02X}"
    if tag == DataTag.STRUCTURE:
        parts = list(_elements(data, first, stop))
        if len(parts) != len(spec.components):
            return f"{len(parts)} components, the type has {len(spec.components)}"
        for (name, part), octets in zip(spec.components, parts, strict=True):
            wrong = mismatch(octets, part)
            if wrong:
                return f"{name}: {wrong}"
        return ""
    if tag == DataTag.ARRAY and spec.element is not None:
        parts = list(_elements(data, first, stop))
        if len(parts) != spec.size:
            return f"{len(parts)} elements, the type has {spec.size}"
        return next((wrong for octets in parts if (wrong := mismatch(octets, spec.element))), "")
    return _leaf_mismatch(data[first:stop], spec)


def _leaf_mismatch(content: bytes, spec: TypeSpec) -> str:
    size, octets = abs(spec.size), len(content)
    if spec.tag == DataTag.BIT_STRING:
        bits = (octets - 1) * 8 - content[0] if content else -1
        right = bits == size if spec.size > 0 else 0 <= bits <= size
        return "" if right else f"{bits} bits, the type says {size}"
    if spec.tag in (DataTag.INTEGER, DataTag.UNSIGNED):
        if not content:
            return "an integer without octets"
        value = int.from_bytes(content, "big", signed=True)
        low, high = (0, 1 << size) if spec.tag == DataTag.UNSIGNED else (-1 << size - 1, 1 << size - 1)
        return "" if low <= value < high else f"{value} does not fit into {size} bits"
    if spec.tag == DataTag.FLOAT:
        return (
            ""
            if octets == (9 if size == 64 else 5)
            else f"a floating point of {octets} octets, the type says {size} bits"
        )
    if spec.tag in (DataTag.OCTET_STRING, DataTag.VISIBLE_STRING):
        right = octets == size if spec.size > 0 else octets <= size
        return "" if right or not size else f"{octets} octets, the type says {size}"
    if spec.tag == DataTag.BOOLEAN:
        return "" if octets == 1 else f"a boolean of {octets} octets"
    if spec.tag == DataTag.UTC_TIME:
        return "" if octets == 8 else f"a time of {octets} octets"
    if spec.tag == DataTag.BINARY_TIME:
        return "" if octets in (4, 6) else f"a binary time of {octets} octets"
    return ""
