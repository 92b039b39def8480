"""The functions of both editions of DL/T 645 and the bits of their error octets, with English and Chinese names.

Bits 4-0 of the control octet name the function. The editions share the frame and use different functions, so that a
frame tells its edition itself, but for two: 08H (broadcast time) is the same in both, and 03H is re-read in 1997 and
security authentication in 2007; the data field tells which.
"""

from typing import Final, Literal

__all__ = [
    "ERROR_BITS",
    "ERROR_BITS_1997",
    "FUNCTIONS",
    "FUNCTIONS_1997",
    "SECURITY_ERROR_BITS",
    "Edition",
    "by_name",
    "edition_of",
    "error_meaning",
    "function_name",
]

Edition = Literal["1997", "2007"]
"""The two editions of the standard."""

SECURITY: Final = 0x03
BROADCAST_TIME: Final = 0x08
READ: Final = 0x11
FOLLOW_UP: Final = 0x12
READ_ADDRESS: Final = 0x13
WRITE: Final = 0x14
WRITE_ADDRESS: Final = 0x15
FREEZE: Final = 0x16
CHANGE_BAUD: Final = 0x17
CHANGE_PASSWORD: Final = 0x18
CLEAR_DEMAND: Final = 0x19
CLEAR_METER: Final = 0x1A
CLEAR_EVENTS: Final = 0x1B
RELAY: Final = 0x1C
OUTPUT: Final = 0x1D

READ_97: Final = 0x01
FOLLOW_UP_97: Final = 0x02
REREAD_97: Final = 0x03
WRITE_97: Final = 0x04
WRITE_ADDRESS_97: Final = 0x0A
CHANGE_BAUD_97: Final = 0x0C
CHANGE_PASSWORD_97: Final = 0x0F
CLEAR_DEMAND_97: Final = 0x10

REPLY: Final = 0x80
ERROR: Final = 0x40
MORE: Final = 0x20

FUNCTIONS: Final[dict[int, tuple[str, str]]] = {
    SECURITY: ("security authentication", "安全认证"),
    BROADCAST_TIME: ("broadcast time", "广播校时"),
    READ: ("read data", "读数据"),
    FOLLOW_UP: ("read follow-up data", "读后续数据"),
    READ_ADDRESS: ("read address", "读通信地址"),
    WRITE: ("write data", "写数据"),
    WRITE_ADDRESS: ("write address", "写通信地址"),
    FREEZE: ("freeze", "冻结命令"),
    CHANGE_BAUD: ("change baud rate", "更改通信速率"),
    CHANGE_PASSWORD: ("change password", "修改密码"),
    CLEAR_DEMAND: ("clear maximum demand", "最大需量清零"),
    CLEAR_METER: ("clear meter", "电表清零"),
    CLEAR_EVENTS: ("clear events", "事件清零"),
    RELAY: ("trip, close, alarm, keep supply", "跳合闸、报警、保电"),
    OUTPUT: ("multi-function terminal output", "多功能端子输出控制"),
}
"""Function (bits 4-0 of C) to its English and Chinese name, edition 2007."""

FUNCTIONS_1997: Final[dict[int, tuple[str, str]]] = {
    READ_97: ("read data (1997)", "读数据"),
    FOLLOW_UP_97: ("read follow-up data (1997)", "读后续数据"),
    REREAD_97: ("re-read data (1997)", "重读数据"),
    WRITE_97: ("write data (1997)", "写数据"),
    BROADCAST_TIME: ("broadcast time", "广播校时"),
    WRITE_ADDRESS_97: ("write address (1997)", "写设备地址"),
    CHANGE_BAUD_97: ("change baud rate (1997)", "更改通信速率"),
    CHANGE_PASSWORD_97: ("change password (1997)", "修改密码"),
    CLEAR_DEMAND_97: ("clear maximum demand (1997)", "最大需量清零"),
}
"""Function to its English and Chinese name, edition 1997."""

_OTHER: Final = ("other error", "其他错误")
_RESERVED: Final = ("reserved", "保留")
_PASSWORD: Final = ("wrong password or not authorised", "密码错/未授权")
_TABLES: Final = (
    ("too many year zones", "年时区数超"),
    ("too many day periods", "日时段数超"),
    ("too many tariffs", "费率数超"),
    _RESERVED,
)

ERROR_BITS: Final[tuple[tuple[str, str], ...]] = (
    _OTHER,
    ("no such data", "无请求数据"),
    _PASSWORD,
    ("baud rate cannot be changed", "通信速率不能更改"),
    *_TABLES,
)
"""Meaning of bits 0..7 of the error octet ERR of 2007, English and Chinese."""

ERROR_BITS_1997: Final[tuple[tuple[str, str], ...]] = (
    ("illegal data", "非法数据"),
    ("wrong data identifier", "数据标识错"),
    ("wrong password", "密码错"),
    _RESERVED,
    *_TABLES,
)
"""Meaning of bits 0..7 of the error octet of 1997."""

SECURITY_ERROR_BITS: Final[tuple[tuple[str, str], ...]] = (
    _OTHER,
    ("money loaded already", "重复充值"),
    ("the ESAM does not verify it", "ESAM验证失败"),
    ("identity authentication failed", "身份认证失败"),
    ("customer number does not match", "客户编号不匹配"),
    ("wrong count of loads", "充值次数错误"),
    ("more money than may be hoarded", "购电超囤积"),
    *(_RESERVED,) * 9,
)
"""Meaning of bits 0..15 of SERR, the two error octets of function 03H. Not confirmed by a frame."""


_BY_NAME: Final[dict[Edition, frozenset[int]]] = {
    "2007": frozenset({SECURITY, CHANGE_PASSWORD, CLEAR_DEMAND, CLEAR_METER, CLEAR_EVENTS, RELAY}),
    "1997": frozenset({CHANGE_PASSWORD_97, CLEAR_DEMAND_97}),
}


def by_name(function: int, edition: Edition) -> bool:
    """True for functions that only a meter's whole address may ask: done by one meter too many, they are not undone.

    The standard has wildcards for reading and for the address; this is stricter than some meters are.
    """
    return function in _BY_NAME[edition]


def edition_of(control: int, data: bytes) -> Edition:
    """The edition a frame belongs to; what both have, and what neither has, counts as 2007.

    ``data`` is the data field with 33H taken off. 03H is of 2007 when its identifier begins with 07, or when a refusal
    carries two octets.
    """
    function = control & 0x1F
    if function == SECURITY:
        refusal = control & (REPLY | ERROR) == REPLY | ERROR
        is_2007 = len(data) == 2 if refusal else len(data) >= 4 and data[3] == 0x07
        return "2007" if is_2007 else "1997"
    return "1997" if function in FUNCTIONS_1997 and function not in FUNCTIONS else "2007"


def function_name(control: int, edition: Edition = "2007") -> str:
    """Plain words for a control octet, e.g. ``"read data 读数据, abnormal answer"``."""
    function = control & 0x1F
    names = FUNCTIONS_1997 if edition == "1997" else FUNCTIONS
    name = " ".join(names.get(function, (f"function {function:02X}H",)))
    if not control & REPLY:
        return name + (", request" if not control & (ERROR | MORE) else ", request with reserved bits set")
    if control & ERROR:
        return name + ", abnormal answer"
    return name + (", answer, more follows" if control & MORE else ", answer")


def error_meaning(error: int, edition: Edition = "2007", *, security: bool = False) -> str:
    """Plain words for an error octet, or with ``security`` for SERR; e.g. ``"no such data 无请求数据"``."""
    table = SECURITY_ERROR_BITS if security else ERROR_BITS_1997 if edition == "1997" else ERROR_BITS
    names = [" ".join(text) for bit, text in enumerate(table) if error >> bit & 1]
    return "; ".join(names) or "no bit set"
