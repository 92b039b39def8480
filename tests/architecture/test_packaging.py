"""What is in src/ reaches the wheel and the sdist, and what the documents promise about set-up holds."""

import re
import tomllib
from fnmatch import fnmatch

from house import ROOT, modules

import meterwire

NOT_SHIPPED = {".so", ".pyd", ".pyc", ".c"}
ONLY_IN_SDIST = {".pyx", ".pxi"}


def source_files() -> list[str]:
    found = (path for folder in ("src", "scl") for path in (ROOT / folder).rglob("*") if path.is_file())
    return [path.name for path in found if path.suffix not in NOT_SHIPPED and "egg-info" not in str(path)]


def test_every_kind_of_file_is_in_package_data() -> None:
    text = (ROOT / "setup.py").read_text("utf-8")
    data = re.findall(r'"([^"]+)"', re.search(r"^DATA = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)[1])
    patterns = ["*.py", *(pattern.removeprefix("**/") for pattern in data)]
    missing = {
        name
        for name in source_files()
        if not any(fnmatch(name, p) for p in patterns) and not name.endswith(tuple(ONLY_IN_SDIST))
    }
    assert not missing, "add the pattern to DATA in setup.py"


def test_every_kind_of_file_is_in_the_manifest() -> None:
    line = re.search(r"^recursive-include src (.*)$", (ROOT / "MANIFEST.in").read_text("utf-8"), re.MULTILINE)
    missing = {name for name in source_files() if not any(fnmatch(name, p) for p in line[1].split())}
    assert not missing, "add the pattern to MANIFEST.in"


def test_every_folder_of_code_is_a_package() -> None:
    """A folder without __init__.py would be importable here and absent from the wheel."""
    folders = {module.path.parent for module in modules()}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_makefile_tries_the_peers_that_are_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = sorted(re.split(r"[<>=]", item)[0] for item in project["optional-dependencies"]["peers"])
    line = re.search(r"^PEERS := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert sorted(line[1].split()) == declared


def test_every_dependency_has_its_line_in_the_documents() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    names = {re.split(r"[<>=; ]", item)[0] for item in [*project["dependencies"], *extras]}
    assert [name for name in names if name not in text] == []


def test_version_has_a_changelog_entry() -> None:
    assert f"## {meterwire.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
