"""Lower layers of the 8-1 client/server profile: TPKT, COTP, session, presentation, ACSE.

:class:`Association` runs them together for both roles.
"""

from .acse import Authentication
from .addresses import AddressSet
from .association import (
    Aborted,
    Accepted,
    Association,
    ConnectIndication,
    Data,
    Event,
    Refused,
    Released,
    Role,
    State,
)

__all__ = [
    "Aborted",
    "Accepted",
    "AddressSet",
    "Association",
    "Authentication",
    "ConnectIndication",
    "Data",
    "Event",
    "Refused",
    "Released",
    "Role",
    "State",
]
