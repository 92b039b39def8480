"""Make scl/data/structure.json from folders that hold the schema sets of IEC 61850-6.

    python tools/scl_tables.py 2003=DIR 2007B=DIR 2007B4=DIR 2007C5=DIR

What is taken are names, types, patterns, numbers and defaults, in a shape of our own; no text. The schema files are
published by the IEC as code components (see NOTICE) and are not part of this project. The shape is described in
``scl/structure.py``, which reads it.
"""

import json
import sys
from pathlib import Path
from typing import Any

from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
TARGET = Path(__file__).resolve().parent.parent / "scl" / "data" / "structure.json"
Json = Any


class SchemaSet:
    """One folder of schema files, flattened: inheritance, groups and anonymous types are resolved."""

    def __init__(self, folder: Path) -> None:
        self.named: dict[tuple[str, str], Any] = {}
        self.types: dict[str, Json] = {}
        self.simple: dict[str, Json] = {}
        for path in sorted(folder.glob("SCL*.xsd")):
            for child in etree.parse(path).getroot().iterchildren(f"{XS}*"):
                if child.get("name"):
                    self.named[etree.QName(child).localname, child.get("name")] = child
        for (kind, name), node in sorted(self.named.items()):
            if kind == "simpleType":
                self.simple[name] = self.simple_type(node)
            elif kind == "complexType":
                self.types[name] = self.complex_type(node)
        names = sorted(name for kind, name in self.named if kind == "element")
        self.elements = [self.element(self.named["element", name], "") for name in names]

    def table(self) -> Json:
        """The whole set."""
        return {"elements": self.elements, "types": self.types, "simple": self.simple}

    # -- simple types ----------------------------------------------------------------------

    def simple_ref(self, node: Any, attribute: str = "type") -> Json:
        """A type by name, or the facets of an anonymous one."""
        name = node.get(attribute)
        if name:
            return local(name)
        inner = node.find(f"{XS}simpleType")
        return self.simple_type(inner) if inner is not None else "string"

    def simple_type(self, node: Any) -> Json:
        union = node.find(f"{XS}union")
        if union is not None:
            members = [local(name) for name in (union.get("memberTypes") or "").split()]
            return {"union": [*members, *(self.simple_type(each) for each in union.findall(f"{XS}simpleType"))]}
        return self.restriction(node.find(f"{XS}restriction"))

    def restriction(self, node: Any) -> Json:
        made: dict[str, Json] = {"base": self.simple_ref(node, "base")}
        for facet in node.iterchildren(f"{XS}*"):
            name, value = etree.QName(facet).localname, facet.get("value")
            if name in ("enumeration", "pattern"):
                made.setdefault(name, []).append(value)
            elif value is not None and name != "whiteSpace":
                made[name] = value
        return made

    # -- complex types ---------------------------------------------------------------------

    def complex_type(self, node: Any) -> Json:
        made: dict[str, Json] = {"attributes": {}, "content": []}
        if node.get("abstract") == "true":
            made["abstract"] = 1
        self.fill(node, made, node.get("name") or "")
        if node.get("mixed") == "true":
            made["mixed"] = 1
        return made

    def fill(self, node: Any, made: Json, name: str) -> None:
        """Attributes and content of a complexType, group, extension or restriction into ``made``."""
        for child in node.iterchildren(f"{XS}*"):
            kind = etree.QName(child).localname
            if kind in ("complexContent", "simpleContent"):
                (derived,) = (each for each in child if each.tag in (f"{XS}extension", f"{XS}restriction"))
                self.derive(derived, made, name)
            elif kind in ("sequence", "choice", "all", "group"):
                made["content"] = [*made["content"], self.particle(child)]
            elif kind == "attribute":
                self.attribute(child, made)
            elif kind == "attributeGroup":
                self.fill(self.named["attributeGroup", local(child.get("ref"))], made, name)
            elif kind == "anyAttribute":
                made["foreign"] = 1

    def derive(self, node: Any, made: Json, name: str) -> None:
        base = local(node.get("base"))
        made["base"] = base
        is_restriction = node.tag == f"{XS}restriction"
        if ("complexType", base) in self.named:
            parent = self.complex_type(self.named["complexType", base])
            made["attributes"] = dict(parent["attributes"])
            for key in ("foreign", "mixed", "text"):
                if key in parent:
                    made[key] = parent[key]
            if not is_restriction:
                made["content"] = list(parent["content"])
        else:
            made["text"] = base
        if is_restriction and "text" in made and any(etree.QName(each).localname in FACETS for each in node):
            made["text"] = self.restriction(node) | {"base": made["text"]}
        self.fill(node, made, name)

    def attribute(self, node: Any, made: Json) -> None:
        if node.get("ref"):
            made["foreign"] = 1
            return
        if node.get("use") == "prohibited":
            made["attributes"].pop(node.get("name"), None)
            return
        known = made["attributes"].get(node.get("name"))
        if known is not None and node.get("type") is None and node.find(f"{XS}simpleType") is None:
            type_ = known["type"]
        else:
            type_ = self.simple_ref(node)
        described: dict[str, Json] = {"type": type_}
        if node.get("use") == "required":
            described["required"] = 1
        for key in ("default", "fixed"):
            if node.get(key) is not None:
                described[key] = node.get(key)
        made["attributes"][node.get("name")] = described

    # -- content ---------------------------------------------------------------------------

    def particle(self, node: Any) -> Json:
        kind = etree.QName(node).localname
        least, most = int(node.get("minOccurs", 1)), node.get("maxOccurs", "1")
        bounds = [least, -1 if most == "unbounded" else int(most)]
        if kind == "element":
            target = self.named["element", local(node.get("ref"))] if node.get("ref") else node
            return ["element", *bounds, self.element(target, local(node.get("ref") or ""))]
        if kind == "any":
            return ["any", *bounds]
        if kind == "group":
            group = self.named["group", local(node.get("ref"))]
            (inner,) = (each for each in group if etree.QName(each).localname in ("sequence", "choice", "all"))
            found = self.particle(inner)
            return [found[0], *(bounds if bounds != [1, 1] else found[1:3]), found[3]]
        parts = [
            self.particle(each) for each in node.iterchildren(f"{XS}*") if etree.QName(each).localname in PARTICLES
        ]
        return [kind, *bounds, parts]

    def element(self, node: Any, name: str) -> Json:
        name = name or node.get("name")
        made: dict[str, Json] = {"name": name}
        inner = node.find(f"{XS}complexType")
        if inner is not None:
            key = f"({name})"
            if key in self.types and self.types[key] != self.complex_type(inner):
                key = f"({name}){len(self.types)}"
            self.types[key] = self.complex_type(inner)
            made["type"] = key
        elif node.get("type"):
            made["type"] = local(node.get("type"))
        else:
            made["type"] = self.simple_ref(node)
        constraints = [self.constraint(each) for kind in KEYS for each in node.findall(f"{XS}{kind}")]
        if constraints:
            made["constraints"] = constraints
        return made

    def constraint(self, node: Any) -> Json:
        made = {
            "kind": etree.QName(node).localname,
            "name": node.get("name"),
            "selector": path(node.find(f"{XS}selector").get("xpath")),
            "fields": [path(each.get("xpath")) for each in node.findall(f"{XS}field")],
        }
        if node.get("refer"):
            made["refer"] = local(node.get("refer"))
        return made


KEYS = ("key", "unique", "keyref")
PARTICLES = ("element", "any", "sequence", "choice", "all", "group")
FACETS = ("pattern", "enumeration", "length", "minLength", "maxLength", "minInclusive", "maxInclusive", "minExclusive")


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def path(text: str) -> str:
    """An XPath of a constraint without prefixes and blanks."""
    steps = []
    for option in text.split("|"):
        parts = [local(part) for part in option.strip().removeprefix("./").split("/")]
        steps.append("/".join(parts))
    return "|".join(steps)


def main() -> None:
    """Write the table."""
    sets = dict(argument.split("=", 1) for argument in sys.argv[1:])
    if not sets:
        sys.exit(__doc__)
    tables = {name: SchemaSet(Path(folder)).table() for name, folder in sets.items()}
    TARGET.write_text(json.dumps(tables, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    print(f"{TARGET}: {TARGET.stat().st_size} octets")


if __name__ == "__main__":
    main()
