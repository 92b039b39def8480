"""Every error meterwire raises, in one tree.

The branch says who must act; the attributes say on what.

::

    MeterwireError
    ├── UsageError (ValueError)            you: a wrong argument, name, reference or value
    │   └── UnknownNameError (LookupError) the name is not in the model, catalogue or directory
    ├── ProtocolError                      the peer: it broke the protocol, or refused
    │   ├── DecodeError (ValueError)       these bytes are not what the standard allows
    │   │   ├── TruncatedError             they end before the element does
    │   │   ├── ChecksumError              the check does not match
    │   │   └── LimitError                 legal, but beyond a named limit of ours
    │   ├── StateError                     right bytes at the wrong moment
    │   └── RemoteError                    the peer answered: no
    │       ├── MeterError                 error byte of a meter
    │       ├── ServiceError               MMS confirmed-error
    │       │   └── FileServiceError       of a file service: no such file, access denied, …
    │       ├── RejectError                MMS reject
    │       └── DataAccessError            MMS access result of one variable
    ├── LinkError (ConnectionError)        the line: closed, refused, could not be opened
    │   ├── AssociationError               the association was refused, released or aborted
    │   └── LinkTimeoutError (TimeoutError) no answer in time
    └── FileError                          this file is not what it claims to be
"""

from typing import Any

__all__ = [
    "AssociationError",
    "ChecksumError",
    "DataAccessError",
    "DecodeError",
    "FileError",
    "FileServiceError",
    "LimitError",
    "LinkError",
    "LinkTimeoutError",
    "MeterError",
    "MeterwireError",
    "ProtocolError",
    "RejectError",
    "RemoteError",
    "ServiceError",
    "StateError",
    "TruncatedError",
    "UnknownNameError",
    "UsageError",
]


class MeterwireError(Exception):
    """Root of the tree; catch this to catch everything meterwire raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Subclasses make their text from arguments they do not keep: a copy must not call __init__.
        return _copied, (type(self), self.args, vars(self))


def _copied(kind: type[MeterwireError], args: tuple[Any, ...], state: dict[str, Any]) -> MeterwireError:
    error = kind.__new__(kind, *args)
    vars(error).update(state)
    return error


class UsageError(MeterwireError, ValueError):
    """The caller asked for something that cannot be: wrong argument, reference or value."""


class UnknownNameError(UsageError, LookupError):
    """A name that the model, the catalogue or the peer's directory does not hold."""


class ProtocolError(MeterwireError):
    """The peer broke the protocol, or answered with a refusal."""


class DecodeError(ProtocolError, ValueError):
    """Bytes that the standard does not allow.

    ``offset`` is the position of the offence in the decoded input (None when unknown),
    ``data`` the offending bytes, at most :data:`SHOWN_BYTES` of them.
    """

    def __init__(self, message: str, *, offset: int | None = None, data: bytes = b"") -> None:
        self.offset = offset
        self.data = bytes(data[:SHOWN_BYTES])
        where = "" if offset is None else f" at offset {offset}"
        shown = f" [{self.data.hex(' ')}]" if self.data else ""
        super().__init__(f"{message}{where}{shown}")


SHOWN_BYTES = 32
"""An error never carries more of a hostile input than this."""


class TruncatedError(DecodeError):
    """The input ends before the element it announces."""


class ChecksumError(DecodeError):
    """A checksum, CRC or MAC that does not match."""


class LimitError(DecodeError):
    """Well-formed perhaps, but deeper, longer or more than a named limit allows."""


class StateError(ProtocolError):
    """A legal message that the protocol does not allow at this moment."""


class RemoteError(ProtocolError):
    """The peer understood and refused; ``code`` is the code it put on the wire."""

    def __init__(self, message: str, *, code: int | None = None) -> None:
        self.code = code
        super().__init__(message)


class MeterError(RemoteError):
    """A meter's abnormal reply; ``code`` is its error byte."""


class ServiceError(RemoteError):
    """MMS confirmed-error; ``error_class`` and ``code`` are ISO 9506 ServiceError values."""

    def __init__(self, message: str, *, error_class: int, code: int) -> None:
        self.error_class = error_class
        super().__init__(message, code=code)


class FileServiceError(ServiceError):
    """A file service refused; ``code`` is the code of the MMS error class "file", ``reason`` its name."""

    ERROR_CLASS = 11
    NAMES = (
        "other",
        "filename-ambiguous",
        "file-busy",
        "filename-syntax-error",
        "content-type-invalid",
        "position-invalid",
        "file-access-denied",
        "file-non-existent",
        "duplicate-filename",
        "insufficient-space-in-filestore",
    )

    def __init__(self, code: int, name: str = "") -> None:
        self.name = name
        self.reason = self.NAMES[code] if 0 <= code < len(self.NAMES) else f"file error {code}"
        told = name or f"the server answered with error class file, code {code}"
        super().__init__(f"{told}: {self.reason}", error_class=self.ERROR_CLASS, code=code)


class RejectError(RemoteError):
    """MMS reject; ``kind`` is the rejected PDU's kind, ``code`` the reason."""

    def __init__(self, message: str, *, kind: int, code: int) -> None:
        self.kind = kind
        super().__init__(message, code=code)


class DataAccessError(RemoteError):
    """One variable could not be read or written; ``code`` is the MMS DataAccessError."""

    NAMES = (
        "object-invalidated",
        "hardware-fault",
        "temporarily-unavailable",
        "object-access-denied",
        "object-undefined",
        "invalid-address",
        "type-unsupported",
        "type-inconsistent",
        "object-attribute-inconsistent",
        "object-access-unsupported",
        "object-non-existent",
        "object-value-invalid",
    )

    def __init__(self, code: int, reference: str = "") -> None:
        name = self.NAMES[code] if 0 <= code < len(self.NAMES) else f"data access error {code}"
        self.reference = reference
        super().__init__(f"{reference}: {name}" if reference else name, code=code)


class LinkError(MeterwireError, ConnectionError):
    """The line could not be opened, or was lost."""


class AssociationError(LinkError):
    """The association was refused, released or aborted by the peer."""


class LinkTimeoutError(LinkError, TimeoutError):
    """No answer within the time allowed."""


class FileError(MeterwireError):
    """A file that is not what it claims to be."""
