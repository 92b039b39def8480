"""The MMS server: listens, and gives every connection its association."""

import asyncio
from types import TracebackType
from typing import Self, Unpack

from ..models import Ied
from ..net.tcp import listen, local_port
from .association import Association
from .core import ServerCore, ServerOptions, Tap
from .limits import Limits, Statistics

__all__ = ["Limits", "MmsServer", "Statistics", "Tap"]

CLOSING_SECONDS, CLOSING_STEPS = 1.0, 50
"""How long a closing server waits for its last words to be read, and how often it looks."""


class MmsServer(ServerCore):
    """Serves an IED; use as ``async with MmsServer(ied, port=10102) as server``.

    ``files`` is what the file services work on, e.g. a :class:`~meterwire.server.files.FolderStore`; without it
    they are rejected as unsupported. Further ``options`` are those of :class:`~meterwire.server.core.ServerCore`.
    """

    def __init__(
        self,
        ied: Ied,
        *,
        host: str = "127.0.0.1",
        port: int = 10102,
        allow_remote: bool = False,
        **options: Unpack[ServerOptions],
    ) -> None:
        super().__init__(ied, **options)
        self.host = host
        self.port = port
        self.allow_remote = allow_remote
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; ``port`` then holds the real port. When that fails the server is closed, and its journal with it."""
        try:
            self._server = await listen(lambda: Association(self), self.host, self.port, allow_remote=self.allow_remote)
        except BaseException:
            await self.close()
            raise
        self.port = local_port(self._server)
        self.run()

    async def close(self) -> None:
        """Abort every association and stop listening."""
        if self._server is not None:
            self._server.close()
        associations = list(self.associations.values())
        for association in associations:
            association.abort()
        await self.end()
        for _ in range(CLOSING_STEPS):
            if not self.associations:
                break
            await asyncio.sleep(CLOSING_SECONDS / CLOSING_STEPS)
        for association in associations:
            association.drop()
        if self._server is not None:
            await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"mms://{self.host}:{self.port}"
