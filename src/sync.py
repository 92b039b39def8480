"""The client without asyncio, for scripts and notebooks: the same names, the same values, the same errors.

Example::

    from meterwire.sync import connect

    with connect("mms://127.0.0.1:10102") as ied:
        print(ied.read("HOMEMET/MMTR1.DmdWh"))
        for report in ied.reports("HOMEMET/LLN0.urcbEn"):
            print(report.entries)

It is the client of :mod:`meterwire.client` over a blocking socket: no thread, no loop. What a client in the background
would need is not here: reconnecting by itself; see :mod:`meterwire.client`.
"""

import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from .client.blocking import BlockingConnection, drive
from .client.blocking_meters import BlockingMaster as MeterMaster
from .client.control import Control as _Control
from .client.control_result import ControlResult
from .client.files import FileEntry, Progress
from .client.ied import DEFAULT_TIMEOUT, parse_target
from .client.ied import IedClient as _Client
from .client.logs import LogControlStatus, LogEntry, Moment
from .client.reports import Report
from .client.setting_groups import SettingEdit as _SettingEdit
from .client.setting_groups import SettingGroupStatus
from .client.subscription import Subscription as _Subscription
from .errors import DataAccessError, LinkTimeoutError
from .models import Reference
from .protocols.mms import Initiate, Initiator, TypeSpec
from .protocols.mms.services import Identity, Status
from .protocols.osi import AddressSet, Authentication
from .reading import Quality

__all__ = [
    "Control",
    "DataSets",
    "Files",
    "IedClient",
    "Logs",
    "MeterMaster",
    "SettingEdit",
    "SettingGroups",
    "Subscription",
    "connect",
]

T = TypeVar("T")


def _each(source: AsyncIterator[T]) -> Iterator[T]:
    while True:
        try:
            yield drive(source.__anext__())  # type: ignore[arg-type]
        except StopAsyncIteration:
            return


class DataSets:
    """Data set services, see :class:`meterwire.client.data_sets.DataSets`."""

    def __init__(self, client: _Client) -> None:
        self._data_sets = client.data_set

    def directory(self, reference: str) -> list[str]:
        """References of the members, in order."""
        return drive(self._data_sets.directory(reference))

    def read(self, reference: str) -> dict[str, Any]:
        """Values by member reference."""
        return drive(self._data_sets.read(reference))

    def create(self, reference: str, members: Sequence[str]) -> None:
        """Create a data set from member references."""
        drive(self._data_sets.create(reference, members))

    def delete(self, reference: str) -> None:
        """Delete a data set that a client created."""
        drive(self._data_sets.delete(reference))


class Files:
    """File services, see :class:`meterwire.client.files.Files`."""

    def __init__(self, client: _Client) -> None:
        self._files = client.files

    def list(self, path: str = "") -> tuple[FileEntry, ...]:
        """Files and folders of a folder, the root without ``path``."""
        return drive(self._files.list(path))

    def read(self, name: str, *, progress: Progress | None = None) -> bytes:
        """The whole file."""
        return drive(self._files.read(name, progress=progress))

    def download(
        self,
        name: str,
        local: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Path:
        """Fetch a file to ``local``, or into it when it is a folder; gives where it is now."""
        return drive(self._files.download(name, local, overwrite=overwrite, progress=progress))

    def delete(self, name: str) -> None:
        """Delete a file."""
        drive(self._files.delete(name))

    def upload(self, local: str | os.PathLike[str], name: str, *, progress: Progress | None = None) -> None:
        """Set the server's file ``name`` to the content of a local one, which the server reads meanwhile."""
        drive(self._files.upload(local, name, progress=progress))

    def rename(self, old: str, new: str) -> None:
        """Rename a file."""
        drive(self._files.rename(old, new))


class SettingEdit:
    """One group being edited, see :class:`meterwire.client.setting_groups.SettingEdit`."""

    def __init__(self, edit: _SettingEdit) -> None:
        self._edit = edit

    @property
    def device(self) -> str:
        """Logical device."""
        return self._edit.device

    @property
    def group(self) -> int:
        """Which group."""
        return self._edit.group

    @property
    def is_open(self) -> bool:
        """It is selected for editing, and neither confirmed nor cancelled."""
        return self._edit.is_open

    def begin(self) -> None:
        """Select the group for editing."""
        drive(self._edit.begin())

    def write(self, reference: str, value: Any) -> None:
        """Set a value of the edited group."""
        drive(self._edit.write(reference, value))

    def read(self, *references: str) -> dict[str, Any]:
        """Values of the edited group as they would be confirmed."""
        return drive(self._edit.read(*references))

    def confirm(self) -> None:
        """Take over what was written, all of it at once."""
        drive(self._edit.confirm())

    def cancel(self) -> None:
        """Forget what was written."""
        drive(self._edit.cancel())

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        drive(self._edit.__aexit__(kind, error, trace))


class SettingGroups:
    """Setting groups, see :class:`meterwire.client.setting_groups.SettingGroups`."""

    def __init__(self, client: _Client) -> None:
        self._groups = client.settings

    def devices(self) -> tuple[str, ...]:
        """Logical devices that have setting groups."""
        return drive(self._groups.devices())

    def status(self, device: str) -> SettingGroupStatus:
        """The control block."""
        return drive(self._groups.status(device))

    def select(self, device: str, group: int) -> None:
        """Make a group the active one."""
        drive(self._groups.select(device, group))

    def edit(self, device: str, group: int) -> SettingEdit:
        """Edit a group: ``with settings.edit("PROT", 2) as edit``."""
        return SettingEdit(self._groups.edit(device, group))

    def references(self, device: str, fc: str = "SG") -> tuple[str, ...]:
        """Data objects that have values in groups."""
        return drive(self._groups.references(device, fc))

    def read(self, device: str, group: int | None = None) -> dict[str, Any]:
        """Values of the active group, or of any."""
        return drive(self._groups.read(device, group))


class Logs:
    """Logs, see :class:`meterwire.client.logs.Logs`."""

    def __init__(self, client: _Client) -> None:
        self._logs = client.logs

    def list(self, ld: str) -> tuple[str, ...]:
        """References of the logs of a logical device."""
        return drive(self._logs.list(ld))

    def blocks(self, ld: str) -> tuple[str, ...]:
        """References of the log control blocks of a logical device."""
        return drive(self._logs.blocks(ld))

    def count(self, log: str) -> int:
        """How many entries a log has."""
        return drive(self._logs.count(log))

    def status(self, block: str) -> LogControlStatus:
        """A log control block."""
        return drive(self._logs.status(block))

    def enable(self, block: str, **settings: Any) -> None:
        """Start logging."""
        drive(self._logs.enable(block, **settings))

    def disable(self, block: str) -> None:
        """Stop logging."""
        drive(self._logs.disable(block))

    def query(
        self,
        log: str,
        *,
        start: Moment | None = None,
        stop: Moment | None = None,
        after: LogEntry | bytes | None = None,
    ) -> Iterator[LogEntry]:
        """Entries of a log from ``start`` to ``stop``, or those behind ``after``."""
        return _each(self._logs.query(log, start=start, stop=stop, after=after))


class Control:
    """A controllable data object, see :class:`meterwire.client.control.Control`."""

    def __init__(self, control: _Control) -> None:
        self._control = control

    @property
    def reference(self) -> str:
        """The data object."""
        return self._control.reference

    def model(self) -> int:
        """ctlModel, read from the server now."""
        return drive(self._control.model())

    def operate(self, value: Any, **options: Any) -> ControlResult:
        """Carry out a command with the services its ctlModel wants."""
        return drive(self._control.operate(value, **options))

    def select(self, value: Any = None, **options: Any) -> ControlResult:
        """Select, so that nobody else can operate it."""
        return drive(self._control.select(value, **options))

    def cancel(self, value: Any = None, **options: Any) -> ControlResult:
        """Give a selection back, or stop a command whose operTm has not come."""
        return drive(self._control.cancel(value, **options))

    def termination(self, timeout: float) -> ControlResult:
        """Wait for what becomes of the last command with an operTm (enhanced security)."""
        return drive(self._control.termination(timeout))


class Subscription:
    """Reports of one control block: ``for report in ied.reports(ref)``; ends when the association does."""

    def __init__(self, subscription: _Subscription, connection: BlockingConnection) -> None:
        self._subscription = subscription
        self._connection = connection

    @property
    def reference(self) -> str:
        """The control block in use."""
        return self._subscription.reference

    @property
    def missed(self) -> int:
        """Reports of an unbuffered block that its SqNum has counted and that never came."""
        return self._subscription.missed

    @property
    def last_entry_id(self) -> bytes | None:
        """EntryID of the last report of a buffered block that arrived whole."""
        return self._subscription.last_entry_id

    def start(self) -> None:
        """Configure and enable now rather than at the first step."""
        drive(self._subscription.start())

    def next(self, timeout: float) -> Report:
        """The next report within ``timeout`` seconds, LinkTimeoutError otherwise."""
        self.start()
        deadline = time.monotonic() + timeout
        while (report := self._subscription.take()) is None:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                msg = f"no report from {self.reference} within {timeout:g} s"
                raise LinkTimeoutError(msg)
            self._connection.pump(remaining)
        return report

    def interrogate(self) -> None:
        """Ask for a general interrogation."""
        drive(self._subscription.interrogate())

    def close(self) -> None:
        """Disable the control block and stop."""
        drive(self._subscription.aclose())

    def __iter__(self) -> Iterator[Report]:
        while True:
            try:
                yield self.next(PATIENCE)
            except LinkTimeoutError:
                continue

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


PATIENCE = 3600.0
"""An iteration over reports waits in pieces of so many seconds, so that Ctrl-C is heard on every platform."""


class IedClient:
    """A connected client; made by :func:`connect`. The names are those of :class:`meterwire.client.IedClient`."""

    def __init__(self, connection: BlockingConnection, timeout: float) -> None:
        self._connection = connection
        self._client = _Client(connection, timeout)
        self._plans = self._client._plans  # what was read before goes straight to the connection
        self.data_set = DataSets(self._client)
        """Data sets: directory, read, create, delete."""
        self.files = Files(self._client)
        """Files: list, fetch, delete, rename."""
        self.settings = SettingGroups(self._client)
        """Setting groups: select, edit, confirm."""
        self.logs = Logs(self._client)
        """Logs: control blocks, entries by time and behind an entry."""

    @property
    def negotiated(self) -> Initiate:
        """What both sides agreed on."""
        return self._client.negotiated

    @property
    def is_open(self) -> bool:
        """True while the association stands, as far as is known without asking."""
        return self._client.is_open

    def close(self) -> None:
        """Release the association in order."""
        drive(self._client.close())

    def abort(self) -> None:
        """Cut the association off."""
        self._client.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def identify(self) -> Identity:
        """Vendor, model and revision of the server."""
        return drive(self._client.identify())

    def status(self) -> Status:
        """What the server says of its own state."""
        return drive(self._client.status())

    def refresh(self) -> None:
        """Forget names and types: the next call asks for them again."""
        self._client.refresh()

    def logical_devices(self) -> tuple[str, ...]:
        """Names of the logical devices, as they are now."""
        return drive(self._client.logical_devices())

    def logical_nodes(self, ld: str) -> tuple[str, ...]:
        """Names of the logical nodes of a logical device."""
        return drive(self._client.logical_nodes(ld))

    def data_sets(self, ld: str) -> tuple[str, ...]:
        """References of the data sets of a logical device."""
        return drive(self._client.data_sets(ld))

    def describe(self, reference: str) -> TypeSpec:
        """Type of what a reference names."""
        return drive(self._client.describe(reference))

    def walk(self, ld: str) -> Iterator[tuple[Reference, TypeSpec]]:
        """Every data object of a device under every functional constraint, with its type."""
        return _each(self._client.walk(ld))

    def read(self, reference: str) -> Any:
        """Read one reference: a leaf, a data object, or a logical node."""
        plan = self._plans.get((reference,))
        if plan is None or len(plan) != 1:
            return drive(self._client.read(reference))
        value = self._connection.read(*plan[0], self._client._timeout)[0]
        if isinstance(value, DataAccessError):
            raise DataAccessError(value.code or 0, reference)
        return value

    def read_many(self, references: Sequence[str]) -> list[Any]:
        """Read references in as few PDUs as the negotiated size allows."""
        plan = self._plans.get(tuple(references))
        if plan is None:
            return drive(self._client.read_many(references))
        return [value for part in plan for value in self._connection.read(*part, self._client._timeout)]

    def read_data_set(self, reference: str) -> dict[str, Any]:
        """Values of a data set by member reference."""
        return drive(self._client.read_data_set(reference))

    def write(self, reference: str, value: Any) -> None:
        """Write one reference; DataAccessError when the server refuses."""
        drive(self._client.write(reference, value))

    def substitute(self, reference: str, value: Any, *, quality: Quality = Quality.GOOD, ident: str = "") -> None:
        """Show a value instead of what the process says of a data object."""
        drive(self._client.substitute(reference, value, quality=quality, ident=ident))

    def release_substitute(self, reference: str) -> None:
        """Show what the process says again."""
        drive(self._client.release_substitute(reference))

    def write_many(self, values: Mapping[str, Any]) -> dict[str, DataAccessError]:
        """Write values by reference in as few PDUs as possible; what was refused."""
        return drive(self._client.write_many(values))

    def control(self, reference: str) -> Control:
        """A controllable data object, for commands step by step."""
        return Control(drive(self._client.control(reference)))

    def operate(self, reference: str, value: Any, **options: Any) -> ControlResult:
        """Operate a controllable data object; see :meth:`meterwire.client.IedClient.operate`."""
        return drive(self._client.operate(reference, value, **options))

    def select(self, reference: str, value: Any = None, **options: Any) -> ControlResult:
        """Select a controllable data object."""
        return drive(self._client.select(reference, value, **options))

    def cancel(self, reference: str, value: Any = None, **options: Any) -> ControlResult:
        """Give a selection back, or stop a command that waits for its operTm."""
        return drive(self._client.cancel(reference, value, **options))

    def reports(
        self, reference: str, *, resume_from: bytes | None = None, segments: bool = False, **settings: Any
    ) -> Subscription:
        """Subscribe to a report control block; see :meth:`meterwire.client.IedClient.reports`."""
        subscription = self._client.reports(reference, resume_from=resume_from, segments=segments, **settings)
        return Subscription(subscription, self._connection)


def connect(
    url: str,
    *,
    timeout: float = DEFAULT_TIMEOUT,
    password: str | None = None,
    addresses: AddressSet | None = None,
    wanted: Initiate | None = None,
) -> IedClient:
    """Connect to ``mms://host:port``: ``with connect(url) as ied``; see :func:`meterwire.client.connect`."""
    host, port = parse_target(url)
    authentication = None if password is None else Authentication(password.encode())
    connection = BlockingConnection(host, port, Initiator(addresses, wanted), timeout)
    connection.associate(authentication, timeout)
    return IedClient(connection, timeout)
