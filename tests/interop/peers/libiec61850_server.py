"""libIEC61850 (PyPI pyiec61850-ng) as an IEC 61850 server in a process of its own. Line protocol: see _jsonl.py.

    python libiec61850_server.py [--port N] [--connections N] [--files DIR]   READY line: {"event":"ready","port":...}

Serves IED "PEER" on 127.0.0.1 with a model made to be awkward: every basic type at its limits, nested CMV/WYE, arrays of
numbers and of structures, Dbpos, BCR at 64 bits, text in UTF-8, data sets of whole objects and of single attributes, one across
logical devices, indexed URCBs, writable SP and CF leaves, and leaves whose writing is refused. Its C threads answer; no
Python runs per request.

Commands
    truth                every leaf as the library itself holds it: [{"ref", "fc", "type", "value"}]
    set ref fc value     change a value (dchg, qchg or dupd triggers follow from the attribute) · set_many values
    toggle ref fc        invert a BOOLEAN · pace ref fc hz seconds · connections · require password · quit

What the library cannot do, measured with 1.6.1: FLOAT64 and INT128 leaves exist as types, INT128 is left out here (no
value functions); a server of the wheel accepts at most 5 associations at a time whatever --connections says (a constant
of that build).
"""

import argparse
import ctypes as C
import socket
import time
from typing import Any

import _jsonl
import _libiec61850 as lib
from _jsonl import Refused, Request
from _libiec61850_files import serve_folder
from _libiec61850_model import Model

FC = lib.FUNCTIONAL_CONSTRAINTS
ALLOW = 0
PASSWORD = 1
NODE_KINDS = ("LD", "LN", "DO", "DA")


class Server:
    """The running server and a map from references to its attributes."""

    def __init__(self, library: lib.Library, port: int, connections: int | None, files: str | None = None) -> None:
        self.library = library
        self.model = Model(library)
        config = library.IedServerConfig_create()
        if connections:
            library.IedServerConfig_setMaxMmsConnections(config, connections)
        if files:
            serve_folder(library, config, files)
        self.server = library.IedServer_createWithConfig(self.model.handle, None, config)
        library.IedServer_setLocalIpAddress(self.server, b"127.0.0.1")
        library.IedServer_setServerIdentity(self.server, b"peer", b"libiec61850", b"1.6.1")
        for name in ("SP", "CF"):
            library.IedServer_setWriteAccessPolicy(self.server, FC.index(name), ALLOW)
        self.nodes: dict[tuple[str, str], int] = {}
        for device in self.model.devices:
            self._collect(device, "")
        self._refuse_writes()
        for (reference, fc), value in self.model.values.items():
            self.put(reference, fc, value)
        library.IedServer_start(self.server, port)
        if not library.IedServer_isRunning(self.server):
            raise SystemExit(f"the server did not start on port {port}")

    def _collect(self, node: int, parent: str, index: int = 0) -> None:
        """Remember every DataAttribute that holds a value of its own, by reference and constraint."""
        library = self.library
        kind = NODE_KINDS[library.ModelNode_getType(node)]
        name = library.ModelNode_getName(node)
        if kind == "LD":
            here = f"{self.model.name}{name.decode()}/"
        elif name is None:  # an element of an array
            here = f"{parent}({index})"
        else:
            here = f"{parent}{'' if parent.endswith('/') else '.'}{name.decode()}"
        listed = library.ModelNode_getChildren(node)
        children = list(lib.items(library, listed))
        library.LinkedList_destroyStatic(listed)
        for i, child in enumerate(children):
            self._collect(child, here, i)
        if kind == "DA" and not children and library.IedServer_getAttributeValue(self.server, node):
            self.nodes[(here, FC[library.DataAttribute_getFC(node)])] = node

    def _refuse_writes(self) -> None:
        """One writable constraint still has a leaf the server refuses, with a code of its own."""

        def refuse(_attribute: int, value: int, _connection: int, _parameter: int) -> int:
            number = int(self.library.MmsValue_toInt64(value))
            return -1 if 0 <= number <= self.model.limit else 11  # object-value-invalid

        self._callback = lib.WriteAccessCallback(refuse)
        node = self.nodes[self.model.limited]
        self.library.IedServer_handleWriteAccess(self.server, node, self._callback, None)

    def node(self, reference: str, fc: str) -> int:
        """The attribute of a reference."""
        try:
            return self.nodes[(reference, fc)]
        except KeyError:
            raise Refused(f"no attribute {reference} [{fc}]") from None

    def put(self, reference: str, fc: str, value: Any) -> None:
        """Give an attribute a value, through the library's update call (which triggers reports)."""
        node = self.node(reference, fc)
        kind = self.kind_of(self.library.IedServer_getAttributeValue(self.server, node))
        made = lib.new_value(self.library, kind, value)
        self.library.IedServer_updateAttributeValue(self.server, node, made)
        self.library.MmsValue_delete(made)

    def kind_of(self, value: int) -> dict[str, Any]:
        """The type of an existing value, as far as making another like it needs."""
        library = self.library
        kind = lib.MMS_TYPES[library.MmsValue_getType(value)]
        if kind in ("array", "structure"):
            count = library.MmsValue_getArraySize(value)
            parts = [self.kind_of(library.MmsValue_getElement(value, i)) for i in range(count)]
            if kind == "array":
                return {"type": kind, "count": count, "element": parts[0]}
            return {"type": kind, "members": parts}
        if kind == "float":
            # the BER of a double starts with 09 (octets) 0b (exponent width)
            return {"type": kind, "size": 64 if lib.encoded(library, value)[1] == 9 else 32}
        return {"type": kind, "size": 0}

    # -- commands ------------------------------------------------------------------------------------------------

    def truth(self, _request: Request) -> list[dict[str, Any]]:
        """Every value as the library holds it now."""
        library = self.library
        library.IedServer_lockDataModel(self.server)
        try:
            found = []
            for (reference, fc), node in self.nodes.items():
                value = library.IedServer_getAttributeValue(self.server, node)
                kind = lib.MMS_TYPES[library.MmsValue_getType(value)]
                found.append({"ref": reference, "fc": fc, "type": kind, "value": lib.to_python(library, value)})
            return found
        finally:
            library.IedServer_unlockDataModel(self.server)

    def set(self, request: Request) -> None:
        """One value."""
        self.put(request["ref"], request["fc"], request["value"])

    def set_many(self, request: Request) -> None:
        """Several values under one lock, so that one report can carry them all."""
        self.library.IedServer_lockDataModel(self.server)
        try:
            for one in request["values"]:
                self.put(one["ref"], one["fc"], one["value"])
        finally:
            self.library.IedServer_unlockDataModel(self.server)

    def toggle(self, request: Request) -> bool:
        """Invert a BOOLEAN."""
        node = self.node(request["ref"], request["fc"])
        value = not self.library.MmsValue_getBoolean(self.library.IedServer_getAttributeValue(self.server, node))
        self.library.IedServer_updateBooleanAttributeValue(self.server, node, value)
        return value

    def pace(self, request: Request) -> int:
        """Invert a BOOLEAN at a rate for some seconds; answers how often."""
        end = time.monotonic() + float(request["seconds"])
        interval = 1.0 / float(request["hz"])
        count = 0
        while time.monotonic() < end:
            self.toggle(request)
            count += 1
            time.sleep(interval)
        return count

    def require(self, request: Request) -> None:
        """From now on only clients with this ACSE password are let in."""
        library, wanted = self.library, request["password"].encode()

        def check(_parameter: int, given: int, _token: int, _peer: int) -> bool:
            if not given or library.AcseAuthenticationParameter_getAuthMechanism(given) != PASSWORD:
                return False
            size = library.AcseAuthenticationParameter_getPasswordLength(given)
            return C.string_at(library.AcseAuthenticationParameter_getPassword(given), size) == wanted

        self._authenticator = lib.Authenticator(check)
        library.IedServer_setAuthenticator(self.server, self._authenticator, None)

    def connections(self, _request: Request) -> int:
        """How many associations are open."""
        return int(self.library.IedServer_getNumberOfOpenConnections(self.server))


def free_port() -> int:
    """A port nobody uses at this moment (the library cannot be asked which one it got)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Start the server, then serve commands until stdin ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--connections", type=int)
    parser.add_argument("--files")
    arguments = parser.parse_args()
    _jsonl.keep_stdout_clean()
    port = arguments.port or free_port()
    server = Server(lib.load(), port, arguments.connections, arguments.files)

    def leave(_request: Request) -> None:
        server.library.IedServer_stop(server.server)
        raise _jsonl.Quit

    names = ("truth", "set", "set_many", "toggle", "pace", "connections", "require")
    handlers = {name: getattr(server, name) for name in names}
    _jsonl.serve({**handlers, "quit": leave}, peer="libiec61850", port=port, **server.model.facts())


if __name__ == "__main__":
    main()
