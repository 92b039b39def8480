"""Enumerations: literals both ways, and ordinals nobody declared."""

import pytest

from meterwire.errors import UnknownNameError
from meterwire.models.enums import (
    ENUMERATIONS,
    BehaviourModeKind,
    CtlModelKind,
    HealthKind,
    MultiplierKind,
    OriginatorCategoryKind,
    SIUnitKind,
    SwitchFunctionKind,
)
from meterwire.models.enums._base import Literals

LITERALS = [
    (BehaviourModeKind.on, 1, "on"),
    (BehaviourModeKind.test_blocked, 4, "test/blocked"),
    (HealthKind.Ok, 1, "Ok"),
    (CtlModelKind.sbo_with_enhanced_security, 4, "sbo-with-enhanced-security"),
    (OriginatorCategoryKind.remote_control, 3, "remote-control"),
    (SIUnitKind.Wh, 72, "Wh"),
    (SIUnitKind.none, 1, ""),
    (SIUnitKind.degC, 23, "°C"),
    (MultiplierKind.k, 3, "k"),
    (MultiplierKind.u, -6, "µ"),
    (SwitchFunctionKind.Load_Break, 1, "Load Break"),
]


@pytest.mark.parametrize(("member", "ordinal", "literal"), LITERALS)
def test_literals(member: Literals, ordinal: int, literal: str) -> None:
    assert (int(member), member.literal, str(member)) == (ordinal, literal, literal)
    assert type(member)(ordinal) is member
    assert type(member).from_literal(literal) is member


@pytest.mark.parametrize("kind", ENUMERATIONS.values(), ids=ENUMERATIONS.keys())
def test_every_literal_both_ways_and_every_ordinal_once(kind: type[Literals]) -> None:
    members = list(kind)
    assert len({m.value for m in members}) == len({m.literal for m in members}) == len(members)
    assert [kind.from_literal(m.literal) for m in members] == members
    assert all(-128 <= m <= 127 for m in members)


def test_an_unknown_ordinal_is_a_printable_member() -> None:
    stranger = HealthKind(77)
    assert (str(stranger), stranger.name, int(stranger)) == ("77", "77", 77)
    assert stranger == 77
    assert "77" in repr(stranger)
    assert len(HealthKind) == 3


@pytest.mark.parametrize("ordinal", [-129, 128, "on", None])
def test_what_the_wire_cannot_carry_is_no_ordinal(ordinal: object) -> None:
    with pytest.raises(ValueError, match="HealthKind"):
        HealthKind(ordinal)


@pytest.mark.parametrize("ordinal", [-128, 127])
def test_limits_of_ordinals(ordinal: int) -> None:
    assert HealthKind(ordinal) == ordinal


def test_unknown_literal_lists_what_there_is() -> None:
    with pytest.raises(UnknownNameError, match="'Ok', 'Warning', 'Alarm'"):
        HealthKind.from_literal("ill")


def test_default_is_zero_where_there_is_one() -> None:
    assert CtlModelKind.default() is CtlModelKind.status_only
    assert MultiplierKind.default() is MultiplierKind.none
    assert BehaviourModeKind.default() is BehaviourModeKind.on
