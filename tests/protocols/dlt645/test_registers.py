"""Writing parameters: what a meter takes, and with which error it refuses the rest."""

import pytest

from meterwire.errors import MeterError
from meterwire.protocols import dlt645
from meterwire.protocols.dlt645 import Access, Completed, Failed, Master, MeterSession, RegisterActions, lookup
from meterwire.protocols.dlt645.items import RegisterValue

ADDRESS = "003411001043"
WHO = Access(level=4, password="123456")


def meter(edition: str = "2007") -> tuple[MeterSession, dict[str, RegisterValue]]:
    new: dict[str, RegisterValue] = {
        "04000103": 15, "04000201": 2, "04000202": 3, "04000203": 4, "04000204": 4, "04000402": "000000000001",
        "04010000": ("01-01/1",), "04010001": ("00:00/4",), "04030001": "2026-10-01/1", "00010000": 218107,
        "040501FF": b"", "04050101": 5500, "04000404": "220V", "C310": 2, "C311": 3, "C312": 4, "C313": 4,
        "C321": "01-01/1", "C331": "00:00/4", "C030": 1600,
    }  # fmt: skip
    session = MeterSession(ADDRESS, new, actions=RegisterActions(new), passwords={4: "123456"}, edition=edition)  # type: ignore[arg-type]
    return session, new


def write(session: MeterSession, di: str, value: bytes) -> Completed | Failed:
    master = Master()
    request = dlt645.WriteData(di=di, value=value, access=WHO)
    (answer,) = session.feed(master.request(ADDRESS, request, 0.0))
    (event,) = master.feed(answer.encode(), 0.0)
    assert isinstance(event, Completed | Failed)
    return event


TAKEN = [
    ("04000103", 30),
    ("04000402", "123456789012"),
    ("04010000", ("01-01/1", "07-01/2")),
    ("04010001", ("00:00/4", "07:00/3", "11:00/1", "23:00/4")),
    ("04030001", "2026-05-01/3"),
    ("04050101", 3500),
    ("C030", 3200),
    ("C321", "03-01/2"),
    ("C331", "06:30/3"),
]


@pytest.mark.parametrize(("di", "value"), TAKEN, ids=[t[0] for t in TAKEN])
def test_written_and_read_back(di: str, value: RegisterValue) -> None:
    session, registers = meter("1997" if len(di) == 4 else "2007")
    octets = lookup(di).encode(value)
    assert isinstance(write(session, di, octets), Completed)
    assert registers[di] == octets
    master = Master()
    (answer,) = session.feed(master.read(ADDRESS, di, 0.0))
    (event,) = master.feed(answer.encode(), 0.0)
    assert isinstance(event, Completed)
    shown = tuple(r.raw if r.raw is not None else r.value for r in event.readings)
    assert shown == (value if isinstance(value, tuple) else (value,))


REFUSED = [
    ("not held", "04000104", "15", 0x02),
    ("not in the catalogue", "04DFDFDB", "15", 0x02),
    ("only read", "00010000", "00000000", 0x01),
    ("a text that is only read", "04000404", "000056303232", 0x01),
    ("too short", "04000402", "0000000000", 0x01),
    ("too long", "04000103", "1500", 0x01),
    ("nothing", "04000103", "", 0x01),
    ("no BCD", "04000103", "1A", 0x01),
    ("no date", "04030001", "01300226", 0x01),
    ("more zones than the meter has", "04010000", "010101" * 3, 0x10),
    ("a day table it has not", "04010000", "040101", 0x01),
    ("more periods than the meter has", "04010001", "010000" * 5, 0x20),
    ("a tariff it has not", "04010001", "050000", 0x40),
    ("tariff 0", "04010001", "000000", 0x40),
    ("1997: a tariff it has not", "C331", "050000", 0x40),
    ("1997: a day table it has not", "C321", "040101", 0x01),
]


@pytest.mark.parametrize(("di", "octets", "code"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_refused(di: str, octets: str, code: int) -> None:
    session, registers = meter("1997" if len(di) == 4 else "2007")
    before = dict(registers)
    event = write(session, di, bytes.fromhex(octets))
    assert isinstance(event, Failed)
    assert isinstance(event.error, MeterError)
    assert event.error.code == code
    assert registers == before
