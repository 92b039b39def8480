"""What every engine has in common, so that whoever owns the loop drives all of them alike."""

from collections.abc import Hashable
from typing import Protocol

__all__ = ["Engine", "Quiet"]


class Engine(Protocol):
    """Behaviour that needs time and knows clients, without a clock or a loop of its own.

    The owner polls it when its deadline has come; whoever makes an engine also gives it a callback to say that the
    deadline may have changed.
    """

    @property
    def deadline(self) -> int | None:
        """The earliest moment at which :meth:`poll` has work, ns of the injected clock; None while it waits for nothing."""

    def poll(self) -> None:
        """Do what is due."""

    def client_gone(self, client: Hashable) -> None:
        """An association ended: release what it held."""

    def close(self) -> None:
        """Let go of the model."""


class Quiet:
    """What an engine does that waits for nothing and holds nothing for a client."""

    @property
    def deadline(self) -> int | None:
        """Nothing happens by time alone."""
        return None

    def poll(self) -> None:
        """Nothing is ever due."""

    def client_gone(self, client: Hashable) -> None:
        """Nothing of it was held."""
