"""The page of two models of the same rows, side by side."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from html import escape

from verhulst._numbers import count, coverage, number, percent, ratio, typeset
from verhulst.calibration.estimate import Estimate
from verhulst.data.errors import listed
from verhulst.regression.comparison_of_fits import compare_fits
from verhulst.regression.inference import ModelTest
from verhulst.regression.table_fit import TableFit
from verhulst.report import page
from verhulst.report.contents import Contents, Fact, contents_of_table
from verhulst.report.effects import LEAST, Effect, step_of
from verhulst.report.words import interval_in_words

Row = tuple[str, str, str]  # what, and of the first and the second model


def comparison_page(models: Sequence[TableFit], names: Sequence[str], level: float = 0.95) -> str:
    """Return a page on two models of the same outcome and the same rows.

    Parameters
    ----------
    models : two TableFit
    names : two str
        What they are called.
    level : float
        The coverage of the intervals.

    Raises
    ------
    DataError
        If the models cannot be compared; see `compare_fits`.
    """
    found = compare_fits(*models)
    first, second = (contents_of_table(model, None, level) for model in models)
    fit, outcome, heads = models[0].fit, first.outcome, [f"first: {names[0]}", f"second: {names[1]}"]
    figures = (
        Fact("rows", f"{fit.rows:,}", "that both models were fitted on"),
        Fact(outcome, percent(fit.events / fit.cases), f"{count(fit.events)} of {count(fit.cases)}"),
    )
    on = f" on <strong>{escape(first.source)}</strong>" if first.source else ""
    introduction = (
        f"<p>Two logistic regressions{on}: the probability of <strong>{escape(outcome)}</strong> by "
        f"{escape(names[0])} (first) and by {escape(names[1])} (second).</p>\n{page.key_figures(figures)}"
    )
    note = f"The factor by which the odds of {outcome} change, with its {coverage(level)} interval."
    sections = [
        introduction,
        page.section("In words", page.sentences([*found.sentences(), *_in_words(first, second)])),
        page.section("Before you rely on this", "".join(map(_cautions, heads, (first, second)))),
        page.section("How well they fit", _table(heads, list(_fits(models)))),
        page.section("On rows that they have not seen", _held_out(heads, first, second)),
        page.section("Odds ratios", page.note(note) + _table(heads, list(_odds_ratios(first, second)))),
    ]
    return page.page(f"Two models of {outcome}", "verhulst: models side by side", sections)


def _in_words(first: Contents, second: Contents) -> Iterator[str]:
    """Yield what held-out rows say, if both models have the same."""
    if first.quality is None or second.quality is None:
        return
    losses = [each.quality.result.log_loss.value for each in (first, second) if each.quality is not None]
    better = "first" if losses[0] < losses[1] else "second"
    if losses[0] != losses[1] and _same_rows(first, second):
        yield (
            f"On held-out rows the log-loss is lower, which is better, for the {better} model: {number(min(losses))} "
            f"rather than {number(max(losses))}."
        )


def _same_rows(first: Contents, second: Contents) -> bool:
    one, other = (each.quality.held_out if each.quality is not None else None for each in (first, second))
    return one is not None and other is not None and (one.how(), one.rows) == (other.how(), other.rows)


def _cautions(head: str, contents: Contents) -> str:
    said = page.cautions(contents.cautions)
    return f"<h3>{escape(head)}</h3>{said}" if said else ""


def _fits(models: Sequence[TableFit]) -> Iterator[Row]:
    tests = [ModelTest.of(model.fit) for model in models]
    for name, texts in (
        ("columns in the design matrix", [f"{len(model.fit.names)}" for model in models]),
        ("log-likelihood", [typeset(f"{model.fit.log_likelihood:.3f}") for model in models]),
        ("AIC", [f"{test.aic:.3f}" for test in tests]),
        ("BIC", [f"{test.bic:.3f}" for test in tests]),
        ("McFadden R²", [f"{test.mcfadden:.3f}" for test in tests]),
    ):
        yield name, texts[0], texts[1]


def _held_out(heads: Sequence[str], first: Contents, second: Contents) -> str:
    """Return the measures of held-out rows; a word if a model was not judged."""
    both = (first.quality, second.quality)
    if both[0] is None and both[1] is None:
        return ""
    without = [head for head, quality in zip(heads, both, strict=True) if quality is None]
    if both[0] is None or both[1] is None:
        return page.note(f"Not judged: {without[0]}. Fit it with --cv, or --test, as the other.")
    rows = [
        (name, _estimate(one), _estimate(other))
        for (name, one, _), (_, other, _) in zip(both[0].measures(), both[1].measures(), strict=True)
    ]
    how = [quality.held_out.how() for quality in both if quality is not None]
    said = f"{how[0]}." if _same_rows(first, second) else f"The rows differ. First: {how[0]}. Second: {how[1]}."
    return page.note(said[:1].upper() + said[1:]) + _table(heads, rows)


def _estimate(each: Estimate) -> str:
    value = typeset(f"{each.value:.3f}")
    return value if each.low != each.low else f"{value} ({number(each.low)} to {number(each.high)})"


def _odds_ratios(first: Contents, second: Contents) -> Iterator[Row]:
    """Yield odds ratios by column or level; levels with another reference level have lines of their own."""
    sides = [_by_meaning(contents) for contents in (first, second)]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        there = [effect for side in sides if (effect := side.get(key)) is not None]
        step = min(step_of(effect, LEAST) for effect in there)
        shown = [None if (effect := side.get(key)) is None else effect.per(step) for side in sides]
        against = there[0].reference
        label = there[0].per(step).label + (f", against {against}" if against is not None else "")
        yield label, *map(_ratio, shown)  # type: ignore[misc]


def _by_meaning(contents: Contents) -> dict[Hashable, Effect]:
    lumped = {column.name: column.lumped for column in contents.columns}
    return {(each.name, each.reference, lumped.get(each.column)): each for each in contents.effects}


def _ratio(effect: Effect | None) -> str:
    if effect is None:
        return "–"
    ends = interval_in_words(effect)
    return f"{ratio(effect.odds_ratio)} ({ends})" if effect.state == "estimated" else ends


def _table(heads: Sequence[str], rows: Sequence[Row]) -> str:
    head = "".join(f'<th scope="col" class="number">{escape(each)}</th>' for each in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(one)}</td><td>{escape(other)}</td></tr>'
        for name, one, other in rows
    )
    return (
        f'<div class="scroll"><table class="pairs" aria-label="{escape(listed(heads))}"><thead><tr>'
        f'<th scope="col"></th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )
