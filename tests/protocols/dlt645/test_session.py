"""Master and meter talk without a line: time is a number, octets are passed by hand."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import LimitError, LinkTimeoutError, MeterError, StateError, UsageError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Completed, Failed, Frame, Master, MeterSession, Send, apdu
from meterwire.protocols.dlt645.session import TRANSITIONS, Event
from meterwire.reading import Quality, Timestamp

ADDRESS = "003411001043"
OTHER = "000000000001"
REGISTERS = {
    "00010000": 218107,
    **{f"0001{n:02X}00": 1000 * n for n in range(1, 64)},
    "02010100": 2314,
    "02010200": 2299,
}


def meter(**more: object) -> MeterSession:
    return MeterSession(ADDRESS, {**REGISTERS, **more})  # type: ignore[arg-type]


def decode(octets: bytes) -> Frame:
    return dlt645.decode(octets)


def talk(master: Master, session: MeterSession, octets: bytes, now: float = 0.0) -> list[Event]:
    """Carry octets to and fro until the master has nothing more to send."""
    while True:
        answers = session.feed(octets)
        events = [e for a in answers for e in master.feed(a.encode(2), now)]
        if not (events and isinstance(events[0], Send)):
            return events
        octets = events[0].data


def values(events: list[Event]) -> list[str]:
    (done,) = events
    assert isinstance(done, Completed)
    return [str(r.value) for r in done.readings]


def test_read() -> None:
    master = Master()
    request = master.read(ADDRESS, "00010000", 0.0)
    assert request.startswith(b"\xfe\xfe\xfe\xfe\x68")
    time = Timestamp.from_ns(10**18)
    (answer,) = meter().feed(request)
    (done,) = master.feed(answer.encode(), 0.1, time)
    assert isinstance(done, Completed)
    (reading,) = done.readings
    assert (str(reading.value), reading.unit, reading.address, reading.time) == ("2181.07", "kWh", ADDRESS, time)
    assert reading.quality == Quality.GOOD
    assert reading.frame == answer.encode()
    assert (master.state, master.deadline) == ("idle", None)
    assert (master.counters.requests, master.counters.answers) == (1, 1)


def test_block_in_one_frame() -> None:
    master = Master()
    assert values(talk(master, meter(), master.read(ADDRESS, "0201FF00", 0))) == ["231.4", "229.9"]


def test_block_in_several_frames() -> None:
    master = Master()
    session = meter()
    shown = values(talk(master, session, master.read(ADDRESS, "0001FF00", 0)))
    assert shown == ["2181.07", *(f"{10 * n}.00" for n in range(1, 64))]
    assert session.answered == 2
    assert master.counters.requests == master.counters.answers == 1


def test_long_register_in_many_frames_with_a_lost_one() -> None:
    """Each follow-up is repeated with the same SEQ until its answer arrives."""
    payload = bytes(range(256)) * 4
    session, master = meter(**{"06000001": payload}), Master(timeout=1, retries=1)
    request, now, seqs = master.read("AAAAAAAAAAAA", "06000001", 0), 0.0, []
    lost = False
    while True:
        (answer,) = session.feed(request)
        if seqs[-1:] == [3] and not lost:
            lost = True
            seqs.append(3)
            now += 1
            (again,) = master.tick(now)  # the answer got lost
            assert isinstance(again, Send)
            request = again.data
            continue
        (event,) = master.feed(answer.encode(), now)
        if isinstance(event, Completed):
            break
        assert isinstance(event, Send)
        request = event.data
        sent = decode(request)
        assert (sent.control, sent.address) == (0x12, ADDRESS)  # from now on that meter alone
        seqs.append(sent.data[4])
    assert seqs == [1, 2, 3, 3, 4, 5]
    assert master.counters.retries == 1
    (reading,) = event.readings
    assert reading.value == payload
    assert reading.quality == Quality.QUESTIONABLE  # not in the catalogue


def test_follow_up_out_of_turn_is_dropped() -> None:
    master = Master(timeout=1, retries=0)
    master.read(ADDRESS, "0001FF00", 0)
    (event,) = master.feed(apdu.read_reply(ADDRESS, "0001FF00", bytes(196), more=True).encode(), 0)
    assert isinstance(event, Send)
    for seq in (0, 2, 255):
        assert master.feed(apdu.read_reply(ADDRESS, "0001FF00", bytes(60), seq=seq).encode(), 0) == []
    assert master.counters.wrong_sequence == 3
    (failed,) = master.tick(1.0)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, LinkTimeoutError)


def test_more_frames_for_ever() -> None:
    master = Master()
    master.read(ADDRESS, "0001FF00", 0)
    (event,) = master.feed(apdu.read_reply(ADDRESS, "0001FF00", b"", more=True).encode(), 0)
    for seq in range(1, 256):
        assert isinstance(event, Send)
        (event,) = master.feed(apdu.read_reply(ADDRESS, "0001FF00", b"", more=True, seq=seq).encode(), 0)
    assert isinstance(event, Failed)
    assert isinstance(event.error, LimitError)
    assert master.state == "idle"


def test_refusal() -> None:
    master = Master()
    (failed,) = talk(master, meter(), master.read(ADDRESS, "00020000", 0))
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, MeterError)
    assert failed.error.code == 0x02
    assert master.counters.refusals == 1
    assert master.state == "idle"


STRANGERS = [
    ("another meter", apdu.read_reply(OTHER, "00010000", bytes(4)), "foreign_address"),
    ("another item", apdu.read_reply(ADDRESS, "00010100", bytes(4)), "foreign_item"),
    ("another function", Frame(address=ADDRESS, control=0x94), "foreign_item"),
    ("address answer", apdu.address_reply(ADDRESS), "foreign_item"),
    ("follow-up nobody asked for", apdu.read_reply(ADDRESS, "00010000", bytes(4), seq=1), "foreign_item"),
    ("no item at all", Frame(address=ADDRESS, control=0x91, data=b"\0"), "foreign_item"),
    ("refusal by another", apdu.error_reply(OTHER, 0x11, 2), "foreign_address"),
    ("refusal of something else", apdu.error_reply(ADDRESS, 0x14, 2), "foreign_item"),
    ("our own echo", dlt645.read_data(ADDRESS, "00010000"), "not_answers"),
]


@pytest.mark.parametrize(("frame", "counter"), [s[1:] for s in STRANGERS], ids=[s[0] for s in STRANGERS])
def test_what_is_no_answer_is_counted_and_never_shown(frame: Frame, counter: str) -> None:
    master = Master()
    request = master.read(ADDRESS, "00010000", 0)
    assert master.feed(frame.encode(), 0.1) == []
    assert getattr(master.counters, counter) == 1
    assert values(talk(master, meter(), request)) == ["2181.07"]


def test_wrong_checksum_is_counted_and_never_shown() -> None:
    master = Master()
    request = master.read(ADDRESS, "00010000", 0)
    (answer,) = meter().feed(request)
    wire = bytearray(answer.encode())
    wire[-2] ^= 1
    assert master.feed(bytes(wire), 0.1) == []
    assert master.stream.checksum_errors == 1
    assert values(talk(master, meter(), request)) == ["2181.07"]


def test_timeout_repeats_then_fails() -> None:
    master = Master(timeout=2, retries=2)
    request = master.read(ADDRESS, "00010000", 10)
    assert master.deadline == 12
    assert master.tick(11.9) == []
    assert master.tick(12) == [Send(request)]
    assert master.tick(13.9) == []
    assert master.tick(14) == [Send(request)]
    (failed,) = master.tick(16)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, LinkTimeoutError)
    assert str(failed.error) == "no valid answer from 003411001043 for 00010000 after 3 tries of 2 s"
    assert master.tick(99) == []
    assert (master.counters.retries, master.counters.timeouts) == (2, 1)
    late = meter().feed(request)[0].encode()
    assert master.feed(late, 17) == []
    assert master.counters.foreign_item == 1


def test_slow_octets_extend_the_deadline_but_not_for_ever() -> None:
    master = Master(timeout=1, retries=0)
    (answer,) = meter().feed(master.read(ADDRESS, "00010000", 0))
    now = 0.9
    for octet in answer.encode()[:-1]:
        assert master.feed(bytes((octet,)), now) == []
        assert master.deadline is not None
        assert master.deadline <= 2
        now += 0.4
    (failed,) = master.tick(2.0)
    assert isinstance(failed, Failed)


def test_answer_behind_a_false_start_is_found_when_the_line_goes_quiet() -> None:
    master = Master(timeout=1)
    (answer,) = meter().feed(master.read(ADDRESS, "00010000", 0))
    false = b"\x68" + bytes(6) + b"\x68\x91\xc8"
    assert master.feed(false + answer.encode(), 0.1) == []
    assert values(master.tick(1.0)) == ["2181.07"]


def test_read_address() -> None:
    master = Master()
    assert values(talk(master, meter(), master.read_address(0))) == [ADDRESS]


def test_broadcast_time_needs_no_answer() -> None:
    master = Master()
    octets = master.broadcast_time(dt.datetime(2026, 8, 21, 12, 0))
    assert master.state == "idle"
    taken: list[dt.datetime] = []
    session = MeterSession(ADDRESS, {}, clock=lambda: dt.datetime(2026, 8, 21, 11, 56), set_clock=taken.append)
    assert session.feed(octets) == []
    assert taken == [dt.datetime(2026, 8, 21, 12, 0)]
    far = MeterSession(ADDRESS, {}, clock=lambda: dt.datetime(2026, 8, 21, 11, 54), set_clock=taken.append)
    assert far.feed(octets) == []
    assert (far.clock_refused, far.clock_set, len(taken)) == (1, 0, 1)
    for data in (b"", bytes(6), b"\xaa" * 6, bytes.fromhex("0000120208")):
        far.handle(Frame(address="9" * 12, control=0x08, data=data))
    assert far.clock_refused == 5


def test_one_request_at_a_time() -> None:
    master = Master()
    master.read(ADDRESS, "00010000", 0)
    for again in (lambda: master.read(ADDRESS, "00010000", 0), lambda: master.read_address(0)):
        with pytest.raises(StateError, match="one request at a time"):
            again()
    with pytest.raises(StateError):
        master.broadcast_time(dt.datetime(2026, 1, 1))
    master.cancel()
    master.cancel()
    assert master.read_address(0)


def test_table_reaches_every_state_and_leaves_it() -> None:
    states = {"idle", "waiting", "following"}
    assert {s for s, _ in TRANSITIONS} == states == {s for s, _ in TRANSITIONS.values()}
    assert all(any(n == "idle" for (s, _), (n, _) in TRANSITIONS.items() if s == state) for state in states)


# The meter's end.


@pytest.mark.parametrize(
    ("case", "request_"),
    [
        ("shortened address", Frame(address="AAAAAAAA1043", control=0x11, data=bytes.fromhex("00000100"))),
        ("full wildcard", Frame(address="A" * 12, control=0x11, data=bytes.fromhex("00000100"))),
        ("block count is ignored", Frame(address=ADDRESS, control=0x11, data=bytes.fromhex("0000010001"))),
    ],
)
def test_meter_answers(case: str, request_: Frame) -> None:
    assert case
    (found,) = meter().handle(request_)
    assert found == apdu.read_reply(ADDRESS, "00010000", bytes.fromhex("07812100"))


@pytest.mark.parametrize(
    "frame",
    [
        dlt645.read_data(OTHER, "00010000"),
        dlt645.read_data("AAAAAAAA1044", "00010000"),
        apdu.read_reply(ADDRESS, "00010000", bytes(4)),
        Frame(address="9" * 12, control=0x11, data=bytes.fromhex("00000100")),
        Frame(address=ADDRESS, control=0x13),
        Frame(address="9" * 12, control=0x1C, data=bytes(16)),
    ],
    ids=["other", "other shortened", "an answer", "broadcast read", "13H by address", "broadcast control"],
)
def test_meter_is_silent(frame: Frame) -> None:
    assert meter().handle(frame) == []


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (dlt645.read_data(ADDRESS, "00020000"), 0x02),
        (dlt645.read_data(ADDRESS, "04DFDFDB"), 0x02),
        (dlt645.read_data(ADDRESS, "0002FF00"), 0x02),
        (dlt645.follow_up(ADDRESS, "00010000", 1), 0x02),
        (Frame(address=ADDRESS, control=0x11, data=b"\0\0\1"), 0x01),
        (Frame(address=ADDRESS, control=0x14, data=bytes(16)), 0x04),
        (Frame(address=ADDRESS, control=0x1C, data=bytes(16)), 0x01),
        (Frame(address=ADDRESS, control=0x00), 0x01),
        (Frame(address=ADDRESS, control=0x31, data=bytes.fromhex("00000100")), 0x01),
    ],
)
def test_meter_refuses(frame: Frame, error: int) -> None:
    (answer,) = meter().handle(frame)
    assert answer == Frame(address=ADDRESS, control=frame.function | 0xC0, data=bytes((error,)))


def test_meter_repeats_a_follow_up_but_does_not_skip() -> None:
    session = meter(**{"06000001": bytes(1000)})
    session.handle(dlt645.read_data(ADDRESS, "06000001"))

    def ask(seq: int) -> Frame:
        return session.handle(dlt645.follow_up(ADDRESS, "06000001", seq))[0]

    assert ask(2).is_error
    assert ask(1).data[-1] == 1
    assert ask(1).data[-1] == 1
    assert ask(3).is_error
    assert ask(2).data[-1] == 2
    assert ask(1).is_error
    session.handle(dlt645.read_data(ADDRESS, "00010000"))
    assert ask(3).is_error


FALSE_START = b"\x68" + bytes(6) + b"\x68\x11\xc8"


def test_meter_forgets_a_request_that_broke_off() -> None:
    session = meter()
    request = dlt645.read_data(ADDRESS, "00010000").encode()
    assert session.feed(FALSE_START, 10.0) == []
    assert session.feed(request, 10.4) == []  # still within the gap: it could be the 200 octets announced
    assert session.feed(request, 10.8) == []
    assert len(session.feed(request, 11.4)) == 1
    assert session.ignored == 2


def test_master_forgets_what_was_left_on_the_line() -> None:
    master = Master()
    master.feed(FALSE_START, 0)
    assert values(talk(master, meter(), master.read(ADDRESS, "00010000", 1))) == ["2181.07"]


def test_meter_address_is_its_own() -> None:
    for wrong in ("A" * 12, "9" * 12, "x", "AA3411001043"):
        with pytest.raises(UsageError):
            MeterSession(wrong, {})


@given(chunks=st.lists(st.binary(max_size=40) | st.sampled_from([f.encode() for _, f, _ in STRANGERS]), max_size=8))
def test_neither_end_ever_raises_on_what_it_is_fed(chunks: list[bytes]) -> None:
    master, session = Master(), meter()
    master.read(ADDRESS, "00010000", 0)
    for chunk in chunks:
        session.feed(chunk)
        assert master.feed(chunk, 0.1) == []
    assert master.state == "waiting"
