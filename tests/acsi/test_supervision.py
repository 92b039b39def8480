"""Supervision: subscriptions that are heard or fall silent, channels, clocks that lose their source, summer time."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator

import pytest

from meterwire.acsi.supervision import Heard, SupervisionEngine
from meterwire.errors import UnknownNameError
from meterwire.models import Ied, LogicalDevice
from meterwire.models.enums import ClockSourceKind, ClockSyncKind, ClockSyncLockingKind
from meterwire.models.ln import LCCH, LGOS, LLN0, LSVS, LTIM, LTMS
from meterwire.reading import Quality, Timestamp

from .behaving import node

MS, SECOND = 1_000_000, 1_000_000_000
LOCKED = ClockSyncLockingKind
WINTER = int(dt.datetime(2026, 11, 21, tzinfo=dt.UTC).timestamp()) * SECOND
GCB = "OTHERLD0/LLN0.gcb01"


class Rig:
    def __init__(self) -> None:
        self.now, self.epoch = 5 * SECOND, WINTER - 5 * SECOND
        counts = "NdsCom SimSt ConfRevNum RxConfRevNum LastStNum".split()
        lgos = node(LGOS, "1", *counts, mod=False, values={"GoCBRef.setSrcRef": GCB, "ConfRevNum.stVal": 3})
        lsvs = node(LSVS, "1", mod=False, values={"SvCBRef.setSrcRef": "OTHERLD0/LLN0$MS$sv"})
        lcch = node(
            *(LCCH, "1", "RxCnt", "TxCnt", "FerCh", "InOv", "OutOv", "RedChLiv", "RedRxCnt", "RedFerCh"),
            mod=False,
            values={"ChLivTms.setVal": 2},
        )
        clock = node(LTMS, "1", "TmAcc", "TmSyn", "TmSynLkd", "TmChSt1", "TmChSt2", mod=False)
        zone = node(LTIM, "1", "TmChgDT.setTm", "TmChgST.setTm", mod=False)
        self.ied = Ied("S").add(
            LogicalDevice("SLD").add(
                node(LLN0, "", values={"NamPlt.vendor": "v", "Health.stVal": 1}), lgos, lsvs, lcch, clock, zone
            )
        )
        self.asked = 0
        self.engine = SupervisionEngine(
            self.ied, clock=lambda: self.now, wall=lambda: self.now + self.epoch, on_schedule=self.scheduled
        )

    def scheduled(self) -> None:
        self.asked += 1

    def value(self, name: str) -> object:
        found = self.ied.find(f"SLD/{name}")
        return next(found[a].value for a in ("stVal", "actVal", "setVal") if a in found)

    def wait(self, seconds: float) -> None:
        """Time goes by as a server lets it: to the next deadline, and the next, until it is over."""
        end = self.now + int(seconds * SECOND)
        while (due := self.engine.deadline) is not None and due <= end:
            self.now = max(self.now, due)
            self.engine.poll()
            assert self.engine.deadline is None or self.engine.deadline > self.now, "nothing stays due"
        self.now = end


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig()
    yield rig
    rig.engine.close()
    assert rig.engine.deadline is None


# -- subscriptions ----------------------------------------------------------------------------------------------------


def test_a_goose_subscription_lives_and_falls_silent(rig: Rig) -> None:
    assert rig.value("LGOS1.St") is False
    message = Heard(conf_rev=3, alive_ns=2 * SECOND, st_num=7)
    assert rig.engine.heard("OTHERLD0/LLN0$GO$gcb01", message)
    assert (rig.value("LGOS1.St"), rig.value("LGOS1.LastStNum"), rig.value("LGOS1.RxConfRevNum")) == (True, 7, 3)
    began = rig.ied.find("SLD/LGOS1.St.t").value
    rig.wait(1.5)
    rig.engine.heard(GCB, message)
    rig.wait(1.5)
    assert rig.value("LGOS1.St") is True
    assert rig.ied.find("SLD/LGOS1.St.t").value == began, "t is when it changed, not when it was heard again"
    rig.wait(1)
    assert rig.value("LGOS1.St") is False
    assert rig.ied.find("SLD/LGOS1.St.t").value == Timestamp.from_ns(WINTER + int(3.5 * SECOND))
    assert rig.ied.find("SLD/LGOS1.St.q").value == Quality.GOOD
    assert rig.asked == 2


def test_another_configuration_revision_is_no_subscription(rig: Rig) -> None:
    rig.engine.heard(GCB, Heard(conf_rev=3, alive_ns=SECOND, st_num=1))
    rig.engine.heard(GCB, Heard(conf_rev=4, alive_ns=SECOND, st_num=2))
    assert [rig.value(f"LGOS1.{n}") for n in ("St", "RxConfRevNum", "ConfRevNum", "NdsCom", "LastStNum")] == [
        *(False, 4, 3, True, 1)
    ]
    assert rig.engine.deadline is None


def test_simulation_commissioning_and_large_numbers(rig: Rig) -> None:
    rig.engine.heard(GCB, Heard(conf_rev=3, alive_ns=SECOND, simulated=True, nds_com=True, st_num=(1 << 32) - 1))
    assert [rig.value(f"LGOS1.{n}") for n in ("St", "SimSt", "NdsCom", "LastStNum")] == [
        True,
        True,
        True,
        (1 << 31) - 1,
    ]
    rig.wait(2)
    assert (rig.value("LGOS1.St"), rig.value("LGOS1.SimSt")) == (False, False)


def test_sampled_values_and_strangers(rig: Rig) -> None:
    assert rig.engine.heard("OTHERLD0/LLN0.sv", Heard(conf_rev=9, alive_ns=5 * MS))
    assert rig.value("LSVS1.St") is True
    rig.wait(0.01)
    assert rig.value("LSVS1.St") is False
    assert not rig.engine.heard("OTHERLD0/LLN0.nobody", Heard(conf_rev=1, alive_ns=SECOND))


# -- channels ---------------------------------------------------------------------------------------------------------


def test_a_channel(rig: Rig) -> None:
    channel = rig.engine.channel("SLD/LCCH1")
    channel.received(3)
    channel.sent(2)
    rig.wait(1)
    channel.received(7, faulty=1)
    assert [rig.value(f"LCCH1.{n}") for n in ("ChLiv", "RxCnt", "TxCnt", "FerCh")] == [True, 10, 2, 100]
    rig.wait(1.5)
    assert rig.value("LCCH1.ChLiv") is True
    rig.wait(1)
    assert rig.value("LCCH1.ChLiv") is False
    channel.received(1, faulty=1)
    assert rig.value("LCCH1.ChLiv") is False, "what cannot be used is no life"
    channel.overflow(incoming=True)
    assert (rig.value("LCCH1.InOv"), rig.value("LCCH1.OutOv")) == (True, False)


def test_the_redundant_channel_stands_by_itself(rig: Rig) -> None:
    channel = rig.engine.channel("SLD/LCCH1")
    channel.received(2)
    rig.wait(1)
    channel.received(4, redundant=True)
    rig.wait(1.5)
    assert (rig.value("LCCH1.ChLiv"), rig.value("LCCH1.RedChLiv")) == (False, True)
    assert (rig.value("LCCH1.RxCnt"), rig.value("LCCH1.RedRxCnt")) == (2, 4)
    assert rig.engine.channel("SLD/LCCH1") is channel


# -- time -------------------------------------------------------------------------------------------------------------


def test_a_clock_that_loses_its_source(rig: Rig) -> None:
    clock = rig.engine.time_source("SLD/LTMS1")
    clock.disciplined(
        *(ClockSyncKind.GlobalAreaClock,),
        source="10.0.0.1",
        kind=ClockSourceKind.SNTP,
        accuracy=10,
        channels=(True, False),
    )
    names = ("TmSyn", "TmSrc", "TmSrcTyp", "TmAcc", "TmChSt1", "TmChSt2", "TmSynLkd")
    assert [rig.value(f"LTMS1.{n}") for n in names] == [2, "10.0.0.1", 2, 10, True, False, LOCKED.Locked]
    clock.disciplined(ClockSyncKind.InternalClock)
    seen = []
    for seconds in (0, 9, 2, 90, 800, 200, 5000):
        rig.wait(seconds)
        clock.disciplined(ClockSyncKind.InternalClock)
        seen.append(rig.value("LTMS1.TmSynLkd"))
    assert seen == [
        *(LOCKED.Unlocked10s, LOCKED.Unlocked10s, LOCKED.Unlocked100s, LOCKED.Unlocked1000s),
        *(LOCKED.Unlocked1000s, LOCKED.UnlockedMoreThan1000s, LOCKED.UnlockedMoreThan1000s),
    ]
    assert rig.engine.deadline is None
    clock.disciplined(ClockSyncKind.LocalAreaClock)
    assert rig.value("LTMS1.TmSynLkd") == LOCKED.Locked


def changes(rig: Rig) -> list[str]:
    found = [rig.ied.find(f"SLD/LTIM1.{name}.setTm").value.datetime for name in ("TmChgDT", "TmChgST")]
    return [moment.isoformat() for moment in found]


def test_summer_time_by_the_zone(rig: Rig) -> None:
    rig.engine.local_time("SLD/LTIM1", zoneinfo.ZoneInfo("Europe/Berlin"))
    assert (rig.value("LTIM1.TmDT"), rig.value("LTIM1.TmOfsTmm"), rig.value("LTIM1.TmUseDT")) == (False, 60, True)
    assert changes(rig) == ["2027-03-28T01:00:00+00:00", "2027-10-31T01:00:00+00:00"]
    rig.wait(128 * 86_400)  # to the 29th of March
    assert (rig.value("LTIM1.TmDT"), rig.value("LTIM1.TmOfsTmm")) == (True, 60)
    assert changes(rig) == ["2028-03-26T01:00:00+00:00", "2027-10-31T01:00:00+00:00"]
    assert rig.ied.find("SLD/LTIM1.TmDT.t").value.datetime == dt.datetime(2027, 3, 28, 1, tzinfo=dt.UTC)


def test_a_zone_without_summer(rig: Rig) -> None:
    rig.engine.local_time("SLD/LTIM1", zoneinfo.ZoneInfo("Asia/Shanghai"))
    assert (rig.value("LTIM1.TmDT"), rig.value("LTIM1.TmOfsTmm"), rig.value("LTIM1.TmUseDT")) == (False, 480, False)
    assert rig.engine.deadline == rig.now + 86_400 * SECOND


# -- what there is not --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["SLD/LGOS1", "SLD/LTMS1.TmSyn", "SLD/LTIM1"])
def test_a_node_of_another_class(rig: Rig, reference: str) -> None:
    with pytest.raises(UnknownNameError, match="is no LCCH"):
        rig.engine.channel(reference)


def test_devices_come_and_go(rig: Rig) -> None:
    rig.engine.heard(GCB, Heard(conf_rev=3, alive_ns=SECOND))
    gone = rig.ied.remove("SLD")
    assert rig.engine.deadline is None
    assert not rig.engine.heard(GCB, Heard(conf_rev=3, alive_ns=SECOND))
    rig.ied.add(gone)
    assert rig.engine.heard(GCB, Heard(conf_rev=3, alive_ns=SECOND))
