"""Views: what is seen of a leaf, and what the process says beneath."""

from typing import Any

import pytest

from meterwire.errors import UsageError
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, Trigger, basic_type


@pytest.fixture
def ied() -> Ied:
    attributes = (
        DataAttribute("n", "ST", basic_type("INT32"), trigger=Trigger.DCHG | Trigger.DUPD),
        DataAttribute("m", "ST", basic_type("INT32"), trigger=Trigger.DCHG),
    )
    return Ied("I").add(LogicalDevice("LD").add(LogicalNode("GGIO", "1").add(DataObject("X").add(*attributes))))


def watched(ied: Ied, name: str) -> tuple[DataAttribute, list[Any]]:
    leaf = ied.find(f"LD/GGIO1.X.{name}")
    seen: list[Any] = []
    leaf.change_hooks = (lambda leaf, _: seen.append(leaf.value),)
    return leaf, seen


def test_the_process_goes_on_beneath_and_comes_back(ied: Ied) -> None:
    leaf, seen = watched(ied, "n")
    ied.apply([(leaf, 1)])
    ied.apply((), [(leaf, (lambda _: 99,))])
    ied.apply([(leaf, 2)])
    assert (leaf.value, leaf.process_value) == (99, 2)
    ied.apply((), [(leaf, ())])
    assert (leaf.value, leaf.process_value, seen) == (2, 2, [1, 99, 2])


def test_updates_beneath_are_not_told(ied: Ied) -> None:
    leaf, seen = watched(ied, "n")
    ied.apply((), [(leaf, (lambda _: 99,))])
    ied.apply([(leaf, 2)])
    ied.apply([(leaf, 2)])
    assert seen == [99]
    ied.apply((), [(leaf, ())])
    ied.apply([(leaf, 2)])
    assert seen == [99, 2, 2], "without a view an update of a dupd leaf is told as before"


def test_views_stand_in_line_and_see_what_was_stored_before(ied: Ied) -> None:
    leaf, seen = watched(ied, "n")
    other, _ = watched(ied, "m")
    ied.apply([(other, 7)], [(leaf, (lambda _: other.value, lambda v: -v))])
    assert (leaf.value, seen) == (-7, [-7])
    ied.apply([(other, 8)], [(leaf, leaf.views)])
    ied.apply([(other, 8)], [(leaf, leaf.views)])
    assert (leaf.value, seen) == (-8, [-7, -8])


def test_put_goes_beneath_too(ied: Ied) -> None:
    leaf, _ = watched(ied, "n")
    ied.apply((), [(leaf, (lambda _: 99,))])
    leaf.put(5)
    assert (leaf.value, leaf.process_value) == (99, 5)


def test_a_refused_value_changes_no_view(ied: Ied) -> None:
    leaf, seen = watched(ied, "n")
    with pytest.raises(UsageError):
        ied.apply([(leaf, "text")], [(leaf, (lambda _: 99,))])
    assert (leaf.value, leaf.views, seen) == (0, (), [])


def test_store_hooks_learn_of_what_is_stored_beneath(ied: Ied) -> None:
    """Feedback of a control waits for the process, whatever is seen."""
    leaf, _ = watched(ied, "n")
    stored: list[Any] = []
    ied.apply((), [(leaf, (lambda _: 99,))])
    leaf.store_hooks += (lambda: stored.append(leaf.process_value),)
    ied.apply([(leaf, 3)])
    assert (stored, leaf.value) == ([3], 99)
