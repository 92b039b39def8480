"""What every serving command can be told about its server."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import UsageError
from ..models import Ied
from ..net.tcp import is_loopback
from ..server import Admission
from ..server.files import FolderStore
from ..server.journal import SqliteJournal
from .files import served_folder
from .journal import open_journal

__all__ = ["Host", "Port", "Remote", "ServedPassword", "ServerOptions", "insist_local", "server_options"]

Host = Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")]
Port = Annotated[int, typer.Option(metavar="N", help="Port to listen on; 0 takes a free one.", min=0, max=65535)]
Remote = Annotated[bool, typer.Option("--allow-remote", help="Permit an address other machines can reach.")]
ServedPassword = Annotated[
    str | None,
    typer.Option(
        "--password",
        metavar="TEXT",
        help="ACSE password clients must give (it travels in the clear).",
        envvar="METERWIRE_SERVER_PASSWORD",
    ),
]


def insist_local(host: str, *, remote: bool) -> None:
    """Refuse an address other machines can reach, unless that is wanted."""
    if not remote and not is_loopback(host):
        msg = f"{host} can be reached from other machines; add --allow-remote if that is wanted"
        raise UsageError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Options of a server, checked."""

    host: str
    port: int
    remote: bool
    journal: Callable[[Ied], SqliteJournal | None]
    files: FolderStore | None
    admission: Admission

    def common(self) -> dict[str, Any]:
        """Keyword arguments that servers and terminals share; the journal is theirs to open."""
        return {
            "host": self.host,
            "port": self.port,
            "allow_remote": self.remote,
            "files": self.files,
            "admission": self.admission,
        }


def server_options(
    host: str,
    port: int,
    journal: Path | None,
    no_journal: bool,
    files: Path | None,
    password: str | None,
    *,
    remote: bool,
) -> ServerOptions:
    """Check what a serving command was given."""
    insist_local(host, remote=remote)
    return ServerOptions(
        host=host,
        port=port,
        remote=remote,
        journal=functools.partial(open_journal, port=port, path=journal, none=no_journal),
        files=served_folder(files),
        admission=Admission(password=password),
    )
