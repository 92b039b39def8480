"""Cnf: the model online is the one an SCL file describes (``--scl``)."""

from collections.abc import Iterator

from ...binding.mms import MmsImage
from ...models import Ied
from ...protocols.mms import DataTag, TypeSpec
from ..bench import Bench, quote
from ..case import Group
from .reporting import attributes

__all__ = ["group"]

group = Group("Cnf", "Configuration: the server is what its SCL file says")


def _model(bench: Bench) -> Ied:
    if bench.options.model is None:
        bench.skip("no file to compare with (--scl)")
    return bench.options.model


async def _compare(bench: Bench, told: set[str], online: set[str], what: str, again: str = "") -> None:
    """Both sides have the same names."""
    missing, extra = sorted(told - online), sorted(online - told)
    if missing or extra:
        session = await bench.session()
        await session.names(9 if not again else 0, again or None)
    bench.check(not missing, f"{len(missing)} {what} of the file are not online: {quote(missing[:3])}")
    bench.check(not extra, f"{len(extra)} {what} online are not in the file: {quote(extra[:3])}")
    bench.note(f"{len(told)} {what}")


@group.case("101", "Logical devices are those of the file")
async def _devices(bench: Bench) -> None:
    await _compare(bench, set(_model(bench).children), set(bench.inventory.devices), "logical devices")


@group.case("102", "Logical nodes are those of the file")
async def _nodes(bench: Bench) -> None:
    for name, device in _model(bench).children.items():
        online = bench.inventory.devices.get(name)
        if online is not None:
            await _compare(bench, set(device.children), set(online.nodes), f"logical nodes of {name}", name)


def _names(bench: Bench, device: str) -> tuple[set[str], set[str]]:
    """Names of data objects and attributes in the file and online, without those of control blocks."""
    image = MmsImage(_model(bench))
    try:
        told = {name for name in image.domains[device].names if _is_data(name)}
    finally:
        image.close()
    return told, {name for name in bench.inventory.devices[device].names if _is_data(name)}


def _is_data(name: str) -> bool:
    parts = name.split("$")
    return len(parts) > 2 and parts[1] not in ("RP", "BR", "LG", "GO", "MS", "US") and parts[2] != "SGCB"
