"""Control with the package iec61850: commands of the client, the same as in _libiec61850_control.py.

What it cannot do, measured with 0.14.0: there is no operTm; LastApplError's Error and ctlNum are not shown, only the AddCause;
CommandTermination is waited for inside operate, so there is no event for it; it is told ctlModel, and does not read it.
"""

from typing import Any

import iec61850
from _jsonl import Refused, Request, Unsupported

MODELS = ("status-only", "direct-normal", "sbo-normal", "direct-enhanced", "sbo-enhanced")


class Controls:
    """Mixed into the client."""

    connection: Any
    _control_objects: "dict[tuple[int, str], Any]"

    async def _object(self, request: Request) -> Any:
        if not hasattr(self, "_control_objects"):
            self._control_objects = {}
        reference = request["ref"]
        key = (id(self.connection), reference)
        if key not in self._control_objects:
            model = MODELS[await self.ctl_model(request)]
            made = self.connection.create_control_object(reference, iec61850.ControlModel(model))
            self._control_objects[key] = await made if hasattr(made, "__await__") else made
        control = self._control_objects[key]
        control.set_origin(
            iec61850.OriginValue(int(request.get("or_cat", 3)), request.get("or_ident", "peer").encode())
        )
        control.set_test(bool(request.get("test")))
        control.set_interlock_check(bool(request.get("interlock")))
        control.set_synchro_check(bool(request.get("synchro")))
        if "ctl_num" in request:
            control.set_ctl_num(int(request["ctl_num"]))
        return control

    @staticmethod
    def _answer(outcome: Any) -> dict[str, Any]:
        if isinstance(outcome, bool):
            return {"accepted": outcome, "add_cause": None}
        cause = outcome.add_cause
        return {"accepted": outcome.success, "add_cause": None if cause is None else cause.value}

    async def ctl_model(self, request: Request) -> int:
        """ctlModel, read."""
        return int(await self.connection.read(f"{request['ref']}.ctlModel", iec61850.FC.CF))

    async def ctl_select(self, request: Request) -> dict[str, Any]:
        """Read SBO."""
        return self._answer(await self._tried((await self._object(request)).select()))

    async def ctl_select_value(self, request: Request) -> dict[str, Any]:
        """Write SBOw."""
        return self._answer(await self._tried((await self._object(request)).select_with_value(request["value"])))

    async def ctl_operate(self, request: Request) -> dict[str, Any]:
        """Write Oper; with enhanced security until CommandTermination."""
        if "at_ms" in request:
            raise Unsupported("no operTm")
        return self._answer(await self._tried((await self._object(request)).operate(request["value"])))

    async def ctl_cancel(self, request: Request) -> dict[str, Any]:
        """Write Cancel."""
        return self._answer(await self._tried((await self._object(request)).cancel(request["value"])))

    @staticmethod
    async def _tried(work: Any) -> Any:
        try:
            return await work
        except iec61850.IedError as error:
            raise Refused(
                f"{type(error).__name__}: {error}", None, add_cause=str(getattr(error, "add_cause", ""))
            ) from None
