"""Every IED with a server in the SCL files of ../shared/corpus/scl: instantiated, served, walked completely.

Our client reads every leaf of every IED and every data set, libIEC61850's client those of a sample (of all with ``-m long``),
and tshark judges what was said. What cannot be served is listed in corpus.FAULTS with its reason, a fault of the file.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import scenarios
import tshark as judge
from corpus import CORPUS, FAULTS, document, files, ieds
from ours import OurServer, truth
from peer import Peer
from recorder import Recorder, split

from meterwire.client import IedClient, connect
from meterwire.errors import DataAccessError, FileError, ServiceError
from meterwire.protocols.capture import Packet, TcpSession, write_pcap
from meterwire.scl import SclDocument, load_ied
from meterwire.server import MmsServer

pytestmark = pytest.mark.skipif(not files(), reason=f"{CORPUS} is not here")

ENGINES = {"RP", "BR", "GO", "MS", "US", "LG", "SP", "SE"}
"""Constraints under which a server has more than the model: control blocks, and the values of the group being edited."""
JUDGED = 2_000_000
"""Octets of sessions that tshark judges; all of them with the ``long`` marker."""
SAMPLE_LEAVES, SAMPLE_EVERY = 3000, 8
"""libIEC61850's client walks every eighth IED up to this size; all of them with the ``long`` marker."""

PORT = 10_102
"""What captures show as the server's port, whichever it was."""

Named = tuple[Path, str]


@cache
def served() -> list[Named]:
    """The IEDs that can be served."""
    return [(path, name) for path in files() for _, name in ieds(path) if name not in FAULTS.get(path.name, {})]


def ids(path: Path) -> str:
    return path.name.rpartition("__")[2]


def load(path: Path, name: str) -> Any:
    parsed = document(path)
    assert isinstance(parsed, SclDocument)
    return load_ied(parsed, name)


# -- what cannot be served -------------------------------------------------------------------------------------------


def reasons(path: Path) -> dict[str, str]:
    """Why IEDs of a file cannot be served; the file as a whole is ''."""
    parsed = document(path)
    if isinstance(parsed, str):
        return {"": parsed.removeprefix(f"{path.name}:")}
    found = {}
    for _, name in ieds(path):
        try:
            load_ied(parsed, name)
        except FileError as error:
            found[name] = str(error).removeprefix(f"{path.name}:")
    return found


def test_every_refusal_is_a_known_fault_of_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    found = {path.name: told for path in files() if (told := reasons(path))}
    count = Counter("served" if told is None else "refused" for told in verdicts(found))
    without = sum(isinstance(document(path), SclDocument) and not list(ieds(path)) for path in files())
    with capsys.disabled():
        print(f"\n{len(files())} files, {without} without a server; IEDs: {dict(count)}")
        for name, told in found.items():
            for ied, reason in told.items():
                print(f"  {name}{f' {ied}' if ied else ''}:{reason}")
    assert found == FAULTS


def verdicts(found: dict[str, dict[str, str]]) -> Iterator[str | None]:
    for path in files():
        for _, name in ieds(path):
            yield found.get(path.name, {}).get(name)


# -- our client ------------------------------------------------------------------------------------------------------


class Taps:
    """What a server hears and says, as captures: one TPKT a segment, like the recorder's."""

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.octets = 0
        self._ports = itertools.count(20_000)

    def session(self, server_port: int) -> "Tap":
        return Tap(self, next(self._ports), server_port)


class Tap:
    """One server's."""

    def __init__(self, taps: Taps, client_port: int, server_port: int) -> None:
        self.taps = taps
        self.session = TcpSession(client=("127.0.0.1", client_port), server=("127.0.0.1", server_port))
        self.kept = {"in": b"", "out": b""}

    def __call__(self, _number: int, time_ns: int, direction: str, data: bytes) -> None:
        self.taps.octets += len(data)
        whole, self.kept[direction] = split(self.kept[direction] + data)
        send = self.session.client_sends if direction == "in" else self.session.server_sends
        for tpkt in whole:
            send(time_ns, tpkt)

    def close(self) -> None:
        self.session.close()
        self.taps.packets += self.session.packets


async def our_client_walks(client: IedClient) -> dict[tuple[str, str], Any]:
    """Every leaf of a server, read by functional constraint, object by object where that does not fit into one answer."""
    found: dict[tuple[str, str], Any] = {}
    for device in await client.logical_devices():
        walked = [item async for item in client.walk(device)]
        for (node, fc), parts in itertools.groupby(walked, key=lambda item: (item[0].path[0], item[0].fc)):
            objects = list(parts)
            if fc == "SE":
                await nothing_is_edited(client, f"{device}/{node} [{fc}]")
                continue
            try:
                whole = await client.read(f"{device}/{node} [{fc}]")
            except ServiceError:
                whole = {reference.path[1]: await client.read(str(reference)) for reference, _ in objects}
            for reference, spec in objects:
                name = reference.path[1]
                for leaf, value in scenarios.leaves_of(f"{device}/{node}.{name}", whole[name], spec):
                    found[leaf, fc] = value
    return found


async def nothing_is_edited(client: IedClient, reference: str) -> None:
    """Values under SE are those of the group that a client has selected for editing: there is none."""
    with pytest.raises((DataAccessError, ServiceError)):
        await client.read(reference)


async def our_client_reads_data_sets(client: IedClient) -> Counter[str]:
    counts: Counter[str] = Counter()
    for device in await client.logical_devices():
        for name in await client.data_sets(device):
            values = await client.read_data_set(name)
            assert not [key for key, value in values.items() if isinstance(value, DataAccessError)], name
            counts.update(data_sets=1, members=len(values))
    return counts


async def our_client_checks(path: Path, name: str, taps: Taps | None = None) -> Counter[str]:
    ied = load(path, name)
    tap = taps.session(PORT) if taps is not None else None
    async with MmsServer(ied, port=0, tap=tap) as server, connect(server.url) as client:
        got = await our_client_walks(client)
        counts = await our_client_reads_data_sets(client)
    if tap is not None:
        tap.close()
    expected = truth(ied)
    compare(got, expected)
    counts.update(ieds=1, leaves=len(expected), of_control_blocks=len(got) - len(expected))
    return counts


def compare(got: dict[tuple[str, str], Any], expected: dict[tuple[str, str], Any]) -> None:
    expected = {key: value for key, value in expected.items() if key[1] != "SE"}  # of the group being edited: none is
    wrong = [(key, got.get(key), value) for key, value in expected.items() if str(got.get(key, "absent")) != str(value)]
    assert not wrong, f"{len(wrong)} wrong, first {wrong[:3]}"
    assert {fc for key, fc in got if (key, fc) not in expected} <= ENGINES


@pytest.mark.timeout(600)
def test_our_client_reads_everything(capsys: pytest.CaptureFixture[str]) -> None:
    counts = Counter[str]()
    for named in served():
        counts += asyncio.run(our_client_checks(*named))
    with capsys.disabled():
        print(f"\n{dict(counts)}")
    assert counts["ieds"] == len(served()) > 200


@pytest.mark.usefixtures("tshark")
@pytest.mark.parametrize("limit", [JUDGED, pytest.param(0, marks=pytest.mark.long)], ids=["sample", "all"])
@pytest.mark.timeout(3600)
def test_tshark_finds_nothing_malformed(limit: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The smallest files up to the limit in CI; each capture holds some megabytes of sessions."""
    chosen = sorted(served(), key=lambda named: (named[0].stat().st_size, named))
    total = pdus = done = 0
    while chosen and (not limit or total < limit):
        taps = Taps()
        while chosen and taps.octets < JUDGED:
            asyncio.run(our_client_checks(*chosen.pop(0), taps))
            done += 1
        frames = judge.insist_clean(write_pcap(taps.packets), PORT)
        pdus += sum(frame.pdus for frame in frames)
        total += taps.octets
    with capsys.disabled():
        print(f"\n{done} IEDs, {pdus} PDUs, {total} octets")
    assert pdus > 1000


# -- libIEC61850's client --------------------------------------------------------------------------------------------


def their_client_checks(peer: Peer, path: Path, name: str) -> None:
    with OurServer(load(path, name)) as server, Recorder(server.port) as recorder:
        peer("connect", host="127.0.0.1", port=recorder.port)
        walk = peer("walk", seconds=120)
        leaves = peer("read_all", how="do", seconds=600)
        peer("release")
        got = {(leaf["ref"], leaf["fc"]): leaf["value"] for leaf in leaves}
        compare(got, server.call(truth, server.ied))
        assert not [leaf for leaf in leaves if isinstance(leaf["value"], dict) and leaf["fc"] != "SE"]
        assert not any(walk["unexplained"].values())
        assert not any(walk["unnamed"].values())
        assert walk["unsorted"] == []
        capture = recorder.capture()
        if judge.available() and len(capture) < JUDGED:
            judge.insist_clean(capture, server.port)


def sample() -> list[Named]:
    """Every eighth IED that is small enough."""
    return [named for named in served()[::SAMPLE_EVERY] if sum(1 for _ in load(*named).leaves()) <= SAMPLE_LEAVES]


@pytest.mark.timeout(600)
def test_their_client_reads_a_sample(libiec61850_client: Peer, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = sample()
    for named in chosen:
        their_client_checks(libiec61850_client, *named)
    with capsys.disabled():
        print(f"\n{len(chosen)} IEDs read by libIEC61850's client")
    assert len(chosen) > 15


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", files(), ids=ids)
def test_their_client_reads_everything(libiec61850_client: Peer, path: Path) -> None:
    for named in served():
        if named[0] == path:
            their_client_checks(libiec61850_client, *named)
