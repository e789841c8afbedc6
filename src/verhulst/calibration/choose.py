"""The choice among calibration maps, by cross-validated log-loss."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from verhulst._options import checks_options, generator_of
from verhulst.calibration.arrays import column_count
from verhulst.calibration.calibrator import Calibrator, log_probabilities
from verhulst.calibration.cases import group_members, read_cases
from verhulst.calibration.choice import Candidate, Choice
from verhulst.calibration.maps import maps_for, methods_for
from verhulst.calibration.scores import (
    Floats,
    Labels,
    ScoreKind,
    require_both_classes,
    require_two_classes,
    said_kind,
)
from verhulst.data.errors import did_you_mean
from verhulst.functions import softplus
from verhulst.functions._row_order import require_one_order
from verhulst.regression.folds import assign_folds

FOLDS = 5
# Evidence required against the unchanged scores: without it the best of six maps on a few hundred rows is often best by
# chance, and makes correct scores worse (the benchmark of the choice measures this).
CLEAR, SIGNIFICANT = 2.0, 0.01


@checks_options
def calibrate(
    logits: ArrayLike,
    y: ArrayLike,
    method: str = "auto",
    *,
    scores: ScoreKind | None = None,
    scores_are: ScoreKind | None = None,
    sample_weight: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    folds: int = FOLDS,
    rng: int | np.random.Generator = 0,
) -> Calibrator:
    """Fit a calibration map; with "auto", the one of least cross-validated log-loss.

    The raw scores are a candidate too ("identity"). They are kept unless a map is better, and not by chance: the gain
    is at least two standard errors, or a likelihood ratio test (against `Beta`; for K classes `VectorScaling`) rejects
    them at 1 %. The scores must come from data that the model was not trained on.

    Parameters
    ----------
    logits : array_like, shape (n,) or (n, K)
        The scores; K columns for K classes.
    y : array_like, shape (n,)
        The outcomes, 0 or 1; for K columns class numbers 0 … K−1, or K labels whose sorted order is that
        of the columns.
    method : str
        "auto", {one}; for K classes "auto",
        {several}.
    scores, scores_are : {{"logits", "probabilities"}}, optional
        The kind of the scores, as in `Calibrator`; two names of one argument.
    sample_weight : array_like, shape (n,), optional
        Counts of cases; a row of weight 0 is omitted.
    groups : array_like, shape (n,), optional
        Labels of groups; the cases of a group stay in one fold.
    folds : int
        The number of folds, at least 2; reduced if a class has fewer cases.
    rng : int or numpy.random.Generator
        Seed or generator for the folds.

    Returns
    -------
    Calibrator
        The fitted map; after "auto" its attribute `choice_`, a `Choice`, tells how it was chosen.

    Raises
    ------
    ScoreKindError
        If the kind of the scores is not specified and they may be probabilities or percentages.
    ValueError
        If the method is unknown, there is only one class, no map can be fitted, or, with "auto", a class has fewer
        than 2 rows or the training rows of a fold contain only one class.

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(-1.0, 1.5, 5000)
    >>> y = rng.random(5000) < vh.sigmoid(truth)
    >>> vh.calibrate(3.0 * truth + 1.0, y).choice_.chosen
    'platt'
    """
    scores = said_kind(scores_are, scores=scores)
    columns = column_count(logits)
    several, methods = columns > 1, methods_for(columns)
    if method != "auto":
        if method not in methods:
            raise ValueError(
                f"method must be 'auto' or one of {', '.join(methods)}; got {method!r}.{did_you_mean(method, methods)}"
            )
        return methods[method](scores=scores).fit(logits, y, sample_weight)
    require_one_order(y=y, logits=logits, sample_weight=sample_weight, groups=groups)
    cases = read_cases(y, logits, scores, sample_weight, several_classes=True)
    z, targets, weights, kind = cases.z, cases.targets, cases.weights, cases.kind
    (require_two_classes if several else require_both_classes)(targets)
    if groups is not None:
        groups = group_members(cases.of_each(groups, "groups"))[1]
    fold = assign_folds(targets, groups, folds, generator_of(rng))
    count = int(fold.max()) + 1
    base = log_losses(z, targets)
    candidates: list[Candidate] = []
    for name, make in methods.items():
        # Smoothed targets are for scores for which plain ones have no finite slope.
        if name == "platt-smooth" and not any(c.name == "platt" and c.problem for c in candidates):
            continue
        candidates.append(_candidate(name, make(scores=kind), z, targets, weights, fold, base))
    # Sorting is stable and nan goes last, so that the identity, first in the list, wins a tie.
    candidates.sort(key=lambda c: (c.problem is not None, c.log_loss))
    p_value = evidence(z, targets, weights, base)
    kept = p_value > SIGNIFICANT and candidates[0].gain <= CLEAR * candidates[0].standard_error
    for candidate in [c for c in candidates if c.name == "identity"] if kept else candidates:
        calibrator = methods[candidate.name](scores=kind)
        try:
            notes = calibrator.learn(z, targets, weights)
        except ValueError:
            if candidate.name == "identity":
                raise
            continue
        break
    calibrator.kind_ = kind
    calibrator.choice_ = Choice(candidate.name, tuple(candidates), count, p_value)
    for note in notes:
        warnings.warn(note, stacklevel=2)
    return calibrator


def _quoted(names: Iterable[str]) -> str:
    *first, last = (f'"{name}"' for name in names)
    return f"{', '.join(first)} or {last}"


if calibrate.__doc__:  # not under python -OO
    calibrate.__doc__ = calibrate.__doc__.format(one=_quoted(methods_for()), several=_quoted(methods_for(2)))


def evidence(z: Floats, targets: Floats | Labels, weights: Floats | None, base: Floats) -> float:
    """Return the p-value of the likelihood ratio test of the identity against the richest parametric map that fits."""
    columns = z.shape[1] if z.ndim == 2 else 1
    for kind in sorted(maps_for(columns), key=lambda kind: -kind.degrees_of_freedom(columns)):
        freedom = kind.degrees_of_freedom(columns)
        if not freedom:
            break
        calibrator = kind()
        try:
            calibrator.learn(z, targets, weights)
        except ValueError:
            continue
        losses = log_losses(calibrator.apply(z), targets)
        with np.errstate(invalid="ignore"):
            saved = np.where(losses == base, 0.0, base - losses)
        return float(chdtrc(freedom, 2.0 * max(float(saved.sum() if weights is None else saved @ weights), 0.0)))
    # No parametric map can be fitted (separated scores): only the cross-validated gain decides.
    return 1.0


def log_losses(z: Floats, targets: Floats | Labels) -> Floats:
    """Return the log-loss of every case, from logits: softplus(∓z), or −log softmax(z)[class]."""
    if z.ndim == 2:
        own: Floats = log_probabilities(z)[np.arange(len(z)), targets]
        return -own
    losses: Floats = softplus(np.where(targets == 1.0, -z, z))
    return losses


def out_of_fold(
    calibrator: Calibrator,
    z: Floats,
    targets: Floats | Labels,
    weights: Floats | None,
    fold: NDArray[np.int64],
) -> Floats:
    """Return calibrated logits of every row from a map fitted without its fold; `calibrator` is the last map."""
    calibrated = np.empty_like(z)
    for k in range(int(fold.max()) + 1):
        held = fold == k
        calibrator.learn(z[~held], targets[~held], None if weights is None else weights[~held])
        calibrated[held] = calibrator.apply(z[held])
    return calibrated


def _candidate(
    name: str,
    calibrator: Calibrator,
    z: Floats,
    targets: Floats | Labels,
    weights: Floats | None,
    fold: NDArray[np.int64],
    base: Floats,
) -> Candidate:
    try:
        losses = log_losses(out_of_fold(calibrator, z, targets, weights, fold), targets)
    except ValueError as problem:
        return Candidate(name, np.nan, np.nan, np.nan, str(problem))
    with np.errstate(over="ignore", invalid="ignore"):
        log_loss = float(np.average(losses, weights=weights))
        gains = np.where(losses == base, 0.0, base - losses)
        gain = float(np.average(gains, weights=weights))
        spread = float(np.average((gains - gain) ** 2, weights=weights))
    size = len(z) if weights is None else float(weights.sum())
    return Candidate(name, log_loss, gain, float(np.sqrt(spread / size)))
