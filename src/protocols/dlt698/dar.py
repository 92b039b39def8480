"""DAR, the data access result: why a meter did not do what it was asked."""

from typing import ClassVar, Final, Self

from ...errors import UsageError

__all__ = ["DAR", "SUCCESS"]

_TEXT: Final[dict[int, tuple[str, str]]] = {
    0: ("success", "成功"),
    1: ("hardware fault", "硬件失效"),
    2: ("temporary failure", "暂时失效"),
    3: ("reading or writing denied", "拒绝读写"),
    4: ("object undefined", "对象未定义"),
    5: ("object class mismatch", "对象接口类不符合"),
    6: ("object does not exist", "对象不存在"),
    7: ("type mismatch", "类型不匹配"),
    8: ("out of range", "越界"),
    9: ("data block unavailable", "数据块不可用"),
    10: ("fragment transfer cancelled", "分帧传输已取消"),
    11: ("not in fragment transfer", "不处于分帧传输状态"),
    12: ("block write cancelled", "块写取消"),
    13: ("no block write in progress", "不存在块写状态"),
    14: ("block number invalid", "数据块序号无效"),
    15: ("wrong password or not authorised", "密码错/未授权"),
    16: ("baud rate cannot be changed", "通信速率不能更改"),
    17: ("too many year zones", "年时区数超"),
    18: ("too many day periods", "日时段数超"),
    19: ("too many tariffs", "费率数超"),
    20: ("security authentication mismatch", "安全认证不匹配"),
    21: ("repeated recharge", "重复充值"),
    22: ("ESAM verification failed", "ESAM 验证失败"),
    23: ("security authentication failed", "安全认证失败"),
    24: ("customer number mismatch", "客户编号不匹配"),
    25: ("recharge count wrong", "充值次数错误"),
    26: ("purchase beyond the hoarding limit", "购电超囤积"),
    27: ("address abnormal", "地址异常"),
    28: ("symmetric decryption error", "对称解密错误"),
    29: ("asymmetric decryption error", "非对称解密错误"),
    30: ("signature error", "签名错误"),
    31: ("meter suspended", "电能表挂起"),
    32: ("time tag invalid", "时间标签无效"),
    # 33 to 35 rest on a single source
    33: ("request timed out", "请求超时"),
    34: ("ESAM P1P2 incorrect", "ESAM 的 P1P2 不正确"),
    35: ("ESAM LC error", "ESAM 的 LC 错误"),
    255: ("other", "其它"),
}


class DAR(int):
    """One octet, 0..255; unknown codes pass and print as numbers."""

    __slots__ = ()
    TEXT: ClassVar[dict[int, tuple[str, str]]] = _TEXT
    """Code to its English and Chinese name."""

    def __new__(cls, code: int = 0) -> Self:
        """From its code; UsageError beyond an octet."""
        if not 0 <= code < 256:
            raise UsageError(f"DAR is one octet, not {code}")
        return int.__new__(cls, code)

    @property
    def text(self) -> str:
        """English and Chinese, e.g. ``"object undefined 对象未定义"``."""
        return " ".join(_TEXT.get(int(self), ("reserved", "保留")))

    def __repr__(self) -> str:
        return f"DAR({int(self)})"

    def __str__(self) -> str:
        return f"DAR {int(self)} {self.text}"


SUCCESS: Final = DAR(0)
"""It was done."""
