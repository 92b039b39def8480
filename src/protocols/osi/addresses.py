"""Selectors, AP-titles and AE-qualifiers: who calls whom, layer by layer."""

from dataclasses import dataclass

from ...errors import UsageError
from .. import ber
from . import cotp, presentation, session

__all__ = ["AddressSet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSet:
    """Selectors and application addresses of both sides; the defaults are the customary ones."""

    calling_t_selector: bytes = b"\x00\x01"
    """Transport selector of the client, up to 32 octets."""
    called_t_selector: bytes = b"\x00\x01"
    """Transport selector of the server."""
    calling_s_selector: bytes = b"\x00\x01"
    """Session selector of the client, up to 16 octets."""
    called_s_selector: bytes = b"\x00\x01"
    """Session selector of the server."""
    calling_p_selector: bytes = b"\x00\x00\x00\x01"
    """Presentation selector of the client, up to 16 octets."""
    called_p_selector: bytes = b"\x00\x00\x00\x01"
    """Presentation selector of the server."""
    calling_ap_title: tuple[int, ...] | None = (1, 1, 1, 999)
    """AP-title of the client; None leaves it out."""
    calling_ae_qualifier: int | None = 12
    """AE-qualifier of the client; None leaves it out."""
    called_ap_title: tuple[int, ...] | None = (1, 1, 1, 999, 1)
    """AP-title of the server; None leaves it out."""
    called_ae_qualifier: int | None = 12
    """AE-qualifier of the server; None leaves it out."""

    def __post_init__(self) -> None:
        limits = {"t": cotp.MAX_SELECTOR, "s": session.MAX_SELECTOR, "p": presentation.MAX_SELECTOR}
        for side in ("calling", "called"):
            for layer, limit in limits.items():
                name = f"{side}_{layer}_selector"
                if len(getattr(self, name)) > limit:
                    msg = f"{name} has at most {limit} octets"
                    raise UsageError(msg)
            name = f"{side}_ap_title"
            arcs: tuple[int, ...] | None = getattr(self, name)
            if arcs is not None and not ber.is_oid(arcs):
                msg = f"{name} {arcs} is no object identifier; write its arcs, e.g. (1, 1, 1, 999)"
                raise UsageError(msg)
