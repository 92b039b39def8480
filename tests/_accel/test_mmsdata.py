"""The short way for access results gives the very values of the general way, or None."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meterwire._accel import mmsdata
from meterwire.client.values import Structure, dress, dress_results, shape_of
from meterwire.errors import ProtocolError
from meterwire.protocols import ber
from meterwire.protocols.mms import BinaryTime, BitString, TypeSpec, decode_pdu, encode_data
from meterwire.protocols.mms import data as mms
from meterwire.protocols.mms.data import decode_access_results
from meterwire.protocols.mms.pdu import confirmed_response
from meterwire.protocols.mms.services import read_response
from meterwire.reading import Quality, Timestamp

Load = Callable[[str], ModuleType]

MV = TypeSpec(
    0xA2,
    components=(
        ("mag", TypeSpec(0xA2, components=(("f", TypeSpec(0x87, 32)),))),
        ("q", TypeSpec(0x84, -13)),
        ("t", TypeSpec(0x91)),
    ),
)
NUMBERS = TypeSpec(0xA1, 3, element=TypeSpec(0x85, 32))
USUAL: list[tuple[TypeSpec, bytes, Any]] = [
    (TypeSpec(0x83), mms.encode_boolean(True), True),
    (TypeSpec(0x83), b"\x83\x01\x01", True),
    (TypeSpec(0x85, 64), mms.encode_integer(-(2**63)), -(2**63)),
    (TypeSpec(0x85, 64), mms.encode_integer(99_999_999), 99_999_999),
    (TypeSpec(0x86, 32), mms.encode_unsigned(2**64 - 1), 2**64 - 1),
    (TypeSpec(0x87, 32), mms.encode_float(-1.5), -1.5),
    (TypeSpec(0x87, 64), mms.encode_float(1e300, double=True), 1e300),
    (TypeSpec(0x8A, -255), b"\x8a\x03abc", "abc"),
    (TypeSpec(0x90, -255), b"\x90\x00", ""),
    (TypeSpec(0x89, -64), b"\x89\x02\xff\x00", b"\xff\x00"),
    (TypeSpec(0x84, -13), mms.encode_bits(0x1801, 13), Quality(0x1801)),
    (TypeSpec(0x84, 2), mms.encode_bits(2, 2), 2),
    (TypeSpec(0x91), encode_data(Timestamp(7, 8, 9)), Timestamp(7, 8, 9)),
    (NUMBERS, encode_data([1, -2, 300]), [1, -2, 300]),
    (
        MV,
        encode_data(((2.5,), BitString(0, 13), Timestamp(1, 2, 3))),
        {"mag": {"f": 2.5}, "q": Quality(0), "t": Timestamp(1, 2, 3)},
    ),
]
GENERAL = [
    (TypeSpec(0x84, -10), mms.encode_bits(5, 10)),  # a bit string that stays one
    (TypeSpec(0x8C, 1), encode_data(BinaryTime(bytes(6)))),
    (TypeSpec(0x83), b"\x80\x01\x0a"),  # access failure
    (TypeSpec(0x90, -255), "电压".encode().join((b"\x90\x06", b""))),
    (MV, b"\xa2\x05\x87\x05\x08"),  # a lie about a length
    (MV, encode_data((1, 2))),  # not what the type says
    (TypeSpec(0x85, 32), b"\x85\x00"),
]


def short(module: ModuleType, data: bytes, specs: list[TypeSpec]) -> list[Any] | None:
    shapes = [shape_of(spec) for spec in specs]
    found: list[Any] | None = module.dress_results(data, 0, len(data), shapes, Structure, Quality, Timestamp.from_bytes)
    return found


def general(data: bytes, specs: list[TypeSpec]) -> list[Any]:
    return list(map(dress, decode_access_results(data, 0, len(data)), specs))


@pytest.mark.parametrize(("spec", "data", "value"), USUAL)
def test_usual_values(accel: Load, spec: TypeSpec, data: bytes, value: Any) -> None:
    module = accel("mmsdata")
    assert general(data, [spec]) == [value]
    found = short(module, data, [spec])
    if module.__name__.endswith("_c_mmsdata"):
        assert found == [value]
        assert [type(item) for item in found] == [type(item) for item in general(data, [spec])]
    else:
        assert found is None


def test_many_results(accel: Load) -> None:
    module = accel("mmsdata")
    specs = [spec for spec, _, _ in USUAL]
    data = b"".join(octets for _, octets, _ in USUAL)
    assert short(module, data, specs) in (None, general(data, specs))
    assert short(module, data, specs[:-1]) is None
    assert short(module, data + b"\x83", specs) is None


@pytest.mark.parametrize(("spec", "data"), GENERAL)
def test_everything_else_goes_the_general_way(accel: Load, spec: TypeSpec, data: bytes) -> None:
    assert short(accel("mmsdata"), data, [spec]) is None


def test_depth_is_bounded(accel: Load) -> None:
    spec, data = TypeSpec(0x83), b"\x83\x01\x00"
    for _ in range(200):
        spec, data = TypeSpec(0xA2, components=(("x", spec),)), ber.tlv(0xA2, data)
    assert short(accel("mmsdata"), data, [spec]) is None


@settings(derandomize=True, max_examples=600, deadline=None)
@given(
    st.sampled_from(USUAL),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, 5),
)
def test_damaged_results(row: tuple[TypeSpec, bytes, Any], damage: list[tuple[int, int]], cut: int) -> None:
    """What the short way accepts, the general way accepts too, with the same values."""
    spec, octets, _ = row
    data = bytearray(octets)
    for place, value in damage:
        data[place % len(data)] = value
    damaged = bytes(data[: len(data) - cut])
    found = short(mmsdata, damaged, [spec])
    if found is None:
        return
    try:
        expected = general(damaged, [spec])
    except ProtocolError as error:
        raise AssertionError(damaged.hex()) from error
    assert repr(found) == repr(expected)


@pytest.mark.skipif(not mmsdata.__name__.endswith("._c_mmsdata"), reason="the twin keeps nothing")
def test_what_was_made_of_the_same_octets_is_given_again() -> None:
    pdu = decode_pdu(confirmed_response(1, read_response([encode_data(Timestamp(1_800_000_000, 5, 10))])))
    spec = TypeSpec(0x91)
    (first,), (second,) = (dress_results(pdu, [spec], [shape_of(spec)]) for _ in range(2))
    assert first == Timestamp(1_800_000_000, 5, 10)
    assert first is second
