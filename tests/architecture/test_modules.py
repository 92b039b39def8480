"""What every module owes its reader: exports, docstrings, a size, and that it can be imported alone."""

import ast
import subprocess
import sys
from importlib import import_module

import pytest
from house import ROOT, Module, floor_of, modules, room_of

MOST_LINES = 700
"""Beyond this a file is split. Between LOOK_HARD and this it needs a line in LONG_BUT_WHOLE that says why."""
LOOK_HARD = 500
LONG_BUT_WHOLE: dict[str, str] = {}

PYTHON = [module for module in modules() if module.path.suffix == ".py"]
PUBLIC = [module for module in PYTHON if module.is_public]

IMPORT_EACH = """
import importlib, os, sys
failed = False
for floor in sys.argv[1:]:
    for name in floor.split():
        if (child := os.fork()) == 0:
            try:
                importlib.import_module(name)
            except BaseException as error:
                print(f"{name}: {type(error).__name__}: {error}", flush=True)
                os._exit(1)
            os._exit(0)
        failed |= os.waitpid(child, 0)[1] != 0
    if failed:
        break
    for name in floor.split():
        importlib.import_module(name)
sys.exit(failed)
"""
"""Each module in a fork of an interpreter that has only the floors below: those never import upwards, and that is tested."""


def exported(module: Module) -> list[str] | None:
    """Read ``__all__`` without importing."""
    for node in ast.parse(module.path.read_text("utf-8")).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "__all__":
            return list(ast.literal_eval(node.value))  # type: ignore[attr-defined]
    return None


@pytest.mark.parametrize("module", PUBLIC, ids=lambda module: module.name)
def test_public_names_are_exported_and_exist(module: Module) -> None:
    names = exported(module)
    body = ast.parse(module.path.read_text("utf-8")).body
    defined = [
        node.name
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    if names is None:
        holds_only_a_docstring = module.is_package and len(body) <= 1
        assert holds_only_a_docstring, f"{module.path} has no __all__"
        return
    assert len(names) == len(set(names))
    assert set(defined) <= set(names), "public, but not in __all__"
    loaded = import_module(module.name)
    assert [name for name in names if not hasattr(loaded, name)] == []


@pytest.mark.parametrize("module", PYTHON, ids=lambda module: module.name)
def test_docstrings(module: Module) -> None:
    tree = ast.parse(module.path.read_text("utf-8"))
    missing = [] if ast.get_docstring(tree) else ["the module"]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = node.body if isinstance(node, ast.ClassDef) else []
            methods = [item for item in inside if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)]
            overloads = {item.name for item in methods if item.decorator_list}
            for item in [node, *methods]:
                public = not item.name.startswith("_") and not node.name.startswith("_")
                if public and not ast.get_docstring(item) and item.name not in overloads:
                    missing.append(item.name)
    assert not missing


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.name)
def test_length(module: Module) -> None:
    lines = module.path.read_text("utf-8").count("\n")
    assert lines <= MOST_LINES
    assert lines <= LOOK_HARD or module.name in LONG_BUT_WHOLE, "split it, or say in LONG_BUT_WHOLE why it is one piece"


def test_each_module_can_be_imported_alone() -> None:
    floors: dict[int, list[str]] = {}
    for module in PYTHON:
        if not module.name.endswith("__main__"):
            floors.setdefault(floor_of(room_of(module.name)) if module.name != "meterwire" else -1, []).append(
                module.name
            )
    arguments = [" ".join(names) for _, names in sorted(floors.items())]
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EACH, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=400,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_importing_the_package_imports_no_floor_above_the_first() -> None:
    code = "import sys, meterwire; print([name for name in sys.modules if name.startswith('meterwire.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = ast.literal_eval(done.stdout)
    assert all(name.split(".")[1] in {"errors", "reading", "wire", "anatomy", "_accel"} for name in loaded)
