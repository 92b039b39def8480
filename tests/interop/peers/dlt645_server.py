"""PyPI dlt645 as a meter, in a process of its own; see _jsonl.py for how the test talks to it.

Commands: set {di, value} puts a value (a number, or for a demand [number, "YYMMDDhhmm"]), clock {} tells its time, call
{method, arguments} calls its service, and attribute {name} tells one, octets as hex.
"""

import datetime as dt
import socket
import sys
from typing import Any

import _jsonl
from _jsonl import Refused, Request
from dlt645 import Demand, MeterServerService, disable_logging


class Server:
    def __init__(self, address: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.service: Any = MeterServerService.new_tcp_server("127.0.0.1", self.port, 30)
        self.service.set_address(bytes.fromhex(address)[::-1])  # it wants the order of the wire
        if not self.service.start():
            raise SystemExit("the server does not start")

    def set(self, request: Request) -> bool:
        di, value = int(request["di"], 16), request["value"]
        if isinstance(value, list) and di >> 24 == 1:
            value = Demand(value[0], dt.datetime.strptime(value[1], "%y%m%d%H%M"))
        if not getattr(self.service, f"set_{di >> 24:02x}")(di, value):
            raise Refused("the package does not take the value")
        return True

    def call(self, request: Request) -> bool:
        return bool(getattr(self.service, request["method"])(*request["arguments"]))

    def attribute(self, request: Request) -> Any:
        value = getattr(self.service, request["name"])
        return value.hex() if isinstance(value, bytes | bytearray) else value

    def clock(self, _request: Request) -> str:
        return str(self.service.time)


def main() -> None:
    _jsonl.keep_stdout_clean()
    disable_logging()
    server = Server(sys.argv[1])
    names = ("set", "clock", "call", "attribute")
    _jsonl.serve({name: getattr(server, name) for name in names}, peer="dlt645", port=server.port)


if __name__ == "__main__":
    main()
