"""``read``, ``write``, ``browse`` and ``watch``: IEC 61850 servers and meters from the shell."""

import asyncio
import json
import sys
from typing import Annotated, Any

import typer
from rich.tree import Tree

from ..client import IedClient, Report, connect
from ..client.dlt645 import MeterMaster
from ..client.values import plain
from ..errors import DataAccessError, UsageError
from ..models import parse_reference
from ..protocols.mms import DataTag, TypeSpec
from ..reading import Reading
from .output import complain, console, emit, run

__all__ = ["browse", "read", "reading_document", "report_document", "watch", "write"]

Target = Annotated[
    str,
    typer.Argument(help="mms://host:port, 645:///dev/ttyUSB0?addr=…, 645+tcp://host:port?addr=…"),
]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
Timeout = Annotated[float, typer.Option(help="Seconds to wait for any answer.", min=0.01)]
Password = Annotated[
    str | None,
    typer.Option(help="ACSE password.", envvar="METERWIRE_PASSWORD", show_envvar=True),
]


def _is_meter(target: str) -> bool:
    return target.startswith(("645:", "645+"))


def _refuse_meter(target: str, verb: str) -> None:
    if _is_meter(target):
        msg = f"a meter cannot be {verb}; give an mms://host:port target, or use 'meterwire read'"
        raise UsageError(msg)


# -- read ----------------------------------------------------------------------------------


def read(
    target: Target,
    references: Annotated[
        list[str],
        typer.Argument(
            metavar="REF...",
            help="HOMEMET/MMTR1.DmdWh [ST] of a server, 00010000 of a meter; several allowed.",
        ),
    ],
    as_json: Json = False,
    timeout: Timeout = 10.0,
    password: Password = None,
) -> int:
    """Read values once: references of an IEC 61850 server, or items (DI) of a meter."""
    if _is_meter(target):
        return run(_read_meter(target, references, as_json=as_json, timeout=timeout))
    return run(_read_server(target, references, password, as_json=as_json, timeout=timeout))


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
            sys.stdout.write(f"{reference} = {_text(value)}\n")
    return int(failed)


async def _read_meter(target: str, items: list[str], *, as_json: bool, timeout: float) -> int:
    async with await MeterMaster.open(target, timeout=timeout) as master:
        for item in items:
            for reading in await master.read(item):
                _show_reading(reading, as_json=as_json)
    return 0


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def reading_document(reading: Reading) -> dict[str, Any]:
    """A reading as JSON-ready values; exact numbers as text."""
    return {
        "address": reading.address,
        "item": reading.item,
        "name": reading.name,
        "name_zh": reading.name_zh,
        "value": None if reading.value is None else _text(reading.value),
        "raw": reading.raw,
        "unit": reading.unit,
        "quality": str(reading.quality),
        "time": None if reading.time is None else str(reading.time),
        "note": reading.note,
        "frame": reading.frame.hex().upper(),
    }


def _show_reading(reading: Reading, *, as_json: bool) -> None:
    if as_json:
        emit(reading_document(reading))
        return
    value = "no value" if reading.value is None else f"{_text(reading.value)} {reading.unit}".rstrip()
    note = f"  ({reading.note})" if reading.note else ""
    names = f"{reading.name} {reading.name_zh}".rstrip()
    sys.stdout.write(f"{reading.address} {reading.item} {names} = {value}  {reading.quality}{note}\n")


# -- write ---------------------------------------------------------------------------------


def write(
    target: Target,
    reference: Annotated[str, typer.Argument(metavar="REF", help="What to write.")],
    value: Annotated[str, typer.Argument(help='The value as JSON: 5, true, 2.5, "text", or bare text.')],
    as_json: Json = False,
    timeout: Timeout = 10.0,
    password: Password = None,
) -> int:
    """Write one value of an IEC 61850 server and read it back."""
    _refuse_meter(target, "written")
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
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    async with connect(target, timeout=timeout, password=password) as ied:
        before = await ied.read(reference)
        # JSON has one kind of number; the server's type decides what 5 means.
        if isinstance(before, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if isinstance(before, str) and not isinstance(value, str):
            value = text
        await ied.write(reference, value)
        after = await ied.read(reference)
    if as_json:
        emit({"reference": reference, "before": plain(before), "after": plain(after)})
    else:
        sys.stdout.write(f"{reference}: {_text(before)} → {_text(after)}\n")
    return 0


# -- browse --------------------------------------------------------------------------------


def browse(
    target: Target,
    reference: Annotated[str | None, typer.Argument(metavar="[REF]", help="Only this logical device or node.")] = None,
    values: Annotated[bool, typer.Option("--values", help="Read and show every value.")] = False,
    as_json: Json = False,
    timeout: Timeout = 10.0,
    password: Password = None,
) -> int:
    """Show the tree of an IEC 61850 server: devices, nodes, data, data sets, report blocks."""
    _refuse_meter(target, "browsed")
    return run(_browse(target, reference, password, values=values, as_json=as_json, timeout=timeout))


async def _browse(
    target: str,
    reference: str | None,
    password: str | None,
    *,
    values: bool,
    as_json: bool,
    timeout: float,
) -> int:
    wanted = parse_reference(reference) if reference else None
    async with connect(target, timeout=timeout, password=password) as ied:
        devices = await ied.logical_devices()
        if wanted is not None:
            await ied.directory.variables(wanted.ld)  # UnknownNameError tells what there is
            devices = (wanted.ld,)
        node = wanted.path[0] if wanted is not None and wanted.path else None
        for device in devices:
            document = await _device_document(ied, device, node, values=values)
            if as_json:
                emit(document)
            else:
                console().print(_tree(document))
    return 0


async def _device_document(ied: IedClient, device: str, only: str | None, *, values: bool) -> dict[str, Any]:
    nodes: dict[str, dict[str, dict[str, Any]]] = {}
    async for reference, spec in ied.walk(device):
        node, name = reference.path
        if only is not None and node != only:
            continue
        shown: Any = _type_text(spec)
        if values:
            value = (await ied.read_many([str(reference)]))[0]
            shown = plain(value)
        nodes.setdefault(node, {}).setdefault(reference.fc, {})[name] = shown
    return {
        "logical_device": device,
        "nodes": nodes,
        "data_sets": [] if only else list(await ied.data_sets(device)),
    }


_TYPE_NAMES = {
    DataTag.BOOLEAN: "boolean",
    DataTag.BIT_STRING: "bit-string",
    DataTag.INTEGER: "integer",
    DataTag.UNSIGNED: "unsigned",
    DataTag.FLOAT: "float",
    DataTag.OCTET_STRING: "octet-string",
    DataTag.VISIBLE_STRING: "visible-string",
    DataTag.BINARY_TIME: "binary-time",
    DataTag.MMS_STRING: "mms-string",
    DataTag.UTC_TIME: "utc-time",
}


def _type_text(spec: TypeSpec) -> Any:
    if spec.tag == DataTag.STRUCTURE:
        return {name: _type_text(part) for name, part in spec.components}
    if spec.tag == DataTag.ARRAY and spec.element is not None:
        return [f"{spec.size} ×", _type_text(spec.element)]
    size = f" {abs(spec.size)}" if spec.size else ""
    return _TYPE_NAMES.get(spec.tag, f"type {spec.tag:02X}") + size


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
    return str(shown).replace("[", "\\[")


# -- watch ---------------------------------------------------------------------------------


def watch(
    target: Target,
    reference: Annotated[str, typer.Argument(metavar="REF", help="A report control block, or an item of a meter.")],
    count: Annotated[int, typer.Option(help="Stop after this many; 0 goes on.", min=0)] = 0,
    period: Annotated[float, typer.Option(help="Seconds between readings of a meter.", min=0.05)] = 5.0,
    integrity: Annotated[int | None, typer.Option(help="Integrity period of the reports, ms.", min=0)] = None,
    as_json: Json = False,
    timeout: Timeout = 10.0,
    password: Password = None,
) -> int:
    """Follow reports of an IEC 61850 server, or read a meter again and again."""
    if _is_meter(target):
        return run(_watch_meter(target, reference, count, period, as_json=as_json, wait=timeout))
    settings = {} if integrity is None else {"IntgPd": integrity}
    return run(_watch_reports(target, reference, count, settings, password, as_json=as_json, wait=timeout))


async def _watch_meter(target: str, item: str, count: int, period: float, *, as_json: bool, wait: float) -> int:
    seen = 0
    async with await MeterMaster.open(target, timeout=wait) as master:
        while not count or seen < count:
            if seen:
                await asyncio.sleep(period)
            for reading in await master.read(item):
                _show_reading(reading, as_json=as_json)
            seen += 1
    return 0


def report_document(report: Report) -> dict[str, Any]:
    """A report as JSON-ready values."""
    return {
        "rptID": report.rpt_id,
        "sqNum": report.sq_num,
        "time": plain(report.time) if report.time is not None else None,
        "dataSet": report.data_set,
        "entries": [
            {"reference": e.reference, "value": plain(e.value), "reasons": list(e.reasons)} for e in report.entries
        ],
    }


async def _watch_reports(
    target: str,
    reference: str,
    count: int,
    settings: dict[str, Any],
    password: str | None,
    *,
    as_json: bool,
    wait: float,
) -> int:
    seen = 0
    async with (
        connect(target, timeout=wait, password=password) as ied,
        ied.reports(reference, **settings) as reports,
    ):
        if not as_json:
            sys.stderr.write(f"{reports.reference} enabled; waiting for reports\n")
        async for report in reports:
            _show_report(report, as_json=as_json)
            seen += 1
            if count and seen >= count:
                break
    return 0


def _show_report(report: Report, *, as_json: bool) -> None:
    """Print one report."""
    if as_json:
        emit(report_document(report))
        return
    number = "" if report.sq_num is None else f" #{report.sq_num}"
    time = "" if report.time is None else f" {plain(report.time)}"
    sys.stdout.write(f"{report.rpt_id}{number}{time}\n")
    for entry in report.entries:
        reasons = ", ".join(entry.reasons)
        sys.stdout.write(f"  {entry.reference} = {_text(entry.value)}  ({reasons})\n")
    sys.stdout.flush()
