"""``meterwire decode``: hex, files and captures, as a user gives them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from meterwire.protocols import dlt645
from meterwire.protocols.capture import TcpSession, write_pcap, write_pcapng
from meterwire.protocols.osi import tpkt

from .conftest import Done

Run = Callable[..., Done]
REQUEST = "684310001134006811043533B335CD16"
ANSWER = "68020000000099689108333334333AB454334616"  # from a real meter, tests/protocols/dlt645/vectors.py t065
CONNECT = tpkt.encode(bytes.fromhex("11e00000000100c0010ac2020001c1020000")).hex()


@pytest.mark.parametrize(
    "typed",
    [
        [REQUEST],
        [REQUEST.lower()],
        ["0x" + REQUEST],
        [" ".join(REQUEST[i : i + 2] for i in range(0, 32, 2))],
        [REQUEST[i : i + 2] for i in range(0, 32, 2)],
        [":".join(REQUEST[i : i + 2] for i in range(0, 32, 2))],
        ["0x" + ", 0x".join(REQUEST[i : i + 2] for i in range(0, 32, 2))],
    ],
    ids=["plain", "lower", "0x", "blanks", "arguments", "colons", "C array"],
)
def test_hex_in_any_dress(run: Run, typed: list[str]) -> None:
    done = run("decode", *typed)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "645: 003411001043 read data 读数据, request, 02800002 grid frequency"
    assert lines[1].split() == ["0", "68", "start", "68H"]
    assert "电网频率" in done.out


def test_columns_are_aligned(run: Run) -> None:
    rows = run("decode", ANSWER).out.splitlines()[1:]
    places = {row.index(word) for row, word in zip(rows, ("start", "address", "start", "control"), strict=False)}
    assert len(places) == 1
    assert [row for row in rows if row != row.rstrip()] == []
    assert "\x1b" not in "".join(rows)


def test_the_value_is_there(run: Run) -> None:
    assert "2181.07 kWh" in run("decode", ANSWER).out


def test_json_holds_every_octet(run: Run) -> None:
    done = run("decode", REQUEST + "0000" + ANSWER, "--json")
    assert (done.code, done.err) == (0, "")
    documents = [json.loads(line) for line in done.out.splitlines()]
    assert [d["frame"] for d in documents] == [REQUEST, ANSWER]
    for document in documents:
        assert set(document) == {"protocol", "summary", "frame", "fields"}
        outer = [f for f in document["fields"] if f["depth"] == 0]
        assert "".join(f["bytes"] for f in outer) == document["frame"]


def test_files(run: Run, tmp_path: Path) -> None:
    binary, text, listing = tmp_path / "frame.bin", tmp_path / "frame.txt", tmp_path / "two words.hex"
    binary.write_bytes(b"\xfe\xfe" + bytes.fromhex(ANSWER))
    text.write_text(f"{REQUEST}\n{ANSWER}\n")
    listing.write_text(", ".join(f"0x{octet:02x}" for octet in bytes.fromhex(ANSWER)))
    assert run("decode", str(binary)).out == run("decode", ANSWER).out == run("decode", str(listing)).out
    assert run("decode", str(text)).out.count("645: ") == 2


@pytest.mark.parametrize("write", [write_pcap, write_pcapng])
def test_captures(run: Run, tmp_path: Path, write: Callable[..., bytes]) -> None:
    session = TcpSession(client=("127.0.0.1", 40000), server=("127.0.0.1", 102))
    session.client_sends(1_700_000_000_000_000_000, bytes.fromhex(CONNECT))
    meter = TcpSession(client=("10.0.0.1", 40001), server=("10.0.0.2", 10645))
    meter.client_sends(1_700_000_001_000_000_000, b"\xfe\xfe" + bytes.fromhex(REQUEST[:10]))
    meter.client_sends(1_700_000_001_100_000_000, bytes.fromhex(REQUEST[10:]))
    meter.server_sends(1_700_000_001_500_000_000, bytes.fromhex(ANSWER))
    path = tmp_path / "capture"
    path.write_bytes(write([*session.packets, *meter.packets]))

    shown = run("decode", str(path))
    assert (shown.code, shown.err) == (0, "")
    heads = [line for line in shown.out.splitlines() if " → " in line]
    assert [head.split("  ")[0] for head in heads] == [
        "127.0.0.1:40000 → 127.0.0.1:102",
        "10.0.0.1:40001 → 10.0.0.2:10645",
        "10.0.0.2:10645 → 10.0.0.1:40001",
    ]
    documents = [json.loads(line) for line in run("decode", str(path), "--json", "--as", "645").out.splitlines()]
    assert [(d["protocol"], d["frame"], d["source"]) for d in documents] == [
        ("645", REQUEST, "10.0.0.1:40001"),
        ("645", ANSWER, "10.0.0.2:10645"),
    ]
    assert documents[1]["time"] == 1_700_000_001.5
    assert "COTP CR" in run("decode", str(path), "--as", "mms").out


def test_as_forces_a_protocol(run: Run) -> None:
    assert run("decode", "--as", "645", REQUEST).code == 0
    assert run("decode", "--as", "mms", CONNECT).out.startswith("mms: COTP CR")
    assert run("decode", CONNECT).out.startswith("mms: COTP CR")
    refused = run("decode", "--as", "mms", REQUEST)
    assert (refused.code, refused.out) == (1, "")
    assert "not a TPKT header" in refused.err


def test_frames_between_garbage(run: Run) -> None:
    done = run("decode", "68166816" + REQUEST + "FEFEFE68" + ANSWER + "68")
    assert done.code == 0
    assert done.out.count("645: ") == 2


def test_a_wrong_checksum_is_named(run: Run) -> None:
    done = run("decode", REQUEST[:-4] + "CE16")
    assert (done.code, done.out) == (1, "")
    assert "checksum" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_frame_that_breaks_inside_is_shown_as_far_as_it_goes(run: Run) -> None:
    broken = tpkt.encode(bytes.fromhex("02f08001000100614780")).hex()
    done = run("decode", broken)
    assert done.code == 0
    assert "      ! " in done.out
    assert "error" in json.loads(run("decode", broken, "--json").out)


def test_a_long_dump(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "long.bin"
    frame = bytes.fromhex(ANSWER)
    path.write_bytes((frame + b"\x68\xfe") * 200)
    assert run("decode", str(path)).out.count("2181.07 kWh") == 200
    assert len(dlt645.Stream().feed(path.read_bytes())) == 200
