"""Rules of the namespaces layer about what must be there, and what must not: presence conditions of 7-2, 7-3 and 7-4.

All conditions are judged in one walk over the types; each kind of condition is a rule of its own.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ..models.declare import DO, Attribute, CommonDataClass, M, O, Presence, SubObject
from ..models.earlier import EDITIONS, attribute_in_2007a, presence_in_2007a
from ..models.ln import LLN0, LPHD
from ..models.presence import Context, breaches
from .data_model import DataModel
from .document import Element
from .index import SclIndex
from .namespace_rules import declared_name
from .rules import Say, register
from .standard_types import StandardTypes

__all__ = ["Judgement"]

P1, P3, P4 = "IEC 61850-7-1 14", "IEC 61850-7-3", "IEC 61850-7-4"

_OF_CODE = {
    "F": "NSD-10", "na": "NSD-10", "Mmulti": "NSD-11", "MmultiRange": "NSD-11", "AtLeastOne": "NSD-12", "AtMostOne": "NSD-13",
    "AllOrNonePerGroup": "NSD-14", "MAllOrNonePerGroup": "NSD-14", "AllOnlyOneGroup": "NSD-15",
    "AllAtLeastOneGroup": "NSD-16", **dict.fromkeys(("MF", "MO", "OM", "FM", "OF", "MmultiF"), "NSD-17"),
    "MOln0": "NSD-19", "MFln0": "NSD-19", "MOrootLD": "NSD-21", "MFsubst": "NSD-34",
    **dict.fromkeys(("MFscaledAV", "MFscaledMagV", "MFscaledAngV"), "NSD-35"), "OMSynPh": "NSD-36", "MOrms": "NSD-36",
}  # fmt: skip
"""Rules by presence condition; M is a rule of each level."""
_SUBSTITUTION = "MFsubst"
_SCALED = ("AnalogueValue", "AnalogueValueCtl")


@dataclass(frozen=True, slots=True)
class _Placed:
    presence: Presence


class Judgement:
    """What does not hold in one document, by rule."""

    def __init__(self, scl: SclIndex) -> None:
        self.scl = scl
        self.model = scl.once(DataModel)
        self.found: dict[str, list[tuple[Element, str]]] = {}
        self._placed: dict[tuple[str, str, bool], dict[str, _Placed]] = {}
        for each, edition in self.model.node_types:
            if self.model.ln_class(each.get("lnClass", "")) is not None:
                self.node(each, edition)
        name_plates = self.name_plates()
        for each, cdc, members in self.model.object_types:
            self.object(each, cdc, members, name_plates.get(each, set()))
        self.structures()
        self.namespaces_of_nodes()

    def say(self, rule: str, element: Element, text: str) -> None:
        """Keep a finding for its rule."""
        self.found.setdefault(rule, []).append((element, text))

    # -- logical nodes -----------------------------------------------------------------------

    def node(self, node_type: Element, edition: str) -> None:
        """What is missing in an LNodeType, or must not be there."""
        name = node_type.get("lnClass", "")
        objects = self.model.objects(name)
        given = [each.get("name", "") for each in self.scl.children(node_type, "DO")]
        present = {found[0] for each in given if (found := declared_name(objects, each)) is not None}
        statistics = {"ClcSrc", "ClcMth"} <= present
        members = self.placed(name, objects, edition, statistics=statistics)
        context = Context(where=name, is_ln0=name == LLN0.__name__)
        for breach in breaches(members, present, context):
            rule = "NSD-09" if breach.code == "M" else _OF_CODE.get(breach.code)
            if rule is not None:
                self.say("NSD-22" if statistics and breach.code == "F" else rule, node_type, f"{name}: {breach.text}")

    def placed(self, name: str, objects: Mapping[str, DO], edition: str, *, statistics: bool) -> Mapping[str, _Placed]:
        """Presence of every data object of a class, in an edition, with derived statistics or without."""
        key = (name, edition, statistics)
        if key not in self._placed:
            declared = self.model.ln_class(name)
            made = {}
            for each, member in objects.items():
                presence = (statistics and member.statistics) or member.presence
                if edition == EDITIONS[1] and declared is not None:
                    presence = presence_in_2007a(declared, each) or presence
                made[each] = _Placed(O if member.deprecated and presence is M else presence)
            self._placed[key] = made
        return self._placed[key]

    def namespaces_of_nodes(self) -> None:
        """A class or data object that another name space than the logical device's declares says so."""
        bases = {"IEC 61850-7-4", "IEC 61850-7-2", "IEC 61850-7-3"}
        devices: dict[str, set[str]] = {}
        for node in self.scl.all("LN0"):
            kind = self.scl.node_types.get(node.get("lnType", ""))
            device = node.getparent()
            if kind is None or device is None:
                continue
            named = {each.rpartition(":")[0] for each in self.model.names_given(kind, "NamPlt", "ldNs")}
            for other in self.scl.children(device, "LN"):
                devices.setdefault(other.get("lnType", ""), set()).update(named or {""})
        for each, _ in self.model.node_types:
            name = each.get("lnClass", "")
            home = self.model.home_of.get(name)
            named = devices.get(each.get("id", ""), set())
            if home is None or not named or "" in named:
                continue
            if home.part not in named | bases and not self.model.names_given(each, "NamPlt", "lnNs"):
                self.say(
                    "NSD-20",
                    each,
                    f"{name} is of {home.id}, its logical device of {', '.join(sorted(named))}: lnNs is missing",
                )
            for member in self.scl.children(each, "DO"):
                space = self.model.extension_of(name, member.get("name", ""))
                if (
                    space
                    and space.part not in named
                    and not self.model.names_given(each, member.get("name", ""), "dataNs")
                ):
                    self.say("NSD-20", member, f"{name}.{member.get('name')} is of {space.id}: dataNs is missing")

    # -- data objects ------------------------------------------------------------------------

    def name_plates(self) -> dict[Element, set[bool]]:
        """DOTypes of NamPlt: are they used in LLN0, elsewhere, or both?"""
        found: dict[Element, set[bool]] = {}
        for each, _ in self.model.node_types:
            kind = self.scl.type_of(self.scl.member(each, "NamPlt"))
            if kind is not None and each.get("lnClass") != LPHD.__name__:
                found.setdefault(kind, set()).add(each.get("lnClass") == LLN0.__name__)
        return found

    def object(
        self,
        kind: Element,
        cdc: type[CommonDataClass],
        members: Mapping[str, Attribute | SubObject],
        places: set[bool],
    ) -> None:
        """What is missing in a DOType, or must not be there."""
        present = {each.get("name", "") for each in self.scl.children(kind, "DA", "SDO")}
        name = cdc.__name__
        judged: Mapping[str, Attribute | SubObject | _Placed] = members
        if self.model.edition(kind) == EDITIONS[1]:
            judged = {
                key: _Placed(attribute_in_2007a(name, key, each)) if isinstance(each, Attribute) else each
                for key, each in members.items()
            }
        for is_ln0 in places or {False}:
            context = Context(where=name, is_ln0=is_ln0, scaled=self.scaled(kind, members))
            for breach in breaches(judged, present, context):
                if breach.code == "MOln0" and not is_ln0:
                    continue
                if breach.code == "MFln0" and (not places or (not is_ln0 and len(places) > 1)):
                    continue  # a name plate that LLN0 shares with others has to have it
                is_object = isinstance(members[breach.names[0]], SubObject)
                rule = ("NSD-33" if is_object else "NSD-28") if breach.code == "M" else _OF_CODE.get(breach.code)
                if rule is not None:
                    where = " of LLN0" if rule == "NSD-19" and is_ln0 else ""
                    self.say(rule, kind, f"{name}{where}: {breach.text}")
        self.substitution(kind, name, members, present)
        self.special(kind, name, members, present)

    def substitution(
        self, kind: Element, name: str, members: Mapping[str, Attribute | SubObject], present: Collection[str]
    ) -> None:
        """Substitution attributes are all there, or none."""
        wanted = [key for key, each in members.items() if each.presence.code == _SUBSTITUTION]
        missing = [key for key in wanted if key not in present]
        if missing and len(missing) < len(wanted):
            self.say(
                "NSD-34", kind, f"{name}: {', '.join(missing)} missing: substitution takes all of {', '.join(wanted)}"
            )

    def special(
        self, kind: Element, name: str, members: Mapping[str, Attribute | SubObject], present: Collection[str]
    ) -> None:
        """Conditions that hang on a value."""
        if name == "SEQ" and self.model.value_in(kind, "phsRef") != "Synchrophasor":
            for key in ("c2", "c3"):
                if key not in present:
                    self.say("NSD-36", kind, f"SEQ: {key} is missing, and mandatory but for synchrophasors")
        if "rmsCyc" in members and "rmsCyc" not in present and self.model.value_in(kind, "hvRef") == "rms":
            self.say("NSD-36", kind, f"{name}: rmsCyc is missing, and mandatory where hvRef is rms")

    def scaled(self, kind: Element, members: Mapping[str, Attribute | SubObject]) -> frozenset[str]:
        """Which values of a DOType come as scaled integers."""
        found = set()
        for element in self.scl.children(kind, "DA"):
            declared = members.get(element.get("name", ""))
            if not isinstance(declared, Attribute) or not isinstance(declared.type, type):
                continue
            below = self.scl.type_of(element)
            if declared.type.__name__ in _SCALED and self.scl.member(below, "i") is not None:
                found.add("AV")
            elif declared.type.__name__ == "Vector":
                for part, code in (("mag", "MagV"), ("ang", "AngV")):
                    if self.scl.member(self.scl.type_of(self.scl.member(below, part)), "i") is not None:
                        found.add(code)
        return frozenset(found)

    # -- structures --------------------------------------------------------------------------

    def structures(self) -> None:
        """What is missing in DATypes."""
        for (kind, declared, _), (user, is_ranged) in self.scl.once(StandardTypes.of).structures.items():
            if declared.__name__ in ("Oper", "SBOw", "Cancel"):
                continue  # a rule of its own
            present = {each.get("name", "") for each in self.scl.children(kind, "BDA")}
            context = Context(where=declared.__name__, is_ranged=is_ranged)
            for breach in breaches(declared.members(), present, context):
                rule = "NSD-37" if breach.code == "M" else _OF_CODE.get(breach.code)
                if rule is not None:
                    self.say(rule, kind, f"{declared.__name__} (used as {user.get('name')}): {breach.text}")


def _replay(rule: str) -> Callable[[SclIndex, Say], None]:
    def check(scl: SclIndex, say: Say) -> None:
        for element, text in scl.once(Judgement).found.get(rule, ()):
            say(element, text)

    return check


_SHARED = "The standard groups members; what is judged is the group as a whole."
for _id, _title, _part, _hint, _why in (
    ("NSD-09", "Mandatory data objects are there", P4, "Add the DO to the LNodeType.",
     "A client that knows the class counts on them."),
    ("NSD-10", "Forbidden data objects and attributes are absent", P4, "Remove it.",
     "ClcSrc, for example, stands only where derived statistics are calculated (ClcMth)."),
    ("NSD-11", "Of some numbered data objects there is at least one", P4, "Add one, with number 1.", ""),
    ("NSD-12", "Of some groups there is at least one member", P4, "Add one of them.", _SHARED),
    ("NSD-13", "Of some groups there is at most one member", P4, "Keep one of them.", _SHARED),
    ("NSD-14", "Some groups are complete, or not there at all", P4, "Complete the group, or remove the rest of it.", _SHARED),
    ("NSD-15", "Of some groups exactly one is there, and complete", P4, "Complete one, and remove the others.", _SHARED),
    ("NSD-16", "Of some groups at least one is there, and complete", P3, "Complete one of the groups.",
     "A BCR, for example, has actVal and t, or all that belongs to freezing, or both."),
    ("NSD-17", "What hangs on a sibling follows it", P4, "Add the sibling, or remove what needs it.",
     "LocKey, for example, is there only beside Loc."),
    ("NSD-19", "Name plates of LLN0 have what those of others do not", P3, "Give LLN0 a name plate type of its own.",
     "configRev and ldNs are mandatory in LLN0; ldNs stands nowhere else."),
    ("NSD-20", "What belongs to another name space says so", P1, "Add lnNs to NamPlt, dataNs to the data object.",
     "Without it readers look for the class in the name space of the logical device."),
    ("NSD-21", "LLN0 of a logical device at the root has NamPlt, Health and Mod", P4,
     "Add it; or add GrRef where the logical device is part of another one.", ""),
    ("NSD-22", "Nodes of derived statistics have only what these allow", P4, "Remove it, or ClcSrc.",
     "A node with ClcSrc and ClcMth calculates from another one: settings and blocking belong to that one."),
    ("NSD-28", "Mandatory attributes are there", P3, "Add the DA to the DOType.", "A client that knows the CDC counts on them."),
    ("NSD-34", "Substitution is complete", P3, "subEna, the value, subQ and subID come together.", ""),
    ("NSD-35", "Scaled integers come with their scale, and only they", P3, "Add sVC (magSVC, angSVC), or remove i.",
     "Without scale factor and offset nobody knows what the integer means."),
    ("NSD-36", "Special conditions of sequence and harmonic values hold", P3, "",
     "A SEQ has c2 and c3 unless it is a synchrophasor; harmonics that refer to rms say over how many cycles."),
):  # fmt: skip
    register(_id, _title, part=_part, hint=_hint, check=_replay(_id), layer="namespaces", why=_why)
