"""`vh.report`: a fitted model as one self-contained HTML file."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from verhulst import __version__
from verhulst._numbers import percent
from verhulst.calibration.calibrator import Calibrator
from verhulst.data.atomic import check_writable, write_text
from verhulst.data.block import make_block
from verhulst.data.read import read_fields
from verhulst.data.source import source_of
from verhulst.figures.theme import DARK, LIGHT, Theme
from verhulst.regression.result import LogisticFit
from verhulst.regression.table_fit import TableFit
from verhulst.regression.totals import Totals
from verhulst.report import page
from verhulst.report.charts import outcome_chart, reliability_chart
from verhulst.report.contents import Contents, Observed, contents_of, contents_of_table


def report(model: Any, path: str | os.PathLike[str], data: Any = None, *, level: float = 0.95) -> None:
    """Writes a report on a fitted model: one HTML file that needs no network and holds no row of the data.

    It says what was fitted on what, in words, what to know before relying on it, odds ratios with a forest plot, how
    predicted probabilities lie for each outcome, how well they are calibrated, and how the fit was made.

    Parameters
    ----------
    model : TableFit, LogisticRegression, LogisticFit or Calibrator
        Fitted, by whatever way; multi-label fits have no report.
    path : str or PathLike
        Where the file is to be; its folder must exist.
    data : optional
        Rows to judge the predictions by, instead of those of the fit: a table with the target (anything that
        `vh.data.read_table` reads), or a pair (X, y) for a fit of arrays. For
        a calibrator, the pair (scores, y) that it was learned from.
    level : float
        Coverage of the intervals, between 0 and 1.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written.
    DataError
        If `data` does not suit the model.
    TypeError
        If `model` is nothing that a report is made of.

    Examples
    --------
    >>> import tempfile, verhulst as vh
    >>> model = vh.fit_table(vh.data.load_dataset("anes96"), "vote", positive="Dole")
    >>> vh.report(model, tempfile.mkdtemp() + "/report.html")
    """
    check_writable(path)
    if not 0 < level < 1:
        raise ValueError(f"level is the coverage of intervals, between 0 and 1, not {level!r}")
    if isinstance(model, Calibrator):
        if data is None:
            raise TypeError("a report on a calibrator needs data=(scores, y), the rows that it was learned from")
        from verhulst.report.calibrator import calibrator_page

        write_text(path, calibrator_page(model, *data))
        return
    write_text(path, html_of(_contents(model, data, level)))


def _contents(model: Any, data: Any, level: float) -> Contents:
    # A LogisticRegression holds such a fit; asking by name spares the import of scikit-learn.
    model = getattr(model, "result_", model)
    if isinstance(model, TableFit):
        return contents_of_table(model, None if data is None else _observed(model, data), level)
    if isinstance(model, LogisticFit):
        observed_rows = None
        if data is not None:
            X, y = np.asarray(data[0], dtype=np.float64), np.asarray(data[1], dtype=np.float64)
            observed_rows = Observed(Totals.of(X, y, model.log_odds(X)), len(y), "the arrays given", fitted=False)
        return contents_of(model, None, observed_rows, level)
    raise TypeError(f"a report is made of a fitted model, not of a {type(model).__name__}")


def _observed(model: TableFit, data: Any) -> Observed:
    """The model's predictions for other rows; those with missing values are treated as at the fit."""
    table = read_fields(data)
    source = source_of(table) or "the table given"
    block = make_block(model.design, table)
    z = model.fit.log_odds(block.X, block.offset)
    return Observed(Totals.of(block.X, block.y, z, block.weights), block.rows, source, fitted=False)


def html_of(contents: Contents) -> str:
    """The page of a report.

    Parameters
    ----------
    contents : Contents
    """
    sections = [
        page.introduction(contents),
        page.section("In words", page.sentences(contents.in_words)),
        page.section("Before you rely on this", page.cautions(contents.cautions)),
        page.section("Odds ratios", page.odds_ratios(contents) + page.guide()),
        page.section("Predicted probabilities", _charts(contents.observed, contents.labels)),
        page.section("How it was fitted", page.facts_table(contents.facts)),
    ]
    title = f"What goes with {contents.outcome}"
    themes = {"light": _declarations(LIGHT), "dark": _declarations(DARK)}
    return page.page(title, "verhulst: logistic regression", sections, themes, __version__)


def _declarations(theme: Theme) -> str:
    return " ".join(f"--vh-{token}: {color};" for token, color in theme.colors().items())


def _charts(observed: Observed | None, labels: tuple[str, str]) -> str:
    if observed is None:
        return ""
    split, groups = observed.totals.by_outcome, observed.totals.reliability
    worst = max(groups, key=lambda g: abs(g.observed - g.predicted))
    rows = "the rows of the fit itself; only new rows can show how well the model does elsewhere"
    caution = (
        f" These are {rows}." if observed.fitted else f" These are the {observed.rows:,} rows of {observed.source}."
    )
    outcome_note = "The further apart the two halves, the better the model tells the outcomes apart." + caution
    reliability_note = (
        f"Rows in {len(groups)} groups of rising prediction, with 95 % intervals: on the diagonal, what was predicted "
        f"is what happened. The widest gap: predicted {percent(worst.predicted)}, happened {percent(worst.observed)}."
    )
    return (
        '<div class="pair">'
        + page.figure(outcome_chart(split, labels), outcome_note)
        + page.figure(reliability_chart(groups), reliability_note)
        + "</div>"
    )
