"""The PyPI package iec61850 (Rust core) as a server of controls in a process of its own. Line protocol: see _jsonl.py.

    python iec61850_control_server.py        READY line: {"event":"ready","port":...,"ref":...}

IED "CTRL", logical device LD0, GGIO1: SPCSO1..SPCSO4 with ctlModel 1..4 and SPCSO5 direct with operTm, from an SCL file made here, because the package
takes control variables from SCL alone. A command is told as an event as in libiec61850_control_server.py.

Commands: refuse object add_cause [at] · allow object · slow object ms · quit
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import _jsonl
import iec61850
from _jsonl import Request

MODELS = ("status-only", "direct-normal", "sbo-normal", "direct-enhanced", "sbo-enhanced")
LITERALS = (
    "status-only", "direct-with-normal-security", "sbo-with-normal-security", "direct-with-enhanced-security",
    "sbo-with-enhanced-security",
)  # fmt: skip
PARTS = {
    "Oper": ("ctlVal", "origin", "ctlNum", "T", "Test", "Check"),
    "Cancel": ("ctlVal", "origin", "ctlNum", "T", "Test"),
}
PARTS["SBOw"] = PARTS["Oper"]
PARTS["IntOper"] = ("ctlVal#", *PARTS["Oper"][1:])
PARTS["TimedOper"] = ("ctlVal", "operTm", *PARTS["Oper"][1:])
TYPES = {
    "ctlVal#": 'bType="INT32"',
    "ctlVal": 'bType="BOOLEAN"', "origin": 'bType="Struct" type="Origin"', "ctlNum": 'bType="INT8U"',
    "T": 'bType="Timestamp"', "operTm": 'bType="Timestamp"', "Test": 'bType="BOOLEAN"', "Check": 'bType="Check"',
}  # fmt: skip


def scl() -> str:
    """The file."""
    control = {
        1: ("Oper",),
        2: ("SBO", "Oper", "Cancel"),
        3: ("Oper",),
        4: ("SBOw", "Oper", "Cancel"),
        5: ("TimedOper",),
    }
    objects, types = "", ""
    for model, names in control.items():
        objects += f'<DO name="SPCSO{model}" type="SPC{model}"/>'
        members = ""
        for name in names:
            kind = 'bType="ObjRef"' if name == "SBO" else f'bType="Struct" type="{name}"'
            members += f'<DA name="{name.removeprefix("Timed")}" fc="CO" {kind}/>'
        types += (
            f'<DOType id="SPC{model}" cdc="SPC">{members}'
            '<DA name="stVal" fc="ST" bType="BOOLEAN" dchg="true"/><DA name="q" fc="ST" bType="Quality" qchg="true"/>'
            '<DA name="t" fc="ST" bType="Timestamp"/>'
            f'<DA name="ctlModel" fc="CF" bType="Enum" type="CtlModels"><Val>{LITERALS[(model - 1) % 4 + 1]}</Val></DA></DOType>'
        )
    objects += '<DO name="ISCSO1" type="INC"/>'
    types += (
        '<DOType id="INC" cdc="INC"><DA name="Oper" fc="CO" bType="Struct" type="IntOper"/>'
        '<DA name="stVal" fc="ST" bType="INT32" dchg="true"/><DA name="q" fc="ST" bType="Quality" qchg="true"/>'
        '<DA name="t" fc="ST" bType="Timestamp"/>'
        f'<DA name="ctlModel" fc="CF" bType="Enum" type="CtlModels"><Val>{LITERALS[1]}</Val></DA></DOType>'
    )
    structures = "".join(
        f'<DAType id="{name}">'
        + "".join(f'<BDA name="{part.removesuffix("#")}" {TYPES[part]}/>' for part in parts)
        + "</DAType>"
        for name, parts in PARTS.items()
    )
    literals = "".join(f'<EnumVal ord="{i}">{text}</EnumVal>' for i, text in enumerate(LITERALS))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<SCL xmlns="http://www.iec.ch/61850/2003/SCL" version="2007" revision="B"><Header id="c"/>
<IED name="CTRL"><AccessPoint name="AP"><Server><Authentication/><LDevice inst="LD0">
<LN0 lnClass="LLN0" inst="" lnType="LLN0"/><LN lnClass="GGIO" inst="1" lnType="GGIO"/>
</LDevice></Server></AccessPoint></IED><DataTypeTemplates>
<LNodeType id="LLN0" lnClass="LLN0"><DO name="Beh" type="ENS"/></LNodeType>
<LNodeType id="GGIO" lnClass="GGIO"><DO name="Beh" type="ENS"/>{objects}</LNodeType>
<DOType id="ENS" cdc="ENS"><DA name="stVal" fc="ST" bType="INT32" dchg="true"/>
<DA name="q" fc="ST" bType="Quality" qchg="true"/><DA name="t" fc="ST" bType="Timestamp"/></DOType>{types}
<DAType id="Origin"><BDA name="orCat" bType="INT8"/><BDA name="orIdent" bType="Octet64"/></DAType>{structures}
<EnumType id="CtlModels">{literals}</EnumType></DataTypeTemplates></SCL>"""


class Refusal(Exception):
    """Carries the AddCause the package looks for."""

    def __init__(self, cause: int) -> None:
        super().__init__(f"AddCause {cause}")
        self.add_cause = cause


class Server:
    """The running server."""

    def __init__(self) -> None:
        self.refusals: dict[str, tuple[str, int]] = {}
        self.delays: dict[str, float] = {}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "control.icd"
            file.write_text(scl(), encoding="utf-8")
            self.server = iec61850.IedServer.from_scl(str(file), ied_name="CTRL")
        self.server.bind("127.0.0.1:0")
        for number in (1, 2, 3, 4, 5):
            self._handle(f"SPCSO{number}", MODELS[(number - 1) % 4 + 1])
        self._handle("ISCSO1", MODELS[1])

    def _handle(self, name: str, model: str) -> None:
        def check(_path: str, _value: Any, _action: dict[str, Any]) -> None:
            when, cause = self.refusals.get(name, ("", 0))
            if when == "check":
                raise Refusal(cause)

        async def operate(_path: str, value: Any, action: dict[str, Any]) -> None:
            when, cause = self.refusals.get(name, ("", 0))
            if when == "operate":
                raise Refusal(cause)
            await asyncio.sleep(self.delays.get(name, 0.0))
            origin = action["origin"]
            _jsonl.event(
                "operated", object=name, value=value, test=action["test"], or_cat=origin["or_cat"],
                or_ident=bytes(origin["or_ident"]).decode(), ctl_num=action["ctl_num"],
                interlock=action["interlock_check"], synchro=action["synchro_check"],
            )  # fmt: skip

        path = f"LD0/GGIO1.{name}"
        self.server.on_control(path, ctl_model=model, check=check, operate=operate)

    def announce(self) -> None:
        """ctlModel, once the server runs: <Val> is not taken from the file."""
        for number in (1, 2, 3, 4, 5):
            self.server.update_int32(f"LD0/GGIO1.SPCSO{number}.ctlModel", (number - 1) % 4 + 1)
        self.server.update_int32("LD0/GGIO1.ISCSO1.ctlModel", 1)

    def refuse(self, request: Request) -> None:
        """Refuse from now on."""
        self.refusals[request["object"]] = (request.get("at", "check"), int(request["add_cause"]))

    def allow(self, request: Request) -> None:
        """Carry out again."""
        self.refusals.pop(request["object"], None)

    def slow(self, request: Request) -> None:
        """Take so long."""
        self.delays[request["object"]] = float(request["ms"]) / 1000


async def run() -> None:
    """Serve until stdin ends."""
    mine = Server()

    def leave(_request: Request) -> None:
        raise _jsonl.Quit

    async with mine.server:
        mine.announce()
        port = int(mine.server.bound_addr.rpartition(":")[2])
        handlers = {name: getattr(mine, name) for name in ("refuse", "allow", "slow")}
        await _jsonl.serve_async({**handlers, "quit": leave}, peer="iec61850", port=port, ref="CTRLLD0/GGIO1")


if __name__ == "__main__":
    _jsonl.keep_stdout_clean()
    asyncio.run(run())
