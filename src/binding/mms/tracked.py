"""What the services of 8-1 that no engine answers tell whoever tracks services: values, data sets, control blocks at rest."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...acsi.control_handler import Waiting
from ...acsi.service_event import ServiceEvent, status_of
from ...models.enums import ServiceNameKind, ServiceStatusKind
from ...protocols.mms import ObjectName
from ...protocols.mms.pdu import DEFINITION_CLASS, OBJECT_EXISTS
from ...protocols.mms.services import WriteRequest
from .answering import Result
from .variables import Variable
from .writing import Writer

if TYPE_CHECKING:
    from .service import MmsService

__all__ = ["acsi_reference", "status_of_creation", "tell_data_set", "tell_writes", "telling", "tells_at_once"]

DATA = frozenset(("ST", "MX", "SP", "SV", "CF", "DC", "OR", "BL", "EX", "SR"))
"""Functional constraints whose writing is SetDataValues; controls, settings and control blocks tell themselves."""
BLOCKS: Mapping[str, ServiceNameKind] = {
    "GO": ServiceNameKind.SetGoCBValues,
    "MS": ServiceNameKind.SetMSVCBValues,
    "US": ServiceNameKind.SetUSVCBValues,
}
"""Control blocks without an engine."""


def acsi_reference(name: ObjectName, *, has_constraint: bool = True) -> str:
    """A name of MMS as ACSI writes it: ``LD/LN.DO.DA``, ``LD/LN.dataSet``, ``@dataSet`` of an association."""
    path = name.item.split("$")
    if has_constraint:
        del path[1:2]
    text = ".".join(path)
    if name.is_association_specific:
        return f"@{text}"
    return f"{name.domain}/{text}" if name.domain else f"/{text}"


def tell_writes(service: "MmsService", request: WriteRequest, codes: Sequence[int | None], client: Hashable) -> None:
    """Variables were written or refused, or the members of a data set."""
    if request.list_name is not None:
        refusal = next((code for code in codes if code is not None), None)
        tell_data_set(service, ServiceNameKind.SetDataSetValues, request.list_name, client, status_of(refusal))
        return
    for access, code in zip(request.variables, codes, strict=True):
        event = _event(service, access.name, client, code)
        if event is not None and service.on_service is not None:
            service.on_service(event)


def telling(service: "MmsService", name: ObjectName, writer: Writer | None) -> Writer | None:
    """The same writer, and what it does is told, if anybody listens."""
    sink, path = service.on_service, name.item.split("$", 2)
    if sink is None or writer is None or path[1] not in DATA:
        return writer
    reference, write = acsi_reference(name), writer

    def told(client: Hashable, data: bytes) -> int | Waiting | None:
        code = write(client, data)
        if not isinstance(code, Waiting):  # what takes its time is told when all of it is over, by tell_writes
            sink(ServiceEvent(ServiceNameKind.SetDataValues, reference, client, status_of(code)))
        return code

    return told


def tells_at_once(request: WriteRequest) -> bool:
    """May a tracked Write go the short way? Not a data set, which is tracked as one; not values beside commands, of which
    the values would be told twice when a command takes its time."""
    return request.list_name is None and len({"$CO$" in access.name.item for access in request.variables}) == 1


def _event(service: "MmsService", name: ObjectName, client: Hashable, code: int | None) -> ServiceEvent | None:
    path = name.item.split("$")
    fc = path[1] if len(path) > 1 else ""
    if path[1:3] == ["SP", "SGCB"]:
        return None  # it tells itself
    if fc in DATA:
        return ServiceEvent(ServiceNameKind.SetDataValues, acsi_reference(name), client, status_of(code))
    if fc not in BLOCKS:
        return None
    whole = ObjectName("$".join(path[:3]), name.domain)
    block = service.image.find(whole)
    values = {} if block is None else {_small(member.name): _value(member) for member in block.members.values()}
    return ServiceEvent(BLOCKS[fc], acsi_reference(whole), client, status_of(code), values)


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


def _value(variable: Variable) -> Any:
    if variable.leaf is not None and variable.leaf.type is not None:
        return variable.leaf.value
    return {member.name: _value(member) for member in variable.members.values()}


def tell_data_set(
    service: "MmsService",
    kind: ServiceNameKind,
    name: ObjectName,
    client: Hashable,
    error: ServiceStatusKind = ServiceStatusKind.no_error,
) -> None:
    """Something was done to a data set, or refused."""
    if service.on_service is not None:
        service.on_service(ServiceEvent(kind, acsi_reference(name, has_constraint=False), client, error))


_OF_CREATION: Mapping[Any, ServiceStatusKind] = {
    DEFINITION_CLASS: ServiceStatusKind.instance_not_available,
    (DEFINITION_CLASS, OBJECT_EXISTS): ServiceStatusKind.instance_in_use,
}


def status_of_creation(result: Result) -> ServiceStatusKind:
    """How CreateDataSet ended that was answered like this."""
    if isinstance(result, bytes):
        return ServiceStatusKind.no_error
    found = _OF_CREATION.get(result) or _OF_CREATION.get(result[0])
    return found or ServiceStatusKind.failed_due_to_server_constraint
