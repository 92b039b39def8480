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
)
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
HISTORY = (-3, -2, -1, 0, 1, 2, 2**31 - 1)
HARMONICS = 5


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
    )
    members = (("GGIO1", "Ind1", "stVal"), ("GGIO1", "Ind2"), ("MMTR1", "TotWh"), ("GGIO3", "AllTyp", "uni"))
    head.data_sets["dsStat"] = tuple(
        Reference("OURSLD0", path, "DC" if path[-1] == "uni" else "ST") for path in members
    )
    head.control_blocks["urcbStat"] = ReportControl(
        name="urcbStat",
        data_set="dsStat",
        trg_ops=TrgOps.DCHG | TrgOps.QCHG | TrgOps.INTEGRITY | TrgOps.GI,
        opt_flds=OptFlds.USUAL | OptFlds.DATA_REF,
        instances=2,
    )
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
