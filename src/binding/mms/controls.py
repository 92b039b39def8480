"""Controllable data objects as MMS variables (8-1): Oper, SBOw, Cancel and SBO, LastApplError, CommandTermination.

::

    LN$CO$DO$SBO      read: selects; a visible string, empty when it was refused
    LN$CO$DO$SBOw     write { ctlVal, [operTm], origin { orCat, orIdent }, ctlNum, T, Test, Check }
    LN$CO$DO$Oper     the same
    LN$CO$DO$Cancel   the same without Check

A refusal is told in a LastApplError of its own before the request is answered. CommandTermination+ repeats the Oper that was
written; CommandTermination- has the LastApplError in front of it. Members are written together or not at all.
"""

from collections.abc import Callable, Hashable
from typing import Any

from ...acsi.control import ControlEngine, ControlObject, Notice
from ...acsi.control_command import MAX_OR_IDENT, AddCause, Command, Origin
from ...acsi.control_handler import Waiting
from ...errors import ProtocolError, UsageError
from ...models import DataAttribute, LogicalDevice, check_value
from ...models.enums import OriginatorCategoryKind, ServiceNameKind
from ...protocols import ber
from ...protocols.mms import BinaryTime, BitString, DataTag, ObjectName
from ...protocols.mms import data as mms
from ...protocols.mms.data import DECODERS
from ...protocols.mms.pdu import unconfirmed
from ...protocols.mms.services import Access, encode_variables
from ...reading import Timestamp
from .image import MmsImage
from .variables import TAG_OF_KIND, Variable
from .writing import ACCESS_DENIED, TYPE_INCONSISTENT, VALUE_INVALID

__all__ = ["ControlVariable", "SboVariable", "code_of", "encode_notice", "follow_controls", "install_controls"]

TEMPORARILY_UNAVAILABLE = 2
_N = ServiceNameKind
SERVICES = {"Oper": _N.Operate, "SBOw": _N.SelectWithValue, "Cancel": _N.Cancel, "SBO": _N.Select}
_VARIABLES = {service: name for name, service in SERVICES.items()}
_VARIABLES[_N.TimeActivatedOperate] = "Oper"
_CODES: dict[AddCause | None, int] = {
    **dict.fromkeys(
        (
            AddCause.Object_already_selected,
            AddCause.Locked_by_other_client,
            AddCause.Command_already_in_execution,
            AddCause.One_of_n_control,
        ),
        TEMPORARILY_UNAVAILABLE,
    ),
    AddCause.Inconsistent_parameters: VALUE_INVALID,
    AddCause.Step_limit: VALUE_INVALID,
}
NOBODY, NO_TIME = Origin(0, b""), Timestamp()
"""Members of a command that a model leaves out."""
MAX_OR_CAT = max(OriginatorCategoryKind)
REFUSED = b"\x8a\x00"
"""What a read of SBO gives when the selection is refused."""


def code_of(cause: AddCause | None) -> int | None:
    """The DataAccessError that goes with an AddCause; None for none."""
    return None if cause is None else _CODES.get(cause, ACCESS_DENIED)


# -- decoding ------------------------------------------------------------------------------


Decoder = Callable[[bytes, int, int], Any]


def _flag(data: bytes, first: int, stop: int) -> bool:
    if stop - first != 1:
        raise ValueError
    return data[first] != 0


def _check(data: bytes, first: int, stop: int) -> int:
    """Two bits."""
    if stop - first != 2 or data[first] != 6:
        raise ValueError
    return data[first + 1] >> 6


def _number(data: bytes, first: int, stop: int) -> int:
    number = data[first] if stop - first == 1 else ber.decode_unsigned(data, first, stop)
    if number > 255:
        raise UsageError("ctlNum")
    return number


def _leaf_decoder(leaf: DataAttribute) -> Decoder:
    """The way of a value from its octets to what the model would hold."""
    type_ = leaf.type
    assert type_ is not None
    decode = DECODERS[TAG_OF_KIND[type_.kind]]

    def decoder(data: bytes, first: int, stop: int) -> Any:
        value = decode(data, first, stop)
        if isinstance(value, BitString):
            if value.length != type_.size:
                raise ValueError
            value = value.value
        elif isinstance(value, BinaryTime):
            value = value.data
        return check_value(type_, value)

    return decoder


_SPECIAL: dict[tuple[str, int], Decoder] = {
    ("Test", DataTag.BOOLEAN): _flag,
    ("ctlVal", DataTag.BOOLEAN): _flag,
    ("Check", DataTag.BIT_STRING): _check,
    ("ctlNum", DataTag.UNSIGNED): _number,
}
USUAL = (
    ("ctlVal", DataTag.BOOLEAN), ("origin", DataTag.STRUCTURE), ("ctlNum", DataTag.UNSIGNED), ("T", DataTag.UTC_TIME),
    ("Test", DataTag.BOOLEAN), ("Check", DataTag.BIT_STRING),
)  # fmt: skip
"""Oper and SBOw of a single or double point without operTm: by far the most."""


def _usual(data: bytes) -> tuple[Any, ...] | None:
    """ctlVal, origin, ctlNum, T, Test and Check of a :data:`USUAL` command in its usual form; None: go the general way.

    ::

        A2 len | 83 01 ctlVal | A2 len 85 01 orCat 89 len orIdent | 86 01 ctlNum | 91 08 T | 83 01 Test | 84 02 06 Check
    """
    size = len(data)
    if size < SHORTEST_USUAL or data[1] >= 0x80 or data[1] != size - 2 or data[2:4] != b"\x83\x01" or data[5] != 0xA2:
        return None
    at = 7 + data[6]
    if at + 20 != size or data[7:9] != b"\x85\x01" or data[9] > MAX_OR_CAT or data[10] != 0x89:
        return None
    if data[11] != at - 12 or data[11] > MAX_OR_IDENT:
        return None
    if data[at : at + 2] != b"\x86\x01" or data[at + 3 : at + 5] != b"\x91\x08":
        return None
    if data[at + 13 : at + 15] != b"\x83\x01" or data[at + 16 : at + 19] != b"\x84\x02\x06":
        return None
    T = Timestamp.from_bytes(data[at + 5 : at + 13])
    origin = Origin(data[9], data[12:at])
    return data[4] != 0, origin, data[at + 2], T, data[at + 15] != 0, data[at + 19] >> 6


SHORTEST_USUAL = 32
_Step = tuple[str, int, "Decoder | None", tuple["_Step", ...]]
"""Name, tag, decoder of a leaf, steps of a structure."""


def _steps(variable: Variable) -> tuple[_Step, ...]:
    return tuple(_step(member) for member in variable.members.values())


def _step(variable: Variable) -> _Step:
    if variable.leaf is None or variable.leaf.type is None:
        return variable.name, variable.tag, None, _steps(variable)
    tag = TAG_OF_KIND[variable.leaf.type.kind]
    return variable.name, tag, _SPECIAL.get((variable.name, tag)) or _leaf_decoder(variable.leaf), ()


def _decode_members(steps: tuple[_Step, ...], data: bytes, at: int, end: int) -> dict[str, Any]:
    """Members of a structure; ValueError when they are not what the model has, UsageError when a value does not fit."""
    values: dict[str, Any] = {}
    for name, tag, decode, below in steps:
        if at + 2 > end or data[at] != tag:
            raise ValueError
        size = data[at + 1]
        first, stop = (at + 2, at + 2 + size) if size < 0x80 else ber.read_header(data, at, end)[1:]
        if stop > end:
            raise ValueError
        if name == "origin":
            values[name] = _origin(data, first, stop)
        else:
            values[name] = _decode_members(below, data, first, stop) if decode is None else decode(data, first, stop)
        at = stop
    if at != end:
        raise ValueError
    return values


def _origin(data: bytes, at: int, end: int) -> Origin:
    """orCat and orIdent, by far the usual way: an integer of one octet, and few octets."""
    category = data[at + 2 : at + 3]
    if data[at : at + 2] != b"\x85\x01" or not category or category[0] > MAX_OR_CAT:
        return _any_origin(data, at, end)
    at += 3
    if at + 2 > end or data[at] != DataTag.OCTET_STRING or data[at + 1] > MAX_OR_IDENT or at + 2 + data[at + 1] != end:
        return _any_origin(data, at - 3, end)
    return Origin(category[0], data[at + 2 : end])


def _any_origin(data: bytes, at: int, end: int) -> Origin:
    (tag, a, b), (other, c, d), *rest = ber.elements(data, at, end)
    if tag != DataTag.INTEGER or other != DataTag.OCTET_STRING or rest:
        raise ValueError
    category = ber.decode_integer(data, a, b)
    if not 0 <= category <= MAX_OR_CAT or d - c > MAX_OR_IDENT:
        raise UsageError("origin")
    return Origin(category, data[c:d])


# -- variables -----------------------------------------------------------------------------


class ControlVariable:
    """One of the variables a data object is controlled with."""

    __slots__ = ("_engine", "_is_usual", "_steps", "control", "item", "name", "service")

    def __init__(self, engine: ControlEngine, control: ControlObject, variable: Variable, item: str) -> None:
        self._engine = engine
        self.control = control
        self.name = variable.name
        self.item = item
        """MMS item of the data object, ``LN$CO$DO``."""
        self.service = SERVICES[variable.name]
        self._steps = _steps(variable)
        kinds = tuple((name, tag) for name, tag, _, _ in self._steps)
        self._is_usual = kinds == USUAL

    def write(self, client: Hashable, attribute: str, value: Any) -> int | None:
        """A member alone is never written."""
        del client, attribute, value
        return ACCESS_DENIED

    def write_element(self, client: Hashable, data: bytes) -> int | Waiting | None:
        """Take the whole structure: None when it was accepted, a DataAccessError code, or an answer to wait for."""
        control = self.control
        try:
            command = self._decode(client, data)
        except UsageError:
            return self._refuse(client, VALUE_INVALID)
        except (ValueError, ProtocolError, IndexError):
            return self._refuse(client, TYPE_INCONSISTENT)
        if self.service is _N.Operate:
            cause = control.operate(command)
        elif self.service is _N.SelectWithValue:
            cause = control.select(command)
        else:
            cause = control.cancel(command)
        return cause if cause is None or isinstance(cause, Waiting) else _CODES.get(cause, ACCESS_DENIED)

    def _decode(self, client: Hashable, data: bytes) -> Command:
        size = len(data)
        found = _usual(data) if self._is_usual else None
        if found is not None:
            value, origin, number, T, test, check = found
            control = self.control
            return Command(
                self.service,
                control.reference,
                client,
                value,
                origin,
                number,
                T,
                test,
                check,
                None,
                control.pulse,
                data,
            )
        if data[0] != DataTag.STRUCTURE:
            raise ValueError
        first = 2 if data[1] < 0x80 else ber.read_header(data, 0, size)[1]
        values = _decode_members(self._steps, data, first, size)
        operTm = values.get("operTm")
        return Command(
            self.service,
            self.control.reference,
            client,
            values.get("ctlVal", values.get("setMag")),  # the second one in APC of Edition 1
            values.get("origin", NOBODY),
            values.get("ctlNum", 0),
            values.get("T", NO_TIME),
            values.get("Test", False),
            values.get("Check", 0),
            operTm if isinstance(operTm, Timestamp) and operTm.seconds else None,
            self.control.pulse,
            data,
        )

    def _refuse(self, client: Hashable, code: int) -> int:
        """Nothing of what cannot be read is taken or passed on: what is told back has no originator and no number."""
        command = Command(self.service, self.control.reference, client, origin=NOBODY)
        self._engine.refused(self.control, command, AddCause.Inconsistent_parameters)
        return code


class SboVariable(ControlVariable):
    """SBO: reading it selects."""

    __slots__ = ()

    def write_element(self, client: Hashable, data: bytes) -> int | Waiting | None:
        """It is read, never written."""
        del client, data
        return ACCESS_DENIED

    def read(self, client: Hashable) -> bytes | Waiting:
        """Select, and give the reference of the object, or nothing."""
        command = Command(self.service, self.control.reference, client, origin=NOBODY)
        return self.selected(self.control.select(command))

    def selected(self, cause: AddCause | Waiting | None) -> bytes | Waiting:
        """What was read."""
        if isinstance(cause, Waiting):
            return cause
        if cause is not None:
            return REFUSED
        device = self.control.reference.partition("/")[0]
        return mms.encode_string(DataTag.VISIBLE_STRING, f"{device}/{self.item}${self.name}")


def install_controls(engine: ControlEngine, image: MmsImage, device: LogicalDevice) -> None:
    """Give the control variables of a logical device to the engine."""
    domain = image.domains[device.name]
    for reference, control in engine.objects.items():
        name, _, path = reference.partition("/")
        if name != device.name:
            continue
        node, *rest = path.split(".")
        item = "$".join((node, "CO", *rest))
        parent = domain.find(item)
        for variable in parent.members.values() if parent is not None else ():
            if variable.name in SERVICES:
                kind = SboVariable if variable.name == "SBO" else ControlVariable
                variable.handler = kind(engine, control, variable, item)


def follow_controls(image: MmsImage, engine: ControlEngine) -> Callable[[], None]:
    """Install the controls of all logical devices, and keep up with those that come and go until the result is called.

    To be called after the image has begun to follow the IED.
    """
    for device in image.ied.children.values():
        install_controls(engine, image, device)

    def on_device(device: LogicalDevice, is_there: bool) -> None:
        if is_there:
            engine.add_device(device)
            install_controls(engine, image, device)
        else:
            engine.remove_device(device.name)

    image.ied.device_hooks += (on_device,)

    def stop() -> None:
        image.ied.device_hooks = tuple(hook for hook in image.ied.device_hooks if hook is not on_device)

    return stop


# -- what clients are told -----------------------------------------------------------------


def encode_notice(notice: Notice) -> bytes:
    """LastApplError, CommandTermination+ or CommandTermination-, as a PDU."""
    device, _, path = notice.object.reference.partition("/")
    node, *rest = path.split(".")
    item = "$".join((node, "CO", *rest, _VARIABLES[notice.command.service]))
    names, values = [], []
    if notice.add_cause is not None:
        names.append(Access(ObjectName("LastApplError")))
        values.append(_last_appl_error(notice, f"{device}/{item}", notice.add_cause))
    if notice.is_termination:
        names.append(Access(ObjectName(item, device)))
        values.append(notice.command.octets)
    return unconfirmed(ber.tlv(0xA0, encode_variables(names) + ber.tlv(0xA0, b"".join(values))))


def _last_appl_error(notice: Notice, about: str, cause: AddCause) -> bytes:
    category, identity = notice.command.origin
    origin = mms.encode_integer(int(category)) + ber.tlv(DataTag.OCTET_STRING, identity)
    return ber.tlv(
        DataTag.STRUCTURE,
        mms.encode_string(DataTag.VISIBLE_STRING, about)
        + mms.encode_integer(int(notice.error))
        + ber.tlv(DataTag.STRUCTURE, origin)
        + mms.encode_unsigned(notice.command.ctlNum)
        + mms.encode_integer(int(cause)),
    )
