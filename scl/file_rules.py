"""Rules about the file as a whole: its kind, its header, and what projects want to be filled in."""

from .document import Element
from .index import SclIndex, tag_of
from .rules import Say, rule

__all__: list[str] = []

P = "IEC 61850-6 7"


@rule("FILE-02", title="An ICD describes one IED, named TEMPLATE", part=P, severity="warning", layer="semantics", kinds="ICD",
      hint="Name it TEMPLATE; the system tool gives the real name when it makes a copy.")  # fmt: skip
def _template_name(scl: SclIndex, say: Say) -> None:
    """An ICD is a template for any number of IEDs; IID and CID are for one that has its name."""
    ieds = list(scl.children(scl.root, "IED"))
    if len(ieds) != 1:
        say(scl.root, f"an ICD with {len(ieds)} IEDs")
    for ied in ieds:
        if ied.get("name") != "TEMPLATE":
            say(ied, f"the IED of an ICD is named {ied.get('name')!r}")


@rule("FILE-03", title="Substation, Line and Process of an ICD are named TEMPLATE", part=P, severity="warning",
      layer="semantics", kinds="ICD")  # fmt: skip
def _template_substation(scl: SclIndex, say: Say) -> None:
    """What an ICD shows of the process is a template too."""
    for each in scl.children(scl.root, "Substation", "Line", "Process"):
        if each.get("name") != "TEMPLATE":
            say(each, f"the {tag_of(each)} of an ICD is named {each.get('name')!r}")


@rule("FILE-04", title="An SSD describes a Substation, Line or Process", part=P, layer="semantics", kinds="SSD")
def _specification(scl: SclIndex, say: Say) -> None:
    """It is the specification of a single line."""
    if next(scl.children(scl.root, "Substation", "Line", "Process"), None) is None:
        say(scl.root, "an SSD without Substation, Line or Process")


@rule("FILE-05", title="An SSD whose LNodes have types has DataTypeTemplates", part=P, layer="semantics", kinds="SSD")
def _specification_types(scl: SclIndex, say: Say) -> None:
    """lnType refers to them."""
    typed = next((each for each in scl.all("LNode") if each.get("lnType")), None)
    if typed is not None and scl.child(scl.root, "DataTypeTemplates") is None:
        say(typed, f"LNode with lnType {typed.get('lnType')!r}, no DataTypeTemplates")


@rule("FILE-07", title="LNodes of an SSD name no IED", part=P, severity="warning", layer="semantics", kinds="SSD")
def _specification_nodes(scl: SclIndex, say: Say) -> None:
    """In a specification nothing is allocated yet: iedName is None."""
    for each in scl.all("LNode"):
        if each.get("iedName", "None") != "None" and each.get("iedName") not in scl.ieds:
            say(each, f"LNode with iedName {each.get('iedName')!r} in an SSD")


@rule("FILE-08", title="There is an IED with a server", part=P, layer="semantics", kinds="ICD IID CID")
def _servers(scl: SclIndex, say: Say) -> None:
    """Without a server, or logical nodes of a client, there is nothing to configure."""
    for ied in scl.children(scl.root, "IED"):
        points = list(scl.children(ied, "AccessPoint"))
        if not any(next(scl.children(point, "Server", "ServerAt", "LN"), None) is not None for point in points):
            say(ied, f"IED {ied.get('name')} has neither server nor logical nodes")


@rule("FILE-09", title="An IED has Services", part=P, severity="note", layer="semantics", kinds="ICD IID CID",
      hint="Other tools take everything that Services does not list for impossible.")  # fmt: skip
def _services(scl: SclIndex, say: Say) -> None:
    """Services tell what the device can do and what tools may configure."""
    for ied in scl.children(scl.root, "IED"):
        points = scl.children(ied, "AccessPoint")
        if scl.child(ied, "Services") is None and all(scl.child(point, "Services") is None for point in points):
            say(ied, f"IED {ied.get('name')} without Services")


@rule(
    "PRJ-01", title="An IED says who made it and what it is", part="IEC 61850-6 9.3", severity="note", layer="semantics"
)
def _makers(scl: SclIndex, say: Say) -> None:
    """manufacturer, type and configVersion are how people and tools recognise a device and its description."""
    for ied in scl.children(scl.root, "IED"):
        missing = [key for key in ("manufacturer", "type", "configVersion") if not ied.get(key)]
        if missing:
            say(ied, f"IED {ied.get('name')} without {', '.join(missing)}")


@rule("PRIV-03", title="Private elements hold something", part="IEC 61850-6 8.3.6", severity="note", layer="semantics")
def _privates(scl: SclIndex, say: Say) -> None:
    """An empty Private is left over from some tool."""
    for each in scl.all("Private"):
        if _is_empty(each):
            say(each, f"Private of type {each.get('type')!r} is empty")


def _is_empty(element: Element) -> bool:
    return not len(element) and not (element.text or "").strip() and len(element.attrib) <= 1
