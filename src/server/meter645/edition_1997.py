"""What a meter of DL/T 645-1997 shows of the same load: its items, from the registers of 2007."""

import datetime as dt
from collections.abc import Mapping, MutableMapping
from typing import Final

from ...protocols.dlt645.items import RegisterValue
from .load import TARIFFS

__all__ = ["fixed_1997", "show_1997"]

PLACES: Final[dict[str, tuple[str, int]]] = {
    **{f"B61{phase}": (f"02010{phase}00", 10) for phase in (1, 2, 3)},
    **{f"B62{phase}": (f"02020{phase}00", 10) for phase in (1, 2, 3)},
    **{f"B63{phase}": (f"02030{phase}00", 1) for phase in range(4)},
    **{f"B64{phase}": (f"02040{phase}00", 100) for phase in range(4)},
    **{f"B65{phase}": (f"02060{phase}00", 1) for phase in range(4)},
    **{f"901{rate}": (f"00010{rate}00", 1) for rate in range(TARIFFS + 1)},
    **{f"902{rate}": (f"00020{rate}00", 1) for rate in range(TARIFFS + 1)},
    **{f"941{rate}": (f"00010{rate}01", 1) for rate in range(TARIFFS + 1)},
    "9110": ("00030000", 1),
}
"""Item of 1997 to the item of 2007 with the same quantity, and by how much its last place is larger."""
COUNTS: Final = {"B212": "03300000", "B213": "03300200"}
DIGITS: Final = 10**4


def fixed_1997(address: str) -> dict[str, RegisterValue]:
    """What does not move."""
    return {"C030": 6400, "C031": 6400, "C032": address, "C033": "0", "C034": address, "C111": 15, "C112": 1}


def show_1997(
    registers: MutableMapping[str, RegisterValue], model: Mapping[str, RegisterValue], clock: dt.datetime
) -> None:
    """Bring the registers of 1997 up to date with those of the model."""
    for di, (source, unit) in PLACES.items():
        value = model[source]
        assert isinstance(value, int)
        registers[di] = value // unit
    for di, source in COUNTS.items():
        count = model[source]
        assert isinstance(count, int)
        registers[di] = count % DIGITS
    for rate in range(TARIFFS + 1):
        held = model[f"0101{rate:02X}00"]
        assert isinstance(held, tuple)
        assert isinstance(held[1], dt.datetime)
        registers[f"A01{rate}"], registers[f"B01{rate}"] = held[0], f"{held[1]:%m-%dT%H:%M}"
    registers["C010"], registers["C011"] = clock, clock.time().isoformat()
