"""MMS over an association, both roles, without I/O.

:class:`Initiator` is the client, :class:`Responder` the server: it negotiates, answers conclude and everything
unsupported by itself, and hands requests up. Both number requests of their own and pair the answers, because a
server asks too: obtainFile makes it read a file from the client.

A request is answered before the next event is taken, or deferred: then it counts as outstanding until
:meth:`Responder.answer`, and a cancel-request can stop it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..._accel import mms as _frames
from ...errors import (
    AssociationError,
    DecodeError,
    MeterwireError,
    ProtocolError,
    ServiceError,
    StateError,
    UsageError,
)
from ..osi import (
    Aborted,
    Accepted,
    AddressSet,
    Association,
    Authentication,
    ConnectIndication,
    Data,
    Event,
    Refused,
    Released,
    Role,
    State,
)
from ..osi.acse import NO_REASON, Associate
from .pdu import (
    CONCLUDE_REQUEST,
    CONCLUDE_RESPONSE,
    INVOKE_ID_UNKNOWN,
    PREEMPT_CANCEL,
    PREEMPT_CLASS,
    Initiate,
    Pdu,
    PduTag,
    RejectKind,
    cancel_error,
    cancel_request,
    cancel_response,
    confirmed_error,
    confirmed_request,
    decode_cancel,
    decode_cancel_error,
    decode_initiate,
    decode_pdu,
    decode_reject,
    decode_service_error,
    initiate_error,
    insist_pdu_size,
    reject,
)

__all__ = [
    "Answer",
    "Cancelled",
    "Closed",
    "Initiator",
    "MmsEvent",
    "Opened",
    "Proposal",
    "Report",
    "Request",
    "Responder",
]

MAX_INVOKE_ID = 0x7FFFFFFF

SERVER_SERVICES = bytes.fromhex("ee1c000000000000000118")
"""status, getNameList, identify, read, write, getVariableAccessAttributes,
named variable lists (define, get, delete), informationReport, conclude, cancel: what is served."""
FILE_SERVICES = bytes.fromhex("0000000000020000 00fc00")
"""obtainFile, fileOpen, fileRead, fileClose, fileRename, fileDelete, fileDirectory."""
LOG_SERVICES = bytes.fromhex("0000000000000000 480000")
"""readJournal, reportJournalStatus."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The association stands; ``initiate`` is what was negotiated."""

    initiate: Initiate


@dataclass(frozen=True, slots=True)
class Proposal:
    """Responder: a client wants in; answer with ``accept`` or ``refuse``."""

    request: Associate
    """ACSE fields, password included."""
    selectors: tuple[bytes, bytes, bytes] = (b"", b"", b"")
    """Called transport, session and presentation selectors."""


@dataclass(frozen=True, slots=True)
class Request:
    """A confirmed request of the peer, to be answered."""

    pdu: Pdu


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Responder: a deferred request was cancelled by the client, who has been told; stop working on it."""

    invoke_id: int
    """Which request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request of ours: a response, or an error."""

    invoke_id: int
    """Which request."""
    pdu: Pdu | None
    """The response, None when ``error`` is set."""
    error: MeterwireError | None = None
    """Why there is none."""


@dataclass(frozen=True, slots=True)
class Report:
    """Initiator: an unconfirmed PDU arrived."""

    pdu: Pdu


@dataclass(frozen=True, slots=True)
class Closed:
    """The association is gone."""

    error: AssociationError | None
    """None after an orderly release."""


MmsEvent = Opened | Proposal | Request | Cancelled | Answer | Report | Closed


class _Caller:
    """Requests of one's own: numbered, counted, paired with their answers."""

    __slots__ = ("negotiated", "osi", "_last_id", "_outstanding")

    def __init__(self, osi: Association, negotiated: Initiate) -> None:
        self.osi = osi
        self.negotiated = negotiated
        self._outstanding: set[int] = set()
        self._last_id = 0

    @property
    def _allowed(self) -> int:
        raise NotImplementedError

    @property
    def room(self) -> int:
        """Requests that may still be sent before an answer must come."""
        return self._allowed - len(self._outstanding)

    def request(self, service: bytes) -> int:
        """Send a request; its invoke id. UsageError when it exceeds the negotiated PDU size."""
        if self.room <= 0:
            msg = f"{self._allowed} requests are outstanding, the peer takes no more"
            raise StateError(msg)
        invoke_id = self.take_id()
        frame = self.osi.state is State.OPEN and _frames.request_frame(
            invoke_id, service, self.osi.context, self.negotiated.max_pdu, self.osi.max_tpdu
        )
        if frame:
            self.osi.put(frame)
            self._outstanding.add(invoke_id)
            return invoke_id
        pdu = confirmed_request(invoke_id, service)
        if len(pdu) > self.negotiated.max_pdu:
            msg = f"request of {len(pdu)} octets, the peer takes {self.negotiated.max_pdu}"
            raise UsageError(msg)
        self.osi.send(pdu)
        self._outstanding.add(invoke_id)
        return invoke_id

    @property
    def is_idle(self) -> bool:
        """No request of ours waits for its answer."""
        return not self._outstanding

    def take_id(self) -> int:
        """The number of a request that somebody else sends; :meth:`sent` tells when it is one of ours after all."""
        self._last_id = self._last_id % MAX_INVOKE_ID + 1
        return self._last_id

    def sent(self, invoke_id: int) -> None:
        """A request of this number is on its way, and its answer will come here."""
        self._outstanding.add(invoke_id)

    def cancel(self, invoke_id: int) -> None:
        """Ask the peer to stop a request nobody waits for any more; its place is free once the peer has said so."""
        if invoke_id in self._outstanding:
            self.osi.send(cancel_request(invoke_id))

    def _was_asked(self, invoke_id: int | None) -> bool:
        """A request of ours had this number, answered or not."""
        return invoke_id is not None and 0 < invoke_id <= self._last_id

    def _on_answer(self, pdu: Pdu) -> Answer | None:
        """What an answering PDU tells; None when nobody waits for it: that must not kill the rest."""
        tag, invoke_id = pdu.tag, pdu.invoke_id
        error: MeterwireError | None = None
        if tag == PduTag.CONFIRMED_ERROR:
            error = decode_service_error(pdu) if invoke_id in self._outstanding else None
        elif tag == PduTag.REJECT:
            invoke_id, error = decode_reject(pdu)
            if error.kind in (RejectKind.CONFIRMED_RESPONSE, RejectKind.CONFIRMED_ERROR, RejectKind.CANCEL_REQUEST):
                return None  # of an answer of ours; or the peer does not cancel, and will answer
        elif tag == PduTag.CANCEL_RESPONSE:
            invoke_id = decode_cancel(pdu)
            error = _stopped("the request was cancelled", PREEMPT_CANCEL)
        elif tag == PduTag.CANCEL_ERROR:
            # Its answer was faster, or the peer knows nothing of it: nothing is outstanding there.
            invoke_id = decode_cancel_error(pdu)
            error = _stopped("the request was lost", PREEMPT_CANCEL)
        if invoke_id is None or invoke_id not in self._outstanding:
            return None
        self._outstanding.discard(invoke_id)
        return Answer(invoke_id, None if error else pdu, error)


def _stopped(text: str, code: int) -> ServiceError:
    return ServiceError(text, error_class=PREEMPT_CLASS, code=code)


class Initiator(_Caller):
    """Client side; UsageError when ``wanted`` proposes a PDU size that we cannot take.

    An answer or report larger than agreed is taken: its values are as good, and some servers (the package iec61850 0.14)
    do not keep to what they agreed on. What COTP gathers is bounded all the same.
    """

    def __init__(self, addresses: AddressSet | None = None, wanted: Initiate | None = None) -> None:
        self.wanted = wanted or Initiate()
        insist_pdu_size(self.wanted.max_pdu)
        super().__init__(Association(Role.CLIENT, addresses), self.wanted)

    def connect(self, authentication: Authentication | None = None) -> None:
        """Start; :class:`Opened` or :class:`Closed` will follow."""
        self.osi.connect(self.wanted.encode(PduTag.INITIATE_REQUEST), authentication)

    @property
    def _allowed(self) -> int:
        return self.negotiated.max_calling

    def receive(self, chunk: bytes) -> Iterator[MmsEvent]:
        """Events of a chunk, lazily; a ProtocolError means that the association is dead."""
        offset = 0
        # The usual chunk is an answer that somebody waits for, and nothing else.
        while self.osi.is_between_frames:
            plain = _frames.next_answer(chunk, offset, self.osi.context)
            if plain is None or plain[0] not in self._outstanding:
                break
            invoke_id, service, data, start, offset = plain
            self._outstanding.discard(invoke_id)
            yield Answer(invoke_id, Pdu(PduTag.CONFIRMED_RESPONSE, invoke_id, service, data, start, len(data)))
            if offset == len(chunk):
                return
        try:
            for event in self.osi.receive(chunk[offset:]):
                if isinstance(event, Data):
                    told = self._on_pdu(decode_pdu(event.pdu))
                    if told is not None:
                        yield told
                else:
                    yield self._on_other(event)
        except ProtocolError:
            self.osi.abort()
            raise

    def _on_pdu(self, pdu: Pdu) -> MmsEvent | None:
        tag = pdu.tag
        if tag in _ANSWERS:
            return self._on_answer(pdu)
        if tag == PduTag.UNCONFIRMED:
            return Report(pdu)
        if self.osi.state is not State.OPEN:
            return None  # it asks while our FINISH is on its way: nothing may follow that
        if tag == PduTag.CONFIRMED_REQUEST:
            return Request(pdu)
        if tag == PduTag.CONCLUDE_REQUEST:
            self.osi.send(CONCLUDE_RESPONSE)
        elif tag == PduTag.CONCLUDE_RESPONSE:
            self.osi.release()
        elif tag == PduTag.CANCEL_REQUEST:  # a client answers at once, so nothing is left to cancel
            self.osi.send(cancel_error(decode_cancel(pdu), INVOKE_ID_UNKNOWN))
        else:
            msg = f"MMS PDU {tag:02X} is not for a client"
            raise DecodeError(msg, offset=0, data=pdu.data)
        return None

    def _on_other(self, event: Event) -> MmsEvent:
        if isinstance(event, Accepted):
            self.negotiated = decode_initiate(event.user_data, (PduTag.INITIATE_RESPONSE,))
            return Opened(self.negotiated)
        if isinstance(event, Released):
            return Closed(None)
        reason = event.reason if isinstance(event, (Aborted, Refused)) else "unexpected"
        if isinstance(event, Refused):
            reason = f"the server refused the association: {reason}"
        return Closed(AssociationError(reason))

    def release(self) -> None:
        """Conclude; when the server agrees the association is released, :class:`Closed` follows."""
        self.osi.send(CONCLUDE_REQUEST)


_ANSWERS = frozenset({
    PduTag.CONFIRMED_RESPONSE, PduTag.CONFIRMED_ERROR, PduTag.REJECT, PduTag.CANCEL_RESPONSE, PduTag.CANCEL_ERROR,
})  # fmt: skip


class Responder(_Caller):
    """Server side."""

    __slots__ = ("deferred", "offered", "_wanted")

    def __init__(self, offered: Initiate | None = None) -> None:
        self.offered = offered or Initiate(services=SERVER_SERVICES)
        super().__init__(Association(Role.SERVER), self.offered)
        self.deferred: set[int] = set()
        """Requests of the client whose answer takes time."""
        self._wanted: Initiate | None = None

    @property
    def _allowed(self) -> int:
        return self.negotiated.max_called

    @property
    def is_full(self) -> bool:
        """The client has as many requests outstanding as were agreed."""
        return len(self.deferred) >= self.negotiated.max_calling

    def defer(self, invoke_id: int) -> None:
        """The answer to this request comes later, by :meth:`answer`."""
        self.deferred.add(invoke_id)

    def answer(self, invoke_id: int, pdu: bytes) -> None:
        """Answer a deferred request; nothing is sent when it has been cancelled meanwhile."""
        if invoke_id in self.deferred:
            self.deferred.discard(invoke_id)
            self.osi.send(pdu)

    def receive(self, chunk: bytes) -> Iterator[MmsEvent]:
        """Events of a chunk, lazily; a ProtocolError means that the association is dead.

        Answer each request before taking the next event.
        """
        try:
            for event in self.osi.receive(chunk):
                if isinstance(event, Data):
                    request = self._on_pdu(event.pdu)
                    if request is not None:
                        yield request
                else:
                    yield self._on_other(event)
        except ProtocolError:
            self.osi.abort()
            raise

    def _on_other(self, event: Event) -> MmsEvent:
        if isinstance(event, ConnectIndication):
            self._wanted = decode_initiate(event.user_data, (PduTag.INITIATE_REQUEST,))
            return Proposal(event.request, event.selectors)
        if isinstance(event, Released):
            return Closed(None)
        return Closed(AssociationError(getattr(event, "reason", "unexpected")))

    def accept(self) -> Opened:
        """Accept the client; every parameter becomes the smaller of both wishes."""
        wanted, offered = self._wanted, self.offered
        if wanted is None:
            msg = "no client has asked for an association"
            raise StateError(msg)
        self.negotiated = Initiate(
            max_pdu=min(wanted.max_pdu, offered.max_pdu),
            max_calling=min(wanted.max_calling, offered.max_calling),
            max_called=min(wanted.max_called, offered.max_called),
            nesting=min(wanted.nesting, offered.nesting),
            services=offered.services,
            parameters=bytes(a & b for a, b in zip(wanted.parameters, offered.parameters, strict=True)),
        )
        self.osi.accept(self.negotiated.encode(PduTag.INITIATE_RESPONSE))
        return Opened(self.negotiated)

    def refuse(self, diagnostic: int = NO_REASON) -> None:
        """Refuse the client with an ACSE service-user diagnostic, e.g. 13 authentication failure."""
        self.osi.refuse(diagnostic=diagnostic, mms=initiate_error(8, 0))

    def _on_pdu(self, data: bytes) -> MmsEvent | None:
        try:
            pdu = decode_pdu(data)
        except ProtocolError:
            self.osi.send(reject(None, RejectKind.PDU_ERROR, RejectKind.INVALID_PDU))
            return None
        tag = pdu.tag
        if tag == PduTag.CONFIRMED_REQUEST:
            return Request(pdu) if self._is_welcome(pdu) else None
        if tag == PduTag.CONCLUDE_REQUEST:
            self.osi.send(CONCLUDE_RESPONSE)
        elif tag == PduTag.CANCEL_REQUEST:
            return self._on_cancel(pdu)
        elif tag in _ANSWERS:
            return self._on_late_or_due(pdu)
        elif tag != PduTag.UNCONFIRMED:
            self.osi.send(reject(None, RejectKind.PDU_ERROR, RejectKind.UNKNOWN_PDU_TYPE))
        return None

    def _is_welcome(self, pdu: Pdu) -> bool:
        """Reject a request larger than agreed, one too many, and one whose number is taken."""
        kind = RejectKind.CONFIRMED_REQUEST
        if len(pdu.data) > self.negotiated.max_pdu:
            kind, reason = RejectKind.PDU_ERROR, RejectKind.INVALID_PDU
        elif not self.deferred:
            return True
        elif pdu.invoke_id in self.deferred:
            reason = RejectKind.INVALID_INVOKE_ID
        elif self.is_full:
            reason = RejectKind.MAX_OUTSTANDING_EXCEEDED
        else:
            return True
        self.osi.send(reject(pdu.invoke_id, kind, reason))
        return False

    def _on_cancel(self, pdu: Pdu) -> Cancelled | None:
        try:
            invoke_id = decode_cancel(pdu)
        except DecodeError:
            self.osi.send(reject(None, RejectKind.CANCEL_REQUEST, RejectKind.INVALID_PDU))
            return None
        if invoke_id not in self.deferred:
            self.osi.send(cancel_error(invoke_id, INVOKE_ID_UNKNOWN))
            return None
        self.deferred.discard(invoke_id)
        self.osi.send(cancel_response(invoke_id))
        self.osi.send(confirmed_error(invoke_id, PREEMPT_CLASS, PREEMPT_CANCEL))
        return Cancelled(invoke_id)

    def _on_late_or_due(self, pdu: Pdu) -> Answer | None:
        """Answers of the client. One that answers nothing we ever asked has crashed other servers."""
        if pdu.tag == PduTag.REJECT or self._was_asked(pdu.invoke_id) or self._outstanding:
            try:
                return self._on_answer(pdu)
            except DecodeError:
                if pdu.tag != PduTag.REJECT:  # a reject is the end of a matter, even a broken one
                    self.osi.send(reject(None, RejectKind.PDU_ERROR, RejectKind.INVALID_PDU))
                return None
        self.osi.send(reject(None, RejectKind.PDU_ERROR, RejectKind.UNKNOWN_PDU_TYPE))
        return None
