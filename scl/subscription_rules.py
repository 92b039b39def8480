"""Rules about who receives what: ExtRef, IEDName, supervision, and the subnetworks both ends need."""

from .document import Element
from .index import SclIndex, node_name, tag_of
from .reference_rules import member_path
from .rules import Say, rule

__all__: list[str] = []

P = "IEC 61850-6 9.3.13"
BLOCK_OF = {"GOOSE": "GSEControl", "SMV": "SampledValueControl", "Report": "ReportControl"}


def _source(scl: SclIndex, each: Element) -> str:
    """The IED that an ExtRef takes from; ``@`` is its own."""
    name = each.get("iedName", "")
    return scl.ied_of(each) if name == "@" else name


def _is_bound(each: Element) -> bool:
    return bool(each.get("iedName") and each.get("doName"))


def _source_node(scl: SclIndex, each: Element) -> Element | None:
    return scl.nodes.get((_source(scl, each), each.get("ldInst", ""), node_name(each)))


def _block(scl: SclIndex, each: Element) -> Element | None:
    """The control block that an ExtRef names; None when it is not there."""
    source = _source(scl, each)
    device = scl.devices.get((source, each.get("srcLDInst", each.get("ldInst", ""))))
    wanted = each.get("srcPrefix", "") + each.get("srcLNClass", "LLN0") + each.get("srcLNInst", "")
    for node in scl.children(device, "LN0", "LN"):
        if node_name(node) == wanted:
            for block in scl.children(node, *BLOCK_OF.values()):
                if block.get("name") == each.get("srcCBName"):
                    return block
    return None


@rule("REF-33", title="What an ExtRef takes exists in the source IED", part=P, layer="semantics")
def _sources(scl: SclIndex, say: Say) -> None:
    """A subscription to data that nobody sends never gets a value."""
    for each in scl.all("ExtRef"):
        source = _source(scl, each)
        if not _is_bound(each):
            continue
        if source not in scl.ieds:
            if scl.kind in ("SCD", "SED"):
                say(each, f"ExtRef: no IED {source!r} in this file")
            continue
        node, names = _source_node(scl, each), member_path(each)
        if node is None:
            say(each, f"ExtRef: IED {source} has no {each.get('ldInst')}/{node_name(each)}")
            continue
        found = scl.path(node, *names)
        if len(found) < len(names) and (not found or scl.type_of(found[-1]) is not None):
            say(
                each,
                f"ExtRef: {node_name(node)}.{'.'.join(names)} of {source} ends at {names[len(found)]!r}, which is not there",
            )


@rule("REF-34", title="The control block that an ExtRef names exists", part=P, layer="semantics")
def _source_blocks(scl: SclIndex, say: Say) -> None:
    """The subscription names who sends; when that block is gone nothing arrives."""
    for each in scl.all("ExtRef"):
        if each.get("srcCBName") and _source(scl, each) in scl.ieds and _block(scl, each) is None:
            say(each, f"ExtRef: IED {_source(scl, each)} has no control block {each.get('srcCBName')!r} there")


@rule("REF-35", title="What an ExtRef takes is in the data set of its control block", part=P, layer="semantics")
def _source_members(scl: SclIndex, say: Say) -> None:
    """The block exists and the data too, but the block does not send it."""
    for each in scl.all("ExtRef"):
        block = _block(scl, each) if each.get("srcCBName") and _is_bound(each) else None
        if block is None:
            continue
        node = block.getparent()
        for data_set in scl.children(node, "DataSet"):
            if data_set.get("name") == block.get("datSet") and not any(
                _covers(fcda, each) for fcda in scl.children(data_set, "FCDA")
            ):
                what = f"{each.get('ldInst')}/{node_name(each)}.{'.'.join(member_path(each))}"
                say(each, f"ExtRef: {what} is not in data set {data_set.get('name')!r} of {block.get('name')}")


def _covers(fcda: Element, wanted: Element) -> bool:
    if fcda.get("ldInst") != wanted.get("ldInst") or node_name(fcda) != node_name(wanted):
        return False
    sent, taken = member_path(fcda), member_path(wanted)
    return sent == taken[: len(sent)]


@rule("REF-36", title="serviceType of an ExtRef is that of its control block", part=P, layer="semantics")
def _service_types(scl: SclIndex, say: Say) -> None:
    """A GOOSE subscription of a report, or the other way round."""
    for each in scl.all("ExtRef"):
        block = _block(scl, each) if each.get("srcCBName") and each.get("serviceType") else None
        if block is not None and tag_of(block) != BLOCK_OF.get(each.get("serviceType", ""), tag_of(block)):
            say(each, f"ExtRef: serviceType {each.get('serviceType')}, but {block.get('name')} is a {tag_of(block)}")


@rule("REF-37", title="A bound ExtRef is complete", part=P, layer="semantics")
def _complete_references(scl: SclIndex, say: Say) -> None:
    """Source IED, device, class and data object together say what is meant."""
    keys = ("iedName", "ldInst", "lnClass", "doName")
    for each in scl.all("ExtRef"):
        given = [key for key in keys if each.get(key)]
        missing = [key for key in keys if not each.get(key)]
        if "iedName" in given and missing:
            say(each, f"ExtRef to {each.get('iedName')} without {', '.join(missing)}")


@rule("REF-38", title="An ExtRef gives lnInst unless it means LLN0", part=P, layer="semantics")
def _instances_of_sources(scl: SclIndex, say: Say) -> None:
    """Only LLN0 has no instance number (LPHD and others do)."""
    for each in scl.all("ExtRef"):
        if _is_bound(each) and each.get("lnClass") not in (None, "LLN0") and not each.get("lnInst"):
            say(each, f"ExtRef to {each.get('lnClass')} without lnInst")


@rule(
    "REF-39", title="An ExtRef says which input it feeds", part=P, severity="note", layer="semantics", kinds="ICD IID"
)
def _inputs(scl: SclIndex, say: Say) -> None:
    """intAddr, or desc, tells the tool that binds it what the input is for."""
    for each in scl.all("ExtRef"):
        if not each.get("intAddr") and not each.get("desc"):
            say(each, "ExtRef without intAddr and desc")


@rule("REF-40", title="What is bound to an ExtRef is what its pre-configuration expects", part=P, layer="semantics")
def _expectations(scl: SclIndex, say: Say) -> None:
    """pLN, pDO, pDA and pServT say what the input can take."""
    for each in scl.all("ExtRef"):
        if not _is_bound(each):
            continue
        pairs = [("pLN", each.get("lnClass")), ("pDA", each.get("daName")), ("pServT", each.get("serviceType"))]
        for key, value in pairs:
            if each.get(key) and value and each.get(key) != value:
                say(each, f"ExtRef expects {key}={each.get(key)}, bound is {value}")


@rule("REF-31", title="IEDName names receivers that exist", part="IEC 61850-6 9.3.10", layer="semantics", kinds="SCD")
def _receivers(scl: SclIndex, say: Say) -> None:
    """The list of receivers is what configuration of the network is made from."""
    for each in scl.all("IEDName"):
        name = (each.text or "").strip()
        ied = scl.ieds.get(name)
        if ied is None:
            say(each, f"IEDName: no IED {name!r} in this file")
            continue
        points = {point.get("name") for point in scl.children(ied, "AccessPoint")}
        if each.get("apRef") and each.get("apRef") not in points:
            say(each, f"IEDName: IED {name} has no access point {each.get('apRef')!r}")
        if each.get("ldInst") and (name, each.get("ldInst", "")) not in scl.devices:
            say(each, f"IEDName: IED {name} has no LDevice {each.get('ldInst')!r}")


@rule("REF-32", title="A receiver has an ExtRef to what it receives", part="IEC 61850-6 9.3.10", severity="warning",
      layer="semantics", kinds="SCD")  # fmt: skip
def _receiving_inputs(scl: SclIndex, say: Say) -> None:
    """A receiver without a matching input gets the message and does nothing with it."""
    taken = {(scl.ied_of(each), _source(scl, each)) for each in scl.all("ExtRef")}
    for each in scl.all("IEDName"):
        name, source = (each.text or "").strip(), scl.ied_of(each)
        if name in scl.ieds and (name, source) not in taken:
            block = each.getparent()
            sent = block.get("name") if block is not None else ""
            say(each, f"IED {name} is to receive {sent} of {source} and has no ExtRef to that IED")


@rule("REF-49", title="Sender and receiver share a subnetwork", part="IEC 61850-6 9.4", severity="warning",
      layer="semantics", kinds="SCD")  # fmt: skip
def _subnetworks(scl: SclIndex, say: Say) -> None:
    """GOOSE and SV do not cross routers."""
    nets: dict[str, set[str]] = {}
    for point in scl.all("ConnectedAP"):
        net = point.getparent()
        nets.setdefault(point.get("iedName", ""), set()).add(net.get("name", "") if net is not None else "")
    said = set()
    for each in scl.all("ExtRef"):
        pair = (scl.ied_of(each), _source(scl, each))
        if each.get("serviceType") not in ("GOOSE", "SMV") or pair in said or pair[0] == pair[1]:
            continue
        if all(name in nets for name in pair) and not nets[pair[0]] & nets[pair[1]]:
            said.add(pair)
            say(each, f"ExtRef: {pair[0]} and {pair[1]} share no subnetwork")


@rule("REF-51", title="A supervision node names a control block that is subscribed", part="IEC 61850-7-4", layer="semantics",
      severity="warning", kinds="SCD CID")  # fmt: skip
def _supervision(scl: SclIndex, say: Say) -> None:
    """LGOS and LSVS watch a message; when nothing subscribes to it they watch nothing."""
    subscribed = set()
    for each in scl.all("ExtRef"):
        block = _block(scl, each) if each.get("srcCBName") else None
        device = scl.above(block, "LDevice") if block is not None else None
        if block is not None and device is not None:
            subscribed.add((scl.ied_of(each), f"{_device_name(scl, device)}/LLN0.{block.get('name')}"))
    for node in scl.all("LN"):
        wanted = {"LGOS": "GoCBRef", "LSVS": "SvCBRef"}.get(node.get("lnClass", ""))
        for text, element in _values(scl, node, wanted or ""):
            if text and (scl.ied_of(node), text) not in subscribed:
                say(element, f"{node_name(node)} supervises {text}, to which {scl.ied_of(node)} does not subscribe")


def _device_name(scl: SclIndex, device: Element) -> str:
    return device.get("ldName") or scl.ied_of(device) + device.get("inst", "")


def _values(scl: SclIndex, node: Element, name: str) -> list[tuple[str, Element]]:
    """Values of setSrcRef in the DOI of that name."""
    found = []
    for instance in scl.children(node, "DOI"):
        if instance.get("name") == name:
            for attribute in scl.children(instance, "DAI"):
                if attribute.get("name") == "setSrcRef":
                    found += [((value.text or "").strip(), value) for value in scl.children(attribute, "Val")]
    return found


@rule("REF-52", title="Object references in values lead somewhere", part="IEC 61850-7-3", severity="warning",
      layer="semantics", kinds="SCD")  # fmt: skip
def _object_references(scl: SclIndex, say: Say) -> None:
    """setSrcRef of an ORG names a data object of some logical device of the file."""
    devices = {_device_name(scl, device): device for device in scl.all("LDevice")}
    for attribute in scl.all("DAI"):
        above = attribute.getparent()
        if attribute.get("name") != "setSrcRef" or tag_of(above) != "DOI":
            continue
        for value in scl.children(attribute, "Val"):
            text = (value.text or "").strip()
            device, _, path = text.partition("/")
            if not path:
                continue
            node, *names = path.split(".")
            if device not in devices:
                say(value, f"{text}: no logical device {device!r}")
                continue
            found = next((n for n in scl.children(devices[device], "LN0", "LN") if node_name(n) == node), None)
            if found is None:
                say(value, f"{text}: {device} has no {node}")
            elif names and scl.member(scl.node_types.get(found.get("lnType", "")), names[0]) is None:
                blocks = {block.get("name") for block in scl.children(found, *BLOCK_OF.values())}
                if names[0] not in blocks and found.get("lnType", "") in scl.node_types:
                    say(value, f"{text}: {node} has no {names[0]!r}")
