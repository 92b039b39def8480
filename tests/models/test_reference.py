"""References as people write them, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.errors import MeterwireError, UsageError
from meterwire.models.reference import FUNCTIONAL_CONSTRAINTS, MAX_REFERENCE, Reference, parse_reference

GOOD = {
    "HOMEMET": Reference("HOMEMET"),
    "HOMEMET/MMTR1": Reference("HOMEMET", ("MMTR1",)),
    "HOMEMET/MMTR1.DmdWh": Reference("HOMEMET", ("MMTR1", "DmdWh")),
    "HOMEMET/MMTR1.DmdWh [ST]": Reference("HOMEMET", ("MMTR1", "DmdWh"), "ST"),
    "HOMEMET/MMTR1.DmdWh.actVal [ST]": Reference("HOMEMET", ("MMTR1", "DmdWh", "actVal"), "ST"),
    "HOMEMET/MHAI1.HA.phsAHar(3).cVal.mag.f [MX]": Reference(
        "HOMEMET", ("MHAI1", "HA", "phsAHar", "(3)", "cVal", "mag", "f"), "MX"
    ),
    "HOMEMET/LLN0.urcbMx01": Reference("HOMEMET", ("LLN0", "urcbMx01")),
    "HOMEMET/LLN0 [RP]": Reference("HOMEMET", ("LLN0",), "RP"),
    "H_1/LLN0": Reference("H_1", ("LLN0",)),
}

BAD = {
    "": "nothing",
    "/": "only a slash",
    "HOMEMET/": "no node",
    "/MMTR1": "no device",
    "HOMEMET/MMTR1.": "ends in a dot",
    "HOMEMET/MMTR1..DmdWh": "two dots",
    "HOMEMET/.DmdWh": "no node name",
    "HOMEMET/MMTR1$ST$DmdWh": "the form of the wire",
    "HOMEMET/MMTR1.DmdWh [XX]": "no such functional constraint",
    "HOMEMET/MMTR1.DmdWh [ST": "bracket left open",
    "HOMEMET/MMTR1.DmdWh [st]": "small letters",
    "HOMEMET/MMTR1.DmdWh ST": "no brackets",
    "HOME MET/MMTR1": "a blank inside",
    "1HOME/MMTR1": "starts with a digit",
    "HOMEMET/MMTR1.har()": "an index is a number",
    "HOMEMET/MMTR1.har(-1)": "not negative",
    "HOMEMET/MMTR1.har(123456)": "at most five digits",
    "HOMEMET/MMTR1.har(1": "parenthesis left open",
    "HOMEMET/(1).x": "an element of nothing",
    "HOMEMET/ÄMTR1": "not ASCII",
    "H" * 65 + "/LLN0": "device name too long",
    "H/" + "a" * 300: "too long as a whole",
}


@pytest.mark.parametrize(("text", "reference"), GOOD.items())
def test_both_ways(text: str, reference: Reference) -> None:
    assert parse_reference(text) == reference
    assert str(reference) == text


@pytest.mark.parametrize("text", BAD, ids=BAD.values())
def test_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"write e\.g\. HOMEMET/MMTR1"):
        parse_reference(text)


def test_blanks_around_and_before_the_constraint_do_not_matter() -> None:
    for text in (" HOMEMET/MMTR1.DmdWh[ST] ", "HOMEMET/MMTR1.DmdWh   [ST]"):
        assert parse_reference(text) == GOOD["HOMEMET/MMTR1.DmdWh [ST]"]


def test_length_limit() -> None:
    longest = "H/" + "a" * (MAX_REFERENCE - 2)
    assert len(longest) == MAX_REFERENCE
    assert str(parse_reference(longest)) == longest
    with pytest.raises(UsageError):
        parse_reference(longest + "a")


def test_with_fc() -> None:
    plain = GOOD["HOMEMET/MMTR1.DmdWh"]
    assert plain.with_fc("ST") == GOOD["HOMEMET/MMTR1.DmdWh [ST]"]
    assert plain.fc == ""


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,11}", fullmatch=True)
elements = st.integers(0, 99999).map(lambda i: f"({i})")
paths = st.lists(st.tuples(names, st.lists(elements, max_size=1)), min_size=1, max_size=6).map(
    lambda parts: tuple(name for head, index in parts for name in (head, *index))
)


@given(names, st.one_of(st.just(()), paths), st.sampled_from(["", *FUNCTIONAL_CONSTRAINTS]))
def test_round_trip(device: str, path: tuple[str, ...], fc: str) -> None:
    reference = Reference(device, path, fc)
    if path and path[1:2] and path[1].startswith("("):
        reference = Reference(device, (path[0], *path[2:]), fc)  # a logical node is no array
    assert parse_reference(str(reference)) == reference


@given(st.text(max_size=80))
def test_any_text_is_a_reference_or_our_error(text: str) -> None:
    try:
        reference = parse_reference(text)
    except MeterwireError:
        return
    assert parse_reference(str(reference)) == reference
