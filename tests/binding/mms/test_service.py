"""Requests in, answers out: every service without a socket, and the bounds of what is kept for the next request."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meterwire.binding.mms import Client, MmsImage, MmsService
from meterwire.binding.mms import service as module
from meterwire.errors import DataAccessError, UsageError
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, Reference, basic_type
from meterwire.protocols import ber
from meterwire.protocols.mms import BitString, ObjectName, PduTag, RejectKind, Selector, decode_pdu, encode_data
from meterwire.protocols.mms import services as s
from meterwire.protocols.mms.lists import (
    decode_named_variable_list_response,
    define_list_request,
    named_variable_list_request,
)
from meterwire.protocols.mms.pdu import confirmed_request, decode_reject, decode_service_error
from meterwire.protocols.mms.services import Access, Identity, NameListRequest
from meterwire.reading import Quality

from ...mms_end import LD, small_ied

IDENTITY = Identity("vendor", "model", "1.0")


def service_of(ied: Ied | None = None) -> MmsService:
    return MmsService(MmsImage(ied or small_ied()), IDENTITY)


def ask(service: MmsService, element: bytes, *, max_pdu: int = 65_000, invoke_id: int = 7) -> bytes:
    answer = service.answer(decode_pdu(confirmed_request(invoke_id, element)), Client("client", max_pdu))
    assert isinstance(answer, bytes)
    assert len(answer) <= max_pdu
    assert decode_pdu(answer).invoke_id in (invoke_id, None)
    return answer


def variable(item: str, *selectors: Selector) -> Access:
    return Access(ObjectName(item, LD), selectors)


def read(service: MmsService, *accesses: Access, **options: Any) -> list[Any]:
    return s.decode_read_response(decode_pdu(ask(service, s.read_request(accesses), **options)))


def write(service: MmsService, item: str, value: Any, *selectors: Selector) -> int | None:
    data = value if isinstance(value, bytes) and value[:1] in b"\x86\x87\x84\xa1\xa2\x90" else encode_data(value)
    answer = ask(service, s.write_request([(variable(item, *selectors), data)]))
    (result,) = s.decode_write_response(decode_pdu(answer))
    return None if result is None else result.code


# -- reading ----------------------------------------------------------------------------------------------------------


def test_reads_answer_in_the_order_asked_with_failures_in_their_places() -> None:
    accesses = [
        variable("GGIO1$ST$Ind1$stVal"),
        variable("GGIO1$ST$nobody"),
        variable("GGIO1$SP$Crv1$crvPts", Selector(index=2)),
        variable("GGIO1$SP$Crv1$crvPts", Selector(index=9)),
        Access(ObjectName("x", "OTHER")),
        variable("GGIO1$ST$Ind1"),
    ]
    found = read(service_of(), *accesses)
    assert found[0] is False
    assert found[2] == (2.0, 4.0)
    assert found[5][0] is False
    assert [f.code for f in found if isinstance(f, DataAccessError)] == [10, 5, 4]


def test_a_read_of_nothing() -> None:
    assert read(service_of()) == []


def test_a_read_known_by_heart_follows_the_model() -> None:
    ied = small_ied()
    service = service_of(ied)
    accesses = [variable("GGIO1$ST$Ind1$stVal"), variable("GGIO1$ST$Cnt1$actVal")]
    assert read(service, *accesses) == [False, 0]
    ied[f"{LD}.GGIO1.Ind1"].update(stVal=True)
    ied[f"{LD}.GGIO1.Cnt1"].update(actVal=99)
    assert read(service, *accesses) == [True, 99]


def test_data_sets() -> None:
    service = service_of()
    answer = decode_pdu(ask(service, s.read_list_request(ObjectName("LLN0$dsEv", LD))))
    assert len(s.decode_read_response(answer)) == 3
    assert b"LLN0$dsEv" in answer.data, "the specification was asked back"
    for name in (ObjectName("LLN0$nobody", LD), ObjectName("LLN0$dsEv", "OTHER"), ObjectName("ds", None, True)):
        error = decode_service_error(decode_pdu(ask(service, s.read_list_request(name))))
        assert (error.error_class, error.code) == (7, 2)


@pytest.mark.parametrize("max_pdu", [256, 300, 512, 1000])
def test_an_answer_that_exceeds_the_pdu_is_an_error_and_never_too_long(max_pdu: int) -> None:
    service = service_of()
    for count in range(1, 60):
        answer = ask(service, s.read_request([variable("GGIO1$ST$Ind1")] * count), max_pdu=max_pdu)
        pdu = decode_pdu(answer)
        if pdu.tag == PduTag.CONFIRMED_ERROR:
            assert decode_service_error(pdu).error_class == 3
            assert count * 20 > max_pdu - 40
            return
        assert len(s.decode_read_response(pdu)) == count
    raise AssertionError("60 structures fit no such PDU")


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_plans_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PLANS", 10)
    service = service_of()
    for i in range(100):
        read(service, variable(f"GGIO1$ST$nobody{i}"))
        assert len(service._plans) <= 10
        assert len(service.ready) <= 10
    assert service._plan_bytes <= 10 * 100


def test_plans_are_bounded_in_octets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PLAN_BYTES", 5_000)
    service = service_of()
    for i in range(100):
        read(service, *[variable(f"GGIO1$ST$nobody{i}")] * 20)
        assert sum(map(len, service._plans)) <= 5_000
        assert sum(map(len, service.ready)) <= 5_000
    assert service._plan_bytes == sum(map(len, service._plans))


EACH = Selector(nested=(Selector(component="xVal"), Selector(component="yVal")))
CURVE = variable("GGIO1$SP$Crv1$crvPts", *[EACH] * 250)
"""A few octets that pick 250 * (1 + 5 + 5 * 2) nodes."""


def test_what_a_few_octets_pick_counts_in_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PLAN_BYTES", 10 * module.PICK_BYTES * 4_000)
    service = service_of()
    for i in range(100):
        assert len(read(service, CURVE, variable(f"GGIO1$ST$nobody{i}"))) == 2
        assert len(service._plans) < 10


@pytest.mark.parametrize(
    "element",
    [
        s.read_request([CURVE] * 9),
        s.write_request([(CURVE, encode_data(True))] * 9),
        define_list_request(ObjectName("LLN0$curves", LD), [CURVE] * 9),
    ],
    ids=["read", "write", "define"],
)
def test_picks_are_counted_over_the_whole_request(element: bytes) -> None:
    """Else each variable of a request could ask for all that one request may."""
    answer = decode_pdu(ask(service_of(), element))
    assert answer.tag == PduTag.REJECT
    assert decode_reject(answer)[1].code == RejectKind.VALUE_OUT_OF_RANGE


def test_a_request_larger_than_the_whole_store_is_answered() -> None:
    service = service_of()
    assert len(read(service, *[variable("GGIO1$ST$Ind1$stVal")] * 8_000)) == 8_000
    service._plan_bytes = module.MAX_PLAN_BYTES
    assert len(read(service, *[variable("GGIO1$ST$Ind2$stVal")] * 8_000)) == 8_000


def test_unreadable_requests_are_not_kept() -> None:
    service = service_of()
    for body in (b"", b"\xa1\x00", b"\xa1\x02\xa0\x01"):
        ask(service, ber.tlv(0xA4, body))
    assert not service._plans


# -- writing ----------------------------------------------------------------------------------------------------------

WRITES: list[tuple[str, bytes, Any]] = [
    ("vBOOLEAN", b"\x83\x01\x01", True),
    ("vINT8", b"\x85\x01\x80", -128),
    ("vINT16", b"\x85\x02\x7f\xff", 32767),
    ("vINT24", b"\x85\x03\x7f\xff\xff", (1 << 23) - 1),
    ("vINT32", b"\x85\x04\x80\x00\x00\x00", -(1 << 31)),
    ("vINT64", b"\x85\x08" + b"\x7f" + b"\xff" * 7, (1 << 63) - 1),
    ("vINT128", b"\x85\x10" + b"\x80" + bytes(15), -(1 << 127)),
    ("vINT8U", b"\x86\x02\x00\xff", 255),
    ("vINT16U", b"\x86\x03\x00\xff\xff", 65535),
    ("vINT24U", b"\x86\x04\x00\xff\xff\xff", (1 << 24) - 1),
    ("vINT32U", b"\x86\x04\xff\xff\xff\xff", (1 << 32) - 1),
    ("vFLOAT32", b"\x87\x05\x08\x40\x40\x00\x00", 3.0),
    ("vFLOAT64", b"\x87\x09\x0b\x40\x08" + bytes(6), 3.0),
    ("vFLOAT64", b"\x87\x05\x08\x40\x40\x00\x00", 3.0),  # a single for a double: no harm
    ("vFLOAT32", b"\x87\x09\x0b\x40\x08" + bytes(6), 3.0),
    ("vEnum", b"\x85\x01\x05", 5),
    ("vOctet6", b"\x89\x06abcdef", b"abcdef"),
    ("vOctet64", b"\x89\x40" + bytes(64), bytes(64)),
    ("vVisString65", b"\x8a\x41" + b"a" * 65, "a" * 65),
    ("vVisString255", b"\x8a\x81\xff" + b"a" * 255, "a" * 255),
    ("vUnicode255", b"\x90\x06" + "电表".encode(), "电表"),
    ("vTimestamp", b"\x91\x08" + bytes(8), None),
    ("vEntryTime", b"\x8c\x06" + bytes(6), bytes(6)),
    ("vQuality", b"\x84\x03\x03\x40\x00", Quality.INVALID),
    ("vDbpos", b"\x84\x02\x06\x80", 2),
    ("vCheck", b"\x84\x02\x06\xc0", 3),
]


@pytest.mark.parametrize(("name", "element", "value"), WRITES)
def test_writes_of_every_type(name: str, element: bytes, value: Any) -> None:
    ied = small_ied()
    service = service_of(ied)
    answer = ask(service, s.write_request([(variable(f"GGIO1$SP$Every${name}"), element)]))
    assert s.decode_write_response(decode_pdu(answer)) == [None]
    if value is not None:
        assert ied[f"{LD}.GGIO1.Every.{name}"].value == value
    assert service.writes.accepted == 1


REFUSED: list[tuple[str, bytes, int]] = [
    ("vBOOLEAN", b"\x85\x01\x01", 7),
    ("vINT8", b"\x85\x02\x00\x80", 11),
    ("vINT8U", b"\x86\x02\x01\x00", 11),
    ("vINT8U", b"\x85\x01\x01", 7),
    ("vINT32", b"\x85\x05\x01\x00\x00\x00\x00", 11),
    ("vEnum", b"\x85\x02\x00\x80", 11),
    ("vFLOAT32", b"\x87\x09\x0b\x7f\xe0" + bytes(6), 11),
    ("vOctet6", b"\x89\x07abcdefg", 11),
    ("vVisString65", b"\x8a\x42" + b"a" * 66, 11),
    ("vVisString65", b"\x90\x01a", 7),
    ("vVisString65", b"\x8a\x02\xc3\xa9", 11),
    ("vUnicode255", b"\x8a\x01a", 7),
    ("vQuality", b"\x84\x02\x03\x40", 7),  # five bits
    ("vQuality", b"\x84\x03\x02\x40\x00", 7),  # fourteen
    ("vDbpos", b"\x84\x02\x07\x80", 7),
    ("vTimestamp", b"\x91\x07" + bytes(7), 7),
    ("vEntryTime", b"\x8c\x05" + bytes(5), 7),
    ("vEntryTime", b"\x91\x08" + bytes(8), 7),
]


@pytest.mark.parametrize(("name", "element", "code"), REFUSED)
def test_writes_that_do_not_fit(name: str, element: bytes, code: int) -> None:
    ied = small_ied()
    service = service_of(ied)
    before = ied[f"{LD}.GGIO1.Every.{name}"].value
    (result,) = s.decode_write_response(
        decode_pdu(ask(service, s.write_request([(variable(f"GGIO1$SP$Every${name}"), element)])))
    )
    assert result is not None
    assert result.code == code
    assert ied[f"{LD}.GGIO1.Every.{name}"].value == before
    assert service.writes.refused == 1


def test_writing_parts_of_arrays() -> None:
    ied = small_ied()
    service = service_of(ied)
    curve = "GGIO1$SP$Crv1$crvPts"
    x = Selector(component="xVal")
    assert write(service, curve, 50.0, Selector(index=2, nested=(x,))) is None
    assert write(service, curve, (7.0, 8.0), Selector(index=3)) is None
    assert ied[f"{LD}.GGIO1.Crv1.crvPts"].value[2:4] == [{"xVal": 50.0, "yVal": 4.0}, {"xVal": 7.0, "yVal": 8.0}]
    assert write(service, curve, [(float(i), 0.0) for i in range(5)]) is None
    assert ied[f"{LD}.GGIO1.Crv1.crvPts"].value[4] == {"xVal": 4.0, "yVal": 0.0}
    assert write(service, curve, 50.0, Selector(index=5)) == 5
    assert write(service, curve, [50.0], Selector(index=1, count=1)) == 5, "a range cannot be written"
    assert write(service, curve, [(0.0, 0.0)] * 4) == 7
    assert write(service, curve, (0.0, 0.0)) == 7


def test_a_structure_is_written_whole_or_not_at_all() -> None:
    ied = small_ied()
    service = service_of(ied)
    points = ber.tlv(0xA1, b"".join(encode_data((1.0, 1.0)) for _ in range(5)))
    with_read_only = ber.tlv(0xA2, b"\x86\x01\x05" + points + b"\x86\x01\x07")
    assert write(service, "GGIO1$SP$Crv1", with_read_only) == 3
    with_one_too_large = ber.tlv(0xA1, encode_data((1.0, 1.0)) * 4 + encode_data((1.0, 1)))
    assert write(service, "GGIO1$SP$Crv1$crvPts", with_one_too_large) == 7
    assert ied[f"{LD}.GGIO1.Crv1.crvPts(0).xVal"].value == 0.0


@pytest.mark.parametrize("item", ["GGIO1$ST$Ind1$stVal", "MMXU1$MX$TotW$mag$f", "LLN0$ST$Mod$stVal"])
def test_what_no_client_writes(item: str) -> None:
    service = service_of()
    (value,) = read(service, variable(item))
    assert write(service, item, value) == 3


def test_several_writes_are_answered_one_by_one() -> None:
    ied = small_ied()
    service = service_of(ied)
    pairs = [
        (variable("GGIO1$DC$Ind1$d"), encode_data("one")),
        (variable("GGIO1$ST$Ind1$stVal"), encode_data(True)),
        (variable("GGIO1$nobody"), encode_data(True)),
        (variable("GGIO1$DC$Ind2$d"), encode_data("two")),
    ]
    results = s.decode_write_response(decode_pdu(ask(service, s.write_request(pairs))))
    assert [r.code if r else None for r in results] == [None, 3, 10, None]
    assert ied[f"{LD}.GGIO1.Ind2.d"].value == "two"
    assert (service.writes.accepted, service.writes.refused) == (2, 2)


def test_writes_to_a_data_set() -> None:
    ied = small_ied()
    ied[f"{LD}.LLN0"].data_sets["dsText"] = tuple(Reference(LD, ("GGIO1", n, "d"), "DC") for n in ("Ind1", "Ind2"))
    service = service_of(ied)
    name = ber.tlv(0xA1, ber.tlv(0xA1, ber.tlv(0x1A, LD.encode()) + ber.tlv(0x1A, b"LLN0$dsText")))
    good = ber.tlv(0xA5, name + ber.tlv(0xA0, encode_data("a") + encode_data("b")))
    assert s.decode_write_response(decode_pdu(ask(service, good))) == [None, None]
    assert ied[f"{LD}.GGIO1.Ind2.d"].value == "b"
    short = ber.tlv(0xA5, name + ber.tlv(0xA0, encode_data("a")))
    assert decode_reject(decode_pdu(ask(service, short)))[1].code == RejectKind.INVALID_ARGUMENT


class Owner:
    """An engine that owns two attributes."""

    def __init__(self) -> None:
        self.taken: list[tuple[Any, str, Any]] = []

    def write(self, client: Any, attribute: str, value: Any) -> int | None:
        self.taken.append((client, attribute, value))
        return 2 if value == "no" else None


def test_engines_decide_on_what_they_own() -> None:
    ied = small_ied()
    service = service_of(ied)
    owner = Owner()
    block = service.image.find(ObjectName("GGIO1$DC$Ind1", LD))
    assert block is not None
    block.handler = owner
    assert write(service, "GGIO1$DC$Ind1$d", "yes") is None
    assert write(service, "GGIO1$DC$Ind1$d", "no") == 2
    assert write(service, "GGIO1$DC$Ind1$d", True) == 7, "types are checked before"
    assert owner.taken == [("client", "d", "yes"), ("client", "d", "no")]
    assert ied[f"{LD}.GGIO1.Ind1.d"].value == "", "what the engine makes of it is its own matter"


def test_a_whole_control_block_is_not_written_by_halves() -> None:
    """S19: the third attribute would be refused when the first two had been taken already."""
    service = service_of()
    owner = Owner()
    block = service.image.find(ObjectName("GGIO1$SP$Crv1", LD))
    assert block is not None
    block.handler = owner
    points = ber.tlv(0xA1, encode_data((1.0, 1.0)) * 5)
    assert write(service, "GGIO1$SP$Crv1", ber.tlv(0xA2, b"\x86\x01\x05" + points + b"\x86\x01\x07")) == 3
    assert owner.taken == []


# -- directories ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("max_pdu", [256, 512, 65_000])
def test_name_lists_in_parts(max_pdu: int) -> None:
    service = service_of()
    names: list[str] = []
    after = None
    while True:
        pdu = decode_pdu(ask(service, s.name_list_request(NameListRequest(0, LD, after)), max_pdu=max_pdu))
        part = s.decode_name_list_response(pdu)
        names += part.names
        if not part.more_follows:
            break
        assert part.names, "a part that says 'more' brings something"
        after = part.names[-1]
    assert names == sorted(set(names))
    assert len(names) > 50


def test_variable_attributes() -> None:
    service = service_of()
    spec = s.decode_variable_attributes_response(
        decode_pdu(ask(service, s.variable_attributes_request(ObjectName("GGIO1$ST$Ind1", LD))))
    )
    assert spec.names == ("stVal", "q", "t")
    for name in (ObjectName("GGIO1$ST$Ind9", LD), ObjectName("GGIO1", "OTHER"), ObjectName("GGIO1")):
        error = decode_service_error(decode_pdu(ask(service, s.variable_attributes_request(name))))
        assert (error.error_class, error.code) == (7, 2)


def test_attributes_of_a_data_set() -> None:
    service = service_of()
    pdu = decode_pdu(ask(service, named_variable_list_request(ObjectName("LLN0$dsEv", LD))))
    found = decode_named_variable_list_response(pdu)
    assert found.is_deletable is False
    assert [access.name.item for access in found.members] == ["GGIO1$ST$Ind1", "GGIO1$ST$Ind2", "GGIO1$ST$Cnt1"]


def test_identity_and_status() -> None:
    service = service_of()
    assert s.decode_identify_response(decode_pdu(ask(service, s.identify_request()))) == IDENTITY
    assert ask(service, b"\x80\x01\x00").hex() == "a10b020107a006800100810100"


@pytest.mark.parametrize(("data_object", "data_set"), [("d" * 60, "ds"), ("d", "s" * 60)])
def test_names_that_mms_cannot_carry_are_not_served(data_object: str, data_set: str) -> None:
    """They could not be asked for; whoever builds such a model learns it at once, not from a client."""
    leaf = DataAttribute("x", "ST", basic_type("BOOLEAN"))
    node = LogicalNode("GGIO", "1").add(DataObject(data_object, "SPS").add(leaf))
    node.data_sets[data_set] = (Reference("LONG", ("GGIO1", data_object, "x"), "ST"),)
    with pytest.raises(UsageError, match="at most 64 characters"):
        service_of(Ied("L").add(LogicalDevice("LONG", "LD").add(node)))


# -- whatever is asked ------------------------------------------------------------------------------------------------

SERVICE = service_of()
TAGS = st.sampled_from([0x80, 0xA1, 0x82, 0xA4, 0xA5, 0xA6, 0xAB, 0xAC, 0xAD, 0xBF48, 0x9F49])


@settings(derandomize=True, deadline=None, max_examples=300)
@given(TAGS, st.binary(max_size=80))
def test_any_content_is_answered(tag: int, content: bytes) -> None:
    answer = ask(SERVICE, ber.tlv(tag, content), max_pdu=1_000)
    assert decode_pdu(answer).tag in (PduTag.CONFIRMED_RESPONSE, PduTag.CONFIRMED_ERROR, PduTag.REJECT)


def test_quality_is_thirteen_bits() -> None:
    assert read(SERVICE, variable("GGIO1$ST$Ind1$q")) == [BitString(0, 13)]
