"""Simulated values: plausible, within their types, the same for the same seed, and never where they have no business."""

import itertools
import math
from collections.abc import Iterator

import pytest

from meterwire.errors import UsageError
from meterwire.models import (
    DataAttribute,
    DataObject,
    Ied,
    LogicalDevice,
    LogicalNode,
    Trigger,
    basic_type,
    check_value,
)
from meterwire.reading import Quality, Timestamp
from meterwire.server.simulated_values import MAX_OBJECTS_PER_STEP, ValueStepper


def leaf(name: str, kind: str, fc: str, value: object = None, enum: str = "") -> DataAttribute:
    return DataAttribute(name, fc, basic_type(kind), value=value, trigger=Trigger.DCHG, enum=enum)


def thing(name: str, cdc: str, *members: DataAttribute, fc: str = "ST") -> DataObject:
    return DataObject(name, cdc).add(*members, leaf("q", "Quality", fc, Quality.INVALID), leaf("t", "Timestamp", fc))


def model() -> Ied:
    node = LogicalNode("GGIO", "1").add(
        thing("Mod", "ENC", leaf("stVal", "Enum", "ST", 1, "Mod")),
        thing("Ind1", "SPS", leaf("stVal", "BOOLEAN", "ST")),
        thing("Pos", "DPC", leaf("stVal", "Dbpos", "ST"), leaf("ctlNum", "INT8U", "ST", 3)),
        thing("Typ", "ENS", leaf("stVal", "Enum", "ST", 2, "Own")),
        thing("SupWh", "BCR", leaf("actVal", "INT32", "ST", 2**31 - 1)),
        thing("IntIn", "INS", leaf("stVal", "INT8", "ST")),
        thing(
            "Hz",
            "MV",
            DataAttribute("mag", "MX").add(leaf("f", "FLOAT32", "MX")),
            leaf("db", "INT32U", "CF", 5),
            fc="MX",
        ),
        DataObject("NoQ", "X").add(leaf("txt", "VisString32", "ST", "text"), leaf("oct", "Octet64", "ST", b"x")),
    )
    ied = Ied("S").add(LogicalDevice("SLD", "LD").add(node))
    ied.enums["Own"] = {2: "two", 5: "five", -3: "odd"}
    return ied


def lives(ied: Ied, steps: int, seed: int = 1) -> Iterator[dict[str, object]]:
    stepper = ValueStepper(ied, seed=seed)
    for i in range(steps):
        stepper.step(Timestamp.from_ns(i * 10**9))
        yield {each.reference.removeprefix("SLD/GGIO1."): each.value for each in ied.leaves()}


def test_values_stay_what_they_are_and_move() -> None:
    ied = model()
    seen: dict[str, set[object]] = {}
    for state in lives(ied, 2000):
        for name, value in state.items():
            seen.setdefault(name, set()).add(value)
    assert seen["Ind1.stVal"] == {False, True}
    assert seen["Pos.stVal"] == {1, 2}
    assert seen["Typ.stVal"] == {2, 5, -3}
    assert all(0 <= value < 2**31 for value in seen["SupWh.actVal"])  # type: ignore[operator]
    assert all(0 <= value <= 100 for value in seen["IntIn.stVal"])  # type: ignore[operator]
    assert all(45 < value < 55 for value in seen["Hz.mag.f"])  # type: ignore[operator]
    assert len(seen["Hz.mag.f"]) > 1000
    still = ("Mod.stVal", "Mod.q", "Mod.t", "Pos.ctlNum", "Hz.db", "NoQ.txt", "NoQ.oct")
    assert {name: len(seen[name]) for name in still} == dict.fromkeys(still, 1)


def test_what_moved_has_good_quality_and_its_time() -> None:
    ied = model()
    before = {each.reference: each.value for each in ied.leaves()}
    for i, _ in enumerate(lives(ied, 200)):
        now = Timestamp.from_ns(i * 10**9)
        for data_object in ied["SLD.GGIO1"].children.values():
            own = [each for each in data_object.leaves() if each.name not in ("q", "t")]
            if any(before[each.reference] != each.value for each in own) and "t" in data_object.children:
                assert (data_object["q"].value, data_object["t"].value) == (Quality.GOOD, now)
        before = {each.reference: each.value for each in ied.leaves()}


def test_a_counter_rolls_over_and_otherwise_only_grows() -> None:
    values = [state["SupWh.actVal"] for state in lives(model(), 500)]
    falls = [b for a, b in itertools.pairwise(values) if b < a]  # type: ignore[operator]
    assert values[0] in (0, 2**31 - 1)
    assert falls in ([], [0])


def test_the_same_seed_gives_the_same_life() -> None:
    one, same, other = (list(lives(model(), 50, seed)) for seed in (7, 7, 8))
    assert one == same != other


def test_a_large_model_moves_in_turns() -> None:
    node = LogicalNode("GGIO", "1").add(
        *(thing(f"Hz{i}", "MV", leaf("f", "FLOAT32", "MX"), fc="MX") for i in range(MAX_OBJECTS_PER_STEP + 10))
    )
    ied = Ied("S").add(LogicalDevice("SLD", "LD").add(node))
    stepper = ValueStepper(ied)
    moved = [0, 0]
    for i in range(2):
        before = [each.value for each in ied.leaves()]
        stepper.step(Timestamp.from_ns((i + 1) * 10**9))
        moved[i] = sum(a != b.value for a, b in zip(before, ied.leaves(), strict=True) if b.name == "f")
    assert moved == [MAX_OBJECTS_PER_STEP, MAX_OBJECTS_PER_STEP]
    assert all(each.value for each in ied.leaves() if each.name == "f")


def test_devices_that_come_later_move_too_and_those_that_went_do_not_hurt() -> None:
    ied = model()
    stepper = ValueStepper(ied)
    assert stepper.step(Timestamp()) > 0
    ied.remove("SLD")
    assert stepper.step(Timestamp()) == 0
    ied.add(*model().children.values())
    assert stepper.step(Timestamp()) > 0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 3.4028234663852886e38, -1e-45, 5e20])
def test_odd_measured_values(value: float) -> None:
    ied = model()
    ied.apply([(ied.find("SLD/GGIO1.Hz.mag.f"), value)])
    for _ in lives(ied, 100):
        pass


@pytest.mark.parametrize(
    "kind", ["INT8", "INT16", "INT24", "INT32", "INT64", "INT128", "INT8U", "INT16U", "INT24U", "INT32U"]
)
@pytest.mark.parametrize("cdc", ["INS", "BCR"])
def test_integers_at_their_ends(kind: str, cdc: str) -> None:
    basic = basic_type(kind)
    signed = basic.kind.name == "INTEGER"
    for value in ((1 << (basic.size - signed)) - 1, -(1 << (basic.size - 1)) if signed else 0):
        node = LogicalNode("GGIO", "1").add(thing("Any", cdc, leaf("v", kind, "ST", value)))
        for _ in lives(Ied("S").add(LogicalDevice("SLD", "LD").add(node)), 50):
            pass


def test_the_checks_of_this_file_bite() -> None:
    with pytest.raises(UsageError):
        check_value(basic_type("INT8"), 128)
