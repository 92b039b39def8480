"""Simple types of the schema sets (61850-6): does a text fit, and if not, why.

A :class:`SimpleType` is made of the facets in ``data/structure.json``. Nothing here knows XML: it gets the text of an
attribute or element and says what is wrong with it in words that a person understands.
"""

import re
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

__all__ = ["SimpleType", "SimpleTypes"]

_NAME_START = r":A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
_NAME = f"[{_NAME_START}][{_NAME_START}\\-.0-9\u00b7\u0300-\u036f\u203f-\u2040]*"
_INTEGER = r"[+-]?[0-9]+"
BUILT_IN: Mapping[str, tuple[str | None, str, tuple[int, int] | None]] = {
    # name: pattern, what it is in words, range
    "string": (None, "text", None),
    "normalizedString": (None, "text", None),
    "token": (None, "text", None),
    "anyURI": (None, "a URI", None),
    "language": (r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*", "a language such as en or zh-CN", None),
    "Name": (_NAME, "a name (no blanks)", None),
    "NCName": (_NAME.replace(":", "", 2), "a name (no blanks, no colon)", None),
    "boolean": (r"true|false|1|0", "true or false", None),
    "date": (r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?", "a date such as 2026-01-31", None),
    "decimal": (r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", "a decimal number", None),
    "integer": (_INTEGER, "a whole number", None),
    "int": (_INTEGER, "a whole number", (-(1 << 31), (1 << 31) - 1)),
    "unsignedInt": (_INTEGER, "an unsigned whole number", (0, (1 << 32) - 1)),
    "unsignedShort": (_INTEGER, "an unsigned whole number", (0, (1 << 16) - 1)),
    "unsignedByte": (_INTEGER, "an unsigned whole number", (0, 255)),
}
_PRESERVE, _REPLACE = frozenset({"string"}), frozenset({"normalizedString"})
_MAX_REMEMBERED = 4096
"""Values that fitted, kept per type: the same names come again thousands of times in one file."""
_BLOCKS = {"IsBasicLatin": "\\x00-\\x7f", "IsLatin-1Supplement": "\\x80-\\xff"}


@cache
def _category(name: str) -> str:
    """The inside of a character class for a Unicode category such as ``L`` or ``Lu``."""
    codes = (code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)).startswith(name))
    runs = (list(run) for _, run in groupby(enumerate(codes), key=lambda pair: pair[1] - pair[0]))
    return "".join(f"\\U{run[0][1]:08x}-\\U{run[-1][1]:08x}" for run in runs)


def _translate(pattern: str) -> str:
    """A pattern of XML Schema as one of Python: categories and blocks are spelt out, ``^`` and ``$`` are characters."""
    out, inside, position = [], False, 0
    for match in re.finditer(r"\\p\{([\w-]+)\}|\\.|\[\^?|\]|[\^$]|[^\\\[\]^$]+", pattern):
        text = match.group()
        assert match.start() == position, pattern
        position = match.end()
        if match.group(1):
            name = match.group(1)
            members = _BLOCKS.get(name) or _category(name)
            text = members if inside else f"[{members}]"
        elif text[0] == "[" and not inside:
            inside = True
        elif text == "]":
            inside = False
        elif text in "^$":
            text = "\\" + text
        out.append(text)
    return "".join(out)


@dataclass(slots=True)
class SimpleType:
    """One simple type, ready to judge texts."""

    name: str
    """Its name in the schema, the built-in base for an anonymous one."""
    whitespace: int
    """0 blanks count, 1 each is one space, 2 runs are one space and none at the ends."""
    patterns: tuple[tuple[re.Pattern[str], ...], ...] = ()
    """Of each group one must fit."""
    enumeration: frozenset[str] = frozenset()
    lengths: tuple[int, int] = (0, 1 << 30)
    bounds: tuple[float, float] | None = None
    words: str = "text"
    """What it is, said to a person."""
    options: tuple["SimpleType", ...] = ()
    """Of a union."""
    fitted: set[str] | None = None

    def normalise(self, text: str) -> str:
        """The text as the type sees it."""
        if self.whitespace == 2:
            return " ".join(text.split())
        return re.sub(r"[\t\n\r]", " ", text) if self.whitespace else text

    def problem(self, text: str) -> str:
        """What is wrong with a text, in words; empty when it fits."""
        fitted = self.fitted
        if fitted is None:
            fitted = self.fitted = set()
        if text in fitted:
            return ""
        said = self._judge(self.normalise(text))
        if not said and len(fitted) < _MAX_REMEMBERED:
            fitted.add(text)
        return said

    def _judge(self, text: str) -> str:
        if self.options:
            said = [option.problem(text) for option in self.options]
            return "" if "" in said else self._union_words()
        if self.enumeration and text not in self.enumeration:
            known = sorted(self.enumeration)
            listed = ", ".join(known[:12]) + (f" … ({len(known)} values)" if len(known) > 12 else "")
            return f"must be one of {listed}"
        for group in self.patterns:
            if not any(pattern.fullmatch(text) for pattern in group):
                return self.words if self.words.startswith("must") else f"must be {self.words}"
        if self.bounds is not None and not self.bounds[0] <= float(text) <= self.bounds[1]:
            low, high = (f"{bound:g}" if abs(bound) < 1 << 20 else f"{int(bound)}" for bound in self._finite())
            return f"must be between {low} and {high}"
        least, most = self.lengths
        if not least <= len(text) <= most:
            return f"has {len(text)} characters, {f'at least {least}' if len(text) < least else f'at most {most}'} are allowed"
        return ""

    def _finite(self) -> tuple[float, float]:
        assert self.bounds is not None
        low, high = self.bounds
        return low, min(high, float((1 << 63) - 1))

    def _union_words(self) -> str:
        if self.words != "text":
            return f"must be {self.words}"
        said = dict.fromkeys(option.problem("\0") or option.words for option in self.options)
        return " or ".join(said)


WORDS: Mapping[str, str] = {
    "tRestrName1stU": "a capital letter followed by letters and digits",
    "tDataName": "a capital letter followed by letters and digits, at most 12",
    "tRestrName1stL": "a small letter followed by letters and digits",
    "tAttributeNameEnum": "a small letter followed by letters and digits, at most 60 (or Oper, SBOw, Cancel, T, Test, Check …)",
    "tFullDOName": "a data object name such as Pos or A.phsA",
    "tFullAttributeName": "an attribute name such as stVal or cVal.mag.f",
    "tIEDName": "a letter followed by letters, digits and _, at most 64, not None",
    "tIEDNameOrRelative": "an IED name, or @ for this IED",
    "tAcsiName": "a letter followed by letters, digits and _",
    "tAccessPointName": "letters, digits and _, a letter or digit first, at most 32",
    "tLDInst": "letters, digits and _, at most 64",
    "tLDName": "a letter followed by letters, digits and _, at most 64",
    "tLNInst": "1 to 12 digits",
    "tLNInstOrEmpty": "1 to 12 digits, or nothing",
    "tPrefix": "a letter followed by letters, digits and _, at most 11",
    "tLNClassEnum": "a class of four capital letters such as MMXU",
    "tCDCEnum": "a common data class such as SPS or MV",
    "tID": "1 to 255 characters without blanks",
    "tSDOCount": "a number, or the name of the attribute that gives it",
    "tDACount": "a number, or the name of the attribute that gives it",
    "tPTypeEnum": "a known address type such as IP or MAC-Address",
    "tConnectivityNodeReference": "a path such as S1/VL1/BAY1/CN1",
    "tUUIDAttribute": "a UUID in small hexadecimal digits",
    "tNamespaceName": "a namespace name such as IEC 61850-7-4:2007B",
    "tVisibleBasicLatin": "printable ASCII characters",
    "tEnumStringValue": "characters of Latin-1",
    "tMessageID": "1 to 129 printable ASCII characters",
    "tFCEnum": "a functional constraint such as ST, MX, CF",
}


class SimpleTypes:
    """The simple types of one schema set, made when first asked for."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table
        self._made: dict[str, SimpleType] = {}

    def get(self, reference: Any) -> SimpleType:
        """A type by its name, or by the facets of an anonymous one."""
        key = reference if isinstance(reference, str) else repr(reference)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._make(reference)
        return found

    def _make(self, reference: Any) -> SimpleType:
        if isinstance(reference, str):
            if reference in self._table:
                return self._derive(self._table[reference], reference)
            pattern, words, bounds = BUILT_IN[reference]
            groups = ((re.compile(pattern),),) if pattern else ()
            whitespace = 0 if reference in _PRESERVE else 1 if reference in _REPLACE else 2
            return SimpleType(reference, whitespace, groups, bounds=bounds, words=words)
        return self._derive(reference, "")

    def _derive(self, facets: Mapping[str, Any], name: str) -> SimpleType:
        if "union" in facets:
            options = tuple(self.get(each) for each in facets["union"])
            return SimpleType(name, 0, options=options, words=WORDS.get(name, "text"))
        base = self.get(facets["base"])
        patterns = base.patterns
        words = WORDS.get(name, base.words)
        if "pattern" in facets:
            patterns = (*patterns, tuple(re.compile(_translate(each)) for each in facets["pattern"]))
            if name not in WORDS:
                words = "must match " + " or ".join(facets["pattern"][:4])
        least, most = base.lengths
        if "length" in facets:
            least = most = int(facets["length"])
        least, most = int(facets.get("minLength", least)), int(facets.get("maxLength", most))
        low, high = base.bounds or (float("-inf"), float("inf"))
        if "minInclusive" in facets:
            low = float(facets["minInclusive"])
        if "minExclusive" in facets:  # of whole numbers, except decimals that nobody bounds with it
            low = float(facets["minExclusive"]) + 1
        high = float(facets.get("maxInclusive", high))
        is_bounded = base.bounds is not None or low != float("-inf") or high != float("inf")
        return SimpleType(
            name or base.name,
            base.whitespace,
            patterns,
            frozenset(facets.get("enumeration", ())) or base.enumeration,
            (least, most),
            (low, high) if is_bounded else None,
            words,
            base.options,
        )
