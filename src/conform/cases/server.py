"""Srv: what the server is made of: directories, definitions, values."""

import re
from collections.abc import Callable
from functools import partial

from ...client.values import largest
from ...errors import DataAccessError, RemoteError
from ...protocols.mms import DataTag, Initiate, ObjectName, TypeSpec
from ...protocols.mms.services import (
    Access,
    ObjectClass,
    read_request,
    variable_attributes_request,
)
from ..bench import Bench, quote
from ..case import Group
from ..inventory import Leaf
from ..session import Session
from ..sweep import content_of, mismatch, octets_of
from .subjects import device, readable_leaf, reread

__all__ = ["group"]

group = Group("Srv", "Server, logical device, logical node, data")

IDENTIFIER = re.compile(r"[A-Za-z0-9_$]{1,64}")
"""Letters, digits, underscore, and $ between the parts; 8-1 allows no more than 64 octets."""


# -- directories ---------------------------------------------------------------------------


@group.case("1", "GetServerDirectory: there are logical devices, their names valid and different")
async def _devices(bench: Bench) -> None:
    names = await (await bench.session()).names(ObjectClass.DOMAIN)
    bench.check(names, "the server has no logical device")
    wrong = [name for name in names if not IDENTIFIER.fullmatch(name) or "$" in name]
    bench.check(not wrong, f"no valid names: {quote(wrong)}")
    bench.check(len(set(names)) == len(names), f"a name stands twice: {quote(sorted(names))}")
    bench.note(", ".join(names[:20]))


@group.case("2", "GetLogicalDeviceDirectory: every device has logical nodes, LLN0 among them, one has LPHD")
async def _nodes(bench: Bench) -> None:
    session = await bench.session()
    physical = False
    for name in await session.names(ObjectClass.DOMAIN):
        names = await session.names(ObjectClass.NAMED_VARIABLE, name)
        nodes = [item for item in names if "$" not in item]
        bench.check("LLN0" in nodes, f"{name} has no LLN0: {quote(nodes)}")
        physical |= any("LPHD" in node for node in nodes)
    bench.check(physical, "no logical device has an LPHD")


@group.case("3", "GetLogicalNodeDirectory: every logical node has data objects, and their attributes are listed")
async def _objects(bench: Bench) -> None:
    session = await bench.session()
    count = 0
    for name in await session.names(ObjectClass.DOMAIN):
        names = await session.names(ObjectClass.NAMED_VARIABLE, name)
        for node in (item for item in names if "$" not in item):
            below = [item for item in names if item.startswith(f"{node}$")]
            bench.check(any(item.count("$") >= 2 for item in below), f"{name}/{node} has no data object")
            count += 1
    bench.note(f"{count} logical nodes")


@group.case("101", "Name lists are without doubles, and names are valid")
async def _names(bench: Bench) -> None:
    for found in bench.inventory.devices.values():
        for names in (found.names, list(found.data_sets)):
            double = len(names) - len(set(names))
            bench.check(not double, f"{double} names of {found.name} stand twice")
            wrong = [name for name in names if not IDENTIFIER.fullmatch(name)]
            if wrong:
                await (await bench.session()).names_after(ObjectClass.NAMED_VARIABLE, found.name, None)
            bench.check(not wrong, f"no valid names in {found.name}: {quote(wrong)}")


@group.case("102", "Every name of more than one part has its parent in the list")
async def _parents(bench: Bench) -> None:
    for found in bench.inventory.devices.values():
        names = set(found.names)
        orphans = [name for name in found.names if "$" in name and name.rpartition("$")[0] not in names]
        if orphans:
            await (await bench.session()).names_after(ObjectClass.NAMED_VARIABLE, found.name, None)
        bench.check(
            not orphans,
            f"{len(orphans)} names of {found.name} hang in the air, e.g. {quote(orphans[0]) if orphans else ''}",
        )


@group.case("103", "A name list continued after any name gives what stands behind it")
async def _continue(bench: Bench) -> None:
    session = await bench.session()
    domain = device(bench)
    names = await session.names(ObjectClass.NAMED_VARIABLE, domain)
    for at in sorted({0, len(names) // 3, len(names) // 2, len(names) - 2} & set(range(len(names) - 1))):
        part = await session.names_after(ObjectClass.NAMED_VARIABLE, domain, names[at])
        right = names[at + 1 : at + 1 + len(part.names)]
        bench.check(
            part.names and list(part.names) == right,
            f"after {names[at]} come {quote(part.names[:2])}, not {quote(right[:2])}",
        )


@group.case("104", "A name list continued after its last name is empty, and says that nothing follows")
async def _continue_last(bench: Bench) -> None:
    session = await bench.session()
    domain = device(bench)
    names = await session.names(ObjectClass.NAMED_VARIABLE, domain)
    part = await session.names_after(ObjectClass.NAMED_VARIABLE, domain, names[-1])
    bench.check(not part.names, f"after the last name come {quote(part.names[:3])}")
    bench.check(not part.more_follows, "more is promised after the last name")


@group.case("105", "A small PDU size cuts a name list into parts, which together are the same list")
async def _paged(bench: Bench) -> None:
    domain = device(bench)
    whole = await (await bench.session()).names(ObjectClass.NAMED_VARIABLE, domain)
    small = await bench.open(wanted=Initiate(max_pdu=1_024))
    parts = await small.names(ObjectClass.NAMED_VARIABLE, domain)
    bench.check(parts == whole, f"{len(whole)} names at once, {len(parts)} in parts")
    if sum(len(name) + 2 for name in whole) < small.negotiated.max_pdu:
        bench.note("the list fits into one answer even so")


@group.case("106", "Name lists are in the order of their octets")
async def _sorted(bench: Bench) -> None:
    for found in bench.inventory.devices.values():
        names = [name.encode("latin-1") for name in found.names]
        at = next((i for i in range(1, len(names)) if names[i] < names[i - 1]), None)
        if at is not None:
            await (await bench.session()).names_after(ObjectClass.NAMED_VARIABLE, found.name, None)
            bench.fail(f"{found.name}: {found.names[at]} stands behind {found.names[at - 1]}")


# -- definitions ---------------------------------------------------------------------------


def _paths(item: str, spec: TypeSpec) -> list[str]:
    found = [item]
    for name, part in spec.components if spec.tag == DataTag.STRUCTURE else ():
        found += _paths(f"{item}${name}", part)
    return found


@group.case("107", "The components of every data object's type are the names in the list, no more and no fewer")
async def _definitions(bench: Bench) -> None:
    for found in bench.inventory.devices.values():
        listed = set(found.names)
        told = {
            path
            for node, objects in found.objects.items()
            for fc, name, spec in objects
            for path in _paths(f"{node}${fc}${name}", spec)
        }
        deep = {name for name in listed if name.count("$") >= 2}
        extra, missing = sorted(deep - told), sorted(told - listed)
        if extra or missing:
            first = (extra or missing)[0].split("$")[0]
            await (await bench.session()).attempt(variable_attributes_request(ObjectName(first, found.name)))
        bench.check(
            not missing,
            f"{len(missing)} components are in types and not in the list of {found.name}: {quote(missing[:2])}",
        )
        bench.check(not extra, f"{len(extra)} names of {found.name} are in no type: {quote(extra[:2])}")


@group.case("108", "GetDataDefinition: a component asked by its own name has the type it has in its parent")
async def _own_type(bench: Bench) -> None:
    session = await bench.session()
    count = 0
    for found in bench.inventory.devices.values():
        for node, objects in found.objects.items():
            if not objects:
                continue
            fc, name, spec = objects[0]
            item = f"{node}${fc}${name}"
            bench.check(
                await session.type_of(found.name, item) == spec, f"{found.name}/{item} has another type by its own name"
            )
            for part, inner in spec.components[:3] if spec.tag == DataTag.STRUCTURE else ():
                own = await session.type_of(found.name, f"{item}${part}")
                bench.check(own == inner, f"{found.name}/{item}${part} has another type by its own name")
            count += 1
            if count >= 30:
                return
    bench.check(count, "no type of any data object can be had")


@group.case("109", "GetDataDefinition of every logical node is answered, or refused for its size and answered in parts")
async def _types(bench: Bench) -> None:
    if bench.inventory.problems:
        session = await bench.session()
        for found in bench.inventory.devices.values():
            for node in (node for node in found.nodes if node not in found.objects):
                await session.attempt(variable_attributes_request(ObjectName(node, found.name)))
    wrong = [text for text in bench.inventory.problems if text.startswith(("type of", "variables of", "looking"))]
    bench.check(not wrong, f"{len(wrong)} cannot be had: {quote(wrong[:1])}")
    bench.note(f"{sum(len(d.objects) for d in bench.inventory.devices.values())} logical nodes")


# -- values --------------------------------------------------------------------------------


@group.case("4", "GetDataValues: every data object can be read, and its value is of the type the server tells")
async def _values(bench: Bench) -> None:
    found = await bench.values()
    bench.check(found.values, "there is no data object to read")
    refused, wrong = [], []
    for (domain, item), value in found.values.items():
        if isinstance(value, DataAccessError):
            refused.append((domain, item, str(value)))
        elif text := mismatch(value, found.specs[domain, item]):
            wrong.append((domain, item, text))
    for domain, item, _ in (refused + wrong)[:3]:
        await reread(bench, domain, item)
    bench.check(not wrong, f"{len(wrong)} values are of another type: {_first(wrong)}")
    bench.check(not refused, f"{len(refused)} data objects cannot be read: {_first(refused)}")
    bench.note(f"{len(found.values)} data objects")


def _first(found: list[tuple[str, str, str]]) -> str:
    return "{}/{}: {}".format(*found[0]) if found else ""


@group.case("5", "One GetDataValues for as many values as fit into a PDU is answered with all of them")
async def _maximum(bench: Bench) -> None:
    session = await bench.session()
    leaf = await readable_leaf(
        bench, lambda leaf: leaf.spec.tag in (DataTag.BOOLEAN, DataTag.INTEGER, DataTag.BIT_STRING), "short attribute"
    )
    room = session.negotiated.max_pdu - 100
    cost = max(len(leaf.item) + len(leaf.domain) + 12, 12)
    count = min(room // cost, 400)
    values = await octets_of(session, *[leaf.name] * count)
    bad = [value for value in values if isinstance(value, DataAccessError)]
    bench.check(not bad, f"{len(bad)} of {count} values refused: {bad[:1]}")
    bench.note(f"{count} values")


@group.case(
    "8", "GetAllDataValues: each functional constraint of a logical node is read at once, in the type told for it"
)
async def _all_values(bench: Bench) -> None:
    session = await bench.session()
    count = 0
    for found in bench.inventory.devices.values():
        for node, objects in found.objects.items():
            for fc in dict.fromkeys(fc for fc, _, _ in objects):
                if fc in ("CO", "SE") or count >= 40:
                    continue
                count += 1
                await _read_group(bench, session, found.name, f"{node}${fc}")
    bench.check(count, "there is no logical node to read")
    bench.note(f"{count} groups")


async def _read_group(bench: Bench, session: Session, domain: str, item: str) -> None:
    name = ObjectName(item, domain)
    answer = await session.attempt(read_request([Access(name)]))
    if isinstance(answer, RemoteError):
        bench.check(_may_be_large(bench, domain, item, session), f"{domain}/{item}: {answer}")
        return
    (value,) = await octets_of(session, name)
    if isinstance(value, DataAccessError):
        bench.check(_may_be_large(bench, domain, item, session), f"{domain}/{item} cannot be read: {value}")
        return
    wrong = mismatch(value, await session.type_of(domain, item))
    bench.check(not wrong, f"{domain}/{item}: {wrong}")


def _may_be_large(bench: Bench, domain: str, item: str, session: Session) -> bool:
    """A group may be refused when it does not fit into the PDU."""
    node, _, fc = item.partition("$")
    objects = bench.inventory.devices[domain].objects[node]
    return sum(largest(spec) for own, _, spec in objects if own == fc) > session.negotiated.max_pdu // 2


def _every(number: str, title: str, wanted: Callable[[Leaf], object], wrong: Callable[[bytes], str], what: str) -> None:
    """A case that looks at every leaf of some kind."""

    async def run(bench: Bench) -> None:
        found = [(leaf, value) for leaf, value in (await bench.values()).leaves() if wanted(leaf)]
        if not found:
            bench.skip(f"the server has no {what}")
        for leaf, value in found:
            if text := wrong(value):
                await reread(bench, leaf.domain, leaf.item)
                bench.fail(f"{leaf}: {text}")
        bench.note(f"{len(found)} looked at")

    group.add(number, title, run)


def _is_status(leaf: Leaf) -> bool:
    return leaf.fc in ("ST", "MX")


def _quality(data: bytes) -> str:
    if data[:1] != b"\x84" or len(content_of(data)) != 3 or content_of(data)[0] != 3:
        return f"no bit string of 13 bits ({data.hex()})"
    return "validity 'reserved'" if content_of(data)[1] >> 6 == 0b10 else ""


def _time(data: bytes) -> str:
    if data[:1] != b"\x91" or len(content_of(data)) != 8:
        return f"no UTC time of 8 octets ({data.hex()})"
    accuracy = content_of(data)[7] & 0x1F
    return "" if accuracy <= 24 or accuracy == 31 else f"time accuracy {accuracy}, defined are 0 to 24 and 31"


def _between(low: int, high: int) -> Callable[[bytes], str]:
    def wrong(data: bytes) -> str:
        if data[:1] not in (b"\x85", b"\x86"):
            return f"no integer ({data.hex()})"
        value = int.from_bytes(content_of(data), "big", signed=True)
        return "" if low <= value <= high else f"{value} is not in {low}..{high}"

    return wrong


def _named(do: str, attribute: str = "stVal", fc: str = "ST") -> Callable[[Leaf], bool]:
    return lambda leaf: leaf.fc == fc and leaf.item.endswith(f"${fc}${do}${attribute}")


_every(
    "110",
    "Every quality is a bit string of 13 bits, its validity none of the reserved",
    lambda leaf: _is_status(leaf) and leaf.last == "q",
    _quality,
    "quality",
)
_every(
    "111",
    "Every time stamp is a UTC time of 8 octets with a defined accuracy",
    lambda leaf: _is_status(leaf) and leaf.last == "t",
    _time,
    "time stamp",
)
_every(
    "112",
    "Mod and Beh are between 1 (on) and 5 (off)",
    lambda leaf: _named("Mod")(leaf) or _named("Beh")(leaf),
    _between(1, 5),
    "Mod or Beh",
)
_every("113", "Health is between 1 (Ok) and 3 (Alarm)", _named("Health"), _between(1, 3), "Health")
_every(
    "114",
    "Every ctlModel is between 0 and 4",
    lambda leaf: leaf.fc == "CF" and leaf.last == "ctlModel",
    _between(0, 4),
    "ctlModel",
)
_every("115", "Every orCat is between 0 and 8", lambda leaf: leaf.last == "orCat", _between(0, 8), "orCat")
_every(
    "116",
    "SI units are defined ordinals, and multipliers powers of ten from -24 to 24",
    lambda leaf: leaf.fc == "CF" and leaf.last == "multiplier",
    _between(-24, 24),
    "multiplier",
)


# -- what a standard logical node has ------------------------------------------------------


MANDATORY = (
    ("117", "Every logical node but LPHD has Beh", lambda node: "LPHD" not in node, "ST$Beh", True),
    ("118", "The LLN0 of a logical device has Health", lambda node: node == "LLN0", "ST$Health", False),
    ("119", "The LLN0 of a logical device has Mod", lambda node: node == "LLN0", "ST$Mod", False),
    ("120", "The LLN0 of a logical device has NamPlt", lambda node: node == "LLN0", "DC$NamPlt", False),
    ("121", "LPHD has PhyNam", lambda node: "LPHD" in node, "DC$PhyNam", True),
    ("122", "LPHD has PhyHealth", lambda node: "LPHD" in node, "ST$PhyHealth", True),
    ("123", "LPHD has Proxy", lambda node: "LPHD" in node, "ST$Proxy", True),
)
"""Data objects of 7-4 which every server has; LLN0's are asked of the root device only (Ed2), so one is enough."""


async def _has(bench: Bench, *, nodes: Callable[[str], bool], wanted: str, everywhere: bool) -> None:
    """Every logical node of a kind, or one of them, has a data object (``FC$DO``)."""
    session = await bench.session()
    there, lacking = 0, []
    for found in bench.inventory.devices.values():
        for node, objects in found.objects.items():
            if not nodes(node) or not objects:
                continue
            if wanted in {f"{fc}${name}" for fc, name, _ in objects}:
                there += 1
            else:
                lacking.append(f"{found.name}/{node}")
    if not there and not lacking:
        bench.skip("the server has no such logical node")
    for reference in lacking[:1] if everywhere or not there else ():
        domain, _, node = reference.partition("/")
        await session.attempt(variable_attributes_request(ObjectName(node, domain)))
        bench.fail(f"{reference} has no {wanted.partition('$')[2]}, nor have {len(lacking) - 1} others")
    bench.note(f"{there} logical nodes")


for _number, _title, _filter, _wanted, _everywhere in MANDATORY:
    group.add(_number, _title, partial(_has, nodes=_filter, wanted=_wanted, everywhere=_everywhere))


@group.case("124", "A data object with a status or measured value has quality and time stamp beside it")
async def _accompanied(bench: Bench) -> None:
    count = 0
    for found in bench.inventory.devices.values():
        for node, objects in found.objects.items():
            for fc, name, spec in objects:
                if fc not in ("ST", "MX") or not {"stVal", "mag", "cVal", "actVal"} & set(spec.names):
                    continue
                count += 1
                lacking = {"q", "t"} - set(spec.names)
                if lacking:
                    await reread(bench, found.name, f"{node}${fc}${name}")
                bench.check(not lacking, f"{found.name}/{node}${fc}${name} has no {' and no '.join(sorted(lacking))}")
    if not count:
        bench.skip("no data object has stVal, mag, cVal or actVal")
    bench.note(f"{count} data objects")
