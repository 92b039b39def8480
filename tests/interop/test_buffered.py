"""Buffered reports with libIEC61850 on the other side: going on behind an EntryID, both ways; tshark judges what was said."""

import asyncio
from collections.abc import Iterator

import pytest
import tshark as tshark_helper
from ours import OurServer, awkward_ied
from peer import Peer, PeerError
from recorder import Recorder

from meterwire.client import Subscription, connect
from meterwire.models import Ied, ReportControl

BRCB = "OURSLD0/LLN0.BR.brcbStat01"
FLAG = "OURSLD0/GGIO1.Ind1.stVal"
OPTIONS = [
    "sequence-number", "report-time-stamp", "reason-for-inclusion", "data-set-name", "data-reference", "buffer-overflow",
    "entry-id", "conf-revision",
]  # fmt: skip


def buffering_ied() -> Ied:
    ied = awkward_ied()
    head = ied["OURSLD0"]["LLN0"]
    head.control_blocks["brcbStat"] = ReportControl(name="brcbStat", data_set="dsStat", buffered=True, owner=True)
    return ied


@pytest.fixture
def served(libiec61850_client: Peer) -> Iterator[tuple[Peer, OurServer, Recorder]]:
    """Their client associated with our server."""
    with OurServer(buffering_ied()) as server, Recorder(server.port) as recorder:
        libiec61850_client("connect", host="127.0.0.1", port=recorder.port)
        yield libiec61850_client, server, recorder
        libiec61850_client("release")
        if tshark_helper.available():
            tshark_helper.insist_clean(recorder.capture(), server.port, at_least=4)


def enable(client: Peer) -> None:
    client("enable", rcb=BRCB, reserve=False, opt_flds=OPTIONS)


def flags(client: Peer, amount: int) -> list[tuple[bool, bool]]:
    """(value, BufOvfl) of so many reports of one change each."""
    reports = [client.event("report") for _ in range(amount)]
    return [(report["entries"][0]["value"], report["buf_ovfl"]) for report in reports]


def toggle(server: OurServer, *values: bool) -> None:
    for value in values:
        server.set(FLAG, value)


def test_their_client_reads_the_block(served: tuple[Peer, OurServer, Recorder]) -> None:
    client, server, _ = served
    assert client("rcb_buffered", rcb=BRCB)["entry_id"] == "00" * 8
    toggle(server, True)
    told = client("set_buffered", rcb=BRCB, resv_tms=20)
    newest = server.server.reports.controls[-1]["EntryID"]
    assert (told["entry_id"], told["resv_tms"], told["owner"]) == (newest.hex(), 20, "7f000001")
    assert abs(told["entry_time_ms"] - server.server.clock() / 1e6) < 10_000


def test_their_client_gets_what_was_buffered_and_goes_on(served: tuple[Peer, OurServer, Recorder]) -> None:
    client, server, recorder = served
    toggle(server, True, False)
    enable(client)
    assert flags(client, 2) == [(True, True), (False, False)]
    toggle(server, True)
    last = client.event("report")
    client("abort")
    toggle(server, False, True, False)
    client("connect", host="127.0.0.1", port=recorder.port)
    assert client("set_buffered", rcb=BRCB, entry_id=last["entry_id"])["entry_id"] == last["entry_id"]
    enable(client)
    assert flags(client, 3) == [(False, False), (True, False), (False, False)]
    client("gi", rcb=BRCB)
    general = client.event("report")
    assert [entry["reason"] for entry in general["entries"]] == [["gi"]] * 4
    with pytest.raises(PeerError, match="no report event"):
        client.event("report", seconds=0.3)


def test_their_client_is_refused_an_unknown_entry(served: tuple[Peer, OurServer, Recorder]) -> None:
    client, server, _ = served
    toggle(server, True)
    with pytest.raises(PeerError):
        client("set_buffered", rcb=BRCB, entry_id="0102030405060708")
    enable(client)
    assert flags(client, 1) == [(True, True)]
    with pytest.raises(PeerError):
        client("set_buffered", rcb=BRCB, purge=True)  # enabled


def test_their_client_purges(served: tuple[Peer, OurServer, Recorder]) -> None:
    client, server, _ = served
    toggle(server, True, False)
    assert client("set_buffered", rcb=BRCB, purge=True)["entry_id"] == "00" * 8
    toggle(server, True)
    enable(client)
    assert flags(client, 1) == [(True, True)]
    with pytest.raises(PeerError, match="no report event"):
        client.event("report", seconds=0.3)


# -- our client, their server ------------------------------------------------------------------------------------------


def test_our_client_goes_on_at_their_server(libiec61850_server: Peer) -> None:
    """Over one lost association by itself, and over the end of the client by the EntryID it noted."""
    server = libiec61850_server
    flag = server.ready["boolean"]

    def change(times: int) -> list[bool]:
        return [server("toggle", **flag) for _ in range(times)]

    async def values(subscription: Subscription, amount: int) -> list[bool]:
        return [(await subscription.next(5)).entries[0].value for _ in range(amount)]

    async def session(port: int) -> None:
        url = f"mms://127.0.0.1:{port}"
        settings = {"BufTm": 0, "TrgOps": 0b010001}
        async with connect(url, reconnect=0.1) as ied:
            subscription = ied.reports("PEERBASE/LLN0.brcbStat", **settings)
            await subscription.start()
            assert (subscription.reference, subscription.is_buffered) == ("PEERBASE/LLN0.brcbStat01", True)
            wanted = change(2)
            assert await values(subscription, 2) == wanted
            transport = ied._connection._inner._transport  # type: ignore[union-attr]
            assert transport is not None
            transport.abort()
            wanted = change(3)
            assert await values(subscription, 3) == wanted
            assert (subscription.resyncs, subscription.gaps, subscription.duplicates) == (1, 0, 0)
            last = subscription.last_entry_id
            ied.abort()
        wanted = change(2)
        async with (
            connect(url) as ied,
            ied.reports("PEERBASE/LLN0.brcbStat01", resume_from=last, **settings) as subscription,
        ):
            assert await values(subscription, 2) == wanted
            await subscription.interrogate()
            assert len((await subscription.next(5)).entries) == 5

    with Recorder(server.ready["port"]) as recorder:
        asyncio.run(session(recorder.port))
        if tshark_helper.available():
            tshark_helper.insist_clean(recorder.capture(), server.ready["port"], at_least=4)
