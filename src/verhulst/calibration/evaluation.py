"""`vh.evaluate`: all measures of scores against outcomes, in one record."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from html import escape
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst._options import checks_options, generator_of, require_counts
from verhulst.calibration.arrays import column_count
from verhulst.calibration.bootstrap import bootstrap as bootstrap_intervals
from verhulst.calibration.calibration_error import Nulled, against_null, binned_errors
from verhulst.calibration.calibrator import CalibrationWarning
from verhulst.calibration.cases import group_members, read_cases
from verhulst.calibration.cells import Cells, make_cells
from verhulst.calibration.class_evaluation import ClassEvaluation
from verhulst.calibration.class_measures import evaluate_classes
from verhulst.calibration.corp import Decomposition, decompose
from verhulst.calibration.decision import DEFAULT_THRESHOLDS, DecisionCurve, curve_of
from verhulst.calibration.estimate import Estimate
from verhulst.calibration.explanations import EXPLANATIONS, measures_as_lines
from verhulst.calibration.goodness import CoxCalibration, Test, cox, hosmer_lemeshow, spiegelhalter
from verhulst.calibration.isotonic import pool
from verhulst.calibration.own_rows import CAUTION, look_like_rows_of_the_fit
from verhulst.calibration.proper import brier, log_loss, mean_gap, proper_interval
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.ranking import average_precision_interval, roc_auc_interval
from verhulst.calibration.saturation import Saturation, saturation
from verhulst.calibration.scores import Floats, ScoreKind
from verhulst.calibration.smooth_error import SmoothError, smooth_error, smooth_errors
from verhulst.calibration.verdict import Verdict, verdict
from verhulst.functions._row_order import require_one_order
from verhulst.regression.class_held_out import HeldOutClasses
from verhulst.regression.held_out import HeldOut, HeldOutRows


@dataclass(frozen=True)
class Evaluation:
    """Measures of scores against outcomes.

    Measures that are not defined for the cases, such as the ROC-AUC of one class, are nan and have a `reason`.

    Attributes
    ----------
    n, n_positive : float
        Numbers of cases and of cases of class 1 (sums of weights).
    log_loss, brier : Estimate
    decomposition : Decomposition
        The decomposition of the Brier score.
    miscalibration : Nulled
        Its miscalibration (MCB) with the null.
    roc_auc, average_precision : Estimate
        Computed from the logits.
    mean_gap : Estimate
        The mean probability minus the share of class 1.
    ece, ace, smooth_ece : Nulled
        Calibration errors with 15 bins of equal width, with 15 groups of equal size, and without bins.
    smooth : SmoothError
        The bandwidth, and quantiles E50, E90, Emax of |smoothed rate − probability|.
    cox : CoxCalibration
        Calibration intercept and slope with intervals.
    spiegelhalter, hosmer_lemeshow : Test
    saturation : tuple of Saturation
        The effect of rounding to each floating-point type.
    decision_curve : DecisionCurve
        Net benefit at thresholds 0.01 to 0.99.
    groups : mapping of str to Evaluation
        The same record for each value of `by`.
    verdict : Verdict
        What the measures say, in sentences.
    cautions : tuple of str
        Reasons why the numbers may not mean what they seem to.
    """

    n: float
    n_positive: float
    log_loss: Estimate
    brier: Estimate
    decomposition: Decomposition
    miscalibration: Nulled
    roc_auc: Estimate
    average_precision: Estimate
    mean_gap: Estimate
    ece: Nulled
    ace: Nulled
    smooth_ece: Nulled
    smooth: SmoothError
    cox: CoxCalibration
    spiegelhalter: Test
    hosmer_lemeshow: Test
    saturation: tuple[Saturation, ...]
    decision_curve: DecisionCurve
    groups: Mapping[str, Evaluation]
    verdict: Verdict
    cautions: tuple[str, ...] = ()

    def __repr__(self) -> str:
        said = (part for line in self.verdict.lines() for part in textwrap.wrap(line, 100, break_on_hyphens=False))
        return "\n".join([*said, "", *self.lines()])

    @checks_options
    def lines(self, *, explained: bool = False) -> list[str]:
        """Return the measures as lines of text, if wanted each with a sentence that explains it."""
        return measures_as_lines(self.rows(), EXPLANATIONS, explained)

    def rows(self) -> list[tuple[str, str]]:
        """Return the lines of the printed record: name and text."""
        d = self.decomposition
        lines = [
            (
                "cases",
                f"{self.n:.10g}, of them {self.n_positive:.10g} of class 1 ({100 * self.n_positive / self.n:.4g} %)",
            ),
            ("log-loss", repr(self.log_loss)),
            ("Brier score", repr(self.brier)),
            (
                "  = MCB - DSC + UNC",
                f"{d.miscalibration:.5g} - {d.discrimination:.5g} + {d.uncertainty:.5g}",
            ),
            ("miscalibration (MCB)", repr(self.miscalibration)),
            ("ROC-AUC", repr(self.roc_auc)),
            ("average precision", repr(self.average_precision)),
            ("mean p - rate", repr(self.mean_gap)),
            ("ECE", repr(self.ece)),
            ("ACE", repr(self.ace)),
            ("smooth ECE", repr(self.smooth_ece)),
            ("E50, E90, Emax", f"{self.smooth.e50:.4g}, {self.smooth.e90:.4g}, {self.smooth.e_max:.4g}"),
            ("calibration intercept", repr(self.cox.intercept)),
            ("calibration slope", repr(self.cox.slope)),
            ("slope 1, intercept 0", repr(self.cox.test)),
            ("Spiegelhalter", repr(self.spiegelhalter)),
            ("Hosmer-Lemeshow", repr(self.hosmer_lemeshow)),
        ]
        for s in self.saturation:
            if s.zeros or s.ones or s.distinct < s.distinct_logits:
                lost = f"{s.zeros} zeros, {s.ones} ones, {s.distinct} of {s.distinct_logits} distinct"
                lines.append((f"as {s.dtype}", f"{lost}, ROC-AUC {-s.auc_lost:+.2g}"))
        for name, group in self.groups.items():
            text = f"n {group.n:.10g}, log-loss {group.log_loss.value:.5g}, ROC-AUC {group.roc_auc.value:.5g}"
            gaps = f"ECE {group.ece.value:.4g} (null {group.ece.null_mean:.4g}; {group.ece.p_text})"
            lines.append((f"group {name}", f"{text}, {gaps}"))
            lines.extend((f"group {name}: CAUTION", caution) for caution in group.cautions)
        lines.extend(("CAUTION", caution) for caution in self.cautions)
        return lines

    def _repr_html_(self) -> str:
        cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in self.rows())
        return f"<table>{cells}</table><p>{escape(' '.join(self.verdict.lines()))}</p>"

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers as plain data, for JSON."""
        plain: dict[str, Any] = _as_data(self)
        return plain


@overload
def evaluate(
    y: ArrayLike | HeldOut,
    scores: ArrayLike | None = None,
    *,
    scores_are: ScoreKind | None = None,
    logits: ArrayLike | None = None,
    probabilities: ArrayLike | None = None,
    classes: None = None,
    sample_weight: ArrayLike | None = None,
    by: ArrayLike | None = None,
    level: float = 0.95,
    bins: int = 15,
    replications: int = 199,
    bootstrap: int = 0,
    rng: int | np.random.Generator = 0,
) -> Evaluation: ...
@overload
def evaluate(
    y: HeldOutClasses,
    *,
    level: float = 0.95,
    bins: int = 15,
    replications: int = 199,
    rng: int | np.random.Generator = 0,
) -> ClassEvaluation: ...
@overload
def evaluate(
    y: ArrayLike,
    scores: ArrayLike | None = None,
    *,
    scores_are: ScoreKind | None = None,
    logits: ArrayLike | None = None,
    probabilities: ArrayLike | None = None,
    classes: Sequence[Any] | NDArray[Any],
    sample_weight: ArrayLike | None = None,
    by: ArrayLike | None = None,
    level: float = 0.95,
    bins: int = 15,
    replications: int = 199,
    bootstrap: int = 0,
    rng: int | np.random.Generator = 0,
) -> ClassEvaluation: ...
@checks_options
def evaluate(
    y: ArrayLike | HeldOut | HeldOutClasses,
    scores: ArrayLike | None = None,
    *,
    scores_are: ScoreKind | None = None,
    logits: ArrayLike | None = None,
    probabilities: ArrayLike | None = None,
    classes: Sequence[Any] | NDArray[Any] | None = None,
    sample_weight: ArrayLike | None = None,
    by: ArrayLike | None = None,
    level: float = 0.95,
    bins: int = 15,
    replications: int = 199,
    bootstrap: int = 0,
    rng: int | np.random.Generator = 0,
) -> Evaluation | ClassEvaluation:
    """Evaluate scores against outcomes: ranking, proper scores, calibration with nulls, saturation, decisions.

    Parameters
    ----------
    y : array_like, shape (n,), or HeldOut
        The outcomes, 0 or 1; or the held-out rows of a fit of a table, `model.held_out`, with their scores. For K
        columns of scores labels of any kind: numbers, text or truth values.
    scores : array_like, shape (n,) or (n, K), optional
        The scores, of the kind that `scores_are` specifies; K columns for K classes.
    scores_are : {"logits", "probabilities"}, optional
        The kind of `scores`.
    logits, probabilities : array_like, shape (n,), optional
        The scores by kind, in place of `scores`; likewise (n,) or (n, K).
    classes : sequence of K labels, optional
        The label of each column of scores. By default the labels in y are 0 ... K-1, or there are K of them, and the
        columns are in their sorted order; those of a data frame are its columns if these contain the labels. Two
        columns need it.
    sample_weight : array_like, shape (n,), optional
        Counts of cases. Scale weights with another meaning so that they sum to the effective number of independent
        cases.
    by : array_like, shape (n,), optional
        Labels of subgroups, each of which is evaluated too.
    level : float
        The coverage of the intervals.
    bins : int
        The number of bins of ECE and ACE.
    replications : int
        The number of simulated samples for each null; a p-value is at least 1/(replications + 1).
    bootstrap : int
        The number of resamples for the intervals of log-loss, Brier score, ROC-AUC and average precision; with 0 they
        are closed forms (DeLong's for ROC-AUC). Not for K columns.
    rng : int or numpy.random.Generator
        Seed or generator for the simulated samples.

    Returns
    -------
    Evaluation or ClassEvaluation
        All measures; a `ClassEvaluation` for K columns of scores.

    Raises
    ------
    ScoreKindError
        If the kind of `scores` is not specified and they may be logits or probabilities.
    ValueError
        If none or several of scores, logits and probabilities are given, or the input is invalid; the message says
        why.

    Warns
    -----
    CalibrationWarning
        If the rows look like those that the scores were fitted on, or a class has no case.

    Notes
    -----
    For K classes: log-loss −log p of the class of a row; Brier score Σₖ (yₖ − pₖ)² (Brier 1950, "Verification of
    forecasts expressed in terms of probability"); top-label ECE (Guo et al. 2017) and class-wise ECE, the mean of those
    of the K classes (Kull et al. 2019, "Beyond temperature scaling"); ROC-AUC of each class against the others and its
    mean (Hand and Till 2001 discuss alternatives). The nulls of all calibration errors are of the same simulated
    labels.

    Examples
    --------
    >>> import verhulst as vh
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(-1.0, 2.0, 2000)
    >>> y = rng.random(2000) < vh.sigmoid(z)
    >>> result = vh.evaluate(y, logits=2.0 * z)
    >>> result.cox.slope
    0.50945 (95 %: 0.46308 to 0.55583)
    >>> Z = rng.normal(size=(2000, 3))
    >>> label = np.array(["bus", "car", "train"])[(Z + rng.gumbel(size=Z.shape)).argmax(axis=1)]
    >>> classes = vh.evaluate(label, logits=Z, classes=["bus", "car", "train"])
    >>> classes.log_loss, classes.roc_auc
    (0.89094 (95 %: 0.86392 to 0.91797), 0.77259 (95 %: 0.75634 to 0.78806))
    """
    given: list[tuple[ScoreKind | None, ArrayLike]] = []
    others = (scores, logits, probabilities, sample_weight, by, classes)
    if isinstance(y, HeldOutRows) and any(each is not None for each in others):
        raise ValueError("held-out rows have scores and weights of their own: pass them alone")
    if isinstance(y, HeldOutClasses):
        logits, sample_weight, classes = y.scores, y.weights, y.classes
        y = y.labels()
    elif isinstance(y, HeldOut):
        held = y.as_cases()
        y, logits, sample_weight = held.y, held.log_odds, held.weights
    if scores is not None:
        given.append((scores_are, scores))
    if logits is not None:
        given.append(("logits", logits))
    if probabilities is not None:
        given.append(("probabilities", probabilities))
    if len(given) != 1:
        raise ValueError("pass the scores as either logits= or probabilities=")
    kind, values = given[0]
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must lie strictly between 0 and 1, got {level!r}")
    require_counts(bins=(bins, 2), replications=(replications, 19), bootstrap=(bootstrap, 0))
    require_one_order(y=y, scores=values, sample_weight=sample_weight, by=by)
    generator = generator_of(rng)
    columns = column_count(values)
    if columns > 2 or (columns == 2 and classes is not None):
        if bootstrap:
            raise ValueError("bootstrap intervals are for one column of scores: omit bootstrap")
        return evaluate_classes(y, values, kind, classes, sample_weight, by, level, bins, replications, generator)
    if classes is not None:
        raise ValueError("classes= names the columns of scores of shape (n, K), K >= 2")
    cases = read_cases(y, values, kind, sample_weight, say="scores_are")
    z, targets, weights = cases.z, cases.targets, cases.weights
    groups: dict[str, Evaluation] = {}
    if by is not None:
        names, group = group_members(cases.of_each(by, "by"))
        for k, name in enumerate(names):
            rows = group == k
            part = Ranked.sort(z[rows], targets[rows], None if weights is None else weights[rows])
            groups[name] = judge(part, level, bins, replications, generator, {}, bootstrap)
    result = judge(Ranked.sort(z, targets, weights), level, bins, replications, generator, groups, bootstrap)
    for caution in result.cautions:
        warnings.warn(caution, CalibrationWarning, stacklevel=2)
    return result


@np.errstate(over="ignore")  # sums of scores of 1e308 are infinite; means are computed differently
def judge(
    ranked: Ranked,
    level: float,
    bins: int,
    replications: int,
    rng: np.random.Generator,
    groups: Mapping[str, Evaluation],
    resamples: int = 0,
) -> Evaluation:
    """Return the record of sorted cases."""
    cells = make_cells(ranked, bins)
    null = cells.simulate(replications, rng)
    ece, ace = binned_errors(cells, null)
    smooth = smooth_error(ranked.p, ranked.residual * ranked.weights, ranked.weights)
    # The last row is the value at the resolution of the cells.
    rows, rising = np.vstack([null, cells.residual]), np.maximum.accumulate(cells.probability)
    smooth_null = smooth_errors(rising, rows, cells.total)[0]
    decomposition = decompose(ranked)
    estimates = {
        "log_loss": proper_interval(log_loss(ranked), ranked, level),
        "brier": proper_interval(brier(ranked), ranked, level),
        "roc_auc": roc_auc_interval(ranked, level),
        "average_precision": average_precision_interval(ranked, level),
    }
    if resamples and ranked.both_classes:
        estimates |= bootstrap_intervals(ranked, resamples, level, rng)
    calibration = cox(ranked, level)
    own_rows = look_like_rows_of_the_fit(ranked, calibration)
    gap = proper_interval(mean_gap(ranked), ranked, level, floor=-np.inf)
    smooth_against = against_null(smooth.value, smooth_null[:-1], smooth_null[-1])
    words = verdict(
        ranked.total, estimates["roc_auc"], estimates["log_loss"], gap, calibration, smooth_against, own_rows
    )
    return Evaluation(
        n=ranked.total,
        n_positive=ranked.positive,
        **estimates,
        mean_gap=gap,
        decomposition=decomposition,
        miscalibration=against_null(
            decomposition.miscalibration,
            np.array([_pooled_miscalibration(cells, row) for row in null]),
            _pooled_miscalibration(cells, cells.residual),
        ),
        ece=ece,
        ace=ace,
        smooth_ece=smooth_against,
        smooth=smooth,
        cox=calibration,
        spiegelhalter=spiegelhalter(ranked),
        hosmer_lemeshow=hosmer_lemeshow(ranked, fitted=2 if own_rows else 0),
        saturation=saturation(ranked),
        decision_curve=curve_of(ranked, DEFAULT_THRESHOLDS),
        groups=groups,
        verdict=words,
        cautions=(CAUTION,) if own_rows else (),
    )


def _pooled_miscalibration(cells: Cells, residual: Floats) -> float:
    """Return the MCB of the Brier score at the resolution of the cells: Σ W((ȳ − p̄)² − (ȳ − pooled ȳ)²) / ΣW."""
    gap = residual / cells.weight
    rate = cells.probability + gap
    pooled = np.clip(pool(rate, cells.weight), 0.0, 1.0)  # simulated rates of parts of cases may lie outside
    return float(cells.weight @ (gap * gap - (rate - pooled) ** 2)) / cells.total


def _as_data(value: Any) -> Any:
    if is_dataclass(value):
        plain = {field.name: _as_data(getattr(value, field.name)) for field in fields(value)}
        if plain.get("reason", "") is None:  # only undefined measures have a reason
            del plain["reason"]
        return plain
    if isinstance(value, Mapping):
        return {key: _as_data(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_as_data(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray) else value
