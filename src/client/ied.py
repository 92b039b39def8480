"""The IEC 61850 client: references in, typed values out."""

from collections.abc import AsyncIterator, Generator, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from .._accel import mmsdata
from ..errors import (
    AssociationError,
    DataAccessError,
    ProtocolError,
    UsageError,
)
from ..models import Reference, parse_reference
from ..protocols.mms import Initiate, Pdu, TypeSpec
from ..protocols.mms.services import (
    Identity,
    Status,
    decode_identify_response,
    decode_information_report,
    decode_status_response,
    decode_write_response,
    identify_request,
    read_request,
    status_request,
    write_request,
)
from ..protocols.osi import AddressSet, Authentication
from ..reading import Quality
from .blocking import BlockingConnection
from .connection import MmsConnection, open_connection
from .control import Control, Controls
from .control_result import ControlResult
from .data_sets import DataSets
from .directory import Directory, Target
from .files import Files
from .lasting import LONGEST_PAUSE, LastingConnection
from .logs import Logs
from .reports import data_set_of, report_id
from .setting_groups import SettingGroups
from .subscription import Subscription
from .substitution import release_substitute, substitute
from .values import dress_results, encode_value, largest, shape_of

__all__ = ["DEFAULT_TIMEOUT", "IedClient", "connect", "parse_target"]

DEFAULT_TIMEOUT = 10.0
"""Seconds any call waits for the server unless told otherwise."""
DEFAULT_PORT = 102
ENVELOPE = 64
"""Octets of a PDU around what is read or written."""
REQUEST_HEAD = 16
"""Octets in front of a request's service element, at most."""
MAX_PLANS = 1024
"""Reads a client remembers ready to send; beyond them it starts anew."""

T = TypeVar("T")
_Plan = list[tuple[bytes, list[TypeSpec], list[mmsdata.Shape]]]
"""Service elements of the requests, the types of what each answers, and their shapes."""


def parse_target(url: str) -> tuple[str, int]:
    """Host and port of ``mms://host[:port]``; UsageError says what a target looks like."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:  # an unclosed [, a port that is no number
        parts, host, port = urlsplit(""), None, 0
    if parts.scheme != "mms" or not host or parts.path not in ("", "/"):
        msg = f"{url!r} is no MMS target; write mms://host:port"
        raise UsageError(msg)
    return host, port


def _name_cost(target: Target) -> int:
    """Octets that naming it takes: tags and lengths of a variable at most 24, an alternate access 12 a level."""
    name = target.access.name
    return len(name.item) + len(name.domain or "") + 24 + (80 if target.access.alternate else 0)


class IedClient:
    """A connected client; made by :func:`connect`."""

    def __init__(self, connection: MmsConnection | LastingConnection | BlockingConnection, timeout: float) -> None:
        self._connection = connection
        self._timeout = timeout
        self._subscriptions: list[Subscription] = []
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self.directory = Directory(connection, timeout)
        """Names and types of the server."""
        self.directory.on_forget = self._plans.clear
        self.data_set = DataSets(self._request, self.directory)
        """Data sets: directory, read, create, delete."""
        self.files = Files(connection, timeout)
        """Files: list, fetch, set, delete, rename."""
        self.settings = SettingGroups(self)
        """Setting groups: select, edit, confirm."""
        self.logs = Logs(self)
        """Logs: control blocks, entries by time and behind an entry."""
        self.controls = Controls(connection, self.directory, timeout)
        """Commands, step by step; :meth:`operate`, :meth:`select` and :meth:`cancel` go through it."""
        connection.on_report = self._on_report
        connection.on_closed = self._on_closed
        if isinstance(connection, LastingConnection):
            connection.on_lost = self._on_lost
            connection.on_restored = self._on_restored

    # -- life ------------------------------------------------------------------------------

    @property
    def negotiated(self) -> Initiate:
        """What both sides agreed on: PDU size, outstanding requests."""
        return self._connection.mms.negotiated

    @property
    def is_open(self) -> bool:
        """True while the association stands."""
        return self._connection.is_open

    async def close(self) -> None:
        """Release the association in order."""
        await self._connection.release(self._timeout)

    def abort(self) -> None:
        """Cut the association off."""
        self._connection.abort()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def _request(self, service: bytes) -> Any:
        return self._connection.request(service, self._timeout)

    # -- browse ----------------------------------------------------------------------------

    async def identify(self) -> Identity:
        """Vendor, model and revision of the server."""
        return decode_identify_response(await self._request(identify_request()))

    async def status(self) -> Status:
        """What the server says of its own state."""
        return decode_status_response(await self._request(status_request()))

    def refresh(self) -> None:
        """Forget names and types: the next call asks for them again.

        For a server whose model changes while it runs, as a gateway's does. It happens by itself with a new association,
        and when :meth:`logical_devices` finds that a device is gone; a device that has come needs none.
        """
        self.directory.forget()

    async def logical_devices(self) -> tuple[str, ...]:
        """Names of the logical devices, as they are now."""
        return await self.directory.logical_devices()

    async def logical_nodes(self, ld: str) -> tuple[str, ...]:
        """Names of the logical nodes of a logical device."""
        names = await self.directory.variables(ld)
        return tuple(sorted(name for name in names if "$" not in name))

    async def data_sets(self, ld: str) -> tuple[str, ...]:
        """References of the data sets of a logical device."""
        return await self.directory.data_sets(ld)

    async def describe(self, reference: str) -> TypeSpec:
        """Type of what a reference names."""
        return (await self.directory.resolve(parse_reference(reference))).spec

    async def walk(self, ld: str) -> AsyncIterator[tuple[Reference, TypeSpec]]:
        """Every data object of a device under each of its functional constraints, with its type; one request for a
        logical node, more where its type does not fit into one answer."""
        for node in await self.logical_nodes(ld):
            for fc, name, spec in await self.directory.objects(ld, node):
                yield Reference(ld, (node, name), fc), spec

    # -- read and write --------------------------------------------------------------------

    async def read(self, reference: str) -> Any:
        """Read one reference: a leaf, a data object, or a logical node.

        Without ``[FC]`` a data object is read under the first functional constraint it has, status
        or measurand before settings and configuration. Raises DataAccessError when the server
        refuses, UnknownNameError when it has no such name.
        """
        value = (await self.read_many([reference]))[0]
        if isinstance(value, DataAccessError):
            raise DataAccessError(value.code or 0, reference)
        return value

    async def read_many(self, references: Sequence[str]) -> list[Any]:
        """Read references in as few PDUs as the negotiated size allows.

        A reference that cannot be read gives a DataAccessError *object* in its place.
        """
        plan = self._plans.get(tuple(references))
        if plan is None:
            plan = await self._plan(references)
        values: list[Any] = []
        for service, specs, shapes in plan:
            values += dress_results(await self._request(service), specs, shapes)
        return values

    async def _plan(self, references: Sequence[str]) -> _Plan:
        """The requests that read ``references``, kept: polling asks for the same again and again."""
        targets = [await self.directory.resolve(parse_reference(reference)) for reference in references]
        plan: _Plan = []
        # The answers must fit too: a few short names can ask for long texts.
        costs = (max(_name_cost(target), largest(target.spec)) for target in targets)
        for part in self._parts(zip(targets, costs, strict=True)):
            specs = [target.spec for target in part]
            plan.append((read_request(target.access for target in part), specs, list(map(shape_of, specs))))
        if len(self._plans) >= MAX_PLANS:
            self._plans.clear()
        self._plans[tuple(references)] = plan
        return plan

    def _parts(self, costs: Iterable[tuple[T, int]]) -> list[list[T]]:
        """What costs so many octets each, in as many parts as there must be PDUs."""
        room = self.negotiated.max_pdu - ENVELOPE
        parts: list[list[T]] = []
        used = room + 1
        for one, cost in costs:
            if used + cost > room:
                parts.append([])
                used = 0
            parts[-1].append(one)
            used += cost
        return parts

    async def read_data_set(self, reference: str) -> dict[str, Any]:
        """Values of a data set, ``LD/LN.name`` or ``@name``, by member reference."""
        return await self.data_set.read(reference)

    async def write(self, reference: str, value: Any) -> None:
        """Write one reference; DataAccessError when the server refuses."""
        for refusal in (await self.write_many({reference: value})).values():
            raise refusal

    async def write_many(self, values: Mapping[str, Any]) -> dict[str, DataAccessError]:
        """Write values by reference, in their order and in as few PDUs as the negotiated size allows.

        Gives what was refused, by reference; nothing when all is written. Nothing is written when a reference is unknown
        or a value is none of its type (UsageError). A link that is lost in between leaves what the PDUs before it wrote.
        """
        items = []
        for reference, value in values.items():
            target = await self.directory.resolve(parse_reference(reference))
            items.append((reference, target, encode_value(value, target.spec)))
        parts = self._parts((item, _name_cost(item[1]) + len(item[2])) for item in items)
        services = [write_request((target.access, data) for _, target, data in part) for part in parts]
        if len(parts) > 1 and max(map(len, services)) > self.negotiated.max_pdu - REQUEST_HEAD:
            msg = f"a value does not fit into a PDU of {self.negotiated.max_pdu} octets; nothing was written"
            raise UsageError(msg)
        refused: dict[str, DataAccessError] = {}
        for part, service in zip(parts, services, strict=True):
            results = decode_write_response(await self._request(service))
            if len(results) != len(part):
                msg = f"{len(part)} values written, {len(results)} answered"
                raise ProtocolError(msg)
            for (reference, _, _), result in zip(part, results, strict=True):
                if result is not None:
                    refused[reference] = DataAccessError(result.code or 0, reference)
        return refused

    async def substitute(self, reference: str, value: Any, *, quality: Quality = Quality.GOOD, ident: str = "") -> None:
        """Show ``value`` instead of what the process says of a data object, until it is released or this association ends.

        ``value`` is what ``subVal``, ``subMag`` or ``subCVal`` takes; for a structure with one member a bare number
        will do. ``quality`` is shown with it, marked as substituted, and ``ident`` (or this client's address) in
        ``subID``. Raises UnknownNameError where there is nothing to substitute, DataAccessError when the server refuses.
        """
        await substitute(self, reference, value, quality, ident)

    async def release_substitute(self, reference: str) -> None:
        """Show what the process says of a data object again, whoever substituted it."""
        await release_substitute(self, reference)

    # -- control ---------------------------------------------------------------------------

    async def control(self, reference: str) -> Control:
        """A controllable data object, ``LD/LN.DO``, for commands step by step."""
        return await self.controls.control(reference)

    async def operate(self, reference: str, value: Any, **options: Any) -> ControlResult:
        """Operate a controllable data object, ``LD/LN.DO``, with the services its ctlModel wants.

        The result says whether it was done, and with which AddCause it was not: see
        :class:`~meterwire.client.control_result.ControlResult`. ``options`` are those of
        :meth:`meterwire.client.control.Control.operate`: ``test=``, ``interlock_check=``, ``synchro_check=``, ``origin=``,
        ``at=``. LinkError means that nobody knows whether it was carried out; it is never sent twice.
        """
        return await (await self.controls.control(reference)).operate(value, **options)

    async def select(self, reference: str, value: Any = None, **options: Any) -> ControlResult:
        """Select a controllable data object, so that only this client can operate it; ``value`` for enhanced security."""
        return await (await self.controls.control(reference)).select(value, **options)

    async def cancel(self, reference: str, value: Any = None, **options: Any) -> ControlResult:
        """Give a selection back, or stop a command that waits for its operTm."""
        return await (await self.controls.control(reference)).cancel(value, **options)

    # -- reports ---------------------------------------------------------------------------

    def reports(
        self,
        reference: str,
        *,
        resume_from: bytes | None = None,
        resync: bool = True,
        segments: bool = False,
        **settings: Any,
    ) -> Subscription:
        """Subscribe to a report control block, ``LD/LN.brcbEv01`` or ``LD/LN.brcbEv``.

        Without instance number the first free instance is taken. ``settings`` are attributes to set before enabling, by
        their standard names: ``TrgOps=``, ``OptFlds=``, ``IntgPd=`` (ms), ``BufTm=`` (ms), ``DatSet=``, ``ResvTms=`` (s).

        ``resume_from`` is the EntryID of the last report already known, from an earlier session; a buffered block
        goes on behind it (eight null octets: gives all it has). With ``resync`` the subscription survives the loss
        of the association of a client made with ``connect(reconnect=True)``; without it, it raises. With ``segments``
        a report that was divided comes in its parts.
        """
        return Subscription(self, reference, settings, resume_from=resume_from, resync=resync, segments=segments)

    def remember_subscription(self, subscription: Subscription) -> None:
        """Reports with its RptID go to it from now on."""
        if subscription not in self._subscriptions:
            self._subscriptions.append(subscription)

    def forget_subscription(self, subscription: Subscription) -> bool:
        """No more reports for it; False when it had none already."""
        if subscription not in self._subscriptions:
            return False
        self._subscriptions.remove(subscription)
        return True

    def _on_report(self, pdu: Pdu) -> None:
        report = decode_information_report(pdu)
        if report.list_name is None:
            self.controls.on_report(report)
            return
        if report.list_name.item != "RPT":
            return
        wanted = report_id(report)
        found = [subscription for subscription in self._subscriptions if subscription.rpt_id == wanted]
        if len(found) > 1:
            # Control blocks may share their RptID: then only the data set tells whose values these are.
            data_set = data_set_of(report)
            found = [subscription for subscription in found if subscription.data_set == data_set]
            if not found:
                msg = f"several subscriptions are to {wanted}, and the report is over {data_set or 'it does not say what'}"
                raise ProtocolError(msg)
        if found:
            found[0].on_report(report)

    def _on_closed(self, error: AssociationError | None) -> None:
        for subscription in self._subscriptions:
            subscription.on_closed(error)

    def _on_lost(self, error: AssociationError) -> None:
        for subscription in list(self._subscriptions):
            subscription.on_lost(error)

    def _on_restored(self) -> None:
        """There is a new association, to a server that may have another model by now."""
        self.refresh()
        self.controls.forget()
        for subscription in list(self._subscriptions):
            subscription.on_restored()


class _Connecting:
    """What :func:`connect` returns: awaitable, and an async context manager."""

    def __init__(self, url: str, timeout: float, options: dict[str, Any], *, reconnect: float) -> None:
        self._url = url
        self._reconnect = reconnect
        self._timeout = timeout
        self._options = options
        self._ied: IedClient | None = None

    def __await__(self) -> Generator[Any, None, IedClient]:
        return self._connect().__await__()

    async def _connect(self) -> IedClient:
        host, port = parse_target(self._url)

        async def dial() -> MmsConnection:
            return await open_connection(host, port, timeout=self._timeout, **self._options)

        connection = await dial()
        lasting = LastingConnection(connection, dial, self._reconnect) if self._reconnect else connection
        return IedClient(lasting, self._timeout)

    async def __aenter__(self) -> IedClient:
        self._ied = await self._connect()
        return self._ied

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._ied is not None:
            await self._ied.close()


def connect(
    url: str,
    *,
    timeout: float = DEFAULT_TIMEOUT,
    password: str | None = None,
    addresses: AddressSet | None = None,
    wanted: Initiate | None = None,
    reconnect: bool | float = False,
) -> _Connecting:
    """Connect to ``mms://host:port``: ``async with connect(url) as ied`` or ``await connect(url)``.

    ``timeout`` in seconds holds for connecting and for every later call. ``password`` is the ACSE
    password; ``addresses`` selectors and AP-titles; ``wanted`` the MMS parameters to propose.
    Raises UsageError for a malformed target or a PDU size that cannot be, LinkError when the server cannot be reached or
    refuses.

    With ``reconnect`` a lost association is made anew, again and again until :meth:`IedClient.close`; a number is the
    longest pause between attempts in seconds, True means 30. Requests
    that were under way raise AssociationError; later ones wait for the new association as long as ``timeout``;
    subscriptions go on where they were. Without it, whatever is asked after a loss raises.
    """
    authentication = None if password is None else Authentication(password.encode())
    options = {"addresses": addresses, "wanted": wanted, "authentication": authentication}
    pause = LONGEST_PAUSE if reconnect is True else float(reconnect)
    return _Connecting(url, timeout, options, reconnect=pause)
