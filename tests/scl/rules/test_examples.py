"""Every rule is broken by an example and kept by the base; a rule without example does not come in."""

import pytest

from meterwire.scl import check
from meterwire.scl.rules import RULES

from .base import BASE, changed, rules_of
from .examples import EXAMPLES as OTHERS
from .examples import NEAR as NEAR_OTHERS
from .namespace_examples import NAMESPACE_EXAMPLES, NAMESPACE_NEAR

EXAMPLES, NEAR = OTHERS | NAMESPACE_EXAMPLES, NEAR_OTHERS | NAMESPACE_NEAR

#: Said of the schema sets' remainders, which the sets as they are leave nothing for.
UNREACHED = {
    "STR-08": "the one choice that excludes is that of access points: CB-27",
    "STR-11": "every unique constraint of the four sets has a rule of its own",
    "STR-13": "every keyref of the four sets has a rule of its own",
}


def test_the_base_breaks_nothing() -> None:
    report = check(BASE.encode(), "base.scd")
    assert report.findings == ()
    assert report.schema_set == "2007B4"


def test_every_rule_has_an_example() -> None:
    ours = {rule for rule, found in RULES.items() if found.layer != "user"}
    assert ours - EXAMPLES.keys() - UNREACHED.keys() == set()
    assert EXAMPLES.keys() <= ours


@pytest.mark.parametrize("rule", EXAMPLES)
def test_broken(rule: str) -> None:
    change, kind = EXAMPLES[rule]
    suffix, _, schema = kind.partition(":")
    found = rules_of(changed(change), f"base.{suffix}", schema)
    assert rule in found, sorted(found)


@pytest.mark.parametrize("rule", NEAR)
def test_not_broken(rule: str) -> None:
    change, kind = NEAR[rule]
    assert rule not in rules_of(changed(change), f"base.{kind}")
