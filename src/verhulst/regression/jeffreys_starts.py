"""The highest maximum found from several starts: the likelihood with Jeffreys' prior may have many.

The log-prior is not concave. One maximum is where most rows have information; others may be far from 0, where only the
few rows between the outcomes do. This happens with a dozen or two rows, in some of a hundred data sets, and with
separated data where one coefficient is kept far out. A search from 0 usually finds the first, or one from where the
log-odds are nearest to 0 if there is an offset; a search from far away finds another, and from there the ways that let
another row take the place of one that holds it (`highest_around`) lead on. Each takes few passes if it leads to the
known maximum, because it stops near it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations, islice

import numpy as np

from verhulst.regression.jeffreys import JeffreysLikelihood, NotIdentified, Point
from verhulst.regression.passes import Fit
from verhulst.regression.statistics import Vector

SMALL = 20_000  # design entries; up to this size there is a search from 0 too
FEW = 60  # rows; up to this number there is a search from far away too
CONCENTRATED = 0.4  # leverage of a row: a few rows have most of the information, and elsewhere others may have it
MORE = 2  # rows are tried than hold a maximum
STEPS = 2  # rows that come near along a way
MOST_WAYS = 40
MOST_WORK = 1_600_000  # rows × columns² × ways
HOPELESS = 10.0  # below a maximum: from farther down few searches lead to a higher one
NEAR = 1.0  # log-odds
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


def highest_around(
    search: Callable[..., tuple[Fit, Point]],
    likelihood: JeffreysLikelihood,
    found: Fit,
    point: Point,
    contrast: Vector | None = None,
) -> tuple[Fit, Point]:
    """Go from a maximum that rests on a few rows to higher ones that rest on others, until none around is higher."""
    while small(likelihood) and float(point.leverage.max(initial=0.0)) > CONCENTRATED:
        known = found
        found, point = highest_of_several(
            search, likelihood, known, point, _neighbours(likelihood, point, known.beta, contrast)
        )
        if found is known:
            break
    return found, point


def _neighbours(
    likelihood: JeffreysLikelihood, point: Point, beta: Vector, contrast: Vector | None
) -> Iterator[Vector]:
    """Yield where all but one of the rows that hold β keep their log-odds, and another row comes near.

    A row is near, and has information, where |η| is about 1. As many rows hold β as there are directions; those with
    the largest leverages, and some more, are tried. For separated data these are the ways along the edges of the cone
    of separating directions, as in the simplex method.

    Parameters
    ----------
    contrast : (q,) keeps its value
    """
    ways = point.ways(contrast)
    if not (count := ways.shape[1]):
        return
    pieces = list(likelihood.weighed(beta))
    rows = np.concatenate([piece.z @ ways for piece, _, _ in pieces])
    eta = np.concatenate([eta for _, eta, _ in pieces])
    least = point.penalised(likelihood.tau) - HOPELESS
    most = min(MOST_WAYS, MOST_WORK // (likelihood.rows.entries * len(beta)))
    holding = np.argsort(-point.leverage[likelihood.rows.counted])[: count + MORE]
    for kept in islice(combinations(holding, count - 1), most):
        way = np.linalg.svd(rows[list(kept)])[2][-1] if kept else np.ones(1)
        change = rows @ way
        for sign in (1.0, -1.0):
            nearing = (sign * change * eta < 0) & (np.abs(eta) > NEAR)
            nearing[list(kept)] = False
            for steps in np.sort((np.abs(eta[nearing]) - NEAR) / np.abs(change[nearing]))[:STEPS]:
                start = beta + sign * steps * (ways @ way)
                try:
                    if likelihood.at(start).penalised(likelihood.tau) > least:
                        yield start
                except NotIdentified:
                    pass


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
