"""``control`` against a server whose controls do what they are told."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from meterwire.server import MmsServer
from meterwire.server.control_process import simulate_controls

from ..interop.ours import control_ied
from .conftest import Done, in_background

Run = Callable[..., Done]
GGIO = "OURSLD0/GGIO1"


@asynccontextmanager
async def controlled() -> AsyncIterator[str]:
    async with MmsServer(control_ied(), port=0) as server:
        simulate_controls(server.controls)
        server.control(f"{GGIO}.SPCSO6", lambda _: 9)
        yield server.url


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with in_background(controlled()) as url:
        yield url


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("GGIO1.SPCSO1", "on", "stVal = true"),
        ("GGIO1.SPCSO2", "true", "stVal = true"),
        ("GGIO1.SPCSO3", "ON", "stVal = true"),
        ("GGIO1.SPCSO4", "on", "stVal = true"),
        ("GGIO1.DPCSO1", "on", "stVal = 2"),
        ("GGIO1.ISCSO1", "-12", "stVal = -12"),
        ("GGIO1.AnOut1", "2.5", "mxVal.f = 2.5"),
        ("KVLV1.PosChg", "higher", "valWTr.posVal = 1"),
    ],
)
def test_operate(run: Run, url: str, name: str, value: str, shown: str) -> None:
    done = run("control", url, f"OURSLD0/{name}", value)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"OURSLD0/{name}: ")
    assert " done (" in done.out
    attribute, _, expected = shown.partition(" = ")
    assert run("read", url, f"OURSLD0/{name}.{attribute}").out.strip().endswith(f"= {expected}")


def test_why_not(run: Run, url: str) -> None:
    done = run("control", url, f"{GGIO}.SPCSO6", "on")
    assert (done.code, done.out) == (1, "")
    assert "CommandTermination failed" in done.err
    assert "AddCause 9 Blocked-by-process" in done.err
    assert len(done.err.splitlines()) == 1
    done = run("control", url, f"{GGIO}.SPCSO1", "on", "--test")
    assert (done.code, "AddCause 8 Blocked-by-Mode" in done.err, "test mode" in done.err) == (1, True, True)


def test_json(run: Run, url: str) -> None:
    document = json.loads(run("control", url, f"{GGIO}.SPCSO6", "on", "--json").out)
    assert document["outcome"] == "failed"
    assert (document["addCause"], document["addCauseName"], document["service"]) == (
        9, "Blocked-by-process", "CommandTermination",
    )  # fmt: skip
    assert json.loads(run("control", url, f"{GGIO}.SPCSO4", "on", "--json").out)["addCause"] is None


def test_select_cancel_and_a_time(run: Run, url: str) -> None:
    assert "SelectWithValue done" in run("control", url, f"{GGIO}.SPCSO4", "on", "--select").out
    assert "Cancel done" in run("control", url, f"{GGIO}.SPCSO4", "on", "--cancel").out
    done = run("control", url, f"{GGIO}.SPCSO5", "on", "--at", "2100-01-01T00:00:00+08:00")
    assert (done.code, "Operate accepted" in done.out) == (0, True)
    assert "Cancel done" in run("control", url, f"{GGIO}.SPCSO5", "on", "--cancel").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((f"{GGIO}.SPCSO1", "maybe"), "true or false"),
        ((f"{GGIO}.Beh", "on"), "status-only"),
        ((f"{GGIO}.Nothing", "on"), "Nothing"),
        ((f"{GGIO}.SPCSO1", "on", "--at", "tomorrow"), "no time with a zone"),
        ((f"{GGIO}.SPCSO1", "on", "--at", "2100-01-01T00:00:00"), "no time with a zone"),
        ((f"{GGIO}.SPCSO1", "on", "--at", "2100-01-01T00:00:00Z"), "has no operTm"),
        ((f"{GGIO}.SPCSO1", "on", "--select"), "no selection"),
        ((f"{GGIO}.SPCSO1", "on", "--select", "--cancel"), "not both"),
        ((f"{GGIO}.SPCSO1", "on", "--identity", "x" * 65), "64 octets"),
        ((f"{GGIO}.SPCSO1", "on", "--category", "boss"), "remote-control"),
    ],
)
def test_asked_wrongly(run: Run, url: str, arguments: tuple[str, ...], told: str) -> None:
    done = run("control", url, *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert len(done.err.splitlines()) == 1


def test_a_meter_has_none(run: Run) -> None:
    assert run("control", "645:///dev/ttyUSB0", "00010000", "on").code == 2
