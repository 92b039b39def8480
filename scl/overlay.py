"""What DOI, SDI and DAI say of one instance, beside its type."""

from collections.abc import Iterator

from .document import Element, SclDocument, natural

__all__ = ["Overlay"]


class Overlay:
    """The DOI, SDI or DAI elements of one place in the tree; empty for most places.

    Elements that nothing in the type asks for are found by :meth:`unused`.
    """

    __slots__ = ("_asked", "_below", "_document", "element")

    def __init__(self, document: SclDocument, element: Element | None, *names: str) -> None:
        self.element = element
        self._document = document
        self._asked: dict[Element, Overlay] = {}
        self._below: dict[tuple[str, int | None], Element] = {}
        for child in document.children(element, *(names or ("SDI", "DAI"))):
            self._below.setdefault((child.get("name", ""), natural(child.get("ix"))), child)

    def below(self, name: str, index: int | None = None) -> "Overlay":
        """The instance's word on a member, or on one element of an array member."""
        if self.element is None:
            return self
        found = self._below.get((name, index))
        if found is None:
            return Overlay(self._document, None)
        made = self._asked.get(found)
        if made is None:
            made = self._asked[found] = Overlay(self._document, found)
        return made

    def unused(self) -> Iterator[Element]:
        """Elements that no member asked for."""
        for child in self._below.values():
            asked = self._asked.get(child)
            if asked is None:
                yield child
            else:
                yield from asked.unused()
