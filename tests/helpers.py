"""What tests of several folders share: ``from ..helpers import until``."""

import asyncio
import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for a condition; the limit is generous, because it only matters where the test fails."""
    end = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < end, f"not within {seconds} s"
        await asyncio.sleep(0.005)


@dataclass(slots=True)
class Memory:
    peak: int = 0


@contextmanager
def peak_memory() -> Iterator[Memory]:
    """The most octets allocated inside the block; earlier tests' rubbish is collected before, not during it."""
    memory = Memory()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        yield memory
        memory.peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.enable()
