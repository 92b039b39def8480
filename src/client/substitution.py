"""Substitution for a client: a value shown instead of the process's, for as long as this association lasts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import UnknownNameError
from ..models import parse_reference
from ..protocols.mms import DataTag, TypeSpec
from ..reading import Quality

if TYPE_CHECKING:
    from .ied import IedClient

__all__ = ["SUBSTITUTES", "release_substitute", "substitute"]

SUBSTITUTES = ("subVal", "subMag", "subCVal")
"""What the substitute is called, by CDC."""


async def substitute(ied: "IedClient", reference: str, value: Any, quality: Quality, ident: str) -> None:
    """Write value, quality and name, and switch them on only when all of them are there."""
    place = parse_reference(reference).with_fc("")
    members = dict((await ied.describe(f"{place} [SV]")).components)
    name = next((name for name in SUBSTITUTES if name in members), None)
    if name is None or "subEna" not in members:
        msg = f"{place} has no substitution; of FC SV it has {', '.join(members)}"
        raise UnknownNameError(msg)
    wanted = {name: _wrapped(value, members[name]), "subQ": quality}
    if ident:
        wanted["subID"] = ident
    values = {f"{place}.{name} [SV]": value for name, value in wanted.items() if name in members}
    for refusal in (await ied.write_many(values)).values():
        raise refusal
    await ied.write(f"{place}.subEna [SV]", True)


async def release_substitute(ied: "IedClient", reference: str) -> None:
    """Switch it off."""
    await ied.write(f"{parse_reference(reference).with_fc('')}.subEna [SV]", False)


def _wrapped(value: Any, spec: TypeSpec) -> Any:
    """A bare number for a structure with one member: 50.0 is ``{"f": 50.0}``."""
    if spec.tag == DataTag.STRUCTURE and len(spec.components) == 1 and not isinstance(value, Mapping):
        ((name, part),) = spec.components
        return {name: _wrapped(value, part)}
    return value
