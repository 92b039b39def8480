"""Meters of a home on one side, an IEC 61850 server on the other: the residential terminal as a library.

    python examples/meter_to_iec61850.py 127.0.0.1 10102
    meterwire watch mms://127.0.0.1:10102 HOMEMET/LLN0.urcbEn

The meters are simulated here; real ones differ in nothing but their URLs.
"""

import asyncio
import sys
from contextlib import suppress

from meterwire.models.terminals import MeterConfig
from meterwire.server.meter645 import SimulatedMeter, serve_meter
from meterwire.terminals import MeterAt, ResidentialTerminal


async def main(host: str, port: str) -> None:
    flat, garage = SimulatedMeter("003411001043", seed=1), SimulatedMeter("003411001044", seed=2)
    # Both meters hang on one line; a minute passes for them each second.
    async with serve_meter([flat, garage], host, speed=60) as line:
        meters = [
            MeterAt(line.url, MeterConfig(address=flat.address, rates=4, phases=3, description="flat")),
            MeterAt(line.url, MeterConfig(address=garage.address, rates=0, phases=1, description="garage")),
        ]
        async with ResidentialTerminal(meters, name="HOME", host=host, port=int(port), poll_seconds=1) as terminal:
            print(f"{terminal.server.url} serves {', '.join(terminal.ied.children)}", flush=True)
            await terminal.polled.wait()
            while True:
                # The model is an ordinary tree of Python objects.
                energy = terminal.ied.find("HOMEMET/MMTR1.DmdWh")
                relay = terminal.ied.find("HOMEMET2/XSWI1.Pos.stVal").value
                print(f"flat {energy['actVal'].value} × 10 Wh ({energy['q'].value}), garage relay {relay}", flush=True)
                await asyncio.sleep(1)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main(*sys.argv[1:3]))
