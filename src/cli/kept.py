"""``--settings``, ``--log`` and what bounds it: where a served IED keeps setting groups and logs over restarts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ..acsi.log_store import LogLimits
from ..models import Ied
from ..models.control_blocks import LogControl, SettingControl
from ..server.log_store import SqliteLogs
from ..server.setting_store import SqliteSettings
from .journal import default_path
from .output import finite

__all__ = ["Kept", "LogDays", "LogEntries", "LogFile", "SettingsFile"]

SECONDS_A_DAY = 86_400
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="Keep confirmed settings and the active setting group here over restarts "
        "[default: ~/.local/state/meterwire/NAME-PORT.settings; none with --port 0].",
    ),
]
LogFile = Annotated[
    Path | None,
    typer.Option(
        "--log",
        metavar="FILE",
        help="Keep the entries of logs here [default: ~/.local/state/meterwire/NAME-PORT.log; in memory with --port 0].",
    ),
]
LogEntries = Annotated[
    int, typer.Option("--log-entries", metavar="N", help="Entries of each log; the oldest go beyond that.", min=1)
]
LogDays = Annotated[
    float | None,
    typer.Option(
        "--log-days", metavar="DAYS", help="How long entries of logs stay [default: as long as there is room].",
        min=0.0001, callback=finite,
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where a serving command keeps settings and logs."""

    settings: Path | None
    """File named for settings."""
    log: Path | None
    """File named for logs."""
    entries: int
    """Entries of each log."""
    days: float | None
    """Days that entries stay."""
    port: int
    """Port that is served; 0 has no files of its own accord, for nobody would find them again there."""
    nothing: bool
    """Keep nothing that was not given a file."""

    def stores(self, ied: Ied) -> dict[str, Any]:
        """Keyword arguments of the server for ``ied``; no files for what it does not have."""
        limits = LogLimits(entries=self.entries, age_seconds=None if self.days is None else self.days * SECONDS_A_DAY)
        found: dict[str, Any] = {}
        declared = list(_declared(ied))
        if any(isinstance(each, SettingControl) for each in declared):
            path = self._path(ied, self.settings, "settings")
            found["setting_store"] = None if path is None else SqliteSettings(path)
        if any(isinstance(each, (LogControl, str)) for each in declared):
            found["log_store"] = SqliteLogs(self._path(ied, self.log, "log"), limits)
        return found

    def _path(self, ied: Ied, given: Path | None, kind: str) -> Path | None:
        if given is not None:
            return given
        return None if self.nothing or self.port == 0 else default_path(ied.name, self.port, kind)


def _declared(ied: Ied) -> Iterator[object]:
    """Control blocks, and names of logs."""
    for device in ied.children.values():
        for node in device.children.values():
            yield from node.control_blocks.values()
            yield from node.logs
