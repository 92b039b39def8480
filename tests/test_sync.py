"""The client without asyncio: the same as the other one, called from plain code."""

import asyncio
import inspect
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from meterwire import client, sync
from meterwire.client.data_sets import DataSets
from meterwire.client.files import Files
from meterwire.client.logs import Logs
from meterwire.client.setting_groups import SettingEdit, SettingGroups
from meterwire.client.subscription import Subscription
from meterwire.errors import AssociationError, DataAccessError, LinkError, LinkTimeoutError, UnknownNameError
from meterwire.models import Ied
from meterwire.models.terminals import residential_terminal
from meterwire.server import Admission, MmsServer
from meterwire.server.files import FolderStore

NOT_MIRRORED = {
    client.IedClient: {"remember_subscription", "forget_subscription", "directory"},
    DataSets: {"members"},
    Files: {"open"},
    SettingGroups: set(),
    SettingEdit: set(),
    Logs: set(),
    Subscription: {"aclose", "take", "on_lost", "on_restored", "on_report", "on_closed"},
}


class Served:
    """A server in a thread of its own."""

    def __init__(self, ied: Ied, **options: Any) -> None:
        self.ied = ied
        self._options = options
        self._ready: Future[MmsServer] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        self.server = self._ready.result(10)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with MmsServer(self.ied, port=0, **self._options) as server:
            self._ready.set_result(server)
            await self._stop.wait()

    def update(self, reference: str, **values: Any) -> None:
        self._loop.call_soon_threadsafe(lambda: self.ied.find(reference).update(**values))

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "a.txt").write_bytes(b"hello")
    served = Served(residential_terminal(), files=FolderStore(tmp_path), admission=Admission(password="p"))
    yield served
    served.stop()


def connect(served: Served, **options: Any) -> sync.IedClient:
    return sync.connect(served.server.url, password="p", timeout=10, **options)


def test_read_write_browse(served: Served) -> None:
    with connect(served) as ied:
        assert ied.identify().vendor == "meterwire"
        assert ied.logical_devices() == ("HOMEMET",)
        assert "MMTR1" in ied.logical_nodes("HOMEMET")
        energy = ied.read("HOMEMET/MMTR1.DmdWh")
        assert (energy.actVal, energy.q.validity) == (0, "invalid")
        assert len(ied.read_many(["HOMEMET/MMTR1.DmdWh"] * 300)) == 300
        assert ied.describe("HOMEMET/MMTR1.DmdWh").names == ("actVal", "q", "t")
        assert len(list(ied.walk("HOMEMET"))) > 100
        with pytest.raises(DataAccessError):
            ied.write("HOMEMET/MMTR1.DmdWh.actVal", 1)
        assert list(ied.write_many({"HOMEMET/MMTR1.DmdWh.actVal": 1})) == ["HOMEMET/MMTR1.DmdWh.actVal"]
        assert ied.status().is_operational
        ied.refresh()
        with pytest.raises(UnknownNameError):
            ied.read("HOMEMET/None1.x")
    assert not ied.is_open
    with pytest.raises(AssociationError):
        ied.read("HOMEMET/MMTR1.DmdWh")


def test_data_sets_and_files(served: Served, tmp_path: Path) -> None:
    with connect(served) as ied:
        assert "HOMEMET/LLN0.dsEnergy" in ied.data_sets("HOMEMET")
        ied.data_set.create("@mine", ["HOMEMET/MMTR1.DmdWh"])
        assert ied.data_set.directory("@mine") == ["HOMEMET/MMTR1.DmdWh [ST]"]
        assert list(ied.read_data_set("@mine")) == list(ied.data_set.read("@mine"))
        ied.data_set.delete("@mine")
        assert [entry.name for entry in ied.files.list()] == ["a.txt"]
        assert ied.files.read("a.txt") == b"hello"
        ied.files.rename("a.txt", "b.txt")
        target = tmp_path / "target"
        target.mkdir()
        assert ied.files.download("b.txt", target).read_bytes() == b"hello"
        ied.files.delete("b.txt")


def test_reports(served: Served) -> None:
    with connect(served) as ied, ied.reports("HOMEMET/LLN0.urcbEn", BufTm=0) as reports:
        with pytest.raises(LinkTimeoutError):
            reports.next(0.05)
        for count in range(1, 4):
            served.update("HOMEMET/MMTR1.DmdWh", actVal=count)
            assert reports.next(10)["HOMEMET/MMTR1.DmdWh"].actVal == count
        reports.interrogate()
        assert reports.next(10).entries[0].reasons == ("general-interrogation",)
        served.update("HOMEMET/MMTR1.DmdWh", actVal=99)
        for report in reports:
            assert report["HOMEMET/MMTR1.DmdWh"].actVal == 99
            break


def test_a_lost_server_ends_an_iteration(served: Served) -> None:
    with connect(served) as ied:
        reports = ied.reports("HOMEMET/LLN0.urcbEn")
        reports.start()
        served.stop()
        with pytest.raises(AssociationError):
            for _ in reports:
                pass


def test_refusals() -> None:
    with pytest.raises(LinkError, match="cannot connect"):
        sync.connect("mms://127.0.0.1:1", timeout=2)
    served = Served(residential_terminal(), admission=Admission(password="p"))
    with pytest.raises(AssociationError, match="authentication failure"):
        sync.connect(served.server.url, password="q", timeout=5)
    served.stop()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (sync.IedClient, client.IedClient),
        (sync.DataSets, DataSets),
        (sync.Files, Files),
        (sync.Subscription, Subscription),
        (sync.SettingGroups, SettingGroups),
        (sync.SettingEdit, SettingEdit),
        (sync.Logs, Logs),
    ],
)
def test_the_names_are_the_same(ours: type, theirs: type) -> None:
    def public(kind: type) -> set[str]:
        return {name for name, _ in inspect.getmembers(kind) if not name.startswith("_")}

    assert public(theirs) - public(ours) <= NOT_MIRRORED[theirs]
    for name in public(ours) & public(theirs):
        own, other = getattr(ours, name), getattr(theirs, name)
        if inspect.isfunction(own):
            missing = set(inspect.signature(other).parameters) - set(inspect.signature(own).parameters)
            assert missing <= {"resync"}, name
