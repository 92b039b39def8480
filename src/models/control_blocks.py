"""Declarations of control blocks: what an engine is to run, as SCL or Python declares it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..errors import UsageError
from .capabilities import Edition

__all__ = [
    "GooseControl",
    "LogControl",
    "MulticastAddress",
    "OptFlds",
    "ReportControl",
    "SampledValueControl",
    "SettingControl",
    "TrgOps",
]


class TrgOps:
    """Trigger options: 6 bits, bit 0 (reserved) first."""

    DCHG = 0b010000
    QCHG = 0b001000
    DUPD = 0b000100
    INTEGRITY = 0b000010
    GI = 0b000001


class OptFlds:
    """Optional fields of a report: 10 bits, bit 0 (reserved) first."""

    SEQ_NUM = 0b0100000000
    TIME_STAMP = 0b0010000000
    REASON = 0b0001000000
    DATA_SET = 0b0000100000
    DATA_REF = 0b0000010000
    BUF_OVFL = 0b0000001000
    ENTRY_ID = 0b0000000100
    CONF_REV = 0b0000000010
    SEGMENTATION = 0b0000000001
    USUAL = SEQ_NUM | TIME_STAMP | REASON | DATA_SET | CONF_REV


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportControl:
    """A report control block with its instances, ``name01`` … when indexed."""

    name: str
    """Name without the instance number, e.g. ``urcbMx``."""
    data_set: str = ""
    """Name of a data set in the same logical node; empty when the client must choose one."""
    buffered: bool = False
    """BRCB when True."""
    rpt_id: str = ""
    """RptID; empty means the reference of the control block stands for it."""
    conf_rev: int = 1
    """Configuration revision of the data set."""
    trg_ops: int = TrgOps.DCHG | TrgOps.QCHG | TrgOps.INTEGRITY | TrgOps.GI
    """See :class:`TrgOps`."""
    opt_flds: int = OptFlds.USUAL
    """See :class:`OptFlds`."""
    buf_tm: int = 0
    """Milliseconds to gather changes before sending."""
    intg_pd: int = 0
    """Milliseconds between integrity reports; 0 for none."""
    instances: int = 1
    """How many clients can use it at once, 1..99."""
    indexed: bool = True
    """Instance names carry a two-digit number."""
    owner: bool = field(default=False)
    """The control block shows who reserved it (attribute Owner); always so in Edition 2.1, never in 1."""
    edition: Edition = Edition.ED2
    """Rules the block follows; what differs is told in :mod:`meterwire.acsi.report_control`."""
    resv_tms: bool = True
    """A BRCB has ResvTms; never so in Edition 1."""
    fixed: frozenset[str] = frozenset()
    """Attributes (DatSet, OptFlds, …) that clients do not write, by configuration."""
    reserved_for: tuple[bytes, ...] = ()
    """Addresses (octets, as Owner shows them) of the clients that instances 1, 2, … are kept for by configuration."""

    def __post_init__(self) -> None:
        if not 1 <= self.instances <= 99 or (self.instances > 1 and not self.indexed):
            msg = f"{self.name}: 1..99 instances, more than one only when indexed"
            raise UsageError(msg)

    @property
    def instance_names(self) -> tuple[str, ...]:
        """MMS names of the instances."""
        if not self.indexed:
            return (self.name,)
        return tuple(f"{self.name}{i:02d}" for i in range(1, self.instances + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class MulticastAddress:
    """Where GOOSE or sampled values go on the Ethernet (PhyComAddr)."""

    mac: bytes = bytes(6)
    """Destination address."""
    priority: int = 4
    """VLAN priority, 0..7."""
    vlan: int = 0
    """VLAN identifier."""
    app_id: int = 0
    """APPID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GooseControl:
    """A GOOSE control block (GoCB)."""

    name: str
    """Name of the block, e.g. ``gcbTrip``."""
    data_set: str = ""
    """Name of a data set in the same logical node."""
    go_id: str = ""
    """GoID (SCL: appID)."""
    conf_rev: int = 0
    """Configuration revision of the data set."""
    fixed_offs: bool = False
    """Values stand at fixed offsets."""
    address: MulticastAddress | None = None
    """From the communication section, where it says so."""
    min_time: int | None = None
    """Milliseconds to the first repetition."""
    max_time: int | None = None
    """Milliseconds between repetitions at rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledValueControl:
    """A sampled value control block (MSVCB, USVCB)."""

    name: str
    """Name of the block."""
    data_set: str = ""
    """Name of a data set in the same logical node."""
    smv_id: str = ""
    """MsvID or UsvID."""
    conf_rev: int = 0
    """Configuration revision of the data set."""
    multicast: bool = True
    """MSVCB when True."""
    smp_rate: int = 0
    """Samples, counted as ``smp_mod`` says."""
    smp_mod: int = 0
    """0 samples per period, 1 per second, 2 seconds per sample."""
    no_asdu: int = 1
    """Samples in one message."""
    opt_flds: int = 0
    """5 bits: refresh time, sample synchronised, sample rate, data set, security."""
    address: MulticastAddress | None = None
    """From the communication section, where it says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingControl:
    """The setting group control block of a logical device (SGCB)."""

    name: str = "SGCB"
    """Its name is the standard's."""
    groups: int = 1
    """NumOfSG."""
    active: int = 1
    """ActSG."""
    resv_tms: int | None = None
    """Seconds an edit is reserved, 0 for the server's own choice; None when the block has no ResvTms."""
    editable: bool = True
    """Clients may edit groups: leaves of FC SG that are writable appear under FC SE as well."""
    values: Mapping[int, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    """First values by group and path below the logical device (``PTOC1.StrVal.setMag.f``); a leaf's own value in the model
    where nothing is said."""

    def __post_init__(self) -> None:
        if not 1 <= self.active <= self.groups <= 255 or not all(1 <= group <= self.groups for group in self.values):
            msg = f"{self.name}: 1..255 groups, one of them active; {self.groups} groups, {self.active} active"
            raise UsageError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogControl:
    """A log control block (LCB)."""

    name: str
    """Name of the block."""
    data_set: str = ""
    """Name of a data set in the same logical node."""
    log: str = ""
    """Log written to: ``LD/LN$name``. It is there with the first block that names it."""
    enabled: bool = True
    """LogEna at the start."""
    trg_ops: int = 0
    """See :class:`TrgOps`."""
    intg_pd: int = 0
    """Milliseconds between integrity entries; 0 for none."""
    buf_tm: int = 0
    """Milliseconds to gather changes into one entry."""
    reason_code: bool = True
    """Entries say why each value is there."""
    fixed: frozenset[str] = frozenset()
    """Attributes no client may change."""
