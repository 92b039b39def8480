"""Every MMS PDU of the public captures is for us what it is for Wireshark: kind of PDU, service, invoke id.

Read from tshark's PDML, which keeps the order of several PDUs in one frame. Most captures begin in the middle of an
association, so tshark is told that presentation context 3 is MMS. The captures are in ../shared, not in this repository.
"""

import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from meterwire.errors import MeterwireError
from meterwire.protocols import capture
from meterwire.protocols.detect import explain_capture
from meterwire.protocols.mms import PduTag, decode_pdu

SHARED = Path(__file__).resolve().parents[4] / "shared" / "captures"
FILES = sorted(SHARED.glob("*MMS*.pcap")) + sorted(SHARED.glob("*piccolo*.pcap"))
KINDS = {
    "confirmed_RequestPDU_element": PduTag.CONFIRMED_REQUEST, "confirmed_ResponsePDU_element": PduTag.CONFIRMED_RESPONSE,
    "confirmed_ErrorPDU_element": PduTag.CONFIRMED_ERROR, "unconfirmed_PDU_element": PduTag.UNCONFIRMED,
    "rejectPDU_element": PduTag.REJECT, "cancel_RequestPDU": PduTag.CANCEL_REQUEST,
    "cancel_ResponsePDU": PduTag.CANCEL_RESPONSE, "cancel_ErrorPDU_element": PduTag.CANCEL_ERROR,
    "initiate_RequestPDU_element": PduTag.INITIATE_REQUEST, "initiate_ResponsePDU_element": PduTag.INITIATE_RESPONSE,
    "initiate_ErrorPDU_element": PduTag.INITIATE_ERROR, "conclude_RequestPDU_element": PduTag.CONCLUDE_REQUEST,
    "conclude_ResponsePDU_element": PduTag.CONCLUDE_RESPONSE, "conclude_ErrorPDU_element": PduTag.CONCLUDE_ERROR,
}  # fmt: skip
SERVICES = ("mms.confirmedServiceRequest", "mms.confirmedServiceResponse", "mms.unconfirmedService")
OPTIONS = ("-o", 'uat:pres_context_list:"3","1.0.9506.2.1"')

CARRIERS = (PduTag.CONFIRMED_REQUEST, PduTag.CONFIRMED_RESPONSE, PduTag.UNCONFIRMED)

Told = tuple[int, int | None, int | None]
"""Tag of the PDU, number of the service, invoke id."""

WITHOUT_SESSION = "-_Specific_Commands__mms-"
"""These carry MMS directly in COTP, without session and presentation, which 8-1 knows nothing of (ISO 9506 over TP0 as
some control systems have it). explain_capture() refuses their data frames; decode_pdu() reads what tshark calls MMS."""
WITHOUT_SERVICE = {"mms-confirmedRequestPDU": (PduTag.CONFIRMED_REQUEST, None, 1)}
"""Deviation: a confirmed request that ends behind its invoke id. tshark has nothing to say against it; ISO 9506 gives every
one a service, and we refuse it."""
BROKEN_AARE = "-_Specific_Commands__iec61850_"
"""Their associate response is cut short inside (tshark: "Malformed Packet: PRES"); we must refuse it too."""


def pdml(path: Path) -> ET.Element:
    command = ["tshark", "-r", str(path), "-n", *OPTIONS, "-T", "pdml"]
    return ET.fromstring(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)


def number(proto: ET.Element, *names: str) -> int | None:
    found = (field.get("show") for field in proto.iter("field") if field.get("name") in names)
    text = next(found, None)
    return None if text is None else int(text, 0)


def by_tshark(path: Path) -> tuple[dict[tuple[str, str], list[Told]], list[bytes], int]:
    """MMS PDUs by direction, their octets, and how many frames are malformed."""
    told: dict[tuple[str, str], list[Told]] = {}
    octets: list[bytes] = []
    malformed = 0
    for packet in pdml(path).iter("packet"):
        protos = list(packet.findall("proto"))
        values = {field.get("name"): field.get("show", "") for field in packet.iter("field")}
        ends = tuple(f"{values[f'ip.{end}']}:{values[f'tcp.{end}port']}" for end in ("src", "dst")) if (
            "tcp.srcport" in values and "ip.src" in values
        ) else ("", "")  # fmt: skip
        malformed += any(proto.get("name") == "_ws.malformed" for proto in packet.iter("proto"))
        for proto in packet.iter("proto"):
            if proto.get("name") != "mms":
                continue
            names = [(field.get("name") or "").removeprefix("mms.") for field in proto.iter("field")]
            kind = KINDS[next(name for name in names if name in KINDS)]
            invoke_id = number(proto, "mms.invokeID", "mms.originalInvokeID")
            told.setdefault(ends, []).append((kind, number(proto, *SERVICES), invoke_id))  # type: ignore[arg-type]
        tpkt = next((proto for proto in protos if proto.get("name") == "tpkt"), None)
        if tpkt is not None and "mms" in [proto.get("name") for proto in packet.iter("proto")]:
            data = bytes.fromhex(
                "".join(f.get("value", "") for f in packet.iter("field") if f.get("name") == "tcp.payload")
            )
            octets.append(data)
    return told, octets, malformed


def service_of(tag: bytes) -> int:
    return tag[1] if tag[0] & 0x1F == 0x1F else tag[0] & 0x1F


NAMES = {
    "confirmed-request": PduTag.CONFIRMED_REQUEST, "confirmed-response": PduTag.CONFIRMED_RESPONSE,
    "confirmed-error": PduTag.CONFIRMED_ERROR, "unconfirmed": PduTag.UNCONFIRMED, "reject": PduTag.REJECT,
    "cancel-request": PduTag.CANCEL_REQUEST, "cancel-response": PduTag.CANCEL_RESPONSE,
    "cancel-error": PduTag.CANCEL_ERROR, "initiate-request": PduTag.INITIATE_REQUEST,
    "initiate-response": PduTag.INITIATE_RESPONSE, "initiate-error": PduTag.INITIATE_ERROR,
    "conclude-request": PduTag.CONCLUDE_REQUEST, "conclude-response": PduTag.CONCLUDE_RESPONSE,
}  # fmt: skip


def by_us(path: Path) -> tuple[dict[tuple[str, str], list[Told]], int]:
    """The same from explain_capture, and how many frames it could not explain."""
    told: dict[tuple[str, str], list[Told]] = {}
    refused = 0
    for explained in explain_capture(capture.packets(path.read_bytes())):
        refused += bool(explained.error)
        fields = explained.fields
        for place, field in enumerate(fields):
            kind = NAMES.get(field.name)
            if kind is None:
                continue
            inside = []
            for other in fields[place + 1 :]:
                if other.depth <= field.depth:
                    break
                if other.depth == field.depth + 1:
                    inside.append(other)
            invoke_id = next((int(f.meaning) for f in inside if f.name == "invokeID"), None)
            # Universal tags name no service: one capture answers with 30 where A5 belongs.
            named = [f.data for f in inside if f.name != "invokeID" and f.data[0] & 0xC0 == 0x80]
            services = [service_of(tag) for tag in named] if kind in CARRIERS else []
            key = explained.source, explained.target
            told.setdefault(key, []).append((kind, services[0] if services else None, invoke_id))
    return told, refused


def short_name(path: Path) -> str:
    return path.stem.split("__")[-1]


def pytest_needs() -> Iterator[str]:
    if not FILES:
        yield "../shared/captures is not here"
    if shutil.which("tshark") is None:
        yield "tshark is not installed: apt-get install tshark"


pytestmark = pytest.mark.skipif(any(pytest_needs()), reason="; ".join(pytest_needs()) or "-")


@pytest.mark.parametrize("path", [path for path in FILES if WITHOUT_SESSION not in path.name], ids=short_name)
def test_the_same_pdus(path: Path) -> None:
    theirs, _, malformed = by_tshark(path)
    ours, refused = by_us(path)
    assert ours == theirs
    assert sum(map(len, theirs.values())) >= 3
    assert (malformed, refused) == ((1, 1) if BROKEN_AARE in path.name else (0, 0))


@pytest.mark.parametrize("path", [path for path in FILES if WITHOUT_SESSION in path.name], ids=short_name)
def test_pdus_without_session(path: Path) -> None:
    """What tshark calls MMS, read by our PDU decoder alone; the stack of 8-1 must not take it for a session."""
    theirs, frames, malformed = by_tshark(path)
    assert not malformed
    deviation = WITHOUT_SERVICE.get(short_name(path))
    found = []
    for frame in frames:
        try:
            pdu = decode_pdu(frame[7:])
        except MeterwireError:
            assert deviation is not None
            found.append(deviation)
            continue
        service = pdu.service & 0xFF if pdu.service > 0xFF else pdu.service & 0x1F
        found.append((pdu.tag, service if pdu.tag in CARRIERS else None, pdu.invoke_id))
    # The two cancel PDUs are a bare invoke id: tshark has no field called so for it.
    plain = [(tag, service, None if tag == PduTag.CANCEL_REQUEST else number) for tag, service, number in found]
    assert plain == [one for listed in theirs.values() for one in listed]
    ours, refused = by_us(path)
    assert ours == {}
    assert refused >= len(frames)  # tshark takes the bare 8B 00 (conclude) of some for no MMS
    with pytest.raises(MeterwireError):
        decode_pdu(frames[0][7:-1])
