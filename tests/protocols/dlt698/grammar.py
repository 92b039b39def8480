"""The whole grammar of APDUs as hypothesis strategies, drawn from the declarations themselves.

A strategy for each wire: nothing is left out because someone forgot to write it down, and a new APDU is tested as soon
as it is declared.
"""

import datetime as dt
from functools import cache
from typing import Any

from hypothesis import strategies as st

from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698 import axdr, data, records, results
from meterwire.protocols.dlt698.selectors import MS, RSD

from .samples import CLASSES

NUMBERS = (
    d.DoubleLong,
    d.DoubleLongUnsigned,
    d.Integer,
    d.Long,
    d.Unsigned,
    d.LongUnsigned,
    d.Long64,
    d.Long64Unsigned,
    d.Enum,
    d.OI,
    d.OAD,
    d.OMD,
)
MOMENTS = (d.DateTime, d.Date, d.Time, d.DateTimeS)


def number(cls: Any) -> st.SearchStrategy[Any]:
    low = -(1 << (8 * cls.SIZE - 1)) if cls.SIGNED else 0
    return st.integers(low, low + (1 << 8 * cls.SIZE) - 1).map(cls)


def octets(cls: Any, most: int = 20) -> st.SearchStrategy[Any]:
    return st.binary(max_size=most).map(cls)


def moment(cls: Any) -> st.SearchStrategy[Any]:
    real = st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)).map(cls.of)
    return st.binary(min_size=cls.SIZE, max_size=cls.SIZE).map(cls) | real | st.just(cls(b"\xff" * cls.SIZE))


def address(cls: Any) -> st.SearchStrategy[Any]:
    return st.binary(max_size=17).map(cls)


def bits() -> st.SearchStrategy[d.BitString]:
    return st.binary(max_size=20).flatmap(
        lambda b: st.integers(max(0, 8 * len(b) - 7), 8 * len(b)).map(lambda n: d.BitString(b, n))
    )


def leaves() -> st.SearchStrategy[Any]:
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(2, 255).map(d.Bool),
        bits(),
        st.binary(max_size=150),
        st.text(st.characters(max_codepoint=255), max_size=20),
        octets(d.UTF8String),
        st.binary(min_size=4, max_size=4).map(d.Float32),
        st.floats(),
        address(d.TSA),
        octets(d.MAC),
        octets(d.RN),
        *map(number, NUMBERS),
        *map(moment, MOMENTS),
        *(of_wire(axdr.wire_of(cls)) for cls in (d.ROAD, d.TI, d.ScalerUnit, d.RCSD, d.SID, d.SidMac, d.COMDCB)),
        of_wire(axdr.wire_of(records.Column)).map(d.CSD),
    )


def branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, max_size=5)
    return several.map(d.Array) | several.map(d.Structure) | st.builds(d.Region, st.integers(0, 255), inner, inner)


@cache
def any_data() -> st.SearchStrategy[Any]:
    simple = st.recursive(leaves(), branches, max_leaves=8)
    selected = of_wire(axdr.wire_of(RSD)) | of_wire(axdr.wire_of(MS))
    return st.deferred(lambda: simple | selected)


def table() -> st.SearchStrategy[d.ResultRecord]:
    rcsd = of_wire(axdr.wire_of(d.RCSD))

    def rows(columns: d.RCSD) -> st.SearchStrategy[Any]:
        row = st.tuples(*(any_data() for _ in columns))
        return st.lists(row, max_size=4 if columns else 0).map(tuple)

    return rcsd.flatmap(
        lambda columns: st.builds(
            d.ResultRecord, number(d.OAD), st.just(columns), rows(columns) | st.integers(0, 255).map(d.DAR)
        )
    )


@cache
def of_wire(wire: axdr.Wire) -> st.SearchStrategy[Any]:
    """Values a wire can carry."""
    if wire is data.DATA:
        return st.deferred(lambda: any_data())  # noqa: PLW0108 - deferred takes no cached function
    if isinstance(wire, results._OptionalData):
        return any_data().map(lambda value: d.NULL if value is None else value) | st.none()
    if isinstance(wire, axdr.Octet):
        low = -(1 << (8 * wire.size - 1)) if wire.signed else 0
        return st.integers(low, low + (1 << 8 * wire.size) - 1).map(wire.cls)
    if isinstance(wire, axdr.Flag):
        return st.booleans() | st.integers(2, 255)
    if isinstance(wire, axdr.Fixed):
        return st.binary(min_size=wire.size, max_size=wire.size).map(wire.cls)
    if isinstance(wire, axdr.OctetsOf):
        if wire.cls is str:
            return st.text(st.characters(max_codepoint=255), max_size=20)
        return st.binary(max_size=200).map(wire.cls)
    if isinstance(wire, axdr.Optional):
        return st.none() | of_wire(wire.inner)
    if isinstance(wire, axdr.ListOf):
        return st.lists(st.deferred(lambda: of_wire(wire.inner)), max_size=4).map(wire.cls)
    if isinstance(wire, axdr.Choice):
        return st.one_of(*(of_wire(inner) for _, inner in wire.by_tag.values()))
    if isinstance(wire, axdr.Record):
        return st.builds(wire.cls, **{name: of_wire(inner) for name, inner in wire.fields})
    if isinstance(wire, results._ResultWire):
        return st.builds(d.ResultNormal, number(d.OAD), any_data() | st.integers(0, 255).map(d.DAR))
    if isinstance(wire, results._ResultsWire):
        return st.lists(of_wire(axdr.wire_of(d.ResultNormal)), max_size=4).map(tuple)
    if isinstance(wire, results._RecordWire):
        return table()
    if isinstance(wire, results._DarOr):
        return st.integers(0, 255).map(d.DAR) | of_wire(wire.inner)
    raise AssertionError(f"no strategy for {wire!r}")


def any_apdu() -> st.SearchStrategy[d.Apdu]:
    return st.one_of(*(of_wire(cls.WIRE) for cls in CLASSES))
