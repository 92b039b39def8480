"""An event loop whose clock jumps over what would be waiting: ten minutes of polling pass in seconds.

Octets written to a terminal take a moment in the kernel. The clock waits until as many were read as were written, so that
a busy machine makes a test slower and never different.
"""

import asyncio
import os
import selectors
from collections.abc import Coroutine
from typing import Any, Final
from unittest import mock

__all__ = ["VirtualLoop", "run_virtually"]

PATIENCE: Final = 10.0
"""Real seconds after which octets under way count as lost (nobody reads them)."""
READ, WRITE = os.read, os.write


class _Ledger:
    """Octets that are under way between two ends of terminals."""

    def __init__(self) -> None:
        self.under_way = 0

    def read(self, descriptor: int, size: int) -> bytes:
        data = READ(descriptor, size)
        if os.isatty(descriptor):
            self.under_way -= len(data)
        return data

    def write(self, descriptor: int, data: bytes) -> int:
        sent = WRITE(descriptor, data)
        if os.isatty(descriptor):
            self.under_way += sent
        return sent


class _Selector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]  # which class it is, the platform says
    def __init__(self, ledger: _Ledger) -> None:
        super().__init__()
        self.now = 0.0
        self._ledger = ledger

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(PATIENCE if self._ledger.under_way > 0 else 0)
        if not ready:
            self._ledger.under_way = 0
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time stands still while something happens, and jumps to the next timer when nothing does."""

    def __init__(self, ledger: _Ledger) -> None:
        self._virtual = _Selector(ledger)
        super().__init__(self._virtual)

    def time(self) -> float:
        """Virtual seconds since the loop began."""
        return self._virtual.now


def run_virtually(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end on a loop of its own."""
    ledger = _Ledger()
    with (
        mock.patch("os.read", ledger.read),
        mock.patch("os.write", ledger.write),
        asyncio.Runner(loop_factory=lambda: VirtualLoop(ledger)) as runner,
    ):
        runner.run(work)
