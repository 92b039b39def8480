"""An association of which every octet is ours: for what the client would never send, and to see what it would pass over."""

from collections import deque

from ...errors import ProtocolError
from ...protocols.mms import Initiate, Initiator, Opened, Pdu, decode_pdu
from ...protocols.osi import Aborted, Association, Authentication, Data, Released, cotp, presentation, session, tpkt
from ..bench import Bench, Line

__all__ = ["RawAssociation", "data_frame", "sdu_frame"]


def sdu_frame(sdu: bytes) -> bytes:
    """A session PDU in one TPKT."""
    return tpkt.encode(cotp.DT_LAST + sdu)


def data_frame(pdu: bytes, context: int = 3) -> bytes:
    """An MMS PDU in one TPKT, as it is."""
    return sdu_frame(session.DATA + presentation.encode_user_data(context, pdu))


class RawAssociation:
    """A line, and what it takes to get as far as an association."""

    def __init__(self, bench: Bench, line: Line, wanted: Initiate | None = None) -> None:
        self.bench = bench
        self.line = line
        self.initiator = Initiator(bench.options.addresses, wanted)
        self.is_aborted = False
        """The server has aborted."""
        self.is_released = False
        """The server has released."""
        self.initiate = b""
        """The initiate response, as it came."""
        self._inbox: deque[bytes] = deque()

    @classmethod
    async def open(cls, bench: Bench, wanted: Initiate | None = None) -> "RawAssociation":
        """Dial and associate."""
        made = cls(bench, await bench.line(), wanted)
        await made.connect_transport()
        await made.associate()
        return made

    @property
    def osi(self) -> Association:
        """Its lower layers."""
        return self.initiator.osi

    async def connect_transport(self) -> bytes:
        """CR, and the CC that comes; the association request is kept back in :attr:`request`."""
        password = self.bench.options.password
        self.initiator.connect(None if password is None else Authentication(password.encode()))
        self.line.send(self.osi.take_output())
        answer = await self.line.settle(
            self.bench.options.timeout, lambda data: len(data) >= 4 and len(data) >= data[3]
        )
        self.bench.check(answer, "no answer to the transport connection request")
        try:
            events = list(self.initiator.receive(answer))
        except ProtocolError as error:
            self.bench.fail(f"the answer to the transport connection request is no CC: {error}")
        self.bench.check(not events, "the server closed the transport connection at once")
        self.request = self.osi.take_output()
        return answer

    async def associate(self) -> None:
        """Send the association request as it should be; the server must accept."""
        self.line.send(self.request)
        while True:
            chunk = await self.line.settle(self.bench.options.timeout)
            self.bench.check(chunk, "no answer to the association request")
            for event in self.initiator.osi.receive(chunk):
                user_data = getattr(event, "user_data", b"")
                self.initiate = user_data or self.initiate
                told = self.initiator._on_other(event)
                self.bench.check(isinstance(told, Opened), f"the server refused the association: {told}")
                return

    def send(self, *pdus: bytes) -> None:
        """MMS PDUs, in one write."""
        self.line.send(b"".join(data_frame(pdu, self.osi.context) for pdu in pdus))

    async def next(self, seconds: float | None = None) -> bytes:
        """The next MMS PDU; empty when the server ends the association or says nothing in time."""
        while not self._inbox:
            chunk = await self.line.settle(self.bench.options.timeout if seconds is None else seconds)
            if not chunk:
                break
            try:
                for event in self.osi.receive(chunk):
                    if isinstance(event, Data):
                        self._inbox.append(event.pdu)
                    elif isinstance(event, Released):
                        self.is_released = True
                    elif isinstance(event, Aborted):
                        self.is_aborted = True
            except ProtocolError as error:
                self.bench.fail(f"the server breaks the protocol: {error}")
        return self._inbox.popleft() if self._inbox else b""

    async def answer(self, seconds: float | None = None) -> Pdu | None:
        """The next MMS PDU, taken apart; None when there is none."""
        data = await self.next(seconds)
        return decode_pdu(data) if data else None

    @property
    def has_ended(self) -> bool:
        """The server has released, aborted or closed."""
        return self.is_aborted or self.is_released or self.line.is_closed

    async def ends(self) -> bool:
        """Wait for the end; False when the association still stands."""
        while not self.has_ended and await self.next():
            pass
        return self.has_ended
