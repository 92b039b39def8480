"""What services share: a result of one attribute, the records of a table, and lists of them."""

from typing import Annotated, Any, Final, NamedTuple, TypeAlias

from ..._accel import dlt698data as _accel
from ...errors import DecodeError, MeterError, UsageError
from .axdr import Optional, Reader, Teller, Wire, count_prefix, record, record_wire, register, wire_of
from .dar import DAR, SUCCESS
from .data import DATA, KINDS, Data
from .records import RCSD, Byte
from .selectors import RSD
from .values import NULL, OAD, OMD

__all__ = [
    "ActionResult",
    "ActionThenGet",
    "ActionThenGetResult",
    "DarOrOctets",
    "GetRecord",
    "OadData",
    "OadResult",
    "OmdData",
    "OptionalData",
    "ResultNormal",
    "ResultNormals",
    "ResultRecord",
    "ResultRecords",
    "Row",
    "SetThenGet",
    "SetThenGetResult",
]

Row: TypeAlias = tuple[Any, ...]
"""One record: a value for each column."""


class _OptionalData(Optional):
    """Data OPTIONAL: None when absent, NULL when null was sent."""

    __slots__ = ()

    def read(self, r: Reader) -> Any:
        start = r.offset
        value = super().read(r)
        return NULL if value is None and r.data[start] else value

    def tell(self, r: Reader, name: str, teller: Teller) -> Any:
        start = r.offset
        value = super().tell(r, name, teller)
        return NULL if value is None and r.data[start] else value


OptionalData: TypeAlias = Annotated[Any, _OptionalData(DATA)]
"""A value; None when there is none, :data:`.values.NULL` when null was sent."""


def _refuse(what: object, dar: DAR) -> MeterError:
    return MeterError(f"{what}: {dar}", code=int(dar))


class ResultNormal(NamedTuple):
    """A-ResultNormal: one attribute and its value, or why there is none."""

    oad: OAD
    """The attribute."""
    value: Any
    """Its Data, or a :class:`.dar.DAR`."""

    @property
    def dar(self) -> DAR:
        """The refusal; success when there is a value."""
        return self.value if type(self.value) is DAR else SUCCESS

    @property
    def is_error(self) -> bool:
        """True when there is a refusal instead of a value."""
        return type(self.value) is DAR

    def get(self) -> Any:
        """The value; MeterError with the DAR as code when there is none."""
        if type(self.value) is DAR:
            raise _refuse(self.oad, self.value)
        return self.value


class _ResultWire(Wire):
    name = "A-ResultNormal"

    def read(self, r: Reader) -> ResultNormal:
        found, r.offset = _accel.read_results(r.data, r.offset, r.end, 1, KINDS, ResultNormal, DAR)
        result: ResultNormal = found[0]
        return result

    def write(self, out: bytearray, value: ResultNormal) -> None:
        oad, data = value
        out += oad.to_bytes(4, "big")
        if type(data) is DAR:
            out.append(0)
            out.append(data)
        else:
            out.append(1)
            DATA.write(out, data)

    def tell(self, r: Reader, name: str, teller: Teller) -> ResultNormal:
        with teller.group(r, name):
            oad = wire_of(OAD).tell(r, "oad", teller)
            return ResultNormal(oad, _DAR_OR_DATA.tell(r, "result", teller))


class _ResultsWire(Wire):
    """SEQUENCE OF A-ResultNormal, the list that is decoded most."""

    name = "SEQUENCE OF A-ResultNormal"

    def read(self, r: Reader) -> tuple[ResultNormal, ...]:
        count = r.length()
        found, r.offset = _accel.read_results(r.data, r.offset, r.end, count, KINDS, ResultNormal, DAR)
        return found

    def write(self, out: bytearray, value: tuple[ResultNormal, ...]) -> None:
        out += count_prefix(len(value))
        for result in value:
            _RESULT.write(out, result)

    def tell(self, r: Reader, name: str, teller: Teller) -> tuple[ResultNormal, ...]:
        with teller.group(r, name):
            start = r.offset
            count = r.length()
            teller.leaf(start, r.offset, "count", str(count))
            return tuple(_RESULT.tell(r, f"result {i}", teller) for i in range(1, count + 1))


class _DarOr(Wire):
    """CHOICE of 00 DAR and 01 something, which the class of the value tells apart."""

    __slots__ = ("inner", "name")

    def __init__(self, name: str, inner: Wire) -> None:
        self.name, self.inner = name, inner

    def _is_dar(self, r: Reader) -> bool:
        choice = r.u8()
        if choice > 1:
            raise DecodeError(f"{self.name} is 00 DAR or 01", offset=r.offset - 1, data=bytes((choice,)))
        return not choice

    def read(self, r: Reader) -> Any:
        return DAR(r.u8()) if self._is_dar(r) else self.inner.read(r)

    def write(self, out: bytearray, value: Any) -> None:
        if type(value) is DAR:
            out += bytes((0, value))
        else:
            out.append(1)
            self.inner.write(out, value)

    def tell(self, r: Reader, name: str, teller: Teller) -> Any:
        with teller.group(r, name):
            start = r.offset
            is_dar = self._is_dar(r)
            teller.leaf(start, r.offset, "choice", "0 DAR" if is_dar else f"1 {self.inner.name}")
            return wire_of(DAR).tell(r, "DAR", teller) if is_dar else self.inner.tell(r, "", teller)


_DAR_OR_DATA: Final = _DarOr("Get-Result", DATA)
DarOrOctets: TypeAlias = Annotated[DAR | bytes, _DarOr("result", wire_of(bytes))]
_RESULT: Final = _ResultWire()
register(ResultNormal, _RESULT)
register(tuple[ResultNormal, ...], _ResultsWire())


@record
class GetRecord:
    """Which records of which table, and which of their columns."""

    oad: OAD
    """The table."""
    rsd: RSD
    """Which records."""
    rcsd: RCSD
    """Which columns."""


@record
class ResultRecord:
    """A-ResultRecord: records of one table, or why there are none."""

    oad: OAD
    """The table."""
    rcsd: RCSD
    """The columns."""
    rows: Any
    """Tuple of :data:`Row`, each with one value per column; or a :class:`.dar.DAR`."""

    @property
    def dar(self) -> DAR:
        """The refusal; success when there are records (or none to be found)."""
        return self.rows if type(self.rows) is DAR else SUCCESS

    @property
    def is_error(self) -> bool:
        """True when there is a refusal instead of records."""
        return type(self.rows) is DAR

    def get(self) -> tuple[Row, ...]:
        """The records; MeterError with the DAR as code when there are none."""
        if type(self.rows) is DAR:
            raise _refuse(self.oad, self.rows)
        rows: tuple[Row, ...] = self.rows
        return rows


class _RowsWire(Wire):
    """SEQUENCE OF records; the number of columns is not on the wire, the RCSD before tells it."""

    __slots__ = ("columns", "name")

    def __init__(self, columns: RCSD) -> None:
        self.columns = columns
        self.name = "records"

    def read(self, r: Reader) -> tuple[Row, ...]:
        rows, columns = r.length(), len(self.columns)
        if rows and not columns:
            raise DecodeError(f"{rows} records of no columns: the RCSD is empty", offset=r.offset)
        table, r.offset = _accel.read_rows(r.data, r.offset, r.end, rows, columns, KINDS)
        return table

    def write(self, out: bytearray, value: tuple[Row, ...]) -> None:
        out += count_prefix(len(value))
        columns = len(self.columns)
        for row in value:
            if len(row) != columns or not columns:
                raise UsageError(f"a record has {len(row)} values for {columns} columns")
            for cell in row:
                DATA.write(out, cell)

    def tell(self, r: Reader, name: str, teller: Teller) -> tuple[Row, ...]:
        with teller.group(r, name or self.name):
            start = r.offset
            rows = r.length()
            if rows and not self.columns:
                raise DecodeError(f"{rows} records of no columns: the RCSD is empty", offset=start)
            teller.leaf(start, r.offset, "count", str(rows))
            table = []
            for number in range(1, rows + 1):
                with teller.group(r, f"record {number}"):
                    table.append(tuple(DATA.tell(r, str(column), teller) for column in self.columns))
            return tuple(table)


class _RecordWire(Wire):
    name = "A-ResultRecord"

    def read(self, r: Reader) -> ResultRecord:
        oad, rcsd = wire_of(OAD).read(r), wire_of(RCSD).read(r)
        return ResultRecord(oad, rcsd, _DarOr("result", _RowsWire(rcsd)).read(r))

    def write(self, out: bytearray, value: ResultRecord) -> None:
        if type(value) is not ResultRecord:
            raise UsageError(f"ResultRecord is wanted, not {value!r}")
        wire_of(OAD).write(out, value.oad)
        wire_of(RCSD).write(out, value.rcsd)
        _DarOr("result", _RowsWire(value.rcsd)).write(out, value.rows)

    def tell(self, r: Reader, name: str, teller: Teller) -> ResultRecord:
        with teller.group(r, name):
            oad, rcsd = wire_of(OAD).tell(r, "oad", teller), wire_of(RCSD).tell(r, "rcsd", teller)
            return ResultRecord(oad, rcsd, _DarOr("result", _RowsWire(rcsd)).tell(r, "result", teller))


register(ResultRecord, _RecordWire())


@record
class ResultNormals:
    """Several attributes: in a FollowReport or a block of a GET."""

    results: tuple[ResultNormal, ...]
    """Each with its value or DAR."""


@record
class ResultRecords:
    """Records of several tables: in a FollowReport or a block of a GET."""

    results: tuple[ResultRecord, ...]
    """Each with its records or DAR."""


class OadData(NamedTuple):
    """An attribute and the value it is to get."""

    oad: OAD
    """The attribute."""
    data: Data
    """The value."""


class OadResult(NamedTuple):
    """An attribute and whether it could be set."""

    oad: OAD
    """The attribute."""
    dar: DAR
    """The result."""


class OmdData(NamedTuple):
    """A method and its parameter."""

    omd: OMD
    """The method."""
    data: Data
    """The parameter; None is null."""


for _pair in (OadData, OadResult, OmdData):
    register(_pair, record_wire(_pair))


@record
class SetThenGet:
    """Set one attribute, then read another."""

    oad: OAD
    """To be set."""
    data: Data
    """The value."""
    get_oad: OAD
    """To be read."""
    delay: Byte
    """Seconds in between; 0 leaves it to the server."""


@record
class SetThenGetResult:
    """Outcome of a :class:`SetThenGet`."""

    oad: OAD
    """Set."""
    dar: DAR
    """Whether it was."""
    result: ResultNormal
    """Read."""


@record
class ActionThenGet:
    """Run a method, then read an attribute."""

    omd: OMD
    """To be run."""
    data: Data
    """Its parameter."""
    get_oad: OAD
    """To be read."""
    delay: Byte
    """Seconds in between; 0 leaves it to the server."""


@record
class ActionResult:
    """Outcome of a method."""

    omd: OMD
    """The method."""
    dar: DAR
    """Whether it ran."""
    data: OptionalData = None
    """What it returned."""


@record
class ActionThenGetResult:
    """Outcome of an :class:`ActionThenGet`."""

    omd: OMD
    """The method."""
    dar: DAR
    """Whether it ran."""
    data: OptionalData
    """What it returned."""
    result: ResultNormal
    """Read."""
