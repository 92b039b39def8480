"""Who may associate: password, selectors, AP-title and AE-qualifier.

Without any of these every client is let in, as stock 8-1 servers do on a station's own network.
Refusals are answered in ACSE, so that the client learns that it was refused and not lost.
"""

import hmac
from dataclasses import dataclass, field

from ..errors import UsageError
from ..protocols.mms import Proposal
from ..protocols.osi import AddressSet

__all__ = ["Admission"]

NO_REASON, OTHER_APPLICATION = 1, 2
CALLED_AP_TITLE, CALLED_AE_QUALIFIER = 7, 9
AUTHENTICATION_FAILURE, AUTHENTICATION_REQUIRED = 13, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Conditions a client must meet."""

    password: str | None = field(default=None, repr=False)
    """ACSE password every client must give; None asks for none."""
    addresses: AddressSet | None = None
    """The server's own selectors, AP-title and AE-qualifier (its ``called_`` fields): only clients that
    call exactly these are let in. None accepts any."""

    def __post_init__(self) -> None:
        if self.password == "":
            msg = "an empty password protects nothing; give None to ask for none"
            raise UsageError(msg)

    def refusal(self, proposal: Proposal) -> int | None:
        """None to let the client in, else the ACSE diagnostic of the refusal."""
        request = proposal.request
        if not request.is_mms:
            return OTHER_APPLICATION
        if self.password is not None:
            if request.authentication is None:
                return AUTHENTICATION_REQUIRED
            if not hmac.compare_digest(request.authentication.password, self.password.encode()):
                return AUTHENTICATION_FAILURE
        own = self.addresses
        if own is None:
            return None
        if proposal.selectors != (own.called_t_selector, own.called_s_selector, own.called_p_selector):
            return NO_REASON
        if own.called_ap_title is not None and request.called_ap_title != own.called_ap_title:
            return CALLED_AP_TITLE
        if own.called_ae_qualifier is not None and request.called_ae_qualifier != own.called_ae_qualifier:
            return CALLED_AE_QUALIFIER
        return None
