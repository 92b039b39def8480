"""``--journal`` and ``--no-journal``: where a served IED keeps its buffered reports over restarts."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ..models import Ied, ReportControl
from ..server.journal import SqliteJournal

__all__ = ["Journal", "NoJournal", "default_path", "open_journal"]

Journal = Annotated[
    Path | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        help="Keep buffered reports here over restarts "
        "[default: ~/.local/state/meterwire/NAME-PORT.journal; none with --port 0].",
    ),
]
NoJournal = Annotated[
    bool,
    typer.Option(
        "--no-journal",
        help="Nothing survives a restart, neither buffered reports nor what else is kept, unless it has a FILE.",
    ),
]


def default_path(name: str, port: int, kind: str = "journal") -> Path:
    """Where the journal (or another ``kind`` of file) of an IED on a port is unless told otherwise (XDG: the user's state
    directory).
    """
    state = os.environ.get("XDG_STATE_HOME", "")
    base = Path(state) if state else Path.home() / ".local" / "state"
    return base / "meterwire" / f"{name}-{port}.{kind}"


def open_journal(ied: Ied, port: int, path: Path | None, *, none: bool) -> SqliteJournal | None:
    """The journal for serving ``ied``; None when it is not wanted, or the IED buffers no reports.

    A server on any free port (0) has no journal of its own accord: nobody would find it again there.
    """
    if none or (path is None and port == 0) or not _buffers(ied):
        return None
    return SqliteJournal(path or default_path(ied.name, port))


def _buffers(ied: Ied) -> bool:
    return any(
        isinstance(block, ReportControl) and block.buffered
        for device in ied.children.values()
        for node in device.children.values()
        for block in node.control_blocks.values()
    )
