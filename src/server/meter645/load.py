"""What hangs on a simulated meter: three phases that wander, and the energy they use; integers from load to register.

Power is counted in 0.1 W, energy in 0.1 W × ms until it fills a register's last place (10 Wh).
"""

import random
from collections.abc import MutableMapping
from math import isqrt
from typing import Final

from ...protocols.dlt645.items import RegisterValue

__all__ = ["LOAD_STEP", "MAX_LOAD", "MIN_LOAD", "PULSE", "TARIFFS", "Load"]

PULSE: Final = 360_000_000
"""0.1 W × ms in the last place of an energy register: 10 Wh = 36,000 J."""
ROLL_OVER: Final = 10**8
"""An energy register has eight digits and starts again."""
SIGNED_ROLL_OVER: Final = 8 * 10**7
"""A combined register gives its highest bit to the sign."""
MIN_LOAD, MAX_LOAD, LOAD_STEP = 500, 33_000, 4_000
"""Load of one phase in 0.1 W, and the most it changes in a step."""
TARIFFS: Final = 4
"""Tariffs a simulated meter counts: 1 sharp peak, 2 peak, 3 flat, 4 valley."""


class Load:
    """Three phases and the counters behind them; writes the registers of 2007."""

    def __init__(self, draw: random.Random, registers: MutableMapping[str, RegisterValue]) -> None:
        self._draw = draw.randrange
        self._registers = registers
        self.is_off = False
        """The relay is open, or there is no supply."""
        self.phases = [self._draw(MIN_LOAD, MAX_LOAD // 2) for _ in range(3)]
        """Load of each phase in 0.1 W."""
        self.energy = [self._draw(50_000, 400_000) * PULSE for _ in range(TARIFFS)]
        """Forward active energy of each tariff in 0.1 W × ms."""
        self.reactive = self._draw(10_000, 90_000) * PULSE
        self._reverse = [self._draw(0, 900) for _ in range(TARIFFS)]
        settled = [energy // PULSE - self._draw(1_000, 9_000) for energy in self.energy]
        for rate, value in enumerate([sum(settled), *settled]):
            registers[f"0001{rate:02X}01"] = value
        for code in ("0004", "0006", "0007", "0008"):
            registers[f"{code}0000"] = 0
        self.show()
        self.totals()

    @property
    def active(self) -> int:
        """Active power in 0.1 W."""
        return 0 if self.is_off else sum(self.phases)

    def clear(self) -> None:
        """All energies start again from nothing."""
        self.energy, self._reverse = [0] * TARIFFS, [0] * TARIFFS
        self.reactive = 0
        self.totals()

    def pass_time(self, ms: int, tariff: int) -> None:
        """So many milliseconds at the present load."""
        reactive = self._registers.get("02040000", 0)
        assert isinstance(reactive, int)
        self.energy[tariff - 1] += self.active * ms
        self.reactive += reactive * ms

    def wander(self) -> None:
        """The load changes."""
        draw = self._draw
        self.phases = [min(MAX_LOAD, max(MIN_LOAD, p + draw(-LOAD_STEP, LOAD_STEP + 1))) for p in self.phases]
        self.show()

    def show(self) -> None:
        """Voltage, current, power, power factor and frequency of the present load."""
        draw, registers = self._draw, self._registers
        sums = [0, 0, 0]
        for phase, load in enumerate(self.phases, 1):
            active = 0 if self.is_off else load
            volt, factor = 2200 + draw(-40, 41), draw(930, 996)
            apparent = active * 1000 // factor
            reactive = isqrt(apparent * apparent - active * active)
            current = active * 1_000_000 // (volt * factor)  # 0.1 W / (0.1 V × 0.001) in mA
            values = ("01", volt), ("02", current), ("03", active), ("04", reactive), ("05", apparent), ("06", factor)
            registers.update({f"02{code}{phase:02X}00": value for code, value in values})
            registers[f"0207{phase:02X}00"] = draw(55, 215)
            sums = [a + b for a, b in zip(sums, (active, reactive, apparent), strict=True)]
        for code, value in zip(("03", "04", "05"), sums, strict=True):
            registers[f"02{code}0000"] = value
        registers["02060000"] = sums[0] * 1000 // sums[2] if sums[2] else 1000
        registers["02800001"] = draw(0, 40)
        registers["02800002"] = 5000 + draw(-3, 4)

    def totals(self) -> None:
        """The energy registers; the total is the sum of what the tariffs show."""
        registers = self._registers
        rates = [energy // PULSE % ROLL_OVER for energy in self.energy]
        forward = [sum(rates) % ROLL_OVER, *rates]
        reverse = [sum(self._reverse), *self._reverse]
        for rate, (out, back) in enumerate(zip(forward, reverse, strict=True)):
            registers[f"0001{rate:02X}00"] = out
            registers[f"0002{rate:02X}00"] = back
            registers[f"0000{rate:02X}00"] = (out + back) % SIGNED_ROLL_OVER
        registers["00030000"] = registers["00050000"] = self.reactive // PULSE % SIGNED_ROLL_OVER
