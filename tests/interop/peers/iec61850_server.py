"""The PyPI package iec61850 (Rust core, no relation to libIEC61850) as a server in a process of its own.

    python iec61850_server.py                        READY line: {"event":"ready","port":...}; line protocol: see _jsonl.py
    python iec61850_server.py --scl FILE --ied NAME  serves that file instead of the model below (no "truth" then)

Serves IED "RUST" on 127.0.0.1 from the package's model dictionary: every basic type it can hold, nested and constructed
objects, data sets, indexed URCBs, writable SP leaves, one refused by a callback. The package has no way to read a
server's values back, so "truth" is the book this script keeps: first values, updates, and what its write callbacks were
given.

Commands
    truth                 [{"ref", "fc", "type", "value"}] of every leaf
    set ref fc value      through the package's update_* calls · set_many values
    toggle ref fc · pace ref fc hz seconds · connections · quit

What the package cannot do as a server, measured with 0.14.0:
  * file services of any kind;
  * run-time updates exist only for BOOLEAN, INT32, INT64, INT32U, FLOAT32, FLOAT64 and VisibleString: quality, time
    stamp, bit string, octet string and INT8/INT16 keep their first value; "set" answers "unsupported" for them;
  * arrays: "array_count" of an attribute, and count= in SCL, are accepted and ignored (the type served is that of one
    element); a data object with "array_count" has an array type but is read as one bare structure;
  * the dictionary nests constructed attributes one level deep (MV.mag.f, not CMV.cVal.mag.f: the inner "children" are
    dropped); deeper structures come only from SCL, where <Val> of an inner BDA is ignored and reads 0;
  * types it knows by no spelling: TrgOps, INT64U, ObjRef;
  * data sets and report control blocks of the dictionary do not appear on the wire; registered ones (used here) do, but
    GetVariableAccessAttributes of LN$RP$... answers an error and DatSet reads "LLN0$name" without its domain;
  * integrity reports: IntgPd is stored and read back, but no report follows, whether written by a client or
    registered; dchg and GI work;
  * buffered reports: the block is there and takes every write, nothing is ever sent; Status, components of structures, data
    sets of data objects, of the VMD or of the association are refused; a DatSet a client writes is ignored; a block stays
    reserved after its client vanished; reports may exceed the PDU size agreed on.
"""

import argparse
import asyncio
import math
from typing import Any

import _jsonl
import iec61850
from _jsonl import Refused, Request, Unsupported

DEVICE = "LD0"
DOMAIN = "RUSTLD0"
LIMIT = 100

VALUE_KINDS = {
    "boolean": "bool", "integer": "int", "unsigned": "uint", "float32": "float32", "float64": "float64",
    "octet-string": "octet_string", "visible-string": "visible_string", "mms-string": "mms_string",
    "utc-time": "utc_time", "binary-time": "binary_time", "bit-string": "bit_string",
}  # fmt: skip

# name, its type in the package, its MMS type, constraint, first value as _jsonl carries it
ALL_TYPES: tuple[tuple[str, Any, str, str, Any], ...] = (
    ("bTrue", "Boolean", "boolean", "ST", True),
    ("i8Min", "Int8", "integer", "ST", -128),
    ("i16Min", "Int16", "integer", "ST", -32768),
    ("i32Min", "Int32", "integer", "ST", -(2**31)),
    ("i32Max", "Int32", "integer", "ST", 2**31 - 1),
    ("i64Min", "Int64", "integer", "ST", -(2**63)),
    ("i64Max", "Int64", "integer", "ST", 2**63 - 1),
    ("u8Max", "Int8U", "unsigned", "ST", 255),
    ("u16Max", "Int16U", "unsigned", "ST", 65535),
    ("u24Max", "Int24U", "unsigned", "ST", 2**24 - 1),
    ("u32Max", "Int32U", "unsigned", "ST", 2**32 - 1),
    ("u32High", "Int32U", "unsigned", "ST", 128),
    ("f32Neg0", "Float32", "float32", "MX", -0.0),
    ("f32Inf", "Float32", "float32", "MX", -math.inf),
    ("f32Dec", "Float32", "float32", "MX", 230.10000610351562),
    ("f64Pi", "Float64", "float64", "MX", math.pi),
    ("enumNeg", "Enumerated", "integer", "ST", -1),
    ("octets", {"type": "OctetString", "max_len": 64}, "octet-string", "ST", bytes(range(64)).hex()),
    ("octEmpty", {"type": "OctetString", "max_len": 64}, "octet-string", "ST", ""),
    ("vis64", {"type": "VisibleString", "max_len": 64}, "visible-string", "DC", "plain ASCII ~!"),
    ("vis255", {"type": "VisibleString", "max_len": 255}, "visible-string", "DC", "x" * 255),
    ("uni", "UnicodeString255", "mms-string", "DC", "电能表 µ € 🔌"),
    ("tFull", "Timestamp", "utc-time", "ST", "ffffffffffffff8a"),
    ("tReal", "Timestamp", "utc-time", "ST", "6740a9f1800000aa"),
    ("qInvOld", "Quality", "bit-string", "ST", "0100000100000"),
    ("qAll", "Quality", "bit-string", "ST", "1" * 13),
    ("dbOn", "CodedEnum", "bit-string", "ST", "10"),
    ("chk", "Check", "bit-string", "ST", "01"),
)

DATA_SETS = {
    "dsStat": ("GGIO1.Ind1.stVal", "GGIO1.Ind2.stVal", "GGIO1.Ind3.stVal", "GGIO1.Ind3.q", "MMTR1.TotWh.actVal"),
    "dsSet": ("GGIO2.IntSet.setVal", "GGIO2.LimSet.setVal"),
    "dsTrg": ("GGIO1.Ind3.stVal", "GGIO1.Ind3.q"),
    "dsBig": ("GGIO3.AllTyp.vis255", "GGIO3.AllTyp.uni", "GGIO4.Every.vis255", "GGIO4.Every.uni"),
    "dsMeas": ("MMXU1.TotW.mag.f", "MMXU1.PhV.phsA.mag.f", "MMXU1.PhV.phsB.mag.f"),
}


class Book:
    """The model dictionary while it is built, and the book of its values."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], dict[str, Any]] = {}

    def leaf(
        self, path: str, name: str, kind: Any, mms: str, fc: str, value: Any, triggers: tuple[str, ...] = ()
    ) -> Any:
        """One data attribute; `path` is 'LN.DO' or deeper."""
        kept = {"ref": f"{DOMAIN}/{path}.{name}", "fc": fc, "type": mms.rstrip("3264") if "float" in mms else mms}
        self.values[(kept["ref"], fc)] = {**kept, "value": value, "kind": kind}
        attribute = {"name": name, "fc": fc, "type": kind, "value": tagged(mms, value)}
        return {**attribute, "trg_ops": list(triggers)} if triggers else attribute

    def quality_and_time(self, path: str, fc: str) -> list[Any]:
        """The usual pair."""
        return [
            self.leaf(path, "q", "Quality", "bit-string", fc, "0" * 13, ("quality_changed",)),
            self.leaf(path, "t", "Timestamp", "utc-time", fc, "0000000000000000"),
        ]

    def single(self, node: str, name: str, value: bool) -> dict[str, Any]:
        """An SPS."""
        path = f"{node}.{name}"
        state = self.leaf(path, "stVal", "Boolean", "boolean", "ST", value, ("data_changed",))
        return {"name": name, "das": [state, *self.quality_and_time(path, "ST")]}

    def integer(self, node: str, name: str, kind: str, value: int, fc: str = "ST") -> dict[str, Any]:
        """An INS, ENS, BCR or ING, as far as this peer needs one."""
        path = f"{node}.{name}"
        attribute = {"SP": "setVal", "ST": "actVal" if kind == "Int64" else "stVal"}[fc]
        mine = self.leaf(path, attribute, kind, "integer", fc, value, ("data_changed",))
        return {"name": name, "das": [mine] + ([] if fc == "SP" else self.quality_and_time(path, fc))}

    def measured(self, path: str, name: str, value: float) -> dict[str, Any]:
        """An MV."""
        here = f"{path}.{name}"
        number = self.leaf(f"{here}.mag", "f", "Float32", "float32", "MX", value, ("data_changed",))
        magnitude = {"name": "mag", "fc": "MX", "children": [number], "trg_ops": ["data_changed"]}
        return {"name": name, "constructed_das": [magnitude], "das": self.quality_and_time(here, "MX")}


def tagged(mms: str, value: Any) -> dict[str, Any]:
    """A first value the way the package wants it."""
    kind = VALUE_KINDS[mms]
    if mms == "bit-string":
        padding = -len(value) % 8
        data = int(value + "0" * padding, 2).to_bytes((len(value) + padding) // 8, "big")
        return {"type": kind, "padding": padding, "data": data}
    if mms in ("octet-string", "utc-time", "binary-time"):
        return {"type": kind, "value": bytes.fromhex(value)}
    return {"type": kind, "value": value}


def build() -> tuple[dict[str, Any], Book]:
    """The model dictionary and its book."""
    book = Book()
    types = [book.leaf("GGIO3.AllTyp", name, kind, mms, fc, value) for name, kind, mms, fc, value in ALL_TYPES]
    every = [book.leaf("GGIO4.Every", name, kind, mms, "SP", value) for name, kind, mms, _fc, value in ALL_TYPES]
    phases = [book.measured("MMXU1.PhV", f"phs{p}", 230.0 + i / 2) for i, p in enumerate("ABC")]
    head = {
        "lln0": True,
        "dos": [book.integer("LLN0", "Mod", "Enumerated", 1), book.integer("LLN0", "Beh", "Enumerated", 1)],
    }
    nodes = [
        head,
        {"class": "GGIO", "inst": "1", "dos": [book.single("GGIO1", f"Ind{i}", i == 2) for i in range(1, 5)]},
        {"class": "GGIO", "inst": "2", "dos": [book.integer("GGIO2", "IntSet", "Int32", 42, "SP"),
                                               book.integer("GGIO2", "LimSet", "Int32", LIMIT, "SP")]},
        {"class": "GGIO", "inst": "3", "dos": [{"name": "AllTyp", "das": types}]},
        {"class": "GGIO", "inst": "4", "dos": [{"name": "Every", "das": every}]},
        {"class": "MMTR", "inst": "1", "dos": [book.integer("MMTR1", "TotWh", "Int64", 2**63 - 1),
                                               book.integer("MMTR1", "DmdWh", "Int64", 12345678901)]},
        {"class": "MMXU", "inst": "1", "dos": [book.measured("MMXU1", "TotW", 4321.5),
                                               {"name": "PhV", "sub_dos": phases}]},
    ]  # fmt: skip
    return {"ied_name": "RUST", "lds": [{"inst": DEVICE, "lns": nodes}]}, book


class Server:
    """The running server and its book."""

    def __init__(self) -> None:
        spec, self.book = build()
        self.server = iec61850.IedServer.from_model_spec(spec)
        self.server.bind("127.0.0.1:0")
        self._reporting()
        self.server.vendor, self.server.model_name, self.server.revision = "peer", "iec61850", "0.14.0"
        for reference, fc in self.book.values:
            if fc == "SP":
                self.server.on_write(inner(reference), self._written)

    def _reporting(self) -> None:
        """Data sets and report control blocks. Declared in the dictionary they do not appear on the wire."""
        for name, members in DATA_SETS.items():
            self.server.add_dataset(f"LLN0${name}", [f"{DEVICE}/{member}" for member in members])
        for name, dataset in (("urcbStat", "dsStat"), ("urcbMeas", "dsMeas"), ("urcbBig", "dsBig")):
            for i in (1, 2):
                self.server.register_urcb(
                    f"{DEVICE}/LLN0.{name}0{i}", dataset=f"LLN0${dataset}", rpt_id=f"{name}{i}", conf_rev=1,
                    trg_ops=["data_changed", "quality_changed", "integrity", "gi"],
                    opt_flds=["seq_num", "time_stamp", "reason", "data_set", "data_reference", "conf_rev"],
                    buf_tm_ms=50,
                )  # fmt: skip

        self.server.register_brcb(
            f"{DEVICE}/LLN0.brcbStat01", dataset="LLN0$dsStat", rpt_id="bstat1", conf_rev=1,
            trg_ops=["data_changed", "quality_changed", "integrity", "gi"],
            opt_flds=["seq_num", "time_stamp", "reason", "data_set", "data_reference", "conf_rev", "entry_id",
                      "buffer_overflow"],
        )  # fmt: skip

    def _written(self, path: str, value: Any) -> bool:
        reference = f"RUST{path}" if not path.startswith("RUST") else path
        kept = self.book.values[(reference, "SP")]
        if reference.endswith("LimSet.setVal") and not 0 <= value <= LIMIT:
            error = iec61850.IedDataAccessError("beyond the limit")
            error.code = "ObjectValueInvalid"  # type: ignore[attr-defined]  # the package reads it
            raise error
        if kept["type"] == "bit-string":
            value = "".join(f"{octet:08b}" for octet in value)[: len(kept["value"])]
        kept["value"] = value.hex() if isinstance(value, bytes) else value
        return True

    def facts(self) -> dict[str, Any]:
        """What a test may rely on, sent with READY."""
        return {
            "ied": "RUST",
            "writable": [{"ref": f"{DOMAIN}/GGIO2.IntSet.setVal", "fc": "SP"}],
            "refused": [{"ref": f"{DOMAIN}/GGIO1.Ind1.stVal", "fc": "ST", "value": True, "code": 3},
                        {"ref": f"{DOMAIN}/GGIO2.LimSet.setVal", "fc": "SP", "value": LIMIT + 1, "code": 11}],
            "urcb": {"ref": f"{DOMAIN}/LLN0.RP.urcbStat01", "dataset": f"{DOMAIN}/LLN0$dsStat"},
            "boolean": {"ref": f"{DOMAIN}/GGIO1.Ind1.stVal", "fc": "ST"},
            "arrays": [],
        }  # fmt: skip

    def truth(self, _request: Request) -> list[dict[str, Any]]:
        """The book."""
        return [{key: kept[key] for key in ("ref", "fc", "type", "value")} for kept in self.book.values.values()]

    def put(self, reference: str, fc: str, value: Any) -> None:
        """Update through the call that fits the type, or say that there is none."""
        kept = self.book.values.get((reference, fc))
        if kept is None:
            raise Refused(f"no attribute {reference} [{fc}]")
        kind = kept["kind"] if isinstance(kept["kind"], str) else kept["kind"]["type"]
        calls = {
            "Boolean": "bool", "Int32": "int32", "Enumerated": "int32", "Int64": "int64", "Int32U": "uint32",
            "Float32": "float32", "Float64": "float64", "VisibleString": "string",
        }  # fmt: skip
        if kind not in calls:
            raise Unsupported(f"iec61850 0.14.0 has no update call for {kind}")
        getattr(self.server, f"update_{calls[kind]}")(inner(reference), value)
        kept["value"] = value

    def set(self, request: Request) -> None:
        """One value."""
        self.put(request["ref"], request["fc"], request["value"])

    def set_many(self, request: Request) -> None:
        """Several values in one batch."""
        with self.server.batch():
            for one in request["values"]:
                self.put(one["ref"], one["fc"], one["value"])

    def toggle(self, request: Request) -> bool:
        """Invert a BOOLEAN."""
        value = not self.book.values[(request["ref"], request["fc"])]["value"]
        self.put(request["ref"], request["fc"], value)
        return value

    async def pace(self, request: Request) -> int:
        """Invert a BOOLEAN at a rate for some seconds; answers how often."""
        loop = asyncio.get_running_loop()
        end = loop.time() + float(request["seconds"])
        count = 0
        while loop.time() < end:
            self.toggle(request)
            count += 1
            await asyncio.sleep(1.0 / float(request["hz"]))
        return count

    def connections(self, _request: Request) -> int:
        """How many associations are open."""
        return int(self.server.connection_count)


def inner(reference: str) -> str:
    """'RUSTLD0/GGIO1.Ind1.stVal' → 'LD0/GGIO1.Ind1.stVal', the path the package's calls want."""
    return reference.removeprefix("RUST")


async def run_scl(path: str, ied: str) -> None:
    """Serve a file as it stands until stdin ends."""
    server = iec61850.IedServer.from_scl(path, ied_name=ied)
    server.bind("127.0.0.1:0")

    def unsupported(_request: Request) -> None:
        raise Unsupported("no values are kept for a model from SCL")

    def leave(_request: Request) -> None:
        raise _jsonl.Quit

    async with server:
        port = int(server.bound_addr.rpartition(":")[2])
        await _jsonl.serve_async({"truth": unsupported, "quit": leave}, peer="iec61850", port=port, ied=ied)


async def run() -> None:
    """Serve until stdin ends."""
    mine = Server()

    def leave(_request: Request) -> None:
        raise _jsonl.Quit

    names = ("truth", "set", "set_many", "toggle", "pace", "connections")
    async with mine.server:
        port = int(mine.server.bound_addr.rpartition(":")[2])
        handlers = {name: getattr(mine, name) for name in names}
        await _jsonl.serve_async({**handlers, "quit": leave}, peer="iec61850", port=port, **mine.facts())


def main() -> None:
    """Choose the model, then serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scl")
    parser.add_argument("--ied")
    arguments = parser.parse_args()
    _jsonl.keep_stdout_clean()
    asyncio.run(run_scl(arguments.scl, arguments.ied) if arguments.scl else run())


if __name__ == "__main__":
    main()
