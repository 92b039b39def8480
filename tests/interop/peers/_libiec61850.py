"""The C interface of libIEC61850 through ctypes, on the shared library inside the PyPI wheel pyiec61850-ng.

Why not the wheel's own swig module: its calls hold the interpreter lock for a whole round trip (a report callback
cannot run meanwhile, and a server in the same process cannot answer), and it has no access to several functions used
here. ctypes releases the lock. Prototypes are written from the library's published C interface (1.6); the
numbers of its enumerations are repeated below because a binary carries no headers.

This file is imported only by the libiec61850_* peer processes and by benchmarks, never by meterwire.
"""

import ctypes as C
import glob
import importlib.util
import os
from collections.abc import Callable, Iterator
from typing import Any

P = C.c_void_p
S = C.c_char_p
I32 = C.c_int
U32 = C.c_uint32
BOOL = C.c_bool

MMS_TYPES = (
    "array", "structure", "boolean", "bit-string", "integer", "unsigned", "float", "octet-string", "visible-string",
    "generalized-time", "binary-time", "bcd", "object-id", "mms-string", "utc-time", "data-access-error",
)  # fmt: skip

DATA_ACCESS_ERRORS = (
    "object-invalidated", "hardware-fault", "temporarily-unavailable", "object-access-denied", "object-undefined",
    "invalid-address", "type-unsupported", "type-inconsistent", "object-attribute-inconsistent",
    "object-access-unsupported", "object-non-existent", "object-value-invalid", "unknown",
)  # fmt: skip

FUNCTIONAL_CONSTRAINTS = (
    "ST", "MX", "SP", "SV", "CF", "DC", "SG", "SE", "SR", "OR", "BL", "EX", "CO", "US", "MS", "RP", "BR", "LG", "GO",
)  # fmt: skip

TRIGGER_OPTIONS = {"dchg": 1, "qchg": 2, "dupd": 4, "integrity": 8, "gi": 16}
OPTIONAL_FIELDS = {
    "sequence-number": 1, "report-time-stamp": 2, "reason-for-inclusion": 4, "data-set-name": 8, "data-reference": 16,
    "buffer-overflow": 32, "entry-id": 64, "conf-revision": 128,
}  # fmt: skip

ReportCallback = C.CFUNCTYPE(None, P, P)
ConnectionCallback = C.CFUNCTYPE(None, P, P)
WriteAccessCallback = C.CFUNCTYPE(I32, P, P, P, P)
Authenticator = C.CFUNCTYPE(BOOL, P, P, P, P)

# name: (result, argument types). E marks the "error out" pointer most client calls take.
E = C.POINTER(I32)
PROTOTYPES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "LibIEC61850_getVersionString": (S, ()),
    # values
    "MmsValue_getType": (I32, (P,)),
    "MmsValue_getArraySize": (U32, (P,)),
    "MmsValue_getElement": (P, (P, I32)),
    "MmsValue_setElement": (None, (P, I32, P)),
    "MmsValue_createEmptyStructure": (P, (I32,)),
    "MmsValue_createEmptyArray": (P, (I32,)),
    "MmsValue_getBoolean": (BOOL, (P,)),
    "MmsValue_getBitStringSize": (I32, (P,)),
    "MmsValue_getBitStringBit": (BOOL, (P, I32)),
    "MmsValue_setBitStringBit": (None, (P, I32, BOOL)),
    "MmsValue_newBitString": (P, (I32,)),
    "MmsValue_toInt64": (C.c_int64, (P,)),
    "MmsValue_toDouble": (C.c_double, (P,)),
    "MmsValue_getOctetStringSize": (C.c_uint16, (P,)),
    "MmsValue_getOctetStringBuffer": (P, (P,)),
    "MmsValue_toString": (S, (P,)),
    "MmsValue_getUtcTimeBuffer": (P, (P,)),
    "MmsValue_setUtcTimeByBuffer": (None, (P, S)),
    "MmsValue_getBinaryTimeAsUtcMs": (C.c_uint64, (P,)),
    "MmsValue_encodeMmsData": (I32, (P, P, I32, BOOL)),
    "MmsValue_getDataAccessError": (I32, (P,)),
    "MmsValue_newBoolean": (P, (BOOL,)),
    "MmsValue_newIntegerFromInt64": (P, (C.c_int64,)),
    "MmsValue_newIntegerFromInt32": (P, (C.c_int32,)),
    "MmsValue_newUnsignedFromUint32": (P, (U32,)),
    "MmsValue_newFloat": (P, (C.c_float,)),
    "MmsValue_newDouble": (P, (C.c_double,)),
    "MmsValue_newVisibleString": (P, (S,)),
    "MmsValue_newMmsString": (P, (S,)),
    "MmsValue_newOctetString": (P, (I32, I32)),
    "MmsValue_setOctetString": (None, (P, S, I32)),
    "MmsValue_newUtcTime": (P, (U32,)),
    "MmsValue_newBinaryTime": (P, (BOOL,)),
    "MmsValue_setBinaryTime": (None, (P, C.c_uint64)),
    "MmsValue_delete": (None, (P,)),
    # types
    "MmsVariableSpecification_getType": (I32, (P,)),
    "MmsVariableSpecification_getName": (S, (P,)),
    "MmsVariableSpecification_getSize": (I32, (P,)),
    "MmsVariableSpecification_getChildSpecificationByIndex": (P, (P, I32)),
    "MmsVariableSpecification_getArrayElementSpecification": (P, (P,)),
    "MmsVariableSpecification_destroy": (None, (P,)),
    # lists
    "LinkedList_create": (P, ()),
    "LinkedList_add": (None, (P, P)),
    "LinkedList_getNext": (P, (P,)),
    "LinkedList_getData": (P, (P,)),
    "LinkedList_destroy": (None, (P,)),
    "LinkedList_destroyStatic": (None, (P,)),
    # client
    "IedConnection_create": (P, ()),
    "IedConnection_connect": (None, (P, E, S, I32)),
    "IedConnection_setConnectTimeout": (None, (P, U32)),
    "IedConnection_setRequestTimeout": (None, (P, U32)),
    "IedConnection_release": (None, (P, E)),
    "IedConnection_abort": (None, (P, E)),
    "IedConnection_close": (None, (P,)),
    "IedConnection_destroy": (None, (P,)),
    "IedConnection_getState": (I32, (P,)),
    "IedConnection_installConnectionClosedHandler": (None, (P, ConnectionCallback, P)),
    "IedConnection_getMmsConnection": (P, (P,)),
    "IedConnection_getRCBValues": (P, (P, E, S, P)),
    "IedConnection_setRCBValues": (None, (P, E, P, U32, BOOL)),
    "IedConnection_installReportHandler": (None, (P, S, S, ReportCallback, P)),
    "IedConnection_uninstallReportHandler": (None, (P, S)),
    "IedConnection_triggerGIReport": (None, (P, E, S)),
    "IedConnection_readObject": (P, (P, E, S, I32)),
    "IedConnection_readBooleanValue": (BOOL, (P, E, S, I32)),
    "ClientReport_getDataSetName": (S, (P,)),
    "ClientReport_getDataSetValues": (P, (P,)),
    "ClientReport_getRcbReference": (S, (P,)),
    "ClientReport_getRptId": (S, (P,)),
    "ClientReport_getReasonForInclusion": (I32, (P, I32)),
    "ClientReport_getEntryId": (P, (P,)),
    "ClientReport_hasTimestamp": (BOOL, (P,)),
    "ClientReport_getTimestamp": (C.c_uint64, (P,)),
    "ClientReport_hasSeqNum": (BOOL, (P,)),
    "ClientReport_getSeqNum": (C.c_uint16, (P,)),
    "ClientReport_hasDataSetName": (BOOL, (P,)),
    "ClientReport_hasReasonForInclusion": (BOOL, (P,)),
    "ClientReport_hasConfRev": (BOOL, (P,)),
    "ClientReport_getConfRev": (U32, (P,)),
    "ClientReport_hasBufOvfl": (BOOL, (P,)),
    "ClientReport_getBufOvfl": (BOOL, (P,)),
    "ClientReport_hasDataReference": (BOOL, (P,)),
    "ClientReport_getDataReference": (S, (P, I32)),
    "ClientReport_hasSubSeqNum": (BOOL, (P,)),
    "ClientReport_getSubSeqNum": (C.c_uint16, (P,)),
    "ClientReport_getMoreSeqmentsFollow": (BOOL, (P,)),  # the library's own spelling
    "ClientReportControlBlock_destroy": (None, (P,)),
    "ClientReportControlBlock_getRptId": (S, (P,)),
    "ClientReportControlBlock_getRptEna": (BOOL, (P,)),
    "ClientReportControlBlock_getResv": (BOOL, (P,)),
    "ClientReportControlBlock_getDataSetReference": (S, (P,)),
    "ClientReportControlBlock_getConfRev": (U32, (P,)),
    "ClientReportControlBlock_getOptFlds": (I32, (P,)),
    "ClientReportControlBlock_getBufTm": (U32, (P,)),
    "ClientReportControlBlock_getSqNum": (C.c_uint16, (P,)),
    "ClientReportControlBlock_getTrgOps": (I32, (P,)),
    "ClientReportControlBlock_getIntgPd": (U32, (P,)),
    "ClientReportControlBlock_getGI": (BOOL, (P,)),
    "ClientReportControlBlock_getPurgeBuf": (BOOL, (P,)),
    "ClientReportControlBlock_getEntryId": (P, (P,)),
    "ClientReportControlBlock_getEntryTime": (C.c_uint64, (P,)),
    "ClientReportControlBlock_getResvTms": (C.c_int16, (P,)),
    "ClientReportControlBlock_getOwner": (P, (P,)),
    "ClientReportControlBlock_setRptId": (None, (P, S)),
    "ClientReportControlBlock_setRptEna": (None, (P, BOOL)),
    "ClientReportControlBlock_setResv": (None, (P, BOOL)),
    "ClientReportControlBlock_setDataSetReference": (None, (P, S)),
    "ClientReportControlBlock_setOptFlds": (None, (P, I32)),
    "ClientReportControlBlock_setBufTm": (None, (P, U32)),
    "ClientReportControlBlock_setTrgOps": (None, (P, I32)),
    "ClientReportControlBlock_setIntgPd": (None, (P, U32)),
    "ClientReportControlBlock_setGI": (None, (P, BOOL)),
    "ClientReportControlBlock_setPurgeBuf": (None, (P, BOOL)),
    "ClientReportControlBlock_setEntryId": (None, (P, P)),
    "ClientReportControlBlock_setResvTms": (None, (P, C.c_int16)),
    "MmsConnection_setLocalDetail": (None, (P, I32)),
    "MmsConnection_getDomainNames": (P, (P, E)),
    "MmsConnection_getDomainVariableNames": (P, (P, E, S)),
    "MmsConnection_getDomainVariableListNames": (P, (P, E, S)),
    "MmsConnection_getVariableAccessAttributes": (P, (P, E, S, S)),
    "MmsConnection_readVariable": (P, (P, E, S, S)),
    "MmsConnection_readMultipleVariables": (P, (P, E, S, P)),
    "MmsConnection_readArrayElements": (P, (P, E, S, S, U32, U32)),
    "MmsConnection_readSingleArrayElementWithComponent": (P, (P, E, S, S, U32, S)),
    "MmsConnection_readNamedVariableListValues": (P, (P, E, S, S, BOOL)),
    "MmsConnection_readNamedVariableListDirectory": (P, (P, E, S, S, C.POINTER(BOOL))),
    "MmsConnection_writeVariable": (I32, (P, E, S, S, P)),
    "MmsConnection_identify": (P, (P, E)),
    # server model
    "IedModel_create": (P, (S,)),
    "IedModel_getModelNodeByObjectReference": (P, (P, S)),
    "LogicalDevice_create": (P, (S, P)),
    "LogicalNode_create": (P, (S, P)),
    "DataObject_create": (P, (S, P, I32)),
    "DataAttribute_create": (P, (S, P, I32, I32, C.c_uint8, I32, U32)),
    "DataAttribute_getType": (I32, (P,)),
    "DataAttribute_getFC": (I32, (P,)),
    "DataSet_create": (P, (S, P)),
    "DataSetEntry_create": (P, (P, S, I32, S)),
    "ReportControlBlock_create": (P, (S, P, S, BOOL, S, U32, C.c_uint8, C.c_uint8, U32, U32)),
    "ModelNode_getChildren": (P, (P,)),
    "ModelNode_getChildWithIdx": (P, (P, I32)),
    "ModelNode_getName": (S, (P,)),
    "ModelNode_getType": (I32, (P,)),
    **{f"CDC_{cdc}_create": (P, (S, P, U32)) for cdc in (
        "SPS", "DPS", "INS", "ENS", "BCR", "VSS", "CMV", "WYE", "LPL", "DPL", "SPG", "VSG", "ING", "ENG")},
    **{f"CDC_{cdc}_create": (P, (S, P, U32, BOOL)) for cdc in ("MV", "ASG", "SAV")},
    **{f"CDC_{cdc}_create": (P, (S, P, U32, U32)) for cdc in ("SPC", "DPC", "ENC", "INC")},
    # server
    "IedServerConfig_create": (P, ()),
    "IedServerConfig_setMaxMmsConnections": (None, (P, I32)),
    "IedServer_createWithConfig": (P, (P, P, P)),
    "IedServer_setLocalIpAddress": (None, (P, S)),
    "IedServer_setServerIdentity": (None, (P, S, S, S)),
    "IedServer_start": (None, (P, I32)),
    "IedServer_stop": (None, (P,)),
    "IedServer_isRunning": (BOOL, (P,)),
    "IedServer_getNumberOfOpenConnections": (I32, (P,)),
    "IedServer_lockDataModel": (None, (P,)),
    "IedServer_unlockDataModel": (None, (P,)),
    "IedServer_getAttributeValue": (P, (P, P)),
    "IedServer_updateAttributeValue": (None, (P, P, P)),
    "IedServer_updateBooleanAttributeValue": (None, (P, P, BOOL)),
    "IedServer_setWriteAccessPolicy": (None, (P, I32, I32)),
    "IedServer_setAuthenticator": (None, (P, Authenticator, P)),
    "AcseAuthenticationParameter_getAuthMechanism": (I32, (P,)),
    "AcseAuthenticationParameter_getPassword": (P, (P,)),
    "AcseAuthenticationParameter_getPasswordLength": (I32, (P,)),
    "IedServer_handleWriteAccess": (None, (P, P, WriteAccessCallback, P)),
}  # fmt: skip


class Library:
    """The loaded shared library; functions become attributes on first use, with their prototype."""

    def __init__(self, path: str) -> None:
        self._library = C.CDLL(path)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        result, arguments = PROTOTYPES[name]
        function = self._library[name]
        function.restype = result
        function.argtypes = arguments
        setattr(self, name, function)
        return function


def library_path() -> str:
    """The library inside the installed wheel, or the build named by METERWIRE_LIBIEC61850."""
    if chosen := os.environ.get("METERWIRE_LIBIEC61850"):
        return chosen
    spec = importlib.util.find_spec("pyiec61850")  # finds, does not import
    if spec is None or spec.origin is None:
        raise SystemExit("pyiec61850-ng is not installed")
    site = os.path.dirname(os.path.dirname(spec.origin))
    found = glob.glob(os.path.join(site, "pyiec61850_ng.libs", "libiec61850*.so*"))
    if not found:
        raise SystemExit("pyiec61850-ng holds no shared library of its own here")
    return found[0]


def load() -> Library:
    """Load the library."""
    return Library(library_path())


def items(library: Library, linked_list: int | None) -> Iterator[int]:
    """The data pointers of a LinkedList (its first element is an empty head)."""
    element = library.LinkedList_getNext(linked_list) if linked_list else None
    while element:
        yield library.LinkedList_getData(element)
        element = library.LinkedList_getNext(element)


def texts(library: Library, linked_list: int) -> list[str]:
    """The strings of a LinkedList, which is freed."""
    found = [C.string_at(pointer).decode() for pointer in items(library, linked_list)]
    library.LinkedList_destroy(linked_list)
    return found


def encoded(library: Library, value: int) -> bytes:
    """The BER octets of a value."""
    size = library.MmsValue_encodeMmsData(value, None, 0, False)
    buffer = C.create_string_buffer(size)
    library.MmsValue_encodeMmsData(value, buffer, 0, True)
    return buffer.raw


def to_python(library: Library, value: int | None) -> Any:
    """An MmsValue in the JSON form all peers share.

    Integers are exact ints; bit strings the text of their bits; octet strings, UTC and binary times the hex of their
    octets; an access error is {"error": code, "name": ...}; None is a place that holds no value.
    """
    if not value:
        return None
    kind = MMS_TYPES[library.MmsValue_getType(value)]
    if kind in ("array", "structure"):
        count = library.MmsValue_getArraySize(value)
        return [to_python(library, library.MmsValue_getElement(value, i)) for i in range(count)]
    if kind == "boolean":
        return bool(library.MmsValue_getBoolean(value))
    if kind == "bit-string":
        size = library.MmsValue_getBitStringSize(value)
        return "".join("1" if library.MmsValue_getBitStringBit(value, i) else "0" for i in range(size))
    if kind in ("integer", "unsigned"):
        return int(library.MmsValue_toInt64(value))
    if kind == "float":
        return float(library.MmsValue_toDouble(value))
    if kind == "octet-string":
        size = library.MmsValue_getOctetStringSize(value)
        return C.string_at(library.MmsValue_getOctetStringBuffer(value), size).hex()
    if kind in ("visible-string", "mms-string"):
        return (library.MmsValue_toString(value) or b"").decode("utf-8", "surrogateescape")
    if kind == "utc-time":
        return C.string_at(library.MmsValue_getUtcTimeBuffer(value), 8).hex()
    if kind == "binary-time":
        return encoded(library, value)[2:].hex()
    if kind == "data-access-error":
        code = library.MmsValue_getDataAccessError(value)
        return {"error": code, "name": DATA_ACCESS_ERRORS[min(code, 12)]}
    return {"kind": kind, "ber": encoded(library, value).hex()}


def type_of(library: Library, specification: int) -> dict[str, Any]:
    """A variable's type as {"type": ..., "size": ...}, with "members" or "element" where it has parts."""
    kind = MMS_TYPES[library.MmsVariableSpecification_getType(specification)]
    size = library.MmsVariableSpecification_getSize(specification)
    if kind == "structure":
        members = []
        for i in range(size):
            child = library.MmsVariableSpecification_getChildSpecificationByIndex(specification, i)
            name = library.MmsVariableSpecification_getName(child).decode()
            members.append({"name": name, **type_of(library, child)})
        return {"type": kind, "members": members}
    if kind == "array":
        element = library.MmsVariableSpecification_getArrayElementSpecification(specification)
        return {"type": kind, "count": size, "element": type_of(library, element)}
    return {"type": kind, "size": size}


def new_value(library: Library, kind: dict[str, Any], value: Any) -> int:
    """An MmsValue of the described type; the caller deletes it."""
    name = kind["type"]
    if name in ("structure", "array"):
        parts = kind["members"] if name == "structure" else [kind["element"]] * kind["count"]
        make = "MmsValue_createEmptyStructure" if name == "structure" else "MmsValue_createEmptyArray"
        whole: int = getattr(library, make)(len(parts))
        for i, (part, content) in enumerate(zip(parts, value, strict=True)):
            library.MmsValue_setElement(whole, i, new_value(library, part, content))
        return whole
    return _new_scalar(library, kind, value)


def _new_scalar(library: Library, kind: dict[str, Any], value: Any) -> int:
    name = kind["type"]
    made: int
    if name == "bit-string":
        made = library.MmsValue_newBitString(len(value))
        for i, bit in enumerate(value):
            library.MmsValue_setBitStringBit(made, i, bit == "1")
    elif name == "octet-string":
        raw = bytes.fromhex(value)
        made = library.MmsValue_newOctetString(len(raw), max(len(raw), abs(kind.get("size", 0))))
        library.MmsValue_setOctetString(made, raw, len(raw))
    elif name == "utc-time":
        made = library.MmsValue_newUtcTime(0)
        library.MmsValue_setUtcTimeByBuffer(made, bytes.fromhex(value))
    elif name == "binary-time":
        made = library.MmsValue_newBinaryTime(False)
        library.MmsValue_setBinaryTime(made, value)
    elif name == "float":
        made = (library.MmsValue_newDouble if kind.get("size") == 64 else library.MmsValue_newFloat)(value)
    elif name in ("visible-string", "mms-string"):
        make = "MmsValue_newVisibleString" if name == "visible-string" else "MmsValue_newMmsString"
        made = getattr(library, make)(value.encode())
    else:
        makers = {
            "boolean": "MmsValue_newBoolean",
            "integer": "MmsValue_newIntegerFromInt64",
            "unsigned": "MmsValue_newUnsignedFromUint32",
        }
        made = getattr(library, makers[name])(value)
    return made
