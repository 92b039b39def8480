"""What a simulated meter does when it is told to."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ...protocols.dlt645 import (
    ChangeBaud,
    ClearDemand,
    ClearEvents,
    ClearMeter,
    Freeze,
    MeterActions,
    Output,
    ReadData,
    RelayAction,
    RelayCommand,
    WriteAddress,
    WriteData,
)
from ...protocols.dlt645.actions import NO_SUCH_DATA, SPEED_ERROR, UNAUTHORISED, refuse
from ...protocols.dlt645.registers import RegisterActions
from ...protocols.dlt645.values import decode_item

if TYPE_CHECKING:
    from .meter import SimulatedMeter

__all__ = ["SimulatedActions"]

CLOCKS: Final = ("04000101", "04000102", "0400010C", "C010", "C011")
ADDRESS: Final = "04000401"
PASSWORDS: Final = ("04000C", "C212")
PASSWORD_SIZE: Final = 4


class SimulatedActions(MeterActions):
    """The deeds of one meter on one line; ``set_speed`` changes the speed of its port there, None where there is none."""

    def __init__(self, meter: "SimulatedMeter", set_speed: Callable[[int], None] | None = None) -> None:
        self._meter = meter
        self._set_speed = set_speed
        self._writer = RegisterActions(meter.registers)

    def read(self, request: ReadData) -> bytes | None:
        """Freezes and load records; everything else is in the registers."""
        if request.di.startswith("05"):
            return self._meter.freezes.value(request.di)
        if request.di.startswith("06"):
            return self._meter.load_log.value(request)
        return None

    def write(self, request: WriteData) -> None:
        """A parameter; the clock, the address and passwords do not end in a register."""
        meter = self._meter
        operator = request.access.operator
        if request.di.startswith(PASSWORDS):
            self._write_password(request)
        elif request.di in CLOCKS:
            self._writer.write(request)
            (found,) = decode_item(request.di, request.value)
            before = meter.moment()
            meter.set_clock(_moment(before, request.di, found.value))
            meter.events.add("time_setting", operator, before, meter.clock)
        elif request.di == ADDRESS:
            refuse(why="the address is written with 15H")
        else:
            self._writer.write(request)
        item = request.di.zfill(8)
        meter.events.add("programming", meter.clock, operator, item)
        if request.di[:6] in {"040100", "040200"}:
            kind = "zone_programming" if request.di.endswith("00") else "period_programming"
            meter.events.add(kind, meter.clock, operator)

    def _write_password(self, request: WriteData) -> None:
        """Level and six digits; never into a register, where it could be read."""
        digits = request.value[:0:-1].hex()
        if len(request.value) != PASSWORD_SIZE or not digits.isdecimal():
            refuse()
        level = request.value[0] if request.edition == "1997" else int(request.di[6:], 16) - 1
        if level != request.value[0] or not 0 <= level <= 9:
            refuse()
        if request.access.level > level:
            refuse(UNAUTHORISED)
        self._meter.passwords[level] = digits

    def write_address(self, request: WriteAddress) -> None:
        """The session takes it, and the meter with it."""

    def freeze(self, request: Freeze) -> None:
        """Now, or at the time given until another one is given."""
        if request.is_immediate:
            self._meter.freeze()
        else:
            self._meter.freeze_at = request

    def change_baud(self, request: ChangeBaud) -> None:
        """Only a port that has a speed can change it."""
        if self._set_speed is None:
            refuse(SPEED_ERROR)
        self._set_speed(request.speed)

    def clear_demand(self, request: ClearDemand) -> None:
        """Maximum demands begin anew; what they were is on record."""
        meter = self._meter
        held = meter.model["01010000"]
        assert isinstance(held, tuple)
        meter.events.add("demand_clear", meter.clock, request.access.operator, *held)
        meter.demand.clear(meter.clock)
        meter.show()

    def clear_meter(self, request: ClearMeter) -> None:
        """Energies, demands, freezes, events and load records; what the energy was is on record."""
        meter = self._meter
        total = meter.model["00010000"], meter.model["00020000"], meter.model["00050000"]
        meter.events.clear()
        meter.events.add("meter_clear", meter.clock, request.access.operator, *total)
        meter.load.clear()
        meter.demand.clear(meter.clock)
        meter.freezes.clear()
        meter.load_log.clear()
        meter.show()

    def clear_events(self, request: ClearEvents) -> None:
        """All kinds or one; that it was done is on record."""
        meter = self._meter
        if not meter.events.clear(request.di):
            refuse(NO_SUCH_DATA)
        meter.events.add("event_clear", meter.clock, request.access.operator, request.di)

    def relay(self, request: RelayCommand) -> None:
        """The relay moves, but not while the supply is to be kept; alarm and permission are flags."""
        meter, action, operator = self._meter, request.action, request.access.operator
        if action in {RelayAction.TRIP, RelayAction.TRIP_AUTO_CLOSE}:
            if meter.keeps_supply:
                refuse(why="the supply is to be kept")
            meter.switch(is_open=True, operator=operator)
            meter.close_at = None
            if request.delay:
                meter.close_at = meter.moment() + dt.timedelta(minutes=request.delay)
        elif action == RelayAction.CLOSE:
            meter.switch(is_open=False, operator=operator)
        elif action == RelayAction.PERMIT_CLOSE:
            meter.close_permitted = True
        elif action in {RelayAction.ALARM, RelayAction.ALARM_OFF}:
            meter.alarm = action == RelayAction.ALARM
        else:
            meter.keeps_supply = action == RelayAction.KEEP

    def output(self, request: Output) -> None:
        """Remembered."""
        self._meter.output = request.kind


def _moment(before: dt.datetime, di: str, value: object) -> dt.datetime:
    """The clock after its date, its time, or both were written."""
    if isinstance(value, dt.datetime):
        return value
    if di in {"04000101", "C010"}:
        return dt.datetime.combine(dt.date.fromisoformat(str(value)), before.time().replace(microsecond=0))
    return dt.datetime.combine(before.date(), dt.time.fromisoformat(str(value)))
