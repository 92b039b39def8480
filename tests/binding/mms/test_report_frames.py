"""The short way for reports gives the very octets of the general way, or leaves the report alone."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meterwire._accel import _py_mms
from meterwire.acsi import Report
from meterwire.binding.mms import ReportFrames, encode_report
from meterwire.binding.mms import reports as reports_module
from meterwire.models import OptFlds
from meterwire.protocols.osi import Association, Role, State

from .test_reports import CONTENTS, ENTRIES, EVERYTHING, TIME, control_of

Load = Callable[[str], ModuleType]
MAX_PDU, MAX_TPDU, CONTEXT = 65_000, 8192, 3


@pytest.fixture(autouse=True)
def both_forms(accel: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports_module, "accelerated", accel("mms"))


def general(report: Report, max_pdu: int = MAX_PDU) -> list[bytes]:
    """The frames of the general way."""
    sender = Association(Role.SERVER)
    sender.state = State.OPEN
    sender._set_tpdu_size(13)
    frames = []
    for pdu in encode_report(report, max_pdu):
        sender.send(pdu)
        frames.append(sender.take_output())
    return frames


def report_of(
    control: Any, entries: tuple[Any, ...], sq_num: int = 5, time_ns: int = TIME, entry_id: int = 0
) -> Report:
    return Report(control=control, client=1, entries=entries, sq_num=sq_num, time_ns=time_ns, entry_id=entry_id)


@pytest.mark.parametrize("opt_flds", [opt_flds for opt_flds, _ in CONTENTS])
def test_same_octets(opt_flds: int) -> None:
    frames = ReportFrames()
    controls = [control_of(3, opt_flds=opt_flds, rpt_id=name) for name in ("a", "longer", "a")]
    for turn, values in enumerate((ENTRIES, ENTRIES[:1], ENTRIES[1:], ENTRIES)):
        entries = tuple(values)
        for number, control in enumerate(controls):
            report = report_of(control, entries, sq_num=(turn * 100 + number) % 256, time_ns=TIME + turn * 400_000)
            assert [frames.frame(report, CONTEXT, MAX_PDU, MAX_TPDU)] == general(report)


def test_subscribers_with_different_fields() -> None:
    frames, entries = ReportFrames(), tuple(ENTRIES)
    for opt_flds in (OptFlds.USUAL, OptFlds.DATA_REF, OptFlds.USUAL, 0):
        report = report_of(control_of(3, opt_flds=opt_flds), entries)
        assert [frames.frame(report, CONTEXT, MAX_PDU, MAX_TPDU)] == general(report)


def test_new_settings_are_seen() -> None:
    frames, control, entries = ReportFrames(), control_of(3, opt_flds=EVERYTHING), tuple(ENTRIES)
    for attribute, value in (("RptID", "new"), ("OptFlds", OptFlds.DATA_SET), ("DatSet", "LD/LLN0$x"), ("ConfRev", 7)):
        frames.frame(report_of(control, entries), CONTEXT, MAX_PDU, MAX_TPDU)
        control._put(attribute, value)
        report = report_of(control, entries)
        assert [frames.frame(report, CONTEXT, MAX_PDU, MAX_TPDU)] == general(report)


def test_the_same_values_at_another_time() -> None:
    frames, control, entries = ReportFrames(), control_of(3, opt_flds=EVERYTHING), tuple(ENTRIES)
    for time_ns in (TIME, TIME + 999_999, TIME + 1_000_000, TIME - 86_400_000_000_000):
        report = report_of(control, entries, time_ns=time_ns)
        assert [frames.frame(report, CONTEXT, MAX_PDU, MAX_TPDU)] == general(report)


def test_buffered_reports_take_the_general_way() -> None:
    report = report_of(control_of(3, opt_flds=EVERYTHING), tuple(ENTRIES), entry_id=1)
    assert ReportFrames().frame(report, CONTEXT, MAX_PDU, MAX_TPDU) is None


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.integers(0, 9000), st.integers(256, 10_000), st.sampled_from([0, OptFlds.USUAL, EVERYTHING]))
def test_whatever_may_not_fit_is_left_to_the_general_way(size: int, max_pdu: int, opt_flds: int) -> None:
    report = report_of(control_of(1, opt_flds=opt_flds), ((0, 16, b"\x8a\x82" + size.to_bytes(2) + bytes(size)),))
    frame = ReportFrames().frame(report, CONTEXT, max_pdu, MAX_TPDU)
    assert frame is None or [frame] == general(report, max_pdu)
    if size + 250 < min(max_pdu, MAX_TPDU):
        assert frame is not None


@pytest.mark.parametrize("size", [*range(90, 150), *range(220, 270), 8100, 8140, 8150, 8160, 65_230, 65_500])
def test_both_forms_and_every_length_of_length(accel: Load, size: int) -> None:
    module = accel("mms")
    for max_pdu, max_tpdu in ((70_000, 70_000), (70_000, 8192), (size + 20, 70_000), (size, 8192)):
        found = module.report_frame(b"h" * 20, b"n", b"t" * (size - 21), CONTEXT, max_pdu, max_tpdu)
        assert found == _py_mms.report_frame(b"h" * 20, b"n", b"t" * (size - 21), CONTEXT, max_pdu, max_tpdu)
