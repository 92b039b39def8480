"""Files over loopback: listing, fetching, setting, small PDUs, and what cannot be reached."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meterwire import sync
from meterwire.acsi.files import FileCode, FileLimits, file_name
from meterwire.client import IedClient, connect
from meterwire.errors import (
    FileError,
    FileServiceError,
    RejectError,
    ServiceError,
    UsageError,
)
from meterwire.protocols.mms import Initiate
from meterwire.protocols.mms.files import (
    decode_file_open_response,
    file_close_request,
    file_open_request,
    file_read_request,
)
from meterwire.server import MmsServer
from meterwire.server.files import FolderStore

from .file_serving import MEGABYTE, ask, check, leftovers, model, refused

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")


# -- list and fetch ------------------------------------------------------------------------


def test_listing(root: Path) -> None:
    async def body(_server: MmsServer, ied: IedClient) -> None:
        found = await ied.files.list()
        assert [(e.name, e.size, e.is_folder) for e in found] == [("a.txt", 5, False), ("sub/", 0, True)]
        assert found[0].modified is not None
        assert abs(found[0].modified.timestamp() - (root / "a.txt").stat().st_mtime) < 1
        for name in ("sub", "/sub", "sub/", "\\sub\\"):
            assert [e.name for e in await ied.files.list(name)] == ["sub/b.bin", "sub/deep/"]
        assert [e.name for e in await ied.files.list("sub/b.bin")] == ["sub/b.bin"]
        assert await refused(ied.files.list("none")) == FileCode.NON_EXISTENT
        assert await refused(ied.files.list("..")) == FileCode.SYNTAX

    check(root, body)


@pytest.mark.parametrize("pdu", [256, 512, 65_000])
def test_two_thousand_files_come_in_parts(tmp_path: Path, pdu: int) -> None:
    names = sorted(f"record-{i * 7919 % 2000:04}.cfg" for i in range(2000))
    for name in names:
        (tmp_path / name).touch()

    async def body(server: MmsServer, ied: IedClient) -> None:
        before = server.statistics.requests
        assert [entry.name for entry in await ied.files.list()] == names
        requests = server.statistics.requests - before
        assert requests == 2 if pdu == 65_000 else requests > 2

    check(tmp_path, body, wanted=Initiate(max_pdu=pdu))


def test_files_and_folders_of_like_names_are_each_listed_once(tmp_path: Path) -> None:
    for name in ("a", "a.b", "a-b", "b"):
        (tmp_path / name).mkdir() if name in ("a", "b") else (tmp_path / name).touch()
    for i in range(40):
        (tmp_path / f"a{i}").touch()

    async def body(_server: MmsServer, ied: IedClient) -> None:
        found = [entry.name for entry in await ied.files.list()]
        assert len(found) == len(set(found)) == 44
        assert found == sorted(found)

    check(tmp_path, body, wanted=Initiate(max_pdu=256))


@pytest.mark.parametrize("pdu", [256, 512, 1024, 65_000])
def test_ten_megabytes_there_and_back(tmp_path: Path, pdu: int) -> None:
    content = os.urandom(10 * MEGABYTE if pdu >= 512 else MEGABYTE)
    (tmp_path / "served").mkdir()
    local = tmp_path / "local.bin"
    local.write_bytes(content)
    seen: list[tuple[int, int]] = []

    async def body(_server: MmsServer, ied: IedClient) -> None:
        await ied.files.upload(local, "up.bin", progress=lambda done, size: seen.append((done, size)))
        assert (tmp_path / "served" / "up.bin").read_bytes() == content
        assert seen[-1] == (len(content), len(content))
        seen.clear()
        back = await ied.files.download("up.bin", tmp_path / "back.bin", progress=lambda *done: seen.append(done))
        assert back.read_bytes() == content
        assert seen[-1] == (len(content), len(content))

    check(tmp_path / "served", body, wanted=Initiate(max_pdu=pdu))
    assert leftovers(tmp_path) == []


def test_reading_in_parts_and_from_a_position(root: Path) -> None:
    content = (root / "sub" / "b.bin").read_bytes()

    async def body(_server: MmsServer, ied: IedClient) -> None:
        assert await ied.files.read("sub/b.bin") == content
        assert b"".join([part async for part in ied.files.open("sub\\b.bin", position=100)]) == content[100:]
        async with ied.files.open("/sub/b.bin") as file:
            assert (file.size, file.position) == (2560, 0)
            assert file.modified is not None
        assert await ied.files.read("sub/deep/c") == b""
        assert await refused(ied.files.read("none.txt")) == FileCode.NON_EXISTENT
        assert await refused(ied.files.read("sub")) == FileCode.DENIED
        async for _ in ied.files.open("sub/b.bin"):
            break

    check(root, body, wanted=Initiate(max_pdu=300))


def test_refusals_name_the_file_and_the_reason(root: Path) -> None:
    async def body(_server: MmsServer, ied: IedClient) -> None:
        with pytest.raises(FileServiceError, match=r"^none\.txt: file-non-existent$") as error:
            await ied.files.read("none.txt")
        assert (error.value.error_class, error.value.code, error.value.reason) == (11, 7, "file-non-existent")

    check(root, body)


def test_a_download_appears_when_it_is_complete_and_never_over_another(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()

    async def body(_server: MmsServer, ied: IedClient) -> None:
        assert await ied.files.download("sub/b.bin", target) == target / "b.bin"
        with pytest.raises(UsageError, match="exists"):
            await ied.files.download("sub/b.bin", target)
        await ied.files.download("a.txt", target / "b.bin", overwrite=True)
        assert (target / "b.bin").read_bytes() == b"hello"
        with pytest.raises(FileServiceError):
            await ied.files.download("none", target / "none")
        with pytest.raises(FileError):
            await ied.files.download("a.txt", target / "no" / "folder")
        assert [p.name for p in target.iterdir()] == ["b.bin"]

    check(root, body)


# -- set, delete, rename -------------------------------------------------------------------


def test_set_delete_rename(root: Path, tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.write_bytes(b"new")

    async def body(_server: MmsServer, ied: IedClient) -> None:
        await ied.files.upload(local, "sub/new.txt")
        await ied.files.upload(local, "a.txt")
        assert (root / "a.txt").read_bytes() == (root / "sub" / "new.txt").read_bytes() == b"new"
        await ied.files.rename("sub/new.txt", "moved.txt")
        assert await refused(ied.files.rename("moved.txt", "a.txt")) == FileCode.DUPLICATE
        assert await refused(ied.files.rename("none", "b.txt")) == FileCode.NON_EXISTENT
        assert await refused(ied.files.rename("moved.txt", "no/such/folder")) == FileCode.NON_EXISTENT
        assert await refused(ied.files.rename("sub", "bus")) == FileCode.DENIED
        await ied.files.delete("moved.txt")
        assert await refused(ied.files.delete("moved.txt")) == FileCode.NON_EXISTENT
        assert await refused(ied.files.delete("sub/deep")) == FileCode.DENIED
        assert await refused(ied.files.upload(local, "sub")) == FileCode.DENIED
        assert await refused(ied.files.upload(local, "no/such/folder")) == FileCode.NON_EXISTENT
        with pytest.raises(UsageError):
            await ied.files.upload(tmp_path / "none", "x")

    check(root, body)
    assert leftovers(root) == []


def test_an_empty_file_and_a_name_of_other_letters(root: Path, tmp_path: Path) -> None:
    local = tmp_path / "空的.csv"
    local.touch()

    async def body(_server: MmsServer, ied: IedClient) -> None:
        await ied.files.upload(local, "电能/空的.csv")
        assert await ied.files.read("电能/空的.csv") == b""
        assert [e.name for e in await ied.files.list("电能")] == ["电能/空的.csv"]

    (root / "电能").mkdir()
    check(root, body)


def test_a_read_only_store_changes_nothing(root: Path, tmp_path: Path) -> None:
    async def body(_server: MmsServer, ied: IedClient) -> None:
        assert await refused(ied.files.delete("a.txt")) == FileCode.DENIED
        assert await refused(ied.files.rename("a.txt", "b.txt")) == FileCode.DENIED
        assert await refused(ied.files.upload(tmp_path / "secret.txt", "b.txt")) == FileCode.DENIED
        assert await ied.files.read("a.txt") == b"hello"

    check(root, body, writable=False)


def test_a_file_that_is_too_large_is_not_kept(root: Path, tmp_path: Path) -> None:
    local = tmp_path / "local"

    async def body(_server: MmsServer, ied: IedClient) -> None:
        local.write_bytes(b"x" * 1000)
        await ied.files.upload(local, "fits")
        local.write_bytes(b"x" * 1001)
        assert await refused(ied.files.upload(local, "more")) == FileCode.NO_SPACE
        assert await refused(ied.files.upload(local, "fits")) == FileCode.NO_SPACE
        assert (root / "fits").stat().st_size == 1000
        assert not (root / "more").exists()

    check(root, body, files=FileLimits(max_written=1000))
    assert leftovers(root) == []


def test_two_clients(root: Path) -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        async with connect(server.url) as other, ied.files.open("sub/b.bin") as file:
            assert await refused(other.files.delete("sub/b.bin")) == FileCode.BUSY
            assert await refused(other.files.rename("sub/b.bin", "x")) == FileCode.BUSY
            # Setting it is allowed: whoever reads goes on with the file that was opened.
            await other.files.upload(root / "a.txt", "sub/b.bin")
            assert await other.files.read("sub/b.bin") == b"hello"
            assert b"".join([part async for part in file]) == bytes(range(256)) * 10
            numbers = await asyncio.gather(*(client.files.read("a.txt") for client in [ied, other] * 3))
            assert numbers == [b"hello"] * 6

    check(root, body)


def test_several_uploads_at_once(root: Path, tmp_path: Path) -> None:
    contents = [os.urandom(50_000 + i) for i in range(6)]
    for i, content in enumerate(contents):
        (tmp_path / str(i)).mkdir()
        (tmp_path / str(i) / "same-name").write_bytes(content)

    async def body(_server: MmsServer, ied: IedClient) -> None:
        await asyncio.gather(*(ied.files.upload(tmp_path / str(i) / "same-name", f"{i}") for i in range(6)))
        assert [(root / str(i)).read_bytes() for i in range(6)] == contents

    check(root, body, wanted=Initiate(max_pdu=1000, max_called=2))


def test_a_client_without_a_loop_sets_files_too(root: Path, tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.write_bytes(os.urandom(200_000))

    async def body(server: MmsServer, _ied: IedClient) -> None:
        def work() -> None:
            with sync.connect(server.url) as ied:
                ied.files.upload(local, "up.bin")
                assert ied.files.read("up.bin") == local.read_bytes()
                with pytest.raises(FileServiceError, match="sub: file-access-denied"):
                    ied.files.upload(local, "sub")

        await asyncio.to_thread(work)

    check(root, body)


def test_without_a_store_there_are_no_file_services() -> None:
    async def run() -> None:
        async with MmsServer(model(), port=0) as server, connect(server.url) as ied:
            for work in (ied.files.list(), ied.files.read("a"), ied.files.delete("a"), ied.files.rename("a", "b")):
                with pytest.raises(RejectError) as error:
                    await work
                assert (error.value.kind, error.value.code) == (1, 1)
            assert not ied.negotiated.services[9] & 0xFC

    asyncio.run(run())


def test_limits_of_open_files(root: Path) -> None:
    async def body(_server: MmsServer, ied: IedClient) -> None:
        numbers = [decode_file_open_response(await ask(ied, file_open_request("a.txt"))).frsm_id for _ in range(2)]
        with pytest.raises(ServiceError) as error:
            await ied.files.read("a.txt")
        assert (error.value.error_class, error.value.code) == (3, 4)
        for number in numbers:
            await ask(ied, file_close_request(number))
        assert await refused(ask(ied, file_read_request(numbers[0]))) == FileCode.NON_EXISTENT
        assert await ied.files.read("a.txt") == b"hello"

    check(root, body, files=FileLimits(open_each=2))


# -- what cannot be reached ----------------------------------------------------------------

ESCAPES = [
    "../secret.txt", "..\\secret.txt", "sub/../../secret.txt", "/../secret.txt", "../served-too/s", "./../secret.txt",
    "sub/..", "....//secret.txt", "%2e%2e/secret.txt", "a.txt\0", "\0", "a" * 4096, "//etc/passwd",
    "C:/secret.txt", "~/secret.txt", "file:///etc/passwd", "\\\\?\\C:\\x",
]  # fmt: skip


@pytest.mark.parametrize("name", ESCAPES)
def test_no_name_leaves_the_root(root: Path, name: str) -> None:
    """S15, A48."""

    async def body(_server: MmsServer, ied: IedClient) -> None:
        acts: list[Callable[[], Awaitable[Any]]] = [
            lambda: ied.files.read(name),
            lambda: ied.files.delete(name),
            lambda: ied.files.rename(name, "stolen"),
            lambda: ied.files.rename("a.txt", name),
            lambda: ied.files.upload(root / "a.txt", name),
        ]
        for act in acts:
            with pytest.raises((FileServiceError, UsageError)):
                await act()

    check(root, body)
    assert (root.parent / "secret.txt").read_bytes() == b"nobody's business"
    assert sorted(p.name for p in root.parent.iterdir()) == ["secret.txt", "served", "served-too"]


def test_the_absolute_name_of_a_file_is_a_name_below_the_root(root: Path) -> None:
    with pytest.raises(FileServiceError):
        FolderStore(root).open(file_name(str(root.parent / "secret.txt")))


@posix
def test_links_that_leave_are_not_followed(root: Path) -> None:
    (root / "out").symlink_to(root.parent / "secret.txt")
    (root / "away").symlink_to(root.parent / "served-too")
    (root / "up").symlink_to("..")
    (root / "etc").symlink_to("/etc")
    (root / "loop").symlink_to("loop")
    (root / "broken").symlink_to("nowhere")
    (root / "in").symlink_to("sub/b.bin")
    (root / "inner").symlink_to("sub")
    os.mkfifo(root / "pipe")

    async def body(_server: MmsServer, ied: IedClient) -> None:
        assert [e.name for e in await ied.files.list()] == ["a.txt", "in", "inner/", "sub/"]
        for name in ("out", "away/s", "up/secret.txt", "etc/passwd", "loop", "pipe"):
            assert await refused(ied.files.read(name)) in (FileCode.DENIED, FileCode.OTHER)
        for name in ("away", "up", "etc"):
            assert await refused(ied.files.list(name)) == FileCode.DENIED
        for name in ("away/new", "up/new", "out", "broken", "pipe"):
            assert await refused(ied.files.upload(root / "a.txt", name)) == FileCode.DENIED
        for name in ("away/s", "up/secret.txt", "out", "in", "pipe"):
            assert await refused(ied.files.delete(name)) == FileCode.DENIED
            assert await refused(ied.files.rename(name, "stolen")) == FileCode.DENIED
        assert await refused(ied.files.rename("a.txt", "away/a.txt")) == FileCode.DENIED
        assert len(await ied.files.read("in")) == len(await ied.files.read("inner/b.bin")) == 2560

    check(root, body)
    assert (root.parent / "secret.txt").read_bytes() == b"nobody's business"
    assert [p.name for p in (root.parent / "served-too").iterdir()] == ["s"]


@posix
def test_a_link_swapped_in_between_leads_nowhere(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(root)
    resolve = FolderStore._resolve

    def swapped(self: FolderStore, name: str) -> Path:
        found = resolve(self, name)
        if name == "sub/b.bin":
            (root / "sub").rename(root / "was")
            (root / "sub").symlink_to(root.parent)
            (root.parent / "b.bin").write_bytes(b"outside")
        return found

    monkeypatch.setattr(FolderStore, "_resolve", swapped)
    with pytest.raises(FileServiceError):
        store.open("sub/b.bin")


@given(st.text(st.sampled_from("./\\abs:\0 ") | st.characters(), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_whatever_opens_is_below_the_root(root: Path, name: str) -> None:
    store = FolderStore(root)
    for act in (store.open, store.list):
        try:
            found = act(file_name(name))
        except FileServiceError:
            continue
        assert (root / file_name(name)).resolve().is_relative_to(root.resolve())
        if hasattr(found, "close"):
            found.close()


def test_what_is_served_must_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        with pytest.raises(UsageError, match="is no folder"):
            FolderStore(tmp_path / name)
