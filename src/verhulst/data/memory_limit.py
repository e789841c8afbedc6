"""How much memory the rows of a table may take."""

from __future__ import annotations

import re

from verhulst.data.errors import RequestError
from verhulst.data.file_content import free_memory

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}


def bytes_allowed(limit: int | str | None) -> int:
    """Return a limit in bytes: a number, or text such as "256MB" or "2GiB"; by default a quarter of what is free.

    Raises
    ------
    RequestError
        If it is neither, or not above 0.

    Examples
    --------
    >>> bytes_allowed("256MB"), bytes_allowed("1.5 GiB"), bytes_allowed(1000)
    (256000000, 1610612736, 1000)
    """
    if limit is None:
        return free_memory() // 4
    found = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*([KMGT]?I?)B?\s*", str(limit).upper())
    size = float(found[1]) * _UNITS[found[2]] if found and found[2] in _UNITS and not isinstance(limit, bool) else 0
    if not size >= 1:
        raise RequestError(f"the memory limit is a number of bytes, such as 256MB or 2GiB, not {limit!r}.")
    return int(min(size, 2.0**62))
