"""What a meter does when it is told to: the hooks behind :class:`.meter.MeterSession`.

Each method gets the checked request. Returning means done, and the meter acknowledges; MeterError with an error octet
as its ``code`` refuses. The class here refuses everything, so that nothing is acknowledged that nobody does.
"""

from typing import Final, NoReturn

from ...errors import MeterError
from . import commands as cmd
from . import requests as req

__all__ = ["NO_SUCH_DATA", "OTHER_ERROR", "SPEED_ERROR", "UNAUTHORISED", "MeterActions", "refuse"]

OTHER_ERROR: Final = 0x01
NO_SUCH_DATA: Final = 0x02
UNAUTHORISED: Final = 0x04
SPEED_ERROR: Final = 0x08


def refuse(code: int = OTHER_ERROR, why: str = "not supported") -> NoReturn:
    """Raise the MeterError that makes a session answer with error octet ``code``."""
    raise MeterError(why, code=code)


class MeterActions:
    """Refuses everything; override what the meter can do."""

    def read(self, request: req.ReadData) -> bytes | None:
        """The octets of an item or block; None leaves it to the registers.

        Load records (06), which grow with time, are for here: ``request.blocks`` and ``request.since`` tell how many
        and from when. Raises MeterError (NO_SUCH_DATA) when there is no such record.
        """
        del request
        return None

    def write(self, request: cmd.WriteData) -> None:
        """Take ``request.value`` for ``request.di``; the password is right, and a sealed value is open."""
        refuse(NO_SUCH_DATA)

    def write_address(self, request: req.WriteAddress) -> None:
        """Take the new address; the session answers to it from then on."""
        refuse()

    def freeze(self, request: cmd.Freeze) -> None:
        """Freeze now or at the time given; it may have been broadcast."""
        refuse()

    def change_baud(self, request: req.ChangeBaud) -> None:
        """Go on at ``request.speed`` once the answer has left."""
        refuse(SPEED_ERROR)

    def change_password(self, request: cmd.ChangePassword) -> None:
        """Told after the session has taken the new password."""

    def clear_demand(self, request: cmd.ClearDemand) -> None:
        """Clear maximum demands."""
        refuse()

    def clear_meter(self, request: cmd.ClearMeter) -> None:
        """Clear the meter."""
        refuse()

    def clear_events(self, request: cmd.ClearEvents) -> None:
        """Clear all events or one kind."""
        refuse()

    def relay(self, request: cmd.RelayCommand) -> None:
        """Trip, close, alarm or keep; the command is still valid."""
        refuse()

    def output(self, request: cmd.Output) -> None:
        """Switch the output terminal."""
        refuse()
