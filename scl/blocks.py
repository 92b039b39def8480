"""Control blocks: ReportControl, GSEControl, SampledValueControl, SettingControl, LogControl as declarations.

They become :mod:`meterwire.models.control_blocks`; whoever serves the model decides what runs. A data set that is not
there leaves the block without one, and is told.
"""

import contextlib
import ipaddress
import re
from typing import Any

from ..models import Ied, LogicalDevice, LogicalNode, OptFlds, ReportControl, TrgOps
from ..models.control_blocks import GooseControl, LogControl, MulticastAddress, SampledValueControl, SettingControl
from .data_sets import Note
from .document import Element, SclDocument
from .templates import NAME

__all__ = ["add_blocks"]

MAX_ITEM = 64
"""Octets of an item name (8-1)."""
MAX_INSTANCES = 99
"""Instances of a report control block: their number has two digits."""
LONGEST_ATTRIBUTE = {"ReportControl": 12, "GSEControl": 20, "SampledValueControl": 20, "LogControl": 10}
"""Octets that ``$`` and the longest attribute add to the item name of a block."""
_TRG_OPS = {"dchg": TrgOps.DCHG, "qchg": TrgOps.QCHG, "dupd": TrgOps.DUPD, "period": TrgOps.INTEGRITY}
_OPT_FLDS = {
    "seqNum": OptFlds.SEQ_NUM,
    "timeStamp": OptFlds.TIME_STAMP,
    "reasonCode": OptFlds.REASON,
    "dataSet": OptFlds.DATA_SET,
    "dataRef": OptFlds.DATA_REF,
    "entryID": OptFlds.ENTRY_ID,
    "configRef": OptFlds.CONF_REV,
}
_SETTINGS = {
    "datSet": "DatSet", "rptID": "RptID", "optFields": "OptFlds", "bufTime": "BufTm", "trgOps": "TrgOps", "intgPd": "IntgPd",
}  # fmt: skip
"""Attributes of ReportSettings, and those of the control block that clients write only where it says Dyn."""
_LOG_SETTINGS = {"logEna": "LogEna", "datSet": "DatSet", "trgOps": "TrgOps", "intgPd": "IntgPd"}
"""The same of LogSettings and log control blocks."""
_SV_OPT_FLDS = {"refreshTime": 16, "sampleSynchronized": 8, "sampleRate": 4, "dataSet": 2, "security": 1}
_SMP_MOD = {"SmpPerPeriod": 0, "SmpPerSec": 1, "SecPerSmp": 2}


def add_blocks(
    document: SclDocument,
    ied: Ied,
    place: tuple[Element, str],
    element: Element,
    device: LogicalDevice,
    node: LogicalNode,
    note: Note,
    *,
    reserve: bool,
) -> None:
    """Give a logical node the control blocks declared in its element; ``place`` is the IED and its access point.

    With ``reserve`` the instances of a report control are kept for the clients it names.
    """
    maker = _Maker(document, ied, place, device, node, note)
    maker.reserve = reserve
    seen: set[tuple[str, str]] = set()
    for declared in document.children(element, *_MAKERS):
        tag = document.tag(declared)
        name = "SGCB" if tag == "SettingControl" else document.required(declared, "name")
        if (tag, name) in seen:
            raise document.error(declared, f"{tag} {name} stands twice in {node.name}")
        seen.add((tag, name))
        maker.insist_name(declared, tag, name)
        block = _MAKERS[tag](maker, declared, name)
        if block is not None:
            # Names are unique among blocks of one kind only.
            key = name if name not in node.control_blocks else f"{name} ({tag})"
            node.control_blocks[key] = block
    node.logs = tuple(
        dict.fromkeys(filter(None, (maker.log_name(each, "name") for each in document.children(element, "Log"))))
    )


class _Maker:
    """Makes the blocks of one logical node."""

    def __init__(
        self,
        document: SclDocument,
        ied: Ied,
        place: tuple[Element, str],
        device: LogicalDevice,
        node: LogicalNode,
        note: Note,
    ) -> None:
        self.document = document
        self.ied = ied
        self.element, self.access_point = place
        self.device = device
        self.node = node
        self.note = note
        self.reserve = False

    def insist_name(self, element: Element, tag: str, name: str) -> None:
        """Refuse a block that MMS could not name."""
        length = len(self.node.name) + 4 + len(name) + LONGEST_ATTRIBUTE.get(tag, 0)
        length += 2 if tag == "ReportControl" and self.document.flag(element, "indexed", True) else 0
        if not NAME.fullmatch(name) or length > 64:
            raise self.document.error(element, f"{tag} {name!r}: MMS cannot carry its names")

    def data_set(self, element: Element) -> str:
        """Its data set, empty when there is none."""
        name = element.get("datSet", "").strip()
        if name and name not in self.node.data_sets:
            self.note(element, f"{self.document.tag(element)} {element.get('name')}: no data set {name} here")
            return ""
        return name

    def text(self, element: Element, attribute: str) -> str:
        """A visible string of at most 129 characters, empty when it is none."""
        text = element.get(attribute, "").strip()
        if len(text) > 129 or not (text.isascii() and text.isprintable()):
            self.note(element, f"{attribute}={text[:40]!r} is no VisString129; left empty")
            return ""
        return text

    def trg_ops(self, element: Element) -> int:
        """TrgOps; general interrogation is on unless switched off (Ed1 does not know the attribute)."""
        options = self.document.child(element, "TrgOps")
        bits = sum(bit for name, bit in _TRG_OPS.items() if self.document.flag(options, name))
        return bits | (TrgOps.GI if self.document.flag(options, "gi", True) else 0)

    def count(self, element: Element, attribute: str, default: int = 0) -> int:
        """An INT32U."""
        value = self.document.number(element, attribute, default)
        if value >= 1 << 32:
            raise self.document.error(element, f"{attribute}={value} is no INT32U")
        return value

    # -- one method for each kind --------------------------------------------------------------

    def report(self, element: Element, name: str) -> ReportControl:
        """ReportControl: one block, or one for each client."""
        document, settings = self.document, self.ied.capabilities.report_settings
        fields = document.child(element, "OptFields")
        opt_flds = sum(bit for field, bit in _OPT_FLDS.items() if document.flag(fields, field))
        if document.flag(fields, "bufOvfl", True):
            opt_flds |= OptFlds.BUF_OVFL
        indexed = document.flag(element, "indexed", True)
        instances = document.number(document.child(element, "RptEnabled"), "max", 1) or 1
        if not indexed and instances > 1:
            self.note(element, f"ReportControl {name}: {instances} instances without index; there is one")
            instances = 1
        if instances > MAX_INSTANCES:
            self.note(element, f"ReportControl {name}: {instances} instances, there are {MAX_INSTANCES}")
            instances = MAX_INSTANCES
        return ReportControl(
            name=name,
            data_set=self.data_set(element),
            buffered=document.flag(element, "buffered"),
            rpt_id=self.text(element, "rptID"),
            conf_rev=self.count(element, "confRev"),
            trg_ops=self.trg_ops(element),
            opt_flds=opt_flds,
            buf_tm=self.count(element, "bufTime"),
            intg_pd=self.count(element, "intgPd"),
            instances=instances,
            indexed=indexed,
            owner=settings.get("owner") in ("true", "1"),
            edition=self.ied.edition,
            resv_tms=not settings or settings.get("resvTms") in ("true", "1"),
            fixed=frozenset(name for key, name in _SETTINGS.items() if settings and settings.get(key) != "Dyn"),
            reserved_for=self.clients(element)[:instances] if self.reserve else (),
        )

    def clients(self, element: Element) -> tuple[bytes, ...]:
        """Addresses of the clients (ClientLN) that a ReportControl's instances are kept for; none where none is told."""
        found = []
        for client in self.document.children(self.document.child(element, "RptEnabled"), "ClientLN"):
            ied, point = client.get("iedName", ""), client.get("apRef")
            found.append(address := self._ip_address(ied, point))
            if not address:
                self.note(
                    client, f"ReportControl {element.get('name')}: no IP address of {ied}; its instance is anybody's"
                )
        return tuple(found)

    def goose(self, element: Element, name: str) -> GooseControl | None:
        """GSEControl; GSSE has no place in 8-1 any more."""
        if element.get("type", "GOOSE") != "GOOSE":
            self.note(element, f"GSEControl {name} is GSSE; left out")
            return None
        sender = self._sender("GSE", name)
        return GooseControl(
            name=name,
            data_set=self.data_set(element),
            go_id=self.text(element, "appID"),
            conf_rev=self.count(element, "confRev"),
            fixed_offs=self.document.flag(element, "fixedOffs"),
            address=self._address(sender),
            min_time=self._milliseconds(sender, "MinTime"),
            max_time=self._milliseconds(sender, "MaxTime"),
        )

    def sampled_values(self, element: Element, name: str) -> SampledValueControl:
        """SampledValueControl."""
        options = self.document.child(element, "SmvOpts")
        defaults = {"sampleSynchronized": options is not None}
        return SampledValueControl(
            name=name,
            data_set=self.data_set(element),
            smv_id=self.text(element, "smvID"),
            conf_rev=self.count(element, "confRev"),
            multicast=self.document.flag(element, "multicast", True),
            smp_rate=self.count(element, "smpRate"),
            smp_mod=_SMP_MOD.get(element.get("smpMod", ""), 0),
            no_asdu=min(self.count(element, "nofASDU", 1), 0xFFFF),
            opt_flds=sum(
                bit
                for field, bit in _SV_OPT_FLDS.items()
                if self.document.flag(options, field, defaults.get(field, False))
            ),
            address=self._address(self._sender("SMV", name)),
        )

    def setting_groups(self, element: Element, name: str) -> SettingControl | None:
        """SettingControl."""
        groups, active = self.count(element, "numOfSGs"), self.count(element, "actSG", 1)
        if not 1 <= active <= groups <= 255:
            self.note(element, f"SettingControl: {groups} groups, {active} active; left out")
            return None
        services = self.ied.capabilities
        resv_tms = min(self.count(element, "resvTms"), 0xFFFF)
        return SettingControl(
            name=name,
            groups=groups,
            active=active,
            resv_tms=resv_tms if element.get("resvTms") or services.has_setting_group_resv_tms else None,
            editable=services.has_setting_group_edit or "SettingGroups" not in services.services,
        )

    def log(self, element: Element, name: str) -> LogControl:
        """LogControl."""
        inst = element.get("ldInst", "").strip()
        device = next((d.name for d in self.ied.children.values() if d.inst == inst), self.device.name)
        parts = (element.get("prefix", ""), element.get("lnClass", "LLN0"), element.get("lnInst", ""))
        log = self.log_name(element, "logName")
        settings = self.ied.capabilities.log_settings
        return LogControl(
            name=name,
            data_set=self.data_set(element),
            log=f"{device}/{''.join(parts)}${log}" if log else "",
            enabled=self.document.flag(element, "logEna", True),
            trg_ops=self.trg_ops(element) & ~TrgOps.GI,
            intg_pd=self.count(element, "intgPd"),
            buf_tm=self.count(element, "bufTime"),
            reason_code=self.document.flag(element, "reasonCode", True),
            fixed=frozenset(name for key, name in _LOG_SETTINGS.items() if settings and settings.get(key) != "Dyn"),
        )

    def log_name(self, element: Element, attribute: str) -> str:
        """Name of a log, empty where there is none that MMS carries."""
        name = element.get(attribute, "").strip()
        if name and (not NAME.fullmatch(name) or len(self.node.name) + 1 + len(name) > MAX_ITEM):
            self.note(
                element, f"{self.document.tag(element)} {attribute}={name!r}: MMS cannot carry that name; left out"
            )
            return ""
        return name

    # -- communication section -----------------------------------------------------------------

    def _sender(self, tag: str, name: str) -> Element | None:
        """GSE or SMV of the communication section for a block of this logical device."""
        document, own = self.document, (self.element.get("name"), self.access_point)
        for sub_network in document.children(document.child(document.root, "Communication"), "SubNetwork"):
            for point in document.children(sub_network, "ConnectedAP"):
                if (point.get("iedName"), point.get("apName")) != own:
                    continue
                for sender in document.children(point, tag):
                    if (sender.get("ldInst"), sender.get("cbName")) == (self.device.inst, name):
                        return sender
        return None

    def _ip_address(self, ied: str, access_point: str | None) -> bytes:
        """Octets of the IP address of an IED's access point, the first one it has when none is named."""
        document = self.document
        for sub_network in document.children(document.child(document.root, "Communication"), "SubNetwork"):
            for point in document.children(sub_network, "ConnectedAP"):
                if point.get("iedName") == ied and access_point in (None, point.get("apName")):
                    address = document.child(point, "Address")
                    for p in document.children(address, "P") if address is not None else ():
                        with contextlib.suppress(ValueError):
                            if p.get("type") in ("IP", "IPv6"):
                                return ipaddress.ip_address((p.text or "").strip()).packed
        return b""

    def _address(self, sender: Element | None) -> MulticastAddress | None:
        address = self.document.child(sender, "Address")
        if sender is None or address is None:
            return None
        given = {p.get("type", ""): (p.text or "").strip() for p in self.document.children(address, "P")}
        mac = re.sub(r"[-:]", "", given.get("MAC-Address", ""))
        if not re.fullmatch(r"[0-9A-Fa-f]{12}", mac):
            self.note(address, f"{sender.get('cbName')}: MAC-Address {given.get('MAC-Address', '')!r}; no address")
            return None

        def hexadecimal(name: str, default: int, limit: int) -> int:
            text = given.get(name, "")
            return int(text, 16) & limit if re.fullmatch(r"[0-9A-Fa-f]{1,4}", text) else default

        return MulticastAddress(
            mac=bytes.fromhex(mac),
            priority=hexadecimal("VLAN-PRIORITY", 4, 7),
            vlan=hexadecimal("VLAN-ID", 0, 0xFFF),
            app_id=hexadecimal("APPID", 0, 0xFFFF),
        )

    def _milliseconds(self, sender: Element | None, name: str) -> int | None:
        element = self.document.child(sender, name)
        text = (element.text or "").strip() if element is not None else ""
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


_MAKERS: dict[str, Any] = {
    "ReportControl": _Maker.report,
    "LogControl": _Maker.log,
    "GSEControl": _Maker.goose,
    "SampledValueControl": _Maker.sampled_values,
    "SettingControl": _Maker.setting_groups,
}
