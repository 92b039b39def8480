"""SECURITY (10, 90): another APDU in clear text or cipher text, with what proves it; and the ESAM that makes the proof.

The keys and algorithms of the ESAM chip are not public, so this package has the envelope and an interface,
:class:`Esam`: whoever has a chip, a cryptographic service or a simulator implements it and gives it to a session.

A SECURITY APDU never holds another one; :meth:`SecurityRequest.open` refuses it.
"""

from typing import Annotated, Protocol, TypeAlias

from ...errors import DecodeError
from .apdu import Apdu, UnknownApdu, decode_apdu, service, tell_apdu
from .axdr import Choice, OctetsOf, Reader, Teller, record, register, wire_of
from .dar import DAR
from .records import SID, SidMac
from .values import MAC, RN, Octets

__all__ = ["CipherText", "Esam", "PlainText", "RnMac", "SecurityRequest", "SecurityResponse", "level_of"]


class PlainText(Octets):
    """An APDU in clear text."""

    __slots__ = ()
    NAME = "plaintext"


class CipherText(Octets):
    """An encrypted APDU."""

    __slots__ = ()
    NAME = "ciphertext"


class _PlainText(OctetsOf):
    """Explains the APDU inside as well."""

    __slots__ = ()

    def tell(self, r: Reader, name: str, teller: Teller) -> bytes | str:
        with teller.group(r, name):
            start = r.offset
            end = r.length() + r.offset
            teller.leaf(start, r.offset, "length", str(end - r.offset))
            inside = Reader(r.data, r.offset, end, r.depth)
            content = self.cls(r.data[r.offset : end])
            known = len(teller.fields)
            try:
                _opened(r.data[r.offset : end])  # not a SECURITY again, and nothing left over
                tell_apdu(inside, teller)
            except DecodeError as error:
                del teller.fields[known:]
                teller.leaf(r.offset, end, "content", f"no APDU that makes sense: {error}")
            r.offset = end
            return content


register(PlainText, _PlainText(PlainText.NAME, PlainText))
register(CipherText, OctetsOf(CipherText.NAME, CipherText))


@record
class RnMac:
    """Random number and MAC."""

    rn: RN
    """Random number."""
    mac: MAC
    """Authentication code over the APDU and the random number."""


Unit: TypeAlias = Annotated[
    PlainText | CipherText,
    Choice("APDU", {0: (PlainText, wire_of(PlainText)), 1: (CipherText, wire_of(CipherText))}),
]
Answer: TypeAlias = Annotated[
    PlainText | CipherText | DAR,
    Choice("APDU", {0: (PlainText, wire_of(PlainText)), 1: (CipherText, wire_of(CipherText)), 2: (DAR, wire_of(DAR))}),
]
Check: TypeAlias = Annotated[
    SidMac | RN | RnMac | SID,
    Choice(
        "check",
        {0: (SidMac, wire_of(SidMac)), 1: (RN, wire_of(RN)), 2: (RnMac, wire_of(RnMac)), 3: (SID, wire_of(SID))},
    ),
]
# choice 1 is not in the standard's grammar, but some devices answer with it
AnswerCheck: TypeAlias = Annotated[
    MAC | SidMac,
    Choice("check", {0: (MAC, wire_of(MAC)), 1: (SidMac, wire_of(SidMac))}),
]


def _opened(content: bytes) -> Apdu | UnknownApdu:
    if content[:1] in (b"\x10", b"\x90"):
        raise DecodeError("SECURITY inside SECURITY", offset=0, data=content)
    return decode_apdu(content)


@service(0x10)
class SecurityRequest(Apdu):
    """What a client sends protected."""

    content: Unit
    """The APDU, with a tail of its own."""
    check: Check
    """What proves it: RN alone proves nothing, it asks for a MAC in the answer."""

    def open(self) -> Apdu | UnknownApdu | None:
        """The APDU inside; None for cipher text. DecodeError when it is wrong, or SECURITY again."""
        return _opened(self.content) if type(self.content) is PlainText else None


@service(0x90)
class SecurityResponse(Apdu):
    """What a server answers protected."""

    content: Answer
    """The APDU, or why there is none."""
    check: AnswerCheck | None = None
    """What proves it."""

    def open(self) -> Apdu | UnknownApdu | None:
        """The APDU inside; None for cipher text and DAR. DecodeError when it is wrong, or SECURITY again."""
        return _opened(self.content) if type(self.content) is PlainText else None


def level_of(apdu: Apdu | UnknownApdu) -> int:
    """How well an APDU is protected: 0 not at all, 1 clear text, 2 clear text with MAC, 3 cipher text, 4 with MAC.

    An answer of a lower level than its request is not to be trusted. A random number asks for a MAC in the answer and
    so counts as one; a SID alone does not.
    """
    if not isinstance(apdu, SecurityRequest | SecurityResponse):
        return 0
    has_mac = isinstance(apdu.check, MAC | SidMac | RnMac | RN)
    return (3 if type(apdu.content) is CipherText else 1) + has_mac


class Esam(Protocol):
    """A security chip, or what does its work. Every method raises MeterwireError when it refuses."""

    def seal_request(self, apdu: bytes) -> SecurityRequest:
        """Protect what the client sends."""
        ...

    def open_request(self, request: SecurityRequest) -> bytes:
        """Check and decrypt what the server received: the APDU."""
        ...

    def seal_response(self, apdu: bytes, request: SecurityRequest) -> SecurityResponse:
        """Protect the server's answer to ``request``."""
        ...

    def open_response(self, response: SecurityResponse, request: SecurityRequest) -> bytes:
        """Check and decrypt the answer to ``request``: the APDU."""
        ...
