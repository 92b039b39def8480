"""GOOSE, sampled value, setting group and log control blocks: readable in the order of 8-1; the first two stand still."""

import asyncio
from typing import Any

import pytest

from meterwire.client import IedClient, connect
from meterwire.errors import DataAccessError
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, TrgOps, basic_type
from meterwire.models.control_blocks import (
    GooseControl,
    LogControl,
    MulticastAddress,
    ReportControl,
    SampledValueControl,
    SettingControl,
)
from meterwire.server import MmsServer

ADDRESS = MulticastAddress(mac=bytes.fromhex("010ccd010001"), priority=5, vlan=7, app_id=0x3001)
BLOCKS = (
    GooseControl(name="full", data_set="ds", go_id="G", conf_rev=3, address=ADDRESS, min_time=4, max_time=1000),
    GooseControl(name="bare"),
    SampledValueControl(name="msv", smv_id="M", conf_rev=1, smp_rate=80, no_asdu=1, opt_flds=0b01000, address=ADDRESS),
    SampledValueControl(name="usv", smv_id="U", multicast=False),
    SettingControl(groups=4, active=2, resv_tms=10),
    LogControl(name="log", data_set="ds", log="XLD/LLN0$Log", trg_ops=TrgOps.DCHG, intg_pd=5),
    ReportControl(name="rep"),
)
DST = {"Addr": "010ccd010001", "PRIORITY": 5, "VID": 7, "APPID": 0x3001}
NO_DST = {"Addr": "000000000000", "PRIORITY": 4, "VID": 0, "APPID": 0}
EXPECTED: dict[str, dict[str, Any]] = {
    "GO.full": {
        "GoEna": False, "GoID": "G", "DatSet": "XLD/LLN0$ds", "ConfRev": 3, "NdsCom": False, "DstAddress": DST,
        "MinTime": 4, "MaxTime": 1000, "FixedOffs": False,
    },
    "GO.bare": {"GoEna": False, "GoID": "", "DatSet": "", "ConfRev": 0, "NdsCom": True, "DstAddress": NO_DST},
    "MS.msv": {
        "SvEna": False, "MsvID": "M", "DatSet": "", "ConfRev": 1, "SmpRate": 80, "OptFlds": "01000", "SmpMod": 0,
        "DstAddress": DST, "noASDU": 1,
    },
    "US.usv": {
        "SvEna": False, "Resv": False, "UsvID": "U", "DatSet": "", "ConfRev": 0, "SmpRate": 0, "OptFlds": "00000",
        "SmpMod": 0, "DstAddress": NO_DST, "noASDU": 1,
    },
    "SP.SGCB": {
        "NumOfSG": 4, "ActSG": 2, "EditSG": 0, "CnfEdit": False, "LActTm": "0" * 14 + "1f", "ResvTms": 0,
    },
    "LG.log": {
        "LogEna": False, "LogRef": "XLD/LLN0$Log", "DatSet": "XLD/LLN0$ds", "OldEntrTm": "0" * 12,
        "NewEntrTm": "0" * 12, "OldEntr": "0" * 16, "NewEntr": "0" * 16, "TrgOps": "010000", "IntgPd": 5,
    },
}  # fmt: skip


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if hasattr(value, "length"):
        return f"{value.value:0{value.length}b}"
    data = value.to_bytes() if hasattr(value, "seconds") else getattr(value, "data", value)
    return data.hex() if isinstance(data, bytes) else value


def model() -> Ied:
    node = LogicalNode("LLN0").add(DataObject("Set", "ING").add(DataAttribute("setVal", "SP", basic_type("INT32"))))
    node.control_blocks.update({block.name: block for block in BLOCKS})
    return Ied("X").add(LogicalDevice("XLD", "LD").add(node))


async def with_client(work: Any) -> None:
    async with MmsServer(model(), port=0) as server, connect(server.url) as client:
        await work(client)


def test_blocks_are_read_whole_and_in_order() -> None:
    async def work(client: IedClient) -> None:
        for name, expected in EXPECTED.items():
            fc, _, block = name.partition(".")
            got = plain(await client.read(f"XLD/LLN0.{block} [{fc}]"))
            assert list(got.items()) == list(expected.items()), name

    asyncio.run(with_client(work))


def test_groups_stand_in_their_places() -> None:
    async def work(client: IedClient) -> None:
        spec = await client.describe("XLD/LLN0")
        assert spec.names == ("SP", "US", "MS", "RP", "LG", "GO")
        sp = spec.component("SP")
        assert sp is not None
        assert sp.names == ("Set", "SGCB")

    asyncio.run(with_client(work))


@pytest.mark.parametrize(
    ("name", "value"),
    [("full.GoEna [GO]", True), ("SGCB.NumOfSG [SP]", 1), ("msv.SvEna [MS]", True), ("log.NewEntr [LG]", bytes(8))],
)
def test_writes_are_refused(name: str, value: Any) -> None:
    async def work(client: IedClient) -> None:
        with pytest.raises(DataAccessError, match="denied"):
            await client.write(f"XLD/LLN0.{name}", value)

    asyncio.run(with_client(work))
