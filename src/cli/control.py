"""``control``: operate a data object of a server, with the services its ctlModel wants; or only select it, or cancel."""

import datetime as dt
import sys
from typing import Annotated, Any

import typer

from ..acsi.control_command import AddCause, Origin
from ..client import Control, ControlResult, connect
from ..client.values import plain
from ..errors import UsageError
from ..models import parse_reference
from ..models.enums import OriginatorCategoryKind
from ..protocols.mms import DataTag, TypeSpec
from ..reading import Timestamp
from .mms import SERVER_TIMEOUT, Json, Password, Server, Timeout, is_meter
from .output import complain, emit, run
from .values import from_text

__all__ = ["control", "result_document"]

_WORDS: dict[int, dict[str, Any]] = {
    DataTag.BOOLEAN: {"on": True, "off": False},
    DataTag.BIT_STRING: {"stop": 0, "lower": 1, "higher": 2},
}
"""Words for ctlVal beside those of every value."""

HINTS = {
    AddCause.Unknown: "the server does not say why",
    AddCause.Not_supported: "nothing carries it out on this server",
    AddCause.Blocked_by_switching_hierarchy: "it is left to another place now; see Loc, LocKey and LocSta, or give --category",
    AddCause.Blocked_by_Mode: "see Mod and Beh of its node; --test is for nodes in test mode only",
    AddCause.Blocked_by_interlocking: "an interlocking stands against it",
    AddCause.Blocked_by_synchrocheck: "it is not in synchronism",
    AddCause.Command_already_in_execution: "another command to it is under way",
    AddCause.Object_not_selected: "the selection is gone, or another client's",
    AddCause.Object_already_selected: "it is selected already",
    AddCause.Locked_by_other_client: "another client has selected it",
    AddCause.Inconsistent_parameters: "the value is beyond its limits, or the command has been given before",
    AddCause.Time_limit_over: "it did not get there in time",
}


def result_document(result: ControlResult) -> dict[str, Any]:
    """A result as JSON-ready values."""
    return {
        "reference": result.reference,
        "service": result.service,
        "outcome": result.outcome.value,
        "ctlModel": result.model,
        "ctlNum": result.ctlNum,
        "value": plain(result.value),
        "addCause": None if result.add_cause is None else int(result.add_cause),
        "addCauseName": result.add_cause.literal if isinstance(result.add_cause, AddCause) else None,
        "error": None if result.error is None else int(result.error),
        "refusal": None if result.refusal is None else result.refusal.code,
    }


def control(
    target: Server,
    reference: Annotated[str, typer.Argument(metavar="REF", help="A controllable data object, HOMECTL/XSWI1.Pos.")],
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="As its ctlVal has it: on, off, 12, 2.5, stop, lower, higher.")
    ],
    select_only: Annotated[bool, typer.Option("--select", help="Only select it; ends when this command does.")] = False,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Cancel instead: a selection, or a command with a time.")
    ] = False,
    test: Annotated[bool, typer.Option("--test", help="Mark it as a test: nothing moves.")] = False,
    interlock_check: Annotated[
        bool, typer.Option("--interlock", help="Only when no interlocking stands against it.")
    ] = False,
    synchro_check: Annotated[bool, typer.Option("--synchrocheck", help="Only when in synchronism.")] = False,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="operTm, e.g. 2026-05-06T12:30:00+08:00.")] = None,
    category: Annotated[
        str,
        typer.Option(
            metavar="ORCAT", help="Who commands: " + ", ".join(k.literal for k in OriginatorCategoryKind) + "."
        ),
    ] = OriginatorCategoryKind.remote_control.literal,
    identity: Annotated[str, typer.Option(metavar="TEXT", help="orIdent, at most 64 octets.")] = "meterwire",
    as_json: Json = False,
    timeout: Timeout = SERVER_TIMEOUT,
    password: Password = None,
) -> int:
    """Operate a switch, set point or step of a server.

    Says the AddCause when it was not done."""
    if is_meter(target):
        msg = "a meter has no control model; give the mms://host:port target of the server in front of it"
        raise UsageError(msg)
    if select_only and cancel:
        msg = "--select or --cancel, not both"
        raise UsageError(msg)
    parse_reference(reference)
    options = {
        "test": test,
        "interlock_check": interlock_check,
        "synchro_check": synchro_check,
        "at": None if at is None else _moment(at),
        "origin": Origin(OriginatorCategoryKind.from_literal(category), identity.encode()).checked(),
    }
    what = "select" if select_only else "cancel" if cancel else "operate"
    return run(_control(target, reference, value, what, options, password, as_json=as_json, timeout=timeout))


def _moment(text: str) -> Timestamp:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        msg = f"{text!r} is no time with a zone; write e.g. 2026-05-06T12:30:00+08:00"
        raise UsageError(msg)
    return Timestamp.from_datetime(moment)


async def _control(
    target: str,
    reference: str,
    text: str,
    what: str,
    options: dict[str, Any],
    password: str | None,
    *,
    as_json: bool,
    timeout: float,
) -> int:
    async with connect(target, timeout=timeout, password=password) as ied:
        point = await ied.control(reference)
        await point.insist_operable()
        value = _value(text, point.value_spec)
        result = await _do(point, what, value, options)
    if as_json:
        emit(result_document(result))
        return 0 if result else 1
    if not result:
        hint = HINTS.get(result.add_cause) if isinstance(result.add_cause, AddCause) else None
        return complain(f"{result}" + (f" ({hint})" if hint else ""), 1)
    sys.stdout.write(f"{result}\n")
    return 0


async def _do(point: Control, what: str, value: Any, options: dict[str, Any]) -> ControlResult:
    if what == "select":
        return await point.select(value, **options)
    if what == "cancel":
        return await point.cancel(value, origin=options["origin"])
    return await point.operate(value, **options)


def _value(text: str, spec: TypeSpec) -> Any:
    """ctlVal as typed; of a structure with one member the member alone will do."""
    if spec.tag == DataTag.STRUCTURE and len(spec.components) == 1 and not text.lstrip().startswith("{"):
        name, part = spec.components[0]
        return {name: _value(text, part)}
    words = _WORDS.get(spec.tag, {})
    return words[text.lower()] if text.lower() in words else from_text(text, spec)
