"""Meter addresses: twelve digits, the pair AA for any two of them, twelve nines for everybody.

A shortened address gives the low digits and AA for the rest; a meter answers it with its whole address. Twelve times A
reaches whoever is alone on the line. Twelve nines reach everybody, and nobody answers, but for meters of 1997, which
were seen to answer a reading sent to twelve nines.
"""

from functools import lru_cache
from typing import Final

from ...errors import UsageError

__all__ = ["BROADCAST", "WILDCARD", "address_matches", "check_address", "own_address", "shortened"]

BROADCAST: Final = "9" * 12
"""Everybody; nobody answers."""
WILDCARD: Final = "A" * 12
"""Whoever is alone on the line."""


@lru_cache(maxsize=1024)
def check_address(address: str) -> str:
    """An address one may ask: 12 digits, any pair may be AA; UsageError otherwise.

    Shorter texts are filled with leading zeros, as the standard does with unused high digits.
    """
    text = str(address).upper().zfill(12)
    pairs = [text[i : i + 2] for i in range(0, len(text), 2)]
    if len(text) != 12 or not all(pair == "AA" or (pair.isascii() and pair.isdecimal()) for pair in pairs):
        raise UsageError(f"a meter address is up to 12 digits (pairs may be AA), not {address!r}")
    return text


def own_address(address: str) -> str:
    """The address of one meter: 12 digits without wildcard, and not everybody's; UsageError otherwise."""
    text = check_address(address)
    if not text.isdecimal() or text == BROADCAST:
        raise UsageError(f"a meter's own address is 12 digits without wildcard, not {address!r}")
    return text


def shortened(digits: str) -> str:
    """The address that asks for all meters that end with ``digits`` (an even number of them, at most 12).

    Example: ``shortened("1043") == "AAAAAAAA1043"``
    """
    if len(digits) % 2 or len(digits) > 12 or not (digits.isascii() and (digits.isdecimal() or not digits)):
        raise UsageError(f"a shortened address is pairs of digits, at most 12, not {digits!r}")
    return digits.rjust(12, "A")


def address_matches(pattern: str, address: str) -> bool:
    """True when ``address`` is what ``pattern`` asks for; a pair AA in the pattern stands for any pair."""
    if pattern in {address, WILDCARD}:
        return True
    return all(pattern[i : i + 2] in {"AA", address[i : i + 2]} for i in range(0, 12, 2))
