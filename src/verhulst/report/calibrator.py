"""The report of a calibrator, comparing the scores before and after, as a self-contained page."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from verhulst._numbers import count, counted, number, p_value, percent
from verhulst.calibration.calibrator import Calibrator
from verhulst.calibration.cases import read_cases
from verhulst.calibration.choice import Choice
from verhulst.calibration.choose import FOLDS, out_of_fold
from verhulst.calibration.class_evaluation import ClassEvaluation
from verhulst.calibration.evaluation import Evaluation, judge
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.reliability_curve import reliability
from verhulst.figures.reliability import Panel, prepare_reliability
from verhulst.regression.folds import assign_folds
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
    """Return the page on a fitted map and the scores it was fitted to.

    The calibrated scores are evaluated in folds: each row with a map that was fitted without it.

    Parameters
    ----------
    calibrator : fitted, for one column of scores
    scores, y, weights : (n,), the rows of its fit
    outcome : name of the outcome
    source : name of the rows
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
    pictures = [picture(panel) for panel in prepare_reliability(curves).panels]
    name = type(calibrator).__name__
    on = f" on <strong>{escape(Path(source).name)}</strong>" if source else ""
    introduction = (
        f"<p>A calibration map ({escape(name)}) for the probability of <strong>{escape(outcome)}</strong>, fitted{on} "
        f"from {count(before.n)} cases, {count(before.n_positive)} of them with that outcome.</p>"
        + page.key_figures(_key_figures(before, after))
    )
    sections = [
        introduction,
        page.section("In words", page.sentences(list(_words(before, after)))),
        page.section("Before you rely on this", page.cautions(list(_cautions(before, after, held_out)))),
        page.section("Reliability", page.figures(pictures) + figure_note(held_out)),
        page.section("Before and after", comparison(before, after)),
        page.section("How the map was chosen", how_chosen(getattr(calibrator, "choice_", None))),
        page.section("The map", page.facts_table(facts_of_map(calibrator))),
    ]
    return page.page(f"Calibrated: {outcome}", "verhulst: calibration", sections)


def _key_figures(before: Evaluation, after: Evaluation) -> list[Fact]:
    def both(first: float, second: float) -> str:
        return f"{first:.3f} → {second:.3f}"

    null = f"with right probabilities it would be {number(after.ece.null_mean)} for this number of cases"
    return [
        Fact("log-loss", both(before.log_loss.value, after.log_loss.value), "as given → calibrated; lower is better"),
        Fact("calibration error (ECE)", both(before.ece.value, after.ece.value), null),
        Fact("slope", both(before.cox.slope.value, after.cox.slope.value), "1 is right; below 1: scores too extreme"),
        Fact("ROC-AUC", number(after.roc_auc.value), "how well the scores rank; an increasing map does not change it"),
    ]


def _words(before: Evaluation, after: Evaluation) -> Iterator[str]:
    slope, large = before.cox.slope, before.cox.intercept
    if slope.high < 1.0 or slope.low > 1.0:
        way = "extreme" if slope.high < 1.0 else "timid"
        yield f"The scores were too {way}: their log-odds had to be multiplied by about {number(slope.value)}."
    if large.high < 0.0 or large.low > 0.0:
        way = "high" if large.value < 0.0 else "low"
        yield f"They were too {way} on average, by {number(abs(large.value))} in log-odds."
    saved = before.log_loss.value - after.log_loss.value
    if saved > 0.0 and np.isfinite(saved):
        yield f"Calibration reduces the log-loss by {percent(saved / before.log_loss.value)}."
    p, left = p_value(after.ece.p_value), number(after.ece.value)
    if after.ece.p_value > 0.05:
        yield f"The remaining calibration error ({left}) is consistent with chance: p = {p}."
    else:
        yield f"The remaining calibration error is larger than chance explains (p {p})."


def _cautions(before: Evaluation, after: Evaluation, held_out: bool) -> Iterator[Caution]:
    if not held_out:
        yield Caution(
            "The calibrated scores are evaluated on the rows that the map was fitted to.",
            "There are too few rows with one outcome for folds; evaluate the map on new rows.",
        )
    if before.cautions:
        yield Caution(
            "The scores as given look like those of the rows that the model was fitted on.",
            "Slope 1 and intercept 0 hold there by construction, and a map fitted there improves nothing: "
            "calibrate on rows that were not used in the fit.",
        )
    rarer = min(before.n_positive, before.n - before.n_positive)
    if rarer < 100:
        remedy = "Use a map with few parameters, or collect more rows."
        yield Caution(f"The rarer outcome occurs only {counted(rarer, 'time')}.", remedy)
    lost = [s for s in before.saturation if s.auc_lost > 1e-3]
    if lost:
        types, most = ", ".join(s.dtype for s in lost), max(s.auc_lost for s in lost)
        yield Caution(
            f"As {types} probabilities the scores lose {number(most)} of ROC-AUC.",
            "Store and rank logits; convert them to probabilities at the end.",
        )
    if not after.log_loss.value <= before.log_loss.value:
        remedy = "Use the method auto, which leaves the scores unchanged if no map is better."
        yield Caution("In folds, this map does not reduce the log-loss.", remedy)


def picture(panel: Panel) -> tuple[str, str]:
    """Return a reliability diagram and what it says."""
    found = f"the curve {'leaves' if panel.curve.leaves_band else 'stays inside'} the 95 % band for the whole curve"
    said = f"{panel.title.capitalize()}: {panel.remark}; {found}."
    return reliability_chart(panel, f"Reliability diagram. {said}"), said


def figure_note(held_out: bool) -> str:
    """Return how to read the diagrams, and by which map a row is evaluated."""
    rows = "Each row is evaluated with a map that was fitted without it.  " if held_out else ""
    return page.note(
        f"{rows}"
        "On the diagonal, predicted probabilities equal observed frequencies. The bands show where the curve lies in "
        "95 % of samples if the probabilities are right: the inner one at each point (some part of nearly every curve "
        "lies outside), the outer one at all points at once. At the bottom, the distribution of the probabilities."
    )


def comparison(before: Evaluation | ClassEvaluation, after: Evaluation | ClassEvaluation) -> str:
    """Return the table of measures of the scores as given and calibrated."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{page.unbroken(first)}</td><td>{page.unbroken(second)}</td></tr>'
        for (name, first), (_, second) in zip(before.rows(), after.rows(), strict=False)
        if name not in ("cases", "CAUTION") and not name.startswith(("as ", "group "))
    )
    head = '<thead><tr><th scope="col"></th><th scope="col">as given</th><th scope="col">calibrated</th></tr></thead>'
    return f'<div class="scroll"><table class="facts both">{head}<tbody>{rows}</tbody></table></div>'


def how_chosen(choice: Choice | None) -> str:
    """Return the table of candidates; nothing for a map that was asked for."""
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
    note = f"<p>Log-loss in {choice.folds} folds, compared with that of the unchanged scores (identity).</p>"
    return note + page.facts_table(facts)


def facts_of_map(calibrator: Calibrator) -> list[Fact]:
    """Return the formula and the parameters of a map."""
    formula = Fact("formula", calibrator.formula, f"scores are {calibrator.kind_}")
    facts = [formula, Fact("right where", calibrator.right_where)]
    for key, value in calibrator.parameters().items():
        text = f"{len(value)} numbers" if isinstance(value, list) else number(value)
        facts.append(Fact(key.replace("_", " "), text))
    return facts
