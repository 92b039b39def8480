"""Commands between PyPI dlt645 (MIT, another author) and our sessions, both ways, over a socket.

The package departs from the standard here, and the tests say what becomes of it: its speeds of 4800 bit/s and more are no
bits of Z but decimal numbers read as hex; it sends freeze times month first; it puts an identifier before the password where
clearing demand and meter have the operator behind it; its identifier of a password begins with 40; and it writes an address
to the meter's own address. Of a write it never says whether it was done. Where both agree, the command is done; where not, it
is refused, and nothing is done.
"""

import importlib.util
import socket
import threading
from collections.abc import Iterator

import pytest
from peer import Peer, PeerError

from meterwire.errors import MeterError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Access, Completed, Failed, Master, MeterActions, MeterSession, Request, Send

ADDRESS = "003411001043"
WHO = Access(level=2, password="123456", operator="78563412")
PASSWORD = "02563412"  # level, then the password as it lies on the wire


def start(*command: str) -> Iterator[Peer]:
    if importlib.util.find_spec("dlt645") is None:
        pytest.skip("dlt645 is not installed: pip install dlt645")
    with Peer(*command) as peer:
        yield peer


@pytest.fixture(scope="module")
def client() -> Iterator[Peer]:
    yield from start("dlt645_client.py")


@pytest.fixture
def server() -> Iterator[Peer]:
    yield from start("dlt645_server.py", ADDRESS)


class Notes(MeterActions):
    """Does what it is told and writes it down."""

    def __init__(self) -> None:
        self.heard: list[Request] = []

    write = write_address = freeze = change_baud = lambda self, request: self.heard.append(request)  # type: ignore[assignment]
    clear_demand = clear_meter = clear_events = lambda self, request: self.heard.append(request)  # type: ignore[assignment]


class Meter:
    """The session of the day on a TCP port."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.session = MeterSession(ADDRESS, {})
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            with line:
                while octets := line.recv(4096):
                    for answer in self.session.feed(octets):
                        line.sendall(answer.encode())


@pytest.fixture(scope="module")
def meter(client: Peer) -> Iterator[Meter]:
    """A meter that their client is connected to; making a client costs the package seconds."""
    meter = Meter()
    assert client("connect", port=meter.port, address=ADDRESS)
    yield meter
    meter.listener.close()


CALLS = [
    # what their client is told to do, what our meter does; None: it refuses
    ("write_04", [0x04000103, "15", PASSWORD], dlt645.WriteData(di="04000103", value=b"\x15", access=WHO)),
    ("write_04", [0x04000103, "15", "02000000"], None),
    ("clear_event", [PASSWORD, "12345678", 0xFFFFFFFF], dlt645.ClearEvents(access=WHO)),
    ("clear_event", [PASSWORD, "12345678", 0x030100FF], dlt645.ClearEvents(access=WHO, di="030100FF")),
    ("freeze", [99, 99, 99, 99], dlt645.Freeze()),
    ("freeze", [99, 99, 99, 30], None),
    ("change_baud_rate", [2400], dlt645.ChangeBaud(speed=2400)),
    ("change_baud_rate", [9600], None),
    ("clear_demand", [0x01010000, PASSWORD], None),
    ("clear_meter", [PASSWORD], None),
    ("change_password", [PASSWORD, "02665544"], None),
    ("write_address", ["430000000000"], None),
]


@pytest.mark.parametrize(("method", "arguments", "done"), CALLS, ids=[f"{c[0]}-{c[2] is not None}" for c in CALLS])
def test_their_client_commands_our_meter(
    client: Peer, meter: Meter, method: str, arguments: list[object], done: Request | None
) -> None:
    notes = Notes()
    session = meter.session = MeterSession(ADDRESS, {}, actions=notes, passwords={2: "123456"})
    try:
        client("call", method=method, arguments=arguments)
    except PeerError:
        assert done is None or method == "write_04"
    if done is None:
        assert notes.heard == []
        assert (session.answered, session.refused) == (1, 1)
    elif isinstance(done, dlt645.WriteData):
        (heard,) = notes.heard
        assert isinstance(heard, dlt645.WriteData)
        assert (heard.di, heard.value, heard.access.level) == (done.di, done.value, done.access.level)
    else:
        assert notes.heard == [done]
    assert session.passwords == {2: "123456"}
    assert session.address == ADDRESS


def ask(port: int, request: Request, address: str = ADDRESS) -> Completed | Failed:
    master = Master(timeout=5.0)
    with socket.create_connection(("127.0.0.1", port), 5.0) as line:
        line.settimeout(5.0)
        line.sendall(master.request(address, request, 0.0))
        while True:
            try:
                octets = line.recv(4096)
            except TimeoutError:
                octets = b""
            for event in master.feed(octets, 0.0) if octets else master.tick(1e9):
                if isinstance(event, Send):
                    line.sendall(event.data)
                else:
                    return event


def test_our_master_commands_their_server(server: Peer) -> None:
    port = server.ready["port"]
    assert server("call", method="set_password", arguments=[PASSWORD])
    write = dlt645.WriteData(di="04000103", value=b"\x30", access=WHO)
    assert isinstance(ask(port, write), Completed)
    read = ask(port, dlt645.ReadData(di="04000103"))
    assert isinstance(read, Completed)
    assert (read.readings[0].raw, read.readings[0].unit) == (30, "min")
    for request in (dlt645.Freeze(), dlt645.Freeze(minute=30), dlt645.ClearEvents(access=WHO)):
        assert isinstance(ask(port, request), Completed)
    assert server("attribute", name="last_freeze_time") == "30999999"
    assert isinstance(ask(port, dlt645.ChangeBaud(speed=2400)), Completed)
    assert server("attribute", name="baud_rate") == 2400


def test_their_server_refuses_what_it_reads_otherwise_and_changes_its_password_and_address(server: Peer) -> None:
    port = server.ready["port"]
    assert server("call", method="set_password", arguments=[PASSWORD])
    for request, code in [
        (dlt645.ChangeBaud(speed=9600), 0x08),
        (dlt645.ClearDemand(access=WHO), 0x01),
        (dlt645.ClearMeter(access=WHO), 0x01),
        (dlt645.WriteData(di="04000103", value=b"\x30", access=Access(level=2, password="654321")), 0x04),
    ]:
        failed = ask(port, request)
        assert isinstance(failed, Failed)
        assert isinstance(failed.error, MeterError)
        assert failed.error.code == code
    # and the two that change who the server is, last
    new = dlt645.ChangePassword(level=2, new="000007", old_level=2, old="123456")
    assert isinstance(ask(port, new), Completed)
    write = dlt645.WriteData(di="04000103", value=b"\x30", access=WHO)
    assert isinstance(ask(port, write), Failed)
    event = ask(port, dlt645.WriteAddress(address="000000000007"), "A" * 12)
    assert isinstance(event, Completed)
    assert event.answer.address == "000000000007"
