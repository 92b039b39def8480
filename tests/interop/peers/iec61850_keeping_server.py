"""The package iec61850 as a server with setting groups and a log. Line protocol: see _jsonl.py.

    python iec61850_keeping_server.py      READY line: {"event":"ready","port":...}

The model of libiec61850_keeping_server.py as far as the package can have it, measured with 0.14.0: a name has one functional
constraint, so there is SE without SG; there are no banks, SE is one value for all groups; a journal has the name of its control
block (LLN0$LG$lcbEv), stands in no name list, and the block itself has no type and no value.

Commands
    log ref value        write an entry of the log (nothing is logged by itself) · info: the control block as the server has it
    quit
"""

import asyncio
from typing import Any

import _jsonl
import iec61850
from _jsonl import Request


def attribute(name: str, kind: str, fc: str, value: Any) -> dict[str, Any]:
    return {"name": name, "fc": fc, "type": kind, "value": value, "trg_ops": ["data_changed"]}


def model() -> dict[str, Any]:
    """The model dictionary."""
    delays = [attribute("setVal", "Int32", "SE", {"type": "int", "value": 100})]
    inputs = [
        {"name": f"Ind{i}", "das": [attribute("stVal", "Boolean", "ST", {"type": "bool", "value": False})]}
        for i in (1, 2)
    ]
    head = {
        "lln0": True,
        "dos": [{"name": "Mod", "das": [attribute("stVal", "Enumerated", "ST", {"type": "int", "value": 1})]}],
        "sgcb": {"num_of_sg": 3, "act_sg": 1},
    }
    relay = {"class": "PTOC", "prefix": "", "inst": "1", "dos": [{"name": "OpDlTmms", "das": delays}]}
    status = {"class": "GGIO", "prefix": "", "inst": "1", "dos": inputs}
    return {"ied_name": "KEEP", "lds": [{"inst": "LD0", "lns": [head, relay, status]}]}


class Server:
    """The running server."""

    def __init__(self) -> None:
        self.server = iec61850.IedServer.from_model_spec(model())
        self.server.bind("127.0.0.1:0")
        self.server.register_setting_group_handler(
            "LD0", on_act_sg=lambda *_: True, on_edit_sg=lambda *_: True, on_confirm=lambda *_: None
        )
        self.server.register_log_control("LD0/LLN0.lcbEv", dataset="LLN0$dsEv")

    def log(self, request: Request) -> int | None:
        """One entry."""
        return self.server.log_value("LD0/LLN0.lcbEv", data_ref=request["ref"], value=request["value"])

    def info(self, _request: Request) -> dict[str, Any]:
        """The control block."""
        return dict(self.server.get_setting_group_info("LD0"))


async def run() -> None:
    """Serve until stdin ends."""
    mine = Server()

    def leave(_request: Request) -> None:
        raise _jsonl.Quit

    async with mine.server:
        port = int(mine.server.bound_addr.rpartition(":")[2])
        await _jsonl.serve_async({"log": mine.log, "info": mine.info, "quit": leave}, peer="iec61850", port=port)


if __name__ == "__main__":
    _jsonl.keep_stdout_clean()
    asyncio.run(run())
