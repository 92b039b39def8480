"""What the control cases share: choosing an object, making commands, and hearing what the server says of them."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from ...acsi.control_command import Command, Origin
from ...client.control_result import LastApplError
from ...client.control_values import encode_command, last_appl_error
from ...errors import DataAccessError, DecodeError, RemoteError
from ...models.enums import ServiceNameKind
from ...protocols.mms import BitString, DataTag, ObjectName, TypeSpec
from ...reading import Timestamp
from ..bench import Bench, quote
from ..case import NotApplicableError
from ..inventory import Control
from ..session import Session

__all__ = ["BAY", "ENHANCED", "MODELS", "SBO", "Rig", "Said", "rig"]

MODELS = {1: "direct control with normal security", 2: "select before operate with normal security", 3: "direct control with enhanced security", 4: "select before operate with enhanced security"}  # fmt: skip
SBO, ENHANCED = (2, 4), (3, 4)
BAY, STATION, REMOTE = 1, 2, 3
IDENTITY = b"meterwire"
MOVE_SECONDS = 2.0
"""How long a status may take to follow, besides what the user allows."""
OTHER_FLOAT = 1.0


def _allowed(bench: Bench, control: Control) -> bool:
    wanted = bench.options.controls
    return not wanted or control.reference in wanted


async def rig(bench: Bench, model: int) -> "Rig":
    """An object of this ctlModel that may be operated, with its status; skips when there is none."""
    found = [control for control in bench.inventory.controls if control.model == model]
    if not found:
        bench.skip(f"the server has no {MODELS[model]}")
    able = [control for control in found if "Oper" in control.spec.names and _allowed(bench, control)]
    if not able:
        bench.skip(f"none of {len(found)} objects with {MODELS[model]} may be operated (--control), or has an Oper")
    reasons = []
    for control in able[:8]:
        made = Rig(bench, await bench.session(), control)
        try:
            await made.learn()
        except NotApplicableError as error:
            reasons.append(str(error))
            continue
        return made
    bench.skip("; ".join(reasons[:2]))


@dataclass(slots=True)
class Said:
    """What became of one write of Oper, SBOw or Cancel."""

    refusal: RemoteError | None
    """Why the write was refused; None when it was taken."""
    error: LastApplError | None
    """The LastApplError that came with it."""
    since: int
    """Where the messages about it begin."""
    value: bytes = b""
    """What was written."""

    def __str__(self) -> str:
        cause = f", AddCause {self.error.AddCause}" if self.error is not None else ", no LastApplError"
        return f"{self.refusal}{cause}" if self.refusal is not None else "taken"


class Rig:
    """One object under test."""

    def __init__(self, bench: Bench, session: Session, control: Control) -> None:
        self.bench = bench
        self.session = session
        self.control = control
        self.status: ObjectName | None = None
        self.before: Any = None
        self._number = 0
        self._last_time = 0

    @property
    def model(self) -> int:
        """ctlModel."""
        return self.control.model

    async def learn(self) -> None:
        """Find the status, and what may be commanded; skips for an object whose position says nothing."""
        item = self.control.item("ST", "stVal")
        names = self.bench.inventory.devices[self.control.domain].names
        if item not in names:
            item = self.control.item("MX", "mxVal")
        if item not in names:
            raise NotApplicableError(f"{self.control.reference} has no status to look at")
        self.status = ObjectName(item, self.control.domain)
        self.before = await self.position()
        self.other()

    def use(self, session: Session) -> "Rig":
        """The same object for another client."""
        copy = Rig(self.bench, session, self.control)
        copy.status, copy.before, copy._number = self.status, self.before, self._number + 50
        return copy

    async def position(self) -> Any:
        """The status as it is."""
        assert self.status is not None
        (value,) = await self.session.read(self.status)
        if isinstance(value, DataAccessError):
            self.bench.fail(f"{self.status} cannot be read: {value}")
        while isinstance(value, tuple) and len(value) == 1:
            (value,) = value
        return value

    # -- values ----------------------------------------------------------------------------

    @property
    def value_spec(self) -> TypeSpec:
        """Type of ctlVal."""
        spec = self.control.spec.component("Oper")
        assert spec is not None
        return spec.components[0][1]

    def back(self) -> Any:
        """What commands the position it had."""
        if isinstance(self.before, BitString):
            return self.before.value == 0b10
        return self.before

    def other(self) -> Any:
        """What commands another position."""
        tag, value = self.value_spec.tag, self.back()
        if tag == DataTag.BOOLEAN and isinstance(value, bool):
            return not value
        if tag in (DataTag.INTEGER, DataTag.UNSIGNED) and isinstance(value, int):
            name = self.control.path.rpartition("$")[2]
            if name in ("Mod", "Beh"):
                raise NotApplicableError(f"{self.control.reference} is a mode: switching it would end the test")
            return value - 1 if value > 0 else value + 1
        if tag == DataTag.STRUCTURE and isinstance(value, (int, float)):
            return value + OTHER_FLOAT
        raise NotApplicableError(f"{self.control.reference}: no second value for {quote(value)} is known")

    def command(self, value: Any = None, **changes: Any) -> Command:
        """A command with a number and a time of its own."""
        self._number = (self._number + 1) % 256
        self._last_time = max(time.time_ns(), self._last_time + 1_000_000)
        made = Command(
            service=ServiceNameKind.Operate,
            reference=self.control.reference,
            client=None,
            ctlVal=self.other() if value is None else value,
            origin=Origin(STATION, IDENTITY),
            ctlNum=self._number,
            T=Timestamp.from_ns(self._last_time),
        )
        return made._replace(**changes)

    # -- services --------------------------------------------------------------------------

    async def write(self, variable: str, command: Command, octets: bytes | None = None) -> Said:
        """Write Oper, SBOw or Cancel, and keep what the server says of it."""
        spec = self.control.spec.component(variable)
        if spec is None:
            self.bench.skip(f"{self.control.reference} has no {variable}")
        value = encode_command(self.control.reference, variable, spec, command) if octets is None else octets
        since = len(self.session.heard)
        name = ObjectName(self.control.item("CO", variable), self.control.domain)
        refusal = await self.session.write(name, value)
        if refusal is not None:
            await asyncio.sleep(0.05)
        return Said(refusal, self._error(since), since, value)

    def _error(self, since: int) -> LastApplError | None:
        for heard in self.session.heard[since:]:
            for access, value in zip(heard.report.variables, heard.report.values, strict=False):
                if access.name.item == "LastApplError":
                    try:
                        return last_appl_error(value)
                    except DecodeError as error:
                        self.bench.fail(f"a LastApplError cannot be read: {error}")
        return None

    async def select(self, command: Command | None = None) -> bool:
        """Select in the way of the model; False when it is refused."""
        self.bench.undo(f"selection of {self.control.reference}", lambda _late: self._unselect())
        if self.model == 2:
            name = ObjectName(self.control.item("CO", "SBO"), self.control.domain)
            (value,) = await self.session.read(name)
            return isinstance(value, str) and bool(value)
        said = await self.write("SBOw", command or self.command())
        return said.refusal is None

    async def _unselect(self) -> None:
        if self.session.is_open and "Cancel" in self.control.spec.names:
            await self.write("Cancel", self.command())

    async def operate(self, command: Command) -> Said:
        """Select where the model wants it, and operate; the position of before is commanded at the end."""
        if self.model in SBO:
            self.bench.check(await self.select(command), f"{self.control.reference} cannot be selected")
        self.bench.undo(f"position of {self.control.reference}", self._put_back)
        return await self.write("Oper", command)

    async def _put_back(self, late: Session) -> None:
        if not self.session.is_open:
            self.session = late
        end = time.monotonic() + self.bench.options.wait
        while await self.position() != self.before and time.monotonic() < end:
            command = self.command(self.back())
            if self.model in SBO and not await self.select(command):
                await asyncio.sleep(0.3)
                continue
            if (await self.write("Oper", command)).refusal is not None:
                await asyncio.sleep(0.3)
                continue
            await self.moved(self.before)
        self.bench.check(
            await self.position() == self.before, f"it is {quote(await self.position())}, it was {quote(self.before)}"
        )

    async def moved(self, position: Any = None) -> bool:
        """Wait until the status is ``position``, or another than before."""
        end = time.monotonic() + MOVE_SECONDS + self.bench.options.wait
        while time.monotonic() < end:
            now = await self.position()
            if now == position if position is not None else now != self.before:
                return True
            await asyncio.sleep(0.05)
        return False

    async def left(self, position: Any) -> bool:
        """Wait until the status is no longer ``position``."""
        end = time.monotonic() + MOVE_SECONDS + self.bench.options.wait
        while await self.position() == position:
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.05)
        return True

    async def stays(self, seconds: float = 0.5) -> bool:
        """The status does not move for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if await self.position() != self.before:
                return False
            await asyncio.sleep(0.05)
        return True

    async def termination(self, since: int) -> tuple[bool, LastApplError | None, Any] | None:
        """CommandTermination: whether positive, its LastApplError, the Oper it carries; None when none comes."""
        item = self.control.item("CO", "Oper")

        def ends(heard: Any) -> bool:
            return any(access.name.item == item for access in heard.report.variables)

        heard = await self.session.hear(ends, MOVE_SECONDS + self.bench.options.wait, since)
        if heard is None:
            return None
        told = dict(zip((access.name.item for access in heard.report.variables), heard.report.values, strict=False))
        error = last_appl_error(told["LastApplError"]) if "LastApplError" in told else None
        return error is None, error, told[item]
