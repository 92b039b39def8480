"""Commands to a server: select, operate, cancel (IEC 61850-7-2, control class model; mapped by 8-1).

Which services are needed depends on the data object's ctlModel, which is read before every command: with a stale one
the sequence would be wrong.

===========================  =====================================================================
ctlModel                     what ``operate`` does
===========================  =====================================================================
0 status-only                UsageError, nothing is sent
1 direct, normal security    write Oper
2 SBO, normal security       read SBO, write Oper
3 direct, enhanced security  write Oper, wait for CommandTermination
4 SBO, enhanced security     write SBOw, write Oper, wait for CommandTermination
===========================  =====================================================================

What a server refuses is a result, not an error. An error (LinkError, LinkTimeoutError) means that nobody knows whether the
command was carried out. Nothing is ever sent twice.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from ..acsi.control_command import (
    INTERLOCK_CHECK,
    MAX_CTL_NUM,
    SYNCHRO_CHECK,
    AddCause,
    ApplicationError,
    Command,
    Origin,
)
from ..errors import DataAccessError, LinkTimeoutError, ProtocolError, UnknownNameError, UsageError
from ..models import Reference, parse_reference
from ..models.enums import CtlModelKind, ServiceNameKind
from ..protocols.mms import ObjectName, Pdu, TypeSpec
from ..protocols.mms.services import (
    Access,
    InformationReport,
    decode_read_response,
    decode_write_response,
    read_request,
    write_request,
)
from ..reading import Timestamp
from .control_result import ControlResult, LastApplError, Outcome
from .control_values import VALUE_NAMES, Key, ctl_num_of, encode_command, key_of, last_appl_error, zero_value
from .directory import Directory, Target

__all__ = ["Connection", "Control", "Controls"]

_M, _S = CtlModelKind, ServiceNameKind
SBO_MODELS = (_M.sbo_with_normal_security, _M.sbo_with_enhanced_security)
LATE_CAUSE_SECONDS = 0.2
"""How long the AddCause of a refusal is waited for where it did not come before the refusal."""
ENHANCED_MODELS = (_M.direct_with_enhanced_security, _M.sbo_with_enhanced_security)
_VARIABLE = {_S.Operate: "Oper", _S.SelectWithValue: "SBOw", _S.Cancel: "Cancel", _S.Select: "SBO"}


class Connection(Protocol):
    """What commands need of a connection."""

    async def request(self, service: bytes, timeout: float) -> Pdu:
        """Send a confirmed request and wait for its answer."""

    async def until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until what the server says unasked has made the condition true; False when it has not in time."""


class _Exchange:
    """What the server says unasked of one command while it is under way."""

    __slots__ = ("ctl_num", "error", "has_ended", "key")

    def __init__(self, key: Key, ctl_num: int | None) -> None:
        self.key = key
        self.ctl_num = ctl_num
        self.error: LastApplError | None = None
        self.has_ended: bool | None = None
        """CommandTermination: True for +, False for -, None while there is none."""


class Controls:
    """The commands of one client."""

    def __init__(self, connection: Connection, directory: Directory, timeout: float) -> None:
        self.connection = connection
        self.timeout = timeout
        self._directory = directory
        self._objects: dict[str, Control] = {}
        self._exchanges: list[_Exchange] = []
        self._last_time = 0

    async def control(self, reference: str) -> "Control":
        """A controllable data object, the same at every call; UnknownNameError when the server has none of that name."""
        parsed = parse_reference(reference).with_fc("")
        name = str(parsed)
        found = self._objects.get(name)
        if found is None:
            target = await self._resolve(parsed)
            found = self._objects[name] = Control(self, name, target)
        return found

    async def _resolve(self, reference: Reference) -> Target | None:
        """The control variables of a data object; None when it is there, and has none because it is status only."""
        try:
            return await self._directory.resolve(reference.with_fc("CO"))
        except UnknownNameError:
            await self._directory.resolve(reference)  # its error tells what there is
            return None

    async def ctl_model(self, control: "Control") -> int:
        """ctlModel as it is now; for a server that has no such attribute what its variables tell."""
        reference = parse_reference(control.reference)
        try:
            target = await self._directory.resolve(Reference(reference.ld, (*reference.path, "ctlModel"), "CF"))
        except UnknownNameError:
            return control.guessed_model
        pdu = await self.connection.request(read_request([target.access]), self.timeout)
        (value,) = decode_read_response(pdu)
        if isinstance(value, DataAccessError):
            raise DataAccessError(value.code or 0, f"{control.reference}.ctlModel")
        if not isinstance(value, int):
            msg = f"ctlModel is {value!r}"
            raise ProtocolError(msg)
        return value

    def now(self) -> Timestamp:
        """The time of a command; later than that of every one before, for servers tell repetitions by it."""
        self._last_time = max(time.time_ns(), self._last_time + 1_000_000)
        return Timestamp.from_ns(self._last_time)

    # -- what the server says unasked ------------------------------------------------------

    def listen(self, key: Key, ctl_num: int | None) -> _Exchange:
        """Keep what the server says of a command from now on."""
        exchange = _Exchange(key, ctl_num)
        self._exchanges.append(exchange)
        return exchange

    def ignore(self, exchange: _Exchange) -> None:
        """Nobody wants to know any more."""
        if exchange in self._exchanges:
            self._exchanges.remove(exchange)

    def forget(self) -> None:
        """There is a new association: selections are gone, and so may be the model."""
        self._objects.clear()
        self._exchanges.clear()

    def on_report(self, report: InformationReport) -> None:
        """A report that is none of a control block: LastApplError, CommandTermination, or nothing of ours."""
        error: LastApplError | None = None
        for access, value in zip(report.variables, report.values, strict=False):
            name = access.name
            if name.domain is None and name.item == "LastApplError":
                error = last_appl_error(value)
                exchange = self._find(key_of(error.CntrlObj), error.ctlNum)
                if exchange is not None:
                    exchange.error = error
            elif name.domain is not None and name.item.endswith("$Oper"):
                exchange = self._find(key_of(f"{name.domain}/{name.item}"), ctl_num_of(value))
                if exchange is not None:
                    exchange.error = error or exchange.error
                    exchange.has_ended = error is None

    def _find(self, key: Key, ctl_num: int | None) -> _Exchange | None:
        found = [exchange for exchange in self._exchanges if exchange.key == key]
        exact = [exchange for exchange in found if exchange.ctl_num in (None, ctl_num)]
        # Some servers tell a number of their own; with a single command under way it can only be that one.
        return exact[0] if exact else found[0] if len(found) == 1 else None


class Control:
    """One controllable data object of a server; made by :meth:`Controls.control`."""

    def __init__(self, controls: Controls, reference: str, target: Target | None) -> None:
        self.reference = reference
        self.ctl_num = 0
        """Number of the last command, 0..255."""
        self.selected: Command | None = None
        """The selection this client holds, as far as it knows: the server ends it after sboTimeout."""
        self._controls = controls
        self._target = target
        parsed = parse_reference(reference)
        self._key: Key = (parsed.ld, *parsed.path)
        self._timed: tuple[_Exchange, Command, int] | None = None

    @property
    def guessed_model(self) -> int:
        """ctlModel by the variables there are."""
        names = self._target.spec.names if self._target is not None else ()
        if "SBOw" in names:
            return _M.sbo_with_enhanced_security
        if "SBO" in names:
            return _M.sbo_with_normal_security
        return _M.direct_with_normal_security if "Oper" in names else _M.status_only

    async def model(self) -> int:
        """ctlModel, read from the server now; see :class:`~meterwire.models.enums.CtlModelKind`."""
        return await self._controls.ctl_model(self)

    async def insist_operable(self) -> None:
        """UsageError when its ctlModel is status-only."""
        self._insist_operable(await self.model())

    # -- the services ----------------------------------------------------------------------

    async def operate(
        self,
        value: Any,
        *,
        at: Timestamp | None = None,
        origin: Origin | None = None,
        test: bool = False,
        interlock_check: bool = False,
        synchro_check: bool = False,
        select: bool | None = None,
        ctl_num: int | None = None,
        T: Timestamp | None = None,
        termination_timeout: float | None = None,
    ) -> ControlResult:
        """Carry out a command with the services its ctlModel wants.

        ``at`` is operTm, for objects that have it. ``select`` False sends no selection even where the model wants one; by
        default there is one unless this client holds a selection already. ``ctl_num`` and ``T`` are set only by who tests
        a server. With enhanced security the result is that of CommandTermination, which is waited for
        ``termination_timeout`` seconds (the client's time-out when not given).

        Raises UsageError for a value that does not fit, or an object that cannot be operated; LinkError and
        LinkTimeoutError when nobody knows whether the command was carried out.
        """
        model = await self.model()
        self._insist_operable(model)
        wish = self._wish(value, at, origin, (test, interlock_check, synchro_check))
        if model in SBO_MODELS and self.selected is None and select is not False:
            selected = await self._select(model, wish)
            if not selected:
                return selected
        held = self.selected
        self.selected = None
        if ctl_num is None:
            ctl_num = held.ctlNum if held is not None else self._next_number()
        command = wish._replace(service=_S.Operate, ctlNum=ctl_num, T=T or self._controls.now())
        patience = self._controls.timeout if termination_timeout is None else termination_timeout
        return await self._operate(command, model, patience)

    async def select(
        self,
        value: Any = None,
        *,
        at: Timestamp | None = None,
        origin: Origin | None = None,
        test: bool = False,
        interlock_check: bool = False,
        synchro_check: bool = False,
    ) -> ControlResult:
        """Select, so that nobody else can operate it; with enhanced security ``value`` is what will be operated.

        Raises UsageError when its ctlModel knows no selection.
        """
        model = await self.model()
        if model not in SBO_MODELS:
            msg = f"{self.reference}: {_model_name(model)} knows no selection"
            raise UsageError(msg)
        return await self._select(model, self._wish(value, at, origin, (test, interlock_check, synchro_check)))

    async def cancel(self, value: Any = None, *, origin: Origin | None = None) -> ControlResult:
        """Give a selection back, or stop a command whose operTm has not come.

        ``value`` is needed only when this client knows of neither; it is what was commanded.
        """
        model = await self.model()
        self._insist_operable(model)
        known = self.selected or (self._timed[1] if self._timed is not None else None)
        command = known if known is not None else self._wish(value, None, origin, (False, False, False))
        if value is not None or command.ctlVal is None:
            command = command._replace(ctlVal=self._any_value() if value is None else value)
        if known is None:
            command = command._replace(ctlNum=self.ctl_num)
        if origin is not None:
            command = command._replace(origin=origin.checked())
        command = command._replace(service=_S.Cancel, T=self._controls.now())
        result, _ = await self._write(command, model)
        if result:
            self.selected = None
        return result

    async def termination(self, timeout: float) -> ControlResult:
        """Wait for what becomes of the last command with an operTm (enhanced security only).

        Raises UsageError when there is none, LinkTimeoutError when it has not come within ``timeout`` seconds.
        """
        if self._timed is None:
            msg = f"{self.reference}: no command of this client waits for its operTm"
            raise UsageError(msg)
        exchange, command, model = self._timed
        result = await self._termination(exchange, command, model, timeout)
        self._timed = None
        return result

    # -- one step each ---------------------------------------------------------------------

    async def _select(self, model: int, wish: Command) -> ControlResult:
        number = self._next_number()
        if model == _M.sbo_with_enhanced_security:
            command = wish._replace(service=_S.SelectWithValue, ctlNum=number, T=self._controls.now())
            result, _ = await self._write(command, model)
        else:
            command = wish._replace(service=_S.Select, ctlNum=number)
            result = await self._read_sbo(command, model)
        self.selected = command if result else None
        return result

    async def _read_sbo(self, command: Command, model: int) -> ControlResult:
        exchange = self._controls.listen(self._key, None)
        try:
            request = read_request([Access(self._name("SBO"))])
            (value,) = decode_read_response(await self._controls.connection.request(request, self._controls.timeout))
        finally:
            self._controls.ignore(exchange)
        if isinstance(value, str) and value:
            return self._result(command, model, Outcome.DONE)
        refusal = DataAccessError(value.code or 0, self.reference) if isinstance(value, DataAccessError) else None
        return self._result(command, model, Outcome.REFUSED, exchange.error, refusal)

    async def _operate(self, command: Command, model: int, patience: float) -> ControlResult:
        exchange = self._controls.listen(self._key, command.ctlNum)
        keeps = False
        try:
            result, _ = await self._write(command, model, exchange)
            if not result:
                return await self._with_late_cause(result, exchange)
            if command.operTm is not None:
                keeps = True
                self._drop_timed()
                self._timed = exchange, command, model
                return replace(result, outcome=Outcome.ACCEPTED)
            if model not in ENHANCED_MODELS:
                return result
            return await self._termination(exchange, command, model, patience)
        finally:
            if not keeps:
                self._controls.ignore(exchange)

    async def _with_late_cause(self, result: ControlResult, exchange: _Exchange) -> ControlResult:
        """Some servers tell the cause of a refusal behind it, as a CommandTermination-."""
        if result.last_appl_error is not None or result.model not in ENHANCED_MODELS:
            return result
        await self._controls.connection.until(lambda: exchange.error is not None, LATE_CAUSE_SECONDS)
        told = exchange.error
        if told is None:
            return result
        cause, error = _known(AddCause, told.AddCause), _known(ApplicationError, told.Error)
        return replace(result, add_cause=cause, error=error, last_appl_error=told)

    async def _termination(self, exchange: _Exchange, command: Command, model: int, timeout: float) -> ControlResult:
        if not await self._controls.connection.until(lambda: exchange.has_ended is not None, timeout):
            msg = f"{self.reference}: accepted, but no CommandTermination within {timeout:g} s; nobody knows what became of it"
            raise LinkTimeoutError(msg)
        self._controls.ignore(exchange)
        done = command._replace(service=_S.CommandTermination)
        if exchange.has_ended:
            return self._result(done, model, Outcome.DONE)
        return self._result(done, model, Outcome.FAILED, exchange.error)

    def _drop_timed(self) -> None:
        if self._timed is not None:
            self._controls.ignore(self._timed[0])
            self._timed = None

    async def _write(
        self, command: Command, model: int, listening: _Exchange | None = None
    ) -> tuple[ControlResult, _Exchange]:
        """Write Oper, SBOw or Cancel; what was answered."""
        variable = _VARIABLE[command.service]
        data = encode_command(self.reference, variable, self.spec(variable), command)
        exchange = listening or self._controls.listen(self._key, command.ctlNum)
        try:
            request = write_request([(Access(self._name(variable)), data)])
            results = decode_write_response(await self._controls.connection.request(request, self._controls.timeout))
        finally:
            if listening is None:
                self._controls.ignore(exchange)
        if len(results) != 1:
            msg = f"one value written, {len(results)} answered"
            raise ProtocolError(msg)
        if results[0] is None:
            return self._result(command, model, Outcome.DONE), exchange
        refusal = DataAccessError(results[0].code or 0, self.reference)
        return self._result(command, model, Outcome.REFUSED, exchange.error, refusal), exchange

    # -- parts -----------------------------------------------------------------------------

    def _result(
        self,
        command: Command,
        model: int,
        outcome: Outcome,
        error: LastApplError | None = None,
        refusal: DataAccessError | None = None,
    ) -> ControlResult:
        return ControlResult(
            reference=self.reference,
            service=command.service.name,
            outcome=outcome,
            model=model,
            ctlNum=command.ctlNum,
            value=command.ctlVal,
            add_cause=None if error is None else _known(AddCause, error.AddCause),
            error=None if error is None else _known(ApplicationError, error.Error),
            refusal=refusal,
            last_appl_error=error,
        )

    def _insist_operable(self, model: int) -> None:
        if model == _M.status_only or self._target is None:
            msg = f"{self.reference} cannot be operated: it is {_model_name(_M.status_only)}"
            raise UsageError(msg)

    def _next_number(self) -> int:
        self.ctl_num = (self.ctl_num + 1) % (MAX_CTL_NUM + 1)
        return self.ctl_num

    def _name(self, variable: str) -> ObjectName:
        assert self._target is not None
        name = self._target.access.name
        if variable not in self._target.spec.names:
            msg = f"{self.reference} has no {variable}; it has {', '.join(self._target.spec.names)}"
            raise UsageError(msg)
        return ObjectName(f"{name.item}${variable}", name.domain)

    def spec(self, variable: str = "Oper") -> TypeSpec:
        """Type of one of its control variables; UsageError when it has none of that name."""
        for name, part in self._target.spec.components if self._target is not None else ():
            if name == variable:
                return part
        msg = f"{self.reference} has no {variable}"
        raise UsageError(msg)

    @property
    def value_spec(self) -> TypeSpec:
        """Type of ctlVal."""
        name, part = self.spec().components[0]
        if name not in VALUE_NAMES:
            msg = f"Oper of {self.reference} begins with {name}, not with ctlVal"
            raise UsageError(msg)
        return part

    def _wish(self, value: Any, at: Timestamp | None, origin: Origin | None, flags: tuple[bool, bool, bool]) -> Command:
        test, interlock, synchro = flags
        check = (INTERLOCK_CHECK if interlock else 0) | (SYNCHRO_CHECK if synchro else 0)
        origin = (origin or Origin()).checked()
        return Command(_S.Operate, self.reference, None, value, origin, Test=test, Check=check, operTm=at)

    def _any_value(self) -> Any:
        """A value for a Cancel of what this client has not commanded; servers go by client and origin."""
        return zero_value(self.value_spec)


def _known(kind: Any, number: int) -> Any:
    try:
        return kind(number)
    except ValueError:
        return number


def _model_name(model: int) -> str:
    return CtlModelKind(model).literal if model in range(-128, 128) else str(model)
