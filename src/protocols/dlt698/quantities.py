"""Values with their meaning: an attribute's Data, by the catalogue, as named quantities with unit.

A whole attribute gives one quantity per element (phases, tariffs, harmonics), an element only its own. Sums of money and energy are exact: integers go to Decimal by their exponent alone.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ...reading import Quality
from .dar import DAR
from .data import Data, encode_data, type_name
from .datatypes import DataType
from .dates import DateTimeS
from .items import Item, Member, lookup
from .values import OAD, Array, Null, Structure

__all__ = ["Quantity", "quantities"]

_TARIFFS: Final = 1, 2
_DEMAND: Final = 2
_PHASED: Final = 3
_POWERS: Final = 4
_HARMONICS: Final = 5
_PHASES: Final = "ABC"
_INTEGERS: Final = frozenset({5, 6, 15, 16, 17, 18, 20, 21})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One value of one object."""

    oad: OAD
    """The element it is; of a value in one piece the attribute."""
    name: str
    """English name, with phase or tariff."""
    name_zh: str
    """Chinese name."""
    value: Decimal | Data
    """Exact value in ``unit`` where the catalogue knows the scaler, otherwise the Data; None when there is none."""
    raw: int | None = None
    """The integer received: ``value == raw * 10**exponent``; None for what is no quantity."""
    exponent: int = 0
    """Decimal exponent of ``raw``."""
    unit: str = ""
    """Symbol, empty when it has none."""
    time: dt.datetime | None = None
    """When a maximum demand occurred, by the server's clock; None when it tells no date."""
    quality: Quality = Quality.GOOD
    """Invalid without a value, questionable when the type is not the catalogue's."""
    note: str = ""
    """What is odd, empty when nothing is."""


def quantities(oad: OAD, value: Data | DAR) -> tuple[Quantity, ...]:
    """What ``value`` of ``oad`` means; never raises for any value.

    An integer of another type than the catalogue's is scaled all the same (the scaler belongs to the attribute), but
    questionable, and the note tells. A DAR is one invalid quantity without value, an object or attribute that is not
    in the catalogue a questionable one with the Data as it is.

    Example: ``quantities(OAD("20000200"), Array([LongUnsigned(2413)]))[0].value == Decimal("241.3")``
    """
    item = lookup(oad)
    member = item.attribute(oad.attribute)
    if isinstance(value, DAR):
        return (_whole(oad, item, member, None, Quality.INVALID, str(value)),)
    if not item.known or member is None or oad.feature:
        why = "not in the catalogue" if not oad.feature else f"feature {oad.feature} of the attribute"
        return (_whole(oad, item, member, value, Quality.QUESTIONABLE, why),)
    if oad.index:
        return (_one(oad, item, member, _part(member.data_type, oad.index), value),)
    if member.data_type.name != "array" or (member.scaler is None and item.ic > _HARMONICS):
        return (_one(oad, item, member, member.data_type, value),)
    if type(value) is not Array:
        return (_whole(oad, item, member, value, Quality.QUESTIONABLE, _other_type(member.data_type, value)),)
    element = member.data_type.parts[0]
    # the index is one octet: what lies beyond has no OAD of its own
    return tuple(
        _one(OAD(int(oad) | min(place, 255)), item, member, element, part, place) for place, part in enumerate(value, 1)
    )


def _part(whole: DataType, index: int) -> DataType:
    """Type of an element of an attribute; of a record table, and of a value in one piece, it is the attribute's."""
    if whole.name == "array":
        return whole.parts[0]
    if whole.name == "structure" and index <= len(whole.parts):
        return whole.parts[index - 1]
    return whole


def _names(item: Item, member: Member | None, place: int) -> tuple[str, str]:
    name, zh = item.name, item.name_zh
    if member is not None and member.number != 2 and item.ic != _HARMONICS:
        name, zh = f"{name}, {member.name}", f"{zh} {member.name_zh}"
    if item.ic == _HARMONICS and member is not None and 2 <= member.number <= 4:
        phase = _PHASES[member.number - 2]
        name, zh = f"phase {phase} {name}", f"{phase}相{zh}"
    if not place:
        return name, zh
    told, told_zh = _element(item, place)
    return f"{name}, {told}", f"{zh} {told_zh}"


def _element(item: Item, place: int) -> tuple[str, str]:
    """What the ``place``-th element of the values of such an object is."""
    if item.ic in {*_TARIFFS, _POWERS, _HARMONICS}:
        if place == 1:
            return "total", "总"
        if item.ic in _TARIFFS:
            return f"tariff {place - 1}", f"费率{place - 1}"
        if item.ic == _HARMONICS:
            return f"harmonic {place}", f"{place}次"
    phase = place - 1 if item.ic == _POWERS else place
    if item.ic in {_PHASED, _POWERS} and phase <= len(_PHASES):
        return f"phase {_PHASES[phase - 1]}", f"{_PHASES[phase - 1]}相"
    return f"element {place}", f"第{place}个"


def _whole(oad: OAD, item: Item, member: Member | None, value: Any, quality: Quality, note: str) -> Quantity:
    name, zh = _names(item, member, oad.index)
    return Quantity(oad=oad, name=name, name_zh=zh, value=value, quality=quality, note=note)


def _other_type(kind: DataType, value: Data) -> str:
    return f"sent as {type_name(encode_data(value)[0])}, the catalogue says {kind}"


def _one(oad: OAD, item: Item, member: Member, kind: DataType, value: Data, place: int = 0) -> Quantity:
    """A value in one piece, which should be a ``kind``."""
    name, zh = _names(item, member, place or oad.index)
    quality, note, time = Quality.GOOD, "", None
    if not kind.fits(value):
        quality, note = Quality.QUESTIONABLE, _other_type(kind, value)
    if item.ic == _DEMAND and type(value) is Structure and len(value) == 2 and isinstance(value[1], DateTimeS):
        value, time = value[0], value[1].datetime
    if value is None or isinstance(value, Null):
        value, quality, note = None, Quality.INVALID, "no data"
    if member.scaler is None or getattr(value, "TAG", None) not in _INTEGERS:
        return Quantity(oad=oad, name=name, name_zh=zh, value=value, time=time, quality=quality, note=note)
    raw = int(value)
    return Quantity(
        oad=oad, name=name, name_zh=zh, value=Decimal(f"{raw}E{member.scaler}"), raw=raw, exponent=member.scaler,
        unit=member.unit, time=time, quality=quality, note=note,
    )  # fmt: skip
