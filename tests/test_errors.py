"""The error tree: its docstring, its attributes, and that an error survives copying and another process."""

import copy
import pickle
import re

import pytest

from meterwire import errors
from meterwire.errors import (
    AssociationError,
    DataAccessError,
    DecodeError,
    LimitError,
    LinkTimeoutError,
    MeterError,
    MeterwireError,
    RejectError,
    ServiceError,
    UnknownNameError,
    UsageError,
)

CLASSES = {name: getattr(errors, name) for name in errors.__all__}

EXAMPLES = [
    MeterwireError("something"),
    UsageError("a wrong argument"),
    UnknownNameError("no such name"),
    DecodeError("not allowed", offset=3, data=b"\x01\x02"),
    LimitError("too deep"),
    MeterError("refused", code=2),
    MeterError("refused"),
    ServiceError("refused", error_class=7, code=2),
    RejectError("rejected", kind=1, code=4),
    DataAccessError(3, "HOMEMET/MMTR1.DmdWh"),
    DataAccessError(99),
    LinkTimeoutError("silence"),
    AssociationError("aborted"),
]


def drawn_tree() -> dict[str, tuple[str, str]]:
    """Name to (parent, inherited built-in) as the module's docstring draws them."""
    tree: dict[str, tuple[str, str]] = {}
    stack: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([│ ├└─]*)(\w+Error)(?: \((\w+)\))?", line)
        if match:
            depth = len(match[1]) // 4
            del stack[depth:]
            tree[match[2]] = (stack[-1] if stack else "Exception", match[3] or "")
            stack.append(match[2])
    return tree


def test_the_docstring_draws_the_tree_that_is_there() -> None:
    drawn = drawn_tree()
    assert sorted(drawn) == sorted(CLASSES)
    for name, (parent, also) in drawn.items():
        bases = [base.__name__ for base in CLASSES[name].__bases__]
        assert bases == [parent, also] if also else bases == [parent], name


@pytest.mark.parametrize("name", CLASSES)
def test_names_and_docstrings(name: str) -> None:
    assert name.endswith("Error")
    assert issubclass(CLASSES[name], MeterwireError)
    assert CLASSES[name].__doc__


# -- text: error, how it reads ----------------------------------------------------------------------------------------

TEXTS = [
    (DecodeError("no frame"), "no frame"),
    (DecodeError("no frame", offset=0), "no frame at offset 0"),
    (DecodeError("no frame", data=b"\x68\x16"), "no frame [68 16]"),
    (DecodeError("no frame", offset=7, data=b"\x68"), "no frame at offset 7 [68]"),
    (DataAccessError(0), "object-invalidated"),
    (DataAccessError(3), "object-access-denied"),
    (DataAccessError(11, "LD/LN.DO"), "LD/LN.DO: object-value-invalid"),
    (DataAccessError(12), "data access error 12"),
    (DataAccessError(-1), "data access error -1"),
    (DataAccessError(1 << 64), "data access error 18446744073709551616"),
]


@pytest.mark.parametrize(("error", "text"), TEXTS)
def test_texts(error: MeterwireError, text: str) -> None:
    assert str(error) == text


@pytest.mark.parametrize("size", [errors.SHOWN_BYTES, errors.SHOWN_BYTES + 1])
def test_an_error_never_carries_much_of_a_hostile_input(size: int) -> None:
    error = DecodeError("hostile", data=bytes(size))
    assert error.data == bytes(errors.SHOWN_BYTES)
    assert len(str(DecodeError("hostile", data=bytes(1 << 20)))) < 200


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_errors_survive_copying(error: MeterwireError, way: object) -> None:
    """A DataAccessError is a value of a reading: it is copied, pickled and sent to other processes with its neighbours."""
    assert callable(way)
    again = way(error)
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
