"""MMS over an association, both roles, without I/O.

:class:`Initiator` is the client: it numbers requests and pairs answers. :class:`Responder` is the
server: it negotiates, answers conclude and everything unsupported by itself, and hands requests up.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import (
    AssociationError,
    DecodeError,
    MeterwireError,
    ProtocolError,
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
from ..osi.acse import AUTHENTICATION_FAILURE, Associate
from .pdu import (
    CONCLUDE_REQUEST,
    CONCLUDE_RESPONSE,
    Initiate,
    Pdu,
    PduTag,
    RejectKind,
    confirmed_request,
    decode_initiate,
    decode_pdu,
    decode_reject,
    decode_service_error,
    initiate_error,
    reject,
)

__all__ = [
    "Answer",
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

SERVER_SERVICES = bytes.fromhex("ee08000000000000000118")
"""status, getNameList, identify, read, write, getVariableAccessAttributes,
getNamedVariableListAttributes, informationReport, conclude, cancel: what is served, no more."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The association stands; ``initiate`` is what was negotiated."""

    initiate: Initiate


@dataclass(frozen=True, slots=True)
class Proposal:
    """Responder: a client wants in; answer with ``accept`` or ``refuse``."""

    request: Associate
    """ACSE fields, password included."""


@dataclass(frozen=True, slots=True)
class Request:
    """Responder: a confirmed request to answer with ``send``."""

    pdu: Pdu


@dataclass(frozen=True, slots=True)
class Answer:
    """Initiator: the answer to one request: a response, or an error."""

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


MmsEvent = Opened | Proposal | Request | Answer | Report | Closed


class Initiator:
    """Client side."""

    def __init__(self, addresses: AddressSet | None = None, wanted: Initiate | None = None) -> None:
        self.osi = Association(Role.CLIENT, addresses)
        self.wanted = wanted or Initiate()
        self.negotiated = self.wanted
        self._outstanding: set[int] = set()
        self._last_id = 0

    def connect(self, authentication: Authentication | None = None) -> None:
        """Start; :class:`Opened` or :class:`Closed` will follow."""
        self.osi.connect(self.wanted.encode(PduTag.INITIATE_REQUEST), authentication)

    @property
    def room(self) -> int:
        """Requests that may still be sent before an answer must come."""
        return self.negotiated.max_calling - len(self._outstanding)

    def request(self, service: bytes) -> int:
        """Send a request; its invoke id. UsageError when it exceeds the negotiated PDU size."""
        if self.room <= 0:
            msg = f"{self.negotiated.max_calling} requests are outstanding, the peer takes no more"
            raise StateError(msg)
        self._last_id = self._last_id % MAX_INVOKE_ID + 1
        pdu = confirmed_request(self._last_id, service)
        if len(pdu) > self.negotiated.max_pdu:
            msg = f"request of {len(pdu)} octets, the server takes {self.negotiated.max_pdu}"
            raise UsageError(msg)
        self.osi.send(pdu)
        self._outstanding.add(self._last_id)
        return self._last_id

    def receive(self, chunk: bytes) -> Iterator[MmsEvent]:
        """Events of a chunk, lazily; a ProtocolError means that the association is dead."""
        try:
            for event in self.osi.receive(chunk):
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
        invoke_id = pdu.invoke_id
        error: MeterwireError | None = None
        if tag == PduTag.UNCONFIRMED:
            return Report(pdu)
        if tag == PduTag.CONFIRMED_ERROR:
            error = decode_service_error(pdu) if invoke_id in self._outstanding else None
        elif tag == PduTag.REJECT:
            invoke_id, error = decode_reject(pdu)
        elif tag != PduTag.CONFIRMED_RESPONSE:
            if tag in (PduTag.CONCLUDE_RESPONSE, PduTag.CONCLUDE_REQUEST):
                if tag == PduTag.CONCLUDE_REQUEST:
                    self.osi.send(CONCLUDE_RESPONSE)
                elif self.osi.state is State.OPEN:
                    self.osi.release()
                return None
            msg = f"MMS PDU {tag:02X} is not for a client"
            raise DecodeError(msg, offset=0, data=pdu.data)
        # An answer nobody asked for (or waits for any more) is dropped: it must not kill the rest.
        if invoke_id is None or invoke_id not in self._outstanding:
            return None
        self._outstanding.discard(invoke_id)
        return Answer(invoke_id, None if error else pdu, error)

    def _on_other(self, event: Event) -> MmsEvent:
        if isinstance(event, Accepted):
            self.negotiated = decode_initiate(event.user_data)
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


class Responder:
    """Server side."""

    __slots__ = ("negotiated", "offered", "osi", "_wanted")

    def __init__(self, offered: Initiate | None = None) -> None:
        self.osi = Association(Role.SERVER)
        self.offered = offered or Initiate(services=SERVER_SERVICES)
        self.negotiated = self.offered
        self._wanted: Initiate | None = None

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
            self._wanted = decode_initiate(event.user_data)
            return Proposal(event.request)
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

    def refuse(self, *, authentication_failed: bool = False) -> None:
        """Refuse the client."""
        diagnostic = AUTHENTICATION_FAILURE if authentication_failed else 1
        self.osi.refuse(diagnostic=diagnostic, mms=initiate_error(8, 0))

    def _on_pdu(self, data: bytes) -> Request | None:
        try:
            pdu = decode_pdu(data)
        except ProtocolError:
            self.osi.send(reject(None, RejectKind.PDU_ERROR, RejectKind.INVALID_PDU))
            return None
        if pdu.tag == PduTag.CONFIRMED_REQUEST:
            return Request(pdu)
        if pdu.tag == PduTag.CONCLUDE_REQUEST:
            self.osi.send(CONCLUDE_RESPONSE)
        elif pdu.tag == PduTag.CANCEL_REQUEST:
            # Requests are answered within one receive, so there is never one left to cancel:
            # cancel-error, class cancel, invoke-id-unknown.
            identifier = data[pdu.start : pdu.stop]
            if not 1 <= len(identifier) <= 5:
                self.osi.send(reject(None, RejectKind.CANCEL_REQUEST, RejectKind.INVALID_PDU))
            else:
                self.osi.send(_cancel_error(identifier))
        elif pdu.tag not in (PduTag.REJECT, PduTag.UNCONFIRMED):
            self.osi.send(reject(None, RejectKind.PDU_ERROR, RejectKind.UNKNOWN_PDU_TYPE))
        return None


def _cancel_error(identifier: bytes) -> bytes:
    error = b"\xa1\x05\xa0\x03\x8a\x01\x01"
    body = bytes((0x80, len(identifier))) + identifier + error
    return bytes((PduTag.CANCEL_ERROR, len(body))) + body
