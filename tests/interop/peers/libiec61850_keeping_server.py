"""libIEC61850 (PyPI pyiec61850-ng) as a server with setting groups and a log. Line protocol: see _jsonl.py.

    python libiec61850_keeping_server.py      READY line: {"event":"ready","port":...}

IED "KEEP", logical device LD0: PTOC1 with StrVal.setMag.f and OpDlTmms.setVal in three groups, GGIO1.SPCSO1..2 (status) in the
data set dsEv, LLN0.lcbEv which writes into the log EventLog. The library keeps no banks: they are here, as an application of
it has to. Its own log storage needs a library that the wheel was built without, so the log is a list here.

Commands
    groups               values of every group: {"1": [pick-up, delay], ...} · truth: the active ones as the library has them
    set ref fc value     change a value; the log follows from the trigger · quit
"""

import ctypes as C
import os
import threading
import time
from typing import Any

import _jsonl
import _libiec61850 as lib
from _jsonl import Request
from _libiec61850 import BOOL, I32, P, S
from _libiec61850_logs import U64
from libiec61850_server import free_port

FC = {name: number for number, name in enumerate(lib.FUNCTIONAL_CONSTRAINTS)}
FLOAT32, INT32, CONSTRUCTED = 10, 3, 27
DCHG = 1
ALLOW = 0
PICKUP, DELAY = "PTOC1.StrVal.setMag.f", "PTOC1.OpDlTmms.setVal"

SgHandler = C.CFUNCTYPE(BOOL, P, P, C.c_uint8, P)
ConfirmHandler = C.CFUNCTYPE(None, P, P, C.c_uint8)
EntryCallback = C.CFUNCTYPE(BOOL, P, U64, U64, BOOL)
DataCallback = C.CFUNCTYPE(BOOL, P, S, P, I32, C.c_uint8, BOOL)
AddEntry = C.CFUNCTYPE(U64, P, U64)
AddData = C.CFUNCTYPE(BOOL, P, U64, S, P, I32, C.c_uint8)
GetEntries = C.CFUNCTYPE(BOOL, P, U64, U64, EntryCallback, DataCallback, P)
Bounds = C.CFUNCTYPE(BOOL, P, C.POINTER(U64), C.POINTER(U64), C.POINTER(U64), C.POINTER(U64))
Destroy = C.CFUNCTYPE(None, P)

lib.PROTOTYPES.update({
    "SettingGroupControlBlock_create": (P, (P, C.c_uint8, C.c_uint8)),
    "IedServerConfig_enableEditSG": (None, (P, BOOL)),
    "IedServerConfig_enableResvTmsForSGCB": (None, (P, BOOL)),
    "IedServer_setActiveSettingGroupChangedHandler": (None, (P, P, SgHandler, P)),
    "IedServer_setEditSettingGroupChangedHandler": (None, (P, P, SgHandler, P)),
    "IedServer_setEditSettingGroupConfirmationHandler": (None, (P, P, ConfirmHandler, P)),
    "IedServer_updateFloatAttributeValue": (None, (P, P, C.c_float)),
    "IedServer_updateInt32AttributeValue": (None, (P, P, C.c_int32)),
    "IedServer_updateBooleanAttributeValue": (None, (P, P, BOOL)),
    "IedServer_getFloatAttributeValue": (C.c_float, (P, P)),
    "IedServer_getInt32AttributeValue": (C.c_int32, (P, P)),
})  # fmt: skip


class Storage(C.Structure):
    """A log storage as the library wants it."""

    _fields_ = (
        ("instance", P), ("max_entries", I32), ("add_entry", AddEntry), ("add_data", AddData), ("entries", GetEntries),
        ("entries_after", GetEntries), ("bounds", Bounds), ("destroy", Destroy),
    )  # fmt: skip


class Log:
    """Entries in a list: [EntryID, time, [(reference, octets, reason), ...]]."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, int, list[tuple[bytes, bytes, int]]]] = []
        self.lock = threading.Lock()
        self.storage = Storage(
            None, 1000, AddEntry(self.add_entry), AddData(self.add_data), GetEntries(self.by_time),
            GetEntries(self.behind), Bounds(self.bounds), Destroy(lambda _: None),
        )  # fmt: skip

    def add_entry(self, _storage: int, time_ms: int) -> int:
        with self.lock:
            self.kept.append((len(self.kept) + 1, time_ms, []))
            return len(self.kept)

    def add_data(self, _storage: int, entry: int, reference: bytes, data: int, size: int, reason: int) -> bool:
        with self.lock:
            self.kept[entry - 1][2].append((reference, C.string_at(data, size), reason))
        return True

    def by_time(self, _storage: int, start: int, stop: int, entry: Any, data: Any, parameter: int) -> bool:
        return self.give([one for one in self.kept if start <= one[1] <= stop], entry, data, parameter)

    def behind(self, _storage: int, _start: int, number: int, entry: Any, data: Any, parameter: int) -> bool:
        return self.give([one for one in self.kept if one[0] > number], entry, data, parameter)

    def give(self, entries: list[Any], entry: Any, data: Any, parameter: int) -> bool:
        for number, moment, values in entries:
            if not entry(parameter, moment, number, True):
                break
            if not all(data(parameter, name, octets, len(octets), reason, True) for name, octets, reason in values):
                break
            data(parameter, None, None, 0, 0, False)
        entry(parameter, 0, 0, False)
        return True

    def bounds(self, _storage: int, new: Any, new_time: Any, old: Any, old_time: Any) -> bool:
        first, last = (self.kept[0], self.kept[-1]) if self.kept else ((0, 0), (0, 0))
        old[0], old_time[0], new[0], new_time[0] = first[0], first[1], last[0], last[1]
        return True


class Server:
    """The running server."""

    def __init__(self, library: lib.Library, port: int) -> None:
        self.library = library
        self.banks = {group: [group + 0.5, group * 100] for group in (1, 2, 3)}
        self.log = Log()
        model = library.IedModel_create(b"KEEP")
        device = library.LogicalDevice_create(b"LD0", model)
        head = library.LogicalNode_create(b"LLN0", device)
        library.DataObject_create(b"Mod", head, 0)
        self.block = library.SettingGroupControlBlock_create(head, 1, 3)
        node = library.LogicalNode_create(b"PTOC1", device)
        self.nodes: dict[tuple[str, str], int] = {}
        current = library.DataObject_create(b"StrVal", node, 0)
        delay = library.DataObject_create(b"OpDlTmms", node, 0)
        for fc in ("SG", "SE"):
            magnitude = self._attribute("setMag", current, CONSTRUCTED, fc)
            self.nodes[PICKUP, fc] = self._attribute("f", magnitude, FLOAT32, fc)
            self.nodes[DELAY, fc] = self._attribute("setVal", delay, INT32, fc)
        status = library.LogicalNode_create(b"GGIO1", device)
        made = library.DataSet_create(b"dsEv", head)
        for i in (1, 2):
            data_object = library.DataObject_create(f"Ind{i}".encode(), status, 0)
            self.nodes[f"GGIO1.Ind{i}.stVal", "ST"] = self._attribute("stVal", data_object, 0, "ST", DCHG)
            library.DataSetEntry_create(made, f"GGIO1$ST$Ind{i}$stVal".encode(), -1, None)
        library.Log_create(b"EventLog", head)
        library.LogControlBlock_create(b"lcbEv", head, b"dsEv", b"LD0/LLN0$EventLog", DCHG, 0, True, True)
        config = library.IedServerConfig_create()
        library.IedServerConfig_enableEditSG(config, True)
        library.IedServerConfig_enableResvTmsForSGCB(config, True)
        self.server = library.IedServer_createWithConfig(model, None, config)
        library.IedServer_setLocalIpAddress(self.server, b"127.0.0.1")
        library.IedServer_setServerIdentity(self.server, b"peer", b"libiec61850", b"1.6.1")
        library.IedServer_setWriteAccessPolicy(self.server, FC["SE"], ALLOW)
        self.handlers = SgHandler(self.activate), SgHandler(self.edit), ConfirmHandler(self.confirm)
        library.IedServer_setActiveSettingGroupChangedHandler(self.server, self.block, self.handlers[0], None)
        library.IedServer_setEditSettingGroupChangedHandler(self.server, self.block, self.handlers[1], None)
        library.IedServer_setEditSettingGroupConfirmationHandler(self.server, self.block, self.handlers[2], None)
        library.IedServer_setLogStorage(self.server, b"LD0/LLN0$EventLog", C.addressof(self.log.storage))
        self.show("SG", 1)
        library.IedServer_start(self.server, port)
        if not library.IedServer_isRunning(self.server):
            raise SystemExit(f"the server did not start on port {port}")

    def _attribute(self, name: str, parent: int, kind: int, fc: str, trigger: int = 0) -> int:
        made: int = self.library.DataAttribute_create(name.encode(), parent, kind, FC[fc], trigger, 0, 0)
        return made

    def show(self, fc: str, group: int) -> None:
        """Put a group's values where clients see them."""
        pickup, delay = self.banks[group]
        self.library.IedServer_updateFloatAttributeValue(self.server, self.nodes[PICKUP, fc], pickup)
        self.library.IedServer_updateInt32AttributeValue(self.server, self.nodes[DELAY, fc], int(delay))

    def activate(self, _parameter: int, _block: int, group: int, _connection: int) -> bool:
        self.active = group
        self.show("SG", group)
        return True

    def edit(self, _parameter: int, _block: int, group: int, _connection: int) -> bool:
        self.show("SE", group)
        return True

    def confirm(self, _parameter: int, _block: int, group: int) -> None:
        pickup = self.library.IedServer_getFloatAttributeValue(self.server, self.nodes[PICKUP, "SE"])
        delay = self.library.IedServer_getInt32AttributeValue(self.server, self.nodes[DELAY, "SE"])
        self.banks[group] = [pickup, delay]

    # -- commands ------------------------------------------------------------------------------------------------

    def groups(self, _request: Request) -> dict[str, Any]:
        """Values of every group."""
        return {str(group): values for group, values in self.banks.items()}

    def set(self, request: Request) -> None:
        """A status."""
        node = self.nodes[request["ref"], request["fc"]]
        self.library.IedServer_updateBooleanAttributeValue(self.server, node, bool(request["value"]))
        time.sleep(0.002)  # entries one after the other, not all in one millisecond


def main() -> None:
    """Start the server, then serve commands until stdin ends."""
    _jsonl.keep_stdout_clean()
    port = free_port()
    server = Server(lib.load(), port)
    handlers = {name: getattr(server, name) for name in ("groups", "set")}

    def leave(_request: Request) -> None:
        raise _jsonl.Quit

    _jsonl.serve({**handlers, "quit": leave}, peer="libiec61850", port=port)
    os._exit(0)  # its threads call back into a Python that is going


if __name__ == "__main__":
    main()
