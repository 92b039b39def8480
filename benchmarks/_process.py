"""What the benchmark processes share: the line protocol of the interop peers, memory and processor time of this process."""

import os
import sys
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType

PEERS = Path(__file__).resolve().parent.parent / "tests" / "interop" / "peers"
sys.path.insert(0, str(PEERS))

import _jsonl as protocol  # noqa: E402 - found through the path above

__all__ = ["PEERS", "memory", "peer_library", "protocol", "seconds_used"]


def peer_library() -> ModuleType:
    """The ctypes prototypes of libIEC61850, which only a process of its own may load."""
    return import_module("_libiec61850")


def memory() -> int:
    """Resident octets."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def seconds_used() -> float:
    """Processor seconds so far."""
    return time.process_time()
