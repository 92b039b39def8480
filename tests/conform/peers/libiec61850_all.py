"""libIEC61850 (PyPI pyiec61850-ng) with a control of each model, setting groups, reports and files, for the conformance runner.

    python libiec61850_all.py --files DIR     READY line: {"event":"ready","port":...}

The model is that of tests/interop/peers/libiec61850_server.py, and beside it LD "CTL": SPCSO1..SPCSO4 with ctlModel 1..4 whose status
follows a command at once, and a setting group control block with three groups of one integer and one number. What changes, changes
by itself, four times a second. The wheel has no log storage, and its dynamic models no service tracking.
"""

import argparse
import ctypes as C
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

INTEROP = Path(__file__).resolve().parents[2] / "interop" / "peers"
sys.path.insert(0, str(INTEROP))

import _jsonl  # noqa: E402
import _libiec61850 as lib  # noqa: E402
import libiec61850_server as base  # noqa: E402
from _libiec61850 import BOOL, I32, P, S  # noqa: E402
from _libiec61850_control import CheckHandler, ControlHandler  # noqa: E402
from _libiec61850_model import Model  # noqa: E402

SwitchHandler = C.CFUNCTYPE(BOOL, P, P, C.c_uint8, P)
ConfirmHandler = C.CFUNCTYPE(None, P, P, C.c_uint8)
lib.PROTOTYPES.update({
    "SettingGroupControlBlock_create": (P, (P, C.c_uint8, C.c_uint8)),
    "IedServer_setActiveSettingGroupChangedHandler": (None, (P, P, SwitchHandler, P)),
    "IedServer_setEditSettingGroupChangedHandler": (None, (P, P, SwitchHandler, P)),
    "IedServer_setEditSettingGroupConfirmationHandler": (None, (P, P, ConfirmHandler, P)),
    "IedServer_updateInt32AttributeValue": (None, (P, P, I32)),
    "IedServer_updateFloatAttributeValue": (None, (P, P, C.c_float)),
})  # fmt: skip

ACCEPTED, DONE = -1, 1
HAS_CANCEL, STATUS_ORIGIN, STATUS_CTL_NUM, STATUS_SELD = 1 << 4, 1 << 6, 1 << 7, 1 << 8
GROUPS = 3


class WithEverything(Model):
    """The usual model and a third logical device."""

    def __init__(self, library: lib.Library) -> None:
        super().__init__(library)
        device = library.LogicalDevice_create(b"CTL", self.handle)
        self.devices.append(device)
        head = self._ln(device, "LLN0")
        for cdc, name, options in (
            ("ENC", "Mod", (0, 0)),
            ("ENS", "Beh", ()),
            ("ENS", "Health", ()),
            ("LPL", "NamPlt", ()),
        ):
            self._cdc(cdc, name, head, *options)
        physical = self._ln(device, "LPHD1")
        for cdc, name in (("DPL", "PhyNam"), ("ENS", "PhyHealth"), ("SPS", "Proxy")):
            self._cdc(cdc, name, physical)
        node = self._ln(device, "GGIO1")
        self._cdc("ENS", "Beh", node)
        for i in (1, 2, 3, 4):
            self._cdc("SPC", f"SPCSO{i}", node, 0, i | HAS_CANCEL | STATUS_ORIGIN | STATUS_CTL_NUM)
        self._cdc("SPC", "SPCSO5", node, 0, 0)
        self.block = library.SettingGroupControlBlock_create(head, 1, GROUPS)
        setting = self._ln(device, "PTOC1")
        self._cdc("ENS", "Beh", setting)
        for name, kind, part in (("OpDlTmms", "int32", "setVal"), ("StrVal", "float32", "f")):
            made = library.DataObject_create(name.encode(), setting, 0)
            for fc in ("SG", "SE"):
                if part == "f":
                    inner = self._da("setMag", made, "constructed", fc)
                    self._da("f", inner, kind, fc)
                else:
                    self._da(part, made, kind, fc)


lib.PROTOTYPES.setdefault("ModelNode_getChild", (P, (P, S)))


class Server(base.Server):
    """The running server."""

    def __init__(self, library: lib.Library, port: int, files: str | None) -> None:
        base.Model = WithEverything  # type: ignore[misc]
        self.kept: list[Any] = []
        self.banks = [{"OpDlTmms": 100 * i, "StrVal": float(i)} for i in range(1, GROUPS + 1)]
        self.edited = dict(self.banks[0])
        super().__init__(library, port, None, files)
        for i in (1, 2, 3, 4):
            self._control(self.model.devices[2], "PEERCTL", f"SPCSO{i}")
        self._control(self.model.devices[0], "PEERBASE", "SPCSO1")
        self._settings()
        self._show("SG", self.banks[0])
        for reference, fc in self.nodes:
            if reference.endswith((".Beh.stVal", ".Health.stVal", ".PhyHealth.stVal", ".Mod.stVal")):
                self.put(reference, fc, 1)
        self.values_changing = threading.Thread(target=self._live, daemon=True)
        self.values_changing.start()

    def _control(self, device: int, domain: str, name: str) -> None:
        library = self.library
        status = self.nodes[f"{domain}/GGIO1.{name}.stVal", "ST"]

        def check(*_arguments: Any) -> int:
            return ACCEPTED

        def operate(_action: int, _parameter: int, value: int, test: bool) -> int:
            if not test:
                library.IedServer_updateBooleanAttributeValue(self.server, status, library.MmsValue_getBoolean(value))
            return DONE

        place = library.ModelNode_getChild(device, f"GGIO1.{name}".encode())
        handlers = CheckHandler(check), ControlHandler(operate)
        self.kept.append(handlers)
        library.IedServer_setPerformCheckHandler(self.server, place, handlers[0], None)
        library.IedServer_setControlHandler(self.server, place, handlers[1], None)

    def _leaf(self, name: str, fc: str) -> int:
        part = "setVal" if name == "OpDlTmms" else "setMag.f"
        return self.nodes[f"PEERCTL/PTOC1.{name}.{part}", fc]

    def _show(self, fc: str, bank: dict[str, Any]) -> None:
        self.library.IedServer_updateInt32AttributeValue(self.server, self._leaf("OpDlTmms", fc), bank["OpDlTmms"])
        self.library.IedServer_updateFloatAttributeValue(self.server, self._leaf("StrVal", fc), bank["StrVal"])

    def _settings(self) -> None:
        library = self.library

        def activated(_parameter: int, _block: int, number: int, _client: int) -> bool:
            self.active = number
            self._show("SG", self.banks[number - 1])
            return True

        def selected(_parameter: int, _block: int, number: int, _client: int) -> bool:
            if number:
                self._show("SE", self.banks[number - 1])
            return True

        def confirmed(_parameter: int, _block: int, number: int) -> None:
            bank = self.banks[number - 1]
            for name in bank:
                value = library.IedServer_getAttributeValue(self.server, self._leaf(name, "SE"))
                bank[name] = lib.to_python(library, value)
            if number == self.active:
                self._show("SG", bank)

        self.active = 1
        handlers = SwitchHandler(activated), SwitchHandler(selected), ConfirmHandler(confirmed)
        self.kept.append(handlers)
        block = self.model.block  # type: ignore[attr-defined]
        library.IedServer_setActiveSettingGroupChangedHandler(self.server, block, handlers[0], None)
        library.IedServer_setEditSettingGroupChangedHandler(self.server, block, handlers[1], None)
        library.IedServer_setEditSettingGroupConfirmationHandler(self.server, block, handlers[2], None)

    def _live(self) -> None:
        step = 0
        while True:
            time.sleep(0.25)
            step += 1
            self.put("PEERBASE/GGIO1.Ind1.stVal", "ST", bool(step % 2))
            self.put("PEERBASE/GGIO1.Ind3.q", "ST", "0" * 12 + str(step % 2))
            self.put("PEERMET/MMXU1.TotW.mag.f", "MX", 4000.0 + step % 100)


def main() -> None:
    """Serve until stdin ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files")
    arguments = parser.parse_args()
    _jsonl.keep_stdout_clean()
    port = base.free_port()
    Server(lib.load(), port, arguments.files)

    def leave(_request: Any) -> None:
        raise _jsonl.Quit

    _jsonl.serve({"quit": leave}, peer="libiec61850", port=port, ied="PEER")
    os._exit(0)  # its threads call back into a Python that is going


if __name__ == "__main__":
    main()
