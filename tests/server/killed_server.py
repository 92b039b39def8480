"""A server that counts, to be killed: ``killed_server.py PORT JOURNAL ACKNOWLEDGED START EVENTS``.

It changes one value EVENTS times, from START upwards, as fast as reports are made, and writes every number whose entry the
journal has acknowledged to the file ACKNOWLEDGED. What was handed to the kernel by write() stays when the process is killed.
"""

import asyncio
import os
import sys

from meterwire.acsi import BufferLimits, Entry
from meterwire.models import (
    DataAttribute,
    DataObject,
    Ied,
    LogicalDevice,
    LogicalNode,
    Reference,
    ReportControl,
    Trigger,
    basic_type,
)
from meterwire.server import MmsServer
from meterwire.server.journal import SqliteJournal


def counting_ied() -> Ied:
    """One counter, in a data set, under a BRCB."""
    counter = DataAttribute("stVal", "ST", basic_type("INT32"), trigger=Trigger.DCHG)
    head = LogicalNode("LLN0")
    head.data_sets["ds"] = (Reference("CNTLD", ("GGIO1", "IntIn1", "stVal"), "ST"),)
    head.control_blocks["brcb"] = ReportControl(name="brcb", data_set="ds", buffered=True, conf_rev=3)
    node = LogicalNode("GGIO", "1").add(DataObject("IntIn1", "INS").add(counter))
    return Ied("CNT").add(LogicalDevice("CNTLD", "LD").add(head, node))


class TellingJournal(SqliteJournal):
    """A journal that writes down which numbers it has for good."""

    def __init__(self, path: str, told: int, ied: Ied) -> None:
        self._told = told
        self._counter = ied.find("CNTLD/GGIO1.IntIn1.stVal")
        self._numbers: dict[int, int] = {}
        super().__init__(path)

    def append(self, control: str, entry: Entry) -> None:
        self._numbers[entry.entry_id] = self._counter.value
        super().append(control, entry)

    def _written(self, batch: list[tuple[str, tuple[object, ...], int]]) -> None:
        numbers = [self._numbers.pop(entry_id) for _, _, entry_id in batch if entry_id]
        os.write(self._told, b"".join(b"%d\n" % number for number in numbers))
        super()._written(batch)


async def serve(port: int, journal: str, acknowledged: str, start: int, events: int) -> None:
    ied = counting_ied()
    counter = ied.find("CNTLD/GGIO1.IntIn1.stVal")
    told = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    # Room for all that happens while a client is slow to come back: overflow is another test's business.
    buffers = BufferLimits(entries=10**6, octets=1 << 30)
    async with MmsServer(ied, port=port, journal=TellingJournal(journal, told, ied), buffers=buffers):
        print("serving", flush=True)
        for number in range(start, start + events):
            ied.apply([(counter, number)])
            await asyncio.sleep(0.0002)
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
