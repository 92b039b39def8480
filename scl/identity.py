"""Identity constraints of the schema sets: what must be unique, and references that must lead somewhere."""

import re
from collections.abc import Callable, Iterator, Mapping

from .document import NAMESPACE, Element
from .structure import Constraint, SchemaSet
from .structure_rules import rule_for_identity

__all__ = ["Identities"]

_NUMERIC = frozenset({"ix", "ord"})
"""Fields that are numbers: 05 and 5 are the same. lnInst and inst are texts in most sets."""
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")
_PREFIX = f"{{{NAMESPACE}}}"
Say = Callable[[str, Element, str], None]
"""Takes rule id, element and message."""
Key = tuple[str, ...]


class Identities:
    """Evaluates the constraints of each element that has some, once all its children are there."""

    def __init__(self, schema: SchemaSet, say: Say) -> None:
        self._schema = schema
        self._say = say

    def check(self, host: Element, constraints: tuple[Constraint, ...]) -> None:
        """All constraints of one element."""
        keys: dict[str, dict[Key, Element]] = {}
        for constraint in constraints:
            if constraint.kind != "keyref":
                keys[constraint.name] = self._collect(host, constraint)
        for constraint in constraints:
            if constraint.kind == "keyref":
                self._refer(host, constraint, keys)

    def _collect(self, host: Element, constraint: Constraint) -> dict[Key, Element]:
        found: dict[Key, Element] = {}
        is_mixed = constraint.selector == (("*",),) and constraint.fields == (
            "id",
        )  # ids of types: their keys say the rest
        for element in self._select(host, constraint):
            key, missing = self._key(element, constraint)
            if missing:
                if constraint.kind == "key":
                    rule = "NAM-01" if missing == "name" else "STR-12"
                    self._say(rule, element, f"{_tag(element)} needs {missing}: it is part of what identifies it")
                continue
            first = found.setdefault(key, element)
            if first is not element and not (is_mixed and first.tag == element.tag):
                named = ", ".join(
                    f"{f.replace('.', 'text')}={v!r}" for f, v in zip(constraint.fields, key, strict=True)
                )
                rule = (
                    "UNQ-20"
                    if is_mixed
                    else rule_for_identity(constraint.kind, _tag(host), _tag(element), constraint.fields)
                )
                self._say(rule, element, f"{_tag(element)} with {named} stands twice in {_tag(host)}")
        return found

    def _refer(self, host: Element, constraint: Constraint, keys: Mapping[str, Mapping[Key, Element]]) -> None:
        known = keys.get(constraint.refer, {})
        for element in self._select(host, constraint):
            key, missing = self._key(element, constraint)
            if not missing and key not in known:
                named = ", ".join(f"{f}={v!r}" for f, v in zip(constraint.fields, key, strict=True))
                rule = rule_for_identity("keyref", _tag(host), _tag(element), constraint.fields)
                self._say(rule, element, f"{_tag(element)} refers with {named} to nothing in {_tag(host)}")

    def _key(self, element: Element, constraint: Constraint) -> tuple[Key, str]:
        """The fields' values, or the name of one that is not there."""
        defaults = self._schema.defaults.get(_tag(element), {})
        values = []
        for field in constraint.fields:
            value = (element.text or "").strip() if field == "." else element.get(field, defaults.get(field))
            if value is None:
                return (), field
            values.append(str(int(value)) if _NUMBER.fullmatch(value) and field in _NUMERIC else value)
        return tuple(values), ""

    def _select(self, host: Element, constraint: Constraint) -> Iterator[Element]:
        for path in constraint.selector:
            if path[0]:
                yield from _walk(host, path)
            else:
                name = path[-1]
                yield from host.iter(f"{_PREFIX}{name}" if name != "*" else "{*}*")


def _walk(host: Element, path: tuple[str, ...]) -> Iterator[Element]:
    head, *rest = path
    for child in host.iterchildren("{*}*" if head == "*" else _PREFIX + head):
        if rest:
            yield from _walk(child, tuple(rest))
        else:
            yield child


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
