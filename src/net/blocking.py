"""A blocking TCP stream with time-outs, for callers that have no event loop."""

import socket
import time

from ..errors import LinkError, LinkTimeoutError
from .tcp import addressed, reason

__all__ = ["BlockingStream"]

CHUNK = 1 << 16


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

    def send(self, data: bytes, deadline: float) -> None:
        """Send all of ``data`` before ``deadline`` (time.monotonic)."""
        try:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            self._socket.sendall(data)
        except TimeoutError:
            msg = f"{self.name} does not read what is sent"
            raise LinkTimeoutError(msg) from None
        except OSError as error:
            msg = f"connection to {self.name} lost: {reason(error)}"
            raise LinkError(msg) from None

    def receive(self, deadline: float) -> bytes | None:
        """What has arrived, at least one octet; None when nothing came before ``deadline``.

        LinkError when the peer closed the connection.
        """
        try:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            data = self._socket.recv(CHUNK)
        except TimeoutError:
            return None
        except OSError as error:
            msg = f"connection to {self.name} lost: {reason(error)}"
            raise LinkError(msg) from None
        if not data:
            msg = f"{self.name} closed the connection"
            raise LinkError(msg)
        return data

    def close(self) -> None:
        """Close the socket; may be called again."""
        self._socket.close()
