"""Unbuffered report control block (IEC 61850-7-2, URCB): what happens while nobody listens is not reported.

It listens to the model only while it is enabled; a control block that nobody has enabled costs nothing.
"""

from collections.abc import Hashable
from typing import Any

from ..models import OptFlds
from ..models.enums import ServiceNameKind
from .report_control import Included, Member, Report, ReportControlBlock, State

__all__ = ["UnbufferedReportControl"]

_S = State
TRANSITIONS: dict[tuple[State, str], State] = {
    (_S.FREE, "reserve"): _S.RESERVED,
    (_S.FREE, "enable"): _S.ENABLED,
    (_S.RESERVED, "reserve"): _S.RESERVED,
    (_S.RESERVED, "release"): _S.FREE,
    (_S.RESERVED, "enable"): _S.ENABLED,
    (_S.RESERVED, "lost"): _S.FREE,
    (_S.ENABLED, "disable"): _S.RESERVED,
    (_S.ENABLED, "lost"): _S.FREE,
}
"""What a client can do to a URCB; anything else is refused."""

SQ_NUM_MODULUS = 256
"""SqNum of a URCB is INT8U."""


class UnbufferedReportControl(ReportControlBlock):
    """One URCB instance."""

    fc = "RP"
    cdc = "URCB"
    service = ServiceNameKind.SetURCBValues
    tracking_cdc = "UTS"
    attributes = (
        ("RptID", "VisString129"),
        ("RptEna", "BOOLEAN"),
        ("Resv", "BOOLEAN"),
        ("DatSet", "ObjRef"),
        ("ConfRev", "INT32U"),
        ("OptFlds", "OptFlds"),
        ("BufTm", "INT32U"),
        ("SqNum", "INT8U"),
        ("TrgOps", "TrgOps"),
        ("IntgPd", "INT32U"),
        ("GI", "BOOLEAN"),
    )
    read_only = frozenset(("ConfRev", "SqNum", "Owner"))
    reservation = "Resv"
    transitions = TRANSITIONS
    sq_num_modulus = SQ_NUM_MODULUS
    opt_flds_mask = ~(OptFlds.BUF_OVFL | OptFlds.ENTRY_ID | 0b1000000000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lost = 0
        """Reports that found no room on the client's line."""
        self._put("Resv", bool(self.reserved_for))

    def _reserve(self, client: Hashable, value: Any) -> int | None:
        return self._move("reserve" if value else "release", client)

    def _moved(self) -> None:
        self._put("Resv", self.state is not State.FREE or bool(self.reserved_for))

    def _enabled(self, members: tuple[Member, ...]) -> None:
        self.members = members
        self._listen()

    def _disabled(self) -> None:
        self._ignore()

    def _emit(self, entries: Included, time_ns: int, scan: int) -> None:
        del scan
        report = Report(self, self.client, entries, self._next_sq_num(), time_ns)
        if self.engine.deliver(report) is False:
            self.lost += 1  # its number is used up: the client sees the gap
