"""uvloop is somebody else's event loop: its transports are not asyncio's, and everything of ours has to run on it."""

import asyncio
from typing import Any

import pytest
from ours import awkward_ied, truth

from meterwire.client import connect
from meterwire.server import MmsServer

uvloop = pytest.importorskip("uvloop", reason="uvloop is not installed: pip install meterwire[speed]")


async def session() -> Any:
    ied = awkward_ied()
    async with MmsServer(ied, port=0) as server, connect(server.url) as client:
        await client.write("OURSLD0/GGIO2.IntSet.setVal", 7)
        async with client.reports("OURSLD0/LLN0.urcbStat") as reports:
            ied.apply([(ied.find("OURSLD0/GGIO1.Ind1.stVal"), True)])
            report = await reports.next(5)
        return await client.read("OURSLD0/GGIO2.IntSet.setVal"), report.entries[0].value, len(truth(ied))


def test_server_and_client_on_uvloop() -> None:
    assert uvloop.run(session()) == asyncio.run(session())
