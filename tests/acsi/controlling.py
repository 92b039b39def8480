"""A control engine without a server: a small model, a clock to turn, hooks that answer when told, and what clients were told."""

from collections.abc import Callable, Hashable
from typing import Any

from meterwire.acsi.control import ControlEngine, ControlObject, Notice
from meterwire.acsi.control_command import AddCause, Command, Origin
from meterwire.acsi.control_handler import Handler, Waiting
from meterwire.acsi.service_event import ServiceEvent
from meterwire.models import Ied, LogicalDevice, build
from meterwire.models.enums import ServiceNameKind
from meterwire.models.ln import GGIO, LLN0, XSWI
from meterwire.reading import Timestamp

SECOND = 1_000_000_000
MS = 1_000_000
WALL = 1_800_000_000 * SECOND
ALICE, BOB = "alice", "bob"
N = ServiceNameKind


class Later:
    """An awaitable nobody awaits: the test says what came of it."""

    def __init__(self) -> None:
        self.done: Callable[[Any], None] | None = None
        self.is_stopped = False

    def __await__(self) -> Any:
        raise AssertionError

    def finish(self, result: Any = None) -> None:
        assert self.done is not None
        if not self.is_stopped:
            self.done(result)


class ControlRig:
    """An engine over one logical device, and somebody who drives it."""

    def __init__(self, ied: Ied) -> None:
        self.now = 0
        self.wall = WALL
        self.told: list[Notice] = []
        self.events: list[ServiceEvent] = []
        self.log: list[str] = []
        self.done: list[Command] = []
        """What reached the process."""
        self.engine = ControlEngine(
            ied,
            clock=lambda: self.now,
            wall=lambda: self.wall,
            inform=self.told.append,
            launch=self._launch,
            on_schedule=lambda: None,
            notice=self.log.append,
        )
        self.engine.on_service = self.events.append
        self.ied = ied
        self._times = 0

    @staticmethod
    def _launch(work: Any, done: Callable[[Any], None]) -> Callable[[], None]:
        work.done = done

        def stop() -> None:
            work.is_stopped = True

        return stop

    def handle(self, name: str, operate: Any = None, **hooks: Any) -> ControlObject:
        """A handler that writes down what it was given, and says ``operate``: a verdict, a Later, or a function."""

        def hook(command: Command) -> Any:
            self.done.append(command)
            return operate(command) if callable(operate) else operate

        return self.engine.handle(f"ILD/{name}", Handler(operate=hook, **hooks))

    def command(self, name: str, value: Any = True, **parts: Any) -> Command:
        """An Operate of alice's, sent now."""
        self._times += 1
        fresh = {
            "ctlNum": self._times % 256,
            "T": Timestamp.from_ns(WALL + self._times * MS),
            "origin": Origin(3, b"a"),
        }
        return Command(**{
            "service": N.Operate, "reference": f"ILD/{name}", "client": ALICE, "ctlVal": value, **fresh, **parts
        })  # fmt: skip

    def operate(self, name: str, value: Any = True, **parts: Any) -> AddCause | Waiting | None:
        return self.engine.objects[f"ILD/{name}"].operate(self.command(name, value, **parts))

    def select(self, name: str, value: Any = None, client: Hashable = ALICE, **parts: Any) -> AddCause | Waiting | None:
        """SBO without a value, SBOw with one."""
        service = N.Select if value is None else N.SelectWithValue
        command = self.command(name, value, service=service, client=client, **parts)
        return self.engine.objects[f"ILD/{name}"].select(command)

    def cancel(self, name: str, client: Hashable = ALICE) -> AddCause | None:
        command = self.command(name, False, service=N.Cancel, client=client)
        return self.engine.objects[f"ILD/{name}"].cancel(command)

    def pass_time(self, ms: float) -> None:
        """Turn the clock on, stopping wherever something is due."""
        end = self.now + int(ms * MS)
        while (due := self.engine.deadline) is not None and due <= end:
            step = max(0, due - self.now)
            self.now += step
            self.wall += step
            self.engine.poll()
        self.wall += end - self.now
        self.now = end

    def turn(self) -> None:
        """What the next turn of the loop brings."""
        self.pass_time(0)

    def value(self, path: str) -> Any:
        return self.ied.find(f"ILD/{path}").value

    def set(self, path: str, value: Any) -> None:
        self.ied.apply([(self.ied.find(f"ILD/{path}"), value)])

    @property
    def causes(self) -> list[tuple[AddCause | None, bool]]:
        """AddCause of all that was told, and whether it was a CommandTermination."""
        return [(notice.add_cause, notice.is_termination) for notice in self.told]


def control_ied(**values: Any) -> Ied:
    """GGIO1 with SPCSO1..4 of ctlModel 1..4, each with operTm and, if ``shown``, all status attributes; XSWI1 with a position."""
    every = ("origin", "ctlNum", "opRcvd", "opOk", "tOpOk", "Oper.operTm", "Cancel.operTm")
    shown = values.pop("shown", True)
    include = [f"SPCSO{i}.{name}" for i in (1, 2, 3, 4) for name in (every if shown else every[5:])]
    models = {f"SPCSO{i}.ctlModel": i for i in (1, 2, 3, 4)}
    mine = {name: value for name, value in values.items() if not name.startswith(("XSWI1", "LLN0"))}
    generic = build(GGIO, inst="1", include=include, values={**models, **mine})
    switch = {"Pos.ctlModel": 3, **{n.removeprefix("XSWI1__"): v for n, v in values.items() if n.startswith("XSWI1")}}
    head = {n.removeprefix("LLN0__"): v for n, v in values.items() if n.startswith("LLN0")}
    nodes = (build(LLN0, values={"Mod.ctlModel": 1, **head}), generic, build(XSWI, inst="1", values=switch))
    return Ied("I").add(LogicalDevice("ILD", "LD").add(*nodes))
