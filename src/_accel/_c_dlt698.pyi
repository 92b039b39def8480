"""Types of the compiled DL/T 698.45 frames; documented in its twin _py_dlt698.py."""

from typing import Final, TypeAlias, TypeVar

__all__ = ["MAX_FRAME", "build", "decode", "encode"]

MAX_FRAME: Final[int]

Buffer: TypeAlias = bytes | bytearray | memoryview
_T = TypeVar("_T")

def build(cls: type[_T], server: type[bytes], data: bytes, start: int = 0) -> _T: ...
def decode(cls: type[_T], server: type[bytes], data: Buffer) -> _T: ...
def encode(control: int, server: bytes, client: int, data: Buffer) -> bytes: ...
