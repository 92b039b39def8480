"""The DL/T 645 master without an event loop: the same master over a line whose calls block, for scripts and notebooks.

``meterwire.sync.MeterMaster`` is :class:`BlockingMaster`.
"""

import datetime as dt
import time
from contextlib import nullcontext
from types import TracebackType
from typing import Self

from ..net.blocking_meterlink import open_blocking_link
from ..net.meterlink import parse_meter_url
from ..protocols.dlt645 import WILDCARD, Access, Counters, Freeze, RelayAction, Request, check_address
from ..protocols.dlt645.items import RegisterValue
from ..reading import Reading
from .blocking import drive
from .dlt645 import MeterMaster

__all__ = ["BlockingMaster"]


class _Master(MeterMaster):
    """A master whose coroutines never wait for a loop."""

    async def _pause(self, seconds: float) -> None:
        time.sleep(seconds)  # noqa: ASYNC251 - there is no loop to hold up


class BlockingMaster:
    """One master on one line, for one thread; see :class:`~meterwire.client.dlt645.MeterMaster` for what the calls do.

    ``url`` is a meter URL, its ``addr`` the address asked when a call names none.
    """

    def __init__(self, url: str, *, timeout: float = 1.5, retries: int = 2, preamble: int = 4) -> None:
        where = parse_meter_url(url)
        address = check_address(where.address or WILDCARD)
        self._master = _Master(
            open_blocking_link(where),
            address=address,
            timeout=timeout,
            retries=retries,
            preamble=preamble,
            lock=nullcontext(),
        )

    @property
    def counters(self) -> Counters:
        """What this master has seen."""
        return self._master.counters

    def read(
        self, di: str | int, address: str | None = None, *, blocks: int | None = None, since: dt.datetime | None = None
    ) -> list[Reading]:
        """Read an item or a block; one Reading per item, follow-up frames joined."""
        return drive(self._master.read(di, address, blocks=blocks, since=since))

    def read_address(self) -> str:
        """The address of the only meter on the line."""
        return drive(self._master.read_address())

    def ask(self, request: Request, address: str | None = None, *, retries: int | None = None) -> list[Reading]:
        """Ask anything: a value of :mod:`meterwire.protocols.dlt645`."""
        return drive(self._master.ask(request, address, retries=retries))

    def probe(self, pattern: str, di: str | int) -> tuple[list[str], bool]:
        """Ask every meter that ``pattern`` fits: who answered, and whether anything came that was no frame."""
        return drive(self._master.probe(pattern, di))

    def broadcast(self, request: Request) -> None:
        """Tell everybody on the line; nobody answers."""
        drive(self._master.broadcast(request))

    def broadcast_time(self, moment: dt.datetime | None = None) -> None:
        """Set the clocks of all meters on the line."""
        drive(self._master.broadcast_time(moment))

    def write(self, di: str, value: RegisterValue, access: Access, address: str | None = None) -> None:
        """Write an item."""
        drive(self._master.write(di, value, access, address))

    def freeze(self, when: Freeze | None = None, address: str | None = None) -> None:
        """Freeze all registers."""
        drive(self._master.freeze(when, address))

    def relay(
        self, action: RelayAction, access: Access, address: str | None = None, *, until: dt.datetime | None = None
    ) -> None:
        """Trip, permit, close, alarm or keep supply."""
        drive(self._master.relay(action, access, address, until=until))

    def change_speed(self, speed: int, address: str | None = None, *, check: str = "04000401") -> None:
        """Go on at ``speed`` bit/s, meter and port together."""
        drive(self._master.change_speed(speed, address, check=check))

    def close(self) -> None:
        """Let the line go."""
        drive(self._master.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
