"""The report of a calibrator: the scores before and after, as one self-contained page."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from verhulst._numbers import count, number, p_value, percent
from verhulst.calibration.calibrator import Calibrator
from verhulst.calibration.cases import read_cases
from verhulst.calibration.choice import Choice
from verhulst.calibration.choose import FOLDS, assign_folds, out_of_fold
from verhulst.calibration.evaluation import Evaluation, judge
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.reliability_curve import reliability
from verhulst.figures.reliability import Panel, prepare_reliability
from verhulst.report import page
from verhulst.report.cautions import Caution
from verhulst.report.contents import Fact
from verhulst.report.drawing import reliability_chart


def calibrator_page(
    calibrator: Calibrator,
    scores: NDArray[np.float64],
    y: NDArray[np.float64],
    weights: NDArray[np.float64] | None = None,
    outcome: str = "outcome 1",
    source: str = "",
) -> str:
    """The page on a fitted map and the scores that it was learned from.

    What the scores are worth after calibration is judged in folds: each row by a map that was learned without it.

    Parameters
    ----------
    calibrator : fitted, of one column of scores
    scores, y, weights : (n,), the rows of its fit
    outcome : what the probabilities are of
    source : what the rows are called
    """
    cases = read_cases(y, scores, calibrator.kind_, weights)
    z, y, weights = cases.z, cases.targets, cases.weights
    try:
        fold = assign_folds(y, None, FOLDS, np.random.default_rng(0))
        after_z = out_of_fold(copy.deepcopy(calibrator), z, y, weights, fold)
        held_out = True
    except ValueError:  # too few rows of one class for folds, or for this map
        after_z, held_out = calibrator.apply(z), False
    before, after = (
        judge(Ranked.sort(each, y, weights), 0.95, 15, 199, np.random.default_rng(0), {}) for each in (z, after_z)
    )
    curves = {
        name: reliability(y, each, scores_are="logits", sample_weight=weights)
        for name, each in (("scores as given", z), ("calibrated", after_z))
    }
    pictures = [_picture(panel) for panel in prepare_reliability(curves).panels]
    name = type(calibrator).__name__
    on = f" on <strong>{escape(Path(source).name)}</strong>" if source else ""
    introduction = (
        f"<p>A calibration map ({escape(name)}) for the probability of <strong>{escape(outcome)}</strong>, learned{on} "
        f"from {count(before.n)} cases, {count(before.n_positive)} of them with that outcome.</p>"
        + page.key_figures(_key_figures(before, after))
    )
    sections = [
        introduction,
        page.section("In words", page.sentences(list(_words(before, after)))),
        page.section("Before you rely on this", page.cautions(list(_cautions(before, after, held_out)))),
        page.section("Reliability", page.figures(pictures) + _figure_note(held_out)),
        page.section("Before and after", _comparison(before, after)),
        page.section("How the map was chosen", _choice(getattr(calibrator, "choice_", None))),
        page.section("The map", page.facts_table(_parameters(calibrator))),
    ]
    return page.page(f"Calibrated: {outcome}", "verhulst: calibration", sections)


def _key_figures(before: Evaluation, after: Evaluation) -> list[Fact]:
    def both(first: float, second: float) -> str:
        return f"{first:.3f} → {second:.3f}"

    null = f"right probabilities would show {number(after.ece.null_mean)} with so many cases"
    return [
        Fact("log-loss", both(before.log_loss.value, after.log_loss.value), "as given → calibrated; lower is better"),
        Fact("calibration error (ECE)", both(before.ece.value, after.ece.value), null),
        Fact("slope", both(before.cox.slope.value, after.cox.slope.value), "1 is right; below 1: scores too extreme"),
        Fact("ROC-AUC", number(after.roc_auc.value), "how well the scores rank; a rising map leaves it as it is"),
    ]


def _words(before: Evaluation, after: Evaluation) -> Iterator[str]:
    slope, large = before.cox.slope, before.cox.intercept
    if slope.high < 1.0 or slope.low > 1.0:
        way = "extreme" if slope.high < 1.0 else "timid"
        yield f"The scores were too {way}: their log-odds had to be multiplied by about {number(slope.value)}."
    if large.high < 0.0 or large.low > 0.0:
        way = "high" if large.value < 0.0 else "low"
        yield f"They were too {way} on the whole, by {number(abs(large.value))} in log-odds."
    saved = before.log_loss.value - after.log_loss.value
    if saved > 0.0 and np.isfinite(saved):
        yield f"Calibration saves {percent(saved / before.log_loss.value)} of the log-loss."
    p, left = p_value(after.ece.p_value), number(after.ece.value)
    if after.ece.p_value > 0.05:
        yield f"What calibration error is left ({left}) is no more than chance brings: p = {p}."
    else:
        yield f"Some calibration error is left that chance does not explain (p {p})."


def _cautions(before: Evaluation, after: Evaluation, held_out: bool) -> Iterator[Caution]:
    if not held_out:
        yield Caution(
            "The calibrated scores are judged on the rows that the map was learned from.",
            "There are too few rows of one outcome for folds; judge them on new rows.",
        )
    if before.cautions:
        yield Caution(
            "The scores as given look like those of the rows that the model was fitted on.",
            "Slope 1 and intercept 0 hold there by construction, and a map that is learned there repairs nothing: "
            "calibrate on rows that the model has not seen.",
        )
    rarer = min(before.n_positive, before.n - before.n_positive)
    if rarer < 100:
        remedy = "Use a map of few numbers, or gather more rows."
        yield Caution(f"The rarer outcome came {count(rarer)} times only.", remedy)
    lost = [s for s in before.saturation if s.auc_lost > 1e-3]
    if lost:
        types, most = ", ".join(s.dtype for s in lost), max(s.auc_lost for s in lost)
        yield Caution(
            f"As {types} probabilities the scores lose {number(most)} of ROC-AUC.",
            "Store and rank logits; turn them into probabilities at the end.",
        )
    if not after.log_loss.value <= before.log_loss.value:
        remedy = "Use the method auto, which keeps the scores where no map is better."
        yield Caution("Judged in folds, this map makes the log-loss no better.", remedy)


def _picture(panel: Panel) -> tuple[str, str]:
    found = f"the curve {'leaves' if panel.curve.leaves_band else 'stays inside'} the 95 % band for the whole curve"
    said = f"{panel.title.capitalize()}: {panel.remark}; {found}."
    return reliability_chart(panel, f"Reliability diagram. {said}"), said


def _figure_note(held_out: bool) -> str:
    rows = "Each row is judged by a map that was learned without it. " if held_out else ""
    return page.note(
        f"{rows}"
        "On the diagonal, what was predicted is what happened. The bands show where the curve comes to lie if the "
        "probabilities are right, in 95 % of samples: the inner one at each point by itself (some part of nearly every "
        "curve lies outside), the outer one at all points at once. At the foot, how often each probability is given."
    )


def _comparison(before: Evaluation, after: Evaluation) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{page.unbroken(first)}</td><td>{page.unbroken(second)}</td></tr>'
        for (name, first), (_, second) in zip(before.rows(), after.rows(), strict=False)
        if name not in ("cases", "CAUTION") and not name.startswith(("as ", "group "))
    )
    head = '<thead><tr><th scope="col"></th><th scope="col">as given</th><th scope="col">calibrated</th></tr></thead>'
    return f'<div class="scroll"><table class="facts both">{head}<tbody>{rows}</tbody></table></div>'


def _choice(choice: Choice | None) -> str:
    if choice is None:
        return ""
    facts = [
        Fact(
            candidate.name,
            "not fitted" if candidate.problem else f"{candidate.log_loss:.5f}",
            candidate.problem or f"gain {candidate.gain:+.5f} ± {candidate.standard_error:.5f}",
        )
        for candidate in choice.candidates
    ]
    note = f"<p>Log-loss in {choice.folds} folds, against that of the scores as they are (identity).</p>"
    return note + page.facts_table(facts)


def _parameters(calibrator: Calibrator) -> Sequence[Fact]:
    formula = Fact("formula", calibrator.formula, f"scores are {calibrator.kind_}")
    facts = [formula, Fact("right where", calibrator.right_where)]
    for key, value in calibrator.parameters().items():
        text = f"{len(value)} numbers" if isinstance(value, list) else number(value)
        facts.append(Fact(key.replace("_", " "), text))
    return facts
