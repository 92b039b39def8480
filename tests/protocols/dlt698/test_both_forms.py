"""The compiled decoders and their twins say the same of the same octets: values, errors, places."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from meterwire import _accel
from meterwire.errors import MeterwireError
from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698 import apdu, columns, data, frame, results

from .samples import Sampler


def form(prefix: str) -> tuple[ModuleType, ModuleType]:
    try:
        return tuple(import_module(f"meterwire._accel.{prefix}_{name}") for name in ("dlt698data", "dlt698"))  # type: ignore[return-value]
    except ModuleNotFoundError:
        pytest.skip("not compiled here")


@contextmanager
def using(forms: tuple[ModuleType, ModuleType]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (apdu, columns, data, results):
            patch.setattr(module, "_accel", forms[0])
        patch.setattr(frame, "_accel", forms[1])
        yield


def said(decode: Callable[[bytes], Any], octets: bytes) -> object:
    try:
        return repr(decode(octets))
    except MeterwireError as error:
        return type(error), str(error), getattr(error, "offset", None)


def in_columns(octets: bytes) -> list[Any]:
    table = d.decode_columns(octets)
    numbers = range(len(table.tags))
    cells = [list(table.column(n)) for n in numbers]
    return [table.tags, table.oad, table.rcsd, table.rows, cells, [bytes(table.valid(n)) for n in numbers]]


def spoilt(sampler: Sampler, kind: type[d.Apdu] | None) -> tuple[bytes, bytes]:
    """An APDU that may be spoilt or cut, and a frame around it that may have a bit flipped."""
    draw = sampler.random
    octets = bytearray(sampler.apdu(kind).encode())
    for _ in range(draw.randint(0, 3)):
        octets[draw.randrange(len(octets))] = draw.choice(
            (0, 1, 2, 3, 9, 28, 0x7F, 0x80, 0x81, 0x84, draw.randrange(256))
        )
    if draw.random() < 0.2:
        del octets[draw.randrange(len(octets)) :]
    control = draw.choice((0x43, 0xC3, 0x4B))
    wire = bytearray(d.Frame(control=control, server=d.ServerAddress.of("12"), data=bytes(octets[:5000])).encode())
    if draw.random() < 0.5:
        wire[draw.randrange(len(wire))] ^= 1 << draw.randrange(8)
    return bytes(octets), bytes(wire)


def compare(seeds: range) -> None:
    compiled, pure = form("_c"), form("_py")
    for seed in seeds:
        kind = (d.GetResponseRecord, d.GetResponseNormalList, None)[seed % 3]
        octets, wire = spoilt(Sampler(seed), kind)
        told = []
        for forms in (compiled, pure):
            with using(forms):
                told.append([said(d.decode_apdu, octets), said(in_columns, octets), said(d.decode, wire)])
        assert told[0] == told[1], (octets.hex(), wire.hex())


@pytest.mark.skipif(_accel.PURE_FORCED, reason="METERWIRE_PURE is set: compiled form not wanted")
def test_both_say_the_same() -> None:
    compare(range(1500))


@pytest.mark.long
@pytest.mark.skipif(_accel.PURE_FORCED, reason="METERWIRE_PURE is set: compiled form not wanted")
def test_both_say_the_same_of_a_hundred_thousand() -> None:
    compare(range(1500, 100_000))
