"""Declarations of control blocks: what an engine is to run, as SCL or Python declares it."""

from dataclasses import dataclass, field

from ..errors import UsageError

__all__ = ["OptFlds", "ReportControl", "TrgOps"]


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
    """The control block shows who reserved it (attribute Owner)."""

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
