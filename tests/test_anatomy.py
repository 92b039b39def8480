"""Anatomy: the table a person reads, and its JSON form."""

from meterwire.anatomy import Field, as_dicts, render

FIELDS = (
    Field(offset=0, data=b"\x68", name="start", meaning="start of frame"),
    Field(offset=1, data=bytes.fromhex("431000113400"), name="address", meaning="003411001043"),
    Field(offset=7, data=b"", name="nothing", depth=1),
    Field(offset=7, data=bytes(range(13)), name="data", meaning="longer than a line", depth=2),
)

RENDERED = """\
    0  68                                              start        start of frame
    1  43 10 00 11 34 00                               address      003411001043
    7                                                    nothing
    7  00 01 02 03 04 05 06 07 08 09 0A 0B … (13 bytes)      data   longer than a line"""


def test_the_table() -> None:
    lines = render(FIELDS).splitlines()
    assert [line.split() for line in lines] == [line.split() for line in RENDERED.splitlines()]
    name_column = {line.index(f.name) - 2 * f.depth for line, f in zip(lines, FIELDS, strict=True)}
    assert len(name_column) == 1, "names stand in one column, indented by depth"
    assert not any(line != line.rstrip() for line in lines)


def test_twelve_bytes_are_shown_and_no_thirteenth() -> None:
    twelve = render([Field(offset=0, data=bytes(12), name="x")])
    assert twelve.count("00") == 12
    assert "…" not in twelve
    assert render([Field(offset=0, data=bytes(1 << 20), name="x")]).count("00") == 12


def test_nothing_gives_nothing() -> None:
    assert render(()) == ""
    assert as_dicts(()) == []


def test_json_form_keeps_every_byte() -> None:
    assert as_dicts(FIELDS)[1] == {
        "offset": 1,
        "bytes": "431000113400",
        "name": "address",
        "meaning": "003411001043",
        "depth": 0,
    }
    assert as_dicts(FIELDS)[3]["bytes"] == bytes(range(13)).hex().upper()
