"""The highest maximum found from several starts: the likelihood with Jeffreys' prior may have two.

The log-prior is not concave. One maximum is where most rows have information; a second may be far from 0, where only
the few rows between the outcomes do. This happens with a dozen or two rows, in about one of a hundred data sets. A
search from 0 usually finds the first, or one from where the log-odds are nearest to 0 if there is an offset; a search
from far away finds the second. Each takes few passes if it leads to the known maximum, because it stops near it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from verhulst.regression.jeffreys import JeffreysLikelihood, NotIdentified, Point
from verhulst.regression.passes import Fit
from verhulst.regression.statistics import Vector

SMALL = 20_000  # design entries; up to this size there is a search from 0 too
FEW = 60  # rows; up to this number there is a search from far away too
BESIDE = (3.0, 6.0)  # standard errors
FARTHER = 3.0  # times as far from 0 as the known maximum


def highest_of_several(
    search: Callable[..., tuple[Fit, Point]],
    likelihood: JeffreysLikelihood,
    found: Fit,
    point: Point,
    starts: Iterable[Vector] | None = None,
) -> tuple[Fit, Point]:
    """Return the known maximum, or a higher one that another start leads to.

    Parameters
    ----------
    search : `highest`, with its tolerance and limits
    found, point : the known maximum, and the point there
    starts : (q,) each, instead of 0, nearest to 0 and far away
    """
    for start in _starts(likelihood, found.beta) if starts is None else starts:
        try:
            other, there = search(likelihood, start, known=(found.beta, point.factor))
        except NotIdentified:
            continue
        if other.status == "converged" and other.log_likelihood > found.log_likelihood:
            found, point = replace(other, passes=found.passes + other.passes), there
    return found, point


def small(likelihood: JeffreysLikelihood) -> bool:
    """Return whether the data are so small that further searches take no time."""
    return likelihood.rows.entries <= SMALL


def few(likelihood: JeffreysLikelihood) -> bool:
    """Return whether there are so few rows that two maxima are not rare."""
    return len(likelihood.rows.y) <= FEW


def beside(point: Point, beta: Vector, contrast: Vector) -> Iterator[Vector]:
    """Yield points some standard errors away along the longest axis that does not change the contrast."""
    across = np.linalg.qr((contrast @ point.inverse)[:, None], mode="complete")[0][:, 1:]
    ways = point.inverse @ across
    if ways.shape[1]:
        longest = ways @ np.linalg.svd(ways)[2][0]
        for size in BESIDE:
            yield beta + size * longest
            yield beta - size * longest


def _starts(likelihood: JeffreysLikelihood, beta: Vector) -> Iterator[Vector]:
    if small(likelihood):
        yield np.zeros_like(beta)
        if likelihood.rows.offset is not None:
            yield _nearest_to_even(likelihood)
        if few(likelihood):
            yield FARTHER * beta


def _nearest_to_even(likelihood: JeffreysLikelihood) -> Vector:
    """Return (q,) where the squares of the log-odds have the smallest sum: 0 unless there is an offset."""
    pieces = list(likelihood.pieces)
    z, offset = (np.concatenate([getattr(piece, name) for piece in pieces]) for name in ("z", "offset"))
    return np.asarray(np.linalg.lstsq(z, -offset, rcond=None)[0])
