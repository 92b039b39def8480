"""Rules about addresses: what a ConnectedAP, GSE and SMV say, and whether a network can work with it."""

import re
from ipaddress import AddressValueError, IPv4Address, NetmaskValueError, ip_network

from .document import Element
from .index import SclIndex, tag_of
from .rules import Say, rule

__all__ = ["ANY", "addresses"]

P = "IEC 61850-6 9.4"
HEX = re.compile(r"[0-9A-Fa-f]+")
MAC = re.compile(r"[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){5}")
SELECTORS = {"OSI-TSEL": 8, "OSI-SSEL": 16, "OSI-PSEL": 16, "OSI-NSAP": 40}
"""Greatest number of hexadecimal digits."""
MULTICAST = {"GSE": "01-0C-CD-01", "SMV": "01-0C-CD-04"}
APPLICATIONS = {"GSE": ((0x0000, 0x3FFF), (0x8000, 0xBFFF)), "SMV": ((0x4000, 0x7FFF),)}
ANY = "0.0.0.0"  # noqa: S104
"""An address that is still to be given."""


def addresses(scl: SclIndex, parent: Element | None) -> dict[str, Element]:
    """The P elements of an Address by type."""
    return {each.get("type", ""): each for each in scl.children(scl.child(parent, "Address"), "P")}


def _text(element: Element) -> str:
    return (element.text or "").strip()


def _is_ip(text: str) -> bool:
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True


@rule("COM-01", title="A SubNetwork has a type", part=P, severity="warning", layer="semantics", kinds="SCD")
def _network_types(scl: SclIndex, say: Say) -> None:
    """8-MMS says that IEC 61850-8-1 is spoken there."""
    for net in scl.all("SubNetwork"):
        if not net.get("type"):
            say(net, f"SubNetwork {net.get('name')} without type")


@rule("COM-03", title="A ConnectedAP has an Address", part=P, severity="warning", layer="semantics", kinds="SCD CID")
def _connected_addresses(scl: SclIndex, say: Say) -> None:
    """Without an address nobody can reach the access point."""
    for point in scl.all("ConnectedAP"):
        if scl.child(point, "Address") is None:
            say(point, f"ConnectedAP {point.get('iedName')}/{point.get('apName')} without Address")


@rule("COM-07", title="IP addresses are addresses", part=P, layer="semantics")
def _ip_addresses(scl: SclIndex, say: Say) -> None:
    """Four numbers of 0 to 255, without leading zeros that some read as octal."""
    for each in scl.all("P"):
        if each.get("type") in ("IP", "IP-GATEWAY") and _text(each) and not _is_ip(_text(each)):
            say(each, f"{each.get('type')} {_text(each)!r} is no IPv4 address")


@rule("COM-08", title="Subnet masks are masks", part=P, layer="semantics")
def _masks(scl: SclIndex, say: Say) -> None:
    """Ones from the left, then zeros."""
    for each in scl.all("P"):
        if each.get("type") == "IP-SUBNET" and _text(each):
            try:
                ip_network(f"0.0.0.0/{_text(each)}")
                is_mask = _is_ip(_text(each)) and not _text(each).startswith("0.0.0.1")
            except (ValueError, NetmaskValueError):
                is_mask = False
            if not is_mask:
                say(each, f"IP-SUBNET {_text(each)!r} is no subnet mask")


@rule("COM-09", title="The gateway is inside the subnet", part=P, severity="warning", layer="semantics")
def _gateways(scl: SclIndex, say: Say) -> None:
    """A gateway that the device cannot reach by itself is none."""
    for point in scl.all("ConnectedAP"):
        found = addresses(scl, point)
        if not {"IP", "IP-SUBNET", "IP-GATEWAY"} <= set(found):
            continue
        address, mask, gateway = (_text(found[key]) for key in ("IP", "IP-SUBNET", "IP-GATEWAY"))
        if not (_is_ip(address) and _is_ip(gateway)) or gateway == ANY:
            continue
        try:
            net = ip_network(f"{address}/{mask}", strict=False)
        except ValueError:
            continue
        if IPv4Address(gateway) not in net:
            say(found["IP-GATEWAY"], f"gateway {gateway} is outside of {net}")


@rule("COM-11", title="OSI selectors are hexadecimal and not too long", part=P, layer="semantics")
def _selectors(scl: SclIndex, say: Say) -> None:
    """TSEL up to 4 octets, SSEL and PSEL up to 8, NSAP up to 20, in pairs of digits."""
    for each in scl.all("P"):
        most = SELECTORS.get(each.get("type", ""))
        text = _text(each)
        if most and text and (not HEX.fullmatch(text) or len(text) > most or len(text) % 2):
            say(each, f"{each.get('type')} {text!r}: an even number of hexadecimal digits is wanted, at most {most}")


@rule("COM-12", title="MAC addresses have the form 01-0C-CD-01-00-01", part=P, layer="semantics")
def _mac_addresses(scl: SclIndex, say: Say) -> None:
    """Six pairs of hexadecimal digits with - between them."""
    for each in scl.all("P"):
        if each.get("type") == "MAC-Address" and _text(each) and not MAC.fullmatch(_text(each)):
            say(each, f"MAC-Address {_text(each)!r}")


@rule("COM-13", title="GOOSE and SV use their multicast ranges", part="IEC 61850-8-1, 9-2", severity="warning",
      layer="semantics", hint="GOOSE: 01-0C-CD-01-00-00 to 01-FF; SV: 01-0C-CD-04-00-00 to 01-FF.")  # fmt: skip
def _multicast_ranges(scl: SclIndex, say: Say) -> None:
    """Switches and receivers filter by these ranges."""
    for tag, prefix in MULTICAST.items():
        for each in scl.all(tag):
            found = addresses(scl, each).get("MAC-Address")
            if found is not None and MAC.fullmatch(_text(found)):
                text = _text(found).upper()
                if not text.startswith(prefix) or int(text[12:14], 16) > 1:
                    say(found, f"{tag} {each.get('cbName')}: {text} is outside of {prefix}-00-00 … {prefix}-01-FF")


@rule("COM-14", title="APPID has four hexadecimal digits, in the range of its service", part="IEC 61850-8-1, 9-2",
      severity="warning", layer="semantics", hint="GOOSE: 0000–3FFF, trip GOOSE 8000–BFFF; SV: 4000–7FFF.")  # fmt: skip
def _application_ids(scl: SclIndex, say: Say) -> None:
    """Receivers tell GOOSE and SV apart by it."""
    for tag, ranges in APPLICATIONS.items():
        for each in scl.all(tag):
            found = addresses(scl, each).get("APPID")
            if found is None:
                continue
            text = _text(found)
            if not re.fullmatch(r"[0-9A-Fa-f]{4}", text):
                say(found, f"{tag} {each.get('cbName')}: APPID {text!r} has not four hexadecimal digits")
            elif not any(low <= int(text, 16) <= high for low, high in ranges):
                say(found, f"{tag} {each.get('cbName')}: APPID {text} is outside of the range of {tag}")


@rule("COM-15", title="VLAN-ID has three hexadecimal digits", part=P, layer="semantics")
def _vlans(scl: SclIndex, say: Say) -> None:
    """000 to FFF: hexadecimal, so that 100 is 256."""
    for each in scl.all("P"):
        if each.get("type") == "VLAN-ID" and not re.fullmatch(r"[0-9A-Fa-f]{3}", _text(each)):
            say(each, f"VLAN-ID {_text(each)!r}")


@rule("COM-16", title="VLAN-PRIORITY is 0 to 7", part=P, layer="semantics")
def _priorities(scl: SclIndex, say: Say) -> None:
    """One digit; the default of GOOSE and SV is 4."""
    for each in scl.all("P"):
        if each.get("type") == "VLAN-PRIORITY" and not re.fullmatch(r"[0-7]", _text(each)):
            say(each, f"VLAN-PRIORITY {_text(each)!r}")


@rule("COM-17", title="GSE and SMV give MAC-Address, APPID and VLAN", part=P, severity="warning", layer="semantics",
      kinds="SCD CID")  # fmt: skip
def _complete_addresses(scl: SclIndex, say: Say) -> None:
    """What is not given the device makes up, and two devices make up the same."""
    for each in scl.all("GSE", "SMV"):
        found = addresses(scl, each)
        missing = [key for key in ("MAC-Address", "APPID", "VLAN-ID", "VLAN-PRIORITY") if key not in found]
        if missing and not any(key.startswith("IP") for key in found):
            say(each, f"{tag_of(each)} {each.get('cbName')} without {', '.join(missing)}")


@rule("COM-18", title="MinTime and MaxTime are positive, MinTime the smaller", part=P, layer="semantics")
def _times(scl: SclIndex, say: Say) -> None:
    """GOOSE repeats after MinTime first and every MaxTime at last."""
    for each in scl.all("GSE"):
        values: dict[str, float] = {}
        for tag in ("MinTime", "MaxTime"):
            child = scl.child(each, tag)
            if child is not None and re.fullmatch(r"[+-]?[0-9]*\.?[0-9]+", _text(child)):
                values[tag] = float(_text(child))
                if values[tag] <= 0:
                    say(child, f"{tag} {_text(child)} of GSE {each.get('cbName')} is not positive")
        if len(values) == 2 and values["MinTime"] > values["MaxTime"]:
            say(each, f"GSE {each.get('cbName')}: MinTime {values['MinTime']:g} is above MaxTime {values['MaxTime']:g}")


@rule("COM-19", title="At most one physical connection of each type", part=P, layer="semantics")
def _connections(scl: SclIndex, say: Say) -> None:
    """One Connection, and one RedConn beside it for redundancy."""
    for point in scl.all("ConnectedAP"):
        found = list(scl.children(point, "PhysConn"))
        for kind in ("Connection", "RedConn"):
            same = [each for each in found if each.get("type") == kind]
            if len(same) > 1:
                say(same[1], f"{len(same)} PhysConn of type {kind} at {point.get('iedName')}/{point.get('apName')}")


@rule("COM-21", title="Port numbers are numbers of 1 to 65535", part=P, layer="semantics")
def _ports(scl: SclIndex, say: Say) -> None:
    """MMS-Port, SNTP-Port and their like."""
    for each in scl.all("P"):
        kind = each.get("type", "")
        if kind.upper().endswith("PORT"):
            text = _text(each)
            if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65_535:
                say(each, f"{kind} {text!r}")
