"""One association over TPKT, COTP, session, presentation and ACSE, without I/O, for both roles.

The table below is the whole behaviour: what is not in it is a protocol error. ``receive`` turns
bytes into events, local actions put bytes into the output, ``take_output`` hands them to whoever
owns the socket. Concatenating all answers of one ``receive`` into one write is what makes pipelined
clients fast.
"""

import enum
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..._accel import mms as _frames
from ...errors import DecodeError, MeterwireError, ProtocolError, StateError
from .. import ber
from . import acse, cotp, presentation, session, tpkt
from .acse import Associate, Authentication
from .addresses import AddressSet
from .session import SpduKind

__all__ = [
    "Aborted",
    "Accepted",
    "Association",
    "ConnectIndication",
    "Data",
    "Event",
    "Refused",
    "Released",
    "Role",
    "State",
]


class Role(enum.Enum):
    """Who opened the connection."""

    CLIENT = "client"
    SERVER = "server"


class State(enum.Enum):
    """Where an association stands."""

    IDLE = "idle"
    TRANSPORT_REQUESTED = "transport requested"
    TRANSPORT_OPEN = "transport open"
    ASSOCIATE_REQUESTED = "associate requested"
    DECIDING = "deciding"
    OPEN = "open"
    RELEASING = "releasing"
    CLOSED = "closed"


_S = State
TRANSITIONS: dict[tuple[Role, State, str], State] = {
    (Role.CLIENT, _S.IDLE, "connect"): _S.TRANSPORT_REQUESTED,
    (Role.CLIENT, _S.TRANSPORT_REQUESTED, "CC"): _S.ASSOCIATE_REQUESTED,
    (Role.CLIENT, _S.ASSOCIATE_REQUESTED, "ACCEPT"): _S.OPEN,
    (Role.CLIENT, _S.ASSOCIATE_REQUESTED, "REFUSE"): _S.CLOSED,
    (Role.SERVER, _S.IDLE, "CR"): _S.TRANSPORT_OPEN,
    (Role.SERVER, _S.TRANSPORT_OPEN, "CONNECT"): _S.DECIDING,
    (Role.SERVER, _S.DECIDING, "accept"): _S.OPEN,
    (Role.SERVER, _S.DECIDING, "refuse"): _S.CLOSED,
}
for _role in Role:
    TRANSITIONS[_role, _S.OPEN, "DATA"] = _S.OPEN
    TRANSITIONS[_role, _S.OPEN, "send"] = _S.OPEN
    TRANSITIONS[_role, _S.OPEN, "release"] = _S.RELEASING
    TRANSITIONS[_role, _S.OPEN, "FINISH"] = _S.CLOSED
    # The peer may have sent data before it saw our FINISH.
    TRANSITIONS[_role, _S.RELEASING, "DATA"] = _S.RELEASING
    TRANSITIONS[_role, _S.RELEASING, "DISCONNECT"] = _S.CLOSED
    TRANSITIONS[_role, _S.RELEASING, "FINISH"] = _S.CLOSED
    # Both sides sent FINISH at once: each answers the other's.
    TRANSITIONS[_role, _S.CLOSED, "DISCONNECT"] = _S.CLOSED
    for _state in State:
        if _state is not _S.IDLE:
            TRANSITIONS[_role, _state, "abort"] = _S.CLOSED
            TRANSITIONS[_role, _state, "ABORT"] = _S.CLOSED
            TRANSITIONS[_role, _state, "DR"] = _S.CLOSED


@dataclass(frozen=True, slots=True)
class ConnectIndication:
    """Server: a client asks for an association; answer with ``accept`` or ``refuse``."""

    user_data: bytes
    """MMS initiate request."""
    request: Associate
    """ACSE fields: titles, qualifiers, password."""
    selectors: tuple[bytes, bytes, bytes] = (b"", b"", b"")
    """Called transport, session and presentation selectors."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Client: the association stands."""

    user_data: bytes
    """MMS initiate response."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Client: the server refused."""

    reason: str
    """What it said."""
    user_data: bytes = b""
    """MMS initiate error, when there is one."""


@dataclass(frozen=True, slots=True)
class Data:
    """One MMS PDU arrived."""

    pdu: bytes
    """The PDU."""


@dataclass(frozen=True, slots=True)
class Released:
    """The association ended in order; the transport connection can be closed."""


@dataclass(frozen=True, slots=True)
class Aborted:
    """The association was cut off."""

    reason: str
    """What is known of the cause."""


Event = ConnectIndication | Accepted | Refused | Data | Released | Aborted

CLIENT_SIZE_CODE = 11
"""2048 octets: the most ISO 8073 class 0 allows."""
SERVER_SIZE_CODE = 13
"""8192 octets, accepted because libIEC61850 and others propose it."""


BEHIND = sys.maxsize
"""The place in the output behind everything."""


@lru_cache(maxsize=4096)
def _data_header(context: int, size: int) -> bytes:
    """Everything in front of an MMS PDU of ``size`` octets, from session to presentation."""
    pdv = ber.tlv(0x02, ber.encode_integer(context)) + b"\xa0" + ber.encode_length(size)
    inner = b"\x30" + ber.encode_length(len(pdv) + size) + pdv
    return session.DATA + b"\x61" + ber.encode_length(len(inner) + size) + inner


@lru_cache(maxsize=4096)
def _frame_header(context: int, size: int) -> bytes:
    """The same with COTP and TPKT, for a PDU that fits one TPDU."""
    head = cotp.DT_LAST + _data_header(context, size)
    total = len(head) + size + tpkt.HEADER_SIZE
    return bytes((3, 0, total >> 8, total & 0xFF)) + head


class Association:
    """One end of an association."""

    __slots__ = (
        "_acse_context",
        "_context",
        "_output",
        "_proposal",
        "_reassembler",
        "_request",
        "_single",
        "_splitter",
        "_t_selector",
        "_tpdu_size",
        "addresses",
        "role",
        "state",
    )

    def __init__(self, role: Role, addresses: AddressSet | None = None) -> None:
        self.role = role
        self.state = State.IDLE
        self.addresses = addresses or AddressSet()
        self._splitter = tpkt.TpktSplitter()
        self._reassembler = cotp.Reassembler()
        self._output: list[bytes] = []
        self._tpdu_size = 1 << cotp.DEFAULT_SIZE_CODE
        self._single = 0
        self._t_selector = b""
        self._context = presentation.MMS_CONTEXT
        self._acse_context = presentation.ACSE_CONTEXT
        self._request = b""
        self._proposal: presentation.Connect | None = None

    def _move(self, stimulus: str) -> None:
        target = TRANSITIONS.get((self.role, self.state, stimulus))
        if target is None:
            msg = f"{stimulus} is not allowed while the association is {self.state.value}"
            raise StateError(msg)
        self.state = target

    def take_output(self) -> bytes:
        """Bytes to put on the wire now, in one write."""
        output = self._output
        if not output:
            return b""
        joined = b"".join(output)
        output.clear()
        return joined

    @property
    def is_between_frames(self) -> bool:
        """Open, and nothing unfinished is held back: the next octet begins a TPKT and an SDU."""
        return self.state is State.OPEN and not self._splitter.pending and self._reassembler.is_empty

    @property
    def is_silent(self) -> bool:
        """Nothing waits to be sent."""
        return not self._output

    @property
    def context(self) -> int:
        """Presentation context of MMS."""
        return self._context

    @property
    def max_tpdu(self) -> int:
        """Negotiated TPDU size, octets."""
        return self._tpdu_size

    @property
    def mark(self) -> int:
        """The present end of the output: the ``place`` of an answer that shall stand in front of what its request causes."""
        return len(self._output)

    def put(self, frames: bytes, place: int = BEHIND) -> None:
        """Add finished TPKTs to the output."""
        self._output.insert(place, frames)

    @property
    def open_pdu_bytes(self) -> int:
        """Octets of unfinished input held back."""
        return self._splitter.pending

    def _send_sdu(self, sdu: bytes, place: int = BEHIND) -> None:
        self._output[place:place] = [tpkt.encode(tpdu) for tpdu in cotp.segments(sdu, self._tpdu_size)]

    def _set_tpdu_size(self, code: int) -> None:
        self._tpdu_size = 1 << code
        # Largest PDU whose headers (at most 25 octets here) surely fit one TPDU.
        self._single = self._tpdu_size - len(_frame_header(self._context, 60_000))

    # -- local actions ---------------------------------------------------------------------

    def connect(self, mms: bytes, authentication: Authentication | None = None) -> None:
        """Client: open the association with an MMS initiate request."""
        self._move("connect")
        a = self.addresses
        request = Associate(
            user_data=mms,
            called_ap_title=a.called_ap_title,
            called_ae_qualifier=a.called_ae_qualifier,
            calling_ap_title=a.calling_ap_title,
            calling_ae_qualifier=a.calling_ae_qualifier,
            authentication=authentication,
        )
        aarq = acse.encode_associate_request(request, presentation.MMS_CONTEXT)
        ppdu = presentation.encode_connect(aarq, a.calling_p_selector, a.called_p_selector)
        self._request = session.encode_connect(ppdu, a.calling_s_selector, a.called_s_selector)
        cr = cotp.ConnectionTpdu(
            code=cotp.CR,
            size_code=CLIENT_SIZE_CODE,
            calling=a.calling_t_selector,
            called=a.called_t_selector,
        )
        self._output.append(tpkt.encode(cr.encode()))

    def accept(self, mms: bytes) -> None:
        """Server: accept with an MMS initiate response."""
        self._answer(Associate(user_data=mms), "accept")

    def refuse(self, *, diagnostic: int = acse.NO_REASON, mms: bytes = b"") -> None:
        """Server: refuse; ``diagnostic`` 13 says authentication failure."""
        response = Associate(user_data=mms, result=acse.REJECTED_PERMANENT, diagnostic=diagnostic)
        self._answer(response, "refuse")

    def _answer(self, response: Associate, stimulus: str) -> None:
        proposal = self._proposal
        self._move(stimulus)
        assert proposal is not None
        aare = acse.encode_associate_response(response, proposal.mms_context)
        ppdu = presentation.encode_accept(aare, proposal)
        self._send_sdu(session.encode_accept(ppdu, self._request))

    def send(self, mms: bytes, place: int = BEHIND) -> None:
        """Send one MMS PDU, at an earlier ``place`` of the output (see :attr:`mark`) when told so."""
        if self.state is not State.OPEN:
            self._move("send")
        size = len(mms)
        if size <= self._single:
            self._output.insert(place, _frame_header(self._context, size) + mms)
        else:
            self._send_sdu(_data_header(self._context, size) + mms, place)

    def release(self) -> None:
        """End the association in order; wait for :class:`Released`."""
        self._move("release")
        ppdu = presentation.encode_user_data(self._acse_context, acse.encode_release_request())
        self._send_sdu(session.encode_other(SpduKind.FINISH, ppdu))

    def abort(self) -> None:
        """Cut the association off; the transport connection can be closed after the output."""
        was = self.state
        self.state = State.CLOSED
        if was in (State.OPEN, State.RELEASING, State.DECIDING, State.ASSOCIATE_REQUESTED):
            ppdu = presentation.encode_abort(acse.encode_abort(), self._acse_context)
            self._send_sdu(session.encode_other(SpduKind.ABORT, ppdu))

    # -- what the peer sent ----------------------------------------------------------------

    def receive(self, chunk: bytes) -> Iterator[Event]:
        """Events of a chunk of the byte stream, lazily.

        Act on each event before taking the next: a request may share its chunk with the FINISH
        that follows it, and must be answered before the association closes.

        Raises a ProtocolError on anything illegal; the association is then closed, and what
        ``take_output`` gives is the last to be sent.
        """
        if self.is_between_frames:
            offset = 0
            while (plain := _frames.next_pdu(chunk, offset, self._context)) is not None:
                pdu, offset = plain
                yield Data(pdu)
                if self.state is not State.OPEN:
                    break
            chunk = chunk[offset:]
            if not chunk:
                return
        try:
            for tpdu in self._splitter.feed(chunk):
                if tpdu[1] & 0xF0 != cotp.DT:
                    event = self._transport(tpdu)
                else:
                    sdu = self._reassembler.feed(tpdu)
                    if sdu is None:
                        self._refuse_early_segments()
                        continue
                    event = self._session(sdu)
                if event is not None:
                    yield event
        except ProtocolError:
            self.abort()
            raise

    def _refuse_early_segments(self) -> None:
        """Nothing is gathered for somebody who has no transport connection."""
        if self.state in (State.IDLE, State.TRANSPORT_REQUESTED, State.CLOSED):
            self._move("DT")

    def _transport(self, tpdu: bytes) -> Event | None:
        code = tpdu[1] & 0xF0
        if code in (cotp.CR, cotp.CC):
            connection = cotp.decode_connection(tpdu)
            self._move("CR" if code == cotp.CR else "CC")
            (self._on_cr if code == cotp.CR else self._on_cc)(connection)
            return None
        if code in (cotp.DR, cotp.ER):
            self._move("DR")
            return Aborted("the peer's transport disconnected")
        msg = f"TPDU {tpdu[1]:02X} is not known"
        raise DecodeError(msg, offset=1, data=tpdu)

    def _on_cr(self, request: cotp.ConnectionTpdu) -> None:
        self._t_selector = request.called
        proposed = cotp.DEFAULT_SIZE_CODE if request.size_code is None else request.size_code
        code = min(proposed, SERVER_SIZE_CODE)
        self._set_tpdu_size(code)
        answer = cotp.ConnectionTpdu(
            code=cotp.CC,
            destination=request.source,
            size_code=None if request.size_code is None else code,
            calling=request.calling,
            called=request.called,
        )
        self._output.append(tpkt.encode(answer.encode()))

    def _on_cc(self, confirm: cotp.ConnectionTpdu) -> None:
        code = CLIENT_SIZE_CODE if confirm.size_code is None else confirm.size_code
        self._set_tpdu_size(min(code, CLIENT_SIZE_CODE))
        self._send_sdu(self._request)
        self._request = b""

    def _session(self, sdu: bytes) -> Event | None:
        if sdu[:4] == session.DATA:
            if self.state is not State.OPEN:
                self._move("DATA")
            start, stop = ber.only_element(sdu, 4, len(sdu), 0x61, "presentation data")
            context, pdu = presentation.decode_user_data(sdu, start, stop)
            if context != self._context:
                msg = f"data on presentation context {context}, negotiated is {self._context}"
                raise DecodeError(msg, offset=start, data=sdu)
            return Data(pdu)
        spdu = session.decode(sdu)
        name = SpduKind.NAMES[spdu.kind]
        if spdu.kind == SpduKind.ABORT_ACCEPT:
            return None
        was_over = self.state is State.CLOSED
        self._move(name)
        if was_over:
            return None
        return _HANDLERS[spdu.kind](self, spdu)

    def _on_connect(self, spdu: session.Spdu) -> Event:
        proposal = presentation.decode_connect(spdu.user_data)
        request = acse.decode_associate_request(proposal.user_data)
        self._proposal = proposal
        self._context = proposal.mms_context
        self._acse_context = proposal.acse_context
        self._request = spdu.called
        selectors = (self._t_selector, spdu.called, proposal.called)
        return ConnectIndication(request.user_data, request, selectors)

    def _on_accept(self, spdu: session.Spdu) -> Event:
        answer = presentation.decode_accept(spdu.user_data)
        response = acse.decode_associate_response(answer.user_data)
        if response.result == acse.ACCEPTED:
            return Accepted(response.user_data)
        self.state = State.CLOSED
        told = acse.DIAGNOSTICS.get(response.diagnostic, f"diagnostic {response.diagnostic}")
        reason = f"{told} (ACSE result {response.result})"
        return Refused(reason, response.user_data)

    def _on_refuse(self, spdu: session.Spdu) -> Event:
        try:
            answer = presentation.decode_accept(spdu.user_data)
            response = acse.decode_associate_response(answer.user_data)
        except MeterwireError:
            return Refused("the session was refused")
        return Refused(f"ACSE diagnostic {response.diagnostic}", response.user_data)

    def _on_finish(self, spdu: session.Spdu) -> Event:
        del spdu
        ppdu = presentation.encode_user_data(self._acse_context, acse.encode_release_response())
        self._send_sdu(session.encode_other(SpduKind.DISCONNECT, ppdu))
        return Released()

    def _on_disconnect(self, spdu: session.Spdu) -> Event:
        del spdu
        return Released()

    def _on_abort(self, spdu: session.Spdu) -> Event:
        del spdu
        return Aborted("the peer aborted the association")


_HANDLERS = {
    SpduKind.CONNECT: Association._on_connect,
    SpduKind.ACCEPT: Association._on_accept,
    SpduKind.REFUSE: Association._on_refuse,
    SpduKind.FINISH: Association._on_finish,
    SpduKind.DISCONNECT: Association._on_disconnect,
    SpduKind.ABORT: Association._on_abort,
}
