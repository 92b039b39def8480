"""The structure layer: our tables against verdicts measured with the real schema sets, and what each demand says."""

import json
from pathlib import Path

import pytest
from lxml import etree

from meterwire.scl.structure import SCHEMA_SETS, schema_set
from meterwire.scl.structure_check import check_structure

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "scl"
NAMESPACE = "http://www.iec.ch/61850/2003/SCL"


def said(text: str, name: str = "2007B4") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    check_structure(
        etree.fromstring(text), schema_set(name), lambda rule, element, message: found.append((rule, message))
    )
    return found


def scl(inside: str, attributes: str = 'version="2007" revision="B" release="4"') -> str:
    return f'<SCL xmlns="{NAMESPACE}" {attributes}>{inside}</SCL>'


HEADER = '<Header id="x"/>'


def measured() -> list[tuple[str, str, bool]]:
    if not (CORPUS / "index.json").exists():
        return []
    files = json.loads((CORPUS / "index.json").read_text("utf-8"))["files"]
    return [(f["file"], name, verdict) for f in files for name, verdict in f.get("xsd_valid", {}).items()]


@pytest.mark.skipif(not CORPUS.exists(), reason="no ../shared/corpus/scl here")
@pytest.mark.parametrize("name", SCHEMA_SETS)
def test_verdicts_are_those_of_the_real_schema_sets(name: str) -> None:
    schema = schema_set(name)
    wrong = []
    cases = [(file, verdict) for file, which, verdict in measured() if which == name]
    assert len(cases) > 200
    for file, verdict in cases:
        root = etree.fromstring((CORPUS / file).read_bytes())
        found: list[str] = []
        if root.tag == f"{{{NAMESPACE}}}SCL":
            check_structure(root, schema, lambda rule, element, message, found=found: found.append(message))
        else:
            found = ["root"]
        if (not found) != verdict:
            wrong.append((file, verdict, found[:2]))
    assert not wrong


IED = '<IED name="A"><AccessPoint name="P"><Server><Authentication/>{}</Server></AccessPoint></IED>'
TYPES = (
    '<DataTypeTemplates><LNodeType id="L" lnClass="LLN0"><DO name="Mod" type="D"/></LNodeType>'
    '<DOType id="D" cdc="ENC"><DA name="q" bType="Quality" fc="ST"/></DOType></DataTypeTemplates>'
)
LN0 = '<LN0 lnClass="LLN0" inst="" lnType="L"/>'
GOOD = scl(HEADER + IED.format(f'<LDevice inst="LD">{LN0}</LDevice>') + TYPES)


def test_a_plain_file_is_fine() -> None:
    assert said(GOOD) == []


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        (("HEADER", ""), "HDR-01", "SCL without Header"),
        (('id="x"', ""), "HDR-02", "Header without id"),
        (('release="4"', 'release="3"'), "VER-05", "has to be '4'"),
        (('release="4"', 'release="x"'), "VER-05", "release='x'"),
        (('IED name="A"', 'IED name="None"'), "NAM-03", "not None"),
        (('IED name="A"', "IED"), "NAM-01", "IED without name"),
        (("<Authentication/>", ""), "CB-28", "Server without Authentication"),
        (('inst="LD"', 'inst="L D"'), "NAM-05", "inst='L D'"),
        (('inst="LD"', 'inst="LD" bogus="1"'), "STR-02", "no attribute bogus"),
        ((LN0, LN0 + LN0), "STR-07", "more than 1 LN0"),
        ((LN0, ""), "CB-28", "LDevice without LN0"),
        ((HEADER, "<Text/>" + HEADER + "<Text/>"), "STR-05", "Text must stand before Header"),
        (("<Authentication/>", "<Authentication/><Nonsense/>"), "STR-01", "Nonsense may not stand in Server"),
        (("<Authentication/>", '<Authentication none="maybe"/>'), "VAL-15", "must be true or false"),
        (("<Authentication/>", "<Authentication>words</Authentication>"), "STR-09", "'words'"),
        (('type="D"', 'type="E"'), "REF-03", "type='E'"),
        (('lnType="L"', 'lnType="M"'), "REF-01", "lnType='M'"),
        (('<DO name="Mod"', '<DO name="mod"'), "NAM-11", "capital letter"),
        (('<DA name="q"', '<DA name="q" xmlns:f="urn:f" f:x="1"'), "", ""),
        (('<Header id="x"/>', '<Header id="x" xmlns:f="urn:f" f:x="1"/>'), "STR-02", "takes none of other namespaces"),
        (("</DataTypeTemplates>", '<DOType id="D" cdc="SPS"/></DataTypeTemplates>'), "UNQ-19", "'D'"),
        (('bType="Quality"', 'bType="Qual"'), "STR-04", "must be one of"),
        ((HEADER, '<f:x xmlns:f="urn:f"/>' + HEADER), "", ""),
        ((HEADER, HEADER + '<f:x xmlns:f="urn:f"/>'), "STR-05", "other namespaces"),
    ],
)
def test_each_demand(change: tuple[str, str], rule: str, words: str) -> None:
    before, after = change
    text = GOOD.replace(HEADER if before == "HEADER" else before, after, 1)
    assert text != GOOD
    found = said(text)
    if rule:
        assert any(each == rule and words in message for each, message in found), found
    else:
        assert found == []


def test_a_type_named_by_the_file() -> None:
    address = (
        '<Communication><SubNetwork name="N"><ConnectedAP iedName="A" apName="P"><Address>'
        '<P type="IP" xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:type="tP_IP">{}</P>'
        "</Address></ConnectedAP></SubNetwork></Communication><IED"
    )
    good = GOOD.replace("<IED", address.format("10.0.0.3"), 1)
    assert said(good) == []
    assert said(good.replace("10.0.0.3", "10.0.0.300"))[0][0] == "COM-06"
    assert said(good.replace("tP_IP", "tP_Nonsense"))[0][0] == "STR-15"
    assert said(good.replace("tP_IP", "tIED"))[0][0] == "STR-15"


def test_what_libxml2_says_of_mutations() -> None:
    """Some of those found with thousands of random mutations of real files against the real schema sets."""
    enum = '<EnumType id="E"><EnumVal ord="5">a</EnumVal><EnumVal ord="{}">b</EnumVal></EnumType></DataTypeTemplates>'
    assert said(GOOD.replace("</DataTypeTemplates>", enum.format("6"))) == []
    assert said(GOOD.replace("</DataTypeTemplates>", enum.format("05")))[0][0] == "UNQ-24"
    inner = '<Private type="t"><f:x xmlns:f="urn:f"><IED/></f:x></Private>'
    assert {rule for rule, _ in said(GOOD.replace(HEADER, inner + HEADER))} >= {"NAM-01"}
    assert said(GOOD.replace(HEADER, inner.replace("IED", "Bay") + HEADER)) == []
