"""``meterwire decode``: what each byte of a frame is."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from ..anatomy import as_dicts, render
from ..errors import FileError, UsageError
from ..protocols.capture import packets
from ..protocols.detect import PROTOCOLS, Explained, explain, explain_capture
from .output import emit

__all__ = ["decode"]

MAX_FILE = 1 << 28
"""Larger files are refused: 256 MiB."""
CAPTURE_MAGICS = {bytes.fromhex(magic) for magic in ("d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "a1b23c4d", "0a0d0d0a")}
_HEX = re.compile(r"[0-9A-Fa-f]+")
_BETWEEN = re.compile(r"0x|[\s,:;_-]", re.IGNORECASE)


def decode(
    what: Annotated[
        list[str],
        typer.Argument(metavar="HEX|FILE", help="Hex digits (blanks allowed), a file, or a capture (pcap, pcapng)."),
    ],
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help=f"Protocol: {', '.join(PROTOCOLS)}; detected when not given."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document per frame.")] = False,
) -> int:
    """Explain every byte of a frame, or of all frames of a capture."""
    if as_ is not None and as_ not in PROTOCOLS:
        msg = f"no protocol {as_!r}; known are {', '.join(PROTOCOLS)}"
        raise UsageError(msg)
    count = 0
    for explained in _explained(what, as_):
        count += 1
        if as_json:
            emit(_document(explained))
        else:
            _show(explained, count)
    if not count:
        msg = "no frame of a known protocol in there"
        raise FileError(msg)
    return 0


def _explained(what: list[str], as_: str | None) -> Iterable[Explained]:
    data = _bytes_of(what)
    if data[:4] in CAPTURE_MAGICS:
        frames: Iterator[Explained] = explain_capture(packets(data))
        return (f for f in frames if as_ in (None, f.protocol))
    return explain(data, as_)


def _bytes_of(what: list[str]) -> bytes:
    text = "".join(what)
    digits = _BETWEEN.sub("", text)
    if _HEX.fullmatch(digits):
        if len(digits) % 2:
            msg = f"{len(digits)} hex digits are no whole bytes; check the last one"
            raise UsageError(msg)
        return bytes.fromhex(digits)
    path = Path(" ".join(what))
    try:
        size = path.stat().st_size
        content = path.read_bytes() if path.is_file() and size <= MAX_FILE else None
    except (OSError, ValueError):
        msg = f"{text[:60]!r} is neither hex digits nor a file that can be read"
        raise UsageError(msg) from None
    if content is None:
        msg = f"{path} is no file of at most {MAX_FILE >> 20} MiB"
        raise UsageError(msg)
    if _is_hex(content[:64]) and _is_hex(content):
        return _bytes_of([content.decode("ascii")])
    return content


def _is_hex(content: bytes) -> bool:
    return _HEX.fullmatch(_BETWEEN.sub("", content.decode("latin-1"))) is not None


def _document(explained: Explained) -> dict[str, Any]:
    document: dict[str, Any] = {
        "protocol": explained.protocol,
        "summary": explained.summary,
        "frame": explained.frame.hex().upper(),
        "fields": as_dicts(explained.fields),
    }
    if explained.source:
        document["time"] = explained.time_ns / 1e9
        document["source"] = explained.source
        document["target"] = explained.target
    if explained.error:
        document["error"] = explained.error
    return document


def _show(explained: Explained, number: int) -> None:
    out = sys.stdout
    if number > 1:
        out.write("\n")
    way = f"{explained.source} → {explained.target}  " if explained.source else ""
    out.write(f"{way}{explained.protocol}: {explained.summary}\n{render(explained.fields)}\n")
    if explained.error:
        out.write(f"      ! {explained.error}\n")
