"""Classes that are imported when somebody asks for them, so that importing a package stays quick."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar

__all__ = ["LazyClasses"]

T = TypeVar("T")


class LazyClasses(Mapping[str, T]):
    """The classes of a package by name; the module that declares one is imported when it is looked up.

    ``modules`` names the classes of each module of ``package``, separated by blanks.
    """

    def __init__(self, package: str, modules: Mapping[str, str]) -> None:
        self._package = package
        self._homes = {name: module for module, names in modules.items() for name in names.split()}

    def __getitem__(self, name: str) -> T:
        module = import_module(f"{self._package}.{self._homes[name]}")
        found: T = getattr(module, name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)

    def __contains__(self, name: object) -> bool:
        return name in self._homes
