"""Conversations between one of ours and a foreign peer, recorded and judged, for any row of the matrix.

    @clients("status")
    def test_status(client: Peer) -> None:
        with heard(client) as talk:
            assert client("status") == {"logical": 0, "physical": 0}

``clients`` and ``servers`` run a test for exactly the pairings of which the matrix says that this row is tested: a
pairing is left out of a test only by a statement, with its evidence, in matrix.py.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
import tshark as tshark_helper
from matrix import LIB_CLIENT, LIB_SERVER, MATRIX, RUST_CLIENT, RUST_SERVER, Tested
from ours import OurServer, awkward_ied
from peer import Peer
from recorder import Recorder, split

from meterwire.client import IedClient, connect
from meterwire.models import Ied

T = TypeVar("T")
EMPTY_FINISH = (bytes.fromhex("0300000b02f0800902c100"), bytes.fromhex("0300000b02f0800a02c100"))
"""The server of iec61850 ends an association with a FINISH and a DISCONNECT whose user data is empty; see
test_peers_themselves."""
SIDE = {"t": "0007", "s": "0008", "p": "00000009", "ap_title": "1.3.9999.23", "ae_qualifier": 77}
OTHER_SIDE = {"t": "0a0b0c0d", "s": "beef", "p": "cafe", "ap_title": "2.16.840.1", "ae_qualifier": 3}


Function = TypeVar("Function", bound=Callable[..., None])


def _with(fixture: str, service: str, pairings: tuple[str, ...]) -> Callable[[Function], Function]:
    cells = {pairing: MATRIX[service].cells[pairing] for pairing in pairings}

    def decorate(function: Function) -> Function:
        mine = [
            pairing
            for pairing, cell in cells.items()
            if isinstance(cell, Tested) and any(name.endswith(f"::{function.__name__}") for name in cell.by)
        ]
        marked: Function = pytest.mark.parametrize(fixture, mine, indirect=True)(function)
        return marked

    return decorate


def clients(service: str) -> Callable[[Function], Function]:
    """Run with every foreign client of which the matrix names this test; the fixture ``client``."""
    return _with("client", service, (LIB_CLIENT, RUST_CLIENT))


def servers(service: str) -> Callable[[Function], Function]:
    """Run with every foreign server of which the matrix names this test; the fixture ``server``."""
    return _with("server", service, (LIB_SERVER, RUST_SERVER))


def is_rust(peer: Peer) -> bool:
    return peer.ready["peer"] == "iec61850"


# -- their client, our server ------------------------------------------------------------------------------------------


@dataclass
class Talk:
    """Our server, and what is said to it."""

    server: OurServer
    recorder: Recorder

    def value(self, reference: str) -> Any:
        """A leaf's value as the model holds it."""
        return self.server.call(lambda: self.server.ied.find(reference).value)

    def said(self, by_server: bool) -> bytes:
        """Everything one side has said so far."""
        return said(self.recorder, by_server)


def said(recorder: Recorder, by_server: bool) -> bytes:
    """All TCP payloads of one side, in order."""
    port = recorder.upstream.to_bytes(2)
    found = b""
    for session in recorder._sessions:
        for packet in session.packets:
            tcp = packet.data[34:]
            if (tcp[:2] == port) is by_server:
                found += tcp[(tcp[12] >> 4) * 4 :]
    return found


@contextlib.contextmanager
def heard(
    client: Peer,
    ied: Ied | None = None,
    *,
    options: dict[str, Any] | None = None,
    rewrite: Callable[[bytes], bytes] = bytes,
    **connecting: Any,
) -> Iterator[Talk]:
    """Our server, and a foreign client associated with it; at the end it releases and tshark judges."""
    with OurServer(ied or awkward_ied(), **(options or {})) as server, Recorder(server.port, rewrite) as recorder:
        client("connect", host="127.0.0.1", port=recorder.port, **connecting)
        yield Talk(server, recorder)
        if client("state") == "connected":
            client("release")
        judge(recorder)


def judge(recorder: Recorder, *, at_least: int = 1, peer_faults: tuple[bytes, ...] = ()) -> None:
    """tshark finds every PDU and nothing to complain of."""
    if tshark_helper.available():
        tshark_helper.insist_clean(recorder.capture(), recorder.upstream, at_least=at_least, peer_faults=peer_faults)


def other_true(data: bytes) -> bytes:
    """TRUE as 01 becomes TRUE as FF, and the other way round."""
    forms = b"\x83\x01\x01", b"\x83\x01\xff"
    return forms[0].join(part.replace(*forms) for part in data.split(forms[1]))


def tpkts(stream: bytes) -> list[bytes]:
    """The TPKTs of one direction."""
    whole, left = split(stream)
    assert not left
    return whole


# -- our client, their server ------------------------------------------------------------------------------------------


def asked(server: Peer, body: Callable[[IedClient], Awaitable[T]], **connecting: Any) -> T:
    """Our client associated with a foreign server for ``body``; tshark judges what was said."""
    return asked_and_recorded(server, body, **connecting)[0]


def asked_and_recorded(
    server: Peer,
    body: Callable[[IedClient], Awaitable[T]],
    *,
    rewrite: Callable[[bytes], bytes] = bytes,
    **connecting: Any,
) -> tuple[T, Recorder]:
    """The same, with the recorder, whose connections are closed."""

    async def session() -> T:
        async with connect(f"mms://127.0.0.1:{recorder.port}", timeout=10, **connecting) as ied:
            return await body(ied)

    with Recorder(server.ready["port"], rewrite) as recorder:
        result = asyncio.run(session())
    judge(recorder, at_least=4, peer_faults=EMPTY_FINISH if is_rust(server) else ())
    return result, recorder


def truth_of(server: Peer) -> dict[tuple[str, str], Any]:
    """What a foreign server itself holds, by reference and constraint."""
    return {(leaf["ref"], leaf["fc"]): leaf["value"] for leaf in server("truth")}
