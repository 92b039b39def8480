"""Make build/linktree/meterwire, a tree of links in which meterwire is an ordinary package.

mypy does not read setup.py, so it cannot know that src/ is ``meterwire`` and scl/ is ``meterwire.scl``. Every entry
of src/ is linked, then scl/ beside them. Run again after adding a top-level module.
"""

import shutil
from pathlib import Path

__all__ = ["make"]

ROOT = Path(__file__).resolve().parent.parent


def make(root: Path = ROOT) -> Path:
    """Build the tree anew and return the folder to put on MYPYPATH."""
    tree = root / "build" / "linktree"
    shutil.rmtree(tree, ignore_errors=True)
    package = tree / "meterwire"
    package.mkdir(parents=True)
    entries = [path for path in (root / "src").iterdir() if path.name != "__pycache__"]
    if (root / "scl" / "__init__.py").exists():
        entries.append(root / "scl")
    for entry in entries:
        (package / entry.name).symlink_to(entry)
    return tree


if __name__ == "__main__":
    print(make().relative_to(ROOT))
