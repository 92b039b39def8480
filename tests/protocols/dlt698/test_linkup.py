"""Login, heartbeat, logout from both ends; what CONNECT agrees on."""

import datetime as dt

import pytest

from meterwire.errors import StateError, UsageError
from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698.connecting import Abilities, negotiate
from meterwire.protocols.dlt698.linkup import TRANSITIONS, LinkKeeper, LinkWatch, answer_link, clock_offset

CLOCK = dt.datetime(2026, 10, 5, 12, 30)
FACTORY = d.FactoryVersion(b"MWIR", b"0001", b"261001", b"0001", b"261001", bytes(8))


def accepted(request: d.LinkRequest, code: int = 0) -> d.LinkResponse:
    return answer_link(request, CLOCK, CLOCK, code=code)


def test_a_terminal_logs_in_beats_and_leaves() -> None:
    keeper = LinkKeeper(heartbeat=60)
    assert keeper.due(0, CLOCK) is None
    keeper.connected(0)
    login = keeper.due(0, CLOCK)
    assert login is not None
    assert (login.type, login.heartbeat, login.time.datetime) == (d.LinkRequest.LOGIN, 60, CLOCK)
    assert keeper.due(0, CLOCK) is None  # it is on its way
    assert keeper.answered(accepted(login), 1)
    assert keeper.is_online
    assert keeper.due(60.9, CLOCK) is None
    beat = keeper.due(61, CLOCK)
    assert beat is not None
    assert beat.type == d.LinkRequest.HEARTBEAT
    assert keeper.answered(accepted(beat), 62)
    assert keeper.deadline == 122
    keeper.log_out(70)
    leave = keeper.due(70, CLOCK)
    assert leave is not None
    assert leave.type == d.LinkRequest.LOGOUT
    assert not keeper.answered(accepted(leave), 71)
    assert keeper.state == "offline"
    assert keeper.deadline is None


def test_unanswered_beats_end_the_connection() -> None:
    keeper = LinkKeeper(heartbeat=60, misses=3)
    keeper.connected(0)
    login = keeper.due(0, CLOCK)
    assert login is not None
    keeper.answered(accepted(login), 0)
    now = 60.0
    for missed in range(1, 4):
        assert keeper.due(now, CLOCK) is not None
        assert keeper.answered(None, now + 5) == (missed < 3)
        now += 5
    assert keeper.state == "offline"
    keeper.connected(now)
    assert keeper.due(now, CLOCK) is not None


def test_a_refused_login_is_tried_again_later() -> None:
    keeper = LinkKeeper(retry=30)
    keeper.connected(0)
    login = keeper.due(0, CLOCK)
    assert login is not None
    assert keeper.answered(accepted(login, d.LinkResponse.NO_CAPACITY), 1)
    assert keeper.refused_with == 3
    assert keeper.due(30, CLOCK) is None
    again = keeper.due(31, CLOCK)
    assert again is not None
    assert again.type == d.LinkRequest.LOGIN
    keeper.disconnected()
    assert keeper.state == "offline"


def test_what_is_not_allowed() -> None:
    keeper = LinkKeeper()
    with pytest.raises(StateError, match="logout is not allowed while offline"):
        keeper.log_out(0)
    with pytest.raises(StateError, match="outstanding"):
        keeper.answered(None, 0)
    with pytest.raises(UsageError):
        LinkKeeper(heartbeat=0)
    with pytest.raises(UsageError):
        answer_link(d.LinkRequest(type=0, heartbeat=1, time=d.DateTime(bytes(10))), CLOCK, CLOCK, code=8)
    states = {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values())
    assert states == {"offline", "login", "waiting", "online", "beating", "leaving"}


def test_the_station_watches() -> None:
    watch = LinkWatch()
    time = d.DateTime.of(CLOCK)
    assert not watch.tick(1e9)
    watch.take(d.LinkRequest(type=0, heartbeat=60, time=time), 0)
    assert (watch.is_online, watch.deadline, watch.logins) == (True, 150, 1)
    watch.take(d.LinkRequest(type=1, heartbeat=60, time=time), 60)
    assert watch.logins == 1
    assert not watch.tick(209)
    assert watch.tick(210)
    assert not watch.is_online
    assert not watch.tick(211)
    watch.take(d.LinkRequest(type=1, heartbeat=60, time=time), 300)  # the station was restarted meanwhile
    assert (watch.is_online, watch.logins) == (True, 2)
    watch.take(d.LinkRequest(type=2, heartbeat=60, time=time), 301)
    assert (watch.is_online, watch.deadline) == (False, None)
    watch.take(d.LinkRequest(type=0, heartbeat=0, time=time), 302)
    assert (watch.is_online, watch.deadline) == (True, None)


def test_the_clock_by_a_link_answer() -> None:
    asked = d.LinkRequest(piid=0x45, type=1, heartbeat=60, time=d.DateTime.of(CLOCK))
    ahead = dt.timedelta(seconds=10)
    tenth = dt.timedelta(milliseconds=100)
    answer = answer_link(asked, CLOCK + ahead + tenth, CLOCK + ahead + 2 * tenth)
    assert answer.piid == 0x05
    assert (answer.code, answer.clock_is_trusted) == (0, True)
    assert clock_offset(answer, CLOCK + 3 * tenth) == pytest.approx(10)
    untrusted = answer_link(asked, CLOCK, CLOCK, clock_is_trusted=False)
    assert clock_offset(untrusted, CLOCK) is None
    vague = d.LinkRequest(type=1, heartbeat=60, time=d.DateTime(b"\xff" * 10))
    assert clock_offset(answer_link(vague, CLOCK, CLOCK), CLOCK) is None


def test_connect_agrees_on_the_smaller() -> None:
    ours = Abilities(factory=FACTORY, protocol_conformance=b"\x0f" * 8, max_receive=500, max_apdu=4096)
    request = d.ConnectRequest(
        piid=0x81,
        max_send=2000,
        max_receive=300,
        max_apdu=60_000,
        max_window=9,
        timeout=100,
        protocol_conformance=b"\x3c" * 8,
    )
    answer = negotiate(request, ours)
    assert (answer.piid, answer.version, answer.result) == (0x81, 0x0016, 0)
    assert (answer.max_send, answer.max_receive, answer.max_window) == (300, 500, 1)
    assert (answer.max_apdu, answer.timeout) == (4096, 100)
    assert answer.protocol_conformance == b"\x0c" * 8
    assert d.decode_apdu(answer.encode()) == answer


@pytest.mark.parametrize("size", [0, 1, 63, 64, 0xFFFF])
def test_connect_with_absurd_sizes(size: int) -> None:
    """Nobody can be talked out of talking: what would not even hold a header is raised to what does."""
    window = min(size, 255)
    request = d.ConnectRequest(max_send=size, max_receive=size, max_apdu=size, max_window=window, timeout=0)
    answer = negotiate(request, Abilities(factory=FACTORY))
    assert 64 <= answer.max_send <= 1024
    assert 64 <= answer.max_receive <= 1024
    assert 64 <= answer.max_apdu <= 8192
    assert answer.max_window == 1
    assert answer.timeout == 7200


@pytest.mark.parametrize(
    ("version", "agreed", "result"),
    [(0x0010, 0x0010, 0), (0x0099, 0x0016, 0), (0xFFFF, 0x0016, 0), (0x000F, 0x0010, 5), (0, 0x0010, 5)],
)
def test_versions(version: int, agreed: int, result: int) -> None:
    answer = negotiate(d.ConnectRequest(version=version), Abilities(factory=FACTORY))
    assert (answer.version, answer.result) == (agreed, result)


def test_the_four_mechanisms() -> None:
    for mechanism in (
        d.NullSecurity(),
        d.PasswordSecurity("secret"),
        d.SymmetrySecurity(b"cipher", b"signed"),
        d.SignatureSecurity(b"cipher", b"signed"),
    ):
        request = d.ConnectRequest(mechanism=mechanism)
        assert d.decode_apdu(request.encode()) == request
    answer = negotiate(d.ConnectRequest(), Abilities(factory=FACTORY), result=1)
    assert "wrong password" in d.CONNECT_RESULTS[answer.result]
