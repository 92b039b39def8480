"""The judge judged: a good capture passes, and every kind of damage is seen."""

import pytest
import tshark as judge

from meterwire.protocols.capture import TcpSession, read, write_pcap

pytestmark = pytest.mark.usefixtures("tshark")

PORT = 10102

# One association of libIEC61850 1.6.1 with itself, as recorded: transport connect, initiate, Identify, type and value of
# one BOOLEAN, conclude, release. True marks what the server said.
TALK: tuple[tuple[bool, str], ...] = (
    (False, "03000016 11e0 0000 0001 00 c0010d c2020001 c1020001"),
    (True, "03000016 11d0 0001 0001 00 c0010d c2020001 c1020001"),
    (
        False,
        (
            "030000bb 02f080 0db2 0506130100160102 14020002 33020001 34020001 c19c 318199a003800101a281918104000000018204000000"
            "01a423300f0201010604520100013004060251013010020103060528ca220201300406025101615e305c020101a0576055a107060528ca2202"
            "03a20706052901876701a30302010ca606060429018767a70302010cbe2f282d020103a028a826800300fde881010582010583010aa4168001"
            "01810305f100820c03ee1c00000408000079ef18"
        ),
    ),
    (
        True,
        (
            "0300008f 02f080 0e86 0506130100160102 14020002 34020001 c174 3172a003800101a26b830400000001a512300780010081025101"
            "300780010081025101614f304d020101a0486146a107060528ca220203a203020100a305a103020100be2f282d020103a028a926800300fde8"
            "81010582010583010aa41680010181 0305f100820c03ee1c00000002000040ed18"
        ),
    ),
    (False, "0300001b 02f080 01000100 610e300c020103a007 a0050201018200"),
    (
        True,
        "03000035 02f080 01000100 61283026020103a021 a11f020101a21a 800470656572810b6c696269656336313835308205312e362e31",
    ),
    (
        False,
        (
            "03000044 02f080 01000100 61373035020103a030 a02e020102a429a127a0253023a021a11f1a0850454552424153451a13474749"
            "4f3124535424496e643124737456616c"
        ),
    ),
    (True, "03000020 02f080 01000100 61133011020103a00c a10a020102a405a103830100"),
    (False, "03000016 02f080 01000100 61093007020103a002 8b00"),
    (True, "03000016 02f080 01000100 61093007020103a002 8c00"),
    (False, "03000019 02f080 0910c10e 610c300a020101a005 6203800100"),
    (True, "03000016 02f080 0a0dc10b 61093007020101a002 6300"),
)
PDUS = 8
READ = 6
"""Place of the read request in TALK."""


def session(talk: tuple[tuple[bool, str], ...] = TALK) -> bytes:
    made = TcpSession(client=("127.0.0.1", 40000), server=("127.0.0.1", PORT))
    for number, (from_server, text) in enumerate(talk):
        (made.server_sends if from_server else made.client_sends)(number * 1000, bytes.fromhex(text))
    made.close()
    return made.to_pcap()


def changed(place: int, old: str, new: str) -> bytes:
    """The session with one message altered; the length of its TPKT follows."""
    from_server, text = TALK[place]
    text = text.replace(" ", "")
    assert text.count(old.replace(" ", "")) == 1
    message = bytearray.fromhex(text.replace(old.replace(" ", ""), new.replace(" ", "")))
    message[2:4] = len(message).to_bytes(2, "big")
    return session((*TALK[:place], (from_server, message.hex()), *TALK[place + 1 :]))


def test_a_good_session_passes() -> None:
    frames = judge.insist_clean(session(), PORT, at_least=PDUS)
    assert sum(frame.pdus for frame in frames) == PDUS
    assert sum(frame.tpkts for frame in frames) == len(TALK)
    assert {frame.layers[-1] for frame in frames if frame.pdus} == {"mms"}
    assert not [item for frame in frames for item in frame.complaints]


def test_a_session_without_its_port_is_no_proof() -> None:
    """Without the port tshark sees plain TCP, nothing malformed, and not one PDU: silence must not pass for success."""
    with pytest.raises(AssertionError, match="8 MMS PDUs on the wire, tshark dissected 0"):
        judge_without_port(session())


def judge_without_port(capture: bytes) -> None:
    frames = judge.dissect(capture)
    found, wanted = sum(frame.pdus for frame in frames), judge.count_pdus(capture, PORT)
    assert found == wanted, f"{wanted} MMS PDUs on the wire, tshark dissected {found}"


DAMAGE = {
    "inner length beyond the PDU": changed(READ, "a429a127a025", "a47fa127a025"),
    "a name longer than the PDU": changed(READ, "1a13474749", "1a7f474749"),
    "string where a sequence belongs": changed(READ, "3023a021a11f1a08", "0423a021a11f1a08"),
    "response cut short": changed(7, "a103830100", "a10383"),
    "no such service": changed(READ, "a429a127", "bf4f29a127"),
    "presentation context nobody defined": changed(READ, "020103a030 a02e", "020105a030 a02e"),
    "session FINISH without its user data": changed(10, "0910c10e 610c300a020101a005 6203800100", "0902c100"),
}


@pytest.mark.parametrize("capture", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_seen(capture: bytes) -> None:
    with pytest.raises(AssertionError):
        judge.insist_clean(capture, PORT)


def test_a_known_fault_of_a_peer_excuses_only_itself() -> None:
    fault = bytes.fromhex("0300000b02f0800902c100")
    capture = DAMAGE["session FINISH without its user data"]
    judge.insist_clean(capture, PORT, peer_faults=(fault,))
    with pytest.raises(AssertionError):
        judge.insist_clean(capture, PORT, peer_faults=(fault + b"\x00",))


def test_a_wrong_checksum_is_seen() -> None:
    packets = list(read(session()))
    data = bytearray(packets[3].data)
    data[-1] ^= 1
    packets[3] = type(packets[3])(time_ns=packets[3].time_ns, data=bytes(data))
    with pytest.raises(AssertionError, match="checksum"):
        judge.insist_clean(write_pcap(packets), PORT)


def test_a_missing_frame_is_seen() -> None:
    packets = list(read(session()))
    del packets[3]
    with pytest.raises(AssertionError, match="wasn't captured"):
        judge.insist_clean(write_pcap(packets), PORT)


def test_too_little_is_seen() -> None:
    with pytest.raises(AssertionError, match="only 8 MMS PDUs"):
        judge.insist_clean(session(), PORT, at_least=9)


def test_a_file_that_is_no_capture() -> None:
    with pytest.raises(RuntimeError, match="tshark"):
        judge.dissect(b"not a capture")
