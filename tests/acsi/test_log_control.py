"""Log control blocks: what makes an entry, who may change what, and what the block shows of its log."""

from typing import Any

import pytest
from log_rig import BOTH, EVENTS, MAIN, MS, OTHER, SECOND, WALL, FakeLogs, LogRig

from meterwire.acsi import Member
from meterwire.acsi.log_control import ENTRY_OCTETS
from meterwire.acsi.log_store import LogLimits
from meterwire.errors import UsageError
from meterwire.models import TrgOps
from meterwire.protocols.mms import BinaryTime
from meterwire.reading import Quality

BUSY, DENIED, INCONSISTENT, INVALID = 2, 3, 8, 11
DCHG, QCHG, INTEGRITY = TrgOps.DCHG, TrgOps.QCHG, TrgOps.INTEGRITY


def test_a_transaction_is_an_entry() -> None:
    rig = LogRig()
    rig.change(A=1)
    rig.change(A=2, B=3)
    rig.change(A=2)
    assert rig.logged() == [(("A", DCHG, b"A1"),), (("A", DCHG, b"A2"), ("B", DCHG, b"B3"))]
    first, second = rig.store.kept[MAIN]
    assert (first.time_ms, second.entry_id - first.entry_id) == ((WALL + rig.now) // MS, 1)


def test_only_what_trg_ops_say() -> None:
    rig = LogRig(trg_ops=QCHG)
    rig.change(A=1)
    rig.change(q=Quality.INVALID)
    assert rig.logged() == [(("A", QCHG, b"A1"),)]
    assert LogRig(trg_ops=TrgOps.GI | DCHG).block["TrgOps"] == DCHG  # logs know no interrogation


def test_reasons_may_be_left_out() -> None:
    rig = LogRig(reason_code=False)
    rig.change(A=1)
    assert rig.logged() == [(("A", 0, b"A1"),)]


def test_integrity() -> None:
    rig = LogRig(trg_ops=INTEGRITY, intg_pd=100)
    rig.wait(99)
    assert rig.logged() == []
    rig.wait(1)
    scan = (("A", INTEGRITY, b"A0"), ("B", INTEGRITY, b"B0"))
    assert rig.logged() == [scan]
    rig.wait(350)  # held up: one scan, not three
    assert rig.logged() == [scan] * 2
    rig.wait(50)
    assert rig.logged() == [scan] * 3
    assert rig.write("LogEna", False) is None
    assert rig.engine.deadline is None


def test_changes_are_gathered() -> None:
    rig = LogRig(buf_tm=50)
    rig.change(A=1)
    rig.wait(20)
    rig.change(B=2)
    assert rig.logged() == []
    rig.change(A=3)  # a second change of the same member hides none
    assert rig.logged() == [(("A", DCHG, b"A1"), ("B", DCHG, b"B2"))]
    rig.wait(50)
    assert rig.logged()[1:] == [(("A", DCHG, b"A3"),)]
    rig.change(A=4)
    assert rig.write("LogEna", False) is None
    assert rig.logged()[2:] == [(("A", DCHG, b"A4"),)]
    rig.write("LogEna", True)
    rig.change(A=5)
    rig.engine.close()
    assert rig.logged()[3:] == [(("A", DCHG, b"A5"),)]
    assert rig.ied.commit_hooks == ()


def test_the_block_shows_its_log() -> None:
    rig = LogRig()
    assert [rig.block[name] for name in ("OldEntr", "NewEntr", "OldEntrTm", "NewEntrTm")] == [bytes(8)] * 2 + [
        bytes(6)
    ] * 2
    for number in range(1, 4):
        rig.change(A=number)
        rig.wait(10)
    kept = rig.store.kept[MAIN]
    assert (rig.block["OldEntr"], rig.block["NewEntr"]) == tuple(r.entry_id.to_bytes(8) for r in (kept[0], kept[2]))
    assert rig.block["NewEntrTm"] == BinaryTime.from_ns(kept[2].time_ms * MS).data
    rig.store.trim(MAIN, 2)
    rig.engine.refresh()
    assert rig.block["OldEntr"] == rig.block["NewEntr"] == kept[0].entry_id.to_bytes(8)


def test_entry_ids_never_come_twice() -> None:
    rig = LogRig()
    rig.change(A=1)
    rig.change(A=2)
    shown = int.from_bytes(rig.block["NewEntr"])
    rig.store.kept[MAIN].pop()  # it had not reached the disk when the server was killed
    again = LogRig(rig.store, wall=WALL + SECOND)
    again.change(A=3)
    assert again.store.kept[MAIN][-1].entry_id > shown


def test_configuration() -> None:
    rig = LogRig()
    for attribute, value in (("DatSet", EVENTS), ("LogRef", OTHER), ("TrgOps", QCHG), ("IntgPd", 100)):
        assert rig.write(attribute, value) == BUSY
    assert rig.write("LogEna", False) is None
    assert rig.write("LogEna", False) is None
    for attribute, value in (("DatSet", EVENTS), ("LogRef", OTHER), ("TrgOps", 0b111111), ("IntgPd", 100)):
        assert rig.write(attribute, value) is None
    assert rig.block["TrgOps"] == DCHG | QCHG | TrgOps.DUPD | INTEGRITY
    assert rig.write("LogEna", True) is None
    assert rig.write("LogEna", True) is None
    rig.change(A=1, B=1)
    assert (rig.logged(), rig.logged(OTHER)) == ([], [(("A", DCHG, b"A1"),)])


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("DatSet", "LOGLD/LLN0$none"), ("DatSet", "@own"), ("LogRef", "LOGLD/LLN0$None"), ("IntgPd", 9)],
)
def test_values_that_are_none(attribute: str, value: Any) -> None:
    rig = LogRig(enabled=False)
    assert rig.write(attribute, value) == INVALID


@pytest.mark.parametrize("attribute", ["OldEntr", "NewEntr", "OldEntrTm", "NewEntrTm"])
def test_what_nobody_writes(attribute: str) -> None:
    assert LogRig(enabled=False).write(attribute, b"") == DENIED


def test_what_the_configuration_fixes() -> None:
    rig = LogRig(fixed=frozenset(("LogEna", "TrgOps")))
    assert rig.write("LogEna", False) == DENIED
    assert rig.block["LogEna"] is True


@pytest.mark.parametrize("attribute", ["DatSet", "LogRef"])
def test_nothing_to_log_or_nowhere(attribute: str) -> None:
    rig = LogRig(enabled=False)
    assert rig.write(attribute, "") is None
    assert rig.write("LogEna", True) == INCONSISTENT
    assert rig.block["LogEna"] is False


def test_declared_without_log_it_is_off() -> None:
    assert LogRig(log="").block["LogEna"] is False
    assert LogRig(data_set="none").block["LogEna"] is False


def test_data_sets_in_use() -> None:
    rig = LogRig()
    assert rig.engine.uses(BOTH, "alice")
    assert not rig.engine.uses(EVENTS)


def test_a_large_entry_is_divided() -> None:
    rig = LogRig(enabled=False)
    size = ENTRY_OCTETS // 3
    members = tuple(Member(f"LOGLD/LLN0$ST$A{i}", (rig.leaves["A"],), lambda: bytes(size)) for i in range(7))
    huge = Member("LOGLD/LLN0$ST$Huge", (rig.leaves["A"],), lambda: bytes(2 * ENTRY_OCTETS))
    rig.sets[BOTH] = (*members[:3], huge, *members[3:])
    assert rig.write("LogEna", True) is None
    rig.change(A=1)
    kept = rig.store.kept[MAIN]
    assert [len(record.members) for record in kept] == [2, 1, 1, 2, 2]
    assert len({record.time_ms for record in kept}) == 1
    assert [name for record in kept for name, _, _ in record.members] == [member.reference for member in rig.sets[BOTH]]


def test_age() -> None:
    rig = LogRig(limits=LogLimits(age_seconds=60.5))
    rig.change(A=1)
    assert rig.store.keep_from == rig.engine.keep_from == (WALL + rig.now) // MS - 60_500
    assert LogRig().engine.keep_from == 0


@pytest.mark.parametrize("wrong", [{"entries": 0}, {"octets": 0}, {"age_seconds": 0}, {"age_seconds": float("nan")}])
def test_limits_that_are_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        LogLimits(**wrong)


def test_devices_come_and_go() -> None:
    rig = LogRig()
    rig.engine.device_gone("OTHER")
    rig.change(A=1)
    members, rig.sets[BOTH] = rig.sets[BOTH], (Member("GONE/LLN0$ST$A", (rig.leaves["A"],), lambda: b""),)
    rig.write("LogEna", False)
    rig.write("LogEna", True)
    rig.engine.device_gone("GONE")
    rig.change(A=2)
    assert len(rig.logged()) == 1
    rig.sets[BOTH] = members
    rig.engine.device_came()
    rig.change(A=3)
    assert len(rig.logged()) == 2
    rig.engine.device_gone("LOGLD")
    rig.change(A=4)
    assert len(rig.logged()) == 2
    assert (rig.engine.logs, rig.engine.blocks, rig.ied.commit_hooks) == ({}, [], ())
    rig.engine.append(MAIN, (), 0)
    assert len(rig.logged()) == 2


def test_clients_are_told_and_their_loss_changes_nothing() -> None:
    rig = LogRig()
    rig.write("TrgOps", QCHG)
    rig.write("LogEna", False)
    rig.engine.client_gone("alice")
    told = [(event.service.name, event.reference, event.error.name, event.cdc) for event in rig.events]
    assert told == [
        ("SetLCBValues", "LOGLD/LLN0.lcb", "instance_locked_by_other_client", "LTS"),
        ("SetLCBValues", "LOGLD/LLN0.lcb", "no_error", "LTS"),
    ]
    values = rig.events[1].values
    assert set(values) == set("logEna logRef datSet oldEntrTm newEntrTm oldEnt newEnt trgOps intgPd".split())
    assert (values["logRef"], values["datSet"], values["logEna"]) == ("LOGLD/LLN0.Main", "LOGLD/LLN0.dsBoth", False)


def test_a_log_made_twice_is_one() -> None:
    rig = LogRig(FakeLogs())
    assert rig.engine.add_log(MAIN) is rig.engine.logs[MAIN]
