"""Whatever arrives, sessions neither raise nor grow; what they answer is always a frame."""

import datetime as dt
import random
from typing import Any

import pytest

from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698.events import Completed, Failed, LinkAsked, Reported, Send
from meterwire.protocols.dlt698.meter import MeterSession, ReportDone, Request
from meterwire.protocols.dlt698.refusals import refusal
from meterwire.protocols.dlt698.session import Master

from .samples import Sampler

ADDRESS = d.ServerAddress.of("202011190001")
CLOCK = dt.datetime(2026, 10, 5)


def any_frame(sampler: Sampler, controls: tuple[int, ...]) -> bytes:
    """A frame that could be meant for the session, of any APDU, whole, in a fragment, spoilt or cut."""
    draw = sampler.random
    octets = bytearray(sampler.apdu().encode())
    if draw.random() < 0.3:
        for _ in range(draw.randint(1, 3)):
            octets[draw.randrange(len(octets))] = draw.choice((0, 1, 2, 0x7F, 0x84, 0xFF))
    if draw.random() < 0.2:
        del octets[draw.randrange(len(octets)) :]
    control, data = draw.choice(controls), bytes(octets[:1000])
    if draw.random() < 0.4:
        control |= 0x20
        data = draw.choice((b"", b"\x00", d.Fragment(draw.randrange(4), draw.randrange(4), data[:50]).encode()))
    if draw.random() < 0.1:
        control |= 8
    servers = (
        ADDRESS,
        ADDRESS,
        ADDRESS,
        d.ServerAddress.of("AA", kind=3),
        d.ServerAddress.of("A" * 12),
        d.ServerAddress.of("7"),
    )
    return d.Frame(
        control=control, server=draw.choice(servers), client=draw.choice((0x10, 0x10, 0)), data=data
    ).encode()


def sent_well(events: list[Any]) -> None:
    for event in events:
        if isinstance(event, Send):
            d.decode(event.data)


@pytest.mark.parametrize("seed", range(8))
def test_a_client_gets_over_anything(seed: int) -> None:
    sampler, now = Sampler(seed), 0.0
    master = Master(ADDRESS, client=0x10, max_frame=100)
    told: set[type] = set()
    for _ in range(500):
        now += sampler.random.random() * 3
        if master.state == "idle":
            sent_well(master.request(sampler.apdu(d.GetRequestNormalList), now))
        events = master.feed(any_frame(sampler, (0xC3, 0xC3, 0x83, 0x81, 0x43)), now)
        if sampler.random.random() < 0.2 and master.state != "idle":
            number = getattr(master._task.request, "piid", 0) if master._task else 0
            answer = d.GetResponseNormalList(piid=number, results=(d.ResultNormal(d.OAD(1), None),))
            good = d.Frame(control=0xC3, server=ADDRESS, client=0x10, data=answer.encode())
            events += master.feed(good.encode(), now)
        events += master.tick(now)
        sent_well(events)
        told |= {type(event) for event in events}
        assert master.state != "idle" or master.deadline is None or master.stream.pending
        assert len(master._told) <= 8
    assert {Completed, Failed, Reported, LinkAsked} & told >= {Completed, Failed}


@pytest.mark.parametrize("seed", range(8))
def test_a_meter_gets_over_anything(seed: int) -> None:
    sampler, now = Sampler(seed), 0.0
    meter = MeterSession(ADDRESS, groups=("AA",), max_frame=100, max_apdu=300, refuse_stale=bool(seed % 2))
    asked = 0
    for _ in range(500):
        now += sampler.random.random() * 3
        events: list[Any] = list(meter.feed(any_frame(sampler, (0x43, 0x43, 0x43, 0x03, 0x01, 0xC3)), now, CLOCK))
        if sampler.random.random() < 0.1 and meter._reporting is None:
            events += meter.report(sampler.apdu(d.ReportNotificationList), now)
        for event in list(events):
            if isinstance(event, Request):
                asked += 1
                answers = meter.answer(event, refusal(event.apdu, d.DAR(3)), now)
                assert event.may_be_answered or answers == []
                events += answers
        events += meter.tick(now)
        sent_well(events)
        assert all(isinstance(event, Send | Request | ReportDone) for event in events)
        assert len(meter._assemblers) <= 16
    assert asked > 20
    assert meter.counters.unreadable > 0


def test_random_octets_never_reach_a_session() -> None:
    draw = random.Random(1)
    master, meter = Master(ADDRESS), MeterSession(ADDRESS)
    for _ in range(300):
        noise = draw.randbytes(draw.randrange(200)).replace(b"\x00", b"\x68")
        assert master.feed(noise, 0) == meter.feed(noise, 0) == []
