"""COTP class 0: connecting, cutting and joining."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError, TruncatedError
from meterwire.protocols.osi import cotp
from meterwire.protocols.osi.cotp import CC, CR, MAX_SDU, ConnectionTpdu, Reassembler, decode_connection, segments

from ...helpers import peak_memory
from .frames import ABB, ITI, tpdu

T1, T2 = b"\x00\x01", b"\x00\x02"

# -- vectors: TPDU, what it says --------------------------------------------------------------------------------------

CONNECTIONS = {
    "ABB CR": (tpdu(ABB["CR"]), CR, 0, 0x0778, 13, T1, T1),
    "ABB CC": (tpdu(ABB["CC"]), CC, 0x0778, 0x3400, 10, T1, T1),
    "ITI CR": (tpdu(ITI["CR"]), CR, 0, 6, None, T2, T1),
    "ITI CC": (tpdu(ITI["CC"]), CC, 0x1801, 4, 10, T2, b"\x02\x00"),
    "no parameter": (bytes.fromhex("06e00000000100"), CR, 0, 1, None, b"", b""),
    "unknown parameter": (bytes.fromhex("0ae00000000100f0020102"), CR, 0, 1, None, b"", b""),
    "credit bits": (bytes.fromhex("06e10000000100"), CR, 0, 1, None, b"", b""),
    "empty selectors": (bytes.fromhex("0ae00000000100c100c200"), CR, 0, 1, None, b"", b""),
}


@pytest.mark.parametrize("name", CONNECTIONS)
def test_connection_tpdus(name: str) -> None:
    octets, code, destination, source, size_code, calling, called = CONNECTIONS[name]
    expected = ConnectionTpdu(
        code=code, destination=destination, source=source, size_code=size_code, calling=calling, called=called
    )
    assert decode_connection(octets) == expected
    assert decode_connection(expected.encode()) == expected
    # octet by octet: a beginning is never the whole
    for size in range(len(octets)):
        with pytest.raises(TruncatedError):
            decode_connection(octets[:size])


BAD_CONNECTIONS = [
    ("", TruncatedError, "one byte"),
    ("00", TruncatedError, "one byte"),
    ("02e000", TruncatedError, "needed"),  # A5
    ("05e0000000010000", TruncatedError, "one byte"),
    ("ffe00000000100", TruncatedError, "255 bytes"),  # A7
    ("06e00000000120", DecodeError, "class 2"),
    ("06e00000000140", DecodeError, "class 4"),
    ("0680000000010000", DecodeError, "no class 0 connection"),
    ("09e00000000100c0ff0b", TruncatedError, "255 bytes"),  # A13
    ("07e00000000100c0", TruncatedError, "one byte"),
    *((f"09e00000000100c001{code:02x}", DecodeError, "size code") for code in (0x00, 0x06, 0x0E, 0xA2, 0xFF)),  # A10 S2
    ("28e00000000100c120" + "00" * 32, None, ""),
    ("29e00000000100c121" + "00" * 33, LimitError, "selector"),
    ("29e00000000100c221" + "00" * 33, LimitError, "selector"),
]


@pytest.mark.parametrize(("octets", "kind", "reason"), BAD_CONNECTIONS)
def test_bad_connection_tpdus(octets: str, kind: type[DecodeError] | None, reason: str) -> None:
    if kind is None:
        assert decode_connection(bytes.fromhex(octets)).calling == bytes(32)
        return
    with pytest.raises(kind, match=reason) as caught:
        decode_connection(bytes.fromhex(octets))
    assert type(caught.value) is kind


@pytest.mark.parametrize("code", [cotp.MIN_SIZE_CODE, cotp.MAX_SIZE_CODE])
def test_size_code_limits(code: int) -> None:
    assert decode_connection(bytes.fromhex("09e00000000100c001") + bytes((code,))).size_code == code


# -- cutting and joining ----------------------------------------------------------------------------------------------

CUTS = [
    ("", 128, ["02f080"]),
    ("01", 128, ["02f08001"]),
    ("01" * 125, 128, ["02f080" + "01" * 125]),
    ("01" * 126, 128, ["02f000" + "01" * 125, "02f08001"]),
    ("01" * 250, 128, ["02f000" + "01" * 125, "02f080" + "01" * 125]),
    ("01" * 251, 128, ["02f000" + "01" * 125, "02f000" + "01" * 125, "02f08001"]),
]


@pytest.mark.parametrize(("sdu", "size", "cut"), CUTS)
def test_segments(sdu: str, size: int, cut: list[str]) -> None:
    assert [t.hex() for t in segments(bytes.fromhex(sdu), size)] == cut


@given(st.binary(max_size=2000), st.sampled_from([128, 256, 1024, 8192]))
def test_what_is_cut_is_joined(sdu: bytes, size: int) -> None:
    joiner = Reassembler()
    parts = segments(sdu, size)
    assert max(map(len, parts)) <= size
    assert [joiner.feed(part) for part in parts] == [None] * (len(parts) - 1) + [sdu]
    assert joiner.feed(b"\x02\xf0\x80next") == b"next", "the joiner starts anew"


BAD_DATA = ["03f08000", "01f080", "02f001", "02f081", "02f0ff", "ff" * 3, "04f0800102"]


@pytest.mark.parametrize("octets", BAD_DATA)
def test_bad_dt(octets: str) -> None:
    with pytest.raises(DecodeError, match="DT"):
        Reassembler().feed(bytes.fromhex(octets))


def test_sdu_limit() -> None:
    """A11: an SDU without end mark."""
    part = b"\x02\xf0\x00" + bytes(1 << 16)
    joiner = Reassembler()
    for _ in range(MAX_SDU >> 16):
        assert joiner.feed(part) is None
    assert joiner.feed(b"\x02\xf0\x80") == bytes(MAX_SDU)
    for _ in range(MAX_SDU >> 16):
        assert joiner.feed(part) is None
    with pytest.raises(LimitError, match=str(MAX_SDU)):
        joiner.feed(b"\x02\xf0\x80\x00")


def test_empty_segments_cost_nothing() -> None:
    """A12"""
    joiner = Reassembler()
    with peak_memory() as memory:
        for _ in range(500_000):
            assert joiner.feed(b"\x02\xf0\x00") is None
    assert memory.peak < 2_000_000  # a list of them would be 4 MB
    assert joiner.feed(b"\x02\xf0\x80end") == b"end"


def test_small_segments_cost_what_they_carry() -> None:
    """Two octets a TPDU must not cost fifty octets of memory for each."""
    joiner = Reassembler()
    count = 200_000
    with peak_memory() as memory:
        for _ in range(count // 2):
            joiner.feed(bytes((2, 0xF0, 0, 7, 7)))
    assert memory.peak < 5 * count
    assert joiner.feed(b"\x02\xf0\x80") == b"\x07" * count
