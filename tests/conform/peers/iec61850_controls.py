"""The PyPI package iec61850 as a server of controls whose status follows a command; see tests/interop/peers/iec61850_control_server.py."""

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "interop" / "peers"))

import _jsonl
from iec61850_control_server import Server as Base


class Server(Base):
    """The running server."""

    def _handle(self, name: str, model: str) -> None:
        path = f"LD0/GGIO1.{name}"

        async def operate(_path: str, value: Any, action: dict[str, Any]) -> None:
            if not action["test"]:
                update = self.server.update_bool if isinstance(value, bool) else self.server.update_int32
                update(f"{path}.stVal", value)

        self.server.on_control(path, ctl_model=model, check=lambda *_: None, operate=operate)


async def run() -> None:
    """Serve until stdin ends."""
    mine = Server()

    def leave(_request: Any) -> None:
        raise _jsonl.Quit

    async with mine.server:
        mine.announce()
        port = int(mine.server.bound_addr.rpartition(":")[2])
        await _jsonl.serve_async({"quit": leave}, peer="iec61850", port=port)


if __name__ == "__main__":
    _jsonl.keep_stdout_clean()
    asyncio.run(run())
