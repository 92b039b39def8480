"""Fixtures of the server's tests."""

from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder to serve, and beside it what nobody must reach."""
    folder = tmp_path / "served"
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"hello")
    (folder / "sub" / "b.bin").write_bytes(bytes(range(256)) * 10)
    (folder / "sub" / "deep" / "c").write_bytes(b"")
    (tmp_path / "secret.txt").write_bytes(b"nobody's business")
    (tmp_path / "served-too").mkdir()
    (tmp_path / "served-too" / "s").write_bytes(b"a name that only begins alike")
    return folder
