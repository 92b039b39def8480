"""Every control code of both editions, both ways: what it looks like on the wire, and that meter and master agree."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LinkTimeoutError, MeterError, MeterwireError, UsageError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import (
    Access,
    Completed,
    Failed,
    FaultInjector,
    Faults,
    Frame,
    Master,
    MeterActions,
    MeterSession,
    RelayAction,
    RelayCommand,
    Request,
    Send,
    parse_request,
    refuse,
    request_frame,
)
from meterwire.protocols.dlt645.session import Event

ADDRESS = "003411001043"
NOW = dt.datetime(2026, 8, 21, 15, 30)
WHO = Access(level=2, password="123456", operator="A1B2C3D4")
SEALED = Access(level=0x98, operator="A1B2C3D4")
WHO_97 = Access(level=1, password="123456")

REQUESTS: list[tuple[Request, int, str]] = [
    # what is asked, control octet, data field
    (dlt645.ReadData(di="00010000"), 0x11, "00000100"),
    (dlt645.ReadData(di="06000001", blocks=3), 0x11, "0100000603"),
    (dlt645.ReadData(di="06000001", blocks=255, since=NOW), 0x11, "01000006FF3015210826"),
    (dlt645.FollowUp(di="06000001", seq=7), 0x12, "0100000607"),
    (dlt645.ReadAddress(), 0x13, ""),
    (dlt645.BroadcastTime(moment=NOW), 0x08, "003015210826"),
    (dlt645.WriteData(di="04000103", value=b"\x15", access=WHO), 0x14, "0301000402563412D4C3B2A115"),
    (dlt645.WriteData(di="04000103", value=b"\x01\x02", access=SEALED), 0x14, "0301000498000000D4C3B2A10102"),
    (dlt645.WriteAddress(address=ADDRESS), 0x15, "431000113400"),
    (dlt645.Freeze(), 0x16, "99999999"),
    (dlt645.Freeze(minute=30), 0x16, "30999999"),
    (dlt645.Freeze(minute=30, hour=0), 0x16, "30009999"),
    (dlt645.Freeze(minute=0, hour=0, day=1), 0x16, "00000199"),
    (dlt645.Freeze(minute=0, hour=0, day=1, month=12), 0x16, "00000112"),
    *((dlt645.ChangeBaud(speed=speed), 0x17, f"{bit:02X}") for speed, bit in dlt645.SPEEDS.items()),
    (
        dlt645.ChangePassword(level=4, new="654321", old_level=2, old="123456"),
        0x18, "050C00040256341204214365",
    ),
    (dlt645.ClearDemand(access=WHO), 0x19, "02563412D4C3B2A1"),
    (dlt645.ClearMeter(access=WHO), 0x1A, "02563412D4C3B2A1"),
    (dlt645.ClearEvents(access=WHO), 0x1B, "02563412D4C3B2A1FFFFFFFF"),
    (dlt645.ClearEvents(access=WHO, di="030100FF"), 0x1B, "02563412D4C3B2A1FF000103"),
    (RelayCommand(access=WHO, action=RelayAction.TRIP, until=NOW), 0x1C, "02563412D4C3B2A11A00003015210826"),
    (
        RelayCommand(access=WHO, action=RelayAction.TRIP_AUTO_CLOSE, delay=15, until=NOW),
        0x1C, "02563412D4C3B2A11D03003015210826",
    ),
    *(
        (RelayCommand(access=WHO, action=action, until=NOW), 0x1C, f"02563412D4C3B2A1{action:02X}00003015210826")
        for action in RelayAction if action != RelayAction.TRIP_AUTO_CLOSE
    ),
    (dlt645.SealedCommand(code=0x1C, access=SEALED, payload=bytes(20)), 0x1C, "98000000D4C3B2A1" + "00" * 20),
    *((dlt645.Output(kind=kind), 0x1D, f"{kind:02X}") for kind in dlt645.OutputKind),
    (
        dlt645.SecurityCommand(di="070000FF", operator="A1B2C3D4", payload=b"\x01\x02"),
        0x03, "FF000007D4C3B2A10102",
    ),
    (dlt645.ReadData(di="9010"), 0x01, "1090"),
    (dlt645.FollowUp(di="9010"), 0x02, "1090"),
    (dlt645.Reread(di="9010"), 0x03, "1090"),
    (dlt645.WriteData(di="C030", value=b"\x00\x16\x00", access=WHO_97), 0x04, "30C001563412001600"),
    (dlt645.WriteAddress(address=ADDRESS, edition="1997"), 0x0A, "431000113400"),
    (dlt645.ChangeBaud(speed=300, edition="1997"), 0x0C, "01"),
    (
        dlt645.ChangePassword(level=1, new="654321", old_level=0, old="123456", edition="1997"),
        0x0F, "0056341201214365",
    ),
    (dlt645.ClearDemand(access=WHO_97, edition="1997"), 0x10, "01563412"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "control", "data"), REQUESTS, ids=[f"{r[1]:02X}-{r[2]}" for r in REQUESTS])
def test_on_the_wire_and_back(request_: Request, control: int, data: str) -> None:
    frame = request_frame(ADDRESS, request_)
    assert (frame.control, frame.data.hex().upper()) == (control, data)
    assert parse_request(frame.control, frame.data) == request_
    assert dlt645.decode(frame.encode(4)) == frame
    assert frame.edition == request_.edition or control == 0x08
    assert "data" not in {f.name for f in frame.anatomy() if f.depth == 1} or control in {0x03, 0x14, 0x04, 0x1C}


def test_what_is_written_is_told_but_no_password() -> None:
    def told(request: Request) -> str:
        return " ".join(f.meaning for f in request_frame(ADDRESS, request).anatomy())

    assert "demand period 最大需量周期 = 15 min" in told(REQUESTS[6][0])
    table = dlt645.WriteData(di="04010001", value=dlt645.lookup("04010001").encode(("00:00/4", "07:00/3")), access=WHO)
    assert "period 2 第一套日时段表1时段2 = 07:00/3" in told(table)
    assert "= 5632" in told(dlt645.WriteData(di="C030", value=b"\x32\x56\x00", access=WHO_97))
    secret = dlt645.WriteData(di="04000C03", value=bytes.fromhex("02214365"), access=WHO)
    assert "654321" not in told(secret)
    assert "123456" not in told(secret)


def test_a_frame_from_the_field() -> None:
    """t014: Charity-Vance/Leetcode AppDLT645.c; valid to the end of the century, not of the last one."""
    frame = dlt645.decode(bytes.fromhex("68030000000000681C1036333333453333334D333333333434CCF916"))
    found = parse_request(frame.control, frame.data)
    assert found == RelayCommand(
        access=Access(level=3, password="000000", operator="00000012"), action=RelayAction.TRIP,
        until=dt.datetime(2099, 1, 1),
    )  # fmt: skip
    assert request_frame("3", found) == frame


BAD_DATA = [
    ("relay too short", 0x1C, "02563412D4C3B2A11A0000301521"),
    ("no such relay command", 0x1C, "02563412D4C3B2A15500003015210826"),
    ("no such moment", 0x1C, "02563412D4C3B2A11A00003015310226"),
    ("moment not BCD", 0x1C, "02563412D4C3B2A11A000030152108AA"),
    ("freeze not BCD", 0x16, "3A999999"),
    ("freeze with a gap", 0x16, "99159999"),
    ("freeze on the 31st", 0x16, "00003199"),
    ("freeze too long", 0x16, "9999999900"),
    ("two speeds at once", 0x17, "18"),
    ("reserved speed", 0x17, "01"),
    ("password not BCD", 0x19, "02A63412D4C3B2A1"),
    ("no such level", 0x19, "42563412D4C3B2A1"),
    ("no operator", 0x1A, "02563412"),
    ("one event record cleared", 0x1B, "02563412D4C3B2A101000103"),
    ("password of another level", 0x18, "050C00040256341202214365"),
    ("lower level changes a higher one", 0x18, "030C00040456341202214365"),
    ("no such output", 0x1D, "03"),
    ("address not BCD", 0x15, "43100011340A"),
    ("everybody's address", 0x15, "999999999999"),
    ("no blocks", 0x11, "0100000600"),
    ("no SEQ", 0x12, "01000006"),
    ("SEQ 0", 0x12, "0100000600"),
    ("time not BCD", 0x08, "00301521082A"),
    ("write without operator", 0x14, "0301000402563412"),
    ("security without operator", 0x03, "FF000007"),
    ("vendor's function", 0x1F, ""),
    ("nothing", 0x00, ""),
    ("request with bit 5", 0x31, "00000100"),
    ("1997: read without item", 0x01, "10"),
    ("1997: read with too much (KTS-Intek log)", 0x01, "10C07710C0"),
]


@pytest.mark.parametrize(("control", "data"), [b[1:] for b in BAD_DATA], ids=[b[0] for b in BAD_DATA])
def test_a_request_that_is_none_is_refused_and_still_explained(control: int, data: str) -> None:
    octets = bytes.fromhex(data)
    with pytest.raises(DecodeError):
        parse_request(control, octets)
    frame = Frame(address=ADDRESS, control=control, data=octets)
    inner = [f for f in frame.anatomy() if f.depth == 1]
    assert b"".join(f.data for f in inner) == frame.encode()[10:-2]
    heard: list[Request] = []
    for answer in rig(heard).handle(frame) + rig(heard, edition="1997").handle(frame):
        assert answer.is_error
    assert heard == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Access(level=10),
        lambda: Access(password="1234567"),
        lambda: Access(password="12345A"),
        lambda: Access(operator="123456789"),
        lambda: Access(operator="G"),
        lambda: dlt645.Freeze(hour=1),
        lambda: dlt645.Freeze(minute=60),
        lambda: dlt645.Freeze(minute=0, hour=0, day=29),
        lambda: dlt645.ChangeBaud(speed=300),
        lambda: dlt645.ChangeBaud(speed=115200),
        lambda: dlt645.ClearEvents(access=WHO, di="03010001"),
        lambda: dlt645.WriteAddress(address="AAAAAAAA1043"),
        lambda: RelayCommand(access=WHO, action=0x77, until=NOW),  # type: ignore[arg-type]
        lambda: RelayCommand(access=WHO, action=RelayAction.TRIP, until=NOW, delay=5),
        lambda: RelayCommand(access=WHO, action=RelayAction.TRIP_AUTO_CLOSE, until=NOW),
        lambda: RelayCommand(access=WHO, action=RelayAction.TRIP_AUTO_CLOSE, until=NOW, delay=7),
        lambda: RelayCommand(access=WHO, action=RelayAction.CLOSE, until=dt.datetime(1999, 1, 1)),
        lambda: dlt645.SealedCommand(code=0x1C, access=WHO, payload=b""),
        lambda: dlt645.SealedCommand(code=0x11, access=SEALED, payload=b""),
        lambda: dlt645.SecurityCommand(di="00010000"),
        lambda: dlt645.Reread(di="00010000"),
        lambda: dlt645.ReadData(di="9010", blocks=1),
        lambda: dlt645.Output(kind=9),  # type: ignore[arg-type]
        lambda: dlt645.shortened("123"),
        lambda: request_frame(ADDRESS, dlt645.WriteData(di="04000103", value=bytes(189), access=WHO)),
    ],
)
def test_requests_that_cannot_be(wrong: object) -> None:
    with pytest.raises(UsageError):
        wrong()  # type: ignore[operator]


def test_passwords_are_not_shown() -> None:
    shown = repr(WHO) + repr(dlt645.ChangePassword(level=4, new="654321", old_level=2, old="123456"))
    assert "123456" not in shown
    assert "654321" not in shown
    frame = request_frame(ADDRESS, dlt645.ClearMeter(access=WHO))
    assert all("123456" not in f.meaning for f in frame.anatomy())


# Both ends together.


class Everything(MeterActions):
    """Does whatever it is told and writes it down."""

    def __init__(self, heard: list[Request], refusal: int = 0) -> None:
        self.heard = heard
        self.refusal = refusal

    def _note(self, request: Request) -> None:
        if self.refusal:
            refuse(self.refusal)
        self.heard.append(request)

    write = write_address = freeze = change_baud = change_password = _note  # type: ignore[assignment]
    clear_demand = clear_meter = clear_events = relay = output = _note  # type: ignore[assignment]


class Seal:
    """A security module that turns octets round."""

    def execute(self, command: dlt645.SecurityCommand) -> bytes:
        if command.di == "070001FF":
            refuse(0x0104)
        return command.payload[::-1]

    def unseal(self, function: int, di: str | None, level: int, payload: bytes) -> bytes:
        assert (function, level) in {(0x14, 0x98), (0x1C, 0x98), (0x1B, 0x98), (0x1A, 0x98)}
        return payload[::-1]


def rig(heard: list[Request], refusal: int = 0, **more: object) -> MeterSession:
    settings: dict[str, object] = {
        "actions": Everything(heard, refusal),
        "passwords": {0: "123456", 1: "123456", 2: "123456", 4: "444444", 9: "999999"},
        "clock": lambda: NOW,
        "esam": Seal(),
        **more,
    }
    return MeterSession(ADDRESS, {"9010": 36, "00010000": 218107}, **settings)  # type: ignore[arg-type]


def ask(master: Master, session: MeterSession, request: Request, address: str = ADDRESS) -> Event:
    octets = master.request(address, request, 0.0)
    while True:
        answers = session.feed(octets)
        events = [e for a in answers for e in master.feed(a.encode(1), 0.0)]
        if not events:
            (event,) = master.tick(1e9)
            return event
        (event,) = events
        if not isinstance(event, Send):
            return event
        octets = event.data


COMMANDS = [r[0] for r in REQUESTS if not isinstance(r[0], dlt645.ReadData | dlt645.FollowUp | dlt645.Reread)]


@pytest.mark.parametrize("request_", COMMANDS, ids=lambda r: f"{r.function:02X}")
def test_done_once_and_acknowledged(request_: Request) -> None:
    heard: list[Request] = []
    session = rig(heard, edition=request_.edition)
    if isinstance(request_, dlt645.BroadcastTime):
        assert session.feed(Master().broadcast(request_)) == []
        assert session.clock_set == 1
        return
    address = "A" * 12 if isinstance(request_, dlt645.WriteAddress | dlt645.ReadAddress) else ADDRESS
    event = ask(Master(), session, request_, address)
    if isinstance(request_, dlt645.SealedCommand):
        assert isinstance(event, Failed)  # twenty zeros are no relay command, whoever sealed them
        assert heard == []
        return
    assert isinstance(event, Completed)
    assert event.answer.address == ADDRESS
    if isinstance(request_, dlt645.SecurityCommand):
        assert event.answer.payload == b"\x02\x01"
    elif isinstance(request_, dlt645.ReadAddress):
        assert event.readings[0].value == ADDRESS
    elif isinstance(request_, dlt645.WriteData) and request_.access.is_sealed:
        assert heard == [replace(request_, value=b"\x02\x01")]
    else:
        assert heard == [request_]


@pytest.mark.parametrize("request_", [r for r in COMMANDS if r.function not in {0x03, 0x08, 0x13}],
                         ids=lambda r: f"{r.function:02X}")  # fmt: skip
def test_a_refusal_is_told_and_nothing_done(request_: Request) -> None:
    heard: list[Request] = []
    session = rig(heard, refusal=0x40, edition=request_.edition)
    before = {**session.passwords}
    address = "A" * 12 if isinstance(request_, dlt645.WriteAddress) else ADDRESS
    event = ask(Master(), session, request_, address)
    assert isinstance(event, Failed)
    assert isinstance(event.error, MeterError)
    assert event.error.code == (0x01 if isinstance(request_, dlt645.SealedCommand) else 0x40)
    assert heard == []
    assert session.passwords == before
    assert session.address == ADDRESS


@pytest.mark.parametrize("request_", [r for r in COMMANDS if not r.repeatable], ids=lambda r: f"{r.function:02X}")
def test_a_command_is_never_repeated_by_itself(request_: Request) -> None:
    if isinstance(request_, dlt645.BroadcastTime):
        return
    master = Master(timeout=1, retries=5)
    master.request(ADDRESS, request_, 0.0)
    (event,) = master.tick(1.0)
    assert isinstance(event, Failed)
    assert isinstance(event.error, LinkTimeoutError)
    assert "look before you send it again" in str(event.error)
    assert event.heard == 0
    master.request(ADDRESS, request_, 2.0, retries=1)  # the caller knows better
    (event,) = master.tick(3.0)
    assert isinstance(event, Send)


NO_PASSWORD = [r for r in COMMANDS if hasattr(r, "access") and not r.access.is_sealed]


@pytest.mark.parametrize("request_", NO_PASSWORD, ids=lambda r: f"{r.function:02X}")
def test_wrong_password_or_level_opens_nothing(request_: Request) -> None:
    heard: list[Request] = []
    for level, password in [(2, "654321"), (5, "000000"), (9, "999999")]:
        access = Access(level=level, password=password)
        session = rig(heard, edition=request_.edition)
        event = ask(Master(), session, replace(request_, access=access))  # type: ignore[type-var]
        if request_.edition == "1997" and level == 9:
            assert isinstance(event, Completed)  # 1997 gives levels no order of rank here
            heard.clear()
            continue
        assert isinstance(event, Failed)
        assert isinstance(event.error, MeterError)
        assert event.error.code == 0x04
    assert heard == []
    session = rig(heard, edition=request_.edition, passwords={})
    assert isinstance(ask(Master(), session, request_), Failed)
    assert heard == []


def test_changing_a_password() -> None:
    heard: list[Request] = []
    session = rig(heard)
    new = dlt645.ChangePassword(level=4, new="000001", old_level=2, old="123456")
    assert isinstance(ask(Master(), session, new), Completed)
    assert isinstance(ask(Master(), session, dlt645.ClearDemand(access=Access(level=4, password="444444"))), Failed)
    assert isinstance(ask(Master(), session, dlt645.ClearDemand(access=Access(level=4, password="1"))), Completed)
    wrong = dlt645.ChangePassword(level=4, new="000002", old_level=2, old="000000")
    assert isinstance(ask(Master(), session, wrong), Failed)
    assert session.passwords[4] == "000001"


def test_relay_command_past_its_end() -> None:
    heard: list[Request] = []
    session = rig(heard)
    for seconds, done in [(1, True), (0, True), (-1, False), (-86400, False)]:
        heard.clear()
        command = RelayCommand(access=WHO, action=RelayAction.TRIP, until=NOW + dt.timedelta(seconds=seconds))
        event = ask(Master(), session, command)
        assert isinstance(event, Completed) is done
        assert bool(heard) is done


def test_sealed_commands_reach_the_meter_in_the_clear() -> None:
    heard: list[Request] = []
    session = rig(heard)
    relay = RelayCommand(access=SEALED, action=RelayAction.CLOSE, until=NOW)
    for code, plain in [(0x1C, relay.plain()), (0x1B, b"\xff" * 4), (0x1A, b"")]:
        sealed = dlt645.SealedCommand(code=code, access=SEALED, payload=plain[::-1])
        assert isinstance(ask(Master(), session, sealed), Completed)
    assert heard == [relay, dlt645.ClearEvents(access=SEALED), dlt645.ClearMeter(access=SEALED)]

    class Turn:
        def seal(self, function: int, di: str | None, level: int, plain: bytes) -> bytes:
            return plain[::-1]

    heard.clear()
    write = dlt645.WriteData(di="04000103", value=b"\x15\x16", access=WHO)
    for request in (write, replace(relay, access=WHO), dlt645.ClearEvents(access=WHO), dlt645.ClearMeter(access=WHO)):
        assert isinstance(ask(Master(), session, dlt645.seal(request, Turn())), Completed)
    assert heard == [
        replace(write, access=SEALED),
        relay,
        dlt645.ClearEvents(access=SEALED),
        dlt645.ClearMeter(access=SEALED),
    ]
    for cannot in (dlt645.Freeze(), dlt645.ClearDemand(access=WHO_97, edition="1997")):
        with pytest.raises(UsageError):
            dlt645.seal(cannot, Turn())
    plain_meter = rig(heard, esam=None)
    assert isinstance(ask(Master(), plain_meter, sealed), Failed)


def test_security_refusal_has_two_octets() -> None:
    event = ask(Master(), rig([]), dlt645.SecurityCommand(di="070001FF"))
    assert isinstance(event, Failed)
    assert isinstance(event.error, MeterError)
    assert event.error.code == 0x0104
    assert "ESAM" in str(event.error)
    none = ask(Master(), rig([], esam=None), dlt645.SecurityCommand(di="070000FF"))
    assert isinstance(none, Failed)


def test_an_address_is_written_only_to_the_one_meter_that_permits_it() -> None:
    new = dlt645.WriteAddress(address="000000000007")
    session = rig([])
    assert isinstance(ask(Master(), session, new), Failed)  # asked by its own address
    session.programming = False
    assert isinstance(ask(Master(), session, new, "A" * 12), Failed)
    session.programming = True
    event = ask(Master(), session, new, "A" * 12)
    assert isinstance(event, Completed)
    assert event.answer.address == session.address == "000000000007"
    assert session.handle(dlt645.read_data(ADDRESS, "00010000")) == []


def test_an_answer_that_does_not_repeat_what_it_must_is_none() -> None:
    master = Master(timeout=1)
    master.request(ADDRESS, dlt645.ChangeBaud(speed=9600), 0.0)
    for control, data in [(0x97, b"\x10"), (0x97, b""), (0x94, b""), (0x91, b"\0\0\1\0"), (0x8C, b"\x20")]:
        assert master.feed(Frame(address=ADDRESS, control=control, data=data).encode(), 0.1) == []
    assert master.counters.foreign_item == 5
    (event,) = master.feed(Frame(address=ADDRESS, control=0x97, data=b"\x20").encode(), 0.1)
    assert isinstance(event, Completed)
    master.request(ADDRESS, dlt645.ClearMeter(access=WHO), 0.0)
    assert master.feed(Frame(address=ADDRESS, control=0x9A, data=b"\x01").encode(), 0.1) == []


def test_what_cannot_be_undone_needs_the_whole_address() -> None:
    """On a bus a wildcard trips every meter; neither end lets that happen."""
    careful = {0x03, 0x0F, 0x10, 0x18, 0x19, 0x1A, 0x1B, 0x1C}
    for request in COMMANDS:
        heard: list[Request] = []
        session = rig(heard, edition=request.edition)
        for address in ("A" * 12, "AAAAAAAA1043", "9" * 12):
            frame = request_frame(address, request)
            if request.function in careful:
                with pytest.raises(UsageError, match="whole address"):
                    Master().request(address, request, 0.0)
                assert session.handle(frame) == []
                assert heard == []
            elif not isinstance(request, dlt645.BroadcastTime) and address != "9" * 12:
                assert Master().request(address, request, 0.0)


def test_broadcast_rules() -> None:
    heard: list[Request] = []
    session, master = rig(heard), Master()
    assert session.feed(master.broadcast(dlt645.Freeze())) == []
    assert heard == [dlt645.Freeze()]
    for request in COMMANDS:
        if request.function not in {0x08, 0x14, 0x04, 0x16}:
            with pytest.raises(UsageError, match="one meter"):
                master.broadcast(request)
            if request.edition == "2007":
                with pytest.raises(UsageError, match=r"nobody answers|whole address"):
                    Master().request("9" * 12, request, 0.0)
        if request.function not in {0x08, 0x16}:
            assert session.handle(request_frame("9" * 12, request)) == []
    assert heard == [dlt645.Freeze()]
    assert master.state == "idle"
    with pytest.raises(UsageError):
        master.request(ADDRESS, dlt645.BroadcastTime(moment=NOW), 0.0)


@given(control=st.integers(0, 127), data=st.binary(max_size=40), address=st.sampled_from([ADDRESS, "A" * 12, "9" * 12]))
def test_no_request_stops_a_meter(control: int, data: bytes, address: str) -> None:
    heard: list[Request] = []
    for edition in ("1997", "2007"):
        for answer in rig(heard, edition=edition, passwords={}).handle(
            Frame(address=address, control=control, data=data)
        ):
            assert answer.is_reply
    assert not [r for r in heard if hasattr(r, "access") and not r.access.is_sealed]


@given(control=st.integers(128, 255), data=st.binary(max_size=40), which=st.sampled_from(COMMANDS[2:]))
def test_no_answer_stops_a_master(control: int, data: bytes, which: Request) -> None:
    master = Master()
    try:
        master.request(ADDRESS, which, 0.0)
    except MeterwireError:
        return
    for event in master.feed(Frame(address=ADDRESS, control=control, data=data).encode(), 0.0):
        assert isinstance(event, Completed | Failed)


@pytest.mark.parametrize("damaged", [0.0, 0.01, 0.1])
def test_every_request_on_a_damaged_line_is_done_once_and_never_confirmed_wrongly(damaged: float) -> None:
    """What an answer loses is lost: the command was done, once, and the master says that it does not know."""
    faults = FaultInjector(
        Faults(checksum=damaged, split=damaged, silence=damaged, garbage=damaged, address=damaged, seed=11)
    )
    confirmed = unknown = 0
    for _ in range(12):
        for request in COMMANDS:
            if isinstance(request, dlt645.BroadcastTime | dlt645.SealedCommand):
                continue
            heard: list[Request] = []
            session = rig(heard, edition=request.edition)
            master = Master(timeout=1.0)
            to_one = isinstance(request, dlt645.WriteAddress | dlt645.ReadAddress)
            octets = master.request("A" * 12 if to_one else ADDRESS, request, 0.0, retries=0)
            events: list[Event] = []
            for answer in session.feed(octets):
                for piece in faults.apply(answer, preamble=4):
                    events += master.feed(piece.data, 0.1)
            (event,) = events or master.tick(1.5) or master.tick(2.5)
            assert len(heard) == (not isinstance(request, dlt645.ReadAddress | dlt645.SecurityCommand))
            if isinstance(event, Completed):
                confirmed += 1
                assert event.answer.function == request.function
            else:
                unknown += 1
                assert isinstance(event, Failed)
                assert isinstance(event.error, LinkTimeoutError)
    assert unknown == 0 if not damaged else unknown < confirmed * damaged * 10
