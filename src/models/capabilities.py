"""What an IED can do and by which edition, as SCL's Services and version attributes say it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["Capabilities", "Edition"]


class Edition(enum.IntEnum):
    """Edition of IEC 61850 a model follows; they compare: ``edition >= Edition.ED2``."""

    ED1 = 1
    ED2 = 2
    ED2_1 = 3

    def __str__(self) -> str:
        return ("Ed1", "Ed2", "Ed2.1")[self - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Limits and permissions of a server; None where nothing was declared.

    Engines ask it; it does nothing itself. In the ``…_settings`` an attribute is ``Fix`` (nobody changes it),
    ``Conf`` (the configuration tool does) or ``Dyn`` (clients do).
    """

    name_length: int = 64
    """Longest object name."""
    dyn_data_set_max: int | None = None
    """Data sets clients may define; None: not declared."""
    dyn_data_set_max_attributes: int | None = None
    """Members of a data set a client defines."""
    conf_data_set_max: int | None = None
    """Data sets that configuration may define."""
    conf_data_set_max_attributes: int | None = None
    """Members of a configured data set."""
    conf_report_max: int | None = None
    """Report control blocks that configuration may define."""
    max_buffer: int | None = None
    """Octets a BRCB buffers (Ed2.1)."""
    report_settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of report control blocks: ``datSet``, ``rptID``, ``optFields``, ``bufTime``, ``trgOps``, ``intgPd``, …"""
    log_settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of log control blocks."""
    has_setting_group_edit: bool = False
    """SGEdit: clients edit setting groups."""
    has_setting_group_resv_tms: bool = False
    """Setting group control blocks show ResvTms."""
    has_file_handling: bool = False
    """File services over MMS."""
    max_associations: int | None = None
    """DynAssociation."""
    services: frozenset[str] = frozenset()
    """Names of all elements below Services, for what has no field here."""
