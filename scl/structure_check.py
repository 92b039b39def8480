"""The structure layer of the check: a document against one schema set."""

import re
from collections.abc import Callable
from typing import Any

from .document import NAMESPACE, Element
from .identity import Identities
from .structure import Attribute, Declaration, ElementType, Place, SchemaSet
from .structure_rules import FORM, MISSING, MISSING_CHILD, rule_for_form

__all__ = ["check_structure"]

Say = Callable[[str, Element, str], None]
"""Takes rule id, element and message."""

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_PREFIX = f"{{{NAMESPACE}}}"
_XSI_ATTRIBUTES = frozenset({f"{_XSI}type", f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation", f"{_XSI}nil"})


def check_structure(root: Element, schema: SchemaSet, say: Say) -> None:
    """Walk the whole document; ``say`` is called for everything that the schema set does not allow."""
    _Walker(schema, say).walk(root)


class _Walker:
    def __init__(self, schema: SchemaSet, say: Say) -> None:
        self.schema = schema
        self.say = say
        self.identities = Identities(schema, say)

    def walk(self, root: Element) -> None:
        """Depth first, without recursion: depth is bounded when a document is read, the stack stays ours all the same."""
        stack: list[tuple[Element, Declaration]] = [(root, self.schema.root)]
        hosts: list[tuple[Element, Declaration]] = []
        while stack:
            element, declaration = stack.pop()
            kind = declaration.type
            if element.attrib:
                kind = self.retyped(element, kind)
            self.attributes(element, kind)
            below = self.children(element, kind)
            if below:
                below.reverse()
                stack += below
            if declaration.constraints:
                hosts.append((element, declaration))
        for element, declaration in hosts:
            self.identities.check(element, declaration.constraints)

    def retyped(self, element: Element, declared: ElementType) -> ElementType:
        """The type that ``xsi:type`` asks for."""
        wanted = element.get(f"{_XSI}type")
        if wanted is None:
            return declared
        prefix, _, name = wanted.strip().rpartition(":")
        if element.nsmap.get(prefix or None) == NAMESPACE:
            found = self.schema.derived(name, declared)
            if found is not None:
                return found
        self.say("STR-15", element, f"xsi:type={wanted!r} names no type that may stand for {declared.name}")
        return declared

    # -- attributes ------------------------------------------------------------------------

    def attributes(self, element: Element, kind: ElementType) -> None:
        known = kind.attributes
        seen = 0
        items: Any = element.items()
        for name, value in items:
            attribute = known.get(name)
            if attribute is None:
                self.unknown_attribute(element, kind, name)
                continue
            seen += attribute.required
            fitted = attribute.type.fitted
            if fitted is None or value not in fitted:
                said = attribute.type.problem(value)
                if said:
                    rule = rule_for_form(_tag(element), name, attribute.type.name)
                    self.say(rule, element, f"{_tag(element)} {name}={value!r} {said}")
            if attribute.fixed is not None and not _same(attribute, value):
                self.say(
                    FORM.get((_tag(element), name), "STR-10"),
                    element,
                    f"{_tag(element)} {name}={value!r}: it has to be {attribute.fixed!r}",
                )
        if seen < len(kind.required):
            for name in kind.required:
                if element.get(name) is None:
                    rule = MISSING.get((_tag(element), name)) or ("NAM-01" if name == "name" else "STR-03")
                    self.say(rule, element, f"{_tag(element)} without {name}")

    def unknown_attribute(self, element: Element, kind: ElementType, name: str) -> None:
        is_foreign = name[0] == "{" and not name.startswith(_PREFIX)
        if is_foreign and (name in _XSI_ATTRIBUTES or kind.allows_foreign_attributes):
            return
        shown = name.rpartition("}")[2]
        where = f"{_tag(element)} has no attribute {shown} in {self.schema.name}"
        self.say("STR-02", element, where if name[0] != "{" else f"{where}, and takes none of other namespaces")

    # -- content ---------------------------------------------------------------------------

    def children(self, element: Element, kind: ElementType) -> list[tuple[Element, Declaration]]:
        """Judge the content; the children to go on with."""
        below: list[tuple[Element, Declaration]] = []
        if not len(element):
            self.text(element, kind)
            if kind.demanded:
                self.missing(element, kind, {})
            return below
        places, order, latest = kind.places, 0, ""
        counts: dict[str, int] = {}
        foreign = 0
        for child in element:
            tag: Any = child.tag
            if not isinstance(tag, str):  # a comment or processing instruction
                continue
            if not tag.startswith(_PREFIX):
                foreign += 1
                order = self.foreign(child, kind, order, foreign, latest)
                below += self.within(child)
                continue
            name = tag[len(_PREFIX) :]
            place = places.get(name)
            if place is None:
                self.unknown_child(child, kind, element)
                continue
            counts[name] = count = counts.get(name, 0) + 1
            if not kind.in_any_order:
                if place.order < order:
                    self.say("STR-05", child, f"{name} must stand before {latest} in {_tag(element)}")
                else:
                    order, latest = place.order, name
            if count == 1 and place.choice == 1:
                self.exclusive(child, place, kind, counts)
            if 0 <= place.most < count and (count == place.most + 1):
                self.say(
                    "SUB-05" if name == "Terminal" else "STR-07",
                    child,
                    f"{_tag(element)} has more than {place.most} {name}",
                )
            below.append((child, place.declaration))
        if kind.demanded:
            self.missing(element, kind, counts)
        if not kind.mixed:
            self.text(element, kind)
        return below

    def exclusive(self, child: Element, place: Place, kind: ElementType, counts: dict[str, int]) -> None:
        name = _tag(child)
        others = [o for o in counts if o != name and kind.places[o].choice == 1 and kind.places[o].order == place.order]
        if others:
            self.say(
                "CB-27" if kind.name == "tAccessPoint" else "STR-08",
                child,
                f"{name} excludes {others[0]}, which stands beside it",
            )

    def foreign(self, child: Element, kind: ElementType, order: int, count: int, latest: str) -> int:
        """An element of another namespace; the order from here on."""
        shown = str(child.tag)
        parent = child.getparent()
        if kind.foreign is None or not shown.startswith("{"):
            what = "of another namespace" if shown.startswith("{") else "without namespace"
            self.say("STR-14", child, f"{_tag(child)} {what} may not stand in {_tag(parent)}")
            return order
        place, most = kind.foreign
        if place < order and not kind.in_any_order:
            self.say("STR-05", child, f"elements of other namespaces must stand before {latest} in {_tag(parent)}")
        elif 0 <= most < count:
            self.say("STR-07", child, f"{_tag(parent)} takes {most} element of another namespace")
        return max(order, place)

    def within(self, foreign: Element) -> list[tuple[Element, Declaration]]:
        """Elements of SCL that a foreign one holds at any depth: those the schema set declares by themselves are judged."""
        found: list[tuple[Element, Declaration]] = []
        waiting = list(foreign)
        while waiting:
            element = waiting.pop()
            tag: Any = element.tag
            name = tag[len(_PREFIX) :] if isinstance(tag, str) and tag.startswith(_PREFIX) else ""
            declaration = self.schema.elements.get(name)
            if declaration is not None:
                found.append((element, declaration))
            else:
                waiting += element
        return found

    def unknown_child(self, child: Element, kind: ElementType, parent: Element) -> None:
        known = ", ".join(list(kind.places)[:10]) or "none"
        more = " …" if len(kind.places) > 10 else ""
        name = _tag(child)
        self.say(
            "STR-01", child, f"{name} may not stand in {_tag(parent)} in {self.schema.name}; it takes {known}{more}"
        )

    def missing(self, element: Element, kind: ElementType, counts: dict[str, int]) -> None:
        for _, least, names in kind.demanded:
            if sum(counts.get(name, 0) for name in names) < least:
                self.say(
                    MISSING_CHILD.get((_tag(element), names[0]), "STR-06"),
                    element,
                    f"{_tag(element)} without {' or '.join(names)}",
                )

    def text(self, element: Element, kind: ElementType) -> None:
        if kind.mixed:
            return
        text = element.text or ""
        if kind.text is not None:
            if len(element):
                text = str(element.xpath("string()"))
            said = kind.text.problem(text)
            if said:
                self.say(
                    rule_for_form(_tag(element), "", ""),
                    element,
                    f"the value {text.strip()!r} of {_tag(element)} {said}",
                )
            return
        if text and not text.isspace():
            self.say("STR-09", element, f"{_tag(element)} holds the text {text.strip()[:40]!r}; none may stand there")
            return
        for child in element:
            tail = child.tail
            if tail and not tail.isspace():
                self.say(
                    "STR-09", element, f"{_tag(element)} holds the text {tail.strip()[:40]!r}; none may stand there"
                )
                return


def _same(attribute: Attribute, value: str) -> bool:
    """Is a value the fixed one, as its type sees it?"""
    fixed = attribute.fixed or ""
    seen = attribute.type.normalise(value)
    if seen == fixed:
        return True
    if attribute.type.bounds is not None and re.fullmatch(r"[+-]?[0-9]{1,18}", seen):
        return int(seen) == int(fixed)
    truth = {"1": "true", "0": "false"}
    return fixed in ("true", "false") and truth.get(seen, seen) == fixed


def _tag(element: Element | None) -> str:
    return "" if element is None else str(element.tag).rpartition("}")[2]
