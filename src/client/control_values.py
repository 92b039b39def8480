"""What commands and their outcome look like as MMS values, on the client's side."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from ..acsi.control_command import Command, Origin
from ..errors import DecodeError, UsageError
from ..protocols.mms import BinaryTime, DataTag, TypeSpec
from ..reading import Timestamp
from .control_result import LastApplError
from .values import encode_value

__all__ = [
    "VALUE_NAMES",
    "VARIABLES",
    "Key",
    "ctl_num_of",
    "encode_command",
    "key_of",
    "last_appl_error",
    "zero_value",
]

VARIABLES = ("Oper", "SBOw", "Cancel", "SBO")
"""Control variables of a data object."""
Key = tuple[str, ...]
"""Device, node, data object: what a command is about, however a server writes it."""

# -- encoding ------------------------------------------------------------------------------


def _value(command: Command, spec: TypeSpec) -> Any:
    """ctlVal; of a structure with one member (APC) the member alone will do."""
    value = command.ctlVal
    if spec.tag == DataTag.STRUCTURE and not isinstance(value, Mapping) and len(spec.names) == 1:
        return {spec.names[0]: value}
    return value


def zero_value(spec: TypeSpec) -> Any:
    """A value of this type that says nothing."""
    if spec.tag == DataTag.STRUCTURE:
        return {name: zero_value(part) for name, part in spec.components}
    return _EMPTY.get(spec.tag, 0)


_EMPTY = {DataTag.BOOLEAN: False, DataTag.FLOAT: 0.0, DataTag.VISIBLE_STRING: "", DataTag.OCTET_STRING: b""}


def _moment(moment: Timestamp, spec: TypeSpec) -> Any:
    """A time as UTC time, or as the binary time of Edition 1."""
    return BinaryTime.from_ns(moment.ns) if spec.tag == DataTag.BINARY_TIME else moment


def _origin(command: Command, spec: TypeSpec) -> Any:
    members = {"orCat": int(command.origin.orCat), "orIdent": command.origin.orIdent}
    return {name: members[name] for name in spec.names if name in members}


VALUE_NAMES = ("ctlVal", "setMag")
"""What the commanded value is called; the second one in APC of Edition 1."""
_MAKERS: dict[str, Callable[[Command, TypeSpec], Any]] = {
    **dict.fromkeys(VALUE_NAMES, _value),
    "operTm": lambda command, spec: _moment(command.operTm or Timestamp(), spec),
    "origin": _origin,
    "ctlNum": lambda command, _: command.ctlNum,
    "T": lambda command, spec: _moment(command.T, spec),
    "Test": lambda command, _: command.Test,
    "Check": lambda command, _: command.Check,
}


def encode_command(reference: str, variable: str, spec: TypeSpec, command: Command) -> bytes:
    """A command as the structure the server wants; UsageError when it has no place for what is commanded."""
    if command.operTm is not None and "operTm" not in spec.names:
        msg = f"{reference} has no operTm: it is operated at once"
        raise UsageError(msg)
    values = {}
    for name, part in spec.components:
        maker = _MAKERS.get(name)
        if maker is None:
            msg = f"{variable} of {reference} has {name}, which no edition of the standard knows"
            raise UsageError(msg)
        values[name] = maker(command, part)
    return encode_value(values, spec)


# -- decoding ------------------------------------------------------------------------------


def key_of(text: str) -> Key:
    """``LD/LN$CO$DO$Oper`` (or ``LD/LN.DO``) as device, node, data object."""
    device, _, rest = text.partition("/")
    names = rest.replace(".", "$").split("$")
    if len(names) > 1 and names[1] == "CO":
        del names[1]
    if names[-1] in VARIABLES:
        del names[-1]
    return (device, *names)


def last_appl_error(value: Any) -> LastApplError:
    """The structure LastApplError; DecodeError when it is none."""
    match value:
        case (str(about), int(error), (int(category), bytes(identity)), int(number), int(cause)):
            return LastApplError(about, error, Origin(category, identity), number, cause)
    msg = f"{value!r:.200} is no LastApplError"
    raise DecodeError(msg)


def ctl_num_of(oper: Any) -> int | None:
    """ctlNum in the value of an Oper: the number behind the origin."""
    if not isinstance(oper, tuple):
        return None
    for before, value in itertools.pairwise(oper):
        if isinstance(before, tuple) and len(before) == 2 and isinstance(before[1], bytes) and isinstance(value, int):
            return value
    return None
