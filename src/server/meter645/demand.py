"""Maximum demand: the average power of each period, and the highest of them with its time."""

import datetime as dt
from collections.abc import MutableMapping
from typing import Final

from ...protocols.dlt645.items import RegisterValue
from .load import TARIFFS

__all__ = ["Demand"]

PERIOD: Final = "04000103"
DEFAULT_PERIOD: Final = 15
PERIODS: Final = (5, 10, 15, 30, 60)
"""Minutes a demand period may have; another value in its register counts as the default."""


class Demand:
    """The period that runs, and the registers 0101TT00 and 02800004."""

    def __init__(self, registers: MutableMapping[str, RegisterValue], moment: dt.datetime) -> None:
        self._registers = registers
        self._power = 0
        self._ms = 0
        registers[PERIOD] = DEFAULT_PERIOD
        registers["02800004"] = registers["02800005"] = 0
        self.clear(moment)

    def clear(self, moment: dt.datetime) -> None:
        """No demand so far, the period begins anew."""
        self._power = self._ms = 0
        for rate in range(TARIFFS + 1):
            self._registers[f"0101{rate:02X}00"] = (0, moment.replace(second=0, microsecond=0))

    def pass_time(self, active: int, ms: int) -> None:
        """So many milliseconds at ``active`` 0.1 W."""
        self._power += active * ms
        self._ms += ms

    def period_of(self, raw: int | None) -> int:
        """Minutes of a period, of what its register holds."""
        return raw if raw in PERIODS else DEFAULT_PERIOD

    def end(self, moment: dt.datetime, tariff: int) -> None:
        """The period is over: keep its average where it is the highest so far."""
        if not self._ms:
            return
        demand = self._power // self._ms
        self._power = self._ms = 0
        self._registers["02800004"] = demand
        for item in ("01010000", f"0101{tariff:02X}00"):
            highest = self._registers.get(item)
            if isinstance(highest, tuple) and isinstance(highest[0], int) and demand > highest[0]:
                self._registers[item] = (demand, moment.replace(second=0, microsecond=0))
