"""Password, selectors and titles: who is let in, and what the others are told."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from meterwire.client import connect
from meterwire.errors import AssociationError, UsageError
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, basic_type
from meterwire.protocols.osi import AddressSet
from meterwire.server import Admission, MmsServer

OWN = AddressSet(
    called_t_selector=b"\x00\x07",
    called_s_selector=b"\x00\x08",
    called_p_selector=b"\x00\x00\x00\x09",
    called_ap_title=(1, 3, 9999, 23),
    called_ae_qualifier=77,
)


def model() -> Ied:
    leaf = DataAttribute("stVal", "ST", basic_type("INT32"), value=42)
    return Ied("X").add(LogicalDevice("XLD").add(LogicalNode("GGIO", "1").add(DataObject("Ind1", "INS").add(leaf))))


def attempt(admission: Admission, **options: Any) -> int:
    """Read through the door; AssociationError when it stays shut."""

    async def body() -> int:
        async with MmsServer(model(), port=0, admission=admission) as server:
            try:
                async with connect(server.url, timeout=5, **options) as ied:
                    value: int = await ied.read("XLD/GGIO1.Ind1.stVal")
                    assert server.statistics.associations == 1
                    return value
            except AssociationError:
                assert server.statistics.associations == 0
                assert server.statistics.refused == 1
                raise

    return asyncio.run(body())


def test_without_conditions_everybody_is_let_in() -> None:
    assert attempt(Admission()) == 42
    assert attempt(Admission(), password="whatever", addresses=OWN) == 42


def test_password() -> None:
    door = Admission(password="密码 1")
    assert attempt(door, password="密码 1") == 42
    for wrong in ("密码 2", "", "密码 1 "):
        with pytest.raises(AssociationError, match="authentication failure"):
            attempt(door, password=wrong)
    with pytest.raises(AssociationError, match="authentication required"):
        attempt(door)
    assert "密码" not in repr(door)
    with pytest.raises(UsageError):
        Admission(password="")


def test_own_addresses() -> None:
    assert attempt(Admission(addresses=OWN), addresses=OWN) == 42
    optional = replace(OWN, called_ap_title=None, called_ae_qualifier=None)
    assert attempt(Admission(addresses=optional), addresses=OWN) == 42


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("called_t_selector", b"\x00\x01", "no reason given"),
        ("called_s_selector", b"\x00\x01", "no reason given"),
        ("called_p_selector", b"\x00\x01", "no reason given"),
        ("called_ap_title", (1, 3, 9999, 24), "called AP-title"),
        ("called_ap_title", None, "called AP-title"),
        ("called_ae_qualifier", 78, "called AE-qualifier"),
        ("called_ae_qualifier", None, "called AE-qualifier"),
    ],
)
def test_other_addresses(field: str, value: Any, told: str) -> None:
    with pytest.raises(AssociationError, match=told):
        attempt(Admission(addresses=OWN), addresses=replace(OWN, **{field: value}))
