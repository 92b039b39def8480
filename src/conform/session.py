"""One association of a case: services as MMS has them, answers as they are, reports kept."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..client.connection import MmsConnection, open_connection
from ..errors import DataAccessError, LimitError, ProtocolError, RemoteError
from ..protocols.mms import BitString, Initiate, ObjectName, Pdu, TypeSpec
from ..protocols.mms.data import encode_bits, encode_boolean, encode_data, encode_integer, encode_unsigned
from ..protocols.mms.lists import NamedVariableList, decode_named_variable_list_response, named_variable_list_request
from ..protocols.mms.services import (
    Access,
    InformationReport,
    NameList,
    NameListRequest,
    decode_information_report,
    decode_name_list_response,
    decode_read_response,
    decode_variable_attributes_response,
    decode_write_response,
    name_list_request,
    read_request,
    variable_attributes_request,
    write_request,
)
from ..protocols.osi import AddressSet, Authentication
from .case import CheckFailedError
from .tape import Tape

__all__ = ["Heard", "Session", "encode_attribute", "open_session"]

MAX_NAMES = 200_000
"""Names of one list; a server that sends more is cut short."""
MAX_HEARD = 10_000
"""Reports kept of one association."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A report, or whatever else the server said unasked."""

    at: float
    """Seconds of the monotonic clock when it came."""
    report: InformationReport
    """It, decoded."""
    data: bytes
    """Its PDU."""

    @property
    def rpt_id(self) -> str:
        """RptID; empty when it is no report."""
        is_report = self.report.list_name is not None and self.report.list_name.item == "RPT"
        first = self.report.values[0] if is_report and self.report.values else ""
        return first if isinstance(first, str) else ""


_TYPES: dict[str, Callable[[Any], bytes]] = {
    **dict.fromkeys(("RptID", "DatSet", "LogRef"), encode_data),
    **dict.fromkeys(("RptEna", "Resv", "GI", "PurgeBuf", "LogEna", "CnfEdit"), encode_boolean),
    **dict.fromkeys(("ConfRev", "BufTm", "SqNum", "IntgPd", "ActSG", "EditSG", "NumOfSG"), encode_unsigned),
    "OptFlds": lambda value: encode_bits(value.value if isinstance(value, BitString) else value, 10),
    "TrgOps": lambda value: encode_bits(value.value if isinstance(value, BitString) else value, 6),
    **dict.fromkeys(("EntryID", "OldEntr", "Owner"), encode_data),
    "ResvTms": encode_integer,
}


def encode_attribute(name: str, value: Any) -> bytes:
    """Data of an attribute of a control block as 8-1 types it."""
    return _TYPES.get(name, encode_data)(value)


class Session:
    """One association; made by :func:`open_session`."""

    def __init__(self, connection: MmsConnection, timeout: float) -> None:
        self.connection = connection
        self.timeout = timeout
        self.heard: list[Heard] = []
        """What the server said unasked, in order."""
        self.unreadable: list[bytes] = []
        """Unconfirmed PDUs that are none."""
        self._news = asyncio.Event()
        connection.on_report = self._on_report

    @property
    def negotiated(self) -> Initiate:
        """What was agreed on."""
        return self.connection.mms.negotiated

    @property
    def is_open(self) -> bool:
        """True while the association stands."""
        return self.connection.is_open

    async def release(self) -> None:
        """Conclude in order."""
        await self.connection.release(self.timeout)

    def abort(self) -> None:
        """Cut off, with an abort."""
        self.connection.abort()

    def vanish(self) -> None:
        """Cut the TCP connection without a word."""
        transport = self.connection._transport
        if transport is not None:
            transport.abort()

    def _on_report(self, pdu: Pdu) -> None:
        try:
            report = decode_information_report(pdu)
        except ProtocolError:
            self.unreadable.append(bytes(pdu.data))
            raise
        if len(self.heard) < MAX_HEARD:
            self.heard.append(Heard(time.monotonic(), report, bytes(pdu.data)))
        self._news.set()

    # -- services --------------------------------------------------------------------------

    async def request(self, service: bytes) -> Pdu:
        """Send a service element; its answer. Raises what the server answers instead."""
        return await self.connection.request(service, self.timeout)

    async def attempt(self, service: bytes) -> Pdu | RemoteError:
        """The same, with a refusal as a value; silence, garbage and a lost line still raise."""
        try:
            return await self.request(service)
        except RemoteError as error:
            return error

    async def read(self, *names: ObjectName | Access) -> list[Any]:
        """Values; an error object where one cannot be read. CheckFailedError when there are more or fewer than asked."""
        accesses = [name if isinstance(name, Access) else Access(name) for name in names]
        values = decode_read_response(await self.request(read_request(accesses)))
        if len(values) != len(names):
            raise CheckFailedError(f"{len(names)} variables asked in one Read, {len(values)} answered")
        return values

    async def value(self, domain: str, item: str) -> Any:
        """One value; CheckFailedError when the server has none."""
        (value,) = await self.read(ObjectName(item, domain))
        if isinstance(value, DataAccessError):
            raise CheckFailedError(f"{domain}/{item} cannot be read: {value}")
        return value

    async def write(self, name: ObjectName, data: bytes) -> DataAccessError | RemoteError | None:
        """Write one value; None when it was taken, else the refusal."""
        answer = await self.attempt(write_request([(Access(name), data)]))
        if isinstance(answer, RemoteError):
            return answer
        results = decode_write_response(answer)
        if len(results) != 1:
            raise CheckFailedError(f"one value written, {len(results)} results answered")
        return results[0]

    async def set(self, domain: str, item: str, data: bytes) -> None:
        """Write one value that must be taken."""
        refusal = await self.write(ObjectName(item, domain), data)
        if refusal is not None:
            raise CheckFailedError(f"writing {domain}/{item} was refused: {refusal}")

    async def type_of(self, domain: str, item: str) -> TypeSpec:
        """Type of a variable."""
        answer = await self.request(variable_attributes_request(ObjectName(item, domain)))
        return decode_variable_attributes_response(answer)

    async def names_after(self, object_class: int, domain: str | None, after: str | None) -> NameList:
        """One part of a name list."""
        return decode_name_list_response(
            await self.request(name_list_request(NameListRequest(object_class, domain, after)))
        )

    async def names(self, object_class: int, domain: str | None = None) -> list[str]:
        """A whole name list, as it comes; CheckFailedError when the server goes round in a circle."""
        names: list[str] = []
        after: str | None = None
        while True:
            part = await self.names_after(object_class, domain, after)
            if part.more_follows and (not part.names or part.names[-1] == after):
                raise CheckFailedError(
                    f"the name list of {domain or 'the server'} promises more and brings nothing new"
                )
            names += part.names
            if len(names) > MAX_NAMES:
                raise LimitError(f"a name list of more than {MAX_NAMES} names")
            if not part.more_follows:
                return names
            after = part.names[-1]

    async def members(self, name: ObjectName) -> NamedVariableList:
        """Directory of a data set."""
        return decode_named_variable_list_response(await self.request(named_variable_list_request(name)))

    # -- what comes unasked ----------------------------------------------------------------

    async def hear(self, wanted: Callable[[Heard], bool], seconds: float, since: int = 0) -> Heard | None:
        """The first message from ``heard[since]`` on that is wanted, waiting for it; None when it does not come."""
        end = time.monotonic() + seconds
        seen = since
        while True:
            new, seen = self.heard[seen:], len(self.heard)
            found = next(filter(wanted, new), None)
            if found is not None:
                return found
            left = end - time.monotonic()
            if left <= 0 or not self.is_open:
                return None
            self._news.clear()
            try:
                async with asyncio.timeout(min(left, 0.2)):
                    await self._news.wait()
            except TimeoutError:
                continue


async def open_session(
    host: str,
    port: int,
    *,
    timeout: float,
    tape: Tape,
    addresses: AddressSet | None = None,
    wanted: Initiate | None = None,
    password: str | None = None,
) -> Session:
    """Associate; raises what :func:`meterwire.client.connect` raises."""
    connection = await open_connection(
        host,
        port,
        timeout=timeout,
        addresses=addresses,
        wanted=wanted,
        authentication=None if password is None else Authentication(password.encode()),
        tap=tape.connect(),
    )
    return Session(connection, timeout)
