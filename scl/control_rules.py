"""Rules about control blocks and data sets, and what the services of an IED allow of them."""

from .document import Element, natural
from .index import SclIndex, node_name, tag_of
from .reference_rules import member_path
from .rules import Say, rule

__all__: list[str] = []

P = "IEC 61850-6 9.3"
TRUE = ("true", "1")


def _flag(element: Element, name: str, default: str) -> bool:
    return element.get(name, default).strip() in TRUE


@rule("CB-04", title="confRev is 0 only without data set", part=P, severity="warning", layer="semantics")
def _revisions(scl: SclIndex, say: Say) -> None:
    """0 says that the data set is not configured; receivers compare confRev to know that both mean the same."""
    for block in scl.all("ReportControl", "GSEControl", "SampledValueControl"):
        if block.get("datSet") and natural(block.get("confRev")) == 0:
            say(block, f"{tag_of(block)} {block.get('name')} has data set {block.get('datSet')!r} and confRev 0")


@rule("CB-06", title="A report block that is not indexed has one instance", part=P, layer="semantics")
def _indices(scl: SclIndex, say: Say) -> None:
    """Without index there is one name, and so one block."""
    for block in scl.all("ReportControl"):
        enabled = scl.child(block, "RptEnabled")
        most = natural(enabled.get("max")) if enabled is not None else 1
        if not _flag(block, "indexed", "true") and (most or 1) > 1:
            say(block, f"ReportControl {block.get('name')} has indexed=false and RptEnabled max={most}")


@rule("CB-07", title="A report block has an instance for each ClientLN", part=P, layer="semantics")
def _instances(scl: SclIndex, say: Say) -> None:
    """More clients than instances: some get none."""
    for enabled in scl.all("RptEnabled"):
        clients = len(list(scl.children(enabled, "ClientLN")))
        most = natural(enabled.get("max", "1"))
        if most is not None and clients > most:
            say(enabled, f"RptEnabled max={most} with {clients} ClientLN")


@rule("CB-08", title="Unicast SV has one receiver", part=P, layer="semantics")
def _unicast(scl: SclIndex, say: Say) -> None:
    """A unicast block is used by one client at a time."""
    for block in scl.all("SampledValueControl"):
        receivers = len(list(scl.children(block, "IEDName")))
        if not _flag(block, "multicast", "true") and receivers > 1:
            say(block, f"SampledValueControl {block.get('name')} is unicast and has {receivers} receivers")


def _services(scl: SclIndex, ied: Element, point: Element | None = None) -> Element | None:
    own = scl.child(point, "Services")
    return own if own is not None else scl.child(ied, "Services")


def _limit(scl: SclIndex, ied: Element, name: str, attribute: str = "max") -> int | None:
    found = scl.child(_services(scl, ied), name)
    return natural(found.get(attribute)) if found is not None else None


def _per_ied(scl: SclIndex, *names: str) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for each in scl.all(*names):
        found.setdefault(scl.ied_of(each), []).append(each)
    return found


@rule(
    "CB-09",
    title="There are no more report instances than ConfReportControl allows",
    part=P,
    severity="warning",
    layer="semantics",
)
def _report_limit(scl: SclIndex, say: Say) -> None:
    """The device cannot hold more; it refuses the file, or the last ones."""
    for name, blocks in _per_ied(scl, "ReportControl").items():
        ied = scl.ieds.get(name)
        most = _limit(scl, ied, "ConfReportControl") if ied is not None else None
        if ied is None or most is None:
            continue
        total = 0
        for block in blocks:
            enabled = scl.child(block, "RptEnabled")
            total += (natural(enabled.get("max", "1")) or 1) if enabled is not None else 1
        if total > most:
            say(ied, f"IED {name} has {total} report instances, ConfReportControl max={most}")


def _number(scl: SclIndex, say: Say, tag: str, service: str, what: str) -> None:
    for name, found in _per_ied(scl, tag).items():
        ied = scl.ieds.get(name)
        most = _limit(scl, ied, service) if ied is not None else None
        if ied is not None and most is not None and len(found) > most:
            say(ied, f"IED {name} has {len(found)} {what}, {service} max={most}")


@rule(
    "CB-10", title="There are no more data sets than ConfDataSet allows", part=P, severity="warning", layer="semantics"
)
def _data_set_limit(scl: SclIndex, say: Say) -> None:
    """The device cannot hold more; it refuses the file, or the last ones."""
    _number(scl, say, "DataSet", "ConfDataSet", "data sets")


@rule("CB-11", title="A data set has no more members than maxAttributes", part=P, layer="semantics")
def _member_limit(scl: SclIndex, say: Say) -> None:
    """The device cannot hold more; it refuses the file, or the last ones."""
    for data_set in scl.all("DataSet"):
        ied = scl.above(data_set, "IED")
        most = _limit(scl, ied, "ConfDataSet", "maxAttributes") if ied is not None else None
        count = len(list(scl.children(data_set, "FCDA")))
        if most and count > most:
            say(data_set, f"data set {data_set.get('name')} has {count} members, ConfDataSet maxAttributes={most}")


@rule(
    "CB-12",
    title="There are no more GOOSE control blocks than GOOSE allows",
    part=P,
    severity="warning",
    layer="semantics",
)
def _goose_limit(scl: SclIndex, say: Say) -> None:
    """The device cannot send more."""
    _number(scl, say, "GSEControl", "GOOSE", "GOOSE control blocks")


@rule(
    "CB-13",
    title="There are no more SV control blocks than SMVsc allows",
    part=P,
    severity="warning",
    layer="semantics",
)
def _sv_limit(scl: SclIndex, say: Say) -> None:
    """The device cannot send more."""
    _number(scl, say, "SampledValueControl", "SMVsc", "SV control blocks")


@rule("CB-14", title="A client receives no more than its ClientServices allow", part=P, layer="semantics", kinds="SCD")
def _client_limits(scl: SclIndex, say: Say) -> None:
    """maxGOOSE and maxSMV count the control blocks that an IED subscribes to."""
    for name, references in _per_ied(scl, "ExtRef").items():
        ied = scl.ieds.get(name)
        client = scl.child(_services(scl, ied), "ClientServices") if ied is not None else None
        if ied is None or client is None:
            continue
        for service, attribute in (("GOOSE", "maxGOOSE"), ("SMV", "maxSMV")):
            most = natural(client.get(attribute))
            sent = {
                (each.get("iedName"), each.get("srcLDInst", each.get("ldInst")), each.get("srcCBName"))
                for each in references
                if each.get("serviceType") == service and each.get("srcCBName")
            }
            if most is not None and len(sent) > most:
                say(ied, f"IED {name} subscribes to {len(sent)} {service} control blocks, {attribute}={most}")


@rule(
    "CB-15", title="An IED has the service for the control blocks it has", part=P, severity="warning", layer="semantics"
)
def _capabilities(scl: SclIndex, say: Say) -> None:
    """Services is what other tools go by; without the entry they take the block away."""
    wanted = (
        ("GSEControl", ("GOOSE", "GSSE")),
        ("SampledValueControl", ("SMVsc",)),
        ("SettingControl", ("SettingGroups",)),
    )
    for tag, names in wanted:
        for name, found in _per_ied(scl, tag).items():
            ied = scl.ieds.get(name)
            services = (
                [_services(scl, ied, scl.above(each, "AccessPoint")) for each in found[:1]] if ied is not None else []
            )
            if services and services[0] is not None and all(scl.child(services[0], each) is None for each in names):
                say(found[0], f"IED {name} has a {tag}, its Services have no {' or '.join(names)}")


@rule("CB-19", title="actSG is one of the setting groups", part=P, layer="semantics")
def _setting_groups(scl: SclIndex, say: Say) -> None:
    """Groups count from 1 to numOfSGs."""
    for each in scl.all("SettingControl"):
        number, active = natural(each.get("numOfSGs")), natural(each.get("actSG", "1"))
        if number is not None and active is not None and not 1 <= active <= number:
            say(each, f"SettingControl: actSG={active}, numOfSGs={number}")


@rule("CB-21", title="An FCDA into an array has an index, within the array", part=P, layer="semantics")
def _array_members(scl: SclIndex, say: Say) -> None:
    """ix says which element; elements count from 0."""
    for fcda in scl.all("FCDA"):
        index = natural(fcda.get("ix"))
        if index is None:
            continue
        node = scl.nodes.get((scl.ied_of(fcda), fcda.get("ldInst", ""), node_name(fcda)))
        found = scl.path(node, *member_path(fcda))
        counts = [count for each in found if (count := natural(each.get("count")))]
        if found and not counts:
            say(fcda, f"FCDA with ix={index}: {'.'.join(member_path(fcda))} has no array")
        elif counts and index >= min(counts):
            say(fcda, f"FCDA with ix={index}: the array has {min(counts)} elements")


@rule("CB-22", title="GOOSE and SV data sets hold values only", part=P, layer="semantics")
def _multicast_constraints(scl: SclIndex, say: Say) -> None:
    """ST and MX are what changes and is sent; settings, descriptions and controls have no place in a multicast."""
    for block in scl.all("GSEControl", "SampledValueControl"):
        for data_set in scl.children(block.getparent(), "DataSet"):
            if data_set.get("name") != block.get("datSet"):
                continue
            for fcda in scl.children(data_set, "FCDA"):
                if fcda.get("fc") not in ("ST", "MX", None):
                    say(
                        fcda, f"fc {fcda.get('fc')} in data set {data_set.get('name')!r} that {block.get('name')} sends"
                    )


@rule("CB-24", title="A GOOSE data set carries the quality of its values", part="IEC 61850-8-1", severity="warning",
      layer="semantics")  # fmt: skip
def _quality(scl: SclIndex, say: Say) -> None:
    """A receiver that gets a value without q cannot know whether it is good."""
    for block in scl.all("GSEControl"):
        for data_set in scl.children(block.getparent(), "DataSet"):
            if data_set.get("name") != block.get("datSet"):
                continue
            members = [
                (fcda.get("ldInst"), node_name(fcda), member_path(fcda), fcda)
                for fcda in scl.children(data_set, "FCDA")
            ]
            known = {(inst, node, tuple(path[:-1])) for inst, node, path, _ in members if path[-1:] == ["q"]}
            for inst, node, path, fcda in members:
                name = fcda.get("daName")
                if name and path[-1] not in ("q", "t") and not _has_quality(known, inst, node, path):
                    say(fcda, f"data set {data_set.get('name')}: {node}.{'.'.join(path)} is sent without its q")


def _has_quality(
    known: set[tuple[str | None, str, tuple[str, ...]]], inst: str | None, node: str, path: list[str]
) -> bool:
    return any((inst, node, tuple(path[:length])) in known for length in range(1, len(path)))


@rule(
    "CB-25", title="A secured message needs the capability for it", part=P, layer="semantics", editions="2007B4 2007C5"
)
def _security(scl: SclIndex, say: Say) -> None:
    """securityEnable asks for signatures that only a device with McSecurity makes."""
    for tag, settings in (("GSEControl", "GSESettings"), ("SampledValueControl", "SMVSettings")):
        for block in scl.all(tag):
            wanted = block.get("securityEnable", "None")
            ied = scl.above(block, "IED")
            found = scl.child(scl.child(_services(scl, ied), settings) if ied is not None else None, "McSecurity")
            signs = found is not None and _flag(found, "signature", "false")
            encrypts = found is not None and _flag(found, "encryption", "false")
            if wanted != "None" and (not signs or (wanted == "SignatureAndEncryption" and not encrypts)):
                say(block, f"{tag} {block.get('name')}: securityEnable={wanted}, {settings} has no McSecurity for that")


@rule(
    "CB-26",
    title="Certificates of messages need authentication by certificate",
    part=P,
    severity="warning",
    layer="semantics",
)
def _certificates(scl: SclIndex, say: Say) -> None:
    """GOOSESecurity and SMVSecurity hold certificates; a server without certificates cannot use them."""
    for point in scl.all("AccessPoint"):
        found = next(scl.children(point, "GOOSESecurity", "SMVSecurity"), None)
        authentication = scl.child(scl.child(point, "Server"), "Authentication")
        if found is not None and authentication is not None and not _flag(authentication, "certificate", "false"):
            say(found, f"access point {point.get('name')} has {tag_of(found)}, its Authentication no certificate")


@rule("CB-29", title="A server has a logical node for its physical device", part="IEC 61850-7-4", severity="warning",
      layer="semantics")  # fmt: skip
def _physical_device(scl: SclIndex, say: Say) -> None:
    """LPHD tells the health and name plate of the box; clients look for it."""
    for server in scl.all("Server"):
        devices = list(scl.children(server, "LDevice"))
        if devices and not any(
            node.get("lnClass") == "LPHD" for device in devices for node in scl.children(device, "LN")
        ):
            say(server, f"no LPHD in any LDevice of IED {scl.ied_of(server)}")


@rule("CB-30", title="A control block has its address at its own access point", part="IEC 61850-6 9.4", layer="semantics",
      severity="warning")  # fmt: skip
def _address_points(scl: SclIndex, say: Say) -> None:
    """A GSE or SMV under another access point than the one whose server holds the block."""
    for each in scl.all("GSE", "SMV"):
        connected = each.getparent()
        if connected is None:
            continue
        device = scl.devices.get((connected.get("iedName", ""), each.get("ldInst", "")))
        own = scl.above(device, "AccessPoint") if device is not None else None
        if own is None or connected.get("apName") == own.get("name"):
            continue
        points = scl.children(scl.above(own, "IED"), "AccessPoint")
        other = next((point for point in points if point.get("name") == connected.get("apName")), None)
        alias = scl.child(other, "ServerAt")
        if other is not None and (alias is None or alias.get("apName") != own.get("name")):
            say(
                each,
                f"{tag_of(each)} {each.get('cbName')} at {connected.get('apName')}, its LDevice is at {own.get('name')}",
            )
