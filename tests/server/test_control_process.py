"""The process that does what it is told: what becomes of a command in each CDC, and how long it takes."""

from typing import Any

from meterwire.client import connect
from meterwire.models import DataAttribute, Ied, LogicalDevice, Trigger, build
from meterwire.models.ln import GGIO, LLN0, XSWI
from meterwire.server import MmsServer
from meterwire.server.control_process import simulate_controls

from ..mms_end import run

PULSES = {"cmdQual": 0, "onDur": 5, "offDur": 5, "numPls": 3}


def model() -> Ied:
    values: dict[str, Any] = {"SPCSO1.ctlModel": 1, **{f"SPCSO1.pulseConfig.{k}": v for k, v in PULSES.items()}}
    values |= {"SPCSO2.ctlModel": 1, "ISCSO1.ctlModel": 1}
    switch = build(XSWI, inst="1", values={"Pos.ctlModel": 3, "Pos.stVal": 1, "BlkOpn.ctlModel": 1})
    return Ied("P").add(LogicalDevice("PLD", "LD").add(build(LLN0), build(GGIO, inst="1", values=values), switch))


def test_pulses_switches_and_values() -> None:
    async def main() -> None:
        ied = model()
        seen: dict[str, list[Any]] = {"GGIO1.SPCSO1": [], "XSWI1.Pos": []}
        for name, values in seen.items():

            def hook(leaf: DataAttribute, _: Trigger, values: list[Any] = values) -> None:
                values.append(leaf.value)

            ied.find(f"PLD/{name}.stVal").change_hooks += (hook,)
        async with MmsServer(ied, port=0) as server, connect(server.url) as client:
            simulate_controls(server.controls, seconds=0.01)
            assert await client.operate("PLD/GGIO1.SPCSO1", True)
            assert seen["GGIO1.SPCSO1"] == [True, False] * 3  # three pulses, and off in the end
            assert await client.operate("PLD/XSWI1.Pos", True)
            assert seen["XSWI1.Pos"] == [0, 2]
            assert await client.operate("PLD/GGIO1.SPCSO2", True)
            assert await client.read("PLD/GGIO1.SPCSO2.stVal") is True
            assert await client.operate("PLD/GGIO1.ISCSO1", -5)
            assert await client.read("PLD/GGIO1.ISCSO1.stVal") == -5
            # The server's own objects work without a process, and what they say holds at once.
            assert await client.operate("PLD/XSWI1.BlkOpn", True)
            refused = await client.operate("PLD/XSWI1.Pos", False)
            assert refused.add_cause == 9
            assert seen["XSWI1.Pos"] == [0, 2]

    run(main())
