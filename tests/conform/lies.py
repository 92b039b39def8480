"""The lies: what a wrong server does, each by a name. What they must be caught by is in caught.py."""

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator

from everything import PASSWORD
from liar import Lie

from meterwire.errors import MeterwireError
from meterwire.protocols import ber
from meterwire.protocols.mms import Initiator
from meterwire.protocols.mms.pdu import PduTag, Service, confirmed_error, confirmed_response, decode_pdu, reject
from meterwire.protocols.mms.services import decode_read_request
from meterwire.protocols.osi import Authentication

READ, WRITE, NAMES = Service.READ, Service.WRITE, Service.GET_NAME_LIST
TYPES = Service.GET_VARIABLE_ACCESS_ATTRIBUTES
SET_TYPES = Service.GET_NAMED_VARIABLE_LIST_ATTRIBUTES


# -- parts ----------------------------------------------------------------------------------------


def response(pdu: bytes) -> tuple[int, int, bytes] | None:
    """Invoke ID, service and content of a confirmed response."""
    with contextlib.suppress(MeterwireError):
        told = decode_pdu(pdu)
        if told.tag == PduTag.CONFIRMED_RESPONSE:
            return told.invoke_id or 0, told.service, told.data[told.start : told.stop]
    return None


def asked_service(request: bytes) -> int:
    with contextlib.suppress(MeterwireError):
        return decode_pdu(request).service
    return 0


def elements(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Tag, content and whole of each element."""
    at = 0
    while at < len(data):
        tag, first, stop = ber.read_header(data, at, len(data))
        yield tag, data[first:stop], data[at:stop]
        at = stop


def on_content(service: int, change: Callable[[bytes, bytes], bytes | None]) -> Lie:
    """Change the content of a service's responses; the function gets it and the request."""

    def answer(pdu: bytes, request: bytes) -> list[bytes] | None:
        told = response(pdu)
        if told is None or told[1] & 0x1F != service & 0x1F or (told[1] > 0xFF) != (service > 0xFF):
            return None
        changed = change(told[2], request)
        return None if changed is None else [confirmed_response(told[0], ber.tlv(told[1], changed))]

    return Lie(answer=answer)


def walk(data: bytes, change: Callable[[int, bytes], bytes | None]) -> bytes:
    """Change primitive Data elements, wherever they stand; the function gives a whole element."""
    out = b""
    for tag, content, whole in elements(data):
        if tag in (0xA1, 0xA2, 0xA0, 0x30):
            out += ber.tlv(tag, walk(content, change))
        else:
            changed = change(tag, content)
            out += whole if changed is None else changed
    return out


def values(change: Callable[[int, bytes], bytes | None]) -> Lie:
    """Change values of Read answers."""
    return on_content(READ, lambda content, _request: walk(content, change))


def named(*names: bytes, change: Callable[[int, bytes], bytes | None]) -> Lie:
    """Change values of Read answers to requests that have one of these names in them."""
    return on_content(
        READ, lambda content, request: walk(content, change) if any(n in request for n in names) else None
    )


def named_end(*names: bytes, change: Callable[[int, bytes], bytes | None]) -> Lie:
    """The same, where a single name ends so."""

    def inside(content: bytes, request: bytes) -> bytes | None:
        return walk(content, change) if any(request.endswith(n) for n in names) else None

    return on_content(READ, inside)


def always(octets: bytes) -> Callable[[int, bytes], bytes | None]:
    return lambda _tag, _content: octets


# -- lies ----------------------------------------------------------------------------------------------------------------


def _refuse(pdu: bytes, request: bytes) -> list[bytes] | None:
    told = response(pdu)
    return None if told is None else [confirmed_error(told[0], 7, 3)]


def _refuse_reads(content: bytes, _request: bytes) -> bytes:
    parts = b""
    for tag, inner, whole in elements(content):
        parts += ber.tlv(tag, b"".join(b"\x80\x01\x03" for _ in elements(inner))) if tag == 0xA1 else whole
    return parts


SUCCESS = {
    READ: b"\xa1\x03\x83\x01\x00",
    WRITE: b"\x81\x00",
    NAMES: b"\xa0\x03\x1a\x01\x41\x81\x01\x00",
    TYPES: b"\x80\x01\x00\xa2\x02\x83\x00",
    SET_TYPES: b"\x80\x01\x00\xa1\x12\x30\x10\xa0\x0e\xa1\x0c\x1a\x04XXXX\x1a\x04LLN0",
    Service.DEFINE_NAMED_VARIABLE_LIST: b"",
    Service.DELETE_NAMED_VARIABLE_LIST: b"\x80\x01\x01\x81\x01\x01",
    Service.FILE_OPEN: b"\x80\x01\x05\xa1\x03\x80\x01\x05",
    Service.FILE_READ: b"\x80\x02hi\x81\x01\x00",
    Service.FILE_CLOSE: b"",
    Service.FILE_DELETE: b"",
    Service.FILE_RENAME: b"",
    Service.FILE_DIRECTORY: b"\xa0\x13\x30\x11\x30\x0f\xa0\x06\x19\x04file\xa1\x05\x80\x03\x00\x10\x00",
    0xBF41: b"\xa0\x22\x30\x20\x80\x08\x00\x00\x00\x00\x00\x00\x00\x01\xa1\x02\x30\x00\xa2\x10\x80\x06\x00\x00\x00\x00\x00\x01\xa2\x06\xa1\x04\x30\x02\x80\x00",
}
RESPONSE_TAGS = {Service.FILE_READ: 0xBF49}


def _agree(pdu: bytes, request: bytes) -> list[bytes] | None:
    """Every refusal becomes a success."""
    service = asked_service(request)
    with contextlib.suppress(MeterwireError):
        told = decode_pdu(pdu)
        if told.tag in (PduTag.CONFIRMED_ERROR, PduTag.REJECT):
            invoke_id = told.invoke_id if told.invoke_id is not None else _rejected(pdu)
            service = service or READ
            tag = RESPONSE_TAGS.get(service, service)
            return [confirmed_response(invoke_id, ber.tlv(tag, SUCCESS.get(service, b"")))]
        if told.tag == PduTag.CONFIRMED_RESPONSE and told.service == WRITE:
            count = len(list(elements(told.data[told.start : told.stop])))
            return [confirmed_response(told.invoke_id or 0, ber.tlv(WRITE, b"\x81\x00" * count))]
        if told.tag == PduTag.CONFIRMED_RESPONSE and told.service == READ:
            content = told.data[told.start : told.stop]
            return [confirmed_response(told.invoke_id or 0, ber.tlv(READ, _agreed(content)))]
        if told.tag == PduTag.CONFIRMED_RESPONSE and told.service == Service.DELETE_NAMED_VARIABLE_LIST:
            return [confirmed_response(told.invoke_id or 0, ber.tlv(told.service, SUCCESS[told.service]))]
    return None


def _agreed(content: bytes) -> bytes:
    out = b""
    for tag, inner, whole in elements(content):
        if tag == 0xA1:
            out += ber.tlv(tag, b"".join(b"\x83\x01\x00" if own == 0x80 else part for own, _, part in elements(inner)))
        else:
            out += whole
    return out


def _rejected(pdu: bytes) -> int:
    _, first, stop = ber.read_header(pdu, 0, len(pdu))
    tag, a, b = ber.read_header(pdu, first, stop)
    return ber.decode_integer(pdu, a, b) if tag == 0x80 else 1


def _is_report(pdu: bytes) -> bool:
    return pdu[:1] == b"\xa3"


def _report_values(pdu: bytes) -> tuple[bytes, list[bytes]] | None:
    """What stands in front of the values of a report to RPT, and the values."""
    if not _is_report(pdu) or b"\x80\x03RPT" not in pdu[:24]:
        return None
    _, first, stop = ber.read_header(pdu, 0, len(pdu))
    _, first, stop = ber.read_header(pdu, first, stop)
    _, _, after = ber.read_header(pdu, first, stop)
    head = pdu[first:after]
    _, a, b = ber.read_header(pdu, after, stop)
    return head, [whole for _, _, whole in elements(pdu[a:b])]


def _report(head: bytes, parts: list[bytes]) -> bytes:
    return ber.tlv(0xA3, ber.tlv(0xA0, head + ber.tlv(0xA0, b"".join(parts))))


def reports(change: Callable[[list[bytes]], list[list[bytes]] | None]) -> Lie:
    """Change the values of reports; several lists are several reports."""

    def answer(pdu: bytes, _request: bytes) -> list[bytes] | None:
        told = _report_values(pdu)
        if told is None:
            return None
        changed = change(told[1])
        return None if changed is None else [_report(told[0], parts) for parts in changed]

    return Lie(answer=answer)


def _numbers(parts: list[bytes]) -> list[list[bytes]]:
    """Every sequence number is 7."""
    return [[*parts[:2], b"\x86\x01\x07" if parts[2][:1] == b"\x86" else parts[2], *parts[3:]]]


def _no_reasons(parts: list[bytes]) -> list[list[bytes]]:
    """All reasons are data-change."""
    return [[b"\x84\x02\x02\x40" if part[:3] == b"\x84\x02\x02" and i > 1 else part for i, part in enumerate(parts)]]


def _all_integrity(parts: list[bytes]) -> list[list[bytes]]:
    return [[b"\x84\x02\x02\x08" if part[:3] == b"\x84\x02\x02" and i > 1 else part for i, part in enumerate(parts)]]


def _options(parts: list[bytes]) -> list[list[bytes]]:
    """OptFlds say nothing, whatever follows."""
    return [[parts[0], b"\x84\x03\x06\x00\x00", *parts[2:]]]


def _bare(parts: list[bytes]) -> list[list[bytes]]:
    """A report of one boolean, OptFlds all zero."""
    return [[parts[0], b"\x84\x03\x06\x00\x00", b"\x84\x02\x07\x80", b"\x83\x01\x00"]]


def _other_id(parts: list[bytes]) -> list[list[bytes]]:
    return [[b"\x8a\x05other", *parts[1:]]]


def _old_time(parts: list[bytes]) -> list[list[bytes]]:
    """Times of entry are of 1984, and all the same."""
    return [
        [b"\x8c\x06\x00\x00\x00\x01\x00\x01" if part[:1] == b"\x8c" and i < 4 else part for i, part in enumerate(parts)]
    ]


def _other_head(parts: list[bytes]) -> list[list[bytes]]:
    """Another data set and revision."""
    head = [b"\x8a\x0bALLLD0/LL$x" if part[:1] == b"\x8a" and i > 1 else part for i, part in enumerate(parts[:8])]
    head = [b"\x86\x02\x03\xe7" if part[:1] == b"\x86" and i > 3 else part for i, part in enumerate(head)]
    return [[*head, *parts[8:]]]


def _same_entry(parts: list[bytes]) -> list[list[bytes]]:
    return [[b"\x89\x08" + bytes(8) if part[:2] == b"\x89\x08" else part for part in parts]]


def _other_entry(parts: list[bytes]) -> list[list[bytes]]:
    _other_entry.count = getattr(_other_entry, "count", 0) + 1  # type: ignore[attr-defined]
    number = _other_entry.count  # type: ignore[attr-defined]
    return [[b"\x89\x08" + number.to_bytes(8) if part[:2] == b"\x89\x08" else part for part in parts]]


def _flipped(parts: list[bytes]) -> list[list[bytes]]:
    """Booleans and integers of the values are others."""
    return [[_flip(part) if part[:1] in (b"\xa2", b"\xa1") else part for part in parts]]


def _flip(part: bytes) -> bytes:
    def other(tag: int, content: bytes) -> bytes | None:
        if tag == 0x83:
            return b"\x83\x01" + (b"\x00" if content != b"\x00" else b"\xff")
        return b"\x85\x01\x2a" if tag == 0x85 else None

    return walk(part, other)


def _flip_overflow(parts: list[bytes]) -> list[list[bytes]]:
    return [[b"\x83\x01\xff" if part[:1] == b"\x83" and i > 1 else part for i, part in enumerate(parts)]]


def _segments_broken(parts: list[bytes]) -> list[list[bytes]]:
    """SubSqNum is always 0."""
    out = list(parts)
    for i in range(3, min(9, len(parts) - 1)):
        if parts[i][:1] == b"\x86" and parts[i + 1][:1] == b"\x83":
            out[i] = b"\x86\x01\x00"
    return [out]


def _data_refs(parts: list[bytes]) -> list[list[bytes]]:
    """Data references are another's."""
    bits = next((i for i, part in enumerate(parts) if i > 1 and part[:1] == b"\x84"), 0)
    return [[b"\x8a\x07X/LLN0$" if part[:1] == b"\x8a" and i > bits else part for i, part in enumerate(parts)]]


def _inclusion(parts: list[bytes]) -> list[list[bytes]]:
    """The inclusion has eight bits more."""
    bits = next((i for i, part in enumerate(parts) if i > 1 and part[:1] == b"\x84"), None)
    if bits is None:
        return [parts]
    _, first, stop = ber.read_header(parts[bits], 0, len(parts[bits]))
    content = parts[bits][first:stop]
    return [[*parts[:bits], ber.tlv(0x84, content[:1] + content[1:] + b"\x00"), *parts[bits + 1 :]]]


def _accepted(change: Callable[[bytes], bytes]) -> Lie:
    """Change the frame that accepts the association."""

    def frame(data: bytes) -> bytes | None:
        return change(data) if len(data) > 8 and data[7] == 0x0E else None

    return Lie(frame=frame)


def _patched(anchor: bytes, offset: int, octet: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = data.find(anchor, data.find(b"\xbe"))
        return data if at < 0 else data[: at + offset] + bytes((octet,)) + data[at + offset + 1 :]

    return change


def _names(change: Callable[[list[bytes], bytes], tuple[list[bytes], bytes] | None]) -> Lie:
    """Change a name list: names and its moreFollows."""

    def content(data: bytes, request: bytes) -> bytes | None:
        parts = {tag: inner for tag, inner, _ in elements(data)}
        found = [inner for _, inner, _ in elements(parts.get(0xA0, b""))]
        told = change(found, request)
        if told is None:
            return None
        return ber.tlv(0xA0, b"".join(ber.tlv(0x1A, name) for name in told[0])) + told[1]

    return on_content(NAMES, content)


END, MORE = b"\x81\x01\x00", b"\x81\x01\xff"


def _is_variables(request: bytes) -> bool:
    return b"\xa0\x03\x80\x01\x00" in request


def _without(word: bytes) -> Lie:
    return _names(
        lambda found, request: ([name for name in found if word not in name], END) if _is_variables(request) else None
    )


def _types(change: Callable[[bytes], bytes]) -> Lie:
    return on_content(TYPES, lambda content, _request: change(content))


def _shifted(pdu: bytes, _request: bytes) -> list[bytes] | None:
    told = response(pdu)
    return None if told is None else [confirmed_response(told[0] + 1, ber.tlv(told[1], told[2]))]


def _pretend_writes(pdu: bytes) -> bytes | None:
    """Every write is answered with success, and not done."""
    with contextlib.suppress(MeterwireError):
        told = decode_pdu(pdu)
        if told.tag == PduTag.CONFIRMED_REQUEST and told.service == WRITE:
            parts = [inner for tag, inner, _ in elements(told.data[told.start : told.stop]) if tag == 0xA0]
            count = len(list(elements(parts[-1])))
            return confirmed_response(told.invoke_id or 0, ber.tlv(WRITE, b"\x81\x00" * count))
    return None


def _refuse_writes(pdu: bytes) -> bytes | None:
    with contextlib.suppress(MeterwireError):
        told = decode_pdu(pdu)
        if told.tag == PduTag.CONFIRMED_REQUEST and told.service == WRITE:
            return confirmed_response(told.invoke_id or 0, ber.tlv(WRITE, b"\x80\x01\x03"))
    return None


def _no_conclude(pdu: bytes) -> bytes | None:
    return reject(None, 9, 1) if pdu == b"\x8b\x00" else None


def _testless(pdu: bytes) -> bytes | None:
    """Test is taken out of commands."""
    if b"$CO$" not in pdu or b"$Oper" not in pdu:
        return None
    # Test and Check are the last two components of an Oper.
    return pdu.replace(b"\x83\x01\xff\x84\x02\x06\x00", b"\x83\x01\x00\x84\x02\x06\x00")


def _notices(change: Callable[[bytes], list[bytes]]) -> Lie:
    """Change what is said unasked of commands."""

    def answer(pdu: bytes, _request: bytes) -> list[bytes] | None:
        return change(pdu) if _is_report(pdu) and b"\x80\x03RPT" not in pdu[:24] else None

    return Lie(answer=answer)


def _status_stands(content: bytes, request: bytes) -> bytes | None:
    return ber.tlv(0xA1, b"\x83\x01\x00") if request.endswith(b"$stVal") and b"SPCSO" in request else None


def _swallow_abort(frame: bytes) -> bool:
    return len(frame) > 7 and frame[7] in (0x19, 0x09)


def _journal(change: Callable[[list[bytes]], list[bytes]]) -> Lie:
    def content(data: bytes, _request: bytes) -> bytes:
        out = b""
        for tag, inner, whole in elements(data):
            out += ber.tlv(tag, b"".join(change([part for _, _, part in elements(inner)]))) if tag == 0xA0 else whole
        return out

    return on_content(0xBF41, content)


def _directory(change: Callable[[bytes], bytes]) -> Lie:
    return on_content(Service.FILE_DIRECTORY, lambda content, _request: change(content))


def _members(content: bytes, _request: bytes) -> bytes:
    out = b""
    for tag, inner, whole in elements(content):
        out += ber.tlv(tag, b"".join(reversed([part for _, _, part in elements(inner)]))) if tag == 0xA1 else whole
    return out


def _deletable(content: bytes, _request: bytes) -> bytes:
    return b"".join(
        bytes((0x80, 1, 0x00 if inner != b"\x00" else 0xFF)) if tag == 0x80 else whole
        for tag, inner, whole in elements(content)
    )


def _other_values(tag: int, content: bytes) -> bytes | None:
    if tag == 0x83:
        return b"\x83\x01" + (b"\x00" if content != b"\x00" else b"\xff")
    if tag in (0x85, 0x86):
        return bytes((tag, 1, 0x55))
    if tag == 0x8A:
        return b"\x8a\x03lie"
    if tag == 0x89:
        return b"\x89\x03lie"
    return None


def _wrong_types(tag: int, content: bytes) -> bytes | None:
    return b"\x8a\x03lie" if tag in (0x83, 0x85, 0x86, 0x87, 0x84, 0x91) else None


def _sizes(content: bytes) -> bytes:
    """Sizes of files are one more, times of change unreadable."""

    def change(tag: int, inner: bytes) -> bytes | None:
        if tag == 0x80:
            return ber.tlv(0x80, ber.encode_unsigned(int.from_bytes(inner, "big") + 1))
        return ber.tlv(0x81, b"never") if tag == 0x81 and len(inner) > 1 else None

    return walk(content, change)


def _is_partial(request: bytes) -> bool:
    """A Read by alternate access."""
    with contextlib.suppress(MeterwireError):
        told = decode_pdu(request)
        return any(access.alternate for access in decode_read_request(told.data, told.start, told.stop).variables)
    return False


def _whole_instead(content: bytes, request: bytes) -> bytes | None:
    return ber.tlv(0xA1, b"\x89\x04lies") if _is_partial(request) else None


def _is_list(pdu: bytes, service: int) -> int | None:
    """Invoke ID of a Read or Write of a data set."""
    with contextlib.suppress(MeterwireError):
        told = decode_pdu(pdu)
        if told.tag == PduTag.CONFIRMED_REQUEST and told.service == service:
            content = told.data[told.start : told.stop]
            spec = (
                content
                if service == WRITE
                else next((inner for tag, inner, _ in elements(content) if tag == 0xA1), b"")
            )
            if spec[:1] == b"\xa1":
                return told.invoke_id or 0
    return None


def _no_list_reads(pdu: bytes) -> bytes | None:
    invoke_id = _is_list(pdu, READ)
    return None if invoke_id is None else confirmed_error(invoke_id, 7, 3)


def _no_list_writes(pdu: bytes) -> bytes | None:
    invoke_id = _is_list(pdu, WRITE)
    return None if invoke_id is None else confirmed_response(invoke_id, ber.tlv(WRITE, b"\x80\x01\x03"))


def _blue(pdu: bytes, request: bytes) -> list[bytes] | None:
    """A report for integrity and interrogation follows every write of RptEna or GI."""
    told = response(pdu)
    if told is None or told[1] != WRITE or not (b"$RptEna" in request or b"$GI\xa0" in request):
        return None
    at = request.find(b"LLN0$")
    item = request[at:].split(b"$RptEna")[0].split(b"$GI\xa0")[0]
    name = request[:at].rpartition(b"\x1a")[0][-6:] + b"/" + item
    parts = [ber.tlv(0x8A, name), b"\x84\x03\x06\x10\x00", b"\x84\x02\x07\x80", b"\x83\x01\x00", b"\x84\x02\x02\x0c"]
    return [pdu, _report(b"\xa1\x05\x80\x03RPT", parts)]


def _never_free(content: bytes, request: bytes) -> bytes | None:
    if b"$RptEna" not in request or b"$DatSet" in request:
        return None
    return walk(content, lambda tag, _inner: b"\x83\x01\xff" if tag == 0x83 else None)


def _flat(content: bytes, request: bytes) -> bytes | None:
    """Structures in data sets are booleans."""
    if _is_list(request, READ) is None:
        return None
    out = b""
    for tag, inner, whole in elements(content):
        parts = [b"\x83\x01\x00" if own == 0xA2 else part for own, _, part in elements(inner)] if tag == 0xA1 else []
        out += ber.tlv(tag, b"".join(parts)) if tag == 0xA1 else whole
    return out


def _right_password(frame: bytes) -> bytes | None:
    """The association request of somebody who knows the password."""
    if frame[5:8] != b"\xf0\x80\x0d":
        return None
    initiator = Initiator()
    initiator.connect(Authentication(PASSWORD.encode()))
    initiator.osi.take_output()
    list(initiator.receive(bytes.fromhex("0300001611d00001000100c0010bc2020001c1020001")))
    return initiator.osi.take_output()


def _no_names(pdu: bytes) -> bytes | None:
    with contextlib.suppress(MeterwireError):
        told = decode_pdu(pdu)
        if told.tag == PduTag.CONFIRMED_REQUEST and told.service == NAMES:
            return confirmed_error(told.invoke_id or 0, 3, 0)
    return None


def _long_reads(pdu: bytes) -> bytes | None:
    with contextlib.suppress(MeterwireError):
        told = decode_pdu(pdu)
        if told.tag == PduTag.CONFIRMED_REQUEST and told.service == READ and len(pdu) > 6_000:
            return confirmed_error(told.invoke_id or 0, 3, 0)
    return None


def _only_first_selection() -> Lie:
    """Whoever selects later is refused, whatever has become of the first one."""
    reads, writes = itertools.count(), itertools.count()

    def selected(content: bytes, request: bytes) -> bytes | None:
        return ber.tlv(0xA1, b"\x8a\x00") if request.endswith(b"$SBO") and next(reads) else None

    def refused(pdu: bytes) -> bytes | None:
        return _refuse_writes(pdu) if b"$SBOw" in pdu and next(writes) else None

    return Lie(answer=on_content(READ, selected).answer, instead=refused)


def content_behind_id(entry: bytes) -> bytes:
    """What stands behind the EntryID of an entry."""
    _, first, stop = ber.read_header(entry, 0, len(entry))
    _, _, after = ber.read_header(entry, first, stop)
    return entry[after:stop]


def _no_reasons_in_logs(entry: bytes) -> bytes:
    return re.sub(rb"(ReasonCode\xa1.\x84\x02.).", rb"\g<1>\x00", entry, flags=re.DOTALL)


LIES: dict[str, Lie] = {
    # everything at once
    "refuses everything": Lie(answer=_refuse),
    "refuses reads": on_content(READ, _refuse_reads),
    "agrees to everything": Lie(answer=_agree),
    "pretends to write": Lie(instead=_pretend_writes),
    "refuses writes": Lie(instead=_refuse_writes),
    "answers under another invoke ID": Lie(answer=_shifted),
    "has other values": values(_other_values),
    "has values of other types": values(_wrong_types),
    # association
    "refuses name lists": Lie(instead=_no_names),
    "lets anybody in": Lie(hello=_right_password),
    "swallows aborts and releases": Lie(deaf=_swallow_abort),
    "rejects Conclude": Lie(instead=_no_conclude),
    "answers a larger PDU size": _accepted(lambda data: data.replace(b"\x80\x02\x04\x00", b"\x80\x02\x7f\xff").replace(b"\x80\x03\x00\xfd\xe8", b"\x80\x03\x7f\xfd\xe8").replace(b"\x80\x02\x3e\x80", b"\x80\x02\x7f\xff").replace(b"\x80\x02\x0f\xa0", b"\x80\x02\x7f\xff")),
    "answers no outstanding requests": _accepted(lambda data: data.replace(b"\x81\x01\x0a\x82\x01\x0a", b"\x81\x01\x00\x82\x01\x00").replace(b"\x81\x01\x01\x82\x01\x01", b"\x81\x01\x00\x82\x01\x00")),
    "answers version 2": _accepted(_patched(b"\x80\x01\x01\x81\x03\x05", 2, 2)),
    "answers no parameters": _accepted(_patched(b"\x81\x03\x05", 3, 0)),
    "answers no services": _accepted(_patched(b"\x82\x0c\x03", 3, 0)),
    "confirms another transport": Lie(frame=lambda data: data[:6] + b"\x00\x77" + data[8:] if data[5] == 0xD0 else None),
    # names and types
    "has names twice": _names(lambda found, _r: ([*found, *found[:1]], END)),
    "has no names": _names(lambda found, _r: ([], END)),
    "has names that are none": _names(lambda found, _r: ([b"a b", *found], END)),
    "always promises more names": _names(lambda found, _r: (found[:3] or [b"X"], MORE)),
    "has names backwards": _names(lambda found, r: (found[::-1], END) if _is_variables(r) else None),
    "begins name lists anew": _names(lambda found, r: ([b"AAA", *found], END) if b"\x82" in r[-70:-1] and _is_variables(r) else None),
    "has no LLN0": _without(b"LLN0"),
    "has no LPHD": _without(b"LPHD"),
    "has nodes without objects": _names(lambda found, r: ([*found, b"ZZZZ1"], END) if _is_variables(r) else None),
    "has parentless names": _names(lambda found, r: ([name for name in found if name != b"LLN0$ST"], END) if _is_variables(r) else None),
    "lists what is not there": _names(lambda found, r: (sorted([*found, b"LLN0$ST$Nothing$stVal", b"LLN0$ST$Nothing"]), END) if _is_variables(r) else None),
    "has other types": _types(lambda content: content.replace(b"\x83\x00", b"\x91\x00").replace(b"\x85\x01\x08", b"\x85\x01\x10")),
    "has renamed types": _types(lambda content: content.replace(b"\x80\x04Oper", b"\x80\x04OPER").replace(b"\x80\x03Beh", b"\x80\x03BEH").replace(b"\x80\x06Health", b"\x80\x06HEALTH").replace(b"\x80\x03Mod", b"\x80\x03MOD").replace(b"\x80\x06NamPlt", b"\x80\x06NAMPLT").replace(b"\x80\x06PhyNam", b"\x80\x06PHYNAM").replace(b"\x80\x09PhyHealth", b"\x80\x09PHYHEALTH").replace(b"\x80\x05Proxy", b"\x80\x05PROXY").replace(b"\x80\x06objRef", b"\x80\x06OBJREF")),
    "has no quality and no time": _types(lambda content: content.replace(b"\x80\x01q", b"\x80\x01Q").replace(b"\x80\x01t", b"\x80\x01T")),
    "has blocks in another order": _types(lambda content: content.replace(b"\x80\x05RptID", b"\x80\x05RPTID").replace(b"\x80\x05ActSG", b"\x80\x05ACTSG").replace(b"\x80\x06LogRef", b"\x80\x06LOGREF").replace(b"\x80\x06ctlNum", b"\x80\x06CTLNUM")),
    "has other sizes": _types(lambda content: content.replace(b"\x84\x01\xfe", b"\x84\x01\xf0").replace(b"\x86\x01\x08", b"\x86\x01\x20").replace(b"\x8a\x02\xff\x7f", b"\x8a\x01\xf0")),
    # values of some attributes
    "has reserved qualities": values(lambda tag, content: b"\x84\x03\x03\x80\x00" if tag == 0x84 and len(content) == 3 and content[0] == 3 else None),
    "has times of 2200": values(lambda tag, content: b"\x91\x08\xff\xff\xff\xff\x00\x00\x00\x0a" if tag == 0x91 else None),
    "has times of 1973": values(lambda tag, content: b"\x91\x08\x05\xff\xff\xff\x00\x00\x00\x0a" if tag == 0x91 else None),
    "has whole seconds": values(lambda tag, content: ber.tlv(tag, content[:4] + b"\x00\x00\x00" + content[7:]) if tag == 0x91 else None),
    "has odd accuracies": values(lambda tag, content: ber.tlv(tag, content[:7] + b"\x1c") if tag == 0x91 else None),
    "claims microseconds without a clock": values(lambda tag, content: ber.tlv(tag, content[:7] + b"\x38") if tag == 0x91 else None),
    "has small numbers of 66": values(lambda tag, content: b"\x85\x01\x42" if tag == 0x85 and len(content) == 1 else None),
    "sets substituted everywhere": values(lambda tag, content: b"\x84\x03\x03\x00\x20" if tag == 0x84 and len(content) == 3 and content[0] == 3 else None),
    "clears substituted everywhere": values(lambda tag, content: b"\x84\x03\x03\x00\x00" if tag == 0x84 and len(content) == 3 and content[0] == 3 else None),
    "selects anybody": on_content(READ, lambda content, request: ber.tlv(0xA1, b"\x8a\x01x") if request.endswith(b"$SBO") else None),
    "selects nobody": on_content(READ, lambda content, request: ber.tlv(0xA1, b"\x8a\x00") if request.endswith(b"$SBO") else None),
    "has no status": on_content(READ, _status_stands),
    "says nothing of itself": on_content(Service.IDENTIFY | 0x20, lambda content, _r: b"\x80\x00\x81\x00\x82\x00"),
    "is out of order": on_content(Service.STATUS | 0x20, lambda content, _r: b"\x80\x01\x03"),
    "leaves the specification out": on_content(READ, lambda content, _r: b"".join(whole for tag, _, whole in elements(content) if tag != 0xA0)),
    "answers one variable too few": on_content(READ, lambda content, _r: b"".join(ber.tlv(tag, b"".join(part for _, _, part in list(elements(inner))[:-1])) if tag == 0xA1 else whole for tag, inner, whole in elements(content))),
    "ignores alternate access": on_content(READ, _whole_instead),
    # data sets
    "refuses to read data sets": Lie(instead=_no_list_reads),
    "refuses to write data sets": Lie(instead=_no_list_writes),
    "flattens data sets": on_content(READ, _flat),
    "forgets data sets": _names(lambda found, r: ([name for name in found if b"dsMeterwire" not in name], END)),
    "has members backwards": on_content(SET_TYPES, _members),
    "confuses deletable": on_content(SET_TYPES, _deletable),
    "has members that are not there": on_content(SET_TYPES, lambda content, _r: content.replace(b"GGIO1$ST$Ind1", b"GGIO1$ST$IndX").replace(b"MMXU1$MX$TotW", b"MMXU1$MX$TotX")),
    "deletes nothing": on_content(Service.DELETE_NAMED_VARIABLE_LIST, lambda content, _r: b"\x80\x01\x00\x81\x01\x00"),
    # reports
    "reports nothing": Lie(answer=lambda pdu, _r: [] if _is_report(pdu) else None),
    "reports twice": reports(lambda parts: [parts, parts]),
    "numbers all reports 7": reports(_numbers),
    "reports everything as data-change": reports(_no_reasons),
    "reports everything as integrity": reports(_all_integrity),
    "reports without saying what": reports(_options),
    "reports one boolean": reports(_bare),
    "reports under another name": reports(_other_id),
    "reports of 1984": reports(_old_time),
    "reports another data set": reports(_other_head),
    "reports one EntryID": reports(_same_entry),
    "reports EntryIDs of its own": reports(_other_entry),
    "reports other values": reports(_flipped),
    "reports overflow": reports(_flip_overflow),
    "numbers segments 0": reports(_segments_broken),
    "reports other references": reports(_data_refs),
    "reports too many members": reports(_inclusion),
    "reports out of the blue": Lie(answer=_blue),
    "never frees blocks": on_content(READ, _never_free),
    "never ends emptying": named_end(b"$PurgeBuf", change=lambda tag, _c: b"\x83\x01\xff" if tag == 0x83 else None),
    # controls
    "has integers for commands": _types(lambda content: content.replace(b"\x80\x06ctlVal\xa1\x02\x83\x00", b"\x80\x06ctlVal\xa1\x02\x8c\x00")),
    "has no edited settings": _types(lambda content: content.replace(b"\x80\x02SE", b"\x80\x02SX")),
    "says nothing of commands": _notices(lambda pdu: []),
    "says everything of commands twice": _notices(lambda pdu: [pdu, pdu]),
    "says something else of commands": _notices(lambda pdu: [pdu.replace(b"\x86\x01", b"\x86\x01")[:-4] + pdu[-4:-3] + b"\x02" + pdu[-2:]]),
    "takes tests for commands": Lie(request=_testless),
    "has texts for substitutes": on_content(TYPES, lambda _c, r: b"\x80\x01\x00\xa2\x02\x91\x00" if r.endswith((b"$subVal", b"$subMag")) else None),
    "has integers for positions": on_content(TYPES, lambda _c, r: b"\x80\x01\x00\xa2\x03\x85\x01\x20" if r.endswith(b"$stVal") and b"SPCSO" in r else None),
    "has a device too many": _names(lambda found, r: ([*found, b"OTHER"], END) if b"\xa0\x03\x80\x01\x09" in r else None),
    "refuses long reads": Lie(instead=_long_reads),
    "lets only the first one select": _only_first_selection(),
    # logs and files
    "has short EntryIDs": _journal(lambda entries: [ber.tlv(0x30, b"\x80\x04" + entry[-4:] + content_behind_id(entry)) for entry in entries]),
    "has entries of others": _journal(lambda entries: [entry.replace(b"$ST$", b"$XX$") for entry in entries]),
    "has no reasons in logs": _journal(lambda entries: [_no_reasons_in_logs(entry) for entry in entries]),
    "has an entry for every query": on_content(0xBF41, lambda _c, _r: SUCCESS[0xBF41]),
    "has logs backwards": _journal(lambda entries: entries[::-1]),
    "has entries twice": _journal(lambda entries: [*entries, *entries]),
    "has empty logs": _journal(lambda entries: []),
    "has other sizes of files": _directory(_sizes),
    "has nameless files": _directory(lambda content: content.replace(b"event.log", b"empty.txt")),
    "cuts files": on_content(0xBF49, lambda content, _r: b"".join(ber.tlv(tag, inner[:-1]) if tag == 0x80 else whole for tag, inner, whole in elements(content))),
}  # fmt: skip
