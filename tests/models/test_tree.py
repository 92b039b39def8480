"""The tree: names, references, values, and changes that are seen whole or not at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import UnknownNameError, UsageError
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, Reference, Trigger, basic_type
from meterwire.reading import Quality, Timestamp

INT32, FLOAT32 = basic_type("INT32"), basic_type("FLOAT32")


def leaf(name: str, kind: str, fc: str = "ST", trigger: Trigger = Trigger.NONE) -> DataAttribute:
    return DataAttribute(name, fc, basic_type(kind), trigger=trigger)


@pytest.fixture
def ied() -> Ied:
    counter = DataObject("DmdWh", "BCR").add(
        leaf("actVal", "INT64", trigger=Trigger.DCHG),
        leaf("q", "Quality", trigger=Trigger.QCHG),
        leaf("t", "Timestamp"),
        DataAttribute("units", "CF").add(leaf("SIUnit", "Enum", "CF", Trigger.DCHG)),
    )
    measured = DataObject("TotW", "MV").add(
        DataAttribute("mag", "MX").add(leaf("f", "FLOAT32", "MX", Trigger.DCHG | Trigger.DUPD))
    )
    points = DataAttribute("crvPts", "SP", is_array=True).add(
        *(
            DataAttribute(f"({i})", "SP").add(leaf("xVal", "FLOAT32", "SP"), leaf("yVal", "FLOAT32", "SP"))
            for i in range(3)
        )
    )
    harmonics = DataObject("har", "CMV", is_array=True).add(
        *(DataObject(f"({i})", "CMV").add(leaf("q", "Quality", "MX")) for i in range(2))
    )
    node = LogicalNode("MMTR", "1").add(
        counter, measured, DataObject("Crv", "CSG").add(points), DataObject("HA", "HMV").add(harmonics)
    )
    return Ied("HOME").add(LogicalDevice("HOMEMET", "MET").add(LogicalNode("LLN0"), node))


@pytest.fixture
def counter(ied: Ied) -> DataObject:
    found = ied.find("HOMEMET/MMTR1.DmdWh")
    assert isinstance(found, DataObject)
    return found


REFERENCES = [
    "HOMEMET",
    "HOMEMET/LLN0",
    "HOMEMET/MMTR1",
    "HOMEMET/MMTR1.DmdWh",
    "HOMEMET/MMTR1.DmdWh.actVal",
    "HOMEMET/MMTR1.DmdWh.units.SIUnit",
    "HOMEMET/MMTR1.TotW.mag.f",
    "HOMEMET/MMTR1.Crv.crvPts",
    "HOMEMET/MMTR1.Crv.crvPts(2)",
    "HOMEMET/MMTR1.Crv.crvPts(2).yVal",
    "HOMEMET/MMTR1.HA.har(1).q",
]


# --- names and references -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", REFERENCES)
def test_reference_both_ways(ied: Ied, reference: str) -> None:
    assert ied.find(reference).reference == reference


def test_every_leaf_is_found_by_its_reference(ied: Ied) -> None:
    leaves = list(ied.leaves())
    assert len(leaves) == 4 + 1 + 6 + 2
    for found in leaves:
        assert ied.find(found.reference) is found
        assert ied.find(f"{found.reference} [{found.fc}]") is found


def test_prefix_and_instance_make_the_name() -> None:
    node = LogicalNode("MMTR", "1", "Rt2")
    assert (node.name, node.ln_class, node.inst, node.prefix) == ("Rt2MMTR1", "MMTR", "1", "Rt2")


UNKNOWN = {
    "HOMEXXX/MMTR1": "HOMEMET",  # the message says what there is
    "HOMEMET/MMTR2": "no MMTR2 in HOMEMET",
    "HOMEMET/MMTR1.SupWh": "no SupWh in HOMEMET/MMTR1",
    "HOMEMET/MMTR1.DmdWh.actVal.x": "no x in HOMEMET/MMTR1.DmdWh.actVal",
    "HOMEMET/MMTR1.Crv.crvPts(3)": "crvPts",
    "HOMEMET/MMTR1.DmdWh.actVal [MX]": "is FC ST, not MX",
}


@pytest.mark.parametrize(("reference", "message"), UNKNOWN.items())
def test_unknown_names(ied: Ied, reference: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        ied.find(reference)


def test_contains(ied: Ied) -> None:
    device = ied["HOMEMET"]
    assert "MMTR1.DmdWh.units.SIUnit" in device
    assert "MMTR1.DmdWh.units.multiplier" not in device


def test_a_name_exists_once(ied: Ied) -> None:
    with pytest.raises(UsageError, match="exists twice"):
        ied["HOMEMET"].add(LogicalNode("LLN0"))


def test_a_leaf_has_no_members() -> None:
    with pytest.raises(UsageError, match="is a leaf"):
        leaf("q", "Quality").add(leaf("x", "INT8"))


def test_devices_that_come_change_the_version(ied: Ied) -> None:
    before = ied.model_version
    ied.add(LogicalDevice("HOMEMET2", "MET2"))
    assert ied.model_version > before


# --- values -------------------------------------------------------------------------------------------------------------


def test_values_of_structures_and_arrays(ied: Ied) -> None:
    assert ied.find("HOMEMET/MMTR1.TotW.mag").value == {"f": 0.0}
    assert ied.find("HOMEMET/MMTR1.Crv.crvPts").value == [{"xVal": 0.0, "yVal": 0.0}] * 3


def test_array_elements_are_set_one_by_one(ied: Ied) -> None:
    array = ied.find("HOMEMET/MMTR1.Crv.crvPts")
    ied.apply([(ied.find(f"HOMEMET/MMTR1.Crv.crvPts({i}).xVal"), i + 0.5) for i in range(3)])
    assert [point["xVal"] for point in array.value] == [0.5, 1.5, 2.5]
    assert array["(1)"].value == {"xVal": 1.5, "yVal": 0.0}


def test_a_structure_cannot_be_set_as_a_whole(ied: Ied) -> None:
    with pytest.raises(UsageError, match="is a structure"):
        ied.apply([(ied.find("HOMEMET/MMTR1.TotW.mag"), {"f": 1.0})])


@pytest.mark.parametrize(
    ("path", "value"), [("actVal", 1 << 63), ("actVal", 1.0), ("q", 1 << 13), ("t", 5), ("units.SIUnit", 128)]
)
def test_a_value_that_does_not_fit_is_refused(ied: Ied, counter: DataObject, path: str, value: Any) -> None:
    before = counter[path].value
    with pytest.raises(UsageError):
        ied.apply([(counter[path], value)])
    assert counter[path].value == before


# --- transactions ---------------------------------------------------------------------------------------------------------


class Listener:
    """Writes down what it was told, and what it saw in the tree at that moment."""

    def __init__(self, ied: Ied, watched: DataObject) -> None:
        self.told: list[tuple[str, Trigger]] = []
        self.seen: list[tuple[Any, ...]] = []
        self.commits = 0
        self.watched = watched
        for attribute in watched.leaves():
            attribute.change_hooks += (self.change,)
        ied.commit_hooks += (self.commit,)

    def change(self, attribute: DataAttribute, reason: Trigger) -> None:
        self.told.append((attribute.name, reason))
        self.seen.append(tuple(self.watched[name].value for name in ("actVal", "q", "t")))

    def commit(self) -> None:
        self.commits += 1


NEW = (42, Quality.QUESTIONABLE, Timestamp(7))


def test_nobody_sees_a_new_value_beside_an_old_quality_or_time(ied: Ied, counter: DataObject) -> None:
    listener = Listener(ied, counter)
    ied.apply(zip((counter["actVal"], counter["q"], counter["t"]), NEW, strict=True))
    assert listener.told == [("actVal", Trigger.DCHG), ("q", Trigger.QCHG)]  # t has no trigger option
    assert listener.seen == [NEW, NEW]
    assert listener.commits == 1


def test_all_or_nothing(ied: Ied, counter: DataObject) -> None:
    listener = Listener(ied, counter)
    before = counter["actVal"].value, counter["q"].value
    with pytest.raises(UsageError):
        ied.apply([(counter["actVal"], 42), (counter["q"], Quality.INVALID), (counter["t"], "yesterday")])
    assert (counter["actVal"].value, counter["q"].value) == before
    assert (listener.told, listener.commits) == ([], 0)


@given(st.lists(st.tuples(st.sampled_from(["actVal", "q"]), st.integers(-5, 1 << 14)), max_size=8))
def test_all_or_nothing_for_any_mixture(changes: list[tuple[str, int]]) -> None:
    counter = DataObject("X").add(leaf("actVal", "INT8"), leaf("q", "Quality"))
    ied = Ied("I").add(LogicalDevice("ID").add(LogicalNode("GGIO", "1").add(counter)))
    fits = all((-128 <= v <= 127) if name == "actVal" else (0 <= v < 1 << 13) for name, v in changes)
    expected = {"actVal": 0, "q": 0} | (dict(changes) if fits else {})
    try:
        ied.apply((counter[name], value) for name, value in changes)
    except UsageError:
        assert not fits
    assert {name: counter[name].value for name in expected} == expected


def test_an_equal_value_is_no_change(ied: Ied, counter: DataObject) -> None:
    counter.update(actVal=42)
    listener = Listener(ied, counter)
    counter.update(actVal=42)
    assert listener.told == []


def test_an_equal_value_of_an_updating_attribute_is_an_update(ied: Ied) -> None:
    told: list[Trigger] = []
    magnitude = ied.find("HOMEMET/MMTR1.TotW.mag.f")
    magnitude.change_hooks += (lambda _leaf, reason: told.append(reason),)
    for value in (1.5, 1.5):
        ied.apply([(magnitude, value)])
    assert told == [Trigger.DCHG | Trigger.DUPD, Trigger.DUPD]


def test_store_hooks_run_once_per_stored_value_before_any_listener(counter: DataObject) -> None:
    order: list[str] = []
    for name in ("actVal", "q"):
        counter[name].store_hooks += (lambda name=name: order.append(f"store {name}"),)
        counter[name].change_hooks += (lambda attribute, _reason: order.append(f"tell {attribute.name}"),)
    counter.update(actVal=1, q=Quality.INVALID)
    assert order == ["store actVal", "store q", "tell actVal", "tell q"]
    counter.update(actVal=1)
    assert len(order) == 4


def test_update_reaches_below(counter: DataObject) -> None:
    counter.update(units__SIUnit=72)
    assert counter["units.SIUnit"].value == 72


def test_update_outside_an_ied_is_refused() -> None:
    alone = DataObject("X").add(leaf("actVal", "INT8"))
    with pytest.raises(UsageError, match="not part of an IED"):
        alone.update(actVal=1)


def test_find_takes_a_parsed_reference(ied: Ied) -> None:
    assert ied.find(Reference("HOMEMET", ("MMTR1", "DmdWh", "q"), "ST")) is ied.find("HOMEMET/MMTR1.DmdWh.q")
