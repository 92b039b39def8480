"""Setting groups: select, edit, confirm, give up; who may, when it ends, what is kept and what is told."""

from typing import Any

import pytest
from settings_rig import DELAY, FIRST, FIXED, PICKUP, SECOND, WALL, FakeStore, SettingsRig, protection, values

from meterwire.acsi.service_event import ServiceEvent
from meterwire.acsi.setting_groups import EDIT_SECONDS, TRANSITIONS, EditState, SettingGroupEngine
from meterwire.acsi.setting_store import StoredGroups, plain_value, typed_value
from meterwire.errors import UsageError
from meterwire.models import BASIC_TYPES, DataAttribute, basic_type
from meterwire.models.control_blocks import SettingControl
from meterwire.models.enums import ServiceNameKind, ServiceStatusKind
from meterwire.reading import Quality, Timestamp

HARDWARE_FAULT, BUSY, DENIED, INVALID = 1, 2, 3, 11


def test_the_block_begins_as_declared() -> None:
    rig = SettingsRig(active=2)
    assert {name: attribute.value for name, attribute in rig.block.object.children.items()} == {
        "NumOfSG": 3, "ActSG": 2, "EditSG": 0, "CnfEdit": False, "LActTm": Timestamp(), "ResvTms": 0,
    }  # fmt: skip
    assert rig.active == values(2.0, 200)
    assert list(rig.edited) == [PICKUP, DELAY]
    assert all(leaf.fc == "SE" for leaf in rig.block.edited.values())


def test_selecting_a_group_changes_everything_in_one_transaction() -> None:
    rig = SettingsRig()
    assert rig.write("ActSG", 3) is None
    assert rig.active == values(3.0, 300)
    assert rig.changes == [values(3.0, 300)]
    assert (rig.block["ActSG"], rig.block["LActTm"].ns) == (3, WALL + 5 * SECOND)


def test_selecting_the_active_group_changes_nothing() -> None:
    rig = SettingsRig()
    assert rig.write("ActSG", 1) is None
    assert rig.changes == []
    assert rig.block["LActTm"] == Timestamp()


@pytest.mark.parametrize("group", [0, 4, 255])
def test_groups_there_are_not(group: int) -> None:
    rig = SettingsRig()
    assert rig.write("ActSG", group) == INVALID
    if group:
        assert rig.write("EditSG", group) == INVALID
    assert (rig.block["ActSG"], rig.block["EditSG"], rig.changes) == (1, 0, [])


@pytest.mark.parametrize("attribute", ["NumOfSG", "LActTm", "ResvTms"])
def test_the_rest_is_nobodys_to_write(attribute: str) -> None:
    assert SettingsRig().write(attribute, 1) == DENIED


def test_an_edit_from_end_to_end() -> None:
    rig = SettingsRig()
    assert rig.write("EditSG", 2) is None
    assert (rig.block["EditSG"], rig.block["ResvTms"], rig.block.is_editing) == (2, 10, True)
    assert rig.edited == FIRST[2]
    assert rig.set(pickup=2.5, delay=250) is None
    assert rig.block.values(2) == values(2.0, 200)
    assert rig.changes == []
    assert rig.write("CnfEdit", True) is None
    assert rig.block.values(2) == values(2.5, 250)
    assert (rig.block["EditSG"], rig.block["CnfEdit"], rig.block["ResvTms"], rig.block.is_editing) == (
        0,
        False,
        0,
        False,
    )
    assert rig.changes == []  # it is not the active one
    assert rig.write("ActSG", 2) is None
    assert rig.changes == [values(2.5, 250)]


def test_confirming_the_active_group_takes_effect_at_once_and_as_one() -> None:
    rig = SettingsRig()
    rig.write("EditSG", 1)
    rig.set(pickup=1.5, delay=150)
    assert rig.write("CnfEdit", True) is None
    assert rig.changes == [values(1.5, 150)]
    assert rig.block["LActTm"] == Timestamp()  # no group was selected


@pytest.mark.parametrize("end", ["cancel", "lost", "expire", "again"])
def test_what_is_not_confirmed_never_was(end: str) -> None:
    rig = SettingsRig()
    rig.write("EditSG", 1)
    rig.set(pickup=9.0)
    if end == "cancel":
        assert rig.write("EditSG", 0) is None
    elif end == "lost":
        rig.engine.client_gone("alice")
    elif end == "expire":
        rig.wait(10)
    else:
        assert rig.write("EditSG", 1) is None
    assert rig.block.is_editing is (end == "again")
    if end == "again":
        assert rig.edited == FIRST[1]
    assert rig.block.values(1) == rig.active == values(1.0, 100)
    assert rig.changes == []


def test_time_counts_from_the_last_thing_done() -> None:
    rig = SettingsRig()
    rig.write("EditSG", 1)
    rig.wait(9)
    assert rig.set(pickup=9.0) is None
    rig.wait(9)
    assert rig.block.is_editing
    rig.wait(1)
    assert not rig.block.is_editing
    assert rig.engine.deadline is None
    assert rig.set(pickup=9.0) == BUSY
    assert rig.write("CnfEdit", True) == DENIED


@pytest.mark.parametrize(
    ("declared", "seconds", "is_shown"), [(10, 10, True), (0, EDIT_SECONDS, True), (None, EDIT_SECONDS, False)]
)
def test_how_long_an_edit_lasts(declared: int | None, seconds: int, is_shown: bool) -> None:
    rig = SettingsRig(resv_tms=declared)
    rig.write("EditSG", 1)
    assert ("ResvTms" in rig.block.object.children) is is_shown
    if is_shown:
        assert rig.block["ResvTms"] == seconds
    assert rig.engine.deadline == rig.now + seconds * SECOND


def test_a_second_client_waits() -> None:
    rig = SettingsRig()
    rig.write("EditSG", 2)
    rig.set(pickup=2.5)
    assert rig.write("EditSG", 2, "bob") == BUSY
    assert rig.write("EditSG", 0, "bob") == BUSY
    assert rig.set("bob", pickup=9.0) == BUSY
    assert rig.write("CnfEdit", True, "bob") == BUSY
    rig.engine.client_gone("bob")
    assert rig.edited[PICKUP] == 2.5
    assert rig.write("ActSG", 3, "bob") is None  # which group is active is another matter
    assert rig.write("CnfEdit", True) is None
    assert rig.write("EditSG", 2, "bob") is None
    assert rig.edited[PICKUP] == 2.5


def test_without_a_selection_there_is_nothing_to_set_or_confirm() -> None:
    rig = SettingsRig()
    assert rig.set(pickup=9.0) == BUSY
    assert rig.write("CnfEdit", True) == DENIED
    assert rig.write("CnfEdit", False) == INVALID
    assert rig.write("EditSG", 0) is None


def test_leaves_that_are_not_edited_are_refused() -> None:
    rig = SettingsRig()
    rig.write("EditSG", 1)
    active = rig.block.leaves[PICKUP]
    assert rig.engine.write_changes("alice", [(active, 9.0)]) == DENIED
    mixed = [(rig.block.edited[PICKUP], 9.0), (rig.block.leaves[FIXED], 1)]
    assert rig.engine.write_changes("alice", mixed) == DENIED
    stranger = DataAttribute("x", "SE", basic_type("INT32"))
    assert rig.engine.write_changes("alice", [(stranger, 1)]) == DENIED
    assert rig.edited == FIRST[1]


def test_a_device_whose_groups_cannot_be_edited() -> None:
    rig = SettingsRig(editable=False)
    assert rig.block.edited == {}
    assert rig.write("EditSG", 1) == DENIED
    assert rig.write("ActSG", 2) is None


# -- what survives -----------------------------------------------------------------------------------------------------


def test_confirmed_settings_and_the_active_group_survive() -> None:
    store = FakeStore()
    rig = SettingsRig(store)
    rig.write("EditSG", 2)
    rig.set(pickup=2.5)
    rig.write("CnfEdit", True)
    rig.write("ActSG", 2)
    activated = rig.block["LActTm"]
    rig.write("EditSG", 3)
    rig.set(pickup=9.0)
    again = SettingsRig(store)
    assert again.active == values(2.5, 200)
    assert [again.block.values(group)[PICKUP] for group in (1, 2, 3)] == [1.0, 2.5, 3.0]
    assert (again.block["ActSG"], again.block["LActTm"], again.block["EditSG"]) == (2, activated, 0)
    assert again.notices == []


def test_a_change_that_cannot_be_kept_has_not_happened() -> None:
    store = FakeStore()
    rig = SettingsRig(store)
    rig.write("EditSG", 1)
    rig.set(pickup=9.0)
    store.is_broken = True
    assert rig.write("CnfEdit", True) == HARDWARE_FAULT
    assert rig.block.values(1) == rig.active == values(1.0, 100)
    assert rig.block.is_editing  # the client may try again
    assert rig.write("ActSG", 2) == HARDWARE_FAULT
    assert (rig.block["ActSG"], rig.changes) == (1, [])
    assert len(rig.notices) == 2
    store.is_broken = False
    assert rig.write("CnfEdit", True) is None
    assert rig.active == values(9.0, 100)


def test_settings_belong_to_the_configuration_they_were_made_under() -> None:
    store = FakeStore()
    rig = SettingsRig(store)
    rig.write("ActSG", 3)
    other = SettingsRig(store, values={1: {PICKUP: 5.0}})
    assert (other.block["ActSG"], other.active) == (1, values(5.0, 100))
    assert "configuration of the settings has changed" in other.notices[0]
    assert SettingsRig(store).block["ActSG"] == 3  # going back finds them


@pytest.mark.parametrize(
    "damage",
    [
        {"active": 9},
        {"activated": b"\x00"},
        {"groups": {}},
        {"groups": {1: {PICKUP: "no float"}, 2: {}, 3: {}}},
    ],
)
def test_what_cannot_be_read_is_told_and_not_used(damage: dict[str, Any]) -> None:
    store = FakeStore()
    SettingsRig(store).write("ActSG", 3)
    ((key, kept),) = store.kept.items()
    whole = {"active": kept.active, "activated": kept.activated, "groups": kept.groups}
    store.kept[key] = StoredGroups(**{**whole, **damage})
    rig = SettingsRig(store)
    assert (rig.block["ActSG"], rig.active) == (1, values(1.0, 100))
    assert "cannot be read" in rig.notices[0]


def test_a_store_that_cannot_be_read_is_told() -> None:
    store = FakeStore()
    store.is_broken = True
    assert "the disk is broken" in SettingsRig(store).notices[0]


SAMPLES: dict[str, Any] = {
    "BOOLEAN": True, "INT128": -(1 << 127), "INT32U": 1 << 31, "FLOAT32": 0.1, "FLOAT64": 1e-320, "Enum": -1,
    "Octet64": b"\x00\xff", "VisString255": "text", "Unicode255": "电", "Timestamp": Timestamp(1, 2, 3),
    "EntryTime": bytes(6), "Quality": Quality.INVALID, "Dbpos": 2, "Currency": "CNY",
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_values_are_kept_exactly(name: str) -> None:
    kind = BASIC_TYPES[name]
    attribute = DataAttribute("x", "SG", kind, value=SAMPLES[name])
    again = typed_value(kind, plain_value(kind, attribute.value))
    assert (again, type(again)) == (attribute.value, type(attribute.value))
    with pytest.raises(UsageError):
        typed_value(kind, [])


# -- the server's own side ---------------------------------------------------------------------------------------------


def test_the_application_changes_a_group() -> None:
    store = FakeStore()
    rig = SettingsRig(store)
    rig.block.change(1, {PICKUP: 4.0, FIXED: 9})
    assert rig.active == {PICKUP: 4.0, DELAY: 100, FIXED: 9}
    assert SettingsRig(store).active == rig.active
    with pytest.raises(UsageError, match="is no setting"):
        rig.block.change(1, {"PTOC1.Other.setVal": 1})
    with pytest.raises(UsageError, match="does not fit"):
        rig.block.change(1, {DELAY: "text"})
    store.is_broken = True
    with pytest.raises(UsageError, match="could not be changed"):
        rig.block.change(1, {PICKUP: 5.0})
    assert rig.block.values(1)[PICKUP] == 4.0


def test_the_application_may_refuse() -> None:
    rig = SettingsRig(check=lambda block, group, given: given[PICKUP] < 2.5 and block.device == "PROT" and group > 0)
    assert rig.write("ActSG", 3) == DENIED
    rig.write("EditSG", 1)
    rig.set(pickup=2.5)
    assert rig.write("CnfEdit", True) == INVALID
    rig.set(pickup=2.4)
    assert rig.write("CnfEdit", True) is None


def test_declared_values_are_checked() -> None:
    with pytest.raises(UsageError, match="is no setting in a group of PROT"):
        SettingsRig(values={1: {"PTOC1.Other.setVal": 1}})
    with pytest.raises(UsageError, match="does not fit"):
        SettingsRig(values={1: {DELAY: 1.5}})
    with pytest.raises(UsageError, match="groups"):
        SettingControl(groups=2, active=3)
    with pytest.raises(UsageError, match="groups"):
        SettingControl(groups=2, values={3: {}})


def test_a_device_that_goes_ends_its_edit() -> None:
    rig = SettingsRig()
    rig.write("EditSG", 1)
    rig.engine.remove_device("PROT")
    assert rig.engine.deadline is None
    rig.engine.remove_device("PROT")
    assert SettingGroupEngine(protection(), clock=lambda: 0).add_device(rig.ied.children["PROT"]) is not None


# -- what is told ------------------------------------------------------------------------------------------------------


def told(event: ServiceEvent) -> tuple[Any, ...]:
    return event.service.name, event.client, event.error.name, event.values["actSG"], event.values["editSG"], event.cdc


def test_every_service_is_told() -> None:
    rig = SettingsRig()
    rig.write("ActSG", 2)
    rig.write("ActSG", 9)
    rig.write("EditSG", 2)
    rig.set(pickup=9.0)
    rig.write("EditSG", 1, "bob")
    rig.write("CnfEdit", True)
    rig.write("EditSG", 3)
    rig.wait(60)
    assert [told(event) for event in rig.events] == [
        ("SelectActiveSG", "alice", "no_error", 2, 0, "STS"),
        ("SelectActiveSG", "alice", "parameter_value_inappropriate", 2, 0, "STS"),
        ("SelectEditSG", "alice", "no_error", 2, 2, "STS"),
        ("SetEditSGValue", "alice", "no_error", 2, 2, "STS"),
        ("SelectEditSG", "bob", "instance_locked_by_other_client", 2, 2, "STS"),
        ("ConfirmEditSGValues", "alice", "no_error", 2, 0, "STS"),
        ("SelectEditSG", "alice", "no_error", 2, 3, "STS"),
        ("InternalChange", None, "no_error", 2, 0, "STS"),
    ]
    assert {event.reference for event in rig.events} == {"PROT/LLN0.SGCB"}
    confirmed = next(event for event in rig.events if event.service is ServiceNameKind.ConfirmEditSGValues)
    assert (confirmed.values["cnfEdit"], confirmed.values["numOfSG"], confirmed.values["resvTms"]) == (True, 3, 0)
    assert confirmed.error is ServiceStatusKind.no_error


def test_the_table_is_whole() -> None:
    """Every state can be left, and every stimulus an idle block does not know has its refusal."""
    assert {state for state, _ in TRANSITIONS} == set(EditState)
    idle = {stimulus for state, stimulus in TRANSITIONS if state is EditState.IDLE}
    editing = {stimulus for state, stimulus in TRANSITIONS if state is EditState.EDITING}
    assert editing - idle == {"set", "confirm", "expire", "lost"}
