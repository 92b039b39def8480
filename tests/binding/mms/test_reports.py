"""Reports as MMS: what stands in them and in which order, and segments that fit the PDU whatever is in them."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meterwire.acsi import Member, Report, ReportEngine
from meterwire.binding.mms.reports import encode_report
from meterwire.client.reports import Assembler, decode_report
from meterwire.models import Ied, OptFlds, ReportControl, TrgOps
from meterwire.protocols.mms import BinaryTime, BitString, ObjectName, decode_pdu, encode_data
from meterwire.protocols.mms.services import decode_information_report

TIME = 1_795_222_869_877_000_000
EVERYTHING = 0b0111110011
"""All optional fields of a URCB, segmentation included."""


def control_of(count: int, *, opt_flds: int, rpt_id: str = "id", data_set: str = "LD/LLN0$ds") -> Any:
    """An enabled control block over ``count`` members."""
    engine = ReportEngine(
        Ied("X"), clock=lambda: 0, resolve=lambda _: None, deliver=lambda _: True, on_schedule=lambda: None
    )
    declared = ReportControl(name="urcb", rpt_id=rpt_id, opt_flds=opt_flds, indexed=False)
    (control,) = engine.declare(declared, [("urcb", "LD/LLN0$RP$urcb")], data_set)
    control.members = tuple(Member(f"LD/GGIO1$ST$Ind{i}", (), bytes) for i in range(count))
    return control


def report_of(control: Any, entries: list[tuple[int, int, bytes]], sq_num: int = 5) -> Report:
    return Report(control=control, client=1, entries=tuple(entries), sq_num=sq_num, time_ns=TIME)


def values_of(pdu: bytes) -> list[Any]:
    report = decode_information_report(decode_pdu(pdu))
    assert report.list_name == ObjectName("RPT")
    return report.values


# -- what stands in a report ------------------------------------------------------------------------------------------

ENTRIES = [(0, TrgOps.DCHG, encode_data(True)), (2, TrgOps.GI, encode_data((1, "x")))]
INCLUSION = BitString(0b101, 3)
DCHG, GI = BitString(TrgOps.DCHG, 6), BitString(TrgOps.GI, 6)
WHEN = BinaryTime(bytes.fromhex("0037ff753d31"))
REFERENCES = ["LD/GGIO1$ST$Ind0", "LD/GGIO1$ST$Ind2"]

CONTENTS: list[tuple[int, list[Any]]] = [
    (0, [INCLUSION, True, (1, "x")]),
    (OptFlds.SEQ_NUM, [5, INCLUSION, True, (1, "x")]),
    (OptFlds.TIME_STAMP, [WHEN, INCLUSION, True, (1, "x")]),
    (OptFlds.REASON, [INCLUSION, True, (1, "x"), DCHG, GI]),
    (OptFlds.DATA_SET, ["LD/LLN0$ds", INCLUSION, True, (1, "x")]),
    (OptFlds.DATA_REF, [INCLUSION, *REFERENCES, True, (1, "x")]),
    (OptFlds.CONF_REV, [1, INCLUSION, True, (1, "x")]),
    (OptFlds.SEGMENTATION, [0, False, INCLUSION, True, (1, "x")]),
    (EVERYTHING, [5, WHEN, "LD/LLN0$ds", 1, 0, False, INCLUSION, *REFERENCES, True, (1, "x"), DCHG, GI]),
]


@pytest.mark.parametrize(("opt_flds", "values"), CONTENTS)
def test_contents_and_their_order(opt_flds: int, values: list[Any]) -> None:
    control = control_of(3, opt_flds=opt_flds)
    (pdu,) = encode_report(report_of(control, ENTRIES), 65_000)
    assert values_of(pdu) == ["id", BitString(opt_flds, 10), *values]


def test_a_report_octet_for_octet() -> None:
    control = control_of(3, opt_flds=OptFlds.SEQ_NUM | OptFlds.REASON)
    (pdu,) = encode_report(report_of(control, ENTRIES[:1], 57), 65_000)
    values = "8a026964" + "8403065000" + "860139" + "84020580" + "8301ff" + "84020240"
    assert pdu.hex() == "a322" + "a020" + "a1058003525054" + "a017" + values


def test_an_empty_rpt_id_is_the_reference_of_the_block() -> None:
    control = control_of(1, opt_flds=0, rpt_id="")
    (pdu,) = encode_report(report_of(control, ENTRIES[:1]), 65_000)
    assert values_of(pdu)[0] == "LD/LLN0$RP$urcb"


# -- segments ---------------------------------------------------------------------------------------------------------


def joined(control: Any, pdus: list[bytes]) -> Any:
    """The whole report as a client puts it together."""
    members: list[tuple[str, Any]] = [(f"m{i}", None) for i in range(len(control.members))]
    assembler = Assembler()
    done = []
    for pdu in pdus:
        done += assembler.add(decode_report(decode_information_report(decode_pdu(pdu)), members))
    assert len(done) == 1, "one report, however many segments"
    assert done[0].is_complete
    return done[0]


@pytest.mark.parametrize("opt_flds", [0, OptFlds.USUAL, EVERYTHING, EVERYTHING & ~OptFlds.SEGMENTATION])
@pytest.mark.parametrize("max_pdu", [256, 300, 512, 1000, 65_000])
def test_every_member_arrives_once(opt_flds: int, max_pdu: int) -> None:
    count = 100
    control = control_of(count, opt_flds=opt_flds)
    entries = [(i, TrgOps.INTEGRITY, encode_data((i, "text" * (i % 5)))) for i in range(count)]
    pdus = encode_report(report_of(control, entries), max_pdu)
    assert max(map(len, pdus)) <= max_pdu
    assert (len(pdus) == 1) is (max_pdu == 65_000)
    report = joined(control, pdus)
    assert [(e.reference, e.value[0]) for e in report.entries] == [(f"m{i}", i) for i in range(count)]


def test_segments_say_what_they_are() -> None:
    control = control_of(30, opt_flds=OptFlds.SEQ_NUM)
    entries = [(i, TrgOps.GI, encode_data("x" * 50)) for i in range(30)]
    pdus = encode_report(report_of(control, entries, 200), 256)
    assert len(pdus) > 5
    included = 0
    for number, pdu in enumerate(pdus):
        rpt_id, flags, sq_num, sub, more, inclusion, *values = values_of(pdu)
        assert (rpt_id, sq_num, sub) == ("id", 200, number)
        assert flags == BitString(OptFlds.SEQ_NUM | OptFlds.SEGMENTATION, 10), "segmented although nobody asked for it"
        assert more is (number < len(pdus) - 1)
        assert inclusion.length == 30
        assert len(values) == str(inclusion).count("1") > 0
        assert not inclusion.value & included, "segments carry only their own inclusion bits"
        included |= inclusion.value
    assert included == (1 << 30) - 1


def test_a_member_that_fits_no_pdu_is_left_out_and_the_others_arrive() -> None:
    control = control_of(3, opt_flds=OptFlds.SEQ_NUM)
    entries = [(0, 2, encode_data(1)), (1, 2, encode_data("x" * 300)), (2, 2, encode_data(3))]
    pdus = encode_report(report_of(control, entries), 256)
    assert max(map(len, pdus)) <= 256
    assert [e.value for e in joined(control, pdus).entries] == [1, 3]


@pytest.mark.parametrize("members", [1, 100, 1000, 5000])
def test_heads_that_leave_no_room(members: int) -> None:
    """S18: the longest RptID and data set reference, in the smallest PDU. What cannot be sent is not sent too long."""
    control = control_of(members, opt_flds=EVERYTHING, rpt_id="r" * 129, data_set="D" * 64 + "/" + "L" * 64)
    entries = [(i, 2, encode_data(i)) for i in range(members)]
    for max_pdu in (256, 512, 1024):
        pdus = encode_report(report_of(control, entries), max_pdu)
        assert all(len(pdu) <= max_pdu for pdu in pdus)
        if members == 1:
            assert [e.value for e in joined(control, pdus).entries] == [0]


def test_more_than_128_segments() -> None:
    """SubSqNum grows by an octet on the way."""
    control = control_of(600, opt_flds=EVERYTHING)
    entries = [(i, 2, encode_data("x" * 40)) for i in range(600)]
    pdus = encode_report(report_of(control, entries), 320)
    assert len(pdus) > 256
    assert max(map(len, pdus)) <= 320
    assert len(joined(control, pdus).entries) == 600


SIZES = st.lists(st.integers(0, 400), min_size=1, max_size=60)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    sizes=SIZES,
    absent=st.integers(0, 50),
    opt_flds=st.integers(0, 1023).map(lambda n: n & EVERYTHING),
    max_pdu=st.integers(256, 1500),
    rpt_id=st.integers(0, 129),
)
@example(sizes=[150] * 3, absent=0, opt_flds=EVERYTHING, max_pdu=256, rpt_id=129)
def test_whatever_is_reported(sizes: list[int], absent: int, opt_flds: int, max_pdu: int, rpt_id: int) -> None:
    """No PDU too long; every member that fits one alone arrives once and in order; segments number themselves."""
    control = control_of(len(sizes) + absent, opt_flds=opt_flds, rpt_id="r" * rpt_id)
    entries = [(i, TrgOps.DCHG, encode_data(bytes(size))) for i, size in enumerate(sizes)]
    pdus = encode_report(report_of(control, entries), max_pdu)
    assert all(len(pdu) <= max_pdu for pdu in pdus)
    found = list(joined(control, pdus).entries) if pdus else []
    places = [int(e.reference[1:]) for e in found]
    assert places == sorted(set(places))
    assert all(e.value == bytes(sizes[place]) for e, place in zip(found, places, strict=True))
    room = max_pdu - 32 - (rpt_id + 130) - 40 - len(control.members) // 8
    assert all(place in places for place, size in enumerate(sizes) if size + 40 <= room)


def test_a_report_is_not_changed_by_encoding_it() -> None:
    control = control_of(3, opt_flds=EVERYTHING)
    report = report_of(control, ENTRIES)
    before = report._replace()
    assert encode_report(report, 256) == encode_report(report, 256)
    assert report == before
