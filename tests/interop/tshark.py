"""What Wireshark's dissectors say of a capture.

``judge(capture, port)`` runs tshark once over a capture and returns every frame with its layers, its expert items and how
many MMS PDUs tshark found in it. ``insist_clean`` asserts that every MMS PDU was dissected and that nothing is malformed
or worth a warning.

How many PDUs there must be is counted here by a walk of its own over TCP, TPKT, COTP and the session header, which shares
no code with meterwire's stack: were both wrong in the same way, the comparison would prove nothing.

MMS has no port of its own but 102, so tshark is told to take the given port for TPKT. Checksums are verified (a
capture written by meterwire must have right ones; a capture of a real loopback interface may not).
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from meterwire.protocols.capture import read

SEVERITIES = {1 << 20: "comment", 2 << 20: "chat", 4 << 20: "note", 6 << 20: "warn", 8 << 20: "error"}
WORTH_A_WARNING = 6 << 20
SEPARATOR, AGGREGATOR = "\t", "\x1f"

# One occurrence of one of these stands for one MMS PDU. The two cancel PDUs are bare integers without an element.
PDU_FIELDS = (
    *(
        f"mms.{name}_element"
        for name in (
            "confirmed_RequestPDU", "confirmed_ResponsePDU", "confirmed_ErrorPDU", "unconfirmed_PDU", "rejectPDU",
            "cancel_ErrorPDU", "initiate_RequestPDU", "initiate_ResponsePDU", "initiate_ErrorPDU",
            "conclude_RequestPDU", "conclude_ResponsePDU", "conclude_ErrorPDU",
        )
    ),
    "mms.cancel_RequestPDU", "mms.cancel_ResponsePDU",
)  # fmt: skip
EXPERT_FIELDS = ("_ws.expert.severity", "_ws.expert.message")
FIELDS = ("frame.number", "frame.protocols", "tcp.payload", *EXPERT_FIELDS, "tpkt.length", *PDU_FIELDS)


@dataclass(frozen=True, slots=True)
class Expert:
    """One expert item."""

    severity: int
    message: str

    def __str__(self) -> str:
        return f"{SEVERITIES.get(self.severity, self.severity)}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame as tshark saw it."""

    number: int
    layers: tuple[str, ...]
    payload: bytes
    experts: tuple[Expert, ...]
    tpkts: int
    pdus: int

    @property
    def malformed(self) -> bool:
        return "_ws.malformed" in self.layers or any("Malformed" in item.message for item in self.experts)

    @property
    def complaints(self) -> tuple[Expert, ...]:
        """Items that are warnings or worse."""
        return tuple(item for item in self.experts if item.severity >= WORTH_A_WARNING)


def available() -> bool:
    return shutil.which("tshark") is not None


def dissect(capture: bytes, *ports: int) -> list[Frame]:
    """Every frame of a capture file's bytes; ``ports`` are TCP ports to take for TPKT."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.pcap"
        path.write_bytes(capture)
        command = ["tshark", "-r", str(path), "-n", "-T", "fields"]
        command += ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
        command += ["-E", f"separator={SEPARATOR}", "-E", "occurrence=a", "-E", f"aggregator={AGGREGATOR}"]
        for port in ports:
            command += ["-d", f"tcp.port=={port},tpkt"]
        for field in FIELDS:
            command += ["-e", field]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"tshark: {done.stderr.decode(errors='replace').strip()}")
    return [_frame(line) for line in done.stdout.decode(errors="replace").splitlines()]


def _frame(line: str) -> Frame:
    columns = dict(zip(FIELDS, line.split(SEPARATOR), strict=True))
    several = {name: text.split(AGGREGATOR) if text else [] for name, text in columns.items()}
    experts = zip(*(several[name] for name in EXPERT_FIELDS), strict=True)
    return Frame(
        number=int(columns["frame.number"]),
        layers=tuple(columns["frame.protocols"].split(":")),
        payload=bytes.fromhex(columns["tcp.payload"]),
        experts=tuple(Expert(int(severity, 0), message) for severity, message in experts),
        tpkts=len(several["tpkt.length"]),
        pdus=sum(len(several[name]) for name in PDU_FIELDS),
    )


def insist_clean(capture: bytes, port: int, *, at_least: int = 1, peer_faults: tuple[bytes, ...] = ()) -> list[Frame]:
    """Every MMS PDU dissected, zero malformed, zero expert items of warning or worse; gives the frames.

    ``peer_faults`` are whole TCP payloads in which a foreign peer is known to break the protocol: only frames that
    are exactly one of these are not looked at.
    """
    frames = dissect(capture, port)
    complaints = [
        f"frame {frame.number}: {what} [{frame.payload[:64].hex(' ')}]"
        for frame in frames
        if frame.payload not in peer_faults
        for what in (*frame.complaints, *(["malformed"] if frame.malformed else []))
    ]
    assert not complaints, "\n".join(complaints)
    found = sum(frame.pdus for frame in frames)
    wanted = count_pdus(capture, port)
    assert found == wanted, f"{wanted} MMS PDUs on the wire, tshark dissected {found}"
    assert found >= at_least, f"only {found} MMS PDUs in the capture"
    return frames


def count_pdus(capture: bytes, port: int) -> int:
    """MMS PDUs in the TCP streams of a port, counted without meterwire's stack."""
    streams: dict[tuple[bytes, bytes], bytearray] = {}
    for packet in read(capture):
        frame = packet.data
        if frame[12:14] != b"\x08\x00" or frame[23] != 6:
            continue
        ip = frame[14 : 14 + int.from_bytes(frame[16:18])]
        tcp = ip[(ip[0] & 15) * 4 :]
        if port in (int.from_bytes(tcp[:2]), int.from_bytes(tcp[2:4])):
            ends = (ip[12:16] + tcp[:2], ip[16:20] + tcp[2:4])
            streams.setdefault(ends, bytearray()).extend(tcp[(tcp[12] >> 4) * 4 :])
    return sum(_carries_mms(tsdu) for stream in streams.values() for tsdu in _tsdus(bytes(stream)))


def _tsdus(stream: bytes) -> Iterator[bytes]:
    """Complete transport data units: the data TPDUs up to the one that says end."""
    place, kept = 0, b""
    while place + 4 <= len(stream):
        size = int.from_bytes(stream[place + 2 : place + 4])
        tpdu = stream[place + 4 : place + size]
        place += size
        if tpdu[1] == 0xF0:
            kept += tpdu[3:]
            if tpdu[2] & 0x80:
                yield kept
                kept = b""


def _carries_mms(tsdu: bytes) -> bool:
    """Connect and accept carry the initiate PDUs; a data unit carries MMS unless its context is that of ACSE (1)."""
    if tsdu[0] in (0x0D, 0x0E):
        return True
    if tsdu[:4] != b"\x01\x00\x01\x00":
        return False
    return tsdu[tsdu.index(b"\x02\x01", 4) + 2] != 1
