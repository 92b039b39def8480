"""What the libIEC61850 client can do besides reading, writing and reports: the services of the interop matrix.

A part of the Client of libiec61850_client.py, which keeps the connection and the two ways to call the library.
"""

import ctypes as C
import importlib.util
import pathlib
import re
import time
from typing import Any

import _jsonl
import _libiec61850 as lib
from _jsonl import Request
from _libiec61850 import BOOL, I32, U32, E, P, S

PASSWORD = 1
"""ACSE_AUTH_PASSWORD."""


class TSelector(C.Structure):
    """Transport selector as the library passes it, by value."""

    _fields_ = (("size", C.c_uint8), ("value", C.c_uint8 * 4))


class SSelector(C.Structure):
    """Session selector."""

    _fields_ = (("size", C.c_uint8), ("value", C.c_uint8 * 16))


class PSelector(C.Structure):
    """Presentation selector."""

    _fields_ = (("size", C.c_uint8), ("value", C.c_uint8 * 16))


ReadHandler = C.CFUNCTYPE(None, U32, P, I32, P)
ADDRESSES = (P, PSelector, SSelector, TSelector)
RESULTS = C.POINTER(P)

lib.PROTOTYPES.update({
    "AcseAuthenticationParameter_create": (P, ()),
    "AcseAuthenticationParameter_setAuthMechanism": (None, (P, I32)),
    "AcseAuthenticationParameter_setPassword": (None, (P, S)),
    "IedConnection_setMaxOutstandingCalls": (None, (P, I32, I32)),
    "IsoConnectionParameters_setAcseAuthenticationParameter": (None, (P, P)),
    "IsoConnectionParameters_setRemoteApTitle": (None, (P, S, I32)),
    "IsoConnectionParameters_setLocalApTitle": (None, (P, S, I32)),
    "IsoConnectionParameters_setRemoteAddresses": (None, ADDRESSES),
    "IsoConnectionParameters_setLocalAddresses": (None, ADDRESSES),
    "MmsConnection_getIsoConnectionParameters": (P, (P,)),
    "MmsConnection_getLocalDetail": (I32, (P,)),
    "MmsConnection_getServerStatus": (None, (P, E, E, E, BOOL)),
    "MmsConnection_readVariableAsync": (None, (P, C.POINTER(U32), E, S, S, ReadHandler, P)),
    "MmsConnection_readVariableComponent": (P, (P, E, S, S, S)),
    "MmsConnection_writeVariableComponent": (I32, (P, E, S, S, S, P)),
    "MmsConnection_writeMultipleVariables": (None, (P, E, S, P, P, RESULTS)),
    "MmsConnection_writeNamedVariableList": (None, (P, E, BOOL, S, S, P, RESULTS)),
    "MmsConnection_writeArrayElements": (I32, (P, E, S, S, I32, I32, P)),
    "MmsConnection_writeSingleArrayElementWithComponent": (I32, (P, E, S, S, U32, S, P)),
    "MmsConnection_defineNamedVariableList": (None, (P, E, S, S, P)),
    "MmsConnection_defineNamedVariableListAssociationSpecific": (None, (P, E, S, P)),
    "MmsConnection_deleteNamedVariableList": (BOOL, (P, E, S, S)),
    "MmsConnection_deleteAssociationSpecificNamedVariableList": (BOOL, (P, E, S)),
    "MmsConnection_readNamedVariableListValuesAssociationSpecific": (P, (P, E, S, BOOL)),
    "MmsConnection_readNamedVariableListDirectoryAssociationSpecific": (P, (P, E, S, C.POINTER(BOOL))),
    "MmsConnection_getVariableListNamesAssociationSpecific": (P, (P, E)),
    "MmsVariableAccessSpecification_create": (P, (P, P)),
    "MmsVariableAccessSpecification_createAlternateAccess": (P, (P, P, I32, P)),
})  # fmt: skip


class AccessSpecification(C.Structure):
    """One entry of a data set directory as the library lays it out."""

    _fields_ = (("domain", C.c_char_p), ("item", C.c_char_p), ("index", C.c_int32), ("component", C.c_char_p))


class Services:
    """Commands beyond the everyday ones; ``NAMES`` lists them."""

    NAMES = (
        "api", "status", "list_names", "list_define", "list_read", "list_delete", "list_write", "write_many",
        "write_element", "read_component", "read_async",
    )  # fmt: skip

    library: lib.Library
    connection: int | None
    callbacks: dict[str, Any]
    _ied: Any
    _mms: Any
    _take: Any
    _write_code: Any
    specification: Any

    def api(self, _request: Request) -> list[str]:
        """Every call the wheel's Python module offers, by its text: it is not imported here."""
        spec = importlib.util.find_spec("pyiec61850")
        assert spec is not None
        assert spec.origin is not None
        text = pathlib.Path(spec.origin).with_name("pyiec61850.py").read_text("utf-8")
        return re.findall(r"^def (\w+\(.*?\)):", text, re.MULTILINE)

    # -- association ---------------------------------------------------------------------------------------------

    def configure(self, request: Request) -> None:
        """Password, selectors, titles and the number of outstanding calls, before connecting."""
        library = self.library
        parameters = library.MmsConnection_getIsoConnectionParameters(
            library.IedConnection_getMmsConnection(self.connection)
        )
        if "password" in request:
            given = library.AcseAuthenticationParameter_create()
            library.AcseAuthenticationParameter_setAuthMechanism(given, PASSWORD)
            # The library keeps the bare address.
            self.callbacks["password"] = password = C.create_string_buffer(request["password"].encode())
            library.AcseAuthenticationParameter_setPassword(given, password)
            library.IsoConnectionParameters_setAcseAuthenticationParameter(parameters, given)
        for side, call in (("called", "Remote"), ("calling", "Local")):
            if side in request:
                one = request[side]
                made = (
                    selector(kind, one[name]) for kind, name in ((PSelector, "p"), (SSelector, "s"), (TSelector, "t"))
                )
                getattr(library, f"IsoConnectionParameters_set{call}Addresses")(parameters, *made)
                set_title = getattr(library, f"IsoConnectionParameters_set{call}ApTitle")
                set_title(parameters, one["ap_title"].encode(), one["ae_qualifier"])
        if "outstanding" in request:
            library.IedConnection_setMaxOutstandingCalls(self.connection, request["outstanding"], 5)

    def status(self, _request: Request) -> dict[str, int]:
        """Status of the VMD."""
        logical, physical = C.c_int(-1), C.c_int(-1)
        self._mms("MmsConnection_getServerStatus", C.byref(logical), C.byref(physical), False)
        return {"logical": logical.value, "physical": physical.value}

    # -- named variable lists: domain and item; without domain of the VMD, with association: true of the association ---

    def list_names(self, _request: Request) -> list[str]:
        """Names of the association's own lists."""
        return lib.texts(self.library, self._mms("MmsConnection_getVariableListNamesAssociationSpecific"))

    def list_define(self, request: Request) -> None:
        """Create a list of members {"domain", "item"[, "index"[, "component"]]}."""
        listed = self.library.LinkedList_create()
        kept = []
        for member in request["members"]:
            texts = [C.create_string_buffer(member[key].encode()) for key in ("domain", "item")]
            if "index" in member:
                inside = member.get("component")
                texts.append(C.create_string_buffer(inside.encode()) if inside else None)  # type: ignore[arg-type]
                make = self.library.MmsVariableAccessSpecification_createAlternateAccess
                made = make(texts[0], texts[1], member["index"], texts[2])
            else:
                made = self.library.MmsVariableAccessSpecification_create(*texts)
            kept.append(texts)
            self.library.LinkedList_add(listed, made)
        try:
            if request.get("association"):
                call = "MmsConnection_defineNamedVariableListAssociationSpecific"
                self._mms(call, request["item"].encode(), listed)
            else:
                self._mms("MmsConnection_defineNamedVariableList", *list_name(request), listed)
        finally:
            self.library.LinkedList_destroyStatic(listed)

    def list_read(self, request: Request) -> dict[str, Any]:
        """Directory and values of a list."""
        deletable = C.c_bool(False)
        if request.get("association"):
            name: tuple[Any, ...] = (request["item"].encode(),)
            suffix = "AssociationSpecific"
        else:
            name, suffix = list_name(request), ""
        listed = self._mms(f"MmsConnection_readNamedVariableListDirectory{suffix}", *name, C.byref(deletable))
        members = [member_of(pointer) for pointer in lib.items(self.library, listed)]
        values = self._take(self._mms(f"MmsConnection_readNamedVariableListValues{suffix}", *name, False))
        return {"members": members, "values": values, "deletable": deletable.value}

    def list_delete(self, request: Request) -> bool:
        """Delete a list."""
        if request.get("association"):
            call = "MmsConnection_deleteAssociationSpecificNamedVariableList"
            return bool(self._mms(call, request["item"].encode()))
        return bool(self._mms("MmsConnection_deleteNamedVariableList", *list_name(request)))

    def list_write(self, request: Request) -> list[int | None]:
        """Write all members of a list; the DataAccessError of each, None where it was taken."""
        domain, item = list_name(request)
        results = C.c_void_p()
        association = bool(request.get("association"))
        with self._values(request["values"]) as values:
            call = "MmsConnection_writeNamedVariableList"
            self._mms(call, association, domain, item, values, C.byref(results))
        return self._codes(results)

    # -- writing -----------------------------------------------------------------------------------------------------

    def write_many(self, request: Request) -> list[int | None]:
        """Several variables of a domain in one Write."""
        names = self.library.LinkedList_create()
        kept = [C.create_string_buffer(item.encode()) for item in request["items"]]
        for name in kept:
            self.library.LinkedList_add(names, C.cast(name, P))
        results = C.c_void_p()
        with self._values(request["values"]) as values:
            call = "MmsConnection_writeMultipleVariables"
            self._mms(call, request["domain"].encode(), names, values, C.byref(results))
        self.library.LinkedList_destroyStatic(names)
        return self._codes(results)

    def write_element(self, request: Request) -> dict[str, Any]:
        """One array element, one component of it, or count elements from index on."""
        made = lib.new_value(self.library, request["type"], request["value"])
        head = (request["domain"].encode(), request["item"].encode(), int(request["index"]))
        if component := request.get("component"):
            call = "MmsConnection_writeSingleArrayElementWithComponent"
            arguments: tuple[Any, ...] = (*head, component.encode(), made)
        else:
            call = "MmsConnection_writeArrayElements"
            arguments = (*head, int(request.get("count", 0)), made)
        error = C.c_int(0)
        mms = self.library.IedConnection_getMmsConnection(self.connection)
        code = getattr(self.library, call)(mms, C.byref(error), *arguments)
        self.library.MmsValue_delete(made)
        return {"accepted": code < 0 and not error.value, "code": code if code >= 0 else None}

    def read_component(self, request: Request) -> Any:
        """A component of a variable by alternate access."""
        arguments = (request["domain"].encode(), request["item"].encode(), request["component"].encode())
        return self._take(self._mms("MmsConnection_readVariableComponent", *arguments))

    def read_async(self, request: Request) -> list[Any]:
        """Reads sent without waiting for each other's answers, as many as were negotiated; values in order."""
        library = self.library
        mms = library.IedConnection_getMmsConnection(self.connection)
        found: dict[int, Any] = {}
        numbers = []

        def on_value(number: int, _parameter: int, error: int, value: int) -> None:
            found[number] = {"refused": error} if error else lib.to_python(library, value)

        handler = ReadHandler(on_value)
        for one in request["targets"]:
            number, error = U32(0), C.c_int(0)
            patience = time.monotonic() + 5
            while True:
                arguments = (one["domain"].encode(), one["item"].encode(), handler, None)
                library.MmsConnection_readVariableAsync(mms, C.byref(number), C.byref(error), *arguments)
                if not error.value:
                    break
                # The library calls back before it frees the place of the call, so it may still refuse for a moment
                # when every answer is here; refused for longer, something else is wrong.
                if len(found) < len(numbers):
                    patience = time.monotonic() + 5
                elif time.monotonic() > patience:
                    raise _jsonl.Refused(f"MmsError {error.value}", error.value)
                error.value = 0
                time.sleep(0.0005)
            numbers.append(number.value)
        while len(found) < len(numbers):
            time.sleep(0.001)
        return [found[number] for number in numbers]

    # -- helpers -----------------------------------------------------------------------------------------------------

    def _values(self, given: list[dict[str, Any]]) -> "_Values":
        return _Values(self.library, [lib.new_value(self.library, one["type"], one["value"]) for one in given])

    def _codes(self, results: C.c_void_p) -> list[int | None]:
        """An accessResults list: values of the kind data-access-error, success among them as -1."""
        codes = []
        for value in lib.items(self.library, results.value):
            code = self.library.MmsValue_getDataAccessError(value)
            codes.append(None if code < 0 else code)
        return codes


class _Values:
    """MmsValues in a LinkedList, deleted afterwards."""

    def __init__(self, library: lib.Library, values: list[int]) -> None:
        self.library, self.values = library, values
        self.listed = library.LinkedList_create()
        for value in values:
            library.LinkedList_add(self.listed, value)

    def __enter__(self) -> int:
        return int(self.listed)

    def __exit__(self, *_error: object) -> None:
        self.library.LinkedList_destroyStatic(self.listed)
        for value in self.values:
            self.library.MmsValue_delete(value)


def selector(kind: Any, text: str) -> Any:
    """A selector from its hex."""
    octets = bytes.fromhex(text)
    made = kind(len(octets))
    made.value[: len(octets)] = octets
    return made


def list_name(request: Request) -> tuple[bytes | None, bytes]:
    """Domain and item as the library wants them: no domain is the VMD."""
    domain = request.get("domain")
    return (domain.encode() if domain else None), request["item"].encode()


def member_of(pointer: int) -> dict[str, Any]:
    """A member of a data set directory."""
    entry = C.cast(pointer, C.POINTER(AccessSpecification)).contents
    return {
        "domain": entry.domain.decode(), "item": entry.item.decode(), "index": entry.index,
        "component": entry.component.decode() if entry.component else None,
    }  # fmt: skip
