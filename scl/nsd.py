"""Name spaces from NSD files (IEC 61850-7-7): what a vendor, a country or a newer edition declares, for the check.

::

    from meterwire.scl import CheckOptions, check
    from meterwire.scl.nsd import load_namespaces
    report = check("station.scd", options=CheckOptions(namespaces=load_namespaces(["vendor.nsd"])))

The declarations become classes like those of :mod:`meterwire.models`; what a file refers to and does not declare itself is
looked up in files loaded before it, then in the standard. Services (ServiceNSD) and texts (NSDoc) are not read.
"""

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import FileError, UnknownNameError
from ..models.cdc import CDCS, SCR, constructed
from ..models.declare import (
    ADDRESS,
    CONTROL,
    DO,
    ENUM,
    Attribute,
    AttributeType,
    CommonDataClass,
    Constructed,
    LogicalNodeClass,
    Presence,
    SubObject,
)
from ..models.enums import ENUMERATIONS
from ..models.enums._base import Literals
from ..models.ln import LN_CLASSES, abstract, abstract_der, abstract_der_functions, abstract_protection
from ..models.namespaces import Namespace
from ..models.tree import Trigger
from ..models.types import basic_type
from .document import Element, line_of, parse_xml, read_bytes

__all__ = ["MAX_NESTING", "NSD", "load_namespaces", "load_nsd"]

NSD = "http://www.iec.ch/61850/2016/NSD"
MAX_NESTING = 32
"""Classes above each other, and structures inside each other."""
_ABSTRACT: dict[str, type[LogicalNodeClass]] = {
    name: getattr(module, name)
    for module in (abstract, abstract_protection, abstract_der, abstract_der_functions)
    for name in module.__all__
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
_TAKEN = frozenset({"members", "preferred", "leading", "control_value"})
"""What a class has of its own."""
_NO_NAME = re.compile(r"\W+")


def load_namespaces(files: Iterable[str | PathLike[str]]) -> tuple[Namespace, ...]:
    """The name spaces of NSD files, the last one first; each may build on those before it. Raises FileError."""
    found: tuple[Namespace, ...] = ()
    for file in files:
        found = (load_nsd(file, known=found), *found)
    return found


def load_nsd(source: str | PathLike[str] | bytes, name: str = "", *, known: tuple[Namespace, ...] = ()) -> Namespace:
    """The name space an NSD file declares; ``known`` are others that it may refer to.

    Raises FileError with the line: no XML, no NSD, a type or base class that nothing declares, a circle of them.
    """
    data = source if isinstance(source, bytes) else read_bytes(Path(source))
    name = name or ("NSD" if isinstance(source, bytes) else str(source))
    root, _ = parse_xml(data, name)
    return _Reader(root, name, known).namespace()


class _Reader:
    """One file."""

    def __init__(self, root: Element, name: str, known: tuple[Namespace, ...]) -> None:
        if root.tag != f"{{{NSD}}}NS":
            raise FileError(f"{name}:{line_of(root)}: the root is {root.tag}, not NS in {NSD}")
        self.root = root
        self.name = name
        self.known = known
        self.elements = {
            kind: {self.named(each): each for each in self.all(kind)}
            for kind in ("Enumeration", "ConstructedAttribute", "LNClass", "AbstractLNClass")
        }
        self.enumerations = {key: self.enumeration(key, each) for key, each in self.elements["Enumeration"].items()}
        self.structures: dict[str, type[Constructed]] = {}
        self.cdcs: dict[str, type[CommonDataClass]] = {}
        self.cdc_elements: dict[str, Element] = {}
        for each in self.all("CDC"):  # of a setting the one with fc SP; SG and SE follow from it
            if each.get("variant", "SP") == "SP":
                self.cdc_elements.setdefault(self.named(each), each)
        self.nodes: dict[str, type[LogicalNodeClass]] = {}

    def all(self, kind: str) -> Iterable[Element]:
        return self.root.iter(f"{{{NSD}}}{kind}")

    def error(self, element: Element, text: str) -> FileError:
        return FileError(f"{self.name}:{line_of(element)}: {text}")

    def named(self, element: Element) -> str:
        """The name of a declaration, which becomes that of a Python class or member."""
        name = element.get("name", "")
        if not _NAME.fullmatch(name) or name in _TAKEN:
            raise self.error(element, f"{name!r} is no name")
        return name

    def namespace(self) -> Namespace:
        for name in self.elements["ConstructedAttribute"]:
            self.structure(name, self.root, 0)
        for name in self.cdc_elements:
            self.cdc(name, self.root, 0)
        extensions = {}
        for name, element in self.elements["LNClass"].items():
            if element.get("isExtension") in ("true", "1"):
                extensions[name] = self.objects(element)
            else:
                self.node(name, element, 0)
        concrete = {name: cls for name, cls in self.nodes.items() if name in self.elements["LNClass"]}
        root = self.root
        edition = "".join(root.get(key, "") for key in ("version", "revision", "release"))
        if not root.get("id") or not edition:
            raise self.error(root, "NS without id or version")
        return Namespace(f"{root.get('id')}:{edition}", concrete, extensions, self.cdcs, self.enumerations)

    # -- enumerations and attributes ---------------------------------------------------------

    def enumeration(self, name: str, element: Element) -> type[Literals]:
        members: dict[str, tuple[int, str, str]] = {}
        for each in element.iterchildren(f"{{{NSD}}}Literal"):
            text = each.get("name", "")
            try:
                ordinal = int(each.get("literalVal", ""))
            except ValueError:
                raise self.error(each, f"literal {text!r} of {name} has no number") from None
            key = f"n{_NO_NAME.sub('_', text)}".rstrip("_")
            members[f"{key}_{ordinal}" if key in members else key] = (
                ordinal,
                text,
                "deprecated" if each.get("deprecated") == "true" else "",
            )
        made: Any = Literals
        found: type[Literals] = made(name, members)
        return found

    def presence(self, element: Element, prefix: str = "p") -> Presence:
        code = element.get(f"{prefix}resCond", "O")
        return Presence(code, element.get(f"{prefix}resCondArgs", ""))

    def attribute(self, element: Element, depth: int) -> Attribute:
        trigger = Trigger.NONE
        for each in (Trigger.DCHG, Trigger.QCHG, Trigger.DUPD):
            if element.get(str(each.name).lower()) == "true":
                trigger |= each
        size = element.get("sizeAttribute", "?") if element.get("isArray") == "true" else ""
        return Attribute(
            element.get("fc", ""), self.attribute_type(element, depth), self.presence(element), trigger, size
        )

    def attribute_type(self, element: Element, depth: int) -> AttributeType:
        kind, name = element.get("typeKind", "BASIC"), element.get("type")
        if kind == "SCSM" or name == ADDRESS.name:
            return ADDRESS
        if name is None or kind == "undefined":
            return ENUM if kind == "ENUMERATED" else CONTROL
        if kind == "ENUMERATED":
            return self.enum(name) or ENUM
        if kind == "CONSTRUCTED":
            return self.structure(name, element, depth)
        try:
            return basic_type(name)
        except UnknownNameError:
            raise self.error(element, f"{element.get('name')}: no basic type {name!r}") from None

    def enum(self, name: str | None) -> type[IntEnum] | None:
        if name is None:
            return None
        spaces = (space.enumerations[name] for space in self.known if name in space.enumerations)
        return self.enumerations.get(name) or next(spaces, None) or ENUMERATIONS.get(name)

    def structure(self, name: str, user: Element, depth: int) -> type[Constructed]:
        if name in self.structures:
            return self.structures[name]
        element = self.elements["ConstructedAttribute"].get(name)
        if element is None:
            found = getattr(constructed, name, None) if name in constructed.__all__ else None
            if found is None:
                raise self.error(user, f"nothing declares the constructed attribute {name!r}")
            return found  # type: ignore[no-any-return]
        self.insist(user, name, depth)
        parts = {
            self.named(each): self.attribute(each, depth + 1)
            for each in element.iterchildren(f"{{{NSD}}}SubDataAttribute")
        }
        made = self.structures[name] = type(name, (Constructed,), parts)
        return made

    def insist(self, user: Element, name: str, depth: int) -> None:
        if depth > MAX_NESTING:
            raise self.error(user, f"{name} is declared by itself, or more than {MAX_NESTING} deep")

    # -- CDCs and logical nodes --------------------------------------------------------------

    def cdc(self, name: str, user: Element, depth: int) -> type[CommonDataClass]:
        if name in self.cdcs:
            return self.cdcs[name]
        element = self.cdc_elements.get(name)
        if element is None:
            spaces = (space.cdcs[name] for space in self.known if name in space.cdcs)
            found = next(spaces, None) or CDCS.get(name) or {"SCR": SCR}.get(name)
            if found is None:
                raise self.error(user, f"nothing declares the CDC {name!r}; load the NSD file that does first")
            return found
        self.insist(user, name, depth)
        members: dict[str, Any] = {}
        for each in element:
            if each.tag == f"{{{NSD}}}DataAttribute":
                members[self.named(each)] = self.attribute(each, 0)
            elif each.tag == f"{{{NSD}}}SubDataObject":
                size = each.get("sizeAttribute", "?") if each.get("isArray") == "true" else ""
                cdc = self.cdc(each.get("type", ""), each, depth + 1)
                members[self.named(each)] = SubObject(cdc, self.presence(each), size)
        base = CDCS.get(name, CommonDataClass)
        if base is not CommonDataClass:  # services are not in NSD files: those of the standard stay
            members |= {k: m for k, m in base.members().items() if isinstance(m, Attribute) and m.fc == "CO"}
            members["control_value"] = base.control_value
        made = self.cdcs[name] = type(name, (CommonDataClass,), members)
        return made

    def objects(self, element: Element) -> Mapping[str, DO]:
        found = {}
        for each in element.iterchildren(f"{{{NSD}}}DataObject"):
            statistics = self.presence(each, "dsP") if each.get("dsPresCond") not in (None, "na") else None
            found[self.named(each)] = DO(
                self.cdc(each.get("type", ""), each, 0),
                self.presence(each),
                statistics,
                self.enum(each.get("underlyingType")),
                transient=each.get("transient") == "true",
                deprecated=each.get("deprecated") == "true",
            )
        return found

    def node(self, name: str, user: Element, depth: int) -> type[LogicalNodeClass]:
        if name in self.nodes:
            return self.nodes[name]
        element = self.elements["LNClass"].get(name)
        if element is None:
            element = self.elements["AbstractLNClass"].get(name)
        if element is None:
            spaces = (space.ln_classes[name] for space in self.known if name in space.ln_classes)
            found = next(spaces, None) or _ABSTRACT.get(name) or LN_CLASSES.get(name)
            if found is None:
                raise self.error(user, f"nothing declares the class {name!r}; load the NSD file that does first")
            return found
        self.insist(user, name, depth)
        base = element.get("base")
        above = self.node(base, element, depth + 1) if base else LogicalNodeClass
        made = self.nodes[name] = type(name, (above,), dict(self.objects(element)))
        return made
