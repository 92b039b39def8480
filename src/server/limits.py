"""What a server allows its clients, and what it counts."""

from dataclasses import dataclass, field
from typing import Self

from ..acsi.files import FileLimits
from ..errors import UsageError
from ..models import Capabilities
from ..protocols.mms.pdu import insist_pdu_size

__all__ = ["Limits", "Statistics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one server allows its clients; UsageError for a limit that nobody could be served under."""

    max_associations: int = 1000
    """Connections held at once; further ones are closed at once."""
    half_open_seconds: float = 10.0
    """A connection without association is closed after this time."""
    max_pdu: int = 65_000
    """Largest MMS PDU, octets, 256 to 1,000,000."""
    max_outstanding: int = 10
    """Requests a client may have outstanding."""
    max_unsent: int = 4 << 20
    """Octets of answers waiting for a client that does not read; one that still asks beyond it is cut off."""
    max_unsent_reports: int = 1 << 20
    """Octets waiting for a client that reads too slowly, beyond which unbuffered reports to it are lost, and counted.
    Buffered ones wait in their buffer."""
    stalled_seconds: float = 60.0
    """A client that takes nothing at all of what waits for it is cut off after this time, at the latest after twice as long."""
    call_seconds: float = 10.0
    """What a client has to answer when it is asked something: the parts of a file it sets."""
    files: FileLimits = field(default_factory=FileLimits)
    """What clients may do with files."""

    @classmethod
    def declared(cls, capabilities: Capabilities) -> Self:
        """Ours, with as many associations as the model's Services section (DynAssociation) declares, if it does."""
        declared = capabilities.max_associations
        return cls(max_associations=declared) if declared else cls()

    def __post_init__(self) -> None:
        insist_pdu_size(self.max_pdu)
        for name in ("max_associations", "max_outstanding"):
            if getattr(self, name) < 1:
                msg = f"{name}={getattr(self, name)} lets nobody in; it is 1 or more"
                raise UsageError(msg)
        for name in ("half_open_seconds", "stalled_seconds", "call_seconds"):
            if not getattr(self, name) > 0:
                msg = f"{name}={getattr(self, name)} leaves no time at all; it is above 0"
                raise UsageError(msg)


@dataclass(slots=True)
class Statistics:
    """Counters since the start."""

    associations: int = 0
    """Associations made."""
    refused: int = 0
    """Connections and associations refused."""
    broken: int = 0
    """Associations that ended with an error in what the client sent."""
    stalled: int = 0
    """Clients cut off because they stopped reading."""
    requests: int = 0
    """Confirmed requests."""
    reports: int = 0
    """Reports sent."""
    lost: int = 0
    """Unbuffered reports that could not be sent, because their client did not read those before. It sees the gap in SqNum."""
