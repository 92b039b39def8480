"""Lines on which simulated meters hang: TCP connections and a pseudo terminal.

One line carries one stream of octets to all of its meters; each that a request concerns answers, when it hears the line's
speed, with the faults of the server on the way.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from ...errors import UsageError
from ...net.tcp import as_stream, listen
from ...protocols.dlt645 import FaultInjector, Faults, Frame, Stream
from ...protocols.dlt645.requests import SPEEDS_1997
from ...protocols.dlt645.session import BYTE_GAP
from .meter import SimulatedMeter

if sys.platform != "win32":
    import termios
    import tty

__all__ = ["FALL_BACK", "MAX_CONNECTIONS", "MeterServer", "serve_meter", "serve_meter_pty"]

MAX_CONNECTIONS: Final = 64
MAX_QUEUE: Final = 256
"""Pieces waiting to be sent on one line; more are lost, as on a real line."""
MAX_UNSENT: Final = 65_536
"""Octets a reader may leave unread before its connection is cut."""
FALL_BACK: Final = 5.0
"""Seconds without a frame after which a meter that was told another speed goes back, when it hears something it cannot
read. How long real ones wait, no source at hand tells."""
MIN_ADVANCE: Final = 0.05
"""Simulated seconds below which a request does not move the registers."""


class _Station:
    """A meter where it is tied to a line, and the speed at which it listens there."""

    def __init__(self, meter: SimulatedMeter, line_speed: Callable[[], int | None] | None) -> None:
        self.meter = meter
        self.session = meter.session(None if line_speed is None else self._change)
        self._line_speed = line_speed
        self._speed: int | None = None
        """None until it was told one: it listens at any."""
        self._before: int | None = None
        self._next: int | None = None
        self._heard = 0.0

    def _change(self, speed: int) -> None:
        self._next = speed

    def hears(self, now: float) -> bool:
        """True when line and meter have the same speed; a meter that understands nothing for a while falls back."""
        if self._speed is None or self._line_speed is None or self._line_speed() == self._speed:
            return True
        if now - self._heard > FALL_BACK:
            self._speed = self._before
        return False

    def answers(self, frame: Frame, now: float) -> list[Frame]:
        """What it says to a frame; a new speed counts once the answer has left."""
        self._heard = now
        found = self.session.handle(frame)
        if self._next is not None and self._line_speed is not None:
            self._before = self._before or self._line_speed()
            self._speed, self._next = self._next, None
        return found


class _Line:
    """The meters on one line: octets in, pieces out when they are due."""

    def __init__(
        self,
        server: "MeterServer",
        write: Callable[[bytes], None],
        line_speed: Callable[[], int | None] | None = None,
    ) -> None:
        self._server = server
        self._write = write
        self._stations = [_Station(meter, line_speed) for meter in server.meters]
        self._stream = Stream()
        self._heard = 0.0
        self._loop = asyncio.get_running_loop()
        self._free_at = 0.0
        self._timers: set[asyncio.TimerHandle] = set()

    def receive(self, data: bytes) -> None:
        """Octets from the line; a pause within a frame ends it."""
        now = self._loop.time()
        if now - self._heard > BYTE_GAP:
            self._stream.flush()
        self._heard = now
        listening = [each for each in self._stations if each.meter.is_powered and each.hears(now)]
        for frame in self._stream.feed(data):
            self._server.catch_up()
            self._send([answer for each in listening for answer in each.answers(frame, now)])

    def _send(self, answers: list[Frame]) -> None:
        if self._server.collisions and len(answers) > 1:
            self._put(0.0, _mixed([frame.encode(self._server.preamble) for frame in answers]))
            return
        for frame in answers:
            for piece in self._server.injector.apply(frame, self._server.preamble):
                self._put(piece.delay, piece.data)

    def _put(self, delay: float, data: bytes) -> None:
        now = self._loop.time()
        if delay <= 0 and self._free_at <= now:
            self._write(data)
        elif len(self._timers) < MAX_QUEUE:
            self._free_at = max(self._free_at, now) + delay
            self._later(self._free_at, data)

    def _later(self, when: float, data: bytes) -> None:
        def send() -> None:
            self._timers.discard(timer)
            self._write(data)

        timer = self._loop.call_at(when, send)
        self._timers.add(timer)

    def close(self) -> None:
        """Send nothing more."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()


def _mixed(answers: list[bytes]) -> bytes:
    """What a pair of wires carries when several talk at once, each an octet later: zeros win over ones."""
    length = max(len(answer) + late for late, answer in enumerate(answers))
    mixed = bytearray(b"\xff" * length)
    for late, answer in enumerate(answers):
        for at, octet in enumerate(answer, late):
            mixed[at] &= octet
    return bytes(mixed)


class _Connection(asyncio.Protocol):
    def __init__(self, server: "MeterServer") -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._line: _Line | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if len(self._server.connections) >= MAX_CONNECTIONS:
            transport.close()
            return
        self._transport = as_stream(transport)
        self._line = _Line(self._server, self._write)
        self._server.connections.add(self)

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > MAX_UNSENT:
            self._transport.abort()
            return
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        if self._line is not None:
            self._line.receive(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._line is not None:
            self._line.close()
        self._server.connections.discard(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class MeterServer:
    """What :func:`serve_meter` and :func:`serve_meter_pty` give: where it listens, and what happened."""

    def __init__(
        self,
        meters: SimulatedMeter | Sequence[SimulatedMeter],
        faults: Faults | None = None,
        *,
        speed: float = 1.0,
        preamble: int = 4,
        clock: Callable[[], float] = time.monotonic,
        collisions: bool = False,
    ) -> None:
        self.meters = (meters,) if isinstance(meters, SimulatedMeter) else tuple(meters)
        addresses = [meter.address for meter in self.meters]
        if not addresses or len(set(addresses)) != len(addresses):
            raise UsageError("a line needs at least one meter, and each its own address")
        if speed < 0:
            raise UsageError(f"speed is 0 (registers stand still) or more, not {speed}")
        self.injector = FaultInjector(faults)
        """Tells in ``injected`` how often each fault was injected."""
        self.speed = speed
        self.preamble = preamble
        self.collisions = collisions
        """Meters that answer at once spoil each other's octets; False: one answers after the other."""
        self.url = ""
        """Where to reach the line, for :meth:`meterwire.client.dlt645.MeterMaster.open`."""
        self.host, self.port = "", 0
        self.path = ""
        """The pseudo terminal, when there is one."""
        self.connections: set[_Connection] = set()
        self._clock = clock
        self._last = clock()

    def catch_up(self) -> None:
        """Let the meters live through the time that has passed; done before each answer."""
        now = self._clock()
        passed = (now - self._last) * self.speed
        if passed >= MIN_ADVANCE:
            self._last = now
            for meter in self.meters:
                meter.advance(passed)


@asynccontextmanager
async def serve_meter(
    meters: SimulatedMeter | Sequence[SimulatedMeter],
    host: str = "127.0.0.1",
    port: int = 0,
    faults: Faults | None = None,
    *,
    allow_remote: bool = False,
    speed: float = 1.0,
    preamble: int = 4,
    clock: Callable[[], float] = time.monotonic,
    collisions: bool = False,
) -> AsyncIterator[MeterServer]:
    """Serve meters on a TCP port (0: any free one); each connection is a line of its own to all of them.

    ``speed`` simulated seconds pass per second of ``clock``; 0 leaves the registers to :meth:`SimulatedMeter.advance`.
    UsageError for an address beyond loopback without ``allow_remote``, LinkError when the port cannot be had.
    """
    server = MeterServer(meters, faults, speed=speed, preamble=preamble, clock=clock, collisions=collisions)
    listener = await listen(lambda: _Connection(server), host, port, allow_remote=allow_remote)
    server.host, server.port = listener.sockets[0].getsockname()[:2]
    shown = f"[{server.host}]" if ":" in server.host else server.host
    server.url = f"645+tcp://{shown}:{server.port}"
    try:
        yield server
    finally:
        listener.close()
        for connection in tuple(server.connections):
            connection.close()
        await asyncio.sleep(0)


@asynccontextmanager
async def serve_meter_pty(
    meters: SimulatedMeter | Sequence[SimulatedMeter],
    faults: Faults | None = None,
    *,
    speed: float = 1.0,
    preamble: int = 4,
    clock: Callable[[], float] = time.monotonic,
    collisions: bool = False,
) -> AsyncIterator[MeterServer]:
    """Serve meters on a pseudo terminal (POSIX); open ``server.path`` as if it were a serial port.

    The terminal remembers the speed the other end sets, and a meter that was told a speed (17H) listens at no other.
    """
    server = MeterServer(meters, faults, speed=speed, preamble=preamble, clock=clock, collisions=collisions)
    loop = asyncio.get_running_loop()
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)

    def write(data: bytes) -> None:
        try:
            os.write(ours, data)
        except BlockingIOError:
            return  # nobody reads: lost, as on a real line

    def line_speed() -> int | None:
        return TERMINAL_SPEEDS.get(termios.tcgetattr(ours)[5])

    line = _Line(server, write, line_speed)

    def readable() -> None:
        try:
            data = os.read(ours, 4096)
        except (BlockingIOError, InterruptedError):
            return
        line.receive(data)

    server.path = os.ttyname(theirs)
    server.url = f"645://{server.path}"
    loop.add_reader(ours, readable)
    try:
        yield server
    finally:
        loop.remove_reader(ours)
        line.close()
        os.close(ours)
        os.close(theirs)


TERMINAL_SPEEDS: Final = (
    {} if sys.platform == "win32" else {getattr(termios, f"B{speed}"): speed for speed in SPEEDS_1997}
)
"""What the terminal driver calls the speeds a meter can have."""
