"""Long APDUs over the link: sending in fragments, each confirmed, and putting fragments together.

Stop and wait, as the standard has it: a fragment that is not the last is followed by the next one only when the
receiver has confirmed it. Sender::

    (begin) ──▶ WAITING ──confirmation──▶ WAITING … ──last sent──▶ DONE
                  └─timeout─▶ the same fragment again (the session counts)

Receiver: what is not the next fragment of the APDU under way is dropped, and counted by what was wrong with it; the same
one again is confirmed again, since the confirmation was lost. No gap is ever closed by guessing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ...errors import UsageError
from .address import ServerAddress
from .apdu import MAX_APDU
from .fragment import CONFIRM, FIRST, LAST, MODULUS, Fragment, split
from .frame import DIR, FRAGMENT, Frame

__all__ = ["OVERHEAD", "SMALLEST_FRAME", "Assembled", "Assembler", "Outgoing", "confirmation"]

OVERHEAD: Final = 28
"""Octets of a frame around its user data with the longest address."""
SMALLEST_FRAME: Final = 64
"""Frames are never cut smaller, whatever a peer says it can take."""


class Outgoing:
    """An APDU on its way, whole or in fragments."""

    __slots__ = ("_client", "_control", "_fragments", "_server", "current", "is_done")

    def __init__(self, apdu: bytes, *, control: int, server: ServerAddress, client: int, max_frame: int) -> None:
        """``max_frame`` is the longest frame the receiver takes; below :data:`SMALLEST_FRAME` it is taken as that."""
        room = max(max_frame, SMALLEST_FRAME) - OVERHEAD
        self._control, self._server, self._client = control, server, client
        self._fragments: Iterator[Fragment] = iter(())
        self.is_done = len(apdu) <= room
        """True when nothing is left to be confirmed."""
        self.current: Frame
        """The frame that was, or is to be, sent last."""
        if self.is_done:
            self.current = Frame(control=control, server=server, client=client, data=apdu)
        else:
            if len(apdu) > MAX_APDU:
                raise UsageError(f"an APDU of {len(apdu)} octets, at most {MAX_APDU} are sent")
            self._fragments = split(apdu, room - 2)
            self.current = self._frame(next(self._fragments))

    def _frame(self, fragment: Fragment) -> Frame:
        control = self._control | FRAGMENT
        return Frame(control=control, server=self._server, client=self._client, data=fragment.encode())

    def confirmed(self, fragment: Fragment) -> bool:
        """Take a confirmation; True when it was that of :attr:`current`, which now is the next fragment."""
        sent = self.current.fragment
        if self.is_done or sent is None or fragment.kind != CONFIRM or fragment.number != sent.number:
            return False
        following = next(self._fragments)
        self.is_done = following.kind == LAST
        self.current = self._frame(following)
        return True


def confirmation(frame: Frame, fragment: Fragment) -> Frame:
    """The frame that confirms ``fragment``, which came in ``frame``."""
    return Frame(
        control=frame.control ^ DIR,
        server=frame.server,
        client=frame.client,
        data=Fragment(fragment.number, CONFIRM).encode(),
    )


@dataclass(frozen=True, slots=True)
class Assembled:
    """What a fragment led to."""

    confirm: Frame | None = None
    """To be sent."""
    apdu: bytes | None = None
    """Complete."""
    is_progress: bool = False
    """True when the fragment was the one waited for."""


@dataclass(slots=True)
class Assembler:
    """Puts the fragments of one sender together."""

    max_apdu: int = MAX_APDU
    """Longer APDUs are given up."""
    gaps: int = 0
    """Fragments that were not the next one, dropped."""
    repeats: int = 0
    """Fragments that had come before, confirmed again."""
    strays: int = 0
    """Fragments of an APDU whose first one never came, dropped."""
    too_long: int = 0
    """APDUs given up because of their length."""
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0
    _number: int = -1

    @property
    def is_active(self) -> bool:
        """True while an APDU is under way."""
        return bool(self._pieces)

    def reset(self) -> None:
        """Forget what is under way."""
        self._pieces, self._size, self._number = [], 0, -1

    def accept(self, frame: Frame) -> Assembled:
        """Take a frame whose fragment bit is set and which is no confirmation. DecodeError when its word is cut."""
        fragment = frame.fragment
        if fragment is None or fragment.kind == CONFIRM:
            raise UsageError("not a fragment to be put together")
        is_repeat = bool(self._pieces) and fragment.number == self._number
        if fragment.kind == FIRST and not (is_repeat and fragment.piece == self._pieces[0]):
            self.reset()  # the sender began anew
        elif not self._pieces:
            self.strays += 1
            return Assembled()
        elif is_repeat:
            self.repeats += 1
            return Assembled(confirm=confirmation(frame, fragment))
        elif fragment.number != (self._number + 1) % MODULUS:
            self.gaps += 1
            return Assembled()
        self._size += len(fragment.piece)
        if self._size > self.max_apdu:
            self.too_long += 1
            self.reset()
            return Assembled()
        self._pieces.append(fragment.piece)
        self._number = fragment.number
        if fragment.kind != LAST:
            return Assembled(confirm=confirmation(frame, fragment), is_progress=True)
        apdu = b"".join(self._pieces)
        self.reset()
        return Assembled(apdu=apdu, is_progress=True)
