"""Our side of the table: a model that is awkward to serve, our server on a thread, and a model's values as peers write them."""

import asyncio
import math
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

from meterwire.models import (
    DataAttribute,
    DataObject,
    Ied,
    Kind,
    LogicalDevice,
    LogicalNode,
    OptFlds,
    Reference,
    ReportControl,
    TrgOps,
    Trigger,
    basic_type,
    build,
)
from meterwire.models.ln import GGIO, KVLV, LLN0
from meterwire.models.terminals import MeterConfig, residential_terminal
from meterwire.reading import Quality, Timestamp
from meterwire.server import MmsServer

# name, basic type, constraint, value: what would show a wrong width, sign, bit order or length on the way
ALL_TYPES: tuple[tuple[str, str, str, Any], ...] = (
    ("bTrue", "BOOLEAN", "ST", True),
    ("bFalse", "BOOLEAN", "ST", False),
    ("i8Min", "INT8", "ST", -128),
    ("i16Min", "INT16", "ST", -32768),
    ("i24Min", "INT24", "ST", -(2**23)),
    ("i32Min", "INT32", "ST", -(2**31)),
    ("i32Max", "INT32", "ST", 2**31 - 1),
    ("i64Min", "INT64", "ST", -(2**63)),
    ("i64Max", "INT64", "ST", 2**63 - 1),
    ("u8Max", "INT8U", "ST", 255),
    ("u16Max", "INT16U", "ST", 65535),
    ("u24Max", "INT24U", "ST", 2**24 - 1),
    ("u32Max", "INT32U", "ST", 2**32 - 1),
    ("u32High", "INT32U", "ST", 0x80),
    ("f32Neg0", "FLOAT32", "MX", -0.0),
    ("f32Sub", "FLOAT32", "MX", 2.0**-149),
    ("f32Max", "FLOAT32", "MX", 3.4028234663852886e38),
    ("f32Inf", "FLOAT32", "MX", -math.inf),
    ("f32Dec", "FLOAT32", "MX", 230.10000610351562),
    ("f64Pi", "FLOAT64", "MX", math.pi),
    ("f64Sub", "FLOAT64", "MX", 5e-324),
    ("enumNeg", "Enum", "ST", -1),
    ("octets", "Octet64", "ST", bytes(range(64))),
    ("octEmpty", "Octet64", "ST", b""),
    ("mac", "Octet6", "ST", bytes.fromhex("010ccd010001")),
    ("entry", "EntryID", "ST", bytes.fromhex("00000000000000ff")),
    ("vis64", "VisString64", "DC", "plain ASCII ~!"),
    ("vis255", "VisString255", "DC", "x" * 255),
    ("visEmpty", "VisString129", "DC", ""),
    ("uni", "Unicode255", "DC", "电能表 µ € 🔌"),
    ("tFull", "Timestamp", "ST", Timestamp.from_bytes(bytes.fromhex("ffffffffffffff8a"))),
    ("tReal", "Timestamp", "ST", Timestamp.from_bytes(bytes.fromhex("6740a9f1800000aa"))),
    ("qGood", "Quality", "ST", Quality.GOOD),
    ("qInvOld", "Quality", "ST", Quality.INVALID | Quality.OLD_DATA),
    ("qAll", "Quality", "ST", Quality(0x1FFF)),
    ("chk", "Check", "ST", 0b10),
    ("dbOn", "Dbpos", "ST", 0b10),
    ("dbOff", "Dbpos", "ST", 0b01),
    ("cur", "Currency", "ST", "CNY"),
    ("etm", "EntryTime", "ST", bytes.fromhex("0037ff753d31")),
)
# basic type and what a client writes to a writable attribute of it, in the JSON form of the peers
WRITES: tuple[tuple[str, Any], ...] = (
    ("BOOLEAN", True),
    ("INT8", -128),
    ("INT16", -32768),
    ("INT24", 2**23 - 1),
    ("INT32", -(2**31)),
    ("INT64", -(2**63)),
    ("INT8U", 255),
    ("INT16U", 65535),
    ("INT24U", 2**24 - 1),
    ("INT32U", 2**32 - 1),
    ("FLOAT32", -1.5),
    ("FLOAT64", math.pi),
    ("Enum", -1),
    ("Octet6", "010ccd010001"),
    ("Octet16", "ff"),
    ("Octet64", bytes(range(64)).hex()),
    ("EntryID", "00000000000000ff"),
    ("VisString32", ""),
    ("VisString64", "plain ASCII ~!"),
    ("VisString65", "v" * 65),
    ("VisString129", "OURSLD0/LLN0$dsStat"),
    ("VisString255", "x" * 255),
    ("ObjRef", "OURSLD0/GGIO1.Ind1"),
    ("Currency", "CNY"),
    ("Unicode255", "电能表 µ € 🔌"),
    ("Timestamp", "6740a9f1800000aa"),
    ("EntryTime", "0037ff753d31"),
    ("Quality", "0100000100000"),
    ("Dbpos", "10"),
    ("Tcmd", "01"),
    ("Check", "11"),
    ("TrgOps", "011111"),
    ("OptFlds", "0111110010"),
    ("SvOptFlds", "10101"),
)
HISTORY = (-3, -2, -1, 0, 1, 2, 2**31 - 1)
HARMONICS = 5
POINTS = 3
TEXTS = 12
"""Members of dsBig, 150 octets each: more than a small PDU holds."""


def leaf(
    name: str, type_name: str, fc: str, value: Any = None, trigger: Trigger = Trigger.DCHG, **more: Any
) -> DataAttribute:
    return DataAttribute(name, fc, basic_type(type_name), trigger=trigger, value=value, **more)


def with_quality(name: str, cdc: str, fc: str, *members: DataAttribute) -> DataObject:
    """A data object with q and t at its end."""
    quality = leaf("q", "Quality", fc, trigger=Trigger.QCHG)
    return DataObject(name, cdc).add(*members, quality, leaf("t", "Timestamp", fc, trigger=Trigger.NONE))


def harmonics() -> DataObject:
    """An array of structures (HMV as Edition 1 has it) and its count."""
    array = DataAttribute("har", "MX", trigger=Trigger.DCHG, is_array=True)
    for i in range(HARMONICS):
        parts = [
            DataAttribute(part, "MX").add(leaf("f", "FLOAT32", "MX", i + fraction))
            for part, fraction in (("mag", 0.25), ("ang", 0.5))
        ]
        array.add(DataAttribute(f"({i})", "MX").add(*parts))
    return with_quality("HaAmp", "HMV", "MX", array).add(leaf("numHar", "INT16U", "CF", HARMONICS))


def for_services() -> list[LogicalNode]:
    """What the services beyond reading need: a writable leaf of every type, a writable array of structures, a counter
    whose update counts although its value is the same, and texts that make reports long."""
    curve = DataAttribute("crvPts", "SP", is_array=True)
    for i in range(POINTS):
        coordinates = (leaf(name, "FLOAT32", "SP", 0.0, is_writable=True) for name in ("xVal", "yVal"))
        curve.add(DataAttribute(f"({i})", "SP").add(*coordinates))
    counter = leaf("actVal", "INT64", "ST", 5, Trigger.DCHG | Trigger.DUPD)
    every = (leaf(f"v{name}", name, "SP", is_writable=True) for name, _ in WRITES)
    texts = (DataObject(f"Txt{i}", "VSD").add(leaf("val", "VisString255", "ST", f"{i:02}" * 75)) for i in range(TEXTS))
    return [
        LogicalNode("GGIO", "4").add(DataObject("Every", "TEST").add(*every), DataObject("Crv", "CSG").add(curve)),
        LogicalNode("GGIO", "5").add(with_quality("Cnt", "BCR", "ST", counter), *texts),
    ]


def control(name: str, data_set: str, **more: Any) -> ReportControl:
    """A report control block with every trigger and the options the tests look at."""
    return ReportControl(
        name=name,
        data_set=data_set,
        trg_ops=TrgOps.DCHG | TrgOps.QCHG | TrgOps.INTEGRITY | TrgOps.GI,
        opt_flds=OptFlds.USUAL | OptFlds.DATA_REF,
        **more,
    )


def awkward_ied() -> Ied:
    """IED "OURS" with one device: every type, arrays, deep nesting, writable and refused leaves, data sets, URCBs."""
    history = DataAttribute("hstVal", "ST", trigger=Trigger.DCHG, is_array=True)
    history.add(*(leaf(f"({i})", "INT32", "ST", value) for i, value in enumerate(HISTORY)))
    deep = DataAttribute("a", "MX").add(
        DataAttribute("b", "MX").add(leaf("c", "INT32", "MX", 77), leaf("d", "FLOAT32", "MX", 0.5))
    )
    head = LogicalNode("LLN0").add(with_quality("Mod", "ENC", "ST", leaf("stVal", "Enum", "ST", 1)))
    inputs = [with_quality(f"Ind{i}", "SPS", "ST", leaf("stVal", "BOOLEAN", "ST", i == 2)) for i in range(1, 5)]
    settings = [
        DataObject("IntSet", "ING").add(leaf("setVal", "INT32", "SP", 42, is_writable=True)),
        DataObject("SmlSet", "ING").add(leaf("setVal", "INT8", "SP", 1, is_writable=True)),
        DataObject("TxtSet", "VSG").add(leaf("setVal", "VisString32", "SP", "text", is_writable=True)),
        DataObject("AnSet", "ASG").add(
            DataAttribute("setMag", "SP").add(leaf("f", "FLOAT32", "SP", 0.5, is_writable=True))
        ),
    ]
    meters = [
        with_quality(name, "BCR", "ST", leaf("actVal", "INT64", "ST", value)).add(
            leaf("pulsQty", "FLOAT32", "CF", 10.0)
        )
        for name, value in (("TotWh", 2**63 - 1), ("DmdWh", 12345678901))
    ]
    device = LogicalDevice("OURSLD0", "LD0").add(
        head,
        LogicalNode("GGIO", "1").add(*inputs),
        LogicalNode("GGIO", "2").add(*settings),
        LogicalNode("GGIO", "3").add(
            DataObject("AllTyp").add(*(leaf(name, kind, fc, value) for name, kind, fc, value in ALL_TYPES)),
            DataObject("Deep").add(DataObject("sub").add(deep)),
        ),
        LogicalNode("MMTR", "1").add(*meters),
        LogicalNode("MHAI", "1").add(harmonics(), DataObject("Hist", "HST").add(history)),
        *for_services(),
    )
    members = (("GGIO1", "Ind1", "stVal"), ("GGIO1", "Ind2"), ("MMTR1", "TotWh"), ("GGIO3", "AllTyp", "uni"))
    head.data_sets["dsStat"] = tuple(
        Reference("OURSLD0", path, "DC" if path[-1] == "uni" else "ST") for path in members
    )
    settings_set = (("GGIO2", "IntSet", "setVal"), ("GGIO2", "TxtSet", "setVal"))
    head.data_sets["dsSet"] = tuple(Reference("OURSLD0", path, "SP") for path in settings_set)
    head.data_sets["dsTrg"] = tuple(Reference("OURSLD0", path, "ST") for path in (("GGIO1", "Ind3"), ("GGIO5", "Cnt")))
    head.data_sets["dsBig"] = tuple(Reference("OURSLD0", ("GGIO5", f"Txt{i}", "val"), "ST") for i in range(TEXTS))
    for block in (
        control("urcbStat", "dsStat", instances=2),
        control("urcbTrg", "dsTrg"),
        control("urcbBig", "dsBig"),
        control("urcbFree", ""),
        control("brcbStat", "dsStat", instances=2, buffered=True),
    ):
        head.control_blocks[block.name] = block
    return Ied("OURS").add(device)


def home() -> Ied:
    """The residential terminal with two meters, one of them with many rates: the product's own, larger model."""
    meters = (MeterConfig(address="000000000001", rates=8), MeterConfig(address="000000000002", phases=1))
    return residential_terminal("HOME", meters)


def truth(ied: Ied) -> dict[tuple[str, str], Any]:
    """(reference, constraint) → value of every leaf, in the JSON form of the peers."""
    return {(attribute.reference, attribute.fc): as_json(attribute) for attribute in ied.leaves()}


def as_json(attribute: DataAttribute) -> Any:
    """A leaf's value as a peer writes it (tests/interop/peers/_libiec61850.py, to_python)."""
    value, kind = attribute.value, attribute.type
    assert kind is not None
    if kind.kind is Kind.BITS:
        return f"{int(value):0{kind.size}b}"
    if kind.kind is Kind.UTC_TIME:
        return value.to_bytes().hex()
    if isinstance(value, bytes):
        return value.hex()
    return value


def control_ied() -> Ied:
    """Controllable objects: SPCSO1..4 with ctlModel 1..4, SPCSO5 and 6 with operTm, and one of each other CDC."""
    values: dict[str, Any] = {f"SPCSO{model}.ctlModel": model for model in (1, 2, 3, 4)}
    values |= {
        "SPCSO5.ctlModel": 1,
        "SPCSO6.ctlModel": 3,
        "DPCSO1.ctlModel": 1,
        "ISCSO1.ctlModel": 4,
        "AnOut1.ctlModel": 3,
    }
    include = (
        *(f"SPCSO{i}.{part}.operTm" for i in (5, 6) for part in ("Oper", "Cancel")),
        "SPCSO5.Cancel",
        "SPCSO6.Cancel",
    )
    generic = build(GGIO, inst="1", values=values, include=include)
    valve = build(KVLV, inst="1", values={"PosChg.ctlModel": 2}, include=("ClsPos", "OpnPos"))
    head = build(LLN0, values={"Mod.ctlModel": 1})
    return Ied("OURS").add(LogicalDevice("OURSLD0", "LD0").add(head, generic, valve))


class OurServer:
    """Our server on a loop in a thread of its own, so that a test can wait for a peer while the server works."""

    def __init__(self, ied: Ied, **options: Any) -> None:
        self.ied = ied
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self.server.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        self.server = MmsServer(self.ied, port=0, **self._options)
        await self.server.start()
        self.port = self.server.port

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine on the server's loop and give its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function on the server's loop: the model belongs to it."""

        async def once() -> Any:
            return function(*arguments)

        return self.run(once())

    def set(self, reference: str, value: Any) -> None:
        """Change one leaf in a transaction."""
        self.call(self.ied.apply, [(self.ied.find(reference), value)])
