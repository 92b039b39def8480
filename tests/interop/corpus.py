"""The SCL files of ../shared/corpus/scl: which IEDs they describe, and what is wrong with those that cannot be served."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from meterwire.errors import FileError
from meterwire.scl import SclDocument, open_document
from meterwire.scl.instantiate import servers

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "scl"
"""Beside the repository, not in it; without it the tests skip."""


def files() -> list[Path]:
    """Every file of the corpus but its index."""
    return sorted(path for path in CORPUS.glob("*") if path.suffix != ".json") if CORPUS.is_dir() else []


@cache
def document(path: Path) -> SclDocument | str:
    """The parsed file, or why it cannot be parsed."""
    try:
        return open_document(path)
    except FileError as error:
        return str(error)


def ieds(path: Path) -> Iterator[tuple[SclDocument, str]]:
    """The IEDs of a file that have a server."""
    parsed = document(path)
    if isinstance(parsed, SclDocument):
        for element in parsed.ieds:
            if servers(parsed, element):
                yield parsed, element.get("name", "")


FAULTS: dict[str, dict[str, str]] = {
    "LinuxZQ93__CMS61850__Run__config__CMS61850__IEC61850.icd": {
        "KHPDF": "238: DO named '1': MMS cannot carry that",
    },
    "TransnetBW-openSCD__compas-validation-service__api__src__test__resources__scl__medium.scd": {
        "IED1": "35: LN0 without lnType",
        "IED2": "51: LN0 without lnType",
    },
    "TransnetBW-openSCD__compas-validation-service__api__src__test__resources__scl__small.icd": {
        "IED1": "26: LN0 without lnType",
    },
    "TransnetBW-openSCD__compas-validation-service__api__src__test__resources__scl__small.scd": {
        "IED1": "30: LN0 without lnType",
    },
    "TransnetBW-openSCD__compas-validation-service__api__src__test__resources__scl__xlarge.scd": {
        "IED1": "40: LN0 without lnType",
        "IED2": "52: LN0 without lnType",
        "IED3": "64: LN0 without lnType",
        "IED4": "76: LN0 without lnType",
        "IED5": "88: LN0 without lnType",
        "IED6": "100: LN0 without lnType",
        "IED7": "112: LN0 without lnType",
        "IED8": "124: LN0 without lnType",
        "IED9": "136: LN0 without lnType",
        "IED10": "148: LN0 without lnType",
    },
    "com-pas__compas-open-scd__test__testfiles__templates__dotypes.scd": {
        "IED3": "355: LN: no LNodeType 'DummyTCTR'",
    },
    "com-pas__compas-open-scd__test__testfiles__wizards__ied.scd": {
        "IED2": "267: LN: no LNodeType 'Dummy.THARDE'",
        "Subscriber1": "423: LN0 without lnType",
        "Subscriber2": "444: LN0 without lnType",
        "Pub": "474: LN0 without lnType",
        "Publi": "488: LN0 without lnType",
    },
    "com-pas__compas-scl-validator__riseclipse__validator-riseclipse__src__test__resources__scl__invalid.scd": {
        "": "10: no XML: Opening and ending tag mismatch: Header line 8 and Headers",
    },
    "com-pas__compas-scl-validator__validator__src__test__resources__scl__invalid.scd": {
        "": "6: no XML: Start tag expected, '<' not found",
    },
    "com-pas__compas-sct__sct-commons__src__test__resources__scl-srv-import-ieds__ied_test_updatable_DAI.xml": {
        "VirtualBCU": "238: bValImportNotSetAndNotSetInDai: its MMS name has 67 octets, 64 are allowed",
    },
    "openscd__open-scd__packages__openscd__test__testfiles__menu__compare-ied-changed.scd": {
        "IED1": "162: LN0: no LNodeType 'Dummy.LLN0'",
    },
    "openscd__open-scd__packages__openscd__test__testfiles__menu__compare-ied-original.scd": {
        "SPECIFICATION": "123: LN0: no LNodeType 'Dummy.LLN0'",
    },
    "openscd__open-scd__packages__openscd__test__testfiles__valid2007B.scd": {
        "IED1": "323: DA stVal: no EnumType 'Beh'",
        "IED2": "323: DA stVal: no EnumType 'Beh'",
        "IED3": "323: DA stVal: no EnumType 'Beh'",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__communication__move-gse-testfile.scd": {
        "IED1": "25: LN0 without lnType",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__editors__bugfix1711-can-create-extref.scd": {
        "IED1": "8: LN0: no LNodeType 'LLN0_type'",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__importieds__duplicate.iid": {
        "IED2": "27: LN0: no LNodeType 'Dummy.LLN0'",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__importieds__template.icd": {
        "TEMPLATE": "43: LN0: no LNodeType 'Dummy.LLN0'",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__templates__dotypes.scd": {
        "IED3": "355: LN: no LNodeType 'DummyTCTR'",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__updatedesc__updatedescSEL.scd": {
        "IED1": "14: LN0: no LNodeType 'Dummy.LLN0'",
        "IED2": "44: LN0: no LNodeType 'Dummy.LLN0'",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__valid2007B4ForDAIValidation.scd": {
        "IED2": "320: LN: no LNodeType 'Dummy.THARDE'",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__wizards__bugfix_1700_connected_ap_wizard.scd": {
        "IED1": "49: LN0: no LNodeType 'NRR_LLN0_ED2_V1.00_S_V1.00'",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__wizards__fcda.scd": {
        "IED1": "43: DA stVal: no EnumType 'Dummy_Beh'",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__wizards__ied.scd": {
        "IED2": "268: LN: no LNodeType 'Dummy.THARDE'",
        "Subscriber1": "424: LN0 without lnType",
        "Subscriber2": "445: LN0 without lnType",
        "Pub": "475: LN0 without lnType",
        "Publi": "489: LN0 without lnType",
    },
    "openscd__open-scd__packages__plugins__test__testfiles__zeroline__functions.scd": {
        "IED3": "290: LN: no LNodeType 'DummyTCTR'",
    },
    "openscd__open-scd__packages__xml__test__testfiles__valid2003.scd": {
        "IED1": "321: DA stVal: no EnumType 'Beh'",
        "IED2": "321: DA stVal: no EnumType 'Beh'",
        "IED3": "321: DA stVal: no EnumType 'Beh'",
    },
    "openscd__open-scd__packages__xml__test__testfiles__valid2007B4.scd": {
        "IED2": "255: LN: no LNodeType 'Dummy.THARDE'",
    },
    "openscd__scl-lib__tIED__insertIED__duplicate.iid": {
        "IED3": "27: LN0: no LNodeType 'Dummy.LLN0'",
    },
    "otfabric__go-iec61850__scl__testdata__broken.scd": {
        "IED1": "18: DO Mod: no DOType 'MISSING_DOType'",
    },
    "pengwanxi__61850COM__branches__develop__src__61850__tools__genmodel__model03_pxr25.icd": {
        "izm2c-61850com": "31: 'izm2c-61850com': MMS names have letters, digits and _, a letter first",
    },
    "pengwanxi__61850COM__branches__develop__src__61850__tools__genmodel__model_pxr20.icd": {
        "izmc2-61850com": "31: 'izmc2-61850com': MMS names have letters, digits and _, a letter first",
    },
    "pengwanxi__61850COM__branches__develop__src__61850__tools__genmodel__model_pxr25.icd": {
        "izmc2-61850com": "31: 'izmc2-61850com': MMS names have letters, digits and _, a letter first",
    },
    "smartgridadsc__CyberRange__examples__multi_substation__IED_standalone__TIED1__standalone.sed": {
        "": "27: no XML: Namespace prefix xsi for type on P is not defined",
    },
    "sprinteins__oscd-plugins__packages__plugins__type-designer__doc__type-designer-output.ssd": {
        "": "7: no XML: XML declaration allowed only at the start of the document",
    },
    "stevenblair__rapid61850__emf__src__rapid61850__LE.scd": {
        "": "2: the root is {http://www.iec.ch/61850/2006/SCL}SCL, not SCL in http://www.iec.ch/61850/2003/SCL",
    },
    "stevenblair__rapid61850__emf__src__rapid61850__performance.scd": {
        "": "2: the root is {http://www.iec.ch/61850/2006/SCL}SCL, not SCL in http://www.iec.ch/61850/2003/SCL",
    },
}
"""By file: what is wrong with it, by IED; with the file as a whole under ``""``."""
