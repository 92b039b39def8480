"""The peers against each other, before they judge us: each client reads every leaf of each server and gets its reports.

A script that misread a value would accuse meterwire of its own fault; here the accused is the script.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import tshark as tshark_helper
from peer import Peer, PeerError, PeerUnsupportedError
from recorder import Recorder

CLIENTS = ("libiec61850_client", "iec61850_client")
SERVERS = ("libiec61850_server", "iec61850_server")
PAIRS = list(itertools.product(CLIENTS, SERVERS))

TRIGGERS = ["dchg", "qchg", "integrity", "gi"]
OPTIONS = [
    "sequence-number",
    "report-time-stamp",
    "reason-for-inclusion",
    "data-set-name",
    "data-reference",
    "conf-revision",
]

EMPTY_FINISH = (bytes.fromhex("0300000b02f0800902c100"), bytes.fromhex("0300000b02f0800a02c100"))
"""The iec61850 server answers a session FINISH with a FINISH and a DISCONNECT whose user data is empty: malformed, after
the association is over. tshark is right to complain."""


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}-{pair[1]}")
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Peer, Peer, Recorder]]:
    """A client associated with a server through a recorder."""
    client: Peer = request.getfixturevalue(request.param[0])
    server: Peer = request.getfixturevalue(request.param[1])
    with Recorder(server.ready["port"]) as recorder:
        client("connect", host="127.0.0.1", port=recorder.port)
        yield client, server, recorder


def key(leaf: dict[str, Any]) -> tuple[str, str]:
    return leaf["ref"], leaf["fc"]


@pytest.mark.parametrize("how", ["leaf", "do", "fc"])
def test_every_leaf_is_read_as_the_server_holds_it(pair: tuple[Peer, Peer, Recorder], how: str) -> None:
    client, server, _recorder = pair
    client("walk")
    try:
        got = {key(leaf): leaf["value"] for leaf in client("read_all", how=how)}
    except PeerUnsupportedError as error:
        pytest.skip(str(error))
    truth = {key(leaf): leaf["value"] for leaf in server("truth")}
    assert len(truth) >= 60
    for name, value in truth.items():
        assert got[name] == value, name
        assert str(got[name]) == str(value), name  # -0.0 and 0.0, True and 1 are equal but not the same


def test_the_walk_explains_every_name(libiec61850_client: Peer, libiec61850_server: Peer) -> None:
    libiec61850_client("connect", host="127.0.0.1", port=libiec61850_server.ready["port"])
    walk = libiec61850_client("walk")
    assert walk["unexplained"] == walk["unnamed"] == {"PEERBASE": [], "PEERMET": []}


def test_writes_and_refusals(pair: tuple[Peer, Peer, Recorder]) -> None:
    client, server, _recorder = pair
    for number, leaf in enumerate(server.ready["writable"], 5):
        assert client("write", value=number, **leaf)["accepted"]
        assert client("read", **leaf)["value"] == number
        assert next(one["value"] for one in server("truth") if key(one) == key(leaf)) == number
    for refused in server.ready["refused"]:
        answer = client("write", ref=refused["ref"], fc=refused["fc"], value=refused["value"])
        assert (answer["accepted"], answer["code"]) == (False, refused["code"])


def test_array_elements(pair: tuple[Peer, Peer, Recorder]) -> None:
    client, server, _recorder = pair
    if not server.ready["arrays"]:
        pytest.skip("this server has no arrays")
    truth = {key(leaf): leaf["value"] for leaf in server("truth")}
    vector, history = server.ready["arrays"]
    for i in range(vector["count"]):
        value = client("read_element", index=i, component="mag$f", ref=vector["ref"], fc=vector["fc"])
        assert value == truth[(f"{vector['ref']}({i}).mag.f", vector["fc"])]
    for i in range(history["count"]):
        value = client("read_element", index=i, ref=history["ref"], fc=history["fc"])
        assert value == truth[(f"{history['ref']}({i})", history["fc"])]


def test_data_set(pair: tuple[Peer, Peer, Recorder]) -> None:
    client, server, _recorder = pair
    answer = client("dataset", ref=server.ready["urcb"]["dataset"].replace("$", "."))
    assert len(answer["members"]) == len(answer["values"]) == 5
    truth = {key(leaf): leaf["value"] for leaf in server("truth")}
    assert answer["values"][0] == truth[key(server.ready["boolean"])]


def test_reports(pair: tuple[Peer, Peer, Recorder]) -> None:
    client, server, _recorder = pair
    block, boolean = server.ready["urcb"]["ref"], server.ready["boolean"]
    integrity = server.ready["peer"] == "libiec61850"  # the other server sends none, see its docstring
    enabled = client("enable", rcb=block, trg_ops=TRIGGERS, opt_flds=OPTIONS, intg_pd=300, buf_tm=0, gi=True)
    assert enabled["enabled"]
    assert (enabled["intg_pd"], enabled["buf_tm"]) == (300, 0)
    first = client.event("report")
    assert [entry["reason"] for entry in first["entries"]] == [["gi"]] * 5
    assert first["seq_num"] == 0
    value = server("toggle", **boolean)
    change = client.event("report", where=lambda report: report["entries"][0]["reason"] == ["dchg"])
    assert [(entry["index"], entry["value"]) for entry in change["entries"]] == [(0, value)]
    if integrity:
        periodic = client.event("report", where=lambda report: report["entries"][0]["reason"] == ["integrity"])
        assert [entry["index"] for entry in periodic["entries"]] == [0, 1, 2, 3, 4]
        assert periodic["entries"][0]["value"] == value
    client("disable", rcb=block)
    server("toggle", **boolean)
    with pytest.raises(PeerError, match="no report event"):
        client.event("report", seconds=0.5, where=lambda report: report["entries"][0]["reason"] == ["dchg"])


@pytest.mark.usefixtures("tshark")
def test_a_session_in_wireshark(pair: tuple[Peer, Peer, Recorder]) -> None:
    client, server, recorder = pair
    client("walk")
    client("read_all")
    client(
        "enable", rcb=server.ready["urcb"]["ref"], trg_ops=TRIGGERS, opt_flds=OPTIONS, intg_pd=100, buf_tm=0, gi=True
    )
    server("toggle", **server.ready["boolean"])
    client.event("report")
    client("release")
    faults = EMPTY_FINISH if server.ready["peer"] == "iec61850" else ()
    tshark_helper.insist_clean(recorder.capture(), server.ready["port"], at_least=100, peer_faults=faults)


def test_a_peer_that_is_asked_nonsense_lives_on(libiec61850_client: Peer) -> None:
    with pytest.raises(PeerError, match="unknown command 'fly'"):
        libiec61850_client("fly")
    with pytest.raises(PeerError, match="not connected"):
        libiec61850_client("names")
    assert libiec61850_client("state") == "none"


def test_a_peer_that_cannot_connect_says_so(libiec61850_client: Peer, iec61850_client: Peer) -> None:
    for client in (libiec61850_client, iec61850_client):
        with pytest.raises(PeerError):
            client("connect", host="127.0.0.1", port=1, timeout_ms=500)
