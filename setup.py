"""Package mapping and optional extensions; everything static is in pyproject.toml.

src/ is the package ``meterwire`` and scl/ is ``meterwire.scl``. Every .pyx in src/_accel becomes an extension
module of the same name beside its pure twin (src/_accel/__init__.py tells the convention).

METERWIRE_REQUIRE_EXT=1  a failing extension build is fatal; otherwise the pure twin is used and one line says so
"""

import os
import re
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).parent
REQUIRE_EXT = os.environ.get("METERWIRE_REQUIRE_EXT", "") not in {"", "0"}
DATA = [
    "py.typed",
    "**/*.pyi",
    "**/*.csv",
    "**/*.json",
    "**/*.icd",
    "**/*.html",
    "**/*.css",
    "**/*.js",
    "**/*.h",
    "**/*.pxd",
]


def fall_back(name: str, why: object) -> None:
    reason = (str(why).strip().splitlines() or ["unknown reason"])[0]
    print(f"meterwire: {name} not compiled ({reason[:120]}); the pure Python twin will be used")


class OptionalBuildExt(build_ext):
    """Build what can be built; say in one line what could not."""

    def build_extension(self, ext: Extension) -> None:
        try:
            super().build_extension(ext)
        except Exception as error:  # compilers fail in every way there is, from SystemError to OSError
            if REQUIRE_EXT:
                raise
            fall_back(ext.name, error)


def extensions() -> list[Extension]:
    """Return one extension per .pyx; an empty list when Cython is absent or refuses and that is tolerated."""
    sources = sorted(HERE.glob("src/_accel/*.pyx"))
    included = [
        str(path.relative_to(HERE))
        for pattern in ("*.pxi", "include/*.h")
        for path in sorted(HERE.glob(f"src/_accel/{pattern}"))
    ]
    wanted = [
        Extension(
            f"meterwire._accel.{source.stem}",
            [str(source.relative_to(HERE))],
            depends=included,
            include_dirs=["src/_accel/include"],
            extra_compile_args=["/O2"] if os.name == "nt" else ["-O3", "-g0"],
        )
        for source in sources
    ]
    if not wanted:
        return []
    try:
        from Cython.Build import cythonize  # noqa: PLC0415 - absent on a machine that only wants the pure twin

        built = cythonize(wanted, build_dir="build/cython", language_level=3)
    except Exception as error:
        if REQUIRE_EXT:
            raise
        fall_back("meterwire._accel", error)
        return []
    for extension in built:
        extension.optional = not REQUIRE_EXT  # cythonize() drops what was given to the constructor
    return built


def mapping() -> dict[str, str]:
    """Map packages to folders. scl/ is mapped once it has content: a mapping to an absent folder breaks the build."""
    folders = {"meterwire": "src"}
    if (HERE / "scl" / "__init__.py").exists():
        folders["meterwire.scl"] = "scl"
    return folders


def packages(folders: dict[str, str]) -> list[str]:
    found = []
    for package, folder in folders.items():
        found += [package, *(f"{package}.{name}" for name in find_packages(str(HERE / folder)))]
    return found


def version() -> str:
    match = re.search(r'^__version__ = "(.+)"$', (HERE / "src/__init__.py").read_text("utf-8"), re.MULTILINE)
    if match is None:
        raise SystemExit("setup.py: no __version__ in src/__init__.py")
    return match[1]


setup(
    version=version(),
    package_dir=mapping(),
    packages=packages(mapping()),
    package_data={"": DATA},
    include_package_data=False,
    ext_modules=extensions(),
    cmdclass={"build_ext": OptionalBuildExt},
    zip_safe=False,
)
