"""Names that are imported when they are first used (PEP 562)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], list[str]]:
    """The `__getattr__` of a package and the names it serves.

    Parameters
    ----------
    package : the package's `__name__`
    homes : public name -> full name of the module that holds it, or that is it
    """

    def __getattr__(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = importlib.import_module(homes[name])
        if homes[name] == f"{package}.{name}" and not hasattr(home, name):
            return home
        return getattr(home, name)

    return __getattr__, sorted(homes)
