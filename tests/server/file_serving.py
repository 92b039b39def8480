"""What tests of files share: a server of a folder, a client of it, and an association made by hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from meterwire.client import IedClient, connect
from meterwire.errors import (
    FileServiceError,
)
from meterwire.models import Ied, LogicalDevice, LogicalNode
from meterwire.protocols.mms import Initiate, Initiator, Pdu
from meterwire.server import Limits, MmsServer
from meterwire.server.files import FolderStore

from ..helpers import until

MEGABYTE = 1 << 20


def model() -> Ied:
    return Ied("F").add(LogicalDevice("FLD", "LD").add(LogicalNode("LLN0")))


@asynccontextmanager
async def served(root: Path, *, writable: bool = True, **limits: Any) -> AsyncIterator[MmsServer]:
    store = FolderStore(root, writable=writable)
    async with MmsServer(model(), port=0, files=store, limits=Limits(**limits)) as server:
        yield server


Body = Callable[[MmsServer, IedClient], Awaitable[None]]


def check(root: Path, body: Body, *, wanted: Initiate | None = None, timeout: float = 5.0, **more: Any) -> None:
    async def run() -> None:
        async with served(root, **more) as server, connect(server.url, timeout=timeout, wanted=wanted) as ied:
            await body(server, ied)
            await until(lambda: server.files is not None and server.files.engine.opened == 0)  # all is closed again

    asyncio.run(run())


def leftovers(root: Path) -> list[str]:
    return sorted(p.name for p in root.rglob(".meterwire-*"))


async def refused(work: Awaitable[Any]) -> int:
    with pytest.raises(FileServiceError) as error:
        await work
    return error.value.code or 0


def ask(ied: IedClient, service: bytes, timeout: float = 5.0) -> Awaitable[Pdu]:
    return ied._connection.request(service, timeout)


class Raw:
    """An association made by hand, to say what a client would not."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def associate(self) -> None:
        self.mms = Initiator()
        self.mms.connect()
        self.writer.write(self.mms.osi.take_output())
        while self.mms.osi.state.name != "OPEN":
            for _ in self.mms.receive(await self.reader.read(65536)):
                pass
            self.writer.write(self.mms.osi.take_output())
        self._events: list[str] = []

    async def send(self, pdu: str) -> None:
        self.mms.osi.send(bytes.fromhex(pdu))
        self.writer.write(self.mms.osi.take_output())
        await self.writer.drain()

    async def receive(self) -> str:
        while not self._events:
            data = await asyncio.wait_for(self.reader.read(65536), 5)
            assert data, "the server went away"
            self._events += [event.pdu.hex() for event in self.mms.osi.receive(data)]  # type: ignore[union-attr]
        return self._events.pop(0)
