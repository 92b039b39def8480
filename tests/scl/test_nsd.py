"""NSD files: a vendor's name space becomes classes, and the check compares with them."""

import pytest

from meterwire.errors import FileError
from meterwire.models.cdc import BCR, SPS
from meterwire.models.declare import ENUM, INT32, Presence
from meterwire.models.tree import Trigger
from meterwire.scl import CheckOptions, check
from meterwire.scl.nsd import MAX_NESTING, load_namespaces, load_nsd

from .rules.base import BASE

NSD = """<?xml version="1.0" encoding="UTF-8"?>
<NS xmlns="http://www.iec.ch/61850/2016/NSD" id="Somebody" version="2020" revision="A" release="1">
 <Enumerations><Enumeration name="ColourKind"><Literal name="deep red" literalVal="1"/>
  <Literal name="°C" literalVal="2"/><Literal name="C" literalVal="3" deprecated="true"/></Enumeration></Enumerations>
 <ConstructedAttributes><ConstructedAttribute name="Pair">
  <SubDataAttribute name="a" type="INT32" presCond="M"/><SubDataAttribute name="b" typeKind="CONSTRUCTED" type="Unit" presCond="O"/>
 </ConstructedAttribute></ConstructedAttributes>
 <CDCs><CDC name="PRS"><DataAttribute name="pair" fc="ST" typeKind="CONSTRUCTED" type="Pair" dchg="true" presCond="M"/>
  <DataAttribute name="col" fc="ST" typeKind="ENUMERATED" type="ColourKind" presCond="MO" presCondArgs="pair"/>
  <DataAttribute name="any" fc="ST" typeKind="ENUMERATED" presCond="O"/><SubDataObject name="sub" type="SPS" presCond="O"/></CDC></CDCs>
 <LNClasses>
  <AbstractLNClass name="XBaseLN" base="FunctionLN"><DataObject name="Pair" type="PRS" presCond="M"/></AbstractLNClass>
  <LNClass name="XABC" base="XBaseLN"><DataObject name="Sig" type="ENS" underlyingType="ColourKind" presCond="Omulti" dsPresCond="F"/></LNClass>
  <LNClass name="XCBR" isExtension="true"><DataObject name="Wear" type="BCR" presCond="O"/></LNClass>
 </LNClasses>
</NS>
"""


def test_what_a_file_declares() -> None:
    space = load_nsd(NSD.encode())
    assert space.id == "Somebody:2020A1"
    assert list(space.ln_classes) == ["XABC"]
    members = space.ln_classes["XABC"].members()
    assert list(members)[:3] == ["Sig", "Pair", "Blk"]
    assert (members["Sig"].presence, members["Sig"].statistics) == (Presence("Omulti"), Presence("F"))
    colours = members["Sig"].enum
    assert colours is space.enumerations["ColourKind"]
    assert [(int(m), str(m), m.is_deprecated) for m in space.enumerations["ColourKind"]] == [
        (1, "deep red", False), (2, "°C", False), (3, "C", True),
    ]  # fmt: skip
    attributes = space.cdcs["PRS"].members()
    assert (attributes["pair"].fc, attributes["pair"].trigger) == ("ST", Trigger.DCHG)
    assert attributes["pair"].type.members()["a"].type is INT32
    assert attributes["col"].presence == Presence("MO", "pair")
    assert attributes["any"].type is ENUM
    assert attributes["sub"].cdc is SPS
    assert space.extensions["XCBR"]["Wear"].cdc is BCR


NODE = '<LNodeType id="x" lnClass="XABC"><DO name="Beh" type="ENS"/>{}</LNodeType><DOType id="ENC"'


def rules(text: str, *spaces: bytes) -> set[str]:
    options = CheckOptions(namespaces=tuple(load_nsd(space) for space in spaces))
    return {finding.rule for finding in check(text.encode(), "x.scd", options=options).findings} - {"REF-53"}


def test_the_check_compares_with_it() -> None:
    text = BASE.replace('<DOType id="ENC"', NODE.format('<DO name="Pair" type="SPS"/>'))
    assert rules(text) == {"NSD-03"}
    assert rules(text, NSD.encode()) == {"NSD-23"}
    text = BASE.replace('<DOType id="ENC"', NODE.format(""))
    assert rules(text, NSD.encode()) == {"NSD-09"}
    text = BASE.replace("IEC 61850-7-4:2007B", "Somebody:2020")
    assert "NSD-02" in rules(text)
    assert "NSD-02" not in rules(text, NSD.encode())


def test_an_addition_to_a_class_of_the_standard_names_its_name_space() -> None:
    text = BASE.replace('<DO name="OpCnt"', '<DO name="Wear" type="x"/><DO name="OpCnt"').replace(
        '<DOType id="ENC"',
        '<DOType id="x" cdc="BCR"><DA name="actVal" bType="INT64" fc="ST"/><DA name="q" bType="Quality" fc="ST"/>'
        '<DA name="t" bType="Timestamp" fc="ST"/><DA name="pulsQty" bType="FLOAT32" fc="CF"/></DOType><DOType id="ENC"',
    )
    assert rules(text) == {"NSD-04"}
    assert rules(text, NSD.encode()) == {"NSD-20"}


def test_one_file_builds_on_another(tmp_path) -> None:
    (tmp_path / "a.nsd").write_text(NSD)
    (tmp_path / "b.nsd").write_text(
        '<NS xmlns="http://www.iec.ch/61850/2016/NSD" id="Else" version="2021"><LNClasses>'
        '<LNClass name="XDEF" base="XABC"><DataObject name="More" type="PRS" presCond="M"/></LNClass></LNClasses></NS>'
    )
    last, first = load_namespaces([tmp_path / "a.nsd", tmp_path / "b.nsd"])
    assert issubclass(last.ln_classes["XDEF"], first.ln_classes["XABC"])
    with pytest.raises(FileError, match=r"b\.nsd:1: nothing declares the class 'XABC'"):
        load_namespaces([tmp_path / "b.nsd"])


def deep(number: int) -> str:
    chain = "".join(f'<AbstractLNClass name="A{n}" base="A{n + 1}"/>' for n in range(number))
    return f'<NS xmlns="http://www.iec.ch/61850/2016/NSD" id="i" version="1"><LNClasses>{chain}<AbstractLNClass name="A{number}"/><LNClass name="XXXX" base="A0"/></LNClasses></NS>'


WRONG = {
    "no XML": ("<NS", "no XML"),
    "not NSD": ("<SCL/>", "the root is SCL"),
    "entities": ("<!DOCTYPE x [<!ENTITY a 'b'>]><NS/>", "refused"),
    "basic type": (NSD.replace("INT32", "INT31"), "a: no basic type 'INT31'"),
    "structure": (NSD.replace('type="Unit"', 'type="Unite"'), "nothing declares the constructed attribute 'Unite'"),
    "CDC": (NSD.replace('type="BCR"', 'type="BCX"'), "nothing declares the CDC 'BCX'"),
    "base": (NSD.replace("FunctionLN", "FunctionalLN"), "nothing declares the class 'FunctionalLN'"),
    "literal": (NSD.replace('literalVal="2"', 'literalVal="two"'), "has no number"),
    "name": (NSD.replace('name="Pair" type="PRS"', 'name="__slots__" type="PRS"'), "'__slots__' is no name"),
    "no id": (NSD.replace('id="Somebody"', ""), "without id or version"),
    "circle of classes": (NSD.replace('base="FunctionLN"', 'base="XBaseLN"'), "declared by itself"),
    "circle of structures": (NSD.replace('type="Unit"', 'type="Pair"'), "declared by itself"),
    "circle of CDCs": (NSD.replace('name="sub" type="SPS"', 'name="sub" type="PRS"'), "declared by itself"),
    "too deep": (deep(MAX_NESTING + 1), "more than"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(case: str) -> None:
    text, message = WRONG[case]
    with pytest.raises(FileError, match=message):
        load_nsd(text.encode(), "w.nsd")


def test_as_deep_as_allowed() -> None:
    assert list(load_nsd(deep(MAX_NESTING - 2).encode()).ln_classes) == ["XXXX"]
