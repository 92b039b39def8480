"""What every pairing of one of ours with a foreign peer has to go through; the test files choose the pairing.

``their_client_*`` take a foreign client that is connected to our server, ``our_client_*`` run our client against a foreign
server. Values are compared one by one, in the JSON form of the peers.
"""

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from ours import HARMONICS, HISTORY, OurServer, as_json, truth
from peer import Peer, PeerError, PeerUnsupportedError

from meterwire.client import IedClient, Structure, connect
from meterwire.errors import DataAccessError
from meterwire.models import Kind
from meterwire.protocols.mms import BinaryTime, BitString, DataTag, TypeSpec
from meterwire.reading import Quality, Timestamp

TRIGGERS = ["dchg", "qchg", "integrity", "gi"]
OPTIONS = [
    "sequence-number",
    "report-time-stamp",
    "reason-for-inclusion",
    "data-set-name",
    "data-reference",
    "conf-revision",
]
URCB = "OURSLD0/LLN0.RP.urcbStat01"
MMS_NAMES = {
    Kind.BOOLEAN: "boolean", Kind.INTEGER: "integer", Kind.UNSIGNED: "unsigned", Kind.FLOAT: "float",
    Kind.BITS: "bit-string", Kind.OCTETS: "octet-string", Kind.VISIBLE: "visible-string", Kind.UNICODE: "mms-string",
    Kind.UTC_TIME: "utc-time", Kind.BINARY_TIME: "binary-time",
}  # fmt: skip

# -- their client, our server ------------------------------------------------------------------------------------------


def their_client_reads(client: Peer, server: OurServer, how: str) -> None:
    """Walk, read every leaf, compare; what is not in the model are control blocks, and none of it is an error."""
    client("walk")
    try:
        leaves = client("read_all", how=how)
    except PeerUnsupportedError as error:
        pytest.skip(str(error))
    got = {(leaf["ref"], leaf["fc"]): leaf["value"] for leaf in leaves}
    expected = server.call(truth, server.ied)
    for name, value in expected.items():
        # by text as well: 0.0 == -0.0 and True == 1
        assert (got[name], str(got[name])) == (value, str(value)), name
    beyond = {name: value for name, value in got.items() if name not in expected}
    assert {fc for _reference, fc in beyond} <= {"RP", "BR"}
    assert not [name for name, value in beyond.items() if isinstance(value, dict)]


def their_client_sees_types(client: Peer, server: OurServer) -> None:
    """Kind and size of every leaf as the model has them; a negative size is a bound, not a length."""
    leaves = {(leaf["ref"], leaf["fc"]): leaf for leaf in client("walk")["leaves"]}
    for attribute in server.ied.leaves():
        seen, kind = leaves[(attribute.reference, attribute.fc)], attribute.type
        assert kind is not None
        assert seen["type"] == MMS_NAMES[kind.kind], attribute.reference
        if kind.kind in (Kind.INTEGER, Kind.UNSIGNED, Kind.FLOAT, Kind.BITS, Kind.OCTETS, Kind.VISIBLE, Kind.UNICODE):
            assert abs(seen["size"]) == kind.size, attribute.reference


def their_client_writes(client: Peer, server: OurServer) -> None:
    """Accepted writes arrive in the model and are read back; refused ones say why and change nothing."""
    for reference, value in (
        ("GGIO2.IntSet.setVal", -7),
        ("GGIO2.TxtSet.setVal", "new"),
        ("GGIO2.AnSet.setMag.f", 1.25),
    ):
        target = f"OURSLD0/{reference}"
        assert client("write", ref=target, fc="SP", value=value) == {"accepted": True, "code": None, "name": None}
        assert server.call(lambda name=target: as_json(server.ied.find(name))) == value
        assert client("read", ref=target, fc="SP")["value"] == value
    before = server.call(truth, server.ied)
    refused = (
        ("GGIO1.Ind1.stVal", "ST", True, "boolean", 3),  # object-access-denied: a status
        ("MMTR1.TotWh.pulsQty", "CF", 1.0, "float", 3),  # a configuration nobody may change
        ("GGIO2.IntSet.setVal", "SP", "text", "visible-string", 7),  # type-inconsistent
        ("GGIO2.SmlSet.setVal", "SP", 128, "integer", 11),  # object-value-invalid: INT8 ends at 127
        ("GGIO2.NoSet.setVal", "SP", 1, "integer", 10),  # object-non-existent
    )
    for reference, fc, value, kind, code in refused:
        answer = client("write", ref=f"OURSLD0/{reference}", fc=fc, value=value, type=kind, size=32)
        assert (answer["accepted"], answer["code"]) == (False, code), reference
    assert server.call(truth, server.ied) == before


def their_client_reads_arrays(client: Peer) -> None:
    """Elements, and components of elements, by alternate access."""
    for i, value in enumerate(HISTORY):
        assert client("read_element", ref="OURSLD0/MHAI1.Hist.hstVal", fc="ST", index=i) == value
    for i in range(HARMONICS):
        for component, number in (("mag$f", i + 0.25), ("ang$f", i + 0.5)):
            array = "OURSLD0/MHAI1.HaAmp.har"
            assert client("read_element", ref=array, fc="MX", index=i, component=component) == number


def their_client_reads_data_set(client: Peer, server: OurServer) -> None:
    """The directory names the members in order, the values are those of the model."""
    answer = client("dataset", ref="OURSLD0/LLN0.dsStat")
    expected = server.call(truth, server.ied)
    members = [member.get("item") or member["ref"] for member in answer["members"]]
    assert [name.replace("$ST", "").replace("$DC", "").replace("$", ".").removeprefix("OURSLD0/") for name in members] == [
        "GGIO1.Ind1.stVal", "GGIO1.Ind2", "MMTR1.TotWh", "GGIO3.AllTyp.uni"]  # fmt: skip
    inside = [expected[(f"OURSLD0/GGIO1.Ind2.{name}", "ST")] for name in ("stVal", "q", "t")]
    energy = [expected[(f"OURSLD0/MMTR1.TotWh.{name}", "ST")] for name in ("actVal", "q", "t")]
    uni = expected[("OURSLD0/GGIO3.AllTyp.uni", "DC")]
    assert answer["values"] == [expected[("OURSLD0/GGIO1.Ind1.stVal", "ST")], inside, energy, uni]
    assert not answer["deletable"]


def their_client_gets_reports(client: Peer, server: OurServer) -> None:
    """General interrogation, data change, quality change, integrity; silence after disabling."""
    enabled = client("enable", rcb=URCB, trg_ops=TRIGGERS, opt_flds=OPTIONS, intg_pd=0, buf_tm=0, gi=True)
    assert (enabled["enabled"], enabled["dataset"]) == (True, "OURSLD0/LLN0$dsStat")
    assert (enabled["trg_ops"], enabled["opt_flds"]) == (TRIGGERS, OPTIONS)
    general = client.event("report")
    assert [(entry["index"], entry["reason"]) for entry in general["entries"]] == [(i, ["gi"]) for i in range(4)]
    assert (general["dataset"], general["conf_rev"], general["seq_num"]) == ("OURSLD0/LLN0$dsStat", 1, 0)
    assert general["entries"][0]["ref"] == "OURSLD0/GGIO1$ST$Ind1$stVal"

    server.set("OURSLD0/GGIO1.Ind1.stVal", True)
    change = client.event("report")
    assert [(e["index"], e["reason"], e["value"]) for e in change["entries"]] == [(0, ["dchg"], True)]
    assert change["seq_num"] == 1

    server.set("OURSLD0/GGIO1.Ind2.q", Quality.QUESTIONABLE)
    quality = client.event("report")
    assert [(entry["index"], entry["reason"]) for entry in quality["entries"]] == [(1, ["qchg"])]

    stamp = Timestamp.from_ns(1_795_220_469_877_000_000)
    energy = server.ied.find("OURSLD0/MMTR1.TotWh")
    server.call(lambda: energy.update(actVal=-1, t=stamp))
    counted = client.event("report")
    value = [-1, "0" * 13, stamp.to_bytes().hex()]
    assert [(entry["index"], entry["reason"]) for entry in counted["entries"]] == [(2, ["dchg"])]
    assert counted["entries"][0]["value"] in (value, [-1, "0000", value[2]])  # one peer shows bits as octets

    client("disable", rcb=URCB)
    assert not client("rcb", rcb=URCB)["enabled"]
    again = client("enable", rcb=URCB, trg_ops=["integrity"], opt_flds=OPTIONS, intg_pd=150, buf_tm=0)
    assert again["intg_pd"] == 150
    times = []
    for _ in range(3):
        periodic = client.event("report")
        assert [(entry["index"], entry["reason"]) for entry in periodic["entries"]] == [
            (i, ["integrity"]) for i in range(4)
        ]
        assert periodic["entries"][0]["value"] is True
        times.append(periodic["time_ms"])
    assert all(100 <= later - earlier <= 1000 for earlier, later in itertools.pairwise(times)), times
    client("disable", rcb=URCB)
    server.set("OURSLD0/GGIO1.Ind1.stVal", False)
    with pytest.raises(PeerError, match="no report event"):
        client.event("report", seconds=0.4, where=lambda report: report["entries"][0]["reason"] == ["dchg"])


# -- our client, their server ------------------------------------------------------------------------------------------


def json_of(value: Any, spec: TypeSpec) -> Any:
    """A value our client read, in the JSON form of the peers."""
    if isinstance(value, BitString):
        return f"{value.value:0{value.length}b}" if value.length else ""
    if spec.tag == DataTag.BIT_STRING:
        return f"{int(value):0{abs(spec.size)}b}"
    if isinstance(value, Timestamp):
        return value.to_bytes().hex()
    if isinstance(value, BinaryTime):
        return value.data.hex()
    return value.hex() if isinstance(value, bytes) else value


def leaves_of(reference: str, value: Any, spec: TypeSpec) -> Iterator[tuple[str, Any]]:
    """(reference, value) of every leaf of a value."""
    if isinstance(value, Structure):
        for name, part in spec.components:
            yield from leaves_of(f"{reference}.{name}", value[name], part)
    elif isinstance(value, list):
        assert spec.element is not None
        for i, item in enumerate(value):
            yield from leaves_of(f"{reference}({i})", item, spec.element)
    else:
        yield reference, json_of(value, spec)


async def our_client_walks(ied: IedClient, *, each_leaf: bool) -> dict[tuple[str, str], Any]:
    """Every leaf of the server: read object by object, and with ``each_leaf`` once more by its own reference."""
    found: dict[tuple[str, str], Any] = {}
    for device in await ied.logical_devices():
        async for reference, spec in ied.walk(device):
            plain = str(reference.with_fc(""))
            value = await ied.read(f"{plain} [{reference.fc}]")
            for name, part in leaves_of(plain, value, spec):
                found[(name, reference.fc)] = part
    if each_leaf:
        # A server may stamp an EntryID anew between two reads; control blocks are read once.
        kept = {key: value for key, value in found.items() if key[1] not in ("RP", "BR")}
        names = [f"{name} [{fc}]" for name, fc in kept]
        for (key, whole), single in zip(kept.items(), await ied.read_many(names), strict=True):
            assert not isinstance(single, DataAccessError), key
            spec = await ied.describe(f"{key[0]} [{key[1]}]")
            assert str(json_of(single, spec)) == str(whole), key
    return found


def our_client_reads(server: Peer, port: int) -> None:
    """Every leaf the foreign server holds, compared one by one with its own book."""

    async def session() -> dict[tuple[str, str], Any]:
        async with connect(f"mms://127.0.0.1:{port}") as ied:
            assert (await ied.identify()).vendor == "peer"
            return await our_client_walks(ied, each_leaf=True)

    got = asyncio.run(session())
    expected = {(leaf["ref"], leaf["fc"]): leaf["value"] for leaf in server("truth")}
    assert len(expected) >= 60
    for name, value in expected.items():
        assert (got[name], str(got[name])) == (value, str(value)), name


def our_client_writes(server: Peer, port: int) -> None:
    """Accepted writes arrive; refused ones raise with the server's code."""

    async def session() -> None:
        async with connect(f"mms://127.0.0.1:{port}") as ied:
            for number, leaf in enumerate(server.ready["writable"], 5):
                await ied.write(f"{leaf['ref']} [{leaf['fc']}]", number)
                assert await ied.read(f"{leaf['ref']} [{leaf['fc']}]") == number
                held = {(one["ref"], one["fc"]): one["value"] for one in server("truth")}
                assert held[(leaf["ref"], leaf["fc"])] == number
            for refused in server.ready["refused"]:
                with pytest.raises(DataAccessError) as caught:
                    await ied.write(f"{refused['ref']} [{refused['fc']}]", refused["value"])
                assert caught.value.code == refused["code"]

    asyncio.run(session())


def our_client_reads_data_set(server: Peer, port: int) -> None:
    """The values of the URCB's data set, member by member."""

    async def session() -> dict[str, Any]:
        async with connect(f"mms://127.0.0.1:{port}") as ied:
            name = server.ready["urcb"]["dataset"].replace("$", ".")
            assert name in await ied.data_sets(name.partition("/")[0])
            return await ied.read_data_set(name)

    got = asyncio.run(session())
    expected = {(leaf["ref"], leaf["fc"]): leaf["value"] for leaf in server("truth")}
    first = server.ready["boolean"]
    assert len(got) == 5
    assert got[f"{first['ref']} [{first['fc']}]"] == expected[(first["ref"], first["fc"])]


def our_client_gets_reports(server: Peer, port: int, *, integrity: bool) -> None:
    """General interrogation, data change, integrity where the server sends it; the block is free afterwards."""
    block = server.ready["urcb"]["ref"].replace(".RP.", ".")
    first = server.ready["boolean"]
    name = f"{first['ref']} [{first['fc']}]"

    async def session() -> None:
        async with connect(f"mms://127.0.0.1:{port}") as ied:
            settings = {"IntgPd": 300, "BufTm": 0, "TrgOps": 0b010011, "OptFlds": 0b0111110010}
            async with ied.reports(block, **settings) as subscription:
                await subscription.interrogate()
                general = await subscription.next(5)
                assert [entry.reasons for entry in general.entries] == [("general-interrogation",)] * 5
                assert (general.sq_num, general.conf_rev) == (0, 1)
                value = server("toggle", **first)
                change = await subscription.next(5)
                while change.entries[0].reasons == ("integrity",):
                    change = await subscription.next(5)
                assert [(entry.reference, entry.value, entry.reasons) for entry in change.entries] == [
                    (name, value, ("data-change",))
                ]
                if integrity:
                    periodic = await subscription.next(5)
                    assert [entry.reasons for entry in periodic.entries] == [("integrity",)] * 5
                    assert periodic[name] == value
            assert await ied.read(f"{block}.RptEna [RP]") is False
            assert await ied.read(f"{block}.Resv [RP]") is False

    asyncio.run(session())
