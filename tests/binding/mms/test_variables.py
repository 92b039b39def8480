"""The model as MMS variables: names, types, values, and encodings that are kept exactly as long as they are true."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meterwire.binding.mms.variables import Variable, data_object_variable, logical_node_variable
from meterwire.models import BASIC_TYPES, DataAttribute, DataObject, Ied, LogicalNode, basic_type
from meterwire.protocols.mms import BinaryTime, BitString, DataTag, TypeSpec, decode_data, decode_type, encode_type
from meterwire.reading import Quality, Timestamp

from ...mms_end import LD, POINTS, small_ied

# -- vectors: basic type, value, element, type ------------------------------------------------------------------------

LEAVES: list[tuple[str, Any, str, str]] = [
    ("BOOLEAN", True, "8301ff", "8300"),
    ("INT8", -1, "8501ff", "850108"),
    ("INT16", 256, "85020100", "850110"),
    ("INT24", 1, "850101", "850118"),
    ("INT32", -(1 << 31), "850480000000", "850120"),
    ("INT64", 1 << 40, "8506010000000000", "850140"),
    ("INT128", 1, "850101", "85020080"),
    ("INT8U", 255, "860200ff", "860108"),
    ("INT16U", 0, "860100", "860110"),
    ("INT24U", 1, "860101", "860118"),
    ("INT32U", (1 << 32) - 1, "860500ffffffff", "860120"),
    ("FLOAT32", 1.5, "8705083fc00000", "a706020120020108"),
    ("FLOAT64", 1.5, "87090b3ff8000000000000", "a70602014002010b"),
    ("Enum", 5, "850105", "850108"),
    ("Octet6", bytes(6), "8906000000000000", "890106"),
    ("Octet64", b"\x01", "890101", "8901c0"),
    ("EntryID", bytes(8), "8908" + "00" * 8, "890108"),
    ("VisString32", "a", "8a0161", "8a01e0"),
    ("VisString64", "", "8a00", "8a01c0"),
    ("VisString65", "a", "8a0161", "8a01bf"),
    ("VisString129", "a", "8a0161", "8a02ff7f"),
    ("VisString255", "a", "8a0161", "8a02ff01"),
    ("ObjRef", "LD/LN", "8a054c442f4c4e", "8a02ff7f"),
    ("Currency", "EUR", "8a03455552", "8a01fd"),
    ("Unicode255", "电", "9003e794b5", "9002ff01"),
    ("Timestamp", Timestamp(1, 2, 3), "91080000000100000203", "9100"),
    ("EntryTime", bytes(6), "8c06000000000000", "8c01ff"),
    ("Quality", Quality.INVALID, "8403034000", "8401f3"),
    ("Dbpos", 2, "84020680", "840102"),
    ("Tcmd", 1, "84020640", "840102"),
    ("Check", 3, "840206c0", "8401fe"),
    ("TrgOps", 0b010001, "84020244", "8401fa"),
    ("OptFlds", 0b0111110010, "8403067c80", "8401f6"),
]


@pytest.mark.parametrize(("kind", "value", "element", "spec"), LEAVES, ids=[row[0] for row in LEAVES])
def test_leaves(kind: str, value: Any, element: str, spec: str) -> None:
    leaf = DataAttribute("x", "ST", basic_type(kind), value=value)
    variable = Variable("x", 0, leaf)
    assert variable.encoded().hex() == element
    assert encode_type(variable.type_spec()).hex() == spec
    decoded, _ = decode_data(variable.encoded(), 0, len(variable.encoded()))
    if isinstance(decoded, BitString):
        assert (decoded.value, decoded.length) == (value, basic_type(kind).size)
    elif isinstance(decoded, BinaryTime):
        assert decoded.data == value
    else:
        assert decoded == value


def test_every_basic_type_has_a_vector_or_is_like_one() -> None:
    assert set(BASIC_TYPES) - {row[0] for row in LEAVES} <= {"Octet16", "SvOptFlds"}


# -- a node -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ied() -> Ied:
    return small_ied()


@pytest.fixture
def ggio(ied: Ied) -> Variable:
    return logical_node_variable(ied[f"{LD}.GGIO1"])


def test_functional_constraints_stand_in_the_order_of_8_1(ggio: Variable) -> None:
    assert list(ggio.members) == ["ST", "SP", "DC"]
    assert list(ggio.members["ST"].members) == ["Ind1", "Ind2", "Cnt1"]
    assert list(ggio.members["ST"].members["Ind1"].members) == ["stVal", "q", "t"]
    assert list(ggio.members["DC"].members["Ind1"].members) == ["d"]


def test_names(ggio: Variable) -> None:
    names = list(ggio.names())
    assert names[:6] == [
        "GGIO1",
        "GGIO1$ST",
        "GGIO1$ST$Ind1",
        "GGIO1$ST$Ind1$stVal",
        "GGIO1$ST$Ind1$q",
        "GGIO1$ST$Ind1$t",
    ]
    assert len(set(names)) == len(names)
    assert "GGIO1$SP$Crv1$crvPts" in names
    assert not any("(" in name or "xVal" in name for name in names), "elements of arrays have no names"


def test_descending(ggio: Variable) -> None:
    for name in ggio.names():
        found = ggio.descend(name.split("$")[1:])
        assert found is not None
        assert found.name == name.split("$")[-1]
    for path in (["ST", "Ind9"], ["ST", "Ind1", "stVal", "x"], ["SP", "Crv1", "crvPts", "(0)"], [""], ["ST", ""]):
        assert ggio.descend(path) is None


def test_types(ggio: Variable) -> None:
    spec = ggio.type_spec()
    octets = encode_type(spec)
    assert decode_type(octets, 0, len(octets)) == (spec, len(octets))
    setting = spec.component("SP")
    assert setting is not None
    curve = setting.component("Crv1")
    assert curve is not None
    assert curve.names == ("numPts", "crvPts", "fixed")
    points = curve.component("crvPts")
    single = TypeSpec(DataTag.FLOAT, 32)
    point = TypeSpec(DataTag.STRUCTURE, components=(("xVal", single), ("yVal", single)))
    assert points == TypeSpec(DataTag.ARRAY, POINTS, element=point)


def test_an_empty_array_has_a_type() -> None:
    assert Variable("a", DataTag.ARRAY).type_spec() == TypeSpec(DataTag.ARRAY, 0, element=TypeSpec(DataTag.STRUCTURE))


def plain(variable: Variable) -> Any:
    """The value of a variable read from the model, in the form its encoding decodes to."""
    if variable.leaf is not None:
        octets = variable._encode(variable.leaf.value) if variable._encode is not None else b""
        return decode_data(octets, 0, len(octets))[0]
    values = [plain(member) for member in variable.members.values()]
    return values if variable.tag == DataTag.ARRAY else tuple(values)


def test_values(ggio: Variable) -> None:
    octets = ggio.encoded()
    assert decode_data(octets, 0, len(octets)) == (plain(ggio), len(octets))
    curve = ggio.descend(["SP", "Crv1", "crvPts"])
    assert curve is not None
    octets = curve.encoded()
    assert decode_data(octets, 0, len(octets))[0] == [(float(i), float(i * i)) for i in range(POINTS)]


# -- what is kept -----------------------------------------------------------------------------------------------------


def nodes(variable: Variable, path: str = "") -> dict[str, Variable]:
    """Every node by its path."""
    own = f"{path}${variable.name}" if path else variable.name
    found = {own: variable}
    for member in variable.members.values():
        found |= nodes(member, own)
    return found


def test_a_change_forgets_its_own_way_up_and_nothing_else(ied: Ied, ggio: Variable) -> None:
    ggio.encoded()
    before = {path: node.ber for path, node in nodes(ggio).items()}
    assert None not in before.values()
    ied[f"{LD}.GGIO1.Ind1"].update(stVal=True)
    stale = {path for path, node in nodes(ggio).items() if node.ber is None}
    assert stale == {"GGIO1", "GGIO1$ST", "GGIO1$ST$Ind1", "GGIO1$ST$Ind1$stVal"}
    assert all(node.ber is before[path] for path, node in nodes(ggio).items() if path not in stale)
    ggio.encoded()
    assert {path for path, node in nodes(ggio).items() if node.ber != before[path]} == stale


def test_what_does_not_change_forgets_nothing(ied: Ied, ggio: Variable) -> None:
    ggio.encoded()
    ied[f"{LD}.GGIO1.Ind1"].update(stVal=False, q=0)
    ied[f"{LD}.GGIO1.Cnt1"].update(actVal=0)
    ied[f"{LD}.MMXU1.Hz"].update(mag__f=50.0)
    assert all(node.ber is not None for node in nodes(ggio).values())


def test_an_element_of_an_array_forgets_the_array(ied: Ied, ggio: Variable) -> None:
    ggio.encoded()
    ied.apply([(ied[f"{LD}.GGIO1.Crv1.crvPts(3).xVal"], 9.0)])
    stale = {path for path, node in nodes(ggio).items() if node.ber is None}
    assert stale == {
        "GGIO1",
        "GGIO1$SP",
        "GGIO1$SP$Crv1",
        "GGIO1$SP$Crv1$crvPts",
        "GGIO1$SP$Crv1$crvPts$(3)",
        "GGIO1$SP$Crv1$crvPts$(3)$xVal",
    }


def test_only_parts_that_were_asked_for_are_kept(ied: Ied, ggio: Variable) -> None:
    part = ggio.descend(["ST", "Ind1"])
    assert part is not None
    part.encoded()
    assert ggio.ber is None
    ied[f"{LD}.GGIO1.Ind1"].update(stVal=True)
    assert part.ber is None
    assert part.encoded() != b""
    assert ggio.ber is None


def test_two_images_of_one_model_do_not_disturb_each_other(ied: Ied, ggio: Variable) -> None:
    other = logical_node_variable(ied[f"{LD}.GGIO1"])
    ggio.encoded()
    other.encoded()
    other.release()
    ied[f"{LD}.GGIO1.Ind1"].update(stVal=True)
    assert ggio.ber is None
    assert other.ber is not None, "it has let go"
    ggio.release()
    assert not any(leaf.store_hooks for leaf in ied.leaves())


PATHS = [
    "Ind1.stVal",
    "Ind1.q",
    "Ind2.stVal",
    "Cnt1.actVal",
    "Crv1.crvPts(0).xVal",
    "Crv1.crvPts(4).yVal",
    "Every.vINT8",
    "Every.vVisString255",
]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "stVal": st.booleans(),
    "q": st.integers(0, 8191),
    "actVal": st.integers(-(1 << 63), (1 << 63) - 1),
    "xVal": st.floats(width=32, allow_nan=False),
    "yVal": st.floats(width=32, allow_nan=False),
    "vINT8": st.integers(-128, 127),
    "vVisString255": st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=255),
}
STEPS = st.one_of(
    st.sampled_from(PATHS).flatmap(lambda path: st.tuples(st.just(path), VALUES[path.rpartition(".")[2]])),
    st.tuples(st.just(""), st.integers(0, 200)),
)
IED = small_ied()
GGIO = logical_node_variable(IED[f"{LD}.GGIO1"])
NODES = list(nodes(GGIO).values())


@settings(derandomize=True, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_whatever_changes_and_is_read_what_is_kept_is_true(steps: list[tuple[str, Any]]) -> None:
    """Reading any node between any changes gives the values of the model."""
    for path, value in steps:
        if path:
            IED.apply([(IED[f"{LD}.GGIO1.{path}"], value)])
        else:
            node = NODES[value % len(NODES)]
            octets = node.encoded()
            assert decode_data(octets, 0, len(octets)) == (plain(node), len(octets))
    octets = GGIO.encoded()
    assert decode_data(octets, 0, len(octets)) == (plain(GGIO), len(octets))


# -- data objects of data objects -------------------------------------------------------------------------------------


def test_sub_data_objects_and_arrays_of_them() -> None:
    phases = DataObject("A", "WYE")
    for name in ("phsA", "phsB"):
        cval = DataAttribute("cVal", "MX").add(DataAttribute("f", "MX", basic_type("FLOAT32")))
        phases.add(DataObject(name, "CMV").add(cval, DataAttribute("d", "DC", basic_type("VisString255"))))
    harmonics = DataObject("HA", "HMV", is_array=True)
    for i in range(3):
        harmonics.add(DataObject(f"({i})", "CMV").add(DataAttribute("mag", "MX", basic_type("FLOAT32"), value=i)))
    node = logical_node_variable(LogicalNode("MMXU", "1").add(phases, harmonics))
    assert list(node.names()) == [
        "MMXU1",
        "MMXU1$MX",
        "MMXU1$MX$A",
        "MMXU1$MX$A$phsA",
        "MMXU1$MX$A$phsA$cVal",
        "MMXU1$MX$A$phsA$cVal$f",
        "MMXU1$MX$A$phsB",
        "MMXU1$MX$A$phsB$cVal",
        "MMXU1$MX$A$phsB$cVal$f",
        "MMXU1$MX$HA",
        "MMXU1$DC",
        "MMXU1$DC$A",
        "MMXU1$DC$A$phsA",
        "MMXU1$DC$A$phsA$d",
        "MMXU1$DC$A$phsB",
        "MMXU1$DC$A$phsB$d",
    ]
    array = node.descend(["MX", "HA"])
    assert array is not None
    assert decode_data(array.encoded(), 0, len(array.encoded()))[0] == [(0.0,), (1.0,), (2.0,)]
    assert data_object_variable(phases, "ST") is None
