"""Warnings that point at the caller's own line, through however many of our functions it went."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_unsaid: ContextVar[list[str] | None] = ContextVar("unsaid", default=None)
_kinds: ContextVar[Mapping[type[Warning], type[Warning]]] = ContextVar("kinds", default={})  # noqa: B039 - never changed


@contextmanager
def quietly() -> Iterator[list[str]]:
    """Leave out the warnings of fits that are parts of others, in this thread only; they are put into a list."""
    unsaid: list[str] = []
    token = _unsaid.set(unsaid)
    try:
        yield unsaid
    finally:
        _unsaid.reset(token)


@contextmanager
def warned_as(kinds: Mapping[type[Warning], type[Warning]]) -> Iterator[None]:
    """Warn of these subclasses in place of the classes that they are of, in this thread only."""
    token = _kinds.set(kinds)
    try:
        yield
    finally:
        _kinds.reset(token)


def warn(message: str, category: type[Warning]) -> None:
    """Warn of the line that called verhulst."""
    if (unsaid := _unsaid.get()) is not None:
        unsaid.append(message)
        return
    category = _kinds.get().get(category, category)
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith("verhulst."):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
