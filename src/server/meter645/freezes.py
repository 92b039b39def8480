"""Freezes of a simulated meter (class 05): what the registers were at a moment, the last few of each kind."""

import datetime as dt
from collections import deque
from collections.abc import Mapping
from typing import Final

from ...protocols.dlt645 import lookup
from ...protocols.dlt645.items import RegisterValue
from ...protocols.dlt645.load_record import SEPARATOR
from .load import TARIFFS

__all__ = ["DAILY", "DEPTHS", "HOURLY", "INSTANT", "TIMED", "Freezes"]

TIMED, INSTANT, HOURLY, DAILY = "00", "01", "04", "06"
DEPTHS: Final = {TIMED: 12, INSTANT: 3, "02": 3, "03": 3, HOURLY: 254, DAILY: 62}
"""Kind of freeze (second octet of the item) to how many are kept; 02 and 03: the zone or day tables changed over."""
ENERGIES: Final = {f"{number:02X}": f"{number:04X}" for number in range(1, 9)}
DEMANDS: Final = {"09": "0101", "0A": "0102"}
POWERS: Final = tuple(f"02{code}{phase:02X}00" for code in ("03", "04") for phase in range(4))


class Freezes:
    """The rings of all kinds."""

    def __init__(self) -> None:
        self._rings: dict[str, deque[dict[str, bytes]]] = {kind: deque(maxlen=depth) for kind, depth in DEPTHS.items()}

    def take(self, kind: str, moment: dt.datetime, registers: Mapping[str, RegisterValue]) -> None:
        """Keep what the registers are now, in the octets in which it will be read."""
        held = {"00": bytes.fromhex(f"{moment:%M%H%d%m%y}")}
        if kind == HOURLY:
            held |= {"01": _joined(registers, ("00010000",)), "02": _joined(registers, ("00020000",))}
        else:
            for member, code in (ENERGIES | DEMANDS).items():
                held[member] = _joined(registers, [f"{code}{rate:02X}00" for rate in range(TARIFFS + 1)])
            held["10"] = _joined(registers, POWERS)
        self._rings[kind].appendleft(held)

    def value(self, di: str) -> bytes | None:
        """The octets of an item 05kkmmnn, or of a whole freeze 05kkFFnn; None when there is none."""
        ring = self._rings.get(di[2:4], ())
        number = int(di[6:], 16)
        if not 1 <= number <= len(ring):
            return None
        held = ring[number - 1]
        if di[4:6] == "FF":
            return bytes((SEPARATOR,)).join(held.values()) + bytes((SEPARATOR,))
        return held.get(di[4:6]) or None

    def clear(self) -> None:
        """Forget all."""
        for ring in self._rings.values():
            ring.clear()


def _joined(registers: Mapping[str, RegisterValue], items: tuple[str, ...] | list[str]) -> bytes:
    return b"".join(lookup(di).encode(registers[di]) for di in items if di in registers)
