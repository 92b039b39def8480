"""Which members of a class an instance has: presence conditions decided (IEC 61850-7-2, NSD).

What the caller asked for is completed with what is mandatory beside it, until nothing more is missing;
then everything forbidden or contradictory is refused. :func:`breaches` judges what somebody else has put together. Conditions the standard gives in prose
(MOcond, MFcond, OFcond) cannot be decided here: such a member is there when it is asked for.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..errors import UsageError
from .declare import Presence

__all__ = ["PROSE", "Breach", "Context", "breaches", "complete"]

SBO_MODELS = (2, 4)
ENHANCED_MODELS = (3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What presence depends on beyond the siblings."""

    where: str
    """Name of the owner, for messages."""
    is_ln0: bool = False
    """The logical node is LLN0."""
    ctl_model: int = 0
    """Ordinal of ctlModel."""
    scaled: frozenset[str] = field(default_factory=frozenset)
    """Which integer-scaled values there are: ``AV``, ``MagV``, ``AngV``."""
    is_ranged: bool = False
    """The measured value has a range attribute."""
    preferred: tuple[str, ...] = ()
    """Members to take where there is a choice and nobody made it."""


class _Member(Protocol):
    @property
    def presence(self) -> Presence: ...


_Verdict = Callable[[str, Collection[str], Context], str]


def _always(verdict: str) -> _Verdict:
    return lambda _arg, _chosen, _context: verdict


def _beside(verdict: str, otherwise: str) -> _Verdict:
    return lambda sibling, chosen, _context: verdict if sibling in chosen else otherwise


def _mandatory_if(test: Callable[[Context], bool], otherwise: str = "O") -> _Verdict:
    return lambda _arg, _chosen, context: "M" if test(context) else otherwise


_VERDICTS: dict[str, _Verdict] = {
    "M": _always("M"),
    "F": _always("F"),
    # With synchrophasors c2 and c3 of a SEQ may go; ours are none.
    "OMSynPh": _always("M"),
    # If one substitution attribute is wanted, all are: see _groups.
    "MFsubst": _always("O"),
    "MO": _beside("M", "O"),
    "MF": _beside("M", "F"),
    "OM": _beside("O", "M"),
    "FM": _beside("F", "M"),
    "OF": _beside("O", "F"),
    "Mmulti": _always("M"),
    "MmultiRange": _always("M"),
    "MmultiF": _beside("M", "F"),
    "na": _always("F"),
    # A logical device without GrRef is a root.
    "MOrootLD": lambda _arg, chosen, _: "O" if "GrRef" in chosen else "M",
    "MOln0": _mandatory_if(lambda c: c.is_ln0),
    "MFln0": _mandatory_if(lambda c: c.is_ln0, "F"),
    "MOctrl": _mandatory_if(lambda c: c.ctl_model != 0, "F"),
    "MOsbo": _mandatory_if(lambda c: c.ctl_model in SBO_MODELS),
    "MOsboNormal": _mandatory_if(lambda c: c.ctl_model == SBO_MODELS[0], "F"),
    "MOsboEnhanced": _mandatory_if(lambda c: c.ctl_model == SBO_MODELS[1], "F"),
    "MOenhanced": _mandatory_if(lambda c: c.ctl_model in ENHANCED_MODELS),
    "MFscaledAV": _mandatory_if(lambda c: "AV" in c.scaled, "F"),
    "MFscaledMagV": _mandatory_if(lambda c: "MagV" in c.scaled, "F"),
    "MFscaledAngV": _mandatory_if(lambda c: "AngV" in c.scaled, "F"),
    "MORange": _mandatory_if(lambda c: c.is_ranged),
}
"""Verdict M, O or F by presence code; a code that is not here is optional by itself."""

_WHOLE = ("AllOrNonePerGroup", "MAllOrNonePerGroup", "AllOnlyOneGroup", "AllAtLeastOneGroup", "MFsubst")
"""Codes whose groups are complete or absent."""
_NEEDED = ("AtLeastOne", "MAllOrNonePerGroup", "AllOnlyOneGroup", "AllAtLeastOneGroup")
"""Codes of which something must be there."""


def complete(members: Mapping[str, _Member], wanted: Collection[str], context: Context) -> set[str]:
    """Names of the members an instance has when its maker wants ``wanted``.

    Raises UsageError when a wanted member is forbidden here, or when a choice is open or contradictory.
    """
    chosen = set(wanted)
    while True:
        missing = {name for name, member in members.items() if _verdict(member, chosen, context) == "M"}
        for code, groups in _groups(members):
            missing |= _missing_of_groups(code, groups, chosen, context)
        if missing <= chosen:
            break
        chosen |= missing
    for name in sorted(chosen):
        if _verdict(members[name], chosen, context) == "F":
            msg = f"{context.where} cannot have {name} here (presence {members[name].presence})"
            raise UsageError(msg)
    for code, groups in _groups(members):
        if code == "AtMostOne":
            rivals = [name for name in groups[0] if name in chosen]
        elif code == "AllOnlyOneGroup":
            rivals = ["+".join(group) for group in groups if chosen.intersection(group)]
        else:
            continue
        if len(rivals) > 1:
            msg = f"{context.where} takes only one of {' or '.join(rivals)}"
            raise UsageError(msg)
    return chosen


PROSE = ("MOcond", "MFcond", "OFcond")
"""Codes whose condition the standard gives in prose."""
_OPEN = (*PROSE, "MOrms", "MORange", "OMSynPh", "MOoperTm", "MOlnNs", "MOdataNs", "MONamPlt", "MFsubst")
"""Codes that need more than names to be judged."""
_ALLOWED_OTHERWISE = ("MOctrl", "MOsboNormal", "MOsboEnhanced")
"""8-1 lets these stand where they are not needed; what is built here leaves them out."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A presence condition that does not hold."""

    code: str
    """The condition, e.g. ``M`` or ``AllOrNonePerGroup``."""
    names: tuple[str, ...]
    """The members it concerns."""
    text: str
    """What is wrong: ``q is mandatory``."""


def breaches(members: Mapping[str, _Member], present: Collection[str], context: Context) -> Iterator[Breach]:
    """The conditions that do not hold for an instance with the members ``present``.

    Conditions in prose, and those that names cannot decide (MFsubst apart, which is all or none), are passed over.
    """
    for name, member in members.items():
        code, arg = member.presence.code, member.presence.arg
        if code in _OPEN:
            continue
        verdict = _verdict(member, present, context)
        beside = f" beside {arg}" if arg in members else ""
        if verdict == "M" and name not in present:
            yield Breach(code, (name,), f"{name} is missing, and mandatory{beside or _without(code, arg)}")
        elif verdict == "F" and name in present and code not in _ALLOWED_OTHERWISE:
            yield Breach(code, (name,), f"{name} must not be here{_without(code, arg)}")
    for code, groups in _groups(members):
        yield from _group_breaches(code, groups, present)


def _without(code: str, arg: str) -> str:
    return (
        f" without {arg}"
        if code in ("OF", "MF", "OM", "FM", "MmultiF")
        else f" (presence {code})"
        if len(code) > 1
        else ""
    )


def _group_breaches(code: str, groups: list[list[str]], present: Collection[str]) -> Iterator[Breach]:
    names = tuple(name for group in groups for name in group)
    there = [[name for name in group if name in present] for group in groups]
    begun = [group for group, some in zip(groups, there, strict=True) if some]
    if code == "AtMostOne":
        if len(there[0]) > 1:
            yield Breach(code, names, f"only one of {', '.join(there[0])} may be here")
        return
    if code in ("AtLeastOne", "AllOnlyOneGroup", "AllAtLeastOneGroup") and not begun:
        wanted = " or ".join(" with ".join(group) for group in groups) if code != "AtLeastOne" else ", ".join(names)
        yield Breach(code, names, f"at least one of {wanted} must be here")
    if code == "AllOnlyOneGroup" and len(begun) > 1:
        yield Breach(code, names, f"only one of {' or '.join(' with '.join(group) for group in begun)} may be here")
    if code in _WHOLE:
        for group in begun:
            missing = [name for name in group if name not in present]
            if missing:
                there_too = next(name for name in group if name in present)
                yield Breach(code, tuple(group), f"{', '.join(missing)} missing beside {there_too}: all or none")


def _verdict(member: _Member, chosen: Collection[str], context: Context) -> str:
    verdict = _VERDICTS.get(member.presence.code)
    return "O" if verdict is None else verdict(member.presence.arg, chosen, context)


def _groups(members: Mapping[str, _Member]) -> Iterator[tuple[str, list[list[str]]]]:
    """Groups of names by code and group number, for the codes that speak of groups."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, member in members.items():
        if member.presence.code in (*_WHOLE, *_NEEDED, "AtMostOne"):
            found.setdefault(member.presence.code, {}).setdefault(member.presence.arg, []).append(name)
    for code, groups in found.items():
        # Each AtLeastOne and all-or-none group stands for itself; alternatives belong together.
        if code in ("AllOnlyOneGroup", "AllAtLeastOneGroup"):
            yield code, list(groups.values())
        else:
            for group in groups.values():
                yield code, [group]


def _missing_of_groups(code: str, groups: list[list[str]], chosen: set[str], context: Context) -> set[str]:
    present = [group for group in groups if chosen.intersection(group)]
    if present:
        return {name for group in present for name in group} if code in _WHOLE else set()
    if code not in _NEEDED:
        return set()
    if code == "MAllOrNonePerGroup":
        return set(groups[0])
    taken = {name for group in groups for name in group if name in context.preferred}
    if not taken:
        choices = ("+".join(g) if code in _WHOLE else ", ".join(g) for g in groups)
        msg = f"{context.where} needs at least one of {', '.join(choices)}"
        raise UsageError(msg)
    return taken
