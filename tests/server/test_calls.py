"""Requests that take time, in both directions: obtainFile gone wrong, Cancel, ends in the middle, hostile octets."""

import asyncio
import gc
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from meterwire.acsi.files import FileCode
from meterwire.binding.mms.answering import Asker, Result
from meterwire.client import IedClient, connect
from meterwire.errors import (
    AssociationError,
    FileServiceError,
    LinkTimeoutError,
    MeterwireError,
    ProtocolError,
    ServiceError,
)
from meterwire.protocols.mms import Initiate, Pdu, Service
from meterwire.protocols.mms.files import (
    DirectoryRequest,
    file_directory_request,
    file_open_request,
    obtain_file_request,
)
from meterwire.protocols.mms.pdu import confirmed_request
from meterwire.protocols.mms.services import identify_request
from meterwire.server import MmsServer

from ..helpers import until
from .file_serving import MEGABYTE, Raw, ask, check, leftovers, refused

# -- obtainFile gone wrong -----------------------------------------------------------------


def answering(ied: IedClient, answer: Callable[[Pdu], bytes]) -> None:
    ied._connection.on_request = answer


def silent(ied: IedClient) -> None:
    """The client takes requests of the server and never answers."""
    ied._connection._answer = lambda _pdu: b"\xa3\x00"  # type: ignore[method-assign]


def test_a_client_that_disappears_while_it_is_read(root: Path, tmp_path: Path) -> None:
    """S16: nothing is left, whenever it happens, and the server goes on."""
    local = tmp_path / "local"
    local.write_bytes(os.urandom(200_000))

    async def body(server: MmsServer, ied: IedClient) -> None:
        assert server.files is not None
        for parts in (0, 1, 5, 20):
            for leave in ("abort", "drop"):
                other = await connect(server.url, wanted=Initiate(max_pdu=1000))
                count = 0

                def progress(
                    _done: int, _size: int, other: IedClient = other, parts: int = parts, leave: str = leave
                ) -> None:
                    nonlocal count
                    count += 1
                    if count > parts:
                        connection = other._connection
                        if leave == "abort":
                            asyncio.get_running_loop().call_soon(connection.abort)
                        elif connection._transport is not None:
                            connection._transport.abort()

                with pytest.raises((AssociationError, LinkTimeoutError)):
                    await other.files.upload(local, "up.bin", progress=progress)
                await until(lambda: len(server.associations) == 1)
                await until(lambda: server.files is not None and server.files.engine.opened == 0)
                assert leftovers(root) == []
                assert not (root / "up.bin").exists()
        await ied.files.upload(local, "up.bin")
        assert (root / "up.bin").read_bytes() == local.read_bytes()

    check(root, body)


@pytest.mark.filterwarnings("error")
def test_a_request_that_ends_before_it_has_begun(root: Path) -> None:
    """The abort comes in the same segment: nothing was opened, and no coroutine is left that nobody awaits."""

    async def body(server: MmsServer, _: IedClient) -> None:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        raw = Raw(reader, writer)
        await raw.associate()
        raw.mms.osi.send(confirmed_request(1, obtain_file_request("a.txt", "up.bin")))
        raw.mms.osi.abort()
        writer.write(raw.mms.osi.take_output())
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        gc.collect()

    check(root, body)
    assert leftovers(root) == []


def test_a_client_that_goes_while_files_are_open(root: Path) -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        assert server.files is not None
        other = await connect(server.url)
        for _ in range(3):
            await ask(other, file_open_request("a.txt"))
        assert server.files.engine.opened == 3
        other.abort()
        await until(lambda: server.files is not None and server.files.engine.opened == 0)
        await ied.files.delete("a.txt")

    check(root, body)


def test_a_client_that_does_not_answer_is_not_waited_for(root: Path) -> None:
    async def body(_server: MmsServer, ied: IedClient) -> None:
        silent(ied)
        with pytest.raises(ServiceError) as error:
            await ask(ied, obtain_file_request("x", "up.bin"))
        assert (error.value.error_class, error.value.code) == (5, 1), "service-preempt, timeout"

    check(root, body, call_seconds=0.1)
    assert leftovers(root) == []


def test_a_client_that_offers_nothing_is_refused(root: Path) -> None:
    """Only what is being uploaded can be read from a client, whatever a server asks for."""

    async def body(_server: MmsServer, ied: IedClient) -> None:
        assert await refused(ask(ied, obtain_file_request("/etc/passwd", "stolen"))) == FileCode.OTHER
        (root / "slow").write_bytes(os.urandom(30_000))
        upload = asyncio.create_task(ied.files.upload(root / "slow", "up.bin"))
        await asyncio.sleep(0)
        for name in ("/etc/passwd", "local", "../slow", "sub/slow"):
            with pytest.raises(FileServiceError):
                await ask(ied, obtain_file_request(name, "stolen"))
        await upload
        assert not (root / "stolen").exists()

    check(root, body, wanted=Initiate(max_pdu=400))


def test_a_client_that_promises_more_for_ever(root: Path) -> None:
    async def body(_server: MmsServer, ied: IedClient) -> None:
        def answer(pdu: Pdu) -> bytes:
            number = bytes((0x02, 1, pdu.invoke_id or 0))
            element = {
                Service.FILE_OPEN: b"\xbf\x48\x08\x80\x01\x01\xa1\x03\x80\x01\x05",
                Service.FILE_READ: b"\xbf\x49\x02\x80\x00",
            }
            content = number + element.get(pdu.service, b"\x9f\x4a\x00")
            return b"\xa1" + bytes((len(content),)) + content

        answering(ied, answer)
        assert await refused(ask(ied, obtain_file_request("x", "up.bin"))) == FileCode.OTHER

    check(root, body)
    assert leftovers(root) == []


@pytest.mark.parametrize("element", ["bf4900", "9f4a00", "bf48028000", "8200", "bf4803800101"])
def test_a_client_that_answers_nonsense(root: Path, element: str) -> None:
    async def body(_server: MmsServer, ied: IedClient) -> None:
        def answer(pdu: Pdu) -> bytes:
            content = bytes((0x02, 1, pdu.invoke_id or 0)) + bytes.fromhex(element)
            return b"\xa1" + bytes((len(content),)) + content

        answering(ied, answer)
        assert await refused(ask(ied, obtain_file_request("x", "up.bin"))) == FileCode.OTHER
        answering(ied, lambda pdu: b"\xa2\x0a\x80\x01" + bytes((pdu.invoke_id or 0,)) + bytes.fromhex("a205a0038b0106"))
        assert await refused(ask(ied, obtain_file_request("x", "up.bin"))) == FileCode.DENIED

    check(root, body)
    assert leftovers(root) == []


def test_a_server_that_stops_asking(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's patience is for each part, not for the whole."""

    async def body(server: MmsServer, ied: IedClient) -> None:
        async def never(_pdu: Pdu, _asker: Asker) -> Result:
            await asyncio.sleep(3600)
            return b""

        server.service.extra[Service.OBTAIN_FILE] = never
        with monkeypatch.context() as hasty:
            hasty.setattr(ied.files, "_timeout", 0.2)
            with pytest.raises(LinkTimeoutError, match="has not read on"):
                await ied.files.upload(root / "a.txt", "up.bin")
        await until(lambda: ied._connection.mms.room == ied.negotiated.max_calling)
        assert ied._connection.on_request is None
        assert await ied.files.read("a.txt") == b"hello"

    check(root, body)


def test_a_slow_disk_holds_up_nobody_and_a_client_may_go_meanwhile(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, go = threading.Event(), threading.Event()

    def fsync(_descriptor: int) -> None:
        slow.set()
        assert go.wait(10)

    async def body(server: MmsServer, ied: IedClient) -> None:
        monkeypatch.setattr(os, "fsync", fsync)
        for leave in (False, True):
            slow.clear()
            go.clear()
            other = await connect(server.url)
            task = asyncio.create_task(other.files.upload(root / "a.txt", "up.bin"))
            await until(slow.is_set)
            assert await ied.files.read("a.txt") == b"hello"
            if leave:
                other.abort()
                await until(lambda: len(server.associations) == 1)
            go.set()
            if leave:
                with pytest.raises(AssociationError):
                    await task
                continue
            await task
            await other.close()
            assert await ied.files.read("up.bin") == b"hello"
            await ied.files.delete("up.bin")
        await until(lambda: not leftovers(root))
        assert not (root / "up.bin").exists()

    check(root, body)


# -- requests that take time, and Cancel ---------------------------------------------------


class Slow:
    """A handler that waits until it is let go, and remembers what became of each request."""

    def __init__(self, server: MmsServer) -> None:
        self.go = asyncio.Event()
        self.ended: list[str] = []
        self.running = 0
        server.service.extra[Service.STATUS] = self.answer

    async def answer(self, _pdu: Pdu, _asker: Asker) -> Result:
        self.running += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise
        finally:
            self.running -= 1
        self.ended.append("answered")
        return b"\xa0\x06\x80\x01\x00\x81\x01\x00"


STATUS = b"\x80\x01\x00"


def test_a_slow_request_does_not_hold_up_the_others(root: Path) -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        slow = Slow(server)
        waiting = [asyncio.create_task(ask(ied, STATUS)) for _ in range(3)]
        assert await ied.files.read("a.txt") == b"hello"
        assert (slow.running, slow.ended) == (3, [])
        slow.go.set()
        await asyncio.gather(*waiting)
        assert slow.ended == ["answered"] * 3

    check(root, body)


def test_a_request_that_timed_out_is_cancelled_and_its_place_comes_back(root: Path) -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        slow = Slow(server)
        room = ied._connection.mms.room
        for _ in range(3 * room):  # without Cancel the places would be used up
            with pytest.raises(LinkTimeoutError):
                await ask(ied, STATUS, 0.01)
        await until(lambda: ied._connection.mms.room == room)
        await until(lambda: slow.running == 0)
        assert slow.ended == ["cancelled"] * 3 * room
        assert await ied.files.read("a.txt") == b"hello"

    check(root, body)


def test_a_cancelled_task_cancels_its_request(root: Path) -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        slow = Slow(server)
        task = asyncio.create_task(ask(ied, STATUS))  # type: ignore[arg-type]
        await until(lambda: slow.running)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: slow.ended == ["cancelled"])

    check(root, body)


def test_cancelling_a_set_file_leaves_nothing(root: Path, tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.write_bytes(os.urandom(2 * MEGABYTE))

    async def body(server: MmsServer, ied: IedClient) -> None:
        started = asyncio.Event()
        task = asyncio.create_task(ied.files.upload(local, "up.bin", progress=lambda *_: started.set()))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: server.files is not None and server.files.engine.opened == 0)
        assert leftovers(root) == []
        assert not (root / "up.bin").exists()
        await ied.files.upload(local, "up.bin")
        await until(lambda: ied._connection.mms.room == ied.negotiated.max_calling)

    check(root, body, wanted=Initiate(max_pdu=1000))


def test_cancel_on_the_wire(root: Path) -> None:
    """cancel-response, then the error of the request: class service-preempt, code cancel; later it is unknown."""

    async def body(server: MmsServer, _ied: IedClient) -> None:
        slow = Slow(server)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        raw = Raw(reader, writer)
        await raw.associate()
        await raw.send("a00602010780 0100")
        await until(lambda: slow.running)
        await raw.send("850107")
        assert [await raw.receive(), await raw.receive()] == ["860107", "a20a800107a205a003850103"]
        await until(lambda: slow.ended == ["cancelled"])
        await raw.send("850107")
        assert await raw.receive() == "a70a800107a105a0038a0101"
        # one more than agreed, and one number twice
        for number in range(1, 6):
            await raw.send(f"a006 0201{number:02x} 800100")
        await raw.send("a006 020103 800100")
        assert await raw.receive() == "a406800103810103"
        await raw.send("a005 020106 8200")
        assert await raw.receive() == "a406800106810106"
        slow.go.set()
        assert {await raw.receive() for _ in range(5)} == {f"a10b0201{n:02x}a006800100810100" for n in range(1, 6)}
        await raw.send("a005 020106 8200")
        assert (await raw.receive()).startswith("a1")
        writer.close()

    check(root, body, max_outstanding=5)


def test_the_end_of_an_association_cancels_everything(root: Path) -> None:
    async def body(server: MmsServer, _ied: IedClient) -> None:
        slow = Slow(server)
        for leave in ("abort", "drop", "release"):
            other = await connect(server.url, timeout=1.0)
            waiting = [asyncio.create_task(ask(other, STATUS)) for _ in range(4)]
            await until(lambda: slow.running == 4)
            if leave == "abort":
                other.abort()
            elif leave == "drop":
                other._connection._transport.abort()
            else:
                await other.close()
            for task in waiting:
                with pytest.raises(MeterwireError):
                    await task
            await until(lambda: slow.running == 0)
            await until(lambda: len(server.associations) == 1)
        assert slow.ended == ["cancelled"] * 12

    check(root, body)


def test_a_handler_that_breaks_breaks_only_its_request(root: Path) -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        async def broken(_pdu: Pdu, _asker: Asker) -> Result:
            await asyncio.sleep(0)
            raise RuntimeError("a bug")

        async def refusing(_pdu: Pdu, _asker: Asker) -> Result:
            raise FileServiceError(FileCode.BUSY)

        async def too_long(_pdu: Pdu, _asker: Asker) -> Result:
            return b"\xa0\x82\xff\xf0" + bytes(65_520)

        for handler, expected in ((broken, (12, 0)), (refusing, (11, 2)), (too_long, (3, 4))):
            server.service.extra[Service.STATUS] = handler
            with pytest.raises(ServiceError) as error:
                await ask(ied, STATUS)
            assert (error.value.error_class, error.value.code) == expected
        await ask(ied, identify_request())

    check(root, body)


# -- hostile octets ------------------------------------------------------------------------


HOSTILE = [
    ("a007 020101 7f4a 0100".replace(" ", ""), "a406800101810101"),  # S10: unrecognised service
    ("a00b 020101 a400 7f4a 020500", "a403850101"),  # S10: behind another service
    ("a109 020100 bf48 03 800105", "a403850100"),  # S12: an answer to nothing
    ("a008 020101 bf48 0205 00", "a406800101810104"),
    ("a00b 020101 9f49 05 0100000000", "a406800101810109"),
    ("a006 020101 9f49 00", "a406800101810104"),
    ("a007 020101 9f49 0109", "a20a800101a205a0038b0107"),
    ("a007 020101 9f4a 0109", "a20a800101a205a0038b0107"),
    ("a006 020101 bf2e 00", "a406800101810104"),
    ("a014 020101 bf2e 0ea0028000a103190161a203190162", "a20a800101a205a0038b0106"),  # A49: a third host
    ("a006 020101 bf4c 00", "a20a800101a205a0038b0103"),
]


def test_hostile_octets_are_answered_and_forgotten(root: Path) -> None:
    async def body(server: MmsServer, ied: IedClient) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        raw = Raw(reader, writer)
        await raw.associate()
        for pdu, expected in HOSTILE:
            await raw.send(pdu)
            assert await raw.receive() == expected, pdu
        writer.close()
        assert await ied.files.read("a.txt") == b"hello"

    check(root, body)


def test_a_server_that_repeats_its_directory_is_not_asked_for_ever(root: Path) -> None:
    """A45 for files, S21."""

    async def body(server: MmsServer, ied: IedClient) -> None:
        entry = bytes.fromhex("bf4d 15 a010 300e 300c a005 1903 612e62 a103 800105 8101ff".replace(" ", ""))
        asked = 0

        def again(_pdu: Pdu, _asker: Asker) -> Result:
            nonlocal asked
            asked += 1
            return entry

        server.service.extra[Service.FILE_DIRECTORY] = again
        assert [e.name for e in await ied.files.list()] == ["a.b"]
        assert asked == 2
        server.service.extra[Service.FILE_READ] = lambda _pdu, _asker: b"\xbf\x49\x02\x80\x00"
        with pytest.raises(ProtocolError, match="promises more"):
            await ied.files.read("a.txt")

    check(root, body)


def test_a_folder_asked_for_by_continue_after_alone(root: Path) -> None:
    async def body(_server: MmsServer, ied: IedClient) -> None:
        pdu = await ask(ied, file_directory_request(DirectoryRequest("", "zzz")))
        assert pdu.data[pdu.start : pdu.stop].hex() == "a0023000"

    check(root, body)
