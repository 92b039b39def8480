"""File services: vectors, bad input, round trips.

The vectors marked L are libIEC61850 1.6.1 talking to itself, recorded for this test; the others follow from ISO 9506-2.
"""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import DecodeError, FileServiceError, LimitError, ProtocolError, UsageError
from meterwire.protocols.mms import Pdu, PduTag, decode_pdu
from meterwire.protocols.mms.anatomy import explain_mms
from meterwire.protocols.mms.files import (
    MAX_NAME,
    DirectoryPart,
    DirectoryRequest,
    FileEntry,
    FileOpened,
    FileOpening,
    FilePart,
    ObtainFile,
    decode_file_close_response,
    decode_file_delete_request,
    decode_file_directory_request,
    decode_file_directory_response,
    decode_file_handle,
    decode_file_open_request,
    decode_file_open_response,
    decode_file_read_response,
    decode_file_rename_request,
    decode_obtain_file_request,
    encode_entry,
    file_close_request,
    file_close_response,
    file_delete_request,
    file_delete_response,
    file_directory_request,
    file_directory_response,
    file_open_request,
    file_open_response,
    file_read_request,
    file_read_response,
    file_rename_request,
    file_rename_response,
    from_generalized_time,
    obtain_file_request,
    obtain_file_response,
    to_generalized_time,
)
from meterwire.protocols.mms.pdu import confirmed_request, confirmed_response, decode_service_error

TIME = dt.datetime(2026, 11, 21, 3, 1, 30, tzinfo=dt.UTC)
STAMP = "811332303236313132313033303133302e3030305a"
OCTETS = bytes(range(7))

# service element, what our encoder makes it from
ENCODED = [
    ("bf48 0c a007 1905 612e747874 81 01 01", file_open_request("a.txt", 1)),  # L
    ("bf48 1d 80 01 00 a118 80 01 05" + STAMP, file_open_response(FileOpened(0, 5, TIME))),  # L
    ("9f49 01 00", file_read_request(0)),  # L
    ("bf49 09 80 04 68656c6c 81 01 00", file_read_response(FilePart(b"hell", False))),  # L
    ("bf49 06 80 04 68656c6c", file_read_response(FilePart(b"hell", True))),
    ("9f4a 01 00", file_close_request(0)),  # L
    ("9f4a 00", file_close_response()),  # L
    ("bf4d 00", file_directory_request(DirectoryRequest())),  # L
    ("bf4d 07 a005 1903 737562", file_directory_request(DirectoryRequest("sub"))),  # L
    (
        "bf4d 0e a005 1903 737562 a105 1903 7a7a7a",
        file_directory_request(DirectoryRequest("sub", "zzz")),
    ),
    (
        "bf4d 29 a027 3025 3023 a007 1905 612e747874 a118 80 01 05" + STAMP,
        file_directory_response([encode_entry(FileEntry("a.txt", 5, TIME))], more_follows=False),
    ),  # L
    ("bf4d 04 a002 3000", file_directory_response([], more_follows=False)),
    ("bf4d 07 a002 3000 81 01 ff", file_directory_response([], more_follows=True)),
    ("bf4b 16 a007 1905 612e747874 a10b 1909 7375622f722e747874", file_rename_request("a.txt", "sub/r.txt")),  # L
    ("9f4b 00", file_rename_response()),
    ("bf4c 0b 1909 7375622f722e747874", file_delete_request("sub/r.txt")),  # L
    ("9f4c 00", file_delete_response()),
    ("bf2e 15 a108 1906 75702e62696e a209 1907 676f742e62696e", obtain_file_request("up.bin", "got.bin")),  # L
    ("9f2e 00", obtain_file_response()),  # L
]


@pytest.mark.parametrize(("hexadecimal", "element"), ENCODED)
def test_vectors_are_written(hexadecimal: str, element: bytes) -> None:
    assert element.hex() == hexadecimal.replace(" ", "")


def request(element: str | bytes) -> Pdu:
    return decode_pdu(confirmed_request(1, bytes.fromhex(element) if isinstance(element, str) else element))


def answer(element: str | bytes) -> Pdu:
    return decode_pdu(confirmed_response(1, bytes.fromhex(element) if isinstance(element, str) else element))


def bounds(pdu: Pdu) -> tuple[bytes, int, int]:
    return pdu.data, pdu.start, pdu.stop


def test_vectors_are_read() -> None:
    assert decode_file_open_request(*bounds(request(ENCODED[0][0]))) == FileOpening("a.txt", 1)
    assert decode_file_open_response(answer(ENCODED[1][0])) == FileOpened(0, 5, TIME)
    assert decode_file_handle(*bounds(request("9f490100"))) == 0
    assert decode_file_read_response(answer(ENCODED[3][0])) == FilePart(b"hell", False)
    assert decode_file_read_response(answer(ENCODED[4][0])) == FilePart(b"hell", True), (
        "more follows unless it is denied"
    )
    decode_file_close_response(answer("9f4a00"))
    assert decode_file_directory_request(*bounds(request("bf4d00"))) == DirectoryRequest("", None)
    assert decode_file_directory_request(*bounds(request("bf4d04a0021900"))) == DirectoryRequest("", None)  # L
    assert decode_file_directory_request(*bounds(request("bf4d02a000"))) == DirectoryRequest("", None)
    assert decode_file_directory_request(*bounds(request(ENCODED[9][0]))) == DirectoryRequest("sub", "zzz")
    assert decode_file_directory_response(answer(ENCODED[10][0])) == DirectoryPart(
        (FileEntry("a.txt", 5, TIME),), False
    )
    assert decode_file_directory_response(answer(ENCODED[11][0])) == DirectoryPart((), False)
    assert decode_file_directory_response(answer(ENCODED[12][0])) == DirectoryPart((), True)
    assert decode_file_rename_request(*bounds(request(ENCODED[13][0]))) == ("a.txt", "sub/r.txt")
    assert decode_file_delete_request(*bounds(request(ENCODED[15][0]))) == "sub/r.txt"
    assert decode_obtain_file_request(*bounds(request(ENCODED[17][0]))) == ObtainFile("up.bin", "got.bin")


def test_directories_without_the_inner_sequence_are_read() -> None:
    entry = "3023 a007 1905 612e747874 a118 80 01 05" + STAMP
    flat = answer("bf4d 27 a025" + entry)
    assert decode_file_directory_response(flat).entries == (FileEntry("a.txt", 5, TIME),)
    assert decode_file_directory_response(answer("bf4d 02 a000")).entries == ()


def test_a_name_of_several_strings_is_a_path() -> None:
    assert decode_file_delete_request(*bounds(request("bf4c 06 190161 190162"))) == "a/b"


def test_a_third_party_is_told() -> None:
    """A49: whose file it would be does not matter, it is not fetched."""
    element = "bf2e 0e a002 8000 a103 190161 a203 190162"
    assert decode_obtain_file_request(*bounds(request(element))) == ObtainFile("a", "b", from_third_party=True)


@given(st.text(max_size=100), st.integers(0, 0xFFFFFFFF))
def test_names_and_positions_come_back(name: str, position: int) -> None:
    try:
        element = file_open_request(name, position)
    except (UsageError, UnicodeEncodeError):
        return
    assert decode_file_open_request(*bounds(request(element))) == FileOpening(name, position)


@given(st.binary(max_size=60))
def test_octets_that_are_no_text_come_back(octets: bytes) -> None:
    entry = b"\x30" + bytes((len(octets) + 4 + 5,)) + b"\xa0" + bytes((len(octets) + 2,)) + b"\x19"
    entry += bytes((len(octets),)) + octets + b"\xa1\x03\x80\x01\x07"
    (found,) = decode_file_directory_response(answer(file_directory_response([entry], more_follows=False))).entries
    assert encode_entry(found) == entry


# element, why it is refused
BAD = [
    ("bf48 00", "nothing in it"),
    ("bf48 07 a005 1903 737562", "no position"),
    ("bf48 0a a005 1903 737562 81 01", "cut"),
    ("bf48 0c a007 8005 612e747874 81 01 01", "a name of another class"),
    ("bf48 0f a007 1905 612e747874 81 04 ffffffff 05 00", "octets behind it"),
    ("bf48 10 a007 1905 612e747874 81 05 0100000000", "a position beyond Unsigned32"),
    ("bf48 0b a007 1905 612e747874 81 00", "no integer"),
    ("9f49 00", "no frsmID"),
    ("9f49 05 0100000000", "a frsmID beyond Integer32"),
    ("9f4a 00", "no frsmID"),
    ("bf4b 07 a005 1903 737562", "no new name"),
    ("bf4b 0e a005 1903 737562 a005 1903 737562", "the old name twice"),
    ("bf4c 02 8000", "no string"),
    ("bf4d 07 a205 1903 737562", "an unknown field"),
    ("bf2e 07 a105 1903 737562", "no destination"),
    ("bf2e 00", "nothing"),
]
DECODERS = {
    0xBF48: decode_file_open_request,
    0x9F49: decode_file_handle,
    0x9F4A: decode_file_handle,
    0xBF4B: decode_file_rename_request,
    0xBF4C: decode_file_delete_request,
    0xBF4D: decode_file_directory_request,
    0xBF2E: decode_obtain_file_request,
}


@pytest.mark.parametrize(("element", "reason"), BAD)
def test_bad_requests(element: str, reason: str) -> None:
    def decode() -> object:
        pdu = request(element)
        return DECODERS[pdu.service](*bounds(pdu))

    with pytest.raises(DecodeError):
        pytest.fail(f"{reason}: {decode()}")


@pytest.mark.parametrize("size", [MAX_NAME - 3, MAX_NAME + 1])
def test_the_longest_name(size: int) -> None:
    """A48; the element's own four octets count."""
    if size <= MAX_NAME:
        element = file_delete_request("n" * (MAX_NAME - 4))
        assert len(decode_file_delete_request(*bounds(request(element)))) == MAX_NAME - 4
        return
    with pytest.raises(UsageError):
        file_delete_request("n" * size)
    with pytest.raises(LimitError):
        decode_file_delete_request(b"n" * size, 0, size)


@pytest.mark.parametrize(
    "element",
    ["9f4a00", "bf4900", "bf4902 8100", "bf4903 810100", "bf48 03 800105", "9f4900", "bf4d00"],
)
def test_answers_that_are_none(element: str) -> None:
    pdu = answer(element)
    for decode in (decode_file_open_response, decode_file_read_response):
        if element.startswith("bf48") and decode is decode_file_open_response:
            continue
        with pytest.raises(DecodeError):
            decode(pdu)


def test_a_second_service_of_another_class_is_refused() -> None:
    """S10: `a4 00` and then 7f4a, which another stack took for fileClose."""
    with pytest.raises(DecodeError, match="octets behind the service"):
        decode_pdu(bytes.fromhex("a0 0a 02 01 01 a4 00 7f4a 02 0500".replace(" ", "")))
    alone = decode_pdu(bytes.fromhex("a0 07 02 01 01 7f4a 01 00".replace(" ", "")))
    assert alone.service == 0x7F4A, "it stays what it is, and no service has this tag"
    assert alone.service not in DECODERS
    extended = decode_pdu(bytes.fromhex("a0 0a 02 01 01 a4 00 bf4f 02 0500".replace(" ", "")))
    assert extended.service == 0xA4, "the request detail [79] may stand there"


TIMES = [
    ("20261121030130.000Z", TIME),
    ("20261121030130Z", TIME),
    ("20261121030130", TIME),
    ("20261121040130.0+0100", TIME),
    ("20261121013130-0130", TIME),
    ("20261121030130.25Z", TIME + dt.timedelta(milliseconds=250)),
    ("20261121030130,5Z", TIME + dt.timedelta(milliseconds=500)),
    ("202611210301Z", TIME.replace(second=0)),
    ("2026112103", TIME.replace(minute=0, second=0)),
    ("20261321030130Z", None),
    ("00000000000000Z", None),
    ("99991231235959-2359", None),
    ("yesterday", None),
    ("", None),
    ("20261121030130.000Z\n", None),
]


@pytest.mark.parametrize(("text", "time"), TIMES)
def test_times(text: str, time: dt.datetime | None) -> None:
    assert from_generalized_time(text.encode()) == time


@given(st.datetimes(min_value=dt.datetime(1900, 1, 1), timezones=st.just(dt.UTC)))
def test_times_come_back_to_the_millisecond(time: dt.datetime) -> None:
    assert from_generalized_time(to_generalized_time(time)) == time.replace(microsecond=time.microsecond // 1000 * 1000)


@given(st.binary(max_size=80))
def test_any_octets_are_decoded_or_our_error(content: bytes) -> None:
    for decode in DECODERS.values():
        try:
            decode(content, 0, len(content))
        except ProtocolError:
            continue
    for tag, read in ((0xBF48, decode_file_open_response), (0xBF4D, decode_file_directory_response)):
        try:
            read(Pdu(PduTag.CONFIRMED_RESPONSE, 1, tag, content, 0, len(content)))
        except ProtocolError:
            continue


def test_file_errors_say_why_in_words() -> None:
    error = decode_service_error(decode_pdu(bytes.fromhex("a20a800104a205a0038b0107")))
    assert isinstance(error, FileServiceError)
    assert (error.code, error.reason) == (7, "file-non-existent")
    assert "file-non-existent" in str(error)


@pytest.mark.parametrize(("element", "names"), [
    (0, ["fileOpen", "file name", "a.txt", "position"]),
    (2, ["fileRead"]),
    (5, ["fileClose"]),
    (8, ["fileDirectory", "file name", "sub"]),
    (13, ["fileRename", "old name", "new name"]),
    (15, ["fileDelete", "sub/r.txt"]),
    (17, ["obtainFile", "source", "destination", "up.bin"]),
])  # fmt: skip
def test_anatomy_of_requests(element: int, names: list[str]) -> None:
    shown = [f"{f.name} {f.meaning}" for f in explain_mms(request(ENCODED[element][0]).data)]
    for name in names:
        assert any(name in line for line in shown), (name, shown)


@pytest.mark.parametrize(("element", "names"), [
    (1, ["fileOpen", "frsmID 0", "size 5", "last modified 20261121030130.000Z"]),
    (3, ["fileRead", "data", "moreFollows FALSE"]),
    (6, ["fileClose"]),
    (10, ["fileDirectory", "entry", "a.txt", "size 5"]),
    (18, ["obtainFile"]),
])  # fmt: skip
def test_anatomy_of_answers(element: int, names: list[str]) -> None:
    shown = [f"{f.name} {f.meaning}" for f in explain_mms(answer(ENCODED[element][0]).data)]
    for name in names:
        assert any(name in line for line in shown), (name, shown)


def test_anatomy_of_a_file_error() -> None:
    shown = [f"{f.name} {f.meaning}" for f in explain_mms(bytes.fromhex("a20a800104a205a0038b0107"))]
    assert any("file" in line and "7 file-non-existent" in line for line in shown), shown
