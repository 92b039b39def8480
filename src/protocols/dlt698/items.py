"""The catalogue of DL/T 698.45 objects: OI to class, names, attributes with type, scaler and unit, methods, and sources.

The rows are in tables/*.csv: energies and demands (a row with ``phases`` stands for the total and phases A, B, C),
objects (everything else), classes and their members, and the members an object has besides those of its class or in
place of them. In a type ``$`` is the object's own type, ``$64`` the same with 64 bits; in scaler, unit and access ``$``
is the object's own, too. Types are written as :mod:`.datatypes` says; ``any`` is one that no source tells. ``source``
tells what a row rests on, by the letters of :data:`SOURCES`. Nothing is read before the first look-up.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Final

from .datatypes import DataType, parse_type
from .values import OAD, OI, OMD

__all__ = ["SOURCES", "InterfaceClass", "Item", "Member", "catalogue", "classes", "lookup", "search"]

SOURCES: Final[dict[str, str]] = {
    "V": "seen in frames",
    "A": "freudshow/dlt698.45, its ASN.1",
    "B": "600888/dlt698, documents and tests",
    "C": "icprog/dlt698.45, structures",
    "D": "qinling0918/FrameMessageParser, tables",
    "I": "inferred, or common knowledge that no second source confirms; with D: names from there, type inferred",
}
"""What the letters in the column ``source`` stand for: public code compared, and frames."""
_PHASES: Final = (("", ""), ("phase A ", "A相"), ("phase B ", "B相"), ("phase C ", "C相"))
_WIDE: Final = {"double-long": "long64", "double-long-unsigned": "long64-unsigned"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An attribute or a method."""

    number: int
    """Attribute 1..31, method 1..255."""
    name: str
    """English name."""
    name_zh: str
    """Chinese name."""
    type: str
    """Type of the value or of the parameter, see :mod:`.datatypes`."""
    scaler: int | None = None
    """Decimal exponent: value = integer * 10**scaler; None when the integers are no quantity."""
    unit: str = ""
    """Symbol of the unit, empty when it has none."""
    access: str = "r"
    """``r`` or ``rw``, ``x`` for methods; a server may still refuse."""
    source: str = ""
    """Letters of :data:`SOURCES`."""

    @property
    def data_type(self) -> DataType:
        """``type`` taken apart."""
        return parse_type(self.type)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceClass:
    """An interface class (IC); in its members ``$`` stands for what the object says."""

    ic: int
    """Number, 1..26."""
    name: str
    """English name."""
    name_zh: str
    """Chinese name."""
    source: str
    """Letters of :data:`SOURCES`."""
    attributes: tuple[Member, ...]
    """By number; type, scaler, unit and access are not given for those the object tells."""
    methods: tuple[Member, ...]
    """By number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One object; ``known`` is False for an OI that the catalogue does not hold."""

    oi: OI
    """Object identifier."""
    ic: int
    """Interface class, 0 when unknown."""
    name: str
    """English name."""
    name_zh: str
    """Chinese name."""
    attributes: tuple[Member, ...] = ()
    """By number."""
    methods: tuple[Member, ...] = ()
    """By number."""
    source: str = ""
    """Letters of :data:`SOURCES`."""
    known: bool = True
    """False when the catalogue does not hold the object."""

    @property
    def unit(self) -> str:
        """Unit of the first attribute that has one."""
        return next((member.unit for member in self.attributes if member.unit), "")

    def attribute(self, number: int) -> Member | None:
        """An attribute by its number; None when the catalogue has none."""
        return next((member for member in self.attributes if member.number == number), None)

    def method(self, number: int) -> Member | None:
        """A method by its number; None when the catalogue has none."""
        return next((member for member in self.methods if member.number == number), None)


def _rows(name: str) -> list[dict[str, str]]:
    text = (files(__package__) / "tables" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@dataclass(frozen=True, slots=True)
class _Member:
    """A line of members, with the object's own words still open."""

    line: dict[str, str]

    @property
    def key(self) -> tuple[str, int]:
        return self.line["kind"], int(self.line["number"])

    def of(self, own: dict[str, str]) -> Member:
        """The member of an object that says ``own``."""
        line = self.line
        scaler = own["scaler"] if line["scaler"] == "$" else line["scaler"]
        type_ = line["type"].replace("$64", _WIDE.get(own["type"], own["type"])).replace("$", own["type"])
        return Member(
            number=int(line["number"]),
            name=line["name"],
            name_zh=line["name_zh"],
            type=type_,
            scaler=int(scaler) if scaler else None,
            unit=own["unit"] if line["unit"] == "$" else line["unit"],
            access=own["access"] if line["access"] == "$" else line["access"],
            source=own["source"] if "$" in line["type"] else line["source"],
        )


_NOTHING: Final = {"type": "any", "scaler": "", "unit": "", "access": "r", "source": ""}


@cache
def _members() -> dict[int, dict[tuple[str, int], _Member]]:
    found: dict[int, dict[tuple[str, int], _Member]] = {}
    for line in _rows("class_members"):
        member = _Member(line)
        found.setdefault(int(line["ic"]), {})[member.key] = member
    return found


def _kind(members: dict[tuple[str, int], _Member], kind: str, own: dict[str, str]) -> tuple[Member, ...]:
    return tuple(members[key].of(own) for key in sorted(members) if key[0] == kind)


@cache
def classes() -> dict[int, InterfaceClass]:
    """The interface classes by number."""
    return {
        ic: InterfaceClass(
            ic=ic,
            name=line["name"],
            name_zh=line["name_zh"],
            source=line["source"],
            attributes=_kind(_members()[ic], "attribute", _NOTHING),
            methods=_kind(_members()[ic], "method", _NOTHING),
        )
        for line in _rows("classes")
        for ic in (int(line["ic"]),)
    }


@cache
def _items() -> dict[int, Item]:
    extra: dict[int, dict[tuple[str, int], _Member]] = {}
    for line in _rows("object_members"):
        member = _Member(line)
        extra.setdefault(int(line["oi"], 16), {})[member.key] = member
    found: dict[int, Item] = {}
    for name in ("energies", "demands", "objects"):
        for own in _rows(name):
            oi, ic = int(own["oi"], 16), int(own["ic"])
            members = _members()[ic] | extra.get(oi, {})
            item = Item(
                oi=OI(oi), ic=ic, name=own["name"], name_zh=own["name_zh"], source=own["source"],
                attributes=_kind(members, "attribute", own), methods=_kind(members, "method", own),
            )  # fmt: skip
            for place, (prefix, prefix_zh) in enumerate(_PHASES if own["phases"] else _PHASES[:1]):
                found[oi + place] = replace(
                    item, oi=OI(oi + place), name=prefix + item.name, name_zh=prefix_zh + item.name_zh
                )
    return found


def catalogue() -> Iterator[Item]:
    """Every object, energies and demands first."""
    return iter(_items().values())


def lookup(identifier: OAD | OMD | int | str) -> Item:
    """The object of an OI (``0x2000``, ``"2000"``), OAD or OMD.

    An OI that the catalogue does not hold gives an Item that says so (``known`` is False); what is no OI is a UsageError.
    """
    oi = identifier.oi if isinstance(identifier, OAD | OMD) else OI(identifier)
    item = _items().get(oi)
    if item is None:
        return Item(oi=oi, ic=0, name=f"unknown object {int(oi):04X}", name_zh=f"未知对象 {int(oi):04X}", known=False)
    return item


def search(text: str) -> Iterator[Item]:
    """The objects whose OI, unit, English or Chinese name holds each word of ``text``, case ignored.

    A word of letters or digits must begin one there, Chinese ones may stand anywhere.
    """
    words = [re.compile(("(?<![0-9a-z])" if word.isascii() else "") + re.escape(word)) for word in text.lower().split()]
    for item in catalogue():
        told = f"{int(item.oi):04X} {item.name} {item.name_zh} {item.unit}".lower()
        if all(word.search(told) for word in words):
            yield item
