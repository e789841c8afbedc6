"""Newton's method for data where double precision is not enough: near-collinear columns, extreme values, flat maxima.

It maximises the same function as `newton`, with more work in each pass (see `look`). If a full Newton step does not end
at a point where the slope along the step is small, a line search follows (see `line`). Far from the maximum, where rows
contradict the model by tens of log-odds, the log-likelihood is piecewise linear. There the log-odds are divided by a
temperature T, which makes the function smooth with a maximum nearby, and T is lowered to 1 in steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from verhulst.regression.collinearity import without_far_values
from verhulst.regression.line import Line
from verhulst.regression.look import LOGARITHM_OF_LARGEST, Look, log_likelihood, look, settled
from verhulst.regression.newton import VALID
from verhulst.regression.pairs import Pair, add, multiply, pair
from verhulst.regression.passes import End, Fit, Pass, Status, certain
from verhulst.regression.renewal import SAME_DIGITS
from verhulst.regression.rows import Rows
from verhulst.regression.signed import Signed, moved_to, recentred
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.statistics import Vector

ROUNDS = 3  # of passes, each with centres and scales of its own
LAST_PASSES = 6  # after these a step that moves log-odds by ½ is down to rounding: its square, fourth, eighth power ...
SMOOTH = 8.0  # log-odds by which rows may contradict the model before the temperature is raised
LARGEST_STEP = 2.0**300
LARGEST_EXPONENT = 2000  # of two, for information: beyond it a standard error is no double


def climb(data: Signed, beta: Pair, tolerance: float, most: int) -> tuple[Look, tuple[Pass, ...], Pair | None]:
    """Newton's method with pairs of doubles.

    Parameters
    ----------
    data : rows
    beta : (q,) where to start
    tolerance : decrement to aim at
    most : passes

    Returns
    -------
    The last look, the passes, and a direction along which the log-likelihood increases without bound, or None
    """
    passes: list[Pass] = []
    risen = 0
    enough = 10 * tolerance  # rounding of a decrement that does no harm

    def seen(beta: Pair, temperature: float, steps: float) -> Look:
        found = look(data, beta, enough, temperature)
        height = log_likelihood(data, found.margins) - 0.5 * float(data.ridge @ beta.high**2)
        passes.append(Pass(len(passes) + 1, height, found.decrement, steps, True, True))
        return found

    here = seen(beta, 1.0, 0.0)
    while len(passes) < most and (
        here.contradicted > SMOOTH * here.temperature or (here.contradicted > 1 and not here.triangle.full)
    ):
        if here.temperature > 1 and here.contradicted < here.temperature:
            break
        here = seen(beta, max(here.contradicted / SMOOTH, 4 * here.temperature), 0.0)
    while len(passes) < most:
        if here.decrement <= max(tolerance, 2 * here.floor) and settled(data, here, SAME_DIGITS):
            break
        if here.temperature == 1 and here.at_rounding:
            if enough == 0:
                break
            enough = 0.0  # all that is left is rounding: use pairs of doubles from here on
            here = seen(here.beta, 1.0, 0.0)
            continue
        step = _of_moderate_size(here.step())
        if not np.all(np.isfinite(step.high)):
            break
        line = Line.of(data, here.margins.high, here.temperature, here.beta, step)
        farthest = float(np.max(np.abs(line.change)))
        if here.temperature > 1 and (
            farthest <= here.temperature or here.decrement <= VALID * math.sqrt(here.temperature)
        ):
            here = seen(here.beta, max(1.0, here.temperature / 4), 0.0)
            continue
        if here.temperature == 1 and here.decrement <= VALID < farthest:
            beta, steps, endless = _direction_by_direction(data, here)
        else:
            steps = line.steps()
            beta, endless = _along(here.beta, step, steps), step if steps == math.inf else None
        if endless is not None:
            return here, tuple(passes), endless
        try:
            there = seen(beta, here.temperature, steps)
        except OverflowError:  # so far out that nothing is known there
            break
        if here.temperature == 1 and there.decrement >= here.decrement and settled(data, here):
            risen += 1  # by rounding, though a row far out may still be on its way
            if risen == LAST_PASSES:
                break
        here = there
    return here, tuple(passes), None


def _along(beta: Pair, step: Pair, steps: float) -> Pair:
    return add(beta, multiply(step, pair(np.full(len(step.high), steps))))


def _direction_by_direction(data: Signed, here: Look) -> tuple[Pair, float, Pair | None]:
    """Return the next point, the largest number of steps, and a direction of unbounded increase, or None.

    This is for points where λ is small although the step moves the log-odds of some row far: an extreme row changes by
    about one in each full step, while the other rows do not change. A line search is made in each direction in which
    rows move far.
    """
    moves = np.zeros(len(here.half.high))
    for _, z in data.rounded():
        each = np.abs(here.triangle.half_solves(z) * here.half.high)
        np.maximum(moves, here.unit * each.max(axis=0, initial=0.0), out=moves)
    alone = np.eye(len(moves), dtype=bool)[moves > VALID]
    margins, beta, most = here.margins.high, here.beta, 0.0
    for some in (*alone, moves <= VALID):
        step = _of_moderate_size(here.step(some))
        line = Line.of(data, margins, 1.0, beta, step)
        steps = line.steps()
        if steps == math.inf:
            return beta, steps, step
        margins, beta, most = margins + steps * line.change, _along(beta, step, steps), max(most, steps)
    return beta, most, None


def _of_moderate_size(step: Pair) -> Pair:
    """Return the step, shortened if sums along it would overflow; the line search finds the length."""
    most = float(np.max(np.abs(step.high)))
    return step if most <= LARGEST_STEP else Pair(step.high * (LARGEST_STEP / most), step.low * (LARGEST_STEP / most))


@np.errstate(all="ignore")  # seen in the result, where it matters
def careful(
    rows: Rows,
    standard: Standardisation,
    starts: Sequence[Vector],
    root: float | None,
    *,
    tolerance: float,
    unit: float,
    max_passes: int,
) -> End:
    """Maximise log-likelihood − ½ root² ‖slopes‖² where double precision is not enough.

    Parameters
    ----------
    rows, standard : the data, and the standardisation of its columns
    starts : points (q,) to start from, one after the other until one of them leads to the maximum
    root : of the ridge on the slopes as given, or None
    tolerance : decrement at which the fit counts as converged
    unit : what a weight of 1 stands for: the decrement of the weights as given is √unit times that of `rows`
    max_passes : the largest number of passes over the data from each start
    """
    within = tolerance / max(1.0, math.sqrt(unit))
    found: End | None = None
    passes: tuple[Pass, ...] = ()
    for start in starts:
        # Centres and scales are medians: next to a mean moved by a value of 1e40, the others are equal even in pairs.
        whole, usual = Signed.of(rows, None), without_far_values(rows, standard)
        data, seen_by, beta = moved_to(whole, standard, usual, pair(start), root)
        here, some, endless = climb(data, beta, 1e-2 * within, max_passes)
        for _ in range(ROUNDS - 1):
            if endless is not None or settled(data, here, SAME_DIGITS):
                break
            # The columns are centred anew, where the information is now.
            anew, seen_anew, beta = recentred(data, seen_by, here.beta, root)
            there, more, endless = climb(anew, beta, 1e-2 * within, max_passes)
            some = (*some, *more)
            if endless is None and settled(data, here) and not settled(anew, there, SAME_DIGITS):
                break  # this is no improvement
            data, seen_by, here = anew, seen_anew, there
        status = certain(max(here.decrement, here.floor), within, full=here.triangle.full, settled=settled(data, here))
        status = "passes" if status != "converged" and len(some) >= max_passes else status
        # The reported coefficients are doubles: the intercept is rounded at the medians or, if that moves the point too
        # far from the maximum and this does not, at the mean of the rows that have information.
        one = _last(*moved_to(data, seen_by, usual, here.beta, root), status, 4 * here.floor, endless)
        passes = (*passes, *some, *one.fit.passes)
        if one.fit.decrement > within and endless is None:
            other = _last(*recentred(data, seen_by, here.beta, root), status, 4 * here.floor, endless)
            passes = (*passes, *other.fit.passes)
            one = other if other.fit.decrement <= within else one
        if found is None or one.fit.status == "converged":
            found = one
        if endless is not None or found.fit.status == "converged":
            break
    assert found is not None
    return replace(found, fit=replace(found.fit, passes=passes))


def _last(
    data: Signed, standard: Standardisation, beta: Pair, status: Status, enough: float, endless: Pair | None
) -> End:
    """Return the end of the fit: the last look, at `beta` rounded to double precision, as it is reported.

    If this rounding changes the information of an extreme row, the standard errors are those at the unrounded `beta`.
    """
    here = look(data, pair(beta.high), enough)
    if status == "converged" and not settled(data, here, SAME_DIGITS):
        here = replace(look(data, beta, enough), half=here.half)
    height = log_likelihood(data, here.margins)
    penalty = 0.5 * float(data.ridge @ beta.high**2)
    # Information outside the range of doubles is divided by a power of two.
    exponent = 0 if abs(here.exponent) < LOGARITHM_OF_LARGEST else round(here.exponent / math.log(2))
    beyond = abs(exponent) > LARGEST_EXPONENT  # standard errors are outside the range of doubles
    exponent = 0 if beyond else exponent
    unit = math.exp(0.5 * (here.exponent - exponent * math.log(2)))
    factor, matrix = here.triangle.factor(unit), here.triangle.information(unit)
    weak = np.zeros(len(beta.high), dtype=bool)
    weak[here.triangle.weak_columns()] = True
    known = status == "converged" and here.triangle.full and not beyond
    fit = Fit(
        beta.high,
        np.ldexp(matrix, exponent) - np.diag(data.ridge),
        height,
        max(here.decrement, here.floor),
        (Pass(1, height - penalty, here.decrement, 0.0, True, True),),
        status if known or status == "passes" else "stalled",
        0.0 if known else np.inf,
    )
    way = None if endless is None else endless.high
    half, low = factor.half(), None
    if here.triangle.root.low.any():  # it was factored in pairs, and standard errors are small differences too
        half, low = here.triangle.half_inverse(unit)
    return End(fit, data.rows, standard, factor, factor.condition(matrix), exponent, half, low, way, weak)
