"""A line on a terminal that shows how far a command has come."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from verhulst.data.progress import Callback, Progress

# Seconds that a phase takes before it is shown, because what is faster would only flicker, and between two lines.
SHOWN_FROM, SHOWN_EVERY = 0.5, 0.1
_CLEAR = "\r\x1b[K"  # to the beginning of the line, and erase it
_WORDS = {"read": "reading", "fit": "fitting", "predict": "predicting"}


@contextmanager
def shown_progress() -> Iterator[Callback | None]:
    """A callback that shows its records in one line, removed at the end; None where standard error is no terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    line = _Line()
    try:
        yield line.show
    finally:
        line.end()


class _Line:
    """The line, which is there once a phase takes some time."""

    def __init__(self) -> None:
        self._phase, self._next, self._there = "", 0.0, False

    def show(self, progress: Progress) -> None:
        if progress.phase != self._phase:
            self._phase, self._next = progress.phase, SHOWN_FROM
        if progress.seconds < self._next:
            return
        self._next = progress.seconds + SHOWN_EVERY
        width = os.get_terminal_size(sys.stderr.fileno()).columns or 80  # a terminal may not know its own
        sys.stderr.write(f"{_CLEAR}{words(progress)[: width - 1]}")
        sys.stderr.flush()
        self._there = True

    def end(self) -> None:
        if self._there:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def words(progress: Progress) -> str:
    """Return the line in words.

    Examples
    --------
    >>> words(Progress("fit", number=3, rows=6_000_000, seconds=2.0, share=0.5, decrement=0.0123))
    'fitting: pass 3, decrement 0.012, 3,000,000 rows/s, 0:00:02 left'
    >>> words(Progress("read", number=31, rows=2_031_616, seconds=1.0))
    'reading: 2,031,616 rows, 2,031,616 rows/s'
    """
    what = f"{progress.rows:,} rows"
    if progress.decrement is not None:
        what = f"pass {progress.number}, decrement {progress.decrement:.2g}"
    left = progress.seconds_left
    end = "" if left is None else f", {timedelta(seconds=round(left))} left"
    return f"{_WORDS[progress.phase]}: {what}, {progress.rows_per_second:,.0f} rows/s{end}"
