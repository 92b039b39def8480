"""The cases, a table for each group, in the order they run."""

from ..case import Group
from . import association, buffered, data_sets, server, server_negative, unbuffered

GROUPS: tuple[Group, ...] = (
    association.group,
    server.group,
    server_negative.group,
    data_sets.group,
    unbuffered.group,
    buffered.group,
)
"""Every group; positive and negative cases of one may stand in two."""

__all__ = ["GROUPS"]
