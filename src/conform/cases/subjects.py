"""What cases are tried on, chosen from what the server has."""

from collections.abc import Callable
from functools import partial

from ...errors import DataAccessError
from ...protocols.mms import DataTag, ObjectName
from ..bench import Bench
from ..inventory import Leaf
from ..session import Session
from ..sweep import octets_of

__all__ = ["any_leaf", "device", "missing_item", "octets", "readable_leaf", "reread", "writable_leaf"]

MAX_TRIED = 60
"""Attributes that are written with their own value, until one is taken."""
SETTABLE = ("SP", "DC", "CF", "SV")
"""Where writable attributes are looked for, in this order."""
NOT_TRIED = frozenset({"ctlModel", "sboTimeout", "subEna", "sboClass", "operTimeout"})
"""Attributes that change how others behave, and are left alone."""


def device(bench: Bench) -> str:
    """The first logical device."""
    for name in bench.inventory.devices:
        return name
    bench.skip("the server shows no logical device")


def any_leaf(bench: Bench, wanted: Callable[[Leaf], object], what: str) -> Leaf:
    """The first leaf like this."""
    for leaf in bench.inventory.leaves():
        if wanted(leaf):
            return leaf
    bench.skip(f"the server has no {what}")


async def readable_leaf(
    bench: Bench, wanted: Callable[[Leaf], object] = lambda _leaf: True, what: str = "readable attribute"
) -> Leaf:
    """The first leaf like this that has been read."""
    for leaf, _ in (await bench.values()).leaves():
        if wanted(leaf):
            return leaf
    bench.skip(f"the server has no {what}")


def missing_item(bench: Bench, domain: str, item: str) -> str:
    """A name like ``item`` that the device does not have."""
    names = set(bench.inventory.devices[domain].names)
    while item in names:
        item += "x"
    return item


async def octets(session: Session, name: ObjectName) -> bytes:
    """The octets of one value; raises the refusal."""
    (found,) = await octets_of(session, name)
    if isinstance(found, DataAccessError):
        raise DataAccessError(found.code or 0, str(name))
    return found


async def reread(bench: Bench, domain: str, item: str) -> None:
    """Read it once more in this case's own association, so that its octets are on the tape."""
    await octets_of(await bench.session(), ObjectName(item, domain))


async def writable_leaf(
    bench: Bench, wanted: Callable[[Leaf], object] = lambda _leaf: True, what: str = "attribute that takes a write"
) -> tuple[Leaf, bytes]:
    """A leaf that takes its own value back, and this value, which is written again at the end."""
    session = await bench.session()
    found = [(leaf, value) for leaf, value in (await bench.values()).leaves() if wanted(leaf)]
    tried = 0
    for fc in SETTABLE:
        for leaf, _ in found:
            if leaf.fc != fc or leaf.last in NOT_TRIED or leaf.spec.tag == DataTag.ARRAY or tried >= MAX_TRIED:
                continue
            tried += 1
            (value,) = await octets_of(session, leaf.name)
            if isinstance(value, bytes) and await session.write(leaf.name, value) is None:
                bench.undo(f"value of {leaf}", partial(_put_back, leaf=leaf, value=value))
                return leaf, value
    bench.skip(f"none of {tried} attributes tried is an {what}")


async def _put_back(session: Session, leaf: Leaf, value: bytes) -> None:
    if await octets(session, leaf.name) != value:
        await session.set(leaf.domain, leaf.item, value)
