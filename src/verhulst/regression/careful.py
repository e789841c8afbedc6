"""Newton's method for data on which double precision is in doubt: near a maximum that is almost flat, or far from it.

It maximises what `newton` maximises, and spends more on each look at the data (see `look`). Where a whole step does not
end where the height is level, the height is followed along it (see `line`). Far away, where rows contradict the model
by tens of log-odds, the likelihood is flat but for a kink in each row: the same likelihood of log-odds divided by a
temperature T is smooth there and has its maximum nearby, and T falls to 1.
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

ROUNDS = 3  # of passes, each in coordinates of its own
LAST_PASSES = 6  # bring a step that moves some log-odds by ½ down to rounding, as its square, fourth, eighth power ...
SMOOTH = 8.0  # log-odds by which rows may contradict the model before the temperature rises
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
    The last look, the passes, and a direction along which the height rises without end, or None
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
            enough = 0.0  # the likelihood is flat: pairs from now on
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
        there = seen(beta, here.temperature, steps)
        if here.temperature == 1 and there.decrement >= here.decrement and settled(data, here):
            risen += 1  # by rounding, though a row far out may still be on its way
            if risen == LAST_PASSES:
                break
        here = there
    return here, tuple(passes), None


def _along(beta: Pair, step: Pair, steps: float) -> Pair:
    return add(beta, multiply(step, pair(np.full(len(step.high), steps))))


def _direction_by_direction(data: Signed, here: Look) -> tuple[Pair, float, Pair | None]:
    """Where to go, by how many steps at most, and a direction along which the height rises without end, or None.

    Near the maximum, says λ, and yet some row moves far: a row far out whose log-odds grow by one in each whole step,
    while the rows near by are at rest. Each direction in which rows move far is followed on its own.
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
    """The step, or a part of it where the sums of a whole one would overflow; how far to go is found along it."""
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
    """Maximise log-likelihood − ½ root² ‖slopes‖² where double precision is in doubt.

    Parameters
    ----------
    rows, standard : the data, and how `rows` sees its columns
    starts : points (q,) from where to start, one after the other until the end is certain
    root : of the ridge on the slopes as given, or None
    tolerance : decrement at which the fit counts as converged
    unit : what a weight of 1 stands for: the decrement of the weights as given is √unit times that of `rows`
    max_passes : most passes over the data from each start
    """
    within = tolerance / max(1.0, math.sqrt(unit))
    found: End | None = None
    passes: tuple[Pass, ...] = ()
    for start in starts:
        # In coordinates that no single value decides: beside one of 1e40 the others look alike, to pairs too.
        whole, usual = Signed.of(rows, None), without_far_values(rows, standard)
        data, seen_by, beta = moved_to(whole, standard, usual, pair(start), root)
        here, some, endless = climb(data, beta, 1e-2 * within, max_passes)
        for _ in range(ROUNDS - 1):
            if endless is not None or settled(data, here, SAME_DIGITS):
                break
            # Where the information was at the start the columns were centred; it may be elsewhere by now.
            anew, seen_anew, beta = recentred(data, seen_by, here.beta, root)
            there, more, endless = climb(anew, beta, 1e-2 * within, max_passes)
            some = (*some, *more)
            if endless is None and settled(data, here) and not settled(anew, there, SAME_DIGITS):
                break  # pairs do not tell more
            data, seen_by, here = anew, seen_anew, there
        status = certain(max(here.decrement, here.floor), within, full=here.triangle.full, settled=settled(data, here))
        status = "passes" if status != "converged" and len(some) >= max_passes else status
        # The numbers that are reported are doubles, for columns that are centred where the information is, if that
        # keeps more of them.
        ends = [(data, seen_by, here.beta)]
        if endless is None:
            ends.insert(0, recentred(data, seen_by, here.beta, root))
        one = None
        for end in ends:
            last = _last(*end, status, 4 * here.floor, endless)
            passes = (*passes, *some, *last.fit.passes)
            some = ()
            if one is None or last.fit.decrement < one.fit.decrement:
                one = last
            if one.fit.decrement <= within:
                break
        if one is not None and (found is None or one.fit.status == "converged"):
            found = one
        if endless is not None or (found is not None and found.fit.status == "converged"):
            break
    assert found is not None
    return replace(found, fit=replace(found.fit, passes=passes))


def _last(
    data: Signed, standard: Standardisation, beta: Pair, status: Status, enough: float, endless: Pair | None
) -> End:
    """The last look, at the numbers that are reported: `beta` in double precision.

    Where a row far out makes that something else, the errors are still those of the maximum.
    """
    here = look(data, pair(beta.high), enough)
    if status == "converged" and not settled(data, here, SAME_DIGITS):
        here = replace(look(data, beta, enough), half=here.half)
    height = log_likelihood(data, here.margins)
    penalty = 0.5 * float(data.ridge @ beta.high**2)
    # Information beyond the range of doubles is kept divided by a power of two.
    exponent = 0 if abs(here.exponent) < LOGARITHM_OF_LARGEST else round(here.exponent / math.log(2))
    beyond = abs(exponent) > LARGEST_EXPONENT  # then there are no numbers for standard errors
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
    # Where doubles did not tell all directions apart, standard errors are small differences too.
    halves = here.triangle.half_inverse(unit) if here.triangle.root.low.any() else (factor.half(), None)
    return End(fit, data.rows, standard, factor, factor.condition(matrix), exponent, *halves, way, weak)
