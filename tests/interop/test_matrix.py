"""The matrix is complete, its tests exist, and what it says a peer lacks is really missing."""

import ast
import re
from pathlib import Path

import pytest
from matrix import LIB_CLIENT, MATRIX, PAIRINGS, RUST_CLIENT, Lacking, Tested
from peer import Peer

HERE = Path(__file__).parent


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}


def cells() -> list[tuple[str, str, Tested | Lacking]]:
    return [(service, pairing, cell) for service, row in MATRIX.items() for pairing, cell in row.cells.items()]


def lacks() -> list[tuple[str, str, Lacking]]:
    found = []
    for service, pairing, cell in cells():
        lacking = cell.but if isinstance(cell, Tested) else cell
        if lacking is not None:
            found.append((service, pairing, lacking))
    return found


def test_every_pairing_of_every_service_is_tested_or_stated() -> None:
    for service, row in MATRIX.items():
        assert set(row.cells) == set(PAIRINGS), service
        for cell in row.cells.values():
            assert not isinstance(cell, Tested) or cell.by, service
    assert sum(isinstance(cell, Tested) for _, _, cell in cells()) > 100


def test_every_test_exists() -> None:
    wanted = {name for _, _, cell in cells() if isinstance(cell, Tested) for name in cell.by}
    wanted |= {lacking.shown_by for _, _, lacking in lacks() if lacking.shown_by}
    for name in sorted(wanted):
        file, _, function = name.partition("::")
        assert function in functions(HERE / file), name


@pytest.mark.parametrize("file", ["test_their_clients.py", "test_their_servers.py"])
def test_every_parametrised_test_stands_in_the_row_it_names(file: str) -> None:
    """@clients("row") runs a test for the pairings whose cell names it: none at all would be a test that never runs."""
    for name, node in functions(HERE / file).items():
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") in ("clients", "servers"):
                row = MATRIX[ast.literal_eval(decorator.args[0])]
                by = [test for cell in row.cells.values() if isinstance(cell, Tested) for test in cell.by]
                assert f"{file}::{name}" in by


def test_every_lack_has_evidence() -> None:
    for service, pairing, lacking in lacks():
        assert lacking.api or lacking.shown_by, (service, pairing)
        assert not lacking.api or pairing in (LIB_CLIENT, RUST_CLIENT), (service, pairing)


@pytest.mark.parametrize("peer", [LIB_CLIENT, RUST_CLIENT])
def test_what_a_client_lacks_is_in_none_of_its_calls(peer: str, request: pytest.FixtureRequest) -> None:
    client: Peer = request.getfixturevalue(peer)
    calls = client("api")
    assert len(calls) > 30
    for service, pairing, lacking in lacks():
        if pairing == peer and lacking.api:
            assert [call for call in calls if re.search(lacking.api, call)] == [], (service, lacking.what)
