"""Results of a run, and the JSON they are kept in."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from .. import __version__
from .case import Case, Verdict
from .tape import Piece, summaries

__all__ = ["Result", "Run", "to_document"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one case ended."""

    case: Case
    """Which."""
    verdict: Verdict
    """How."""
    reason: str
    """Why it failed or does not apply; what a passed case tells besides."""
    seconds: float
    """How long it took."""
    decided_ms: float = 0.0
    """When the verdict stood, in the time of the pieces; what comes later puts things back and takes leave."""
    pieces: tuple[Piece, ...] = ()
    """The observed octets."""
    left_off: int = 0
    """Octets in the middle that were not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All results against one server."""

    target: str
    """``mms://host:port``."""
    server: str
    """What Identify says."""
    started: dt.datetime
    """When, UTC."""
    allowed: tuple[str, ...]
    """Flags that were given."""
    results: tuple[Result, ...]
    """In the order they ran."""
    problems: tuple[str, ...] = ()
    """What could not be found out about the server beforehand."""

    def count(self, verdict: Verdict) -> int:
        """How many cases ended so."""
        return self.counts[verdict]

    @property
    def counts(self) -> Counter[Verdict]:
        """Cases by verdict."""
        return Counter(result.verdict for result in self.results)

    @property
    def has_failed(self) -> bool:
        """At least one case failed."""
        return bool(self.count(Verdict.FAIL))


def to_document(run: Run) -> dict[str, Any]:
    """JSON-ready values; octets in hex, each piece with its frames in a few words."""
    return {
        "tool": f"meterwire {__version__}",
        "target": run.target,
        "server": run.server,
        "started": run.started.isoformat(timespec="seconds"),
        "allowed": list(run.allowed),
        "counts": {verdict.value: run.count(verdict) for verdict in Verdict},
        "problems": list(run.problems),
        "results": [_result(result) for result in run.results],
    }


def _result(result: Result) -> dict[str, Any]:
    case = result.case
    return {
        "id": case.id,
        "group": case.group,
        "title": case.title,
        "number": "lab" if case.is_lab_number else "own",
        "verdict": result.verdict.value,
        "reason": result.reason,
        "seconds": round(result.seconds, 3),
        "decided_ms": round(result.decided_ms, 1),
        "left_off": result.left_off,
        "octets": [
            {
                "ms": round(piece.ms, 1),
                "association": piece.association,
                "direction": piece.direction,
                "hex": piece.data.hex(),
                "what": summaries(piece.data),
            }
            for piece in result.pieces
        ],
    }
