"""Substitution (IEC 61850-7-2 and 7-3): a client shows a value of its own instead of the process's.

A data object that can be substituted has ``subEna``, ``subVal`` (``subMag``, ``subCVal``), ``subQ`` and ``subID``, FC SV,
in whichever CDC has them. While ``subEna`` is true

- the value and ``q`` seen are ``subVal`` and ``subQ``, the source of ``q`` is *substituted* whatever ``subQ`` says,
  and ``t`` is when what is seen last changed;
- the process goes on beneath, and its value, ``q`` and ``t`` come back on release;
- ``range`` is where the substitute lies, by ``rangeC``;
- reports and logs see a change like any other, for what changes is what is seen;
- ``subID`` names who did it: the text he wrote, else his address.

A substitution belongs to the client that last wrote to it while it was on. It is released when that client's association
ends, however it ends; nobody else's connection keeps it alive. What an application substitutes by itself stays until it
is released. The values in ``subVal`` and ``subQ`` stay written; ``subID`` is empty again.

:data:`SEEN` says what replaces what. Where the type of a value and that of its substitute do not have the same members
(an ``f`` against an ``i``), the object cannot be substituted: half a value would be a wrong one.
"""

import ipaddress
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from ..errors import UnknownNameError, UsageError
from ..models import DataAttribute, DataObject, Ied, LogicalDevice, View
from ..models.enums import RangeKind
from ..reading import Quality, Timestamp
from .engine import Quiet

__all__ = ["LIMITS", "SEEN", "Substitution", "SubstitutionEngine"]

SEEN: Mapping[str, tuple[str, ...]] = {
    "subVal": ("stVal", "valWTr", "mxVal"),
    "subMag": ("mag", "instMag"),
    "subCVal": ("cVal", "instCVal"),
}
"""By substitute: the attributes it is seen instead of, as far as the object has them."""

ACCESS_DENIED = 3
ACCESS_UNSUPPORTED = 9
MAX_ID = 64
"""subID is VISIBLE STRING64."""

LIMITS: tuple[tuple[RangeKind, int, str], ...] = (
    (RangeKind.high_high, 1, "hhLim"),
    (RangeKind.low_low, -1, "llLim"),
    (RangeKind.high, 1, "hLim"),
    (RangeKind.low, -1, "lLim"),
)
"""What beyond which limit of rangeC a magnitude is; the outer ones first."""

Change = tuple[DataAttribute, Any]


class Substitution:
    """Substitution of one data object."""

    __slots__ = ("_moment", "_views", "client", "ena", "id", "is_possible", "object", "t")

    def __init__(self, data_object: DataObject) -> None:
        members = data_object.children
        self.object = data_object
        self.client: Hashable = None
        """Whose it is; None for the application's own, and while it is off."""
        self.ena: DataAttribute = members["subEna"]
        self.id: DataAttribute | None = members.get("subID")
        self.t: DataAttribute | None = members.get("t")
        self._moment = Timestamp()
        self._views: dict[DataAttribute, View] = {}
        self.is_possible = True
        """False: the value and its substitute do not have the same members."""
        for name, seen in SEEN.items():
            for attribute in seen:
                if name in members and attribute in members:
                    self._pair(members[attribute], members[name])
        if not self._views:
            self.is_possible = False
        self._add_range(members)
        if "q" in members and "subQ" in members:
            quality: DataAttribute = members["subQ"]
            self._views[members["q"]] = lambda _: quality.value | Quality.SUBSTITUTED

    def _pair(self, seen: DataAttribute, substitute: DataAttribute) -> None:
        if seen.type is not None and substitute.type is seen.type:
            self._views[seen] = lambda _: substitute.value
        elif seen.type is None and substitute.type is None and seen.children.keys() == substitute.children.keys():
            for name, part in seen.children.items():
                self._pair(part, substitute.children[name])
        else:
            self.is_possible = False

    def _add_range(self, members: Mapping[str, Any]) -> None:
        """range beside a substituted magnitude; without limits to compare with, that of the process stays."""
        if "range" not in members or "rangeC" not in members:
            return
        magnitude = members.get("subMag") or members.get("subCVal", self.ena).children.get("mag", self.ena)
        for name, leaf in magnitude.children.items():
            limits = tuple(
                (kind, sign, limit.children[name])
                for kind, sign, attribute in LIMITS
                if (limit := members["rangeC"].children.get(attribute)) is not None and name in limit.children
            )
            if limits:
                self._views[members["range"]] = partial(_range, leaf, limits)
                return

    @property
    def is_on(self) -> bool:
        """The substitute is seen."""
        return bool(self.ena.value)

    def dated(self, wanted: Mapping[DataAttribute, Any], now: Timestamp) -> Timestamp:
        """When what is seen last changed, if these values are written now."""
        told = (leaf for leaf in wanted if leaf not in (self.ena, self.id))
        return now if not self.is_on or any(leaf.value != wanted[leaf] for leaf in told) else self._moment

    def views(self, moment: Timestamp | None) -> Iterator[tuple[DataAttribute, tuple[View, ...]]]:
        """What is seen from now on; ``moment`` is when it changed, None to see the process again."""
        for leaf, view in self._views.items():
            others = tuple(other for other in leaf.views if other is not view)
            # A substitute has the last word on a value; on its quality the mode has.
            seen = (view, *others) if leaf.name == "q" else (*others, view)
            yield leaf, others if moment is None else seen
        if self.t is not None:
            others = tuple(other for other in self.t.views if other != self._when)
            if moment is not None:
                self._moment = moment
            yield self.t, others if moment is None else (self._when, *others)

    def _when(self, _: Any) -> Timestamp:
        return self._moment


class SubstitutionEngine(Quiet):
    """Every substitution of an IED; ``wall`` (ns since 1970) dates them, ``identity`` tells the address of a client."""

    def __init__(self, ied: Ied, *, wall: Callable[[], int], identity: Callable[[Hashable], bytes]) -> None:
        self.ied = ied
        self._wall = wall
        self._identity = identity
        self._of: dict[DataAttribute, Substitution] = {}
        """By every leaf of FC SV that belongs to it."""
        self._held: dict[Hashable, dict[Substitution, None]] = {}
        ied.device_hooks += (self._on_device,)
        for device in ied.children.values():
            self._on_device(device, True)

    def _on_device(self, device: LogicalDevice, is_there: bool) -> None:
        gone: list[Substitution] = []
        for data_object in _substitutable(device):
            if is_there:
                made = Substitution(data_object)
                self._of.update((leaf, made) for leaf in data_object.leaves() if leaf.fc == "SV")
                if made.is_on:
                    self.ied.apply([(made.ena, False)])  # nobody is there to whom it belongs
            else:
                gone.append(self._of[data_object.children["subEna"]])
                for leaf in data_object.leaves():
                    self._of.pop(leaf, None)
        self._release(s for s in gone if s.is_on)

    def find(self, reference: str) -> Substitution:
        """Substitution of a data object; UnknownNameError where it has none."""
        found = self.ied.find(reference)
        ena: DataAttribute | None = found.children.get("subEna")
        substitution = self._of.get(ena) if ena is not None else None
        if substitution is None:
            msg = f"{reference} has no substitution (subEna)"
            raise UnknownNameError(msg)
        return substitution

    def __iter__(self) -> Iterator[Substitution]:
        """Those that are on."""
        return (s for s in dict.fromkeys(self._of.values()) if s.is_on)

    # -- what clients and the application do -------------------------------------------------

    def write_changes(self, client: Hashable, changes: Iterable[Change]) -> int | None:
        """Write leaves of FC SV, all or none, in one transaction; None, or a DataAccessError code."""
        changes = list(changes)
        wanted = dict(changes)
        touched: dict[Substitution, None] = {}
        for leaf in wanted:
            if leaf not in self._of:
                return ACCESS_DENIED
            touched[self._of[leaf]] = None
        if any(wanted.get(s.ena) and not s.is_possible for s in touched):
            return ACCESS_UNSUPPORTED
        moment = Timestamp.from_ns(self._wall())
        views: list[tuple[DataAttribute, tuple[View, ...]]] = []
        for substitution in touched:
            is_on = bool(wanted.get(substitution.ena, substitution.is_on))
            if not is_on and not substitution.is_on:
                continue
            if substitution.id is not None and not wanted.get(substitution.id):
                changes.append((substitution.id, self._name(client, substitution) if is_on else ""))
            views += substitution.views(substitution.dated(wanted, moment) if is_on else None)
            self._belongs(substitution, client if is_on else None)
        self.ied.apply(changes, views)
        return None

    def substitute(self, reference: str, quality: Quality = Quality.GOOD, /, **values: Any) -> None:
        """Substitute from here: ``substitute("LD/MMXU1.Hz", subMag__f=50.0)``; ``a__b`` means ``a.b``.

        Raises UnknownNameError where there is nothing to substitute, UsageError for a value that does not fit.
        """
        target = self.find(reference)
        wanted = {"subEna": True, "subQ": quality, **values}
        changes = [(target.object[name.replace("__", ".")], value) for name, value in wanted.items()]
        if self.write_changes(None, changes) is not None:
            msg = f"{reference}: the value and its substitute do not have the same members, or {', '.join(values)} are none"
            raise UsageError(msg)

    def release(self, reference: str) -> None:
        """End a substitution, whoever began it."""
        self.write_changes(None, [(self.find(reference).ena, False)])

    def _name(self, client: Hashable, substitution: Substitution) -> str:
        known = substitution.id.value if substitution.id is not None else ""
        if known and (not substitution.is_on or substitution.client == client):
            return str(known)
        return _text(self._identity(client))[:MAX_ID] if client is not None else ""

    def _belongs(self, substitution: Substitution, client: Hashable) -> None:
        before = substitution.client
        if before == client:
            return
        if before is not None:
            del self._held[before][substitution]
            if not self._held[before]:
                del self._held[before]
        substitution.client = client
        if client is not None:
            self._held.setdefault(client, {})[substitution] = None

    def _release(self, substitutions: Iterable[Substitution]) -> None:
        changes: list[Change] = []
        views: list[tuple[DataAttribute, tuple[View, ...]]] = []
        for substitution in list(substitutions):
            self._belongs(substitution, None)
            changes.append((substitution.ena, False))
            if substitution.id is not None:
                changes.append((substitution.id, ""))
            views += substitution.views(None)
        if changes:
            self.ied.apply(changes, views)

    def client_gone(self, client: Hashable) -> None:
        """What it substituted is released: the process is seen again."""
        self._release(self._held.get(client, ()))

    def close(self) -> None:
        """Release everything, and let go of the model."""
        self._release(self)
        self.ied.device_hooks = tuple(hook for hook in self.ied.device_hooks if hook != self._on_device)
        self._of.clear()


def _range(magnitude: DataAttribute, limits: Iterable[tuple[RangeKind, int, DataAttribute]], _: Any) -> int:
    value = magnitude.value
    return int(next((kind for kind, sign, limit in limits if (value - limit.value) * sign > 0), RangeKind.normal))


def _substitutable(place: Any) -> Iterator[DataObject]:
    """Data objects and sub data objects with subEna at or below a place of the model."""
    for child in place.children.values():
        if isinstance(child, DataAttribute):
            continue
        if isinstance(child, DataObject) and "subEna" in child.children:
            yield child
        yield from _substitutable(child)


def _text(address: bytes) -> str:
    """An address as people write it."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address.hex()
