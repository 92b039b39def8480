"""``serve --scl FILE --ied NAME``: any IED of an SCL file, with simulated values."""

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from .files import ServedFolder
from .journal import Journal, NoJournal
from .kept import Kept, LogDays, LogEntries, LogFile, SettingsFile
from .output import finite, run, stopping
from .server_options import Host, Port, Remote, ServedPassword, ServerOptions, server_options

__all__ = ["scl", "serve"]

MAX_NOTES = 20
"""Notes on a file that are shown one by one."""
IedName = Annotated[
    str | None, typer.Option("--ied", metavar="NAME", help="Which IED; not needed when only one has a server.")
]
AccessPoint = Annotated[
    str | None, typer.Option(metavar="NAME", help="Which access point [default: the first with a server].")
]
Simulate = Annotated[
    bool,
    typer.Option("--simulate/--no-simulate", help="Let values move and controls work, or keep the values of the file."),
]
Period = Annotated[
    float, typer.Option(metavar="SECONDS", help="From step to step of the simulation.", min=0.01, callback=finite)
]
Seed = Annotated[int, typer.Option(metavar="N", help="Seed of the simulation.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Do not tell what is passed over in the file.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="ICD, CID, IID or SCD.")]


def scl(
    file: File,
    ied: IedName = None,
    access_point: AccessPoint = None,
    host: Host = "127.0.0.1",
    port: Port = 10102,
    simulate: Simulate = True,
    period: Period = 1.0,
    seed: Seed = 0,
    quiet: Quiet = False,
    journal: Journal = None,
    no_journal: NoJournal = False,
    settings: SettingsFile = None,
    log: LogFile = None,
    log_entries: LogEntries = 100_000,
    log_days: LogDays = None,
    files: ServedFolder = None,
    password: ServedPassword = None,
    remote: Remote = False,
) -> int:
    """Serve any IED of an SCL file, as --scl does."""
    options = server_options(host, port, journal, no_journal, files, password, remote=remote)
    kept = Kept(settings=settings, log=log, entries=log_entries, days=log_days, port=port, nothing=no_journal)
    return run(_serve(file, ied, access_point, period if simulate else None, seed, options, kept, quiet=quiet))


def serve(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Option("--scl", metavar="FILE", help="Serve an IED of this ICD, CID, IID or SCD file.")
    ] = None,
    ied: IedName = None,
    access_point: AccessPoint = None,
    host: Host = "127.0.0.1",
    port: Port = 10102,
    simulate: Simulate = True,
    period: Period = 1.0,
    seed: Seed = 0,
    quiet: Quiet = False,
    journal: Journal = None,
    no_journal: NoJournal = False,
    settings: SettingsFile = None,
    log: LogFile = None,
    log_entries: LogEntries = 100_000,
    log_days: LogDays = None,
    files: ServedFolder = None,
    password: ServedPassword = None,
    remote: Remote = False,
) -> int | None:
    """Serve a terminal, or any IED of an SCL file (--scl)."""
    if context.invoked_subcommand is not None:
        if file is not None:
            msg = f"--scl serves a file by itself, without {context.invoked_subcommand}"
            raise typer.BadParameter(msg)
        return None
    if file is None:
        msg = "nothing to serve: name a terminal, or give --scl FILE"
        raise typer.BadParameter(msg)
    return scl(
        file, ied, access_point, host, port, simulate, period, seed, quiet, journal, no_journal, settings, log, log_entries,
        log_days, files, password, remote,
    )  # fmt: skip


async def _serve(
    file: Path,
    ied_name: str | None,
    access_point: str | None,
    period: float | None,
    seed: int,
    options: ServerOptions,
    kept: Kept,
    *,
    quiet: bool,
) -> int:
    from ..scl import load_ied
    from ..server import MmsServer
    from ..server.control_process import simulate_controls
    from ..server.simulated_values import ValueStepper, simulate

    notes: list[str] = []
    ied = load_ied(file, ied_name, access_point, note=notes.append)
    for text in [] if quiet else notes[:MAX_NOTES]:
        sys.stderr.write(f"note: {text}\n")
    if len(notes) > MAX_NOTES and not quiet:
        sys.stderr.write(f"note: {len(notes) - MAX_NOTES} more; the file is served without all that\n")
    server = MmsServer(ied, journal=options.journal(ied), **kept.stores(ied), **options.common())
    if period:
        simulate_controls(server.controls)
    async with stopping() as stop, server:
        life = asyncio.create_task(simulate(ValueStepper(ied, seed=seed), period=period)) if period else None
        sys.stdout.write(
            f"{server.url} serves {', '.join(ied.children)} ({ied.name}, {ied.edition}); stop with Ctrl-C\n"
        )
        sys.stdout.write(f"try: meterwire browse {server.url}\n")
        sys.stdout.flush()
        try:
            await stop.wait()
        finally:
            if life is not None:
                life.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await life
    return 0
