"""The codec without any I/O of ours: octets from a plain socket in, frames that explain themselves out.

meterwire meter 645 --address 003411001043 --faults garbage=1,split=1 &
python examples/decode_stream.py 127.0.0.1 10645 003411001043
"""

import socket
import sys

from meterwire.anatomy import render
from meterwire.protocols import dlt645

QUIET_SECONDS = 0.5


def main(host: str, port: str, address: str) -> None:
    request = dlt645.read_data(address, "0001FF00")  # the energy registers of all tariffs
    stream = dlt645.Stream()
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(request.encode(preamble=4))
        line.settimeout(QUIET_SECONDS)
        octets = b"..."
        while octets:
            try:
                octets = line.recv(64)
                # Pieces may be cut anywhere; what belongs to no frame is dropped and counted.
                frames = stream.feed(octets)
            except TimeoutError:
                # The line is quiet: garbage that looked like the start of a long frame gives back what it held.
                octets, frames = b"", stream.flush()
            for frame in frames:
                print(frame)
                print(render(frame.anatomy()))
                for reading in dlt645.readings(frame):
                    print(f"{reading.item} = {reading.value} {reading.unit}")
    print(f"{stream.discarded} octets were no frame, {stream.checksum_errors} frames had a wrong checksum")


if __name__ == "__main__":
    main(*sys.argv[1:4])
