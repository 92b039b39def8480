"""The cases, a table for each group, in the order they run."""

from ..case import Group
from . import (
    association,
    association_negative,
    buffered,
    configuration,
    controls_select,
    data_sets,
    data_sets_negative,
    files,
    logs,
    server,
    server_negative,
    server_values,
    setting_groups,
    substitution,
    times,
    tracking,
    unbuffered,
)

GROUPS: tuple[Group, ...] = (
    configuration.group,
    association.group,
    association_negative.group,
    server.group,
    server_values.group,
    server_negative.group,
    data_sets.group,
    data_sets_negative.group,
    substitution.group,
    setting_groups.group,
    unbuffered.group,
    buffered.group,
    logs.group,
    *controls_select.groups,
    times.group,
    files.group,
    tracking.group,
)
"""Every group; positive and negative cases of one stand in two."""

__all__ = ["GROUPS"]
