"""APDUs that are wrong, unknown or too much; what all of them share."""

from typing import Any

import pytest

from meterwire.errors import DecodeError, LimitError, MeterError, TruncatedError, UsageError
from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698 import apdu as apdus
from meterwire.protocols.dlt698.explain import describe

pytestmark = pytest.mark.usefixtures("codec")

BAD: list[tuple[str, str, type[DecodeError], int]] = [
    ("nothing", "", TruncatedError, 0),
    ("tag alone", "05", TruncatedError, 1),
    ("choice alone", "0501", TruncatedError, 2),
    ("OAD cut", "05010020 00", TruncatedError, 3),
    ("no tail", "050100 20000200", TruncatedError, 7),
    ("OPTIONAL 02", "050100 20000200 02", DecodeError, 7),
    ("left over", "050100 20000200 00 00", DecodeError, 8),
    ("time tag cut", "050100 20000200 01 07E0", TruncatedError, 8),
    ("A95 list of 84 FFFFFFFF OADs", "050200 84FFFFFFFF", TruncatedError, 3),
    ("A95 list of 84 FFFFFFFF results", "850200 84FFFFFFFF 20000200 00 04", TruncatedError, 3),
    ("result neither DAR nor data", "850100 20000200 02 00 0000", DecodeError, 7),
    ("result cut", "850100 20000200", TruncatedError, 3),
    ("A95 rows of 84 FFFFFFFF", "850300 50040200 01 00 00100201 01 84FFFFFFFF", TruncatedError, 14),
    ("rows without columns", "850300 50040200 00 01 02 0000 0000", DecodeError, 10),
    (
        "row shorter than its columns",
        "850300 50040200 02 00 00100201 00 20000201 01 01 06 00000001 0000",
        TruncatedError,
        27,
    ),
    (
        "row longer than its columns",
        "850300 50040200 01 00 00100201 01 01 06 00000001 06 00000002 00 00",
        DecodeError,
        20,
    ),
    (
        "more rows than octets",
        "850300 50040200 03 00 00100201 00 20000201 00 20010201 01 03 00 00 00",
        TruncatedError,
        25,
    ),
    ("MD5 neither DAR nor octets", "850600 40010200 02", DecodeError, 7),
    ("CONNECT cut", "0200 0016 FFFF", TruncatedError, 4),
    ("MAC longer than what is left", "100001AA 00 00000001 00 14 BB", TruncatedError, 10),
]


@pytest.mark.parametrize(("octets", "error", "offset"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_input_says_what_and_where(octets: str, error: type[DecodeError], offset: int) -> None:
    wire = bytes.fromhex(octets.replace(" ", ""))
    with pytest.raises(DecodeError) as caught:
        d.decode_apdu(wire)
    assert type(caught.value) is error
    assert caught.value.offset == offset
    fields = d.explain_apdu(wire)
    assert b"".join(field.data for field in fields if field.depth == 0) == wire
    assert fields[-1].name in {"not explained", "left over"}


UNKNOWN = [
    ("a service", "7701", "no APDU has tag 77H"),
    ("a form of a service, such as COMPACT", "85630020000200", "APDU 85H has no choice 99"),
    ("a data type", "850100 20000200 01 C8 01020304", "no data type has tag 200"),
    ("a selector", "050300 50040200 0B 00 00", "RSD has no choice 11"),
    (
        "a mechanism",
        "0200 0016" + "FF" * 24 + "0400 0400 01 0400 00001C20 04 00",
        "ConnectMechanismInfo has no choice 4",
    ),
]


@pytest.mark.parametrize(("octets", "reason"), [u[1:] for u in UNKNOWN], ids=[u[0] for u in UNKNOWN])
def test_what_nobody_knows_is_kept_whole(octets: str, reason: str) -> None:
    wire = bytes.fromhex(octets.replace(" ", ""))
    found = d.decode_apdu(wire)
    assert isinstance(found, d.UnknownApdu)
    assert reason in found.reason
    assert found.encode() == d.encode_apdu(found) == wire
    assert wire[0] == found.TAG


def test_the_hook_for_compact_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        apdus, "_REGISTER", {tag: dict(f) if isinstance(f, dict) else f for tag, f in apdus._REGISTER.items()}
    )

    @d.service(0x05, 99)
    class GetRequestCompact(d.ClientApdu):
        piid: d.records.Byte = 0
        oads: tuple[d.OAD, ...]

    request = GetRequestCompact(piid=3, oads=(d.OAD("20000200"),))
    assert request.encode().hex() == "056303" + "0120000200" + "00"
    assert d.decode_apdu(request.encode()) == request
    assert repr(request) == "GetRequestCompact(piid=3, oads=(OAD('20000200'),))"
    with pytest.raises(UsageError, match="no choices"):

        @d.service(0x02, 1)
        class ConnectRequestCompact(d.ClientApdu):
            piid: d.records.Byte = 0


def test_limit_of_an_apdu() -> None:
    long = d.SetRequestNormal(oad=d.OAD("40000200"), data=bytes((1 << 17) - 13))
    assert len(long.encode()) == (1 << 17)
    assert d.decode_apdu(long.encode()) == long
    with pytest.raises(LimitError, match="131073 octets"):
        d.decode_apdu(long.encode() + b"\x00")


def test_piid() -> None:
    answer = d.SetResponseNormal(piid=0xC5, oad=d.OAD("40000200"), dar=d.DAR(0))
    assert (answer.service_number, answer.has_priority, answer.has_more_to_say) == (5, True, True)
    request = d.GetRequestNormal(piid=0x45, oad=d.OAD("40000200"))
    assert not request.has_more_to_say
    assert d.SecurityRequest(content=d.PlainText(b""), check=d.RN(b"")).service_number == 0


def test_results() -> None:
    good = d.ResultNormal(d.OAD("20000200"), d.LongUnsigned(2413))
    bad = d.ResultNormal(d.OAD("20000200"), d.DAR(4))
    assert (good.get(), good.is_error, good.dar) == (2413, False, d.SUCCESS)
    assert (bad.is_error, bad.dar) == (True, 4)
    with pytest.raises(MeterError, match="20000200: DAR 4 object undefined") as caught:
        bad.get()
    assert caught.value.code == 4
    table = d.ResultRecord(d.OAD("50040200"), d.RCSD([d.OAD("00100200")]), ((d.DoubleLongUnsigned(1),),))
    assert table.get() == ((1,),)
    assert (table.is_error, table.dar) == (False, 0)
    refused = d.ResultRecord(d.OAD("50040200"), d.RCSD(), d.DAR(6))
    assert (refused.is_error, refused.dar) == (True, 6)
    with pytest.raises(MeterError):
        refused.get()


WRONG: list[Any] = [
    d.GetRequestNormal(piid=256, oad=d.OAD("20000200")),
    d.GetRequestNormal(piid=1, oad="20000200"),  # type: ignore[arg-type]
    d.GetRequestNormalList(oads=d.OAD("20000200")),  # type: ignore[arg-type]
    d.GetResponseRecord(
        result=d.ResultRecord(d.OAD("50040200"), d.RCSD([d.OAD("00100200")]), ((d.Enum(1), d.Enum(2)),))
    ),
    d.GetResponseRecord(result=d.ResultRecord(d.OAD("50040200"), d.RCSD(), ((),))),
    d.SetRequestNormal(oad=d.OAD("20000200"), data=5),
    d.GetRequestRecord(record=d.GetRecord(d.OAD("50040200"), None, d.RCSD())),  # type: ignore[arg-type]
    d.ConnectRequest(protocol_conformance=b"\xff"),
    d.SecurityRequest(content=b"", check=d.RN(b"")),  # type: ignore[arg-type]
    d.LinkRequest(type=0, heartbeat=70_000, time=d.DateTime(bytes(10))),
]


@pytest.mark.parametrize("apdu", WRONG, ids=lambda apdu: type(apdu).__name__)
def test_what_cannot_be_sent_says_which_field(apdu: d.Apdu) -> None:
    with pytest.raises(UsageError, match=type(apdu).__name__):
        apdu.encode()


TOLD: list[tuple[d.Apdu, list[str]]] = [
    (
        d.LinkRequest(piid=0x40, type=1, heartbeat=60, time=d.DateTime(bytes(10))),
        ["1 heartbeat 心跳", "60 s", "more to be fetched"],
    ),
    (
        d.LinkResponse(
            result=0x81,
            request_time=d.DateTime(bytes(10)),
            received_time=d.DateTime(bytes(10)),
            response_time=d.DateTime(bytes(10)),
        ),
        ["1 address duplicate 地址重复, clock trusted"],
    ),
    (
        d.ConnectRequest(piid=0x85, mechanism=d.PasswordSecurity("secret")),
        ["service 5, high priority", "0016H", "64 of 64 bits set", "6 characters, not shown"],
    ),
    (d.ServerErrorResponse(type=2), ["2 service not supported 服务不支持"]),
    (d.ServerErrorResponse(type=77), ["77 reserved"]),
    (d.SetRequestNormal(oad=d.OAD("20000300"), data=d.ScalerUnit(-1, 38)), ["× 10^-1", "38 V"]),
    (d.SetRequestNormal(oad=d.OAD("20000300"), data=d.COMDCB(6, 2)), ["6: 9600", "2 even"]),
    (d.SetRequestNormal(oad=d.OAD("20000300"), data=b""), ["empty"]),
]


@pytest.mark.parametrize(("apdu", "words"), TOLD, ids=lambda value: type(value).__name__)
def test_anatomy_says_what_numbers_mean(apdu: d.Apdu, words: list[str]) -> None:
    told = " | ".join(field.meaning for field in d.explain_apdu(apdu.encode()))
    for wanted in words:
        assert wanted in told
    assert "secret" not in told


def test_anatomy_looks_into_clear_text() -> None:
    inner = d.GetRequestNormal(piid=2, oad=d.OAD("20000200")).encode()
    for content, wanted in (
        (inner, "05H GetRequestNormal"),
        (inner + b"\x00", "1 bytes left over"),
        (b"\x10\x00\x00", "SECURITY inside SECURITY"),
        (b"\x77", "77"),
        (b"", "at least one octet"),
    ):
        octets = d.SecurityRequest(content=d.PlainText(content), check=d.RN(b"r")).encode()
        fields = d.explain_apdu(octets)
        assert wanted in " | ".join(f"{field.name} {field.meaning}" for field in fields)
        leaves = [
            f for f, after in zip(fields, [*fields[1:], None], strict=True) if after is None or after.depth <= f.depth
        ]
        assert b"".join(field.data for field in leaves) == octets
        assert fields[-1].name == "RN"


def test_describe() -> None:
    assert describe(b"\x01") == "01"
    assert describe(d.OAD("20000200")) == "20000200 voltage 电压"
    assert describe(d.OMD("43000100")) == "43000100 electrical device 电气设备"
    assert describe(d.OAD("12340200")) == "12340200"


def test_other_lengths_of_lengths_are_read() -> None:
    """Not the shortest form, but unambiguous: taken, and sent in the shortest."""
    found = d.decode_apdu(bytes.fromhex("050200 82000120000200 00".replace(" ", "")))
    assert found.encode().hex() == "0502000120000200" + "00"
