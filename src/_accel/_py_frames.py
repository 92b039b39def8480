"""Search for the frames of several meter dialects in one stream of octets: the twin of _c_frames.pyx, same answers.

::

    645     68 A0..A5 68 C L DATA… CS 16             sum of all from 68H on; L at most 200
    376.1   68 L L 68 C A1 A1 A2 A2 A3 AFN … CS 16   sum from C on; bits 2-15 of L count from C to CS
    698     68 L L C AF SA… CA HCS HCS … FCS FCS 16  CRC-16/X.25 of the header, and of all behind 68H
    188     68 T A0..A6 C L DATA… CS 16              sum of all from 68H on; T 10H..49H, L at most 100

A dialect is a row of :data:`TABLE`: how long is the frame that begins here, and which check must hold. Every 68H is
tried with the rows in this order, and the first that does not refuse decides: complete and correct, it is a frame;
incomplete, the search waits for the rest, so that cutting the stream elsewhere never changes what is found.

Work is linear in the octets whatever they are. A false start costs its header. A check that fails is remembered: the
first one over a stretch sums it directly, any further start inside takes its check from prefix sums (a CRC is linear,
so the check of a part follows from those of two beginnings). Hence no octet is summed more than twice for each of the
two kinds of check; ``examined`` counts, and tests compare it with the octets fed.
"""

from binascii import crc_hqx
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Final, NamedTuple, TypeVar
from zlib import adler32

from ..errors import UsageError

__all__ = ["DIALECTS", "PROTOCOLS", "ROW", "Scanner", "fcs", "scan", "spans"]

DIALECTS: Final = ("645", "376.1", "698", "188")
"""What can be looked for, in the order in which a start is tried."""
PROTOCOLS: Final = ("645", "376.1", "698", "188", "645-2007", "645-1997")
"""What a frame can turn out to be. The editions of 645 share one frame and differ in function codes; plain 645 is a frame
that both have, or neither: the broadcast of the time, functions of manufacturers."""
ROW: Final = 2
"""64-bit words per frame in the table :func:`spans` fills."""

START: Final = 0x68
END: Final = 0x16
MAX_645: Final = 200
MAX_188: Final = 100
_PIECE: Final = 1 << 20
WINDOW: Final = 1 << 15
"""More octets than any frame has; prefix sums are kept for as many."""
SUM: Final = 0
FCS: Final = 1

Buffer = bytes | bytearray | memoryview
T = TypeVar("T")
Span = tuple[int, int, str]
"""Offset of the 68H, length in octets, protocol."""

_REFLECTED: Final = bytes(int(f"{n:08b}"[::-1], 2) for n in range(256))
_EDITION: Final = dict.fromkeys(range(0x11, 0x1E), 4) | dict.fromkeys((0x01, 0x02, 0x04, 0x0A, 0x0C, 0x0F, 0x10), 5)
"""Function of a 645 frame to its place in PROTOCOLS."""


def _crc_table() -> list[int]:
    table = list(range(256))
    for _ in range(8):
        table = [value >> 1 ^ (0x8408 if value & 1 else 0) for value in table]
    return table


_CRC: Final = _crc_table()


def _power_table() -> list[int]:
    table = [0x8000]
    for _ in range(WINDOW // 2):
        table.append(table[-1] >> 8 ^ _CRC[table[-1] & 0xFF])
    return table


_POWER: list[int] = []  # x^(8n) modulo the polynomial; filled when first needed


def _shifted(value: int, count: int) -> int:
    """The CRC register after ``count`` more octets of zero."""
    if not _POWER:
        _POWER.extend(_power_table())
    power, result = _POWER[count], 0
    for bit in range(15, -1, -1):
        if value >> bit & 1:
            result ^= power
        power = power >> 1 ^ (0x8408 if power & 1 else 0)
    return result


def sum8(data: Buffer) -> int:
    """Sum of all octets modulo 256. The low half of Adler-32 is one more than the plain sum of up to 256 octets."""
    return adler32(data) - 1 & 0xFF if len(data) <= 256 else sum(data) & 0xFF


def fcs(data: Buffer) -> int:
    """CRC-16/X.25, the HCS and FCS of DL/T 698.45 and of HDLC: ``fcs(b"123456789") == 0x906E``; sent low octet first."""
    value = crc_hqx(bytes(data).translate(_REFLECTED), 0xFFFF) ^ 0xFFFF  # the library's CRC has the bits the other way
    return _REFLECTED[value & 0xFF] << 8 | _REFLECTED[value >> 8]


def _measure_645(data: Buffer, here: int, count: int) -> int:
    if count < 10:
        return 0 if count > 7 and data[here + 7] != START else -10
    return 12 + data[here + 9] if data[here + 7] == START and data[here + 9] <= MAX_645 else 0


def _measure_376(data: Buffer, here: int, count: int) -> int:
    low, high = bytes(data[here + 1 : here + 3]), bytes(data[here + 3 : here + 5])
    if low[: len(high)] != high or (count > 5 and data[here + 5] != START):
        return 0
    if count < 6:
        return -6
    length = low[0] | low[1] << 8
    # protocol 0 is reserved; C, A, AFN and SEQ are 8 octets
    return 8 + (length >> 2) if length & 3 and length >> 2 >= 8 else 0


def _measure_698(data: Buffer, here: int, count: int) -> int:
    if count < 5:
        return -5
    length = (data[here + 1] | data[here + 2] << 8) + 2
    head = 8 + (data[here + 4] & 0x0F)  # to the end of CA, the address having one octet more than AF says
    # functions of C: 1 link management, 3 user data; bit 4 of C and bits 14, 15 of L are reserved
    if data[here + 2] & 0xC0 or length < head + 4 or data[here + 3] & 0x15 != 1:
        return 0
    if count < head + 1:
        return -(head + 1)
    sent = data[here + head - 1] | data[here + head] << 8
    return length if fcs(data[here + 1 : here + head - 1]) == sent else 0


def _measure_188(data: Buffer, here: int, count: int) -> int:
    if count < 11:
        return 0 if count > 1 and not 0x10 <= data[here + 1] <= 0x49 else -11
    return 13 + data[here + 10] if 0x10 <= data[here + 1] <= 0x49 and data[here + 10] <= MAX_188 else 0


class Dialect(NamedTuple):
    """What the search has to know of a dialect; all begin with 68H and end with 16H."""

    name: str
    measure: Callable[[Buffer, int, int], int]
    """``(data, here, count)``: octets of the frame whose 68H is ``data[here]`` and of which ``count`` octets are there.

    0: it is no frame of this kind, and more octets cannot make it one. Negative: so many octets are needed to tell.
    """
    check: int
    """SUM modulo 256, or FCS."""
    first: int
    """First octet under the check."""
    tail: int
    """Octets from the end of what is checked to the end of the frame."""
    head: int
    """Most octets ``measure`` looks at."""


TABLE: Final = (
    Dialect("645", _measure_645, SUM, 0, 2, 10),
    Dialect("376.1", _measure_376, SUM, 6, 2, 6),
    Dialect("698", _measure_698, FCS, 1, 3, 24),
    Dialect("188", _measure_188, SUM, 0, 2, 11),
)


def _chosen(dialects: Iterable[str]) -> tuple[int, ...]:
    names = (dialects,) if isinstance(dialects, str) else tuple(dialects)
    unknown = [name for name in names if name not in DIALECTS]
    if unknown or not names:
        raise UsageError(f"dialects are some of {', '.join(DIALECTS)}; not {unknown[0] if unknown else 'none'}")
    return tuple(kind for kind, name in enumerate(DIALECTS) if name in names)


class _Memo:
    """What one kind of check has been computed over already; places count from the beginning of the stream."""

    __slots__ = ("base", "prefix", "summed")

    def __init__(self) -> None:
        self.summed = 0
        """Octets before this place went through a check that failed."""
        self.base = 0
        self.prefix = [0]
        """``prefix[i]`` is the sum of the octets from some place to ``base + i``."""

    def of(self, kind: int, data: Buffer, origin: int, here: int, start: int, stop: int) -> tuple[int, int]:
        """The check of ``data[start:stop]`` out of prefix sums, and how many octets were new to them."""
        upto = self.base + len(self.prefix) - 1
        if upto < origin + here:
            self.base = upto = origin + here
            self.prefix = [0]
        elif origin + here - self.base > WINDOW:
            del self.prefix[: origin + here - self.base]
            self.base = origin + here
        new = data[upto - origin : stop] if upto < origin + stop else b""
        if new:
            step = (lambda a, b: a + b & 0xFF) if kind == SUM else (lambda a, b: a >> 8 ^ _CRC[(a ^ b) & 0xFF])
            self.prefix.extend(list(accumulate(new, step, initial=self.prefix[-1]))[1:])
        first, last = self.prefix[origin + start - self.base], self.prefix[origin + stop - self.base]
        if kind == SUM:
            return last - first & 0xFF, len(new)
        return last ^ _shifted(first ^ 0xFFFF, stop - start) ^ 0xFFFF, len(new)


class Engine:
    """The search and what it has to remember between calls."""

    __slots__ = ("discarded", "errors", "examined", "headers", "kinds", "memos", "origin", "waiting")

    def __init__(self, kinds: tuple[int, ...]) -> None:
        self.kinds = kinds
        self.origin = 0
        self.errors = self.discarded = self.examined = self.headers = 0
        self.memos = (_Memo(), _Memo())
        self.waiting = (0, 0)
        """A start that waits for octets, and its dialect: those before have refused it already."""

    def _correct(self, dialect: Dialect, data: Buffer, here: int, end: int) -> bool:
        start, stop = here + dialect.first, end - dialect.tail
        memo = self.memos[dialect.check]
        sent = data[stop] if dialect.check == SUM else data[stop] | data[stop + 1] << 8
        if self.origin + start >= memo.summed:
            part = data[start:stop]
            computed, work = sum8(part) if dialect.check == SUM else fcs(part), stop - start
        else:
            computed, work = memo.of(dialect.check, data, self.origin, here, start, stop)
        self.examined += work
        if computed == sent:
            return True
        memo.summed = max(memo.summed, self.origin + stop)
        return False

    def search(self, data: bytes | bytearray, start: int, final: bool) -> tuple[bool, int, int, int]:
        """The first frame: ``(True, kind, offset, end)``, or where to go on: ``(False, 0, offset, octets needed)``."""
        size = len(data)
        at = start
        while True:
            here = data.find(START, at)
            if here < 0:
                self.examined += size - at
                return self._nothing(data, start, size, size + 1)
            self.examined += here - at + 1
            at = here + 1
            place, refused = self.waiting
            if place != self.origin + here:
                refused = 0
            for kind in self.kinds:
                if kind < refused:
                    continue
                dialect = TABLE[kind]
                self.headers += dialect.head
                length = dialect.measure(data, here, size - here)
                if length == 0:
                    continue
                if length < 0 or length > size - here:
                    if final:
                        continue
                    self.waiting = (self.origin + here, kind)
                    return self._nothing(data, start, here, here + abs(length))
                if data[here + length - 1] != END:
                    continue
                if not self._correct(dialect, data, here, here + length):
                    self.errors += 1
                    continue
                self.discarded += here - start - data.count(0xFE, start, here)
                return True, kind, here, here + length

    def _nothing(self, data: bytes | bytearray, start: int, offset: int, need: int) -> tuple[bool, int, int, int]:
        self.discarded += offset - start - data.count(0xFE, start, offset)
        return False, 0, offset, need


def walk(
    engine: Engine, data: Buffer, start: int, final: bool
) -> Iterator[tuple[int, bytes | bytearray, int, int, int]]:
    """Every frame from ``start`` on as ``(kind, octets, here, end, base)``, and last where to go on, with kind -1.

    ``here`` and ``end`` count in ``octets``, a part of ``data`` that begins at ``base``: what cannot be searched as it is,
    such as a mapped file, is copied piece by piece.
    """
    view = memoryview(data).cast("B")
    base, at = start, start
    while True:
        octets, base = (data, 0) if isinstance(data, bytes | bytearray) else (bytes(view[at : at + _PIECE]), at)
        is_end = base + len(octets) == len(view)
        engine.origin = base
        while True:
            found, kind, here, end = engine.search(octets, at - base, final and is_end)
            if not found:
                break
            yield kind, octets, here, end, base
            at = base + end
        at = base + here
        if is_end:
            yield -1, octets, here, end, base
            return


def _protocol(kind: int, data: Buffer, here: int) -> int:
    """Place in PROTOCOLS of a frame that has been checked."""
    if kind != 0:
        return kind
    function = data[here + 8] & 0x1F
    if function == 3:  # 2007: security authentication, whose items are 07…; 1997: read again
        return 4 if data[here + 9] >= 4 and data[here + 13] == 0x07 + 0x33 else 5
    return _EDITION.get(function, 0)


def _span(kind: int, data: Buffer, here: int, end: int, origin: int) -> Span:
    return origin + here, end - here, PROTOCOLS[_protocol(kind, data, here)]


def scan(data: Buffer, dialects: Iterable[str] = DIALECTS) -> list[Span]:
    """All frames in ``data`` as ``(offset, length, protocol)``; there will be no more octets behind it.

    ``dialects`` are some of :data:`DIALECTS`; a name that is none of them is a UsageError.
    """
    engine = Engine(_chosen(dialects))
    return [_span(*hit) for hit in walk(engine, data, 0, True) if hit[0] >= 0]


def spans(
    data: Buffer, start: int, rows: object, dialects: Iterable[str] = DIALECTS, final: bool = False
) -> tuple[int, int, int, int]:
    """As :func:`scan` without making objects: ``(count, resume, errors, discarded)``; the compiled form releases the GIL.

    ``rows`` is a writable buffer, e.g. ``array("Q", bytes(16 * n))``. Each frame takes two 64-bit words: its offset; and
    ``length << 8 | place in PROTOCOLS``. Stops when ``rows`` is full or no further frame is complete; ``resume`` is where
    to go on. ``errors`` counts whole candidates with a wrong check, ``discarded`` the octets skipped that were not FE.
    A start outside ``data`` is a UsageError.
    """
    table = memoryview(rows).cast("B").cast("Q")  # type: ignore[arg-type]
    size = memoryview(data).nbytes
    if not 0 <= start <= size:
        raise UsageError(f"start {start} is outside {size} octets")
    engine = Engine(_chosen(dialects))
    count, at = 0, start
    if len(table) >= ROW:
        for kind, octets, here, end, base in walk(engine, data, start, final):
            at = base + here
            if kind < 0:
                break
            at = base + end
            table[count * ROW] = base + here
            table[count * ROW + 1] = (end - here) << 8 | _protocol(kind, octets, here)
            count += 1
            if (count + 1) * ROW > len(table):
                break
    return count, at, engine.errors, engine.discarded


class Scanner:
    """Finds frames in a stream that comes in pieces cut anywhere; nothing it is fed makes it raise.

    It keeps the octets of a frame that has begun and nothing else. Offsets count from the first octet it was ever fed.
    """

    __slots__ = ("_buffer", "_engine", "_need", "found")

    def __init__(self, dialects: Iterable[str] = DIALECTS) -> None:
        self._engine = Engine(_chosen(dialects))
        self._buffer = bytearray()
        self._need = 1
        self.found = 0
        """Frames found so far."""

    @property
    def errors(self) -> int:
        """Complete candidates whose check did not hold."""
        return self._engine.errors

    @property
    def discarded(self) -> int:
        """Octets that belonged to no frame; FE, the preamble, is not counted."""
        return self._engine.discarded

    @property
    def examined(self) -> int:
        """Octets searched or summed, the measure of work; see the module's promise. Headers are counted by themselves."""
        return self._engine.examined

    @property
    def headers(self) -> int:
        """Octets of headers looked at: for each 68H, at most those of the headers of all dialects."""
        return self._engine.headers

    @property
    def pending(self) -> int:
        """Octets kept for a frame that has begun; always less than the longest frame of the dialects."""
        return len(self._buffer)

    def feed(self, data: Buffer) -> list[Span]:
        """Take some octets; the frames they complete as ``(offset, length, protocol)``, in the order of the stream."""
        self._buffer += data
        if len(self._buffer) < self._need:
            return []
        return self._collect(_span, final=False)

    def flush(self) -> list[Span]:
        """The line went quiet: what is incomplete stays so; the frames inside of it."""
        return self._collect(_span, final=True)

    def feed_frames(self, data: Buffer) -> list[tuple[str, bytes]]:
        """As :meth:`feed`, with the frames themselves: ``(protocol, octets)``."""
        self._buffer += data
        if len(self._buffer) < self._need:
            return []
        return self._collect(_octets, final=False)

    def flush_frames(self) -> list[tuple[str, bytes]]:
        """As :meth:`flush`, with the frames themselves."""
        return self._collect(_octets, final=True)

    def _collect(self, make: Callable[[int, Buffer, int, int, int], T], *, final: bool) -> list[T]:
        made: list[T] = []
        data, engine = self._buffer, self._engine
        at = 0
        while True:
            found, kind, here, end = engine.search(data, at, final)
            if not found:
                break
            made.append(make(kind, data, here, end, engine.origin))
            at = end
        del self._buffer[:here]
        engine.origin += here
        self._need = end - here
        self.found += len(made)
        return made


def _octets(kind: int, data: Buffer, here: int, end: int, _origin: int) -> tuple[str, bytes]:
    return PROTOCOLS[_protocol(kind, data, here)], bytes(data[here:end])
