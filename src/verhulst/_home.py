"""The package that a container comes from."""

from __future__ import annotations

from typing import Any

# Packages whose classes others derive their own from, such as frames with a geometry.
_SUBCLASSED = {"pandas", "polars", "dask", "xarray"}


def home_of(x: Any) -> str:
    """Return the name of the package of an object's class, or of the container of which it is a subclass.

    Examples
    --------
    >>> home_of(1.0)
    'builtins'
    """
    homes = [base.__module__.partition(".")[0] for base in type(x).__mro__]
    return next((home for home in homes if home in _SUBCLASSED), homes[0])
