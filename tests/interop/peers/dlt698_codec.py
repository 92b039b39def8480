"""PyPI dlt698 as a codec: takes octets apart and puts them together again, in a process of its own."""

import sys
from typing import Any

import _jsonl as protocol
from dlt698 import codec

ANSWERS: dict[str, tuple[Any, Any]] = {
    "frame": (codec.decode_frame, codec.encode_frame),
    "apdu": (codec.decode_apdu, codec.encode_apdu),
    "security": (codec.decode_security, codec.encode_security),
    "data": (codec.decode_data, codec.encode_data),
}


def again(request: protocol.Request) -> dict[str, Any]:
    """Decode and encode each of ``octets`` (hex): hex, or the error's text."""
    decode, encode = ANSWERS[request["kind"]]
    told = []
    for text in request["octets"]:
        try:
            value = decode(bytes.fromhex(text))
            told.append({"kind": type(value).__name__, "octets": bytes(encode(value)).hex()})
        except Exception as error:  # a refusal is an answer too
            told.append({"kind": "", "error": str(error)})
    return {"told": told}


def values(request: protocol.Request) -> list[Any]:
    """What plain data mean, as JSON."""
    return [codec.decode_data(bytes.fromhex(text)).value for text in request["octets"]]


def crc(request: protocol.Request) -> list[int]:
    """CRC-16/X.25."""
    return [codec.crc16(bytes.fromhex(text)) for text in request["octets"]]


if __name__ == "__main__":
    protocol.keep_stdout_clean()
    sys.exit(protocol.serve({"again": again, "values": values, "crc": crc}))
