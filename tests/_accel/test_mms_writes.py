"""The short way for known Writes does what the general path does, and answers with the very same octets."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meterwire._accel import _py_mms
from meterwire._accel._py_mms import next_pdu
from meterwire.acsi import Report, ReportEngine
from meterwire.binding.mms import Client, MmsImage, MmsService, report_engine
from meterwire.models import (
    DataAttribute,
    DataObject,
    Ied,
    LogicalDevice,
    LogicalNode,
    Reference,
    ReportControl,
    Trigger,
    basic_type,
)
from meterwire.protocols import ber
from meterwire.protocols.mms import ObjectName, encode_data
from meterwire.protocols.mms.data import encode_bits, encode_float, encode_integer, encode_unsigned
from meterwire.protocols.mms.services import Access, Identity, write_request

from .test_mms import Line

Load = Callable[[str], ModuleType]
KINDS = {
    "i": "INT32", "u": "INT8U", "b": "BOOLEAN", "f": "FLOAT32", "s": "VisString32", "w": "Unicode255", "l": "VisString255",
    "q": "Quality",
}  # fmt: skip
TRUE = encode_data(True)


class Handler:
    """Refuses odd numbers."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, str, Any]] = []

    def write(self, client: Any, attribute: str, value: Any) -> int | None:
        self.told.append((client, attribute, value))
        return 3 if value % 2 else None


def build_service() -> MmsService:
    leaves = [DataAttribute(name, "SP", basic_type(kind), is_writable=True) for name, kind in KINDS.items()]
    handled = DataAttribute("h", "SP", basic_type("INT32"), is_writable=True)
    fixed = DataAttribute("r", "SP", basic_type("INT32"))
    status = DataAttribute("st", "ST", basic_type("INT32"), is_writable=True, trigger=Trigger.DCHG)
    node = LogicalNode("GGIO", "1").add(DataObject("X").add(*leaves, handled, fixed, status))
    node.data_sets["ds"] = tuple(Reference("XLD", ("GGIO1", "X", name), "SP") for name in "iu")
    node.data_sets["st"] = (Reference("XLD", ("GGIO1", "X", "st"), "ST"),)
    node.control_blocks["urcb"] = ReportControl(name="urcb", data_set="st", instances=1)
    service = MmsService(MmsImage(Ied("X").add(LogicalDevice("XLD", "LD").add(node))), Identity("a", "b", "c"))
    variable = service.image.find(ObjectName("GGIO1$SP$X$h", "XLD"))
    assert variable is not None
    variable.handler = Handler()
    return service


def engine_of(service: MmsService) -> ReportEngine:
    def deliver(report: Report) -> bool:
        del report
        return True

    return report_engine(service.image, clock=lambda: 0, deliver=deliver, on_schedule=lambda: None)


def short(module: ModuleType, service: MmsService, data: bytes, **limits: int) -> tuple[bytes, int, int]:
    bounds = {"max_pdu": 65_000, "max_tpdu": 8192, **limits}
    write = service.write_ready(Client(1))
    found: tuple[bytes, int, int] = module.answer_known(
        data, 3, service.ready, service.ready_writes, write, bounds["max_pdu"], bounds["max_tpdu"]
    )
    return found


def access(name: str, fc: str = "SP") -> Access:
    return Access(ObjectName(f"GGIO1${fc}$X${name}" if name else f"GGIO1${fc}$X", "XLD"))


def values_of(service: MmsService) -> dict[str, Any]:
    return {leaf.name: leaf.value for leaf in service.image.ied.leaves()}


WRITES: dict[str, bytes] = {
    "i": write_request([(access("i"), encode_integer(-70_000))]),
    "i, unchanged": write_request([(access("i"), encode_integer(0))]),
    "i too large": write_request([(access("i"), encode_integer(1 << 40))]),
    "i empty": write_request([(access("i"), b"\x85\x00")]),
    "i of 18 octets": write_request([(access("i"), b"\x85\x12" + bytes(18))]),
    "i as unsigned": write_request([(access("i"), encode_unsigned(5))]),
    "u": write_request([(access("u"), encode_unsigned(200))]),
    "u too large": write_request([(access("u"), encode_unsigned(256))]),
    "b": write_request([(access("b"), TRUE)]),
    "b of two octets": write_request([(access("b"), b"\x83\x02\x01\x01")]),
    "f": write_request([(access("f"), encode_float(1.5))]),
    "f double": write_request([(access("f"), encode_float(1e300, double=True))]),
    "s": write_request([(access("s"), encode_data("text"))]),
    "s too long": write_request([(access("s"), encode_data("x" * 33))]),
    "l of 200": write_request([(access("l"), encode_data("x" * 200))]),
    "l of 256": write_request([(access("l"), encode_data("x" * 256))]),
    "l in a long length": write_request([(access("l"), b"\x8a\x82\x00\x03abc")]),
    "w": write_request([(access("w"), b"\x90\x06\xe7\x94\xb5\xe8\xa1\xa8")]),
    "read only": write_request([(access("r"), encode_integer(1))]),
    "read only, wrong type": write_request([(access("r"), TRUE)]),
    "handler": write_request([(access("h"), encode_integer(2))]),
    "handler refuses": write_request([(access("h"), encode_integer(3))]),
    "handler, too large": write_request([(access("h"), encode_integer(1 << 40))]),
    "several": write_request([(access("i"), encode_integer(1)), (access("u"), TRUE), (access("b"), TRUE)]),
    "60": write_request([(access("i"), encode_integer(n)) for n in range(60)]),
    "data set": ber.tlv(
        0xA5,
        ber.tlv(0xA1, ber.tlv(0xA1, ber.tlv(0x1A, b"XLD") + ber.tlv(0x1A, b"GGIO1$ds")))
        + ber.tlv(0xA0, encode_integer(9) + encode_unsigned(8)),
    ),
}
GENERAL_ONLY: dict[str, bytes] = {
    "quality": write_request([(access("q"), encode_bits(0, 13))]),
    "structure": write_request([(access(""), b"\xa2\x00")]),
    "status": write_request([(access("st", "ST"), encode_integer(4))]),
    "control block": write_request([(Access(ObjectName("GGIO1$RP$urcb01$RptEna", "XLD")), TRUE)]),
    "one of two missing": write_request([(access("i"), encode_integer(1)), (access("none"), TRUE)]),
}


@pytest.mark.parametrize("name", WRITES)
def test_same_octets_and_values_as_the_general_path(accel: Load, name: str) -> None:
    module = accel("mms")
    found = []
    for is_short in (False, True):
        service, line = build_service(), Line()
        request = line.ask(WRITES[name])
        # Known once something was written there; back to the start before the comparison.
        line.general(service, request)
        for leaf in service.image.ied.leaves():
            leaf.put(leaf.type.default if leaf.type else None)
        handler = service.image.find(ObjectName("GGIO1$SP$X$h", "XLD")).handler  # type: ignore[union-attr]
        handler.told.clear()
        service.writes.accepted = service.writes.refused = 0
        if is_short:
            answer, used, count = short(module, service, request)
            assert (used, count) == (len(request), 1)
        else:
            answer = line.general(service, request)
        found.append((answer, values_of(service), handler.told, service.writes))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", GENERAL_ONLY)
def test_what_is_more_than_a_value_stays_with_the_general_path(accel: Load, name: str) -> None:
    service, line, module = build_service(), Line(), accel("mms")
    engine = engine_of(service)
    request = line.ask(GENERAL_ONLY[name])
    assert line.general(service, request)
    assert short(module, service, request) == (b"", 0, 0)
    engine.close()


def test_nothing_is_written_whose_answer_may_not_fit(accel: Load) -> None:
    """What the short way has done, the general path would do again. A request larger than agreed is not its business."""
    service, line, module = build_service(), Line(), accel("mms")
    handler = service.image.find(ObjectName("GGIO1$SP$X$h", "XLD")).handler  # type: ignore[union-attr]
    request = line.ask(write_request([(access("h"), encode_integer(2))] * 60))
    line.general(service, request)
    handler.told.clear()
    size = len(next_pdu(request, 0, line.client.osi.context)[0])  # type: ignore[index]
    for limits in ({"max_pdu": size - 1}, {"max_tpdu": 239}):
        assert short(module, service, request, **limits)[2] == 0
    assert not handler.told
    assert short(module, service, request, max_pdu=size, max_tpdu=240)[2] == 1
    assert len(handler.told) == 60


def test_a_write_whose_answer_takes_its_time(accel: Load) -> None:
    """It ends the run and is left in the stream, for the general path to find out what has begun."""
    module, service, line = accel("mms"), build_service(), Line()
    request = WRITES["i"]
    line.general(service, line.ask(request))
    data = b"".join(line.ask(request) for _ in range(3))
    written: list[list[bytes]] = []

    def write(_: Any, values: list[bytes]) -> bytes | None:
        written.append(values)
        return b"\x81\x00" if len(written) == 1 else None

    osi = line.server.osi
    answers, used, count = module.answer_known(
        data, osi.context, service.ready, service.ready_writes, write, 65_000, osi.max_tpdu
    )
    assert (count, len(written), used) == (1, 2, len(data) // 3)
    assert answers.endswith(b"\xa5\x02\x81\x00")


def test_a_model_of_another_shape_is_asked_anew(accel: Load) -> None:
    service, line, module = build_service(), Line(), accel("mms")
    request = line.ask(WRITES["i"])
    line.general(service, request)
    service.forget_plans()
    assert short(module, service, request)[2] == 0


SERVICE = build_service()
KNOWN = [Line().ask(service) for service in WRITES.values()]
for _request in KNOWN:
    Line().general(SERVICE, _request)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.sampled_from(KNOWN), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4), st.integers(0, 9)
)
def test_damaged_requests(request_bytes: bytes, damage: list[tuple[int, int]], cut: int) -> None:
    """Both forms do the same with damaged input, and never do what the general path would not."""
    from meterwire._accel import mms

    data = bytearray(request_bytes)
    for place, value in damage:
        data[place % len(data)] = value
    damaged = bytes(data[: len(data) - cut])
    found = short(_py_mms, SERVICE, damaged)
    written = values_of(SERVICE)
    assert found == short(mms, SERVICE, damaged)
    assert values_of(SERVICE) == written
    if found[2]:
        assert found[0] == Line().general(SERVICE, damaged)
        assert values_of(SERVICE) == written
