"""Classes that are imported when asked for, what edition 2 said otherwise, name spaces, presence judged."""

import functools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from meterwire.models import earlier, enums, ln
from meterwire.models.cdc import CDCS, SPS
from meterwire.models.declare import (
    DO,
    FM,
    MF,
    MO,
    OF,
    OM,
    AllOfOneGroup,
    AllOfSomeGroup,
    AllOrNone,
    AtLeastOne,
    AtMostOne,
    F,
    M,
    MmultiF,
    MmultiRange,
    O,
    OmultiRange,
    Presence,
)
from meterwire.models.namespaces import Namespace, private, standard
from meterwire.models.presence import Context, breaches

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "datamodel" / "ln.json"


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    code = (
        "import sys, meterwire.models, meterwire.models.ln as ln\n"
        "assert 'meterwire.models.ln.protection' not in sys.modules\n"
        "from meterwire.models.ln import PTOC\n"
        "assert 'meterwire.models.ln.protection' in sys.modules\n"
        "assert 'meterwire.models.ln.sensors' not in sys.modules\n"
        "assert 'meterwire.models.enums.der' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("package", [ln, enums])
def test_every_name_is_where_the_table_says(package: Any) -> None:
    table = ln.LN_CLASSES if package is ln else enums.ENUMERATIONS
    listed = set(package.__all__) - {"LN_CLASSES", "ln_class", "ENUMERATIONS", "Literals"}
    assert listed == set(table)
    assert all(cls.__name__ == name and getattr(package, name) is cls for name, cls in table.items())
    with pytest.raises(AttributeError, match="no attribute 'XXXX'"):
        package.XXXX  # noqa: B018
    assert "XXXX" not in table


def test_each_class_belongs_to_one_name_space() -> None:
    spaces = (*standard(), private())
    names = [name for space in spaces for name in space.ln_classes]
    assert len(names) == len(set(names)) == 213 + 5
    assert {space.id: len(space.ln_classes) for space in spaces if space.ln_classes} == {
        "IEC 61850-7-4:2007B5": 165,
        "IEC 61850-7-420:2019A4": 48,
        "meterwire:2026": 5,
    }
    assert Namespace("a:b:2020").part == "a:b"


@functools.cache
def facts() -> Any:
    if not FACTS.exists():
        pytest.skip(f"{FACTS} is absent")
    return json.loads(FACTS.read_text(encoding="utf-8"))["classes"]


@pytest.mark.parametrize("name", sorted(ln.LN_CLASSES))
def test_edition_2(name: str) -> None:
    row = facts()[name]
    if "2007A3" not in row.get("in_editions", ()):
        return
    stated = row.get("diff_2007A3_to_B5", {})
    members = [each["name"] for each in row["dataObjects"] if "420" not in each.get("ns", "")]
    assert {each for each in members if earlier.new_in_2007b(name, each)} == set(stated.get("added_since_A3", ()))
    for each in stated.get("removed_since_A3", ()):
        assert earlier.only_in_2007a(name, each), each
    for each, (before, _) in stated.get("presence_changed", {}).items():
        found = earlier.presence_in_2007a(ln.LN_CLASSES[name], each)
        assert (found.code if found else "as now") == before, each


@pytest.mark.parametrize(
    ("namespace", "edition"),
    [("IEC 61850-7-4:2003", "2003"), ("IEC 61850-7-4:2007", "2007A"), ("IEC 61850-7-4:2007A", "2007A"),
     ("IEC 61850-7-4:2007B4", "2007B"), ("Somebody:1999", "")],
)  # fmt: skip
def test_edition_of_a_name(namespace: str, edition: str) -> None:
    assert earlier.edition_of(namespace) == edition


def test_what_edition_1_had_instead_is_a_cdc_too() -> None:
    assert set(earlier.NEW_CDCS) | {each for each in earlier.NEW_CDCS.values() if each} <= set(CDCS)


def judged(present: str, **conditions: Presence) -> list[tuple[str, tuple[str, ...]]]:
    members = {name: DO(SPS, presence) for name, presence in conditions.items()}
    return [(each.code, each.names) for each in breaches(members, present.split(), Context(where="x"))]


CASES: list[tuple[str, dict[str, Presence], list[tuple[str, tuple[str, ...]]]]] = [
    ("", {"a": M}, [("M", ("a",))]),
    ("a", {"a": M}, []),
    ("a", {"a": F}, [("F", ("a",))]),
    ("", {"a": Presence("Mmulti")}, [("Mmulti", ("a",))]),
    ("", {"a": MmultiRange(1, 3)}, [("MmultiRange", ("a",))]),
    ("b", {"a": MO("b"), "b": O}, [("MO", ("a",))]),
    ("", {"a": MO("b"), "b": O}, []),
    ("b", {"a": MF("b"), "b": O}, [("MF", ("a",))]),
    ("a", {"a": MF("b"), "b": O}, [("MF", ("a",))]),
    ("", {"a": OM("b"), "b": O}, [("OM", ("a",))]),
    ("b", {"a": OM("b"), "b": O}, []),
    ("a b", {"a": FM("b"), "b": O}, [("FM", ("a",))]),
    ("", {"a": FM("b"), "b": O}, [("FM", ("a",))]),
    ("a", {"a": OF("b"), "b": O}, [("OF", ("a",))]),
    ("a b", {"a": OF("b"), "b": O}, []),
    ("b", {"a": MmultiF("b"), "b": O}, [("MmultiF", ("a",))]),
    ("a", {"a": AtMostOne, "b": AtMostOne}, []),
    ("a b", {"a": AtMostOne, "b": AtMostOne}, [("AtMostOne", ("a", "b"))]),
    ("c", {"a": AtLeastOne(1), "b": AtLeastOne(1), "c": AtLeastOne(2)}, [("AtLeastOne", ("a", "b"))]),
    ("a", {"a": AllOrNone(1), "b": AllOrNone(1), "c": AllOrNone(2)}, [("AllOrNonePerGroup", ("a", "b"))]),
    ("", {"a": AllOfOneGroup(1), "b": AllOfOneGroup(2)}, [("AllOnlyOneGroup", ("a", "b"))]),
    ("a b", {"a": AllOfOneGroup(1), "b": AllOfOneGroup(2)}, [("AllOnlyOneGroup", ("a", "b"))]),
    ("a b", {"a": AllOfSomeGroup(1), "b": AllOfSomeGroup(2)}, []),
    ("", {"a": AllOfSomeGroup(1), "b": AllOfSomeGroup(2)}, [("AllAtLeastOneGroup", ("a", "b"))]),
    ("a", {"a": AllOfSomeGroup(1), "b": AllOfSomeGroup(1)}, [("AllAtLeastOneGroup", ("a", "b"))]),
    ("a", {"a": Presence("MFcond", "3"), "b": Presence("MOcond", "1"), "c": Presence("Somebodys")}, []),
]


@pytest.mark.parametrize(("present", "conditions", "expected"), CASES)
def test_presence_is_judged(present: str, conditions: dict[str, Presence], expected: Any) -> None:
    assert judged(present, **conditions) == expected


def test_instance_numbers() -> None:
    assert [OmultiRange(33, 48).allows(n) for n in (32, 33, 48, 49)] == [False, True, True, False]
    assert [Presence("Omulti").allows(n) for n in (0, 1, 99)] == [False, True, True]
    assert not M.is_numbered
