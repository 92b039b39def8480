"""``settings TARGET show|read|set|select``: setting groups of a server."""

import sys
from typing import Annotated, Any

import typer

from ..client import IedClient, SettingGroupStatus
from ..client.values import Structure, plain
from ..errors import DataAccessError, UsageError
from ..models import parse_reference
from ..reading import Timestamp
from .files import connected
from .mms import SERVER_TIMEOUT, Json, Password, Server, Timeout
from .output import complain, emit
from .values import from_text, to_text

__all__ = ["app", "assign", "read", "select", "settings", "show"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Device = Annotated[str, typer.Argument(metavar="LD", help="Logical device, e.g. IED1PROT.")]
Group = Annotated[int, typer.Argument(metavar="GROUP", help="Number of the group, from 1.", min=1, max=255)]
_REFUSALS = {
    1: "the server could not keep the change",
    2: "another client is editing, or the time for the edit is over",
    3: "the server does not let clients do that",
    9: "the server does not let clients edit groups",
    11: "there is no such group, or the server does not take the value",
}
"""What DataAccessErrors mean here to the one who typed the command."""


@app.callback()
def settings(context: typer.Context, target: Server) -> None:
    """Setting groups of a server: show, read, set, select."""
    context.obj = target


def _refused(error: DataAccessError) -> int:
    hint = _REFUSALS.get(error.code or 0)
    return complain(f"{error}" + (f" ({hint})" if hint else ""), 1)


@app.command()
def show(
    context: typer.Context,
    device: Annotated[str | None, typer.Argument(metavar="LD", help="Only this logical device.")] = None,
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Show how many groups there are and which one is active."""

    async def work(ied: IedClient) -> int:
        devices = [device] if device else await ied.settings.devices()
        for name in devices:
            _show(name, await ied.settings.status(name), as_json=as_json)
        if not devices:
            return complain("no logical device of this server has setting groups", 1)
        return 0

    return connected(context, timeout, password, work)


def _show(device: str, status: SettingGroupStatus, *, as_json: bool) -> None:
    never = status.last_activated.ns == 0
    if as_json:
        document: dict[str, Any] = {
            "logical_device": device,
            "groups": status.count,
            "active": status.active,
            "editing": status.editing or None,
            "last_activated": None if never else str(status.last_activated),
        }
        emit(document if status.resv_tms is None else {**document, "resv_tms": status.resv_tms})
        return
    since = "" if never else f" since {_moment(status.last_activated)}"
    editing = f", group {status.editing} is being edited" if status.editing else ""
    sys.stdout.write(f"{device}: group {status.active} of {status.count} is active{since}{editing}\n")


def _moment(time: Timestamp) -> str:
    return f"{time.datetime:%Y-%m-%d %H:%M:%S}Z"


@app.command()
def read(
    context: typer.Context,
    device: Device,
    group: Annotated[
        int | None,
        typer.Argument(metavar="GROUP", help="Which group; it is selected for editing for a moment [default: the active one].",
                       min=1, max=255),
    ] = None,
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:  # fmt: skip
    """Show the values of a group."""

    async def work(ied: IedClient) -> int:
        try:
            values = await ied.settings.read(device, group)
        except DataAccessError as error:
            return _refused(error)
        failed = 0
        for name, value in values.items():
            reference = str(parse_reference(name).with_fc(""))
            failed |= isinstance(value, DataAccessError)
            if as_json:
                emit({"reference": reference, "group": group, "value": plain(value)})
            else:
                for path, leaf in _leaves(reference, value):
                    sys.stdout.write(f"{path} = {to_text(leaf)}\n")
        return int(failed)

    return connected(context, timeout, password, work)


def _leaves(reference: str, value: Any) -> list[tuple[str, Any]]:
    """Every leaf with its reference, as ``set`` takes it."""
    if not isinstance(value, Structure):
        return [(reference, value)]
    return [leaf for name, part in value.items() for leaf in _leaves(f"{reference}.{name}", part)]


@app.command("set")
def assign(
    context: typer.Context,
    device: Device,
    group: Group,
    values: Annotated[
        list[str],
        typer.Argument(metavar="REF=VALUE", help="e.g. PTOC1.StrVal.setMag.f=1.2; several take effect at once."),
    ],
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Change values of a group, all or none."""
    pairs = [_pair(device, text) for text in values]

    async def work(ied: IedClient) -> int:
        try:
            async with ied.settings.edit(device, group) as edit:
                before = await edit.read(*(reference for reference, _ in pairs))
                for reference, text in pairs:
                    await edit.write(reference, from_text(text, await ied.describe(f"{reference} [SE]")))
                after = await edit.read(*(reference for reference, _ in pairs))
                await edit.confirm()
        except DataAccessError as error:
            return _refused(error)
        for (reference, _), old, new in zip(pairs, before.values(), after.values(), strict=True):
            if as_json:
                emit({"reference": reference, "group": group, "before": plain(old), "after": plain(new)})
            else:
                sys.stdout.write(f"{reference}: {to_text(old)} → {to_text(new)}\n")
        return 0

    return connected(context, timeout, password, work)


def _pair(device: str, text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        msg = f"{text!r} sets nothing; write REF=VALUE, e.g. PTOC1.StrVal.setMag.f=1.2"
        raise UsageError(msg)
    reference = parse_reference(name if "/" in name else f"{device}/{name}").with_fc("")
    return str(reference), value


@app.command()
def select(
    context: typer.Context,
    device: Device,
    group: Group,
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Make a group the active one."""

    async def work(ied: IedClient) -> int:
        try:
            await ied.settings.select(device, group)
        except DataAccessError as error:
            return _refused(error)
        _show(device, await ied.settings.status(device), as_json=as_json)
        return 0

    return connected(context, timeout, password, work)
