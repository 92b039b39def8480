"""A model of your own: logical nodes declared by their class, served, and changed while clients watch.

python examples/own_model.py 127.0.0.1 10102
meterwire watch mms://127.0.0.1:10102 SHEDLD0/LLN0.urcbMx
"""

import asyncio
import itertools
import sys
import time
from contextlib import suppress

from meterwire.models import Ied, LogicalDevice, Reference, ReportControl, build
from meterwire.models.ln import GGIO, LLN0, LPHD, MMXU
from meterwire.reading import Quality, Timestamp
from meterwire.server import MmsServer


def shed() -> Ied:
    """One device: a power measurement, a door contact that has a description, and a report of both."""
    head = build(LLN0, values={"NamPlt.vendor": "you", "NamPlt.swRev": "1", "NamPlt.d": "a shed"})
    nameplate = build(LPHD, inst="1", values={"PhyNam.vendor": "you"})
    power = build(MMXU, inst="1", include=("TotW.db",), values={"TotW.units.SIUnit": "W"}, quality=Quality.INVALID)
    door = build(GGIO, inst="1", include=("Ind1",), values={"Ind1.d": "door open"})
    device = LogicalDevice("SHEDLD0", "LD0").add(head, nameplate, power, door)
    head.data_sets["dsMx"] = (
        Reference(device.name, ("MMXU1", "TotW"), "MX"),
        Reference(device.name, ("GGIO1", "Ind1"), "ST"),
    )
    head.control_blocks["urcbMx"] = ReportControl(name="urcbMx", data_set="dsMx", instances=2)
    return Ied("SHED").add(device)


async def main(host: str, port: str) -> None:
    ied = shed()
    async with MmsServer(ied, host=host, port=int(port)) as server:
        print(f"{server.url} serves {', '.join(ied.children)}", flush=True)
        power, door = ied.find("SHEDLD0/MMXU1.TotW"), ied.find("SHEDLD0/GGIO1.Ind1")
        for step in itertools.count():
            now = Timestamp.from_ns(time.time_ns())
            # One transaction: clients see all of it or nothing, and it makes one report.
            changes = {power["mag.f"]: 100.0 + step % 7, power["q"]: Quality.GOOD, power["t"]: now}
            changes |= {door["stVal"]: step % 2 == 1, door["t"]: now}
            ied.apply(changes.items())
            await asyncio.sleep(0.25)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(*sys.argv[1:3]))
