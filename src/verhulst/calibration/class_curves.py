"""Reliability diagrams of K classes, one for each, and one for the highest probability of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst._options import checks_options, generator_of
from verhulst.calibration.calibrator import ranked_log_probabilities
from verhulst.calibration.cases import read_cases
from verhulst.calibration.class_labels import names_of_columns
from verhulst.calibration.reliability_curve import Reliability, reliability
from verhulst.calibration.scores import ScoreKind
from verhulst.functions import log1m_exp

HIGHEST = "highest of each row"


@checks_options
def class_reliability(
    y: ArrayLike,
    scores: ArrayLike,
    *,
    scores_are: ScoreKind | None = None,
    classes: Sequence[Any] | NDArray[Any] | None = None,
    kind: Literal["corp", "bins"] = "bins",
    bins: int = 10,
    level: float = 0.95,
    replications: int = 1000,
    sample_weight: ArrayLike | None = None,
    rng: int | np.random.Generator = 0,
) -> dict[str, Reliability]:
    """Return reliability diagrams of K classes: small multiples for `prepare_reliability`.

    Parameters
    ----------
    y : array_like, shape (n,)
        The labels.
    scores : array_like, shape (n, K)
        The scores of the classes.
    scores_are : {"logits", "probabilities"}, optional
        The kind of the scores.
    classes : sequence of K labels, optional
        The label of each column of scores, as in `evaluate`.
    kind, bins, level, replications, sample_weight, rng : optional
        As in `reliability`.

    Returns
    -------
    dict of str to Reliability
        First the highest probability of each row against whether it is that of the class, then each class against the
        others.

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(size=(2000, 3))
    >>> y = (z + rng.gumbel(size=z.shape)).argmax(axis=1)
    >>> curves = vh.calibration.class_reliability(y, z)
    >>> list(curves), curves["0"].leaves_band
    (['highest of each row', '0', '1', '2'], False)
    """
    if classes is None:
        classes = names_of_columns(scores, y)
    cases = read_cases(
        y, scores, scores_are, sample_weight, say="scores_are", several_classes=True, classes=classes, sure=True
    )
    if cases.z.ndim != 2:
        raise ValueError("scores of several classes have shape (n, K) with K >= 2; for one column use reliability")
    log_p = cases.z if cases.kind == "probabilities" else ranked_log_probabilities(cases.z)
    top = log_p.argmax(axis=1)
    views = {HIGHEST: (top == cases.targets, log_p[np.arange(len(top)), top])}
    views |= {str(label): (cases.targets == k, log_p[:, k]) for k, label in enumerate(cases.classes)}
    generator = generator_of(rng)
    return {
        name: reliability(
            happened, log_odds_of(given), scores_are="logits", kind=kind, bins=bins, level=level,
            replications=replications, sample_weight=cases.weights, rng=generator,
        )
        for name, (happened, given) in views.items()
    }  # fmt: skip


def log_odds_of(log_p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log p − log(1 − p), with all digits near p = 1."""
    odds: NDArray[np.float64] = log_p - log1m_exp(log_p)
    return odds
