"""The client's short ways: requests into a frame, answers out of one, as the general path makes and takes them."""

from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meterwire._accel import _py_mms
from meterwire.protocols.mms import Answer, MmsEvent
from meterwire.protocols.mms import associations as client_module
from meterwire.protocols.mms.pdu import confirmed_error, confirmed_request, confirmed_response, decode_pdu, unconfirmed
from meterwire.protocols.mms.services import status_response, write_response

from .test_mms import READS, Line, build_service

Load = Callable[[str], ModuleType]
MAX_TPDU = 2048


def framed(line: Line, pdu: bytes) -> bytes:
    """The octets of a server that sends a PDU."""
    line.server.osi.send(pdu)
    return line.server.osi.take_output()


def answers(line: Line) -> dict[str, bytes]:
    """Frames with answers to request 1 and other things a server sends."""
    service, asking = build_service(), Line()
    return {
        "read": asking.general(service, asking.ask(READS["one"])),
        "write": framed(line, confirmed_response(1, write_response([None, 3]))),
        "status": framed(line, confirmed_response(1, status_response())),
        "empty": framed(line, confirmed_response(1, b"\xa5\x00")),
        "primitive": framed(line, confirmed_response(1, b"\x9f\x4a\x00")),
        "large number": framed(line, confirmed_response(0xFFFFFFFF, b"\xa5\x00")),
        "error": framed(line, confirmed_error(1, 7, 2)),
        "modifiers": framed(line, confirmed_response(1, b"\x30\x00\xa5\x00")),
        "extension": framed(line, confirmed_response(1, b"\xa5\x00\xbf\x4f\x00")),
        "report": framed(line, unconfirmed(b"\xa0\x00")),
        "two octets of length": framed(line, confirmed_response(1, b"\xa5\x82\x00\x00")),
        "large": framed(line, confirmed_response(1, b"\xa4\x82\x03\xe8" + bytes(1000))),
        "in segments": framed(line, confirmed_response(1, b"\xa4\x82\x13\x88" + bytes(5000))),
    }


TAKEN = ("read", "write", "status", "empty", "large number", "two octets of length", "large")
LINE = Line()
ANSWERS = answers(LINE)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_taken_as_the_general_path_takes_it(accel: Load, name: str) -> None:
    found = accel("mms").next_answer(b"xy" + ANSWERS[name], 2, 3)
    assert (found is not None) == (name in TAKEN)
    if found is not None:
        invoke_id, service, data, start, end = found
        pdu = decode_pdu(data)
        assert (pdu.invoke_id, pdu.service, pdu.start, pdu.stop) == (invoke_id, service, start, len(data))
        assert end == 2 + len(ANSWERS[name])
    assert accel("mms").next_answer(ANSWERS[name], 0, 5) is None


@pytest.mark.parametrize("size", [2, 10, 90, 120, 130, 200, 230, 250, 260, 1900, 2010, 2020, 2030, 65_300])
@pytest.mark.parametrize("invoke_id", [1, 127, 128, 255, 256, 32_767, 32_768, 0x7FFFFFFF])
def test_a_request_is_framed_as_the_general_path_frames_it(accel: Load, size: int, invoke_id: int) -> None:
    service, line = b"\xa4" + bytes(size - 1), Line()
    pdu = confirmed_request(invoke_id, service)
    line.client.osi.send(pdu)
    general = line.client.osi.take_output()
    for max_pdu in (65_000, len(pdu), len(pdu) - 1):
        frame = accel("mms").request_frame(invoke_id, service, 3, max_pdu, MAX_TPDU)
        fits = len(pdu) <= max_pdu and general[6] == 0x80 and int.from_bytes(general[2:4]) == len(general)
        assert frame == (general if fits else None)


def events_of(chunk: bytes, asked: int) -> list[MmsEvent]:
    """What a client makes of a chunk after so many requests."""
    line = Line()
    for _ in range(asked):
        line.ask(READS["one"])
    return list(line.client.receive(chunk))


def test_answers_and_other_things_in_one_chunk(accel: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_frames", accel("mms"))
    second = framed(LINE, confirmed_response(2, b"\xa4\x00"))
    nobody = framed(LINE, confirmed_response(9, b"\xa4\x00"))
    chunk = ANSWERS["read"] + ANSWERS["report"] + second + ANSWERS["error"] + nobody
    kinds = [type(event).__name__ for event in events_of(chunk, 2)]
    assert kinds == ["Answer", "Report", "Answer"], "the error comes too late, and nobody asked for the last"
    assert [type(event).__name__ for event in events_of(second + ANSWERS["read"], 2)] == ["Answer", "Answer"]
    assert [event.invoke_id for event in events_of(second + ANSWERS["read"], 2) if isinstance(event, Answer)] == [2, 1]
    assert len(events_of(ANSWERS["read"] * 3, 2)) == 1
    assert events_of(ANSWERS["read"][:-1], 2) == []


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(ANSWERS)),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4),
    st.integers(0, 9),
)
def test_damaged_answers(name: str, damage: list[tuple[int, int]], cut: int) -> None:
    """Both forms do the same, and take nothing that the general path would not."""
    from meterwire._accel import mms

    data = bytearray(ANSWERS[name])
    for place, value in damage:
        data[place % len(data)] = value
    damaged = bytes(data[: len(data) - cut])
    found = mms.next_answer(damaged, 0, 3)
    assert found == _py_mms.next_answer(damaged, 0, 3)
    if found is not None:
        pdu = decode_pdu(found[2])
        assert (pdu.invoke_id, pdu.service, pdu.start, pdu.stop) == (found[0], found[1], found[3], len(found[2]))
