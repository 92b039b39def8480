"""The cases, a table for each group, in the order they run."""

from ..case import Group
from . import (
    association,
    association_negative,
    buffered,
    data_sets,
    data_sets_negative,
    server,
    server_negative,
    server_values,
    unbuffered,
)

GROUPS: tuple[Group, ...] = (
    association.group,
    association_negative.group,
    server.group,
    server_values.group,
    server_negative.group,
    data_sets.group,
    data_sets_negative.group,
    unbuffered.group,
    buffered.group,
)
"""Every group; positive and negative cases of one stand in two."""

__all__ = ["GROUPS"]
