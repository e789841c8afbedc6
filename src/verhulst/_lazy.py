"""Names that are imported when they are first used (PEP 562)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def lazy_names(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], list[str]]:
    """Return the `__getattr__` of a package and the names it provides, and let `dir()` list them.

    Parameters
    ----------
    package : the package's `__name__`
    homes : public name -> full name of the module that holds it, or that is it
    """

    def __getattr__(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = importlib.import_module(homes[name])
        stands_for_itself = homes[name] == f"{package}.{name}" and not hasattr(home, name)
        value = home if stands_for_itself else getattr(home, name)
        # Kept, so that it is looked up once, and so that a module `package.name`, which the import system has just put
        # under this name, does not hide the function of the same name in it.
        setattr(sys.modules[package], name, value)
        return value

    sys.modules[package].__dir__ = lambda: sorted(homes)  # type: ignore[method-assign]  # for completion
    return __getattr__, sorted(homes)
