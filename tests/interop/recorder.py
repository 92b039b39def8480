"""A TCP proxy on loopback that records what both sides say and writes it as a capture.

It records before it forwards, so an answer never has an earlier time than its request. Capture rights are not needed, and
frames, checksums and sequence numbers are those of meterwire.protocols.capture.TcpSession. Each TPKT becomes a segment of
its own, however the sender's octets arrived, so that a complaint of tshark's is about one PDU.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from meterwire.protocols.capture import Packet, TcpSession, write_pcap

LOOPBACK = "127.0.0.1"


class Recorder:
    """Listens on a port of its own and passes every connection on to ``upstream``; use it in a with statement.

    ``rewrite`` may change what is passed on, chunk by chunk and not its length; recorded is what was passed on.
    """

    def __init__(self, upstream: int, rewrite: Callable[[bytes], bytes] = bytes) -> None:
        self.upstream = upstream
        self._rewrite = rewrite
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self._sessions: list[TcpSession] = []
        self._half_closed: list[TcpSession] = []
        self._sockets: list[socket.socket] = [self._listener]
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Cut every connection and wait for the threads."""
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(5)

    def capture(self) -> bytes:
        """Everything recorded so far, as a pcap file in the order of time."""
        with self._lock:
            packets: list[Packet] = [packet for session in self._sessions for packet in session.packets]
        return write_pcap(sorted(packets, key=lambda packet: packet.time_ns))

    def _start(self, run: object, *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, address = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection((LOOPBACK, self.upstream))
            for each in (near, far):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # The server's real port, so that a client's port and the proxy's never look like one connection.
            session = TcpSession(client=(LOOPBACK, address[1]), server=(LOOPBACK, self.upstream))
            with self._lock:
                self._sessions.append(session)
                self._sockets += [near, far]
            self._start(self._pump, near, far, session, False)
            self._start(self._pump, far, near, session, True)

    def _pump(self, source: socket.socket, target: socket.socket, session: TcpSession, from_server: bool) -> None:
        kept = b""
        segments: list[bytes] = []
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            data = self._rewrite(data)
            whole, kept = split(kept + data)
            with self._lock:
                send = session.server_sends if from_server else session.client_sends
                for tpkt in whole if data else [*segments, kept]:
                    segments.append(tpkt)
                    if not is_segment(tpkt):
                        for one in segments:
                            send(time.time_ns(), one)
                        segments.clear()
                if not data:
                    self._end(session, from_server)
            with contextlib.suppress(OSError):
                if data:
                    target.sendall(data)
                    continue
                target.shutdown(socket.SHUT_WR)
            return

    def _end(self, session: TcpSession, from_server: bool) -> None:
        """One side has finished. The capture closes when both have: until then the first may still be told things."""
        if session in self._half_closed:
            session.close(time.time_ns(), by_server=not from_server)
        else:
            self._half_closed.append(session)


def is_segment(tpkt: bytes) -> bool:
    """A DT TPDU that more of the same message follow. They are recorded together: tshark (4.0) mixes them up with what the
    other side says in between."""
    return tpkt[5:6] == b"\xf0" and tpkt[6:7] == b"\x00"


def split(data: bytes) -> tuple[list[bytes], bytes]:
    """Whole TPKTs and what is left over; octets that are no TPKT are passed on as they are."""
    whole: list[bytes] = []
    while len(data) >= 4:
        size = int.from_bytes(data[2:4])
        if data[0] != 3 or size < 4:
            return [*whole, data], b""
        if len(data) < size:
            break
        whole.append(data[:size])
        data = data[size:]
    return whole, data
