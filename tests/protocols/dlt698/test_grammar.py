"""Property tests over the whole grammar: every APDU the declarations allow, and octets they do not."""

import contextlib
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meterwire.errors import DecodeError, UsageError
from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698 import apdu as apdus

from .grammar import any_apdu, any_data
from .samples import CLASSES, Sampler

pytestmark = pytest.mark.usefixtures("codec")
BOTH = {"suppress_health_check": list(HealthCheck), "deadline": None}


def same(a: object, b: object) -> bool:
    """Equal, and of equal types all the way down, which equality of numbers does not tell."""
    return repr(a) == repr(b)


def survives(apdu: d.Apdu) -> None:
    octets = apdu.encode()
    found = d.decode_apdu(octets)
    assert same(found, apdu)
    assert found.encode() == octets


@settings(max_examples=200, **BOTH)
@given(any_apdu())
def test_an_apdu_survives(apdu: d.Apdu) -> None:
    survives(apdu)


@settings(max_examples=60, **BOTH)
@given(any_apdu())
def test_anatomy_covers_every_octet(apdu: d.Apdu) -> None:
    octets = apdu.encode()
    fields = d.explain_apdu(octets)
    assert "not explained" not in {field.name for field in fields}
    assert b"".join(field.data for field in fields if field.depth == 0) == octets
    leaves = [
        f for f, after in zip(fields, [*fields[1:], None], strict=True) if after is None or after.depth <= f.depth
    ]
    assert b"".join(field.data for field in leaves) == octets


@settings(max_examples=120, **BOTH)
@given(any_data())
def test_data_survive(value: d.Data) -> None:
    octets = d.encode_data(value)
    found = d.decode_data(octets)
    assert same(found, value) or isinstance(value, d.Null)
    assert d.encode_data(found) == octets


@settings(max_examples=80, **BOTH)
@given(any_apdu(), st.randoms(use_true_random=False))
def test_cut_and_spoilt_apdus_are_decoded_or_refused(apdu: d.Apdu, chance: random.Random) -> None:
    """Nothing but our own errors; and what is decoded and written again means the same."""
    octets = bytearray(apdu.encode())
    cut = bytes(octets[: chance.randrange(len(octets))])
    for _ in range(chance.randrange(1, 4)):
        octets[chance.randrange(len(octets))] = chance.choice([0, 1, 0x7F, 0x80, 0x84, 0xFF, chance.randrange(256)])
    for data in (cut, bytes(octets), bytes(octets) + b"\x00"):
        explained = d.explain_apdu(data)
        assert b"".join(field.data for field in explained if field.depth == 0) == data
        with contextlib.suppress(DecodeError):
            found = d.decode_apdu(data)
            assert same(d.decode_apdu(found.encode()), found)


@settings(max_examples=300, **BOTH)
@given(st.binary(max_size=200))
def test_any_octets_are_decoded_or_refused(data: bytes) -> None:
    for decoder in (d.decode_apdu, d.decode_data, d.explain_apdu):
        with contextlib.suppress(DecodeError):
            decoder(data)


@settings(max_examples=40, **BOTH)
@given(any_apdu(), st.integers(0, 255), st.binary(min_size=1, max_size=16), st.integers(0, 255))
def test_a_frame_around_an_apdu_survives(apdu: d.Apdu, control: int, address: bytes, client: int) -> None:
    octets = apdu.encode()
    server = d.ServerAddress(bytes(((control ^ client) & 0xF0 | len(address) - 1,)) + address)
    if len(octets) > 16_000:
        return
    frame = d.Frame(control=control, server=server, client=client, data=octets)
    assert d.decode(frame.encode()) == frame
    frame.anatomy()
    str(frame)


def test_answers_that_are_read_in_one_walk() -> None:
    """Which APDUs those are; that they come out the same is what the tests above say."""
    assert {cls.__name__ for cls in apdus._ANSWERS.values()} == {
        "GetResponseNormal",
        "GetResponseNormalList",
        "ReportNotificationList",
    }


def test_every_service_of_the_facts_is_declared() -> None:
    tags = {cls.TAG for cls in CLASSES}
    assert tags == {1, 2, 3, 5, 6, 7, 8, 9, 0x10, 0x6E} | {
        0x81,
        0x82,
        0x83,
        0x84,
        0x85,
        0x86,
        0x87,
        0x88,
        0x89,
        0x90,
        0xEE,
    }
    choices = {tag: sorted(c.CHOICE for c in CLASSES if tag == c.TAG and c.CHOICE is not None) for tag in sorted(tags)}
    assert {tag: many for tag, many in choices.items() if many} == {
        0x05: [1, 2, 3, 4, 5, 6],
        0x06: [1, 2, 3],
        0x07: [1, 2, 3],
        0x08: [1, 2, 3],
        0x09: [1, 2, 3, 4, 5, 6, 7],
        0x85: [1, 2, 3, 4, 5, 6],
        0x86: [1, 2, 3],
        0x87: [1, 2, 3],
        0x88: [1, 2, 3],
        0x89: [1, 2, 3, 4, 5, 6, 7],
    }


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_field_is_checked_when_it_is_sent(cls: type[d.Apdu]) -> None:
    """An object() is no value of any field; the error names the field."""
    for name, _ in cls.WIRE.fields:
        fields = {known: object() if known == name else None for known, _ in cls.WIRE.fields}
        with pytest.raises(UsageError, match=cls.__name__):
            cls(**fields).encode()


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_samples_of_each_apdu_survive(cls: type[d.Apdu]) -> None:
    sampler = Sampler(CLASSES.index(cls))
    for _ in range(20):
        survives(sampler.apdu(cls))


@pytest.mark.long
def test_a_hundred_thousand_apdus_re_encode_identically() -> None:
    seen: dict[type[d.Apdu], int] = {}
    for seed in range(100_000):
        apdu = Sampler(seed).apdu()
        survives(apdu)
        seen[type(apdu)] = seen.get(type(apdu), 0) + 1
    assert seen.keys() == set(CLASSES)


@pytest.mark.long
def test_thousands_of_apdus_at_the_edges_of_the_grammar() -> None:
    """As the property test above, longer: hypothesis draws octets no sampler would think of."""

    @settings(max_examples=5_000, database=None, **BOTH)
    @given(any_apdu())
    def campaign(apdu: d.Apdu) -> None:
        survives(apdu)

    campaign()
