"""`vh.report`: a fitted model as one self-contained HTML file."""

from __future__ import annotations

import os

import numpy as np

from verhulst import __version__
from verhulst.data.atomic import write_text
from verhulst.regression.totals import by_outcome, reliability
from verhulst.report import page
from verhulst.report.charts import outcome_chart, reliability_chart
from verhulst.report.contents import Contents, Observed
from verhulst.report.theme import DARK, LIGHT
from verhulst.report.words import percent


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
    return page.page(title, "verhulst: logistic regression", sections, {"light": LIGHT, "dark": DARK}, __version__)


def _charts(observed: Observed | None, labels: tuple[str, str]) -> str:
    if observed is None:
        return ""
    finite = np.clip(observed.logits, -1e300, 1e300)  # an infinite log-odds is a probability of 0 or 1 all the same
    split = by_outcome(observed.y, finite, observed.weights)
    groups = reliability(observed.y, finite, observed.weights)
    worst = max(groups, key=lambda g: abs(g.observed - g.predicted))
    rows = "the rows of the fit itself; only new rows can show how well the model does elsewhere"
    caution = (
        f" These are {rows}." if observed.fitted else f" These are the {len(observed.y):,} rows of {observed.source}."
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


def write_html(contents: Contents, path: str | os.PathLike[str]) -> None:
    """Writes the page, whole or not at all."""
    write_text(path, html_of(contents))
