"""``log TARGET [LOG]``: the logs of a server, and their entries."""

import sys
from typing import Annotated, Any

import typer

from ..client import IedClient, LogEntry, connect
from ..client.ied import parse_target
from ..client.logs import log_name
from ..client.values import plain
from ..errors import MeterwireError, RejectError, ServiceError, UsageError
from ..protocols.mms import DataTag, TypeSpec
from ..reading import Timestamp
from .mms import SERVER_TIMEOUT, Json, Password, Server, Timeout
from .output import emit, run
from .values import from_text, to_text
from .watch import entry_id

__all__ = ["log"]

OBJECT_NON_EXISTENT = (7, 2)
"""Class and code of the ServiceError of a log that is not there."""


def log(
    target: Server,
    reference: Annotated[
        str | None, typer.Argument(metavar="LOG", help="e.g. HOME/LLN0.EventLog; without it the logs there are.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From this time on, e.g. 2026-05-06T12:30:00+08:00.")
    ] = None,
    stop: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to this time.")] = None,
    after: Annotated[
        str | None, typer.Option(metavar="HEX", help="Only what came behind the entry of this EntryID.")
    ] = None,
    count: Annotated[int, typer.Option(metavar="N", help="Stop after so many entries; 0 shows all.", min=0)] = 0,
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Show the logs of a server, or the entries of one."""
    parse_target(target)
    if reference is None:
        if (start, stop, after, count) != (None, None, None, 0):
            msg = "--from, --to, --after and --count choose entries of a log; name one"
            raise UsageError(msg)
        return run(_list(target, password, as_json=as_json, timeout=timeout))
    log_name(reference)
    if after is not None and start is not None:
        msg = "entries behind an entry have no start of their own; give --from or --after"
        raise UsageError(msg)
    query = {"start": _moment(start), "stop": _moment(stop), "after": entry_id(after)}
    return run(_query(target, reference, query, count, password, as_json=as_json, timeout=timeout))


def _moment(text: str | None) -> Timestamp | None:
    return None if text is None else from_text(text, TypeSpec(DataTag.UTC_TIME))


async def _list(target: str, password: str | None, *, as_json: bool, timeout: float) -> int:
    async with connect(target, timeout=timeout, password=password) as ied:
        for device in await ied.logical_devices():
            for reference in await ied.logs.list(device):
                count = await _count(ied, reference)
                if as_json:
                    emit({"log": reference, "entries": count})
                else:
                    sys.stdout.write(reference + ("" if count is None else f"  {count:,} entries") + "\n")
            for reference in await ied.logs.blocks(device):
                block = await ied.logs.status(reference)
                if as_json:
                    emit({"block": reference, "log": block.log, "data_set": block.data_set, "enabled": block.enabled})
                else:
                    state = "logs" if block.enabled else "does not log"
                    sys.stdout.write(
                        f"{reference}  {state} {block.data_set or 'nothing'} into {block.log or 'no log'}\n"
                    )
    return 0


async def _count(ied: IedClient, reference: str) -> int | None:
    """Entries of a log, None where the server does not tell."""
    try:
        return await ied.logs.count(reference)
    except (RejectError, ServiceError):
        return None


async def _query(
    target: str,
    reference: str,
    query: dict[str, Any],
    count: int,
    password: str | None,
    *,
    as_json: bool,
    timeout: float,
) -> int:
    seen = 0
    async with connect(target, timeout=timeout, password=password) as ied:
        try:
            async for entry in ied.logs.query(reference, **query):
                _show(entry, as_json=as_json)
                seen += 1
                if seen == count:
                    break
        except ServiceError as error:
            if (error.error_class, error.code) != OBJECT_NON_EXISTENT:
                raise
            msg = f"no log {reference}; 'meterwire log {target}' shows which there are"
            raise MeterwireError(msg) from None
    return 0


def _show(entry: LogEntry, *, as_json: bool) -> None:
    if as_json:
        values = [
            {"reference": e.reference, "value": plain(e.value), "reasons": list(e.reasons)} for e in entry.entries
        ]
        emit({"entryID": entry.entry_id.hex(), "time": plain(entry.time), "entries": values})
        return
    sys.stdout.write(f"{plain(entry.time)} entry {entry.entry_id.hex()}\n")
    for value in entry.entries:
        reasons = f"  ({', '.join(value.reasons)})" if value.reasons else ""
        sys.stdout.write(f"  {value.reference} = {to_text(value.value)}{reasons}\n")
    sys.stdout.flush()
