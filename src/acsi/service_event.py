"""What a service did, told to whoever tracks services (IEC 61850-7-2, service tracking).

Engines do not know who listens. Each that is tracked has an attribute ``on_service`` (:class:`Tracked`), None where
nobody tracks: then nothing is put together and nothing is called.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..models.enums import ServiceNameKind, ServiceStatusKind

__all__ = ["CDC_OF_SERVICE", "ServiceEvent", "ServiceSink", "Tracked", "status_of"]

_N, _S = ServiceNameKind, ServiceStatusKind

CDC_OF_SERVICE: Mapping[ServiceNameKind, str] = {
    **dict.fromkeys((_N.GetBRCBValues, _N.SetBRCBValues), "BTS"),
    **dict.fromkeys((_N.GetURCBValues, _N.SetURCBValues), "UTS"),
    **dict.fromkeys((_N.GetLCBValues, _N.SetLCBValues), "LTS"),
    **dict.fromkeys((_N.GetGoCBValues, _N.SetGoCBValues), "GTS"),
    **dict.fromkeys((_N.GetMSVCBValues, _N.SetMSVCBValues), "MTS"),
    **dict.fromkeys((_N.GetUSVCBValues, _N.SetUSVCBValues), "NTS"),
    **dict.fromkeys((_N.SelectActiveSG, _N.SelectEditSG, _N.SetEditSGValue), "STS"),
    **dict.fromkeys((_N.ConfirmEditSGValues, _N.GetEditSGValue, _N.GetSGCBValues), "STS"),
    **dict.fromkeys((_N.Select, _N.SelectWithValue, _N.Cancel, _N.Operate), "CTS"),
    **dict.fromkeys((_N.CommandTermination, _N.TimeActivatedOperate), "CTS"),
}
"""Tracking CDC of the services that have one of their own; all others leave theirs in a CST."""


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """One service, done or refused."""

    service: ServiceNameKind
    """What was asked; ``InternalChange`` is what the server did by itself, e.g. when a client was lost."""
    reference: str
    """ACSI reference of what it worked on, e.g. ``LD0/LLN0.brcbEv01``, ``LD0/XSWI1.Pos``; a file's name."""
    client: Hashable
    """The association, None for the server itself."""
    error: ServiceStatusKind = ServiceStatusKind.no_error
    """How it ended."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Attributes of the tracking CDC beyond the common ones, by their name: ``rptID``, ``ctlVal``, ``respAddCause`` …;
    of a structure a mapping again: ``origin={"orCat": 2, "orIdent": b"…"}``."""
    kind: str = ""
    """The tracking CDC where the service does not tell it: ``InternalChange`` of a BRCB is a ``BTS``."""

    @property
    def cdc(self) -> str:
        """The tracking CDC that takes it."""
        return self.kind or CDC_OF_SERVICE.get(self.service, "CST")


ServiceSink = Callable[[ServiceEvent], None]
"""Takes an event at once, within the service; it must neither fail nor take long."""


class Tracked(Protocol):
    """Somebody whose services are tracked."""

    on_service: ServiceSink | None
    """Whom to tell; None for nobody."""


_STATUS: Mapping[int | None, ServiceStatusKind] = {
    None: _S.no_error,
    1: _S.failed_due_to_server_constraint,
    2: _S.instance_locked_by_other_client,
    3: _S.access_violation,
    4: _S.instance_not_available,
    5: _S.instance_not_available,
    6: _S.type_conflict,
    7: _S.type_conflict,
    8: _S.parameter_value_inconsistent,
    9: _S.class_not_supported,
    10: _S.instance_not_available,
    11: _S.parameter_value_inappropriate,
}


def status_of(refusal: int | None) -> ServiceStatusKind:
    """How a service ended that was answered with this DataAccessError (None: accepted).

    8-1 maps ACSI service errors to DataAccessErrors; this is the way back. Several lead to 2, temporarily
    unavailable: the commonest of them is taken, an engine that knows better says so itself.
    """
    return _STATUS.get(refusal, _S.failed_due_to_server_constraint)
