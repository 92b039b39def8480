"""The table of cases itself."""

import re

import pytest

from meterwire.conform import Permission, select_cases
from meterwire.conform.cases import GROUPS
from meterwire.errors import UsageError

NAMED = "Cnf Ass Srv Dset Sub Sg Rp Br Log Ctl DOns SBOns DOes SBOes Tm Ft Trk".split()
"""Groups of IEC 61850-10 that concern an MMS server."""


def test_there_are_more_than_four_hundred_cases_in_all_groups() -> None:
    cases = select_cases()
    assert len(cases) > 400
    assert list(dict.fromkeys(group.name for group in GROUPS)) == NAMED
    for name in NAMED:
        groups = {case.group for case in cases}
        assert name in groups


def test_ids_are_unique_and_say_group_and_number() -> None:
    cases = select_cases()
    assert len({case.id for case in cases}) == len(cases)
    for case in cases:
        assert re.fullmatch(rf"s{case.group}\d+[a-z]?", case.id), case.id


def test_numbers_of_laboratories_and_our_own_are_told_apart() -> None:
    by_id = {case.id: case for case in select_cases()}
    assert by_id["sAss1"].is_lab_number
    assert by_id["sRp2a"].is_lab_number
    assert not by_id["sAss101"].is_lab_number
    assert not by_id["sSBOnsN107"].is_lab_number


def test_titles_are_one_line_and_different_within_a_group() -> None:
    cases = select_cases()
    for case in cases:
        assert 10 < len(case.title) <= 140, case.id
        assert "\n" not in case.title
        assert not case.title.endswith("."), case.id
    seen: set[tuple[str, str]] = set()
    for case in cases:
        assert (case.group, case.title) not in seen, case.id
        seen.add((case.group, case.title))


def test_whatever_operates_needs_the_flag_for_it() -> None:
    for case in select_cases():
        if case.group.removesuffix("N") in ("DOns", "SBOns", "DOes", "SBOes"):
            assert case.needs == {Permission.CONTROL}, case.id
    assert {permission.flag for permission in Permission} == {
        "--allow-write",
        "--allow-settings",
        "--allow-control",
        "--allow-files",
        "--allow-buffers",
        "--allow-load",
    }


@pytest.mark.parametrize(
    ("wanted", "groups"),
    [
        (("Rp",), {"Rp", "RpN"}),
        (("RpN",), {"RpN"}),
        (("rp", "sBr8"), {"Rp", "RpN", "Br"}),
        (("SBOes",), {"SBOes", "SBOesN"}),
        (("Ctl",), {"Ctl", "CtlN"}),
    ],
)
def test_groups_are_chosen_by_name(wanted: tuple[str, ...], groups: set[str]) -> None:
    assert {case.group for case in select_cases(wanted)} == groups


def test_a_case_is_chosen_with_and_without_its_prefix() -> None:
    assert [case.id for case in select_cases(("sRp4",))] == [case.id for case in select_cases(("rp4",))] == ["sRp4"]


def test_a_group_that_does_not_exist_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no group or case 'Xx'; groups are Cnf, Ass"):
        select_cases(("Xx",))
