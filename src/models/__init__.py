"""The information model: basic types, CDCs, logical node classes, and the tree of an IED."""

from .build import build
from .capabilities import Capabilities, Edition
from .control_blocks import OptFlds, ReportControl, TrgOps
from .reference import Reference, parse_reference
from .tree import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, Trigger, View
from .types import BASIC_TYPES, BasicType, Kind, basic_type, check_value

__all__ = [
    "BASIC_TYPES",
    "BasicType",
    "Capabilities",
    "DataAttribute",
    "DataObject",
    "Edition",
    "Ied",
    "Kind",
    "LogicalDevice",
    "LogicalNode",
    "OptFlds",
    "Reference",
    "ReportControl",
    "TrgOps",
    "Trigger",
    "View",
    "basic_type",
    "build",
    "check_value",
    "parse_reference",
]
