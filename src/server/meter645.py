"""Simulated DL/T 645-2007 meters: registers that move, on a TCP port or a pseudo terminal, with faults on demand.

All quantities are integers from the load to the register: power in 0.1 W, energy as 0.1 W × ms until it fills a
register's last place (10 Wh). The same seed and the same steps give the same registers.

Example::

    meter = SimulatedMeter(address="003411001043", seed=7)
    async with serve_meter(meter, speed=60) as server:          # one simulated minute per second
        async with await MeterMaster.open(server.url) as master: ...
"""

import asyncio
import datetime as dt
import os
import random
import time
import tty
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from math import isqrt
from typing import Final

from ..binding.clock import CHINA
from ..errors import UsageError
from ..net.tcp import as_stream, listen
from ..protocols.dlt645 import (
    FaultInjector,
    Faults,
    Frame,
    MeterActions,
    MeterSession,
    RelayAction,
    RelayCommand,
    check_address,
)
from ..protocols.dlt645.items import RegisterValue

__all__ = ["MeterServer", "SimulatedMeter", "meter_clock", "serve_meter", "serve_meter_pty"]

PULSE: Final = 360_000_000
"""0.1 W × ms in the last place of an energy register: 10 Wh = 36,000 J."""
ROLL_OVER: Final = 10**8
"""An energy register has eight digits and starts again."""
SIGNED_ROLL_OVER: Final = 8 * 10**7
"""A combined register gives its highest bit to the sign."""
STEP_MS: Final = 60_000
"""Load and voltage change this often, in simulated milliseconds."""
MAX_STEPS: Final = 2_000
"""A longer jump takes this many steps, each of them longer."""
DEMAND_PERIOD_MS: Final = 15 * 60_000
TARIFFS: Final = (4, 4, 4, 4, 4, 4, 4, 3, 2, 2, 1, 2, 3, 3, 3, 3, 3, 2, 1, 1, 1, 2, 3, 4)
"""Tariff of each hour: 1 sharp peak, 2 peak, 3 flat, 4 valley."""
MIN_LOAD, MAX_LOAD, LOAD_STEP = 500, 33_000, 4_000
"""Load of one phase in 0.1 W, and the most it changes in a step."""
RELAY_BITS: Final = 1 << 4 | 1 << 6
"""Status word 3: relay open, relay commanded open."""
MAX_CONNECTIONS: Final = 64
MAX_QUEUE: Final = 256
"""Pieces waiting to be sent on one line; more are lost, as on a real line."""
MAX_UNSENT: Final = 65_536
"""Octets a reader may leave unread before its connection is cut."""


def meter_clock() -> dt.datetime:
    """What the clock of a meter in China shows now, whole seconds; meters know no time zone."""
    now = dt.datetime.now(dt.UTC) + CHINA
    return now.replace(microsecond=0, tzinfo=None)


PASSWORDS: Final = {2: "000000"}
"""Password of a new simulated meter, by level."""


class SimulatedMeter:
    """A three-phase meter with four tariffs; :attr:`registers` is what it answers with.

    ``start`` is what its clock shows at first (default: now, in China). Registers that the physics
    does not own may be set freely; items follow the catalogue, other DIs take bytes. ``passwords`` maps the levels that
    open something to their six digits; with one of them the relay can be tripped and closed.
    """

    def __init__(
        self,
        address: str = "000000000001",
        *,
        seed: int = 0,
        start: dt.datetime | None = None,
        passwords: Mapping[int, str] | None = None,
    ) -> None:
        self.address = check_address(address)
        self.passwords: dict[int, str] = dict(PASSWORDS if passwords is None else passwords)
        self.clock = start or meter_clock()
        self.registers: dict[str, RegisterValue] = {}
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        draw = self._random.randrange
        self._ms = 0
        self._rest = 0
        self._load = [draw(MIN_LOAD, MAX_LOAD // 2) for _ in range(3)]
        self._energy = [draw(50_000, 400_000) * PULSE for _ in range(4)]
        self._reactive = draw(10_000, 90_000) * PULSE
        self._window = 0
        self._window_ms = 0
        self._relay_open = False
        self._fixed()
        self._instant()
        self._totals()

    @property
    def relay_open(self) -> bool:
        """The load relay; open, the load is zero. Status word 3 tells it (bits 4 and 6)."""
        return self._relay_open

    @relay_open.setter
    def relay_open(self, is_open: bool) -> None:
        self._relay_open = is_open
        word = self.registers["04000503"]
        assert isinstance(word, int)
        self.registers["04000503"] = word | RELAY_BITS if is_open else word & ~RELAY_BITS
        self._instant()

    def advance(self, seconds: float) -> None:
        """Let time pass: energy grows with the load, the load wanders, the clock goes on."""
        total = round(seconds * 1000)
        if total < 0:
            raise UsageError(f"time does not run backwards ({seconds} s)")
        step = max(STEP_MS, -(-total // MAX_STEPS))
        while total > 0:
            ms = min(total, step - self._rest % step)
            self._integrate(ms)
            total -= ms
            self._rest += ms
            if self._rest >= step:
                self._rest = 0
                self._wander()
                self._instant()
        self._totals()

    def set_clock(self, moment: dt.datetime) -> None:
        """Set the meter's clock, as a broadcast time does."""
        self.clock = moment
        self._ms = 0
        self._totals()

    def _moment(self) -> dt.datetime:
        return self.clock + dt.timedelta(milliseconds=self._ms)

    def session(self) -> MeterSession:
        """A new session of this meter, one for each line it hangs on."""
        return MeterSession(
            self.address,
            self.registers,
            clock=self._moment,
            set_clock=self.set_clock,
            actions=_Actions(self),
            passwords=self.passwords,
        )

    def _fixed(self) -> None:
        draw = self._random.randrange
        registers = self.registers
        registers.update({"04000401": self.address, "04000402": self.address})
        registers.update({f"0400050{word}": 0 for word in range(1, 8)})
        registers["02800007"], registers["02800008"], registers["02800009"] = 253, 360, 600
        registers["0280000A"] = draw(1_000, 90_000)
        for rate in range(5):
            registers[f"0002{rate:02X}00"] = 0
            registers[f"0101{rate:02X}00"] = (0, self.clock)
        reverse = [draw(0, 900) for _ in range(4)]
        for rate, value in enumerate([sum(reverse), *reverse]):
            registers[f"0002{rate:02X}00"] = value
        settled = [energy // PULSE - draw(1_000, 9_000) for energy in self._energy]
        for rate, value in enumerate([sum(settled), *settled]):
            registers[f"0001{rate:02X}01"] = value

    def _wander(self) -> None:
        draw = self._random.randrange
        self._load = [min(MAX_LOAD, max(MIN_LOAD, p + draw(-LOAD_STEP, LOAD_STEP + 1))) for p in self._load]

    def _instant(self) -> None:
        """Voltage, current, power, power factor and frequency of the present load."""
        draw = self._random.randrange
        sums = [0, 0, 0]
        for phase, load in enumerate(self._load, 1):
            active = 0 if self._relay_open else load
            volt, factor = 2200 + draw(-40, 41), draw(930, 996)
            apparent = active * 1000 // factor
            reactive = isqrt(apparent * apparent - active * active)
            current = active * 1_000_000 // (volt * factor)  # 0.1 W / (0.1 V × 0.001) in mA
            values = ("01", volt), ("02", current), ("03", active), ("04", reactive), ("05", apparent), ("06", factor)
            self.registers.update({f"02{code}{phase:02X}00": value for code, value in values})
            self.registers[f"0207{phase:02X}00"] = draw(55, 215)
            sums = [a + b for a, b in zip(sums, (active, reactive, apparent), strict=True)]
        for code, value in zip(("03", "04", "05"), sums, strict=True):
            self.registers[f"02{code}0000"] = value
        self.registers["02060000"] = sums[0] * 1000 // sums[2] if sums[2] else 1000
        self.registers["02800001"] = draw(0, 40)
        self.registers["02800002"] = 5000 + draw(-3, 4)

    def _integrate(self, ms: int) -> None:
        active = 0 if self._relay_open else sum(self._load)
        reactive = self.registers["02040000"]
        assert isinstance(reactive, int)
        self._energy[TARIFFS[self._moment().hour] - 1] += active * ms
        self._reactive += reactive * ms
        self._ms += ms
        while ms:
            part = min(ms, DEMAND_PERIOD_MS - self._window_ms)
            self._window += active * part
            self._window_ms += part
            ms -= part
            if self._window_ms == DEMAND_PERIOD_MS:
                self._demand(self._window // DEMAND_PERIOD_MS)
                self._window = self._window_ms = 0

    def _demand(self, demand: int) -> None:
        """A demand period is over: keep its average where it is the highest so far."""
        moment = self._moment().replace(second=0, microsecond=0)
        self.registers["02800004"] = demand
        for item in ("01010000", f"0101{TARIFFS[moment.hour]:02X}00"):
            highest = self.registers[item]
            if isinstance(highest, tuple) and isinstance(highest[0], int) and demand > highest[0]:
                self.registers[item] = (demand, moment)

    def _totals(self) -> None:
        """Energy registers and clock; the total is the sum of what the tariffs show."""
        registers = self.registers
        rates = [energy // PULSE % ROLL_OVER for energy in self._energy]
        forward = sum(rates) % ROLL_OVER
        registers["00010000"] = forward
        registers.update({f"0001{rate:02X}00": value for rate, value in enumerate(rates, 1)})
        for rate, value in enumerate([forward, *rates]):
            reverse = registers[f"0002{rate:02X}00"]
            combined = value + (reverse if isinstance(reverse, int) else 0)
            registers[f"0000{rate:02X}00"] = combined % SIGNED_ROLL_OVER
        registers["00030000"] = registers["00050000"] = self._reactive // PULSE % SIGNED_ROLL_OVER
        registers.setdefault("02800004", 0)
        whole = self._ms // 1000
        self.clock += dt.timedelta(seconds=whole)
        self._ms -= whole * 1000
        registers["04000101"] = self.clock
        registers["04000102"] = self.clock.time().isoformat()
        registers["0400010C"] = self.clock


class _Line:
    """The meters on one line: octets in, pieces out when they are due."""

    def __init__(self, server: "MeterServer", write: Callable[[bytes], None]) -> None:
        self._server = server
        self._write = write
        self._sessions = [meter.session() for meter in server.meters]
        self._loop = asyncio.get_running_loop()
        self._free_at = 0.0
        self._timers: set[asyncio.TimerHandle] = set()

    def receive(self, data: bytes) -> None:
        self._server.catch_up()
        now = self._loop.time()
        for session in self._sessions:
            for answer in session.feed(data, now):
                self._answer(answer)

    def _answer(self, frame: Frame) -> None:
        now = self._loop.time()
        for piece in self._server.injector.apply(frame, self._server.preamble):
            if piece.delay <= 0 and self._free_at <= now:
                self._write(piece.data)
            elif len(self._timers) < MAX_QUEUE:
                self._free_at = max(self._free_at, now) + piece.delay
                self._later(self._free_at, piece.data)

    def _later(self, when: float, data: bytes) -> None:
        def send() -> None:
            self._timers.discard(timer)
            self._write(data)

        timer = self._loop.call_at(when, send)
        self._timers.add(timer)

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()


class _Actions(MeterActions):
    """What a simulated meter does when it is told to: its relay moves."""

    def __init__(self, meter: SimulatedMeter) -> None:
        self._meter = meter

    def relay(self, request: RelayCommand) -> None:
        if request.action not in (RelayAction.TRIP, RelayAction.CLOSE):
            super().relay(request)
        self._meter.relay_open = request.action is RelayAction.TRIP


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


MIN_ADVANCE: Final = 0.05
"""Simulated seconds below which a request does not move the registers."""


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
) -> AsyncIterator[MeterServer]:
    """Serve meters on a TCP port (0: any free one); each connection is a line of its own to all of them.

    ``speed`` simulated seconds pass per second of ``clock``; 0 leaves the registers to :meth:`SimulatedMeter.advance`.
    UsageError for an address beyond loopback without ``allow_remote``, LinkError when the port cannot be had.
    """
    server = MeterServer(meters, faults, speed=speed, preamble=preamble, clock=clock)
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
) -> AsyncIterator[MeterServer]:
    """Serve meters on a pseudo terminal (POSIX); open ``server.path`` as if it were a serial port."""
    server = MeterServer(meters, faults, speed=speed, preamble=preamble, clock=clock)
    loop = asyncio.get_running_loop()
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)

    def write(data: bytes) -> None:
        try:
            os.write(ours, data)
        except BlockingIOError:
            return  # nobody reads: lost, as on a real line

    line = _Line(server, write)

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
