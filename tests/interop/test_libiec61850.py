"""libIEC61850 (C) against us, both ways; every session is recorded and judged by tshark."""

from collections.abc import Iterator

import pytest
import scenarios
import tshark as tshark_helper
from ours import OurServer, awkward_ied, home
from peer import Peer
from recorder import Recorder


@pytest.fixture
def served(libiec61850_client: Peer) -> Iterator[tuple[Peer, OurServer]]:
    """Their client associated with our server; at the end tshark judges what was said."""
    with OurServer(awkward_ied()) as server, Recorder(server.port) as recorder:
        libiec61850_client("connect", host="127.0.0.1", port=recorder.port)
        yield libiec61850_client, server
        libiec61850_client("release")
        judge(recorder, server.port)


@pytest.fixture
def asked(libiec61850_server: Peer) -> Iterator[tuple[Peer, int]]:
    """Their server behind a recorder, for our client; at the end tshark judges what was said."""
    with Recorder(libiec61850_server.ready["port"]) as recorder:
        yield libiec61850_server, recorder.port
        judge(recorder, libiec61850_server.ready["port"])


def judge(recorder: Recorder, port: int) -> None:
    if tshark_helper.available():
        tshark_helper.insist_clean(recorder.capture(), port, at_least=4)


@pytest.mark.parametrize("how", ["leaf", "do", "fc"])
def test_their_client_reads_every_leaf(served: tuple[Peer, OurServer], how: str) -> None:
    scenarios.their_client_reads(*served, how)


def test_their_client_sees_every_type(served: tuple[Peer, OurServer]) -> None:
    scenarios.their_client_sees_types(*served)


def test_every_name_is_explained_by_a_type_and_sorted(served: tuple[Peer, OurServer]) -> None:
    walk = served[0]("walk")
    assert walk["unexplained"] == walk["unnamed"] == {"OURSLD0": []}
    assert walk["unsorted"] == []


def test_their_client_identifies_us(libiec61850_client: Peer) -> None:
    with OurServer(awkward_ied()) as server:
        answer = libiec61850_client("connect", host="127.0.0.1", port=server.port)
        assert answer["identity"][:2] == ["meterwire", "OURS"]


def test_their_client_reads_whole_nodes_and_many_at_once(served: tuple[Peer, OurServer]) -> None:
    client, server = served
    whole = client("read", ref="OURSLD0/GGIO2", fc=None)
    assert whole["value"] == [[[42], [1], ["text"], [[0.5]]]]
    targets = [{"ref": f"OURSLD0/GGIO1.Ind{i % 4 + 1}.stVal", "fc": "ST"} for i in range(50)]
    expected = [server.ied.find(target["ref"]).value for target in targets]
    assert client("read_many", targets=targets) == expected
    mixed = client("read_many", targets=[targets[1], {"ref": "OURSLD0/GGIO9.No.stVal", "fc": "ST"}])
    assert mixed == [True, {"error": 10, "name": "object-non-existent"}]


def test_their_client_reads_a_whole_home(libiec61850_client: Peer) -> None:
    with OurServer(home()) as server, Recorder(server.port) as recorder:
        libiec61850_client("connect", host="127.0.0.1", port=recorder.port)
        scenarios.their_client_reads(libiec61850_client, server, "leaf")
        libiec61850_client("release")
        if tshark_helper.available():
            tshark_helper.insist_clean(recorder.capture(), server.port, at_least=1000)


def test_their_client_gets_long_name_lists_in_parts(libiec61850_client: Peer) -> None:
    with OurServer(home()) as server, Recorder(server.port) as recorder:
        libiec61850_client("connect", host="127.0.0.1", port=server.port)
        whole = libiec61850_client("names")
        libiec61850_client("release")
        libiec61850_client("connect", host="127.0.0.1", port=recorder.port, max_pdu=1200)
        assert libiec61850_client("names") == whole
        libiec61850_client("release")
        if tshark_helper.available():
            tshark_helper.insist_clean(recorder.capture(), server.port, at_least=40)


def test_their_client_writes_and_is_refused(served: tuple[Peer, OurServer]) -> None:
    scenarios.their_client_writes(*served)


def test_their_client_reads_array_elements(served: tuple[Peer, OurServer]) -> None:
    scenarios.their_client_reads_arrays(served[0])


def test_their_client_reads_a_data_set(served: tuple[Peer, OurServer]) -> None:
    scenarios.their_client_reads_data_set(*served)


def test_their_client_gets_reports(served: tuple[Peer, OurServer]) -> None:
    scenarios.their_client_gets_reports(*served)


def test_a_block_of_another_client_is_refused_and_freed_by_an_abort(served: tuple[Peer, OurServer]) -> None:
    client, server = served
    with Peer("libiec61850_client.py") as rival:
        rival("connect", host="127.0.0.1", port=server.port)
        rival("enable", rcb=scenarios.URCB)
        answer = client("write", domain="OURSLD0", item="LLN0$RP$urcbStat01$RptEna", value=True)
        assert (answer["accepted"], answer["name"]) == (False, "temporarily-unavailable")
        rival("abort")
        for _ in range(50):
            if not client("rcb", rcb=scenarios.URCB)["enabled"]:
                break
        assert client("enable", rcb=scenarios.URCB)["enabled"]


def test_our_client_reads_every_leaf(asked: tuple[Peer, int]) -> None:
    scenarios.our_client_reads(*asked)


def test_our_client_writes_and_is_refused(asked: tuple[Peer, int]) -> None:
    scenarios.our_client_writes(*asked)


def test_our_client_reads_a_data_set(asked: tuple[Peer, int]) -> None:
    scenarios.our_client_reads_data_set(*asked)


def test_our_client_gets_reports(asked: tuple[Peer, int]) -> None:
    scenarios.our_client_gets_reports(*asked, integrity=True)
