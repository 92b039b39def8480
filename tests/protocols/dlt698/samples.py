"""APDUs drawn at random from the declarations, fast: for campaigns and for foreign decoders.

:mod:`.grammar` does the same for hypothesis, which shrinks what fails but takes a hundred times as long. Samples are within
what the standard calls sensible (lists are not empty, enumerations within their list, dates exist), so that others take them.
"""

import datetime as dt
import random
from typing import Any

from meterwire.protocols import dlt698 as d
from meterwire.protocols.dlt698 import apdu, axdr, data, records, results

START = dt.datetime(2016, 1, 1)
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
)
SMALL = {"heartbeat": 600, "unit": 5, "type": 1, "kind": 3, "baud": 10, "parity": 2, "flow_control": 2}
"""Fields whose values are a list of the standard: 0 up to this."""
REGIONS: dict[type, type] = {d.TypeRegions: d.Unsigned, d.AddressRegions: d.TSA, d.NumberRegions: d.LongUnsigned}
FIXED = {"data_bits": 8, "stop_bits": 1, "result": 0, "delay": 3}


class Sampler:
    """Draws values; the same seed draws the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def octets(self, most: int = 12) -> bytes:
        return self.random.randbytes(self.random.randint(1, most))

    def number(self, cls: Any) -> Any:
        low = -(1 << (8 * cls.SIZE - 1)) if cls.SIGNED else 0
        return cls(self.random.randrange(low, low + (1 << 8 * cls.SIZE)))

    def oad(self) -> d.OAD:
        return d.OAD.of(self.random.randrange(1 << 16), self.random.randint(1, 31), self.random.randrange(256))

    def moment(self, cls: Any) -> Any:
        return cls.of(START + dt.timedelta(milliseconds=self.random.randrange(10**12)))

    def tsa(self) -> d.TSA:
        return d.TSA.of("".join(self.random.choices("0123456789", k=2 * self.random.randint(1, 8))))

    def bits(self) -> d.BitString:
        return d.BitString("".join(self.random.choices("01", k=self.random.randint(1, 40))))

    def data(self, depth: int = 0) -> Any:
        """Any value; arrays and structures down to three levels."""
        draw = self.random
        simple = [
            lambda: None,
            lambda: draw.random() < 0.5,
            self.bits,
            self.octets,
            lambda: "".join(draw.choices("ABC 123", k=draw.randint(1, 200))),
            lambda: d.UTF8String.of(draw.choice("电能表") * draw.randint(1, 4)),
            lambda: self.number(draw.choice(NUMBERS)),
            lambda: d.Float32(draw.random() * 1e6),
            lambda: draw.random() * 1e6,
            lambda: self.moment(draw.choice((d.DateTime, d.Date, d.Time, d.DateTimeS))),
            self.oad,
            lambda: self.value(axdr.wire_of(d.OMD)),
            self.tsa,
            lambda: d.MAC(self.octets()),
            lambda: d.RN(self.octets()),
            lambda: d.CSD(self.value(axdr.wire_of(records.Column))),
            *(
                lambda cls=cls: self.value(axdr.wire_of(cls))
                for cls in (d.ROAD, d.TI, d.ScalerUnit, d.RCSD, d.SID, d.SidMac, d.COMDCB)
            ),
        ]
        if depth < 3 and draw.random() < 0.25:
            inside = [self.data(depth + 1) for _ in range(draw.randint(0, 4))]
            return draw.choice((d.Array, d.Structure))(inside)
        if depth < 2 and draw.random() < 0.1:
            return draw.choice(
                (
                    lambda: d.Region(draw.randrange(4), self.data(depth + 1), self.data(depth + 1)),
                    lambda: self.value(axdr.wire_of(d.RSD)),
                    lambda: self.value(axdr.wire_of(d.MS)),
                )
            )()
        return draw.choice(simple)()

    def value(self, wire: axdr.Wire, name: str = "") -> Any:
        """A value for the field ``name`` of a class."""
        draw = self.random
        match wire:
            case data.DATA:
                return self.data(1)
            case results._OptionalData():
                return draw.choice((None, d.NULL, d.LongUnsigned(1), d.Array([d.Unsigned(2)])))
            case axdr.Octet(cls=d.OAD):
                return self.oad()
            case axdr.Octet(cls=d.OMD):
                return d.OMD.of(draw.randrange(1 << 16), draw.randint(1, 255))
            case axdr.Octet(cls=d.DAR):
                return d.DAR(draw.randrange(33))
            case axdr.Octet() if name in FIXED:
                return FIXED[name]
            case axdr.Octet() if name in SMALL:
                return draw.randint(1 if name in {"heartbeat", "type"} else 0, SMALL[name])
            case axdr.Octet() if name == "piid":
                return draw.randrange(64) | draw.choice((0, 0x80))
            case axdr.Octet(signed=signed, size=size):
                return draw.randrange(-100, 100) if signed else draw.randrange(1, 1 << min(8 * size, 20))
            case axdr.Flag():
                return draw.random() < 0.5
            case axdr.Fixed(cls=cls) if hasattr(cls, "of"):
                return self.moment(cls)
            case axdr.Fixed(size=size):
                return bytes(draw.choices(b"ABC0123", k=size))
            case axdr.OctetsOf(cls=d.TSA):
                return self.tsa()
            case axdr.OctetsOf(cls=cls):
                return "pass" if cls is str else cls(self.content(cls))
            case axdr.Optional(inner=inner):
                return None if draw.random() < 0.5 else self.value(inner)
            case axdr.ListOf(inner=inner, cls=cls):
                return cls(self.value(inner) for _ in range(draw.randint(1, 4)))
            case axdr.Choice(by_tag=by_tag):
                return self.value(draw.choice(list(by_tag.values()))[1])
            case axdr.Record(cls=cls) if cls in REGIONS:
                return cls(tuple(self.region(REGIONS[cls]) for _ in range(draw.randint(1, 3))))
            case axdr.Record(cls=cls, fields=fields):
                return cls(**{field: self.value(inner, field) for field, inner in fields})
            case results._ResultWire():
                return d.ResultNormal(self.oad(), self.data() if draw.random() < 0.8 else d.DAR(draw.randint(1, 32)))
            case results._ResultsWire():
                return tuple(self.value(axdr.wire_of(d.ResultNormal)) for _ in range(draw.randint(1, 5)))
            case results._RecordWire():
                return self.table()
            case results._DarOr(inner=inner):
                return self.value(inner) if draw.random() < 0.8 else d.DAR(draw.randint(1, 32))
        raise AssertionError(wire)

    def region(self, cls: type) -> d.Region:
        ends = sorted(self.random.sample(range(200), 2))
        low, high = (d.TSA.of(f"{end:06}") if cls is d.TSA else cls(end) for end in ends)
        return d.Region(self.random.randrange(4), low, high)

    def content(self, cls: type) -> bytes:
        inside = {d.PlainText, d.CipherText}
        return d.GetRequestNormal(oad=self.oad()).encode() if cls in inside else self.octets()

    def table(self) -> d.ResultRecord:
        rcsd = self.value(axdr.wire_of(d.RCSD))
        rows = tuple(tuple(self.data(2) for _ in rcsd) for _ in range(self.random.randint(0, 4)))
        return d.ResultRecord(self.oad(), rcsd, rows if self.random.random() < 0.8 else d.DAR(6))

    def apdu(self, cls: type[d.Apdu] | None = None) -> d.Apdu:
        """One APDU, of any class when none is given."""
        chosen = cls or self.random.choice(CLASSES)
        made: d.Apdu = self.value(chosen.WIRE)
        return made


CLASSES: list[type[d.Apdu]] = [
    cls for forms in apdu._REGISTER.values() for cls in (forms.values() if isinstance(forms, dict) else [forms])
]
"""Every APDU declared."""
