"""Our client against our server, end to end over loopback: references in, typed values out."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from meterwire.client import IedClient, connect
from meterwire.errors import (
    AssociationError,
    DataAccessError,
    LinkError,
    LinkTimeoutError,
    MeterwireError,
    RemoteError,
    UnknownNameError,
    UsageError,
)
from meterwire.models import Ied, OptFlds, Reference, ReportControl, TrgOps
from meterwire.protocols.mms import BinaryTime, BitString, DataTag, Initiate
from meterwire.protocols.mms.services import Identity, Status
from meterwire.reading import Quality, Timestamp
from meterwire.server.mms import MmsServer

from ..helpers import until
from ..mms_end import LD, POINTS, run, small_ied, soon

TIMEOUT = 20.0


@contextlib.asynccontextmanager
async def serving(ied: Ied | None = None, **wanted: Any) -> AsyncIterator[tuple[IedClient, MmsServer]]:
    """A client with an association to a server of the small model."""
    async with MmsServer(ied or small_ied(), port=0, identity=Identity("meterwire", "TEST", "1.0")) as server:
        initiate = Initiate(**wanted) if wanted else None
        async with connect(server.url, timeout=TIMEOUT, wanted=initiate) as client:
            yield client, server


def check(body: Callable[[IedClient, MmsServer], Awaitable[None]], ied: Ied | None = None, **wanted: Any) -> None:
    async def play() -> None:
        async with serving(ied, **wanted) as (client, server):
            await body(client, server)

    run(play())


# -- browsing ---------------------------------------------------------------------------------------------------------


def test_browsing() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        assert await client.identify() == Identity("meterwire", "TEST", "1.0")
        assert await client.logical_devices() == (LD,)
        assert await client.logical_nodes(LD) == ("GGIO1", "LLN0", "MMXU1")
        assert await client.data_sets(LD) == (f"{LD}/LLN0.dsEv", f"{LD}/LLN0.dsMx")
        assert (await client.describe(f"{LD}/GGIO1.Ind1")).names == ("stVal", "q", "t")
        assert (await client.describe(f"{LD}/GGIO1.Crv1.crvPts(2)")).names == ("xVal", "yVal")
        walked = [str(reference) async for reference, _ in client.walk(LD)]
        assert f"{LD}/GGIO1.Ind1 [ST]" in walked
        assert f"{LD}/GGIO1.Ind1 [DC]" in walked
        assert f"{LD}/LLN0.urcb01 [RP]" in walked

    check(body)


def test_status() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        assert await client.status() == Status(0, 0)
        assert (await client.status()).is_operational

    check(body)


def test_a_device_nobody_has() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        with pytest.raises(UnknownNameError, match=f"the server has {LD}"):
            await client.logical_nodes("OTHER")

    check(body)


# -- reading: reference, value ----------------------------------------------------------------------------------------

READS: list[tuple[str, Any]] = [
    ("GGIO1.Ind1.stVal", False),
    ("GGIO1.Ind1.stVal [ST]", False),
    ("GGIO1.Ind1.q", Quality.GOOD),
    ("GGIO1.Ind1.t", Timestamp()),
    ("GGIO1.Ind1", {"stVal": False, "q": Quality.GOOD, "t": Timestamp()}),
    ("GGIO1.Ind1 [DC]", {"d": ""}),
    ("GGIO1.Cnt1.actVal", 0),
    ("MMXU1.TotW.mag.f", 0.0),
    ("MMXU1.TotW.mag", {"f": 0.0}),
    ("MMXU1.TotW [CF]", {"db": 0}),
    ("LLN0.Mod.stVal", 1),
    ("LLN0 [ST]", {"Mod": {"stVal": 1}}),
    ("GGIO1.Crv1.crvPts(3).xVal", 3.0),
    ("GGIO1.Crv1.crvPts(3).yVal [SP]", 9.0),
    ("GGIO1.Crv1.crvPts(0)", {"xVal": 0.0, "yVal": 0.0}),
    ("GGIO1.Crv1.crvPts", [{"xVal": float(i), "yVal": float(i * i)} for i in range(POINTS)]),
    ("GGIO1.Every.vDbpos", 0),
    ("GGIO1.Every.vEntryTime", BinaryTime(bytes(6))),
    ("GGIO1.Every.vEntryID", bytes(8)),
    ("GGIO1.Every.vUnicode255", ""),
    ("GGIO1.Every.vOptFlds", BitString(0, 10)),
    ("LLN0.urcb01.RptEna", False),
]


@pytest.mark.parametrize(("reference", "value"), READS)
def test_reads(reference: str, value: Any) -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        found = await client.read(f"{LD}/{reference}")
        assert found == value
        assert type(found) is type(value) or isinstance(value, dict)

    check(body)


def test_a_logical_node_as_a_whole() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        node = await client.read(f"{LD}/GGIO1")
        assert list(node) == ["ST", "SP", "DC"]
        assert node.ST.Ind1.q is not None
        assert node["SP"]["Crv1"]["crvPts"][4].yVal == 16.0

    check(body)


def test_reads_follow_the_model_to_the_last_digit() -> None:
    ied = small_ied()

    async def body(client: IedClient, _: MmsServer) -> None:
        now = Timestamp(1_795_220_469, 0x123456, 0x2A)
        for register in (0, 1, -1, (1 << 63) - 1, -(1 << 63), 12_345_678_901_234):
            ied[f"{LD}.GGIO1.Cnt1"].update(actVal=register, q=Quality.INVALID | Quality.OLD_DATA, t=now)
            value = await client.read(f"{LD}/GGIO1.Cnt1")
            assert (value.actVal, value.t) == (register, now)
            assert str(value.q) == "invalid+oldData"
        ied[f"{LD}.MMXU1.Hz"].update(mag__f=49.97)
        assert await client.read(f"{LD}/MMXU1.Hz.mag.f") == ied[f"{LD}.MMXU1.Hz.mag.f"].value != 49.97

    check(body, ied)


BAD_REFERENCES = [
    ("GGIO1.Ind9", "in GGIO1 there are"),
    ("GGIO1.Ind1.x", "in GGIO1.Ind1 there are"),
    ("GGIO9.Ind1", f"in {LD} there are"),
    ("GGIO1.Ind1.stVal [MX]", "the server has no"),
    ("GGIO1.Crv1.crvPts(5)", "no array element"),
    ("GGIO1.Crv1.crvPts(99999)", "no array element"),
    ("GGIO1.Crv1.crvPts(0).zVal", "there are xVal, yVal"),
    ("GGIO1.Ind1(0)", "no array element"),
    ("LLN0.urcb03.RptEna", "the server has no"),
]


@pytest.mark.parametrize(("reference", "text"), BAD_REFERENCES)
def test_references_that_are_not_there(reference: str, text: str) -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        with pytest.raises(UnknownNameError) as caught:
            await client.read(f"{LD}/{reference}")
        assert text in str(caught.value)
        assert "\n" not in str(caught.value)

    check(body)


@pytest.mark.parametrize(
    "reference", ["", "x", f"{LD}/", f"{LD}/GGIO1.", f"{LD}/GGIO1..Ind1", "电/表", f"{LD}/GGIO1.Ind1 [XX]"]
)
def test_references_that_are_none(reference: str) -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        with pytest.raises(UsageError):
            await client.read(reference)

    check(body)


# -- many at once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("max_pdu", [256, 300, 512, 1_000, 65_000])
def test_reading_many_over_as_many_pdus_as_it_takes(max_pdu: int) -> None:
    """Requests and answers both stay within the negotiated size."""
    ied = small_ied(fillers=60)
    ied.apply([(ied[f"{LD}.MMXU1.F{i}.mag.f"], float(i)) for i in range(60)])
    ied[f"{LD}.GGIO1.Ind1"].update(d="d" * 150)

    async def body(client: IedClient, server: MmsServer) -> None:
        assert client.negotiated.max_pdu == max_pdu
        references = [f"{LD}/MMXU1.F{i}" for i in range(60)]
        references += [f"{LD}/GGIO1.Crv1.crvPts({i}).yVal" for i in range(POINTS)]
        references += [f"{LD}/GGIO1.Ind1.d", f"{LD}/GGIO1.Ind2", f"{LD}/GGIO1.Ind1.d"]
        before = server.statistics.requests
        for _ in range(2):
            values = await client.read_many(references)
            assert [v.mag.f for v in values[:60]] == [float(i) for i in range(60)]
            assert values[60:65] == [0.0, 1.0, 4.0, 9.0, 16.0]
            assert values[65] == values[67] == "d" * 150
        again = server.statistics.requests
        assert await client.read_many(references) == values
        assert (server.statistics.requests - again == 1) is (max_pdu == 65_000), "one request where one is enough"
        assert again > before

    check(body, ied, max_pdu=max_pdu)


def test_short_names_that_ask_for_long_texts() -> None:
    ied = small_ied()
    for name in ("Ind1", "Ind2"):
        ied[f"{LD}.GGIO1.{name}"].update(d=name * 50)
    ied.apply([(ied[f"{LD}.GGIO1.Every.vVisString255"], "v" * 255)])

    async def body(client: IedClient, _: MmsServer) -> None:
        references = [f"{LD}/GGIO1.Ind1.d", f"{LD}/GGIO1.Ind2.d", f"{LD}/GGIO1.Every.vVisString255"] * 3
        assert await client.read_many(references) == ["Ind1" * 50, "Ind2" * 50, "v" * 255] * 3

    check(body, ied, max_pdu=400)


def test_reading_what_is_larger_than_a_pdu_is_an_error_that_says_so() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        with pytest.raises(RemoteError, match="resource"):
            await client.read(f"{LD}/MMXU1")
        assert await client.read(f"{LD}/MMXU1.Hz.mag.f") == 0.0

    check(body, small_ied(fillers=60), max_pdu=512)


def test_browsing_over_a_small_pdu() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        names = await client.directory.variables(LD)
        assert {"GGIO1", "MMXU1$MX$F59$mag$f"} <= names
        values = await client.read_data_set(f"{LD}/LLN0.dsEv")
        assert len(values) == 3

    check(body, small_ied(fillers=60), max_pdu=256)


def test_reading_nothing() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        assert await client.read_many([]) == []

    check(body)


def test_a_failed_member_does_not_hide_its_neighbours() -> None:
    ied = small_ied()

    async def body(client: IedClient, server: MmsServer) -> None:
        references = [f"{LD}/GGIO1.Ind1.stVal", f"{LD}/GGIO1.Ind2.stVal", f"{LD}/GGIO1.Cnt1.actVal"]
        assert await client.read_many(references) == [False, False, 0]
        # The server loses an object the client knows.
        node = server.image.domains[LD].nodes["GGIO1"].members["ST"]
        del node.members["Ind2"]
        server.service.forget_plans()
        first, second, third = await client.read_many(references)
        assert (first, third) == (False, 0)
        assert isinstance(second, DataAccessError)
        assert second.code == 10
        with pytest.raises(DataAccessError, match="object-non-existent") as caught:
            await client.read(references[1])
        assert caught.value.reference == references[1]

    check(body, ied)


def test_data_sets() -> None:
    ied = small_ied()

    async def body(client: IedClient, _: MmsServer) -> None:
        ied[f"{LD}.GGIO1.Ind2"].update(stVal=True)
        values = await client.read_data_set(f"{LD}/LLN0.dsEv")
        assert list(values) == [f"{LD}/GGIO1.{n} [ST]" for n in ("Ind1", "Ind2", "Cnt1")]
        assert values[f"{LD}/GGIO1.Ind2 [ST]"].stVal is True
        with pytest.raises(RemoteError):
            await client.read_data_set(f"{LD}/LLN0.nobody")

    check(body, ied)


# -- writing ----------------------------------------------------------------------------------------------------------

WRITES: list[tuple[str, Any]] = [
    ("BOOLEAN", True),
    ("INT8", -128),
    ("INT16", 32767),
    ("INT24", -(1 << 23)),
    ("INT32", (1 << 31) - 1),
    ("INT64", -(1 << 63)),
    ("INT128", (1 << 127) - 1),
    ("INT8U", 255),
    ("INT16U", 65535),
    ("INT24U", (1 << 24) - 1),
    ("INT32U", (1 << 32) - 1),
    ("FLOAT32", 1.5),
    ("FLOAT32", math.inf),
    ("FLOAT64", 0.1),
    ("Enum", -1),
    ("Octet6", b"abcdef"),
    ("Octet16", b""),
    ("Octet64", bytes(64)),
    ("EntryID", b"12345678"),
    ("VisString32", "a" * 32),
    ("VisString64", ""),
    ("VisString65", "x"),
    ("VisString129", "LD/LN.DO"),
    ("VisString255", "a" * 255),
    ("ObjRef", "LD/LN"),
    ("Currency", "EUR"),
    ("Unicode255", "电表 " * 60),
    ("Timestamp", Timestamp(1, 2, 3)),
    ("EntryTime", BinaryTime(bytes(range(6)))),
    ("Quality", Quality.QUESTIONABLE | Quality.TEST),
    ("Dbpos", 2),
    ("Tcmd", 1),
    ("Check", 3),
    ("TrgOps", BitString(0b010001, 6)),
    ("OptFlds", BitString(0b0111110011, 10)),
    ("SvOptFlds", BitString(0b10101, 5)),
]


@pytest.mark.parametrize(("kind", "value"), WRITES)
def test_writes_of_every_type(kind: str, value: Any) -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        reference = f"{LD}/GGIO1.Every.v{kind}"
        await client.write(reference, value)
        assert await client.read(reference) == value

    check(body)


MISFITS: list[tuple[str, Any]] = [
    ("BOOLEAN", 1),
    ("BOOLEAN", "true"),
    ("INT8", 128),
    ("INT8", 1.0),
    ("INT8", True),
    ("INT8U", -1),
    ("INT32U", 1 << 32),
    ("FLOAT32", "1.5"),
    ("FLOAT32", 1e300),
    ("FLOAT32", 10**400),
    ("FLOAT64", 10**400),
    ("Quality", 1 << 13),
    ("Quality", "good"),
    ("Dbpos", 4),
    ("Timestamp", 0),
    ("EntryTime", bytes(6)),
    ("VisString32", b"a"),
    ("Octet6", "abcdef"),
    ("Unicode255", 5),
]


@pytest.mark.parametrize(("kind", "value"), MISFITS)
def test_values_that_do_not_fit_are_told_here(kind: str, value: Any) -> None:
    async def body(client: IedClient, server: MmsServer) -> None:
        with pytest.raises(UsageError) as caught:
            await client.write(f"{LD}/GGIO1.Every.v{kind}", value)
        assert "\n" not in str(caught.value)
        assert server.service.writes.accepted == server.service.writes.refused == 0

    check(body)


REFUSED: list[tuple[str, Any, str]] = [
    ("GGIO1.Ind1.stVal", True, "object-access-denied"),
    ("GGIO1.Ind1.q", Quality.INVALID, "object-access-denied"),
    ("MMXU1.TotW.mag.f", 1.0, "object-access-denied"),
    ("GGIO1.Crv1.numPts", 5, "object-access-denied"),
    ("GGIO1.Every.vVisString32", "a" * 33, "object-value-invalid"),
    ("GGIO1.Every.vVisString32", "é", "object-value-invalid"),
    ("GGIO1.Every.vOctet6", b"1234567", "object-value-invalid"),
    ("LLN0.urcb01.ConfRev", 5, "object-access-denied"),
    ("LLN0.urcb01.DatSet", "nobody", "object-value-invalid"),
    ("LLN0.urcb01.GI", True, "temporarily-unavailable"),
]


@pytest.mark.parametrize("max_pdu", [65_000, 512, 256])
def test_writing_many_over_as_many_pdus_as_it_takes(max_pdu: int) -> None:
    async def body(client: IedClient, server: MmsServer) -> None:
        kinds = {"vINT8": -5, "vINT32U": 7, "vFLOAT32": 1.5, "vBOOLEAN": True, "vVisString255": "x" * 60}
        values = {f"{LD}/GGIO1.Every.{name}": value for name, value in kinds.items()}
        values[f"{LD}/GGIO1.Ind1.stVal"] = True
        values[f"{LD}/GGIO1.Every.vINT16"] = 9
        await client.read_many(list(values))
        before = server.statistics.requests
        refused = await client.write_many(values)
        asked = server.statistics.requests - before
        assert asked == 1 if max_pdu == 65_000 else 1 < asked < len(values)
        assert list(refused) == [f"{LD}/GGIO1.Ind1.stVal"]
        assert refused[f"{LD}/GGIO1.Ind1.stVal"].reference == f"{LD}/GGIO1.Ind1.stVal"
        del values[f"{LD}/GGIO1.Ind1.stVal"]
        assert await client.read_many(list(values)) == list(values.values())
        assert await client.write_many({}) == {}

    check(body, max_pdu=max_pdu)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"GGIO1.Every.vINT8": 1000}, UsageError),
        ({"GGIO1.Every.vNone": 1}, UnknownNameError),
        ({"GGIO1.Every.vVisString255": "x" * 250}, UsageError),
    ],
)
def test_writing_many_writes_nothing_when_one_cannot_be(wrong: dict[str, Any], error: type[MeterwireError]) -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        values = {f"{LD}/GGIO1.Every.vINT16": 9, **{f"{LD}/{name}": value for name, value in wrong.items()}}
        with pytest.raises(error):
            await client.write_many(values)
        assert await client.read(f"{LD}/GGIO1.Every.vINT16") == 0

    check(body, max_pdu=256)


@pytest.mark.parametrize(("reference", "value", "reason"), REFUSED)
def test_writes_that_are_refused_say_why_and_change_nothing(reference: str, value: Any, reason: str) -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        before = await client.read(f"{LD}/{reference}")
        with pytest.raises(DataAccessError, match=reason) as caught:
            await client.write(f"{LD}/{reference}", value)
        assert caught.value.reference == f"{LD}/{reference}"
        assert await client.read(f"{LD}/{reference}") == before

    check(body)


def test_writes_of_structures_and_arrays() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        curve = f"{LD}/GGIO1.Crv1.crvPts"
        await client.write(f"{curve}(2).yVal", 77.0)
        await client.write(f"{curve}(3)", {"xVal": 1.0, "yVal": 2.0})
        points = await client.read(curve)
        assert (points[2].yVal, points[3]) == (77.0, {"xVal": 1.0, "yVal": 2.0})
        await client.write(curve, [{"xVal": 0.0, "yVal": float(i)} for i in range(POINTS)])
        assert [p.yVal for p in await client.read(curve)] == [0.0, 1.0, 2.0, 3.0, 4.0]
        for wrong in ([], points[:4], {"xVal": 1.0}, {"yVal": 1.0, "xVal": 2.0}, 5):
            with pytest.raises(UsageError):
                await client.write(f"{curve}(3)" if isinstance(wrong, dict) else curve, wrong)

    check(body)


# -- reports ----------------------------------------------------------------------------------------------------------


def test_reports() -> None:
    ied = small_ied()

    async def body(client: IedClient, server: MmsServer) -> None:
        async with client.reports(f"{LD}/LLN0.urcb") as reports:
            assert reports.reference == f"{LD}/LLN0.urcb01"
            now = Timestamp(5, 6, 7)
            ied[f"{LD}.GGIO1.Ind2"].update(stVal=True, t=now)
            report = await reports.next(TIMEOUT)
            (entry,) = report.entries
            assert (entry.reference, entry.reasons) == (f"{LD}/GGIO1.Ind2 [ST]", ("data-change",))
            assert entry.value == {"stVal": True, "q": Quality.GOOD, "t": now}
            assert report[f"{LD}/GGIO1.Ind2"] == report[f"{LD}/GGIO1.Ind2 [ST]"]
            assert (report.sq_num, report.conf_rev, report.data_set) == (0, 1, f"{LD}/LLN0$dsEv")
            await reports.interrogate()
            report = await reports.next(TIMEOUT)
            assert len(report.entries) == 3
            assert {r for e in report.entries for r in e.reasons} == {"general-interrogation"}
            ied[f"{LD}.GGIO1.Ind1"].update(q=Quality.INVALID)
            assert (await reports.next(TIMEOUT)).entries[0].reasons == ("quality-change",)
        control = server.reports.controls[0]
        assert control["RptEna"] is False
        assert control["Resv"] is False

    check(body, ied)


def test_reports_that_never_came_are_counted() -> None:
    ied = small_ied()

    async def body(client: IedClient, server: MmsServer) -> None:
        leaf = ied[f"{LD}.GGIO1.Ind1.stVal"]
        control = server.reports.controls[0]
        async with client.reports(f"{LD}/LLN0.urcb01") as reports:
            for missing in (0, 2, 0, 300, 1):
                for _ in range(missing):
                    control._next_sq_num()  # as when there is no room for a report
                ied.apply([(leaf, not leaf.value)])
                await reports.next(TIMEOUT)
            assert reports.missed == 2 + 300 % 256 + 1
        async with client.reports(f"{LD}/LLN0.urcb01") as reports:
            ied.apply([(leaf, not leaf.value)])
            await reports.next(TIMEOUT)
            assert reports.missed == 0

    check(body, ied)


def test_integrity_reports_come_by_themselves() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        async with client.reports(f"{LD}/LLN0.urcb01", IntgPd=20, TrgOps=TrgOps.INTEGRITY) as reports:
            for number in range(3):
                report = await reports.next(TIMEOUT)
                assert report.sq_num == number
                assert len(report.entries) == 3
                assert report.entries[0].reasons == ("integrity",)

    check(body)


def test_settings_and_another_data_set() -> None:
    ied = small_ied(data_set="")

    async def body(client: IedClient, _: MmsServer) -> None:
        with pytest.raises(MeterwireError, match="no data set"):
            await client.reports(f"{LD}/LLN0.urcb01").start()
        flags = OptFlds.SEQ_NUM | OptFlds.DATA_REF | OptFlds.SEGMENTATION
        data_set = f"{LD}/LLN0$dsMx"
        async with client.reports(
            f"{LD}/LLN0.urcb01", DatSet=data_set, OptFlds=flags, BufTm=10, RptID="mine"
        ) as reports:
            ied[f"{LD}.MMXU1.Hz"].update(mag__f=50.0)
            report = await reports.next(TIMEOUT)
            assert (report.rpt_id, report.data_set, report.conf_rev, report.time) == ("mine", "", None, None)
            assert report[f"{LD}/MMXU1.Hz"].mag.f == 50.0
            assert report.entries[0].reasons == ()

    check(body, ied)


def test_reports_larger_than_a_pdu_arrive_whole() -> None:
    ied = small_ied(fillers=14, data_set="dsMx")

    async def body(client: IedClient, _: MmsServer) -> None:
        async with client.reports(f"{LD}/LLN0.urcb01") as reports:
            ied.apply([(ied[f"{LD}.MMXU1.F{i}.mag.f"], float(i + 1)) for i in range(14)])
            report = await reports.next(TIMEOUT)
            assert [e.value.mag.f for e in report.entries] == [float(i + 1) for i in range(14)]
            assert report.is_complete
            assert report.segments > 1

    check(body, ied, max_pdu=512)


def test_reports_over_more_members_than_a_pdu_can_list_arrive_whole() -> None:
    """The members' names do not fit into one answer, and MMS has no continuation: the values come in their places."""
    ied = small_ied(fillers=60, data_set="dsMx")

    async def body(client: IedClient, _: MmsServer) -> None:
        async with client.reports(f"{LD}/LLN0.urcb01") as reports:
            ied.apply([(ied[f"{LD}.MMXU1.F{i}.mag.f"], float(i + 1)) for i in range(60)])
            report = await reports.next(TIMEOUT)
            assert [e.value[0][0] for e in report.entries] == [float(i + 1) for i in range(60)]
            assert report.is_complete
            assert report.segments > 5

    check(body, ied, max_pdu=300)


def test_instances_are_for_one_client_each() -> None:
    async def play() -> None:
        async with MmsServer(small_ied(instances=2), port=0) as server, contextlib.AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(connect(server.url, timeout=TIMEOUT)) for _ in range(3)]
            first = await stack.enter_async_context(clients[0].reports(f"{LD}/LLN0.urcb"))
            second = await stack.enter_async_context(clients[1].reports(f"{LD}/LLN0.urcb"))
            assert [s.reference[-2:] for s in (first, second)] == ["01", "02"]
            with pytest.raises(LinkError, match="free"):
                await clients[2].reports(f"{LD}/LLN0.urcb").start()
            await first.aclose()
            third = await stack.enter_async_context(clients[2].reports(f"{LD}/LLN0.urcb"))
            assert third.reference == f"{LD}/LLN0.urcb01"

    run(play())


def test_two_subscriptions_of_one_client_get_their_own_reports() -> None:
    ied = small_ied()

    async def body(client: IedClient, _: MmsServer) -> None:
        async with (
            client.reports(f"{LD}/LLN0.urcb01") as events,
            client.reports(f"{LD}/LLN0.urcb02", DatSet=f"{LD}/LLN0$dsMx") as values,
        ):
            ied[f"{LD}.MMXU1.Hz"].update(mag__f=50.0)
            ied[f"{LD}.GGIO1.Ind1"].update(stVal=True)
            assert (await values.next(TIMEOUT)).entries[0].reference == f"{LD}/MMXU1.Hz [MX]"
            assert (await events.next(TIMEOUT)).entries[0].reference == f"{LD}/GGIO1.Ind1 [ST]"
            with pytest.raises(LinkTimeoutError, match="no report from"):
                await events.next(0.05)

    check(body, ied)


def two_of_one_name() -> Ied:
    """Two control blocks with one RptID; each data set has one member."""
    ied = small_ied()
    node = ied.find(f"{LD}/LLN0")
    for name, member in (("a", "Ind1"), ("b", "Ind2")):
        node.data_sets[name] = (Reference(LD, ("GGIO1", member), "ST"),)
        node.control_blocks[f"r{name}"] = ReportControl(name=f"r{name}", data_set=name, rpt_id="same", indexed=False)
    return ied


def test_control_blocks_that_share_their_name_do_not_get_each_others_values() -> None:
    ied = two_of_one_name()

    async def body(client: IedClient, _: MmsServer) -> None:
        async with client.reports(f"{LD}/LLN0.ra") as first, client.reports(f"{LD}/LLN0.rb") as second:
            ied[f"{LD}.GGIO1.Ind2"].update(stVal=True)
            ied[f"{LD}.GGIO1.Ind1"].update(stVal=True)
            for subscription, member in ((second, "Ind2"), (first, "Ind1")):
                (entry,) = (await subscription.next(TIMEOUT)).entries
                assert (entry.reference, entry.value.stVal) == (f"{LD}/GGIO1.{member} [ST]", True)
            assert first.take() is None
            assert second.take() is None

    check(body, ied)


def test_reports_that_nobody_can_attribute_are_nobodys() -> None:
    """One RptID, and OptFlds without the data set: better no value than one of another object."""
    ied = two_of_one_name()

    async def body(client: IedClient, _: MmsServer) -> None:
        fields = OptFlds.SEQ_NUM
        async with (
            client.reports(f"{LD}/LLN0.ra", OptFlds=fields) as first,
            client.reports(f"{LD}/LLN0.rb", OptFlds=fields) as second,
        ):
            ied[f"{LD}.GGIO1.Ind2"].update(stVal=True)
            await until(lambda: client._connection.unreadable_reports == 1)
            assert first.take() is None
            assert second.take() is None

    check(body, ied)


# -- life -------------------------------------------------------------------------------------------------------------


def test_closing_releases_and_aborting_cuts() -> None:
    async def play() -> None:
        async with MmsServer(small_ied(), port=0) as server:
            client = await connect(server.url, timeout=TIMEOUT)
            assert client.is_open
            await client.close()
            assert not client.is_open
            await soon(lambda: not server.associations)
            assert server.statistics.broken == 0
            client = await connect(server.url, timeout=TIMEOUT)
            client.abort()
            await soon(lambda: not server.associations)
            for call in (client.identify, lambda: client.read(f"{LD}/GGIO1.Ind1")):
                with pytest.raises(AssociationError):
                    await call()
            await client.close()
            client.abort()

    run(play())


def test_a_server_that_closes_tells_its_clients() -> None:
    async def play() -> None:
        async with MmsServer(small_ied(), port=0) as server:
            client = await connect(server.url, timeout=TIMEOUT)
            reports = client.reports(f"{LD}/LLN0.urcb01")
            await reports.start()
            waiting = asyncio.ensure_future(reports.next(TIMEOUT))
            await asyncio.sleep(0)
        with pytest.raises(AssociationError, match="aborted"):
            await waiting
        assert not client.is_open
        with pytest.raises(AssociationError):
            await client.read(f"{LD}/GGIO1.Ind1")

    run(play())


def test_requests_under_way_when_the_client_closes() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        await client.read(f"{LD}/GGIO1.Ind1")
        calls = [asyncio.ensure_future(client.read(f"{LD}/GGIO1.Ind1")) for _ in range(30)]
        await asyncio.sleep(0)
        await client.close()
        for outcome in await asyncio.gather(*calls, return_exceptions=True):
            assert isinstance(outcome, (dict, AssociationError)), repr(outcome)

    check(body)


def test_more_calls_at_once_than_requests_may_be_outstanding() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        values = await asyncio.gather(*(client.read(f"{LD}/GGIO1.Crv1.crvPts({i % POINTS}).yVal") for i in range(200)))
        assert values == [float((i % POINTS) ** 2) for i in range(200)]

    check(body, max_calling=2)


def test_two_hundred_clients_at_once() -> None:
    ied = small_ied()

    async def play() -> None:
        async with MmsServer(ied, port=0) as server:

            async def one(number: int) -> None:
                async with connect(server.url, timeout=TIMEOUT) as client:
                    point = number % POINTS
                    values = await client.read_many([f"{LD}/GGIO1.Crv1.crvPts({point})", f"{LD}/GGIO1.Ind1.stVal"])
                    assert values == [{"xVal": float(point), "yVal": float(point * point)}, False]
                    await barrier.wait()
                    assert await client.read(f"{LD}/GGIO1.Ind1.stVal") is True

            barrier = asyncio.Barrier(201)

            async def change() -> None:
                await until(lambda: barrier.n_waiting == 200)
                assert len(server.associations) == 200
                ied[f"{LD}.GGIO1.Ind1"].update(stVal=True)
                await barrier.wait()

            await asyncio.gather(change(), *(one(i) for i in range(200)))
            await soon(lambda: not server.associations)
            assert (server.statistics.associations, server.statistics.broken) == (200, 0)

    run(play())


def test_types_tell_how_values_travel() -> None:
    async def body(client: IedClient, _: MmsServer) -> None:
        spec = await client.describe(f"{LD}/GGIO1.Every")
        tags = {name[1:]: part.tag for name, part in spec.components}
        assert tags["INT128"] == DataTag.INTEGER
        assert tags["INT8U"] == DataTag.UNSIGNED
        assert tags["Unicode255"] == DataTag.MMS_STRING
        assert tags["EntryTime"] == DataTag.BINARY_TIME
        assert len(tags) > 30

    check(body)
