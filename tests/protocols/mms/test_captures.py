"""Every MMS PDU of the public captures is read, or refused with our error.

The captures are in ../shared, not in this repository; frames of theirs are copied into the other tests.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from meterwire.client.reports import decode_report
from meterwire.errors import DecodeError, ProtocolError
from meterwire.protocols import capture
from meterwire.protocols.capture.streams import tcp_payloads
from meterwire.protocols.mms import BitString, Initiator, Pdu, PduTag, Responder, Service, decode_pdu
from meterwire.protocols.mms import services as s
from meterwire.protocols.mms.pdu import decode_initiate, decode_reject, decode_service_error
from meterwire.protocols.osi import Association, Data, Role, State

SHARED = Path(__file__).resolve().parents[4] / "shared" / "captures"
FILES = sorted(SHARED.glob("*MMS*.pcap")) + sorted(SHARED.glob("*piccolo*.pcap"))
SAMPLE = SHARED / "ITI__ICS-Security-Tools__pcaps__IEC61850__Sample_File_MMS_and_GOOSE.pcap"


def streams(path: Path) -> dict[tuple[str, str], bytes]:
    """What each end of each MMS connection sent."""
    found: dict[tuple[str, str], bytes] = {}
    for payload in tcp_payloads(capture.packets(path.read_bytes())):
        key = payload.source, payload.target
        if any(end.endswith(":102") for end in key):
            found[key] = found.get(key, b"") + payload.data
    return found


def mms_pdus(stream: bytes) -> Iterator[bytes]:
    """MMS PDUs of one direction, whatever state it is in: captures begin in the middle."""
    offset = 0
    while stream[offset : offset + 2] == b"\x03\x00":
        size = int.from_bytes(stream[offset + 2 : offset + 4], "big")
        association = Association(Role.CLIENT)
        association.state = State.OPEN
        try:
            for event in association.receive(stream[offset : offset + size]):
                if isinstance(event, Data):
                    yield event.pdu
        except ProtocolError:
            pass  # connection set-up, which is not data
        offset += max(size, 4)


def request(decode: Callable[[bytes, int, int], Any]) -> Callable[[Pdu], Any]:
    return lambda pdu: decode(pdu.data, pdu.start, pdu.stop)


REQUESTS: dict[int, Callable[[Pdu], Any]] = {
    Service.READ: request(s.decode_read_request),
    Service.WRITE: request(s.decode_write_request),
    Service.GET_NAME_LIST: request(s.decode_name_list_request),
    Service.GET_VARIABLE_ACCESS_ATTRIBUTES: lambda p: s.decode_single_name(p.data, p.start, p.stop, wrapped=True),
}
RESPONSES: dict[int, Callable[[Pdu], Any]] = {
    Service.READ: s.decode_read_response,
    Service.WRITE: s.decode_write_response,
    Service.GET_NAME_LIST: s.decode_name_list_response,
    Service.GET_VARIABLE_ACCESS_ATTRIBUTES: s.decode_variable_attributes_response,
    0xA2: s.decode_identify_response,
}


def read_through(octets: bytes) -> Any:
    """Decode a PDU down to its values."""
    pdu = decode_pdu(octets)
    if pdu.tag in (PduTag.INITIATE_REQUEST, PduTag.INITIATE_RESPONSE):
        return decode_initiate(octets)
    others: dict[int, Callable[[Pdu], Any]] = {
        PduTag.UNCONFIRMED: s.decode_information_report,
        PduTag.CONFIRMED_ERROR: decode_service_error,
        PduTag.REJECT: decode_reject,
        PduTag.CONFIRMED_REQUEST: REQUESTS.get(pdu.service, lambda p: p),
        PduTag.CONFIRMED_RESPONSE: RESPONSES.get(pdu.service, lambda p: p),
    }
    return others.get(pdu.tag, lambda p: p)(pdu)


@pytest.mark.skipif(not FILES, reason="../shared/captures is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem.split("__")[-1])
def test_every_pdu(path: Path) -> None:
    for stream in streams(path).values():
        for octets in mms_pdus(stream):
            offset = None
            try:
                read_through(octets)
            except DecodeError as error:
                offset = error.offset
            assert offset is None or 0 <= offset <= len(octets)


@pytest.mark.skipif(not FILES, reason="../shared/captures is not here")
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem.split("__")[-1])
def test_every_stream_into_both_roles(path: Path) -> None:
    for stream in streams(path).values():
        for end in (Initiator(), Responder()):
            try:
                for _ in end.receive(stream):
                    pass
            except ProtocolError:
                assert end.osi.state is State.CLOSED


@pytest.mark.skipif(not SAMPLE.exists(), reason="../shared/captures is not here")
def test_the_abb_station_is_read_without_loss() -> None:
    """Reports of four relays, some of them in several TCP segments."""
    reports = []
    for stream in streams(SAMPLE).values():
        for octets in mms_pdus(stream):
            value = read_through(octets)
            if isinstance(value, s.InformationReport):
                reports.append(value)
    assert len(reports) >= 20
    for report in reports:
        inclusion = next(v for v in report.values[2:] if isinstance(v, BitString))
        told = decode_report(report, [("member", None)] * inclusion.length)
        assert "/LLN0$rcb" in told.rpt_id or "/LLN0$brcb" in told.rpt_id
        assert len(told.entries) == str(inclusion).count("1")
        assert all(entry.reasons for entry in told.entries)
