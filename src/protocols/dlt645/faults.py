"""Fault injection for outgoing frames: a meter on a bad line, the same every time for the same seed.

Nothing here waits or sends: a frame becomes pieces, each with the seconds to wait before it.
"""

import random
from dataclasses import dataclass, fields
from typing import Final, Self

from ...errors import UsageError
from .frame import Frame

__all__ = ["FaultInjector", "Faults", "Piece"]

MAX_GARBAGE: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How often each fault happens, 0 (never) to 1 (always), and how strongly."""

    checksum: float = 0.0
    """Wrong checksum."""
    late: float = 0.0
    """The whole answer comes ``late_seconds`` after it should."""
    split: float = 0.0
    """The answer comes in two to four pieces, ``split_gap`` seconds apart."""
    silence: float = 0.0
    """No answer at all."""
    garbage: float = 0.0
    """Up to 40 random octets before and after the frame, 68H and FE among them."""
    address: float = 0.0
    """The answer carries another meter's address."""
    item: float = 0.0
    """The answer echoes another item."""
    late_seconds: float = 2.0
    """Delay of a late answer in seconds."""
    split_gap: float = 0.05
    """Pause between pieces in seconds."""
    seed: int = 0
    """Start of the random sequence."""

    def __post_init__(self) -> None:
        for name in KINDS:
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"fault {name} is a probability, 0..1, not {getattr(self, name)}")
        for name in ("late_seconds", "split_gap"):
            if not 0 <= getattr(self, name) <= 3600:
                raise UsageError(f"fault {name} is 0..3600 seconds, not {getattr(self, name)}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """From text such as ``"checksum=0.1,late=0.2,late_seconds=3,seed=7"``; UsageError says what is wrong."""
        known = {f.name for f in fields(cls)}
        values: dict[str, float | int] = {}
        for part in filter(None, (word.strip() for word in text.split(","))):
            name, _, value = part.partition("=")
            if name not in known:
                raise UsageError(f"no fault {name!r}; there are {', '.join(sorted(known))}")
            try:
                values[name] = int(value) if name == "seed" else float(value or 1)
            except ValueError:
                raise UsageError(f"fault {name} takes a number, not {value!r}") from None
        return cls(**values)  # type: ignore[arg-type]


KINDS: Final = ("checksum", "late", "split", "silence", "garbage", "address", "item")
"""The faults by name, in the order they are drawn."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Octets to send after a pause."""

    delay: float
    """Seconds to wait before sending."""
    data: bytes


class FaultInjector:
    """Turns answers into what arrives of them."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.injected: dict[str, int] = dict.fromkeys(KINDS, 0)
        """How often each fault was injected."""
        self._quiet = not any(getattr(self.faults, name) for name in KINDS)
        self._random = random.Random(self.faults.seed)  # noqa: S311 - repeatable on purpose

    def apply(self, frame: Frame, preamble: int = 0) -> list[Piece]:
        """The pieces that reach the line instead of ``frame``; none for silence."""
        if self._quiet:
            return [Piece(0.0, frame.encode(preamble))]
        draw = self._random
        hit = {name for name in KINDS if draw.random() < getattr(self.faults, name)}
        if "item" in hit and (frame.is_error or frame.di is None):
            hit.discard("item")
        if "silence" in hit:
            hit = {"silence"}
        for name in hit:
            self.injected[name] += 1
        if "silence" in hit:
            return []
        if "address" in hit:
            other = (int(frame.address) + draw.randrange(1, 999)) % 10**12
            frame = Frame(address=f"{other:012d}", control=frame.control, data=frame.data)
        if "item" in hit:
            first = bytes(((frame.data[0] + draw.randrange(1, 255)) & 0xFF,))
            frame = Frame(address=frame.address, control=frame.control, data=first + frame.data[1:])
        wire = bytearray(frame.encode(preamble))
        if "checksum" in hit:
            wire[-2] = (wire[-2] + draw.randrange(1, 255)) & 0xFF
        if "garbage" in hit:
            wire = bytearray(self._noise() + wire + self._noise())
        delay = self.faults.late_seconds if "late" in hit else 0.0
        if "split" not in hit:
            return [Piece(delay, bytes(wire))]
        cuts = sorted(draw.sample(range(1, len(wire)), draw.randrange(1, 4)))
        pieces = [bytes(wire[a:b]) for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
        return [Piece(self.faults.split_gap if i else delay, piece) for i, piece in enumerate(pieces)]

    def _noise(self) -> bytes:
        draw = self._random
        return bytes(
            draw.choice((0x68, 0x16, 0xFE, 0x00, draw.randrange(256))) for _ in range(draw.randrange(MAX_GARBAGE))
        )
