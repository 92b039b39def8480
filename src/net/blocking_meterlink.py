"""Lines to meters without an event loop: the interface of :class:`~.meterlink.MeterLink`, whose calls block.

Its coroutines never wait for a loop, so that the master of :mod:`meterwire.client.dlt645` runs over it step by step.
"""

import time

import serial

from ..errors import LinkError, LinkTimeoutError, UsageError
from .blocking import BlockingStream
from .meterlink import READ_ERRORS, WRITE_TIMEOUT, MeterUrl, change_speed, open_port, parse_meter_url

__all__ = ["BlockingSerialLink", "BlockingTcpLink", "open_blocking_link"]


class BlockingTcpLink:
    """Octets through TCP."""

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self._stream = BlockingStream(host, port, timeout)
        self.name = self._stream.name

    async def write(self, data: bytes) -> None:
        """Put octets on the line; LinkError when it is gone."""
        self._stream.send(data, time.monotonic() + WRITE_TIMEOUT)

    async def read_some(self, timeout: float) -> bytes:
        """Octets as they come; empty after ``timeout`` seconds without any; LinkError when the line is gone."""
        return self._stream.receive(time.monotonic() + timeout) or b""

    def read_now(self) -> bytes:
        """Octets that are already there, without waiting."""
        return self._stream.receive_now()

    def set_speed(self, speed: int | None) -> int:
        """Refuse: what is behind the connection sets its own speed."""
        del speed
        raise UsageError(f"{self.name}: a TCP line has no speed; set it at the serial server")

    async def close(self) -> None:
        """Let the line go."""
        self._stream.close()


class BlockingSerialLink:
    """A serial port: 8 data bits, 1 stop bit."""

    def __init__(self, device: str, baud: int = 2400, parity: str = "E") -> None:
        """Open the port; LinkError in one line when that cannot be."""
        self.name = device
        self._port = open_port(device, baud, parity, timeout=0, write_timeout=WRITE_TIMEOUT)

    async def write(self, data: bytes) -> None:
        """Put octets on the line; LinkError when it is gone."""
        try:
            self._port.write(data)
        except serial.SerialTimeoutException:
            raise LinkTimeoutError(f"{self.name}: the line takes no octets") from None
        except READ_ERRORS as error:
            raise self._lost(error) from None

    async def read_some(self, timeout: float) -> bytes:
        """Octets as they come; empty after ``timeout`` seconds without any; LinkError when the line is gone."""
        try:
            self._port.timeout = timeout
            first: bytes = self._port.read(1)
            return first + self.read_now() if first else b""
        except READ_ERRORS as error:
            raise self._lost(error) from None

    def read_now(self) -> bytes:
        """Octets that are already there, without waiting."""
        try:
            waiting: int = self._port.in_waiting
            data: bytes = self._port.read(waiting) if waiting else b""
        except READ_ERRORS as error:
            raise self._lost(error) from None
        return data

    def set_speed(self, speed: int | None) -> int:
        """Go on at ``speed`` bit/s, and say what it was; None only asks."""
        return change_speed(self._port, speed)

    def _lost(self, error: Exception) -> LinkError:
        return LinkError(f"{self.name}: serial port lost ({getattr(error, 'strerror', None) or error})")

    async def close(self) -> None:
        """Let the line go."""
        self._port.close()


def open_blocking_link(url: str | MeterUrl, *, timeout: float = 5.0) -> BlockingTcpLink | BlockingSerialLink:
    """Open the line of a meter URL; LinkError (one line) when it cannot be."""
    where = url if isinstance(url, MeterUrl) else parse_meter_url(url)
    if where.device:
        return BlockingSerialLink(where.device, where.baud, where.parity)
    return BlockingTcpLink(where.host, where.port, timeout)
