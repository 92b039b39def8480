"""Bad input of both ends, complaint by complaint; and damaged lines, on which no wrong value may ever be delivered."""

import datetime as dt
import random

import pytest

from meterwire.errors import LimitError, LinkTimeoutError, MeterError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import (
    Completed,
    Failed,
    FaultInjector,
    Faults,
    Frame,
    Master,
    MeterSession,
    Send,
    apdu,
    decode_item,
)  # fmt: skip
from meterwire.protocols.dlt645.session import Event
from meterwire.reading import Quality

ADDRESS = "003411001043"
OTHER = "000000000001"
NOON = dt.datetime(2026, 8, 21, 12, 0)


def only(events: list[Event]) -> Event:
    (event,) = events
    return event


def asked(di: str = "00010000", address: str = ADDRESS, **settings: object) -> Master:
    master = Master(timeout=1.0, **settings)  # type: ignore[arg-type]
    master.read(address, di, 0.0)
    return master


def given_up(master: Master) -> Failed:
    now = 0.0
    while True:
        now += 1.0
        for event in master.tick(now):
            if isinstance(event, Failed):
                return event


def test_reply_to_another_address() -> None:
    master = asked()
    assert master.feed(apdu.read_reply(OTHER, "00010000", bytes(4)).encode(), 0.1) == []
    failed = given_up(master)
    assert isinstance(failed.error, LinkTimeoutError)
    assert (master.counters.foreign_address, master.counters.answers) == (1, 0)


def test_reply_about_another_item() -> None:
    master = asked()
    for di in ("00010100", "00000000", "01010000", "9010"):
        assert master.feed(apdu.read_reply(ADDRESS, di, bytes(4)).encode(), 0.1) == []
    assert isinstance(given_up(master).error, LinkTimeoutError)
    assert master.counters.foreign_item == 4


@pytest.mark.parametrize("seq", [0, 1, 3, 255])
def test_follow_up_skipped_or_repeated(seq: int) -> None:
    """The second part is awaited; the first once more, or a later one, is nobody's answer."""
    master = asked("0001FF00", retries=0)
    assert isinstance(only(master.feed(apdu.read_reply(ADDRESS, "0001FF00", bytes(196), more=True).encode(), 0)), Send)
    assert isinstance(
        only(master.feed(apdu.read_reply(ADDRESS, "0001FF00", bytes(40), more=True, seq=1).encode(), 0)), Send
    )
    assert master.feed(apdu.read_reply(ADDRESS, "0001FF00", bytes(20), seq=seq).encode(), 0) == []
    assert master.counters.wrong_sequence == 1
    done = only(master.feed(apdu.read_reply(ADDRESS, "0001FF00", bytes(20), seq=2).encode(), 0))
    assert isinstance(done, Completed)
    assert len(done.readings) == 64


def test_more_announced_where_nothing_can_follow() -> None:
    master = Master()
    master.request(ADDRESS, dlt645.SecurityCommand(di="070000FF"), 0.0)
    event = only(master.feed(Frame(address=ADDRESS, control=0xA3, data=bytes.fromhex("FF000007")).encode(), 0.0))
    assert isinstance(event, Failed)
    assert "none can follow" in str(event.error)
    assert master.state == "idle"


def test_first_answer_once_more_is_no_follow_up() -> None:
    master = asked("0001FF00", retries=0)
    first = apdu.read_reply(ADDRESS, "0001FF00", bytes(196), more=True).encode()
    assert isinstance(only(master.feed(first, 0)), Send)
    assert master.feed(first, 0) == []
    assert isinstance(given_up(master).error, LinkTimeoutError)


@pytest.mark.parametrize(("di", "first", "more"), [("0001FF00", 0xB1, 0xB2), ("901F", 0xA1, 0xA2)])
def test_more_for_ever(di: str, first: int, more: int) -> None:
    master = asked(di)
    item = bytes.fromhex(di)[::-1]
    event = only(master.feed(Frame(address=ADDRESS, control=first, data=item + bytes(4)).encode(), 0))
    count = 0
    while isinstance(event, Send):
        count += 1
        seq = bytes((count,)) if len(di) == 8 else b""
        event = only(master.feed(Frame(address=ADDRESS, control=more, data=item + bytes(4) + seq).encode(), 0))
    assert isinstance(event, Failed)
    assert isinstance(event.error, LimitError)
    assert count == 255
    assert (master.state, master.deadline) == ("idle", None)


BCD = [
    ("overflow of a digit", "00010000", "0000000A"),
    ("all A", "02010100", "AAAA"),
    ("sign in an unsigned one", "00010000", "00000080"),  # 80 is BCD: it is a number, and a large one
    ("negative with a digit above 9", "00000000", "0A000080"),
    ("negative zero", "00000000", "00000080"),
    ("all ones", "00000000", "FFFFFFFF"),
]


@pytest.mark.parametrize(("di", "octets"), [b[1:] for b in BCD], ids=[b[0] for b in BCD])
def test_bcd(di: str, octets: str) -> None:
    (found,) = decode_item(di, bytes.fromhex(octets))
    digits = bytes.fromhex(octets)[::-1].hex()
    if (di, octets) == ("00000000", "00000080"):
        assert (found.raw, found.quality) == (0, Quality.GOOD)
    elif digits.isdecimal():
        assert found.raw == int(digits)
    else:
        assert (found.value, found.raw, found.quality) == (None, None, Quality.INVALID)


def test_negative_signed_bcd_is_negative_where_the_catalogue_says_so_and_nowhere_else() -> None:
    octets = bytes.fromhex("34120080")
    assert decode_item("00000000", octets)[0].raw == -1234
    assert decode_item("00010000", octets)[0].raw == 80001234
    assert decode_item("02020100", bytes.fromhex("010080"))[0].raw == -1
    for raw in (-79999999, -1, 79999999):
        (found,) = decode_item("00000000", dlt645.lookup("00000000").encode(raw))
        assert found.raw == raw


def test_16h_as_checksum_and_everywhere() -> None:
    for value in range(10**4):
        frame = apdu.read_reply("161616161616", "00010000", value.to_bytes(4, "little"))
        wire = frame.encode()
        if wire[-2] == 0x16:
            finder = dlt645.Stream()
            assert [f for octet in wire for f in finder.feed(bytes((octet,)))] == [frame]
            return
    pytest.fail("no frame with 16H as its checksum was made")


@pytest.mark.parametrize("before", ["68", "6868", "FE68", "68FEFEFEFE", "684310001134006891"])
def test_two_68h(before: str) -> None:
    master = asked()
    answer = apdu.read_reply(ADDRESS, "00010000", bytes.fromhex("07812100")).encode()
    events = master.feed(bytes.fromhex(before) + answer, 0.1) or master.tick(1.0)
    done = only(events)
    assert isinstance(done, Completed)
    assert str(done.readings[0].value) == "2181.07"


def test_bus_echo() -> None:
    """An RS-485 adapter hears what it says: the echo stands before the answer, sometimes in one read with it."""
    master = Master(timeout=1.0)
    request = master.read(ADDRESS, "00010000", 0.0)
    answer = apdu.read_reply(ADDRESS, "00010000", bytes.fromhex("07812100")).encode(4)
    done = only(master.feed(request + answer, 0.1))
    assert isinstance(done, Completed)
    assert master.counters.not_answers == 1
    request = master.request(ADDRESS, dlt645.ClearMeter(access=dlt645.Access()), 1.0)
    assert master.feed(request, 1.1) == []
    failed = given_up(master)
    assert isinstance(failed.error, LinkTimeoutError)
    assert failed.heard == 0, "an echo is no sign of a meter"


def test_half_a_frame_then_silence() -> None:
    master = asked(retries=1)
    answer = apdu.read_reply(ADDRESS, "00010000", bytes.fromhex("07812100")).encode()
    assert master.feed(answer[:11], 0.2) == []
    again = only(master.tick(1.0))
    assert isinstance(again, Send)
    done = only(master.feed(answer, 1.2))  # what was left of the first attempt does not spoil the second
    assert isinstance(done, Completed)
    assert str(done.readings[0].value) == "2181.07"
    master = asked(retries=0)
    master.feed(answer[:11], 0.2)
    failed = given_up(master)
    assert failed.heard == 11, "something was there, and no whole frame"


def test_two_meters_answer_at_once() -> None:
    first = apdu.read_reply(ADDRESS, "00010000", bytes.fromhex("07812100")).encode()
    second = apdu.read_reply(OTHER, "00010000", bytes.fromhex("00000000")).encode()
    # one behind the other: the first is an answer with its own address, the second is told
    master = asked(address="A" * 12)
    done = only(master.feed(first + second, 0.1))
    assert isinstance(done, Completed)
    assert done.readings[0].address == ADDRESS
    assert master.counters.second_answers == 1
    # over one another: octets that no checksum vouches for are no answer at all
    mixed = bytes(a & b for a, b in zip(first, second, strict=True))
    master = asked(address="A" * 12, retries=0)
    assert master.feed(mixed, 0.1) == []
    failed = given_up(master)
    assert isinstance(failed.error, LinkTimeoutError)
    assert failed.heard == len(mixed)
    # a late one, when something else has been asked
    master = asked(di="00010000", address="A" * 12)
    assert isinstance(only(master.feed(first, 0.1)), Completed)
    master.read(ADDRESS, "00010000", 0.2)
    assert master.feed(second, 0.3) == []
    assert master.counters.foreign_address == 1


def test_silence_is_told_apart_from_noise() -> None:
    assert given_up(asked(retries=0)).heard == 0
    noisy = asked(retries=0)
    noisy.feed(b"\x11\x22\x33", 0.5)
    assert given_up(noisy).heard == 3


def test_load_record_counts_that_lie() -> None:
    record = dlt645.encode_record(NOON, dict.fromkeys(("02060000", "02060100", "02060200", "02060300"), 1), 3)
    good = decode_item("06030002", record)
    assert all(value.quality == Quality.GOOD for value in good)
    for count in range(256):
        lying = record[:2] + bytes((count,)) + record[3:]
        found = decode_item("06030002", lying)
        fixed = lying[:-2] + bytes((sum(lying[:-2]) & 0xFF,)) + lying[-1:]  # the sum of the lie is right
        for values in (found, decode_item("06030002", fixed)):
            for value in values:
                same = any((value.item, value.value) == (g.item, g.value) for g in good)
                assert same or value.quality == Quality.QUESTIONABLE, count


def test_more_load_records_than_one_can_ask_for() -> None:
    record = dlt645.encode_record(NOON, {}, 6)
    found = decode_item("06060002", record * 300)
    assert found[-1].note == "too many load records"
    assert len(found) == 256


# Meters.


def clocked(now: dt.datetime, taken: list[dt.datetime]) -> MeterSession:
    return MeterSession(ADDRESS, {}, clock=lambda: now, set_clock=taken.append)


TIMES = [
    # what the meter's clock shows, what is broadcast, taken
    (NOON, NOON + dt.timedelta(minutes=5), True),
    (NOON, NOON - dt.timedelta(minutes=5), True),
    (NOON, NOON + dt.timedelta(minutes=5, seconds=1), False),
    (NOON, NOON + dt.timedelta(days=1), False),
    (NOON.replace(hour=0, minute=5), NOON.replace(hour=0, minute=5), False),
    (NOON.replace(hour=0, minute=5, second=1), NOON.replace(hour=0, minute=5), True),
    (NOON.replace(hour=23, minute=55), NOON.replace(hour=23, minute=54), False),
    (NOON.replace(hour=23, minute=54, second=59), NOON.replace(hour=23, minute=54), True),
]


@pytest.mark.parametrize(("shown", "told", "taken"), TIMES)
def test_time_is_set_only_when_allowed(shown: dt.datetime, told: dt.datetime, taken: bool) -> None:
    heard: list[dt.datetime] = []
    session = clocked(shown, heard)
    assert session.feed(Master().broadcast_time(told)) == []
    assert heard == ([told] if taken else [])
    assert (session.clock_set, session.clock_refused) == (int(taken), int(not taken))


def test_time_is_set_once_a_day() -> None:
    heard: list[dt.datetime] = []
    now = [NOON]
    session = MeterSession(ADDRESS, {}, clock=lambda: now[0], set_clock=heard.append)
    for day in range(3):
        now[0] = NOON + dt.timedelta(days=day)
        for minute in range(3):
            session.feed(Master().broadcast_time(now[0] + dt.timedelta(minutes=minute)))
    assert len(heard) == 3
    assert session.clock_refused == 6


def test_time_beyond_the_sixties_is_of_this_century() -> None:
    late = dt.datetime(2070, 1, 2, 12, 0)
    heard: list[dt.datetime] = []
    clocked(late, heard).feed(Master().broadcast_time(late))
    assert heard == [late]


@pytest.mark.parametrize("data", ["", "0030152108", "00301521082600", "FFFFFFFFFFFF", "006024210826"])
def test_broadcast_time_that_is_none(data: str) -> None:
    heard: list[dt.datetime] = []
    session = clocked(NOON, heard)
    assert session.handle(Frame(address="9" * 12, control=0x08, data=bytes.fromhex(data))) == []
    assert heard == []
    assert session.clock_refused == 1


# Damaged lines.

VALUES = {
    **{f"0001{n:02X}00": 1000 * n + 7 for n in range(64)},
    "02010100": 2314, "02010200": 2299, "02010300": 2301, "00000000": -5,
    "01010000": (125678, NOON), "04000401": ADDRESS, "9010": 36, "901F": bytes(28),
}  # fmt: skip


@pytest.mark.parametrize("damaged", [0.0, 0.01, 0.1])
@pytest.mark.parametrize("edition", ["1997", "2007"])
def test_a_damaged_line_never_delivers_a_wrong_value(damaged: float, edition: str) -> None:
    """Every kind of damage to answers, at each rate: right values or an error, and values nearly always."""
    items = ["9010"] if edition == "1997" else ["00010000", "0001FF00", "0201FF00", "00000000", "01010000", "04000401"]
    session = MeterSession(ADDRESS, VALUES, edition=edition)  # type: ignore[arg-type]
    draw = random.Random(f"{damaged}{edition}")
    faults = FaultInjector(
        Faults(checksum=damaged, split=damaged, silence=damaged, garbage=damaged, address=damaged, item=damaged, seed=4)
    )
    truth = {di: [(v.item, v.value) for v in decode_item(di, session.value(di) or b"")] for di in items}
    master, now, good, failed = Master(timeout=1.0, retries=5), 0.0, 0, 0
    for _ in range(300):
        di = draw.choice(items)
        octets: bytes | None = master.read(ADDRESS, di, now)
        while True:
            events: list[Event] = []
            for answer in session.feed(octets) if octets else []:
                for piece in faults.apply(answer, preamble=draw.randrange(5)):
                    events += master.feed(piece.data, now)
            if not events:
                now = (master.deadline or now) + 0.001
                events = master.tick(now)
            event = only(events)
            if isinstance(event, Send):
                octets = event.data
                continue
            break
        now += 1.0
        if isinstance(event, Completed):
            good += 1
            assert [(r.item, r.value) for r in event.readings] == truth[di]
            assert all(r.address == ADDRESS and r.quality == Quality.GOOD for r in event.readings)
        else:
            assert isinstance(event, Failed)
            assert isinstance(event.error, LinkTimeoutError)
            failed += 1
    assert good + failed == 300
    assert failed <= (0 if damaged < 0.1 else 3)


def test_octets_changed_on_the_line_are_never_a_value() -> None:
    """Any one octet of an answer changed to anything: dropped, or a refusal of something else; never a reading."""
    draw = random.Random(9)
    answer = apdu.read_reply(ADDRESS, "00010000", bytes.fromhex("07812100")).encode()
    for at in range(len(answer)):
        for octet in (*draw.sample(range(256), 20), answer[at] ^ 1, answer[at] ^ 0x80):
            if octet == answer[at]:
                continue
            master = asked(retries=0)
            events = master.feed(answer[:at] + bytes((octet,)) + answer[at + 1 :], 0.1)
            assert events == [], (at, octet)


# 1997.


def test_1997_reads_blocks_and_follow_ups() -> None:
    long = bytes(range(256)) * 3
    session = MeterSession(ADDRESS, {"9010": 36, "9011": 12, "E0E0": long}, edition="1997")
    session.answers_broadcast = True
    master = Master(timeout=1.0)

    def ask(di: str, address: str = ADDRESS) -> Completed | Failed:
        octets = master.read(address, di, 0.0)
        while True:
            (answer,) = session.feed(octets)
            event = only(master.feed(answer.encode(4), 0.0))
            if not isinstance(event, Send):
                return event
            octets = event.data

    done = ask("901F")
    assert isinstance(done, Completed)
    assert [(r.item, str(r.value)) for r in done.readings] == [("9010", "0.36"), ("9011", "0.12")]
    done = ask("E0E0", "9" * 12)
    assert isinstance(done, Completed)
    assert done.readings[0].value == long
    assert session.answered == 1 + 4
    refused = ask("9020")
    assert isinstance(refused, Failed)
    assert isinstance(refused.error, MeterError)
    assert "wrong data identifier 数据标识错" in str(refused.error)


def test_1997_lost_follow_up_begins_again() -> None:
    """Parts of 1997 have no number: after a loss nobody knows which part comes next, so the first is asked again."""
    long = bytes(range(256)) * 2
    session = MeterSession(ADDRESS, {"E0E0": long}, edition="1997")
    master = Master(timeout=1.0, retries=2)
    octets, now, sent, lost = master.read(ADDRESS, "E0E0", 0.0), 0.0, [], False
    while True:
        frame = dlt645.decode(octets)
        sent.append(frame.control)
        (answer,) = session.handle(frame)
        if len(sent) == 3 and not lost:
            lost = True
            now += 1.0
            event = only(master.tick(now))
        else:
            event = only(master.feed(answer.encode(), now))
        if isinstance(event, Completed):
            break
        assert isinstance(event, Send)
        octets = event.data
    assert event.readings[0].value == long
    assert sent == [0x01, 0x02, 0x02, 0x01, 0x02, 0x02]


def test_1997_reread() -> None:
    session = MeterSession(ADDRESS, {"9010": 36}, edition="1997")
    reread = dlt645.request_frame(ADDRESS, dlt645.Reread(di="9010"))
    (refused,) = session.handle(reread)
    assert refused.is_error
    (first,) = session.handle(dlt645.read_data(ADDRESS, "9010"))
    (again,) = session.handle(reread)
    assert (again.control, again.data) == (0x83, first.data)
    master = Master()
    master.request(ADDRESS, dlt645.Reread(di="9010"), 0.0)
    assert isinstance(only(master.feed(again.encode(), 0.0)), Completed)


def test_editions_do_not_answer_each_other() -> None:
    old = MeterSession(ADDRESS, {"9010": 36}, edition="1997")
    new = MeterSession(ADDRESS, {"00010000": 36})
    for session, frame in [
        (old, dlt645.read_data(ADDRESS, "00010000")), (old, dlt645.read_address()),
        (new, dlt645.read_data(ADDRESS, "9010")), (new, dlt645.request_frame(ADDRESS, dlt645.Reread(di="9010"))),
    ]:  # fmt: skip
        (answer,) = session.handle(frame)
        assert answer.is_error
    for session in (old, new):
        assert session.handle(dlt645.read_data("9" * 12, "9010")) == []


def test_what_may_only_be_written_is_not_read() -> None:
    """A meter whose application keeps passwords among its registers does not give them away."""
    meter = MeterSession("000000000001", {"04000C01": 123456, "00010000": 5})
    master = Master(preamble=0)
    for di, is_told in (("00010000", True), ("04000C01", False), ("04000CFF", False)):
        (answer,) = meter.feed(master.read("000000000001", di, 0.0))
        (event,) = master.feed(answer.encode(), 0.0)
        assert isinstance(event, Completed if is_told else Failed), di
