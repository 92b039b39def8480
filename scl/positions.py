"""Line and column of every element, worked out from the octets of a document only when somebody asks.

libxml2 keeps lines and no columns, and both cost memory for every node. One pass over the octets finds where the start
tags begin, in document order, which is the order in which the tree gives its elements.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable

from .document import Element

__all__ = ["Positions"]

_MARKUP = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!|</|<", re.DOTALL)


class Positions:
    """Where the start tags of a document stand."""

    def __init__(self, data: bytes, encoding: str = "") -> None:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            data = data.decode("utf-16", "replace").encode()
        elif encoding.upper().replace("_", "-") not in ("", "UTF-8", "ASCII", "US-ASCII"):
            data = data.decode(encoding, "replace").encode()
        self._data = data
        self._tags = array("Q", (m.start() for m in _MARKUP.finditer(data) if m.end() - m.start() == 1))
        self._lines = array("Q", (m.start() for m in re.finditer(b"\n", data)))

    def of(self, wanted: Iterable[Element], root: Element) -> dict[Element, tuple[int, int]]:
        """Line and column, both from 1, of some elements of the tree under ``root``."""
        left = set(wanted)
        found: dict[Element, tuple[int, int]] = {}
        if left:
            for number, element in enumerate(root.iter("{*}*")):
                if element in left:
                    found[element] = self._locate(number)
                    if len(found) == len(left):
                        break
        return found

    def _locate(self, number: int) -> tuple[int, int]:
        if number >= len(self._tags):  # the tree has more elements than the text: entities, which are refused before
            return 1, 1
        offset = self._tags[number]
        line = bisect_right(self._lines, offset)
        begin = self._lines[line - 1] + 1 if line else 0
        return line + 1, len(self._data[begin:offset].decode("utf-8", "replace")) + 1
