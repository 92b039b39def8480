"""One fixture for each foreign peer, each a process of its own; a peer that is not installed skips its tests visibly."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the helpers beside this file: peer, recorder, tshark

import tshark as tshark_helper
from peer import Peer


def start(package: str, module: str, script: str, *arguments: str) -> Iterator[Peer]:
    """Start a peer for one test; without its package the test is skipped."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{package} is not installed in {sys.prefix}: pip install {package}")
    with Peer(script, *arguments) as peer:
        yield peer


@pytest.fixture
def libiec61850_client() -> Iterator[Peer]:
    """A libIEC61850 client, not connected."""
    yield from start("pyiec61850-ng", "pyiec61850", "libiec61850_client.py")


@pytest.fixture
def libiec61850_server() -> Iterator[Peer]:
    """A libIEC61850 server on ``ready["port"]``."""
    yield from start("pyiec61850-ng", "pyiec61850", "libiec61850_server.py")


@pytest.fixture
def iec61850_client() -> Iterator[Peer]:
    """A client of the Rust package iec61850, not connected."""
    yield from start("iec61850", "iec61850", "iec61850_client.py")


@pytest.fixture
def iec61850_server() -> Iterator[Peer]:
    """A server of the Rust package iec61850 on ``ready["port"]``."""
    yield from start("iec61850", "iec61850", "iec61850_server.py")


@pytest.fixture
def libiec61850_controls() -> Iterator[Peer]:
    """A libIEC61850 server with controls."""
    yield from start("pyiec61850-ng", "pyiec61850", "libiec61850_control_server.py")


@pytest.fixture
def libiec61850_keeping() -> Iterator[Peer]:
    """A libIEC61850 server with setting groups and a log."""
    yield from start("pyiec61850-ng", "pyiec61850", "libiec61850_keeping_server.py")


@pytest.fixture
def iec61850_keeping() -> Iterator[Peer]:
    """A server of the Rust package iec61850 with setting groups and a log."""
    yield from start("iec61850", "iec61850", "iec61850_keeping_server.py")


@pytest.fixture
def iec61850_controls() -> Iterator[Peer]:
    """A server of the Rust package iec61850 with controls."""
    yield from start("iec61850", "iec61850", "iec61850_control_server.py")


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Peer:
    """A foreign client by its pairing in the matrix; see pairings.clients."""
    peer: Peer = request.getfixturevalue(request.param)
    return peer


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Peer:
    """A foreign server by its pairing in the matrix; see pairings.servers."""
    peer: Peer = request.getfixturevalue(request.param)
    return peer


@pytest.fixture
def tshark() -> None:
    """For tests that judge a capture: skips where tshark is missing."""
    if not tshark_helper.available():
        pytest.skip("tshark is not installed, so no recorded session is judged: apt-get install tshark")
