"""Cnf: the model online is the one an SCL file describes (``--scl``)."""

from ...binding.mms import MmsImage
from ...binding.mms.variables import Variable
from ...models import Ied, ReportControl
from ...protocols.mms import DataTag, ObjectName, TypeSpec
from ...protocols.mms.lists import named_variable_list_request
from ..bench import Bench, quote
from ..case import Group
from .reporting import attributes

__all__ = ["group"]

group = Group("Cnf", "Configuration: the server is what its SCL file says")


def _model(bench: Bench) -> Ied:
    if bench.options.model is None:
        bench.skip("no file to compare with (--scl)")
    return bench.options.model


async def _compare(bench: Bench, told: set[str], online: set[str], what: str, again: str = "") -> None:
    """Both sides have the same names."""
    missing, extra = sorted(told - online), sorted(online - told)
    if missing or extra:
        session = await bench.session()
        await session.names(9 if not again else 0, again or None)
    bench.check(not missing, f"{len(missing)} {what} of the file are not online: {quote(missing[:3])}")
    bench.check(not extra, f"{len(extra)} {what} online are not in the file: {quote(extra[:3])}")
    bench.note(f"{len(told)} {what}")


@group.case("101", "Logical devices are those of the file")
async def _devices(bench: Bench) -> None:
    await _compare(bench, set(_model(bench).children), set(bench.inventory.devices), "logical devices")


@group.case("102", "Logical nodes are those of the file")
async def _nodes(bench: Bench) -> None:
    for name, device in _model(bench).children.items():
        online = bench.inventory.devices.get(name)
        if online is not None:
            await _compare(bench, set(device.children), set(online.nodes), f"logical nodes of {name}", name)


def _specs(ied: Ied) -> dict[str, dict[str, Variable]]:
    """Every data variable of the file: by device and MMS name."""
    image = MmsImage(ied)
    try:
        return {
            name: {item: found for item in domain.name_list(0).names if _is_data(item) and (found := domain.find(item))}
            for name, domain in image.domains.items()
        }
    finally:
        image.close()


def _is_data(name: str) -> bool:
    parts = name.split("$")
    return len(parts) > 2 and parts[1] not in ("RP", "BR", "LG", "GO", "MS", "US", "SE") and parts[2] != "SGCB"


@group.case("103", "Data objects and attributes are those of the file")
async def _attributes(bench: Bench) -> None:
    for name, variables in _specs(_model(bench)).items():
        online = bench.inventory.devices.get(name)
        if online is not None:
            there = {item for item in online.names if _is_data(item)}
            await _compare(bench, set(variables), there, f"variables of {name}", name)


@group.case("104", "Attributes are of the types of the file")
async def _types(bench: Bench) -> None:
    told = _specs(_model(bench))
    count = 0
    for leaf in bench.inventory.leaves():
        variable = told.get(leaf.domain, {}).get(leaf.item)
        if variable is None or variable.leaf is None:
            continue
        count += 1
        spec = variable.type_spec()
        if not _fits(leaf.spec, spec):
            await (await bench.session()).type_of(leaf.domain, leaf.item)
            bench.fail(f"{leaf}: online {_type_name(leaf.spec)}, in the file {_type_name(spec)}")
    bench.check(count, "no attribute is both online and in the file")
    bench.note(f"{count} attributes")


def _fits(online: TypeSpec, told: TypeSpec) -> bool:
    """Same kind and size; the sign of a length says whether it may be shorter, which servers tell as they like."""
    return online.tag == told.tag and (abs(online.size) == abs(told.size) or online.tag in _LOOSE)


_LOOSE = (DataTag.BINARY_TIME, DataTag.OCTET_STRING)


@group.case("105", "Data sets are those of the file, member by member")
async def _data_sets(bench: Bench) -> None:
    image = MmsImage(_model(bench))
    try:
        told = {
            (name, item): found
            for name, domain in image.domains.items()
            for item, found in domain.data_sets.sets.items()
        }
    finally:
        image.close()
    online = {
        (device.name, item): found
        for device in bench.inventory.devices.values()
        for item, found in device.data_sets.items()
    }
    missing = sorted(set(told) - set(online))
    bench.check(not missing, f"{len(missing)} data sets of the file are not online: {quote(missing[:3])}")
    for key, found in told.items():
        there = online[key]
        if there is None or there.members != found.members:
            await (await bench.session()).attempt(named_variable_list_request(ObjectName(key[1], key[0])))
            bench.fail(f"{key[0]}/{key[1]} has other members online")
    bench.note(f"{len(told)} data sets")


@group.case("106", "Report control blocks are those of the file, with its data sets and configuration revisions")
async def _blocks(bench: Bench) -> None:
    session = await bench.session()
    told = {
        f"{device.name}/{node.name}${'BR' if block.buffered else 'RP'}${name}": (
            block,
            f"{device.name}/{node.name}${block.data_set}",
        )
        for device in _model(bench).children.values()
        for node in device.children.values()
        for block in node.control_blocks.values()
        if isinstance(block, ReportControl)
        for name in block.instance_names
    }
    online = {str(block): block for block in bench.inventory.blocks("RP", "BR")}
    await _compare(bench, set(told), set(online), "report control blocks")
    for name, (block, data_set) in told.items():
        values = await attributes(session, online[name], "DatSet", "ConfRev", "RptEna")
        if values["RptEna"]:
            continue
        bench.check(
            not block.data_set or values["DatSet"] == data_set,
            f"{name}: DatSet {values['DatSet']}, in the file {data_set}",
        )
        bench.check(
            values["ConfRev"] == block.conf_rev, f"{name}: ConfRev {values['ConfRev']}, in the file {block.conf_rev}"
        )


@group.case("107", "Descriptions and configuration revisions of name plates are those of the file")
async def _plates(bench: Bench) -> None:
    session = await bench.session()
    count = 0
    for leaf in _model(bench).leaves():
        if (
            leaf.fc not in ("DC", "EX")
            or leaf.name not in ("configRev", "vendor", "swRev", "ldNs", "lnNs")
            or not leaf.value
        ):
            continue
        device, _, rest = leaf.reference.partition("/")
        node, *path = rest.split(".")
        (value,) = await session.read(ObjectName("$".join((node, leaf.fc, *path)), device))
        bench.check(value == leaf.value, f"{leaf.reference}: {quote(value)}, in the file {quote(leaf.value)}")
        count += 1
    if not count:
        bench.skip("the file gives no value of a name plate")
    bench.note(f"{count} values")


def _type_name(spec: TypeSpec) -> str:
    """A type for a sentence."""
    return f"type {spec.tag:02X} of size {spec.size}"
