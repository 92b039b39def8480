"""``meterwire demo``: a meter, a terminal and a client in one process, on loopback.

What is shown is what travelled: the meter's frames come over TCP, the reports over MMS.
"""

import asyncio
import os
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.tree import Tree

from ..anatomy import as_dicts, render
from ..client import IedClient, Report, ReportEntry, connect
from ..client.dlt645 import MeterMaster
from ..client.values import plain
from ..errors import DataAccessError
from ..protocols import dlt645
from ..server.meter645 import SimulatedMeter, meter_clock, serve_meter
from ..terminals import ResidentialTerminal, find_meters
from .output import console, emit, run, stopping
from .watch import report_document

__all__ = ["demo"]

ADDRESS = "003411001043"
REPORTS = 5
ITEM = "00010000"
REFERENCE = "HOMEMET/MMTR1.DmdWh"
REFUSED = "HOMEMET/MMTR1.DmdWh.actVal"
BLOCK = "HOMEMET/LLN0.urcbEn"
STEP_SECONDS = 0.25
"""How often the simulated meter lives through SIMULATED seconds."""
SIMULATED = 60.0


@dataclass(slots=True)
class _Story:
    """What happened, for --json."""

    tree: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    first_report_seconds: float = 0.0
    frame: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, Any] = field(default_factory=dict)
    next: list[str] = field(default_factory=list)


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document at the end.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave meter and server running until Ctrl-C.")] = False,
) -> int:
    """Show the whole way: meter → terminal → IEC 61850 client."""
    return run(_demo(as_json=as_json, keep=keep))


async def _demo(*, as_json: bool, keep: bool) -> int:
    began = time.perf_counter()
    story = _Story()
    out = Console(quiet=True) if as_json else console()
    meter = SimulatedMeter(ADDRESS)
    async with serve_meter(meter, speed=0) as line:
        url = f"{line.url}?addr={ADDRESS}"
        meters = await find_meters([url])
        async with ResidentialTerminal(meters, port=0, poll_seconds=STEP_SECONDS) as terminal:
            life = asyncio.create_task(_live(meter))
            async with asyncio.timeout(10):
                await terminal.polled.wait()
            out.print(f"[bold]1[/bold]  a DL/T 645-2007 meter answers at [cyan]{url}[/cyan]")
            server = terminal.server.url
            out.print(f"[bold]2[/bold]  the terminal serves it at [cyan]{server}[/cyan]\n")
            async with connect(server) as ied:
                await _show_tree(ied, out, story)
                await _show_reports(ied, out, story, began)
                await _show_frame(ied, url, out, story)
                await _show_refusal(ied, out, story)
            _show_next(out, story)
            if keep:
                await _keep(out, url, server)
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life
    if as_json:
        emit(
            {
                "logical_devices": story.tree,
                "reports": story.reports,
                "seconds_to_first_report": round(story.first_report_seconds, 3),
                "frame": story.frame,
                "refused_write": story.refused,
                "next": story.next,
            }
        )
    return 0


async def _live(meter: SimulatedMeter) -> None:
    """Let the meter live fast; its clock is kept right, or its values would be questionable."""
    while True:
        await asyncio.sleep(STEP_SECONDS)
        meter.advance(SIMULATED)
        meter.set_clock(meter_clock())


async def _show_tree(ied: IedClient, out: Console, story: _Story) -> None:
    identity = await ied.identify()
    out.print(f"   {identity.vendor} {identity.model}, the tree a client sees:")
    for device in await ied.logical_devices():
        nodes: dict[str, list[str]] = {}
        async for reference, _ in ied.walk(device):
            node, name = reference.path
            if reference.fc != "RP" and name not in nodes.setdefault(node, []):
                nodes[node].append(name)
        story.tree[device] = nodes
        tree = Tree(f"[bold]{device}[/bold]", guide_style="dim")
        for node, names in nodes.items():
            shown = " ".join(names[:9]) + (f" … ({len(names)})" if len(names) > 9 else "")
            tree.add(f"[cyan]{node}[/cyan]  {shown}")
        out.print(tree)
    out.print()


async def _show_reports(ied: IedClient, out: Console, story: _Story, began: float) -> None:
    out.print(f"[bold]3[/bold]  five reports of {BLOCK} while the registers move")
    async with ied.reports(BLOCK) as reports:
        while len(story.reports) < REPORTS:
            report = await reports.next(10)
            moved = _moved(report)
            if moved is None:  # another register, or only its quality
                continue
            if not story.reports:
                story.first_report_seconds = time.perf_counter() - began
            story.reports.append(report_document(report))
            _show_report(report, moved, out)
    out.print(f"   first report after {story.first_report_seconds:.2f} s\n")


def _moved(report: Report) -> ReportEntry | None:
    """The register of the demo, if this report tells that it counted on."""
    wanted = (e for e in report.entries if e.reference.startswith(REFERENCE) and "data-change" in e.reasons)
    return next(wanted, None)


def _show_report(report: Report, entry: ReportEntry, out: Console) -> None:
    count = entry.value["actVal"]
    more = len(report.entries) - 1
    others = f"  and {more} more" if more else ""
    out.print(
        f"   #{report.sq_num}  {entry.reference}  actVal {count} × 10 Wh = "
        f"[bold]{count // 100}.{count % 100:02d} kWh[/bold]  {entry.value['q']}  "
        f"({', '.join(entry.reasons)}){others}",
        highlight=False,
        markup=True,
    )


async def _show_frame(ied: IedClient, url: str, out: Console, story: _Story) -> None:
    async with await MeterMaster.open(url) as master:
        (reading,) = await master.read(ITEM)
    frame = dlt645.decode(reading.frame)
    value = await ied.read(REFERENCE)
    out.print(f"[bold]4[/bold]  one frame of the meter, byte by byte, and where it went: {REFERENCE} \\[ST]")
    for row in render(frame.anatomy()).splitlines():
        out.print(row, markup=False)
    out.print(f"   {REFERENCE} = {value}\n", markup=False)
    story.frame = {
        "reference": f"{REFERENCE} [ST]",
        "value": plain(value),
        "hex": reading.frame.hex().upper(),
        "anatomy": as_dicts(frame.anatomy()),
    }


async def _show_refusal(ied: IedClient, out: Console, story: _Story) -> None:
    try:
        await ied.write(REFUSED, 0)
        reason = "it was accepted"
    except DataAccessError as error:
        reason = str(error)
        story.refused = {"reference": REFUSED, "value": 0, "reason": reason, "code": error.code}
    out.print("[bold]5[/bold]  a client that wants to set the register to 0 is refused:")
    out.print(f"   {reason}  (what a meter counts can only be read)\n")


def _show_next(out: Console, story: _Story) -> None:
    story.next = [
        f"meterwire meter 645 --address {ADDRESS} --faults checksum=0.1,split=0.5",
        f"meterwire serve residential --meter '645+tcp://127.0.0.1:10645?addr={ADDRESS}'",
        "meterwire browse mms://127.0.0.1:10102",
        f"meterwire read mms://127.0.0.1:10102 {REFERENCE}",
        f"meterwire watch mms://127.0.0.1:10102 {BLOCK}",
        "meterwire decode 684310001134006811043533B335CD16",
    ]
    out.print("[bold]Next[/bold], each in its own shell:")
    for line in story.next:
        out.print(f"   {_command()}{line.removeprefix('meterwire')}", markup=False)


def _command() -> str:
    """How this person can call us again: ``make demo`` installs where the shell does not look."""
    if shutil.which("meterwire") or not sys.argv[0].endswith("meterwire"):
        return "meterwire"
    return os.path.relpath(sys.argv[0])


async def _keep(out: Console, url: str, server: str) -> None:
    out.print(f"\nstill there: {url} and {server}; stop with Ctrl-C")
    async with stopping() as stop:
        await stop.wait()
