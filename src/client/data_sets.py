"""Data sets for a client: directory, values, creation and deletion.

A data set is written ``LD/LN.name``, or ``@name`` when it lives only in this association.
"""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from ..errors import DataAccessError, ProtocolError, RemoteError
from ..models import Reference, parse_reference
from ..protocols.mms import ObjectName, Pdu, TypeSpec
from ..protocols.mms.lists import (
    decode_delete_list_response,
    define_list_request,
    delete_list_request,
)
from ..protocols.mms.services import Access, decode_read_response, read_list_request
from .directory import Directory
from .values import dress

__all__ = ["DataSets", "data_set_name", "member_reference"]

Request = Callable[[bytes], Coroutine[Any, Any, Pdu]]


def data_set_name(reference: str) -> ObjectName:
    """MMS name of a data set reference; UsageError when it is none."""
    if reference.startswith("@"):
        return ObjectName(parse_reference(reference[1:]).ld, is_association_specific=True)
    parsed = parse_reference(reference)
    return ObjectName("$".join(parsed.path), parsed.ld)


def member_reference(access: Access) -> str:
    """ACSI reference of a member, ``LD/LN.DO.DA(3).x [FC]``."""
    node, fc, *rest = (*access.name.item.split("$"), "")[: access.name.item.count("$") + 2]
    path = [node, *(part for part in rest if part)]
    selectors = access.alternate
    while selectors:
        step = selectors[0]
        path += step.component.split("$") if step.component is not None else [f"({step.index})"]
        selectors = step.nested
    return str(Reference(access.name.domain or "", tuple(path), fc))


class DataSets:
    """The data set services of one association."""

    def __init__(self, request: Request, directory: Directory) -> None:
        self._request = request
        self._directory = directory

    async def directory(self, reference: str) -> list[str]:
        """References of the members, in order."""
        members = await self._directory.members(data_set_name(reference))
        return [member_reference(access) for access in members]

    async def members(self, name: ObjectName) -> list[tuple[str, TypeSpec | None]]:
        """Members with their types; None where the server tells none."""
        return [
            (member_reference(access), await self._directory.member_type(access))
            for access in await self._directory.members(name)
        ]

    async def read(self, reference: str) -> dict[str, Any]:
        """Values by member reference; a member that cannot be read gives a DataAccessError object."""
        name = data_set_name(reference)
        members = await self.members(name)
        answers = decode_read_response(await self._request(read_list_request(name)))
        if len(answers) != len(members):
            msg = f"data set of {len(members)} members, {len(answers)} answered"
            raise ProtocolError(msg)
        pairs = zip(members, answers, strict=True)
        return {member: dress(value, spec) for (member, spec), value in pairs}

    async def create(self, reference: str, members: Iterable[str]) -> None:
        """Create a data set from member references, each with or without ``[FC]``.

        ServiceError when the server refuses: it exists already, a member does not, or there is no
        room for more.
        """
        targets = [await self._directory.resolve(parse_reference(member)) for member in members]
        name = data_set_name(reference)
        await self._request(define_list_request(name, (target.access for target in targets)))
        self._directory.forget_data_set(name)

    async def delete(self, reference: str) -> None:
        """Delete a data set that a client created.

        DataAccessError (object-non-existent) when there is none, RemoteError when it must stay:
        part of the configuration, or in use by a control block.
        """
        name = data_set_name(reference)
        pdu = await self._request(delete_list_request([name]))
        self._directory.forget_data_set(name)
        matched, deleted = decode_delete_list_response(pdu)
        if not matched:
            raise DataAccessError(10, reference)
        if not deleted:
            msg = f"{reference} stays: it belongs to the configuration, or a control block uses it"
            raise RemoteError(msg)
