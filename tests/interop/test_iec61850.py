"""The package iec61850 (Rust) against us, both ways; every session is recorded and judged by tshark."""

from collections.abc import Iterator

import pytest
import scenarios
import tshark as tshark_helper
from ours import OurServer, awkward_ied, home
from peer import Peer
from recorder import Recorder

EMPTY_FINISH = (bytes.fromhex("0300000b02f0800902c100"), bytes.fromhex("0300000b02f0800a02c100"))
"""Their server ends an association with a FINISH and a DISCONNECT whose user data is empty; see test_peers_themselves."""


@pytest.fixture
def served(iec61850_client: Peer) -> Iterator[tuple[Peer, OurServer]]:
    """Their client associated with our server; at the end tshark judges what was said."""
    with OurServer(awkward_ied()) as server, Recorder(server.port) as recorder:
        iec61850_client("connect", host="127.0.0.1", port=recorder.port)
        yield iec61850_client, server
        iec61850_client("release")
        if tshark_helper.available():
            tshark_helper.insist_clean(recorder.capture(), server.port, at_least=4)


@pytest.fixture
def asked(iec61850_server: Peer) -> Iterator[tuple[Peer, int]]:
    """Their server behind a recorder, for our client; at the end tshark judges what was said."""
    port = iec61850_server.ready["port"]
    with Recorder(port) as recorder:
        yield iec61850_server, recorder.port
        if tshark_helper.available():
            tshark_helper.insist_clean(recorder.capture(), port, at_least=4, peer_faults=EMPTY_FINISH)


@pytest.mark.parametrize("how", ["leaf", "do", "fc"])
def test_their_client_reads_every_leaf(served: tuple[Peer, OurServer], how: str) -> None:
    scenarios.their_client_reads(*served, how)


def test_their_client_sees_every_type(served: tuple[Peer, OurServer]) -> None:
    scenarios.their_client_sees_types(*served)


def test_their_client_reads_a_whole_home(iec61850_client: Peer) -> None:
    with OurServer(home()) as server, Recorder(server.port) as recorder:
        iec61850_client("connect", host="127.0.0.1", port=recorder.port)
        scenarios.their_client_reads(iec61850_client, server, "leaf")
        iec61850_client("release")
        if tshark_helper.available():
            tshark_helper.insist_clean(recorder.capture(), server.port, at_least=1000)


def test_their_client_gets_long_name_lists_in_parts(iec61850_client: Peer) -> None:
    with OurServer(home()) as server, Recorder(server.port) as recorder:
        iec61850_client("connect", host="127.0.0.1", port=server.port)
        whole = iec61850_client("names")
        iec61850_client("release")
        iec61850_client("connect", host="127.0.0.1", port=recorder.port, max_pdu=1200)
        assert iec61850_client("names") == whole
        iec61850_client("release")
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


def test_our_client_reads_every_leaf(asked: tuple[Peer, int]) -> None:
    scenarios.our_client_reads(*asked)


def test_our_client_writes_and_is_refused(asked: tuple[Peer, int]) -> None:
    scenarios.our_client_writes(*asked)


def test_our_client_reads_a_data_set(asked: tuple[Peer, int]) -> None:
    scenarios.our_client_reads_data_set(*asked)


def test_our_client_gets_reports(asked: tuple[Peer, int]) -> None:
    scenarios.our_client_gets_reports(*asked, integrity=False)
