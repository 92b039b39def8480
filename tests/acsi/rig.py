"""A report engine without server: a small model, a clock to turn, a journal that commits when told, a line that can be full."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from meterwire.acsi import BufferLimits, Entry, EntryKind, Member, Report, ReportEngine, Stored
from meterwire.models import (
    DataAttribute,
    DataObject,
    Ied,
    LogicalDevice,
    LogicalNode,
    ReportControl,
    Trigger,
    basic_type,
)

SECOND = 1_000_000_000
MS = 1_000_000
WALL = 1_800_000_000 * SECOND
ALICE, BOB = "alice", "bob"
"""Clients; after the slash comes the association: alice/2 has the address of alice."""


class FakeJournal:
    """A journal in memory: operations wait until :meth:`commit`, and a crash forgets those that wait."""

    def __init__(self) -> None:
        self.durable = 0
        self.on_durable: Callable[[], None] | None = None
        self.controls: dict[str, Stored] = {}
        self.waiting: list[Callable[[], None]] = []
        self._appended = 0

    def load(self, control: str) -> Stored | None:
        stored = self.controls.get(control)
        if stored is not None and stored.entries:
            self.durable = max(self.durable, stored.entries[-1].entry_id)
        return stored

    def _change(self, control: str, change: Callable[[tuple[Entry, ...]], tuple[Entry, ...]]) -> None:
        def work() -> None:
            stored = self.controls[control]
            self.controls[control] = replace(stored, entries=change(stored.entries))

        self.waiting.append(work)

    def define(self, control: str, stored: Stored) -> None:
        def work() -> None:
            before = self.controls.get(control)
            self.controls[control] = replace(stored, entries=before.entries if before else ())

        self.waiting.append(work)

    def append(self, control: str, entry: Entry) -> None:
        self._change(control, lambda entries: (*entries, entry))
        self._appended = entry.entry_id

    def discard(self, control: str, entry_id: int) -> None:
        def blank(entry: Entry) -> Entry:
            return replace(entry, kind=EntryKind.DISCARDED, members=()) if entry.entry_id == entry_id else entry

        self._change(control, lambda entries: tuple(map(blank, entries)))

    def trim(self, control: str, entry_id: int) -> None:
        self._change(control, lambda entries: tuple(e for e in entries if e.entry_id > entry_id))

    def purge(self, control: str) -> None:
        self._change(control, lambda _: ())

    def commit(self) -> None:
        """The disk has it."""
        waiting, self.waiting = self.waiting, []
        for work in waiting:
            work()
        self.durable = max(self.durable, self._appended)
        if self.on_durable is not None:
            self.on_durable()

    def crash(self) -> "FakeJournal":
        """What a new process finds."""
        found = FakeJournal()
        found.controls = dict(self.controls)
        return found


def small_ied() -> Ied:
    """A number (dchg, dupd), a flag (dchg) and a quality (qchg)."""
    attributes = (
        DataAttribute("n", "ST", basic_type("INT32"), trigger=Trigger.DCHG | Trigger.DUPD),
        DataAttribute("b", "ST", basic_type("BOOLEAN"), trigger=Trigger.DCHG),
        DataAttribute("q", "ST", basic_type("Quality"), trigger=Trigger.QCHG),
    )
    node = LogicalNode("GGIO", "1").add(DataObject("X").add(*attributes))
    return Ied("I").add(LogicalDevice("ILD", "LD").add(node))


class Rig:
    """An engine with one declaration, and everything it talks to."""

    def __init__(
        self,
        journal: FakeJournal | None = None,
        limits: BufferLimits | None = None,
        wall: int = WALL,
        conf_rev: int = 1,
        **declaration: Any,
    ) -> None:
        self.now, self.wall_offset = 5 * SECOND, wall - 5 * SECOND
        self.sent: list[Report] = []
        self.notices: list[str] = []
        self.has_room = True
        self.journal = journal
        self.ied = small_ied()
        leaves = {name: self.ied.find(f"ILD/GGIO1.X.{name}") for name in "nbq"}
        self.data_sets = {"ds": "nbq", "other": "n"}
        self.leaves = leaves
        self.engine = ReportEngine(
            self.ied,
            clock=lambda: self.now,
            wall=lambda: self.now + self.wall_offset,
            resolve=self._resolve,
            deliver=self._deliver,
            on_schedule=lambda: None,
            identity=lambda client: str(client).partition("/")[0].encode(),
            journal=journal,
            limits=limits,
            notice=self.notices.append,
        )
        declaration = {"name": "b", "buffered": True, "instances": 2, "trg_ops": 0b011111, **declaration}
        made = ReportControl(conf_rev=conf_rev, **declaration)
        references = [(name, f"ILD/LLN0$BR${name}") for name in made.instance_names]
        self.controls = self.engine.declare(made, references, "ds")
        self.control: Any = self.controls[0]
        if journal is not None:
            journal.on_durable = self.engine.pump
            journal.commit()

    def _resolve(self, data_set: str) -> tuple[Member, ...] | None:
        names = self.data_sets.get(data_set)
        if names is None:
            return None
        return tuple(Member(f"ILD/GGIO1$ST$X${name}", (self.leaves[name],), self._snapshot(name)) for name in names)

    def _snapshot(self, name: str) -> Callable[[], bytes]:
        return lambda: repr(self.leaves[name].value).encode()

    def _deliver(self, report: Report) -> bool:
        if self.has_room and report.control is self.control:
            self.sent.append(report)
        return self.has_room

    # -- what tests say --------------------------------------------------------------------

    def change(self, *numbers: int) -> None:
        """One transaction for each number."""
        for number in numbers:
            self.ied.apply([(self.leaves["n"], number)])

    def set(self, **values: Any) -> None:
        """One transaction."""
        self.ied.apply([(self.leaves[name], value) for name, value in values.items()])

    def write(self, attribute: str, value: Any, client: str = ALICE) -> int | None:
        return self.control.write(client, attribute, value)

    def enable(self, client: str = ALICE) -> int | None:
        return self.write("RptEna", True, client)

    def resume(self, entry_id: int, client: str = ALICE) -> int | None:
        return self.write("EntryID", entry_id.to_bytes(8), client)

    def lose(self, client: str = ALICE) -> None:
        self.engine.client_gone(client)

    def turn(self, seconds: float) -> None:
        """Let time pass, and do what falls due."""
        end = self.now + int(seconds * SECOND)
        while (due := self.engine.deadline) is not None and due <= end:
            self.now = max(self.now, due)
            self.engine.poll()
        self.now = end

    def take(self) -> list[Report]:
        """Reports since the last call."""
        sent, self.sent = self.sent, []
        return sent

    def numbers(self) -> list[int]:
        """What the reports since the last call say of n."""
        return [int(value) for report in self.take() for index, _, value in report.entries if index == 0]
