"""``read``, ``write`` and ``browse``: IEC 61850 servers and meters from the shell."""

import sys
from typing import Annotated, Any

import typer
from rich.tree import Tree

from ..client import IedClient, connect
from ..client.dlt645 import MeterMaster
from ..client.values import plain
from ..errors import DataAccessError, UsageError
from ..models import Reference, parse_reference
from ..protocols import dlt645
from ..protocols.mms import DataTag, TypeSpec
from ..reading import Reading
from .output import complain, console, emit, finite, run
from .values import from_text, to_text, type_name

__all__ = ["browse", "is_meter", "read", "reading_document", "show_reading", "write"]

Target = Annotated[
    str,
    typer.Argument(metavar="TARGET", help="mms://host:port, 645:///dev/ttyUSB0?addr=…, 645+tcp://host:port?addr=…"),
]
Server = Annotated[str, typer.Argument(metavar="TARGET", help="mms://host:port")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
Timeout = Annotated[
    float, typer.Option(metavar="SECONDS", help="How long to wait for any answer.", min=0.01, callback=finite)
]
PatientTimeout = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS",
        help="How long to wait for any answer [default: 10; a meter has 1.5, three times].",
        min=0.01,
        callback=finite,
    ),
]
SERVER_TIMEOUT, METER_TIMEOUT = 10.0, 1.5
Password = Annotated[
    str | None,
    typer.Option(help="ACSE password.", envvar="METERWIRE_PASSWORD", show_envvar=True),
]


def is_meter(target: str) -> bool:
    """A meter URL rather than a server."""
    return target.startswith(("645:", "645+"))


def _refuse_meter(target: str, verb: str) -> None:
    if is_meter(target):
        msg = f"a meter cannot be {verb}; give an mms://host:port target, or use 'meterwire read'"
        raise UsageError(msg)


# -- read ----------------------------------------------------------------------------------


def read(
    target: Target,
    references: Annotated[
        list[str],
        typer.Argument(
            metavar="REF",
            help="'HOMEMET/MMTR1.DmdWh [ST]' of a server, 00010000 of a meter; several allowed.",
        ),
    ],
    as_json: Json = False,
    timeout: PatientTimeout = None,
    password: Password = None,
) -> int:
    """Read values of a server or a meter, once."""
    if is_meter(target):
        for item in references:
            dlt645.lookup(item)
        return run(_read_meter(target, references, as_json=as_json, timeout=timeout or METER_TIMEOUT))
    for reference in references:
        parse_reference(reference)
    return run(_read_server(target, references, password, as_json=as_json, timeout=timeout or SERVER_TIMEOUT))


async def _read_server(
    target: str, references: list[str], password: str | None, *, as_json: bool, timeout: float
) -> int:
    async with connect(target, timeout=timeout, password=password) as ied:
        values = await ied.read_many(references)
    failed = 0
    for reference, value in zip(references, values, strict=True):
        failed |= isinstance(value, DataAccessError)
        if as_json:
            emit({"reference": reference, "value": plain(value)})
        elif isinstance(value, DataAccessError):
            complain(f"{reference}: {value}", 1)
        else:
            sys.stdout.write(f"{reference} = {to_text(value)}\n")
    return int(failed)


async def _read_meter(target: str, items: list[str], *, as_json: bool, timeout: float) -> int:
    async with await MeterMaster.open(target, timeout=timeout) as master:
        for item in items:
            for reading in await master.read(item):
                show_reading(reading, as_json=as_json)
    return 0


def reading_document(reading: Reading) -> dict[str, Any]:
    """A reading as JSON-ready values; exact numbers as text."""
    return {
        "address": reading.address,
        "item": reading.item,
        "name": reading.name,
        "name_zh": reading.name_zh,
        "value": None if reading.value is None else to_text(reading.value),
        "raw": reading.raw,
        "unit": reading.unit,
        "quality": str(reading.quality),
        "time": None if reading.time is None else str(reading.time),
        "note": reading.note,
        "frame": reading.frame.hex().upper(),
    }


def show_reading(reading: Reading, *, as_json: bool) -> None:
    """Print one reading."""
    if as_json:
        emit(reading_document(reading))
        return
    value = "no value" if reading.value is None else f"{to_text(reading.value)} {reading.unit}".rstrip()
    note = "".join(f"  ({text})" for text in (_bits_set(reading), reading.note) if text)
    names = f"{reading.name} {reading.name_zh}".rstrip()
    sys.stdout.write(f"{reading.address} {reading.item} {names} = {value}  {reading.quality}{note}\n")


def _bits_set(reading: Reading) -> str:
    """What a status word says, by name."""
    bits = dlt645.lookup(reading.item).bits if len(reading.item) == 8 else ()
    if not bits or reading.raw is None:
        return ""
    raised = [f"{b.name} {b.name_zh}" for b in bits if reading.raw >> b.bit & (1 << b.width) - 1]
    return "; ".join(raised) or "no bit set"


# -- write ---------------------------------------------------------------------------------


_REFUSALS = {
    2: "it is in use, or not while it is enabled",
    3: "the server does not let clients write it",
    7: "the server wants another type",
    11: "the server does not take this value",
}
"""What the DataAccessErrors of a Write mean to the one who typed it."""


def write(
    target: Server,
    reference: Annotated[str, typer.Argument(metavar="REF", help="What to write.")],
    value: Annotated[
        str,
        typer.Argument(
            metavar="VALUE",
            help="As its type has it: true, 12, 2.5, text, hex octets, bits such as 0b10, on, off, "
            "2026-05-06T12:30:00+08:00; JSON for structures.",
        ),
    ],
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Write one value of a server and read it back."""
    _refuse_meter(target, "written")
    parse_reference(reference)
    return run(_write(target, reference, value, password, as_json=as_json, timeout=timeout))


async def _write(
    target: str,
    reference: str,
    text: str,
    password: str | None,
    *,
    as_json: bool,
    timeout: float,
) -> int:
    async with connect(target, timeout=timeout, password=password) as ied:
        value = from_text(text, await ied.describe(reference))
        # What cannot be read may be writable all the same.
        (before,) = await ied.read_many([reference])
        try:
            await ied.write(reference, value)
        except DataAccessError as error:
            hint = _REFUSALS.get(error.code or 0)
            return complain(f"{error}" + (f" ({hint})" if hint else ""), 1)
        (after,) = await ied.read_many([reference])
    if as_json:
        emit({"reference": reference, "before": plain(before), "after": plain(after)})
    else:
        sys.stdout.write(f"{reference}: {to_text(before)} → {to_text(after)}\n")
    return 0


# -- browse --------------------------------------------------------------------------------


def browse(
    target: Server,
    reference: Annotated[
        str | None, typer.Argument(metavar="REF", help="Only this logical device, node or data object.")
    ] = None,
    values: Annotated[bool, typer.Option("--values", help="Read and show every value.")] = False,
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Show the tree of a server: devices, nodes, data, data sets."""
    _refuse_meter(target, "browsed")
    wanted = parse_reference(reference) if reference else None
    if wanted is not None and len(wanted.path) > 2:
        msg = f"browse shows whole data objects; use 'meterwire read {target} {reference}'"
        raise UsageError(msg)
    return run(_browse(target, wanted, password, values=values, as_json=as_json, timeout=timeout))


async def _browse(
    target: str,
    wanted: Reference | None,
    password: str | None,
    *,
    values: bool,
    as_json: bool,
    timeout: float,
) -> int:
    async with connect(target, timeout=timeout, password=password) as ied:
        devices = await ied.logical_devices()
        if wanted is not None:
            await ied.directory.variables(wanted.ld)  # UnknownNameError tells what there is
            devices = (wanted.ld,)
        for device in devices:
            document = await _device_document(ied, device, wanted, values=values)
            if as_json:
                emit(document)
            else:
                console().print(_tree(document))
    return 0


async def _device_document(ied: IedClient, device: str, wanted: Reference | None, *, values: bool) -> dict[str, Any]:
    only = wanted.path if wanted is not None else ()
    chosen: list[tuple[Reference, TypeSpec]] = []
    async for reference, spec in ied.walk(device):
        fc = wanted.fc if wanted is not None else ""
        if reference.path[: len(only)] == only[:2] and fc in ("", reference.fc):
            chosen.append((reference, spec))
    if only and not chosen:
        await ied.describe(str(wanted))  # UnknownNameError tells what there is
    nodes: dict[str, dict[str, dict[str, Any]]] = {}
    for reference, spec in chosen:
        node, name = reference.path
        # One by one: together they may not fit into one answer.
        what = plain((await ied.read_many([str(reference)]))[0]) if values else _type_text(spec)
        nodes.setdefault(node, {}).setdefault(reference.fc, {})[name] = what
    return {
        "logical_device": device,
        "nodes": nodes,
        "data_sets": [] if only else list(await ied.data_sets(device)),
    }


def _type_text(spec: TypeSpec) -> Any:
    if spec.tag == DataTag.STRUCTURE:
        return {name: _type_text(part) for name, part in spec.components}
    if spec.tag == DataTag.ARRAY and spec.element is not None:
        return [f"{spec.size} ×", _type_text(spec.element)]
    return type_name(spec)


def _tree(document: dict[str, Any]) -> Tree:
    tree = Tree(f"[bold]{document['logical_device']}[/bold]")
    for node, groups in document["nodes"].items():
        branch = tree.add(f"[bold cyan]{node}[/bold cyan]")
        for fc, objects in groups.items():
            for name, shown in objects.items():
                branch.add(f"{name} \\[{fc}]  [dim]{_brief(shown)}[/dim]")
    if document["data_sets"]:
        sets = tree.add("data sets")
        for name in document["data_sets"]:
            sets.add(name)
    return tree


def _brief(shown: Any) -> str:
    if isinstance(shown, dict):
        text = ", ".join(f"{k}={_brief(v)}" for k, v in shown.items())
        return "{" + text + "}"
    if isinstance(shown, list):
        return "\\[" + ", ".join(map(_brief, shown)) + "]"
    return to_text(shown).replace("[", "\\[")
