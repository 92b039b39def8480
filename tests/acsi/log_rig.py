"""A log engine without server or disk: two logs, a data set, a clock to turn, a store in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from meterwire.acsi import Member
from meterwire.acsi.log_control import LogControlBlock, LogEngine
from meterwire.acsi.log_store import LogBounds, LogLimits, LogQuery, LogRecord
from meterwire.acsi.service_event import ServiceEvent
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, TrgOps, Trigger, basic_type
from meterwire.models.control_blocks import LogControl

SECOND = 1_000_000_000
MS = 1_000_000
WALL = 1_800_000_000 * SECOND
MAIN, OTHER = "LOGLD/LLN0$Main", "LOGLD/LLN0$Other"
EVENTS, BOTH = "LOGLD/LLN0$dsEv", "LOGLD/LLN0$dsBoth"


class FakeLogs:
    """A store in memory; :meth:`trim` lets old entries go."""

    def __init__(self) -> None:
        self.on_change: Callable[[], None] | None = None
        self.kept: dict[str, list[LogRecord]] = {}
        self.keep_from = 0

    def open(self, log: str) -> int:
        kept = self.kept.setdefault(log, [])
        return kept[-1].entry_id if kept else 0

    def bounds(self, log: str) -> LogBounds:
        kept = self.kept[log]
        if not kept:
            return LogBounds()
        return LogBounds(len(kept), kept[0].entry_id, kept[0].time_ms, kept[-1].entry_id, kept[-1].time_ms)

    def append(self, log: str, record: LogRecord, keep_from: int) -> None:
        self.kept[log].append(record)
        self.keep_from = keep_from

    def trim(self, log: str, count: int) -> None:
        del self.kept[log][:count]

    @contextmanager
    def reading(self, log: str, query: LogQuery) -> Iterator[Iterator[LogRecord]]:
        del query
        yield iter(self.kept[log])


class LogRig:
    """An engine with one block, and what its logs hold."""

    def __init__(
        self, store: FakeLogs | None = None, *, limits: LogLimits | None = None, wall: int = WALL, **declared: Any
    ) -> None:
        leaves = [DataAttribute("stVal", "ST", basic_type("INT32"), trigger=Trigger.DCHG) for _ in range(2)]
        quality = DataAttribute("q", "ST", basic_type("Quality"), trigger=Trigger.QCHG)
        self.node = LogicalNode("LLN0").add(
            DataObject("A", "INS").add(leaves[0], quality), DataObject("B", "INS").add(leaves[1])
        )
        self.ied = Ied("LOG").add(LogicalDevice("LOGLD", "LD").add(self.node))
        self.leaves = {"A": leaves[0], "q": quality, "B": leaves[1]}
        members = [
            Member("LOGLD/LLN0$ST$A", (leaves[0], quality), lambda: b"A%d" % leaves[0].value),
            Member("LOGLD/LLN0$ST$B", (leaves[1],), lambda: b"B%d" % leaves[1].value),
        ]
        self.sets: dict[str, tuple[Member, ...]] = {EVENTS: (members[0],), BOTH: tuple(members)}
        self.store = store or FakeLogs()
        self.now = 5 * SECOND
        self.events: list[ServiceEvent] = []
        self.engine = LogEngine(
            self.ied,
            clock=lambda: self.now,
            wall=lambda: wall + self.now,
            resolve=self.sets.get,
            store=self.store,
            limits=limits,
        )
        for log in (MAIN, OTHER):
            self.engine.add_log(log)
        options: dict[str, Any] = {"name": "lcb", "data_set": "dsBoth", "log": MAIN, "trg_ops": TrgOps.DCHG}
        self.block: LogControlBlock = self.engine.declare(LogControl(**{**options, **declared}), self.node)
        self.engine.on_service = self.events.append

    def write(self, attribute: str, value: Any) -> int | None:
        return self.block.write("alice", attribute, value)

    def change(self, **values: Any) -> None:
        """Change leaves in one transaction: ``A``, ``B``, ``q``."""
        self.ied.apply([(self.leaves[name], value) for name, value in values.items()])

    def wait(self, ms: int) -> None:
        self.now += ms * MS
        if self.engine.deadline is not None and self.engine.deadline <= self.now:
            self.engine.poll()

    def logged(self, log: str = MAIN) -> list[tuple[tuple[str, int, bytes], ...]]:
        """Members of the entries, with short names."""
        short = len("LOGLD/LLN0$ST$")
        return [tuple((n[short:], r, v) for n, r, v in record.members) for record in self.store.kept[log]]
