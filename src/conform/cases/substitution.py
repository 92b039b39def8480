"""Sub and SubN: substituted values."""

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...protocols import ber
from ...protocols.mms import DataTag, ObjectName, TypeSpec
from ...reading import Quality
from ..bench import Bench, quote
from ..case import Group, Permission
from ..inventory import Leaf
from ..session import Session
from ..sweep import octets_of
from .server_values import other_value
from .subjects import octets

__all__ = ["Subject", "group"]

group = Group("Sub", "Substitution")

SEEN = {"subVal": ("ST", "stVal"), "subMag": ("MX", "mag"), "subCVal": ("MX", "cVal")}
"""What a substitute is seen as."""
SIMPLE = (DataTag.BOOLEAN, DataTag.INTEGER, DataTag.UNSIGNED, DataTag.BIT_STRING, DataTag.FLOAT)


@dataclass(frozen=True, slots=True)
class Subject:
    """An object that can be substituted."""

    domain: str
    node: str
    name: str
    substitute: str
    """subVal, subMag or subCVal."""

    def sv(self, attribute: str) -> ObjectName:
        """An attribute of FC SV."""
        return ObjectName(f"{self.node}$SV${self.name}${attribute}", self.domain)

    def seen(self, attribute: str = "") -> ObjectName:
        """The value that is seen, or q or t beside it."""
        fc, value = SEEN[self.substitute]
        return ObjectName(f"{self.node}${fc}${self.name}${attribute or value}", self.domain)

    def __str__(self) -> str:
        return f"{self.domain}/{self.node}.{self.name}"


def _subjects(bench: Bench) -> list[Subject]:
    found = []
    for device in bench.inventory.devices.values():
        names = set(device.names)
        for node, objects in device.objects.items():
            for fc, name, spec in objects:
                substitute = next((own for own in SEEN if own in spec.names), "")
                if fc == "SV" and substitute and "subEna" in spec.names:
                    one = Subject(device.name, node, name, substitute)
                    if one.seen().item in names:
                        found.append(one)
    if not found:
        bench.skip("the server has nothing that can be substituted")
    return found


@group.case("1", "An object that can be substituted has subEna, its substitute, subQ and subID, and they can be read")
async def _attributes(bench: Bench) -> None:
    session = await bench.session()
    for one in _subjects(bench):
        for name in ("subEna", one.substitute, "subQ", "subID"):
            (value,) = await octets_of(session, one.sv(name))
            bench.check(isinstance(value, bytes), f"{one}: {name} cannot be read: {value!s}")
    bench.note(f"{len(_subjects(bench))} objects")


@group.case("101", "A substitute is of the type of what it is seen as")
async def _types(bench: Bench) -> None:
    session = await bench.session()
    for one in _subjects(bench)[:30]:
        own = await session.type_of(one.domain, one.sv(one.substitute).item)
        seen = await session.type_of(one.domain, one.seen().item)
        bench.check(own.tag == seen.tag, f"{one}: {one.substitute} {own.tag:02X}, the value {seen.tag:02X}")


@group.case("102", "Nothing is substituted while nobody substitutes: no quality says so where subEna is false")
async def _none(bench: Bench) -> None:
    session = await bench.session()
    for one in _subjects(bench)[:30]:
        enabled, quality = await session.read(one.sv("subEna"), one.seen("q"))
        if enabled is False and hasattr(quality, "value"):
            bench.check(not quality.value & Quality.SUBSTITUTED, f"{one}: subEna is false, and q says substituted")


# -- substituting --------------------------------------------------------------------------


async def _subject(bench: Bench) -> tuple[Session, Subject]:
    """An object nobody substitutes."""
    session = await bench.session()
    for one in _subjects(bench):
        (enabled,) = await session.read(one.sv("subEna"))
        if enabled is False:
            return session, one
    bench.skip("every object is substituted already")


async def _substitute(bench: Bench, session: Session, one: Subject) -> bytes:
    """Substitute another value; what was written."""
    before = await octets(session, one.seen())
    wanted = _another(before)
    kept = {name: await octets(session, one.sv(name)) for name in ("subQ", one.substitute, "subID")}
    bench.undo(f"substitution of {one}", partial(_release, session=session, one=one, kept=kept))
    for name, value in (
        ("subID", ber.tlv(0x8A, b"meterwire")),
        (one.substitute, wanted),
        ("subQ", bytes.fromhex("8403030000")),
    ):
        refused = await session.write(one.sv(name), value)
        bench.check(refused is None, f"{one}: {name} is refused: {refused}")
    refused = await session.write(one.sv("subEna"), b"\x83\x01\xff")
    bench.check(refused is None, f"{one}: subEna is refused: {refused}")
    return wanted


async def _release(late: Session, session: Session, one: Subject, kept: dict[str, bytes]) -> None:
    holder = session if session.is_open else late
    if await octets(holder, one.sv("subEna")) != b"\x83\x01\x00":
        await holder.set(one.domain, one.sv("subEna").item, b"\x83\x01\x00")
    for name, value in kept.items():
        if await octets(holder, one.sv(name)) != value:
            await holder.write(one.sv(name), value)


def _another(value: bytes) -> bytes:
    """Another value of the same type, structures in their first number."""
    tag, first, stop = ber.read_header(value, 0, len(value))
    if tag == DataTag.STRUCTURE:
        _, _, after = ber.read_header(value, first, stop)
        return ber.tlv(tag, _another(value[first:after]) + value[after:stop])
    if tag == DataTag.BIT_STRING:
        return value[:-1] + bytes((value[-1] ^ 0xC0,))
    return other_value(Leaf("", "a$b", TypeSpec(tag)), value)


async def _seen(session: Session, one: Subject, wanted: bytes, seconds: float = 1.0) -> tuple[bytes, Any]:
    """Value and quality as they are seen, once the value is the one expected."""
    end = time.monotonic() + seconds
    while True:
        value = await octets(session, one.seen())
        (quality,) = await session.read(one.seen("q"))
        if value == wanted or time.monotonic() > end:
            return value, quality
        await asyncio.sleep(0.05)


@group.case(
    "2",
    "With subEna the substitute is seen, and the quality says substituted; without it the process again",
    Permission.WRITE,
)
async def _enable(bench: Bench) -> None:
    session, one = await _subject(bench)
    before = await octets(session, one.seen())
    wanted = await _substitute(bench, session, one)
    value, quality = await _seen(session, one, wanted)
    bench.check(value == wanted, f"{one}: {wanted.hex()} substituted, {value.hex()} seen")
    bench.check(quality.value & Quality.SUBSTITUTED, f"{one}: q {quality}, substituted is not set")
    await session.set(one.domain, one.sv("subEna").item, b"\x83\x01\x00")
    value, quality = await _seen(session, one, before)
    bench.check(value != wanted or before == wanted, f"{one}: the substitute is still seen")
    bench.check(not quality.value & Quality.SUBSTITUTED, f"{one}: q says substituted after subEna is false")
    bench.note(str(one))


@group.case("103", "Another client sees the substituted value, its quality and who did it", Permission.WRITE)
async def _others(bench: Bench) -> None:
    session, one = await _subject(bench)
    wanted = await _substitute(bench, session, one)
    other = await bench.open()
    value, quality = await _seen(other, one, wanted)
    bench.check(
        value == wanted and quality.value & Quality.SUBSTITUTED,
        f"{one}: another client sees {value.hex()}, q {quality}",
    )
    (identity,) = await other.read(one.sv("subID"))
    bench.check(identity == "meterwire", f"{one}: subID {quote(identity)}")


@group.case("104", "A substitution ends with its client: after a lost link the process is seen again", Permission.WRITE)
async def _lost(bench: Bench) -> None:
    _, one = await _subject(bench)
    holder = await bench.open()
    wanted = await _substitute(bench, holder, one)
    bench.check((await _seen(holder, one, wanted))[0] == wanted, "the substitute is not seen")
    holder.vanish()
    session = await bench.session()
    end = time.monotonic() + bench.options.wait + 1
    while time.monotonic() < end:
        (enabled,) = await session.read(one.sv("subEna"))
        if enabled is False:
            return
        await asyncio.sleep(0.2)
    bench.fail(f"{one}: subEna is true {bench.options.wait + 1:g} s after its client has vanished")


@group.case("105", "subQ is the quality that is seen, with substituted set whatever it says", Permission.WRITE)
async def _quality(bench: Bench) -> None:
    session, one = await _subject(bench)
    await _substitute(bench, session, one)
    refused = await session.write(one.sv("subQ"), bytes.fromhex("840303c000"))  # questionable
    bench.check(refused is None, f"{one}: subQ is refused: {refused}")
    await asyncio.sleep(0.1)
    (quality,) = await session.read(one.seen("q"))
    bench.check(quality.value >> 11 == 0b11, f"{one}: subQ questionable, q {quality}")
    bench.check(quality.value & Quality.SUBSTITUTED, f"{one}: q {quality}, substituted is not set")


# -- negative ------------------------------------------------------------------------------


async def _not_taken(bench: Bench, *, attribute: str, value: bytes) -> None:
    session, one = await _subject(bench)
    name = one.sv(attribute or one.substitute)
    before = await octets(session, name)
    bench.undo(f"{name}", partial(_put, name=name, value=before))
    refused = await session.write(name, value)
    bench.check(refused is not None, f"{name} is written")
    bench.check(await octets(session, name) == before, f"{name} was refused, and changed")


async def _put(late: Session, name: ObjectName, value: bytes) -> None:
    if await octets(late, name) != value:
        await late.set(name.domain or "", name.item, value)


for _number, _title, _attribute, _value in (
    ("N101", "subEna of another type is refused", "subEna", b"\x85\x01\x01"),
    ("N102", "A substitute of another type is refused", "", b"\x8a\x04text"),
    ("N103", "subQ of eight bits is refused", "subQ", bytes.fromhex("84020000")),
    ("N104", "subID of 65 octets is refused", "subID", ber.tlv(0x8A, b"x" * 65)),
):
    group.add(_number, _title, partial(_not_taken, attribute=_attribute, value=_value), Permission.WRITE)
