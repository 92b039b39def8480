"""The relay of a meter behind XSWI1.Pos: an operate becomes 1CH on the meter's line, the meter's status word the proof.

Nothing is sent twice: when no answer comes nobody knows whether the relay has moved, and the position will tell.
"""

import datetime as dt
from collections.abc import Callable, Mapping

from ..acsi.control_command import AddCause, Command
from ..acsi.control_handler import Handler
from ..binding.meters import MeterBinding
from ..client.dlt645 import MeterMaster
from ..errors import LinkError, MeterError, ProtocolError
from ..protocols.dlt645 import Access, RelayAction, RelayCommand

__all__ = ["RELAY_VALID", "RelayOperator"]

RELAY_VALID = dt.timedelta(minutes=10)
"""How long a meter may obey a command after it was given; its clock may be wrong by as much."""
STATUS_WORD = "04000503"
"""Item that tells the relay's state."""
UNAUTHORISED = 0x04
"""Bit of a meter's error octet: wrong password, or a level too low."""


class RelayOperator:
    """Operates the relay of one meter; ``masters`` holds the open lines by their URL, ``clock`` gives ns since 1970."""

    def __init__(
        self,
        line: str,
        binding: MeterBinding,
        access: Access,
        masters: Mapping[str, MeterMaster],
        clock: Callable[[], int],
    ) -> None:
        self._line = line
        self._binding = binding
        self._access = access
        self._masters = masters
        self._clock = clock

    @property
    def handler(self) -> Handler:
        """What operates XSWI1.Pos; it is done when the meter says that the relay has moved."""
        return Handler(operate=self.operate, check=self.check, feedback=True)

    def check(self, command: Command) -> AddCause | None:
        """Nothing is accepted for a line that is not there."""
        del command
        return None if self._line in self._masters else AddCause.Abortion_by_communication_loss

    async def operate(self, command: Command) -> AddCause | None:
        """Trip or close, then ask for the status word, which moves Pos."""
        master = self._masters.get(self._line)
        if master is None:
            return AddCause.Abortion_by_communication_loss
        action = RelayAction.CLOSE if command.ctlVal else RelayAction.TRIP
        moment = dt.datetime.fromtimestamp(self._clock() / 1e9, dt.UTC).replace(tzinfo=None, microsecond=0)
        until = moment + self._binding.clock.utc_offset + RELAY_VALID
        try:
            await master.ask(RelayCommand(access=self._access, action=action, until=until), self._binding.address)
        except MeterError as error:
            is_access = bool((error.code or 0) & UNAUTHORISED)
            return AddCause.No_access_authority if is_access else AddCause.Blocked_by_process
        except (LinkError, ProtocolError):
            return AddCause.Abortion_by_communication_loss
        await self._look(master)
        return None

    async def _look(self, master: MeterMaster) -> None:
        """The next round would ask anyway; whoever operates does not want to wait for it."""
        try:
            self._binding.apply(await master.read(STATUS_WORD, self._binding.address), asked=STATUS_WORD)
        except (LinkError, ProtocolError):
            return
