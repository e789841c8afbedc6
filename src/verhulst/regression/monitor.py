"""What is called after each pass of Newton's method: who watches, who is told, and what is printed."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

from verhulst.data.progress import Callback, Meter
from verhulst.regression.passes import Pass

Monitor = Callable[[Pass], bool]


def monitor(
    rows: int, tolerance: float, verbose: int = 0, callback: Callback | None = None, watch: Monitor | None = None
) -> Monitor | None:
    """Return the watch, which also tells of each pass over so many rows: on stderr if `verbose`, and to a callback."""
    if not verbose and callback is None:
        return watch
    meter = Meter(callback, "fit")

    def tell(one: Pass) -> bool:
        if verbose:
            print(one, file=sys.stderr)
        left = passes_left(one.decrement, tolerance)
        meter.tell(rows, None if left is None else one.number / (one.number + left), one.decrement)
        return watch is not None and watch(one)

    return tell


def passes_left(decrement: float, tolerance: float) -> int | None:
    """Guess how many passes are to come: near the maximum each squares the decrement; None farther away.

    Examples
    --------
    >>> passes_left(1e-2, 1e-6), passes_left(1e-7, 1e-6), passes_left(3.0, 1e-6)
    (2, 0, None)
    """
    if decrement <= tolerance:
        return 0
    if not decrement < 0.5 or tolerance <= 0:
        return None
    return math.ceil(math.log2(math.log(tolerance) / math.log(decrement)))
