"""Read a DL/T 645 meter: one item, a block, and what happens when the meter does not have an item.

meterwire meter 645 --address 003411001043 &
python examples/read_meter.py 127.0.0.1 10645 003411001043
"""

import asyncio
import sys

from meterwire.client.dlt645 import MeterMaster
from meterwire.errors import LinkError, MeterError

ITEMS = (
    "00010000",  # forward active energy, total
    "0201FF00",  # voltages of all phases: a block, one reading for each
    "00FF0000",  # nothing a meter has
)


async def main(host: str, port: str, address: str) -> None:
    # A serial port is 645:///dev/ttyUSB0?baud=2400&parity=E&addr=…
    url = f"645+tcp://{host}:{port}?addr={address}"
    async with await MeterMaster.open(url, timeout=1.5) as master:
        for item in ITEMS:
            try:
                readings = await master.read(item)
            except MeterError as error:
                print(f"{item}: {error} (code {error.code})")
                continue
            for reading in readings:
                # The value is exact: a Decimal made of the integer on the wire, never a float.
                print(f"{reading.item} {reading.name}: {reading.value} {reading.unit} ({reading.quality})")
        print(f"{master.counters.answers} answers, {master.counters.refusals} refusals")


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:4]))
    except LinkError as error:
        sys.exit(str(error))
