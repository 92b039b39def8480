"""Plausible moving values for any model: what ``serve --scl`` shows of an IED that is not there.

Measured values wander around a typical value of their name, counters count, integers drift, booleans and double points
change now and then, enumerations take another of their ordinals. Whatever changed gets good quality and the time. Only
leaves of FC ST and MX move; Mod, Beh, Health and what can be operated stand still, and
control blocks are never touched. The same seed gives the same values.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..models import DataAttribute, DataObject, Ied, Kind
from ..reading import Quality, Timestamp

__all__ = ["MAX_OBJECTS_PER_STEP", "ValueStepper", "simulate"]

MAX_OBJECTS_PER_STEP = 500
"""Data objects that move in one step; a larger model moves in turns."""
RARE = 0.02
"""Chance that a state changes in one step."""
SPREAD, PULL = 0.005, 0.05
"""A measured value moves by this part of its typical value, and back by this part of its distance."""
HUGE = 1e30
"""Measured values from here on start anew at a typical one: they could wander out of a FLOAT32."""
MAX_COUNT = 20
"""Most a counter grows in one step."""

TYPICAL = {
    "Hz": 50.0, "PhV": 230.0, "PPV": 400.0, "Vol": 230.0, "A": 12.0, "Amp": 12.0, "W": 2500.0, "TotW": 7500.0,
    "VAr": 400.0, "TotVAr": 1200.0, "VA": 2600.0, "TotVA": 7600.0, "PF": 0.96, "TotPF": 0.96, "Tmp": 25.0, "Hum": 45.0,
}  # fmt: skip
"""What a measured value wanders around, by the name of its data object (whose instance number is left off)."""
STILL_OBJECTS = frozenset({"Mod", "Beh", "Health", "Loc", "LocKey", "LocSta", "NamPlt", "PhyNam", "PhyHealth"})
STILL_ATTRIBUTES = frozenset({"origin", "ctlNum", "stSeld", "opRcvd", "opOk", "tOpOk", "opOkTm", "range", "rangeAng"})


@dataclass(slots=True)
class _Mover:
    """A leaf and how it moves."""

    leaf: DataAttribute
    move: Callable[[random.Random, Any], Any]


@dataclass(slots=True)
class _Place:
    """A data object whose values move, with the quality and time that go with them."""

    movers: list[_Mover]
    quality: DataAttribute | None
    time: DataAttribute | None


class ValueStepper:
    """Moves the values of a model, one step at a call; it has neither clock nor loop."""

    def __init__(self, ied: Ied, *, seed: int = 0) -> None:
        self.ied = ied
        self._random = random.Random(seed)  # noqa: S311 - toy values, not secrets
        self._version = -1
        self._places: list[_Place] = []
        self._next = 0

    def step(self, now: Timestamp) -> int:
        """Move values in one transaction, dated ``now``; how many attributes changed."""
        if self._version != self.ied.model_version:
            self._version = self.ied.model_version
            self._places = [place for device in self.ied.children.values() for place in _places(self.ied, device)]
            self._next = 0
        count = min(len(self._places), MAX_OBJECTS_PER_STEP)
        changes: list[tuple[DataAttribute, Any]] = []
        for i in range(count):
            changes += self._changes(self._places[(self._next + i) % len(self._places)], now)
        self._next = (self._next + count) % max(1, len(self._places))
        if changes:
            self.ied.apply(changes)
        return len(changes)

    def _changes(self, place: _Place, now: Timestamp) -> Iterator[tuple[DataAttribute, Any]]:
        moved = False
        for mover in place.movers:
            value = mover.move(self._random, mover.leaf.value)
            if value != mover.leaf.value:
                moved = True
                yield mover.leaf, value
        if moved and place.quality is not None:
            yield place.quality, Quality.GOOD
        if moved and place.time is not None:
            yield place.time, now


async def simulate(stepper: ValueStepper, *, period: float = 1.0, clock: Callable[[], int] = time.time_ns) -> None:
    """Step for ever, ``period`` seconds apart."""
    while True:
        stepper.step(Timestamp.from_ns(clock()))
        await asyncio.sleep(period)


def _places(ied: Ied, node: Any) -> Iterator[_Place]:
    """Data objects below a device or node that have something to move."""
    if isinstance(node, DataObject):
        if node.name in STILL_OBJECTS or "Oper" in node.children:
            return  # what can be operated stays where it was put
        own = [child for child in node.children.values() if isinstance(child, DataAttribute)]
        leaves = [leaf for child in own if child.name not in STILL_ATTRIBUTES for leaf in child.leaves()]
        movers = [mover for leaf in leaves if (mover := _mover(ied, leaf, node)) is not None]
        if movers:
            yield _Place(movers, _stamp(node, "q", Kind.BITS), _stamp(node, "t", Kind.UTC_TIME))
    for child in node.children.values():
        if not isinstance(child, DataAttribute):
            yield from _places(ied, child)


def _stamp(node: DataObject, name: str, kind: Kind) -> DataAttribute | None:
    found = node.children.get(name)
    if not isinstance(found, DataAttribute) or found.type is None or found.type.kind is not kind:
        return None
    return found if found.fc in ("ST", "MX") else None


def _mover(ied: Ied, leaf: DataAttribute, place: DataObject) -> _Mover | None:
    type_ = leaf.type
    if leaf.fc not in ("ST", "MX") or type_ is None:
        return None
    if type_.kind is Kind.BOOLEAN:
        return _Mover(leaf, lambda chance, value: not value if chance.random() < RARE else value)
    if type_.name == "Dbpos":
        return _Mover(
            leaf, lambda chance, value: chance.choice((1, 2)) if not value or chance.random() < RARE else value
        )
    if leaf.enum:
        ordinals = sorted(ied.enums.get(leaf.enum, ()))
        return (
            _Mover(leaf, lambda chance, value: chance.choice(ordinals) if chance.random() < RARE else value)
            if ordinals
            else None
        )
    if type_.kind is Kind.FLOAT:
        return _Mover(leaf, _wander(_typical(leaf)))
    if type_.kind in (Kind.INTEGER, Kind.UNSIGNED):
        top = (1 << (type_.size - (type_.kind is Kind.INTEGER))) - 1
        return _Mover(leaf, _count(top) if place.cdc == "BCR" or "Cnt" in place.name else _drift(min(top, 100)))
    return None


def _typical(leaf: DataAttribute) -> float:
    if 0 < abs(leaf.value) < HUGE:
        return float(leaf.value)
    names = [leaf.name, *_ancestors(leaf)]
    if "ang" in names:
        return -120.0 if "phsB" in names else 120.0 if "phsC" in names else 1.0
    known = (TYPICAL[name.rstrip("0123456789")] for name in names if name.rstrip("0123456789") in TYPICAL)
    return next(known, 10.0)


def _ancestors(leaf: DataAttribute) -> Iterator[str]:
    node = leaf.parent
    while node is not None:
        yield node.name
        node = node.parent


def _wander(typical: float) -> Callable[[random.Random, Any], Any]:
    def move(chance: random.Random, value: Any) -> Any:
        if not 0 < abs(value) < HUGE:  # NaN, infinite or nothing yet
            return typical
        return value + PULL * (typical - value) + chance.gauss(0.0, SPREAD) * typical

    return move


def _count(top: int) -> Callable[[random.Random, Any], Any]:
    def move(chance: random.Random, value: Any) -> Any:
        grown = value + chance.randrange(MAX_COUNT + 1)
        return grown if grown <= top else 0  # a register rolls over

    return move


def _drift(top: int) -> Callable[[random.Random, Any], Any]:
    def move(chance: random.Random, value: Any) -> Any:
        return max(0, min(top, value + chance.choice((-1, 0, 0, 1))))

    return move
