"""Control with libIEC61850: commands of the client, and what both ends need of the library.

Commands (references are 'LD/LN.DO'; type is the MMS type of ctlVal, "boolean" when not given)
    ctl_model ref                        ctlModel as the library found it
    ctl_select ref · ctl_select_value ref value [type] · ctl_operate ref value [type] [at_ms] · ctl_cancel ref
        each with test, interlock, synchro, or_cat, or_ident; answers {"accepted", "error", "add_cause", "ctl_num"}
    a CommandTermination arrives as {"event": "termination", "ref", "error", "add_cause"}

One ControlObjectClient is kept for each object until the association ends: it counts ctlNum.
"""

import ctypes as C
from typing import Any

import _jsonl
import _libiec61850 as lib
from _jsonl import Refused, Request
from _libiec61850 import BOOL, I32, U32, P, S


class LastApplError(C.Structure):
    """As the library returns it, by value."""

    _fields_ = (("ctlNum", I32), ("error", I32), ("addCause", I32))


TerminationHandler = C.CFUNCTYPE(None, P, P)
CheckHandler = C.CFUNCTYPE(I32, P, P, P, BOOL, BOOL)
ControlHandler = C.CFUNCTYPE(I32, P, P, P, BOOL)

lib.PROTOTYPES.update({
    "ControlObjectClient_create": (P, (S, P)),
    "ControlObjectClient_destroy": (None, (P,)),
    "ControlObjectClient_getControlModel": (I32, (P,)),
    "ControlObjectClient_setOrigin": (None, (P, S, I32)),
    "ControlObjectClient_setTestMode": (None, (P, BOOL)),
    "ControlObjectClient_setInterlockCheck": (None, (P, BOOL)),
    "ControlObjectClient_setSynchroCheck": (None, (P, BOOL)),
    "ControlObjectClient_select": (BOOL, (P,)),
    "ControlObjectClient_selectWithValue": (BOOL, (P, P)),
    "ControlObjectClient_operate": (BOOL, (P, P, C.c_uint64)),
    "ControlObjectClient_cancel": (BOOL, (P,)),
    "ControlObjectClient_getLastApplError": (LastApplError, (P,)),
    "ControlObjectClient_setCommandTerminationHandler": (None, (P, TerminationHandler, P)),
    "IedServer_setPerformCheckHandler": (None, (P, P, CheckHandler, P)),
    "IedServer_setControlHandler": (None, (P, P, ControlHandler, P)),
    "ControlAction_setAddCause": (None, (P, I32)),
    "ControlAction_setError": (None, (P, I32)),
    "ControlAction_isSelect": (BOOL, (P,)),
    "ControlAction_getOrCat": (I32, (P,)),
    "ControlAction_getOrIdent": (P, (P, C.POINTER(I32))),
    "ControlAction_getCtlNum": (I32, (P,)),
    "ControlAction_getInterlockCheck": (BOOL, (P,)),
    "ControlAction_getSynchroCheck": (BOOL, (P,)),
    **{f"CDC_{cdc}_create": (P, (S, P, U32, U32)) for cdc in ("SPC", "DPC", "INC", "ENC")},
    **{f"CDC_{cdc}_create": (P, (S, P, U32, U32, BOOL)) for cdc in ("BSC", "ISC", "APC", "BAC")},
})  # fmt: skip


class Controls:
    """Mixed into the client."""

    NAMES = ("ctl_model", "ctl_select", "ctl_select_value", "ctl_operate", "ctl_cancel")
    library: lib.Library
    connection: int | None
    _control_objects: "dict[tuple[int, str], tuple[int, Any]]"

    def _object(self, request: Request) -> int:
        library, reference = self.library, request["ref"]
        if not hasattr(self, "_control_objects"):
            self._control_objects = {}
        assert self.connection is not None
        key = (self.connection, reference)
        if key not in self._control_objects:
            made = library.ControlObjectClient_create(reference.encode(), self.connection)
            if not made:
                raise Refused(f"no control object {reference}")

            def on_termination(_parameter: int, control: int) -> None:
                told = library.ControlObjectClient_getLastApplError(control)
                _jsonl.event("termination", ref=reference, error=told.error, add_cause=told.addCause)

            handler = TerminationHandler(on_termination)
            library.ControlObjectClient_setCommandTerminationHandler(made, handler, None)
            self._control_objects[key] = (made, handler)
        control = self._control_objects[key][0]
        identity = request.get("or_ident", "peer")
        library.ControlObjectClient_setOrigin(control, identity.encode(), int(request.get("or_cat", 3)))
        library.ControlObjectClient_setTestMode(control, bool(request.get("test")))
        library.ControlObjectClient_setInterlockCheck(control, bool(request.get("interlock")))
        library.ControlObjectClient_setSynchroCheck(control, bool(request.get("synchro")))
        return control

    def _answer(self, control: int, accepted: bool) -> dict[str, Any]:
        told = self.library.ControlObjectClient_getLastApplError(control)
        return {
            "accepted": bool(accepted), "error": told.error, "add_cause": told.addCause, "ctl_num": told.ctlNum,
        }  # fmt: skip

    def ctl_model(self, request: Request) -> int:
        """What the library takes ctlModel to be."""
        return int(self.library.ControlObjectClient_getControlModel(self._object(request)))

    def ctl_select(self, request: Request) -> dict[str, Any]:
        """Read SBO."""
        control = self._object(request)
        return self._answer(control, self.library.ControlObjectClient_select(control))

    def ctl_select_value(self, request: Request) -> dict[str, Any]:
        """Write SBOw."""
        control, value = self._object(request), self._value_of(request)
        accepted = self.library.ControlObjectClient_selectWithValue(control, value)
        self.library.MmsValue_delete(value)
        return self._answer(control, accepted)

    def ctl_operate(self, request: Request) -> dict[str, Any]:
        """Write Oper."""
        control, value = self._object(request), self._value_of(request)
        accepted = self.library.ControlObjectClient_operate(control, value, int(request.get("at_ms", 0)))
        self.library.MmsValue_delete(value)
        return self._answer(control, accepted)

    def ctl_cancel(self, request: Request) -> dict[str, Any]:
        """Write Cancel."""
        control = self._object(request)
        return self._answer(control, self.library.ControlObjectClient_cancel(control))

    def _value_of(self, request: Request) -> int:
        return lib.new_value(self.library, {"type": request.get("type", "boolean"), "size": 32}, request["value"])
