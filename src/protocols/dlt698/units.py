"""Physical units of Scaler_Unit: code to symbol.

Codes 1 to 47 are the same in two independent sources, 48 to 57 in one; 255 is a number without unit.
"""

from typing import Final

__all__ = ["UNITS", "unit_symbol"]

_FROM_1: Final = (
    "a mo wk d h min s ° °C ¤ m m/s m³ m³ m³/h m³/h m³/d m³/d L kg N Nm Pa bar J J/h W kW VA kVA var kvar kWh kVAh kvarh "
    "A C V V/m F Ω Ωm²/m Wb T A/m H Hz 1/Wh 1/varh 1/VAh % B dBm CNY/kWh Ah ms dBµV"
)
UNITS: Final[dict[int, str]] = {**dict(enumerate(_FROM_1.split(), 1)), 255: ""}
"""Unit code to symbol; 14, 16 and 18 are the corrected volumes and flows of 13, 15 and 17."""


def unit_symbol(code: int) -> str:
    """The symbol, ``""`` for no unit, ``"unit 99"`` for a code nobody knows."""
    return UNITS.get(code, f"unit {code}")
