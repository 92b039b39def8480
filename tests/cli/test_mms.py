"""``read``, ``write``, ``browse`` and ``watch`` against a served model and a simulated meter."""

import json
from collections.abc import Callable

import pytest

from .conftest import ADDRESS, Done

Run = Callable[..., Done]
SETTING = "OURSLD0/GGIO2"


def test_read_a_server(run: Run, served: str) -> None:
    done = run("read", served, "OURSLD0/MMTR1.TotWh.actVal", "OURSLD0/GGIO3.AllTyp.f32Dec", "OURSLD0/GGIO3.AllTyp.uni")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "OURSLD0/MMTR1.TotWh.actVal = 9223372036854775807",
        "OURSLD0/GGIO3.AllTyp.f32Dec = 230.1",
        "OURSLD0/GGIO3.AllTyp.uni = 电能表 µ € 🔌",
    ]


def test_read_json_is_exact(run: Run, served: str) -> None:
    done = run("read", served, "OURSLD0/MMTR1.TotWh", "OURSLD0/GGIO3.AllTyp.f32Dec [MX]", "--json")
    first, second = map(json.loads, done.out.splitlines())
    assert first["value"]["actVal"] == 2**63 - 1
    assert first["value"]["q"] == "good"
    assert second == {"reference": "OURSLD0/GGIO3.AllTyp.f32Dec [MX]", "value": 230.10000610351562}


def test_read_an_array_element_and_a_structure(run: Run, served: str) -> None:
    done = run("read", served, "OURSLD0/MHAI1.HaAmp.har(2).mag.f", "OURSLD0/GGIO3.Deep")
    assert done.out.splitlines() == [
        "OURSLD0/MHAI1.HaAmp.har(2).mag.f = 2.25",
        "OURSLD0/GGIO3.Deep = {sub={a={b={c=77, d=0.5}}}}",
    ]


def test_read_a_meter(run: Run, meter: str) -> None:
    done = run("read", meter, "00010000", "04000503")
    assert (done.code, done.err) == (0, "")
    energy, word = done.out.splitlines()
    assert energy.startswith(
        f"{ADDRESS} 00010000 forward active energy, total, current (当前)正向有功总电能 = 2181.07 kWh"
    )
    assert energy.endswith("  good")
    assert "relay" in word
    assert word.endswith(")")


def test_read_a_meter_as_json(run: Run, meter: str) -> None:
    done = run("read", meter, "0201FF00", "00010000", "--json")
    documents = [json.loads(line) for line in done.out.splitlines()]
    assert [d["item"] for d in documents] == ["02010100", "02010200", "02010300", "00010000"]
    assert (documents[-1]["value"], documents[-1]["raw"], documents[-1]["unit"]) == ("2181.07", 218107, "kWh")
    assert documents[-1]["frame"].startswith("68431000113400689108")


def test_a_refusing_meter(run: Run, meter: str) -> None:
    done = run("read", meter, "00FF0000")
    assert done.code == 1
    assert "no such data" in done.err


WRITES = [
    ("IntSet.setVal", "43", "42", "43"),
    ("IntSet.setVal", "0x2A", "43", "42"),
    ("SmlSet.setVal", "-128", "1", "-128"),
    ("TxtSet.setVal", "123", "text", "123"),
    ("TxtSet.setVal", "true", "123", "true"),
    ("AnSet.setMag.f", "7", "0.5", "7.0"),
    ("AnSet.setMag.f", "230.1", "7.0", "230.1"),
    ("AnSet.setMag", '{"f": 1}', "{f=230.1}", "{f=1.0}"),
]


def test_write_by_the_type_of_the_server(run: Run, served: str) -> None:
    for path, typed, before, after in WRITES:
        done = run("write", served, f"{SETTING}.{path}", "--", typed)
        assert done == Done(0, f"{SETTING}.{path}: {before} → {after}\n", "")
    done = run("write", served, f"{SETTING}.IntSet.setVal", "44", "--json")
    assert json.loads(done.out) == {"reference": f"{SETTING}.IntSet.setVal", "before": 42, "after": 44}


@pytest.mark.parametrize(
    ("path", "typed", "code", "hint"),
    [
        ("MMTR1.TotWh.actVal", "0", 1, "object-access-denied (the server does not let clients write it)"),
        ("GGIO2.IntSet.setVal", "yes", 2, "'yes' is no integer 32; write digits, such as 12"),
        ("GGIO2.SmlSet.setVal", "128", 2, "128 does not fit INT8"),
        ("GGIO2.AnSet.setMag", "5", 2, "write JSON with the members f"),
        ("GGIO2.TxtSet.setVal", "x" * 33, 1, "TxtSet.setVal"),
        ("GGIO2.NoSet.setVal", "1", 2, "in GGIO2 there are"),
    ],
)
def test_a_write_that_is_refused(run: Run, served: str, path: str, typed: str, code: int, hint: str) -> None:
    done = run("write", served, f"OURSLD0/{path}", typed)
    assert (done.code, done.out) == (code, "")
    assert hint in done.err
    assert len(done.err.splitlines()) == 1


def test_write_options_of_a_report_block(run: Run, served: str) -> None:
    block = "OURSLD0/LLN0.urcbStat02"
    assert run("write", served, f"{block}.TrgOps", "0b011001").out == f"{block}.TrgOps: 011011 → 011001\n"
    assert run("write", served, f"{block}.TrgOps", "011011").out == f"{block}.TrgOps: 011001 → 011011\n"


def test_browse(run: Run, served: str) -> None:
    done = run("browse", served)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "OURSLD0"
    assert next(line for line in lines if "AllTyp [ST]" in line).count("=") > 20  # piped, nothing is cut off
    assert [line for line in lines if line != line.rstrip()] == []
    assert "\x1b" not in done.out
    assert "OURSLD0/LLN0.dsStat" in done.out


def test_browse_one_node_with_values(run: Run, served: str) -> None:
    done = run("browse", served, "OURSLD0/GGIO1", "--values")
    assert "Ind2 [ST]  {stVal=true, q=good, t=1970-01-01T00:00:00.000Z" in done.out
    assert "GGIO2" not in done.out
    only = run("browse", served, "OURSLD0/GGIO1.Ind2")
    assert "Ind2 [ST]  {stVal=boolean, q=bit-string 13, t=utc-time}" in only.out
    assert "Ind1" not in only.out


def test_browse_json(run: Run, served: str) -> None:
    document = json.loads(run("browse", served, "--json").out)
    assert document["logical_device"] == "OURSLD0"
    assert document["nodes"]["MMTR1"]["ST"]["TotWh"] == {"actVal": "integer 64", "q": "bit-string 13", "t": "utc-time"}
    assert document["nodes"]["MHAI1"]["MX"]["HaAmp"]["har"][0] == "5 ×"
    values = json.loads(run("browse", served, "OURSLD0/MMTR1", "--values", "--json").out)
    assert values["nodes"]["MMTR1"]["ST"]["TotWh"]["actVal"] == 2**63 - 1


def test_watch_reports(run: Run, home: str) -> None:
    done = run("watch", home, "HOMEMET/LLN0.urcbEn", "--count", "2", "--integrity", "200")
    assert done.code == 0
    assert done.err == "HOMEMET/LLN0.urcbEn01 enabled; waiting for reports\n"
    assert "#0" in done.out.splitlines()[0]
    assert "#1" in done.out
    assert "HOMEMET/MMTR1.DmdWh [ST] = {actVal=" in done.out


def test_watch_reports_as_json(run: Run, home: str) -> None:
    done = run("watch", home, "HOMEMET/LLN0.urcbMx", "--count", "2", "--integrity", "100", "--json")
    documents = [json.loads(line) for line in done.out.splitlines()]
    assert [d["sqNum"] for d in documents] == [0, 1]
    assert done.err == ""
    assert documents[0]["time"].endswith("Z")
    assert {"reference", "value", "reasons"} == set(documents[0]["entries"][0])


def test_watch_a_meter(run: Run, meter: str) -> None:
    done = run("watch", meter, "00010000", "--count", "3", "--period", "0.05")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("2181.07 kWh") == 3


def test_a_meter_that_is_silent_is_told_soon(run: Run, meter: str) -> None:
    done = run("read", meter.replace(ADDRESS, "000000000009"), "00010000", "--timeout", "0.05")
    assert done.code == 1
    assert "no valid answer from 000000000009" in done.err
