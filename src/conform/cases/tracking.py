"""Trk: service tracking objects of LTRK, and what services leave in them."""

from functools import partial
from typing import Any

from ...models.enums import ServiceNameKind
from ...protocols.mms import ObjectName
from ..bench import Bench, quote
from ..case import Group, Permission
from ..session import Session
from ..sweep import mismatch, octets_of
from .controlling import rig
from .reporting import choose, live, put

__all__ = ["group"]

group = Group("Trk", "Service tracking")

COMMON = ("objRef", "serviceType", "errorCode", "t")
KNOWN_SERVICES = 64


def _objects(bench: Bench) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Tracking objects by name: device/node, and their attributes."""
    found = {
        name: (f"{device.name}/{node}", spec.names)
        for device in bench.inventory.devices.values()
        for node, objects in device.objects.items()
        if "LTRK" in node
        for fc, name, spec in objects
        if fc == "SR"
    }
    if not found:
        bench.skip("the server has no LTRK")
    return found


async def _tracked(bench: Bench, session: Session, name: str) -> dict[str, Any]:
    objects = _objects(bench)
    if name not in objects:
        bench.skip(f"LTRK has no {name}")
    place, names = objects[name]
    domain, _, node = place.partition("/")
    wanted = [own for own in names if own in COMMON or own in ("rptEna", "ctlVal", "ctlNum", "respAddCause", "actSG")]
    values = await session.read(*(ObjectName(f"{node}$SR${name}${own}", domain) for own in wanted))
    return dict(zip(wanted, values, strict=True))


@group.case("1", "Every tracking object has objRef, serviceType, errorCode and t")
async def _attributes(bench: Bench) -> None:
    for name, (place, names) in _objects(bench).items():
        missing = set(COMMON) - set(names)
        if missing:
            domain, _, node = place.partition("/")
            await (await bench.session()).type_of(domain, f"{node}$SR${name}")
        bench.check(not missing, f"{place}.{name} has no {', '.join(sorted(missing))}")
    bench.note(", ".join(_objects(bench)))


@group.case("101", "Every tracking object can be read, and its value is of the type the server tells")
async def _values(bench: Bench) -> None:
    session = await bench.session()
    for name, (place, _) in _objects(bench).items():
        domain, _, node = place.partition("/")
        item = f"{node}$SR${name}"
        (value,) = await octets_of(session, ObjectName(item, domain))
        bench.check(isinstance(value, bytes), f"{place}.{name} cannot be read: {value!s}")
        assert isinstance(value, bytes)
        wrong = mismatch(value, await session.type_of(domain, item))
        bench.check(not wrong, f"{place}.{name}: {wrong}")


@group.case("102", "serviceType and errorCode are numbers the standard has")
async def _numbers(bench: Bench) -> None:
    session = await bench.session()
    for name in _objects(bench):
        told = await _tracked(bench, session, name)
        bench.check(0 <= told["serviceType"] < KNOWN_SERVICES, f"{name}: serviceType {told['serviceType']}")
        bench.check(0 <= told["errorCode"] < KNOWN_SERVICES, f"{name}: errorCode {told['errorCode']}")


def _names(reference: Any, block: str) -> bool:
    """A tracked reference is that of this block, whichever way it is written."""
    return isinstance(reference, str) and block.rpartition("$")[2] in reference and block.partition("/")[0] in reference


async def _report_block(bench: Bench, *, fc: str, name: str, service: int) -> None:
    session = await bench.session()
    _objects(bench)
    block = await choose(bench, fc)
    async with live(bench, block) as taken:
        await put(taken.session, block, BufTm=123)
        told = await _tracked(bench, session, name)
        bench.check(_names(told["objRef"], str(block)), f"objRef {quote(told['objRef'])}, {block} was written")
        bench.check(told["serviceType"] == service, f"serviceType {told['serviceType']}, expected {service}")
        bench.check(told["errorCode"] == 0, f"errorCode {told['errorCode']} of a write that was taken")


_run = partial(_report_block, fc="RP", name="UrcbTrk", service=ServiceNameKind.SetURCBValues)
group.add("103", "UrcbTrk tells of a write to an unbuffered report control block", _run)
_run = partial(_report_block, fc="BR", name="BrcbTrk", service=ServiceNameKind.SetBRCBValues)
group.add("104", "BrcbTrk tells of a write to a buffered report control block", _run, Permission.BUFFERS)


@group.case("105", "UrcbTrk tells of a write that was refused, with an error code")
async def _refused(bench: Bench) -> None:
    session = await bench.session()
    _objects(bench)
    block = await choose(bench, "RP")
    refused = await session.write(block.name("DatSet"), b"\x8a\x0anoSuchSet1")
    if refused is None:
        bench.skip("a data set that does not exist is taken")
    told = await _tracked(bench, session, "UrcbTrk")
    bench.check(_names(told["objRef"], str(block)), f"objRef {quote(told['objRef'])}, {block} was written")
    bench.check(told["errorCode"] != 0, "errorCode 0 of a write that was refused")


@group.case("106", "The time of a tracked service is that of the service: later ones have later times")
async def _times(bench: Bench) -> None:
    session = await bench.session()
    _objects(bench)
    block = await choose(bench, "RP")
    async with live(bench, block) as taken:
        times = []
        for value in (111, 222):
            await put(taken.session, block, BufTm=value)
            times.append((await _tracked(bench, session, "UrcbTrk"))["t"])
        bench.check(times[1].ns > times[0].ns, f"{times[0]}, then {times[1]}")


TRACKED_CONTROLS = (
    "SpcTrk",
    "DpcTrk",
    "IncTrk",
    "EncTrk1",
    "EncTrk",
    "ApcFTrk",
    "ApcIntTrk",
    "BscTrk",
    "IscTrk",
    "BacTrk",
)


@group.case("107", "A tracking object of controls tells of an operate, with its value and number", Permission.CONTROL)
async def _control(bench: Bench) -> None:
    objects = _objects(bench)
    able = [model for model in (1, 2, 3, 4) if any(control.model == model for control in bench.inventory.controls)]
    if not able or not set(TRACKED_CONTROLS) & set(objects):
        bench.skip("LTRK tracks no controls, or nothing can be operated")
    one = await rig(bench, able[0])
    command = one.command()
    said = await one.operate(command)
    bench.check(said.refusal is None, f"it cannot be operated: {said}")
    await one.moved()
    told = [await _tracked(bench, one.session, name) for name in TRACKED_CONTROLS if name in objects]
    mine = [entry for entry in told if entry["objRef"] == one.control.reference]
    bench.check(mine, f"no tracking object names {one.control.reference}")
    services = {entry["serviceType"] for entry in mine}
    expected = {ServiceNameKind.Operate, ServiceNameKind.CommandTermination}
    bench.check(services & {int(own) for own in expected}, f"serviceType {quote(services)}")


@group.case("N101", "Tracking objects cannot be written")
async def _read_only(bench: Bench) -> None:
    session = await bench.session()
    for name, (place, _) in list(_objects(bench).items())[:3]:
        domain, _, node = place.partition("/")
        refused = await session.write(ObjectName(f"{node}$SR${name}$serviceType", domain), b"\x85\x01\x05")
        bench.check(refused is not None, f"{place}.{name} is written")
