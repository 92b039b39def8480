"""The bench a case works at: associations to the server, what is known of it, checks, and the way back."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from ..client.ied import parse_target
from ..errors import MeterwireError
from ..models import Ied
from ..net.tcp import as_stream, dial, set_low_latency
from ..protocols.mms import Initiate
from ..protocols.osi import AddressSet
from .case import CheckFailedError, NotApplicableError, Permission
from .inventory import Inventory
from .session import Session, open_session
from .sweep import Sweep, sweep
from .tape import Tape

__all__ = ["Bench", "Line", "Options", "quote"]

MAX_CLIENTS = 64
"""Associations a case opens at once to find out how many a server takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run."""

    timeout: float = 5.0
    """Seconds any call waits for the server."""
    wait: float = 5.0
    """Seconds to wait for what the server does by itself: a value that changes, a reservation that ends."""
    allowed: frozenset[Permission] = frozenset()
    """What cases may do beyond looking."""
    groups: tuple[str, ...] = ()
    """Groups (``Rp`` takes ``RpN`` along) and cases (``sRp4``); all when empty."""
    password: str | None = None
    """ACSE password."""
    addresses: AddressSet | None = None
    """Selectors and titles."""
    model: Ied | None = None
    """What an SCL file says the server is."""
    controls: tuple[str, ...] = ()
    """The only objects that may be operated, ``LD/LN.DO``; any when empty."""
    max_clients: int = MAX_CLIENTS
    """Associations at most, for the cases that take them all."""
    case_seconds: float = 120.0
    """A case that takes longer has failed."""


class Line(asyncio.Protocol):
    """A TCP connection on which anything can be sent; made by :meth:`Bench.line`."""

    def __init__(self, record: Callable[[str, bytes], None]) -> None:
        self.received = bytearray()
        """Everything that came."""
        self.is_closed = False
        """The server has closed it."""
        self._record = record
        self._transport: asyncio.Transport | None = None
        self._news = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP stands."""
        self._transport = as_stream(transport)
        set_low_latency(transport)

    def data_received(self, data: bytes) -> None:
        """Octets arrived."""
        self._record("in", data)
        self.received += data
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has closed."""
        del exc
        self.is_closed = True
        self._transport = None
        self._news.set()

    def send(self, data: bytes) -> None:
        """Put octets onto the line; nothing when it is closed."""
        if self._transport is not None:
            self._record("out", data)
            self._transport.write(data)

    async def settle(self, seconds: float, enough: Callable[[bytes], bool] = bool) -> bytes:
        """What has come once ``enough`` says so, the server closes, or time is up; it is taken away."""
        end = time.monotonic() + seconds
        while not enough(bytes(self.received)) and not self.is_closed and (left := end - time.monotonic()) > 0:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._news.wait()
        taken = bytes(self.received)
        self.received.clear()
        return taken

    def close(self) -> None:
        """Close our side."""
        if self._transport is not None:
            self._transport.close()


class Bench:
    """Everything one case has."""

    def __init__(self, target: str, options: Options, inventory: Inventory, tape: Tape) -> None:
        self.host, self.port = parse_target(target)
        self.options = options
        self.inventory = inventory
        self.tape = tape
        self.notes: list[str] = []
        """What a reader of a passed case may want to know: how many were looked at, what was measured."""
        self._sessions: list[Session] = []
        self._lines: list[Line] = []
        self._undo: list[tuple[str, Callable[[Session], Awaitable[None]]]] = []
        self._first: Session | None = None

    # -- associations ----------------------------------------------------------------------

    async def session(self) -> Session:
        """The case's own association, made anew when it is gone."""
        if self._first is None or not self._first.is_open:
            self._first = await self.open()
        return self._first

    async def open(
        self,
        *,
        wanted: Initiate | None = None,
        addresses: AddressSet | None = None,
        password: str | None = None,
    ) -> Session:
        """A further association."""
        session = await open_session(
            self.host,
            self.port,
            timeout=self.options.timeout,
            tape=self.tape,
            addresses=addresses or self.options.addresses,
            wanted=wanted,
            password=self.options.password if password is None else password,
        )
        self._sessions.append(session)
        return session

    async def line(self) -> Line:
        """A bare TCP connection."""
        record = self.tape.connect()
        line = await dial(lambda: Line(record), self.host, self.port, timeout=self.options.timeout)
        self._lines.append(line)
        return line

    async def values(self) -> Sweep:
        """Every value of the server; read by the first case that wants them."""
        if self.inventory.values is None:
            self.inventory.values = await sweep(await self.session(), self.inventory)
        assert isinstance(self.inventory.values, Sweep)
        return self.inventory.values

    # -- verdicts --------------------------------------------------------------------------

    def check(self, condition: object, otherwise: str) -> None:
        """The case fails with ``otherwise`` unless the condition holds."""
        if not condition:
            raise CheckFailedError(otherwise)

    def fail(self, text: str) -> NoReturn:
        """The case fails."""
        raise CheckFailedError(text)

    def skip(self, reason: str) -> NoReturn:
        """The case cannot be tried here."""
        raise NotApplicableError(reason)

    def note(self, text: str) -> None:
        """Tell a reader something."""
        self.notes.append(text)

    def allows(self, permission: Permission) -> bool:
        """The user lets cases do this."""
        return permission in self.options.allowed

    # -- the way back ----------------------------------------------------------------------

    def undo(self, what: str, action: Callable[[Session], Awaitable[None]]) -> None:
        """Do this when the case is over, last ones first, whatever becomes of it; ``what`` says it in an error."""
        self._undo.append((what, action))

    async def close(self) -> list[str]:
        """Put everything back and close everything; what could not be put back."""
        left: list[str] = []
        while self._undo:
            what, action = self._undo.pop()
            try:
                await action(await self.session())
            except (MeterwireError, CheckFailedError) as error:
                left.append(f"{what}: {error}")
        for session in self._sessions:
            with contextlib.suppress(MeterwireError):
                await session.release()
        for line in self._lines:
            line.close()
        self._sessions.clear()
        self._lines.clear()
        return left


def quote(value: Any, limit: int = 120) -> str:
    """A value for a sentence, cut when it is long."""
    text = f"{value!r}" if isinstance(value, (str, bytes)) else str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
