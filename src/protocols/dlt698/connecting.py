"""CONNECT negotiation: what two ends agree on."""

from dataclasses import dataclass

from .association import ConnectRequest, ConnectResponse, FactoryVersion
from .transfer import SMALLEST_FRAME

__all__ = ["Abilities", "negotiate"]

VERSION_MISMATCH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a server can do."""

    factory: FactoryVersion
    """Who made it."""
    versions: range = range(0x0010, 0x0017)
    """Versions of the protocol it speaks."""
    protocol_conformance: bytes = b"\xff" * 8
    """Services it knows, 64 bits."""
    function_conformance: bytes = b"\xff" * 16
    """Functions it has, 128 bits."""
    max_send: int = 1024
    """Longest frame it sends."""
    max_receive: int = 1024
    """Longest frame it takes."""
    max_window: int = 1
    """Frames it takes before it confirms."""
    max_apdu: int = 8192
    """Longest APDU it handles."""
    timeout: int = 7200
    """Longest silence it bears, in seconds."""


def _common(ours: bytes, theirs: bytes) -> bytes:
    return bytes(a & b for a, b in zip(ours, theirs, strict=True))


def _size(ours: int, theirs: int) -> int:
    """The smaller of two sizes; what a peer asks below the smallest frame is taken as that (0 would stop all talk)."""
    return min(ours, max(theirs, SMALLEST_FRAME))


def negotiate(request: ConnectRequest, abilities: Abilities, *, result: int = 0) -> ConnectResponse:
    """The answer to a CONNECT: the smaller of both sizes, the conformance both have, a version both speak.

    A client newer than the server is answered with the server's newest version; one older than its oldest with result 5.
    ``result`` is the outcome of the check of password or signature, made by whoever calls.
    """
    speaks = min(request.version, abilities.versions[-1])
    if speaks not in abilities.versions:
        speaks, result = abilities.versions[0], result or VERSION_MISMATCH
    return ConnectResponse(
        piid=request.piid & 0xBF,
        factory=abilities.factory,
        version=speaks,
        protocol_conformance=_common(abilities.protocol_conformance, request.protocol_conformance),
        function_conformance=_common(abilities.function_conformance, request.function_conformance),
        max_send=_size(abilities.max_send, request.max_receive),
        max_receive=_size(abilities.max_receive, request.max_send),
        max_window=max(1, min(abilities.max_window, request.max_window)),
        max_apdu=_size(abilities.max_apdu, request.max_apdu),
        timeout=min(abilities.timeout, request.timeout) if request.timeout else abilities.timeout,
        result=result,
    )
