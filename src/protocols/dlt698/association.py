"""LINK (01, 81), CONNECT (02, 82), RELEASE (03, 83, 84) and ERROR (6E, EE): being there, talking, and not."""

from typing import Annotated, ClassVar, Final, TypeAlias

from .apdu import Apdu, ClientApdu, ServerApdu, service
from .axdr import Choice, Fixed, record, wire_of
from .dates import DateTime, DateTimeS
from .records import Byte, Quad, Word
from .values import RN

__all__ = [
    "CONNECT_RESULTS",
    "ERRORS",
    "ClientErrorResponse",
    "ConnectRequest",
    "ConnectResponse",
    "FactoryVersion",
    "LinkRequest",
    "LinkResponse",
    "NullSecurity",
    "PasswordSecurity",
    "ReleaseNotification",
    "ReleaseRequest",
    "ReleaseResponse",
    "SecurityData",
    "ServerErrorResponse",
    "SignatureSecurity",
    "SymmetrySecurity",
]

CONNECT_RESULTS: Final[dict[int, str]] = {
    0: "accepted 允许建立应用连接",
    1: "wrong password 密码错误",
    2: "symmetric decryption failed 对称解密错误",
    3: "asymmetric decryption failed 非对称解密错误",
    4: "signature wrong 签名错误",
    5: "protocol version mismatch 协议版本不匹配",
    255: "other 其他错误",
}
"""Result of a CONNECT, in words."""
ERRORS: Final[dict[int, str]] = {
    1: "APDU cannot be parsed APDU无法解析",
    2: "service not supported 服务不支持",
    255: "other 其他",
}
"""Type of an ERROR, in words."""


@service(0x01)
class LinkRequest(Apdu):
    """A server logs in at its client, shows that it is alive, logs out."""

    LOGIN: ClassVar = 0
    HEARTBEAT: ClassVar = 1
    LOGOUT: ClassVar = 2

    piid: Byte = 0
    """Service number, priority, ACD."""
    type: Byte
    """0 login, 1 heartbeat, 2 logout."""
    heartbeat: Word
    """Seconds between heartbeats."""
    time: DateTime
    """When it was sent."""


@service(0x81)
class LinkResponse(Apdu):
    """Answer to that, with the times a clock can be set by."""

    ACCEPTED: ClassVar = 0
    DUPLICATE_ADDRESS: ClassVar = 1
    ILLEGAL_DEVICE: ClassVar = 2
    NO_CAPACITY: ClassVar = 3

    piid: Byte = 0
    """Service number and priority of the request."""
    result: Byte
    """Bits 2-0: 0 accepted, 1 address duplicate, 2 illegal device, 3 no capacity; bit 7: the clock is trusted."""
    request_time: DateTime
    """When the request was sent, by its own word."""
    received_time: DateTime
    """When it came in."""
    response_time: DateTime
    """When this was sent."""

    @property
    def code(self) -> int:
        """The result without the clock bit."""
        return self.result & 7

    @property
    def clock_is_trusted(self) -> bool:
        """True when the answering clock may be set by."""
        return bool(self.result & 0x80)


@record
class NullSecurity:
    """Mechanism 0: public connection."""


@record
class PasswordSecurity:
    """Mechanism 1: password, in clear text."""

    password: str
    """The password."""


@record
class SymmetrySecurity:
    """Mechanism 2: symmetric encryption."""

    ciphertext: bytes
    """Made by the ESAM."""
    signature: bytes
    """Made by the ESAM."""


@record
class SignatureSecurity:
    """Mechanism 3: digital signature."""

    ciphertext: bytes
    """Made by the ESAM."""
    signature: bytes
    """Made by the ESAM."""


Mechanism: TypeAlias = Annotated[
    NullSecurity | PasswordSecurity | SymmetrySecurity | SignatureSecurity,
    Choice(
        "ConnectMechanismInfo",
        {
            number: (cls, wire_of(cls))
            for number, cls in enumerate((NullSecurity, PasswordSecurity, SymmetrySecurity, SignatureSecurity))
        },
    ),
]
Conformance8: TypeAlias = Annotated[bytes, Fixed(8, "protocol conformance")]
Conformance16: TypeAlias = Annotated[bytes, Fixed(16, "function conformance")]
Text4: TypeAlias = Annotated[bytes, Fixed(4, "visible-string(4)")]
Text6: TypeAlias = Annotated[bytes, Fixed(6, "visible-string(6)")]
Text8: TypeAlias = Annotated[bytes, Fixed(8, "visible-string(8)")]


@service(0x02)
class ConnectRequest(ClientApdu):
    """A client proposes an application connection."""

    piid: Byte = 0
    """Service number and priority."""
    version: Word = 0x0016
    """Version of the protocol, e.g. 0010H to 0016H."""
    protocol_conformance: Conformance8 = b"\xff" * 8
    """64 bits, no length octet here: which services the client knows."""
    function_conformance: Conformance16 = b"\xff" * 16
    """128 bits: which functions."""
    max_send: Word = 1024
    """Longest frame the client sends."""
    max_receive: Word = 1024
    """Longest frame it takes."""
    max_window: Byte = 1
    """Frames it takes before it confirms."""
    max_apdu: Word = 1024
    """Longest APDU it can handle."""
    timeout: Quad = 7200
    """Seconds of silence after which the connection ends."""
    mechanism: Mechanism = NullSecurity()
    """How it proves who it is."""


@record
class FactoryVersion:
    """Who made the server: texts of fixed length, kept as octets."""

    vendor: Text4
    """Code of the vendor."""
    software: Text4
    """Software version."""
    software_date: Text6
    """YYMMDD."""
    hardware: Text4
    """Hardware version."""
    hardware_date: Text6
    """YYMMDD."""
    extension: Text8
    """The vendor's own."""


@record
class SecurityData:
    """What the server's ESAM adds to a CONNECT."""

    rn: RN
    """Random number."""
    signature: bytes
    """Signature."""


@service(0x82)
class ConnectResponse(ServerApdu):
    """What a server accepts of that."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    factory: FactoryVersion
    """Who made it."""
    version: Word = 0x0016
    """Version agreed."""
    protocol_conformance: Conformance8
    """Services agreed."""
    function_conformance: Conformance16
    """Functions agreed."""
    max_send: Word
    """Longest frame the server sends."""
    max_receive: Word
    """Longest frame it takes."""
    max_window: Byte
    """Frames it takes before it confirms."""
    max_apdu: Word
    """Longest APDU it can handle."""
    timeout: Quad
    """Seconds of silence after which the connection ends."""
    result: Byte
    """A key of :data:`CONNECT_RESULTS`."""
    security: SecurityData | None = None
    """From the ESAM."""


@service(0x03)
class ReleaseRequest(ClientApdu):
    """A client ends the connection."""

    piid: Byte = 0
    """Service number and priority."""


@service(0x83)
class ReleaseResponse(ServerApdu):
    """The connection is ended."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    result: Byte = 0
    """0 success."""


@service(0x84)
class ReleaseNotification(ServerApdu):
    """A server ends the connection: too long silent."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    connected: DateTimeS
    """When the connection was made."""
    now: DateTimeS
    """The server's clock."""


@service(0x6E)
class ClientErrorResponse(ClientApdu):
    """A client cannot make sense of what a server sent."""

    piid: Byte = 0
    """Service number and priority."""
    type: Byte
    """A key of :data:`ERRORS`."""


@service(0xEE)
class ServerErrorResponse(ServerApdu):
    """A server cannot make sense of what a client sent, or does not offer the service."""

    piid: Byte = 0
    """Service number, priority, ACD."""
    type: Byte
    """A key of :data:`ERRORS`."""
