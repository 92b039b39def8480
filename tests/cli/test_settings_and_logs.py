"""``settings`` and ``log`` against a server, and where ``serve`` keeps both."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from meterwire.cli.kept import Kept
from meterwire.models import Ied
from meterwire.server import MmsServer
from meterwire.server.log_store import SqliteLogs
from meterwire.server.setting_store import SqliteSettings

from ..interop.keeping import keeping_ied
from ..interop.ours import awkward_ied
from .conftest import Done, in_background

Run = Callable[..., Done]
PICKUP = "KEEPLD0/PTOC1.StrVal.setMag.f"
LOG = "KEEPLD0/LLN0.EventLog"


@pytest.fixture
def target() -> Iterator[str]:
    @asynccontextmanager
    async def service() -> AsyncIterator[str]:
        async with MmsServer(keeping_ied(), port=0) as server:
            for value in (True, False, True):
                server.ied.apply([(server.ied.find("KEEPLD0/GGIO1.Ind1.stVal"), value)])
            yield server.url

    with in_background(service()) as url:
        yield url


def test_settings_from_end_to_end(run: Run, target: str) -> None:
    assert run("settings", target, "show") == Done(0, "KEEPLD0: group 1 of 3 is active\n", "")
    assert run("settings", target, "read", "KEEPLD0").out.splitlines() == [
        "KEEPLD0/PTOC1.OpDlTmms.setVal = 100",
        f"{PICKUP} = 1.5",
    ]
    assert run(
        "settings", target, "set", "KEEPLD0", "2", "PTOC1.StrVal.setMag.f=9.25", f"{PICKUP[:13]}.OpDlTmms.setVal=7"
    ) == Done(0, f"{PICKUP}: 2.5 → 9.25\nKEEPLD0/PTOC1.OpDlTmms.setVal: 200 → 7\n", "")
    assert run("settings", target, "read", "KEEPLD0", "2").out.splitlines()[1] == f"{PICKUP} = 9.25"
    done = run("settings", target, "select", "KEEPLD0", "2")
    assert (done.code, done.out[:45]) == (0, "KEEPLD0: group 2 of 3 is active since 20" + done.out[40:45])
    shown = json.loads(run("settings", target, "show", "KEEPLD0", "--json").out)
    assert (shown["active"], shown["groups"], shown["editing"], shown["resv_tms"]) == (2, 3, None, 0)
    first, second = map(json.loads, run("settings", target, "read", "KEEPLD0", "--json").out.splitlines())
    assert (first["value"], second["value"]) == ({"setVal": 7}, {"setMag": {"f": 9.25}})
    told = json.loads(run("settings", target, "set", "KEEPLD0", "2", "PTOC1.OpDlTmms.setVal=8", "--json").out)
    assert told == {"reference": "KEEPLD0/PTOC1.OpDlTmms.setVal", "group": 2, "before": 7, "after": 8}


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (["select", "KEEPLD0", "9"], 1, "there is no such group"),
        (["read", "KEEPLD0", "9"], 1, "there is no such group"),
        (["set", "KEEPLD0", "9", "PTOC1.OpDlTmms.setVal=1"], 1, "there is no such group"),
        (["set", "KEEPLD0", "1", "PTOC1.OpDlTmms.setVal=x"], 2, "write digits"),
        (["set", "KEEPLD0", "1", "PTOC1.NoSuch.setVal=1"], 2, "no KEEPLD0/PTOC1.NoSuch"),
        (["show", "NOLD"], 2, "no logical device 'NOLD'"),
    ],
)
def test_what_settings_says_when_it_cannot(run: Run, target: str, arguments: list[str], code: int, hint: str) -> None:
    done = run("settings", target, *arguments)
    assert (done.code, done.out) == (code, "")
    (line,) = done.err.splitlines()
    assert hint in line
    assert run("settings", target, "show").out == "KEEPLD0: group 1 of 3 is active\n"  # nothing is left being edited


def test_log_from_end_to_end(run: Run, target: str) -> None:
    assert run("log", target) == Done(
        0, f"{LOG}  3 entries\nKEEPLD0/LLN0.lcbEv  logs KEEPLD0/LLN0$dsEv into KEEPLD0/LLN0$EventLog\n", ""
    )
    log, block = map(json.loads, run("log", target, "--json").out.splitlines())
    assert (log, block["enabled"]) == ({"log": LOG, "entries": 3}, True)
    lines = run("log", target, LOG).out.splitlines()
    assert len(lines) == 6
    assert lines[1] == "  KEEPLD0/GGIO1.Ind1.stVal [ST] = true  (data-change)"
    entries = [json.loads(line) for line in run("log", target, LOG, "--json").out.splitlines()]
    assert [entry["entries"][0]["value"] for entry in entries] == [True, False, True]
    behind = run("log", target, LOG, "--after", entries[0]["entryID"], "--json").out.splitlines()
    assert [json.loads(line) for line in behind] == entries[1:]
    assert len(run("log", target, LOG, "--count", "2", "--json").out.splitlines()) == 2
    assert run("log", target, LOG, "--to", "2001-01-01T00:00:00Z") == Done(0, "", "")
    assert run("log", target, LOG, "--from", "2001-01-01T00:00:00Z", "--json").out.count("\n") == 3
    done = run("log", target, "KEEPLD0/LLN0.None")
    assert (done.code, done.out) == (1, "")
    assert "shows which there are" in done.err


def test_what_has_neither(run: Run) -> None:
    @asynccontextmanager
    async def service() -> AsyncIterator[str]:
        async with MmsServer(awkward_ied(), port=0) as server:
            yield server.url

    with in_background(service()) as url:
        assert run("log", url) == Done(0, "", "")
        done = run("settings", url, "show")
    assert (done.code, done.err) == (1, "meterwire: no logical device of this server has setting groups\n")


# -- where it is kept --------------------------------------------------------------------------------------------------


def kept(port: int, *, nothing: bool = False, **files: Path) -> Kept:
    return Kept(settings=files.get("settings"), log=files.get("log"), entries=10, days=2.0, port=port, nothing=nothing)


def paths(stores: dict[str, SqliteSettings | SqliteLogs]) -> dict[str, Path | None]:
    found = {name: store.path for name, store in stores.items() if store is not None}
    for store in stores.values():
        if store is not None:
            store.close()
    return found


def test_files_in_the_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    ied = keeping_ied()
    folder = tmp_path / "meterwire"
    stores = kept(102).stores(ied)
    assert stores["log_store"].limits.entries == 10
    assert stores["log_store"].limits.age_seconds == 2 * 86_400
    assert paths(stores) == {"setting_store": folder / "KEEP-102.settings", "log_store": folder / "KEEP-102.log"}
    assert paths(kept(0).stores(ied)) == paths(kept(102, nothing=True).stores(ied)) == {"log_store": None}
    named = {"settings": tmp_path / "s", "log": tmp_path / "l"}
    assert paths(kept(0, nothing=True, **named).stores(ied)) == {
        "setting_store": tmp_path / "s",
        "log_store": tmp_path / "l",
    }
    assert kept(102).stores(Ied("EMPTY")) == {}


ICD = """<SCL xmlns="http://www.iec.ch/61850/2003/SCL" version="2007" revision="B"><Header id="t"/><IED name="K">
<AccessPoint name="P"><Server><Authentication/><LDevice inst="LD"><LN0 lnClass="LLN0" inst="" lnType="L">
<DataSet name="ds"><FCDA ldInst="LD" lnClass="LLN0" doName="Set" daName="setVal" fc="SG"/></DataSet>
<LogControl name="lcb" datSet="ds" logName="Log"><TrgOps dchg="true"/></LogControl>
<SettingControl numOfSGs="2"/></LN0></LDevice></Server></AccessPoint></IED><DataTypeTemplates>
<LNodeType id="L" lnClass="LLN0"><DO name="Set" type="S"/></LNodeType>
<DOType id="S" cdc="ING"><DA name="setVal" fc="SE" dchg="true" bType="INT32"><Val sGroup="1">10</Val><Val sGroup="2">20</Val></DA>
</DOType></DataTypeTemplates></SCL>"""


def test_serve_keeps_both_over_a_kill(run: Run, tmp_path: Path) -> None:
    (tmp_path / "k.icd").write_text(ICD)
    serve = [
        sys.executable,
        "-m",
        "meterwire",
        "serve",
        "--scl",
        str(tmp_path / "k.icd"),
        "--port",
        "0",
        "--no-simulate",
    ]
    files = ["--settings", str(tmp_path / "s"), "--log", str(tmp_path / "l"), "--no-journal"]
    for number in range(2):
        with subprocess.Popen([*serve, *files], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                url = process.stdout.readline().split()[0]
                if not number:
                    assert run("settings", url, "set", "KLD", "2", "LLN0.Set.setVal=21").code == 0
                    assert run("settings", url, "select", "KLD", "2").code == 0
                assert run("settings", url, "read", "KLD").out == "KLD/LLN0.Set.setVal = 21\n"
                assert "entries" in run("log", url).out
                entries = [json.loads(line) for line in run("log", url, "KLD/LLN0.Log", "--json").out.splitlines()]
                assert [entry["entries"][0]["value"] for entry in entries] == [21]
            finally:
                process.kill()
