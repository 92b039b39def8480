"""An SCL file as a tree of XML elements, read with suspicion.

A file may come from anybody: document type declarations are refused (61850-6 has none, and they are where external
entities and entity bombs live), nothing is fetched from a network, and size and depth are bounded. Whatever is wrong is a
:class:`~meterwire.errors.FileError` of one line that begins with ``file:line:``.

Only elements of the SCL namespace are seen; foreign ones and ``Private`` are passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from lxml import etree

from ..errors import FileError
from ..models import Edition

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "NAMESPACE",
    "Element",
    "SclDocument",
    "SclSyntaxError",
    "line_of",
    "natural",
    "open_document",
    "parse",
    "parse_xml",
    "read_bytes",
]

NAMESPACE = "http://www.iec.ch/61850/2003/SCL"
MAX_BYTES = 256 << 20
"""Largest file that is read: stations of hundreds of IEDs stay below 100 MB."""
MAX_DEPTH = 100
"""Deepest nesting of elements; SCL itself needs about 20."""

Element = etree._Element  # lxml gives the class no public name
_PREFIX = f"{{{NAMESPACE}}}"
_NATURAL = re.compile(r"\s*\+?0*([0-9]{1,18})\s*")


def line_of(element: Element) -> int:
    """Line an element begins in, from 1; 0 when it was not parsed."""
    line: Any = element.sourceline
    return line or 0


def natural(text: str | None) -> int | None:
    """An xs:unsignedInt, or None for anything else: ``int()`` alone would take ``1_000`` and other scripts' digits."""
    match = _NATURAL.fullmatch(text or "")
    return int(match.group(1)) if match else None


@dataclass(frozen=True, slots=True)
class SclDocument:
    """A parsed file."""

    name: str
    """What error messages call it."""
    root: Element
    """The element ``SCL``."""
    encoding: str = "UTF-8"
    """What the octets of the file were encoded in."""

    def children(self, parent: Element | None, *names: str) -> Iterator[Element]:
        """Children of ``parent`` in the SCL namespace with one of these names, in document order."""
        if parent is not None:
            yield from parent.iterchildren(*(_PREFIX + name for name in names))

    def child(self, parent: Element | None, name: str) -> Element | None:
        """The first child of that name."""
        return next(self.children(parent, name), None)

    def tag(self, element: Element) -> str:
        """Name of an element without its namespace."""
        return str(element.tag).removeprefix(_PREFIX)

    def where(self, element: Element) -> str:
        """``file:line`` of an element."""
        return f"{self.name}:{line_of(element)}"

    def error(self, element: Element, text: str) -> FileError:
        """The error that says what is wrong with an element, to be raised."""
        return FileError(f"{self.where(element)}: {text}")

    def required(self, element: Element, attribute: str) -> str:
        """An attribute that must be there and not be empty."""
        value = element.get(attribute, "").strip()
        if not value:
            raise self.error(element, f"{self.tag(element)} without {attribute}")
        return value

    def flag(self, element: Element | None, attribute: str, default: bool = False) -> bool:
        """An xs:boolean attribute, in whatever case it is written."""
        text = element.get(attribute) if element is not None else None
        if text is None:
            return default
        return text.strip().lower() in ("true", "1")

    def number(self, element: Element | None, attribute: str, default: int = 0) -> int:
        """An unsigned attribute; FileError when it is none."""
        text = element.get(attribute) if element is not None else None
        if element is None or text is None or not text.strip():
            return default
        value = natural(text)
        if value is None:
            raise self.error(element, f"{attribute}={text!r} is no unsigned number")
        return value

    @property
    def edition(self) -> Edition:
        """By version, revision and release of the root: none is Ed1, 2007 B 4 and later Ed2.1."""
        revision, release = self.root.get("revision", "A"), self.number(self.root, "release", 1)
        if self.root.get("version", "2003") < "2007":
            return Edition.ED1
        return Edition.ED2_1 if revision > "B" or (revision == "B" and release >= 4) else Edition.ED2

    @property
    def ieds(self) -> tuple[Element, ...]:
        """The IEDs described here."""
        return tuple(self.children(self.root, "IED"))


class SclSyntaxError(FileError):
    """A file that is no SCL document at all."""

    def __init__(self, name: str, rule: str, text: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{name}:{line}: {text}")
        self.rule = rule
        """Rule of the check that it breaks, ``WF-01`` to ``WF-04``."""
        self.text = text
        self.line = line
        self.column = column


def open_document(source: str | PathLike[str] | bytes, name: str = "") -> SclDocument:
    """Parse a file, or the bytes of one (which error messages call ``name``).

    Raises FileError: not readable, not XML, not SCL, a document type declaration, or beyond :data:`MAX_BYTES`
    or :data:`MAX_DEPTH`.
    """
    if isinstance(source, bytes):
        return parse(source, name or "SCL")
    return parse(read_bytes(Path(source)), name or Path(source).name)


def parse(data: bytes, name: str, *, keep_comments: bool = False) -> SclDocument:
    """Parse the bytes of a file; comments stay in the tree when wanted, and then cut texts in two. Raises SclSyntaxError."""
    root, encoding = parse_xml(data, name, keep_comments=keep_comments)
    if root.tag != f"{_PREFIX}SCL":
        raise SclSyntaxError(name, "WF-04", f"the root is {root.tag}, not SCL in {NAMESPACE}", line_of(root))
    return SclDocument(name, root, encoding)


def parse_xml(data: bytes, name: str, *, keep_comments: bool = False) -> tuple[Element, str]:
    """Root and encoding of any XML file: no entities, no document type declaration, limited in size and depth."""
    if len(data) > MAX_BYTES:
        raise SclSyntaxError(name, "WF-03", f"{len(data)} octets, at most {MAX_BYTES} are read")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=not keep_comments,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        text = re.sub(r" \(.*\)$|, line \d+, column \d+", "", str(error.msg)).strip()
        line, column = error.position
        if "amplification" in text or "reference loop" in text:  # refused by the parser before we could
            raise SclSyntaxError(name, "WF-02", "entities have no place in SCL; refused", line or 1) from None
        deep = "depth" in text.lower() or "huge" in text.lower()
        raise SclSyntaxError(name, "WF-03" if deep else "WF-01", f"no XML: {text}", line or 1, max(1, column)) from None
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype or docinfo.internalDTD is not None:
        raise SclSyntaxError(name, "WF-02", "a document type declaration has no place in SCL; refused")
    _insist_shallow(root, name)
    return root, docinfo.encoding or "UTF-8"


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, one more than are taken at most; FileError when they cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None


def _insist_shallow(root: Element, name: str) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise SclSyntaxError(name, "WF-03", f"elements nested deeper than {MAX_DEPTH}", line_of(element))
