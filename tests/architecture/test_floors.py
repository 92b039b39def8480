"""A floor imports only lower ones, and nothing goes round in a circle."""

import sys
import tomllib

import pytest
from house import BELOW_NET_FORBIDDEN, FLOORS, ROOT, WITHIN, Import, Module, cycles, floor_of, modules, room_of

NET = next(number for number, rooms in enumerate(FLOORS) if "net" in rooms)
IMPORT_NAME = {"pyserial": "serial"}
"""Distributions whose import name differs from their own."""


def allowed(importer: str, imported: str) -> bool:
    """The rule itself, on rooms."""
    if imported in {importer, ""}:
        return True
    if importer == "":  # the front door: what every floor may use, nothing that drags the house in
        return floor_of(imported) == 0
    if floor_of(imported) != floor_of(importer):
        return floor_of(imported) < floor_of(importer)
    return imported in WITHIN.get(importer, ())


def inner(module: Module) -> list[Import]:
    return [item for item in module.imports if item.target.split(".")[0] == "meterwire"]


def outer(module: Module) -> list[Import]:
    return [item for item in module.imports if item.target.split(".")[0] not in {"meterwire", "cython"}]


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_imports_go_down(module: Module) -> None:
    room = room_of(module.name)
    wrong = [
        f"{module.path}:{item.line} imports {item.target}"
        for item in inner(module)
        if not allowed(room, room_of(item.target))
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("importer", "imported", "verdict"),
    [
        ("models", "errors", True),
        ("models", "acsi", False),  # behaviour stands on the model, not the other way round
        ("protocols.mms", "protocols.osi", True),
        ("protocols.osi", "protocols.mms", False),
        ("protocols.dlt645", "protocols.ber", False),
        ("protocols.dlt645", "protocols.dlt698", False),
        ("protocols.mms", "security", False),
        ("security", "protocols.mms", False),
        ("server", "client", False),
        ("client", "server", False),
        ("client", "net", True),
        ("", "errors", True),
        ("", "cli", False),
    ],
)
def test_the_rule_itself(importer: str, imported: str, verdict: bool) -> None:
    assert allowed(importer, imported) is verdict


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(module.name) for module in modules()} - {""}
    assert all(floor_of(room) >= 0 for room in rooms)
    with pytest.raises(LookupError):
        floor_of("attic")


def test_relative_and_absolute_imports_are_both_seen() -> None:
    seen = {item.target for module in modules() for item in inner(module)}
    assert "meterwire.errors" in seen
    assert all(name == "meterwire" or name.startswith("meterwire.") for name in seen)
    assert seen <= {module.name for module in modules()} | {"meterwire"}, "an import that names no module of ours"


def test_no_import_cycles() -> None:
    assert cycles() == []


def test_nothing_below_net_sees_a_socket_a_clock_a_loop_or_a_log() -> None:
    wrong = [
        f"{module.path}:{item.line} imports {item.target}"
        for module in modules()
        if (room := room_of(module.name)) and floor_of(room) < NET
        for item in outer(module)
        if item.target.split(".")[0] in BELOW_NET_FORBIDDEN
    ]
    assert not wrong


def test_only_net_opens_sockets_and_ports() -> None:
    wrong = [
        f"{module.path}:{item.line} imports {item.target}"
        for module in modules()
        if room_of(module.name) != "net"
        for item in outer(module)
        if item.target.split(".")[0] in {"socket", "ssl", "serial"}
    ]
    assert not wrong


def test_every_dependency_is_declared_and_every_declared_one_is_imported() -> None:
    """Peers are in an extra of their own and so can never be imported by the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        bare = [requirement.split(">")[0].split("=")[0].strip() for requirement in requirements]
        return {IMPORT_NAME.get(name, name) for name in bare}

    base = names(project["dependencies"])
    speed = names(project["optional-dependencies"]["speed"])
    imported = {item.target.split(".")[0] for module in modules() for item in outer(module)} - sys.stdlib_module_names
    assert imported <= base | speed
    assert base <= imported
