"""A blocking TCP stream with time-outs, for callers that have no event loop."""

import math
import socket
import struct
import sys
import time

from ..errors import LinkError, LinkTimeoutError
from .tcp import addressed, reason

__all__ = ["BlockingStream"]

CHUNK = 1 << 16
TICKS = 100
"""Parts of a second in which the kernel is told how long to wait: it is told anew only when another number comes out."""
KERNEL_WAITS = sys.platform == "linux"
"""A time-out of Python's makes three system calls of one (set it, poll, receive), which a small read is half of."""


class BlockingStream:
    """A connected socket; every call takes its own time-out in seconds."""

    def __init__(self, host: str, port: int, timeout: float) -> None:
        """Connect; LinkError or LinkTimeoutError when that cannot be done, UsageError when it never can."""
        self.name = f"{host}:{port}"
        try:
            with addressed(host, port):
                self._socket = socket.create_connection((host, port), timeout)
        except TimeoutError:
            msg = f"{self.name} did not answer within {timeout:g} s"
            raise LinkTimeoutError(msg) from None
        except OSError as error:
            msg = f"cannot connect to {self.name}: {reason(error)}; is the server running there?"
            raise LinkError(msg) from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(None)
        self._ticks = 0

    def send(self, data: bytes, deadline: float) -> None:
        """Send all of ``data`` before ``deadline`` (time.monotonic)."""
        try:
            sent = self._socket.send(data, socket.MSG_DONTWAIT) if KERNEL_WAITS else 0
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise self.lost(error) from None
        if sent == len(data):
            return
        self._socket.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            self._socket.sendall(memoryview(data)[sent:])
        except TimeoutError:
            msg = f"{self.name} does not read what is sent"
            raise LinkTimeoutError(msg) from None
        except OSError as error:
            raise self.lost(error) from None
        finally:
            self._socket.settimeout(None)

    def receive(self, deadline: float) -> bytes | None:
        """What has arrived, at least one octet; None when nothing came before ``deadline``.

        LinkError when the peer closed the connection.
        """
        try:
            self._wait_at_most(deadline - time.monotonic())
            data = self._socket.recv(CHUNK)
        except (BlockingIOError, TimeoutError):
            return None
        except OSError as error:
            raise self.lost(error) from None
        if not data:
            raise self.closed()
        return data

    def receive_now(self) -> bytes:
        """What is already there, without waiting; empty when nothing is, or the peer has closed."""
        try:
            self._socket.setblocking(False)
            return self._socket.recv(CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self.lost(error) from None
        finally:
            self._socket.settimeout(None)

    def ready(self, seconds: float) -> int:
        """The socket's number, for who sends and receives by it: receiving gives up after so long. -1 where the kernel is not
        told how long to wait."""
        if not KERNEL_WAITS:
            return -1
        self._wait_at_most(seconds)
        return self._socket.fileno()

    def lost(self, error: OSError) -> LinkError:
        """What an error of the socket means."""
        return LinkError(f"connection to {self.name} lost: {reason(error)}")

    def closed(self) -> LinkError:
        """What the end of the stream means."""
        return LinkError(f"{self.name} closed the connection")

    def _wait_at_most(self, seconds: float) -> None:
        """The next receive gives up after so long."""
        if not KERNEL_WAITS:
            self._socket.settimeout(max(0.001, seconds))
            return
        ticks = max(1, math.ceil(seconds * TICKS))
        if ticks != self._ticks:
            whole, rest = divmod(ticks, TICKS)
            limit = struct.pack("@ll", whole, rest * (1_000_000 // TICKS))
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
            self._ticks = ticks

    def close(self) -> None:
        """Close the socket; may be called again."""
        self._socket.close()
