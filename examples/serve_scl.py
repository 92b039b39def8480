"""Any IED of an SCL file, with values of your own; buffered reports survive a restart, and clients need a password.

    python examples/serve_scl.py 127.0.0.1 10102 examples/feeder.icd feeder.journal
    meterwire watch mms://127.0.0.1:10102 FEEDERLD0/LLN0.brcbEv --password feeder

`meterwire serve --scl FILE` does it with simulated values.
"""

import asyncio
import itertools
import sys
import time
from contextlib import suppress

from meterwire.errors import MeterwireError
from meterwire.reading import Quality, Timestamp
from meterwire.scl import load_ied
from meterwire.server import Admission, MmsServer
from meterwire.server.journal import SqliteJournal


async def main(host: str, port: str, file: str, journal: str) -> None:
    ied = load_ied(file)  # of a file with several IEDs: load_ied(file, "NAME")
    energy, door = ied.find("FEEDERLD0/MMTR1.TotWh"), ied.find("FEEDERLD0/GGIO1.Ind1")
    async with MmsServer(
        ied,
        host=host,
        port=int(port),
        journal=SqliteJournal(journal),  # an entry leaves for a client once it is on disk
        admission=Admission(password="feeder"),  # ACSE: in clear text on the line
    ) as server:
        print(f"{server.url} serves {', '.join(ied.children)}", flush=True)
        for step in itertools.count(1):
            now = Timestamp.from_ns(time.time_ns())
            energy.update(actVal=step, q=Quality.GOOD, t=now)
            if step % 10 == 0:
                door.update(stVal=not door["stVal"].value, q=Quality.GOOD, t=now)
            await asyncio.sleep(0.25)


if __name__ == "__main__":
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(main(*sys.argv[1:5]))
    except MeterwireError as error:
        sys.exit(str(error))
