"""Rules about Val: what a DA, BDA or DAI is preset with, and whether its type can hold it."""

from ..errors import UsageError
from ..models import BASIC_TYPES, Kind
from .document import Element, natural
from .index import SclIndex, tag_of
from .rules import Say, rule
from .values import parse_value

__all__: list[str] = []

P = "IEC 61850-6 9.5"
INTEGERS = frozenset({"INT8", "INT16", "INT24", "INT32", "INT64", "INT128"})
FLOATS = frozenset({"FLOAT32", "FLOAT64"})
CODED = frozenset({"Dbpos", "Tcmd", "Check", "Quality"})
OWN_FORM = frozenset({"Struct", "Enum", "PhyComAddr"})


def _judge(scl: SclIndex, say: Say, is_mine: frozenset[str]) -> None:
    fitted: set[tuple[str, str]] = set()
    for name in is_mine & scl.presets.keys():
        for value, member in scl.presets[name]:
            text = value.text or ""
            if (name, text) in fitted or not text.strip():
                continue
            try:
                parse_value(BASIC_TYPES[name], text)
                fitted.add((name, text))
            except UsageError as error:
                say(value, f"Val of {member.get('name')}: {error}")


@rule("VAL-01", title="A Val of a BOOLEAN is true or false", part=P, layer="semantics")
def _booleans(scl: SclIndex, say: Say) -> None:
    """true, false, 1 or 0."""
    _judge(scl, say, frozenset({"BOOLEAN"}))


@rule("VAL-02", title="A Val of a signed integer is one, and in range", part=P, layer="semantics")
def _signed(scl: SclIndex, say: Say) -> None:
    """INT8 holds -128 to 127, and so on."""
    _judge(scl, say, INTEGERS & BASIC_TYPES.keys())


@rule("VAL-03", title="A Val of an unsigned integer is one, and in range", part=P, layer="semantics")
def _unsigned(scl: SclIndex, say: Say) -> None:
    """INT8U holds 0 to 255, and so on."""
    _judge(scl, say, frozenset(name for name, kind in BASIC_TYPES.items() if kind.kind is Kind.UNSIGNED))


@rule("VAL-04", title="A Val of a floating point number is one", part=P, layer="semantics")
def _floats(scl: SclIndex, say: Say) -> None:
    """A decimal point, no comma."""
    _judge(scl, say, FLOATS)


@rule("VAL-05", title="A Val of a text or octet string fits into it", part=P, layer="semantics")
def _texts(scl: SclIndex, say: Say) -> None:
    """VisString255 holds 255 characters of ASCII, Octet64 holds 64 octets."""
    kinds = (Kind.VISIBLE, Kind.UNICODE, Kind.OCTETS)
    _judge(scl, say, frozenset(name for name, kind in BASIC_TYPES.items() if kind.kind in kinds) - OWN_FORM)


@rule("VAL-06", title="A Val of an enumeration is one of its literals", part=P, layer="semantics",
      hint="Write the text of an EnumVal; upper and lower case count.")  # fmt: skip
def _enumerations(scl: SclIndex, say: Say) -> None:
    """The text of an EnumVal, or its number as many files have it."""
    literals: dict[str, tuple[set[str], set[str]]] = {}
    for value, member in scl.presets.get("Enum", ()):
        kind = scl.enum_types.get(member.get("type", ""))
        text = (value.text or "").strip()
        if kind is None or not text:
            continue
        known = literals.get(member.get("type", ""))
        if known is None:
            values = list(scl.children(kind, "EnumVal"))
            known = ({(each.text or "").strip() for each in values}, {each.get("ord", "") for each in values})
            literals[member.get("type", "")] = known
        if text not in known[0] and text not in known[1]:
            some = ", ".join(sorted(known[0])[:8])
            say(value, f"Val of {member.get('name')}: {text!r} is no literal of {member.get('type')!r} ({some} …)")


@rule("VAL-07", title="A Val of a coded enumeration or bit string is coded right", part=P, layer="semantics")
def _coded(scl: SclIndex, say: Say) -> None:
    """Dbpos, Tcmd, Check, Quality and the option fields: literals, or bits as 0 and 1."""
    bits = {name for name, kind in BASIC_TYPES.items() if kind.kind is Kind.BITS}
    _judge(scl, say, frozenset((bits | CODED) & BASIC_TYPES.keys()))


@rule("VAL-08", title="A Val of a time stamp is a time", part=P, layer="semantics")
def _times(scl: SclIndex, say: Say) -> None:
    """Such as 2026-01-31T12:00:00Z."""
    kinds = (Kind.UTC_TIME, Kind.BINARY_TIME)
    _judge(scl, say, frozenset(name for name, kind in BASIC_TYPES.items() if kind.kind in kinds))


@rule("VAL-09", title="A Val is empty only where the type allows it", part=P, severity="warning", layer="semantics")
def _empty(scl: SclIndex, say: Say) -> None:
    """Texts may be empty; for anything else an empty Val says nothing: leave it out."""
    kinds = (Kind.VISIBLE, Kind.UNICODE, Kind.OCTETS)
    for name, found in scl.presets.items():
        known = BASIC_TYPES.get(name)
        if name in OWN_FORM - {"Enum"} or (known is not None and known.kind in kinds):
            continue
        for value, member in found:
            if not (value.text or "").strip():
                say(value, f"empty Val of {member.get('name')} ({name})")


@rule("VAL-10", title="sGroup is one of the setting groups", part="IEC 61850-6 9.3.6", layer="semantics")
def _setting_groups(scl: SclIndex, say: Say) -> None:
    """Groups count from 1 to numOfSGs of the SettingControl in LN0."""
    for value in scl.all("Val"):
        group = natural(value.get("sGroup"))
        device = scl.above(value, "LDevice")
        if group is None or device is None:
            continue
        control = scl.child(scl.child(device, "LN0"), "SettingControl")
        most = natural(control.get("numOfSGs")) if control is not None else 0
        if most is not None and not 1 <= group <= most:
            say(
                value,
                f"sGroup={group}: " + (f"there are {most} setting groups" if most else "LN0 has no SettingControl"),
            )


@rule(
    "VAL-11",
    title="A setting has one Val for each group",
    part="IEC 61850-6 9.3.6",
    severity="warning",
    layer="semantics",
)
def _values_per_group(scl: SclIndex, say: Say) -> None:
    """Two values for one group contradict; a value without group beside others belongs nowhere."""
    for instance in scl.all("DAI"):
        values = list(scl.children(instance, "Val"))
        groups = [value.get("sGroup") for value in values]
        doubled = {group for group in groups if group is not None and groups.count(group) > 1}
        if doubled:
            say(instance, f"DAI {instance.get('name')}: several Val of sGroup {', '.join(sorted(doubled))}")
        elif None in groups and len(groups) > 1:
            say(instance, f"DAI {instance.get('name')}: {len(groups)} Val, {groups.count(None)} of them without sGroup")


@rule(
    "VAL-12",
    title="A preset value is within minVal and maxVal",
    part="IEC 61850-7-3",
    severity="warning",
    layer="semantics",
)
def _ranges(scl: SclIndex, say: Say) -> None:
    """minVal and maxVal beside setVal or setMag say what the device takes."""
    for instance in scl.all("DOI"):
        bounds: dict[str, float] = {}
        for each in scl.children(instance, "DAI", "SDI"):
            if each.get("name") in ("minVal", "maxVal", "setVal", "setMag"):
                number = _number(scl, each)
                if number is not None:
                    bounds[each.get("name", "")] = number
        value = bounds.get("setVal", bounds.get("setMag"))
        if value is None:
            continue
        low, high = bounds.get("minVal", float("-inf")), bounds.get("maxVal", float("inf"))
        if not low <= value <= high:
            say(instance, f"DOI {instance.get('name')}: {value:g} is outside of {low:g} … {high:g}")


def _number(scl: SclIndex, element: Element) -> float | None:
    """The first number below a DAI or SDI."""
    holders = [element, *scl.children(element, "DAI")]
    for holder in holders:
        value = scl.child(holder, "Val")
        if value is not None:
            try:
                return float((value.text or "").strip())
            except ValueError:
                return None
    return None


@rule("VAL-14", title="valKind and valImport do not stand on structures", part=P, severity="warning", layer="semantics")
def _structures(scl: SclIndex, say: Say) -> None:
    """Values belong to leaves; the kind of a structure's value says nothing."""
    for member in scl.all("DA", "BDA"):
        if member.get("bType") == "Struct":
            given = [key for key in ("valKind", "valImport") if member.get(key) is not None]
            if given:
                say(member, f"{tag_of(member)} {member.get('name')} is a structure and has {' and '.join(given)}")
