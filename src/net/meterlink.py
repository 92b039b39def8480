"""Lines to meters for asyncio: serial ports and TCP (serial servers, concentrators, our own simulated meter).

A line carries octets and knows no protocol. Addresses are URLs::

    645:///dev/ttyUSB0?baud=2400&parity=E&addr=003411001043      serial port (8 data bits, 1 stop bit)
    645+tcp://192.0.2.7:10001?addr=003411001043                  the same octets through TCP

The scheme names the meter's dialect and is not looked at here; ``addr`` is for the master above.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import SplitResult, parse_qsl, urlsplit

import serial

from ..errors import LinkError, LinkTimeoutError, UsageError
from .tcp import addressed, as_stream, reason

if sys.platform != "win32":
    import termios

__all__ = [
    "PORT_ERRORS",
    "READ_ERRORS",
    "WRITE_TIMEOUT",
    "MeterLink",
    "MeterUrl",
    "SerialLink",
    "TcpLink",
    "change_speed",
    "open_meter_link",
    "open_port",
    "parse_meter_url",
]

MAX_INBOX: Final = 65_536
"""Octets kept for a reader that does not come; beyond this the line is not read any more."""
MAX_READ: Final = 4096
WRITE_TIMEOUT: Final = 5.0
"""Seconds a line may refuse to take octets."""
DEFAULT_BAUD: Final = {"645": 2400, "188": 2400}
PARITIES: Final = ("N", "E", "O")
OPTIONS: Final = ("baud", "parity", "addr")
_TERMINAL_ERRORS: tuple[type[Exception], ...] = () if sys.platform == "win32" else (termios.error,)
PORT_ERRORS: tuple[type[Exception], ...] = (OSError, ValueError, *_TERMINAL_ERRORS)
READ_ERRORS: tuple[type[Exception], ...] = (*PORT_ERRORS, TypeError)  # the last when closed under its feet
"""What pyserial raises; SerialException is an OSError, but errors of the terminal driver come as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterUrl:
    """A meter's address, taken apart."""

    dialect: str
    """``"645"``, ``"698"``, ``"188"``, …"""
    host: str = ""
    """TCP host; empty for a serial port."""
    port: int = 0
    """TCP port; 0 for a serial port."""
    device: str = ""
    """Serial device; empty for TCP."""
    baud: int = 2400
    """Serial speed in bit/s."""
    parity: str = "E"
    """N, E or O."""
    address: str = ""
    """The meter's own address, empty when the URL has none."""


def _split(text: str, url: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:  # an unclosed [
        raise UsageError(f"{url}: write 645:///dev/ttyUSB0?baud=2400&parity=E or 645+tcp://host:port") from None


def parse_meter_url(url: str) -> MeterUrl:
    """Take a meter URL apart; UsageError says in one line what is wrong."""
    parts = _split(url, url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise UsageError(f"{url}: unknown option {unknown[0]}; there are {', '.join(OPTIONS)}")
    dialect, _, carrier = parts.scheme.partition("+")
    # urlsplit takes a scheme of digits only for a path
    if not dialect and ":" in parts.path:
        dialect, _, rest = url.partition(":")
        parts = _split("x:" + rest, url)
    address = options.get("addr", "")
    if carrier == "tcp" or dialect.endswith("+tcp"):
        return _tcp_url(url, dialect.removesuffix("+tcp"), address)
    device = parts.path or parts.netloc
    if carrier or not dialect.isalnum() or not device:
        raise UsageError(f"{url}: write 645:///dev/ttyUSB0?baud=2400&parity=E or 645+tcp://host:port")
    baud, parity = options.get("baud", str(DEFAULT_BAUD.get(dialect, 9600))), options.get("parity", "E").upper()
    if not baud.isdecimal() or not 300 <= int(baud) <= 4_000_000:
        raise UsageError(f"{url}: baud is 300..4000000, not {baud}")
    if parity not in PARITIES:
        raise UsageError(f"{url}: parity is one of {', '.join(PARITIES)}, not {parity}")
    return MeterUrl(dialect=dialect, device=device, baud=int(baud), parity=parity, address=address)


def _tcp_url(url: str, dialect: str, address: str) -> MeterUrl:
    parts = _split("x:" + url.partition(":")[2], url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port:
        raise UsageError(f"{url}: write {dialect}+tcp://host:port")
    return MeterUrl(dialect=dialect, host=host, port=port, address=address)


class _Inbox:
    """Octets on their way from the line to one reader."""

    def __init__(self, pause: Callable[[], None], resume: Callable[[], None]) -> None:
        self._data = bytearray()
        self._error: LinkError | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._pause, self._resume = pause, resume
        self._paused = False

    def push(self, data: bytes) -> None:
        self._data += data
        if len(self._data) >= MAX_INBOX and not self._paused:
            self._paused = True
            self._pause()
        self._wake()

    def fail(self, error: LinkError) -> None:
        self._error = self._error or error
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def put_back(self, data: bytes) -> None:
        self._data[:0] = data
        self._wake()

    def take_now(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        if self._paused:
            self._paused = False
            self._resume()
        return data

    async def take(self, timeout: float) -> bytes:
        if not self._data and self._error is None:
            loop = asyncio.get_running_loop()
            self._waiter = waiter = loop.create_future()
            timer = loop.call_later(timeout, self._wake)
            try:
                await waiter
            finally:
                timer.cancel()
                self._waiter = None
        if not self._data and self._error is not None:
            raise LinkError(str(self._error))
        return self.take_now()


class MeterLink(Protocol):
    """What a master or a simulated meter needs of a line."""

    name: str
    """What to call the line in messages."""

    async def write(self, data: bytes) -> None:
        """Put octets on the line; LinkError when it is gone."""

    async def read_some(self, timeout: float) -> bytes:
        """Octets as they come; empty after ``timeout`` seconds without any; LinkError when the line is gone."""

    def read_now(self) -> bytes:
        """Octets that are already there, without waiting."""

    def set_speed(self, speed: int | None) -> int:
        """Go on at ``speed`` bit/s, and say what it was; None only asks. UsageError for a line that has no speed."""

    async def close(self) -> None:
        """Let the line go; harmless when it is gone already."""


class TcpLink(asyncio.Protocol):
    """Octets through TCP."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._transport: asyncio.Transport | None = None
        self._inbox = _Inbox(self._pause, self._resume)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the connection stands."""
        self._transport = as_stream(transport)

    def data_received(self, data: bytes) -> None:
        """asyncio: octets came."""
        self._inbox.push(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the connection is gone."""
        self._transport = None
        self._inbox.fail(
            LinkError(f"{self.name}: connection lost" + (f" ({exc})" if exc else ", closed by the other side"))
        )

    def _pause(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    async def write(self, data: bytes) -> None:
        """Put octets on the line; LinkError when it is gone."""
        if self._transport is None or self._transport.is_closing():
            raise LinkError(f"{self.name}: the connection is closed")
        self._transport.write(data)

    def give_back(self, data: bytes) -> None:
        """Octets taken too many: they come again with the next read."""
        self._inbox.put_back(data)

    def set_speed(self, speed: int | None) -> int:
        """Refuse: what is behind the connection sets its own speed."""
        raise UsageError(f"{self.name}: a TCP line has no speed; set it at the serial server")

    async def read_some(self, timeout: float) -> bytes:
        """Octets as they come; empty after ``timeout`` seconds without any; LinkError when the line is gone."""
        return await self._inbox.take(timeout)

    def read_now(self) -> bytes:
        """Octets that are already there, without waiting."""
        return self._inbox.take_now()

    async def close(self) -> None:
        """Let the line go."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        self._inbox.fail(LinkError(f"{self.name}: closed"))
        await asyncio.sleep(0)


class SerialLink:
    """A serial port: 8 data bits, 1 stop bit. Read by the loop itself where it can, else by a thread."""

    def __init__(self, device: str, baud: int = 2400, parity: str = "E", *, threaded: bool | None = None) -> None:
        """Open the port; LinkError in one line when that cannot be. Call inside a running loop."""
        self.name = device
        self._loop = asyncio.get_running_loop()
        # the timeout is for the thread
        self._port: serial.Serial | None = open_port(device, baud, parity, timeout=0.05)
        self.parity = str(self._port.parity)
        self._inbox = _Inbox(self._pause, self._resume)
        self._threaded = sys.platform == "win32" if threaded is None else threaded
        self._room = threading.Event()
        self._room.set()
        if self._threaded:
            threading.Thread(target=self._read_in_thread, name=f"meterwire {device}", daemon=True).start()
        else:
            self._resume()

    def _pause(self) -> None:
        self._room.clear()
        if self._port is not None and not self._threaded:
            self._loop.remove_reader(self._port.fileno())

    def _resume(self) -> None:
        self._room.set()
        if self._port is not None and not self._threaded:
            self._loop.add_reader(self._port.fileno(), self._readable)

    def _readable(self) -> None:
        if self._port is None:
            return
        try:
            data = os.read(self._port.fileno(), MAX_READ)
        except BlockingIOError:
            return
        except OSError as error:
            data, reason = b"", error.strerror
        else:
            reason = "end of file"
        if data:
            self._inbox.push(data)
        else:
            self._lost(f"{self.name}: serial port lost ({reason})")

    def _lost(self, message: str) -> None:
        port, self._port = self._port, None
        if port is not None:
            if not self._threaded:
                self._loop.remove_reader(port.fileno())
            port.close()
        self._inbox.fail(LinkError(message))

    def _read_in_thread(self) -> None:
        while (port := self._port) is not None:
            self._room.wait(0.2)
            try:
                data = port.read(MAX_READ if port.in_waiting else 1)
            except READ_ERRORS as error:
                self._post(self._lost, f"{self.name}: serial port lost ({error})")
                return
            if data:
                self._post(self._inbox.push, data)

    def _post(self, call: Callable[..., None], argument: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, argument)

    async def write(self, data: bytes) -> None:
        """Put octets on the line; LinkError when it is gone."""
        rest = memoryview(data)
        while rest:
            if self._port is None:
                raise LinkError(f"{self.name}: the serial port is closed")
            try:
                if self._threaded:
                    sent = await self._loop.run_in_executor(None, self._port.write, rest) or 0
                else:
                    sent = os.write(self._port.fileno(), rest)
            except BlockingIOError:
                await self._writable(self._port.fileno())
                continue
            except OSError as error:
                self._lost(f"{self.name}: serial port lost ({error.strerror or error})")
                continue
            rest = rest[sent:]

    def set_speed(self, speed: int | None) -> int:
        """Go on at ``speed`` bit/s, and say what it was; None only asks."""
        if self._port is None:
            raise LinkError(f"{self.name}: the serial port is closed")
        return change_speed(self._port, speed)

    async def _writable(self, descriptor: int) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()

        def now() -> None:
            if not ready.done():
                ready.set_result(None)

        self._loop.add_writer(descriptor, now)
        try:
            async with asyncio.timeout(WRITE_TIMEOUT):
                await ready
        except TimeoutError:
            raise LinkTimeoutError(f"{self.name}: the line takes no octets") from None
        finally:
            self._loop.remove_writer(descriptor)

    async def read_some(self, timeout: float) -> bytes:
        """Octets as they come; empty after ``timeout`` seconds without any; LinkError when the line is gone."""
        return await self._inbox.take(timeout)

    def read_now(self) -> bytes:
        """Octets that are already there, without waiting."""
        return self._inbox.take_now()

    async def close(self) -> None:
        """Let the line go."""
        self._lost(f"{self.name}: closed")


def open_port(
    device: str, baud: int, parity: str, *, timeout: float, write_timeout: float | None = None
) -> serial.Serial:
    """Open a serial port with 8 data bits and 1 stop bit; LinkError in one line when that cannot be."""
    if _is_pty(device):
        parity = "N"  # a pseudo terminal has none to set, and may say so only when something else is changed later
    try:
        return serial.Serial(
            device, baud, bytesize=8, parity=parity, stopbits=1, timeout=timeout, write_timeout=write_timeout
        )
    except PORT_ERRORS as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise LinkError(
            f"{device}: cannot open the serial port ({reason}); is it plugged in and yours to use?"
        ) from None


def change_speed(port: serial.Serial, speed: int | None) -> int:
    """Go on at ``speed`` bit/s, and say what it was; None only asks. LinkError when the port cannot."""
    before: int = port.baudrate
    if speed is not None:
        try:
            port.baudrate = speed
        except PORT_ERRORS as error:
            raise LinkError(f"{port.name}: cannot go on at {speed} bit/s ({error})") from None
    return before


def _is_pty(device: str) -> bool:
    return os.path.realpath(device).startswith("/dev/pts/")


async def open_meter_link(url: str | MeterUrl, *, timeout: float = 5.0) -> MeterLink:
    """Open the line of a meter URL; LinkError (one line) when it cannot be, within ``timeout`` seconds."""
    where = url if isinstance(url, MeterUrl) else parse_meter_url(url)
    if where.device:
        return SerialLink(where.device, where.baud, where.parity)
    name = f"{where.host}:{where.port}"
    loop = asyncio.get_running_loop()
    try:
        with addressed(where.host, where.port):
            async with asyncio.timeout(timeout):
                _, link = await loop.create_connection(lambda: TcpLink(name), where.host, where.port)
    except TimeoutError:
        raise LinkError(f"{name}: no connection within {timeout:g} s") from None
    except OSError as error:
        raise LinkError(f"{name}: cannot connect ({reason(error)}); is the meter or its serial server there?") from None
    return link
