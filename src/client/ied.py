"""The IEC 61850 client: references in, typed values out."""

import contextlib
from collections.abc import AsyncIterator, Generator, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from .._accel import mmsdata
from ..errors import (
    AssociationError,
    DataAccessError,
    LinkError,
    MeterwireError,
    ProtocolError,
    UnknownNameError,
    UsageError,
)
from ..models import Reference, parse_reference
from ..protocols.mms import Initiate, ObjectName, Pdu, TypeSpec
from ..protocols.mms.services import (
    Identity,
    decode_identify_response,
    decode_information_report,
    decode_write_response,
    identify_request,
    read_request,
    write_request,
)
from ..protocols.osi import AddressSet, Authentication
from .connection import MmsConnection, open_connection
from .data_sets import DataSets
from .directory import Directory, Target
from .files import Files
from .reports import Subscription, report_id
from .values import dress_results, encode_value, shape_of

__all__ = ["DEFAULT_TIMEOUT", "IedClient", "connect", "parse_target"]

DEFAULT_TIMEOUT = 10.0
"""Seconds any call waits for the server unless told otherwise."""
DEFAULT_PORT = 102
READ_ENVELOPE = 64
MAX_PLANS = 1024
"""Reads a client remembers ready to send; beyond them it starts anew."""

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


class IedClient:
    """A connected client; made by :func:`connect`."""

    def __init__(self, connection: MmsConnection, timeout: float) -> None:
        self._connection = connection
        self._timeout = timeout
        self._subscriptions: list[Subscription] = []
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self.directory = Directory(connection, timeout)
        """Names and types of the server."""
        self.data_set = DataSets(self._request, self.directory)
        """Data sets: directory, read, create, delete."""
        self.files = Files(connection, timeout)
        """Files: list, fetch, set, delete, rename."""
        connection.on_report = self._on_report
        connection.on_closed = self._on_closed

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

    async def logical_devices(self) -> tuple[str, ...]:
        """Names of the logical devices."""
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
        """Every logical node and functional constraint of a device with its type, one request each
        per logical node."""
        for node in await self.logical_nodes(ld):
            spec = await self.directory.type_of(ObjectName(node, ld))
            for fc, group in spec.components:
                for name, part in group.components:
                    yield Reference(ld, (node, name), fc), part

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
        for part in self._parts(targets):
            specs = [target.spec for target in part]
            plan.append((read_request(target.access for target in part), specs, list(map(shape_of, specs))))
        if len(self._plans) >= MAX_PLANS:
            self._plans.clear()
        self._plans[tuple(references)] = plan
        return plan

    def _parts(self, targets: list[Target]) -> list[list[Target]]:
        room = self.negotiated.max_pdu - READ_ENVELOPE
        parts: list[list[Target]] = []
        used = room + 1
        for target in targets:
            name = target.access.name
            # Tags and lengths of a variable take at most 24 octets, an alternate access 12 a level.
            cost = len(name.item) + len(name.domain or "") + 24
            cost += 80 if target.access.alternate else 0
            if used + cost > room:
                parts.append([])
                used = 0
            parts[-1].append(target)
            used += cost
        return parts

    async def read_data_set(self, reference: str) -> dict[str, Any]:
        """Values of a data set, ``LD/LN.name`` or ``@name``, by member reference."""
        return await self.data_set.read(reference)

    async def write(self, reference: str, value: Any) -> None:
        """Write one reference; DataAccessError when the server refuses."""
        target = await self.directory.resolve(parse_reference(reference))
        data = encode_value(value, target.spec)
        pdu = await self._request(write_request([(target.access, data)]))
        results = decode_write_response(pdu)
        if len(results) != 1:
            msg = f"one value written, {len(results)} answered"
            raise ProtocolError(msg)
        if results[0] is not None:
            raise DataAccessError(results[0].code or 0, reference)

    # -- reports ---------------------------------------------------------------------------

    def reports(self, reference: str, **settings: Any) -> Subscription:
        """Subscribe to a report control block, ``LD/LN.urcbMx01`` or ``LD/LN.urcbMx``.

        Without instance number the first free instance is taken. ``settings`` are attributes to
        set before enabling, by their standard names: ``TrgOps=``, ``OptFlds=``, ``IntgPd=`` (ms),
        ``BufTm=`` (ms), ``DatSet=``.
        """
        return Subscription(self, reference, settings)

    async def _enable(self, subscription: Subscription, settings: dict[str, Any]) -> None:
        candidates = await self._instances(parse_reference(subscription.reference))
        refusal: DataAccessError | None = None
        for reference in candidates:
            try:
                await self._enable_instance(subscription, reference, settings)
            except DataAccessError as error:
                refusal = error
                continue
            return
        msg = f"no instance of {subscription.reference} is free: {refusal}"
        raise LinkError(msg)

    async def _instances(self, reference: Reference) -> list[str]:
        names = await self.directory.variables(reference.ld)
        node, block = "".join(reference.path[:1]), ".".join(reference.path[1:])
        found = sorted(
            f"{reference.ld}/{node}.{parts[2]}"
            for parts in (name.split("$") for name in names)
            if len(parts) == 3
            and parts[0] == node
            and parts[1] in ("RP", "BR")
            and (parts[2] == block or (parts[2][:-2] == block and parts[2][-2:].isdigit()))
        )
        if not found:
            blocks = sorted({n.split("$")[2] for n in names if n.count("$") == 2 and n.split("$")[1] in ("RP", "BR")})
            msg = f"no report control block {reference}; {reference.ld} has {', '.join(blocks) or 'none'}"
            raise UnknownNameError(msg)
        return found

    async def _enable_instance(self, subscription: Subscription, reference: str, settings: dict[str, Any]) -> None:
        """Reserve, configure, enable. Reserving first keeps two clients from configuring one block at
        once, and there are servers that refuse every other attribute of an unreserved block."""
        rpt_id = await self.directory.resolve(parse_reference(f"{reference}.RptID"))
        unbuffered = rpt_id.reference.fc == "RP"
        if unbuffered:
            await self.write(f"{reference}.Resv", True)
        try:
            for attribute, value in settings.items():
                await self.write(f"{reference}.{attribute}", value)
            block = str(rpt_id.access.name).removesuffix("$RptID")
            subscription.rpt_id = await self.read(f"{reference}.RptID") or block
            subscription.members = await self._reported(reference)
            # From here on reports may arrive, even before the answer to the write.
            self._subscriptions.append(subscription)
            await self.write(f"{reference}.RptEna", True)
        except MeterwireError:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)
            if unbuffered:
                with contextlib.suppress(MeterwireError):
                    await self.write(f"{reference}.Resv", False)
            raise
        subscription.reference = reference

    async def _reported(self, reference: str) -> list[tuple[str, TypeSpec | None]]:
        """Members of the data set of a control block."""
        # The attribute, not the block: not every server tells the type of a block as a whole.
        data_set = await self.read(f"{reference}.DatSet")
        if not data_set:
            msg = f"{reference} has no data set; give DatSet="
            raise UsageError(msg)
        first, _, second = data_set.partition("/")
        # DatSet has its logical device in front; a server that leaves it out means its own.
        domain, item = (first, second) if second else (parse_reference(reference).ld, first)
        return await self.data_set.members(ObjectName(item, domain))

    async def _disable(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)
            with contextlib.suppress(MeterwireError):
                await self.write(f"{subscription.reference}.RptEna", False)
                target = await self.directory.resolve(parse_reference(f"{subscription.reference}.RptEna"))
                if target.reference.fc == "RP":
                    await self.write(f"{subscription.reference}.Resv", False)

    def _on_report(self, pdu: Pdu) -> None:
        report = decode_information_report(pdu)
        if report.list_name is None or report.list_name.item != "RPT":
            return
        wanted = report_id(report)
        for subscription in self._subscriptions:
            if subscription.rpt_id == wanted:
                subscription.on_report(report)
                return

    def _on_closed(self, error: AssociationError | None) -> None:
        for subscription in self._subscriptions:
            subscription.on_closed(error)


class _Connecting:
    """What :func:`connect` returns: awaitable, and an async context manager."""

    def __init__(self, url: str, timeout: float, options: dict[str, Any]) -> None:
        self._url = url
        self._timeout = timeout
        self._options = options
        self._ied: IedClient | None = None

    def __await__(self) -> Generator[Any, None, IedClient]:
        return self._connect().__await__()

    async def _connect(self) -> IedClient:
        host, port = parse_target(self._url)
        connection = await open_connection(host, port, timeout=self._timeout, **self._options)
        return IedClient(connection, self._timeout)

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
) -> _Connecting:
    """Connect to ``mms://host:port``: ``async with connect(url) as ied`` or ``await connect(url)``.

    ``timeout`` in seconds holds for connecting and for every later call. ``password`` is the ACSE
    password; ``addresses`` selectors and AP-titles; ``wanted`` the MMS parameters to propose.
    Raises UsageError for a malformed target, LinkError when the server cannot be reached or
    refuses.
    """
    authentication = None if password is None else Authentication(password.encode())
    options = {"addresses": addresses, "wanted": wanted, "authentication": authentication}
    return _Connecting(url, timeout, options)
