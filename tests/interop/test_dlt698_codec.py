"""PyPI dlt698 (Apache-2.0, a C++ core of another author) and we take the same octets apart in the same way.

It gets APDUs of every class we have, drawn from the grammar, and has to give back the octets it got: what it understood it
could say again. Values of simple types are compared by meaning as well.

Where it departs, :data:`REFUSALS` says so: it refuses what it holds to be no sense, where we hand over what was sent.
"""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from peer import Peer

from meterwire._accel import frames as search
from meterwire.protocols import dlt698 as d

sys.path.insert(0, str(Path(__file__).parents[1] / "protocols" / "dlt698"))

from samples import CLASSES, Sampler

EACH = 30
REFUSALS = (
    "nonfinal DAR block",  # a block that is not the last and carries a DAR
    "MD5 length",  # an MD5 of other than 16 octets
)


@pytest.fixture(scope="module")
def codec() -> Iterator[Peer]:
    if importlib.util.find_spec("dlt698") is None:
        pytest.skip("dlt698 is not installed: pip install dlt698")
    with Peer("dlt698_codec.py") as peer:
        yield peer


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_it_understands_our_apdus(codec: Peer, cls: type[d.Apdu]) -> None:
    sampler = Sampler(cls.TAG)
    sent = [sampler.apdu(cls).encode() for _ in range(EACH)]
    kind = "security" if cls.TAG in {0x10, 0x90} else "apdu"
    told = codec("again", kind=kind, octets=[octets.hex() for octets in sent])["told"]
    understood = 0
    for octets, answer in zip(sent, told, strict=True):
        if "error" in answer:
            assert any(reason in answer["error"] for reason in REFUSALS), answer["error"]
            continue
        assert answer["octets"] == octets.hex()
        understood += 1
    assert understood >= 3


def test_it_understands_our_frames(codec: Peer) -> None:
    sampler = Sampler(0)
    frames = [
        d.Frame(control=control, server=d.ServerAddress.of(digits), client=client, data=sampler.apdu().encode())
        for control in (0x43, 0xC3, 0x83, 0x03, 0x4B)
        for digits in ("000000000001", "12", "AAAAAAAAAAAA")
        for client in (0, 0x10)
    ]
    told = codec("again", kind="frame", octets=[frame.encode().hex() for frame in frames])["told"]
    assert [answer.get("octets") for answer in told] == [frame.encode().hex() for frame in frames]


def test_values_mean_the_same(codec: Peer) -> None:
    values: list[Any] = [
        d.DoubleLong(-2),
        d.DoubleLongUnsigned(2**32 - 1),
        d.Integer(-1),
        d.Long(-894),
        d.Unsigned(255),
        d.LongUnsigned(2413),
        d.Long64(-(2**63)),
        d.Long64Unsigned(2**64 - 1),
        d.Enum(3),
        d.OI("0010"),
        True,
        None,
        "DTZY-200",
        d.Float32(1.5),
        2.25,
    ]
    assert codec("values", octets=[d.encode_data(value).hex() for value in values]) == values


def test_the_sums_are_the_same(codec: Peer) -> None:
    texts = [b"", b"123456789", bytes(range(256)), b"\xff" * 1000]
    assert codec("crc", octets=[text.hex() for text in texts]) == [search.fcs(text) for text in texts]
