"""The twin of _c_arrow.pyx, which refuses.

A consumer may release what it holds when the interpreter is no more: then a callback written in Python takes the process
down with it (tried, with ctypes). So Arrow needs the compiled form; memoryviews and NumPy do not.
"""

from collections.abc import Mapping, Sequence

from ..errors import UsageError

__all__ = ["batch", "held", "schema"]

_WHY = "the Arrow interface needs the compiled form of meterwire; take the columns as memoryviews, e.g. numpy.asarray(columns.value)"


def schema(columns: Sequence[tuple[str, str]]) -> object:  # noqa: ARG001 - the signature of the compiled form
    """The capsule ``arrow_schema`` of a record batch; ``columns`` are names and formats as of module struct.

    UsageError in this form.
    """
    raise UsageError(_WHY)


def batch(
    buffers: Sequence[bytearray],  # noqa: ARG001
    rows: int,  # noqa: ARG001
    bitmaps: Mapping[str, bytes],  # noqa: ARG001
    columns: Sequence[tuple[str, str]],  # noqa: ARG001
) -> object:
    """The capsule ``arrow_array`` of a record batch of ``rows`` rows; ``bitmaps`` tell which of a column are not null.

    UsageError in this form.
    """
    raise UsageError(_WHY)


def held() -> int:
    """How many columns somebody holds; for tests."""
    return 0
