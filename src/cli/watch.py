"""``watch``: reports of a server as they come, over lost connections; or readings of a meter again and again."""

import asyncio
import logging
import sys
from typing import Annotated, Any

import typer

from ..client import Report, connect
from ..client.dlt645 import MeterMaster
from ..client.values import plain
from ..errors import UsageError
from ..models import parse_reference
from ..protocols import dlt645
from .mms import (
    METER_TIMEOUT,
    SERVER_TIMEOUT,
    Json,
    Password,
    PatientTimeout,
    Target,
    is_meter,
    show_reading,
)
from .output import emit, finite, run
from .values import to_text

__all__ = ["entry_id", "report_document", "watch"]


def entry_id(text: str | None) -> bytes | None:
    """An EntryID from the command line: up to 16 hex digits; fewer have zeros in front."""
    if text is None:
        return None
    try:
        value = int(text, 16)
        return value.to_bytes(8)
    except (ValueError, OverflowError):
        msg = f"{text!r} is no EntryID; write up to 16 hex digits, 0 for all that is buffered"
        raise UsageError(msg) from None


def watch(
    target: Target,
    reference: Annotated[str, typer.Argument(metavar="REF", help="A report control block, or an item of a meter.")],
    count: Annotated[int, typer.Option(metavar="N", help="Stop after this many; 0 goes on.", min=0)] = 0,
    period: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="Pause between readings of a meter.", min=0.05, callback=finite),
    ] = 5.0,
    integrity: Annotated[int | None, typer.Option(metavar="MS", help="Integrity period of the reports.", min=0)] = None,
    from_entry: Annotated[
        str | None,
        typer.Option(metavar="HEX", help="Go on behind this EntryID of a buffered block; 0: all that is buffered."),
    ] = None,
    resync: Annotated[
        bool,
        typer.Option("--resync/--no-resync", help="Connect again after a loss and go on, or end with an error."),
    ] = True,
    as_json: Json = False,
    timeout: PatientTimeout = None,
    password: Password = None,
) -> int:
    """Follow reports of a server, or read a meter again and again."""
    entry = entry_id(from_entry)
    if is_meter(target):
        dlt645.lookup(reference)
        return run(_watch_meter(target, reference, count, period, as_json=as_json, wait=timeout or METER_TIMEOUT))
    if len(parse_reference(reference).path) < 2:
        msg = f"{reference} is no report control block; write e.g. HOMEMET/LLN0.urcbMx ('meterwire browse' shows them)"
        raise UsageError(msg)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    options: dict[str, Any] = {} if integrity is None else {"IntgPd": integrity}
    options |= {"resume_from": entry, "resync": resync}
    connection = {"timeout": timeout or SERVER_TIMEOUT, "password": password, "reconnect": resync}
    return run(_watch_reports(target, reference, count, options, connection, as_json=as_json))


async def _watch_meter(target: str, item: str, count: int, period: float, *, as_json: bool, wait: float) -> int:
    seen = 0
    async with await MeterMaster.open(target, timeout=wait) as master:
        while not count or seen < count:
            if seen:
                await asyncio.sleep(period)
            for reading in await master.read(item):
                show_reading(reading, as_json=as_json)
            seen += 1
    return 0


async def _watch_reports(
    target: str, reference: str, count: int, options: dict[str, Any], connection: dict[str, Any], *, as_json: bool
) -> int:
    seen = 0
    async with connect(target, **connection) as ied, ied.reports(reference, **options) as reports:
        if not as_json:
            sys.stderr.write(f"{reports.reference} enabled; waiting for reports\n")
        async for report in reports:
            _show_report(report, as_json=as_json)
            seen += 1
            if count and seen >= count:
                break
    return 0


def report_document(report: Report) -> dict[str, Any]:
    """A report as JSON-ready values; EntryID and buffer overflow when it has them."""
    document: dict[str, Any] = {
        "rptID": report.rpt_id,
        "sqNum": report.sq_num,
        "time": plain(report.time) if report.time is not None else None,
        "dataSet": report.data_set,
    }
    if report.entry_id is not None:
        document["entryID"] = report.entry_id.hex()
    if report.buf_ovfl is not None:
        document["bufOvfl"] = report.buf_ovfl
    if not report.is_complete:
        document["complete"] = False
    document["entries"] = [
        {"reference": e.reference, "value": plain(e.value), "reasons": list(e.reasons)} for e in report.entries
    ]
    return document


def _show_report(report: Report, *, as_json: bool) -> None:
    """Print one report."""
    if as_json:
        emit(report_document(report))
        return
    parts = [report.rpt_id]
    if report.sq_num is not None:
        parts.append(f"#{report.sq_num}")
    if report.time is not None:
        parts.append(str(plain(report.time)))
    if report.entry_id is not None:
        parts.append(f"entry {report.entry_id.hex()}")
    if report.buf_ovfl:
        parts.append("(older entries may be missing)")
    if not report.is_complete:
        parts.append("(a part of it is missing)")
    sys.stdout.write(" ".join(parts) + "\n")
    for entry in report.entries:
        reasons = ", ".join(entry.reasons)
        sys.stdout.write(f"  {entry.reference} = {to_text(entry.value)}  ({reasons})\n")
    sys.stdout.flush()
