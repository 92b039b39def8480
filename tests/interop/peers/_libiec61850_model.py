"""The model the libIEC61850 peer server serves, built through the library's dynamic model functions.

Awkward on purpose: limits of every basic type, arrays, deep nesting, data sets across devices. Names of nodes are the
standard's where an object is a standard one; GGIO3.AllTyp is no standard object, it only carries types.
"""

import math
from typing import Any

import _libiec61850 as lib

FC = {name: number for number, name in enumerate(lib.FUNCTIONAL_CONSTRAINTS)}
DCHG, QCHG, DUPD = 1, 2, 4
ALL_TRIGGERS = 1 | 2 | 4 | 8 | 16

TYPES = {
    "boolean": 0, "int8": 1, "int16": 2, "int32": 3, "int64": 4, "uint8": 6, "uint16": 7, "uint24": 8, "uint32": 9,
    "float32": 10, "float64": 11, "enumerated": 12, "octet64": 13, "octet6": 14, "octet8": 15, "visible32": 16,
    "visible64": 17, "visible65": 18, "visible129": 19, "visible255": 20, "unicode255": 21, "timestamp": 22,
    "quality": 23, "check": 24, "codedenum": 25, "bitstring": 26, "constructed": 27, "entrytime": 28, "currency": 30,
}  # fmt: skip

# Every leaf type with a constraint and a value that would show a wrong width, sign, order or length.
ALL_TYPES: tuple[tuple[str, str, str, Any], ...] = (
    ("bTrue", "boolean", "ST", True),
    ("bFalse", "boolean", "ST", False),
    ("i8Min", "int8", "ST", -128),
    ("i8Max", "int8", "ST", 127),
    ("i16Min", "int16", "ST", -32768),
    ("i32Min", "int32", "ST", -(2**31)),
    ("i32Max", "int32", "ST", 2**31 - 1),
    ("i64Min", "int64", "ST", -(2**63)),
    ("i64Max", "int64", "ST", 2**63 - 1),
    ("u8Max", "uint8", "ST", 255),
    ("u16Max", "uint16", "ST", 65535),
    ("u24Max", "uint24", "ST", 2**24 - 1),
    ("u32Max", "uint32", "ST", 2**32 - 1),
    ("u32High", "uint32", "ST", 0x80),
    ("f32Neg0", "float32", "MX", -0.0),
    ("f32Sub", "float32", "MX", 2.0**-149),
    ("f32Max", "float32", "MX", 3.4028234663852886e38),
    ("f32Inf", "float32", "MX", -math.inf),
    ("f32Dec", "float32", "MX", 230.10000610351562),
    ("f64Pi", "float64", "MX", math.pi),
    ("f64Sub", "float64", "MX", 5e-324),
    ("enumNeg", "enumerated", "ST", -1),
    ("octets", "octet64", "ST", bytes(range(64)).hex()),
    ("octEmpty", "octet64", "ST", ""),
    ("mac", "octet6", "ST", "010ccd010001"),
    ("entry", "octet8", "ST", "00000000000000ff"),
    ("vis64", "visible64", "DC", "plain ASCII ~!"),
    ("vis255", "visible255", "DC", "x" * 255),
    ("visEmpty", "visible129", "DC", ""),
    ("uni", "unicode255", "DC", "电能表 µ € 🔌"),
    ("tFull", "timestamp", "ST", "ffffffffffffff8a"),
    ("tZero", "timestamp", "ST", "0000000000000000"),
    ("tReal", "timestamp", "ST", "6740a9f1800000aa"),
    ("qGood", "quality", "ST", "0" * 13),
    ("qInvOld", "quality", "ST", "0100000100000"),
    ("qAll", "quality", "ST", "1" * 13),
    ("chk", "check", "ST", "10"),
    ("dbOn", "codedenum", "ST", "10"),
    ("dbOff", "codedenum", "ST", "01"),
    ("cur", "currency", "ST", "CNY"),
)

# What GGIO4.Every has one writable leaf of (constraint SP), called after its type.
WRITABLE = tuple(name for name in TYPES if name not in ("constructed", "bitstring"))


class Model:
    """The built model, its first values, and the names tests need."""

    name = "PEER"
    limit = 100
    limited = ("PEERBASE/GGIO2.LimSet.setVal", "SP")

    def __init__(self, library: lib.Library) -> None:
        self.library = library
        self.handle = library.IedModel_create(self.name.encode())
        self.values: dict[tuple[str, str], Any] = {}
        base = library.LogicalDevice_create(b"BASE", self.handle)
        meter = library.LogicalDevice_create(b"MET", self.handle)
        self.devices = [base, meter]
        self._common(base, "PEERBASE")
        self._status(base)
        self._settings(base)
        self._all_types(base)
        self._common(meter, "PEERMET")
        self._measurements(meter)
        self._arrays(meter)

    def facts(self) -> dict[str, Any]:
        """What a test may rely on, sent with READY."""
        return {
            "ied": self.name,
            "writable": [{"ref": "PEERBASE/GGIO2.IntSet.setVal", "fc": "SP"},
                         {"ref": "PEERBASE/GGIO2.AnSet.setMag.f", "fc": "SP"},
                         {"ref": "PEERMET/MMTR1.TotWh.pulsQty", "fc": "CF"}],
            "refused": [{"ref": "PEERBASE/GGIO1.Ind1.stVal", "fc": "ST", "value": True, "code": 3},
                        {"ref": "PEERBASE/GGIO2.LimSet.setVal", "fc": "SP", "value": self.limit + 1, "code": 11}],
            "urcb": {"ref": "PEERBASE/LLN0.RP.urcbStat01", "dataset": "PEERBASE/LLN0$dsStat"},
            "boolean": {"ref": "PEERBASE/GGIO1.Ind1.stVal", "fc": "ST"},
            "arrays": [{"ref": "PEERMET/MHAI1.HaAmp.har", "fc": "MX", "count": 5},
                       {"ref": "PEERMET/MHAI1.Hist.hstVal", "fc": "ST", "count": 7}],
        }  # fmt: skip

    # -- building blocks -----------------------------------------------------------------------------------------

    def _ln(self, device: int, name: str) -> int:
        made: int = self.library.LogicalNode_create(name.encode(), device)
        return made

    def _cdc(self, cdc: str, name: str, parent: int, *options: Any) -> int:
        made: int = getattr(self.library, f"CDC_{cdc}_create")(name.encode(), parent, *(options or (0,)))
        return made

    def _da(self, name: str, parent: int, kind: str, fc: str, triggers: int = 0, count: int = 0) -> int:
        arguments = (name.encode(), parent, TYPES[kind], FC[fc], triggers, count, 0)
        made: int = self.library.DataAttribute_create(*arguments)
        return made

    def _value(self, reference: str, fc: str, value: Any) -> None:
        self.values[(reference, fc)] = value

    def _dataset(self, node: int, name: str, members: list[str]) -> None:
        made = self.library.DataSet_create(name.encode(), node)
        for member in members:
            self.library.DataSetEntry_create(made, member.encode(), -1, None)

    def _urcb(self, node: int, name: str, dataset: str, rpt_id: str | None, buffered: bool = False) -> None:
        identifier = rpt_id.encode() if rpt_id is not None else None
        arguments = (name.encode(), node, identifier, buffered, dataset.encode(), 1, ALL_TRIGGERS, 0xFF, 50, 0)
        self.library.ReportControlBlock_create(*arguments)

    # -- logical nodes -------------------------------------------------------------------------------------------

    def _common(self, device: int, domain: str) -> None:
        """LLN0 and LPHD of a device, its data sets and report control blocks."""
        head = self._ln(device, "LLN0")
        self._cdc("ENC", "Mod", head, 0, 0)
        self._cdc("ENS", "Beh", head)
        self._cdc("ENS", "Health", head)
        self._cdc("LPL", "NamPlt", head)
        for name, value in (("vendor", "peer"), ("swRev", "1.6.1")):
            self._value(f"{domain}/LLN0.NamPlt.{name}", "DC", value)
        self._value(f"{domain}/LLN0.Mod.stVal", "ST", 1)
        physical = self._ln(device, "LPHD1")
        self._cdc("DPL", "PhyNam", physical)
        self._cdc("ENS", "PhyHealth", physical)
        self._cdc("SPS", "Proxy", physical)
        if domain == "PEERBASE":
            single = [f"GGIO1$ST$Ind{i}$stVal" for i in (1, 2)]
            self._dataset(head, "dsSet", ["GGIO2$SP$IntSet$setVal", "GGIO2$SP$LimSet$setVal"])
            self._dataset(head, "dsTrg", ["GGIO1$ST$Ind3", "GGIO3$ST$AllTyp$tReal"])
            self._dataset(head, "dsBig", [f"GGIO3$DC$AllTyp${name}" for name in ("vis255", "uni", "vis64") * 3])
            self._urcb(head, "urcbTrg01", "dsTrg", "trg1")
            self._urcb(head, "urcbBig01", "dsBig", "big1")
            self._dataset(head, "dsStat", [*single, "GGIO1$ST$Ind3", "GGIO1$ST$Pos", "MET/MMTR1$ST$TotWh"])
            for i in (1, 2, 3):
                self._urcb(head, f"urcbStat0{i}", "dsStat", f"stat{i}")
            self._urcb(head, "brcbStat01", "dsStat", "bstat1", buffered=True)
        else:
            self._dataset(head, "dsMeas", ["MMXU1$MX$TotW", "MMXU1$MX$PhV", "MMXU1$MX$Hz$mag$f"])
            self._dataset(head, "dsEnergy", ["MMTR1$ST$TotWh$actVal", "MMTR1$ST$TotWh$q", "MMTR1$ST$DmdWh"])
            for i in (1, 2):
                self._urcb(head, f"urcbMeas0{i}", "dsMeas", None)
            self._urcb(head, "urcbEnergy01", "dsEnergy", "energy")

    def _status(self, device: int) -> None:
        node = self._ln(device, "GGIO1")
        for i in range(1, 9):
            self._cdc("SPS", f"Ind{i}", node)
        self._cdc("DPS", "Pos", node)
        self._cdc("INS", "IntIn1", node)
        self._cdc("VSS", "Txt", node)
        self._cdc("SPC", "SPCSO1", node, 0, 1)
        self._cdc("MV", "AnIn1", node, 0, False)
        self._cdc("MV", "AnIn2", node, 0, True)
        self._value("PEERBASE/GGIO1.Pos.stVal", "ST", "10")
        self._value("PEERBASE/GGIO1.Ind2.stVal", "ST", True)
        self._value("PEERBASE/GGIO1.Ind2.q", "ST", "0000000000010")
        self._value("PEERBASE/GGIO1.Ind2.t", "ST", "6740a9f1123456ab")
        self._value("PEERBASE/GGIO1.IntIn1.stVal", "ST", -7)
        self._value("PEERBASE/GGIO1.Txt.stVal", "ST", "status in words")
        self._value("PEERBASE/GGIO1.AnIn1.mag.f", "MX", 1.5)
        self._value("PEERBASE/GGIO1.AnIn2.mag.i", "MX", -123456)

    def _settings(self, device: int) -> None:
        node = self._ln(device, "GGIO2")
        self._cdc("ING", "IntSet", node)
        self._cdc("ING", "LimSet", node)
        self._cdc("SPG", "BoolSet", node)
        self._cdc("VSG", "TxtSet", node)
        self._cdc("ASG", "AnSet", node, 0, False)
        self._value("PEERBASE/GGIO2.IntSet.setVal", "SP", 42)
        self._value("PEERBASE/GGIO2.LimSet.setVal", "SP", self.limit)
        self._value("PEERBASE/GGIO2.AnSet.setMag.f", "SP", 0.5)
        other = self._ln(device, "GGIO4")
        self._da("pts", self.library.DataObject_create(b"Crv", other, 0), "int32", "SP", DCHG, 3)
        every = self.library.DataObject_create(b"Every", other, 0)
        for kind in WRITABLE:
            self._da(f"v{kind}", every, kind, "SP")

    def _all_types(self, device: int) -> None:
        node = self._ln(device, "GGIO3")
        whole = self.library.DataObject_create(b"AllTyp", node, 0)
        for name, kind, fc, value in ALL_TYPES:
            self._da(name, whole, kind, fc, DUPD if kind == "timestamp" else DCHG)
            self._value(f"PEERBASE/GGIO3.AllTyp.{name}", fc, value)
        # deep nesting: DO.SDO.DA.BDA.BDA
        outer = self.library.DataObject_create(b"Deep", node, 0)
        middle = self.library.DataObject_create(b"sub", outer, 0)
        first = self._da("a", middle, "constructed", "MX", DCHG)
        second = self._da("b", first, "constructed", "MX", DCHG)
        self._da("c", second, "int32", "MX", DCHG)
        self._da("d", second, "float32", "MX", DCHG)
        self._value("PEERBASE/GGIO3.Deep.sub.a.b.c", "MX", 77)

    def _measurements(self, device: int) -> None:
        node = self._ln(device, "MMXU1")
        self._cdc("MV", "TotW", node, 0, False)
        self._cdc("MV", "Hz", node, 0, False)
        self._cdc("WYE", "PhV", node)
        self._cdc("WYE", "A", node)
        self._value("PEERMET/MMXU1.TotW.mag.f", "MX", 4321.5)
        self._value("PEERMET/MMXU1.Hz.mag.f", "MX", 49.98)
        for i, phase in enumerate(("phsA", "phsB", "phsC")):
            self._value(f"PEERMET/MMXU1.PhV.{phase}.cVal.mag.f", "MX", 230.0 + i / 10)
        meter = self._ln(device, "MMTR1")
        for name, value in (("TotWh", 2**63 - 1), ("DmdWh", 12345678901)):
            self._cdc("BCR", name, meter)
            self._value(f"PEERMET/MMTR1.{name}.actVal", "ST", value)
            self._value(f"PEERMET/MMTR1.{name}.pulsQty", "CF", 10.0)

    def _arrays(self, device: int) -> None:
        node = self._ln(device, "MHAI1")
        harmonic = self.library.DataObject_create(b"HaAmp", node, 0)
        vector = self._da("har", harmonic, "constructed", "MX", DCHG, 5)
        for i in range(
            5
        ):  # an array makes its nameless element nodes itself; a structured element is filled one by one
            element = self.library.ModelNode_getChildWithIdx(vector, i)
            for name in ("mag", "ang"):
                analogue = self._da(name, element, "constructed", "MX", DCHG)
                self._da("f", analogue, "float32", "MX", DCHG)
                self._value(f"PEERMET/MHAI1.HaAmp.har({i}).{name}.f", "MX", i + (0.25 if name == "mag" else 0.5))
        self._da("q", harmonic, "quality", "MX", QCHG)
        self._da("t", harmonic, "timestamp", "MX")
        self._da("numHar", harmonic, "uint16", "CF")
        self._value("PEERMET/MHAI1.HaAmp.numHar", "CF", 5)
        history = self.library.DataObject_create(b"Hist", node, 0)
        self._da("hstVal", history, "int32", "ST", DCHG, 7)
        for i, value in enumerate((-3, -2, -1, 0, 1, 2, 2**31 - 1)):
            self._value(f"PEERMET/MHAI1.Hist.hstVal({i})", "ST", value)
