"""What every APDU has in common: tag, choice, PIID, tail; and the register of them all.

::

    Client-APDU = tag [choice] PIID … TimeTag OPTIONAL
    Server-APDU = tag [choice] PIID-ACD … FollowReport OPTIONAL, TimeTag OPTIONAL

LINK and SECURITY have no such tail. PIID: bit 7 priority, bits 5-0 number of the service; PIID-ACD: bit 6 as well, the
server has something to report. Each APDU is a class declared with :func:`service`; :func:`decode_apdu` finds it by its tag.
What no class is declared for, or holds a data type nobody knows, becomes an :class:`UnknownApdu`.

COMPACT services, which later editions have and no public source describes, are such unknown APDUs until a class for
them is declared: :func:`service` is the hook.
"""

import dataclasses
from collections.abc import Callable
from typing import ClassVar, Final, TypeVar, dataclass_transform

from ..._accel import dlt698data as _accel
from ...errors import DecodeError, LimitError, TruncatedError, UsageError
from .axdr import U8, Choice, Optional, Reader, Record, Teller, UnknownTagError, record_wire, register, wire_of
from .dar import DAR
from .data import KINDS
from .records import TimeTag
from .results import ResultNormal, ResultNormals, ResultRecords

__all__ = [
    "MAX_APDU",
    "Apdu",
    "ClientApdu",
    "ServerApdu",
    "UnknownApdu",
    "decode_apdu",
    "encode_apdu",
    "service",
    "tell_apdu",
]

MAX_APDU: Final = 1 << 17
"""Octets of one APDU; devices negotiate at most 65,535."""

register(
    ResultNormals | ResultRecords | None,
    Optional(
        Choice(
            "FollowReport",
            {1: (ResultNormals, wire_of(ResultNormals)), 2: (ResultRecords, wire_of(ResultRecords))},
        )
    ),
)


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Apdu:
    """Base of all APDUs."""

    TAG: ClassVar[int]
    """First octet."""
    CHOICE: ClassVar[int | None] = None
    """Second octet of services that have several forms, else None."""
    WIRE: ClassVar[Record]
    """How the fields stand on the wire."""

    def encode(self) -> bytes:
        """The octets; UsageError names the field that cannot be sent."""
        cls = type(self)
        out = bytearray((cls.TAG,) if cls.CHOICE is None else (cls.TAG, cls.CHOICE))
        cls.WIRE.write(out, self)
        return bytes(out)

    def __repr__(self) -> str:
        told = ((name, getattr(self, name)) for name, _ in self.WIRE.fields)
        shown = (f"{name}={value!r}" for name, value in told if value is not None or name not in _TAIL)
        return f"{type(self).__name__}({', '.join(shown)})"

    @property
    def service_number(self) -> int:
        """Number of the service, 0..63, by which an answer is known; 0 for APDUs without PIID."""
        return getattr(self, "piid", 0) & 63

    @property
    def has_priority(self) -> bool:
        """True for high priority."""
        return bool(getattr(self, "piid", 0) & 0x80)

    @property
    def has_more_to_say(self) -> bool:
        """ACD: the server has events to be fetched; False for what a client sends."""
        return bool(getattr(self, "piid", 0) & 0x40) and self.TAG >= 0x80


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ClientApdu(Apdu):
    """What a client sends."""

    time_tag: TimeTag | None = None
    """When it was sent and how long it may take."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ServerApdu(Apdu):
    """What a server sends."""

    follow_report: ResultNormals | ResultRecords | None = None
    """Values the server reports by the way."""
    time_tag: TimeTag | None = None
    """When it was sent and how long it may take."""


@dataclasses.dataclass(frozen=True, slots=True)
class UnknownApdu:
    """An APDU of a service, or with data, nobody knows: kept as it is."""

    octets: bytes
    """All of it."""
    reason: str = ""
    """What is unknown, and where."""

    @property
    def TAG(self) -> int:
        """First octet."""
        return self.octets[0]

    def encode(self) -> bytes:
        """The octets."""
        return self.octets


_REGISTER: Final[dict[int, dict[int, type[Apdu]] | type[Apdu]]] = {}
_ANSWERS: Final[dict[int, type]] = {}
"""By tag and choice: APDUs that are a result, or a list of them; those are decoded most, and by the accelerator."""
_ANSWER_FIELDS: Final = ([U8, wire_of(ResultNormal)], [U8, wire_of(tuple[ResultNormal, ...])])
_TAIL: Final = ("follow_report", "time_tag")
A = TypeVar("A", bound=Apdu)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,))
def service(tag: int, choice: int | None = None) -> Callable[[type[A]], type[A]]:
    """Declare the APDU with this tag and choice: its own annotations are its fields, its base tells the tail.

    Declaring one again replaces it. Process-wide.
    """

    def declare(cls: type[A]) -> type[A]:
        made: type[A] = dataclasses.dataclass(frozen=True, slots=True, kw_only=True, repr=False)(cls)
        fields = dict(record_wire(made).fields)
        tail = {name: fields.pop(name) for name in _TAIL if name in fields}
        made.TAG, made.CHOICE, made.WIRE = tag, choice, Record(made, fields | tail)
        if choice is not None and list(fields.values()) in _ANSWER_FIELDS and issubclass(made, ServerApdu):
            _ANSWERS[tag << 8 | choice] = made
        if choice is None:
            _REGISTER[tag] = made
        else:
            forms = _REGISTER.setdefault(tag, {})
            if not isinstance(forms, dict):
                raise UsageError(f"APDU {tag:02X}H has no choices")
            forms[choice] = made
        return made

    return declare


def _class_of(r: Reader) -> type[Apdu]:
    tag = r.u8()
    forms = _REGISTER.get(tag)
    if isinstance(forms, dict):
        choice = r.u8()
        forms = forms.get(choice)
        if forms is None:
            raise UnknownTagError(f"APDU {tag:02X}H has no choice {choice}", offset=r.offset - 1)
    if forms is None:
        raise UnknownTagError(f"no APDU has tag {tag:02X}H", offset=r.offset - 1)
    return forms


def decode_apdu(data: bytes | bytearray | memoryview) -> Apdu | UnknownApdu:
    """Exactly one APDU. What nobody knows comes back whole as :class:`UnknownApdu`; wrong octets are a DecodeError."""
    octets = bytes(data)
    if len(octets) > MAX_APDU:
        raise LimitError(f"an APDU of {len(octets)} octets, at most {MAX_APDU} are taken")
    if not octets:
        raise TruncatedError("an APDU has at least one octet", offset=0)
    try:
        answer = _accel.read_answer(octets, KINDS, _ANSWERS, ResultNormal, DAR)
    except DecodeError:  # the general way says what is wrong, and where
        answer = None
    if answer is not None:
        return answer  # type: ignore[no-any-return]
    try:
        r = Reader(octets)
        found: Apdu = _class_of(r).WIRE.read(r)
    except UnknownTagError as error:
        return UnknownApdu(octets, str(error))
    r.finish(type(found).__name__)
    return found


def encode_apdu(apdu: Apdu | UnknownApdu) -> bytes:
    """The octets of an APDU; the same as ``apdu.encode()``."""
    return apdu.encode()


def tell_apdu(r: Reader, teller: Teller) -> Apdu:
    """Read an APDU and explain every octet of it; UnknownTagError for what nobody knows."""
    start = r.offset
    cls = _class_of(r)
    r.offset = start
    with teller.group(r, cls.__name__):
        r.offset += 1
        teller.leaf(start, start + 1, "APDU", f"{cls.TAG:02X}H {cls.__name__}")
        if cls.CHOICE is not None:
            r.offset += 1
            teller.leaf(start + 1, start + 2, "choice", str(cls.CHOICE))
        found: Apdu = cls.WIRE.tell_fields(r, teller)
    return found
