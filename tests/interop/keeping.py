"""A model with setting groups and a log, the same as that of peers/libiec61850_keeping_server.py."""

from typing import Any

from meterwire.models import (
    DataAttribute,
    DataObject,
    Ied,
    LogicalDevice,
    LogicalNode,
    Reference,
    TrgOps,
    Trigger,
    basic_type,
)
from meterwire.models.control_blocks import LogControl, SettingControl

LOG = "KEEPLD0/LLN0$EventLog"
FIRST = {group: {"PTOC1.StrVal.setMag.f": group + 0.5, "PTOC1.OpDlTmms.setVal": group * 100} for group in (1, 2, 3)}


def leaf(name: str, type_name: str, fc: str, **more: Any) -> DataAttribute:
    return DataAttribute(name, fc, basic_type(type_name), trigger=Trigger.DCHG, **more)


def keeping_ied() -> Ied:
    """The model of peers/libiec61850_keeping_server.py, served by us."""
    head = LogicalNode("LLN0")
    members = tuple(Reference("KEEPLD0", ("GGIO1", f"Ind{i}", "stVal"), "ST") for i in (1, 2))
    head.data_sets["dsEv"] = members
    head.control_blocks["SGCB"] = SettingControl(groups=3, values=FIRST, resv_tms=30)
    head.control_blocks["lcbEv"] = LogControl(name="lcbEv", data_set="dsEv", log=LOG, trg_ops=TrgOps.DCHG)
    relay = LogicalNode("PTOC", "1").add(
        DataObject("StrVal", "ASG").add(
            DataAttribute("setMag", "SG").add(leaf("f", "FLOAT32", "SG", is_writable=True))
        ),
        DataObject("OpDlTmms", "ING").add(leaf("setVal", "INT32", "SG", is_writable=True)),
    )
    inputs = [DataObject(f"Ind{i}", "SPS").add(leaf("stVal", "BOOLEAN", "ST")) for i in (1, 2)]
    device = LogicalDevice("KEEPLD0", "LD0").add(head, relay, LogicalNode("GGIO", "1").add(*inputs))
    return Ied("KEEP").add(device)
