"""libIEC61850's server (PyPI pyiec61850-ng) with the benchmark model, as a process; its C threads serve.

    python benchmarks/peer_mms_server.py            prints {"event":"ready","port":...}, then serves JSON lines

METERWIRE_LIBIEC61850 names another build of the library; the wheel's own stops at 5 associations.
"""

import os
import socket
import time
from typing import Any

import perf_model as perf
from _process import memory, peer_library, protocol, seconds_used

lib = peer_library()
FC_SP = lib.FUNCTIONAL_CONSTRAINTS.index("SP")
ALLOW, INT32 = 0, 3
DCHG, USUAL_FIELDS = 1, 1 | 2 | 4 | 8 | 128


def build(library: Any) -> int:
    model: int = library.IedModel_create(b"PERF")
    first = library.LogicalDevice_create(b"LD0", model)
    head = library.LogicalNode_create(b"LLN0", first)
    library.DataObject_create(b"Mod", head, 0)
    node = library.LogicalNode_create(b"GGIO1", first)
    for i in range(1, perf.MEASURED + 1):
        library.CDC_MV_create(b"AnIn%d" % i, node, 0, False)
    node = library.LogicalNode_create(b"GGIO2", first)
    for i in range(1, perf.INPUTS + 1):
        library.CDC_SPS_create(b"Ind%d" % i, node, 0)
    for name in (b"SetV", b"SetH"):
        setting = library.DataObject_create(name, node, 0)
        library.DataAttribute_create(b"setVal", setting, INT32, FC_SP, 0, 0, 0)
    data_set = library.DataSet_create(b"ds100", head)
    for i in range(1, perf.INPUTS + 1):
        library.DataSetEntry_create(data_set, b"GGIO2$ST$Ind%d$stVal" % i, -1, None)
    data_set = library.DataSet_create(perf.REPORTED.encode(), head)
    library.DataSetEntry_create(data_set, b"GGIO2$ST$Ind1$stVal", -1, None)
    for i in range(1, perf.SUBSCRIBERS + 1):
        library.ReportControlBlock_create(
            b"rcb%02d" % i, head, None, False, perf.REPORTED.encode(), 1, DCHG, USUAL_FIELDS, 0, 0
        )
    second = library.LogicalDevice_create(b"LD1", model)
    library.LogicalNode_create(b"LLN0", second)
    for n in range(1, perf.NODES + 1):
        node = library.LogicalNode_create(b"GGIO%d" % n, second)
        for i in range(1, perf.EACH + 1):
            library.CDC_SPS_create(b"Ind%d" % i, node, 0)
            library.CDC_MV_create(b"AnIn%d" % i, node, 0, False)
    return model


def update(library: Any, server: int, leaf: int, seconds: float) -> dict[str, int]:
    """Change the reported value as often as possible for so long."""
    count, end, call = 0, time.monotonic() + seconds, library.IedServer_updateBooleanAttributeValue
    while time.monotonic() < end:
        for _ in range(perf.UPDATES_A_TURN):
            count += 1
            call(server, leaf, bool(count & 1))
    return {"updates": count}


def main() -> None:
    protocol.keep_stdout_clean()
    library = lib.load()
    model, config = build(library), library.IedServerConfig_create()
    if "METERWIRE_LIBIEC61850" in os.environ:
        library.IedServerConfig_setMaxMmsConnections(config, 1200)
    server = library.IedServer_createWithConfig(model, None, config)
    library.IedServer_setLocalIpAddress(server, b"127.0.0.1")
    library.IedServer_setWriteAccessPolicy(server, FC_SP, ALLOW)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    library.IedServer_start(server, port)
    if not library.IedServer_isRunning(server):
        raise SystemExit(f"the server did not start on port {port}")
    reported = library.IedModel_getModelNodeByObjectReference(model, b"PERFLD0/GGIO2.Ind1.stVal")
    handlers = {
        "update": lambda request: update(library, server, reported, request["period"]),
        "memory": lambda _request: memory(),
        "seconds": lambda _request: seconds_used(),
        "connections": lambda _request: library.IedServer_getNumberOfOpenConnections(server),
    }
    protocol.serve(handlers, peer="libiec61850", port=port)
    os._exit(0)  # its threads would outlive the loop


if __name__ == "__main__":
    main()
