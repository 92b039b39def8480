"""Mutated PDUs through every door of the MMS stack: accepted, or refused with our error; bounded in work and memory.

Runs the same examples every time (derandomized). Work is counted in BER headers read, memory with tracemalloc.
"""

import inspect
import random
import tracemalloc
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meterwire.binding.mms import Client, MmsImage, MmsService, report_engine
from meterwire.client.reports import Assembler, decode_report
from meterwire.client.values import dress_results, shape_of
from meterwire.errors import DecodeError, MeterwireError, ProtocolError
from meterwire.protocols import ber
from meterwire.protocols.mms import (
    BitString,
    Initiate,
    Initiator,
    ObjectName,
    Opened,
    Pdu,
    PduTag,
    Proposal,
    Request,
    Responder,
    Selector,
    TypeSpec,
    anatomy,
    data,
    decode_pdu,
    encode_data,
    encode_type,
    files,
    lists,
    names,
    pdu,
    services,
    types,
)
from meterwire.protocols.mms.pdu import confirmed_error, confirmed_request, confirmed_response, reject, unconfirmed
from meterwire.protocols.mms.services import Access, Identity, NameListRequest
from meterwire.protocols.osi import Association, Role, State, acse, cotp, presentation, session
from meterwire.reading import Timestamp

from ..mms_end import LD, frame, small_ied
from .osi.frames import ABB, ITI, SISCO

BOUNDED = settings(derandomize=True, deadline=None, max_examples=400)

# -- what is mutated --------------------------------------------------------------------------------------------------

SELECTED = Selector(index=2, nested=(Selector(component="xVal"),))
VALUE = (True, -5, 1.5, "text", b"\x00\xff", BitString(0b1010, 4), Timestamp(1, 2, 3), [(1, 2), (3, 4)])
REPORT = (
    "id",
    BitString(0b0101100010, 10),
    5,
    "LD/LLN0$ds",
    1,
    BitString(0b101, 3),
    VALUE,
    (1,),
    BitString(16, 6),
    BitString(1, 6),
)
MV = TypeSpec(
    0xA2, components=(("mag", TypeSpec(0xA2, components=(("f", TypeSpec(0x87, 32)),))), ("q", TypeSpec(0x84, -13)))
)
CURVE = ObjectName("GGIO1$SP$Crv1$crvPts", LD)

REQUESTS = [
    services.identify_request(),
    b"\x80\x01\x00",
    services.name_list_request(NameListRequest(0, LD, "GGIO1")),
    services.name_list_request(NameListRequest(9, None)),
    services.read_request([Access(CURVE, (SELECTED,)), Access(ObjectName("GGIO1$ST$Ind1", LD))]),
    services.read_list_request(ObjectName("LLN0$dsEv", LD)),
    services.write_request([(Access(ObjectName("GGIO1$DC$Ind1$d", LD)), encode_data("x")), (Access(CURVE), encode_data([(0.0, 1.0)] * 5))]),
    services.write_request([(Access(ObjectName("LLN0$RP$urcb01$RptEna", LD)), encode_data(True))]),
    services.variable_attributes_request(CURVE),
    lists.named_variable_list_request(ObjectName("LLN0$dsEv", LD)),
    lists.define_list_request(ObjectName("LLN0$mine", LD), [Access(ObjectName("GGIO1$ST$Ind1", LD)), Access(CURVE, (SELECTED,))]),
    lists.delete_list_request([ObjectName("LLN0$mine", LD)]),
    files.file_open_request("a/b.txt"),
    files.file_read_request(1),
]  # fmt: skip
RESPONSES = [
    services.read_response([encode_data(VALUE), b"\x80\x01\x03"], services.read_list_request(CURVE)[5:]),
    services.write_response([None, 3]),
    services.name_list_response(b"\x1a\x01a\x1a\x03b$c", more_follows=True),
    ber.tlv(0xA6, b"\x80\x01\x00" + ber.tlv(0xA2, encode_type(MV))),
    services.identify_response(Identity("a", "b", "c")),
    lists.named_variable_list_response(lists.NamedVariableList(False, (Access(CURVE, (SELECTED,)),))),
]
PDUS = [
    *(confirmed_request(i, service) for i, service in enumerate(REQUESTS)),
    *(confirmed_response(1, service) for service in RESPONSES),
    confirmed_error(1, 7, 2),
    reject(1, 1, 4),
    unconfirmed(services.information_report(b"".join(map(encode_data, REPORT)))),
    Initiate().encode(PduTag.INITIATE_REQUEST),
    Initiate().encode(PduTag.INITIATE_RESPONSE),
    bytes.fromhex("8b00"),
    bytes.fromhex("850101"),
]
FRAMES = [bytes.fromhex(f) for d in (ABB, SISCO, ITI) for f in d.values()] + [frame(p) for p in PDUS]

INTERESTING = bytes((0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0x84, 0x85, 0xFF, 0xA0, 0xA1, 0xA2, 0x30, 0x1A, 0x1F))
"""Octets that are tags, lengths and ends of ranges."""

Mutation = tuple[str, int, int, bytes]
MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["set", "delete", "insert", "repeat", "cut", "swap", "wrap"]),
        st.integers(0, 300),
        st.integers(1, 12),
        st.lists(st.sampled_from(list(INTERESTING)) | st.integers(0, 255), min_size=1, max_size=4).map(bytes),
    ),
    max_size=4,
)


def mutate(octets: bytes, mutations: list[Mutation]) -> bytes:
    """Damage ``octets`` step by step."""
    for kind, place, size, new in mutations:
        at = place % (len(octets) + 1)
        if kind == "set":
            octets = octets[:at] + new + octets[at + len(new) :]
        elif kind == "delete":
            octets = octets[:at] + octets[at + size :]
        elif kind == "insert":
            octets = octets[:at] + new + octets[at:]
        elif kind == "repeat":
            octets = octets[:at] + octets[at : at + size] * 3 + octets[at + size :]
        elif kind == "cut":
            octets = octets[:at]
        elif kind == "swap":
            octets = octets[at:] + octets[:at]
        else:
            octets = ber.tlv(new[0], octets)
    return octets


# -- work -------------------------------------------------------------------------------------------------------------


class Work:
    """Counts the BER headers that are read."""

    def __init__(self) -> None:
        self.headers = 0
        self._read = ber.read_header

    def __call__(self, octets: bytes, offset: int, end: int) -> ber.Element:
        self.headers += 1
        return self._read(octets, offset, end)


@pytest.fixture(scope="module")
def work() -> Iterator[Work]:
    counter = Work()
    original = ber.read_header
    ber.read_header = counter
    try:
        yield counter
    finally:
        ber.read_header = original


def bounded(work: Work, octets: bytes, action: Callable[[], object], factor: int = 4) -> None:
    """Do it: our errors only, and no more headers than a few for each octet."""
    before = work.headers
    problem = None
    try:
        action()
    except MeterwireError as error:
        problem = error
    assert problem is None or isinstance(problem, ProtocolError)
    assert "\n" not in str(problem)
    assert work.headers - before <= factor * len(octets) + 200


# -- every decoder ----------------------------------------------------------------------------------------------------

Decoder = Callable[[bytes], object]


def decoders(*modules: ModuleType) -> dict[str, Decoder]:
    """Every public decoder of the modules, made to take the octets of a PDU or an element."""
    found: dict[str, Decoder] = {}
    for module in modules:
        for name, function in vars(module).items():
            if not name.startswith("decode_") or getattr(function, "__module__", "") != module.__name__:
                continue
            parameters = list(inspect.signature(function).parameters)
            label = f"{module.__name__.rpartition('.')[2]}.{name}"
            if parameters[0] == "pdu" and "Pdu" in str(inspect.signature(function).parameters["pdu"].annotation):
                found[label] = lambda octets, f=function: f(decode_pdu(octets))
            elif parameters[1:2] == ["start"]:
                extra = {"wrapped": True} if "wrapped" in parameters else {}
                found[label] = lambda octets, f=function, extra=extra: f(octets, 0, len(octets), **extra)
            elif len(parameters) == 1:
                found[label] = function
    return found


DECODERS = {
    **decoders(data, types, names, pdu, services, lists, files, acse, presentation, cotp),
    "session.decode": session.decode,
    "anatomy.explain_mms": anatomy.explain_mms,
    "anatomy.explain_sdu": anatomy.explain_sdu,
    "anatomy.explain_tpkt": anatomy.explain_tpkt,
    "ber.elements": lambda octets: list(ber.elements(octets, 0, len(octets))),
}


def test_the_decoders_are_found() -> None:
    assert len(DECODERS) > 35
    assert {"data.decode_data", "services.decode_read_request", "acse.decode_associate_request"} <= set(DECODERS)


def inside(octets: bytes) -> list[bytes]:
    """The octets, and the contents of the elements on the way to the innermost."""
    found = [octets]
    try:
        while len(found) < 8:
            _, first, stop = ber.read_header(octets, 0, len(octets))
            octets = octets[first:stop]
            found.append(octets)
    except DecodeError:
        pass
    return found


@pytest.mark.parametrize("name", sorted(DECODERS))
def test_decoders(name: str, work: Work) -> None:
    @settings(derandomize=True, deadline=None, max_examples=60)
    @given(st.sampled_from(PDUS + FRAMES), st.integers(0, 7), MUTATIONS)
    def fuzz(octets: bytes, level: int, mutations: list[Mutation]) -> None:
        levels = inside(octets)
        damaged = mutate(levels[level % len(levels)], mutations)
        bounded(work, damaged, lambda: DECODERS[name](damaged))

    fuzz()


# -- associations and services ----------------------------------------------------------------------------------------


def opened_pair() -> tuple[Initiator, Responder]:
    client, server = Initiator(), Responder()
    client.connect()
    for _ in range(3):
        for event in server.receive(client.osi.take_output()):
            if isinstance(event, Proposal):
                server.accept()
        for told in client.receive(server.osi.take_output()):
            assert isinstance(told, Opened)
    assert client.osi.state is server.osi.state is State.OPEN
    return client, server


def new_service() -> MmsService:
    service = MmsService(MmsImage(small_ied()), Identity("a", "b", "c"))
    report_engine(service.image, clock=lambda: 0, deliver=lambda _: True, on_schedule=lambda: None)
    return service


SERVICE = new_service()


@BOUNDED
@given(st.lists(st.tuples(st.sampled_from(FRAMES), MUTATIONS), min_size=1, max_size=3), st.integers(1, 400))
def test_a_server(parts: list[tuple[bytes, list[Mutation]]], size: int) -> None:
    """From the first octet: connecting, associating, asking, in pieces of any size."""
    stream = b"".join(mutate(octets, mutations) for octets, mutations in parts)
    for server in (Responder(), opened_pair()[1]):
        try:
            for i in range(0, len(stream), size):
                for event in server.receive(stream[i : i + size]):
                    if isinstance(event, Proposal):
                        server.accept()
                    elif isinstance(event, Request):
                        answer = SERVICE.answer(event.pdu, Client("fuzz", server.negotiated.max_pdu))
                        assert isinstance(answer, bytes)
                        assert len(answer) <= server.negotiated.max_pdu
                        server.osi.send(answer)
        except ProtocolError:
            assert server.osi.state is State.CLOSED
        server.osi.take_output()


@BOUNDED
@given(st.lists(st.tuples(st.sampled_from(FRAMES), MUTATIONS), min_size=1, max_size=3), st.integers(1, 400))
def test_a_client(parts: list[tuple[bytes, list[Mutation]]], size: int) -> None:
    stream = b"".join(mutate(octets, mutations) for octets, mutations in parts)
    fresh = Initiator()
    fresh.connect()
    standing = opened_pair()[0]
    standing.request(b"\x82\x00")
    for client in (fresh, standing):
        try:
            for i in range(0, len(stream), size):
                for _ in client.receive(stream[i : i + size]):
                    pass
        except ProtocolError:
            assert client.osi.state is State.CLOSED
        client.osi.take_output()


@settings(derandomize=True, deadline=None, max_examples=800)
@given(st.sampled_from(REQUESTS), MUTATIONS, st.sampled_from([256, 1_000, 65_000]))
def test_the_service_answers_whatever_is_asked(element: bytes, mutations: list[Mutation], max_pdu: int) -> None:
    try:
        asked = decode_pdu(confirmed_request(7, mutate(element, mutations)))
    except DecodeError:
        return
    answer = SERVICE.answer(asked, Client("fuzz", max_pdu))
    assert isinstance(answer, bytes)
    assert len(answer) <= max_pdu
    told = decode_pdu(answer)
    assert told.tag in (PduTag.CONFIRMED_RESPONSE, PduTag.CONFIRMED_ERROR, PduTag.REJECT)


def test_after_all_that_the_service_is_the_same() -> None:
    """Nothing that was sent here changed what only the meter may change."""
    node = SERVICE.image.ied[f"{LD}.GGIO1"]
    assert node["Ind1.stVal"].value is False
    assert node["Crv1.numPts"].value == 5
    fresh = new_service()
    for element in REQUESTS[:4]:
        asked = decode_pdu(confirmed_request(7, element))
        assert SERVICE.answer(asked, Client(1)) == fresh.answer(asked, Client(1))


@BOUNDED
@given(MUTATIONS, st.integers(0, 5))
def test_reports(mutations: list[Mutation], count: int) -> None:
    octets = mutate(PDUS[len(REQUESTS) + len(RESPONSES) + 2], mutations)
    assembler = Assembler()
    try:
        report = services.decode_information_report(decode_pdu(octets))
        assembler.add(decode_report(report, [("m", MV)] * count))
    except ProtocolError:
        return


@BOUNDED
@given(MUTATIONS, st.sampled_from([MV, TypeSpec(0xA1, 2, element=MV), TypeSpec(0x83), TypeSpec(0xA2)]))
def test_read_answers_dressed(mutations: list[Mutation], spec: TypeSpec) -> None:
    octets = mutate(PDUS[len(REQUESTS)], mutations)
    try:
        dress_results(decode_pdu(octets), [spec, spec], [shape_of(spec)] * 2)
    except ProtocolError:
        return


# -- a megabyte of it -------------------------------------------------------------------------------------------------

MEGABYTE = 1 << 20


def headless(tag: int, content: bytes) -> bytes:
    """A confirmed request around a service."""
    return confirmed_request(1, ber.tlv(tag, content))


def variables(count: int, one: bytes) -> bytes:
    return ber.tlv(0xA1, ber.tlv(0xA0, one * count))


def deep(pattern: bytes, size: int) -> bytes:
    """As many nested headers as fit, each of length 2^32-1 short of its own."""
    out = bytearray()
    left = size
    while left > 8:
        out += pattern + b"\x84" + (left - 6).to_bytes(4, "big")
        left -= 6
    return bytes(out) + bytes(left)


SHORT_READ = bytes.fromhex("3005a003800161")
LARGE: dict[str, Callable[[int], bytes]] = {
    "zeros": bytes,
    "empty elements": lambda n: headless(0xA4, b"\x30\x00" * (n // 2)),
    "empty structures as data": lambda n: headless(0xA5, ber.tlv(0xA0, SHORT_READ) + ber.tlv(0xA0, b"\xa2\x00" * (n // 2))),
    "structures in one value": lambda n: headless(0xA5, ber.tlv(0xA0, SHORT_READ) + ber.tlv(0xA0, ber.tlv(0xA2, b"\xa2\x00" * (n // 2)))),
    "variables": lambda n: headless(0xA4, variables(n // 8, SHORT_READ)),
    "selections": lambda n: headless(0xA4, variables(1, ber.tlv(0x30, b"\xa0\x03\x80\x01a" + ber.tlv(0xA5, b"\x84\x00" * (n // 2))))),
    "nested structures": lambda n: headless(0xA5, ber.tlv(0xA0, SHORT_READ) + ber.tlv(0xA0, deep(b"\xa2", n))),
    "nested access": lambda n: headless(0xA4, variables(1, ber.tlv(0x30, b"\xa0\x03\x80\x01a" + ber.tlv(0xA5, deep(b"\xa0", n))))),
    "nested types": lambda n: confirmed_response(1, ber.tlv(0xA6, b"\x80\x01\x00" + ber.tlv(0xA2, deep(b"\xa2", n)))),
    "components": lambda n: confirmed_response(1, ber.tlv(0xA6, ber.tlv(0xA2, ber.tlv(0xA2, ber.tlv(0xA1, ber.tlv(0x30, b"\x80\x01a\xa1\x02\x83\x00") * (n // 12)))))),
    "names": lambda n: confirmed_response(1, services.name_list_response(b"\x1a\x01a" * (n // 3), more_follows=True)),
    "one long name": lambda n: headless(0xA1, b"\xa0\x03\x80\x01\x00" + ber.tlv(0xA1, ber.tlv(0x81, b"a" * n))),
    "one long identifier": lambda n: headless(0xA6, ber.tlv(0xA0, ber.tlv(0x80, b"a" * n))),
    "one long integer": lambda n: headless(0xA5, ber.tlv(0xA0, SHORT_READ) + ber.tlv(0xA0, ber.tlv(0x85, bytes(n)))),
    "one long invoke id": lambda n: ber.tlv(0xA0, ber.tlv(0x02, bytes(n)) + b"\x82\x00"),
    "one long bit string": lambda n: unconfirmed(services.information_report(encode_data("id") + encode_data(BitString(0, 10)) + ber.tlv(0x84, bytes(n)))),
    "one long text": lambda n: confirmed_response(1, services.read_response([ber.tlv(0x8A, b"\xe4" * n)])),
    "failures": lambda n: confirmed_response(1, services.read_response([b"\x80\x01\x03" * (n // 3)])),
    "booleans": lambda n: confirmed_response(1, services.read_response([b"\x83\x01\xff" * (n // 3)])),
    "write results": lambda n: confirmed_response(1, ber.tlv(0xA5, b"\x81\x00" * (n // 2))),
    "members": lambda n: confirmed_response(1, ber.tlv(0xAC, ber.tlv(0xA1, SHORT_READ * (n // 8)))),
}  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_work_grows_with_what_was_sent(name: str, work: Work) -> None:
    """Every decoder reads at most two headers for each octet, however the octets are nested or repeated."""
    octets = LARGE[name](1 << 15)
    for label, decode in DECODERS.items():
        if not label.startswith("anatomy"):  # an explanation has a line for every element: the next test but one
            bounded(work, octets, lambda decode=decode: decode(octets), factor=2)  # type: ignore[misc]


RESPONSE_DECODERS: dict[int, Callable[[Pdu], object]] = {
    0xA1: services.decode_name_list_response,
    0xA4: services.decode_read_response,
    0xA5: services.decode_write_response,
    0xA6: services.decode_variable_attributes_response,
    0xAC: lists.decode_named_variable_list_response,
}


@pytest.mark.parametrize("name", LARGE)
def test_memory_stays_near_what_was_sent(name: str) -> None:
    """A megabyte, the largest SDU there is: a few dozen octets for each value in it, and not for what it promises."""
    octets = LARGE[name](MEGABYTE)
    tracemalloc.start()
    try:
        asked = decode_pdu(octets)
        if asked.tag == PduTag.CONFIRMED_REQUEST:
            answer = SERVICE.answer(asked, Client("fuzz", 65_000))
            assert isinstance(answer, bytes)
            assert len(answer) <= 65_000
        elif asked.tag == PduTag.CONFIRMED_RESPONSE:
            RESPONSE_DECODERS[asked.service](asked)
        elif asked.tag == PduTag.UNCONFIRMED:
            decode_report(services.decode_information_report(asked), [])
    except ProtocolError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 60 * MEGABYTE


@pytest.mark.parametrize("name", LARGE)
def test_explanations_have_at_most_a_line_for_each_octet(name: str) -> None:
    octets = LARGE[name](1 << 16)
    try:
        fields = anatomy.explain_mms(octets)
    except ProtocolError:
        return
    assert len(fields) <= len(octets)


def test_a_megabyte_of_frames() -> None:
    """Many small frames, and one that never ends: memory stays near what was sent."""
    tracemalloc.start()
    try:
        server = Association(Role.SERVER)
        server.state = State.OPEN
        small = frame(b"\x8b\x00")
        for _ in server.receive(small * (MEGABYTE // len(small))):
            pass
        assert tracemalloc.get_traced_memory()[1] < 8 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_random_octets_of_any_length() -> None:
    source = random.Random(61850)
    for _ in range(300):
        octets = source.randbytes(source.randrange(2_000))
        for decode in DECODERS.values():
            try:
                decode(octets)
            except ProtocolError:
                continue


def test_nothing_here_depends_on_chance() -> None:
    first = [
        mutate(PDUS[0], [("set", 3, 1, b"\xff"), ("wrap", 0, 1, b"\xa0"), ("cut", 7, 1, b"\x00")]) for _ in range(2)
    ]
    assert first[0] == first[1]
    assert isinstance(decode_pdu(PDUS[0]), Pdu)
