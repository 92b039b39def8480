"""A server whose settings are edited, to be killed: ``killed_settings.py DATABASE TOLD NUMBER``.

It prints what it found (every value of the edited group), then its own client edits the group over MMS again and again:
all values to the next number. Every number that was confirmed to the client is written to TOLD, which stays when the process
is killed.
"""

import asyncio
import os
import sys

from meterwire.client import connect
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, basic_type
from meterwire.models.control_blocks import SettingControl
from meterwire.server import MmsServer
from meterwire.server.setting_store import SqliteSettings

SETTINGS = 40
"""Enough that a group is more than one page of the database."""


def protection() -> Ied:
    head = LogicalNode("LLN0")
    head.control_blocks["SGCB"] = SettingControl(groups=2)
    node = LogicalNode("PTOC", "1")
    for i in range(SETTINGS):
        leaf = DataAttribute("setVal", "SG", basic_type("INT32"), is_writable=True)
        node.add(DataObject(f"Set{i}", "ING").add(leaf))
    return Ied("P").add(LogicalDevice("PROT", "ROT").add(head, node))


async def serve(database: str, told: str, number: int) -> None:
    ied = protection()
    acknowledged = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    async with MmsServer(ied, port=0, setting_store=SqliteSettings(database)) as server, connect(server.url) as client:
        found = server.settings.blocks["PROT"].values(1).values()
        print(*found, flush=True)
        number = max(number, *found)
        print("editing", flush=True)
        while True:
            number += 1
            async with client.settings.edit("PROT", 1) as edit:
                await client.write_many({f"PROT/PTOC1.Set{i}.setVal [SE]": number for i in range(SETTINGS)})
                await edit.confirm()
            os.write(acknowledged, b"%d\n" % number)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
