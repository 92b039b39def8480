"""Every class of the model against the name space files of the standard, as ../shared/facts/datamodel has them.

Where that folder is absent, the digests below still prove that no declaration changed unnoticed.
"""

import functools
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from meterwire.models.cdc import CDCS, addresses, in_group
from meterwire.models.cdc import constructed as constructed_types
from meterwire.models.declare import ADDRESS, CONTROL, DO, ENUM, Attribute, Constructed, Parameter, Presence, SubObject
from meterwire.models.enums import ENUMERATIONS
from meterwire.models.ln import LN_CLASSES
from meterwire.models.ln.abstract import StatisticsLN
from meterwire.models.tree import Trigger
from meterwire.models.types import BASIC_TYPES, BasicType

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "datamodel"
CONSTRUCTED = {name: cls for name, cls in vars(constructed_types).items() if name in constructed_types.__all__}
CONTROL_PARAMETERS = ("SBOw", "Oper", "Cancel")
EXTENSION = "IEC 61850-7-420:2019A4"  # the facts show its additions to MMXU; they belong to 7-420


@functools.cache
def facts(name: str) -> Any:
    path = FACTS / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path} is absent: only the digests are checked")
    return json.loads(path.read_text(encoding="utf-8"))


# --- how a declaration and a row of the facts look side by side ---------------------------------------------------


def type_name(kind: Any) -> str:
    if isinstance(kind, Parameter):
        return {ENUM: "ENUMERATED", CONTROL: "undefined", ADDRESS: "PhyComAddr"}[kind]
    return kind.name if isinstance(kind, BasicType) else kind.__name__


def stated_type(row: dict[str, Any]) -> str:
    kind = row.get("type") or row.get("typeKind", "")
    return {"SCSM": "PhyComAddr"}.get(kind, kind)


def stated_presence(row: dict[str, Any]) -> Presence:
    return Presence(row["presence"], str(row.get("presenceArgs", "")))


def stated_trigger(row: dict[str, Any]) -> Trigger:
    trigger = Trigger.NONE
    for name in row.get("trgOp", ()):
        trigger |= Trigger[name.upper()]
    return trigger


def stated(row: dict[str, Any], fc: str = "") -> tuple[Any, ...]:
    size = row.get("sizeAttribute", "") if row.get("isArray") else ""
    return row["name"], row.get("fc", fc), stated_type(row), stated_presence(row), stated_trigger(row), size


def declared(name: str, member: Attribute) -> tuple[Any, ...]:
    return name, member.fc, type_name(member.type), member.presence, member.trigger, member.size


# --- the comparisons ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(CDCS))
def test_common_data_class(name: str) -> None:
    rows = facts("cdc")["cdcs"]
    row = rows.get(name) or rows[f"{name}@SP"]
    members = CDCS[name].members()
    attributes = [declared(n, m) for n, m in members.items() if isinstance(m, Attribute) and m.fc != "CO"]
    assert attributes == [stated(r) for r in row["attributes"]]
    subs = [(n, m.cdc.__name__, m.presence, m.size) for n, m in members.items() if isinstance(m, SubObject)]
    assert subs == [
        (r["name"], r["cdc"], stated_presence(r), r.get("sizeAttribute", "")) for r in row.get("subDataObjects", ())
    ]
    services = [declared(n, m) for n, m in members.items() if isinstance(m, Attribute) and m.fc == "CO"]
    assert services == [stated(r) for r in row.get("controlServiceAttributes", ())]
    value = CDCS[name].control_value
    assert (value and type_name(value)) == (stated_type(row["serviceParameters"][0]) if services else None)


@pytest.mark.parametrize("fc", ["SG", "SE"])
@pytest.mark.parametrize("name", "SPG ING ENG TSG CUG VSG ASG CURVE CSG".split())
def test_setting_in_a_group(name: str, fc: str) -> None:
    row = facts("cdc")["cdcs"][f"{name}@{fc}"]
    assert [declared(n, m) for n, m in in_group(CDCS[name], fc).items()] == [stated(r) for r in row["attributes"]]


def test_every_cdc_of_the_standard_is_here() -> None:
    assert {name.partition("@")[0] for name in facts("cdc")["cdcs"]} == set(CDCS)


@pytest.mark.parametrize("name", sorted(CONSTRUCTED))
def test_constructed_type(name: str) -> None:
    if name in CONTROL_PARAMETERS:
        row = facts("cdc")["serviceConstructed"][name]
    else:
        row = facts("basictypes")["constructed"][name]
    assert [declared(n, m) for n, m in CONSTRUCTED[name].members().items()] == [stated(r) for r in row["members"]]


@pytest.mark.parametrize(("number", "address"), [(0, addresses.PhyComAddrL2), (1, addresses.PhyComAddrUDP)])
def test_address(number: int, address: type[Constructed]) -> None:
    row = facts("cdc")["serviceTypeRealizations"][number]
    assert [declared(n, m) for n, m in address.members().items()] == [stated(r) for r in row["members"]]


@pytest.mark.parametrize("name", sorted(ENUMERATIONS))
def test_enumeration(name: str) -> None:
    row = facts("enums")["enumerations"][name]
    rows = {r["ord"]: (r["name"], r.get("deprecated", False)) for r in row["literals"]}
    assert {m.value: (m.literal, m.is_deprecated) for m in ENUMERATIONS[name]} == rows


def test_every_class_and_enumeration_of_the_standard_is_here() -> None:
    assert set(LN_CLASSES) == set(facts("ln")["classes"])
    assert set(ENUMERATIONS) == set(facts("enums")["enumerations"])


def stated_enum(row: dict[str, Any]) -> str | None:
    return row.get("enumType") if row.get("enumType") in ENUMERATIONS else None


def open_type(member: DO) -> str | None:
    return None if member.type is None else type_name(member.type)


@pytest.mark.parametrize("name", sorted(LN_CLASSES))
def test_logical_node_class(name: str) -> None:
    row = facts("ln")["classes"][name]
    has_statistics = issubclass(LN_CLASSES[name], StatisticsLN)

    def stated_object(r: dict[str, Any]) -> tuple[Any, ...]:
        statistics = r.get("presenceDerivedStatistics")
        if statistics is not None and not has_statistics:
            assert statistics == "na"
            statistics = None
        return (
            *(r["name"], r["cdc"], stated_presence(r), statistics and Presence(statistics)),
            *(stated_enum(r), r.get("underlyingType"), r.get("transient", False), r.get("deprecated", False)),
        )

    def declared_object(n: str, m: DO) -> tuple[Any, ...]:
        head = (n, m.cdc.__name__, m.presence, m.statistics, m.enum and m.enum.__name__, open_type(m))
        return (*head, m.transient, m.deprecated)

    rows = [r for r in row["dataObjects"] if r.get("ns") != EXTENSION]
    assert [declared_object(n, m) for n, m in LN_CLASSES[name].members().items()] == [stated_object(r) for r in rows]


@pytest.mark.parametrize("name", sorted(LN_CLASSES))
def test_inheritance(name: str) -> None:
    bases = [cls.__name__ for cls in LN_CLASSES[name].__mro__[1:-2]]
    assert bases == facts("ln")["classes"][name]["inheritance"]


def test_basic_types() -> None:
    rows = facts("basictypes")["basicTypes"]
    unsupported = {"PhyComAddr", "Struct", "LogOptFlds"}
    assert set(BASIC_TYPES) == set(rows) - unsupported


# --- without the facts: digests of the same rows --------------------------------------------------------------------


def digest(rows: Iterable[Any]) -> str:
    return hashlib.sha256("\n".join(map(str, rows)).encode()).hexdigest()[:16]


def cdc_rows() -> list[str]:
    rows = []
    for name in sorted(CDCS):
        for n, m in CDCS[name].members().items():
            kind = type_name(m.type) if isinstance(m, Attribute) else m.cdc.__name__
            fc, trigger = (m.fc, int(m.trigger)) if isinstance(m, Attribute) else ("", 0)
            rows.append(f"{name} {n} {fc} {kind} {m.presence} {trigger} {m.size}")
    return rows


def ln_rows() -> list[str]:
    return [
        f"{name} {n} {m.cdc.__name__} {m.presence} {m.statistics} {m.enum and m.enum.__name__} {open_type(m)} {m.transient} {m.deprecated}"
        for name in sorted(LN_CLASSES)
        for n, m in LN_CLASSES[name].members().items()
    ]


def enum_rows() -> list[str]:
    return [
        f"{name} {m.value} {m.literal} {m.is_deprecated}" for name in sorted(ENUMERATIONS) for m in ENUMERATIONS[name]
    ]


def constructed_rows() -> list[str]:
    def row(name: str, cls: type[Constructed]) -> list[str]:
        return [f"{name} {n} {type_name(m.type)} {m.presence}" for n, m in cls.members().items()]

    return [line for name in sorted(CONSTRUCTED) for line in row(name, CONSTRUCTED[name])]


# Taken when the tests above passed against the facts; print the new one only after they pass again.
@pytest.mark.parametrize(
    ("rows", "count", "expected"),
    [
        (cdc_rows, 811, "4a67373ff1792677"),
        (ln_rows, 7982, "0b36a821febcd504"),
        (enum_rows, 1047, "82f10cfa81637ef5"),
        (constructed_rows, 62, "20a6960a7801da1c"),
    ],
)
def test_digest(rows: Any, count: int, expected: str) -> None:
    lines = rows()
    assert (len(lines), digest(lines)) == (count, expected)


OPEN = (
    *("ValENS", "ValENG"),  # values of a schedule: its user says which enumeration
    *("GnOpSt", "GriModSt", "GriMod", "CnttAnc"),  # deprecated; 7-420 no longer has their enumerations
)


def test_every_enumerated_object_names_its_enumeration() -> None:
    for cls in LN_CLASSES.values():
        for name, member in cls.members().items():
            assert (member.enum is not None) == (member.cdc.__name__ in ("ENS", "ENC", "ENG") and name not in OPEN), (
                name
            )
