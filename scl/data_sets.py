"""DataSet and FCDA: members as references, in the order of the file."""

from collections.abc import Callable

from ..models import DataAttribute, Ied, LogicalNode, Reference
from .document import Element, SclDocument
from .templates import NAME

__all__ = ["MAX_MEMBERS", "Note", "add_data_sets"]

MAX_MEMBERS = 4096
"""Members of one data set."""
Note = Callable[[Element, str], None]


def add_data_sets(document: SclDocument, ied: Ied, element: Element, node: LogicalNode, note: Note) -> None:
    """Give a logical node the data sets declared in its element. Members that are nowhere in the model are left out."""
    for declared in document.children(element, "DataSet"):
        name = document.required(declared, "name")
        if not NAME.fullmatch(name) or len(node.name) + 1 + len(name) > 64:
            raise document.error(declared, f"data set {name!r}: MMS cannot carry that name")
        if name in node.data_sets:
            raise document.error(declared, f"data set {name} stands twice in {node.name}")
        members = []
        for entry in document.children(declared, "FCDA"):
            reference = _reference(document, ied, entry, node)
            if reference is None:
                told = ".".join(filter(None, (_node_name(entry), entry.get("doName"), entry.get("daName"))))
                note(entry, f"data set {name}: no {entry.get('ldInst')}/{told} [{entry.get('fc')}]; left out")
            else:
                members.append(reference)
        if len(members) > MAX_MEMBERS:
            raise document.error(declared, f"data set {name} of {len(members)} members, {MAX_MEMBERS} are allowed")
        if members:
            node.data_sets[name] = tuple(members)
        else:
            note(declared, f"data set {name} has no members; left out")


def _node_name(entry: Element) -> str:
    return "".join(entry.get(part, "").strip() for part in ("prefix", "lnClass", "lnInst"))


def _reference(document: SclDocument, ied: Ied, entry: Element, node: LogicalNode) -> Reference | None:
    """What an FCDA names, None when the model has no such thing under that functional constraint."""
    inst, fc = entry.get("ldInst", "").strip(), document.required(entry, "fc")
    own = node.parent
    assert own is not None
    device = next((d for d in ied.children.values() if d.inst == inst), None) if inst else own
    if device is None:
        return None
    named = f"{entry.get('doName', '')}.{entry.get('daName', '')}".strip(".")
    names = named.replace("(", ".(").split(".") if named else []
    index = document.number(entry, "ix", -1)
    place = device.children.get(_node_name(entry) or node.name)
    if place is None:
        return None
    path = [place.name]
    for i, name in enumerate(names):
        if name not in place.children:
            return None
        place = place.children[name]
        path.append(name)
        is_indexed = i + 1 < len(names) and names[i + 1].startswith("(")
        if index >= 0 and place.is_array and not is_indexed:
            place = place.children.get(f"({index})")
            if place is None:
                return None
            path.append(place.name)
    holds = place.fc == fc if isinstance(place, DataAttribute) else any(leaf.fc == fc for leaf in place.leaves())
    return Reference(device.name, tuple(path), fc) if holds else None
