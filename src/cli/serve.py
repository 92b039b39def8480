"""``serve residential`` and ``meter 645``: things that go on until they are stopped."""

import logging
import sys
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Annotated

import typer

from ..protocols.dlt645 import Access, Faults
from ..server.meter645 import MeterServer, SimulatedMeter, serve_meter, serve_meter_pty
from ..terminals import ResidentialTerminal, find_meters
from .files import ServedFolder
from .journal import Journal, NoJournal
from .output import finite, run, stopping
from .server_options import Host, Port, Remote, ServedPassword, ServerOptions, insist_local, server_options

__all__ = ["EditionOption", "meter_645", "residential"]


def residential(
    meters: Annotated[
        list[str],
        typer.Option(
            "--meter", metavar="URL", help="645:///dev/ttyUSB0?addr=…, 645+tcp://host:port?addr=…; repeatable."
        ),
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="IED name; logical devices begin with it.")] = "HOME",
    host: Host = "127.0.0.1",
    port: Port = 10102,
    poll: Annotated[
        float, typer.Option(metavar="SECONDS", help="From round to round.", min=0.05, callback=finite)
    ] = 5.0,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="What a meter has to answer.", min=0.05, callback=finite)
    ] = 1.5,
    relay_password: Annotated[
        str | None,
        typer.Option(
            metavar="DIGITS",
            help="Password of the meters; with it clients may operate their relays.",
            envvar="METERWIRE_RELAY_PASSWORD",
            show_envvar=True,
        ),
    ] = None,
    relay_level: Annotated[int, typer.Option(metavar="N", help="Level of that password.", min=0, max=9)] = 2,
    journal: Journal = None,
    no_journal: NoJournal = False,
    files: ServedFolder = None,
    password: ServedPassword = None,
    remote: Remote = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell what happens.")] = False,
) -> int:
    """Serve DL/T 645 meters of a home as an IEC 61850 terminal."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(message)s")
    options = server_options(host, port, journal, no_journal, files, password, remote=remote)
    access = None if relay_password is None else Access(level=relay_level, password=relay_password)
    return run(_residential(meters, name, poll, timeout, options, access))


async def _residential(
    urls: list[str], name: str, poll: float, timeout: float, options: ServerOptions, access: Access | None
) -> int:
    terminal = ResidentialTerminal(
        await find_meters(urls, timeout=timeout, access=access),
        name=name,
        poll_seconds=poll,
        timeout=timeout,
        journal=options.journal,
        **options.common(),
    )
    async with stopping() as stop, terminal:
        devices = ", ".join(terminal.ied.children)
        sys.stdout.write(f"{terminal.server.url} serves {devices}; stop with Ctrl-C\n")
        sys.stdout.write(f"try: meterwire browse {terminal.server.url}\n")
        sys.stdout.flush()
        await stop.wait()
    return 0


class EditionOption(StrEnum):
    """The editions of DL/T 645, as the command line takes them."""

    E1997 = "1997"
    E2007 = "2007"


def meter_645(
    address: Annotated[
        list[str] | None,
        typer.Option(metavar="DIGITS", help="12 digits; repeatable for several on one line [default: 000000000001]."),
    ] = None,
    host: Host = "127.0.0.1",
    port: Port = 10645,
    pty: Annotated[bool, typer.Option("--pty", help="A pseudo terminal instead of TCP.")] = False,
    faults: Annotated[
        str,
        typer.Option(
            metavar="LIST",
            help="What goes wrong and how often, e.g. checksum=0.1,split=0.5. There are checksum, late, split, "
            "silence, garbage, address, item (0 to 1), late_seconds, split_gap, seed.",
        ),
    ] = "",
    speed: Annotated[
        float,
        typer.Option(metavar="X", help="Simulated seconds per second; 0 stands still.", min=0, callback=finite),
    ] = 1.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the registers.")] = 0,
    edition: Annotated[EditionOption, typer.Option(help="Edition of DL/T 645 the meters speak.")] = EditionOption.E2007,
    collisions: Annotated[
        bool, typer.Option("--collisions", help="Meters that answer at once spoil each other's octets.")
    ] = False,
    remote: Remote = False,
) -> int:
    """Simulate DL/T 645 meters on a TCP port or a pseudo terminal."""
    if not pty:
        insist_local(host, remote=remote)
    addresses = address or ["000000000001"]
    meters = [SimulatedMeter(a, seed=seed + i, edition=edition.value) for i, a in enumerate(addresses)]
    wrong = Faults.parse(faults)
    if pty:
        return run(_meter_645(serve_meter_pty(meters, wrong, speed=speed, collisions=collisions)))
    line = serve_meter(meters, host, port, wrong, allow_remote=remote, speed=speed, collisions=collisions)
    return run(_meter_645(line))


async def _meter_645(opened: AbstractAsyncContextManager[MeterServer]) -> int:
    async with stopping() as stop, opened as server:
        _tell(server)
        await stop.wait()
    hits = {kind: count for kind, count in server.injector.injected.items() if count}
    if hits:
        told = ", ".join(f"{kind} {count}" for kind, count in hits.items())
        sys.stdout.write(f"faults injected: {told}\n")
    return 0


def _tell(server: MeterServer) -> None:
    addresses = ", ".join(meter.address for meter in server.meters)
    sys.stdout.write(f"{server.url} answers for {addresses}; stop with Ctrl-C\n")
    url = f"{server.url}?addr={server.meters[0].address}"
    items = "9010 B61F" if server.meters[0].edition == "1997" else "00010000 0201FF00"
    sys.stdout.write(f"try: meterwire read '{url}' {items}\n")
    sys.stdout.flush()
