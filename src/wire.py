"""One bounds-checked cursor over bytes; nobody above slices raw buffers by hand.

Running short raises :class:`~meterwire.errors.TruncatedError`, never IndexError or struct.error.
Offsets are positions in the whole input, so that errors of nested elements point at the right byte.
"""

from .errors import DecodeError, TruncatedError

__all__ = ["Cursor"]


class Cursor:
    """Reads forward through ``data[start:end]``."""

    __slots__ = ("data", "end", "offset")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self.data = data
        self.offset = start
        self.end = len(data) if end is None else end
        if not 0 <= start <= self.end <= len(data):
            msg = f"cursor {start}..{self.end} outside {len(data)} bytes"
            raise TruncatedError(msg, offset=start)

    @property
    def remaining(self) -> int:
        """Bytes left before the end."""
        return self.end - self.offset

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes; TruncatedError when there are fewer."""
        start = self.offset
        stop = start + count
        if count < 0 or stop > self.end:
            msg = f"{count} bytes needed, {self.end - start} left"
            raise TruncatedError(msg, offset=start, data=self.data[start : self.end])
        self.offset = stop
        return self.data[start:stop]

    def u8(self) -> int:
        """One octet."""
        start = self.offset
        if start >= self.end:
            msg = "one byte needed, none left"
            raise TruncatedError(msg, offset=start)
        self.offset = start + 1
        return self.data[start]

    def u16(self) -> int:
        """Two octets, most significant first."""
        return int.from_bytes(self.take(2), "big")

    def u32(self) -> int:
        """Four octets, most significant first."""
        return int.from_bytes(self.take(4), "big")

    def peek(self) -> int | None:
        """The next octet without taking it, None at the end."""
        return self.data[self.offset] if self.offset < self.end else None

    def rest(self) -> bytes:
        """Everything up to the end."""
        return self.take(self.end - self.offset)

    def sub(self, count: int) -> "Cursor":
        """A cursor over the next ``count`` bytes; this one moves past them."""
        start = self.offset
        self.take(count)
        return Cursor(self.data, start, start + count)

    def finish(self, what: str) -> None:
        """Insist that everything was used; ``what`` names the element in the error."""
        if self.offset != self.end:
            msg = f"{self.end - self.offset} bytes left over in {what}"
            raise DecodeError(msg, offset=self.offset, data=self.data[self.offset : self.end])
