"""A process that does what it is told: commands become the status of their data object.

It stands for the real one where there is none (``serve --scl``), and is all there is to objects that belong to the server itself:
Mod, LocSta, CmdBlk, BlkOpn, BlkCls.

=====  =====================================================================
CDC    what becomes of ctlVal
=====  =====================================================================
SPC    stVal; with a pulseConfig of pulses, on and off again
DPC    stVal off or on, and between them for as long as a switch takes
INC    stVal; so does ENC
ISC    valWTr.posVal
BSC    valWTr.posVal one step up or down
APC    mxVal
BAC    mxVal one stepSize (or 1) up or down
=====  =====================================================================
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

from ..acsi.control import ControlEngine, ControlObject
from ..acsi.control_command import AddCause, Command, PulseTrain
from ..acsi.control_handler import Handler
from ..errors import UsageError
from ..models import DataAttribute
from ..reading import Quality, Timestamp

__all__ = ["INTERNAL", "StatusProcess", "control_own", "simulate_controls"]

INTERNAL = frozenset(("Mod", "LocSta", "CmdBlk", "BlkOpn", "BlkCls"))
"""Controllable objects behind which there is no process."""
OFF, ON, BETWEEN = 1, 2, 0
STEPS = {0: 0, 1: -1, 2: 1}
"""What stop, lower and higher do to a step position."""


class StatusProcess:
    """Writes what is commanded into the status of one data object."""

    def __init__(self, engine: ControlEngine, control: ControlObject, seconds: float = 0.0) -> None:
        self._engine = engine
        self._object = control.object
        self._seconds = seconds

    def _leaf(self, path: str) -> DataAttribute | None:
        place: Any = self._object
        for name in path.split("."):
            place = place.children.get(name)
            if place is None:
                return None
        return place if isinstance(place, DataAttribute) else None

    def _set(self, path: str, value: Any) -> None:
        now = Timestamp.from_ns(self._engine.wall())
        values = {path: value, "q": Quality.GOOD, "t": now}
        self._engine.ied.apply(
            [(leaf, value) for name, value in values.items() if (leaf := self._leaf(name)) is not None]
        )

    def _step(self, path: str, command: Command, size: float = 1) -> None:
        leaf = self._leaf(path)
        if leaf is not None:
            self._set(path, leaf.value + STEPS.get(command.ctlVal, 0) * size)

    def write(self, command: Command) -> AddCause | None:
        """Write it, at once."""
        try:
            self._write(command)
        except UsageError:  # the status cannot hold what was commanded
            return AddCause.Inconsistent_parameters
        return None

    def _write(self, command: Command) -> None:
        value, cdc = command.ctlVal, self._object.cdc
        if cdc == "DPC":
            self._set("stVal", ON if value else OFF)
        elif cdc == "ISC":
            self._set("valWTr.posVal", value)
        elif cdc == "BSC":
            self._step("valWTr.posVal", command)
        elif cdc == "APC":
            for member, number in value.items():
                self._set(f"mxVal.{member}", number)
        elif cdc == "BAC":
            step = self._leaf("stepSize.f")
            self._step("mxVal.f", command, (step.value if step is not None else 0) or 1)
        else:
            self._set("stVal", value)

    def move(self, command: Command) -> AddCause | Awaitable[AddCause | None] | None:
        """Write it the way a process would: a switch takes its time, a pulse ends, all else happens at once."""
        pulse = command.pulse
        if self._object.cdc == "DPC" and self._seconds:
            return self._switch(command)
        if self._object.cdc == "SPC" and pulse is not None and pulse.cmdQual == 0 and pulse.numPls and command.ctlVal:
            return self._pulse(pulse)
        return self.write(command)

    async def _switch(self, command: Command) -> AddCause | None:
        self._set("stVal", BETWEEN)
        await asyncio.sleep(self._seconds)
        return self.write(command)

    async def _pulse(self, pulse: PulseTrain) -> None:
        for state, milliseconds in pulse.steps:
            self._set("stVal", state)
            await asyncio.sleep(milliseconds / 1000)
        self._set("stVal", False)


def control_own(engine: ControlEngine) -> None:
    """Make what belongs to the server itself operable."""
    engine.handle_others(
        lambda control: (
            Handler(operate=StatusProcess(engine, control).write) if control.object.name in INTERNAL else None
        )
    )


def simulate_controls(engine: ControlEngine, *, seconds: float = 0.05) -> None:
    """Give every controllable object that nobody handles a process that does what it is told; a switch takes ``seconds``."""
    engine.handle_others(lambda control: Handler(operate=StatusProcess(engine, control, seconds).move))
