"""Warnings that point at the caller's own line, through however many of our functions it went."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Leave out the warnings of fits that are parts of others, in this thread only."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def warn(message: str, category: type[Warning]) -> None:
    """Warn of the line that called verhulst."""
    if _quiet.get():
        return
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith("verhulst."):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
