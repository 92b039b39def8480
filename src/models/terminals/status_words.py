"""What a meter's run status words say, as GGIO indications.

Word *n* is ``GGIO<n>``, and bit *b* of it ``Ind<b+1>``, so that the place of an indication never moves. Fields of
several bits are ``IntIn<b+1>``, *b* being their lowest bit. The words are those of DL/T 645-2007 (a test compares
them with the catalogue of the protocol).
"""

__all__ = ["FIELDS", "FLAGS", "flags_of"]

_PHASE_FAULTS = {
    0: ("voltage loss", "失压"),
    1: ("undervoltage", "欠压"),
    2: ("overvoltage", "过压"),
    3: ("current loss", "失流"),
    4: ("overcurrent", "过流"),
    5: ("overload", "过载"),
    6: ("power flow reversed", "潮流反向"),
    7: ("phase failure", "断相"),
    8: ("current break", "断流"),
}

FLAGS: dict[int, dict[int, tuple[str, str]]] = {
    1: {
        1: ("demand by interval (0: sliding)", "需量积算方式(0滑差,1区间)"),
        2: ("clock battery low", "时钟电池欠压"),
        3: ("reading battery low", "停电抄表电池欠压"),
        4: ("active power flows in reverse", "有功功率方向反向"),
        5: ("reactive power flows in reverse", "无功功率方向反向"),
    },
    2: {
        bit + 4 * reactive: (f"phase {phase} {en} power flows in reverse", f"{phase}相{zh}功率方向反向")
        for reactive, (en, zh) in enumerate((("active", "有功"), ("reactive", "无功")))
        for bit, phase in enumerate("ABC")
    },
    3: {
        0: ("second set of day tables in use", "当前运行时段(0第一套,1第二套)"),
        3: ("programming permitted", "编程允许"),
        4: ("relay open", "继电器状态(0通,1断)"),
        5: ("second set of zone tables in use", "当前运行时区(0第一套,1第二套)"),
        6: ("relay commanded open", "继电器命令状态(0通,1断)"),
        7: ("trip warning active", "预跳闸报警状态"),
        10: ("second set of tariff prices in use", "当前运行分时费率(0第一套,1第二套)"),
        11: ("second set of step prices in use", "当前阶梯(0第一套,1第二套)"),
    },
    **{
        4 + i: {bit: (f"phase {phase} {en}", f"{phase}相{zh}") for bit, (en, zh) in _PHASE_FAULTS.items()}
        for i, phase in enumerate("ABC")
    },
    7: {
        0: ("voltage reverse sequence", "电压逆相序"),
        1: ("current reverse sequence", "电流逆相序"),
        2: ("voltage unbalance", "电压不平衡"),
        3: ("current unbalance", "电流不平衡"),
        4: ("auxiliary supply lost", "辅助电源失电"),
        5: ("power down", "掉电"),
        6: ("demand over limit", "需量超限"),
        7: ("total power factor below limit", "总功率因数超下限"),
        8: ("severe current unbalance", "电流严重不平衡"),
    },
}
"""Texts (English, Chinese) of the state a set bit tells, by word and bit."""

FIELDS: dict[int, dict[int, tuple[str, str]]] = {
    3: {
        1: ("supply (0 main, 1 auxiliary, 2 battery)", "供电方式(0主电源,1辅助电源,2电池)"),
        8: ("prepayment (0 none, 1 by energy, 2 by money)", "电能表类型(0非预付费,1电量型,2电费型)"),
    },
}
"""The same for fields of two bits, by word and lowest bit."""


def flags_of(word: int, phases: int) -> dict[int, tuple[str, str]]:
    """The flags of a word that a meter with so many phases has."""
    if word == 2:
        return {bit: texts for bit, texts in FLAGS[2].items() if bit % 4 < phases}
    return {} if 4 + phases <= word <= 6 else FLAGS[word]
