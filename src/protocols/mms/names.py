"""MMS object names and alternate access (ISO 9506-2)."""

from dataclasses import dataclass

from ...errors import DecodeError, LimitError, UsageError
from .. import ber

__all__ = [
    "MAX_IDENTIFIER",
    "ObjectName",
    "Selector",
    "decode_alternate_access",
    "decode_object_name",
    "encode_alternate_access",
    "encode_identifier",
    "encode_object_name",
]

MAX_IDENTIFIER = 64
"""Identifiers longer than 64 characters are refused, as 8-1 says."""
MAX_ALTERNATE_DEPTH = 10
MAX_SELECTORS = 256
"""Selections one alternate access may hold on one level."""


@dataclass(frozen=True, slots=True)
class ObjectName:
    """VMD-specific (``domain`` None), domain-specific, or association-specific name."""

    item: str
    """Item identifier."""
    domain: str | None = None
    """Domain identifier, None when the name is not domain-specific."""
    is_association_specific: bool = False
    """Scope is this association (ACSI writes ``@name``)."""

    def __str__(self) -> str:
        if self.is_association_specific:
            return f"@{self.item}"
        return self.item if self.domain is None else f"{self.domain}/{self.item}"


def _identifier(data: bytes, first: int, stop: int) -> str:
    if not 1 <= stop - first <= MAX_IDENTIFIER:
        msg = f"identifier of {stop - first} octets, 1..{MAX_IDENTIFIER} allowed"
        raise LimitError(msg, offset=first, data=data[first:stop])
    try:
        return data[first:stop].decode("ascii")
    except UnicodeDecodeError:
        msg = "identifier is not ASCII"
        raise DecodeError(msg, offset=first, data=data[first:stop]) from None


def encode_identifier(text: str) -> bytes:
    """The octets of an identifier; UsageError for what cannot be one."""
    if not 1 <= len(text) <= MAX_IDENTIFIER or not text.isascii():
        msg = f"{text!r} is no MMS identifier: 1..{MAX_IDENTIFIER} ASCII characters"
        raise UsageError(msg)
    return text.encode("ascii")


def encode_object_name(name: ObjectName) -> bytes:
    """The name as one element."""
    item = encode_identifier(name.item)
    if name.is_association_specific:
        return ber.tlv(0x82, item)
    if name.domain is None:
        return ber.tlv(0x80, item)
    return ber.tlv(0xA1, ber.tlv(0x1A, encode_identifier(name.domain)) + ber.tlv(0x1A, item))


def decode_object_name(data: bytes, start: int, end: int) -> tuple[ObjectName, int]:
    """The name element at ``start`` and the offset behind it."""
    tag, first, stop = ber.read_header(data, start, end)
    if tag in (0x80, 0x82):
        item = _identifier(data, first, stop)
        return ObjectName(item, is_association_specific=tag == 0x82), stop
    if tag == 0xA1:
        tag_domain, a, b = ber.read_header(data, first, stop)
        tag_item, c, d = ber.read_header(data, b, stop)
        if tag_domain == tag_item == 0x1A and d == stop:
            return ObjectName(_identifier(data, c, d), _identifier(data, a, b)), stop
    msg = "malformed object name"
    raise DecodeError(msg, offset=start, data=data[start:stop])


@dataclass(frozen=True, slots=True)
class Selector:
    """One selection of an alternate access: component, index, range or all elements."""

    component: str | None = None
    """Component of a structure; may hold ``$`` to go deeper in one step."""
    index: int | None = None
    """First (or only) array element."""
    count: int | None = None
    """Elements of a range; None selects the single element ``index``."""
    nested: tuple["Selector", ...] = ()
    """Selection inside what this one selects."""

    @property
    def is_all(self) -> bool:
        """Every element of an array."""
        return self.component is None and self.index is None


def encode_alternate_access(selectors: tuple[Selector, ...]) -> bytes:
    """Content of ``a5``."""
    return b"".join(_encode_selector(s) for s in selectors)


def _encode_selector(selector: Selector) -> bytes:
    final = not selector.nested
    if selector.component is not None:
        choice = ber.tlv(0x81 if final else 0x80, encode_identifier(selector.component))
    elif selector.index is None:
        choice = ber.tlv(0x84 if final else 0x83, b"")
    elif selector.count is None:
        choice = ber.tlv(0x82 if final else 0x81, ber.encode_unsigned(selector.index))
    else:
        bounds = ber.tlv(0x80, ber.encode_unsigned(selector.index))
        bounds += ber.tlv(0x81, ber.encode_unsigned(selector.count))
        choice = ber.tlv(0xA3 if final else 0xA2, bounds)
    if final:
        return choice
    return ber.tlv(0xA0, choice + ber.tlv(0x30, encode_alternate_access(selector.nested)))


def decode_alternate_access(data: bytes, start: int, end: int, depth: int = 0) -> tuple[Selector, ...]:
    """Selections of an ``a5`` (or nested ``30``) content."""
    if depth >= MAX_ALTERNATE_DEPTH:
        msg = f"alternate access nested deeper than {MAX_ALTERNATE_DEPTH}"
        raise LimitError(msg, offset=start)
    selectors: list[Selector] = []
    for tag, first, stop in ber.elements(data, start, end):
        if len(selectors) >= MAX_SELECTORS:
            msg = f"more than {MAX_SELECTORS} selections in one alternate access"
            raise LimitError(msg, offset=first)
        if tag == 0xA0:
            outer, a, b = ber.read_header(data, first, stop)
            # [0]..[3] of the nested form are [1]..[4] of the final one.
            selector = _selection(data, outer + 1, a, b)
            inner, c, d = ber.read_header(data, b, stop)
            if inner != 0x30 or d != stop:
                msg = "malformed nested alternate access"
                raise DecodeError(msg, offset=first, data=data[first:stop])
            nested = decode_alternate_access(data, c, d, depth + 1)
            if not nested:
                msg = "empty nested alternate access"
                raise DecodeError(msg, offset=first, data=data[first:stop])
            selectors.append(Selector(selector.component, selector.index, selector.count, nested))
        elif tag == 0xA5:
            # Named form: a component name for the answer, which 8-1 peers ignore, then the access.
            _, _, b = ber.read_header(data, first, stop)
            named = decode_alternate_access(data, b, stop, depth + 1)
            if len(named) != 1:
                msg = f"named alternate access of {len(named)} selections"
                raise DecodeError(msg, offset=first, data=data[first:stop])
            selectors += named
        else:
            selectors.append(_selection(data, tag, first, stop))
    return tuple(selectors)


def _selection(data: bytes, tag: int, first: int, stop: int) -> Selector:
    if tag == 0x81:
        return Selector(component=_identifier(data, first, stop))
    if tag == 0xA1:  # iec61850bean makes the component explicit
        _, a, b = ber.read_header(data, first, stop)
        return Selector(component=_identifier(data, a, b))
    if tag == 0x82:
        return Selector(index=ber.decode_unsigned(data, first, stop))
    if tag == 0xA3:
        low_tag, a, b = ber.read_header(data, first, stop)
        count_tag, c, d = ber.read_header(data, b, stop)
        if (low_tag, count_tag) == (0x80, 0x81):
            return Selector(index=ber.decode_unsigned(data, a, b), count=ber.decode_unsigned(data, c, d))
    if tag == 0x84:
        return Selector()
    msg = f"alternate access selection {tag:02X}"
    raise DecodeError(msg, offset=first, data=data[first:stop])
