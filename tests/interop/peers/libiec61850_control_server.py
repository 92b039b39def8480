"""libIEC61850 (PyPI pyiec61850-ng) as a server of controls in a process of its own. Line protocol: see _jsonl.py.

    python libiec61850_control_server.py      READY line: {"event":"ready","port":...,"ref":...}

IED "CTRL", logical device LD0, GGIO1: SPCSO1..SPCSO4 with ctlModel 1..4, SPCSO5 direct with operTm, and one object of each other
CDC with direct control. A command is carried out at once and told as an event:
    {"event": "operated", "object", "value", "test", "or_cat", "or_ident", "ctl_num", "interlock", "synchro"}

Commands
    refuse object add_cause [at]   from now on refuse with this AddCause ("check", or "operate": after accepting)
    allow object · slow object ms  take that long · quit
"""

import ctypes as C
import os
import time
from typing import Any

import _jsonl
import _libiec61850 as lib
from _jsonl import Request
from _libiec61850_control import CheckHandler, ControlHandler
from libiec61850_server import free_port

ACCEPTED, DENIED = -1, 3
FAILED, DONE, WAIT = 0, 1, 2
HAS_CANCEL, TIME_ACTIVATED = 1 << 4, 1 << 5
STATUS_ORIGIN, STATUS_CTL_NUM = 1 << 4, 1 << 5
DIRECT = 1


class Server:
    """The running server."""

    def __init__(self, library: lib.Library, port: int) -> None:
        self.library = library
        self.refusals: dict[str, tuple[str, int]] = {}
        self.delays: dict[str, float] = {}
        self.kept: list[Any] = []
        self.pending: dict[str, float] = {}
        self.statuses: dict[str, int] = {}
        model = library.IedModel_create(b"CTRL")
        device = library.LogicalDevice_create(b"LD0", model)
        head = library.LogicalNode_create(b"LLN0", device)
        library.DataObject_create(b"Mod", head, 0)
        node = library.LogicalNode_create(b"GGIO1", device)
        objects = {}
        for i in (1, 2, 3, 4):
            objects[f"SPCSO{i}"] = library.CDC_SPC_create(f"SPCSO{i}".encode(), node, 0, i | HAS_CANCEL)
        objects["SPCSO5"] = library.CDC_SPC_create(b"SPCSO5", node, 0, DIRECT | HAS_CANCEL | TIME_ACTIVATED)
        for cdc, name in (("DPC", "DPCSO1"), ("INC", "ISCSO1"), ("ENC", "EnmSO1")):
            objects[name] = getattr(library, f"CDC_{cdc}_create")(name.encode(), node, 0, DIRECT)
        for cdc, name in (("APC", "AnOut1"), ("BSC", "StpSO1"), ("ISC", "IStSO1"), ("BAC", "BinSO1")):
            objects[name] = getattr(library, f"CDC_{cdc}_create")(name.encode(), node, 0, DIRECT, False)
        self.server = library.IedServer_createWithConfig(model, None, library.IedServerConfig_create())
        library.IedServer_setLocalIpAddress(self.server, b"127.0.0.1")
        library.IedServer_setServerIdentity(self.server, b"peer", b"libiec61850", b"1.6.1")
        for name, node_handle in objects.items():
            self._handle(name, node_handle)
        library.IedServer_start(self.server, port)
        if not library.IedServer_isRunning(self.server):
            raise SystemExit(f"the server did not start on port {port}")

    def _handle(self, name: str, node: int) -> None:
        library = self.library

        def check(action: int, _parameter: int, _value: int, _test: bool, _interlock: bool) -> int:
            when, cause = self.refusals.get(name, ("", 0))
            if when != "check":
                return ACCEPTED
            library.ControlAction_setError(action, 1)
            library.ControlAction_setAddCause(action, cause)
            return DENIED

        def operate(action: int, _parameter: int, value: int, test: bool) -> int:
            when, cause = self.refusals.get(name, ("", 0))
            if when == "operate":
                library.ControlAction_setError(action, 1)
                library.ControlAction_setAddCause(action, cause)
                return FAILED
            end = self.pending.setdefault(name, time.monotonic() + self.delays.get(name, 0.0))
            if time.monotonic() < end:
                return WAIT
            del self.pending[name]
            size = C.c_int(0)
            identity = library.ControlAction_getOrIdent(action, C.byref(size))
            _jsonl.event(
                "operated", object=name, value=lib.to_python(library, value), test=test,
                or_cat=library.ControlAction_getOrCat(action),
                or_ident=C.string_at(identity, size.value).decode() if identity else "",
                ctl_num=library.ControlAction_getCtlNum(action),
                interlock=library.ControlAction_getInterlockCheck(action),
                synchro=library.ControlAction_getSynchroCheck(action),
            )  # fmt: skip
            return DONE

        handlers = CheckHandler(check), ControlHandler(operate)
        self.kept.append(handlers)
        library.IedServer_setPerformCheckHandler(self.server, node, handlers[0], None)
        library.IedServer_setControlHandler(self.server, node, handlers[1], None)

    # -- commands ------------------------------------------------------------------------------------------------

    def refuse(self, request: Request) -> None:
        """Refuse from now on."""
        self.refusals[request["object"]] = (request.get("at", "check"), int(request["add_cause"]))

    def allow(self, request: Request) -> None:
        """Carry out again."""
        self.refusals.pop(request["object"], None)

    def slow(self, request: Request) -> None:
        """Take so long."""
        self.delays[request["object"]] = float(request["ms"]) / 1000


def main() -> None:
    """Start the server, then serve commands until stdin ends."""
    _jsonl.keep_stdout_clean()
    port = free_port()
    server = Server(lib.load(), port)
    handlers = {name: getattr(server, name) for name in ("refuse", "allow", "slow")}

    def leave(_request: Request) -> None:
        raise _jsonl.Quit

    _jsonl.serve({**handlers, "quit": leave}, peer="libiec61850", port=port, ref="CTRLLD0/GGIO1")
    os._exit(0)  # its threads call back into a Python that is going


if __name__ == "__main__":
    main()
