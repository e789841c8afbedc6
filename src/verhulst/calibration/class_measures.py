"""All measures of probabilities of K classes against outcomes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.calibration.calibration_error import Nulled, against_null
from verhulst.calibration.calibrator import CalibrationWarning, ranked_log_probabilities
from verhulst.calibration.cases import group_members, read_cases
from verhulst.calibration.class_area import class_area
from verhulst.calibration.class_evaluation import ClassEvaluation, ClassMeasures
from verhulst.calibration.class_labels import names_of_columns
from verhulst.calibration.class_null import simulated_errors, systematic
from verhulst.calibration.estimate import Estimate, interval, perfect, standard_error, unknown
from verhulst.calibration.scores import Floats, Labels, ScoreKind

NO_CASE = "no class has both cases and others"


def evaluate_classes(
    y: ArrayLike,
    scores: ArrayLike,
    kind: ScoreKind | None,
    classes: Sequence[Any] | NDArray[Any] | None,
    sample_weight: ArrayLike | None,
    by: ArrayLike | None,
    level: float,
    bins: int,
    replications: int,
    rng: np.random.Generator,
) -> ClassEvaluation:
    """Return the measures of (n, K) scores; the arguments are those of `evaluate`.

    Raises
    ------
    ScoreKindError, ValueError
        As `evaluate`.

    Warns
    -----
    CalibrationWarning
        If a class has no case.
    """
    if classes is None:
        classes = names_of_columns(scores, y)
    cases = read_cases(
        y, scores, kind, sample_weight, say="scores_are", several_classes=True, classes=classes, sure=True
    )
    numbers, weights, labels = cases.targets, cases.weights, cases.classes
    # Probabilities as they were given, also where rounding keeps them from summing to 1.
    log_p = cases.z if cases.kind == "probabilities" else ranked_log_probabilities(cases.z)
    groups: dict[str, ClassEvaluation] = {}
    if by is not None:
        names, group = group_members(cases.of_each(by, "by"))
        for k, name in enumerate(names):
            rows = group == k
            some = None if weights is None else weights[rows]
            groups[name] = judge_classes(log_p[rows], numbers[rows], some, labels, level, bins, replications, rng, {})
    result = judge_classes(log_p, numbers, weights, labels, level, bins, replications, rng, groups)
    for caution in result.cautions:
        warnings.warn(caution, CalibrationWarning, stacklevel=4)
    return result


@np.errstate(over="ignore")  # of infinite losses
def judge_classes(
    log_p: Floats,
    numbers: Labels,
    weights: Floats | None,
    labels: tuple[Any, ...],
    level: float,
    bins: int,
    replications: int,
    rng: np.random.Generator,
    groups: Mapping[str, ClassEvaluation],
) -> ClassEvaluation:
    """Return the record of checked cases, given the logarithms of their probabilities."""
    n, classes = log_p.shape
    every = np.arange(n)
    w = np.ones(n) if weights is None else weights
    total = float(n) if weights is None else float(w.sum())
    # Products with tiny weights would underflow.
    part, whole = (w, total) if total >= 1.0 else (w / total, 1.0)
    top = log_p.argmax(axis=1)
    right = (top == numbers).astype(np.float64)
    own, highest = log_p[every, numbers], log_p[every, top]
    p = np.exp(log_p)
    mean_p = part @ p / whole
    confusion = np.bincount(numbers * classes + top, weights, classes * classes).reshape(classes, classes)
    share = confusion.sum(axis=1) / total
    # A probability that equals an edge up to rounding lies in the bin above it.
    edges = np.log(np.arange(1, bins) / bins) - 1e-12
    sample = systematic(n, classes)
    null = simulated_errors(
        p[sample],
        None if weights is None else weights[sample],
        np.searchsorted(edges, np.column_stack([log_p[sample], highest[sample]]), side="right"),
        top[sample],
        total,
        replications,
        rng,
    )

    def gap(log_given: Floats, happened: Floats) -> float:
        place = np.searchsorted(edges, log_given, side="right")
        return float(np.abs(np.bincount(place, part * (happened - np.exp(log_given)), bins)).sum() / whole)

    measures, influence = [], np.zeros(n)
    for k, label in enumerate(labels):
        column, member = log_p[:, k].copy(), numbers == k
        area = unknown("all cases are of this class" if member.any() else "no case is of this class")
        if member.any() and not member.all():
            area, influence_of_class = _area(column, member, weights, total, level)
            influence += influence_of_class
        measures.append(
            ClassMeasures(
                label, float(confusion[k].sum()), float(confusion[:, k].sum()), float(confusion[k, k]),
                float(mean_p[k]), area, against_null(gap(column, member.astype(np.float64)), null[:, k]),
            )
        )  # fmt: skip
    p[every, numbers] = np.expm1(own)  # −(1 − p), with all its digits
    absent = [each.label for each in measures if not each.n]
    return ClassEvaluation(
        n=total,
        log_loss=_mean(-own, w, total, level, floor=0.0),
        base_log_loss=float(-(share[share > 0.0] @ np.log(share[share > 0.0]))) + 0.0,
        brier=_mean(np.einsum("nk,nk->n", p, p), w, total, level, floor=0.0),
        base_brier=float(share @ (1.0 - share)),
        accuracy=_share(right, w, total, level),
        base_accuracy=float(share.max()),
        confidence=float(part @ np.exp(highest) / whole),
        roc_auc=_mean_area([each.roc_auc for each in measures], influence, w, total, level),
        top_label_ece=against_null(gap(highest, right), null[:, -1]),
        class_wise_ece=_mean_error([each.ece for each in measures], null[:, :-1]),
        classes=tuple(measures),
        confusion=tuple(tuple(map(float, row)) for row in confusion),
        groups=groups,
        cautions=(_absent(absent),) if absent else (),
    )


def _area(
    score: Floats, member: NDArray[np.bool_], weights: Floats | None, total: float, level: float
) -> tuple[Estimate, Floats]:
    """Return the ROC-AUC of a class against the others, and the influence of each row."""
    measure, fewer = class_area(score, member, weights)
    if measure.value in (0.0, 1.0):
        return perfect(measure.value, fewer, level), measure.influence
    error = standard_error(measure.influence, np.ones(len(score)) if weights is None else weights, total)
    return interval(measure.value, error, level, "logit"), measure.influence


def _mean(values: Floats, w: Floats, total: float, level: float, floor: float) -> Estimate:
    value = float(w @ values) / total if total >= 1.0 else float(w / total @ values)
    influence = values - value if np.isfinite(value) else np.full_like(values, np.nan)
    return interval(value, standard_error(influence, w, total), level, floor=floor)


def _share(right: Floats, w: Floats, total: float, level: float) -> Estimate:
    value = 1.0 if right.all() else float(w @ right) / total
    if value in (0.0, 1.0):
        return perfect(value, total, level)
    return interval(value, standard_error(right - value, w, total), level, "logit")


def _mean_area(areas: list[Estimate], influence: Floats, w: Floats, total: float, level: float) -> Estimate:
    known = [area for area in areas if not np.isnan(area.value)]
    if not known:
        return unknown(NO_CASE)
    value = float(np.mean([area.value for area in known]))
    if value in (0.0, 1.0):
        low, high = (float(np.mean([getattr(area, end) for area in known])) for end in ("low", "high"))
        return Estimate(value, 0.0, low, high, level)
    return interval(value, standard_error(influence / len(known), w, total), level, "logit")


def _mean_error(errors: list[Nulled], null: Floats) -> Nulled:
    return against_null(float(np.mean([error.value for error in errors])), null.mean(axis=1))


def _absent(labels: list[Any]) -> str:
    few = ", ".join(map(repr, labels[:5])) + (", ..." if len(labels) > 5 else "")
    what = f"class {few} has" if len(labels) == 1 else f"classes {few} have"
    return f"{what} no case (of positive weight): nothing can be said of their ROC-AUC"
