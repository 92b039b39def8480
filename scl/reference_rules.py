"""Rules about references within and between IEDs: data sets, control blocks, access points, clients."""

import re

from .document import Element
from .index import SclIndex, node_name, tag_of
from .rules import Say, rule

__all__ = ["attributes_of", "member_path"]

IEDS = "IEC 61850-6 9.3"
COMMUNICATION = "IEC 61850-6 9.4"
CONTROLS = ("ReportControl", "LogControl", "GSEControl", "SampledValueControl")
_INDEX = re.compile(r"\([0-9]+\)$")


def member_path(fcda: Element) -> list[str]:
    """The names behind the logical node in an FCDA or ExtRef, array indices left out."""
    text = ".".join(part for part in (fcda.get("doName"), fcda.get("daName")) if part)
    return [_INDEX.sub("", name) for name in text.split(".")] if text else []


def attributes_of(scl: SclIndex, found: Element, depth: int = 0) -> set[str]:
    """The functional constraints below a DO or SDO."""
    known: set[str] = set()
    for member in scl.children(scl.type_of(found), "DA", "SDO"):
        if tag_of(member) == "DA":
            known.add(member.get("fc", ""))
        elif depth < 8:
            known |= attributes_of(scl, member, depth + 1)
    return known


def _node(scl: SclIndex, fcda: Element, ied: str) -> Element | None:
    return scl.nodes.get((ied, fcda.get("ldInst", ""), node_name(fcda)))


@rule("REF-15", title="ldInst of an FCDA names an LDevice of the same IED", part=IEDS, layer="semantics")
def _member_devices(scl: SclIndex, say: Say) -> None:
    """A data set holds data of its own IED only."""
    for fcda in scl.all("FCDA"):
        ied, inst = scl.ied_of(fcda), fcda.get("ldInst")
        if inst and (ied, inst) not in scl.devices:
            say(fcda, f"FCDA: IED {ied} has no LDevice {inst!r}")


@rule("REF-16", title="The logical node of an FCDA exists", part=IEDS, layer="semantics")
def _member_nodes(scl: SclIndex, say: Say) -> None:
    """A member of a data set that is not there cannot be sent; the device refuses the file or sends less."""
    for fcda in scl.all("FCDA"):
        ied = scl.ied_of(fcda)
        if (ied, fcda.get("ldInst", "")) in scl.devices and fcda.get("lnClass") and _node(scl, fcda, ied) is None:
            say(fcda, f"FCDA: {fcda.get('ldInst')} of IED {ied} has no {node_name(fcda)}")


@rule("REF-17", title="doName and daName of an FCDA exist in the types", part=IEDS, layer="semantics")
def _member_paths(scl: SclIndex, say: Say) -> None:
    """A member of a data set that is not there cannot be sent; the device refuses the file or sends less."""
    for fcda in scl.all("FCDA"):
        node = _node(scl, fcda, scl.ied_of(fcda))
        names = member_path(fcda)
        if node is None or not names or node.get("lnType", "") not in scl.node_types:
            continue
        found = scl.path(node, *names)
        if len(found) < len(names) and (not found or scl.type_of(found[-1]) is not None):
            say(fcda, f"FCDA: {node_name(node)}.{'.'.join(names)} ends at {names[len(found)]!r}, which is not there")


@rule("REF-18", title="fc of an FCDA is that of its data", part=IEDS, layer="semantics")
def _member_constraints(scl: SclIndex, say: Say) -> None:
    """Data and functional constraint together select the attributes; a pair that selects nothing is a mistake."""
    for fcda in scl.all("FCDA"):
        fc, names = fcda.get("fc", ""), member_path(fcda)
        found = scl.path(_node(scl, fcda, scl.ied_of(fcda)), *names)
        if not fc or not found or len(found) != len(names):
            continue
        attribute = next((each for each in found if tag_of(each) == "DA"), None)
        known = {attribute.get("fc", "")} if attribute is not None else attributes_of(scl, found[-1])
        if known and fc not in known:
            say(fcda, f"FCDA: {'.'.join(names)} has no attribute of fc {fc} (it has {', '.join(sorted(known))})")


@rule("REF-19", title="An FCDA names what it holds", part=IEDS, layer="semantics")
def _member_names(scl: SclIndex, say: Say) -> None:
    """Empty fields are for GSSE data sets only."""
    gsse = {each.get("datSet") for each in scl.all("GSEControl") if each.get("type") == "GSSE"}
    for fcda in scl.all("FCDA"):
        owner = fcda.getparent()
        if owner is not None and owner.get("name") in gsse:
            continue
        empty = [key for key in ("ldInst", "lnClass", "doName") if not fcda.get(key)]
        if empty:
            say(fcda, f"FCDA without {' and '.join(empty)}")


@rule("REF-20", title="datSet of a control block names a data set of the same LN", part=IEDS, layer="semantics")
def _data_sets_of_blocks(scl: SclIndex, say: Say) -> None:
    """A control block without its data set sends nothing."""
    for block in scl.all(*CONTROLS):
        wanted = block.get("datSet")
        known = {each.get("name") for each in scl.children(block.getparent(), "DataSet")}
        if wanted is not None and wanted not in known:
            node = block.getparent()
            where = node_name(node) if node is not None else "its node"
            say(block, f"{tag_of(block)} {block.get('name')}: {where} has no data set {wanted!r}")


@rule("REF-22", title="logName of a LogControl leads to a Log", part=IEDS, severity="warning", layer="semantics")
def _logs(scl: SclIndex, say: Say) -> None:
    """Entries go to a log that somebody can query; in Ed1 the log is named after its LDevice."""
    for block in scl.all("LogControl"):
        ied = scl.ied_of(block)
        device = scl.above(block, "LDevice")
        own = device.get("inst", "") if device is not None else ""
        inst, name = block.get("ldInst", own), block.get("logName", "")
        if scl.schema_set == "2003":
            if (ied, name) not in scl.devices:
                say(block, f"LogControl {block.get('name')}: IED {ied} has no LDevice {name!r} whose log it could be")
            continue
        wanted = f"{block.get('prefix', '')}{block.get('lnClass', 'LLN0')}{block.get('lnInst', '')}"
        node = scl.nodes.get((ied, inst, wanted))
        names = {each.get("name", inst) for each in scl.children(node, "Log")}
        if node is None or name not in names:
            say(block, f"LogControl {block.get('name')}: {inst}/{wanted} has no Log {name!r}")


@rule("REF-23", title="iedName of a ConnectedAP names an IED", part=COMMUNICATION, layer="semantics")
def _connected_ieds(scl: SclIndex, say: Say) -> None:
    """An address of nobody."""
    for point in scl.all("ConnectedAP"):
        wanted = point.get("iedName")
        if wanted is not None and wanted not in scl.ieds:
            say(point, f"ConnectedAP: no IED {wanted!r} in this file")


@rule("REF-24", title="apName of a ConnectedAP names an access point of its IED", part=COMMUNICATION, layer="semantics")
def _connected_points(scl: SclIndex, say: Say) -> None:
    """An address that leads to no server."""
    for point in scl.all("ConnectedAP"):
        ied = scl.ieds.get(point.get("iedName", ""))
        known = [each.get("name") for each in scl.children(ied, "AccessPoint")]
        if ied is not None and point.get("apName") not in known:
            say(point, f"ConnectedAP: IED {ied.get('name')} has no access point {point.get('apName')!r}")


@rule("REF-25", title="GSE and SMV name a control block", part=COMMUNICATION, layer="semantics")
def _addressed_blocks(scl: SclIndex, say: Say) -> None:
    """A multicast address that no control block sends to."""
    for tag, block in (("GSE", "GSEControl"), ("SMV", "SampledValueControl")):
        for each in scl.all(tag):
            point = each.getparent()
            ied = point.get("iedName", "") if point is not None else ""
            device = scl.devices.get((ied, each.get("ldInst", "")))
            known = [block_.get("name") for block_ in scl.children(scl.child(device, "LN0"), block)]
            if ied in scl.ieds and each.get("cbName") not in known:
                say(each, f"{tag}: LDevice {each.get('ldInst')!r} of IED {ied} has no {block} {each.get('cbName')!r}")


@rule("REF-26", title="GOOSE and SV control blocks have an address", part=COMMUNICATION, severity="warning",
      layer="semantics", kinds="SCD CID")  # fmt: skip
def _unaddressed_blocks(scl: SclIndex, say: Say) -> None:
    """Without GSE or SMV in the communication section the block has no MAC address and APPID to send with."""
    known = set()
    for each in scl.all("GSE", "SMV"):
        point = each.getparent()
        known.add((point.get("iedName") if point is not None else "", each.get("ldInst"), each.get("cbName")))
    for block in scl.all("GSEControl", "SampledValueControl"):
        device = scl.above(block, "LDevice")
        inst = device.get("inst") if device is not None else ""
        if block.get("datSet") and (scl.ied_of(block), inst, block.get("name")) not in known:
            say(block, f"{tag_of(block)} {block.get('name')} of {inst} has no address in the communication section")


@rule("REF-27", title="ServerAt names another access point that has a server", part=IEDS, layer="semantics")
def _shared_servers(scl: SclIndex, say: Say) -> None:
    """ServerAt says that the server of another access point is reached here too."""
    for each in scl.all("ServerAt"):
        own = scl.above(each, "AccessPoint")
        points = {point.get("name"): point for point in scl.children(scl.above(each, "IED"), "AccessPoint")}
        other = points.get(each.get("apName"))
        if other is None or other is own or scl.child(other, "Server") is None:
            say(each, f"ServerAt: no other access point {each.get('apName')!r} with a Server in this IED")


@rule("REF-28", title="KDC names an access point of an IED", part=IEDS, layer="semantics")
def _key_centres(scl: SclIndex, say: Say) -> None:
    """Keys come from an access point of an IED that has a KDC."""
    for each in scl.all("KDC"):
        ied = scl.ieds.get(each.get("iedName", ""))
        if each.get("apName") not in {point.get("name") for point in scl.children(ied, "AccessPoint")}:
            say(each, f"KDC: no access point {each.get('apName')!r} of IED {each.get('iedName')!r}")


def _remote(scl: SclIndex, each: Element) -> bool:
    """Does a reference by IED, device and node lead to a logical node of this file?"""
    return (each.get("iedName", ""), each.get("ldInst", ""), node_name(each)) in scl.nodes


@rule("REF-29", title="An Association names a logical node that exists", part=IEDS, layer="semantics", kinds="SCD CID")
def _associations(scl: SclIndex, say: Say) -> None:
    """The client of a predefined association."""
    for each in scl.all("Association"):
        if not _remote(scl, each):
            say(each, f"Association: no {each.get('ldInst')}/{node_name(each)} in IED {each.get('iedName')!r}")


@rule("REF-30", title="A ClientLN names a logical node that exists", part=IEDS, layer="semantics", severity="warning",
      kinds="SCD", hint="The report instance is reserved for a client that this file does not have.")  # fmt: skip
def _clients(scl: SclIndex, say: Say) -> None:
    """The client that a report instance is reserved for."""
    for each in scl.all("ClientLN"):
        if not _remote(scl, each):
            where = f"{each.get('ldInst')}/{node_name(each)}".lstrip("/")
            say(each, f"ClientLN: no {where} in IED {each.get('iedName')!r}")


@rule("REF-54", title="Every data set has a control block", part=IEDS, severity="note", layer="semantics")
def _unused_data_sets(scl: SclIndex, say: Say) -> None:
    """A data set without control block can only be read."""
    for each in scl.all("DataSet"):
        used = {block.get("datSet") for block in scl.children(each.getparent(), *CONTROLS)}
        if each.get("name") not in used:
            say(each, f"no control block sends data set {each.get('name')!r}")
