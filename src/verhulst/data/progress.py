"""How far a long work has come: a record for each batch of rows and for each pass, given to a callback."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["read", "fit", "predict"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading, fitting or predicting has come.

    Attributes
    ----------
    phase : {"read", "fit", "predict"}
        What is being done.
    number : int
        The batch, or in "fit" the pass over the data, that has just ended; the first is 1.
    rows : int
        The rows that were read in this phase; in "fit" each pass reads all.
    seconds : float
        The time that the phase has taken.
    share : float or None
        The part of the phase that is done, from 0 to 1; None if that is not known. In "fit" it is a guess from how
        the decrement falls.
    decrement : float or None
        In "fit" the distance from the maximum in standard errors.

    Examples
    --------
    >>> one = Progress("read", number=3, rows=200_000, seconds=2.0, share=0.25)
    >>> one.rows_per_second, one.seconds_left
    (100000.0, 6.0)
    """

    phase: Phase
    number: int
    rows: int
    seconds: float
    share: float | None = None
    decrement: float | None = None

    @property
    def rows_per_second(self) -> float:
        """How many rows were read in a second."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The time that the phase will still take, at the pace so far; None if that is not known."""
        return self.seconds * (1 - self.share) / self.share if self.share else None


Callback = Callable[[Progress], object]


def require_callback(callback: object) -> None:
    """Raise a TypeError if a callback is neither None nor a function."""
    if callback is not None and not callable(callback):
        raise TypeError(f"callback must be a function of one argument, not a value of type {type(callback).__name__}")


class Meter:
    """Tells a callback of a phase that begins now.

    Parameters
    ----------
    callback : callable or None
    phase : {"read", "fit", "predict"}
    """

    def __init__(self, callback: Callback | None, phase: Phase) -> None:
        self._callback, self._phase = callback, phase
        self._begun = time.perf_counter()
        self._number = self._rows = 0

    def tell(self, rows: int, share: float | None = None, decrement: float | None = None) -> None:
        """Tell that some more rows were read."""
        if self._callback is None:
            return
        self._number += 1
        self._rows += rows
        seconds = time.perf_counter() - self._begun
        self._callback(Progress(self._phase, self._number, self._rows, seconds, share, decrement))
