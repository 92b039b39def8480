"""What the data field of a DL/T 645 frame says, octet by octet; used by :meth:`.frame.Frame.anatomy`.

Works on control and data only, so it explains frames of unknown functions and items as well as good ones.
"""

from typing import Final

from .items import Decoded, decode_item, lookup

__all__ = ["ERROR_BITS", "error_meaning", "explain"]

ERROR_BITS: Final[tuple[tuple[str, str], ...]] = (
    ("other error", "其他错误"),
    ("no such data", "无请求数据"),
    ("wrong password or not authorised", "密码错/未授权"),
    ("baud rate cannot be changed", "通信速率不能更改"),
    ("too many year zones", "年时区数超"),
    ("too many day periods", "日时段数超"),
    ("too many tariffs", "费率数超"),
    ("reserved", "保留"),
)
"""Meaning of bits 0..7 of the error octet ERR, English and Chinese."""

Part = tuple[int, int, str, str]  # offset, size, name, meaning


def error_meaning(error: int) -> str:
    """Plain words for an error octet, e.g. ``"no such data 无请求数据"``."""
    names = [" ".join(text) for bit, text in enumerate(ERROR_BITS) if error >> bit & 1]
    return "; ".join(names) or "no bit set"


def explain(control: int, data: bytes) -> list[Part]:
    """Parts of the data field (33H taken off) in order: offset, size, name, meaning."""
    function = control & 0x1F
    answer = bool(control & 0x80)
    if answer and control & 0x40:
        parts = [(0, 1, "error ERR", f"{data[0]:02X}H: {error_meaning(data[0])}")]
    elif function in {0x11, 0x12} and len(data) >= 4:
        parts = _read(function, data, answer)
    elif function in {0x03, 0x14} and len(data) >= 4:
        item = lookup(data[3::-1].hex())
        parts = [(0, 4, "DI0..DI3", f"{item.di} {item.name} {item.name_zh}")]
        if function == 0x14 and not answer and len(data) >= 12:
            parts += [(4, 4, "PA P0 P1 P2", f"level {data[4]:02X}, password not shown")]
            parts += [(8, 4, "C0..C3 operator", data[11:7:-1].hex().upper())]
    elif function in {0x13, 0x15} and len(data) == 6:
        parts = [(0, 6, "A0..A5", f"address {data[::-1].hex().upper()}")]
    elif function == 0x08 and len(data) == 6:
        parts = [(0, 6, "time ss mm hh DD MM YY", _clock(data))]
    else:
        parts = []
    known = parts[-1][0] + parts[-1][1] if parts else 0
    if known < len(data):
        parts.append((known, len(data) - known, "data", data[known:].hex(" ").upper()))
    return parts


def _clock(data: bytes) -> str:
    ss, mm, hh, day, month, year = (f"{octet:02X}" for octet in data)
    return f"20{year}-{month}-{day} {hh}:{mm}:{ss}"


def _read(function: int, data: bytes, answer: bool) -> list[Part]:
    item = lookup(data[3::-1].hex())
    parts: list[Part] = [(0, 4, "DI0..DI3", f"{item.di} {item.name} {item.name_zh}")]
    payload = data[4:]
    if function == 0x12 and payload:
        payload = payload[:-1]
    if answer and payload and function == 0x11:
        parts += [(4 + d.offset, d.size, d.item, _value(d)) for d in decode_item(item.di, payload)]
    elif payload and function == 0x12:
        parts.append((4, len(payload), "data", "part of an answer in several frames"))
    elif payload:
        parts.append((4, 1, "N", f"{data[4]:02X}H blocks"))
        if len(data) == 10:
            parts.append(
                (
                    5,
                    5,
                    "time mm hh DD MM YY",
                    f"from 20{data[9]:02X}-{data[8]:02X}-{data[7]:02X} {data[6]:02X}:{data[5]:02X}",
                )
            )
    if function == 0x12 and len(data) > 4:
        parts.append((len(data) - 1, 1, "SEQ", f"frame {data[-1]}"))
    return parts


def _value(value: Decoded) -> str:
    shown = value.value.hex(" ").upper() if isinstance(value.value, bytes) else str(value.value)
    text = f"{value.name} {value.name_zh} = {shown} {value.unit}".rstrip()
    item = lookup(value.item) if len(value.item) == 8 else None
    if item and item.bits and value.raw is not None:
        on = [f"{bit.name} {bit.name_zh}" for bit in item.bits if value.raw >> bit.bit & (1 << bit.width) - 1]
        text += f" ({'; '.join(on) or 'no bit set'})"
    return text + (f" [{value.quality}: {value.note}]" if value.note else "")
