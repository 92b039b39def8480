"""What a server says unasked, and who is told: reports, questions, and the end of the association."""

import logging
from collections.abc import Callable

from ..errors import AssociationError, ProtocolError
from ..protocols.mms import Pdu, RejectKind
from ..protocols.mms.pdu import reject

__all__ = ["Upcalls"]

log = logging.getLogger(__name__)


class Upcalls:
    """The part of a connection that its owner hangs callbacks on."""

    def __init__(self) -> None:
        self.on_report: Callable[[Pdu], None] | None = None
        """Called with every report."""
        self.on_request: Callable[[Pdu], bytes] | None = None
        """Answers what the server asks: it reads the file that a SetFile is to give it."""
        self.on_closed: Callable[[AssociationError | None], None] | None = None
        """Called once, when it is over for good."""
        self.unreadable_reports = 0
        """Reports that arrived and could not be decoded."""
        self.wakers: list[Callable[[], None]] = []
        """Called after every report, and when the association ends."""

    def _report(self, pdu: Pdu) -> None:
        if self.on_report is None:
            return
        try:
            self.on_report(pdu)
        except ProtocolError as error:
            # One report we cannot read is no reason to lose the association and all later ones.
            self.unreadable_reports += 1
            log.warning("a report could not be read: %s", error)
        self._wake()

    def _wake(self) -> None:
        for wake in list(self.wakers):
            wake()

    def _answer(self, pdu: Pdu) -> bytes:
        if self.on_request is not None:
            return self.on_request(pdu)
        return reject(pdu.invoke_id, RejectKind.CONFIRMED_REQUEST, RejectKind.UNRECOGNISED_SERVICE)
