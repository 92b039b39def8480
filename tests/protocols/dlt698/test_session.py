"""Client and server talk: requests, retries, fragments, blocks, reports, protection; and what may not happen."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest

from meterwire._accel import frames as search
from meterwire.errors import DecodeError, LimitError, LinkTimeoutError, MeterError, StateError, UsageError
from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698 import axdr, events, session, transfer
from meterwire.protocols.dlt698.blocks import Blocks, cut_into_blocks
from meterwire.protocols.dlt698.events import Block, Completed, Failed, LinkAsked, Reported, Send
from meterwire.protocols.dlt698.meter import MeterSession, ReportDone, Request
from meterwire.protocols.dlt698.refusals import refusal
from meterwire.protocols.dlt698.session import Master, confirm_report
from meterwire.protocols.dlt698.timetags import is_stale

ADDRESS = "202011190001"
CLOCK = dt.datetime(2026, 10, 5, 12, 30)
READ = d.GetRequestNormal(oad=d.OAD("20000200"))
VOLTAGES = d.ResultNormal(d.OAD("20000200"), d.Array([d.LongUnsigned(2413)] * 3))
TRIP = d.ActionRequestNormal(omd=d.OMD("80008100"), data=d.Array([]))


class Line:
    """A client and a meter on one line; octets are handed over by :meth:`run`, unless ``lose`` says no."""

    def __init__(self, *, master: dict[str, Any] | None = None, meter: dict[str, Any] | None = None) -> None:
        self.master = Master(ADDRESS, client=0x10, **(master or {}))
        self.meter = MeterSession(ADDRESS, **(meter or {}))
        self.now = 0.0
        self.told: list[Any] = []
        self.asked: list[Request] = []
        self.sent: list[tuple[str, d.Frame]] = []
        self.lose: Callable[[str, d.Frame], bool] = lambda who, frame: False
        self.answer: Callable[[d.Apdu], d.Apdu | None] = lambda apdu: d.GetResponseNormal(result=VOLTAGES)
        self.clock: dt.datetime | None = CLOCK

    def run(self, who: str, happened: list[Any]) -> None:
        queue = [(who, event) for event in happened]
        while queue:
            who, event = queue.pop(0)
            if isinstance(event, Send):
                frame = d.decode(event.data)
                self.sent.append((who, frame))
                assert len(self.sent) < 20_000
                if self.lose(who, frame):
                    continue
                if who == "master":
                    queue += [("meter", e) for e in self.meter.feed(event.data, self.now, self.clock)]
                else:
                    queue += [("master", e) for e in self.master.feed(event.data, self.now)]
            elif isinstance(event, Request):
                self.asked.append(event)
                answer = self.answer(event.apdu)  # type: ignore[arg-type]
                if answer is not None:
                    queue += [("meter", e) for e in self.meter.answer(event, answer, self.now)]
            else:
                self.told.append(event)

    def request(self, apdu: d.Apdu, **how: Any) -> list[Any]:
        begun = len(self.told)
        self.run("master", self.master.request(apdu, self.now, **how))
        return self.told[begun:]

    def wait(self, seconds: float) -> None:
        """Let time pass, ticking when it is due."""
        until = self.now + seconds
        while True:
            due = [t for t in (self.master.deadline, self.meter.deadline) if t is not None and t <= until]
            if not due:
                break
            self.now = max(self.now, min(due))
            self.run("master", self.master.tick(self.now))
            self.run("meter", self.meter.tick(self.now))
        self.now = until


def test_a_request_and_its_answer() -> None:
    line = Line()
    (done,) = line.request(READ)
    assert isinstance(done, Completed)
    assert done.apdu == d.GetResponseNormal(piid=1, result=VOLTAGES)
    assert str(done.server) == ADDRESS
    assert line.asked[0].apdu == d.GetRequestNormal(piid=1, oad=READ.oad)
    assert [(who, frame.control, frame.client) for who, frame in line.sent] == [
        ("master", 0x43, 0x10),
        ("meter", 0xC3, 0x10),
    ]
    (again,) = line.request(READ)
    assert again.apdu.service_number == 2
    assert line.master.counters.answers == line.meter.counters.answers == 2
    assert line.master.state == "idle"
    assert line.master.deadline is None


def test_service_numbers_return_to_zero_and_priority_stays() -> None:
    line = Line()
    for _ in range(64):
        line.request(d.GetRequestNormal(piid=0x80, oad=READ.oad))
    assert [request.apdu.piid for request in line.asked[-2:]] == [0x80 | 63, 0x80]  # type: ignore[union-attr]
    assert len(line.told) == 64


def test_silence_is_asked_again_then_given_up() -> None:
    line = Line(master={"timeout": 2.0, "retries": 2})
    line.lose = lambda who, frame: True
    line.request(READ)
    with pytest.raises(StateError, match="one request at a time"):
        line.master.request(READ, line.now)
    line.wait(10)
    (failed,) = line.told
    assert isinstance(failed.error, LinkTimeoutError)
    assert f"no valid answer from {ADDRESS} to GetRequestNormal after 3 tries of 2 s" in str(failed.error)
    assert len(line.sent) == 3
    assert {frame.data for _, frame in line.sent} == {line.sent[0][1].data}
    assert line.master.state == "idle"


def test_a_lost_answer_is_asked_for_again() -> None:
    line = Line()
    line.lose = lambda who, frame: who == "meter" and len(line.sent) == 2
    line.request(READ)
    line.wait(6)
    assert isinstance(line.told[0], Completed)
    assert line.master.counters.retries == 1


def test_an_action_is_never_carried_out_twice() -> None:
    """A73: neither does our client send it twice, nor our meter do it twice when another client does."""
    line = Line()
    line.answer = lambda apdu: d.ActionResponseNormal(omd=TRIP.omd, dar=d.SUCCESS)
    line.lose = lambda who, frame: who == "meter"
    line.request(TRIP)
    line.wait(60)
    assert isinstance(line.told[0].error, LinkTimeoutError)
    assert len(line.asked) == 1
    assert len(line.sent) == 2
    insistent = Line(master={"repeat_actions": True})
    insistent.answer = line.answer
    insistent.lose = lambda who, frame: who == "meter" and len(insistent.sent) == 2
    insistent.request(TRIP)
    insistent.wait(6)
    assert isinstance(insistent.told[0], Completed)
    assert len(insistent.asked) == 1
    assert insistent.meter.counters.repeats == 1
    assert insistent.meter.counters.answers == 2


def test_an_action_repeated_while_it_is_carried_out_is_not_told_again() -> None:
    line = Line(master={"repeat_actions": True})
    line.answer = lambda apdu: None
    line.request(TRIP)
    line.wait(4.9)
    line.wait(5)
    assert len(line.asked) == 1
    line.run("meter", line.meter.answer(line.asked[0], d.ActionResponseNormal(omd=TRIP.omd, dar=d.SUCCESS), line.now))
    assert isinstance(line.told[0], Completed)


def test_another_clients_request_in_between_changes_nothing() -> None:
    line = Line()
    line.answer = lambda apdu: d.ActionResponseNormal(omd=TRIP.omd, dar=d.SUCCESS)
    line.request(TRIP)
    first = line.sent[0][1]
    for client in range(10):
        other = d.Frame(control=0x43, server=first.server, client=0x20 + client, data=first.data)
        line.run("meter", line.meter.feed(other.encode(), line.now))
    assert len(line.asked) == 11
    line.run("meter", line.meter.feed(first.encode(), line.now))
    assert len(line.asked) == 11
    assert line.meter.counters.repeats == 1
    for client in range(30):
        other = d.Frame(control=0x43, server=first.server, client=0x40 + client, data=first.data)
        line.run("meter", line.meter.feed(other.encode(), line.now))
    assert len(line.meter._changes) == 16


def test_the_same_action_later_or_under_another_number_is_another_one() -> None:
    line = Line()
    line.answer = lambda apdu: d.ActionResponseNormal(omd=TRIP.omd, dar=d.SUCCESS)
    line.request(TRIP)
    line.request(TRIP)
    assert len(line.asked) == 2
    wire = line.sent[-2][1].encode()
    line.now += 16
    line.run("meter", line.meter.feed(wire, line.now))
    assert len(line.asked) == 3


def test_broadcast_is_never_answered() -> None:
    for kind, groups in ((d.BROADCAST, ()), (d.GROUP, ("AA",))):
        line = Line(meter={"groups": groups})
        line.master.server = d.ServerAddress.of("AA", kind=kind)
        assert line.request(READ) == []
        assert line.master.state == "idle"
        assert len(line.asked) == 1
        assert not line.asked[0].may_be_answered
        assert [who for who, _ in line.sent] == ["master"]
        with pytest.raises(UsageError, match="nobody confirms"):
            line.master.request(d.SetRequestNormal(oad=READ.oad, data=bytes(3000)), 0)


def test_wildcards_are_answered_with_the_meters_own_address() -> None:
    line = Line()
    line.master.server = d.ServerAddress.of("A" * 12)
    (done,) = line.request(READ)
    assert str(done.server) == ADDRESS


def test_a_device_of_two_logical_addresses() -> None:
    for asked in (ADDRESS, "A" * 12):
        line = Line(meter={"logical": (1,)})
        line.master.server = d.ServerAddress.of(asked, logical=1)
        (done,) = line.request(READ)
        assert done.server == d.ServerAddress.of(ADDRESS, logical=1)
        line.master.server = d.ServerAddress.of(asked, logical=2)
        assert line.request(READ) == []
        assert line.meter.counters.foreign == 1


def test_frames_of_others_are_dropped() -> None:
    line = Line()
    line.lose = lambda who, frame: True
    line.request(READ)
    good = d.GetResponseNormal(piid=1, result=VOLTAGES)
    own = d.ServerAddress.of(ADDRESS)

    def fed(**change: Any) -> list[Any]:
        base: dict[str, Any] = {"control": 0xC3, "server": own, "client": 0x10, "data": good.encode()}
        return list(line.master.feed(d.Frame(**base | change).encode(), 0))

    assert fed(server=d.ServerAddress.of("202011190002")) == []
    assert fed(control=0x43) == []  # our own request as an echo
    assert line.master.counters.foreign == 2
    assert fed(client=0x11) == []
    assert fed(data=d.GetResponseNormal(piid=2, result=VOLTAGES).encode()) == []
    assert fed(data=d.SetResponseNormal(piid=1, oad=READ.oad, dar=d.SUCCESS).encode()) == []
    assert fed(data=d.GetResponseNormalList(piid=1, results=(VOLTAGES,)).encode()) == []
    assert line.master.counters.unasked == 4
    assert fed(data=b"\x86\x01") == []
    assert line.master.counters.unreadable == 1
    assert isinstance(fed()[0], Completed)
    assert fed() == []


def test_an_answer_that_makes_no_sense_ends_the_request() -> None:
    line = Line()
    line.lose = lambda who, frame: True
    line.request(READ)
    broken = d.Frame(control=0xC3, server=d.ServerAddress.of(ADDRESS), client=0x10, data=b"\x85\x01\x01\x20")
    (failed,) = line.master.feed(broken.encode(), 0)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, DecodeError)


def test_an_answer_of_a_form_nobody_knows_is_handed_over() -> None:
    line = Line()
    line.lose = lambda who, frame: True
    line.request(READ)
    strange = d.Frame(control=0xC3, server=d.ServerAddress.of(ADDRESS), client=0x10, data=b"\x85\x63\x01\x20")
    (done,) = line.master.feed(strange.encode(), 0)
    assert isinstance(done.apdu, d.UnknownApdu)


@pytest.mark.parametrize(("kind", "text"), [(1, "cannot be parsed"), (2, "not supported"), (9, "error 9")])
def test_an_error_is_a_refusal(kind: int, text: str) -> None:
    line = Line()
    line.answer = lambda apdu: d.ServerErrorResponse(type=kind)
    (failed,) = line.request(READ)
    assert isinstance(failed.error, MeterError)
    assert failed.error.code == kind
    assert text in str(failed.error)


def test_what_the_server_cannot_parse_or_does_not_know_gets_an_error() -> None:
    meter = MeterSession(ADDRESS)
    for octets, kind in ((b"\x05\x01\x2a\x20", 1), (b"\x05\x63\x2a\x20\x00", 2), (b"\x77\x01", 2), (b"", 1)):
        frame = d.Frame(control=0x43, server=ADDRESS, client=1, data=octets)  # type: ignore[arg-type]
        (sent,) = meter.feed(frame.encode(), 0)
        answer = d.decode_apdu(d.decode(sent.data).data)  # type: ignore[union-attr]
        assert isinstance(answer, d.ServerErrorResponse)
        assert answer.type == kind
        assert answer.piid == (0x2A if octets[:1] == b"\x05" else 0)


def test_a_header_that_promises_too_much_does_not_hold_up_the_line() -> None:
    """A93: HCS right, L 3FFFH, and nothing of it comes: after a while what came behind it is heard."""
    head = (0x3FFF).to_bytes(2, "little") + b"\x43" + d.ServerAddress.of(ADDRESS) + b"\x10"
    stuck = b"\x68" + head + search.fcs(head).to_bytes(2, "little")
    meter = MeterSession(ADDRESS)
    request = d.Frame(control=0x43, server=d.ServerAddress.of(ADDRESS), client=0x10, data=READ.encode())
    assert meter.feed(stuck + request.encode(), 10.0) == []
    assert meter.deadline == 12.0
    assert meter.tick(11.9) == []
    (asked,) = meter.tick(12.0)
    assert isinstance(asked, Request)
    assert meter.deadline is None
    master = Master(ADDRESS)
    report = d.Frame(control=0x83, server=d.ServerAddress.of(ADDRESS), data=REPORT.encode())
    assert master.feed(stuck + report.encode(), 10.0) == []
    assert master.deadline == 12.0
    reported, _ = master.tick(12.0)
    assert isinstance(reported, Reported)
    assert master.deadline is None


# Fragments.


@pytest.mark.parametrize("size", [60, 300, 5000, 60_000])
def test_long_apdus_both_ways(size: int) -> None:
    line = Line(master={"max_frame": 200}, meter={"max_frame": 200})
    value = bytes(i & 0xFF for i in range(size))
    line.answer = lambda apdu: d.GetResponseNormal(result=d.ResultNormal(READ.oad, apdu.data))  # type: ignore[attr-defined]
    (failed,) = line.request(d.SetRequestNormal(oad=READ.oad, data=value)) or line.told or [None]
    # a GET answer to a SET is nobody's answer: the way there is what counts here
    assert failed is None
    assert line.asked[0].apdu.data == value  # type: ignore[union-attr]
    line.master.cancel()
    line.answer = lambda apdu: d.GetResponseNormal(result=d.ResultNormal(READ.oad, value))
    (done,) = line.request(READ)
    assert done.apdu.result.value == value
    assert all(len(frame.encode()) <= 200 for _, frame in line.sent)


@pytest.mark.parametrize("who", ["master", "meter"])
@pytest.mark.parametrize("seed", range(5))
def test_lost_fragments_and_confirmations_are_made_good(who: str, seed: int) -> None:
    line = Line(master={"max_frame": 100, "retries": 5}, meter={"max_frame": 100, "retries": 5})
    dice = random.Random(seed)
    line.lose = lambda sender, frame: sender == who and frame.is_fragment and dice.random() < 0.2
    value = bytes(range(256)) * 4
    line.answer = lambda apdu: d.GetResponseNormalList(results=(d.ResultNormal(READ.oad, value),))
    oads = tuple(d.OAD(n) for n in range(200))
    line.request(d.GetRequestNormalList(oads=oads))
    line.wait(600)
    done = line.told[-1]
    assert isinstance(done, Completed)
    assert done.apdu.results[0].value == value  # type: ignore[union-attr]
    assert line.asked[0].apdu.oads == oads  # type: ignore[union-attr]
    assert {len(request.apdu.oads) for request in line.asked} == {200}  # type: ignore[union-attr]


def fragment(number: int, kind: int, piece: bytes = b"") -> d.Frame:
    return d.Frame(
        control=0xE3, server=d.ServerAddress.of(ADDRESS), client=0x10, data=d.Fragment(number, kind, piece).encode()
    )


def test_what_an_assembler_does_not_take() -> None:
    taken = transfer.Assembler(max_apdu=10)
    assert taken.accept(fragment(1, 3, b"b")) == transfer.Assembled()
    assert taken.strays == 1
    first = taken.accept(fragment(0, 0, b"ab"))
    assert first.confirm is not None
    assert (first.confirm.control, first.confirm.data) == (0x63, bytes.fromhex("0080"))
    assert taken.accept(fragment(0, 0, b"ab")).confirm == first.confirm  # the confirmation was lost
    assert taken.accept(fragment(2, 3, b"zz")).confirm is None
    assert taken.accept(fragment(2, 1, b"zz")).apdu is None
    assert (taken.gaps, taken.repeats) == (2, 1)
    assert taken.accept(fragment(1, 3, b"cd")).confirm is not None
    assert taken.accept(fragment(1, 3, b"cd")).confirm is not None
    assert taken.accept(fragment(2, 1, b"ef")).apdu == b"abcdef"
    assert not taken.is_active
    assert taken.accept(fragment(2, 1, b"ef")).apdu is None
    taken.accept(fragment(0, 0, b"123456"))
    assert taken.accept(fragment(1, 3, b"78901")) == transfer.Assembled()
    assert taken.too_long == 1
    assert not taken.is_active
    taken.accept(fragment(0, 0, b"old"))
    taken.accept(fragment(0, 0, b"new"))
    assert taken.accept(fragment(1, 1, b"!")).apdu == b"new!"
    with pytest.raises(UsageError):
        taken.accept(fragment(0, 2))


def test_numbers_wrap_and_need_not_begin_at_zero() -> None:
    """The vectors have an APDU whose first fragment is number 261."""
    taken = transfer.Assembler()
    taken.accept(fragment(4094, 0, b"a"))
    taken.accept(fragment(4095, 3, b"b"))
    assert taken.accept(fragment(0, 1, b"c")).apdu == b"abc"
    numbers = [f.number for f in d.split(bytes(5000), 1)]
    assert numbers[4094:4098] == [4094, 4095, 0, 1]
    assert [f.kind for f in d.split(bytes(5), 2)] == [0, 3, 1]
    with pytest.raises(UsageError, match="no fragments"):
        list(d.split(b"ab", 2))
    with pytest.raises(UsageError, match="at most"):
        transfer.Outgoing(bytes(1 << 18), control=0x43, server=d.ServerAddress.of("1"), client=0, max_frame=1024)


def test_confirmations_nobody_waits_for() -> None:
    line = Line()
    line.lose = lambda who, frame: True
    line.request(READ)
    assert line.master.feed(fragment(0, 2).encode(), 0) == []
    assert line.master.counters.unasked == 1
    frame = d.Frame(control=0x63, server=d.ServerAddress.of(ADDRESS), data=d.Fragment(0, 2).encode())
    assert line.meter.feed(frame.encode(), 0) == []
    cut = d.Frame(control=0x63, server=d.ServerAddress.of(ADDRESS), data=b"\x01")
    assert line.meter.feed(cut.encode(), 0) == []
    assert line.meter.counters.unreadable == 1


def test_half_an_apdu_from_many_clients_is_bounded() -> None:
    meter = MeterSession(ADDRESS)
    for client in range(256):
        frame = d.Frame(control=0x63, server=ADDRESS, client=client, data=d.Fragment(0, 0, b"x").encode())  # type: ignore[arg-type]
        assert len(meter.feed(frame.encode(), 0)) == 1
    assert len(meter._assemblers) == 16


# Blocks.

TABLE = d.ResultRecord(
    d.OAD("50040200"),
    d.RCSD([d.OAD("20210200"), d.OAD("00100201")]),
    tuple((d.DateTimeS.make(year=2026, month=1, day=day), d.DoubleLongUnsigned(day)) for day in range(1, 32)),
)


def test_an_answer_in_blocks_arrives_whole() -> None:
    line = Line(meter={"max_apdu": 200})
    line.answer = lambda apdu: d.GetResponseRecord(result=TABLE)
    request = d.GetRequestRecord(record=d.GetRecord(TABLE.oad, d.Selector10(31, d.AllMeters()), TABLE.rcsd))
    *blocks, done = line.request(request)
    assert len(blocks) > 2
    assert all(isinstance(block, Block) for block in blocks)
    assert isinstance(done, Completed)
    assert done.apdu == d.GetResponseRecordList(piid=1, results=(TABLE,))
    assert sum(len(block.apdu.result.results[0].rows) for block in blocks) == 31
    assert len(line.asked) == 1
    assert {len(frame.data) <= 200 for _, frame in line.sent} == {True}


def test_a_lost_block_is_asked_for_again() -> None:
    line = Line(meter={"max_apdu": 200})
    line.answer = lambda apdu: d.GetResponseRecord(result=TABLE)
    line.lose = lambda who, frame: len(line.sent) in {4, 7}
    line.request(d.GetRequestRecord(record=d.GetRecord(TABLE.oad, d.Selector9(1), TABLE.rcsd)))
    line.wait(30)
    assert line.told[-1].apdu.results == (TABLE,)
    assert line.master.counters.retries == 2


def test_a_list_in_blocks() -> None:
    results = tuple(d.ResultNormal(d.OAD(n), bytes(20)) for n in range(30))
    line = Line(meter={"max_apdu": 128})
    line.answer = lambda apdu: d.GetResponseNormalList(results=results)
    done = line.request(d.GetRequestNormalList(oads=tuple(r.oad for r in results)))[-1]
    assert done.apdu == d.GetResponseNormalList(piid=1, results=results)


def test_a_value_too_long_for_any_block_is_refused() -> None:
    line = Line(meter={"max_apdu": 128})
    line.answer = lambda apdu: d.GetResponseNormal(result=d.ResultNormal(READ.oad, bytes(300)))
    (done,) = line.request(READ)
    assert done.apdu.result.dar == 8


def test_next_without_a_beginning_is_refused() -> None:
    line = Line()
    (failed,) = line.request(d.GetRequestNext(block=3))
    assert isinstance(failed, Failed)
    assert failed.error.code == 14  # type: ignore[attr-defined]


def block(number: int, is_last: bool = False, result: Any = None) -> d.GetResponseNext:
    return d.GetResponseNext(piid=1, is_last=is_last, block=number, result=result or d.ResultNormals((VOLTAGES,)))


BAD_BLOCKS: list[tuple[str, list[d.GetResponseNext], type[Exception], str]] = [
    ("A103 gap", [block(0), block(2)], StateError, "block 2 after block 0"),
    ("A103 overlap", [block(0), block(1), block(0)], StateError, "block 0 after block 1"),
    ("does not begin", [block(5)], StateError, "block 5 after the request"),
    ("another kind", [block(1), block(2, result=d.ResultRecords((TABLE,)))], StateError, "ResultRecords"),
    ("DAR", [block(0), block(1, result=d.DAR(10))], MeterError, "fragment transfer cancelled"),
]


@pytest.mark.parametrize(("sent", "error", "text"), [b[1:] for b in BAD_BLOCKS], ids=[b[0] for b in BAD_BLOCKS])
def test_bad_blocks(sent: list[d.GetResponseNext], error: type[Exception], text: str) -> None:
    line = Line()
    line.lose = lambda who, frame: True
    line.request(READ)
    told: list[Any] = []
    for apdu in sent:
        frame = d.Frame(control=0xC3, server=d.ServerAddress.of(ADDRESS), client=0x10, data=apdu.encode())
        told += [event for event in line.master.feed(frame.encode(), 0) if not isinstance(event, Send)]
    assert isinstance(told[-1], Failed)
    assert isinstance(told[-1].error, error)
    assert text in str(told[-1].error)
    assert line.master.state == "idle"


def test_a_103_blocks_that_never_end() -> None:
    blocks = Blocks(0)
    for number in range((1 << 16) - 1):
        assert blocks.accept(block(number), 20)
    with pytest.raises(LimitError, match="no last one"):
        blocks.accept(block((1 << 16) - 1), 20)
    big = Blocks(0)
    for number in range(1 << 10):
        assert big.accept(block(number), 1 << 14)
    with pytest.raises(LimitError, match="no last one"):
        big.accept(block(1 << 10), 1 << 14)


def test_the_same_block_again_is_passed_over() -> None:
    blocks = Blocks(7)
    assert blocks.accept(block(0), 20)
    assert not blocks.accept(block(0), 20)
    assert blocks.next_request == d.GetRequestNext(piid=7, block=0)


def test_cutting_into_blocks_keeps_everything() -> None:
    refused = d.ResultRecord(d.OAD("50050200"), TABLE.rcsd, d.DAR(6))
    empty = d.ResultRecord(d.OAD("50060200"), TABLE.rcsd, ())
    answer = d.GetResponseRecordList(piid=9, results=(TABLE, refused, empty, TABLE))
    for size in (80, 100, 1000, 10_000):
        blocks = Blocks(9)
        for apdu in cut_into_blocks(answer, size):
            assert len(apdu.encode()) <= size
            assert blocks.accept(d.decode_apdu(apdu.encode()), 1)  # type: ignore[arg-type]
        assert blocks.is_complete
        assert blocks.answer(9) == answer


# Reports.

REPORT = d.ReportNotificationList(piid=0x40, results=(VOLTAGES,))


@pytest.mark.parametrize(
    "report",
    [
        REPORT,
        d.ReportNotificationRecordList(results=(TABLE,)),
        d.ReportNotificationTransData(oad=d.OAD("F2010201"), data=(b"\x68", b"")),
    ],
    ids=lambda r: type(r).__name__,
)
def test_a_report_is_confirmed_and_told_once(report: d.Apdu) -> None:
    line = Line(meter={"max_frame": 150})
    line.lose = lambda who, frame: who == "master" and not frame.is_fragment and len(line.sent) < 14
    line.run("meter", line.meter.report(report, line.now))
    with pytest.raises(StateError):
        line.meter.report(report, line.now)
    line.wait(60)
    assert [type(event) for event in line.told] == [Reported, ReportDone] or line.told[-1].error is not None
    line = Line(meter={"max_frame": 150})
    lost = iter([True])
    line.lose = lambda who, frame: who == "master" and not frame.is_fragment and next(lost, False)
    line.run("meter", line.meter.report(report, line.now))
    line.wait(60)
    reported, done = line.told
    assert isinstance(reported, Reported)
    assert isinstance(done, ReportDone)
    assert done.error is None
    assert reported.apdu.results == report.results if hasattr(report, "results") else True  # type: ignore[attr-defined]
    assert line.master.counters.repeats == 1
    assert {frame.control & ~0x20 for who, frame in line.sent if who == "meter"} == {0x83}
    assert {frame.control & ~0x20 for who, frame in line.sent if who == "master"} == {0x03}


def test_a_report_nobody_confirms_is_given_up() -> None:
    line = Line(meter={"timeout": 3, "retries": 1})
    line.lose = lambda who, frame: True
    line.run("meter", line.meter.report(REPORT, 0.0))
    line.wait(7)
    (done,) = line.told
    assert isinstance(done.error, LinkTimeoutError)
    assert line.meter.deadline is None


def test_a_report_is_not_confirmed_before_it_is_kept() -> None:
    line = Line(master={"confirm_reports": False})
    line.run("meter", line.meter.report(REPORT, 0.0))
    assert [type(event) for event in line.told] == [Reported]
    line.wait(5)
    assert [type(event) for event in line.told] == [Reported] * 2  # still not kept: it is told again
    line.run("master", line.master.confirm(line.told[0], line.now))
    assert isinstance(line.told[-1], ReportDone)


def test_a_report_may_come_in_between() -> None:
    line = Line()

    def answer(apdu: d.Apdu) -> d.Apdu:
        line.run("meter", line.meter.report(REPORT, 0.0))
        return d.GetResponseNormal(result=VOLTAGES)

    line.answer = answer
    line.request(READ)
    assert [type(event) for event in line.told] == [Reported, ReportDone, Completed]


def test_only_reports_can_be_confirmed() -> None:
    with pytest.raises(UsageError, match="not a report"):
        confirm_report(READ)


def test_a_client_may_refuse_a_report() -> None:
    line = Line(master={"confirm_reports": False})
    line.run("meter", line.meter.report(REPORT, 0.0))
    error = d.ClientErrorResponse(piid=1, type=2)
    line.run("master", line.master.reply(line.told[0].frame, error))
    assert isinstance(line.told[-1].error, MeterError)


def test_a_server_that_asks_nonsense_is_told_so() -> None:
    line = Line()
    strange = d.Frame(control=0x83, server=d.ServerAddress.of(ADDRESS), data=READ.encode())
    (sent,) = line.master.feed(strange.encode(), 0)
    assert isinstance(d.decode_apdu(d.decode(sent.data).data), d.ClientErrorResponse)  # type: ignore[union-attr]


def test_login_over_the_session() -> None:
    line = Line()
    login = d.LinkRequest(type=0, heartbeat=60, time=d.DateTime.of(CLOCK))
    line.run("meter", line.meter.report(login, 0.0))
    (asked,) = line.told
    assert isinstance(asked, LinkAsked)
    assert asked.frame.control == 0x81
    answer = d.LinkResponse(
        piid=asked.apdu.service_number,
        result=0x80,
        request_time=login.time,
        received_time=login.time,
        response_time=login.time,
    )
    line.run("master", line.master.reply(asked.frame, answer))
    done = line.told[-1]
    assert isinstance(done, ReportDone)
    assert done.answer == answer
    assert line.sent[-1][1].control == 0x01


# Time tags.


@pytest.mark.parametrize(
    ("seconds", "unit", "interval", "stale"),
    [
        (31, 0, 30, True),
        (30, 0, 30, False),
        (-3600, 0, 30, False),
        (10_000, 0, 0, False),
        (61, 1, 1, True),
        (86400, 4, 1, False),
    ],
)
def test_time_tags(seconds: int, unit: int, interval: int, stale: bool) -> None:
    sent = d.DateTimeS.of(CLOCK - dt.timedelta(seconds=seconds))
    tag = d.TimeTag(sent, d.TI(unit, interval))
    assert is_stale(tag, CLOCK) == stale
    line = Line()
    told = line.request(d.GetRequestNormal(oad=READ.oad, time_tag=tag))
    assert len(told) == (not stale)
    line = Line(meter={"refuse_stale": True})
    (done,) = line.request(d.GetRequestNormal(oad=READ.oad, time_tag=tag))
    assert done.apdu.result.dar == (32 if stale else 0)
    assert line.meter.counters.stale == stale


def test_time_tags_without_a_time() -> None:
    assert not is_stale(None, CLOCK)
    assert not is_stale(d.TimeTag(d.DateTimeS(b"\xff" * 7), d.TI(0, 1)), CLOCK)


# Protection.


class Esam:
    """Stands in for the chip: "encrypts" by turning bits, "signs" with the length. Only the envelope is tested here."""

    def __init__(self, *, cipher: bool = True, answer_mac: bool = True, nested: bool = False) -> None:
        self.cipher, self.answer_mac, self.nested = cipher, answer_mac, nested

    def _turned(self, octets: bytes) -> bytes:
        return bytes(octet ^ 0xFF for octet in octets)

    def seal_request(self, apdu: bytes) -> d.SecurityRequest:
        inner = d.SecurityRequest(content=d.PlainText(apdu), check=d.RN(b"1")).encode() if self.nested else apdu
        return d.SecurityRequest(
            content=d.CipherText(self._turned(inner)), check=d.SidMac(d.SID(1, b""), d.MAC(bytes((len(inner) & 255,))))
        )

    def open_request(self, request: d.SecurityRequest) -> bytes:
        octets = self._turned(request.content)
        if request.check.mac[0] != len(octets) & 255:  # type: ignore[union-attr]
            raise MeterError("MAC wrong", code=22)
        return octets

    def seal_response(self, apdu: bytes, request: d.SecurityRequest) -> d.SecurityResponse:
        content = d.CipherText(self._turned(apdu)) if self.cipher else d.PlainText(apdu)
        return d.SecurityResponse(content=content, check=d.MAC(b"m") if self.answer_mac else None)

    def open_response(self, response: d.SecurityResponse, request: d.SecurityRequest) -> bytes:
        if response.check != d.MAC(b"m"):
            raise MeterError("MAC wrong", code=22)
        return self._turned(response.content)  # type: ignore[arg-type]


def test_a_protected_request() -> None:
    line = Line(master={"esam": Esam(), "max_frame": 100}, meter={"esam": Esam(), "max_frame": 100, "max_apdu": 200})
    (done,) = line.request(READ, protect=True)
    assert done.apdu == d.GetResponseNormal(piid=1, result=VOLTAGES)
    assert line.asked[0].protected is not None
    assert line.asked[0].apdu == d.GetRequestNormal(piid=1, oad=READ.oad)
    line.answer = lambda apdu: d.GetResponseRecord(result=TABLE)
    *_, done = line.request(d.GetRequestRecord(record=d.GetRecord(TABLE.oad, d.Selector9(1), TABLE.rcsd)), protect=True)
    assert done.apdu.results == (TABLE,)
    assert {frame.data[0] for _, frame in line.sent if not frame.is_fragment} == {0x10, 0x90}
    (plain,) = line.request(d.GetRequestNormal(oad=READ.oad))[-1:]
    assert isinstance(plain, Completed | Failed) or plain


@pytest.mark.parametrize("weak", [Esam(cipher=False), Esam(answer_mac=False)], ids=["clear text", "no MAC"])
def test_a_101_an_answer_weaker_than_its_request_is_not_taken(weak: Esam) -> None:
    line = Line(master={"esam": Esam(), "retries": 0}, meter={"esam": weak})
    assert line.request(READ, protect=True) == []
    assert line.master.counters.weaker == 1
    line.wait(6)
    assert isinstance(line.told[0].error, LinkTimeoutError)


def test_an_unprotected_answer_to_a_protected_request_is_not_taken() -> None:
    line = Line(master={"esam": Esam(), "retries": 0})
    line.lose = lambda who, frame: True
    line.request(READ, protect=True)
    good = d.Frame(
        control=0xC3,
        server=d.ServerAddress.of(ADDRESS),
        client=0x10,
        data=d.GetResponseNormal(piid=1, result=VOLTAGES).encode(),
    )
    assert line.master.feed(good.encode(), 0) == []
    assert line.master.counters.weaker == 1


def test_a_meter_without_esam_refuses_what_it_cannot_check() -> None:
    line = Line(master={"esam": Esam()})
    (failed,) = line.request(READ, protect=True)
    assert failed.error.code == 22
    assert line.asked == []
    with pytest.raises(UsageError, match="needs an ESAM"):
        Line().master.request(READ, 0, protect=True)


def test_a_97_security_inside_security() -> None:
    line = Line(master={"esam": Esam(nested=True)}, meter={"esam": Esam()})
    (failed,) = line.request(READ, protect=True)
    assert failed.error.code == 1
    assert line.asked == []
    inner = d.SecurityRequest(content=d.PlainText(READ.encode()), check=d.RN(b"1"))
    for outer in (
        d.SecurityRequest(content=d.PlainText(inner.encode()), check=d.RN(b"1")),
        d.SecurityResponse(content=d.PlainText(d.SecurityResponse(content=d.DAR(1)).encode())),
    ):
        with pytest.raises(DecodeError, match="SECURITY inside SECURITY"):
            outer.open()
    assert inner.open() == READ
    assert d.SecurityResponse(content=d.CipherText(b"x")).open() is None


@pytest.mark.parametrize(
    ("apdu", "level"),
    [
        (READ, 0),
        (d.SecurityRequest(content=d.PlainText(b""), check=d.SID(1, b"")), 1),
        (d.SecurityRequest(content=d.PlainText(b""), check=d.RN(b"r")), 2),
        (d.SecurityRequest(content=d.CipherText(b""), check=d.SID(1, b"")), 3),
        (d.SecurityRequest(content=d.CipherText(b""), check=d.RnMac(d.RN(b""), d.MAC(b"m"))), 4),
        (d.SecurityResponse(content=d.PlainText(b"")), 1),
        (d.SecurityResponse(content=d.PlainText(b""), check=d.MAC(b"m")), 2),
    ],
)
def test_levels(apdu: d.Apdu, level: int) -> None:
    assert d.level_of(apdu) == level


# Refusals.


def test_every_request_can_be_refused(every_request: list[d.Apdu]) -> None:
    for request in every_request:
        answer = refusal(request, d.DAR(3))
        assert isinstance(answer, d.ServerApdu | d.SecurityResponse)
        assert answer.service_number == request.service_number
        assert d.decode_apdu(answer.encode()) == answer
        if not isinstance(answer, d.ServerErrorResponse):
            assert answer.TAG == request.TAG | 0x80
            assert answer.CHOICE == request.CHOICE
            assert "DAR(3)" in repr(answer) or "=()" in repr(answer)
    assert isinstance(refusal(d.ReleaseRequest(), d.DAR(3)), d.ServerErrorResponse)
    with pytest.raises(UsageError, match="no refusal"):
        refusal(READ, d.SUCCESS)


def test_the_transitions_are_complete() -> None:
    states = {state for state, _ in session.TRANSITIONS} | {after for after, _ in session.TRANSITIONS.values()}
    assert states == {"idle", "sending", "waiting", "blocks"}
    assert all((state, "timeout") in session.TRANSITIONS for state in states - {"idle"})
    assert axdr.MAX_DEPTH == 32
    assert events.Counters().requests == 0
