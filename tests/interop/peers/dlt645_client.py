"""PyPI dlt645 as a client, in a process of its own; see _jsonl.py for how the test talks to it.

Commands: connect {port, address}, read {di}, read_address {}, broadcast_time {time}, call {method, arguments} for the rest of
its service. Values come back as the package gives them (floats, text); the test knows how they must look.
"""

import datetime as dt
from typing import Any

import _jsonl
from _jsonl import Refused, Request
from dlt645 import MeterClientService, disable_logging


class Client:
    def __init__(self) -> None:
        self.service: Any = None

    def connect(self, request: Request) -> bool:
        self.service = MeterClientService.new_tcp_client("127.0.0.1", request["port"], 5.0)
        self.service.set_address(wire_order(request["address"]))
        return bool(self.service.connect())

    def read(self, request: Request) -> Any:
        di = int(request["di"], 16)
        item = getattr(self.service, f"read_{di >> 24:02x}")(di)
        return plain(item)

    def read_address(self, _request: Request) -> Any:
        return wire_order(plain(self.service.read_address()))

    def call(self, request: Request) -> Any:
        return plain(getattr(self.service, request["method"])(*request["arguments"]))

    def broadcast_time(self, request: Request) -> bool:
        return bool(self.service.broadcast_time_sync(dt.datetime.fromisoformat(request["time"])))


def wire_order(address: str) -> str:
    """The package takes and gives addresses in the order of the wire, low digits first; meters print them otherwise."""
    return bytes.fromhex(address)[::-1].hex()


def plain(item: Any) -> Any:
    """What the package read, as JSON can say it; a block is a list."""
    if item is None:
        raise Refused("the package gives None")
    if isinstance(item, list | tuple):
        return [plain(one) for one in item]
    value = getattr(item, "value", item)
    if hasattr(value, "value") and hasattr(value, "time"):
        return {"value": value.value, "time": str(value.time)}
    if isinstance(value, bytes | bytearray):
        return value.hex()
    return value if isinstance(value, int | float | str | list | None) else str(value)


def main() -> None:
    _jsonl.keep_stdout_clean()
    disable_logging()
    client = Client()
    names = ("connect", "read", "read_address", "broadcast_time", "call")
    _jsonl.serve({name: getattr(client, name) for name in names}, peer="dlt645")


if __name__ == "__main__":
    main()
