"""The report of a calibrator of several classes, comparing the scores before and after, as a self-contained page."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verhulst._numbers import count, counted, number, percent
from verhulst.calibration.calibrator import Calibrator, ranked_log_probabilities
from verhulst.calibration.cases import read_cases
from verhulst.calibration.choose import FOLDS, out_of_fold
from verhulst.calibration.class_curves import HIGHEST, class_reliability
from verhulst.calibration.class_evaluation import MOST_PRINTED, ClassEvaluation
from verhulst.calibration.class_measures import judge_classes
from verhulst.calibration.vector_scaling import VectorScaling
from verhulst.figures.reliability import prepare_reliability
from verhulst.regression.folds import assign_folds
from verhulst.report import page
from verhulst.report.calibrator import comparison, facts_of_map, figure_note, how_chosen, picture
from verhulst.report.cautions import Caution
from verhulst.report.contents import Fact

MOST_PICTURED = 12  # classes with diagrams of their own
FEW = 100  # cases of a class


def class_calibrator_page(
    calibrator: Calibrator,
    scores: NDArray[np.float64],
    y: NDArray[Any],
    weights: NDArray[np.float64] | None = None,
    classes: Sequence[Any] | NDArray[Any] | None = None,
    outcome: str = "the class",
    source: str = "",
) -> str:
    """Return the page on a fitted map of K columns of scores, and the scores it was fitted to.

    The calibrated scores are evaluated in folds: each row with a map that was fitted without it.

    Parameters
    ----------
    calibrator : fitted, for K columns of scores
    scores : (n, K), y, weights : (n,), the rows of its fit
    classes : the label of each column, as `evaluate` takes them
    outcome : name of the target
    source : name of the rows
    """
    cases = read_cases(y, scores, calibrator.kind_, weights, several_classes=True, classes=classes)
    z, numbers, weights, labels = cases.z, cases.targets, cases.weights, cases.classes
    try:
        fold = assign_folds(numbers, None, FOLDS, np.random.default_rng(0))
        after_z, held_out = out_of_fold(copy.deepcopy(calibrator), z, numbers, weights, fold), True
    except ValueError:  # too few rows of a class for folds, or for this map
        after_z, held_out = calibrator.apply(z), False
    before, after = (
        judge_classes(
            ranked_log_probabilities(each), numbers, weights, labels, 0.95, 15, 199, np.random.default_rng(0), {}
        )
        for each in (z, after_z)
    )
    name = type(calibrator).__name__
    on = f" on <strong>{escape(Path(source).name)}</strong>" if source else ""
    introduction = (
        f"<p>A calibration map ({escape(name)}) for the probabilities of the {len(labels)} classes of "
        f"<strong>{escape(outcome)}</strong>, fitted{on} from {count(before.n)} cases.</p>"
        + page.key_figures(_key_figures(before, after))
    )
    given = np.array(labels, dtype=object)[numbers]
    curves = [
        class_reliability(given, each, scores_are="logits", classes=labels, kind="corp", sample_weight=weights)
        for each in (z, after_z)
    ]
    sections = [
        introduction,
        page.section("In words", page.sentences(list(_words(before, after)))),
        page.section("Before you rely on this", page.cautions(list(_cautions(before, after, held_out)))),
        page.section("Reliability", page.figures(list(_pictures(*curves))) + figure_note(held_out)),
        page.section("Before and after", comparison(before, after)),
        page.section("Class by class", _by_class(before, after)),
        page.section("How the map was chosen", how_chosen(getattr(calibrator, "choice_", None))),
        page.section("The map", page.facts_table(list(_map(calibrator, labels)))),
    ]
    return page.page(f"Calibrated: {outcome}", "verhulst: calibration of classes", sections)


def _key_figures(before: ClassEvaluation, after: ClassEvaluation) -> list[Fact]:
    def both(first: float, second: float) -> str:
        return f"{first:.3f} → {second:.3f}"

    null = f"with right probabilities it would be {number(after.top_label_ece.null_mean)} for this number of cases"
    return [
        Fact("log-loss", both(before.log_loss.value, after.log_loss.value), "as given → calibrated; lower is better"),
        Fact("calibration error (ECE)", both(before.top_label_ece.value, after.top_label_ece.value), null),
        Fact("highest probability", both(before.confidence, after.confidence), "mean; right if it is the accuracy"),
        Fact("accuracy", both(before.accuracy.value, after.accuracy.value), "share of rows whose class has it"),
    ]


def _words(before: ClassEvaluation, after: ClassEvaluation) -> Iterator[str]:
    for name, found in (("as given", before), ("calibrated", after)):
        error = found.top_label_ece
        chance = "consistent with chance" if error.p_value > 0.05 else "larger than chance explains"
        yield (
            f"The scores {name}: the highest probability of a row is {percent(found.confidence)} on average, and right "
            f"in {percent(found.accuracy.value)} of cases; the calibration error ({number(error.value)}) is {chance}."
        )
    saved = before.log_loss.value - after.log_loss.value
    if saved > 0.0 and np.isfinite(saved):
        yield f"Calibration reduces the log-loss by {percent(saved / before.log_loss.value)}."


def _cautions(before: ClassEvaluation, after: ClassEvaluation, held_out: bool) -> Iterator[Caution]:
    if not held_out:
        yield Caution(
            "The calibrated scores are evaluated on the rows that the map was fitted to.",
            "There are too few rows of a class for folds; evaluate the map on new rows.",
        )
    rarest = min(before.classes, key=lambda each: each.n)
    if rarest.n < FEW:
        yield Caution(
            f"The rarest class, {rarest.label}, occurs only {counted(rarest.n, 'time')}.",
            "Temperature scaling has one parameter for all classes; or collect more rows.",
        )
    if not after.log_loss.value <= before.log_loss.value:
        remedy = "Use the method auto, which leaves the scores unchanged if no map is better."
        yield Caution("In folds, this map does not reduce the log-loss.", remedy)


def _pictures(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the diagrams of the highest probability and of each class, as given and calibrated side by side."""
    for name in before if len(before) - 1 <= MOST_PICTURED else [HIGHEST]:
        pair = {f"{name}, as given": before[name], f"{name}, calibrated": after[name]}
        yield from map(picture, prepare_reliability(pair).panels)


def _by_class(before: ClassEvaluation, after: ClassEvaluation) -> str:
    if len(before.classes) > MOST_PRINTED:
        return ""
    heads = ("class", "cases", "share", "mean p", "calibrated", "ECE", "calibrated", "ROC-AUC", "calibrated")
    rows = "".join(
        f'<tr><th scope="row">{escape(str(first.label))}</th>'
        + "".join(f'<td class="number">{text}</td>' for text in _cells(first, second, before.n))
        + "</tr>"
        for first, second in zip(before.classes, after.classes, strict=True)
    )
    head = "".join(f'<th scope="col"{" class=number" if place else ""}>{name}</th>' for place, name in enumerate(heads))
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>' + page.note(
        "Each class against all others. The mean of its probabilities is right if it is its share."
    )


def _cells(first: Any, second: Any, n: float) -> Iterator[str]:
    yield from (count(first.n), page.unbroken(percent(first.n / n)))
    yield from (page.unbroken(percent(each.mean_probability)) for each in (first, second))
    yield from (number(each.ece.value) for each in (first, second))
    yield from (number(each.roc_auc.value) for each in (first, second))


def _map(calibrator: Calibrator, labels: Sequence[Any]) -> Iterator[Fact]:
    if not isinstance(calibrator, VectorScaling):
        yield from facts_of_map(calibrator)
        return
    yield from facts_of_map(calibrator)[:2]  # without the counts of its numbers
    for label, slope, intercept in zip(labels, calibrator.slopes_, calibrator.intercepts_, strict=True):
        yield Fact(str(label), f"slope {number(slope)}", f"intercept {number(intercept)}")
