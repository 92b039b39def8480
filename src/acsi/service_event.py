"""What a service did, told to whoever tracks services (IEC 61850-7-2, service tracking).

Engines do not know who listens. Each has a callback of type :data:`ServiceSink`, None where nobody tracks: then
nothing is put together and nothing is called.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ServiceEvent", "ServiceSink"]


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """One service, done or refused."""

    service: str
    """Literal of ServiceNameKind, e.g. ``SetBRCBValues``, ``Operate``."""
    reference: str
    """ACSI reference of what it worked on, e.g. ``LD0/LLN0.brcbEv01``, ``LD0/XSWI1.Pos``."""
    client: Hashable
    """The association, None for the server itself."""
    error: str = "no-error"
    """Literal of ServiceStatusKind."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Attributes of the tracking CDC beyond the common ones, by their name: ``rptID``, ``ctlVal``, ``respAddCause`` …"""


ServiceSink = Callable[[ServiceEvent], None]
"""Takes an event at once, within the service; it must neither fail nor take long."""
