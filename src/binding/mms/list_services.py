"""Define, describe and delete data sets for clients (8-1: named variable lists)."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

from ...models.enums import ServiceNameKind, ServiceStatusKind
from ...protocols.mms import ObjectName, Pdu
from ...protocols.mms.lists import (
    DeleteScope,
    NamedVariableList,
    decode_define_list_request,
    decode_delete_list_request,
    define_list_response,
    delete_list_response,
    named_variable_list_response,
)
from ...protocols.mms.pdu import (
    ACCESS_CLASS,
    DEFINITION_CLASS,
    MEMORY_UNAVAILABLE,
    OBJECT_EXISTS,
    OBJECT_NON_EXISTENT,
    OBJECT_UNDEFINED,
    RESOURCE_CLASS,
)
from ...protocols.mms.services import Access, decode_single_name
from .answering import Result
from .data_sets import DataSet, DataSetScope
from .image import Failure, Picks
from .tracked import status_of_creation, tell_data_set

if TYPE_CHECKING:
    from .service import Client, MmsService

__all__ = ["define_list", "delete_lists", "list_attributes"]

MAX_LEAVES = 32_768
"""Leaves that the members of a data set may have together: a large node named hundreds of times would hold up the loop with
every report; the smallest values of more fill no PDU of 65,000."""


def _scope(service: "MmsService", client: "Client", name: ObjectName) -> DataSetScope | None:
    return client.data_sets if name.is_association_specific else service.image.scope(name)


def list_attributes(service: "MmsService", pdu: Pdu, client: "Client") -> Result:
    """GetNamedVariableListAttributes."""
    name = decode_single_name(pdu.data, pdu.start, pdu.stop, wrapped=False)
    data_set = service.data_set(name, client)
    if data_set is None:
        return ACCESS_CLASS, OBJECT_NON_EXISTENT
    return named_variable_list_response(NamedVariableList(data_set.is_deletable, data_set.members))


def define_list(service: "MmsService", pdu: Pdu, client: "Client") -> Result:
    """DefineNamedVariableList: create a data set."""
    name, members = decode_define_list_request(pdu.data, pdu.start, pdu.stop)
    result = _define(service, client, name, members)
    tell_data_set(service, ServiceNameKind.CreateDataSet, name, client.key, status_of_creation(result))
    return result


def _define(service: "MmsService", client: "Client", name: ObjectName, members: tuple[Access, ...]) -> Result:
    scope = _scope(service, client, name)
    if scope is None or not _has_node(service, name):
        return DEFINITION_CLASS, OBJECT_UNDEFINED
    if name.item in scope.sets:
        return DEFINITION_CLASS, OBJECT_EXISTS
    limits = service.data_set_limits
    if name.is_association_specific:
        is_full = len(client.data_sets.sets) >= limits.max_per_association
    else:
        is_full = service.created_data_sets() >= limits.max_persistent
    if is_full or not 1 <= len(members) <= limits.max_members:
        return RESOURCE_CLASS, MEMORY_UNAVAILABLE
    picks, leaves = Picks(), 0
    for member in members:
        source = service.image.source(member, picks)
        if isinstance(source, Failure):
            return DEFINITION_CLASS, OBJECT_UNDEFINED
        leaves += sum(1 for _ in islice(source.leaves(), MAX_LEAVES))
        if leaves > MAX_LEAVES:
            return RESOURCE_CLASS, MEMORY_UNAVAILABLE
    scope.add(name.item, DataSet(members, is_deletable=True))
    service.forget_plans()
    return define_list_response()


def _has_node(service: "MmsService", name: ObjectName) -> bool:
    """A data set of a logical device called ``LN$name`` is one of a logical node there."""
    node, dollar, _ = name.item.partition("$")
    device = service.image.ied.children.get(name.domain or "")
    return device is None or not dollar or node in device.children


def delete_lists(service: "MmsService", pdu: Pdu, client: "Client") -> Result:
    """DeleteNamedVariableList: of what was found, what is configured or in use stays."""
    request = decode_delete_list_request(pdu.data, pdu.start, pdu.stop)
    if request.scope == DeleteScope.SPECIFIC:
        wanted: Iterable[tuple[DataSetScope | None, ObjectName]] = [
            (_scope(service, client, name), name) for name in dict.fromkeys(request.names)
        ]
    elif request.scope == DeleteScope.ASSOCIATION:
        wanted = _all(client.data_sets, lambda item: ObjectName(item, is_association_specific=True))
    elif request.scope == DeleteScope.VMD:
        wanted = _all(service.image.vmd_data_sets, ObjectName)
    else:
        domain = request.domain
        found = service.image.domains.get(domain or "")
        if found is None:
            return ACCESS_CLASS, OBJECT_NON_EXISTENT
        wanted = _all(found.data_sets, lambda item: ObjectName(item, domain))
    matched = deleted = 0
    for scope, name in wanted:
        error = _delete(service, client, name, scope)
        tell_data_set(service, ServiceNameKind.DeleteDataSet, name, client.key, error)
        matched += error is not ServiceStatusKind.instance_not_available
        deleted += error is ServiceStatusKind.no_error
    if deleted:
        service.forget_plans()
    return delete_list_response(matched, deleted)


def _delete(service: "MmsService", client: "Client", name: ObjectName, scope: DataSetScope | None) -> ServiceStatusKind:
    data_set = scope.sets.get(name.item) if scope is not None else None
    if scope is None or data_set is None:
        return ServiceStatusKind.instance_not_available
    if not data_set.is_deletable:
        return ServiceStatusKind.access_violation
    if service.is_in_use(str(name), client):
        return ServiceStatusKind.instance_in_use
    scope.remove(name.item)
    return ServiceStatusKind.no_error


def _all(scope: DataSetScope, name_of: Callable[[str], ObjectName]) -> list[tuple[DataSetScope | None, ObjectName]]:
    return [(scope, name_of(item)) for item in scope.sets]
