"""MMS requests answered from the image: one call, request in, answer out, no I/O.

Polling clients send the same Read again and again. The content of a Read is therefore the key of a
plan: the sources it picks, resolved once. A known Read costs one dictionary look-up and the copying
of ready encodings.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...acsi.control_handler import Waiting
from ...acsi.service_event import ServiceSink
from ...errors import DecodeError
from ...protocols import ber
from ...protocols.mms import ObjectName, Pdu, RejectKind, Service
from ...protocols.mms.pdu import (
    ACCESS_CLASS,
    CAPABILITY_UNAVAILABLE,
    OBJECT_NON_EXISTENT,
    RESOURCE_CLASS,
    reject,
)
from ...protocols.mms.services import (
    Access,
    Identity,
    ObjectClass,
    decode_name_list_request,
    decode_read_request,
    decode_single_name,
    decode_write_request,
    identify_response,
    name_list_response,
    read_response,
    status_response,
    variable_attributes_response,
    write_response,
)
from .answering import Deferred, Handler, Pending, Result, respond
from .controls import code_of
from .data_sets import DataSet, DataSetLimits, DataSetScope
from .image import INVALID_ADDRESS, NON_EXISTENT, MmsImage, NamePart, Picks, Selection, SortedNames, Source, select
from .list_services import define_list, delete_lists, list_attributes
from .tracked import tell_writes, telling, tells_at_once
from .variables import Variable
from .waiting import Promise, answer_all
from .writing import (
    ACCESS_DENIED,
    Change,
    ChangesHandler,
    ElementHandler,
    ReadHandler,
    Writer,
    decode_changes,
    handler_of,
    leaf_writer,
)

__all__ = ["Client", "MmsService", "WriteLog"]

MAX_PLANS = 4096
MAX_PLAN_BYTES = 1 << 22
"""Bounds of the plan store over all clients; beyond them it starts anew."""
PICK_BYTES = 64
"""What a node picked by alternate access counts in it: a few octets of a request can pick thousands."""
NAME_LIST_ENVELOPE = 32


WRITTEN = b"\x81\x00"
PLAIN_CONSTRAINTS = frozenset(("SP", "CF", "DC", "SV", "SE", "BL"))
"""What is written into the model and nowhere else."""

Target = Variable | int
"""A variable to write, or the DataAccessError code that refuses it."""
MISSING_LIST: tuple[Target, ...] = (-1,)
"""Targets of a data set that does not exist."""


@dataclass(slots=True)
class Client:
    """What the service must know of an association."""

    key: Hashable
    """Identity of the association."""
    max_pdu: int = 65_000
    """Negotiated PDU size, octets."""
    data_sets: DataSetScope = field(default_factory=DataSetScope)
    """Association-specific data sets."""
    begun: tuple[Sequence[Writer], list[int | Waiting | None]] | None = None
    """A Write that was done on the short way and has no answer yet: the general way gives it to the same request."""


@dataclass(slots=True)
class WriteLog:
    """Counters of what clients wrote."""

    accepted: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Plan:
    sources: tuple[Source, ...]
    specification: bytes = b""
    missing_list: bool = False
    asks: bool = False
    """Reading does something: each time the handlers of the variables are asked."""


@dataclass(slots=True)
class MmsService:
    """Answers the confirmed services of 8-1 for one image."""

    image: MmsImage
    identity: Identity
    writes: WriteLog = field(default_factory=WriteLog)
    ready: dict[bytes, tuple[bytes, tuple[Source, ...]]] = field(default_factory=dict)
    """Sources of the Reads that need nothing but copying, for :func:`meterwire._accel.mms.answer_known`."""
    ready_writes: dict[bytes, tuple[Writer, ...]] = field(default_factory=dict)
    """Targets of the Writes that need nothing but doing, for the same."""
    data_set_limits: DataSetLimits = field(default_factory=DataSetLimits)
    data_set_users: list[Callable[[str, Hashable], bool]] = field(default_factory=list)
    """Asked before a data set is deleted: do you use it (``LD/LN$name``, ``@name`` of a client)?"""
    owners: dict[str, ChangesHandler] = field(default_factory=dict)
    """Engines that own all leaves of a functional constraint, by its name."""
    on_service: ServiceSink | None = None
    """Told of values written and of data sets made and deleted; set it before there are clients, or forget the plans."""
    extra: dict[int, Handler] = field(default_factory=dict)
    """Handlers of further services by tag, asked before those here; they may answer later."""
    promise: Promise | None = None
    """Makes what an answer waits for; without it only engines that answer at once can be served."""
    _plans: dict[bytes, _Plan] = field(default_factory=dict)
    _targets: dict[bytes, tuple[Target, ...]] = field(default_factory=dict)
    _plan_bytes: int = 0

    def answer(self, pdu: Pdu, client: Client) -> bytes | Pending:
        """The answer to a confirmed request: response, error or reject, or the promise of one."""
        extra = self.extra.get(pdu.service)
        if extra is not None:
            return respond(extra, pdu, client)
        handler = _HANDLERS.get(pdu.service)
        if handler is None:
            return reject(pdu.invoke_id, RejectKind.CONFIRMED_REQUEST, RejectKind.UNRECOGNISED_SERVICE)
        return respond(lambda *_: handler(self, pdu, client), pdu, client)

    def forget_plans(self) -> None:
        """The model changed its shape: resolve every Read and Write anew."""
        self._plans.clear()
        self._targets.clear()
        self.ready.clear()
        self.ready_writes.clear()
        self._plan_bytes = 0

    def _keep(self, key: bytes, picks: Picks) -> None:
        """Make room for one more plan with this key."""
        size = len(key) + PICK_BYTES * picks.taken
        if len(self._plans) + len(self._targets) >= MAX_PLANS or self._plan_bytes + size > MAX_PLAN_BYTES:
            self.forget_plans()
        self._plan_bytes += size

    # -- data sets -------------------------------------------------------------------------

    def data_set(self, name: ObjectName, client: Client) -> DataSet | None:
        """A data set as this client sees it."""
        if name.is_association_specific:
            return client.data_sets.sets.get(name.item)
        return self.image.data_set(name)

    def created_data_sets(self) -> int:
        """Persistent data sets that clients created."""
        scopes = [domain.data_sets for domain in self.image.domains.values()]
        scopes.append(self.image.vmd_data_sets)
        return sum(data_set.is_deletable for scope in scopes for data_set in scope.sets.values())

    def is_in_use(self, reference: str, client: Client) -> bool:
        """A control block needs this data set."""
        return any(uses(reference, client.key) for uses in self.data_set_users)

    # -- read ------------------------------------------------------------------------------

    def _read(self, pdu: Pdu, client: Client) -> Result | Deferred:
        body = pdu.data[pdu.start : pdu.stop]
        plan = self._plans.get(body)
        if plan is None:
            plan = self._make_plan(body, client)
        if plan.missing_list:
            return ACCESS_CLASS, OBJECT_NON_EXISTENT
        if plan.asks:
            return self._read_asking(plan, client)
        results = []
        room = client.max_pdu
        # A PDU of 64 KiB can name a large node a thousand times: count before putting it all together.
        for source in plan.sources:
            result = source.encoded()
            room -= len(result)
            if room < 0:
                return RESOURCE_CLASS, CAPABILITY_UNAVAILABLE
            results.append(result)
        return read_response(results, plan.specification)

    def _read_asking(self, plan: _Plan, client: Client) -> Result | Deferred:
        """Read variables some of which act when they are read."""
        sources = plan.sources
        results: list[Any] = []
        for source in sources:
            handler = source.handler if isinstance(source, Variable) else None
            results.append(handler.read(client.key) if isinstance(handler, ReadHandler) else source.encoded())
        assert self.promise is not None
        convert = lambda index, cause: sources[index].handler.selected(cause)  # type: ignore[union-attr]  # noqa: E731
        return answer_all(results, self.promise, convert, lambda parts: read_response(parts, plan.specification))

    def _make_plan(self, body: bytes, client: Client) -> _Plan:
        request = decode_read_request(body, 0, len(body))
        specification = request.specification if request.with_specification else b""
        picks = Picks()
        if request.list_name is None:
            sources = tuple(self.image.source(access, picks) for access in request.variables)
            asks = any(isinstance(s, Variable) and isinstance(s.handler, ReadHandler) for s in sources)
            plan = _Plan(sources, specification, asks=asks)
        else:
            data_set = self.data_set(request.list_name, client)
            sources = tuple(self.image.source(m, picks) for m in (data_set.members if data_set is not None else ()))
            plan = _Plan(sources, specification, missing_list=data_set is None)
            if request.list_name.is_association_specific:
                return plan  # the same octets mean another list to another client
        self._keep(body, picks)
        self._plans[body] = plan
        if not (plan.missing_list or plan.asks or any(isinstance(s, Selection) for s in sources)):
            self.ready[body] = (ber.tlv(0xA0, specification) if specification else b"", sources)
        return plan

    # -- write -----------------------------------------------------------------------------

    def _write(self, pdu: Pdu, client: Client) -> Result | Deferred:
        data = pdu.data
        _, _, behind = ber.read_header(data, pdu.start, pdu.stop)
        specification = data[pdu.start : behind]
        begun, client.begun = client.begun, None
        if begun is not None and begun[0] is self.ready_writes.get(specification):
            return self._written(begun[1], pdu, client)
        targets = self._targets.get(specification)
        if targets is None:
            targets = self._make_targets(pdu, specification, client)
        if targets is MISSING_LIST:
            return ACCESS_CLASS, OBJECT_NON_EXISTENT
        tag, first, last = ber.read_header(data, behind, pdu.stop)
        values = list(ber.elements(data, first, last))
        if tag != 0xA0 or last != pdu.stop or len(values) != len(targets):
            msg = f"write of {len(targets)} variables with {len(values)} values"
            raise DecodeError(msg, offset=behind)
        codes: list[int | Waiting | None] = []
        for target, (_, _, stop) in zip(targets, values, strict=True):
            codes.append(target if isinstance(target, int) else self._write_one(target, data, (first, stop), client))
            first = stop
        return self._written(codes, pdu, client)

    def _written(self, codes: list[int | Waiting | None], pdu: Pdu, client: Client) -> Result | Deferred:
        """The answer to a Write, at once or when the last engine has answered."""

        def finish(codes: list[Any]) -> bytes:
            refused = len(codes) - codes.count(None)
            self.writes.refused += refused
            self.writes.accepted += len(codes) - refused
            if self.on_service is not None:
                tell_writes(self, decode_write_request(pdu.data, pdu.start, pdu.stop), codes, client.key)
            return write_response(codes)

        if not any(isinstance(code, Waiting) for code in codes):
            return finish(codes)
        assert self.promise is not None
        return answer_all(codes, self.promise, lambda _, cause: code_of(cause), finish)

    def _make_targets(self, pdu: Pdu, specification: bytes, client: Client) -> tuple[Target, ...]:
        """Variables of a write specification, kept like the plans of Reads."""
        request = decode_write_request(pdu.data, pdu.start, pdu.stop)
        accesses = request.variables
        is_shared = request.list_name is None or not request.list_name.is_association_specific
        if request.list_name is not None:
            data_set = self.data_set(request.list_name, client)
            if data_set is None:
                return MISSING_LIST
            accesses = data_set.members
        picks = Picks()
        targets = tuple(self._target(access, picks) for access in accesses)
        if is_shared:
            self._keep(specification, picks)
            self._targets[specification] = targets
            writers = [self._writer(access, target) for access, target in zip(accesses, targets, strict=True)]
            if None not in writers and (self.on_service is None or tells_at_once(request)):
                self.ready_writes[specification] = tuple(filter(None, writers))
        return targets

    def _writer(self, access: Access, target: Target) -> Writer | None:
        """The short way to write a leaf; None where there is none. Control blocks answer in the order they are asked."""
        fc = access.name.item.split("$", 2)[1:2]
        if isinstance(target, Variable) and isinstance(target.handler, ElementHandler):
            return target.handler.write_element
        if isinstance(target, Variable) and fc and fc[0] in PLAIN_CONSTRAINTS:
            return telling(self, access.name, leaf_writer(target, self.image.ied.apply, self.owners.get(fc[0])))
        return None

    def write_ready(self, client: Client) -> Callable[[Sequence[Writer], list[bytes]], bytes | None]:
        """Writes for ``client`` what :attr:`ready_writes` gives; the results, encoded, None when they are not all there yet."""
        key = client.key

        def write(writers: Sequence[Writer], values: list[bytes]) -> bytes | None:
            codes = [writer(key, value) for writer, value in zip(writers, values, strict=True)]
            results = b""
            refused = 0
            for code in codes:
                if code is None:
                    results += WRITTEN
                elif isinstance(code, int):
                    refused += 1
                    results += bytes((0x80, 1, code))
                else:
                    client.begun = writers, codes
                    return None
            self.writes.accepted += len(codes) - refused
            self.writes.refused += refused
            return results

        return write

    def _target(self, access: Access, picks: Picks) -> Target:
        variable = self.image.find(access.name)
        if variable is None:
            return NON_EXISTENT
        if not access.alternate:
            return variable
        part = select(variable, access.alternate, picks)
        return part if isinstance(part, Variable) else INVALID_ADDRESS

    def _write_one(
        self, variable: Variable, data: bytes, bounds: tuple[int, int], client: Client
    ) -> int | Waiting | None:
        if isinstance(variable.handler, ElementHandler):
            return variable.handler.write_element(client.key, data[bounds[0] : bounds[1]])
        changes, refused = decode_changes(variable, data, *bounds)
        return refused if refused is not None else self._apply(variable, changes, client)

    def _apply(self, variable: Variable, changes: list[Change], client: Client) -> int | None:
        owner = self.owners.get(changes[0][0].fc) if changes else None
        if owner is not None:
            return owner.write_changes(client.key, changes)
        handler = handler_of(variable)
        if handler is not None:
            # One attribute at a time: a whole control block would be taken up to its first read-only one.
            return handler.write(client.key, changes[0][0].name, changes[0][1]) if len(changes) == 1 else ACCESS_DENIED
        if not changes or not all(leaf.is_writable for leaf, _ in changes):
            return ACCESS_DENIED
        self.image.ied.apply(changes)
        return None

    # -- directories -----------------------------------------------------------------------

    def _name_list(self, pdu: Pdu, client: Client) -> Result:
        request = decode_name_list_request(pdu.data, pdu.start, pdu.stop)
        room = client.max_pdu - NAME_LIST_ENVELOPE
        if request.is_association_scope:
            is_lists = request.object_class == ObjectClass.NAMED_VARIABLE_LIST
            names = SortedNames(client.data_sets.sets if is_lists else ())
            part: NamePart | None = names.part(request.continue_after, room)
        else:
            part = self.image.name_list(request.object_class, request.domain, request.continue_after, room)
        if part is None:
            return ACCESS_CLASS, OBJECT_NON_EXISTENT
        return name_list_response(part.names, more_follows=part.more_follows)

    def _attributes(self, pdu: Pdu, client: Client) -> Result:
        del client
        name = decode_single_name(pdu.data, pdu.start, pdu.stop, wrapped=True)
        variable = self.image.find(name)
        if variable is None:
            return ACCESS_CLASS, OBJECT_NON_EXISTENT
        return variable_attributes_response(variable.type_spec())

    # -- the rest --------------------------------------------------------------------------

    def _identify(self, pdu: Pdu, client: Client) -> Result:
        del pdu, client
        return identify_response(self.identity)

    def _status(self, pdu: Pdu, client: Client) -> Result:
        del pdu, client
        return status_response()


_HANDLERS = {
    Service.READ: MmsService._read,
    Service.WRITE: MmsService._write,
    Service.GET_NAME_LIST: MmsService._name_list,
    Service.GET_VARIABLE_ACCESS_ATTRIBUTES: MmsService._attributes,
    Service.GET_NAMED_VARIABLE_LIST_ATTRIBUTES: list_attributes,
    Service.DEFINE_NAMED_VARIABLE_LIST: define_list,
    Service.DELETE_NAMED_VARIABLE_LIST: delete_lists,
    Service.IDENTIFY: MmsService._identify,
    Service.STATUS: MmsService._status,
}
