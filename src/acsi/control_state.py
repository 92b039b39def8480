"""The states of a controllable data object (IEC 61850-7-2, control class model), as a table.

One table serves all four models: an object of a direct model never leaves *unselected* by a Select, one of an SBO model
never by an Operate. docs/control.md shows it as a picture, which tools/draw_control.py draws from here.
"""

import enum
from collections.abc import Mapping

__all__ = ["TRANSITIONS", "State", "Stimulus"]


class State(enum.Enum):
    """Where a controllable data object stands."""

    UNSELECTED = "unselected"
    """Nobody has it; direct models call it ready."""
    SELECTING = "selecting"
    """A selection is being checked by a hook that takes its time."""
    SELECTED = "selected"
    """It is one client's, until sboTimeout."""
    TESTING = "testing"
    """An Operate has come, and is being checked."""
    WAITING = "waiting"
    """Accepted; operTm is still to come."""
    EXECUTING = "executing"
    """The handler is at work."""

    # Members are alike only to themselves; Enum's own hash is a Python call for every look-up.
    __hash__ = object.__hash__


class Stimulus(enum.Enum):
    """What moves it."""

    SELECT = "Select, SelectWithValue"
    OPERATE = "Operate"
    ACCEPTED = "checks passed"
    LATER = "checks passed, operTm to come"
    REFUSED = "refused"
    DUE = "operTm"
    DONE = "done, or failed"
    KEPT = "done, operate-many"
    CANCEL = "Cancel"
    TIMEOUT = "sboTimeout"
    LOST = "client lost"

    __hash__ = object.__hash__


_S, _E = State, Stimulus
TRANSITIONS: Mapping[tuple[State, Stimulus], State] = {
    (_S.UNSELECTED, _E.SELECT): _S.SELECTING,
    (_S.UNSELECTED, _E.OPERATE): _S.TESTING,
    (_S.SELECTING, _E.ACCEPTED): _S.SELECTED,
    (_S.SELECTING, _E.REFUSED): _S.UNSELECTED,
    (_S.SELECTING, _E.CANCEL): _S.UNSELECTED,
    (_S.SELECTING, _E.LOST): _S.UNSELECTED,
    (_S.SELECTED, _E.OPERATE): _S.TESTING,
    (_S.SELECTED, _E.REFUSED): _S.UNSELECTED,
    (_S.SELECTED, _E.CANCEL): _S.UNSELECTED,
    (_S.SELECTED, _E.TIMEOUT): _S.UNSELECTED,
    (_S.SELECTED, _E.LOST): _S.UNSELECTED,
    (_S.TESTING, _E.ACCEPTED): _S.EXECUTING,
    (_S.TESTING, _E.LATER): _S.WAITING,
    (_S.TESTING, _E.REFUSED): _S.UNSELECTED,
    (_S.TESTING, _E.CANCEL): _S.UNSELECTED,
    (_S.TESTING, _E.LOST): _S.UNSELECTED,
    (_S.WAITING, _E.DUE): _S.TESTING,
    (_S.WAITING, _E.CANCEL): _S.UNSELECTED,
    (_S.EXECUTING, _E.DONE): _S.UNSELECTED,
    (_S.EXECUTING, _E.KEPT): _S.SELECTED,
    (_S.EXECUTING, _E.CANCEL): _S.UNSELECTED,
}
"""What can happen to a controllable data object. A client that is lost ends a selection and an Operate that has not been
accepted; what has been accepted is carried out all the same."""
