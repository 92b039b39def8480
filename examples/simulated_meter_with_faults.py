"""A simulated meter on a bad line, and what a master makes of it: every value it shows is a true one.

python examples/simulated_meter_with_faults.py 127.0.0.1 0
"""

import asyncio
import sys
from decimal import Decimal

from meterwire.client.dlt645 import MeterMaster
from meterwire.errors import LinkTimeoutError
from meterwire.protocols.dlt645 import Faults
from meterwire.server.meter645 import SimulatedMeter, serve_meter

# Probabilities for each answer; the same seed brings the same faults.
FAULTS = Faults(checksum=0.2, split=0.5, garbage=0.3, silence=0.1, address=0.1, item=0.1, split_gap=0.005, seed=7)
ROUNDS = 25


async def main(host: str, port: str) -> None:
    meter = SimulatedMeter("003411001043", seed=1)
    async with serve_meter(meter, host, int(port), FAULTS, speed=0) as line:
        print(f"{line.url} answers for {meter.address}", flush=True)
        async with await MeterMaster.open(f"{line.url}?addr={meter.address}", timeout=0.05) as master:
            right = unanswered = 0
            for count in range(ROUNDS):
                meter.registers["00010000"] = count  # registers may be set freely
                try:
                    (reading,) = await master.read("00010000")
                except LinkTimeoutError:
                    unanswered += 1
                    continue
                right += reading.value == Decimal(count) / 100
        print(f"{right} right, {ROUNDS - right - unanswered} wrong, {unanswered} not answered in three tries")
        print(f"injected: {', '.join(f'{kind} {n}' for kind, n in line.injector.injected.items() if n)}")
        print(
            f"seen: {master.checksum_errors} checksums, {master.discarded} odd octets, {master.counters.retries} retries"
        )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
