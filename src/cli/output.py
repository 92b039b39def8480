"""What commands print: tables and trees for people, JSON lines for programs."""

import asyncio
import json
import math
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import typer
from rich.console import Console

__all__ = ["complain", "console", "emit", "finite", "run", "stopping"]

WIDE = 1_000_000
"""Columns of what is no terminal: nothing is cut off, and nothing wrapped."""


def console() -> Console:
    """The console on standard output; colour, and lines that end at the edge, only on a terminal."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)


def finite(value: float | None) -> float | None:
    """An option's seconds: nan and inf are no time to wait."""
    if value is not None and not math.isfinite(value):
        msg = f"{value} is no number of seconds"
        raise typer.BadParameter(msg)
    return value


def emit(value: Any) -> None:
    """One JSON document on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def complain(text: str, code: int) -> int:
    """One line on standard error; returns ``code``."""
    sys.stderr.write("meterwire: " + " ".join(text.split()) + "\n")
    return code


def run(work: Coroutine[Any, Any, int]) -> int:
    """Run a coroutine to its exit code."""
    return asyncio.run(work)


@asynccontextmanager
async def stopping() -> AsyncIterator[asyncio.Event]:
    """An event that an interrupt or a termination signal sets; from here on neither ends the process by itself.

    Enter it before telling anybody that the command is there: whoever reads that may stop it at once.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    installed = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except (NotImplementedError, RuntimeError, ValueError):
            continue  # Windows, or not the main thread: KeyboardInterrupt ends it instead
        installed.append(number)
    try:
        yield stop
    finally:
        for number in installed:
            loop.remove_signal_handler(number)
