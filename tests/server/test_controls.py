"""Controls over the wire: what is said in which order, what is refused, and what one association cannot do to another."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from meterwire import sync
from meterwire.acsi.control_command import MAX_OR_IDENT, AddCause, Command, Origin
from meterwire.acsi.control_handler import Verdict
from meterwire.client import IedClient, Outcome, connect
from meterwire.errors import DataAccessError, LinkTimeoutError, UsageError
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, basic_type
from meterwire.protocols import ber
from meterwire.protocols.mms import ObjectName, decode_pdu
from meterwire.protocols.mms import data as mms
from meterwire.protocols.mms.pdu import confirmed_request
from meterwire.protocols.mms.services import Access, read_request, write_request
from meterwire.reading import Timestamp
from meterwire.server import MmsServer

from ..helpers import until
from ..interop.ours import control_ied
from ..mms_end import Raw, frame, raw, run

LD = "OURSLD0"
GGIO = f"{LD}/GGIO1"
DIRECT, SBO, ENHANCED, SBO_ENHANCED = (f"{GGIO}.SPCSO{i}" for i in (1, 2, 3, 4))


class Served:
    """Our server, and what reached its process."""

    def __init__(self, server: MmsServer) -> None:
        self.server = server
        self.done: list[Command] = []

    def handle(self, reference: str, verdict: Any = None, *, delay: float | None = None, **hooks: Any) -> None:
        def now(command: Command) -> Verdict:
            self.done.append(command)
            return verdict

        async def later(command: Command) -> Verdict:
            assert delay is not None
            await asyncio.sleep(delay)
            return now(command)

        self.server.control(reference, now if delay is None else later, **hooks)


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Served, IedClient]]:
    async with MmsServer(control_ied(), port=0) as server, connect(server.url) as client:
        yield Served(server), client


def oper(value: bool, number: int, identity: bytes = b"raw", T: bytes = bytes(8)) -> bytes:
    """The octets of an Oper or SBOw of an SPC."""
    origin = ber.tlv(0xA2, b"\x85\x01\x03" + ber.tlv(0x89, identity))
    middle = mms.encode_unsigned(number) + ber.tlv(0x91, T)
    return ber.tlv(0xA2, mms.encode_boolean(value) + origin + middle + b"\x83\x01\x00\x84\x02\x06\x00")


def write(invoke: int, number: int, data: bytes, variable: str = "Oper") -> bytes:
    """A Write to a variable of SPCSO``number``."""
    name = ObjectName(f"GGIO1$CO$SPCSO{number}${variable}", LD)
    return frame(confirmed_request(invoke, write_request([(Access(name), data)])))


async def kinds(connection: Raw, count: int) -> list[tuple[str, bytes]]:
    """The next PDUs: answered with +, refused with its code, LastApplError, + or - of a CommandTermination."""
    found = []
    for _ in range(count):
        pdu = await connection.pdu()
        parsed = decode_pdu(pdu)
        if parsed.invoke_id is not None:
            code = pdu[parsed.start : parsed.stop]
            found.append(("ok" if code == b"\x81\x00" else f"refused {code[2]}", pdu))
        elif b"LastApplError" in pdu:
            found.append(
                ("CommandTermination-" if b"\xa1" in pdu and pdu.count(b"SPCSO") > 1 else "LastApplError", pdu)
            )
        else:
            found.append(("CommandTermination+", pdu))
    return found


# -- order -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delay", [None, 0.0])
def test_the_cause_comes_before_the_refusal_and_the_end_behind_the_answer(delay: float | None) -> None:
    async def main() -> None:
        async with served() as (at, _), raw(at.server.port) as connection:
            await connection.associate()
            T = Timestamp.from_ns(time.time_ns()).to_bytes()
            for round_ in (1, 2):  # the second time the Write is known, and takes the short way
                at.handle(DIRECT, AddCause.Step_limit, delay=delay)
                connection.send(write(1, 1, oper(True, 10 + round_, T=T)))
                assert [kind for kind, _ in await kinds(connection, 2)] == ["LastApplError", "refused 11"]
                at.handle(ENHANCED, delay=delay)
                connection.send(write(2, 3, oper(True, 20 + round_, T=T)))
                assert [kind for kind, _ in await kinds(connection, 2)] == ["ok", "CommandTermination+"]
                at.handle(ENHANCED, AddCause.Blocked_by_process, delay=delay)
                connection.send(write(3, 3, oper(True, 30 + round_, T=T)))
                (first, _), (second, pdu) = await kinds(connection, 2)
                assert (first, second) == ("ok", "CommandTermination-")
                assert oper(True, 30 + round_, T=T) in pdu

    run(main())


def test_pipelined_commands_are_each_answered() -> None:
    """Many in one segment to a handler that answers now at once, now later: each is answered, and carried out at most once."""

    async def main() -> None:
        async with served() as (at, _), raw(at.server.port) as connection:
            await connection.associate()
            turns = iter(range(1000))

            async def slowly(command: Command) -> None:
                await asyncio.sleep(0)
                at.done.append(command)

            def either(command: Command) -> Any:
                return slowly(command) if next(turns) % 3 == 2 else at.done.append(command)

            at.server.control(DIRECT, either)
            accepted: list[int] = []
            for start in (1, 11, 21):
                numbers = range(start, start + 8)
                connection.send(b"".join(write(i, 1, oper(True, i, T=b"\x01" * 8)) for i in numbers))
                answers: dict[int, bool] = {}
                while len(answers) < len(numbers):
                    pdu = await connection.pdu()
                    parsed = decode_pdu(pdu)
                    if parsed.invoke_id is not None:
                        answers[parsed.invoke_id] = pdu[parsed.start : parsed.stop] == b"\x81\x00"
                accepted += [number for number in numbers if answers[number]]
            assert [command.ctlNum for command in at.done] == accepted
            assert 3 <= len(accepted) < 24  # what came while one was under way was refused

    run(main())


# -- refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("variable", "number"), [("Oper", 1), ("SBOw", 4), ("Cancel", 4)])
def test_a_long_or_ident_is_neither_taken_nor_passed_on(variable: str, number: int) -> None:
    async def main() -> None:
        async with served() as (at, client), raw(at.server.port) as connection:
            at.handle(DIRECT)
            at.handle(SBO_ENHANCED)
            await connection.associate()
            for octets, expected in ((MAX_OR_IDENT, "ok"), (MAX_OR_IDENT + 1, "refused 11"), (5000, "refused 11")):
                data = oper(True, 1, b"\xee" * octets, T=b"\x01" * 8)
                if variable == "Cancel":
                    body = data[: -len(b"\x84\x02\x06\x00")]
                    head = ber.read_header(body, 0, len(data))[1]
                    data = ber.tlv(0xA2, body[head:])
                connection.send(write(1, number, data, variable))
                if expected == "ok":
                    assert [kind for kind, _ in await kinds(connection, 1)] == [expected]
                else:
                    (first, told), (second, _) = await kinds(connection, 2)
                    assert (first, second) == ("LastApplError", expected)
                    assert b"\xee" not in told
            assert len(at.done) == (variable == "Oper")
            with pytest.raises(UsageError, match="64 octets"):
                await client.operate(DIRECT, True, origin=Origin(3, bytes(65)))

    run(main())


@pytest.mark.parametrize(
    "data",
    [
        b"\x83\x01\xff",
        b"\xa2\x00",
        oper(True, 1)[:-4],
        ber.tlv(0xA2, oper(True, 1)[2:-4]),
        ber.tlv(0xA2, oper(True, 1)[2:] + b"\x83\x01\x00"),
        oper(True, 1).replace(b"\x86\x01\x01", b"\x85\x01\x01"),
        oper(True, 1).replace(b"\x83\x01\xff", b"\x85\x01\xff"),
        oper(True, 1).replace(b"\x84\x02\x06\x00", b"\x84\x02\x05\x00"),
        oper(True, 1).replace(b"\x85\x01\x03", b"\x85\x01\x09"),
        oper(True, 1).replace(b"\x85\x01\x03", b"\x85\x01\xff"),
        oper(True, 1).replace(b"\x86\x01\x01", b"\x86\x02\x01\x00"),
    ],
)
def test_what_is_no_command(data: bytes) -> None:
    async def main() -> None:
        async with served() as (at, _), raw(at.server.port) as connection:
            at.handle(DIRECT)
            await connection.associate()
            data_ = ber.tlv(0xA2, data[2:]) if data[0] == 0xA2 and len(data) > 2 else data
            connection.send(write(1, 1, data_))
            (first, _), (second, _) = await kinds(connection, 2)
            assert first == "LastApplError"
            assert second in ("refused 7", "refused 11")
            assert not at.done
            connection.send(write(2, 1, oper(True, 1, T=b"\x01" * 8)))
            assert [kind for kind, _ in await kinds(connection, 1)] == ["ok"]

    run(main())


def test_parts_of_a_command_are_not_written() -> None:
    async def main() -> None:
        async with served() as (at, client):
            at.handle(DIRECT)
            for part, value in (("Oper.ctlVal", True), ("Oper.ctlNum", 1), ("Oper.origin.orCat", 3)):
                with pytest.raises(DataAccessError) as caught:
                    await client.write(f"{DIRECT}.{part} [CO]", value)
                assert caught.value.code == 3
            with pytest.raises(DataAccessError):
                await client.write(f"{SBO}.SBO [CO]", "x")
            assert not at.done

    run(main())


def test_only_a_read_of_sbo_itself_selects() -> None:
    async def main() -> None:
        async with served() as (at, client):
            at.handle(SBO)
            await client.read(f"{GGIO} [CO]")
            await client.read(f"{SBO} [CO]")
            assert await client.read(f"{SBO}.stSeld") is False
            first, second, third = await client.read_many([f"{SBO}.stSeld", f"{SBO}.SBO [CO]", f"{SBO}.SBO [CO]"])
            assert (first, second, third) == (False, f"{LD}/GGIO1$CO$SPCSO2$SBO", "")
            assert await client.read(f"{SBO}.stSeld") is True

    run(main())


# -- clients -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", [SBO, SBO_ENHANCED])
@pytest.mark.parametrize("how", ["abort", "close", "reset"])
def test_a_selection_is_released_on_disconnect(reference: str, how: str) -> None:
    async def main() -> None:
        async with served() as (at, watcher):
            at.handle(reference)
            other = await connect(at.server.url)
            assert await other.select(reference, True)
            refused = await watcher.select(reference, True)
            assert refused.add_cause is AddCause.Locked_by_other_client
            if how == "abort":
                other.abort()
            elif how == "close":
                await other.close()
            else:
                transport: Any = other._connection._transport  # type: ignore[union-attr]
                transport.abort()
            await until(lambda: at.server.controls.objects[reference].client is None)
            assert await watcher.operate(reference, True)
            await other.close()

    run(main())


def test_a_command_whose_answer_was_lost_is_not_carried_out_twice() -> None:
    """The client gives up, comes back with another association, and sends the very same command."""

    async def main() -> None:
        async with served() as (at, second):
            at.handle(DIRECT, delay=0.3)
            T = Timestamp.from_ns(time.time_ns())
            first = await connect(at.server.url, timeout=0.05)
            point = await first.control(DIRECT)
            first.controls.timeout = 0.05
            with pytest.raises(LinkTimeoutError):
                await point.operate(True, ctl_num=7, T=T)
            first.abort()
            again = await second.operate(DIRECT, True, ctl_num=7, T=T)
            assert again.add_cause is AddCause.Command_already_in_execution
            await until(lambda: at.done)
            await until(lambda: at.server.controls.objects[DIRECT].command is None)
            again = await second.operate(DIRECT, True, ctl_num=7, T=T)
            assert again.add_cause is AddCause.Inconsistent_parameters
            assert len(at.done) == 1

    run(main())


def test_the_cause_is_the_one_of_the_command_it_belongs_to() -> None:
    """Two commands at once, to two objects and by two clients: no cause is lost or mixed up."""

    async def main() -> None:
        async with served() as (at, client), connect(at.server.url) as other:
            causes = {
                DIRECT: AddCause.Step_limit,
                ENHANCED: AddCause.Blocked_by_process,
                SBO: AddCause.Abortion_by_trip,
            }
            for reference, cause in causes.items():
                at.handle(reference, cause, delay=0.0)
            for _ in range(5):
                results = await asyncio.gather(
                    *(ied.operate(r, True) for ied, r in zip((client, other, client), causes, strict=True))
                )
                assert [result.add_cause for result in results] == list(causes.values())
                assert [result.reference for result in results] == list(causes)

    run(main())


def test_an_end_that_does_not_come_is_an_error() -> None:
    async def main() -> None:
        async with served() as (at, client):
            reference = f"{GGIO}.SPCSO6"
            at.handle(reference, delay=50.0)
            with pytest.raises(LinkTimeoutError, match="nobody knows"):
                await client.operate(reference, True, termination_timeout=0.05)
            assert (await client.cancel(reference)).outcome is Outcome.DONE
            await until(lambda: at.server.controls.objects[reference].command is None)
            assert not at.done

    run(main())


# -- the server's own objects, devices, the blocking client -------------------------------------------------------------


def test_mod_is_operated_and_off_can_be_left() -> None:
    async def main() -> None:
        async with served() as (at, client):
            at.handle(DIRECT)
            assert await client.operate(f"{LD}/LLN0.Mod", 5)
            assert await client.read(f"{LD}/GGIO1.Beh.stVal") == 5
            refused = await client.operate(DIRECT, True)
            assert refused.add_cause is AddCause.Blocked_by_Mode
            assert (await client.operate(f"{LD}/LLN0.Mod", 9)).add_cause is AddCause.Inconsistent_parameters
            assert await client.operate(f"{LD}/LLN0.Mod", 1)
            assert await client.operate(DIRECT, True)
            assert len(at.done) == 1

    run(main())


def test_controls_come_and_go_with_their_device() -> None:
    async def main() -> None:
        async with served() as (at, client):
            at.handle(DIRECT)
            assert await client.operate(DIRECT, True)
            device = at.server.ied.remove(LD)
            assert DIRECT not in at.server.controls.objects
            at.server.ied.add(device)
            client.controls.forget()
            gone = await client.operate(DIRECT, True)
            assert gone.add_cause is AddCause.Not_supported  # its handler went with it
            at.handle(DIRECT)
            assert await client.operate(DIRECT, True)

    run(main())


def test_without_a_loop() -> None:
    async def main() -> None:
        async with served() as (at, _):
            for reference in (DIRECT, SBO, ENHANCED, SBO_ENHANCED):
                at.handle(reference)

            def script() -> None:
                with sync.connect(at.server.url) as ied:
                    for reference in (DIRECT, SBO, ENHANCED, SBO_ENHANCED):
                        assert ied.operate(reference, True)
                    assert ied.select(SBO_ENHANCED, True)
                    assert ied.cancel(SBO_ENHANCED)
                    control = ied.control(f"{GGIO}.SPCSO6")
                    assert control.model() == 3
                    soon = Timestamp.from_ns(time.time_ns() + 200_000_000)
                    assert control.operate(True, at=soon).outcome is Outcome.ACCEPTED
                    assert control.termination(10).service == "CommandTermination"

            at.handle(f"{GGIO}.SPCSO6")
            await asyncio.to_thread(script)
            assert len(at.done) == 5

    run(main())


def test_a_read_of_sbo_with_others_that_takes_its_time() -> None:
    async def main() -> None:
        async with served() as (at, client), raw(at.server.port) as connection:
            await connection.associate()

            async def slowly(_: Command) -> None:
                await asyncio.sleep(0.01)

            at.handle(SBO, check=slowly)
            names = [ObjectName("GGIO1$CO$SPCSO2$SBO", LD), ObjectName("GGIO1$ST$SPCSO2$stSeld", LD)]
            connection.send(frame(confirmed_request(1, read_request([Access(name) for name in names]))))
            pdu = await connection.pdu()
            assert b"SPCSO2$SBO" in pdu
            assert await client.read(f"{SBO}.stSeld") is True

    run(main())


def test_a_model_that_leaves_members_out() -> None:
    """Real SCL files have an Oper without ctlNum or T, an operTm of another type, limits of another type than the value."""

    def leaf(name: str, fc: str, kind: str, **options: Any) -> DataAttribute:
        return DataAttribute(name, fc, basic_type(kind), **options)

    origin = DataAttribute("origin", "CO").add(leaf("orCat", "CO", "Enum"), leaf("orIdent", "CO", "Octet64"))
    parts = {
        "A": [leaf("ctlVal", "CO", "BOOLEAN")],
        "B": [leaf("ctlVal", "CO", "INT32"), leaf("operTm", "CO", "EntryTime"), origin, leaf("T", "CO", "EntryTime")],
        "C": [leaf("setMag", "CO", "FLOAT32"), leaf("Test", "CO", "BOOLEAN")],
    }
    node = LogicalNode("GGIO", "1")
    for name, members in parts.items():
        oper = DataAttribute("Oper", "CO").add(*members)
        limits = (leaf("minVal", "CF", "VisString64", value="1"), leaf("maxVal", "CF", "VisString64", value="9"))
        node.add(
            DataObject(name, "INC").add(
                oper,
                leaf("stVal", "ST", "INT32"),
                leaf("ctlModel", "CF", "Enum", value=1),
                *(limits if name == "B" else ()),
            )
        )

    async def main() -> None:
        ied = Ied("ODD").add(LogicalDevice("ODDLD", "LD").add(LogicalNode("LLN0"), node))
        async with MmsServer(ied, port=0) as server, connect(server.url) as client:
            done: list[Any] = []
            for name in parts:
                server.control(f"ODDLD/GGIO1.{name}", lambda command: done.append(command.ctlVal))
            assert await client.operate("ODDLD/GGIO1.A", True)
            refused = await client.operate("ODDLD/GGIO1.B", 5)
            assert refused.add_cause is AddCause.Inconsistent_parameters
            assert await client.operate("ODDLD/GGIO1.C", 2.5)
            assert done == [True, 2.5]

    run(main())
