"""The cases, a table for each group, in the order they run."""

from ..case import Group
from . import association, data_sets, server, server_negative

GROUPS: tuple[Group, ...] = (association.group, server.group, server_negative.group, data_sets.group)
"""Every group."""

__all__ = ["GROUPS"]
