"""The data types that the catalogue writes: ``long-unsigned``, ``array[long]``, ``{double-long,date_time_s}``.

Simple names are the standard's, as :func:`.data.type_name` has them; ``bit-string(16)`` tells the number of bits, ``any``
stands for a type that no source tells.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ...errors import UsageError
from .data import Data, encode_data, type_name
from .values import Array, BitString, Structure

__all__ = ["DataType", "parse_type"]

_TAGS: Final = {type_name(tag): tag for tag in range(1, 97)} | {"null": 0}
_TOKEN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\(\d+\))?|[\[\]{},]")


@dataclass(frozen=True, slots=True)
class DataType:
    """One type of the catalogue."""

    name: str
    """``array``, ``structure``, ``any`` or the name of a simple type."""
    parts: tuple["DataType", ...] = ()
    """The one type of an array's elements, the types of a structure's."""
    bits: int = 0
    """Bits of a bit-string, 0 when not told."""

    @property
    def tag(self) -> int | None:
        """Tag in Data; None for ``any``."""
        return _TAGS.get(self.name)

    def fits(self, value: Data) -> bool:
        """True when ``value`` is of this type, parts included."""
        if self.name == "any":
            return True
        if self.name == "array":
            return type(value) is Array and all(self.parts[0].fits(element) for element in value)
        if self.name == "structure":
            return (
                type(value) is Structure
                and len(value) == len(self.parts)
                and all(part.fits(element) for part, element in zip(self.parts, value, strict=True))
            )
        if isinstance(value, BitString) and self.bits and value.size != self.bits:
            return False
        return encode_data(value)[0] == self.tag

    def __str__(self) -> str:
        if self.name == "array":
            return f"array[{self.parts[0]}]"
        if self.name == "structure":
            return "{" + ",".join(map(str, self.parts)) + "}"
        return f"{self.name}({self.bits})" if self.bits else self.name


@lru_cache(maxsize=256)
def parse_type(text: str) -> DataType:
    """A type from its text; UsageError when that is none."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        raise UsageError(f"{text!r} is no data type of DL/T 698.45")
    tokens.reverse()
    try:
        found = _parse(tokens)
    except IndexError:
        raise UsageError(f"{text!r} ends before its type does") from None
    if tokens:
        raise UsageError(f"{text!r} goes on behind its type")
    return found


def _parse(tokens: list[str]) -> DataType:
    word = tokens.pop()
    if word == "{":
        parts = [_parse(tokens)]
        while (mark := tokens.pop()) == ",":
            parts.append(_parse(tokens))
        _expect(mark, "}")
        return DataType("structure", tuple(parts))
    if word == "array":
        _expect(tokens.pop(), "[")
        element = _parse(tokens)
        _expect(tokens.pop(), "]")
        return DataType("array", (element,))
    name, _, bits = word.partition("(")
    if name in {"array", "structure"} or (name != "any" and name not in _TAGS) or (bits and name != "bit-string"):
        raise UsageError(f"no data type is called {word!r}")
    return DataType(name, bits=int(bits[:-1]) if bits else 0)


def _expect(found: str, wanted: str) -> None:
    if found != wanted:
        raise UsageError(f"{wanted!r} is missing before {found!r}")
