"""Requests and answers of the services: real ones, ours, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DataAccessError, DecodeError, LimitError, UsageError
from meterwire.protocols import ber
from meterwire.protocols.mms import BitString, ObjectName, Pdu, Selector, TypeSpec, decode_pdu, encode_data, lists
from meterwire.protocols.mms import services as s
from meterwire.protocols.mms.lists import NamedVariableList
from meterwire.protocols.mms.pdu import confirmed_request, confirmed_response, unconfirmed
from meterwire.protocols.mms.services import (
    Access,
    Identity,
    NameList,
    NameListRequest,
    ReadRequest,
    WriteRequest,
)
from meterwire.reading import Timestamp

from ..osi.frames import ABB, sdu

MU = Access(ObjectName("mu"))
BLOCK = Access(ObjectName("LLN0$BR$rcb_B02", "AA1E1Q01FP2LD0"))


def asked(octets: str) -> Pdu:
    return decode_pdu(bytes.fromhex(octets))


def answered(service: bytes) -> Pdu:
    return decode_pdu(confirmed_response(1, service))


# -- requests: PDU, decoder, what it says; origin ---------------------------------------------------------------------


def read(pdu: Pdu) -> ReadRequest:
    return s.decode_read_request(pdu.data, pdu.start, pdu.stop)


def write(pdu: Pdu) -> WriteRequest:
    return s.decode_write_request(pdu.data, pdu.start, pdu.stop)


def names(pdu: Pdu) -> NameListRequest:
    return s.decode_name_list_request(pdu.data, pdu.start, pdu.stop)


def test_reads_of_real_clients() -> None:
    abb = read(
        asked(
            "a032020304a274a42ba129a0273025a023a1211a0e41413145315130314650324c44301a0f4c4c4e30244252247263625f423032"
        )
    )
    assert (abb.variables, abb.list_name, abb.with_specification) == ((BLOCK,), None, False)
    iti = read(asked("a014020100a40f800100a10aa0083006a00480026d75"))
    assert (iti.variables, iti.with_specification) == ((MU,), False)
    scanner = read(asked("a017020101a412a110a00e300ca00a8008244d534724312424"))
    assert scanner.variables == (Access(ObjectName("$MSG$1$$")),)


def test_other_requests_of_real_clients() -> None:
    iti = asked("a014020100a50fa0083006a00480026d75a003850100")
    assert write(iti).variables == (MU,)
    first, stop = write(iti).values[0]
    assert iti.data[first:stop].hex() == "850100"
    assert names(asked("a00e020100a109a003800100a1028000")) == NameListRequest(0, None)
    abb = asked("a02c020304a273a625a023a1211a0e41413145315130314650324c44301a0f4c4c4e30244252247263625f423032")
    assert s.decode_single_name(abb.data, abb.start, abb.stop, wrapped=True) == BLOCK.name


def test_ours_are_octet_for_octet_those_of_the_abb_client() -> None:
    assert confirmed_request(303732, s.read_request([BLOCK])).hex() == (
        "a032020304a274a42ba129a0273025a023a1211a0e41413145315130314650324c44301a0f4c4c4e30244252247263625f423032"
    )
    assert confirmed_request(303731, s.variable_attributes_request(BLOCK.name)).hex() == (
        "a02c020304a273a625a023a1211a0e41413145315130314650324c44301a0f4c4c4e30244252247263625f423032"
    )
    assert confirmed_request(1, s.identify_request()).hex() == "a0050201018200"  # SISCO


# -- reads ------------------------------------------------------------------------------------------------------------

SELECTED = Access(ObjectName("MHAI1$MX$HA", "LD"), (Selector(component="phsAHar", nested=(Selector(index=3),)),))


@pytest.mark.parametrize("accesses", [(MU,), (MU, BLOCK, SELECTED), (BLOCK,) * 200, ()])
def test_read_requests_round_trip(accesses: tuple[Access, ...]) -> None:
    pdu = asked(confirmed_request(7, s.read_request(accesses)).hex())
    assert read(pdu).variables == accesses
    listed = asked(confirmed_request(7, s.read_list_request(BLOCK.name)).hex())
    request = read(listed)
    assert (request.variables, request.list_name, request.with_specification) == ((), BLOCK.name, True)
    assert listed.data.endswith(request.specification)


BAD_READS = [
    ("", "without variables"),
    ("800100", "without variables"),
    ("a100", "nothing is left"),
    ("a102a200", "specification expected"),
    ("a104a0023000", "nothing is left"),
    ("a106a0043002a100", "not a name"),
    ("a106a0043102a000", "not a name"),
    ("a106a0043002a000", "nothing is left"),
    ("a10ca0003008a00480026d75a500", "without variables"),
]


@pytest.mark.parametrize(("content", "reason"), BAD_READS)
def test_bad_reads(content: str, reason: str) -> None:
    data = bytes.fromhex(content)
    with pytest.raises(DecodeError, match=reason):
        s.decode_read_request(data, 0, len(data))


def test_alternate_access_must_be_one() -> None:
    item = b"\xa0\x04\x80\x02mu"
    for tail in (b"\xa4\x03\x82\x01\x00", b"\x82\x01\x00"):
        data = ber.tlv(0xA1, ber.tlv(0xA0, ber.tlv(0x30, item + tail)))
        with pytest.raises(DecodeError, match="alternate access expected"):
            s.decode_read_request(data, 0, len(data))


def test_variable_limit() -> None:
    """A46"""
    one = bytes.fromhex("3005a003800161")
    for count, good in ((s.MAX_VARIABLES, True), (s.MAX_VARIABLES + 1, False), (100_000, False)):
        data = ber.tlv(0xA1, ber.tlv(0xA0, one * count))
        if good:
            assert len(s.decode_read_request(data, 0, len(data)).variables) == count
        else:
            with pytest.raises(LimitError, match="more than 10000 variables"):
                s.decode_read_request(data, 0, len(data))


def test_read_answers() -> None:
    abb = asked("a10c020304a274a405a10380010a")
    (error,) = s.decode_read_response(abb)
    assert isinstance(error, DataAccessError)
    assert error.code == 10
    iti = asked("a107020100a402a100")
    assert s.decode_read_response(iti) == []
    results = [encode_data(1), b"\x80\x01\x03", encode_data((True, "x"))]
    assert s.read_response(results).hex() == "a410a10e850101800103a2068301ff8a0178"
    one, denied, structure = s.decode_read_response(answered(s.read_response(results)))
    assert (one, structure) == (1, (True, "x"))
    assert isinstance(denied, DataAccessError)
    with_specification = s.read_response(results[:1], s.read_list_request(BLOCK.name)[5:])
    assert s.decode_read_response(answered(with_specification)) == [1]


# -- writes -----------------------------------------------------------------------------------------------------------


def test_writes_round_trip() -> None:
    values = [encode_data(v) for v in (True, (1, "x"), b"")]
    pdu = asked(confirmed_request(7, s.write_request(zip((MU, BLOCK, SELECTED), values, strict=True))).hex())
    request = write(pdu)
    assert request.variables == (MU, BLOCK, SELECTED)
    assert [pdu.data[a:b] for a, b in request.values] == values


BAD_WRITES = [
    ("", "nothing is left"),
    ("a0083006a00480026d75", "nothing is left"),
    ("a0083006a00480026d75a000", "1 variables with 0 values"),
    ("a0083006a00480026d75a006850100850100", "1 variables with 2 values"),
    ("a000a003850100", "0 variables with 1 values"),
    ("a0083006a00480026d75a103850100", "without data"),
    ("a0083006a00480026d75a0038501000000", "without data"),
    ("a0083006a00480026d75a003850200", "2 octets in 1"),
    ("a0083006a00480026d75a0028580", "indefinite"),
]


@pytest.mark.parametrize(("content", "reason"), BAD_WRITES)
def test_bad_writes(content: str, reason: str) -> None:
    data = bytes.fromhex(content)
    with pytest.raises(DecodeError, match=reason):
        s.decode_write_request(data, 0, len(data))


def test_a_write_to_a_list_may_have_any_number_of_values() -> None:
    data = bytes.fromhex("a10480026162a006850100850100")
    request = s.decode_write_request(data, 0, len(data))
    assert (request.list_name, len(request.values)) == (ObjectName("ab"), 2)


def test_write_answers() -> None:
    assert s.write_response([None, 3, None]).hex() == "a5078100" + "800103" + "8100"
    good, denied, again = s.decode_write_response(answered(s.write_response([None, 3, None])))
    assert good is again is None
    assert isinstance(denied, DataAccessError)
    assert denied.code == 3


def test_write_value_limit() -> None:
    for count, good in ((s.MAX_VARIABLES, True), (s.MAX_VARIABLES + 1, False)):
        octets = bytes.fromhex("a10480026162") + ber.tlv(0xA0, b"\xa2\x00" * count)
        if good:
            assert len(s.decode_write_request(octets, 0, len(octets)).values) == count
        else:
            with pytest.raises(LimitError, match="values in one write"):
                s.decode_write_request(octets, 0, len(octets))


def test_write_result_limit() -> None:
    for count, good in ((s.MAX_VARIABLES, True), (s.MAX_VARIABLES + 1, False)):
        pdu = answered(ber.tlv(0xA5, b"\x81\x00" * count))
        if good:
            assert s.decode_write_response(pdu) == [None] * count
        else:
            with pytest.raises(LimitError, match="results of a write"):
                s.decode_write_response(pdu)


@pytest.mark.parametrize("content", ["a5028000", "a5028200", "a503a00100", "a503850100"])
def test_bad_write_answers(content: str) -> None:
    with pytest.raises(DecodeError):
        s.decode_write_response(answered(bytes.fromhex(content)))


# -- name lists -------------------------------------------------------------------------------------------------------

NAME_LISTS = [
    (NameListRequest(9, None), "a109a003800109a1028000"),
    (NameListRequest(0, "LD"), "a10ba003800100a10481024c44"),
    (NameListRequest(2, "LD", "LLN0$ds"), "a114a003800102a10481024c44" + "82074c4c4e30246473"),
    (NameListRequest(2, None, None, is_association_scope=True), "a109a003800102a1028200"),
]


@pytest.mark.parametrize(("request_", "element"), NAME_LISTS)
def test_name_list_requests(request_: NameListRequest, element: str) -> None:
    octets = bytes.fromhex(element)
    assert s.name_list_request(request_) == octets
    assert names(decode_pdu(confirmed_request(1, octets))) == request_


BAD_NAME_LISTS = [
    ("", "without class or scope"),
    ("a003800100", "without class or scope"),
    ("a1028000", "without class or scope"),
    ("a003810100a1028000", "without class or scope"),
    ("a003800100a1028300", "without class or scope"),
    ("a0038001ffa1028000", "without class or scope"),
    ("a000a1028000", "nothing is left"),
    ("a0028000a1028000", "integer of 0"),
    ("a003800100a100", "nothing is left"),
    ("a003800100a10d818b" + "41" * 11, "length of 11"),  # S8
]


@pytest.mark.parametrize(("content", "reason"), BAD_NAME_LISTS)
def test_bad_name_lists(content: str, reason: str) -> None:
    data = bytes.fromhex(content)
    with pytest.raises(DecodeError, match=reason):
        s.decode_name_list_request(data, 0, len(data))


def test_name_list_answers() -> None:
    elements = b"".join(ber.tlv(0x1A, n) for n in (b"a", b"b$c"))
    assert s.name_list_response(elements, more_follows=False).hex() == "a10da0081a01611a03622463810100"
    assert s.decode_name_list_response(answered(s.name_list_response(elements, more_follows=True))) == NameList(
        ("a", "b$c"), True
    )
    absent = answered(ber.tlv(0xA1, ber.tlv(0xA0, elements)))
    assert s.decode_name_list_response(absent).more_follows, "moreFollows is TRUE unless told otherwise"
    assert s.decode_name_list_response(answered(bytes.fromhex("a105a000810100"))) == NameList((), False)


def test_names_beyond_ascii_can_be_continued_after() -> None:
    """A server with a national code page must not end our walk: its last name is sent back as it came."""
    elements = ber.tlv(0x1A, b"Z\xe4hler")
    (name,) = s.decode_name_list_response(answered(s.name_list_response(elements, more_follows=True))).names
    request = s.name_list_request(NameListRequest(0, "LD", name))
    assert b"\x82\x06Z\xe4hler" in request


@pytest.mark.parametrize("domain", ["电表", "", "D" * 65])
def test_domains_that_cannot_be_asked_for(domain: str) -> None:
    with pytest.raises(UsageError):
        s.name_list_request(NameListRequest(0, domain))


# -- the other directories --------------------------------------------------------------------------------------------


def test_variable_attributes() -> None:
    spec = TypeSpec(0x84, -13)
    element = s.variable_attributes_response(spec)
    assert element.hex() == "a608800100a2038401f3"
    assert s.decode_variable_attributes_response(answered(element)) == spec
    with pytest.raises(DecodeError, match="without type"):
        s.decode_variable_attributes_response(answered(bytes.fromhex("a603800100")))


@pytest.mark.parametrize("wrapped", [True, False])
def test_single_names(wrapped: bool) -> None:
    name = bytes.fromhex("80026d75")
    good = ber.tlv(0xA0, name) if wrapped else name
    assert s.decode_single_name(good, 0, len(good), wrapped=wrapped) == MU.name
    for bad in (b"", name[:-1], ber.tlv(0xA0, name + name) if wrapped else name + name, ber.tlv(0xA1, name)):
        with pytest.raises(DecodeError):
            s.decode_single_name(bad, 0, len(bad), wrapped=wrapped)


def test_named_variable_lists() -> None:
    members = (BLOCK, SELECTED)
    element = lists.named_variable_list_response(NamedVariableList(False, members))
    assert lists.decode_named_variable_list_response(answered(element)) == NamedVariableList(False, members)
    assert element[0] == 0xAC
    with pytest.raises(DecodeError, match="without members"):
        lists.decode_named_variable_list_response(answered(bytes.fromhex("ac03800100")))
    assert lists.named_variable_list_request(BLOCK.name)[0] == 0xAC


def test_identity() -> None:
    sisco = asked("a126020101a2218009494e464f2054454348810d53363138353020666f722050438205302e302e31")
    assert s.decode_identify_response(sisco) == Identity("INFO TECH", "S61850 for PC", "0.0.1")
    made = confirmed_response(1, s.identify_response(Identity("INFO TECH", "S61850 for PC", "0.0.1")))
    assert made == sisco.data
    assert s.decode_identify_response(answered(bytes.fromhex("a200"))) == Identity("", "", "")
    chinese = Identity("电力", "表", "1")
    assert s.decode_identify_response(answered(s.identify_response(chinese))) == chinese


def test_status() -> None:
    assert s.status_response().hex() == "a006800100810100"
    assert s.status_request().hex() == "800100"
    for status in (s.Status(), s.Status(1, 2), s.Status(3, 0)):
        assert s.decode_status_response(decode_pdu(confirmed_response(1, s.status_response(status)))) == status
    detailed = decode_pdu(confirmed_response(1, bytes.fromhex("a00a80010081010282020700")))
    assert s.decode_status_response(detailed) == s.Status(0, 2)
    with pytest.raises(DecodeError, match="without logical or physical status"):
        s.decode_status_response(decode_pdu(confirmed_response(1, bytes.fromhex("a003800100"))))


# -- reports ----------------------------------------------------------------------------------------------------------


def test_a_report_of_the_abb_relay() -> None:
    octets = sdu(ABB["report"])
    report = s.decode_information_report(decode_pdu(octets[octets.index(b"\xa3\x81\x99") :]))
    assert (report.list_name, report.variables) == (ObjectName("RPT"), ())
    rpt_id, opt_flds, sq_num, inclusion, value, reason = report.values
    assert (rpt_id, sq_num) == ("AA1C1Q01A1LD0/LLN0$rcb_I02", 57)
    assert opt_flds == BitString(0b0101000000, 10), "sequence number and reason"
    assert inclusion == BitString(0b00000001000, 11)
    assert value[0][3] == Timestamp(0x48808DC9, 0x8A7EFA, 0x0A)
    assert reason == BitString(0b010000, 6)


def test_reports_round_trip() -> None:
    values = ["id", BitString(0, 10), 5, (1, True)]
    element = s.information_report(b"".join(map(encode_data, values)))
    assert s.decode_information_report(decode_pdu(unconfirmed(element))).values == values


BAD_REPORTS = [
    ("a302a100", "A1 is no information report"),
    ("a302a000", "nothing is left"),
    ("a309a007a1058003525054", "nothing is left"),
    ("a30ba009a1058003525054a100", "report values"),
    ("a30ea00ca1058003525054a003850200", "2 octets in 1"),
]


@pytest.mark.parametrize(("octets", "reason"), BAD_REPORTS)
def test_bad_reports(octets: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        s.decode_information_report(asked(octets))


# -- answers to another question --------------------------------------------------------------------------------------

DECODERS: list[Callable[[Pdu], Any]] = [
    s.decode_read_response,
    s.decode_write_response,
    s.decode_name_list_response,
    s.decode_variable_attributes_response,
    lists.decode_named_variable_list_response,
    s.decode_identify_response,
    s.decode_information_report,
]


@given(st.binary(max_size=60), st.sampled_from(DECODERS), st.sampled_from([0xA1, 0xA2, 0xA4, 0xA5, 0xA6, 0xAC, 0xA0]))
def test_any_content_gives_values_or_our_error(content: bytes, decode: Callable[[Pdu], Any], tag: int) -> None:
    try:
        decode(answered(ber.tlv(tag, content)))
    except DecodeError:
        return


@given(st.binary(max_size=60))
def test_any_content_of_a_request_gives_values_or_our_error(content: bytes) -> None:
    for decode in (s.decode_read_request, s.decode_write_request, s.decode_name_list_request):
        try:
            decode(content, 0, len(content))
        except DecodeError:
            continue
