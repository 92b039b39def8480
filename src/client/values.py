"""What a client gets: MMS data dressed with the names and types of IEC 61850."""

from collections.abc import Mapping, Sequence
from typing import Any

from .._accel import mmsdata
from ..errors import DataAccessError, ProtocolError, UsageError
from ..models import Kind, basic_type, check_value
from ..protocols import ber
from ..protocols.mms import BinaryTime, BitString, DataTag, Pdu, TypeSpec
from ..protocols.mms import data as mms
from ..protocols.mms.data import decode_access_results
from ..protocols.mms.services import result_bounds
from ..reading import Quality, Timestamp

__all__ = ["Structure", "dress", "dress_results", "encode_value", "largest", "plain", "shape_of"]


class Structure(dict[str, Any]):
    """A structured value: ``value.actVal``, ``value["actVal"]``; members in the order of the type."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            known = ", ".join(self)
            msg = f"no member {name!r}; there are {known}"
            raise AttributeError(msg) from None

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{k}={v!r}" for k, v in self.items()) + "}"

    def __str__(self) -> str:
        return "{" + ", ".join(f"{k}={v}" for k, v in self.items()) + "}"


ENVELOPE = 4
"""Octets of tag and length of a value, and of what stands in front of some."""
UTF8_OCTETS = 4
"""Octets of one character at most."""
QUALITY_BITS = 13
CODED_ENUM_BITS = 2


def dress(value: Any, spec: TypeSpec | None) -> Any:
    """A decoded value with the names and types its specification gives.

    Thirteen-bit strings become :class:`~meterwire.reading.Quality`, two-bit ones (Dbpos, Tcmd) an
    integer; a failed member stays a DataAccessError object in its place.
    """
    if isinstance(value, BitString):
        if value.length == QUALITY_BITS:
            return Quality(value.value)
        return value.value if value.length == CODED_ENUM_BITS else value
    if spec is None:
        return value
    if isinstance(value, tuple):
        if spec.tag == DataTag.STRUCTURE and len(value) == len(spec.components):
            pairs = zip(spec.components, value, strict=True)
            return Structure({name: dress(item, part) for (name, part), item in pairs})
        return value
    if isinstance(value, list):
        return [dress(item, spec.element) for item in value]
    return value


def largest(spec: TypeSpec) -> int:
    """Octets that a value of this type can take in an answer."""
    tag, size = spec.tag, abs(spec.size)
    if tag == DataTag.STRUCTURE:
        return ENVELOPE + sum(largest(part) for _, part in spec.components)
    if tag == DataTag.ARRAY and spec.element is not None:
        return ENVELOPE + size * largest(spec.element)
    if tag in (DataTag.OCTET_STRING, DataTag.VISIBLE_STRING):
        return ENVELOPE + size
    if tag == DataTag.MMS_STRING:
        return ENVELOPE + UTF8_OCTETS * size
    return ENVELOPE + 8 + size // 8


def shape_of(spec: TypeSpec | None) -> mmsdata.Shape:
    """The names in a type, as :func:`meterwire._accel.mmsdata.dress_results` wants them."""
    if spec is None:
        return None
    if spec.tag == DataTag.STRUCTURE:
        return spec.names, tuple(shape_of(part) for _, part in spec.components)
    return [shape_of(spec.element)] if spec.tag == DataTag.ARRAY else None


TIME_MAKER = Timestamp.from_bytes
"""One object: ``Timestamp.from_bytes`` is another one each time it is written, and what was made of times is kept by it."""


def dress_results(pdu: Pdu, specs: Sequence[TypeSpec | None], shapes: Sequence[mmsdata.Shape]) -> list[Any]:
    """Dressed values of a Read answer; ProtocolError when it does not have one for each of ``specs``."""
    first, stop = result_bounds(pdu)
    values = mmsdata.dress_results(pdu.data, first, stop, shapes, Structure, Quality, TIME_MAKER)
    if values is not None:
        return values
    answers = decode_access_results(pdu.data, first, stop)
    if len(answers) != len(specs):
        msg = f"{len(specs)} variables asked, {len(answers)} answered"
        raise ProtocolError(msg)
    return list(map(dress, answers, specs))


def plain(value: Any) -> Any:
    """The same as JSON-ready values: quality and time as text, octets as hex."""
    if isinstance(value, Structure):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, BinaryTime):
        moment = value.datetime
        return moment.isoformat().replace("+00:00", "Z") if moment is not None else value.data.hex()
    if isinstance(value, DataAccessError):
        return {"error": str(value), "code": value.code}
    if isinstance(value, ProtocolError):  # a member of a report that could not be read
        return {"error": str(value)}
    if isinstance(value, (Quality, Timestamp, BitString)):
        return str(value)
    return value


def encode_value(value: Any, spec: TypeSpec) -> bytes:
    """A Python value as MMS Data of the type the server told; UsageError when it does not fit."""
    if spec.tag == DataTag.STRUCTURE:
        return _encode_structure(value, spec)
    if spec.tag == DataTag.ARRAY and spec.element is not None:
        if not isinstance(value, (list, tuple)) or len(value) != spec.size:
            msg = f"{value!r} is no array of {spec.size}"
            raise UsageError(msg)
        element = spec.element
        return ber.tlv(spec.tag, b"".join(encode_value(item, element) for item in value))
    return _encode_leaf(value, spec)


def _encode_structure(value: Any, spec: TypeSpec) -> bytes:
    if not isinstance(value, Mapping) or tuple(value) != spec.names:
        msg = f"{value!r} does not have the members {', '.join(spec.names)} in this order"
        raise UsageError(msg)
    parts = [encode_value(value[name], part) for name, part in spec.components]
    return ber.tlv(spec.tag, b"".join(parts))


_INTEGER_NAMES = {8: "INT8", 16: "INT16", 24: "INT24", 32: "INT32", 64: "INT64", 128: "INT128"}


def _encode_leaf(value: Any, spec: TypeSpec) -> bytes:
    tag, size = spec.tag, abs(spec.size)
    if tag == DataTag.BIT_STRING:
        number = value.value if isinstance(value, BitString) else value
        if not isinstance(number, int) or not 0 <= number < 1 << size:
            msg = f"{value!r} is no bit string of {size} bits"
            raise UsageError(msg)
        return mms.encode_bits(number, size)
    if tag in (DataTag.INTEGER, DataTag.UNSIGNED):
        name = _INTEGER_NAMES.get(size, "INT32") + ("U" if tag == DataTag.UNSIGNED else "")
        number = check_value(basic_type(name), value)
        encode = mms.encode_unsigned if tag == DataTag.UNSIGNED else mms.encode_integer
        return encode(number)
    if tag == DataTag.FLOAT:
        double = size == 64
        number = check_value(basic_type("FLOAT64" if double else "FLOAT32"), value)
        return mms.encode_float(number, double=double)
    if tag == DataTag.MMS_STRING and isinstance(value, str):
        return mms.encode_string(tag, value)
    expected = _PYTHON_TYPES.get(tag)
    if expected is None or not isinstance(value, expected):
        kind = Kind(_KIND_NAMES[tag]).value if tag in _KIND_NAMES else f"type {tag:02X}"
        msg = f"{value!r} is no {kind}"
        raise UsageError(msg)
    return mms.encode_data(value)


_PYTHON_TYPES: dict[int, type] = {
    DataTag.BOOLEAN: bool,
    DataTag.OCTET_STRING: bytes,
    DataTag.VISIBLE_STRING: str,
    DataTag.MMS_STRING: str,
    DataTag.UTC_TIME: Timestamp,
    DataTag.BINARY_TIME: BinaryTime,
}
_KIND_NAMES: dict[int, str] = {
    DataTag.BOOLEAN: "boolean",
    DataTag.OCTET_STRING: "octet-string",
    DataTag.VISIBLE_STRING: "visible-string",
    DataTag.MMS_STRING: "mms-string",
    DataTag.UTC_TIME: "utc-time",
    DataTag.BINARY_TIME: "binary-time",
}
