"""The client without a loop against servers that do not play by the rules: the same promises as the other one's."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from meterwire import sync
from meterwire.errors import AssociationError, DecodeError, LinkTimeoutError
from meterwire.protocols.mms import Initiate, Pdu
from meterwire.protocols.mms import services as s
from meterwire.protocols.mms.pdu import confirmed_response, unconfirmed
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
