"""A server with something of everything: what every case of the conformance runner can be tried on.

python tests/conform/everything.py PORT      serves it until it is stopped
"""

import asyncio
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, Reference, Trigger, basic_type
from meterwire.models.build import build
from meterwire.models.control_blocks import LogControl, OptFlds, ReportControl, SettingControl, TrgOps
from meterwire.models.enums import CtlModelKind
from meterwire.models.ln import GGIO, LLN0, LPHD, LTRK, MMTR, MMXU
from meterwire.reading import Quality, Timestamp
from meterwire.server import Admission, Limits, MmsServer
from meterwire.server.files import FolderStore

NAME = "ALL"
LD, SECOND = f"{NAME}LD0", f"{NAME}LD1"
MODELS = {
    "SPCSO1": CtlModelKind.direct_with_normal_security,
    "SPCSO2": CtlModelKind.sbo_with_normal_security,
    "SPCSO3": CtlModelKind.direct_with_enhanced_security,
    "SPCSO4": CtlModelKind.sbo_with_enhanced_security,
}
PASSWORD = "conform"
CLIENTS = 12


def leaf(
    name: str, type_name: str, fc: str, value: Any = None, trigger: Trigger = Trigger.DCHG, **more: Any
) -> DataAttribute:
    return DataAttribute(name, fc, basic_type(type_name), trigger=trigger, value=value, **more)


def node(ln: Any, inst: str = "1", values: dict[str, Any] | None = None, **more: Any) -> LogicalNode:
    """A logical node whose values are good."""
    return build(ln, inst=inst, values=values or {}, quality=Quality.GOOD, **more)


def controls() -> LogicalNode:
    """One object for each ctlModel, one that is status only, and inputs that change."""
    values: dict[str, Any] = {f"Ind{i}.stVal": False for i in (1, 2, 3)}
    include = []
    for name, model in MODELS.items():
        values |= {f"{name}.ctlModel": model, f"{name}.stVal": False}
        include += [f"{name}.{part}" for part in ("origin", "ctlNum", "q", "t")]
        if "sbo" in model.name:
            values[f"{name}.sboTimeout"] = 1_500
            values[f"{name}.sboClass"] = 0
            include.append(f"{name}.stSeld")
    values["SPCSO5.ctlModel"] = CtlModelKind.status_only
    values["SPCSO5.stVal"] = False
    include += [f"Ind1.{part}" for part in ("subEna", "subVal", "subQ", "subID")]
    values |= {"Ind1.d": "changes by itself", "IntIn1.stVal": 0, "CntVal1.actVal": 1, "CntVal1.pulsQty": 1.0}
    return node(GGIO, values=values, include=include)


def settings() -> LogicalNode:
    """Settings in groups, and settings of no group."""
    magnitude = DataAttribute("setMag", "SG").add(leaf("f", "FLOAT32", "SG", 1.5, is_writable=True))
    plain = [
        DataObject("Lim", "ING").add(leaf("setVal", "INT32", "SP", 42, is_writable=True)),
        DataObject("Cnt", "ING").add(leaf("setVal", "INT16U", "SP", 7, is_writable=True)),
        DataObject("Txt", "VSG").add(leaf("setVal", "VisString32", "SP", "text", is_writable=True)),
        DataObject("Ana", "ASG").add(
            DataAttribute("setMag", "SP").add(leaf("f", "FLOAT32", "SP", 0.5, is_writable=True))
        ),
    ]
    made = build(GGIO, inst="2", values={"Ind1.stVal": True}, quality=Quality.GOOD)
    return made.add(
        DataObject("StrVal", "ASG").add(magnitude),
        DataObject("OpDlTmms", "ING").add(leaf("setVal", "INT32", "SG", 100, is_writable=True)),
        *plain,
    )


def arrays() -> LogicalNode:
    """An array of numbers, and long texts that make reports long."""
    history = DataAttribute("hstVal", "ST", is_array=True, trigger=Trigger.DCHG)
    history.add(*(leaf(f"({i})", "INT32", "ST", i * i) for i in range(5)))
    made = build(GGIO, inst="3", values={"Ind1.stVal": True}, quality=Quality.GOOD)
    texts = (DataObject(f"Txt{i}", "VSD").add(leaf("val", "VisString255", "DC", f"{i:02}" * 75)) for i in range(10))
    return made.add(DataObject("Hist", "HST").add(history), *texts)


def everything() -> Ied:
    """The model."""
    plate = {
        "NamPlt.vendor": "meterwire",
        "NamPlt.swRev": "1",
        "NamPlt.configRev": "1",
        "NamPlt.ldNs": "IEC 61850-7-4:2007B5",
    }
    head = node(
        LLN0,
        "",
        {**plate, "Mod.stVal": 1, "Beh.stVal": 1, "Health.stVal": 1, "Mod.ctlModel": 0},
        include=("Health", "Mod"),
    )
    physical = {"PhyNam.vendor": "meterwire", "PhyHealth.stVal": 1, "Proxy.stVal": False}
    measured = {
        "TotW.mag.f": 7500.0,
        "Hz.mag.f": 50.0,
        "PhV.phsA.cVal.mag.f": 230.0,
        "TotW.units.SIUnit": 62,
        "TotW.units.multiplier": 0,
    }
    tracking = node(LTRK, include=("SpcTrk", "UrcbTrk", "BrcbTrk", "SgcbTrk", "LocbTrk", "GenTrk"))
    device = LogicalDevice(LD, "LD0").add(
        head,
        node(LPHD, values=physical),
        controls(),
        settings(),
        arrays(),
        node(MMXU, values={**measured, "TotW.db": 100}),
        node(MMTR, values={"TotWh.actVal": 1, "TotWh.pulsQty": 10.0}),
        tracking,
    )
    second = LogicalDevice(SECOND, "LD1").add(
        node(
            LLN0,
            "",
            {**plate, "Mod.stVal": 1, "Beh.stVal": 1, "Health.stVal": 1, "Mod.ctlModel": 0},
            include=("Health", "Mod"),
        ),
        node(LPHD, values=physical),
        node(MMXU, values={"Hz.mag.f": 50.0}),
    )
    members = [
        (("GGIO1", "Ind1"), "ST"),
        (("GGIO1", "Ind2"), "ST"),
        (("GGIO1", "CntVal1"), "ST"),
        (("MMTR1", "TotWh"), "ST"),
    ]
    head.data_sets["dsEv"] = tuple(Reference(LD, path, fc) for path, fc in members)
    head.data_sets["dsMx"] = tuple(Reference(LD, ("MMXU1", name), "MX") for name in ("TotW", "Hz", "PhV"))
    triggers = TrgOps.DCHG | TrgOps.QCHG | TrgOps.INTEGRITY | TrgOps.GI
    common: dict[str, Any] = {"trg_ops": triggers, "buf_tm": 50, "opt_flds": OptFlds.USUAL, "owner": True}
    head.control_blocks["urcbEv"] = ReportControl(name="urcbEv", data_set="dsEv", instances=3, **common)
    head.control_blocks["urcbMx"] = ReportControl(name="urcbMx", data_set="dsMx", **common)
    head.control_blocks["brcbEv"] = ReportControl(name="brcbEv", data_set="dsEv", buffered=True, instances=2, **common)
    head.control_blocks["brcbMx"] = ReportControl(name="brcbMx", data_set="dsMx", buffered=True, **common)
    head.control_blocks["SGCB"] = SettingControl(groups=3, active=1, resv_tms=60)
    log = f"{LD}/LLN0$Events"
    head.control_blocks["lcbEv"] = LogControl(name="lcbEv", data_set="dsEv", log=log, trg_ops=TrgOps.DCHG | TrgOps.QCHG)
    ied = Ied(NAME).add(device, second)
    now = time.time_ns()
    stamps = [own for own in ied.leaves() if own.name == "t" and own.fc in ("ST", "MX")]
    ied.apply([(own, Timestamp.from_ns(now - i * 1_234_567_891)) for i, own in enumerate(stamps)])
    return ied


class Process:
    """What goes on behind the server: something changes, in value and in quality."""

    def __init__(self, ied: Ied) -> None:
        self.first, self.second = ied.find(f"{LD}/GGIO1.Ind1"), ied.find(f"{LD}/GGIO1.Ind2")
        self.counter, self.power = ied.find(f"{LD}/GGIO1.CntVal1"), ied.find(f"{LD}/MMXU1.TotW")
        self.count = 0

    def step(self) -> None:
        """One change of everything that changes."""
        self.count += 1
        now = Timestamp.from_ns(time.time_ns())
        self.first.update(stVal=not self.first["stVal"].value, q=Quality.GOOD, t=now)
        self.second.update(q=Quality.OLD_DATA if self.count % 2 else Quality.GOOD, t=now)
        self.counter.update(actVal=self.count, q=Quality.GOOD, t=now)
        self.power.update(**{"mag.f": 7500.0 + self.count % 7, "q": Quality.GOOD, "t": now})

    async def live(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(0.25)
            self.step()


@asynccontextmanager
async def serving(port: int = 0, *, password: str | None = PASSWORD) -> AsyncIterator[MmsServer]:
    """The server, its process alive, a few files to fetch."""
    ied = everything()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "COMTRADE").mkdir()
        (Path(folder) / "COMTRADE" / "fault.cfg").write_text("station,1,1999\n" * 200)
        (Path(folder) / "event.log").write_text("an event\n" * 500)
        (Path(folder) / "empty.txt").write_text("")
        server = MmsServer(
            ied,
            port=port,
            files=FolderStore(folder),
            admission=Admission(password=password),
            limits=Limits(max_associations=CLIENTS),
        )
        for name in MODELS:
            server.control(f"{LD}/GGIO1.{name}", follower(ied, name))
        async with server:
            process = Process(ied)
            for _ in range(6):  # the log is not empty when the first client comes
                process.step()
                await asyncio.sleep(0.003)
            life = asyncio.create_task(process.live())
            try:
                yield server
            finally:
                life.cancel()


def follower(ied: Ied, name: str) -> Any:
    """What a command does: the status follows."""
    place = ied.find(f"{LD}/GGIO1.{name}")

    def operate(command: Any) -> None:
        place.update(stVal=command.ctlVal, q=Quality.GOOD, t=Timestamp.from_ns(time.time_ns()))

    return operate


@contextmanager
def in_background() -> Iterator[str]:
    """The server on a loop of its own, without password; gives its URL."""
    told: list[str] = []
    ready, stop = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(password=None) as server:
            told.append(server.url)
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(30), "the server did not start"
    try:
        yield told[0]
    finally:
        stop.set()
        thread.join(10)


async def main(port: int) -> None:
    async with serving(port, password=None) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
