"""One MMS client measured in a process of its own: python _mms_client_worker.py KIND PORT SECONDS → one line of JSON.

KIND is meterwire, "meterwire, uvloop", meterwire.sync, pyiec61850-ng or iec61850. Every figure is calls a second until the
values are Python objects; a client that has no such call leaves the figure out.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import perf_model as perf

AT_ONCE = 10
BATCH = 20
ONE = "PERFLD0/GGIO2.Ind1.stVal"
FIFTY = [f"PERFLD0/GGIO2.Ind{i}.stVal" for i in range(1, 51)]


def rate(call: Callable[[], Any], seconds: float) -> float:
    """Calls a second, after a first one that does not count."""
    call()
    count, start = 0, time.perf_counter()
    while (took := time.perf_counter() - start) < seconds:
        for _ in range(BATCH):
            call()
        count += BATCH
    return count / took


async def async_rate(call: Callable[[], Awaitable[Any]], seconds: float, each: int = 1) -> float:
    """The same for awaitable calls that do `each` things."""
    await call()
    count, start = 0, time.perf_counter()
    while (took := time.perf_counter() - start) < seconds:
        for _ in range(BATCH):
            await call()
        count += BATCH * each
    return count / took


async def meterwire(port: int, seconds: float) -> dict[str, float]:
    from meterwire.client import connect

    async def associate() -> None:
        async with connect(f"mms://127.0.0.1:{port}"):
            pass

    fifty = [f"{name} [ST]" for name in FIFTY]
    async with connect(f"mms://127.0.0.1:{port}") as ied:
        assert len(await ied.read("PERFLD0/GGIO1 [MX]")) == perf.MEASURED

        async def at_once() -> None:
            await asyncio.gather(*(ied.read(f"{ONE} [ST]") for _ in range(AT_ONCE)))

        figures = {
            "read one BOOLEAN": await async_rate(lambda: ied.read(f"{ONE} [ST]"), seconds),
            "read one BOOLEAN, 10 at once": await async_rate(at_once, seconds, AT_ONCE),
            "read 50 variables": await async_rate(lambda: ied.read_many(fifty), seconds),
            "read 99 leaves as one FC": await async_rate(lambda: ied.read("PERFLD0/GGIO1 [MX]"), seconds),
        }
    return {**figures, "associate and release": await async_rate(associate, seconds / 2)}


def blocking(port: int, seconds: float) -> dict[str, float]:
    from meterwire.sync import connect

    def associate() -> None:
        with connect(f"mms://127.0.0.1:{port}"):
            pass

    fifty = [f"{name} [ST]" for name in FIFTY]
    with connect(f"mms://127.0.0.1:{port}") as ied:
        assert len(ied.read("PERFLD0/GGIO1 [MX]")) == perf.MEASURED
        figures = {
            "read one BOOLEAN": rate(lambda: ied.read(f"{ONE} [ST]"), seconds),
            "read 50 variables": rate(lambda: ied.read_many(fifty), seconds),
            "read 99 leaves as one FC": rate(lambda: ied.read("PERFLD0/GGIO1 [MX]"), seconds),
        }
    return {**figures, "associate and release": rate(associate, seconds / 2)}


async def iec61850(port: int, seconds: float) -> dict[str, float]:
    import iec61850 as rust

    connect = rust.IedConnection.connect

    async def associate() -> None:
        await (await connect(f"127.0.0.1:{port}")).disconnect()

    connection = await connect(f"127.0.0.1:{port}")
    objects = [(f"PERFLD0/GGIO1.AnIn{i}", rust.FC.MX) for i in range(1, perf.MEASURED + 1)]
    fifty = [(name, rust.FC.ST) for name in FIFTY]

    async def at_once() -> None:
        await asyncio.gather(*(connection.read_bool(ONE, rust.FC.ST) for _ in range(AT_ONCE)))

    figures = {
        "read one BOOLEAN": await async_rate(lambda: connection.read_bool(ONE, rust.FC.ST), seconds),
        "read one BOOLEAN, 10 at once": await async_rate(at_once, seconds, AT_ONCE),
        "read 50 variables": await async_rate(lambda: connection.read_multiple(fifty), seconds),
        # It has no read of LN$FC: the same 99 leaves as 33 data objects in one Read.
        "read 99 leaves as one FC": await async_rate(lambda: connection.read_multiple(objects), seconds),
    }
    await connection.disconnect()
    return {**figures, "associate and release": await async_rate(associate, seconds / 2)}


def pyiec61850(port: int, seconds: float) -> dict[str, float]:
    from pyiec61850 import pyiec61850 as swig

    def opened() -> Any:
        made = swig.IedConnection_create()
        error = swig.IedConnection_connect(made, "127.0.0.1", port)
        if (error[-1] if isinstance(error, list | tuple) else error) != swig.IED_ERROR_OK:
            raise SystemExit(f"pyiec61850-ng cannot connect: {error}")
        return made

    def associate() -> None:
        connection = opened()
        swig.IedConnection_release(connection)
        swig.IedConnection_destroy(connection)

    def value(found: Any) -> Any:
        kind = swig.MmsValue_getType(found)
        if kind in (swig.MMS_STRUCTURE, swig.MMS_ARRAY):
            return [value(swig.MmsValue_getElement(found, i)) for i in range(swig.MmsValue_getArraySize(found))]
        if kind == swig.MMS_FLOAT:
            return swig.MmsValue_toFloat(found)
        if kind == swig.MMS_BIT_STRING:
            return swig.MmsValue_getBitStringAsInteger(found)
        return swig.MmsValue_getUtcTimeInMs(found) if kind == swig.MMS_UTC_TIME else None

    def structure() -> Any:
        found, _error = swig.IedConnection_readObject(connection, "PERFLD0/GGIO1", swig.IEC61850_FC_MX)
        converted = value(found)
        swig.MmsValue_delete(found)
        return converted

    connection = opened()
    # A connection can be born dead (see libiec61850_client.py), most often when client and server share a processor.
    while swig.IedConnection_readObject(connection, "PERFLD0/GGIO1", swig.IEC61850_FC_MX)[1]:
        swig.IedConnection_destroy(connection)
        connection = opened()
    assert len(structure()) == perf.MEASURED
    return {
        "read one BOOLEAN": rate(
            lambda: swig.IedConnection_readBooleanValue(connection, ONE, swig.IEC61850_FC_ST), seconds
        ),
        "read 99 leaves as one FC": rate(structure, seconds),
        "associate and release": rate(associate, seconds / 2),
    }


def main() -> None:
    kind, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    if kind == "pyiec61850-ng":
        figures = pyiec61850(port, seconds)
    elif kind == "iec61850":
        figures = asyncio.run(iec61850(port, seconds))
    elif kind == "meterwire.sync":
        figures = blocking(port, seconds)
    elif kind.endswith("uvloop"):
        import uvloop

        figures = uvloop.run(meterwire(port, seconds))
    else:
        figures = asyncio.run(meterwire(port, seconds))
    print(json.dumps(figures), flush=True)
    os._exit(0)  # iec61850's threads outlive the loop and crash the interpreter while it ends


if __name__ == "__main__":
    main()
