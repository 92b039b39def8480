"""Ready-made octets for the load generator: made by our own client's stack, tried on the server they are meant for."""

import socket
from dataclasses import dataclass

import perf_model as perf

from meterwire.protocols.mms import Initiate, Initiator, ObjectName
from meterwire.protocols.mms.data import encode_boolean, encode_integer
from meterwire.protocols.mms.pdu import confirmed_request
from meterwire.protocols.mms.services import (
    Access,
    NameListRequest,
    ObjectClass,
    name_list_request,
    read_list_request,
    read_request,
    write_request,
)

OUTSTANDING = 10


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request, where its invoke id is, and how long this server's answer was."""

    octets: bytes
    id_place: int
    answer_length: int
    answer: bytes


def access(item: str) -> Access:
    return Access(ObjectName(item, perf.DOMAIN))


SERVICES: dict[str, bytes] = {
    "read one BOOLEAN": read_request([access(perf.READ_ONE)]),
    "read 50 variables": read_request([access(item) for item in perf.READ_50]),
    "read 99 leaves as one FC": read_request([access(perf.READ_99)]),
    "read a data set of 100": read_list_request(ObjectName(perf.DATA_SET, perf.DOMAIN)),
    "write one INT32": write_request([(access(perf.WRITTEN), encode_integer(42))]),
    "write one INT32, Python handler": write_request([(access(perf.HANDLED), encode_integer(42))]),
    "names of a device, 65 kB": name_list_request(NameListRequest(ObjectClass.NAMED_VARIABLE, perf.NAMES_DOMAIN)),
}
# The number of values or results each good answer carries, as a tag count: a server that refuses would be fast too.
SUCCESSES = {
    "read one BOOLEAN": b"\x83\x01", "read 50 variables": b"\x83\x01", "read 99 leaves as one FC": b"\x87\x05",
    "read a data set of 100": b"\x83\x01", "write one INT32": b"\x81\x00",
    "write one INT32, Python handler": b"\x81\x00", "names of a device, 65 kB": b"\x1a\x06GGIO10",
}  # fmt: skip
COUNTS = {
    "read one BOOLEAN": 1, "read 50 variables": 50, "read 99 leaves as one FC": perf.MEASURED,
    "read a data set of 100": perf.INPUTS, "write one INT32": 1,
    "write one INT32, Python handler": 1, "names of a device, 65 kB": 1,
}  # fmt: skip


class Recorder:
    """A blocking client that keeps what it sent and got."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._mms = Initiator(wanted=Initiate(max_calling=OUTSTANDING, max_called=OUTSTANDING))
        self.handshake: list[bytes] = []
        self._mms.connect()
        while octets := self._mms.osi.take_output():
            self.handshake.append(octets)
            self._socket.sendall(octets)
            self._receive()

    def _receive(self) -> bytes:
        """Octets of one answer."""
        answer = b""
        while True:
            chunk = self._socket.recv(1 << 16)
            if not chunk:
                raise SystemExit("the server closed the connection")
            answer += chunk
            events = list(self._mms.receive(chunk))
            if events or len(self.handshake) == 1:
                return answer

    def ask(self, name: str) -> Recorded:
        """Send one of SERVICES and check that the answer is a good one."""
        invoke_id = self._mms.request(SERVICES[name])
        octets = self._mms.osi.take_output()
        self._socket.sendall(octets)
        answer = self._receive()
        found = answer.count(SUCCESSES[name])
        if found != COUNTS[name]:
            raise SystemExit(f"{name}: {found} good values instead of {COUNTS[name]} in {answer[:80].hex(' ')}…")
        # The id is the INTEGER that follows the tag and length of the confirmed request.
        place = octets.index(bytes((2, 1, invoke_id)), octets.index(b"\xa0", octets.index(b"\x02\x01\x03") + 3)) + 2
        return Recorded(octets, place, len(answer), answer)

    def message(self, service: bytes) -> bytes:
        """The octets of a first request on an association like this one, not sent."""
        self._mms.osi.send(confirmed_request(1, service))
        return self._mms.osi.take_output()

    def close(self) -> None:
        self._socket.close()


def record(port: int) -> tuple[list[bytes], dict[str, Recorded]]:
    """The handshake's messages and every request, proved on the server at ``port``."""
    recorder = Recorder(port)
    try:
        return recorder.handshake, {name: recorder.ask(name) for name in SERVICES}
    finally:
        recorder.close()


def subscriptions(port: int, count: int) -> tuple[list[bytes], list[bytes]]:
    """The handshake, and for each subscriber the request that enables a report control block of its own."""
    recorder = Recorder(port)
    try:
        items = [f"LLN0$RP$rcb{i:02d}$RptEna" for i in range(1, count + 1)]
        return recorder.handshake, [
            recorder.message(write_request([(access(item), encode_boolean(True))])) for item in items
        ]
    finally:
        recorder.close()
