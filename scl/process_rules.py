"""Rules about the process section: equipment, how it is connected, and which logical nodes serve it."""

from .document import Element
from .index import SclIndex, node_name, tag_of
from .rules import Say, rule

__all__: list[str] = []

P = "IEC 61850-6 9.2"
CONTAINERS = ("Substation", "VoltageLevel", "Bay", "Line", "Process")
TERMINALS = {"CBR": 2, "DIS": 2, "VTR": 1, "CTR": 2, "GEN": 1, "BAT": 1, "MOT": 1, "IFL": 1, "EFN": 2, "SAR": 2}
"""How many terminals equipment of a type has, where that is known."""


def _path(element: Element) -> str:
    """Names from the top of the process section down to an element."""
    steps = [above.get("name", "") for above in element.iterancestors() if tag_of(above) in CONTAINERS]
    return "/".join([*reversed(steps), element.get("name", "")])


@rule("REF-48", title="pathName of a ConnectivityNode is its path", part=P, layer="semantics")
def _path_names(scl: SclIndex, say: Say) -> None:
    """Names from Substation or Line down to the node, with / between."""
    for each in scl.all("ConnectivityNode"):
        real = _path(each)
        if each.get("pathName") is not None and each.get("pathName") != real:
            say(each, f"pathName {each.get('pathName')!r}, the path is {real!r}")


@rule("REF-45", title="A Terminal names a ConnectivityNode by its path", part=P, layer="semantics")
def _terminals(scl: SclIndex, say: Say) -> None:
    """Equipment is connected where its terminals name the same node."""
    known = {each.get("pathName") for each in scl.all("ConnectivityNode")} | {
        _path(e) for e in scl.all("ConnectivityNode")
    }
    for each in scl.all("Terminal", "NeutralPoint"):
        wanted = each.get("connectivityNode")
        if wanted is not None and wanted not in known and each.get("cNodeName") != "grounded":
            say(each, f"{tag_of(each)}: no ConnectivityNode {wanted!r}")


@rule("REF-46", title="The names of a Terminal agree with the path of its node", part=P, layer="semantics")
def _terminal_names(scl: SclIndex, say: Say) -> None:
    """substationName, voltageLevelName, bayName, lineName and cNodeName say again what connectivityNode says."""
    nodes = {each.get("pathName"): each for each in scl.all("ConnectivityNode")}
    for each in scl.all("Terminal", "NeutralPoint"):
        node = nodes.get(each.get("connectivityNode"))
        if node is None:
            continue
        if each.get("cNodeName") not in (None, node.get("name")):
            say(each, f"cNodeName {each.get('cNodeName')!r}, the node is {node.get('name')!r}")
        for key, tag in (
            ("substationName", "Substation"),
            ("voltageLevelName", "VoltageLevel"),
            ("bayName", "Bay"),
            ("lineName", "Line"),
        ):
            above = scl.above(node, tag)
            if each.get(key) is not None and above is not None and each.get(key) != above.get("name"):
                say(each, f"{key} {each.get(key)!r}, the node is in {tag} {above.get('name')!r}")


@rule("SUB-04", title="Equipment has the terminals of its type", part=P, severity="warning", layer="semantics")
def _terminal_numbers(scl: SclIndex, say: Say) -> None:
    """A breaker connects two nodes, a voltage transformer one."""
    for each in scl.all("ConductingEquipment"):
        wanted = TERMINALS.get(each.get("type", ""))
        count = len(list(scl.children(each, "Terminal")))
        if wanted is not None and count > wanted:
            say(each, f"{each.get('type')} {each.get('name')} has {count} terminals, {wanted} are usual")


@rule("SUB-06", title="Phases AB, BC and CA are for voltage transformers", part=P, layer="semantics")
def _phases(scl: SclIndex, say: Say) -> None:
    """Only a voltage transformer stands between two phases."""
    for each in scl.all("SubEquipment"):
        above = each.getparent()
        if each.get("phase") in ("AB", "BC", "CA") and (above is None or above.get("type") != "VTR"):
            say(each, f"SubEquipment {each.get('name')} of phase {each.get('phase')} under {tag_of(above)}")


@rule("REF-41", title="An LNode leads to a logical node", part=P, layer="semantics")
def _allocated_nodes(scl: SclIndex, say: Say) -> None:
    """The logical node that serves this part of the process."""
    for each in scl.all("LNode"):
        ied = each.get("iedName", "None")
        if ied in scl.ieds and (ied, each.get("ldInst", ""), node_name(each)) not in scl.nodes:
            say(each, f"LNode: IED {ied} has no {each.get('ldInst', '')}/{node_name(each)}")


@rule("REF-55", title="The IED of an LNode is in the file", part=P, severity="warning", layer="semantics", kinds="SCD SED CID",
      hint="The process section comes from a larger file, or the IED was removed; allocate the node anew.")  # fmt: skip
def _allocated_ieds(scl: SclIndex, say: Say) -> None:
    """iedName is None as long as nothing is allocated."""
    for each in scl.all("LNode"):
        if each.get("iedName", "None") != "None" and each.get("iedName") not in scl.ieds:
            say(each, f"LNode: no IED {each.get('iedName')!r} in this file")


@rule("REF-42", title="An LNode gives lnInst unless it means LLN0", part=P, layer="semantics")
def _node_instances(scl: SclIndex, say: Say) -> None:
    """In a specification with iedName None the instance is needed to tell nodes apart."""
    for each in scl.all("LNode"):
        is_zero = each.get("lnClass") == "LLN0"
        inst = each.get("lnInst", "")
        if is_zero and inst:
            say(each, f"LNode of LLN0 with lnInst {inst!r}")
        elif not is_zero and not inst:
            say(each, f"LNode of {each.get('lnClass')} without lnInst")


@rule("REF-43", title="lnType of an LNode names an LNodeType", part=P, layer="semantics")
def _node_types(scl: SclIndex, say: Say) -> None:
    """The type says what the specification demands of the logical node."""
    for each in scl.all("LNode"):
        wanted = each.get("lnType")
        if wanted and wanted not in scl.node_types:
            say(each, f"LNode: no LNodeType {wanted!r}")


@rule("REF-44", title="An allocated logical node has the data objects that its LNode demands", part=P, severity="warning",
      layer="semantics")  # fmt: skip
def _promises(scl: SclIndex, say: Say) -> None:
    """The LNodeType of the specification against that of the IED."""
    for each in scl.all("LNode"):
        node = scl.nodes.get((each.get("iedName", ""), each.get("ldInst", ""), node_name(each)))
        wanted, real = scl.node_types.get(each.get("lnType", "")), None
        if node is not None:
            real = scl.node_types.get(node.get("lnType", ""))
        if wanted is None or real is None or wanted is real:
            continue
        names = {member.get("name") for member in scl.children(real, "DO")}
        missing = [m.get("name", "") for m in scl.children(wanted, "DO") if m.get("name") not in names]
        if missing:
            say(each, f"LNode: {node_name(each)} of {each.get('iedName')} has no {', '.join(missing[:6])}")


@rule("SUB-08", title="GeneralEquipment has a type", part=P, severity="warning", layer="semantics")
def _equipment_types(scl: SclIndex, say: Say) -> None:
    """What cannot be told from the name."""
    for each in scl.all("GeneralEquipment", "ConductingEquipment"):
        if not each.get("type"):
            say(each, f"{tag_of(each)} {each.get('name')} without type")
