"""Reading an SCL file: what is refused, and how it is told."""

import time
from pathlib import Path

import pytest

from meterwire.errors import FileError
from meterwire.models import Edition
from meterwire.scl import document as module
from meterwire.scl import open_document

SCL = '<SCL xmlns="http://www.iec.ch/61850/2003/SCL" {}>{}</SCL>'

BAD = {
    "empty": (b"", "x.icd:1: no XML: "),
    "no XML": (b"\x00\x01MZ", "x.icd:1: no XML: "),
    "not closed": (b"<SCL>\n<a>\n</b></SCL>", "x.icd:3: no XML: "),
    "another root": (b"\n<scl/>", "x.icd:2: the root is scl, not SCL in"),
    "no namespace": (b"<SCL/>", "x.icd:1: the root is SCL, not SCL in"),
    "external entity": (
        b'<!DOCTYPE SCL [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + SCL.format("", "&x;").encode(),
        "document type declaration",
    ),
    "external subset": (
        b'<!DOCTYPE SCL SYSTEM "http://127.0.0.1:1/x.dtd">' + SCL.format("", "").encode(),
        "declaration",
    ),
    "empty declaration": (b"<!DOCTYPE SCL>" + SCL.format("", "").encode(), "document type declaration"),
    "undeclared entity": (SCL.format("", "&x;").encode(), "no XML"),
}


@pytest.mark.parametrize(("data", "told"), BAD.values(), ids=BAD)
def test_refused(data: bytes, told: str) -> None:
    with pytest.raises(FileError) as caught:
        open_document(data, "x.icd")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("place", ["text", "attribute"])
def test_entity_bombs_cost_nothing(place: str) -> None:
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    inner, outer = ("", "&a11;") if place == "text" else ('id="&a11;"', "")
    bomb = f'<!DOCTYPE SCL [<!ENTITY a0 "boom">{entities}]>' + SCL.format(inner, outer)
    began = time.perf_counter()
    with pytest.raises(FileError):
        open_document(bomb.encode())
    assert time.perf_counter() - began < 1


def test_depth_has_a_limit() -> None:
    levels = module.MAX_DEPTH - 1
    open_document(SCL.format("", "<a>" * levels + "</a>" * levels).encode())
    for count in (levels + 1, 100_000):
        with pytest.raises(FileError):
            open_document(SCL.format("", "<a>" * count + "</a>" * count).encode())


def test_size_has_a_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = SCL.format("", "").encode()
    path = tmp_path / "x.icd"
    path.write_bytes(data)
    monkeypatch.setattr(module, "MAX_BYTES", len(data))
    open_document(path)
    monkeypatch.setattr(module, "MAX_BYTES", len(data) - 1)
    with pytest.raises(FileError, match="octets"):
        open_document(path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.icd", tmp_path):
        with pytest.raises(FileError, match=str(path)):
            open_document(path)


@pytest.mark.parametrize(
    ("attributes", "edition"),
    [
        ("", Edition.ED1),
        ('version="2003" revision="A"', Edition.ED1),
        ('version="2007" revision="A"', Edition.ED2),
        ('version="2007" revision="B"', Edition.ED2),
        ('version="2007" revision="B" release="3"', Edition.ED2),
        ('version="2007" revision="B" release="4"', Edition.ED2_1),
        ('version="2007" revision="C" release="5"', Edition.ED2_1),
    ],
)
def test_edition(attributes: str, edition: Edition) -> None:
    assert open_document(SCL.format(attributes, "").encode()).edition is edition


def test_encodings_and_prefixes() -> None:
    text = '<?xml version="1.0" encoding="{}"?><s:SCL xmlns:s="http://www.iec.ch/61850/2003/SCL"><s:IED name="电"/></s:SCL>'
    for encoding in ("utf-8", "utf-16", "gb18030"):
        (ied,) = open_document(text.format(encoding).encode(encoding)).ieds
        assert ied.get("name") == "电"


def test_numbers_are_ascii_digits() -> None:
    good = {"0": 0, " 7 ": 7, "+007": 7, "4294967296": 1 << 32}
    assert {text: module.natural(text) for text in good} == good
    assert [t for t in ("", None, "-1", "1_0", "٣", "1.0", "0x1", "1" * 30) if module.natural(t) is not None] == []
