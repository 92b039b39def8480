"""Every real frame of both editions: what it means, and the same octets again, whole, in pieces and amid garbage.

The frames stand in vectors.py and vectors_1997.py; where ../shared is there, what its file says of each is read too.
"""

import json
import random
import re
from decimal import Decimal
from pathlib import Path

import pytest

from meterwire.anatomy import render
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Frame, Stream

from .vectors import VECTORS, Vector
from .vectors_1997 import VECTORS_1997

SHARED = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "dlt645.jsonl"
ALL = VECTORS + VECTORS_1997
WORDS = {
    "read data": {0x01, 0x11}, "read follow-up": {0x12}, "read address": {0x13}, "write data": {0x04, 0x14},
    "change baud": {0x17}, "trip/close/alarm/power-keep": {0x1C},
}  # fmt: skip
"""What the collectors call a function."""


def every_way(wire: bytes) -> Frame:
    """The frame in ``wire``, read in one piece, octet by octet, and with noise around it."""
    frame = dlt645.decode(wire)
    assert frame.encode() == wire
    finder = Stream()
    assert [found for octet in wire for found in finder.feed(bytes((octet,)))] == [frame]
    draw = random.Random(wire)
    for _ in range(8):
        noise = [bytes(draw.choice((0xFE, 0x68, 0x16, 0x00, draw.randrange(256))) for _ in range(draw.randrange(30)))
                 for _ in range(2)]  # fmt: skip
        assert frame in list(dlt645.stream([noise[0], wire, noise[1]]))
    return frame


@pytest.mark.parametrize("vector", ALL, ids=lambda v: v.name)
def test_frame(vector: Vector) -> None:
    frame = every_way(vector.wire)
    assert (frame.address, frame.control, frame.data.hex().upper(), frame.di) == (
        vector.address, vector.control, vector.data, vector.di,
    )  # fmt: skip
    if vector.control & 0x1F != 8 and vector in VECTORS_1997:
        assert frame.edition == "1997"


@pytest.mark.parametrize("vector", [v for v in VECTORS_1997 if v.values], ids=lambda v: v.name)
def test_values_of_1997(vector: Vector) -> None:
    found = dlt645.readings(dlt645.decode(vector.wire), address=vector.address, di=vector.di)
    assert tuple((r.item, str(r.value)) for r in found) == vector.values
    for reading in found:  # two meters send a fifth octet that is not 0
        assert (reading.quality.validity == "questionable") == (vector.name in {"t050", "t057"})


def meaning(vector_text: str, frame: Frame) -> None:
    """Compare what the collectors say of a frame with what we say of it."""
    shown = render(frame.anatomy())
    address = re.match(r"addr (\w{12})", vector_text)
    assert address
    assert address[1] == frame.address
    for words, codes in WORDS.items():
        if f"; {words}" in vector_text:
            assert frame.function in codes
    if item := re.search(r"\bDI ([0-9A-F]{8}|[0-9A-F]{4})\b", vector_text):
        assert frame.di == item[1]
        assert item[1] in shown
    if error := re.search(r"error byte (\w\w)", vector_text):
        assert frame.is_error
        assert frame.data == bytes.fromhex(error[1])
    if told := re.search(r"reply; address (\d{12})", vector_text):
        assert dlt645.readings(frame)[0].value == told[1]
    if number := re.search(r"value raw BCD (\d+)", vector_text):
        assert dlt645.readings(frame)[0].raw == int(number[1])
    if number := re.search(r" = (-?[\d.]+)$", vector_text):
        assert dlt645.readings(frame)[0].value == Decimal(number[1])
    if octets := re.search(r"data\((?:LE|unshifted|LE,unshifted)\) ?([0-9A-F]+)", vector_text):
        head = len(frame.di or "") // 2
        assert frame.data.hex().upper()[2 * head :] == octets[1] or frame.data.hex().upper() == octets[1]
    if "read data" in vector_text and "reply" in vector_text and not frame.is_error:
        assert all(r.name_zh and r.quality.validity != "invalid" for r in dlt645.readings(frame))


@pytest.mark.skipif(not SHARED.exists(), reason="../shared is not here; vectors.py and vectors_1997.py are our copy")
def test_every_shared_vector_means_what_its_collector_says() -> None:
    ours = {vector.hex for vector in ALL}
    count = 0
    for line in SHARED.read_text("utf-8").splitlines():
        row = json.loads(line)
        frame = every_way(bytes.fromhex(row["hex"]))
        assert frame.encode().hex().upper() == row["hex"]
        assert row["hex"] in ours
        assert frame.is_reply == (row["direction"] == "slave->master")
        if "control" not in row["decoded"]:  # 00H and 23H: no function of either edition
            assert frame.edition in row["protocol"]
        meaning(row["decoded"], frame)
        count += 1
    assert count >= 75
