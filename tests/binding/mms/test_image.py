"""The served model: what a name finds, what an alternate access picks, and name lists part by part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.binding.mms import MmsImage
from meterwire.binding.mms import image as module
from meterwire.binding.mms.image import MAX_PICKS, Failure, Picks, Selection, item_of, select
from meterwire.binding.mms.variables import Variable
from meterwire.errors import LimitError, UsageError
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, basic_type
from meterwire.protocols.mms import ObjectName, Selector, decode_data
from meterwire.protocols.mms.services import Access, ObjectClass

from ...mms_end import LD, POINTS, small_ied

IMAGE = MmsImage(small_ied())
CURVE = "GGIO1$SP$Crv1$crvPts"


def find(item: str, domain: str | None = LD) -> Variable | None:
    return IMAGE.find(ObjectName(item, domain))


def picked(item: str, *selectors: Selector) -> object:
    """The value an alternate access gives, or the code of its failure."""
    source = IMAGE.source(Access(ObjectName(item, LD), selectors))
    octets = source.encoded()
    return octets[2] if isinstance(source, Failure) else decode_data(octets, 0, len(octets))[0]


# -- finding ----------------------------------------------------------------------------------------------------------


def test_items() -> None:
    assert item_of(("MMTR1", "DmdWh", "actVal"), "ST") == "MMTR1$ST$DmdWh$actVal"
    assert item_of(("MMTR1",), "ST") == "MMTR1$ST"
    assert item_of(("MMTR1",), "") == "MMTR1"


@pytest.mark.parametrize(
    "item", ["GGIO1", "GGIO1$ST", "GGIO1$ST$Ind1", "GGIO1$ST$Ind1$stVal", "LLN0$ST$Mod$stVal", CURVE]
)
def test_what_is_there(item: str) -> None:
    found = find(item)
    assert found is not None
    assert found.name == item.rsplit("$", maxsplit=1)[-1]


@pytest.mark.parametrize(
    "item",
    ["", "$", "GGIO", "ggio1", "GGIO1$", "GGIO1$$Ind1", "GGIO1$Ind1", "GGIO1$ST$Ind1$", f"{CURVE}$(0)", "GGIO1$XX"],
)
def test_what_is_not(item: str) -> None:
    assert find(item) is None
    assert picked(item) == module.NON_EXISTENT


@pytest.mark.parametrize("domain", [None, "", "OTHER", LD.lower()])
def test_other_domains(domain: str | None) -> None:
    assert find("GGIO1", domain) is None
    assert IMAGE.source(Access(ObjectName("GGIO1", domain))).encoded() == bytes((0x80, 1, module.OBJECT_UNDEFINED))


# -- alternate access -------------------------------------------------------------------------------------------------

X, Y = Selector(component="xVal"), Selector(component="yVal")
POINT = [(float(i), float(i * i)) for i in range(POINTS)]

PICKS = [
    ((Selector(index=0),), POINT[0]),
    ((Selector(index=POINTS - 1),), POINT[-1]),
    ((Selector(index=3, nested=(X,)),), 3.0),
    ((Selector(index=3, nested=(Y, X)),), (9.0, 3.0)),
    ((Selector(index=1, count=1),), [POINT[1]]),
    ((Selector(index=1, count=3),), POINT[1:4]),
    ((Selector(index=0, count=POINTS),), POINT),
    ((Selector(index=1, count=2, nested=(X,)),), [1.0, 2.0]),
    ((Selector(index=1, count=2, nested=(X, Y)),), [(1.0, 1.0), (2.0, 4.0)]),
    ((Selector(),), POINT),
    ((Selector(nested=(Y,)),), [0.0, 1.0, 4.0, 9.0, 16.0]),
    ((Selector(index=0), Selector(index=2)), (POINT[0], POINT[2])),
    ((Selector(index=0, nested=(X,)), Selector(index=1, count=2)), (0.0, POINT[1:3])),
]


@pytest.mark.parametrize(("selectors", "value"), PICKS)
def test_parts_of_an_array(selectors: tuple[Selector, ...], value: object) -> None:
    assert picked(CURVE, *selectors) == value


STRUCTURE_PICKS = [
    ("GGIO1$ST$Ind1", (Selector(component="stVal"),), False),
    ("GGIO1$ST", (Selector(component="Ind1$stVal"),), False),
    ("GGIO1", (Selector(component="ST$Ind1$stVal"),), False),
    ("GGIO1$ST", (Selector(component="Ind1", nested=(Selector(component="stVal"),)),), False),
    ("GGIO1$ST", (Selector(component="Ind1$stVal"), Selector(component="Ind2$stVal")), (False, False)),
    ("GGIO1$SP", (Selector(component="Crv1$crvPts", nested=(Selector(index=2, nested=(Y,)),)),), 4.0),
    (
        "GGIO1$SP$Crv1",
        (Selector(component="numPts"), Selector(component="crvPts", nested=(Selector(index=1),))),
        (5, POINT[1]),
    ),
]


@pytest.mark.parametrize(("item", "selectors", "value"), STRUCTURE_PICKS)
def test_parts_of_a_structure(item: str, selectors: tuple[Selector, ...], value: object) -> None:
    assert picked(item, *selectors) == value


NO_PICKS = [
    (CURVE, (Selector(index=POINTS),)),
    (CURVE, (Selector(index=1 << 64),)),
    (CURVE, (Selector(index=0, count=POINTS + 1),)),
    (CURVE, (Selector(index=POINTS, count=1),)),
    (CURVE, (Selector(index=0, count=0),)),
    (CURVE, (Selector(index=0, count=1 << 64),)),
    (CURVE, (X,)),
    (CURVE, (Selector(index=0, nested=(Selector(component="zVal"),)),)),
    (CURVE, (Selector(index=0, nested=(Selector(index=0),)),)),
    (CURVE, (Selector(index=0, nested=(Selector(component="xVal", nested=(Selector(index=0),)),)),)),
    (CURVE, (Selector(index=0), Selector(index=9))),
    (CURVE, (Selector(nested=(X, Selector(component="zVal"))),)),
    ("GGIO1$ST$Ind1", (Selector(),)),
    ("GGIO1$ST$Ind1", (Selector(index=0),)),
    ("GGIO1$ST$Ind1", (Selector(component=""),)),
    ("GGIO1$ST$Ind1", (Selector(component="$stVal"),)),
    ("GGIO1$ST$Ind1$stVal", (Selector(component="stVal"),)),
    ("GGIO1$ST$Ind1$stVal", (Selector(index=0),)),
]


@pytest.mark.parametrize(("item", "selectors"), NO_PICKS)
def test_parts_that_are_not_there(item: str, selectors: tuple[Selector, ...]) -> None:
    assert picked(item, *selectors) == module.INVALID_ADDRESS


def test_a_single_pick_is_the_variable_itself_whose_encoding_is_kept() -> None:
    curve = find(CURVE)
    assert curve is not None
    part = select(curve, (Selector(index=2, nested=(X,)),))
    assert part is curve.members["(2)"].members["xVal"]


def test_a_selection_follows_the_model() -> None:
    ied = small_ied()
    image = MmsImage(ied)
    source = image.source(Access(ObjectName(CURVE, LD), (Selector(index=1, count=2, nested=(X,)),)))
    assert isinstance(source, Selection)
    before = source.encoded()
    ied.apply([(ied[f"{LD}.GGIO1.Crv1.crvPts(2).xVal"], 77.0)])
    assert decode_data(source.encoded(), 0, len(before))[0] == [1.0, 77.0]
    assert [leaf.reference for leaf in source.leaves()] == [f"{LD}/GGIO1.Crv1.crvPts({i}).xVal" for i in (1, 2)]


def test_pick_limit() -> None:
    """Nested selections multiply; what is picked is counted over the whole request."""
    curve = find(CURVE)
    assert curve is not None
    each = Selector(nested=(X,) * 200)  # 1 + 5 + 5 * 200 picks
    cost = 1 + POINTS + POINTS * 200
    picks = Picks()
    for _ in range(MAX_PICKS // cost):
        assert select(curve, (each,), picks) is not None
    with pytest.raises(LimitError, match=str(MAX_PICKS)):
        select(curve, (each,), picks)
    assert select(curve, (each,)) is not None, "another request counts anew"


def test_the_largest_array_can_still_be_picked_whole() -> None:
    array = Variable("a", 0xA1)
    for i in range(4096):
        leaf = DataAttribute(f"({i})", "ST", basic_type("INT8"))
        array.add(Variable(f"({i})", 0, leaf))
    assert isinstance(select(array, (Selector(),)), Selection)
    assert isinstance(select(array, (Selector(index=4000, count=96),)), Selection)


SELECTORS = st.recursive(
    st.one_of(
        st.sampled_from([X, Y, Selector(), Selector(component="crvPts"), Selector(component="ST")]),
        st.builds(Selector, index=st.integers(0, 6)),
        st.builds(Selector, index=st.integers(0, 6), count=st.integers(0, 6)),
    ),
    lambda inner: st.builds(
        lambda outer, nested: Selector(outer.component, outer.index, outer.count, tuple(nested)),
        st.sampled_from([X, Selector(), Selector(index=2), Selector(component="Crv1"), Selector(component="SP")]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@given(st.sampled_from(["GGIO1", "GGIO1$SP", "GGIO1$SP$Crv1", CURVE]), st.lists(SELECTORS, min_size=1, max_size=3))
def test_any_access_gives_data_or_a_failure(item: str, selectors: list[Selector]) -> None:
    assert picked(item, *selectors) is not None


# -- name lists -------------------------------------------------------------------------------------------------------


def parts(object_class: int, domain: str | None, room: int) -> list[list[str]]:
    """A name list as a client gets it, part by part."""
    found: list[list[str]] = []
    after = None
    while True:
        part = IMAGE.name_list(object_class, domain, after, room)
        assert part is not None
        assert len(part.names) <= room
        names = []
        offset = 0
        while offset < len(part.names):
            assert part.names[offset] == 0x1A
            end = offset + 2 + part.names[offset + 1]
            names.append(part.names[offset + 2 : end].decode())
            offset = end
        found.append(names)
        if not part.more_follows:
            return found
        after = names[-1]


@pytest.mark.parametrize("room", [224, 500, 65_000])
def test_name_lists_are_complete_sorted_and_without_repetition(room: int) -> None:
    found = parts(ObjectClass.NAMED_VARIABLE, LD, room)
    names = [name for part in found for name in part]
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    assert {"GGIO1", "LLN0$ST$Mod", "GGIO1$SP$Crv1$crvPts", "MMXU1$MX$TotW$mag$f"} <= set(names)
    assert all(find(name) is not None for name in names)
    assert (len(found) == 1) is (room == 65_000)


def test_the_other_name_lists() -> None:
    assert parts(ObjectClass.DOMAIN, None, 1000) == [[LD]]
    assert parts(ObjectClass.NAMED_VARIABLE_LIST, LD, 1000) == [["LLN0$dsEv", "LLN0$dsMx"]]
    for object_class in (1, 3, 7, 10, 255):
        assert parts(object_class, LD, 1000) == [[]]
        assert parts(object_class, None, 1000) == [[]]
    assert IMAGE.name_list(ObjectClass.NAMED_VARIABLE, "OTHER", None, 1000) is None


@pytest.mark.parametrize("after", ["", "A", "GGIO1", "GGIO1$", "GGIO1$ST$Ind1", "LLN0~", "zzz", "\xff"])
def test_continuing_after_any_name_whether_it_is_there_or_not(after: str) -> None:
    (whole,) = parts(ObjectClass.NAMED_VARIABLE, LD, 65_000)
    part = IMAGE.name_list(ObjectClass.NAMED_VARIABLE, LD, after, 65_000)
    assert part is not None
    expected = [name for name in whole if name > after]
    assert part.names.count(b"\x1a") >= len(expected)
    assert part.names.endswith(expected[-1].encode()) if expected else part.names == b""


def test_parts_that_are_kept_are_bounded() -> None:
    """Clients with odd PDU sizes must not grow the store for ever."""
    image = MmsImage(small_ied())
    for room in range(224, 1024):
        image.name_list(ObjectClass.NAMED_VARIABLE, LD, None, room)
    assert len(image.domains[LD].name_list(ObjectClass.NAMED_VARIABLE).parts) <= module.MAX_KEPT_PARTS


def test_object_classes_nobody_knows_are_not_kept() -> None:
    """The class is a number of the client's choice."""
    image = MmsImage(small_ied())
    for object_class in range(1000, 1100):
        assert image.name_list(object_class, LD, None, 1000) is not None
    assert not image.domains[LD].lists


def test_an_empty_ied() -> None:
    image = MmsImage(Ied("E"))
    part = image.name_list(ObjectClass.DOMAIN, None, None, 1000)
    assert part is not None
    assert (part.names, part.more_follows) == (b"", False)
    empty = MmsImage(Ied("E").add(LogicalDevice("ELD", "LD").add(LogicalNode("LLN0").add(DataObject("Mod", "ENC")))))
    found = empty.find(ObjectName("LLN0", "ELD"))
    assert found is not None
    assert found.encoded() == b"\xa2\x00"


def test_closing_lets_go_of_the_model() -> None:
    ied = small_ied()
    image = MmsImage(ied)
    assert any(leaf.store_hooks for leaf in ied.leaves())
    image.close()
    assert not any(leaf.store_hooks for leaf in ied.leaves())


@pytest.mark.parametrize("length", [64, 65])
def test_names_mms_cannot_carry_are_not_served(length: int) -> None:
    fixed = len("GGIO1$ST$$stVal")
    leaf = DataAttribute("stVal", "ST", basic_type("INT32"))
    node = LogicalNode("GGIO", "1").add(DataObject("D" * (length - fixed), "INS").add(leaf))
    ied = Ied("X").add(LogicalDevice("XLD", "LD").add(node))
    if length == 64:
        assert any(len(name) == 64 for name in MmsImage(ied).domains["XLD"].name_list(0).names)
    else:
        with pytest.raises(UsageError, match="at most 64 characters, this one 65"):
            MmsImage(ied)
