"""File services against foreign peers, each session judged by tshark. What a peer lacks is written down as a test.

libIEC61850: everything as a client; as a server all but fileRename and Cancel. The package iec61850 has no file services.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import tshark as tshark_helper
from ours import OurServer, awkward_ied
from peer import Peer, PeerError
from recorder import Recorder

from meterwire.client import IedClient, connect
from meterwire.errors import FileServiceError, LinkTimeoutError, RejectError
from meterwire.protocols.mms import Initiate
from meterwire.server.files import FolderStore

from . import conftest as peers

BIG = os.urandom(300_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to serve."""
    root = tmp_path / "served"
    (root / "COMTRADE").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"hello")
    (root / "empty").touch()
    (root / "COMTRADE" / "big.dat").write_bytes(BIG)
    (tmp_path / "secret").write_bytes(b"outside")
    return root


def judge(recorder: Recorder, port: int) -> None:
    if tshark_helper.available():
        tshark_helper.insist_clean(recorder.capture(), port, at_least=4)


# -- their client, our server --------------------------------------------------------------


@pytest.fixture
def served(libiec61850_client: Peer, folder: Path) -> Iterator[tuple[Peer, OurServer, int]]:
    """libIEC61850's client, our server of the folder, the recorder's port."""
    with OurServer(awkward_ied(), files=FolderStore(folder)) as server, Recorder(server.port) as recorder:
        libiec61850_client("connect", host="127.0.0.1", port=recorder.port)
        yield libiec61850_client, server, recorder.port
        if libiec61850_client("state") == "connected":
            libiec61850_client("release")
        assert server.server.files is not None
        assert server.server.files.engine.opened == 0
        judge(recorder, server.port)


Served = tuple[Peer, OurServer, int]


def test_their_client_lists(served: Served, folder: Path) -> None:
    client = served[0]
    entries = client("files")["entries"]
    assert [(name, size) for name, size, _ in entries] == [("COMTRADE/", 0), ("a.txt", 5), ("empty", 0)]
    assert entries[1][2] // 1000 == int((folder / "a.txt").stat().st_mtime)
    for name in ("COMTRADE", "/COMTRADE", "\\COMTRADE", "COMTRADE/"):
        assert client("files", folder=name)["entries"][0][:2] == ["COMTRADE/big.dat", len(BIG)]
    with pytest.raises(PeerError) as error:
        client("files", folder="none")
    assert error.value.answer["code"] is not None


@pytest.mark.parametrize("max_pdu", [512, 65_000])
def test_their_client_lists_two_thousand_files(served: Served, folder: Path, max_pdu: int) -> None:
    client, server, port = served
    for i in range(2000):
        (folder / "COMTRADE" / f"{i:05}.cfg").touch()
    client("release")
    client("connect", host="127.0.0.1", port=port, max_pdu=max_pdu)
    answer = client("files", folder="COMTRADE", seconds=60)
    names = [f"COMTRADE/{i:05}.cfg" for i in range(2000)]
    assert [name for name, _, _ in answer["entries"]] == [*names, "COMTRADE/big.dat"]
    assert answer["parts"] > 1
    del server


@pytest.mark.parametrize("max_pdu", [600, 65_000])
def test_their_client_fetches(served: Served, max_pdu: int) -> None:
    client, _, port = served
    client("release")
    client("connect", host="127.0.0.1", port=port, max_pdu=max_pdu)
    answer = client("file_get", name="COMTRADE/big.dat", seconds=60)
    assert (bytes.fromhex(answer["hex"]), answer["size"]) == (BIG, len(BIG))
    assert answer["parts"] > len(BIG) // max_pdu
    assert client("file_get", name="a.txt", position=2)["hex"] == b"llo".hex()
    assert client("file_get", name="empty")["hex"] == ""


def test_their_client_sets(served: Served, folder: Path, tmp_path: Path) -> None:
    client = served[0]
    for name, content in (("big.bin", BIG), ("none.bin", b""), ("small.bin", b"1")):
        (tmp_path / name).write_bytes(content)
        client("file_put", local=str(tmp_path / name), name=f"COMTRADE/{name}", seconds=60)
        assert (folder / "COMTRADE" / name).read_bytes() == content
    with pytest.raises(PeerError):
        client("file_put", local=str(tmp_path / "small.bin"), name="../escaped")
    with pytest.raises(PeerError):
        client("file_put", local=str(tmp_path / "does-not-exist"), name="x")
    assert not (tmp_path / "escaped").exists()
    assert not (folder / "x").exists()
    assert not list(folder.rglob(".meterwire-*"))


def test_their_client_deletes_and_renames(served: Served, folder: Path) -> None:
    client = served[0]
    client("file_rename", old="a.txt", new="COMTRADE/b.txt")
    assert (folder / "COMTRADE" / "b.txt").read_bytes() == b"hello"
    client("file_delete", name="COMTRADE/b.txt")
    assert not (folder / "COMTRADE" / "b.txt").exists()
    for command, arguments in (
        ("file_delete", {"name": "none"}),
        ("file_delete", {"name": "../secret"}),
        ("file_rename", {"old": "empty", "new": "../stolen"}),
        ("file_get", {"name": "../secret"}),
    ):
        with pytest.raises(PeerError):
            client(command, **arguments)
    assert (folder.parent / "secret").exists()


def test_their_client_leaves_with_a_file_open(served: Served) -> None:
    client = served[0]
    client("file_get", name="a.txt", keep_open=True)
    client("abort")


# -- our client, their server --------------------------------------------------------------


@pytest.fixture
def their_port(folder: Path) -> Iterator[int]:
    """libIEC61850's server of the folder, behind a recorder."""
    for peer in peers.start("pyiec61850-ng", "pyiec61850", "libiec61850_server.py", "--files", str(folder)):
        with Recorder(peer.ready["port"]) as recorder:
            yield recorder.port
            judge(recorder, peer.ready["port"])


@asynccontextmanager
async def asking(port: int, **options: object) -> AsyncIterator[IedClient]:
    async with connect(f"mms://127.0.0.1:{port}", timeout=10, **options) as ied:  # type: ignore[arg-type]
        yield ied


def ask(port: int, work: Callable[[IedClient], Awaitable[None]], **options: object) -> None:
    async def run() -> None:
        async with asking(port, **options) as ied:
            await work(ied)

    asyncio.run(run())


def test_our_client_lists(their_port: int, folder: Path) -> None:
    async def work(ied: IedClient) -> None:
        found = {entry.name: entry for entry in await ied.files.list()}
        assert set(found) == {"a.txt", "empty", "COMTRADE/big.dat"}, "it lists what is below, and no folders"
        assert found["COMTRADE/big.dat"].size == len(BIG)
        modified = found["a.txt"].modified
        assert modified is not None
        assert int(modified.timestamp()) == int((folder / "a.txt").stat().st_mtime)
        assert [entry.name for entry in await ied.files.list("COMTRADE")] == ["COMTRADE/big.dat"]
        with pytest.raises(FileServiceError, match="none: file-non-existent"):
            await ied.files.list("none")

    ask(their_port, work)


@pytest.mark.parametrize("max_pdu", [1000, 65_000])
def test_our_client_lists_many(their_port: int, folder: Path, max_pdu: int) -> None:
    for i in range(500):
        (folder / f"{i:05}.cfg").touch()

    async def work(ied: IedClient) -> None:
        found = [entry.name for entry in await ied.files.list()]
        assert len(found) == len(set(found)) == 503

    ask(their_port, work, wanted=Initiate(max_pdu=max_pdu))


@pytest.mark.parametrize("max_pdu", [1000, 65_000])
def test_our_client_fetches(their_port: int, tmp_path: Path, max_pdu: int) -> None:
    async def work(ied: IedClient) -> None:
        path = await ied.files.download("COMTRADE/big.dat", tmp_path)
        assert path.read_bytes() == BIG
        assert await ied.files.read("empty") == b""
        with pytest.raises(FileServiceError, match="file-non-existent"):
            await ied.files.read("none")

    ask(their_port, work, wanted=Initiate(max_pdu=max_pdu))


@pytest.mark.parametrize("max_pdu", [1000, 65_000])
def test_our_client_sets_and_deletes(their_port: int, folder: Path, tmp_path: Path, max_pdu: int) -> None:
    for name, content in (("one", BIG), ("two", b""), ("three", b"3")):
        (tmp_path / name).write_bytes(content)

    async def work(ied: IedClient) -> None:
        for name in ("one", "two", "three"):
            await ied.files.upload(tmp_path / name, f"set-{name}")
            assert (folder / f"set-{name}").read_bytes() == (tmp_path / name).read_bytes()
        await ied.files.delete("set-one")
        assert not (folder / "set-one").exists()
        with pytest.raises(FileServiceError, match="file-non-existent"):
            await ied.files.delete("set-one")

    ask(their_port, work, wanted=Initiate(max_pdu=max_pdu))


def test_their_server_counts_from_a_position_and_reads_from_the_start(their_port: int) -> None:
    """As many octets as there are behind the position, but the first ones of the file: not ours to repair."""

    async def work(ied: IedClient) -> None:
        assert b"".join([part async for part in ied.files.open("a.txt", position=1)]) == b"hell"

    ask(their_port, work)


def test_their_server_does_not_rename(their_port: int, folder: Path) -> None:
    async def work(ied: IedClient) -> None:
        with pytest.raises(RejectError, match="no such file service"):
            await ied.files.rename("a.txt", "b.txt")

    ask(their_port, work)
    assert (folder / "a.txt").exists()


def test_a_cancel_their_server_rejects_does_no_harm(their_port: int) -> None:
    async def work(ied: IedClient) -> None:
        task = asyncio.ensure_future(ied.identify())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await ied.identify()).vendor
        assert await ied.files.read("a.txt") == b"hello"
        assert ied._connection.mms.room == ied.negotiated.max_calling

    ask(their_port, work)


# -- the package iec61850 ------------------------------------------------------------------


def test_iec61850_has_no_file_services(iec61850_server: Peer) -> None:
    async def work(ied: IedClient) -> None:
        with pytest.raises((RejectError, FileServiceError, LinkTimeoutError)):
            await ied.files.list()

    ask(iec61850_server.ready["port"], work)


def test_the_client_of_iec61850_has_no_file_commands(iec61850_client: Peer) -> None:
    with pytest.raises(PeerError, match="unknown command 'files'"):
        iec61850_client("files")
