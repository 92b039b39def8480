"""An IEC 61850 client: what is there, values with their quality, many at once, a write and a refusal.

    python examples/client_read.py 127.0.0.1 10102

Works against any server; the references are those of `meterwire serve residential`.
"""

import asyncio
import sys

from meterwire.client import connect
from meterwire.errors import DataAccessError, MeterwireError


async def main(host: str, port: str) -> None:
    async with connect(f"mms://{host}:{port}", timeout=10) as ied:
        identity = await ied.identify()
        (device, *_) = await ied.logical_devices()
        print(f"{identity.vendor} {identity.model}: {device} has {', '.join(await ied.logical_nodes(device))}")

        energy = await ied.read(f"{device}/MMTR1.DmdWh")
        print(f"energy {energy.actVal}, quality {energy.q}, at {energy.t}")

        # Many references travel in one request. One that cannot be read is an error object in its place.
        references = [f"{device}/MMXU1.{name}" for name in ("TotW", "Hz", "PhV.phsA")]
        for reference, value in zip(references, await ied.read_many(references), strict=True):
            print(f"{reference} = {value}")

        # [CF] says which functional constraint is meant; without it status and measurands come first.
        print(f"one count is {await ied.read(f'{device}/MMTR1.DmdWh.pulsQty [CF]')} Wh")

        try:
            await ied.write(f"{device}/MMTR1.DmdWh.actVal", 0)
        except DataAccessError as error:
            print(f"refused: {error} (code {error.code})")


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:3]))
    except MeterwireError as error:
        sys.exit(str(error))
