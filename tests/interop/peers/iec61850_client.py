"""The PyPI package iec61850 (Rust core, no relation to libIEC61850) as a client in a process of its own.

    python iec61850_client.py            the commands of libiec61850_client.py, on the line protocol of _jsonl.py

What the package cannot do as a client, measured with 0.14.0:
  * Status, Identify, a password, Cancel, more than one variable in a Write, ranges of arrays, data sets of the
    VMD or of the association (the "/" of a reference is insisted on) or with array elements: no call for any
    ("identity" is null); the answer 8B 00 to creating a data set, which ISO 9506 prescribes, it takes for an error;
  * going on behind an EntryID: it writes to an attribute EntryId, which no server has;
  * reading a logical node without a constraint: "read" without fc answers "unsupported";
  * file services of any kind;
  * a bit string arrives as octets without its number of unused bits: the text given here is cut to the size
    the type announces, so a wrong length on the wire would not show;
  * a value's MMS tag does not arrive: integer and unsigned are both int, utc-time, octet-string and bit-string all bytes;
    the "type" beside a value comes from GetVariableAccessAttributes;
  * write sends what fits the Python value (bool, int, float, str, bytes); there is no call for a bit string or a
    time stamp, so "write" of those answers "unsupported";
  * names inside a data set directory lose their MMS form: members are given as ref and fc;
  * a report handler must be told the RptID (with rpt_id=None nothing is delivered), and where the RptID of the block is
    empty it must be told the reference that the reports then carry;
  * members that a report does not include come with the value and reason of an earlier report, so what was really on
    the wire cannot be known here. This script lists a member of a partial report only where value or reason differ
    from the report before, and marks every report "merged". Compare with the capture where it matters.
"""

import asyncio
import inspect
import re
from typing import Any

import _jsonl
import iec61850
from _iec61850_control import Controls
from _jsonl import Refused, Request, Unsupported

ACCESS_ERRORS = (
    "ObjectInvalidated", "HardwareFault", "TemporarilyUnavailable", "ObjectAccessDenied", "ObjectUndefined",
    "InvalidAddress", "TypeUnsupported", "TypeInconsistent", "ObjectAttributeInconsistent", "ObjectAccessUnsupported",
    "ObjectNonExistent", "ObjectValueInvalid",
)  # fmt: skip
POLL_MS = 20

TRIGGERS = {
    "dchg": "data_change", "qchg": "quality_change", "dupd": "data_update", "integrity": "integrity",
    "gi": "general_interrogation",
}  # fmt: skip
OPTIONS = {
    "sequence-number": "sequence_number", "report-time-stamp": "report_timestamp",
    "reason-for-inclusion": "reason_for_inclusion", "data-set-name": "dataset_name",
    "data-reference": "data_reference", "buffer-overflow": "buffer_overflow", "entry-id": "entry_id",
    "conf-revision": "conf_rev",
}  # fmt: skip


def journal(entries: list[Any], more: bool) -> dict[str, Any]:
    """Entries as libiec61850_client.py gives them, with the reason beside each value."""
    return {
        "entries": [
            {
                "id": entry.entry_id.hex(),
                "time_ms": entry.time_ms,
                "values": [
                    {"tag": v.data_ref, "value": to_json(v.value, {}), "reason": v.reason_code} for v in entry.variables
                ],
            }
            for entry in entries
        ],
        "more": more,
    }


class Client(Controls):
    """One association and what was learnt through it."""

    def __init__(self) -> None:
        self.connection: iec61850.IedConnection | None = None
        self.dispatcher: Any = None
        self.types: dict[tuple[str, str], dict[str, Any]] = {}  # by 'LD/LN.DO' and constraint
        self.last: dict[str, list[Any]] = {}

    @property
    def open(self) -> iec61850.IedConnection:
        """The association, or a refusal."""
        if self.connection is None:
            raise Refused("not connected")
        return self.connection

    # -- association ---------------------------------------------------------------------------------------------

    async def connect(self, request: Request) -> dict[str, Any]:
        """Open an association."""
        timeout = int(request.get("timeout_ms", 5000))
        address = f"{request['host']}:{request['port']}"
        self.connection = await iec61850.IedConnection.connect(
            address,
            timeout_ms=timeout,
            request_timeout_ms=timeout,
            local_max_pdu_size=request.get("max_pdu"),
            max_outstanding=request.get("outstanding"),
            iso=addresses(request),
        )
        return {"version": iec61850.__version__, "identity": None}

    async def release(self, _request: Request) -> None:
        """Conclude and close."""
        await self._stop_reports()
        await self.open.disconnect()
        self.connection = None

    async def abort(self, _request: Request) -> None:
        """Drop the connection (the package closes TCP, it sends no ABRT)."""
        await self._stop_reports()
        await self.open.abort()
        self.connection = None

    def state(self, _request: Request) -> str:
        """The state the package believes in."""
        if self.connection is None:
            return "none"
        return "connected" if self.connection.is_connected else "closed"

    # -- model ---------------------------------------------------------------------------------------------------

    async def names(self, _request: Request | None = None) -> dict[str, list[str]]:
        """Variable names of every domain, in the order the package gives them."""
        model = await self.open.get_device_model(refresh=True)
        return {device["name"]: list(device["variables"]) for device in model["logical_devices"]}

    async def walk(self, _request: Request | None = None) -> dict[str, Any]:
        """Names, the type of every data object by constraint, leaves, data sets."""
        names = await self.names()
        devices: dict[str, Any] = {}
        untyped_names = []  # the package's own server gives report control blocks no type
        self.types = {}
        for domain, items in names.items():
            for item in items:
                parts = item.split("$")
                if len(parts) != 3:
                    continue
                node, fc, name = parts
                reference = f"{domain}/{node}.{name}"
                try:
                    kind = converted_type(await self._specification(reference, fc))
                except iec61850.IedServiceError:
                    untyped_names.append(f"{domain}/{item}")
                    continue
                self.types[(reference, fc)] = kind
                devices.setdefault(domain, {}).setdefault(node, {}).setdefault(fc, {})[name] = kind
        return {
            "devices": devices, "names": names, "leaves": self.leaves(), "untyped": untyped_names,
            "datasets": await self.datasets(),
        }  # fmt: skip

    async def _specification(self, reference: str, fc: str) -> dict[str, Any]:
        return dict(await self.open.get_variable_specification(reference, fc))  # type: ignore[arg-type]

    def leaves(self) -> list[dict[str, Any]]:
        """{"ref", "fc", "type", "size"} of every leaf."""
        return [
            {"ref": path, "fc": fc, **leaf}
            for (reference, fc), kind in self.types.items()
            for path, leaf in leaf_paths(reference, kind)
        ]

    async def datasets(self, _request: Request | None = None) -> dict[str, list[str]]:
        """Data sets of every domain, as 'LN$name'."""
        found: dict[str, list[str]] = {}
        for domain in await self.open.get_server_directory():
            found[domain] = []
            for node in await self.open.get_logical_device_directory(domain):
                listed = await self.open.get_logical_node_directory(f"{domain}/{node}", iec61850.AcsiClass.DATASET)
                found[domain] += [f"{node}${name}" for name in listed]
        return found

    async def dataset(self, request: Request) -> dict[str, Any]:
        """Members and values of 'LD/LN.name'."""
        directory = await self.open.get_data_set_directory(request["ref"])
        values = await self.open.get_data_set_values(request["ref"], strict=False)
        members = []
        converted = []
        for member, value in zip(directory.members, values, strict=True):
            members.append({"ref": member.object_ref, "fc": str(member.fc.value), "index": member.array_index})
            kind = converted_type(await self._specification(member.object_ref, str(member.fc.value)))
            converted.append(to_json(value, kind))
        return {"members": members, "values": converted, "deletable": directory.deletable}

    # -- reading and writing -------------------------------------------------------------------------------------

    async def read(self, request: Request) -> dict[str, Any]:
        """One variable with its type."""
        if "item" in request or not request.get("fc"):
            raise Unsupported("iec61850 0.14.0 reads data objects and attributes of one constraint only")
        reference, fc = request["ref"], request["fc"]
        try:
            kind = converted_type(await self._specification(reference, fc))
            return {"value": to_json(await self.open.read(reference, fc), kind), **kind}
        except iec61850.IedError as error:
            return {"value": access_error(error), "type": None}

    async def read_many(self, request: Request) -> list[Any]:
        """Several variables in one Read."""
        targets = [(one["ref"], iec61850.FC(one["fc"])) for one in request["targets"]]
        values = await self.open.read_multiple(targets, strict=False)
        found = []
        for value, (reference, fc) in zip(values, targets, strict=True):
            if isinstance(value, iec61850.DataAccessFailure):
                found.append({"error": value.code, "name": value.error})
                continue
            found.append(to_json(value, converted_type(await self._specification(reference, fc))))
        return found

    async def read_element(self, request: Request) -> Any:
        """One array element, or one component of it."""
        component = request.get("component")
        path = component.replace("$", ".") if component else None
        index = int(request["index"]) if "index" in request else None
        try:
            value = await self.open.read(request["ref"], request["fc"], array_index=index, component=path)
        except iec61850.IedError as error:
            return access_error(error)
        kind = converted_type(await self._specification(request["ref"], request["fc"]))["element"]
        for name in component.split("$") if component else ():
            kind = next(member for member in kind["members"] if member["name"] == name)
        return to_json(value, kind)

    async def read_all(self, request: Request) -> list[dict[str, Any]]:
        """Every leaf with its value: one Read each (how="leaf"), or by data object and constraint ("do"), or by LN$FC ("fc")."""
        how = request.get("how", "leaf")
        if not self.types:
            await self.walk()
        if how == "fc":
            return await self._groups()
        found = []
        for (reference, fc), kind in self.types.items():
            if how == "do":
                values = to_json(await self._value(reference, fc), kind)
                found += [{"ref": path, "fc": fc, **leaf} for path, leaf in leaf_paths(reference, kind, values)]
                continue
            for path, leaf in leaf_paths(reference, kind):
                found.append({"ref": path, "fc": fc, **leaf, "value": to_json(await self._value(path, fc), leaf)})
        return found

    async def _groups(self) -> list[dict[str, Any]]:
        """Every leaf, read by LN$FC: the package takes a logical node where it asks for a data object."""
        found = []
        for node, fc in dict.fromkeys((reference.partition(".")[0], fc) for reference, fc in self.types):
            kind = converted_type(await self._specification(node, fc))
            values = to_json(await self._value(node, fc), kind)
            found += [{"ref": path, "fc": fc, **leaf} for path, leaf in leaf_paths(node, kind, values)]
        return found

    async def _value(self, path: str, fc: str) -> Any:
        """One Read; 'LD/LN.DO.arr(2).mag.f' becomes an alternate access."""
        match = re.fullmatch(r"([^(]+)\((\d+)\)\.?(.*)", path)
        try:
            if match is None:
                return await self.open.read(path, iec61850.FC(fc))
            whole, index, component = match.groups()
            return await self.open.read(whole, iec61850.FC(fc), array_index=int(index), component=component or None)
        except iec61850.IedError as error:
            return access_error(error)

    async def write(self, request: Request) -> dict[str, Any]:
        """Write one variable; a given type overrides the server's own."""
        reference, fc, value = request["ref"], request["fc"], request["value"]
        kind = request.get("type") or converted_type(await self._specification(reference, fc))["type"]
        if kind in ("bit-string", "utc-time", "binary-time", "mms-string"):
            raise Unsupported(f"iec61850 0.14.0 has no write of {kind}")
        try:
            if kind == "unsigned":
                await self.open.write_uint32(reference, fc, value)
            elif kind == "octet-string":
                await self.open.write_octet_string(reference, fc, bytes.fromhex(value))
            else:
                await self.open.write(reference, fc, float(value) if kind == "float" else value)
        except iec61850.IedDataAccessError as error:
            return {"accepted": False, "code": access_error(error)["error"], "name": access_error(error)["name"]}
        return {"accepted": True, "code": None, "name": None}

    async def log_names(self, request: Request) -> list[str]:
        """Logs of LLN0."""
        return [
            str(name)
            for name in await self.open.get_logical_node_directory(f"{request['ld']}/LLN0", iec61850.AcsiClass.LOG)
        ]

    async def query_log(self, request: Request) -> dict[str, Any]:
        """Entries of a log by time."""
        found = await self.open.query_journal_by_time(request["ref"], int(request["start_ms"]), int(request["stop_ms"]))
        return journal(*found)

    async def query_log_after(self, request: Request) -> dict[str, Any]:
        """Entries behind one."""
        entry = bytes.fromhex(request["entry_id"])
        return journal(*await self.open.query_journal_after_entry(request["ref"], int(request["time_ms"]), entry))

    async def write_element(self, request: Request) -> dict[str, Any]:
        """One array element, or one component of it."""
        component = request.get("component")
        where = {"array_index": int(request["index"]), "component": component.replace("$", ".") if component else None}
        try:
            await self.open.write(request["ref"], request["fc"], request["value"], **where)
        except iec61850.IedDataAccessError as error:
            return {"accepted": False, "code": access_error(error)["error"]}
        return {"accepted": True, "code": None}

    async def read_async(self, request: Request) -> list[Any]:
        """Reads under way at the same time, as many as were negotiated; values in order."""
        return list(await asyncio.gather(*(self._value(one["ref"], one["fc"]) for one in request["targets"])))

    # -- data sets -------------------------------------------------------------------------------------------

    async def list_define(self, request: Request) -> None:
        """Create a data set "ref" of members {"ref", "fc"[, "index"[, "component"]]}."""
        members = [
            iec61850.DataSetMember(
                object_ref=one["ref"], fc=iec61850.FC(one["fc"]), array_index=one.get("index"),
                component=one.get("component"),
            )
            for one in request["members"]
        ]  # fmt: skip
        try:
            await self.open.create_data_set(request["ref"], members)
        except iec61850.IedError as error:
            raise Refused(f"{type(error).__name__}: {error}") from None

    async def list_delete(self, request: Request) -> bool:
        """Delete a data set."""
        return bool(await self.open.delete_data_set(request["ref"]))

    async def list_write(self, request: Request) -> None:
        """Write all members."""
        try:
            await self.open.set_data_set_values(request["ref"], request["values"])
        except iec61850.IedError as error:
            raise Refused(f"{type(error).__name__}: {error}") from None

    def api(self, _request: Request) -> list[str]:
        """Every call of the package's client, with its parameters."""
        calls = inspect.getmembers(iec61850.IedConnection, callable)
        found = [f"{name}{inspect.signature(call)}" for name, call in calls if not name.startswith("_")]
        return [*found, f"IsoConnectionParameters{inspect.signature(iec61850.IsoConnectionParameters)}"]

    # -- reports -------------------------------------------------------------------------------------------------

    async def rcb(self, request: Request) -> dict[str, Any]:
        """The values of a report control block."""
        block = await self.open.get_rcb_values(request["rcb"])
        return {
            "rpt_id": block.rpt_id, "enabled": block.rpt_ena, "reserved": block.resv, "dataset": block.dataset,
            "conf_rev": block.conf_rev, "buf_tm": block.buf_time_ms, "sq_num": block.sq_num,
            "intg_pd": block.integrity_period_ms, "gi": block.gi,
            "trg_ops": [name for name, field in TRIGGERS.items() if getattr(block.trigger_options, field)],
            "opt_flds": [name for name, field in OPTIONS.items() if getattr(block.opt_flds, field)],
        }  # fmt: skip

    async def enable(self, request: Request) -> dict[str, Any]:
        """Reserve, set what was asked, enable, and GI when asked; answers the block as the server then gives it."""
        reference = request["rcb"]
        block = await self.open.get_rcb_values(reference)
        fields = []
        if "trg_ops" in request:
            block.trigger_options = iec61850.TriggerOptions(**{TRIGGERS[name]: True for name in request["trg_ops"]})
            fields.append("trigger_options")
        if "opt_flds" in request:
            block.opt_flds = iec61850.ReportOptFlds(**{OPTIONS[name]: True for name in request["opt_flds"]})
            fields.append("opt_flds")
        if "buf_tm" in request:
            block.buf_time_ms = int(request["buf_tm"])
            fields.append("buf_time")
        if "intg_pd" in request:
            block.integrity_period_ms = int(request["intg_pd"])
            fields.append("integrity_period")
        for name in ("rpt_id", "dataset"):
            if name in request:
                setattr(block, name, request[name])
                fields.append(name)
        block.rpt_ena = True
        first = []  # what has to be written before the rest
        if not block.is_buffered and request.get("reserve", True):
            block.resv = True
            first.append("resv")
        if block.is_buffered and block.has_resv_tms and "resv_tms" in request:
            block.resv_tms = request["resv_tms"]
            first.append("resv_tms")
        if request.get("purge"):
            block.purge_buf = True
            fields.append("purge_buf")
        if "entry_id" in request:
            block.entry_id = bytes.fromhex(request["entry_id"])
            fields.append("entry_id")
        self.last[reference] = []
        mask = iec61850.RcbWriteMask.fields
        await self.open.install_report_handler(
            block.object_reference,
            lambda report: self._on_report(reference, report),
            rpt_id=block.rpt_id or reference.replace(".", "$"),
        )
        if first:
            await self.open.set_rcb_values(block, mask(*first))
        if fields:
            await self.open.set_rcb_values(block, mask(*fields))
        await self.open.set_rcb_values(block, mask("rpt_ena"))
        if self.dispatcher is None:
            self.dispatcher = self.open.spawn_report_dispatcher(POLL_MS)
        if request.get("gi"):
            await self.open.trigger_gi(block.object_reference)
        return await self.rcb(request)

    async def gi(self, request: Request) -> None:
        """Ask for a general interrogation."""
        await self.open.trigger_gi(request["rcb"])

    async def disable(self, request: Request) -> None:
        """Disable the block, stop listening."""
        block = await self.open.get_rcb_values(request["rcb"])
        block.rpt_ena = False
        await self.open.set_rcb_values(block, iec61850.RcbWriteMask.fields("rpt_ena"))
        if not block.is_buffered:
            block.resv = False
            await self.open.set_rcb_values(block, iec61850.RcbWriteMask.fields("resv"))
        await self.open.uninstall_report_handler(block.object_reference)

    async def _stop_reports(self) -> None:
        if self.dispatcher is not None:
            await self.dispatcher.aclose()
            self.dispatcher = None

    def _on_report(self, reference: str, report: Any) -> None:
        """Pass a report on, without the members that only look included (see the module docstring)."""
        before, now = self.last[reference], []
        for entry in report.entries:
            reasons = [name for name, field in TRIGGERS.items() if entry.reason and getattr(entry.reason, field)]
            now.append((untyped(entry.value), reasons))
        whole = all({"gi", "integrity"} & set(reasons) for _value, reasons in now)
        self.last[reference] = now
        entries = []
        for i, (value, reasons) in enumerate(now):
            left_over = not reasons or {"gi", "integrity"} & set(reasons) or (i < len(before) and before[i] == now[i])
            if whole or not left_over:
                entries.append({"index": i, "reason": reasons, "value": value, "ref": report.entries[i].ref})
        _jsonl.event(
            "report", rcb=report.rcb_reference, rpt_id=report.rpt_id, dataset=report.dataset_name,
            seq_num=report.sequence_number, time_ms=report.timestamp_ms, conf_rev=report.conf_rev,
            buf_ovfl=report.buffer_overflow, entry_id=report.entry_id.hex() if report.entry_id else None,
            merged=True, entries=entries,
        )  # fmt: skip


def addresses(request: Request) -> iec61850.IsoConnectionParameters | None:
    """Selectors, titles and qualifiers of "called" and "calling"; None for the package's own."""
    given = {}
    for side, prefix in (("called", "remote"), ("calling", "local")):
        for name, value in request.get(side, {}).items():
            if name in ("t", "s", "p"):
                given[f"{prefix}_{name}_sel"] = bytes.fromhex(value)
            else:
                given[f"{prefix}_{name}"] = value
    return iec61850.IsoConnectionParameters(**given) if given else None


def access_error(error: Exception) -> dict[str, Any]:
    """The DataAccessError a package error names; the package gives it only as text."""
    for code, name in enumerate(ACCESS_ERRORS):
        if name in str(error):
            return {"error": code, "name": name}
    return {"error": None, "name": f"{type(error).__name__}: {error}"}


def converted_type(kind: dict[str, Any]) -> dict[str, Any]:
    """The package's type description in the form all peers share."""
    name = kind["kind"].replace("_", "-")
    if name == "structure":
        members = [{"name": part["name"], **converted_type(part["type"])} for part in kind["components"]]
        return {"type": name, "members": members}
    if name == "array":
        return {"type": name, "count": kind["element_count"], "element": converted_type(kind["element_type"])}
    sizes = ("width_bits", "format_width", "bits", "max_octets", "max_chars")
    size = next((kind[field] for field in sizes if field in kind), None)
    return {"type": name, "size": size}


def leaf_paths(path: str, kind: dict[str, Any], values: Any = None) -> list[tuple[str, dict[str, Any]]]:
    """(reference, {"type", "size"[, "value"]}) of every leaf; with values, their parts go along."""
    given = values is not None
    if kind["type"] == "structure":
        parts = [(f"{path}.{member['name']}", member) for member in kind["members"]]
    elif kind["type"] == "array":
        parts = [(f"{path}({i})", kind["element"]) for i in range(kind["count"])]
    else:
        leaf = {"type": kind["type"], "size": kind["size"]}
        return [(path, {**leaf, "value": values} if given else leaf)]
    found = []
    for i, (reference, part) in enumerate(parts):
        found += leaf_paths(reference, part, (values if isinstance(values, dict) else values[i]) if given else None)
    return found


def to_json(value: Any, kind: dict[str, Any]) -> Any:
    """A value of the package in the form all peers share (see _libiec61850.to_python)."""
    if isinstance(value, dict):
        return value  # an access error
    if isinstance(value, list):
        parts = kind["members"] if kind["type"] == "structure" else [kind["element"]] * len(value)
        return [to_json(part, described) for part, described in zip(value, parts, strict=True)]
    if isinstance(value, bytes):
        if kind["type"] == "bit-string":
            bits = "".join(f"{octet:08b}" for octet in value)
            return bits[: abs(kind["size"])] if kind["size"] else bits
        return value.hex()
    return value


def untyped(value: Any) -> Any:
    """A report's value: octets as hex, whatever they were."""
    if isinstance(value, list):
        return [untyped(part) for part in value]
    return value.hex() if isinstance(value, bytes) else value


async def run() -> None:
    """Serve commands until stdin ends."""
    client = Client()

    def leave(_request: Request) -> None:
        raise _jsonl.Quit

    names = (
        "connect", "release", "abort", "state", "names", "walk", "read", "read_many", "read_element", "read_all",
        "write", "datasets", "dataset", "rcb", "enable", "gi", "disable", "write_element", "read_async",
        "list_define", "list_delete", "list_write", "api", "query_log", "query_log_after", "log_names",
        "ctl_model", "ctl_select", "ctl_select_value", "ctl_operate", "ctl_cancel",
    )  # fmt: skip
    await _jsonl.serve_async({**{name: getattr(client, name) for name in names}, "quit": leave}, peer="iec61850")


if __name__ == "__main__":
    _jsonl.keep_stdout_clean()
    asyncio.run(run())
