"""A simulated meter whole: registers, load, tariffs, demand, events, freezes and load records, all by its own clock.

All quantities are integers from the load to the register. The same seed and the same steps give the same registers.
"""

import datetime as dt
import random
from collections.abc import Callable, Mapping
from typing import Final

from ...binding.clock import CHINA
from ...errors import UsageError
from ...protocols.dlt645 import Freeze, MeterSession, OutputKind, check_address
from ...protocols.dlt645.functions import Edition
from ...protocols.dlt645.items import RegisterValue
from .actions import SimulatedActions
from .demand import PERIOD, Demand
from .edition_1997 import fixed_1997, show_1997
from .events import EventLog
from .freezes import DAILY, HOURLY, INSTANT, TIMED, Freezes
from .load import Load
from .load_log import LoadLog, default_intervals, intervals_are_coarse
from .tariffs import STATUS, default_tables, minutes_of_hour, number_in, switch_sets, tariff_at

__all__ = ["PASSWORDS", "SimulatedMeter", "SimulatedSession", "meter_clock"]

PASSWORDS: Final = {2: "000000"}
"""Password of a new simulated meter, by level."""
MINUTE_MS: Final = 60_000
"""Load and voltage change this often, in simulated milliseconds."""
FINE_MS: Final = 2_000 * MINUTE_MS
"""A longer jump stops only where something may be due, and the load changes only there."""
COARSE_MS: Final = 400 * 24 * 60 * MINUTE_MS
"""A still longer one does not even stop for that."""
MAX_STEPS: Final = 2_000
QUARTERS: Final = (0, 15, 30, 45)
OPEN_BITS: Final = 1 << 4 | 1 << 6
"""Status word 3: relay open, relay commanded open."""
ALARM_BIT: Final = 1 << 7
"""Status word 3: trip warning."""


def meter_clock() -> dt.datetime:
    """What the clock of a meter in China shows now, whole seconds; meters know no time zone."""
    now = dt.datetime.now(dt.UTC) + CHINA
    return now.replace(microsecond=0, tzinfo=None)


class SimulatedMeter:
    """A three-phase meter with four tariffs; :attr:`registers` is what it answers with.

    ``start`` is what its clock shows at first (default: now, in China). Registers that the physics does not own may be
    set freely; items follow the catalogue, other DIs take bytes. ``passwords`` maps the levels that open something to
    their six digits. A meter of ``edition`` 1997 lives the same life and shows it in the items of that edition.
    """

    def __init__(
        self,
        address: str = "000000000001",
        *,
        seed: int = 0,
        start: dt.datetime | None = None,
        passwords: Mapping[int, str] | None = None,
        edition: Edition = "2007",
    ) -> None:
        self._address = check_address(address)
        self.edition: Edition = edition
        self.passwords: dict[int, str] = dict(PASSWORDS if passwords is None else passwords)
        self.clock = start or meter_clock()
        self.model: dict[str, RegisterValue] = {}
        """The registers of 2007, which a meter of either edition has behind it."""
        self.registers = self.model if edition == "2007" else {}
        self.clock_set_on: dt.date | None = None
        """Day on which a broadcast time was taken last."""
        self.programming = True
        """The programming key is pressed: the address can be written."""
        self.is_powered = True
        """False between :meth:`power_off` and :meth:`power_on`: it answers nothing."""
        self.keeps_supply = False
        """It does not trip."""
        self.close_permitted = False
        """The button on the meter closes the relay."""
        self.close_at: dt.datetime | None = None
        """When the relay closes by itself."""
        self.freeze_at: Freeze | None = None
        """When to freeze, as commanded."""
        self.output: OutputKind | None = None
        """What the multi-function terminal puts out, as commanded."""
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._ms = 0
        self._relay_open = False
        self._off_since: dt.datetime | None = None
        self.model.update({f"0400050{word}": 0 for word in range(1, 8)})
        self.model.update(default_intervals())
        self.model.update({"02800007": 253, "02800008": 360, "02800009": 600})
        self.model["0280000A"] = self._random.randrange(1_000, 90_000)
        self.registers.update(default_tables(edition))
        self.load = Load(self._random, self.model)
        self.demand = Demand(self.model, self.clock)
        self.events = EventLog(self.model)
        self.freezes = Freezes()
        self.load_log = LoadLog()
        if edition == "2007":
            self.registers["04000402"] = self._address
        else:
            self.registers.update(fixed_1997(self._address))
        self.address = self._address
        self.show()

    # -- what it is ------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """What it answers to, on all of its lines."""
        return self._address

    @address.setter
    def address(self, address: str) -> None:
        self._address = address
        if self.edition == "2007":
            self.registers["04000401"] = address

    @property
    def relay_open(self) -> bool:
        """The load relay; open, the load is zero. Status word 3 tells it (bits 4 and 6)."""
        return self._relay_open

    @relay_open.setter
    def relay_open(self, is_open: bool) -> None:
        self.switch(is_open=is_open)

    @property
    def alarm(self) -> bool:
        """An alarm was commanded (status word 3, bit 7)."""
        return bool(number_in(self.model, STATUS) & ALARM_BIT)

    @alarm.setter
    def alarm(self, is_on: bool) -> None:
        word = number_in(self.model, STATUS)
        self.model[STATUS] = word | ALARM_BIT if is_on else word & ~ALARM_BIT

    def session(self, set_speed: Callable[[int], None] | None = None) -> "SimulatedSession":
        """A new session of this meter, one for each line it hangs on; ``set_speed`` is what 17H does to its port there."""
        return SimulatedSession(self, set_speed)

    # -- what happens to it ----------------------------------------------------------------

    def switch(self, *, is_open: bool, operator: str = "00000000") -> None:
        """Move the relay; that it moved is on record."""
        if is_open != self._relay_open:
            energies = self.model["00010000"], self.model["00020000"], self.model["00050000"]
            self.events.add("trip" if is_open else "close", self.clock, operator, *energies)
        self._relay_open = is_open
        word = number_in(self.model, STATUS)
        self.model[STATUS] = word | OPEN_BITS if is_open else word & ~OPEN_BITS
        self.close_permitted = False
        self.close_at = None
        self._supply()

    def press_button(self) -> None:
        """The user closes the relay, if that was permitted."""
        if self.close_permitted:
            self.switch(is_open=False)

    def power_off(self) -> None:
        """The supply fails: no load, no answers; the clock goes on."""
        if self.is_powered:
            self.is_powered, self._off_since = False, self.clock
            self._supply()

    def power_on(self) -> None:
        """The supply is back; the failure is on record."""
        if not self.is_powered and self._off_since is not None:
            self.is_powered = True
            self.events.add("power_down", self._off_since, self.clock)
            self._supply()

    def freeze(self, kind: str = INSTANT) -> None:
        """Freeze the registers now, as a freeze of that kind (second octet of the item)."""
        self.freezes.take(kind, self.moment(), self.model)

    def set_clock(self, moment: dt.datetime) -> None:
        """Set the meter's clock, as a broadcast time does."""
        self.clock = moment
        self._ms = 0
        self.show()

    def _supply(self) -> None:
        self.load.is_off = self._relay_open or not self.is_powered
        self.load.show()
        self.show()

    # -- time ------------------------------------------------------------------------------

    def moment(self) -> dt.datetime:
        """The meter's time, with the fraction of a second."""
        return self.clock + dt.timedelta(milliseconds=self._ms)

    def advance(self, seconds: float) -> None:
        """Let time pass: energy grows with the load, the load wanders, the clock goes on, and what is due is done."""
        total = round(seconds * 1000)
        if total < 0:
            raise UsageError(f"time does not run backwards ({seconds} s)")
        stops = self._stops() if total > FINE_MS else None
        while total > 0:
            now = self.moment()
            into = (now.second * 1000 + now.microsecond // 1000) % MINUTE_MS
            step = MINUTE_MS - into if total <= COARSE_MS or into else max(MINUTE_MS, total // MAX_STEPS)
            if stops is not None and total <= COARSE_MS:
                step += (next(stop for stop in stops if stop > now.minute) - now.minute - 1) * MINUTE_MS
            step = min(step, total)
            self._pass(step)
            total -= step
            now = self.moment()
            if not now.second and not now.microsecond:
                self._minute(now)
        self.show()

    def _stops(self) -> list[int]:
        """The minutes of an hour at which something may be due, in order, and 60."""
        daily = number_in(self.model, "04001203") % 100
        minutes = {*QUARTERS, daily} | minutes_of_hour(self.registers)
        if self.freeze_at is not None and self.freeze_at.minute is not None:
            minutes.add(self.freeze_at.minute)
        if self.close_at is not None or self._demand_period() % QUARTERS[1] or not intervals_are_coarse(self.model):
            minutes |= set(range(60))
        return sorted(minutes | {60})

    def _demand_period(self) -> int:
        held = number_in(self.registers, PERIOD if self.edition == "2007" else "C111")
        return self.demand.period_of(held)

    def _pass(self, ms: int) -> None:
        self.load.pass_time(ms, self.tariff)
        self.demand.pass_time(self.load.active, ms)
        self._ms += ms
        self._settle_clock()

    @property
    def tariff(self) -> int:
        """The tariff that counts now, 1..4, by the meter's own tables."""
        return tariff_at(self.registers, self.clock, self.edition)

    def _settle_clock(self) -> None:
        whole = self._ms // 1000
        self.clock += dt.timedelta(seconds=whole)
        self._ms -= whole * 1000

    def _minute(self, moment: dt.datetime) -> None:
        """A minute begins: what is due is done."""
        self.load.totals()
        passed = moment.hour * 60 + moment.minute
        if not passed % self._demand_period():
            self.demand.end(moment, tariff_at(self.registers, moment - dt.timedelta(minutes=1), self.edition))
        if self.close_at is not None and moment >= self.close_at:
            self.switch(is_open=False)
        if self.is_powered:
            self.load_log.minute(moment, self.model)
            self._freeze_what_is_due(moment)
        self.load.wander()

    def _freeze_what_is_due(self, moment: dt.datetime) -> None:
        for kind in switch_sets(self.model, moment) if self.edition == "2007" else ():
            self.freeze(kind)
        if self.freeze_at is not None and self.freeze_at.is_due(moment):
            self.freeze(TIMED)
        if not moment.minute:
            self.freeze(HOURLY)
        if moment.hour * 100 + moment.minute == number_in(self.model, "04001203"):
            self.freeze(DAILY)

    def show(self) -> None:
        """Bring the registers of energy and clock up to date."""
        self._settle_clock()
        self.load.totals()
        if self.edition == "1997":
            show_1997(self.registers, self.model, self.clock)
            return
        self.registers["04000101"] = self.clock
        self.registers["04000102"] = self.clock.time().isoformat()
        self.registers["0400010C"] = self.clock


class SimulatedSession(MeterSession):
    """A meter on one line; what belongs to the meter and not to the line is the meter's."""

    def __init__(self, meter: SimulatedMeter, set_speed: Callable[[int], None] | None = None) -> None:
        self.meter = meter
        super().__init__(
            meter.address,
            meter.registers,
            clock=meter.moment,
            set_clock=meter.set_clock,
            actions=SimulatedActions(meter, set_speed),
            passwords=meter.passwords,
            edition=meter.edition,
        )

    @property
    def address(self) -> str:
        """The meter's address."""
        return self.meter.address

    @address.setter
    def address(self, address: str) -> None:
        if address != self.meter.address:
            self.meter.address = address

    @property
    def programming(self) -> bool:
        """The programming key of the meter."""
        return self.meter.programming

    @programming.setter
    def programming(self, is_pressed: bool) -> None:
        self.meter.programming = self.meter.programming and is_pressed

    @property
    def clock_set_on(self) -> dt.date | None:
        """When the meter took a broadcast time last, on whatever line."""
        return self.meter.clock_set_on

    @clock_set_on.setter
    def clock_set_on(self, day: dt.date | None) -> None:
        if day is not None:
            self.meter.clock_set_on = day
