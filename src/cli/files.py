"""``files TARGET list|get|put|delete|rename``: the files of a server; ``--files`` of the serving commands."""

import contextlib
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from ..client import IedClient, connect
from ..client.files import FileEntry
from ..client.ied import parse_target
from ..errors import FileServiceError, UsageError
from ..server.files import FolderStore
from .mms import SERVER_TIMEOUT, Json, Password, Server, Timeout
from .output import complain, emit, run

__all__ = ["ServedFolder", "app", "connected", "delete", "files", "get", "list_files", "put", "rename", "served_folder"]

BAR_AFTER = 1.0
"""Seconds after which a transfer shows a progress bar."""

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(metavar="NAME", help="File of the server, with its folders: COMTRADE/a.cfg")]

ServedFolder = Annotated[
    Path | None,
    typer.Option(
        "--files",
        metavar="DIR",
        help="Let clients list, fetch, set, delete and rename the files of this folder [default: no files].",
    ),
]


def served_folder(path: Path | None) -> FolderStore | None:
    """The file store ``--files`` asks for."""
    return None if path is None else FolderStore(path)


@app.callback()
def files(context: typer.Context, target: Server) -> None:
    """Work with the files of a server: list, get, put, delete, rename."""
    context.obj = target


def connected(
    context: typer.Context, timeout: float, password: str | None, work: Callable[[IedClient], Awaitable[int]]
) -> int:
    """Do ``work`` with a client of the target that the command was given; its exit code."""
    parse_target(context.obj)

    async def body() -> int:
        async with connect(context.obj, timeout=timeout, password=password) as ied:
            return await work(ied)

    return run(body())


@app.command("list")
def list_files(
    context: typer.Context,
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Only this folder, or this file.")] = "",
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Show the files of a folder, with size and time of the last change."""

    async def work(ied: IedClient) -> int:
        entries = await ied.files.list(folder)
        wide = max((len(f"{entry.size:,}") for entry in entries), default=0)
        for entry in entries:
            if as_json:
                emit(_document(entry))
            else:
                size = "" if entry.is_folder else f"{entry.size:,}"
                when = "" if entry.modified is None else f"{entry.modified:%Y-%m-%d %H:%M:%S}Z"
                sys.stdout.write(f"{size:>{wide}}  {when:<20}  {entry.name}\n")
        return 0

    return connected(context, timeout, password, work)


def _document(entry: FileEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "size": entry.size,
        "modified": None if entry.modified is None else entry.modified.isoformat(),
        "folder": entry.is_folder,
    }


@app.command()
def get(
    context: typer.Context,
    name: Name,
    local: Annotated[
        str, typer.Argument(metavar="LOCAL", help="Local file or folder; - is standard output.", show_default=False)
    ] = ".",
    force: Annotated[bool, typer.Option("--force", help="Overwrite a local file.")] = False,
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Fetch a file."""
    if local == "-" and as_json:
        msg = "--json and - both want standard output; name a local file"
        raise UsageError(msg)

    async def work(ied: IedClient) -> int:
        with _bar(name) as progress:
            if local == "-":
                async for part in ied.files.open(name, progress=progress):
                    sys.stdout.buffer.write(part)
                return 0
            path = await ied.files.download(name, local, overwrite=force, progress=progress)
        _tell(as_json, {"name": name, "local": str(path), "size": path.stat().st_size}, f"{name} → {path}")
        return 0

    return connected(context, timeout, password, work)


@app.command()
def put(
    context: typer.Context,
    local: Annotated[Path, typer.Argument(metavar="LOCAL", help="Local file.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the server is to call it [default: as here].")] = "",
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Set a file of the server (SetFile)."""
    if not local.is_file():
        msg = f"{local} is no file; give the file to send"
        raise UsageError(msg)
    there = name or local.name

    async def work(ied: IedClient) -> int:
        with _bar(there) as progress:
            await ied.files.upload(local, there, progress=progress)
        _tell(as_json, {"name": there, "local": str(local), "size": local.stat().st_size}, f"{local} → {there}")
        return 0

    return connected(context, timeout, password, work)


@app.command()
def delete(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Files of the server; several allowed.")],
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Delete files of the server."""

    async def work(ied: IedClient) -> int:
        failed = 0
        for name in names:
            try:
                await ied.files.delete(name)
            except FileServiceError as error:
                failed = complain(str(error), 1)
            else:
                _tell(as_json, {"deleted": name}, f"{name} deleted")
        return failed

    return connected(context, timeout, password, work)


@app.command()
def rename(
    context: typer.Context,
    old: Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name, with its folders.")],
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Rename a file of the server."""

    async def work(ied: IedClient) -> int:
        await ied.files.rename(old, new)
        _tell(as_json, {"name": new, "was": old}, f"{old} → {new}")
        return 0

    return connected(context, timeout, password, work)


def _tell(as_json: bool, document: dict[str, Any], text: str) -> None:
    if as_json:
        emit(document)
    else:
        sys.stdout.write(text + "\n")


@contextlib.contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """A progress callback that draws nothing for what is quick, or where nobody looks."""
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    bar = Progress("{task.description}", *columns, console=Console(stderr=True), transient=True)
    began = time.monotonic()
    tasks: list[Any] = []

    def progress(done: int, size: int) -> None:
        if not tasks and sys.stderr.isatty() and time.monotonic() - began > BAR_AFTER:
            bar.start()
            tasks.append(bar.add_task(name.replace("[", "\\["), total=size))
        for task in tasks:
            bar.update(task, completed=done, total=max(size, done))

    try:
        yield progress
    finally:
        if tasks:  # stopping what never started writes a line
            bar.stop()
