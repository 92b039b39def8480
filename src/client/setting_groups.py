"""Setting groups of a server: which one is active, and editing one of them.

A logical device with settings in groups has one control block (SGCB) in its LLN0. Values of the active group are read
under FC SG. To see or change the values of a group it is selected for editing; its values are then under FC SE, and
what is written there takes effect when it is confirmed, all of it at once. One client edits at a time, and not for longer
than the server lets it.

Example::

    async with ied.settings.edit("PROT", 2) as edit:
        await edit.write("PTOC1.StrVal.setMag.f", 1.2)
        await edit.confirm()
    await ied.settings.select("PROT", 2)
"""

import contextlib
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..errors import DataAccessError, MeterwireError, UnknownNameError
from ..models import Reference, parse_reference
from ..reading import Timestamp

if TYPE_CHECKING:
    from .ied import IedClient

__all__ = ["SettingEdit", "SettingGroupStatus", "SettingGroups"]

ACTIVE, EDITED = "SG", "SE"
"""Functional constraints of the values of the active group, and of the one that is being edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingGroupStatus:
    """A setting group control block."""

    count: int
    """Groups there are (NumOfSG)."""
    active: int
    """The active one, from 1 (ActSG)."""
    editing: int
    """The one that is being edited, 0 for none (EditSG)."""
    last_activated: Timestamp
    """When a group was last made active (LActTm)."""
    resv_tms: int | None
    """Seconds that an edit is reserved, as the server shows them; None when it shows none (ResvTms)."""


class SettingGroups:
    """Setting groups of one association; ``device`` is a logical device, e.g. ``PROT``."""

    def __init__(self, ied: "IedClient") -> None:
        self._ied = ied

    async def devices(self) -> tuple[str, ...]:
        """Logical devices that have setting groups."""
        directory = self._ied.directory
        return tuple(
            [ld for ld in await directory.logical_devices() if "LLN0$SP$SGCB" in await directory.variables(ld)]
        )

    async def status(self, device: str) -> SettingGroupStatus:
        """The control block; UnknownNameError when the device has no setting groups."""
        block = await self._ied.read(f"{device}/LLN0.SGCB [SP]")
        return SettingGroupStatus(
            count=block["NumOfSG"],
            active=block["ActSG"],
            editing=block["EditSG"],
            last_activated=block["LActTm"],
            resv_tms=block.get("ResvTms"),
        )

    async def select(self, device: str, group: int) -> None:
        """Make a group the active one (SelectActiveSG); DataAccessError when the server refuses."""
        await self._ied.write(f"{device}/LLN0.SGCB.ActSG [SP]", group)

    def edit(self, device: str, group: int) -> "SettingEdit":
        """Edit a group: ``async with settings.edit("PROT", 2) as edit``. Without ``confirm`` nothing is changed."""
        return SettingEdit(self, self._ied, device, group)

    async def references(self, device: str, fc: str = ACTIVE) -> tuple[str, ...]:
        """Data objects that have values in groups, ``PROT/PTOC1.StrVal [SG]``."""
        found = await self._ied.directory.under(device, fc)
        return tuple(str(Reference(device, (node, name), fc)) for node, name in found)

    async def read(self, device: str, group: int | None = None) -> dict[str, Any]:
        """Values of the active group by reference; with ``group`` those of any, which takes a short edit of it.

        What cannot be read is a DataAccessError object in its place.
        """
        if group is not None:
            async with self.edit(device, group) as edit:
                return await edit.read()
        return await self._values(device, ACTIVE)

    async def _values(self, device: str, fc: str) -> dict[str, Any]:
        references = await self.references(device, fc)
        if not references:
            msg = f"{device} has no settings under {fc}"
            raise UnknownNameError(msg)
        return dict(zip(references, await self._ied.read_many(references), strict=True))


class SettingEdit:
    """One group being edited; made by :meth:`SettingGroups.edit`."""

    def __init__(self, groups: SettingGroups, ied: "IedClient", device: str, group: int) -> None:
        self._groups = groups
        self._ied = ied
        self.device = device
        """Logical device."""
        self.group = group
        """Which group."""
        self.is_open = False
        """It is selected for editing, and neither confirmed nor cancelled. The server ends an edit that takes too long."""

    async def begin(self) -> None:
        """Select the group for editing (SelectEditSG).

        DataAccessError when somebody else is editing (temporarily-unavailable) or there is no such group.
        """
        await self._ied.write(f"{self.device}/LLN0.SGCB.EditSG [SP]", self.group)
        self.is_open = True

    def _reference(self, reference: str) -> str:
        whole = reference if "/" in reference else f"{self.device}/{reference}"
        return str(parse_reference(whole).with_fc(EDITED))

    async def write(self, reference: str, value: Any) -> None:
        """Set a value of the edited group (SetEditSGValue): ``PTOC1.StrVal.setMag.f``, with or without the device.

        DataAccessError when the server refuses, also when its time for the edit is over.
        """
        await self._ied.write(self._reference(reference), value)

    async def read(self, *references: str) -> dict[str, Any]:
        """Values of the edited group as they would be confirmed (GetEditSGValue), all of them without ``references``."""
        if not references:
            return await self._groups._values(self.device, EDITED)
        names = [self._reference(reference) for reference in references]
        return dict(zip(names, await self._ied.read_many(names), strict=True))

    async def confirm(self) -> None:
        """Take over what was written, all of it at once (ConfirmEditSGValues)."""
        await self._ied.write(f"{self.device}/LLN0.SGCB.CnfEdit [SP]", True)
        self.is_open = False

    async def cancel(self) -> None:
        """Forget what was written."""
        if self.is_open:
            self.is_open = False
            await self._ied.write(f"{self.device}/LLN0.SGCB.EditSG [SP]", 0)

    async def __aenter__(self) -> Self:
        await self.begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # An edit that the server has ended by itself needs no end; and an error in the edit is worth more than one here.
        with contextlib.suppress(MeterwireError if error is not None else DataAccessError):
            await self.cancel()
