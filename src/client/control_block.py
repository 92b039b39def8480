"""How a client takes a report control block: find the instance, reserve, configure, resume, enable."""

import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import DataAccessError, LinkError, MeterwireError, RemoteError, UnknownNameError, UsageError
from ..models import OptFlds, Reference, parse_reference
from ..protocols.mms import BitString, ObjectName, TypeSpec

if TYPE_CHECKING:
    from .ied import IedClient

__all__ = ["NULL_ENTRY", "Taken", "UnknownEntryError", "disable", "find_instances", "prepare", "release"]

log = logging.getLogger(__name__)

RESV_TMS = 60
"""Seconds a server keeps a BRCB for us after it lost us, unless told otherwise."""
CONFIGURED = -1
"""ResvTms of a BRCB that configuration keeps for a client."""
NULL_ENTRY = bytes(8)
_NEEDED = OptFlds.ENTRY_ID | OptFlds.BUF_OVFL
"""What reports of a BRCB must carry if we are to go on behind them later."""


class UnknownEntryError(LinkError):
    """The server's buffer does not hold the entry to go on behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A control block that is ours, ready to be enabled."""

    reference: str
    """Which instance."""
    is_buffered: bool
    """A BRCB."""
    rpt_id: str
    """What its reports are called."""
    data_set: str
    """Its data set, as the server writes it."""
    members: list[tuple[str, TypeSpec | None]]
    """References and types of its data set."""
    is_resumed: bool
    """The server goes on behind the entry that was asked for."""


async def find_instances(ied: "IedClient", reference: Reference) -> list[str]:
    """Instances of ``LD/LN.name``, or the one it names; UnknownNameError when there is none."""
    names = await ied.directory.variables(reference.ld)
    node, block = "".join(reference.path[:1]), ".".join(reference.path[1:])
    found = sorted(
        f"{reference.ld}/{node}.{parts[2]}"
        for parts in (name.split("$") for name in names)
        if len(parts) == 3
        and parts[0] == node
        and parts[1] in ("RP", "BR")
        and (parts[2] == block or (parts[2][:-2] == block and parts[2][-2:].isdigit()))
    )
    if not found:
        blocks = sorted({n.split("$")[2] for n in names if n.count("$") == 2 and n.split("$")[1] in ("RP", "BR")})
        msg = f"no report control block {reference}; {reference.ld} has {', '.join(blocks) or 'none'}"
        raise UnknownNameError(msg)
    return found


async def prepare(
    ied: "IedClient", reference: str, settings: Mapping[str, Any], resume_from: bytes | None, *, strict: bool
) -> Taken:
    """Reserve, configure and resume; everything but RptEna.

    Reserving first keeps two clients from configuring one block at once, and there are servers that refuse every other
    attribute of an unreserved block. Raises DataAccessError when the block is somebody else's, UnknownEntryError when
    ``strict`` and the buffer does not hold ``resume_from``. Whatever is raised, the block is free again.
    """
    target = await ied.directory.resolve(parse_reference(f"{reference}.RptID"))
    is_buffered = target.reference.fc == "BR"
    has_resv_tms = is_buffered and f"{target.access.name.item[:-5]}ResvTms" in await ied.directory.variables(
        target.reference.ld
    )
    if not is_buffered:
        await ied.write(f"{reference}.Resv", True)
    elif has_resv_tms:
        await _reserve(ied, reference, settings.get("ResvTms", RESV_TMS))
    try:
        if is_buffered:
            await _configure(ied, reference, settings)
        else:
            for attribute, value in settings.items():
                await ied.write(f"{reference}.{attribute}", value)
        block = str(target.access.name).removesuffix("$RptID")
        rpt_id = await ied.read(f"{reference}.RptID") or block
        data_set, members = await _members(ied, reference)
        is_resumed = is_buffered and resume_from is not None and await _resume(ied, reference, resume_from)
        if strict and not is_resumed:
            msg = f"{reference} does not hold the entry {resume_from.hex() if resume_from else ''}"
            raise UnknownEntryError(msg)
    except MeterwireError:
        await release(ied, reference, is_buffered=is_buffered)
        raise
    return Taken(
        reference=reference,
        is_buffered=is_buffered,
        rpt_id=rpt_id,
        data_set=data_set,
        members=members,
        is_resumed=is_resumed,
    )


async def _reserve(ied: "IedClient", reference: str, seconds: int) -> None:
    (now,) = await ied.read_many([f"{reference}.ResvTms"])
    try:
        await ied.write(f"{reference}.ResvTms", seconds if seconds > 0 else RESV_TMS)
    except DataAccessError as error:
        # A block kept for us by configuration: servers before Ed2.1 refuse, those after it insist.
        if error.code == TEMPORARILY_UNAVAILABLE and now != CONFIGURED:
            raise


TEMPORARILY_UNAVAILABLE = 2


async def _configure(ied: "IedClient", reference: str, settings: Mapping[str, Any]) -> None:
    """Write what differs: writing DatSet, TrgOps and the like empties the buffer of some servers in any case."""
    wanted = {name: value for name, value in settings.items() if name != "ResvTms"}
    names = [*wanted, "OptFlds"]
    values = await ied.read_many([f"{reference}.{name}" for name in names])
    present = {
        name: value.value if isinstance(value, BitString) else value for name, value in zip(names, values, strict=True)
    }
    asked = wanted.get("OptFlds", present["OptFlds"])
    if isinstance(present["OptFlds"], int):
        wanted["OptFlds"] = asked | _NEEDED
    for name, value in wanted.items():
        if present[name] == value:
            continue
        try:
            await ied.write(f"{reference}.{name}", value)
        except DataAccessError:
            if name != "OptFlds" or present[name] != asked:
                raise
            # Only we wanted more of them, and they are fixed there: reports come, but nobody can go on behind one.
            log.warning("%s: OptFlds cannot be set; reports do not say where to go on after a loss", reference)


async def _resume(ied: "IedClient", reference: str, entry: bytes) -> bool:
    """Ask for what comes after ``entry``; when the server does not know it, for all it has."""
    try:
        await ied.write(f"{reference}.EntryID", entry)
    except DataAccessError:
        with contextlib.suppress(DataAccessError):
            await ied.write(f"{reference}.EntryID", NULL_ENTRY)
        return False
    return entry != NULL_ENTRY


async def _members(ied: "IedClient", reference: str) -> tuple[str, list[tuple[str, TypeSpec | None]]]:
    """The data set of a control block, and its members."""
    # The attribute, not the block: not every server tells the type of a block as a whole.
    data_set = await ied.read(f"{reference}.DatSet")
    if not data_set:
        msg = f"{reference} has no data set; give DatSet="
        raise UsageError(msg)
    first, _, second = data_set.partition("/")
    # DatSet has its logical device in front; a server that leaves it out means its own.
    domain, item = (first, second) if second else (parse_reference(reference).ld, first)
    name = ObjectName(first[1:], is_association_specific=True) if first.startswith("@") else ObjectName(item, domain)
    try:
        return data_set, await ied.data_set.members(name)
    except RemoteError as error:
        # A directory the server cannot give (larger than its PDU, not implemented) costs names, not reports.
        log.warning("members of %s are not known: %s", data_set, error)
        return data_set, []


async def disable(ied: "IedClient", reference: str, *, is_buffered: bool) -> None:
    """Disable and give back, as far as the server lets us."""
    with contextlib.suppress(MeterwireError):
        await ied.write(f"{reference}.RptEna", False)
        await release(ied, reference, is_buffered=is_buffered)


async def release(ied: "IedClient", reference: str, *, is_buffered: bool) -> None:
    """Give a reservation back."""
    with contextlib.suppress(MeterwireError):
        if not is_buffered:
            await ied.write(f"{reference}.Resv", False)
        elif await ied.read(f"{reference}.ResvTms") != CONFIGURED:
            await ied.write(f"{reference}.ResvTms", 0)
