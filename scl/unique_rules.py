"""Rules of uniqueness that the schema sets cannot say: over the whole file, over networks, over built names."""

from collections.abc import Iterable

from .communication_rules import ANY, addresses
from .document import Element
from .index import SclIndex
from .rules import Say, rule

__all__: list[str] = []

P = "IEC 61850-6 9.3"


def _twice(pairs: Iterable[tuple[str, Element]], say: Say, words: str) -> None:
    """Say everything that comes a second time; ``words`` has places for the value and for the line of the first."""
    first: dict[str, Element] = {}
    for value, element in pairs:
        if not value:
            continue
        other = first.setdefault(value, element)
        if other is not element:
            say(element, words.format(value, other.sourceline))


@rule("UNQ-04", title="Names of logical devices on the wire are unique in the file", part=P, layer="semantics")
def _wire_names(scl: SclIndex, say: Say) -> None:
    """ldName, or IED name and inst: two devices of one name cannot be told apart by a client."""
    names = ((each.get("ldName") or scl.ied_of(each) + each.get("inst", ""), each) for each in scl.all("LDevice"))
    _twice(names, say, "the name {!r} is that of the LDevice of line {} too")


@rule(
    "NAM-07", title="IED name and LDevice inst together fit into 64 characters", part="IEC 61850-8-1", layer="semantics"
)
def _wire_lengths(scl: SclIndex, say: Say) -> None:
    """MMS carries domain names of 64 characters."""
    for each in scl.all("LDevice"):
        name = each.get("ldName") or scl.ied_of(each) + each.get("inst", "")
        if len(name) > 64:
            say(each, f"{name} has {len(name)} characters, MMS carries 64")


@rule("UNQ-17", title="A data set is sent by one report and by one log block of its node", part=P, severity="note",
      layer="semantics")  # fmt: skip
def _shared_data_sets(scl: SclIndex, say: Say) -> None:
    """More are allowed, and often a copy that somebody forgot to change."""
    for tag in ("ReportControl", "LogControl"):
        seen: set[tuple[Element | None, str, str]] = set()
        for block in scl.all(tag):
            key = (block.getparent(), block.get("datSet", ""), block.get("buffered", "false"))
            if key[1] and key in seen:
                say(block, f"{tag} {block.get('name')} sends {key[1]!r} as another of its kind does")
            seen.add(key)


@rule("UNQ-32", title="IP addresses are unique in a SubNetwork", part="IEC 61850-6 9.4", layer="semantics")
def _ip_addresses(scl: SclIndex, say: Say) -> None:
    """Two devices of one address disturb each other."""
    for net in scl.all("SubNetwork"):
        pairs = []
        for point in scl.children(net, "ConnectedAP"):
            found = addresses(scl, point).get("IP")
            if found is not None and (found.text or "").strip() != ANY:
                pairs.append(((found.text or "").strip(), found))
        _twice(pairs, say, "IP {} stands at line {} too")


def _multicast(scl: SclIndex, key: str, *tags: str) -> Iterable[tuple[str, Element]]:
    for each in scl.all(*tags):
        found = addresses(scl, each).get(key)
        if found is not None:
            yield (found.text or "").strip().upper(), found


@rule(
    "UNQ-33",
    title="Multicast MAC addresses are unique",
    part="IEC 61850-8-1, 9-2",
    severity="warning",
    layer="semantics",
)
def _mac_addresses(scl: SclIndex, say: Say) -> None:
    """Receivers filter by the address in hardware; a shared one costs them time."""
    _twice(_multicast(scl, "MAC-Address", "GSE", "SMV"), say, "MAC-Address {} stands at line {} too")


@rule("UNQ-34", title="APPIDs are unique", part="IEC 61850-8-1, 9-2", severity="warning", layer="semantics")
def _application_ids(scl: SclIndex, say: Say) -> None:
    """Unless left at its default, an APPID is to be unique in the system."""
    for tag, default in (("GSE", "0000"), ("SMV", "4000")):
        pairs = ((text, each) for text, each in _multicast(scl, "APPID", tag) if text != default)
        _twice(pairs, say, "APPID {} stands at line {} too")


@rule("UNQ-35", title="appID and smvID are unique", part=P, severity="warning", layer="semantics")
def _message_ids(scl: SclIndex, say: Say) -> None:
    """GoID and svID identify the message; receivers take the first."""
    _twice(((each.get("appID", ""), each) for each in scl.all("GSEControl")), say, "appID {!r} stands at line {} too")
    _twice(
        ((each.get("smvID", ""), each) for each in scl.all("SampledValueControl")),
        say,
        "smvID {!r} stands at line {} too",
    )


@rule("UNQ-43", title="An IP address stands in one SubNetwork only", part="IEC 61850-6 9.4", severity="warning",
      layer="semantics", kinds="SCD")  # fmt: skip
def _addresses_over_networks(scl: SclIndex, say: Say) -> None:
    """The same address in two networks cannot be routed between them."""
    first: dict[str, tuple[str, str]] = {}
    for point in scl.all("ConnectedAP"):
        found = addresses(scl, point).get("IP")
        net = point.getparent()
        if found is None or net is None:
            continue
        text, name, ied = (found.text or "").strip(), net.get("name", ""), point.get("iedName", "")
        other = first.setdefault(text, (name, ied))
        if text and text != ANY and other[0] != name and other[1] != ied:
            say(found, f"IP {text} of {ied} in {name} is that of {other[1]} in {other[0]}")


@rule("UNQ-05", title="ldName is unique within the devices of a SubNetwork", part=P, layer="semantics")
def _logical_device_names(scl: SclIndex, say: Say) -> None:
    """Devices on one network are told apart by it."""
    _twice(((each.get("ldName", ""), each) for each in scl.all("LDevice")), say, "ldName {!r} stands at line {} too")
