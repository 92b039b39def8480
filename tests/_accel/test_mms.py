"""The short way for known Reads gives the very bytes of the general path, or leaves the request alone."""

from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meterwire._accel import _py_mms
from meterwire.binding.mms import Client, MmsImage, MmsService
from meterwire.errors import ProtocolError
from meterwire.models import (
    DataAttribute,
    DataObject,
    Ied,
    LogicalDevice,
    LogicalNode,
    Reference,
    basic_type,
)
from meterwire.protocols.mms import Initiator, ObjectName, Proposal, Request, Responder, Selector
from meterwire.protocols.mms.services import Access, Identity, read_list_request, read_request

from ..helpers import peak_memory

Load = Callable[[str], ModuleType]


def build_service() -> MmsService:
    node = LogicalNode("GGIO", "1")
    for i in range(1, 41):
        leaf = DataAttribute("stVal", "ST", basic_type("INT32"), value=i * 1000)
        node.add(DataObject(f"IntIn{i}", "INS").add(leaf))
    node.data_sets["ds"] = tuple(Reference("XLD", ("GGIO1", f"IntIn{i}", "stVal"), "ST") for i in range(1, 41))
    table = DataAttribute("table", "ST", is_array=True)
    table.add(*(DataAttribute(f"({i})", "ST", basic_type("INT8"), value=i) for i in range(5)))
    node.add(DataObject("Arr", "X").add(table))
    return MmsService(MmsImage(Ied("X").add(LogicalDevice("XLD", "LD").add(node))), Identity("a", "b", "c"))


def variable(item: str, *selectors: Selector) -> Access:
    return Access(ObjectName(item, "XLD"), selectors)


READS = {
    "one": read_request([variable("GGIO1$ST$IntIn1$stVal")]),
    "many": read_request([variable(f"GGIO1$ST$IntIn{i}") for i in range(1, 41)]),
    "structure": read_request([variable("GGIO1$ST")]),
    "missing": read_request([variable("GGIO1$ST$None"), variable("GGIO1$ST$IntIn2")]),
    "data set with specification": read_list_request(ObjectName("GGIO1$ds", "XLD")),
    "element": read_request([variable("GGIO1$ST$Arr$table", Selector(index=2))]),
}
NOT_READY = {
    "range": read_request([variable("GGIO1$ST$Arr$table", Selector(index=1, count=2))]),
}


class Line:
    """A client and a server end with an association between them, no sockets."""

    def __init__(self) -> None:
        self.client, self.server = Initiator(), Responder()
        self.client.connect()
        for _ in range(3):
            for event in self.server.receive(self.client.osi.take_output()):
                if isinstance(event, Proposal):
                    self.server.accept()
            list(self.client.receive(self.server.osi.take_output()))

    def ask(self, service: bytes) -> bytes:
        self.client.request(service)
        return self.client.osi.take_output()

    def general(self, service: MmsService, data: bytes) -> bytes:
        for event in self.server.receive(data):
            if isinstance(event, Request):
                self.server.osi.send(service.answer(event.pdu, Client(1)))
        return self.server.osi.take_output()


def short(module: ModuleType, service: MmsService, line: Line, data: bytes, **limits: int) -> tuple[bytes, int, int]:
    osi = line.server.osi
    bounds = {"max_pdu": 65_000, "max_tpdu": osi.max_tpdu, **limits}
    write = service.write_ready(Client(1))
    answer: tuple[bytes, int, int] = module.answer_known(
        data, osi.context, service.ready, service.ready_writes, write, bounds["max_pdu"], bounds["max_tpdu"]
    )
    return answer


@pytest.mark.parametrize("name", READS)
def test_same_bytes_as_the_general_path(accel: Load, name: str) -> None:
    service, line, module = build_service(), Line(), accel("mms")
    request = line.ask(READS[name])
    assert short(module, service, line, request) == (b"", 0, 0)  # nobody has asked for it yet
    expected = line.general(service, request)
    assert short(module, service, line, request) == (expected, len(request), 1)


@pytest.mark.parametrize("name", NOT_READY)
def test_what_is_not_a_plain_copy_stays_with_the_general_path(accel: Load, name: str) -> None:
    service, line, module = build_service(), Line(), accel("mms")
    request = line.ask(NOT_READY[name])
    assert line.general(service, request)
    assert short(module, service, line, request) == (b"", 0, 0)


def test_a_run_ends_where_it_must(accel: Load) -> None:
    service, line, module = build_service(), Line(), accel("mms")
    known, unknown = line.ask(READS["one"]), line.ask(READS["many"])
    once = line.general(service, known)
    answer, used, count = short(module, service, line, known * 3 + unknown + known)
    assert (answer, used, count) == (once * 3, 3 * len(known), 3)
    for cut in range(len(known)):
        assert short(module, service, line, known + known[:cut])[1:] == (len(known), 1)


def test_limits_are_kept(accel: Load) -> None:
    service, line, module = build_service(), Line(), accel("mms")
    request = line.ask(READS["many"])
    expected = line.general(service, request)
    tpdu = len(expected) - 4
    assert short(module, service, line, request, max_tpdu=tpdu)[0] == expected
    assert short(module, service, line, request, max_tpdu=tpdu - 1)[2] == 0
    assert short(module, service, line, request, max_pdu=256)[2] == 0


def test_a_run_ends_when_it_has_answered_a_mebibyte(accel: Load) -> None:
    """A segment of small Reads can ask for many times its size: its answers leave before more are made."""
    service, line, module = build_service(), Line(), accel("mms")
    request = line.ask(READS["many"])
    size = len(line.general(service, request))
    answers, used, count = short(module, service, line, request * 5_000)
    assert count == -(-_py_mms.MAX_RUN // size)
    assert (len(answers), used) == (count * size, count * len(request))


def test_an_answer_that_does_not_fit_is_not_put_together(accel: Load) -> None:
    service, line, module = build_service(), Line(), accel("mms")
    body = read_request([variable("GGIO1$ST")] * 1000)
    request = line.ask(body)
    line.general(service, request)
    with peak_memory() as memory:
        assert short(module, service, line, request)[2] == 0
    assert memory.peak < 300_000


def test_a_change_is_seen_at_once(accel: Load) -> None:
    service, line, module = build_service(), Line(), accel("mms")
    request = line.ask(READS["structure"])
    line.general(service, request)
    service.image.ied.find("XLD/GGIO1.IntIn7").update(stVal=-123456)
    answer, _, count = short(module, service, line, request)
    assert count == 1
    assert answer == line.general(service, request)
    assert (-123456).to_bytes(3, "big", signed=True) in answer


def test_next_pdu(accel: Load) -> None:
    module, line = accel("mms"), Line()
    first, second = line.ask(READS["one"]), line.ask(READS["structure"])
    context = line.server.osi.context
    pdu, offset = module.next_pdu(first + second, 0, context)
    assert first.endswith(pdu)
    assert offset == len(first)
    rest, end = module.next_pdu(first + second, offset, context)
    assert second.endswith(rest)
    assert end == len(first + second)
    assert [event.pdu.data for event in line.server.receive(first + second)] == [pdu, rest]  # type: ignore[union-attr]
    for cut in range(len(first)):
        assert module.next_pdu(first[:cut], 0, context) is None
    assert module.next_pdu(first, 0, context + 2) is None


SERVICE, LINE = build_service(), Line()
KNOWN = [LINE.ask(service) for service in READS.values()]
for _request in KNOWN:
    LINE.general(SERVICE, _request)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.sampled_from(KNOWN), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4), st.integers(0, 9)
)
def test_damaged_requests(request_bytes: bytes, damage: list[tuple[int, int]], cut: int) -> None:
    """Both forms do the same with damaged input, and never answer what the general path would not."""
    from meterwire._accel import mms

    data = bytearray(request_bytes)
    for place, value in damage:
        data[place % len(data)] = value
    damaged = bytes(data[: len(data) - cut])
    context = LINE.server.osi.context
    assert _py_mms.next_pdu(damaged, 0, context) == mms.next_pdu(damaged, 0, context)
    found = short(_py_mms, SERVICE, LINE, damaged)
    assert found == short(mms, SERVICE, LINE, damaged)
    if found[2]:
        try:
            assert found[0] == Line().general(build_service(), damaged)
        except ProtocolError as error:
            raise AssertionError(damaged.hex()) from error
