"""How a peer process talks to the test that started it: one JSON object per line.

Request   {"id": 7, "cmd": "read", ...}            on the peer's stdin
Answer    {"id": 7, "ok": true, "result": ...}     on its stdout
          {"id": 7, "ok": false, "error": "...", "code": 3}
          {"id": 7, "ok": false, "unsupported": "..."}   the peer library has no such thing
Event     {"event": "ready", ...}, {"event": "report", ...}   at any time, from any thread

A peer is a process of its own so that its code (GPL, or a binary) is never imported by meterwire or by pytest, and so
that a crash or a dead-lock in it is a failed test and not a lost test run. The peers import this file as a sibling;
nothing in it knows about IEC 61850.
"""

import asyncio
import inspect
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Request = dict[str, Any]
Handler = Callable[[Request], Any]

_write_lock = threading.Lock()
# The stream of the line protocol. keep_stdout_clean() moves it off descriptor 1.
_out = [sys.stdout]


class Refused(Exception):
    """The other side, or the peer library, refused; `code` is its number where it gave one."""

    def __init__(self, message: str, code: int | None = None, **more: object) -> None:
        super().__init__(message)
        self.code = code
        self.more = more


class Unsupported(Exception):
    """The peer library has no way to do this; the text says what it lacks."""


class Quit(Exception):
    """Leave the loop after answering."""


def keep_stdout_clean() -> None:
    """Keep a private copy of stdout for the protocol and point descriptor 1 at stderr.

    C libraries print to descriptor 1 when they feel like it, in the middle of a line if it so happens.
    """
    private = os.dup(1)
    os.dup2(2, 1)
    _out[0] = os.fdopen(private, "w", encoding="utf-8", newline="\n")


def emit(message: Mapping[str, object]) -> None:
    """Write one line; safe from any thread (report callbacks come on the library's threads)."""
    line = json.dumps(message, ensure_ascii=True)
    with _write_lock:
        _out[0].write(line + "\n")
        _out[0].flush()


def event(name: str, **fields: object) -> None:
    """Write one event line."""
    emit({"event": name, **fields})


def _failure(request_id: object, error: Exception) -> dict[str, object]:
    if isinstance(error, Unsupported):
        return {"id": request_id, "ok": False, "unsupported": str(error)}
    answer: dict[str, object] = {"id": request_id, "ok": False, "error": f"{type(error).__name__}: {error}"}
    if isinstance(error, Refused):
        answer["error"] = str(error)
        answer["code"] = error.code
        answer.update(error.more)
    return answer


def _lookup(handlers: Mapping[str, Handler], request: Request) -> Handler:
    name = request.get("cmd")
    handler = handlers.get(str(name))
    if handler is None:
        raise Refused(f"unknown command {name!r}; known: {', '.join(sorted(handlers))}")
    return handler


def serve(handlers: Mapping[str, Handler], **ready: object) -> None:
    """Announce READY, then answer requests one by one until stdin ends or a handler raises Quit."""
    event("ready", **ready)
    for line in sys.stdin:
        request: Request = json.loads(line)
        try:
            result = _lookup(handlers, request)(request)
        except Quit:
            emit({"id": request.get("id"), "ok": True, "result": None})
            return
        except Exception as error:  # whatever it is, the test must hear of it
            emit(_failure(request.get("id"), error))
        else:
            emit({"id": request.get("id"), "ok": True, "result": result})


async def serve_async(handlers: Mapping[str, Callable[[Request], Awaitable[Any] | Any]], **ready: object) -> None:
    """The same loop for a peer library that wants an event loop; stdin is read on a thread of its own."""
    loop = asyncio.get_running_loop()
    event("ready", **ready)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        request: Request = json.loads(line)
        try:
            result = _lookup(handlers, request)(request)
            if inspect.isawaitable(result):
                result = await result
        except Quit:
            emit({"id": request.get("id"), "ok": True, "result": None})
            return
        except Exception as error:  # whatever it is, the test must hear of it
            emit(_failure(request.get("id"), error))
        else:
            emit({"id": request.get("id"), "ok": True, "result": result})


def split_reference(reference: str) -> tuple[str, list[str], list[int]]:
    """'LD/LN.DO.DA(2).f' → ('LD', ['LN', 'DO', 'DA', 'f'], array indices by position, -1 where there is none)."""
    device, _, rest = reference.partition("/")
    names: list[str] = []
    indices: list[int] = []
    for part in rest.split("."):
        name, bracket, index = part.partition("(")
        names.append(name)
        indices.append(int(index.rstrip(")")) if bracket else -1)
    return device, names, indices


def mms_item(names: list[str], constraint: str | None) -> str:
    """['LN', 'DO', 'DA'] with 'ST' → 'LN$ST$DO$DA'; without a constraint the names are joined as they are."""
    parts = names if constraint is None else [names[0], constraint, *names[1:]]
    return "$".join(parts)
