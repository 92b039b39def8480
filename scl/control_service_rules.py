"""Rules of the namespaces layer about control: does what ctlModel promises exist, and is it complete?"""

from collections.abc import Iterator

from ..errors import UnknownNameError
from ..models.cdc.constructed import Cancel, Oper, SBOw
from ..models.enums import CtlModelKind
from .data_model import DataModel
from .document import Element, natural
from .index import SclIndex, node_name
from .rules import Say, rule

__all__: list[str] = []

P = "IEC 61850-8-1 20"
_NEEDED = {
    CtlModelKind.direct_with_normal_security: ("Oper",),
    CtlModelKind.sbo_with_normal_security: ("SBO", "Oper", "Cancel"),
    CtlModelKind.direct_with_enhanced_security: ("Oper",),
    CtlModelKind.sbo_with_enhanced_security: ("SBOw", "Oper", "Cancel"),
}
"""What a control model needs; Cancel of a direct one serves timed operation alone."""
_STRUCTURES = {"Oper": Oper, "SBOw": SBOw, "Cancel": Cancel}


_BY_NUMBER = {int(member): member for member in CtlModelKind}


def _model_of(text: str) -> CtlModelKind | None:
    number = natural(text)
    try:
        return CtlModelKind.from_literal(text.strip()) if number is None else _BY_NUMBER.get(number)
    except UnknownNameError:
        return None  # VAL-06


def _operable(scl: SclIndex) -> Iterator[tuple[Element, set[str]]]:
    """DOTypes that can be operated, with the names of their members."""
    model = scl.once(DataModel)
    for each in scl.all("DOType"):
        cdc = model.cdc(each.get("cdc", ""))
        if cdc is not None and "Oper" in cdc.members():
            yield each, {member.get("name", "") for member in scl.children(each, "DA")}


def _missing(wanted: CtlModelKind, names: set[str]) -> list[str]:
    return [name for name in _NEEDED.get(wanted, ()) if name not in names]


@rule("NSD-42", title="A type has the services that its ctlModel needs", part=P, layer="namespaces",
      hint="Add SBO or SBOw, Oper and Cancel with fc CO; or correct ctlModel.")  # fmt: skip
def _services(scl: SclIndex, say: Say) -> None:
    """sbo-with-normal-security needs SBO, Oper and Cancel; with enhanced security SBOw instead of SBO; direct needs Oper."""
    model = scl.once(DataModel)
    for kind, names in _operable(scl):
        wanted = _model_of(model.value_in(kind, "ctlModel"))
        missing = _missing(wanted, names) if wanted is not None else []
        if missing:
            say(kind, f"{kind.get('cdc')} {kind.get('id')!r} with ctlModel {wanted} has no {', '.join(missing)}")


@rule("NSD-43", title="Oper, SBOw and Cancel are complete", part=P, layer="namespaces")
def _parameters(scl: SclIndex, say: Say) -> None:
    """The members travel in this order without names: one that is missing shifts all behind it."""
    said: set[tuple[Element, str]] = set()
    for kind, _ in _operable(scl):
        for name, declared in _STRUCTURES.items():
            below = scl.type_of(scl.member(kind, name))
            if below is None or (below, name) in said:
                continue
            said.add((below, name))
            given = [each.get("name", "") for each in scl.children(below, "BDA")]
            wanted = [each for each, member in declared.members().items() if each != "operTm" or "operTm" in given]
            missing = [each for each in wanted if each not in given]
            strange = [each for each in given if each not in wanted]
            if missing:
                say(below, f"{name} has no {', '.join(missing)}")
            elif strange:
                say(below, f"{name} has {', '.join(strange)}, which the standard does not know")
            elif given != wanted:
                say(below, f"{name} has {', '.join(given)}; the order is {', '.join(wanted)}")


@rule("NSD-44", title="What is status-only has no control services", severity="note", part=P, layer="namespaces",
      hint="Remove SBO, SBOw, Oper and Cancel; or set the ctlModel that was meant.")  # fmt: skip
def _status_only(scl: SclIndex, say: Say) -> None:
    """They are allowed, but every operate is refused."""
    model = scl.once(DataModel)
    for kind, names in _operable(scl):
        idle = sorted(names & {"SBO", "SBOw", "Oper", "Cancel"})
        if idle and _model_of(model.value_in(kind, "ctlModel")) is CtlModelKind.status_only:
            say(kind, f"{kind.get('cdc')} {kind.get('id')!r} is status-only, and has {', '.join(idle)}")


@rule("NSD-45", title="ctlModel of an instance fits the services of its type", part=P, layer="namespaces",
      hint="Correct ctlModel, or use a type with these services.")  # fmt: skip
def _instances(scl: SclIndex, say: Say) -> None:
    """An instance cannot be operated in a way its type has no service for."""
    known = dict(_operable(scl))
    for value, leaf in scl.presets.get("Enum", ()):
        holder = value.getparent()
        kind = leaf.getparent()
        if leaf.get("name") != "ctlModel" or holder is leaf or holder is None or kind not in known:
            continue
        wanted = _model_of(value.text or "")
        missing = _missing(wanted, known[kind]) if wanted is not None else []
        instance = holder.getparent()
        node = instance.getparent() if instance is not None else None
        if missing and instance is not None and node is not None:
            say(
                value,
                f"{node_name(node)}.{instance.get('name')}: ctlModel {wanted}, but its type has no {', '.join(missing)}",
            )
