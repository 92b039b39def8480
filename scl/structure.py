"""The structure that 61850-6 demands, per schema set: elements, attributes, their order, number and form.

``data/structure.json`` holds, for each of the sets 2003, 2007B, 2007B4 and 2007C5, the types by name: attributes (type,
required, default, fixed), content as nested particles ``[kind, least, most, parts]`` (most -1: no bound) with elements as
leaves, whether foreign attributes and text may stand there, and the identity constraints of elements. It is made by
``tools/scl_tables.py``. Here it becomes a walker's table: for every child name one place in the order of its parent.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from .simple_types import SimpleType, SimpleTypes

__all__ = ["SCHEMA_SETS", "Attribute", "Constraint", "Declaration", "ElementType", "Place", "SchemaSet", "schema_set"]

SCHEMA_SETS = ("2003", "2007B", "2007B4", "2007C5")
"""Oldest first."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a type."""

    type: SimpleType
    required: bool
    default: str | None
    fixed: str | None


@dataclass(frozen=True, slots=True)
class Constraint:
    """An identity constraint: a key, something unique, or a reference to a key."""

    kind: str
    """``key``, ``unique`` or ``keyref``."""
    name: str
    selector: tuple[tuple[str, ...], ...]
    """Alternative paths of child names; ``*`` is any, an empty first step any depth."""
    fields: tuple[str, ...]
    """Attribute names; ``.`` is the text."""
    refer: str = ""


@dataclass(slots=True)
class Place:
    """Where a child may stand in its parent."""

    order: int
    """Position of its group; a later child has no smaller one."""
    least: int
    most: int
    """-1: any number."""
    declaration: "Declaration"
    choice: int
    """-1 in a sequence; else children of one group exclude each other (1) or mix freely (0)."""


@dataclass(slots=True)
class Declaration:
    """An element at one place: its name, type and constraints."""

    name: str
    constraints: tuple[Constraint, ...]
    _schema: "SchemaSet"
    _reference: Any
    _type: "ElementType | None" = None

    @property
    def type(self) -> "ElementType":
        """The type, made when first needed: types contain each other."""
        if self._type is None:
            self._type = self._schema.type(self._reference)
        return self._type


@dataclass(slots=True)
class ElementType:
    """What may stand in an element."""

    name: str
    attributes: dict[str, Attribute] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    allows_foreign_attributes: bool = False
    places: dict[str, Place] = field(default_factory=dict)
    demanded: tuple[tuple[int, int, tuple[str, ...]], ...] = ()
    """Groups that must not stay empty: order, least, names."""
    foreign: tuple[int, int] | None = None
    """Order and greatest number (-1: any) of elements of other namespaces."""
    in_any_order: bool = False
    text: SimpleType | None = None
    mixed: bool = False
    base: str = ""


class SchemaSet:
    """One of the four schema sets."""

    def __init__(self, name: str, table: Mapping[str, Any]) -> None:
        self.name = name
        self._types: Mapping[str, Any] = table["types"]
        self.simple = SimpleTypes(table["simple"])
        self._made: dict[str, ElementType] = {}
        self.defaults: dict[str, dict[str, str]] = {}
        """Default values of attributes by element and attribute name, of every declaration used so far."""
        self.elements = {each["name"]: self._declare(each) for each in table["elements"]}
        """What is declared by itself: the root, and what is judged wherever foreign elements hold it."""
        self.root = self.elements["SCL"]

    def type(self, reference: Any) -> ElementType:
        """A type by name; simple ones become elements with text."""
        key = reference if isinstance(reference, str) else repr(reference)
        found = self._made.get(key)
        if found is None:
            known = isinstance(reference, str) and reference in self._types
            made = self._make(key, self._types[reference]) if known else None
            found = self._made[key] = made or ElementType(key, text=self.simple.get(reference))
        return found

    def derived(self, name: str, declared: ElementType) -> ElementType | None:
        """The type of that name when it may stand in place of ``declared`` (``xsi:type``)."""
        step = name
        while step in self._types:
            if step == declared.name:
                return None if "abstract" in self._types[name] else self.type(name)
            step = self._types[step].get("base", "")
        return None

    def _make(self, name: str, table: Mapping[str, Any]) -> ElementType:
        made = ElementType(
            name,
            allows_foreign_attributes="foreign" in table,
            mixed="mixed" in table,
            text=self.simple.get(table["text"]) if "text" in table else None,
            base=table.get("base", ""),
        )
        for attribute, facts in table["attributes"].items():
            made.attributes[attribute] = Attribute(
                self.simple.get(facts["type"]), "required" in facts, facts.get("default"), facts.get("fixed")
            )
        made.required = tuple(key for key, attribute in made.attributes.items() if attribute.required)
        demanded: list[tuple[int, int, tuple[str, ...]]] = []
        for particle in table["content"]:
            self._place(made, particle, demanded)
        made.demanded = tuple(demanded)
        return made

    def _place(self, made: ElementType, particle: Any, demanded: list[tuple[int, int, tuple[str, ...]]]) -> None:
        kind, least, most = particle[:3]
        order = len(made.places) + (made.foreign is not None)
        if kind == "any":
            made.foreign = (order, most)
        elif kind == "element":
            declaration = self._declare(particle[3])
            made.places[declaration.name] = Place(order, least, most, declaration, -1)
            if least:
                demanded.append((order, least, (declaration.name,)))
        elif kind == "choice":
            names = []
            for part in particle[3]:
                declaration = self._declare(part[3])
                names.append(declaration.name)
                bound = -1 if most != 1 else part[2]
                made.places[declaration.name] = Place(order, 0, bound, declaration, int(most == 1))
            if least:
                demanded.append((order, least, tuple(names)))
        else:
            made.in_any_order = made.in_any_order or kind == "all"
            for part in particle[3]:
                # ``sequence 0..n`` stands around single wildcards only
                self._place(
                    made, [part[0], part[1], most if part[0] == "any" and most != 1 else part[2], *part[3:]], demanded
                )

    def _declare(self, table: Mapping[str, Any]) -> Declaration:
        constraints = tuple(
            Constraint(
                each["kind"],
                each["name"],
                tuple(tuple(option.split("/")) for option in each["selector"].split("|")),
                tuple(text.removeprefix("@") for text in each["fields"]),
                each.get("refer", ""),
            )
            for each in table.get("constraints", ())
        )
        reference = table["type"]
        if isinstance(reference, str) and reference in self._types:
            for attribute, facts in self._types[reference]["attributes"].items():
                value = facts.get("default", facts.get("fixed"))
                if value is not None:
                    self.defaults.setdefault(table["name"], {}).setdefault(attribute, value)
        return Declaration(table["name"], constraints, self, reference)


@cache
def _tables() -> Mapping[str, Any]:
    text = (files(__package__) / "data" / "structure.json").read_text(encoding="utf-8")
    tables: Mapping[str, Any] = json.loads(text)
    return tables


@cache
def schema_set(name: str) -> SchemaSet:
    """One of :data:`SCHEMA_SETS`; KeyError for any other name."""
    return SchemaSet(name, _tables()[name])
