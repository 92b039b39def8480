"""Our client at foreign servers, service by service; the pairings of each test come from matrix.py."""

import asyncio
from typing import Any

import pytest
from pairings import (
    OTHER_SIDE,
    SIDE,
    asked,
    asked_and_recorded,
    is_rust,
    other_true,
    said,
    servers,
    tpkts,
    truth_of,
)
from peer import Peer
from scenarios import json_of

from meterwire.client import IedClient, Report, Subscription, connect
from meterwire.errors import (
    AssociationError,
    DataAccessError,
    LinkError,
    LinkTimeoutError,
    RejectError,
    RemoteError,
    ServiceError,
)
from meterwire.models import OptFlds, TrgOps, parse_reference
from meterwire.protocols import ber
from meterwire.protocols.mms import BinaryTime, Initiate, ObjectName, Selector
from meterwire.protocols.mms.names import encode_object_name
from meterwire.protocols.mms.services import (
    Access,
    Status,
    decode_read_response,
    decode_write_response,
    identify_request,
    read_request,
)
from meterwire.protocols.osi import AddressSet
from meterwire.reading import Timestamp

CAPTURED = AddressSet(
    calling_t_selector=bytes.fromhex(OTHER_SIDE["t"]),
    called_t_selector=bytes.fromhex(SIDE["t"]),
    calling_s_selector=bytes.fromhex(OTHER_SIDE["s"]),
    called_s_selector=bytes.fromhex(SIDE["s"]),
    calling_p_selector=bytes.fromhex(OTHER_SIDE["p"]),
    called_p_selector=bytes.fromhex(SIDE["p"]),
    calling_ap_title=(2, 16, 840, 1),
    called_ap_title=(1, 3, 9999, 23),
    calling_ae_qualifier=3,
    called_ae_qualifier=77,
)
BARE = AddressSet(calling_ap_title=None, calling_ae_qualifier=None, called_ap_title=None, called_ae_qualifier=None)


def boolean(server: Peer) -> str:
    first = server.ready["boolean"]
    return f"{first['ref']} [{first['fc']}]"


def device(server: Peer) -> str:
    """The logical device with everything but measurements."""
    name: str = server.ready["boolean"]["ref"].partition("/")[0]
    return name


async def alive(ied: IedClient, server: Peer) -> None:
    assert await ied.read(boolean(server)) in (True, False)


# -- association -------------------------------------------------------------------------------------------------------


@servers("associate and release")
def test_associations_come_and_go(server: Peer) -> None:
    for _ in range(4):
        asked(server, lambda ied: alive(ied, server))
    asyncio.run(gone(server))


async def gone(server: Peer) -> None:
    """The server has noticed that everybody left."""
    for _ in range(200):
        if server("connections") == 0:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(server("connections"))


@servers("abort")
def test_abort(server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        await ied.write(f"{server.ready['urcb']['ref'].replace('.RP.', '.')}.Resv", True)
        ied.abort()
        with pytest.raises(AssociationError):
            await ied.read(boolean(server))

    _, recorder = asked_and_recorded(server, body)
    assert tpkts(said(recorder, by_server=False))[-1][7] == 0x19
    asyncio.run(gone(server))
    asked(server, lambda ied: alive(ied, server))


@servers("several clients at once")
def test_several_clients_at_once(server: Peer) -> None:
    block = server.ready["urcb"]["ref"].replace(".RP.", ".")[:-2]

    async def body(_ied: IedClient) -> None:
        url = f"mms://127.0.0.1:{server.ready['port']}"
        async with (
            connect(url) as one,
            connect(url) as two,
            one.reports(block, TrgOps=TrgOps.DCHG) as first,
            two.reports(block, TrgOps=TrgOps.DCHG) as second,
        ):
            assert first.reference != second.reference
            value = server("toggle", **server.ready["boolean"])
            assert [(await each.next(5)).entries[0].value for each in (first, second)] == [value, value]

    asked(server, body)


@servers("selectors, AP-titles, AE-qualifiers")
def test_addresses(server: Peer) -> None:
    """They are sent as asked; both servers take any (and titles may be left out)."""
    _, recorder = asked_and_recorded(server, lambda ied: alive(ied, server), addresses=CAPTURED)
    transport, session = tpkts(said(recorder, by_server=False))[:2]
    for octets in ("c2020007", "c1040a0b0c0d"):
        assert bytes.fromhex(octets) in transport
    for octets in (
        "3302beef",
        "34020008",
        "8102cafe",
        "820400000009",
        "a206060460ce0f17"[:4],
        "a30302014d",
        "a703020103",
    ):
        assert bytes.fromhex(octets) in session
    assert b"\xa6\x06\x06\x04\x60\x86\x48\x01" in session
    _, recorder = asked_and_recorded(server, lambda ied: alive(ied, server), addresses=BARE)
    acse = tpkts(said(recorder, by_server=False))[1].split(bytes.fromhex("28ca220203"))[1]
    assert acse[0] == 0xBE  # nothing but the user information behind the application context


@servers("ACSE password")
def test_password(server: Peer) -> None:
    server("require", password="密码 1")
    asked(server, lambda ied: alive(ied, server), password="密码 1")
    for given in ({"password": "密码 2"}, {}):

        async def refused(given: dict[str, Any] = given) -> None:
            with pytest.raises(LinkError):
                await connect(f"mms://127.0.0.1:{server.ready['port']}", timeout=5, **given)

        asyncio.run(refused())


@servers("COTP TPDU sizes")
def test_tpdu_sizes(server: Peer) -> None:
    """We propose 2048 octets, the most of class 0; no TPDU of either side is larger than what was confirmed."""

    async def body(ied: IedClient) -> int:
        device_ = device(server)
        names = [f"{device_}/GGIO1.Ind{i % 4 + 1}.stVal [ST]" for i in range(120)]
        return len(await ied.read_many(names)) + len(await ied.directory.variables(device_))

    found, recorder = asked_and_recorded(server, body)
    assert found > 120
    sides = [tpkts(said(recorder, by_server)) for by_server in (False, True)]
    proposed, confirmed = (side[0][side[0].index(b"\xc0\x01") + 2] for side in sides)
    assert (proposed, 7 <= confirmed <= 11) == (11, True)
    largest = [max(len(tpkt) - 4 for tpkt in side) for side in sides]
    assert largest[0] <= 1 << confirmed
    assert largest[0] > 1000 or max(len(tpkt) for tpkt in sides[0]) > 1000  # the request was divided
    assert largest[1] <= 1 << confirmed


@pytest.mark.parametrize("max_pdu", [512, 1024])
@servers("small PDUs")
def test_small_pdus(server: Peer, max_pdu: int) -> None:
    """Name lists in parts, types and values in parts where one answer is too small for the whole."""

    async def body(ied: IedClient) -> dict[str, Any]:
        assert ied.negotiated.max_pdu == max_pdu
        found = {}
        for ld in await ied.logical_devices():
            assert len(await ied.directory.variables(ld)) > 20
        for leaf, value in truth_of(server).items():
            if "(" not in leaf[0]:
                read = await ied.read(f"{leaf[0]} [{leaf[1]}]")
                spec = await ied.describe(f"{leaf[0]} [{leaf[1]}]")
                assert str(json_of(read, spec)) == str(value), leaf
                found[leaf[0]] = read
        names = [f"{device(server)}/GGIO1.Ind{i % 4 + 1}.stVal [ST]" for i in range(100)]
        assert len(await ied.read_many(names)) == 100
        return found

    found, recorder = asked_and_recorded(server, body, wanted=Initiate(max_pdu=max_pdu))
    assert len(found) > 40
    assert max(map(len, tpkts(said(recorder, by_server=False)))) <= max_pdu + 32


@servers("requests outstanding")
def test_requests_outstanding(server: Peer) -> None:
    async def body(ied: IedClient) -> list[Any]:
        assert ied.negotiated.max_calling == 5
        references = (f"{device(server)}/GGIO1.Ind{i % 4 + 1}.stVal [ST]" for i in range(60))
        return await asyncio.gather(*map(ied.read, references))

    assert asked(server, body) == [i % 4 == 1 for i in range(60)]


@servers("Cancel")
def test_cancel(server: Peer) -> None:
    """Both reject a cancel-request as a PDU they do not know; nothing else is lost."""

    async def body(ied: IedClient) -> None:
        connection: Any = ied._connection
        number = connection.mms.request(identify_request())
        connection.mms.cancel(number)
        connection._flush()
        for _ in range(20):
            await alive(ied, server)

    _, recorder = asked_and_recorded(server, body)
    answers = tpkts(said(recorder, by_server=True))
    rejects = [tpkt for tpkt in answers if tpkt.endswith(b"\xa4\x03\x85\x01\x00")]  # a PDU of unknown type
    assert len(rejects) == 1


@servers("Status")
def test_status(server: Peer) -> None:
    assert asked(server, lambda ied: ied.status()) == Status(0, 0)


@servers("Identify")
def test_identify(server: Peer) -> None:
    identity = asked(server, lambda ied: ied.identify())
    assert (identity.vendor, identity.model) == ("peer", server.ready["peer"])


# -- directories, types, read ------------------------------------------------------------------------------------------


@servers("names of devices, nodes, variables, data sets")
def test_directories(server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        devices = await ied.logical_devices()
        assert {reference.partition("/")[0] for reference, _ in truth_of(server)} == set(devices)
        ld = device(server)
        assert {"LLN0", "GGIO1", "GGIO2", "GGIO3"} <= set(await ied.logical_nodes(ld))
        assert {f"{ld}/LLN0.{name}" for name in ("dsStat", "dsSet", "dsTrg", "dsBig")} <= set(await ied.data_sets(ld))
        for reference, fc in truth_of(server):
            if "(" not in reference:
                path = parse_reference(reference)
                item = "$".join((path.path[0], fc, *path.path[1:]))
                assert item in await ied.directory.variables(path.ld)

    asked(server, body)


KINDS = {
    0x83: "boolean", 0x84: "bit-string", 0x85: "integer", 0x86: "unsigned", 0x87: "float", 0x89: "octet-string",
    0x8A: "visible-string", 0x8C: "binary-time", 0x90: "mms-string", 0x91: "utc-time",
}  # fmt: skip


@servers("types of variables")
def test_types(server: Peer) -> None:
    async def body(ied: IedClient) -> int:
        leaves = server("truth")
        for leaf in leaves:
            spec = await ied.describe(f"{leaf['ref']} [{leaf['fc']}]")
            assert KINDS[spec.tag] == leaf["type"], leaf
        return len(leaves)

    assert asked(server, body) > 60


@servers("read: FC group, whole logical node")
def test_groups_and_nodes(server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        ld = device(server)
        whole = await ied.read(f"{ld}/GGIO2")
        truth = truth_of(server)
        for name in ("IntSet", "LimSet"):
            assert whole["SP"][name]["setVal"] == truth[(f"{ld}/GGIO2.{name}.setVal", "SP")]
        group, node = decode_read_response(
            await ied._request(read_request(Access(ObjectName(item, ld)) for item in ("GGIO2$SP", "GGIO2")))
        )
        assert node == (group,)
        assert group[0] == (truth[(f"{ld}/GGIO2.IntSet.setVal", "SP")],)

    asked(server, body)


async def selected(ied: IedClient, access: Access) -> Any:
    return decode_read_response(await ied._request(read_request([access])))[0]


@servers("read: element, component of an element")
def test_elements(server: Peer) -> None:
    """Elements, components of elements, whole arrays and ranges."""

    async def body(ied: IedClient) -> None:
        truth = truth_of(server)
        vector, history = server.ready["arrays"]
        for i in range(vector["count"]):
            for part in ("mag", "ang"):
                name = f"{vector['ref']}({i}).{part}.f"
                assert await ied.read(f"{name} [MX]") == truth[(name, "MX")]
        whole = await ied.read(f"{vector['ref']} [MX]")
        assert [element["mag"]["f"] for element in whole] == [i + 0.25 for i in range(vector["count"])]
        values = [truth[(f"{history['ref']}({i})", "ST")] for i in range(history["count"])]
        assert [await ied.read(f"{history['ref']}({i}) [ST]") for i in range(history["count"])] == values
        name = ObjectName("MHAI1$ST$Hist$hstVal", "PEERMET")
        for first, count in ((0, 7), (2, 3), (6, 1)):
            part = await selected(ied, Access(name, (Selector(index=first, count=count),)))
            assert part == values[first : first + count]

    asked(server, body)


@servers("read: component of a structure")
def test_components(server: Peer) -> None:
    async def body(ied: IedClient) -> tuple[Any, Any]:
        name = ObjectName("GGIO1$ST$Ind2", device(server))
        return await selected(ied, Access(name, (Selector(component="stVal"),))), await selected(ied, Access(name))

    part, whole = asked(server, body)
    assert part is whole[0] is True


@servers("read: many variables in one PDU")
def test_many_variables(server: Peer) -> None:
    async def body(ied: IedClient) -> list[Any]:
        names = [f"{device(server)}/GGIO1.Ind{i % 4 + 1}.stVal [ST]" for i in range(200)]
        return await ied.read_many(names)

    values, recorder = asked_and_recorded(server, body)
    assert values == [i % 4 == 1 for i in range(200)]
    sdus = sum(tpkt[5:7] == b"\xf0\x80" for tpkt in tpkts(said(recorder, by_server=False)))
    assert sdus < 20


@servers("read: refusals")
def test_refused_reads(server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        for item in ("GGIO1$ST$Ind99$stVal", "GGIO77$ST$Ind1", "GGIO1$ST$Ind1$no"):
            refused = await selected(ied, Access(ObjectName(item, device(server))))
            assert isinstance(refused, DataAccessError)
            assert refused.code == 10
        await alive(ied, server)

    asked(server, body)


# -- write -------------------------------------------------------------------------------------------------------------

VALUES: dict[str, Any] = {
    "boolean": True,
    "integer": -100,
    "unsigned": 200,
    "float": -1.5,
    "octet-string": bytes(range(1, 7)),
    "visible-string": "abc",
    "mms-string": "电能表 🔌",
    "utc-time": Timestamp.from_bytes(bytes.fromhex("6740a9f1800000aa")),
    "binary-time": BinaryTime(bytes.fromhex("0037ff753d31")),
    "bit-string": 0b10,
}


@servers("write: every type")
def test_every_type_is_written(server: Peer) -> None:
    """Every writable leaf of GGIO4.Every, read back and compared with what the server says it holds."""

    async def body(ied: IedClient) -> set[str]:
        written = set()
        for leaf in server("truth"):
            if ".GGIO4.Every." not in leaf["ref"].replace("/", "."):
                continue
            name, kind = f"{leaf['ref']} [SP]", leaf["type"]
            value = VALUES[kind]
            if name.endswith("voctet8 [SP]"):
                value = bytes(8)  # an EntryID has eight octets, no fewer
            await ied.write(name, value)
            spec = await ied.describe(name)
            read = await ied.read(name)
            assert json_of(read, spec) == json_of(value, spec), name
            held = truth_of(server)[(leaf["ref"], "SP")]
            assert held in (json_of(value, spec), value.value if hasattr(value, "value") else value), name
            written.add(kind)
        return written

    assert asked(server, body) >= set(VALUES) - ({"binary-time"} if is_rust(server) else set())


@servers("write: several variables in one PDU")
def test_several_written_at_once(server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        ld = device(server)
        values = {"GGIO2.IntSet.setVal [SP]": 5, "GGIO1.Ind1.stVal [ST]": True, "GGIO2.LimSet.setVal [SP]": 6}
        refused = await ied.write_many({f"{ld}/{name}": value for name, value in values.items()})
        assert {reference: error.code for reference, error in refused.items()} == {f"{ld}/GGIO1.Ind1.stVal [ST]": 3}
        truth = truth_of(server)
        assert [truth[(f"{ld}/GGIO2.{name}.setVal", "SP")] for name in ("IntSet", "LimSet")] == [5, 6]

    asked(server, body)


@servers("write: element, component of an element")
def test_elements_are_written(server: Peer) -> None:
    points = f"{device(server)}/GGIO4.Crv.pts"

    async def body(ied: IedClient) -> None:
        for i in range(3):
            await ied.write(f"{points}({i}) [SP]", i + 10)
            assert truth_of(server)[(f"{points}({i})", "SP")] == i + 10
        with pytest.raises(DataAccessError) as refusal:
            await ied.write("PEERMET/MHAI1.HaAmp.har(2).mag.f [MX]", 1.0)
        assert refusal.value.code == 3
        await alive(ied, server)

    asked(server, body)


@servers("BOOLEAN TRUE as 01 and as FF")
def test_true_in_both_forms(server: Peer) -> None:
    """What each side calls TRUE is turned into the other form on its way."""
    block = server.ready["urcb"]["ref"].replace(".RP.", ".")
    forms = set()

    async def body(ied: IedClient) -> None:
        async with ied.reports(block, TrgOps=TrgOps.DCHG | TrgOps.GI) as subscription:
            for _ in range(2):
                value = server("toggle", **server.ready["boolean"])
                assert (await subscription.next(5)).entries[0].value is value
                assert await ied.read(boolean(server)) is value
        assert await ied.read(f"{device(server)}/GGIO1.Ind2.stVal [ST]") is True

    for rewrite in (bytes, other_true):
        _, recorder = asked_and_recorded(server, body, rewrite=rewrite)
        for by_server in (False, True):
            stream = said(recorder, by_server)
            forms |= {(by_server, form) for form in (1, 0xFF) if bytes((0x83, 1, form)) in stream}
    assert forms == {(False, 1), (False, 0xFF), (True, 1), (True, 0xFF)}


# -- data sets ---------------------------------------------------------------------------------------------------------


def write_list(name: ObjectName, *data: bytes) -> bytes:
    return ber.tlv(0xA5, ber.tlv(0xA1, encode_object_name(name)) + ber.tlv(0xA0, b"".join(data)))


@servers("data set: values written")
def test_data_set_is_written(server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        ld = device(server)
        request = write_list(ObjectName("LLN0$dsSet", ld), b"\x85\x01\x07", b"\x85\x01\x08")
        assert decode_write_response(await ied._request(request)) == [None, None]
        # Read back: iec61850 does not tell its own write handlers, from whom its script knows what it holds.
        assert [await ied.read(f"{ld}/GGIO2.{name}.setVal [SP]") for name in ("IntSet", "LimSet")] == [7, 8]

    asked(server, body)


@servers("data set: create, delete, persistent")
def test_data_sets_come_and_go(server: Peer) -> None:
    ld = device(server)
    members = [f"{ld}/GGIO1.Ind2.stVal [ST]", f"{ld}/GGIO2.IntSet.setVal [SP]"]
    if not is_rust(server):
        members.append(f"{ld}/GGIO1.Ind3 [ST]")

    async def make(ied: IedClient) -> None:
        await ied.data_set.create(f"{ld}/LLN0.dyn", members)
        with pytest.raises(ServiceError) as refusal:
            await ied.data_set.create(f"{ld}/LLN0.dyn", members)
        assert refusal.value.code == 5  # object-exists

    async def use(ied: IedClient) -> None:
        assert await ied.data_set.directory(f"{ld}/LLN0.dyn") == members
        values = await ied.read_data_set(f"{ld}/LLN0.dyn")
        assert [values[members[0]], values[members[1]]] == [True, truth_of(server)[(f"{ld}/GGIO2.IntSet.setVal", "SP")]]
        await ied.data_set.delete(f"{ld}/LLN0.dyn")
        assert f"{ld}/LLN0.dyn" not in await ied.data_sets(ld)
        with pytest.raises(RemoteError):
            await ied.data_set.delete(f"{ld}/LLN0.dsStat")
        with pytest.raises(DataAccessError):
            await ied.data_set.delete(f"{ld}/LLN0.none")

    asked(server, make)
    asked(server, use)


async def vmd_set(ied: IedClient, server: Peer, name: ObjectName) -> list[Any]:
    from meterwire.protocols.mms.lists import define_list_request, delete_list_request
    from meterwire.protocols.mms.services import read_list_request

    member = Access(ObjectName("GGIO1$ST$Ind2$stVal", device(server)))
    await ied._request(define_list_request(name, [member]))
    values = decode_read_response(await ied._request(read_list_request(name)))
    await ied._request(delete_list_request([name]))
    return values


@servers("data set: create, delete, of the VMD")
def test_data_sets_of_the_vmd(server: Peer) -> None:
    assert asked(server, lambda ied: vmd_set(ied, server, ObjectName("ofVmd"))) == [True]


@servers("data set: create, delete, of the association")
def test_data_sets_of_the_association(server: Peer) -> None:
    members = [f"{device(server)}/GGIO1.Ind2.stVal [ST]"]

    async def body(ied: IedClient) -> None:
        await ied.data_set.create("@mine", members)
        assert await ied.data_set.directory("@mine") == members
        assert await ied.read_data_set("@mine") == {members[0]: True}
        async with connect(f"mms://127.0.0.1:{server.ready['port']}") as other:
            with pytest.raises(RemoteError):
                await other.read_data_set("@mine")
        await ied.data_set.delete("@mine")
        with pytest.raises(RemoteError):
            await ied.read_data_set("@mine")

    asked(server, body)


# -- reports -----------------------------------------------------------------------------------------------------------

FIELDS = (OptFlds.SEQ_NUM, OptFlds.TIME_STAMP, OptFlds.REASON, OptFlds.DATA_SET, OptFlds.DATA_REF, OptFlds.CONF_REV)


def block(server: Peer, name: str) -> str:
    return f"{device(server)}/LLN0.{name}"


@servers("URCB: every OptFlds")
def test_every_optional_field(server: Peer) -> None:
    """Each alone, none, and all; what a report has is what was asked for."""
    first = boolean(server)

    async def body(ied: IedClient) -> None:
        for options in (0, *FIELDS, sum(FIELDS)):
            settings = {"TrgOps": TrgOps.GI | TrgOps.DCHG, "OptFlds": options, "BufTm": 0}
            async with ied.reports(block(server, "urcbStat"), **settings) as reports:
                await reports.interrogate()
                report = await reports.next(5)
                present = {
                    OptFlds.SEQ_NUM: report.sq_num is not None, OptFlds.TIME_STAMP: report.time is not None,
                    OptFlds.REASON: bool(report.entries[0].reasons), OptFlds.DATA_SET: bool(report.data_set),
                    OptFlds.CONF_REV: report.conf_rev is not None,
                }  # fmt: skip
                assert [flag for flag, there in present.items() if there] == [f for f in present if f & options]
                assert len(report.entries) == 5
                assert report.entries[0].reference == first  # by the report's reference, or by the data set we know

    asked(server, body)


async def soon(reports: Subscription) -> Report | None:
    """A report that comes at once, or None."""
    try:
        return await reports.next(0.15)
    except LinkTimeoutError:
        return None


@servers("URCB: every TrgOps")
def test_every_trigger(server: Peer) -> None:
    rust = is_rust(server)
    name = "urcbStat" if rust else "urcbTrg"
    state = {"ref": f"{device(server)}/GGIO1.{'Ind1' if rust else 'Ind3'}.stVal", "fc": "ST"}
    quality = {"ref": f"{device(server)}/GGIO1.Ind3.q", "fc": "ST"}
    stamp = {"ref": f"{device(server)}/GGIO3.AllTyp.tReal", "fc": "ST"}
    wanted = {TrgOps.DCHG: "data-change", TrgOps.GI: "general-interrogation"}
    if not rust:
        wanted |= {TrgOps.QCHG: "quality-change", TrgOps.DUPD: "data-update", TrgOps.INTEGRITY: "integrity"}

    async def body(ied: IedClient) -> None:
        for number, (trigger, reason) in enumerate(wanted.items()):
            period = 150 if trigger is TrgOps.INTEGRITY else 0
            settings = {"TrgOps": trigger, "OptFlds": OptFlds.REASON, "BufTm": 0, "IntgPd": period}
            async with ied.reports(block(server, name), **settings) as reports:
                server("toggle", **state)
                if not rust:
                    server("set", value="0" * 12 + str(number % 2), **quality)
                    server("set", value="6740a9f1800000aa", **stamp)
                if trigger is TrgOps.GI:
                    await reports.interrogate()
                report = await reports.next(5)
                seen = {entry.reasons for entry in report.entries}
                while not period and (more := await soon(reports)):  # libIEC61850 calls any update a data-update
                    seen |= {entry.reasons for entry in more.entries}
                assert seen == {(reason,)}

    asked(server, body)


@servers("URCB: BufTm")
def test_buffer_time(server: Peer) -> None:
    first, second = (f"{device(server)}/GGIO1.Ind{i}.stVal" for i in (1, 2))

    async def body(ied: IedClient) -> None:
        loop = asyncio.get_running_loop()
        settings = {"TrgOps": TrgOps.DCHG, "BufTm": 300}
        async with ied.reports(block(server, "urcbStat"), **settings) as reports:
            began = loop.time()
            for reference in (first, second):
                server("toggle", ref=reference, fc="ST")
            report = await reports.next(5)
            assert loop.time() - began > 0.2
            assert [entry.reference for entry in report.entries] == [f"{first} [ST]", f"{second} [ST]"]

    asked(server, body)


@servers("URCB: RptID and DatSet set by the client")
def test_a_block_is_configured(server: Peer) -> None:
    ld = device(server)
    member = f"{ld}/GGIO1.Ind2.stVal [ST]"

    async def body(ied: IedClient) -> None:
        await ied.data_set.create(f"{ld}/LLN0.mine", [member])
        settings = {"RptID": "MyReports", "TrgOps": TrgOps.GI | TrgOps.DCHG, "BufTm": 0}
        if not is_rust(server):
            settings["DatSet"] = f"{ld}/LLN0$mine"
        async with ied.reports(block(server, "urcbStat"), **settings) as reports:
            await reports.interrogate()
            report = await reports.next(5)
            assert report.rpt_id == "MyReports"
            assert report[member] is True
            assert len(report.entries) == (5 if is_rust(server) else 1)
            value = server("toggle", ref=f"{ld}/GGIO1.Ind2.stVal", fc="ST")
            assert (await reports.next(5))[member] is value

    asked(server, body)


@servers("URCB: somebody else's, and freed when they vanish")
def test_a_block_of_another_client(server: Peer) -> None:
    name = block(server, "urcbStat01")

    async def body(ied: IedClient) -> None:
        rival = await connect(f"mms://127.0.0.1:{server.ready['port']}")
        reports = rival.reports(name)
        await reports.start()
        with pytest.raises(LinkError, match="is free"):
            await ied.reports(name).start()
        rival._connection._transport.abort()  # type: ignore[union-attr]
        if is_rust(server):
            return
        for _ in range(200):
            try:
                async with ied.reports(name):
                    return
            except LinkError:
                await asyncio.sleep(0.02)
        raise AssertionError

    asked(server, body)


@pytest.mark.parametrize("max_pdu", [512, 1024])
@servers("reports larger than a PDU")
def test_segmented_reports(server: Peer, max_pdu: int) -> None:
    async def body(ied: IedClient) -> None:
        async with ied.reports(block(server, "urcbBig01"), TrgOps=TrgOps.GI) as reports:
            await reports.interrogate()
            report = await reports.next(5)
            assert report.segments > 1
            assert report.is_complete
            truth = truth_of(server)
            held = [truth[(f"{device(server)}/GGIO3.AllTyp.{name}", "DC")] for name in ("vis255", "uni", "vis64") * 3]
            assert [entry.value for entry in report.entries] == held

    _, recorder = asked_and_recorded(server, body, wanted=Initiate(max_pdu=max_pdu))
    assert max(map(len, tpkts(said(recorder, by_server=True)))) <= max_pdu + 32


@servers("BRCB: PurgeBuf")
def test_purge(server: Peer) -> None:
    name = block(server, "brcbStat01")

    async def body(ied: IedClient) -> None:
        settings = {"TrgOps": TrgOps.DCHG, "BufTm": 0}
        async with ied.reports(name, **settings):
            pass
        for _ in range(2):
            server("toggle", **server.ready["boolean"])
        async with ied.reports(name, PurgeBuf=True, **settings) as reports:
            with pytest.raises(LinkTimeoutError):
                await reports.next(0.3)
            value = server("toggle", **server.ready["boolean"])
            assert (await reports.next(5)).entries[0].value is value

    asked(server, body)


# -- what a server lacks, shown ----------------------------------------------------------------------------------------


def test_negotiated_sizes(libiec61850_server: Peer, iec61850_server: Peer) -> None:
    for server in (libiec61850_server, iec61850_server):
        assert asked(server, told, wanted=Initiate(max_pdu=100_000)) == 65_000


async def told(ied: IedClient) -> int:
    return ied.negotiated.max_pdu


def test_their_server_asks_no_password(iec61850_server: Peer) -> None:
    asked(iec61850_server, lambda ied: alive(ied, iec61850_server), password="whatever")
    asked(iec61850_server, lambda ied: alive(ied, iec61850_server))


def test_their_server_has_no_status(iec61850_server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        with pytest.raises(RejectError) as refusal:
            await ied.status()
        assert (refusal.value.kind, refusal.value.code) == (1, 1)
        await alive(ied, iec61850_server)

    asked(iec61850_server, body)


def test_their_server_has_no_arrays(iec61850_server: Peer) -> None:
    assert iec61850_server.ready["arrays"] == []
    assert not [leaf for leaf in iec61850_server("truth") if "(" in leaf["ref"]]


def test_their_server_has_data_sets_of_devices_only(iec61850_server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        for name in (ObjectName("ofVmd"), ObjectName("mine", is_association_specific=True)):
            with pytest.raises(ServiceError):
                await vmd_set(ied, iec61850_server, name)

    asked(iec61850_server, body)


def test_their_server_sends_no_integrity_reports(iec61850_server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        settings = {"TrgOps": TrgOps.INTEGRITY, "IntgPd": 100}
        async with ied.reports(block(iec61850_server, "urcbStat"), **settings) as reports:
            with pytest.raises(LinkTimeoutError):
                await reports.next(0.6)

    asked(iec61850_server, body)


def test_their_server_selects_no_components(iec61850_server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        name = ObjectName("GGIO1$ST$Ind2", device(iec61850_server))
        with pytest.raises(ServiceError):
            await selected(ied, Access(name, (Selector(component="stVal"),)))

    asked(iec61850_server, body)


def test_their_server_makes_sets_of_leaves_only(iec61850_server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        ld = device(iec61850_server)
        with pytest.raises(ServiceError):
            await ied.data_set.create(f"{ld}/LLN0.dyn", [f"{ld}/GGIO1.Ind3 [ST]"])

    asked(iec61850_server, body)


def test_their_server_ignores_a_data_set_that_is_written(iec61850_server: Peer) -> None:
    async def body(ied: IedClient) -> None:
        ld = device(iec61850_server)
        await ied.data_set.create(f"{ld}/LLN0.mine", [f"{ld}/GGIO1.Ind2.stVal [ST]"])
        name = block(iec61850_server, "urcbStat01")
        async with ied.reports(name, DatSet=f"{ld}/LLN0$mine", TrgOps=TrgOps.GI) as reports:
            await reports.interrogate()
            assert len((await reports.next(5)).entries) == 5

    asked(iec61850_server, body)


def test_their_server_keeps_a_block_for_a_client_that_vanished(iec61850_server: Peer) -> None:
    name = block(iec61850_server, "urcbStat01")

    async def body(ied: IedClient) -> None:
        rival = await connect(f"mms://127.0.0.1:{iec61850_server.ready['port']}")
        await rival.reports(name).start()
        rival._connection._transport.abort()  # type: ignore[union-attr]
        await asyncio.sleep(1)
        assert iec61850_server("connections") == 1
        assert await ied.read_many([f"{name}.Resv", f"{name}.RptEna"]) == [True, True]

    asked(iec61850_server, body)


def test_their_server_sends_no_buffered_reports(iec61850_server: Peer) -> None:
    """The block is there, is enabled and takes a GI, and nothing comes; their own client cannot even enable it."""
    name = block(iec61850_server, "brcbStat01")

    async def body(ied: IedClient) -> None:
        async with ied.reports(name, TrgOps=TrgOps.DCHG | TrgOps.GI, BufTm=0) as reports:
            assert await ied.read(f"{name}.RptEna") is True
            iec61850_server("toggle", **iec61850_server.ready["boolean"])
            await reports.interrogate()
            assert await soon(reports) is None
            assert await soon(reports) is None

    asked(iec61850_server, body)


def test_their_server_ignores_the_pdu_size(iec61850_server: Peer) -> None:
    async def body(ied: IedClient) -> int:
        async with ied.reports(block(iec61850_server, "urcbBig01"), TrgOps=TrgOps.GI) as reports:
            await reports.interrogate()
            return (await reports.next(5)).segments

    segments, recorder = asked_and_recorded(iec61850_server, body, wanted=Initiate(max_pdu=512))
    assert segments == 1
    assert max(map(len, tpkts(said(recorder, by_server=True)))) > 512 + 32
