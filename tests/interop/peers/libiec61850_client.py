"""libIEC61850 (PyPI pyiec61850-ng) as an IEC 61850 client in a process of its own. Line protocol: see _jsonl.py.

    python libiec61850_client.py
    {"id":1,"cmd":"connect","host":"127.0.0.1","port":10102}
    {"id":2,"cmd":"walk"}

Commands (references are 'LD/LN.DO.DA' with LD the whole MMS domain name; fc is given beside them)
    connect host port [timeout_ms] [max_pdu]  · release · abort · state · quit
    names            names of every domain as GetNameList gives them: {domain: [item, ...]}
    walk             the whole model from types: {"devices": {LD: {LN: {FC: type tree}}}, "leaves": [...], "datasets": {...}}
    read_all         every leaf of the walk read, one Read each (how="leaf"), or by LN$FC (how="fc") or by DO (how="do")
    read ref fc      one variable, with its type · read_many targets · read_element ref fc index [component]
    write ref fc value [type] [size]   answers {"accepted": bool, "code": DataAccessError, "name": ...}
    datasets         data sets of every domain · dataset ref: members and values
    rcb ref          values of a report control block ('LD/LN.RP.name')
    enable rcb ...   reserve, set, enable, optionally GI; reports arrive as {"event": "report"} lines
    gi rcb · disable rcb · rcb_buffered rcb · set_buffered rcb [resv_tms] [purge] [entry_id]
    ctl_*: see _libiec61850_control.py · log_names, query_log, query_log_after: see _libiec61850_logs.py
    api, status, list_*, write_many, write_element, read_component, read_async: see _libiec61850_services.py
    files [folder] · file_get name [position] [keep_open] · file_put local name · file_delete name · file_rename old new

connect also takes password, called and calling ({"t", "s", "p", "ap_title", "ae_qualifier"}), outstanding.

What the library cannot do, measured with 1.6.1: it has no read of a whole logical node without a constraint as a
typed call (MMS read of 'LN' works through "read" with fc null); unsigned values above 2^63-1 do not exist in it.
"""

import ctypes as C
import itertools
from typing import Any

import _jsonl
import _libiec61850 as lib
from _jsonl import Refused, Request
from _libiec61850_buffered import BufferedReports
from _libiec61850_control import Controls
from _libiec61850_files import FileCommands
from _libiec61850_logs import Logs
from _libiec61850_services import Services, member_of

# IedClientError and MmsError share no numbers with DataAccessError; both are passed on as they come.
MMS_ERROR_CONNECTION_LOST = 2
CONNECT_ATTEMPTS = 20


class Client(FileCommands, Services, BufferedReports, Controls, Logs):
    """One association and what was learnt through it."""

    def __init__(self) -> None:
        self.library = lib.load()
        self.connection: int | None = None
        self.callbacks: dict[str, Any] = {}  # kept alive: the library holds only the bare address
        self.types: dict[str, dict[str, dict[str, Any]]] = {}

    # -- association ---------------------------------------------------------------------------------------------

    def connect(self, request: Request) -> dict[str, Any]:
        """Open an association; the answer tells who the server says it is.

        In the library (1.6.1) a connection can be born dead: connecting succeeds, its state is "connected", and every
        request answers "connection lost" within microseconds, without an octet sent. It is a race in the client:
        against its own server too, about 3 % of connections, most of them when both processes share one processor.
        So the first request is made here, and a dead connection is replaced; "attempts" says how many it took.
        """
        for attempts in itertools.count(1):
            self._open(request)
            identity = self._identify()
            if not isinstance(identity, dict) or identity["code"] != MMS_ERROR_CONNECTION_LOST:
                break
            self.library.IedConnection_destroy(self.connection)
            self.connection = None
            if attempts == CONNECT_ATTEMPTS:
                raise Refused(f"{attempts} connections, all lost before the first request")
        closed = lib.ConnectionCallback(lambda _parameter, _connection: _jsonl.event("closed"))
        self.callbacks["closed"] = closed
        self.library.IedConnection_installConnectionClosedHandler(self.connection, closed, None)
        version = self.library.LibIEC61850_getVersionString().decode()
        return {"version": version, "identity": identity, "attempts": attempts}

    def _open(self, request: Request) -> None:
        library = self.library
        self.connection = library.IedConnection_create()
        timeout = int(request.get("timeout_ms", 5000))
        library.IedConnection_setConnectTimeout(self.connection, timeout)
        library.IedConnection_setRequestTimeout(self.connection, timeout)
        if "max_pdu" in request:
            mms = library.IedConnection_getMmsConnection(self.connection)
            library.MmsConnection_setLocalDetail(mms, int(request["max_pdu"]))
        self.configure(request)
        self._ied("IedConnection_connect", request["host"].encode(), int(request["port"]))

    def release(self, _request: Request) -> None:
        """Conclude the MMS association and close."""
        self._ied("IedConnection_release")
        self._forget()

    def abort(self, _request: Request) -> None:
        """Abort the association."""
        self._ied("IedConnection_abort")
        self._forget()

    def state(self, _request: Request) -> str:
        """The state the library believes in."""
        if self.connection is None:
            return "none"
        number: int = self.library.IedConnection_getState(self.connection)
        return ("closed", "connecting", "connected", "closing")[number]

    def _forget(self) -> None:
        # Not destroyed: a thread of the library may still hold its socket, whose number a new connection can get.
        self.connection = None
        self.types = {}

    def _ied(self, name: str, *arguments: Any) -> Any:
        """Call an IedConnection function with its error pointer; any error is a refusal."""
        if self.connection is None:
            raise Refused("not connected")
        error = C.c_int(0)
        result = getattr(self.library, name)(self.connection, C.byref(error), *arguments)
        if error.value:
            raise Refused(f"{name}: IedClientError {error.value}", error.value)
        return result

    def _mms(self, name: str, *arguments: Any) -> Any:
        """Call an MmsConnection function with its error pointer; any error is a refusal."""
        if self.connection is None:
            raise Refused("not connected")
        error = C.c_int(0)
        mms = self.library.IedConnection_getMmsConnection(self.connection)
        result = getattr(self.library, name)(mms, C.byref(error), *arguments)
        if error.value:
            raise Refused(f"{name}: MmsError {error.value}", error.value)
        return result

    def _identify(self) -> list[str] | dict[str, Any]:
        try:
            answer = self._mms("MmsConnection_identify")
        except Refused as error:
            return {"refused": str(error), "code": error.code}
        fields = C.cast(answer, C.POINTER(C.c_char_p * 3)).contents
        return [(field or b"").decode() for field in fields]

    # -- model ---------------------------------------------------------------------------------------------------

    def names(self, _request: Request | None = None) -> dict[str, list[str]]:
        """Variable names of every domain, in the order the server gave them."""
        domains = lib.texts(self.library, self._mms("MmsConnection_getDomainNames"))
        return {
            domain: lib.texts(self.library, self._mms("MmsConnection_getDomainVariableNames", domain.encode()))
            for domain in domains
        }

    def specification(self, domain: str, item: str) -> dict[str, Any]:
        """The type of one variable."""
        found = self._mms("MmsConnection_getVariableAccessAttributes", domain.encode(), item.encode())
        described = lib.type_of(self.library, found)
        self.library.MmsVariableSpecification_destroy(found)
        return described

    def node_type(self, domain: str, node: str, names: list[str]) -> dict[str, Any]:
        """The type of a logical node; put together from its parts, in the order of their names, when the server cannot
        give it in one answer."""
        try:
            return self.specification(domain, node)
        except Refused:
            depth = node.count("$") + 1
            below = [name for name in names if name.startswith(f"{node}$") and name.count("$") == depth]
            if not below or depth > 2:
                raise
            parts = [{"name": n.rpartition("$")[2], **self.node_type(domain, n, names)} for n in below]
            return {"type": "structure", "members": parts}

    def walk(self, _request: Request | None = None) -> dict[str, Any]:
        """Names, types of every logical node, leaves, and the names the types leave unexplained (or lack)."""
        names = self.names()
        self.types = {
            domain: {ln: self.node_type(domain, ln, items) for ln in items if "$" not in ln}
            for domain, items in names.items()
        }
        explained = {
            domain: {"$".join(path) for ln, kind in nodes.items() for path in named_paths((ln,), kind)}
            for domain, nodes in self.types.items()
        }
        return {
            "devices": self.types,
            "leaves": [leaf for leaf, _domain, _item in self.leaves()],
            "datasets": self.datasets(),
            "unexplained": {d: sorted(set(i) - explained[d]) for d, i in names.items()},
            "unnamed": {d: sorted(explained[d] - set(i)) for d, i in names.items()},
            "unsorted": [d for d, i in names.items() if i != sorted(i, key=str.encode)],
        }

    def leaves(self) -> list[tuple[dict[str, Any], str, str]]:
        """(leaf, domain, item) for every leaf; an array counts as one leaf per element leaf, its item the array's."""
        found = []
        for domain, nodes in self.types.items():
            for ln, kind in nodes.items():
                for group in kind.get("members", []):
                    for path, leaf in leaf_paths((ln,), group, first=True):
                        reference = f"{domain}/{'.'.join(path)}"
                        item = "$".join([ln, group["name"], *itertools.takewhile(lambda n: "(" not in n, path[1:])])
                        array = next((n for n in path if "(" in n), None)
                        if array is not None:
                            item += "$" + array.partition("(")[0]
                        found.append(({"ref": reference, "fc": group["name"], **leaf}, domain, item))
        return found

    def datasets(self, _request: Request | None = None) -> dict[str, list[str]]:
        """Named variable lists of every domain."""
        domains = lib.texts(self.library, self._mms("MmsConnection_getDomainNames"))
        call = "MmsConnection_getDomainVariableListNames"
        return {domain: lib.texts(self.library, self._mms(call, domain.encode())) for domain in domains}

    def dataset(self, request: Request) -> dict[str, Any]:
        """Members and values of 'LD/LN.name' (or domain and item as MMS has them)."""
        domain, item = target(request)
        deletable = C.c_bool(False)
        call = "MmsConnection_readNamedVariableListDirectory"
        listed = self._mms(call, domain.encode(), item.encode(), C.byref(deletable))
        members = [member_of(pointer) for pointer in lib.items(self.library, listed)]
        call = "MmsConnection_readNamedVariableListValues"
        values = self._take(self._mms(call, domain.encode(), item.encode(), True))
        return {"members": members, "values": values, "deletable": deletable.value}

    # -- reading and writing -------------------------------------------------------------------------------------

    def _take(self, value: int | None) -> Any:
        converted = lib.to_python(self.library, value)
        if value:
            self.library.MmsValue_delete(value)
        return converted

    def value_of(self, domain: str, item: str) -> Any:
        """One Read of one variable."""
        return self._take(self._mms("MmsConnection_readVariable", domain.encode(), item.encode()))

    def read(self, request: Request) -> dict[str, Any]:
        """One variable with its type; an access error is a value {"error": code, "name": ...}."""
        domain, item = target(request)
        value = self.value_of(domain, item)
        if isinstance(value, dict) and "error" in value:
            return {"value": value, "type": None}
        return {"value": value, **self.specification(domain, item)}

    def read_many(self, request: Request) -> list[Any]:
        """Several variables of one domain in one Read."""
        pairs = [target(one) for one in request["targets"]]
        domains = {domain for domain, _item in pairs}
        if len(domains) != 1:
            raise _jsonl.Unsupported("the library's readMultipleVariables takes one domain per call")
        names = [C.create_string_buffer(item.encode()) for _domain, item in pairs]
        listed = self.library.LinkedList_create()
        for name in names:
            self.library.LinkedList_add(listed, C.cast(name, C.c_void_p))
        try:
            call = "MmsConnection_readMultipleVariables"
            values: list[Any] = self._take(self._mms(call, domains.pop().encode(), listed))
        finally:
            self.library.LinkedList_destroyStatic(listed)
        return values

    def read_element(self, request: Request) -> Any:
        """One array element, or one component of it, by alternate access."""
        domain, item = target(request)
        head = (domain.encode(), item.encode(), int(request["index"]))
        if component := request.get("component"):
            call = "MmsConnection_readSingleArrayElementWithComponent"
            return self._take(self._mms(call, *head, component.encode()))
        return self._take(self._mms("MmsConnection_readArrayElements", *head, int(request.get("count", 0))))

    def read_all(self, request: Request) -> list[dict[str, Any]]:
        """Every leaf of the model with its value, read the way `how` says."""
        if not self.types:
            self.walk()
        how = request.get("how", "leaf")
        seen: dict[tuple[str, str], Any] = {}
        answer = []
        for leaf, domain, item in self.leaves():
            whole = item if how == "leaf" else "$".join(item.split("$")[: 2 if how == "fc" else 3])
            key = (domain, whole)
            if key not in seen:
                seen[key] = self.value_of(domain, whole)
            answer.append({**leaf, "value": self._dig(seen[key], domain, whole, leaf["ref"])})
        return answer

    def _dig(self, value: Any, domain: str, whole: str, reference: str) -> Any:
        """The part of a structure read as `whole` that is the leaf `reference`."""
        parts = whole.split("$")
        kind = self.types[domain][parts[0]]
        for name in parts[1:]:
            kind = next(member for member in kind["members"] if member["name"] == name)
        path = _jsonl.split_reference(reference)
        done = len(parts) - 1  # the constraint is not in a reference
        position = path[2][done - 1] if done else -1
        steps: list[str | int] = [] if position < 0 else [position]
        for name, index in zip(path[1][done:], path[2][done:], strict=True):
            steps += [name] if index < 0 else [name, index]
        for step in steps:
            if isinstance(value, dict):  # an access error stands for all its leaves
                return value
            if isinstance(step, int):
                value, kind = value[step], kind["element"]
            else:
                place = next(i for i, member in enumerate(kind["members"]) if member["name"] == step)
                value, kind = value[place], kind["members"][place]
        return value

    def write(self, request: Request) -> dict[str, Any]:
        """Write one variable; a given type overrides the server's own (to see it refused)."""
        domain, item = target(request)
        kind = {"type": request["type"], "size": request.get("size", 0)} if "type" in request else None
        made = lib.new_value(self.library, kind or self.specification(domain, item), request["value"])
        try:
            code = self._write_code(domain, item, made)
        finally:
            self.library.MmsValue_delete(made)
        if code < 0:
            return {"accepted": True, "code": None, "name": None}
        return {"accepted": False, "code": code, "name": lib.DATA_ACCESS_ERRORS[min(code, 12)]}

    def _write_code(self, domain: str, item: str, made: int) -> int:
        """The DataAccessError, -1 when accepted. The library reports a refusal in the result AND as an MmsError."""
        error = C.c_int(0)
        mms = self.library.IedConnection_getMmsConnection(self.connection)
        call = self.library.MmsConnection_writeVariable
        code: int = call(mms, C.byref(error), domain.encode(), item.encode(), made)
        if error.value and code < 0:
            raise Refused(f"MmsConnection_writeVariable: MmsError {error.value}", error.value)
        return code

    # -- reports -------------------------------------------------------------------------------------------------

    def rcb(self, request: Request) -> dict[str, Any]:
        """The values of a report control block."""
        block = self._ied("IedConnection_getRCBValues", request["rcb"].encode(), None)
        values = self._block(block)
        self.library.ClientReportControlBlock_destroy(block)
        return values

    def _block(self, block: int) -> dict[str, Any]:
        def get(name: str) -> Any:
            value = getattr(self.library, f"ClientReportControlBlock_get{name}")(block)
            return value.decode() if isinstance(value, bytes) else value

        return {
            "rpt_id": get("RptId"), "enabled": get("RptEna"), "reserved": get("Resv"),
            "dataset": get("DataSetReference"), "conf_rev": get("ConfRev"), "buf_tm": get("BufTm"),
            "sq_num": get("SqNum"), "intg_pd": get("IntgPd"), "gi": get("GI"),
            "trg_ops": flag_names(get("TrgOps"), lib.TRIGGER_OPTIONS),
            "opt_flds": flag_names(get("OptFlds"), lib.OPTIONAL_FIELDS),
        }  # fmt: skip

    def enable(self, request: Request) -> dict[str, Any]:
        """Reserve, set what was asked, enable, and GI when asked; answers the block as the server then gives it."""
        reference = request["rcb"].encode()
        block = self._ied("IedConnection_getRCBValues", reference, None)
        rpt_id = self.library.ClientReportControlBlock_getRptId(block)
        mask = self._set_block(block, request)
        callback = lib.ReportCallback(lambda _parameter, report: self._on_report(report))
        self.callbacks[request["rcb"]] = callback
        wanted = request.get("rpt_id")
        listen = wanted.encode() if wanted is not None else rpt_id
        self.library.IedConnection_installReportHandler(self.connection, reference, listen, callback, None)
        self._ied("IedConnection_setRCBValues", block, mask, bool(request.get("single_request", False)))
        self.library.ClientReportControlBlock_destroy(block)
        if request.get("gi"):
            self._ied("IedConnection_triggerGIReport", reference)
        return self.rcb(request)

    def _set_block(self, block: int, request: Request) -> int:
        """Fill the local copy of the block; the result is the mask of what is to be written."""
        settings: list[tuple[str, int, Any]] = [("RptEna", 2, True)]
        if request.get("reserve", True):
            settings.append(("Resv", 4, True))
        if "trg_ops" in request:
            settings.append(("TrgOps", 256, sum(lib.TRIGGER_OPTIONS[name] for name in request["trg_ops"])))
        if "opt_flds" in request:
            settings.append(("OptFlds", 32, sum(lib.OPTIONAL_FIELDS[name] for name in request["opt_flds"])))
        for key, name, bit in (("buf_tm", "BufTm", 64), ("intg_pd", "IntgPd", 512)):
            if key in request:
                settings.append((name, bit, int(request[key])))
        for key, name, bit in (("rpt_id", "RptId", 1), ("dataset", "DataSetReference", 8)):
            if key in request:
                settings.append((name, bit, request[key].encode()))
        for name, _bit, value in settings:
            getattr(self.library, f"ClientReportControlBlock_set{name}")(block, value)
        return sum(bit for _name, bit, _value in settings)

    def gi(self, request: Request) -> None:
        """Ask for a general interrogation."""
        self._ied("IedConnection_triggerGIReport", request["rcb"].encode())

    def disable(self, request: Request) -> None:
        """Disable the block, stop listening."""
        reference = request["rcb"].encode()
        block = self._ied("IedConnection_getRCBValues", reference, None)
        self.library.ClientReportControlBlock_setRptEna(block, False)
        self.library.ClientReportControlBlock_setResv(block, False)
        self._ied("IedConnection_setRCBValues", block, 2, False)
        self._ied("IedConnection_setRCBValues", block, 4, False)
        self.library.ClientReportControlBlock_destroy(block)
        self.library.IedConnection_uninstallReportHandler(self.connection, reference)

    def _on_report(self, report: int) -> None:
        library = self.library

        def get(name: str) -> Any:
            value = getattr(library, f"ClientReport_get{name}")(report)
            return value.decode() if isinstance(value, bytes) else value

        def optional(presence: str, name: str) -> Any:
            return get(name) if getattr(library, f"ClientReport_has{presence}")(report) else None

        values = get("DataSetValues")
        entries = []
        for i in range(library.MmsValue_getArraySize(values) if values else 0):
            reason = library.ClientReport_getReasonForInclusion(report, i)
            if reason == 0:
                continue
            entry = {"index": i, "reason": flag_names(reason, {**lib.TRIGGER_OPTIONS, "not-given": 32})}
            entry["value"] = lib.to_python(library, library.MmsValue_getElement(values, i))
            if library.ClientReport_hasDataReference(report):
                entry["ref"] = (library.ClientReport_getDataReference(report, i) or b"").decode()
            entries.append(entry)
        entry_id = get("EntryId")
        _jsonl.event(
            "report", rcb=get("RcbReference"), rpt_id=get("RptId"), dataset=optional("DataSetName", "DataSetName"),
            seq_num=optional("SeqNum", "SeqNum"), time_ms=optional("Timestamp", "Timestamp"),
            conf_rev=optional("ConfRev", "ConfRev"), buf_ovfl=optional("BufOvfl", "BufOvfl"),
            entry_id=lib.to_python(library, entry_id), sub_seq_num=get("SubSeqNum"),
            more=bool(get("MoreSeqmentsFollow")), entries=entries,
        )  # fmt: skip


def target(request: Request) -> tuple[str, str]:
    """MMS domain and item of a request, given as such or as reference and constraint."""
    if "item" in request:
        return request["domain"], request["item"]
    domain, names, _indices = _jsonl.split_reference(request["ref"])
    return domain, _jsonl.mms_item(names, request.get("fc"))


def flag_names(bits: int, table: dict[str, int]) -> list[str]:
    """The names of the bits that are set."""
    return [name for name, bit in table.items() if bits & bit]


def named_paths(path: tuple[str, ...], kind: dict[str, Any]) -> list[tuple[str, ...]]:
    """Every name a type stands for: itself and its members, not what is inside arrays."""
    found = [path]
    for member in kind.get("members", []):
        found += named_paths((*path, member["name"]), member)
    return found


def leaf_paths(path: tuple[str, ...], kind: dict[str, Any], first: bool = False) -> list[tuple[tuple[str, ...], Any]]:
    """(path, {"type", "size"}) of every leaf below; `first` marks the constraint, which is no part of a reference."""
    inner = path if first or "name" not in kind else (*path, kind["name"])
    if kind["type"] == "structure":
        return [leaf for member in kind["members"] for leaf in leaf_paths(inner, member)]
    if kind["type"] == "array":
        found = []
        for i in range(kind["count"]):
            element = (*inner[:-1], f"{inner[-1]}({i})")
            found += leaf_paths(element, kind["element"])
        return found
    return [(inner, {"type": kind["type"], "size": kind["size"]})]


def main() -> None:
    """Serve commands until stdin ends."""
    _jsonl.keep_stdout_clean()
    client = Client()

    def leave(_request: Request) -> None:
        raise _jsonl.Quit

    names = (
        "connect", "release", "abort", "state", "names", "walk", "read", "read_many", "read_element", "read_all",
        "write", "datasets", "dataset", "rcb", "enable", "gi", "disable",
        "files", "file_get", "file_put", "file_delete", "file_rename",
        *Services.NAMES,
        *BufferedReports.NAMES,
        *Controls.NAMES,
        *Logs.NAMES,
    )  # fmt: skip
    _jsonl.serve({**{name: getattr(client, name) for name in names}, "quit": leave}, peer="libiec61850")


if __name__ == "__main__":
    main()
