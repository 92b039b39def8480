"""Anatomy of an MMS frame, from TPKT down to the data, told in the standard's names.

The tables below mirror the parts of ISO 9506-2 that 8-1 uses: tag → name and the table of what is
inside. A tag that no table knows is shown with its number and walked all the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ...anatomy import Field
from ...errors import DecodeError, FileServiceError, MeterwireError
from .. import ber
from ..osi import cotp, session
from .data import BinaryTime, BitString, DataTag, decode_data

__all__ = ["MAX_FIELDS", "explain_mms", "explain_sdu", "explain_tpkt"]

MAX_FIELDS = 20_000
"""Fields of one frame; what is beyond is not explained."""
MAX_DEPTH = 40

Table = Mapping[int, tuple[str, Any]]
Leaf = Callable[[bytes, int, int], str]


def _integer(data: bytes, start: int, stop: int) -> str:
    return str(ber.decode_integer(data, start, stop))


def _boolean(data: bytes, start: int, stop: int) -> str:
    return "TRUE" if any(data[start:stop]) else "FALSE"


def _text(data: bytes, start: int, stop: int) -> str:
    return data[start:stop].decode("utf-8", "replace")


def _oid(data: bytes, start: int, stop: int) -> str:
    return ".".join(map(str, ber.decode_oid(data, start, stop)))


def _binary_time(data: bytes, start: int, stop: int) -> str:
    moment = BinaryTime(data[start:stop]).datetime if stop - start == 6 else None
    return data[start:stop].hex() if moment is None else moment.isoformat(timespec="milliseconds")


_ERRORS = (
    "object-invalidated, hardware-fault, temporarily-unavailable, object-access-denied, "
    "object-undefined, invalid-address, type-unsupported, type-inconsistent, "
    "object-attribute-inconsistent, object-access-unsupported, object-non-existent, "
    "object-value-invalid"
).split(", ")


def _access_error(data: bytes, start: int, stop: int) -> str:
    code = ber.decode_unsigned(data, start, stop)
    return f"{code} {_ERRORS[code]}" if code < len(_ERRORS) else str(code)


def _file_error(data: bytes, start: int, stop: int) -> str:
    code = ber.decode_integer(data, start, stop)
    names = FileServiceError.NAMES
    return f"{code} {names[code]}" if 0 <= code < len(names) else str(code)


_NAME: Table = {
    0x80: ("vmd-specific", _text),
    0xA1: ("domain-specific", {0x1A: ("identifier", _text)}),
    0x82: ("aa-specific", _text),
}
_RANGE: Table = {0x80: ("low", _integer), 0x81: ("count", _integer)}
_ALTERNATE: dict[int, tuple[str, Any]] = {
    0x81: ("component", _text),
    0x82: ("index", _integer),
    0xA3: ("index range", _RANGE),
    0x84: ("all elements", None),
}
_NESTED: Table = {
    0x80: ("component", _text),
    0x81: ("index", _integer),
    0xA2: ("index range", _RANGE),
    0x83: ("all elements", None),
    0x30: ("alternate access", _ALTERNATE),
}
_ALTERNATE[0xA0] = ("select", _NESTED)
_VARIABLES: Table = {0x30: ("variable", {0xA0: ("name", _NAME), 0xA5: ("alternate access", _ALTERNATE)})}
_SPECIFICATION: Table = {
    0xA0: ("list of variables", _VARIABLES),
    0xA1: ("variable list name", _NAME),
}
_SPECIFIED = {name for name, _ in _SPECIFICATION.values()}
_DATA = "data"
_RESULTS = "results"
_TYPE: dict[int, tuple[str, Any]] = {
    0x83: ("boolean", None),
    0x84: ("bit-string", _integer),
    0x85: ("integer", _integer),
    0x86: ("unsigned", _integer),
    0xA7: ("floating-point", {0x02: ("width", _integer)}),
    0x89: ("octet-string", _integer),
    0x8A: ("visible-string", _integer),
    0x8C: ("binary-time", _boolean),
    0x90: ("mms-string", _integer),
    0x91: ("utc-time", None),
}
_COMPONENT: Table = {0x80: ("name", _text), 0xA1: ("type", _TYPE)}
_TYPE[0xA1] = ("array", {0x81: ("elements", _integer), 0xA2: ("element type", _TYPE)})
_TYPE[0xA2] = ("structure", {0xA1: ("components", {0x30: ("component", _COMPONENT)})})
_SCOPE: Table = {0x80: ("vmd", None), 0x81: ("domain", _text), 0x82: ("association", None)}
_CLASS: Table = {0x80: ("class", _integer)}
_NAMES: Table = {0x1A: ("identifier", _text)}

_FILE_NAME: Table = {0x19: ("file name", _text)}
_FILE: Table = {0x80: ("size", _integer), 0x81: ("last modified", _text)}
_ENTRY: Table = {0xA0: ("name", _FILE_NAME), 0xA1: ("attributes", _FILE)}
_FILE_REQUESTS: Table = {
    0xBF2E: (
        "obtainFile",
        {0xA0: ("source server", None), 0xA1: ("source", _FILE_NAME), 0xA2: ("destination", _FILE_NAME)},
    ),
    0xBF48: ("fileOpen", {0xA0: ("name", _FILE_NAME), 0x81: ("position", _integer)}),
    0x9F49: ("fileRead", _integer),
    0x9F4A: ("fileClose", _integer),
    0xBF4B: ("fileRename", {0xA0: ("old name", _FILE_NAME), 0xA1: ("new name", _FILE_NAME)}),
    0xBF4C: ("fileDelete", _FILE_NAME),
    0xBF4D: ("fileDirectory", {0xA0: ("folder", _FILE_NAME), 0xA1: ("continueAfter", _FILE_NAME)}),
}
_FILE_RESPONSES: Table = {
    0x9F2E: ("obtainFile", None),
    0xBF48: ("fileOpen", {0x80: ("frsmID", _integer), 0xA1: ("attributes", _FILE)}),
    0xBF49: ("fileRead", {0x80: ("data", None), 0x81: ("moreFollows", _boolean)}),
    0x9F4A: ("fileClose", None),
    0x9F4B: ("fileRename", None),
    0x9F4C: ("fileDelete", None),
    0xBF4D: (
        "fileDirectory",
        {0xA0: ("entries", {0x30: ("list", {0x30: ("entry", _ENTRY)})}), 0x81: ("moreFollows", _boolean)},
    ),
}
_JOURNAL_ENTRY: Table = {
    0x80: ("EntryID", None),
    0xA1: ("originating application", None),
    0xA2: (
        "content",
        {
            0x80: ("time", _binary_time),
            0xA2: (
                "data",
                {0xA1: ("variables", {0x30: ("variable", {0x80: ("tag", _text), 0xA1: ("value", _DATA)})})},
            ),
        },
    ),
}
_JOURNAL_REQUESTS: Table = {
    0xBF41: (
        "readJournal",
        {
            0xA0: ("journal", _NAME),
            0xA1: ("from", {0x80: ("time", _binary_time), 0x81: ("EntryID", None)}),
            0xA2: ("to", {0x80: ("time", _binary_time), 0x81: ("number of entries", _integer)}),
            0xA4: ("variables", {0x1A: ("tag", _text)}),
            0xA5: ("behind", {0x80: ("time", _binary_time), 0x81: ("EntryID", None)}),
        },
    ),
    0xBF44: ("reportJournalStatus", _NAME),
}
_JOURNAL_RESPONSES: Table = {
    0xBF41: (
        "readJournal",
        {0xA0: ("entries", {0x30: ("entry", _JOURNAL_ENTRY)}), 0x81: ("moreFollows", _boolean)},
    ),
    0xBF44: ("reportJournalStatus", {0x80: ("entries", _integer), 0x81: ("deletable", _boolean)}),
}
_REQUESTS: Table = {
    **_FILE_REQUESTS,
    **_JOURNAL_REQUESTS,
    0x02: ("invokeID", _integer),
    0x80: ("status", _boolean),
    0x82: ("identify", None),
    0xA1: (
        "getNameList",
        {0xA0: ("object class", _CLASS), 0xA1: ("scope", _SCOPE), 0x82: ("continueAfter", _text)},
    ),
    0xA4: ("read", {0x80: ("with specification", _boolean), 0xA1: ("variables", _SPECIFICATION)}),
    0xA5: ("write", "write"),
    0xA6: ("getVariableAccessAttributes", {0xA0: ("name", _NAME)}),
    0xAC: ("getNamedVariableListAttributes", _NAME),
}
_RESPONSES: Table = {
    **_FILE_RESPONSES,
    **_JOURNAL_RESPONSES,
    0x02: ("invokeID", _integer),
    0xA0: ("status", {0x80: ("logical", _integer), 0x81: ("physical", _integer)}),
    0xA2: (
        "identify",
        {0x80: ("vendor", _text), 0x81: ("model", _text), 0x82: ("revision", _text)},
    ),
    0xA1: ("getNameList", {0xA0: ("identifiers", _NAMES), 0x81: ("moreFollows", _boolean)}),
    0xA4: ("read", {0xA0: ("variables", _SPECIFICATION), 0xA1: ("results", _RESULTS)}),
    0xA5: ("write", {0x80: ("failure", _access_error), 0x81: ("success", None)}),
    0xA6: (
        "getVariableAccessAttributes",
        {0x80: ("deletable", _boolean), 0xA2: ("type", _TYPE)},
    ),
    0xAC: (
        "getNamedVariableListAttributes",
        {0x80: ("deletable", _boolean), 0xA1: ("variables", _VARIABLES)},
    ),
}
_REPORT: Table = {0xA0: ("list of variables", _VARIABLES), 0xA1: ("variable list name", _NAME)}
_INITIATE: Table = {
    0x80: ("PDU size", _integer),
    0x81: ("outstanding calling", _integer),
    0x82: ("outstanding called", _integer),
    0x83: ("nesting level", _integer),
    0xA4: (
        "detail",
        {0x80: ("version", _integer), 0x81: ("parameter CBB", None), 0x82: ("services", None)},
    ),
}
_CLASSES = (
    "vmd-state application-reference definition resource service service-preempt time-resolution access "
    "initiate conclude cancel file others"
).split()
_SERVICE_ERROR: Table = {
    0xA0: (
        "class",
        {
            **{0x80 + i: (name, _integer) for i, name in enumerate(_CLASSES)},
            0x80 + FileServiceError.ERROR_CLASS: ("file", _file_error),
        },
    ),
    0x81: ("additional code", _integer),
    0x82: ("additional description", _text),
}
_PDUS: Table = {
    0xA0: ("confirmed-request", _REQUESTS),
    0xA1: ("confirmed-response", _RESPONSES),
    0xA2: ("confirmed-error", {0x80: ("invokeID", _integer), 0xA2: ("service error", _SERVICE_ERROR)}),
    0xA3: ("unconfirmed", {0xA0: ("informationReport", "report")}),
    0xA4: ("reject", {0x80: ("invokeID", _integer), 0x81: ("request reason", _integer)}),
    0x85: ("cancel-request", _integer),
    0x86: ("cancel-response", _integer),
    0xA7: ("cancel-error", {0x80: ("invokeID", _integer), 0xA1: ("service error", _SERVICE_ERROR)}),
    0xA8: ("initiate-request", _INITIATE),
    0xA9: ("initiate-response", _INITIATE),
    0xAA: ("initiate-error", None),
    0x8B: ("conclude-request", None),
    0x8C: ("conclude-response", None),
}
_OBJECT: Table = {0x06: ("identifier", _oid), 0x02: ("number", _integer)}
_ACSE_USER: Table = {
    0x28: ("external", {0x02: ("context", _integer), 0xA0: ("MMS", _PDUS)}),
}
_ACSE_FIELDS: Table = {
    0xA1: ("application context", _OBJECT),
    0xA2: ("called AP-title or result", _OBJECT),
    0xA3: (
        "called AE-qualifier or diagnostic",
        {0x02: ("number", _integer), 0xA1: ("of the user", _OBJECT), 0xA2: ("of the provider", _OBJECT)},
    ),
    0xA6: ("calling AP-title", _OBJECT),
    0xA7: ("calling AE-qualifier", _OBJECT),
    0x8A: ("ACSE requirements", None),
    0x8B: ("mechanism name", _oid),
    0xAC: ("authentication value", {0x80: ("password", None)}),
    0xBE: ("user information", _ACSE_USER),
}
_ACSE: Table = {
    0x60: ("AARQ", _ACSE_FIELDS),
    0x61: ("AARE", _ACSE_FIELDS),
    0x62: ("RLRQ", {0x80: ("reason", _integer)}),
    0x63: ("RLRE", {0x80: ("reason", _integer)}),
    0x64: ("ABRT", {0x80: ("source", _integer)}),
}
_PDV: Table = {
    0x02: ("context", _integer),
    0x06: ("transfer syntax", _oid),
    0xA0: ("ACSE", _ACSE),
}
_USER_DATA: Table = {0x30: ("PDV list", _PDV)}
_CONTEXT: Table = {
    0x02: ("identifier", _integer),
    0x06: ("abstract syntax", _oid),
    0x30: ("transfer syntaxes", {0x06: ("identifier", _oid)}),
    0x80: ("result", _integer),
    0x81: ("transfer syntax", _oid),
}
_NORMAL_MODE: Table = {
    0x81: ("calling selector", None),
    0x82: ("called selector", None),
    0x83: ("responding selector", None),
    0xA4: ("contexts", {0x30: ("context", _CONTEXT)}),
    0xA5: ("results", {0x30: ("result", _CONTEXT)}),
    0x61: ("user data", _USER_DATA),
}
_CONNECT: Table = {
    0xA0: ("mode", {0x80: ("normal", _integer)}),
    0xA2: ("normal mode", _NORMAL_MODE),
}
_PRESENTATION: Table = {
    0x31: ("CP or CPA", _CONNECT),
    0x61: ("user data", _USER_DATA),
    0xA0: ("ARU", {0xA0: ("normal mode", {0x61: ("user data", _USER_DATA)})}),
}
_DATA_NAMES = {getattr(DataTag, name): name.lower().replace("_", "-") for name in vars(DataTag) if name.isupper()}


class _Explainer:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.fields: list[Field] = []
        self.specified = False
        """The variables of a Write or report have been named: what follows are their values."""

    def add(self, start: int, stop: int, name: str, meaning: str, depth: int) -> None:
        if len(self.fields) >= MAX_FIELDS:
            msg = f"more than {MAX_FIELDS} fields in one frame"
            raise DecodeError(msg, offset=start)
        self.specified |= name in _SPECIFIED
        shown = self.data[start:stop]
        self.fields.append(Field(offset=start, data=shown, name=name, meaning=meaning, depth=depth))

    def walk(self, start: int, end: int, table: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            msg = f"nested deeper than {MAX_DEPTH}"
            raise DecodeError(msg, offset=start)
        while start < end:
            tag, first, stop = ber.read_header(self.data, start, end)
            name, inside = self._entry(tag, table)
            self._one(start, (tag, first, stop), (name, inside), depth)
            start = stop

    def _entry(self, tag: int, table: Any) -> tuple[str, Any]:
        if isinstance(table, Mapping) and tag in table:
            entry: tuple[str, Any] = table[tag]
            return entry
        if table == _RESULTS and tag == 0x80:
            return "failure", _access_error
        if table in (_DATA, _RESULTS):
            return _DATA_NAMES.get(tag, f"[{tag:02X}]"), _DATA
        if table in ("write", "report"):
            # The specification comes first, the values second, and both may carry tag A0.
            values = ("data" if table == "write" else "values", _RESULTS)
            return values if self.specified and tag == 0xA0 else _SPECIFICATION.get(tag, values)
        return f"[{tag:02X}]", None

    def _one(self, start: int, element: ber.Element, entry: tuple[str, Any], depth: int) -> None:
        tag, first, stop = element
        name, inside = entry
        if inside == _DATA and tag not in (DataTag.ARRAY, DataTag.STRUCTURE):
            value, _ = decode_data(self.data, start, stop)
            self.add(start, stop, name, _shown(value), depth)
        elif callable(inside):
            self.add(start, stop, name, inside(self.data, first, stop), depth)
        elif inside is None and not _is_constructed(tag):
            self.add(start, stop, name, self.data[first:stop].hex(" "), depth)
        else:
            self.add(start, first, name, f"{stop - first} octets", depth)
            self.walk(first, stop, inside, depth + 1)


def _is_constructed(tag: int) -> bool:
    while tag > 0xFF:
        tag >>= 8
    return bool(tag & 0x20)


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex(" ")
    return str(value) if isinstance(value, (BitString, str)) else f"{value}"


def explain_mms(pdu: bytes) -> tuple[Field, ...]:
    """Anatomy of a bare MMS PDU; DecodeError when it is none."""
    explainer = _Explainer(pdu)
    explainer.walk(0, len(pdu), _PDUS, 0)
    return tuple(explainer.fields)


def explain_sdu(sdu: bytes) -> tuple[Field, ...]:
    """Anatomy of a message from the session layer up, as it is when the segments of several TPKTs are joined."""
    explainer = _Explainer(sdu)
    _explain_session(explainer, 0)
    return tuple(explainer.fields)


def explain_tpkt(frame: bytes, *, is_segment: bool = False) -> tuple[Field, ...]:
    """Anatomy of one TPKT with everything inside; DecodeError where it breaks.

    The last segment of a message looks like a message of its own; ``is_segment`` says that it is none.
    """
    explainer = _Explainer(frame)
    if len(frame) < 7 or frame[0] != 3 or int.from_bytes(frame[2:4], "big") != len(frame):
        msg = "not one whole TPKT"
        raise DecodeError(msg, offset=0, data=frame)
    explainer.add(0, 4, "TPKT", f"version 3, {len(frame)} octets", 0)
    code = frame[5] & 0xF0
    end = 5 + frame[4]
    names = {cotp.CR: "CR", cotp.CC: "CC", cotp.DT: "DT", cotp.DR: "DR", cotp.ER: "ER"}
    name = names.get(code, f"{code:02X}")
    if code != cotp.DT:
        explainer.add(4, len(frame), f"COTP {name}", _connection(frame[4:]), 0)
        return tuple(explainer.fields)
    if frame[4] != 2:
        msg = f"a DT TPDU has a header of 2 octets, not {frame[4]}"
        raise DecodeError(msg, offset=4, data=frame[4:7])
    last = "last" if frame[6] & 0x80 else "more follow"
    explainer.add(4, end, "COTP DT", last, 0)
    if frame[6] & 0x80 and not is_segment:
        _explain_session(explainer, end)
    else:
        explainer.add(end, len(frame), "segment", f"{len(frame) - end} octets", 0)
    return tuple(explainer.fields)


def _connection(tpdu: bytes) -> str:
    try:
        c = cotp.decode_connection(tpdu)
    except MeterwireError:
        return ""
    size = "" if c.size_code is None else f"TPDU size {1 << c.size_code}, "
    return f"{size}calling {c.calling.hex()}, called {c.called.hex()}"


def _explain_session(explainer: _Explainer, start: int) -> None:
    data = explainer.data
    if data[start : start + 4] != session.DATA:
        spdu = session.decode(data[start:])
        name = session.SpduKind.NAMES[spdu.kind]
        body = len(data) - len(spdu.user_data)
        if data[body:] != spdu.user_data:
            msg = "session parameters behind the user data"
            raise DecodeError(msg, offset=start)
        explainer.add(start, body, f"session {name}", "", 0)
        if spdu.user_data:
            explainer.walk(body, len(data), _PRESENTATION, 1)
        return
    explainer.add(start, start + 4, "session", "give tokens, data transfer", 0)
    first, stop = ber.only_element(data, start + 4, len(data), 0x61, "presentation data")
    inner, stop = ber.only_element(data, first, stop, 0x30, "PDV list")
    explainer.add(start + 4, inner, "presentation", "user data", 0)
    at = inner
    for tag, a, b in ber.elements(data, inner, stop):
        if tag == 0xA0:
            explainer.add(at, a, "presentation data", f"{b - a} octets", 1)
            explainer.walk(a, b, _PDUS, 0)
        else:
            explainer._one(at, (tag, a, b), _PDV.get(tag, (f"[{tag:02X}]", None)), 1)
        at = b
