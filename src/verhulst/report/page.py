"""The report as one HTML page, without scripts and external references, light and dark."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from string import Template
from types import MappingProxyType

from verhulst._numbers import coverage, number, p_value, ratio
from verhulst._version import __version__
from verhulst.data.column import Column
from verhulst.figures.forest import Forest, prepare_forest
from verhulst.figures.theme import DARK, LIGHT, css_variables
from verhulst.report.cautions import Caution
from verhulst.report.contents import Contents, Fact
from verhulst.report.drawing import forest_axis, forest_row
from verhulst.report.effects import Effect, Factor, in_steps
from verhulst.report.words import interval_in_words

# A sigmoid as a logo.
_MARK = (
    '<svg viewBox="0 0 26 16" aria-hidden="true"><path d="M1 15C10 15 16 1 25 1" fill="none" stroke="currentColor" '
    'stroke-width="2" stroke-linecap="round"/></svg>'
)


def page(title: str, eyebrow: str, sections: Sequence[str]) -> str:
    """Return a page with these sections.

    Parameters
    ----------
    title, eyebrow : str
        Plain text.
    sections : sequence of str
        HTML.
    """
    css = resources.files("verhulst.report").joinpath("page.css").read_text(encoding="utf-8")
    style = Template(css).substitute(light=css_variables(LIGHT), dark=css_variables(DARK))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f'<p class="eyebrow">{_MARK}<span>{escape(eyebrow)}</span></p>\n<h1>{escape(title)}</h1>\n'
        + "\n".join(section for section in sections if section)
        + f"\n<footer>Made by verhulst {escape(__version__)}. This page contains totals only, no row of the data, "
        f"and needs no network.</footer>\n</main>\n</body>\n</html>\n"
    )


def section(heading: str, body: str) -> str:
    """Return a section with a heading, or nothing if it is empty."""
    return f"<section>\n<h2>{escape(heading)}</h2>\n{body}\n</section>" if body else ""


def introduction(contents: Contents) -> str:
    """Return a description of the model and the data, with the key figures."""
    explained = ", ".join(column.name for column in contents.columns) or ", ".join(e.name for e in contents.effects)
    on = f" on <strong>{escape(contents.source)}</strong>" if contents.source else ""
    return (
        f"<p>A logistic regression{on}: the probability of <strong>{escape(contents.outcome)}</strong>, from "
        f"{escape(explained)}.</p>\n{key_figures(contents.key_figures)}"
    )


def key_figures(facts: Sequence[Fact]) -> str:
    """Return a row of numbers."""
    items = "".join(
        f'<div><dt>{escape(f.name)}</dt><dd class="value">{escape(f.value)}</dd>'
        f'<dd class="meaning">{escape(f.meaning)}</dd></div>'
        for f in facts
    )
    return f'<dl class="figures">{items}</dl>'


def unbroken(text: str) -> str:
    """Return escaped text without line breaks before per cent signs."""
    return escape(text).replace(" %", "&nbsp;%")


def sentences(said: Sequence[str]) -> str:
    """Return a list of sentences."""
    return f'<ul class="words">{"".join(f"<li>{unbroken(s)}</li>" for s in said)}</ul>' if said else ""


def cautions(found: Sequence[Caution]) -> str:
    """Return the cautions, each with its remedy."""
    if not found:
        return ""
    items = "".join(f"<li><strong>{unbroken(c.matter)}</strong> {unbroken(c.remedy)}</li>" for c in found)
    return f'<ul class="cautions">{items}</ul>'


def odds_ratios(contents: Contents) -> str:
    """Return the table of odds ratios with the forest plot, and how to read it."""
    if not contents.effects:
        return ""
    caption = (
        f"The factor by which the odds of {escape(contents.outcome)} change if a column increases by 1 (or as its name "
        "says), or for a level compared with the reference level, all other columns being equal. Full dots: the "
        "interval excludes 1."
        f"{f' {escape(contents.errors)}.' if contents.errors else ''}"
    )
    forest = forest_of(contents.effects, contents.level)
    tests = {factor.column: _joint(factor) for factor in contents.factors}
    table = effects_table(contents.effects, contents.columns, forest, "odds-ratios", tests=tests)
    return f'<p class="note" id="odds-ratios">{caption}</p>{table}{guide()}'


def forest_of(effects: Sequence[Effect], level: float) -> Forest:
    """Return the forest plot of effects, with one axis for all."""
    effects = in_steps(effects)
    return prepare_forest(
        [e.name for e in effects],
        [math.nan if e.state in ("not determined", "not examined") else e.odds_ratio for e in effects],
        [e.lower for e in effects],
        [e.upper for e in effects],
        level=level,
    )


def effects_table(
    effects: Sequence[Effect],
    columns: Sequence[Column],
    forest: Forest,
    named_by: str,
    start: int = 0,
    kind: str = "",
    tests: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return a table of odds ratios with its part of a forest plot.

    Parameters
    ----------
    effects : sequence of Effect
    columns : sequence of Column
        Those of the design; none for a fit of arrays.
    forest : Forest
        The plot, whose rows from `start` on are those of the effects.
    named_by : str
        The id of the element that names the table.
    start : int
    kind : str
        A further class of the table: " alike" for columns as wide as in other tables.
    tests : mapping of str to str
        By columns: what is said beside the name of a categorical one.
    """
    head = (
        f'<thead><tr><th scope="col">column</th><th scope="col" class="number">odds ratio</th>'
        f'<th scope="col" class="number">{coverage(forest.level)} interval</th><th scope="col" class="number">p</th>'
        f'<th scope="col" class="plot"><span hidden>plot</span>{forest_axis(forest)}</th></tr></thead>'
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{named_by}">'
        f'<table class="effects{kind}" aria-labelledby="{named_by}">{head}'
        f"<tbody>{''.join(_rows(in_steps(effects), columns, forest, start, tests))}</tbody></table></div>"
    )


def _joint(factor: Factor) -> str:
    """Return the test of all levels of a column in words; nothing without one."""
    test = factor.test
    if test.reason is not None:
        return ""
    p = p_value(test.p_value)
    equals = p if p.startswith("<") else f"= {p}"
    return f"all levels: χ²({test.degrees_of_freedom}) = {number(test.statistic)}, p {equals}"


def _rows(
    effects: Sequence[Effect], columns: Sequence[Column], forest: Forest, start: int, tests: Mapping[str, str]
) -> list[str]:
    left = {effect.name: (effect, start + place) for place, effect in enumerate(effects)}
    rows: list[str] = []
    for column in columns:
        if column.kind != "categorical":
            effect, place = left.pop(column.names[0])
            rows.append(_row(effect, place, effect.label, forest))
            continue
        test = f' <span class="test">{escape(tests[column.name])}</span>' if tests.get(column.name) else ""
        rows.append(f'<tr class="group"><th scope="rowgroup" colspan="5">{escape(column.name)}{test}</th></tr>')
        names = iter(column.names)
        for level in column.levels:
            if level == column.reference:
                rows.append(
                    f'<tr class="level reference"><th scope="row">{escape(level)}</th><td class="number">1</td>'
                    f'<td class="number">reference</td><td></td><td class="plot">{forest_row(forest, None)}</td></tr>'
                )
            else:
                rows.append(_row(*left.pop(next(names)), level, forest, "level"))
    return rows + [_row(effect, place, effect.label, forest) for effect, place in left.values()]


def _row(effect: Effect, place: int, name: str, forest: Forest, kind: str = "") -> str:
    interval, plot = interval_in_words(effect), forest_row(forest, place)
    return (
        f'<tr class="{kind}"><th scope="row">{escape(name)}</th>'
        f'<td class="number">{ratio(effect.odds_ratio)}</td><td class="number">{interval}</td>'
        f'<td class="number">{p_value(effect.p_value)}</td><td class="plot">{plot}</td></tr>'
    )


def note(text: str) -> str:
    """Return a paragraph in small print."""
    return f'<p class="note">{unbroken(text)}</p>'


def figures(pictures: Sequence[tuple[str, str]]) -> str:
    """Return pictures side by side if there is room, each with a caption."""
    both = "".join(
        f'<figure>{svg}<figcaption class="note">{unbroken(note)}</figcaption></figure>' for svg, note in pictures
    )
    return f'<div class="pair">{both}</div>'


def facts_table(facts: Sequence[Fact], kind: str = "facts") -> str:
    """Return numbers with their meanings, in a table of this class; nothing if there are none."""
    if not facts:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(f.name)}</th><td>{escape(f.value)}</td><td>{escape(f.meaning)}</td></tr>'
        for f in facts
    )
    return f'<div class="scroll"><table class="{kind}"><tbody>{rows}</tbody></table></div>'


_GUIDE = (
    ("Odds", "A probability p has odds p/(1−p): 50 % is odds of 1, 80 % is odds of 4, 20 % is odds of ¼."),
    (
        "Odds ratio",
        "The factor by which the odds change. It is not a ratio of probabilities: odds 2 times as high turn 50 % into "
        "67 %, and 5 % into 9.5 %.",
    ),
    (
        "Interval",
        "The range of ratios compatible with the data. If it contains 1, the data do not show the direction of the "
        "effect; that does not prove that there is none.",
    ),
    (
        "All other columns being equal",
        "An odds ratio compares rows that differ only in this column. It describes the data; the data alone cannot "
        "show whether changing the column would change the outcome.",
    ),
)


def guide() -> str:
    """Return the collapsed guide to odds ratios."""
    entries = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in _GUIDE)
    return f'<details><summary>How to read odds ratios</summary><dl class="guide">{entries}</dl></details>'
