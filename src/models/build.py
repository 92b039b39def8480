"""From declarations to a tree: one logical node, with what is mandatory and what was asked for.

::

    build(MMTR, inst="1", prefix="Rt1", include=("DmdWh", "SupWh"),
          values={"DmdWh.pulsQty": 10.0, "DmdWh.units.SIUnit": 72})

Members stand in the order of the declaration, whatever the order of the arguments. A name that has a
value is included by that. Numbered data objects are asked for with their number (``Ind1``).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import UnknownNameError, UsageError
from ..reading import Quality
from .cdc.addresses import PhyComAddrL2
from .declare import (
    ADDRESS,
    CONTROL,
    ENUM,
    Attribute,
    AttributeType,
    CommonDataClass,
    Constructed,
    LogicalNodeClass,
    Parameter,
    Presence,
    SubObject,
)
from .enums import CtlModelKind
from .enums._base import Literals
from .presence import Context, complete
from .tree import DataAttribute, DataObject, LogicalNode, Trigger
from .types import BASIC_TYPES, BasicType

__all__ = ["MAX_ELEMENTS", "WRITABLE", "build"]

WRITABLE = frozenset({("CF", "db"), ("CF", "dbAng"), ("CF", "zeroDb"), ("DC", "d"), ("DC", "dU")})
"""Attributes a client may write unless told otherwise: dead bands and descriptions."""

MAX_ELEMENTS = 4096
"""Longest array that is built."""

_NUMBERED = re.compile(r"(.*?[A-Za-z_])([0-9]+)")
_SCALABLE = ("AnalogueValue", "AnalogueValueCtl")


class _Wish(dict[str, "_Wish"]):
    """Names that were asked for below a place, as a tree."""

    def want(self, path: str) -> "_Wish":
        place = self
        for name in path.replace("(", ".(").split("."):
            place = place.setdefault(name, _Wish())
        return place

    def below(self, name: str) -> "_Wish":
        return self.get(name, _Wish())


@dataclass(frozen=True, slots=True)
class _Builder:
    """What building one logical node needs everywhere."""

    values: Mapping[str, Any]
    quality: Quality
    writable: frozenset[str]
    is_ln0: bool
    used: set[str] = field(default_factory=set)

    def data_object(
        self, name: str, cdc: type[CommonDataClass], path: str, wish: _Wish, enum: Any, open_type: Any = None
    ) -> DataObject:
        """A data object or sub data object; ``open_type`` is what its CDC leaves open besides an enumeration."""
        members = cdc.members()
        context = Context(
            where=f"{path} ({cdc.__name__})",
            is_ln0=self.is_ln0,
            ctl_model=self.ctl_model(path),
            scaled=_scaled(members, wish),
            preferred=cdc.preferred,
        )
        _refuse_unknown(context.where, members, wish)
        chosen = complete(members, wish.keys(), context)
        control = enum if cdc.control_value is ENUM else cdc.control_value
        parameters = {ENUM: enum, CONTROL: control or open_type or enum, ADDRESS: open_type or PhyComAddrL2}
        built = DataObject(name, cdc.__name__)
        for member_name, member in members.items():
            if member_name not in chosen:
                continue
            here, below = f"{path}.{member_name}", wish.below(member_name)
            if isinstance(member, SubObject):
                built.add(self.sub_object(member_name, member, here, below))
            else:
                is_ranged = member_name.endswith("C") and member_name[:-1] in chosen
                shape = _Shape(member.fc, member.trigger, parameters, is_ranged)
                count = self.elements(path, member.size) if member.size else None
                built.add(self.attribute(member_name, member.type, here, below, shape, count))
        return built

    def sub_object(self, name: str, member: SubObject, path: str, wish: _Wish) -> DataObject:
        """A sub data object, or an array of them."""
        if not member.size:
            return self.data_object(name, member.cdc, path, wish, None)
        array = DataObject(name, member.cdc.__name__, is_array=True)
        count = self.elements(path.rpartition(".")[0], member.size)
        _refuse_unknown(path, [f"({i})" for i in range(count)], wish)
        for i in range(count):
            array.add(self.data_object(f"({i})", member.cdc, f"{path}({i})", wish.below(f"({i})"), None))
        return array

    def attribute(
        self, name: str, kind: AttributeType, path: str, wish: _Wish, shape: "_Shape", count: int | None = None
    ) -> DataAttribute:
        """A leaf, a structure, or (``count`` given) an array."""
        if count is not None:
            array = DataAttribute(name, shape.fc, is_array=True)
            _refuse_unknown(path, [f"({i})" for i in range(count)], wish)
            for i in range(count):
                array.add(self.attribute(f"({i})", kind, f"{path}({i})", wish.below(f"({i})"), shape))
            return array
        if isinstance(kind, Parameter):
            kind = shape.parameter(kind, path)
        if isinstance(kind, type) and issubclass(kind, Constructed):
            return self.structure(name, kind, path, wish, shape)
        return self.leaf(name, kind, path, wish, shape)

    def structure(self, name: str, kind: type[Constructed], path: str, wish: _Wish, shape: "_Shape") -> DataAttribute:
        members = kind.members()
        context = Context(where=f"{path} ({kind.__name__})", is_ranged=shape.is_ranged, preferred=kind.preferred)
        _refuse_unknown(context.where, members, wish)
        chosen = complete(members, wish.keys(), context)
        built = DataAttribute(name, shape.fc)
        for member_name, member in members.items():
            if member_name in chosen:
                here = f"{path}.{member_name}"
                built.add(self.attribute(member_name, member.type, here, wish.below(member_name), shape))
        return built

    def leaf(self, name: str, kind: Any, path: str, wish: _Wish, shape: "_Shape") -> DataAttribute:
        if wish:
            msg = f"{path} is a leaf, it has no {next(iter(wish))}"
            raise UnknownNameError(msg)
        is_enum = not isinstance(kind, BasicType)
        value = self.values.get(path)
        self.used.add(path)
        if value is None and is_enum:
            value = kind.default()
        elif value is None and name == "q":
            value = self.quality
        elif is_enum and isinstance(value, str):
            value = kind.from_literal(value)
        try:
            return DataAttribute(
                name,
                shape.fc,
                BASIC_TYPES["Enum"] if is_enum else kind,
                trigger=shape.trigger,
                value=value,
                enum=kind.__name__ if is_enum else "",
                is_writable=(shape.fc, name) in WRITABLE or self.is_writable(path),
            )
        except UsageError as error:
            msg = f"{path}: {error}"
            raise UsageError(msg) from None

    def is_writable(self, path: str) -> bool:
        return any(path == w or path.startswith((f"{w}.", f"{w}(")) for w in self.writable)

    def ctl_model(self, path: str) -> int:
        value = self.values.get(f"{path}.ctlModel", 0)
        return int(CtlModelKind.from_literal(value)) if isinstance(value, str) else int(value)

    def elements(self, path: str, size: str) -> int:
        count = self.values.get(f"{path}.{size}")
        if not isinstance(count, int) or not 0 < count <= MAX_ELEMENTS:
            msg = f"{path}.{size} must say how many elements there are, 1..{MAX_ELEMENTS}, not {count!r}"
            raise UsageError(msg)
        return count


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an attribute hands down to its members."""

    fc: str
    trigger: Trigger
    parameters: Mapping[Parameter, AttributeType | None]
    is_ranged: bool

    def parameter(self, kind: Parameter, path: str) -> AttributeType:
        found = self.parameters.get(kind)
        if found is None or isinstance(found, Parameter):
            msg = f"{path}: this CDC leaves its {kind.name} open, and nothing here supplies it"
            raise UsageError(msg)
        return found


def build(
    ln_class: type[LogicalNodeClass],
    *,
    inst: str = "",
    prefix: str = "",
    include: Iterable[str] = (),
    values: Mapping[str, Any] | None = None,
    writable: Iterable[str] = (),
    enums: Mapping[str, type[Literals]] | None = None,
    statistics: bool = False,
    quality: Quality = Quality.GOOD,
) -> LogicalNode:
    """One logical node of ``ln_class``.

    ``include`` names optional members by path below the node (``"DmdWh"``, ``"TotW.db"``, ``"Ind3.d"``);
    what is mandatory comes by itself. ``values`` gives first values by path and includes what it names;
    enumerations also take their literal. ``writable`` names what a client may write besides
    :data:`WRITABLE`. ``enums`` gives enumerations that the class leaves open, by data object (``EncTrk1``). ``statistics`` says that the node holds derived statistics, which changes presence.
    ``quality`` is the first value of every ``q`` that ``values`` does not name.

    Raises UnknownNameError for a name the class does not have, UsageError for a member that is
    forbidden here, for an open choice, and for a value that does not fit.
    """
    name = ln_class.__name__
    values, writable = dict(values or {}), frozenset(writable)
    wish = _Wish()
    for path in (*include, *values, *writable):
        wish.want(path)
    members = {
        name: _Placed((statistics and member.statistics) or member.presence)
        for name, member in ln_class.members().items()
    }
    numbers = _numbered(name, members, wish)
    chosen = complete(members, {base for base, _ in numbers.values()}, Context(where=name, is_ln0=name == "LLN0"))
    builder = _Builder(values, quality, writable, name == "LLN0")
    node = LogicalNode(name, inst, prefix)
    for base, member in ln_class.members().items():
        if base not in chosen:
            continue
        instances = sorted((number, wished) for wished, (b, number) in numbers.items() if b == base)
        for _, wished in instances or [(1, f"{base}1" if members[base].presence.is_numbered else base)]:
            enum = enums.get(wished, member.enum) if enums else member.enum
            node.add(builder.data_object(wished, member.cdc, wished, wish.below(wished), enum, member.type))
    for path in values.keys() - builder.used:
        msg = f"{prefix}{name}{inst}.{path} is a structure; give the values of its members"
        raise UsageError(msg)
    return node


@dataclass(frozen=True, slots=True)
class _Placed:
    """A data object with the presence it has in this instance."""

    presence: Presence


def _numbered(where: str, members: Mapping[str, _Placed], wish: _Wish) -> dict[str, tuple[str, int]]:
    """Declared name and number of every wanted data object."""
    found = {}
    for name in wish:
        if name in members and not members[name].presence.is_numbered:
            found[name] = (name, 0)
            continue
        match = _NUMBERED.fullmatch(name)
        base = members.get(match[1]) if match else None
        if match is None or base is None or not base.presence.is_numbered or not base.presence.allows(int(match[2])):
            known = (f"{n}1.." if m.presence.is_numbered else n for n, m in members.items())
            msg = f"{where} has no {name}; it has {', '.join(known)}"
            raise UnknownNameError(msg)
        found[name] = (match[1], int(match[2]))
    return found


def _refuse_unknown(where: str, members: Iterable[str], wish: _Wish) -> None:
    known = list(members)
    for name in wish:
        if name not in known:
            msg = f"{where} has no {name}; it has {', '.join(known)}"
            raise UnknownNameError(msg)


def _scaled(members: Mapping[str, Attribute | SubObject], wish: _Wish) -> frozenset[str]:
    """Which values below are wanted as scaled integers."""
    found = set()
    for name, member in members.items():
        if not isinstance(member, Attribute) or not isinstance(member.type, type):
            continue
        below = wish.below(name)
        if member.type.__name__ in _SCALABLE and "i" in below:
            found.add("AV")
        elif member.type.__name__ == "Vector":
            found |= {code for part, code in (("mag", "MagV"), ("ang", "AngV")) if "i" in below.below(part)}
    return frozenset(found)
