"""The highest of the maxima that several starts lead to: the likelihood with Jeffreys' prior may have two.

The prior is not concave. One maximum lies where most rows count; another may lie far out, where the few rows between
the outcomes hold all the information. It happens with a dozen rows or two, in about one of a hundred data sets. A
search from 0 finds the first, a search from far out the second, mostly; each costs few passes where it leads to
the maximum that is known, since it ends near it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np

from verhulst.regression.jeffreys import JeffreysLikelihood, NotIdentified, Point
from verhulst.regression.passes import Fit
from verhulst.regression.statistics import Vector

SMALL = 20_000  # design entries: so many are searched from 0 too
FEW = 60  # rows: so few are searched from far out too
BESIDE = (3.0, 6.0)  # standard errors
FARTHER = 3.0  # times as far from 0 as the maximum that was found


def highest_of_several(
    search: Callable[..., tuple[Fit, Point]],
    likelihood: JeffreysLikelihood,
    found: Fit,
    point: Point,
    starts: Iterable[Vector] | None = None,
) -> tuple[Fit, Point]:
    """The maximum that was found, or a higher one that another start leads to.

    Parameters
    ----------
    search : `highest`, with its tolerance and limits
    found, point : where it ended, and the point there
    starts : (q,) each, instead of 0 and far out
    """
    for start in _starts(likelihood, found.beta) if starts is None else starts:
        try:
            other, there = search(likelihood, start, known=(found.beta, point.factor))
        except NotIdentified:
            continue
        if other.status == "converged" and other.log_likelihood > found.log_likelihood:
            found, point = replace(other, passes=found.passes + other.passes), there
    return found, point


def few(likelihood: JeffreysLikelihood) -> bool:
    """Whether there are so few rows that two maxima are not rare."""
    return len(likelihood.rows.y) <= FEW


def beside(point: Point, beta: Vector, contrast: Vector) -> Iterator[Vector]:
    """Some standard errors to either side along the longest axis of the others, the contrast kept as it is."""
    across = np.linalg.qr((contrast @ point.inverse)[:, None], mode="complete")[0][:, 1:]
    ways = point.inverse @ across
    if ways.shape[1]:
        longest = ways @ np.linalg.svd(ways)[2][0]
        for size in BESIDE:
            yield beta + size * longest
            yield beta - size * longest


def _starts(likelihood: JeffreysLikelihood, beta: Vector) -> Iterator[Vector]:
    if likelihood.rows.entries <= SMALL:
        yield np.zeros_like(beta)
        if few(likelihood):
            yield FARTHER * beta
