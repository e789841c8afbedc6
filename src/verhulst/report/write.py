"""`vh.report`: a report on a fitted model as a self-contained HTML file."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np

from verhulst._numbers import percent
from verhulst._options import checks_options
from verhulst.calibration.calibrator import Calibrator
from verhulst.calibration.reliability_curve import reliability
from verhulst.data.atomic import check_writable, refuse_other_than_page, write_text
from verhulst.data.block import make_block
from verhulst.data.errors import DataError, listed
from verhulst.data.source import source_of
from verhulst.figures.outcome import prepare_probability_by_outcome
from verhulst.figures.reliability import prepare_reliability
from verhulst.functions import sigmoid
from verhulst.regression.class_totals import ClassTotals
from verhulst.regression.multinomial_fit import MultinomialFit
from verhulst.regression.result import LogisticFit
from verhulst.regression.table_classes import MultinomialTableFit
from verhulst.regression.table_fit import TableFit
from verhulst.regression.totals import Totals
from verhulst.report import page
from verhulst.report.class_contents import (
    ClassContents,
    ObservedClasses,
    contents_of_class_table,
    contents_of_classes,
)
from verhulst.report.class_page import class_page
from verhulst.report.columns import taken_for
from verhulst.report.comparison_page import comparison_page
from verhulst.report.contents import Contents, Observed, contents_of, contents_of_table
from verhulst.report.drawing import outcome_chart, reliability_chart
from verhulst.report.held_out_page import points_section, quality_section


@checks_options
def report(model: Any, path: str | os.PathLike[str], data: Any = None, *, level: float = 0.95) -> None:
    """Write a report on a fitted model: an HTML file that needs no network and contains no row of the data.

    It describes the model and the data, what to know before relying on the model, odds ratios with a forest plot, the
    distribution of predicted probabilities for each outcome, their calibration, and the fit.

    Parameters
    ----------
    model : TableFit, LogisticRegression, LogisticFit, MultinomialTableFit, MultinomialFit or Calibrator
        The fitted model; multi-label fits have no report. Or a pair of TableFit of the same rows, side by side.
    path : str or PathLike
        The file to write; its folder must exist.
    data : table or pair of arrays, optional
        Rows for evaluating the predictions, in place of those of the fit: a table with the target (anything that
        `vh.data.read_table` reads), or a pair (X, y) for a fit of arrays. For a calibrator, the pair (scores, y) that
        it was fitted to, scores (n, K) for K classes.
    level : float
        The coverage of the intervals, between 0 and 1.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written.
    DataError
        If `data` does not fit the model.
    TypeError
        If `model` is not a fitted model.

    Examples
    --------
    >>> import tempfile, verhulst as vh
    >>> model = vh.fit_table(vh.data.load_dataset("anes96"), "vote", positive="Dole")
    >>> vh.report(model, tempfile.mkdtemp() + "/report.html")
    """
    refuse_other_than_page(path)
    check_writable(path)
    if not 0 < level < 1:
        raise ValueError(f"level is the coverage of intervals, between 0 and 1, not {level!r}")
    if isinstance(model, Calibrator):
        if data is None:
            raise TypeError("a report on a calibrator needs data=(scores, y), the rows that it was fitted to")
        if np.ndim(data[0]) == 2 and np.shape(data[0])[1] > 1:
            from verhulst.report.class_calibrator import class_calibrator_page

            write_text(path, class_calibrator_page(model, *data))
            return
        from verhulst.report.calibrator import calibrator_page

        write_text(path, calibrator_page(model, *data))
        return
    if isinstance(model, tuple | list):
        if len(model) != 2 or not all(isinstance(each, TableFit) for each in model):
            raise TypeError("a report on several models is on two models of tables (TableFit)")
        if data is not None:
            raise TypeError("a report on two models has no data: judge each by vh.fit_table(cv=...) or (test=...)")
        write_text(path, comparison_page(model, ("the first model", "the second model"), level))
        return
    # An estimator contains the fit; testing the name avoids the import of scikit-learn.
    model = getattr(model, "result_", model)
    if isinstance(model, MultinomialTableFit | MultinomialFit):
        write_text(path, class_page(_class_contents(model, data, level)))
        return
    write_text(path, html_of(_contents(model, data, level)))


def _contents(model: Any, data: Any, level: float) -> Contents:
    if isinstance(model, TableFit):
        if data is None:
            return contents_of_table(model, None, level)
        table = model.design.read_new(data)
        penalised = model.fit.separation is not None or model.fit.penalty == "l2"
        points = None if penalised else model.effects_in_points(table, level)
        return replace(contents_of_table(model, model.test_on(table), level), points=points)
    if isinstance(model, LogisticFit):
        observed_rows = None
        if data is not None:
            X, y = np.asarray(data[0], dtype=np.float64), np.asarray(data[1], dtype=np.float64)
            observed_rows = Observed(Totals.of(X, y, model.log_odds(X)), len(y), "the given arrays", fitted=False)
        return contents_of(model, None, observed_rows, level)
    raise TypeError(f"a report needs a fitted model, not a {type(model).__name__}")


def _class_contents(model: MultinomialTableFit | MultinomialFit, data: Any, level: float) -> ClassContents:
    if isinstance(model, MultinomialTableFit):
        if data is None:
            return contents_of_class_table(model, None, level)
        table = model.design.read_new(data)
        block = make_block(model.design, table)
        totals = ClassTotals.of(block.X, block.y, model.fit, block.weights)
        observed = ObservedClasses(totals, block.rows, source_of(table) or "the given table", fitted=False)
        return contents_of_class_table(model, observed, level)
    rows = None
    if data is not None:
        X, y = np.asarray(data[0], dtype=np.float64), np.asarray(data[1]).ravel()
        places = {one: place for place, one in enumerate(model.classes)}
        unknown = next((one for one in y.tolist() if one not in places), None)
        if unknown is not None or len(y) != len(X):
            what = f"{len(X)} rows and {len(y)} classes" if unknown is None else f"the class {unknown!r}"
            raise DataError(
                f"data has {what}, but the classes of the fit are {listed(model.classes, 12)}, one per row."
            )
        label = np.array([places[one] for one in y.tolist()], dtype=float)
        rows = ObservedClasses(ClassTotals.of(X, label, model), len(y), "the given arrays", fitted=False)
    return contents_of_classes(model, None, rows, level)


def html_of(contents: Contents) -> str:
    """Return the page of a report.

    Parameters
    ----------
    contents : Contents
    """
    sections = [
        page.introduction(contents),
        page.section("In words", page.sentences(contents.in_words)),
        page.section("Before you rely on this", page.cautions(contents.cautions)),
        page.section("On rows that the model has not seen", quality_section(contents.quality)),
        page.section("Odds ratios", page.odds_ratios(contents)),
        page.section("In percentage points", points_section(contents)),
        page.section("Predicted probabilities", _charts(contents.observed, contents.labels)),
        page.section("What the columns were taken for", page.facts_table(taken_for(contents.columns), "columns")),
        page.section("How it was fitted", page.facts_table(contents.facts)),
    ]
    return page.page(f"Factors associated with {contents.outcome}", "verhulst: logistic regression", sections)


def _charts(observed: Observed | None, labels: tuple[str, str]) -> str:
    if observed is None:
        return ""
    z, y, weights = observed.totals.cases()
    split = prepare_probability_by_outcome(y, sigmoid(z), labels=labels, sample_weight=weights)
    curve = reliability(y, z, scores_are="logits", kind="bins", equal="size", sample_weight=weights)
    groups, worst = f"{len(curve.rate)} groups", int(np.abs(curve.rate - curve.probability).argmax())
    gap = f"gap: predicted {percent(curve.probability[worst])}, observed {percent(curve.rate[worst])}."
    rows = "the rows of the fit itself; only new rows can show how well the model does elsewhere"
    others = observed.how or f"{observed.rows:,} rows of {observed.source}"
    rows = f"These are {rows if observed.fitted else f'the {others}'}."
    apart = f"The farther apart the two halves, the better the model distinguishes the outcomes. {rows}"
    diagonal = (
        f"Rows in {groups} by prediction, with 95 % intervals (thin: for all groups at once). On the diagonal, "
        f"predicted probabilities equal observed shares. At the bottom: how often each is predicted. The widest {gap}"
    )
    panel = prepare_reliability(curve).panels[0]
    chart = reliability_chart(panel, f"Reliability diagram of {groups}. The widest {gap}")
    return page.figures(((outcome_chart(split), apart), (chart, diagonal)))
