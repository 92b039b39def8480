"""The client without a loop against servers that do not play by the rules: the same promises as the other one's."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from meterwire import sync
from meterwire._accel import _py_mmscall
from meterwire.errors import (
    AssociationError,
    DataAccessError,
    DecodeError,
    LinkTimeoutError,
    ProtocolError,
    ServiceError,
)
from meterwire.net.blocking import KERNEL_WAITS
from meterwire.protocols.mms import Initiate, Pdu, Service, encode_data
from meterwire.protocols.mms import services as s
from meterwire.protocols.mms.pdu import confirmed_error, confirmed_response, unconfirmed
from meterwire.protocols.mms.services import Identity

from ..mms_end import run
from .test_bad_server import Answer, BadServer, listening

TIMEOUT = 0.2
PATIENT = 20.0
IDENTITY = s.identify_response(Identity("a", "b", "c"))


def attempt(answer: Answer, call: Callable[[sync.IedClient], Any], *, timeout: float = PATIENT, **wanted: Any) -> Any:
    """What ``call`` gives, from a thread, against a server with these answers."""

    async def play() -> Any:
        async with listening(lambda: BadServer(answer)) as port:
            return await asyncio.to_thread(drive, port)

    def drive(port: int) -> Any:
        ied = sync.connect(f"mms://127.0.0.1:{port}", timeout=PATIENT, wanted=Initiate(**wanted))
        ied._client._timeout = timeout
        try:
            return call(ied)
        finally:
            ied.abort()

    return run(play())


def silent(times: int) -> Answer:
    """Says nothing to the first requests."""

    def answer(server: BadServer, pdu: Pdu) -> bytes | None:
        return None if server.asked <= times else confirmed_response(pdu.invoke_id or 0, IDENTITY)

    return answer


def test_requests_given_up_do_not_use_up_the_places() -> None:
    """The server is asked to cancel them, and says that it has; before, the eleventh call failed for ever."""

    def call(ied: sync.IedClient) -> Any:
        for _ in range(5):
            with pytest.raises(LinkTimeoutError, match="no answer"):
                ied.identify()
        ied._client._timeout = PATIENT
        return ied.identify()

    assert attempt(silent(5), call, timeout=TIMEOUT, max_calling=2) == Identity("a", "b", "c")


def test_reports_without_end_do_not_outlast_the_time_out() -> None:
    report = unconfirmed(s.information_report(b"\x8a\x02id"))

    class Babbler(BadServer):
        def babble(self) -> None:
            assert self.transport is not None
            if self.transport.is_closing():
                return
            if self.transport.get_write_buffer_size() < 1 << 16:
                for _ in range(100):
                    self.mms.osi.send(report)
                self.flush()
            asyncio.get_running_loop().call_soon(self.babble)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.asked == 1:
                self.babble()

    async def play() -> None:
        async with listening(lambda: Babbler(lambda *_: None)) as port:
            await asyncio.to_thread(drive, port)

    def drive(port: int) -> None:
        ied = sync.connect(f"mms://127.0.0.1:{port}", timeout=PATIENT)
        ied._client._timeout = TIMEOUT
        began = time.monotonic()
        with pytest.raises(LinkTimeoutError):
            ied.identify()
        assert time.monotonic() - began < PATIENT / 2
        ied.abort()

    run(play())


def test_an_answer_is_taken_although_the_server_ends_with_it() -> None:
    def answer(server: BadServer, pdu: Pdu) -> None:
        server.mms.osi.send(confirmed_response(pdu.invoke_id or 0, IDENTITY))
        server.mms.osi.abort()

    def call(ied: sync.IedClient) -> Any:
        found = ied.identify()
        with pytest.raises(AssociationError):
            ied.identify()
        return found

    assert attempt(answer, call) == Identity("a", "b", "c")


def test_an_answer_of_another_service_is_refused() -> None:
    def answer(_: BadServer, pdu: Pdu) -> bytes:
        return confirmed_response(pdu.invoke_id or 0, s.status_response())

    with pytest.raises(DecodeError, match="another service"):
        attempt(answer, lambda ied: ied.identify())


# -- the short way of a Read: one call from the request to values, and every way off it -----------------------------------

READ = bytes.fromhex("a40ca10aa0083006a00480026d75")
TRUE = s.read_response([encode_data(True)])


def read(ied: sync.IedClient, timeout: float = PATIENT) -> Any:
    return ied._connection.read(READ, [None], [None], timeout)


def settled(ied: sync.IedClient) -> bool:
    return ied._connection._bounds is not None


def reading(*sent: Callable[[int], list[bytes]]) -> Answer:
    """Answers Status in order; to the Reads it sends these PDUs, one list after the other."""
    turns = iter(sent)

    def answer(server: BadServer, pdu: Pdu) -> bytes | None:
        number = pdu.invoke_id or 0
        if pdu.service == Service.STATUS:
            return confirmed_response(number, s.status_response())
        for each in next(turns)(number):
            server.mms.osi.send(each)
        return None

    return answer


def right(number: int) -> list[bytes]:
    return [confirmed_response(number, TRUE)]


REPORT = unconfirmed(s.information_report(b"\x8a\x02id"))
STRANGE: dict[str, tuple[Callable[[int], list[bytes]], Any]] = {
    "in order": (right, [True]),
    "a report in front": (lambda n: [REPORT, *right(n)], [True]),
    "a report behind": (lambda n: [*right(n), REPORT], [True]),
    "an answer to nobody in front": (lambda n: [confirmed_response(n + 9, TRUE), *right(n)], [True]),
    "in many segments": (
        lambda n: [confirmed_response(n, s.read_response([encode_data("x" * 30_000)]))],
        ["x" * 30_000],
    ),
    "an error": (lambda n: [confirmed_error(n, 7, 2)], ServiceError),
    "too many values": (lambda n: [confirmed_response(n, s.read_response([encode_data(True)] * 2))], ProtocolError),
    "another service": (lambda n: [confirmed_response(n, IDENTITY)], DecodeError),
}


@pytest.mark.parametrize("way", ["compiled", "pure"])
@pytest.mark.parametrize("name", STRANGE)
def test_whatever_comes_a_read_gives_it_and_the_next_one_is_answered(
    name: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "pure":
        monkeypatch.setattr("meterwire.client.blocking.mmscall", _py_mmscall)
    sent, expected = STRANGE[name]

    def call(ied: sync.IedClient) -> None:
        ied.status()
        assert settled(ied) or not KERNEL_WAITS
        if isinstance(expected, list):
            assert read(ied) == expected
        else:
            with pytest.raises(expected):
                read(ied)
        assert read(ied) == [True]
        assert ied.status().is_operational
        assert settled(ied) or not KERNEL_WAITS

    attempt(reading(sent, right), call)


def test_a_refused_value_is_an_error_object_here_as_well() -> None:
    def call(ied: sync.IedClient) -> None:
        ied.status()
        (found,) = read(ied)
        assert isinstance(found, DataAccessError)
        assert found.code == 10

    attempt(reading(lambda n: [confirmed_response(n, s.read_response([b"\x80\x01\x0a"]))]), call)


def test_a_read_given_up_is_cancelled_and_its_late_answer_is_nobodys() -> None:
    late: list[int] = []

    def keep(number: int) -> list[bytes]:
        late.append(number)
        return []

    def with_late(number: int) -> list[bytes]:
        return [confirmed_response(late[0], s.read_response([encode_data(False)])), *right(number)]

    def call(ied: sync.IedClient) -> None:
        ied.status()
        with pytest.raises(LinkTimeoutError, match=r"no answer from the server within 0\.2 s"):
            read(ied, TIMEOUT)
        assert not settled(ied), "an answer is still to come"
        assert read(ied) == [True]

    attempt(reading(keep, with_late), call)


def test_a_server_that_ends_during_a_read() -> None:
    def answer(server: BadServer, pdu: Pdu) -> bytes | None:
        if pdu.service == Service.STATUS:
            return confirmed_response(pdu.invoke_id or 0, s.status_response())
        assert server.transport is not None
        server.transport.abort()
        return None

    def call(ied: sync.IedClient) -> None:
        ied.status()
        for _ in range(2):
            with pytest.raises(AssociationError):
                read(ied)
        assert not ied.is_open

    attempt(answer, call)
