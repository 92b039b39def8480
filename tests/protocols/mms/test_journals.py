"""ReadJournal and ReportJournalStatus: requests and answers octet by octet, both directions, and what is none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, LimitError, MeterwireError
from meterwire.protocols import ber
from meterwire.protocols.mms import BinaryTime, BitString, ObjectName, decode_pdu
from meterwire.protocols.mms.anatomy import explain_mms
from meterwire.protocols.mms.journals import (
    MAX_ENTRY_ID,
    JournalEntry,
    JournalPage,
    JournalStatus,
    JournalVariable,
    ReadJournal,
    decode_journal_status_request,
    decode_journal_status_response,
    decode_read_journal_request,
    decode_read_journal_response,
    encode_entry,
    encode_variable,
    journal_status_request,
    journal_status_response,
    read_journal_request,
    read_journal_response,
)
from meterwire.protocols.mms.pdu import confirmed_request, confirmed_response

NAME = ObjectName("LLN0$Log", "LD")
T1, T2 = BinaryTime(bytes.fromhex("0037ff753d31")), BinaryTime(bytes.fromhex("05265bff3d31"))
HEAD = "a010a10e1a024c441a084c4c4e30244c6f67"
REQUESTS: dict[str, ReadJournal] = {
    "": ReadJournal(name=NAME),
    # as libIEC61850 1.6.1 sends them (queryLogByTime, queryLogAfter)
    "a1088006 0037ff753d31 a2088006 05265bff3d31": ReadJournal(name=NAME, start_time=T1, stop_time=T2),
    "a512 8006 0037ff753d31 8108 0000000000000007": ReadJournal(name=NAME, after=(T1, bytes(7) + b"\7")),
    "a10a8108 0000000000000007 a203810105": ReadJournal(name=NAME, start_entry=bytes(7) + b"\7", count=5),
    "a2038101fb": ReadJournal(name=NAME, count=-5),
    "a4051a01611a00": ReadJournal(name=NAME, tags=("a", "")),
}


@pytest.mark.parametrize("octets", REQUESTS)
def test_requests(octets: str) -> None:
    request = REQUESTS[octets]
    body = bytes.fromhex(HEAD) + bytes.fromhex(octets)
    assert read_journal_request(request) == bytes.fromhex("bf41") + bytes((len(body),)) + body
    assert decode_read_journal_request(body, 0, len(body)) == request


@pytest.mark.parametrize(
    ("octets", "error"),
    [
        ("", DecodeError),
        ("a1088006 0037ff753d31", DecodeError),
        (HEAD + "8100", DecodeError),
        (HEAD + "a100", DecodeError),
        (HEAD + "a1058003000000", DecodeError),
        (HEAD + "a1038201ff", DecodeError),
        (HEAD + "a1068004000000000000", DecodeError),
        (HEAD + "a2028100", DecodeError),
        (HEAD + "a5088006 0037ff753d31", DecodeError),
        (HEAD + "a500", DecodeError),
        (HEAD + f"a1438141{'00' * (MAX_ENTRY_ID + 1)}", LimitError),
        (HEAD + f"a48207d2{'1a00' * 1001}", LimitError),
        ("a011a10e1a024c441a084c4c4e30244c6f6700", DecodeError),
    ],
)
def test_requests_that_are_none(octets: str, error: type[MeterwireError]) -> None:
    body = bytes.fromhex(octets)
    with pytest.raises(error):
        decode_read_journal_request(body, 0, len(body))


def pdu_of(service: bytes) -> Any:
    return decode_pdu(confirmed_response(1, service))


# An answer of iec61850 0.14.0: one entry, a BOOLEAN and its reason (which is in the wrong bit).
IEC61850 = bytes.fromhex(
    "bf415ba056305480080000000000000001a1023000a2448006016558a63d31a23aa1383022801b4b4545504c44302f4747494f3124535424496e64"
    "312473745661 6ca1038301ff3012800a526561736f6e436f6465a10484020102 810100"
)
TAG = "KEEPLD0/GGIO1$ST$Ind1$stVal"


def test_an_answer_from_the_wire() -> None:
    page = decode_read_journal_response(pdu_of(IEC61850))
    variables = (JournalVariable(TAG, True), JournalVariable("ReasonCode", BitString(1, 7)))
    time = BinaryTime(bytes.fromhex("016558a63d31"))
    assert page == JournalPage((JournalEntry(bytes(7) + b"\1", time, variables),), more_follows=False)


def test_answers_there_and_back() -> None:
    variables = encode_variable(TAG, b"\x83\x01\xff") + encode_variable("ReasonCode", bytes.fromhex("84020140"))
    entries = [encode_entry(bytes(7) + bytes((i,)), T1, variables if i else b"") for i in range(3)]
    page = decode_read_journal_response(pdu_of(read_journal_response(entries, more_follows=True)))
    assert page.more_follows
    assert [entry.entry_id[-1] for entry in page.entries] == [0, 1, 2]
    assert [len(entry.variables) for entry in page.entries] == [0, 2, 2]
    assert page.entries[1].variables[1] == JournalVariable("ReasonCode", BitString(0b0100000, 7))
    assert decode_read_journal_response(pdu_of(read_journal_response([], more_follows=False))) == JournalPage((), False)


def test_a_value_nobody_understands_costs_itself() -> None:
    variables = encode_variable("a", b"\x9e\x01\x00") + encode_variable("b", b"\x85\x01\x05")
    page = decode_read_journal_response(
        pdu_of(read_journal_response([encode_entry(b"1", T1, variables)], more_follows=False))
    )
    first, second = page.entries[0].variables
    assert isinstance(first.value, DecodeError)
    assert (second.tag, second.value) == ("b", 5)


@pytest.mark.parametrize(
    "octets",
    [
        "a002 3100",  # no entry
        "a004 3002 8000",  # without a time
        "a00b 3009 a207 8005 0000000000",  # a time of five octets
        "a047 3045 8043" + "00" * 67,  # an identifier of 67 octets
        "81 00",
    ],
)
def test_answers_that_are_none(octets: str) -> None:
    service = ber.tlv(0xBF41, bytes.fromhex(octets))
    with pytest.raises(MeterwireError):
        decode_read_journal_response(pdu_of(service))


def test_status() -> None:
    service = journal_status_request(NAME)
    pdu = decode_pdu(confirmed_request(1, service))
    assert decode_journal_status_request(pdu.data, pdu.start, pdu.stop) == NAME
    for status in (JournalStatus(0, False), JournalStatus(1_000_000, True)):
        assert decode_journal_status_response(pdu_of(journal_status_response(status))) == status
    with pytest.raises(DecodeError, match="without a number"):
        decode_journal_status_response(pdu_of(bytes.fromhex("bf4403810100")))


@given(st.binary(max_size=60))
def test_any_octets_are_accepted_or_refused(octets: bytes) -> None:
    for decode in (
        lambda: decode_read_journal_request(octets, 0, len(octets)),
        lambda: decode_read_journal_response(pdu_of(ber.tlv(0xBF41, octets))),
        lambda: decode_journal_status_response(pdu_of(ber.tlv(0xBF44, octets))),
    ):
        try:
            decode()
        except MeterwireError:
            continue


def test_anatomy_names_every_field() -> None:
    request = confirmed_request(3, read_journal_request(ReadJournal(name=NAME, start_time=T1, after=(T2, bytes(8)))))
    told = " ".join(f"{field.name}={field.meaning}" for field in explain_mms(request))
    for word in ("readJournal", "journal", "2026-11-21T01:01:09.877", "behind", "EntryID"):
        assert word in told, word
    answer = confirmed_response(3, IEC61850)
    told = " ".join(f"{field.name}={field.meaning}" for field in explain_mms(answer))
    for word in ("readJournal", "entry", f"tag={TAG}", "value", "moreFollows=FALSE"):
        assert word in told, word
