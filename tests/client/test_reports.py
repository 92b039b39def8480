"""Reports at the client: segments joined, and reports that do not fit what is known of their data set."""

import pytest

from meterwire.client.reports import MAX_SEGMENTS, Assembler, Report, ReportEntry, decode_report, sq_nums_between
from meterwire.errors import DecodeError
from meterwire.models import OptFlds
from meterwire.protocols.mms import BitString
from meterwire.protocols.mms.services import InformationReport

# last SqNum, next SqNum, how many are missing in between
GAPS = [(0, 1, 0), (0, 2, 1), (254, 255, 0), (255, 0, 0), (250, 5, 10), (255, 256, 0), (65_535, 0, 0), (65_530, 4, 9)]


@pytest.mark.parametrize(("last", "number", "missing"), GAPS)
def test_gaps_in_sequence_numbers(last: int, number: int, missing: int) -> None:
    assert sq_nums_between(last, number) == missing


# sq_num, sub_sq_num (None: not divided), more, and what must come of it: (values, segments, complete)
SEQUENCES = {
    "whole reports": (
        [(0, None, False), (1, None, False)],
        [([0], 1, True), ([1], 1, True)],
    ),
    "a report in one segment": ([(0, 0, False)], [([0], 1, True)]),
    "three segments": ([(0, 0, True), (0, 1, True), (0, 2, False)], [([0, 1, 2], 3, True)]),
    "a segment is missing in the middle": (
        [(0, 0, True), (0, 2, False)],
        [([0], 1, False), ([1], 1, False)],
    ),
    "the first segment is missing": ([(0, 1, True), (0, 2, False)], [([0, 1], 2, False)]),
    "the end is missing, another report comes": (
        [(0, 0, True), (1, None, False)],
        [([0], 1, False), ([1], 1, True)],
    ),
    "the end is missing, another divided report comes": (
        [(0, 0, True), (1, 0, True), (1, 1, False)],
        [([0], 1, False), ([1, 2], 2, True)],
    ),
    "the same segment twice": (
        [(0, 0, True), (0, 0, True), (0, 1, False)],
        [([0], 1, False), ([1, 2], 2, True)],
    ),
}


def segment(number: int, sq_num: int, sub: int | None, more: bool) -> Report:
    entry = ReportEntry(f"m{number}", number, ())
    return Report(rpt_id="r", entries=(entry,), sq_num=sq_num, sub_sq_num=sub, more_segments=more)


@pytest.mark.parametrize("name", SEQUENCES)
def test_segments(name: str) -> None:
    sequence, expected = SEQUENCES[name]
    assembler = Assembler()
    done = [report for i, (sq, sub, more) in enumerate(sequence) for report in assembler.add(segment(i, sq, sub, more))]
    assert [([e.value for e in r.entries], r.segments, r.is_complete) for r in done] == expected
    assert all(report.sub_sq_num is None and not report.more_segments for report in done)


def test_a_report_that_never_ends_is_cut_off() -> None:
    assembler = Assembler()
    done = [report for i in range(MAX_SEGMENTS) for report in assembler.add(segment(i, 0, i, True))]
    assert [(report.segments, report.is_complete) for report in done] == [(MAX_SEGMENTS, False)]


def test_what_was_begun_before_a_loss_is_forgotten() -> None:
    assembler = Assembler()
    assembler.add(segment(0, 0, 0, True))
    assembler.reset()
    (report,) = assembler.add(segment(1, 0, 0, False))
    assert [entry.value for entry in report.entries] == [1]


def information(*values: object) -> InformationReport:
    return InformationReport(None, (), list(values))


def flags(value: int) -> BitString:
    return BitString(value, 10)


def test_members_beyond_what_is_known() -> None:
    """The data set has grown since it was asked for."""
    told = information("r", flags(OptFlds.DATA_REF), BitString(0b101, 3), "LD/LN$ST$A", "LD/LN$ST$C$q", 1, 2)
    report = decode_report(told, [("LD/LN.A [ST]", None), ("LD/LN.B [ST]", None)])
    assert [(e.reference, e.value) for e in report.entries] == [("LD/LN.A [ST]", 1), ("LD/LN.C.q [ST]", 2)]


def test_seven_bits_of_reason() -> None:
    told = information("r", flags(OptFlds.REASON), BitString(1, 1), 5, BitString(0b0100001, 7))
    assert decode_report(told, [("m", None)]).entries[0].reasons == ("data-change",)


@pytest.mark.parametrize(
    "values",
    [
        (),
        ("r",),
        ("r", flags(OptFlds.SEQ_NUM)),
        ("r", flags(OptFlds.ENTRY_ID), 5),
        ("r", flags(OptFlds.BUF_OVFL), b""),
        ("r", flags(0)),
        ("r", flags(0), BitString(0b11, 2), 1),
        ("r", flags(OptFlds.REASON), BitString(1, 1), 1),
        ("r", flags(OptFlds.DATA_REF), BitString(1, 1), 1),
    ],
)
def test_what_is_no_report(values: tuple[object, ...]) -> None:
    with pytest.raises(DecodeError):
        decode_report(information(*values), [])
