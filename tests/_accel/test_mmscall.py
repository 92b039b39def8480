"""A Read over a socket in one call: values for the plain answer, and for everything else what came, untouched."""

import contextlib
import signal
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from meterwire import _accel
from meterwire._accel import _py_mmscall
from meterwire.client.values import TIME_MAKER, Structure
from meterwire.protocols.mms import encode_data
from meterwire.protocols.mms.pdu import confirmed_error, confirmed_response, unconfirmed
from meterwire.protocols.mms.services import read_response
from meterwire.reading import Quality

from .test_mms import Line
from .test_mms_client import LINE, framed

SERVICE = bytes.fromhex("a40ca10aa0083006a00480026d75")
PLAIN = framed(LINE, confirmed_response(7, read_response([encode_data(True), encode_data((1, 2))])))
SHAPES = [None, (("a", "b"), (None, None))]
VALUES = [True, {"a": 1, "b": 2}]
OTHERS = {
    "another number": framed(LINE, confirmed_response(8, read_response([encode_data(True), encode_data((1, 2))]))),
    "a refused variable": framed(LINE, confirmed_response(7, read_response([b"\x80\x01\x0a", encode_data((1, 2))]))),
    "one variable": framed(LINE, confirmed_response(7, read_response([encode_data(True)]))),
    "three variables": framed(LINE, confirmed_response(7, read_response([encode_data(True)] * 3))),
    "other members": framed(LINE, confirmed_response(7, read_response([encode_data(True), encode_data((1,))]))),
    "its specification as well": framed(
        LINE, confirmed_response(7, read_response([encode_data(True), encode_data((1, 2))], b"\xa1\x03\x80\x01a"))
    ),
    "another service": framed(LINE, confirmed_response(7, b"\xa0\x06\x80\x01\x00\x81\x01\x00")),
    "an error": framed(LINE, confirmed_error(7, 7, 2)),
    "a report": framed(LINE, unconfirmed(b"\xa0\x00")),
    "a report in front": framed(LINE, unconfirmed(b"\xa0\x00")) + PLAIN,
    "a report behind": PLAIN + framed(LINE, unconfirmed(b"\xa0\x00")),
    "half of it": PLAIN[:-3],
    "more than it takes": framed(LINE, confirmed_response(7, read_response([encode_data("x" * 60_000)]))),
    "nothing of the kind": b"HTTP/1.1 400\r\n",
    "an octet": b"\x03",
}


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", 0, 50_000))
    with ours, theirs:
        yield ours, theirs


def ask(module: ModuleType, fd: int, **other: Any) -> Any:
    given = {"shapes": SHAPES, "structure": Structure, "service": SERVICE, **other}
    return module.read(
        fd, given["service"], 7, 3, 65_000, 8192, given["shapes"], given["structure"], Quality, TIME_MAKER
    )


@pytest.fixture
def compiled() -> ModuleType:
    if _accel.PURE_FORCED:
        pytest.skip("METERWIRE_PURE is set: compiled form not wanted")
    return pytest.importorskip("meterwire._accel._c_mmscall")


def test_the_twin_leaves_everything_to_the_general_way() -> None:
    assert ask(_py_mmscall, -1) == 0


def test_a_plain_answer_becomes_values(compiled: ModuleType, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    for _ in range(3):
        theirs.sendall(PLAIN)
        found = ask(compiled, ours.fileno())
        assert found == VALUES
        assert type(found[1]) is Structure
        line = Line()
        line.client._last_id = 6
        assert theirs.recv(1000) == line.ask(SERVICE), "framed as the general way frames it"


@pytest.mark.parametrize("name", OTHERS)
def test_everything_else_is_given_back(
    compiled: ModuleType, pair: tuple[socket.socket, socket.socket], name: str
) -> None:
    ours, theirs = pair
    sender = threading.Thread(target=theirs.sendall, args=(OTHERS[name],))
    sender.start()
    found = ask(compiled, ours.fileno())
    assert OTHERS[name].startswith(found)
    assert found
    assert len(found) <= compiled.MAX_ANSWER
    ours.shutdown(socket.SHUT_RD)
    sender.join(10)


def test_silence_the_end_and_a_line_that_takes_nothing(
    compiled: ModuleType, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    assert ask(compiled, ours.fileno()) is None
    theirs.recv(1000)
    ours.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            ours.send(bytes(100_000))
    ours.setblocking(True)
    assert ask(compiled, ours.fileno()) == 0
    theirs.close()
    with pytest.raises(OSError, match=r"\S"):
        ask(compiled, ours.fileno())
    with pytest.raises(OSError, match=r"\S"):
        ask(compiled, -1)


def test_the_end_of_the_stream(compiled: ModuleType, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    theirs.shutdown(socket.SHUT_WR)
    assert ask(compiled, ours.fileno()) == b""


@pytest.mark.parametrize("other", [{"service": bytes(9000)}, {"structure": dict.copy}, {"structure": type("Own", (dict,), {"__init__": lambda *_: None})}])  # fmt: skip
def test_what_it_does_not_take_is_not_sent(
    compiled: ModuleType, pair: tuple[socket.socket, socket.socket], other: dict[str, Any]
) -> None:
    ours, theirs = pair
    assert ask(compiled, ours.fileno(), **other) == 0
    theirs.setblocking(False)
    with pytest.raises(BlockingIOError):
        theirs.recv(1)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_signal_is_heard_and_the_wait_goes_on(
    compiled: ModuleType, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", 20, 0))
    heard: list[int] = []

    def hear(number: int, _: Any) -> None:
        heard.append(number)
        if len(heard) == 1:
            theirs.sendall(PLAIN)
        else:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, hear)
    main = threading.main_thread().ident
    assert main is not None
    try:
        for _ in range(2):
            timer = threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGUSR1))
            timer.start()
            if not heard:
                assert ask(compiled, ours.fileno()) == VALUES
            else:
                with pytest.raises(KeyboardInterrupt):
                    ask(compiled, ours.fileno())
            timer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert heard == [signal.SIGUSR1] * 2
