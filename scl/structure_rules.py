"""The rules that the walker of the schema sets says, and which rule of the catalogue a broken demand belongs to.

The walker knows four kinds of demands: an attribute's form, its presence, what must be unique and what must lead somewhere.
People know them by the thing concerned, so the tables below give each its own id; what is in no table keeps the general
``STR`` id.
"""

from .rules import register

__all__ = ["FORM", "MISSING", "MISSING_CHILD", "REFER", "UNIQUE", "rule_for_form", "rule_for_identity"]

P6 = "IEC 61850-6"
for _id, _title, _part, _hint in (
    ("WF-01", "The file is well-formed XML", P6, "Open it in an XML editor at that line."),
    (
        "WF-02",
        "No document type declaration, no entities",
        P6,
        "Remove the <!DOCTYPE …>: SCL has none, and entities are a way to attack readers.",
    ),
    (
        "WF-03",
        "Nesting and size stay within what readers take",
        P6,
        "Split the file, or find the tool that wrote it like this.",
    ),
    (
        "WF-04",
        "The root is SCL in the namespace of 61850-6",
        P6,
        'Begin with <SCL xmlns="http://www.iec.ch/61850/2003/SCL" …>.',
    ),
    (
        "VER-06",
        "Version, revision and release name a known edition",
        f"{P6} 9.1",
        "Known: none (2003), 2007 B, 2007 B 4, 2007 C 5. --as SET checks against one of them.",
    ),
    ("VER-02", "version has the value of its edition", f"{P6} 9.1", ""),
    ("VER-04", "revision has the value of its edition", f"{P6} 9.1", ""),
    ("VER-05", "release has the value of its edition", f"{P6} 9.1", ""),
    ("HDR-01", "The file has a Header", f"{P6} 9.1", 'Add <Header id="…"/> as first element (after Text and Private).'),
    ("HDR-02", "The Header has an id", f"{P6} 9.1", "It may be empty, but it must be there."),
    ("HDR-03", "nameStructure is IEDName", f"{P6} 9.1", ""),
    ("HDR-05", "A Hitem has version, revision and when", f"{P6} 9.1", ""),
    ("HDR-06", "Version and revision of a Hitem stand once in the history", f"{P6} 9.1", ""),
    ("HDR-08", "uuid values are unique in the file", f"{P6} 2007C5", ""),
    ("PRIV-01", "A Private has a type", f"{P6} 8.3.6", ""),
    ("NAM-01", "What carries a name has one", P6, ""),
    ("NAM-03", "IED names: a letter, then letters, digits and _, at most 64, not None", f"{P6} 9.3", ""),
    ("NAM-04", "Access point names: letters, digits and _, at most 32", f"{P6} 9.3", ""),
    ("NAM-05", "LDevice inst: letters, digits and _, at most 64", f"{P6} 9.3", ""),
    ("NAM-06", "ldName: a letter, then letters, digits and _, at most 64", f"{P6} 9.3", ""),
    ("NAM-08", "LN prefix: a letter first, at most 11", f"{P6} 9.3", ""),
    ("NAM-09", "LN inst: 1 to 12 digits; none for LN0", f"{P6} 9.3", ""),
    ("NAM-10", "lnClass: four capitals; LLN0 for LN0", f"{P6} 9.3", ""),
    ("NAM-11", "DO names begin with a capital, SDO names with a small letter", f"{P6} 9.5", ""),
    ("NAM-12", "DA and BDA names begin with a small letter, at most 60", f"{P6} 9.5", ""),
    ("NAM-13", "Data set names: at most 32", f"{P6} 9.3", ""),
    ("NAM-14", "Control block names: at most 32", f"{P6} 9.3", ""),
    ("NAM-15", "rptID, appID, smvID: printable ASCII, at most 129", f"{P6} 9.3", ""),
    ("NAM-16", "Type ids: 1 to 255 characters without blanks", f"{P6} 9.5", ""),
    ("NAM-17", "Association ids: letters and digits", f"{P6} 9.3", ""),
    ("NAM-18", "Enumeration texts: Latin-1, at most 127", f"{P6} 9.5", ""),
    ("COM-04", "An Address holds at least one P", f"{P6} 9.4", ""),
    ("COM-05", "A P has a type, and a known one", f"{P6} 9.4", ""),
    ("COM-06", "The value of a P is there and fits its type", f"{P6} 9.4", ""),
    ("COM-20", "redProt is none, hsr, prp or rstp", f"{P6} 9.4", ""),
    ("COM-22", "Bit rates are in b/s, multiplier M", f"{P6} 9.4", ""),
    ("CB-01", "A ReportControl has OptFields", f"{P6} 9.3", "Add <OptFields …/> (an empty one is enough)."),
    ("CB-02", "A SampledValueControl has SmvOpts", f"{P6} 9.3", "Add <SmvOpts …/>."),
    ("CB-03", "confRev is there", f"{P6} 9.3", ""),
    ("CB-20", "A data set has at least one FCDA", f"{P6} 9.3", ""),
    ("CB-27", "An access point holds one of Server, ServerAt, LNs", f"{P6} 9.3", ""),
    ("CB-28", "A server has Authentication and an LDevice, an LDevice one LN0", f"{P6} 9.3", ""),
    ("COM-02", "Communication holds a SubNetwork, a SubNetwork a ConnectedAP", f"{P6} 9.4", ""),
    ("SUB-01", "A Substation has a VoltageLevel, a VoltageLevel a Bay", f"{P6} 9.2", ""),
    ("SUB-02", "Types of transformers, windings and tap changers are PTR, PTW, LTC", f"{P6} 9.2", ""),
    ("SUB-03", "Equipment types are known, or begin with E", f"{P6} 9.2", ""),
    ("SUB-05", "Equipment has at most two Terminals", f"{P6} 9.2", ""),
    ("SUB-09", "Certificates name subject and issuer", f"{P6} 9.3", ""),
    ("VAL-15", "Booleans are true, false, 1 or 0", f"{P6} 8.1", ""),
    ("VAL-16", "Numbers are numbers, and in range", f"{P6} 8.1", ""),
    ("VAL-17", "Units are the fixed ones", f"{P6} 9.2", ""),
    ("VAL-18", "nomFreq and numPhases are positive", f"{P6} 9.2", ""),
    (
        "STR-01",
        "Elements stand only where the edition has them",
        P6,
        "A misspelt name, another edition, or a vendor's element without its own namespace.",
    ),
    (
        "STR-02",
        "Attributes stand only where the edition has them",
        P6,
        "A misspelt name, another edition, or a vendor's attribute without its own namespace.",
    ),
    ("STR-03", "Required attributes are there", P6, ""),
    ("STR-04", "Attribute values have the form of their type", P6, ""),
    (
        "STR-05",
        "Children stand in the order of the edition",
        P6,
        "Move the element; most tools refuse files in another order.",
    ),
    ("STR-06", "Required children are there", P6, ""),
    ("STR-07", "Children do not stand more often than allowed", P6, ""),
    ("STR-08", "Of children that exclude each other there is one kind", P6, ""),
    ("STR-09", "Text stands only where it may, in the form of its type", P6, ""),
    ("STR-10", "Fixed values are the fixed ones", P6, ""),
    ("STR-11", "What must be unique is", P6, ""),
    ("STR-12", "What identifies an element is there", P6, ""),
    ("STR-13", "References lead somewhere", P6, ""),
    (
        "STR-14",
        "Elements of other namespaces stand where they may",
        P6,
        "Put them into a Private, or first among the children.",
    ),
    ("STR-15", "xsi:type names a type that may stand there", P6, ""),
):
    register(_id, _title, part=_part, hint=_hint)

for _id, _title in (
    ("UNQ-01", "IED names are unique in the file"),
    ("UNQ-02", "Substation, Process and Line names are unique in the file"),
    ("UNQ-06", "Access point names are unique in their IED"),
    ("UNQ-07", "LDevice inst is unique in its IED"),
    ("UNQ-08", "prefix, lnClass and inst together are unique in LDevice and access point"),
    ("UNQ-09", "Data set names are unique in their LN"),
    ("UNQ-10", "ReportControl names are unique in their LN"),
    ("UNQ-11", "LogControl names are unique in their LN"),
    ("UNQ-12", "GSEControl names are unique in LN0"),
    ("UNQ-13", "SampledValueControl names are unique in LN0"),
    ("UNQ-14", "Log names are unique in their LN"),
    ("UNQ-15", "DOI names are unique in their LN"),
    ("UNQ-16", "SDI and DAI names with ix are unique in their parent"),
    ("UNQ-18", "LNodeType ids are unique"),
    ("UNQ-19", "DOType, DAType and EnumType ids are unique"),
    ("UNQ-20", "DataTypeTemplates has one space of ids"),
    ("UNQ-21", "DO names are unique in their LNodeType"),
    ("UNQ-22", "DA and SDO names are unique in their DOType"),
    ("UNQ-23", "BDA names are unique in their DAType"),
    ("UNQ-24", "Ordinals are unique in their EnumType"),
    ("UNQ-25", "Texts are unique in their EnumType"),
    ("UNQ-26", "ProtNs are unique in their type"),
    ("UNQ-27", "SubNetwork names are unique"),
    ("UNQ-28", "iedName and apName of a ConnectedAP are unique in a SubNetwork"),
    ("UNQ-29", "ldInst and cbName of a GSE are unique in their ConnectedAP"),
    ("UNQ-30", "ldInst and cbName of an SMV are unique in their ConnectedAP"),
    ("UNQ-31", "P types are unique in their PhysConn"),
    ("UNQ-36", "Association ids are unique in their Server"),
    ("UNQ-37", "An LNode stands once in its container"),
    ("UNQ-38", "Names are unique among the children of Substation, VoltageLevel, Bay, Line and Process"),
    ("UNQ-39", "Names are unique among the children of equipment"),
    ("UNQ-40", "Names are unique among the children of functions"),
    ("UNQ-41", "pathName of a ConnectivityNode is unique in the file"),
    ("UNQ-42", "Label language and id are unique in their list"),
):
    register(_id, _title)

MISSING = {
    ("Header", "id"): "HDR-02", ("Hitem", "version"): "HDR-05", ("Hitem", "revision"): "HDR-05", ("Hitem", "when"): "HDR-05",
    ("Private", "type"): "PRIV-01", ("P", "type"): "COM-05", ("ReportControl", "confRev"): "CB-03",
}  # fmt: skip
"""Rules of attributes that are missing, by element and attribute."""
MISSING_CHILD = {
    ("SCL", "Header"): "HDR-01", ("Address", "P"): "COM-04", ("ReportControl", "OptFields"): "CB-01",
    ("SampledValueControl", "SmvOpts"): "CB-02", ("DataSet", "FCDA"): "CB-20", ("Server", "Authentication"): "CB-28",
    ("Server", "LDevice"): "CB-28", ("LDevice", "LN0"): "CB-28", ("Communication", "SubNetwork"): "COM-02",
    ("SubNetwork", "ConnectedAP"): "COM-02", ("GOOSESecurity", "Subject"): "SUB-09", ("GOOSESecurity", "IssuerName"): "SUB-09", ("SMVSecurity", "Subject"): "SUB-09",
    ("SMVSecurity", "IssuerName"): "SUB-09", ("Substation", "VoltageLevel"): "SUB-01", ("VoltageLevel", "Bay"): "SUB-01",
}  # fmt: skip
"""Rules of children that are missing, by parent and child."""
FORM = {
    ("IED", "name"): "NAM-03", ("AccessPoint", "name"): "NAM-04", ("LDevice", "inst"): "NAM-05",
    ("LDevice", "ldName"): "NAM-06", ("LN", "prefix"): "NAM-08", ("LN", "inst"): "NAM-09", ("LN0", "inst"): "NAM-09",
    ("LN", "lnClass"): "NAM-10", ("LN0", "lnClass"): "NAM-10", ("LNodeType", "lnClass"): "NAM-10", ("DO", "name"): "NAM-11",
    ("DOI", "name"): "NAM-11", ("SDO", "name"): "NAM-11", ("DA", "name"): "NAM-12", ("BDA", "name"): "NAM-12",
    ("DAI", "name"): "NAM-12", ("SDI", "name"): "NAM-12", ("DataSet", "name"): "NAM-13", ("ReportControl", "name"): "NAM-14",
    ("LogControl", "name"): "NAM-14", ("GSEControl", "name"): "NAM-14", ("SampledValueControl", "name"): "NAM-14",
    ("ReportControl", "rptID"): "NAM-15", ("GSEControl", "appID"): "NAM-15", ("SampledValueControl", "smvID"): "NAM-15",
    ("LNodeType", "id"): "NAM-16", ("DOType", "id"): "NAM-16", ("DAType", "id"): "NAM-16", ("EnumType", "id"): "NAM-16",
    ("Association", "associationID"): "NAM-17", ("P", "type"): "COM-05", ("ConnectedAP", "redProt"): "COM-20",
    ("Header", "nameStructure"): "HDR-03", ("ConductingEquipment", "type"): "SUB-03", ("BitRate", "unit"): "COM-22",
    ("BitRate", "multiplier"): "COM-22", ("PowerTransformer", "type"): "SUB-02", ("TransformerWinding", "type"): "SUB-02",
    ("TapChanger", "type"): "SUB-02", ("VoltageLevel", "nomFreq"): "VAL-18", ("VoltageLevel", "numPhases"): "VAL-18",
    ("Line", "nomFreq"): "VAL-18", ("Line", "numPhases"): "VAL-18", ("SCL", "version"): "VER-02",
    ("SCL", "revision"): "VER-04", ("SCL", "release"): "VER-05", ("Voltage", "unit"): "VAL-17", ("MinTime", "unit"): "VAL-17",
    ("MaxTime", "unit"): "VAL-17", ("MinTime", "multiplier"): "VAL-17", ("MaxTime", "multiplier"): "VAL-17",
}  # fmt: skip
"""Rules of the form of attributes, by element and attribute."""
_FORM_OF_TEXT = {"P": "COM-06", "EnumVal": "NAM-18", "BitRate": "COM-22"}
_FORM_OF_TYPE = {
    "boolean": "VAL-15",
    "unsignedInt": "VAL-16",
    "int": "VAL-16",
    "unsignedByte": "VAL-16",
    "unsignedShort": "VAL-16",
}

UNIQUE = {
    ("SCL", "IED"): "UNQ-01", ("SCL", "Substation"): "UNQ-02", ("SCL", "Process"): "UNQ-02", ("SCL", "Line"): "UNQ-02",
    ("IED", "AccessPoint"): "UNQ-06", ("IED", "LDevice"): "UNQ-07", ("LDevice", "LN"): "UNQ-08",
    ("AccessPoint", "LN"): "UNQ-08", ("LN", "DataSet"): "UNQ-09", ("LN0", "DataSet"): "UNQ-09",
    ("LN", "ReportControl"): "UNQ-10", ("LN0", "ReportControl"): "UNQ-10", ("LN", "LogControl"): "UNQ-11",
    ("LN0", "LogControl"): "UNQ-11", ("LN0", "GSEControl"): "UNQ-12", ("LN0", "SampledValueControl"): "UNQ-13",
    ("LN", "Log"): "UNQ-14", ("LN0", "Log"): "UNQ-14", ("LN", "DOI"): "UNQ-15", ("LN0", "DOI"): "UNQ-15",
    ("DOI", "DAI"): "UNQ-16", ("DOI", "SDI"): "UNQ-16", ("SDI", "DAI"): "UNQ-16", ("SDI", "SDI"): "UNQ-16",
    ("DataTypeTemplates", "LNodeType"): "UNQ-18", ("DataTypeTemplates", "DOType"): "UNQ-19",
    ("DataTypeTemplates", "DAType"): "UNQ-19", ("DataTypeTemplates", "EnumType"): "UNQ-19", ("SCL", "LNodeType"): "UNQ-18",
    ("LNodeType", "DO"): "UNQ-21", ("DOType", "DA"): "UNQ-22", ("DOType", "SDO"): "UNQ-22", ("DAType", "BDA"): "UNQ-23",
    ("EnumType", "EnumVal"): "UNQ-24", ("DA", "ProtNs"): "UNQ-26", ("DAType", "ProtNs"): "UNQ-26",
    ("Communication", "SubNetwork"): "UNQ-27", ("SubNetwork", "ConnectedAP"): "UNQ-28", ("ConnectedAP", "GSE"): "UNQ-29",
    ("ConnectedAP", "SMV"): "UNQ-30", ("PhysConn", "P"): "UNQ-31", ("Server", "Association"): "UNQ-36",
    ("Labels", "Label"): "UNQ-42", ("Header", "Hitem"): "HDR-06",
}  # fmt: skip
"""Rules of what must be unique, by host and element."""
_UNIQUE_IN = {
    **dict.fromkeys(("Substation", "VoltageLevel", "Bay", "Line", "Process"), "UNQ-38"),
    **dict.fromkeys(("Function", "SubFunction", "EqFunction", "EqSubFunction"), "UNQ-40"),
    **dict.fromkeys(
        (
            "ConductingEquipment",
            "GeneralEquipment",
            "PowerTransformer",
            "TransformerWinding",
            "TapChanger",
            "SubEquipment",
        ),
        "UNQ-39",
    ),
}
REFER = {
    "LN": "REF-01", "LN0": "REF-01", "DO": "REF-03", "SDO": "REF-04", "DA": "REF-05", "BDA": "REF-05", "FCDA": "REF-15",
    "ReportControl": "REF-20", "LogControl": "REF-20", "GSEControl": "REF-20", "SampledValueControl": "REF-20",
    "ConnectedAP": "REF-23", "ServerAt": "REF-27", "Terminal": "REF-45",
}  # fmt: skip
"""Rules of references, by the element that refers."""


def rule_for_form(element: str, attribute: str, type_name: str) -> str:
    """The rule that an attribute of a wrong form breaks; an empty attribute name is the text of the element."""
    if not attribute:
        return _FORM_OF_TEXT.get(element, "STR-09")
    return FORM.get((element, attribute)) or _FORM_OF_TYPE.get(type_name, "STR-04")


def rule_for_identity(kind: str, host: str, element: str, fields: tuple[str, ...]) -> str:
    """The rule that a broken identity constraint belongs to."""
    if kind == "keyref":
        return REFER.get(element, "STR-13")
    if element == "LNode":
        return "UNQ-37"
    if element == "ConnectivityNode" and "pathName" in fields:
        return "UNQ-41"
    if fields == ("uuid",):
        return "HDR-08"
    if (host, element) == ("EnumType", "EnumVal") and fields == (".",):
        return "UNQ-25"
    return UNIQUE.get((host, element)) or _UNIQUE_IN.get(host, "STR-11")
