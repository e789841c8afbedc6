"""The measures of an evaluation as rows of a table, for --csv and --markdown."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from verhulst._numbers import count, coverage, number, p_value
from verhulst.calibration.calibration_error import Nulled
from verhulst.calibration.estimate import Estimate
from verhulst.calibration.evaluation import Evaluation
from verhulst.calibration.goodness import Test

if TYPE_CHECKING:
    from verhulst.calibration.class_evaluation import ClassEvaluation

_COUNTS = ("cases", "cases_of_class_1", "n", "n_predicted")
COLUMNS = ("group", "measure", "value", "lower", "upper", "null_mean", "null_95", "p_value", "reason")


def table_of_measures(result: Evaluation | ClassEvaluation) -> list[dict[str, Any]]:
    """Return a row for each measure, of all cases (whose group is empty) and of each group; nothing for nan.

    The value of a test is its statistic.
    """
    found = []
    for group, record in {"": result, **result.groups}.items():
        for name, measure in _measures(record):
            cells = {"group": group, "measure": name} | _cells(measure)
            found.append({key: None if _nothing(value := cells.get(key)) else value for key in COLUMNS})
    return found


def print_measures(result: Evaluation | ClassEvaluation) -> None:
    """Print the measures as tables, one for all cases and one for each group, and the cautions."""
    from verhulst.cli.console import show, show_prose, show_table

    level = coverage(result.log_loss.level)
    for group, record in {"": result, **result.groups}.items():
        if group:
            show(f"group {group}", "bold")
        rows = []
        for name, measure in _measures(record):
            cells = _cells(measure)
            ends = (cells.get(key, math.nan) for key in ("lower", "upper"))
            interval = " to ".join("" if _nothing(end) else number(end) for end in ends)
            value = count if name.split("[")[0] in _COUNTS else number
            texts = (value(cells["value"]), interval if interval != " to " else str(cells.get("reason") or ""))
            null, p = cells.get("null_mean"), cells.get("p_value")
            rows.append((name, *texts, "" if null is None else number(null), "" if p is None else p_value(p)))
        show_table(("measure", "value", f"{level} interval", "null", "p"), rows)
        for caution in record.cautions:
            show_prose(f"Caution: {caution}.")


def _measures(record: Evaluation | ClassEvaluation) -> Iterator[tuple[str, Any]]:
    """Yield names, which are those of --fail-if where there is one, and measures."""
    yield "cases", record.n
    if isinstance(record, Evaluation):
        yield "cases_of_class_1", record.n_positive
        plain: dict[str, Any] = {"mcb": record.miscalibration, "intercept": record.cox.intercept}
        plain |= {"slope": record.cox.slope, "calibration": record.cox.test}
        plain |= {"e50": record.smooth.e50, "e90": record.smooth.e90, "e_max": record.smooth.e_max}
        names = ("log_loss", "brier", "roc_auc", "average_precision", "mean_gap", "ece", "ace", "smooth_ece")
        tests = ("spiegelhalter", "hosmer_lemeshow")
        yield from ((name, getattr(record, name)) for name in names)
        yield from plain.items()
        yield from ((name, getattr(record, name)) for name in tests)
        return
    for name in ("log_loss", "brier", "accuracy", "confidence", "roc_auc", "top_label_ece", "class_wise_ece"):
        yield name, getattr(record, name)
    for one in record.classes:
        for name in ("n", "n_predicted", "recall", "precision", "mean_probability", "roc_auc", "ece"):
            yield f"{name}[{one.label}]", getattr(one, name)


def _cells(measure: Any) -> dict[str, Any]:
    if isinstance(measure, Estimate):
        return {"value": measure.value, "lower": measure.low, "upper": measure.high, "reason": measure.reason}
    if isinstance(measure, Nulled):
        named = ("value", "null_mean", "null_95", "p_value")
        return {name: getattr(measure, name) for name in named}
    if isinstance(measure, Test):
        return {"value": measure.statistic, "p_value": measure.p_value, "reason": measure.reason}
    return {"value": float(measure)}


def _nothing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
