"""The report on a multinomial fit as a page."""

from __future__ import annotations

from html import escape

import numpy as np

from verhulst._numbers import count, percent
from verhulst.report import page
from verhulst.report.class_contents import ClassContents, ObservedClasses, shares_in_words
from verhulst.report.held_out_page import quality_section


def class_page(contents: ClassContents) -> str:
    """Return the page of a report on a multinomial fit."""
    sections = [
        _introduction(contents),
        page.section("In words", page.sentences(contents.in_words)),
        page.section("Before you rely on this", page.cautions(contents.cautions)),
        page.section("On rows that the model has not seen", quality_section(contents.quality)),
        page.section(f"Odds ratios against {contents.reference}", _odds_ratios(contents)),
        page.section("Predicted classes", _confusion(contents)),
        page.section("How it was fitted", page.facts_table(contents.facts)),
    ]
    return page.page(f"Factors associated with {contents.target}", "verhulst: multinomial regression", sections)


def _introduction(contents: ClassContents) -> str:
    names = [column.name for column in contents.columns] or [e.name for e in contents.comparisons[0].effects]
    on = f" on <strong>{escape(contents.source)}</strong>" if contents.source else ""
    return (
        f"<p>A multinomial logistic regression{on}: the probability of each of the {len(contents.classes)} values of "
        f"<strong>{escape(contents.target)}</strong>, from {escape(', '.join(names))}.</p>\n"
        f"{page.key_figures(contents.key_figures)}"
    )


def _odds_ratios(contents: ClassContents) -> str:
    """Return a table for each class but the reference, with a forest plot on one axis, and how to read them."""
    effects = [effect for one in contents.comparisons for effect in one.effects]
    if not effects:
        return ""
    reference = escape(contents.reference)
    caption = (
        f"The factor by which the odds of a class rather than <strong>{reference}</strong> ({count(contents.cases[0])} "
        "cases) change if a column increases by 1 (or as its name says), or for a level compared with the "
        "reference level, all other columns being equal. Full dots: the interval excludes 1. "
        "Plots of all classes have the same axis."
    )
    forest, parts, start = page.forest_of(effects, contents.level), [], 0
    for place, one in enumerate(contents.comparisons, 1):
        share = percent(one.cases / sum(contents.cases))
        heading = (
            f'<h3 id="class-{place}">{escape(one.name)} <span class="muted">rather than {reference} '
            f"({count(one.cases)} cases, {page.unbroken(share)})</span></h3>"
        )
        parts.append(
            heading + page.effects_table(one.effects, contents.columns, forest, f"class-{place}", start, kind=" alike")
        )
        start += len(one.effects)
    return f'<p class="note">{caption}</p>{"".join(parts)}{page.guide()}'


def _confusion(contents: ClassContents) -> str:
    """Return the table of true and predicted classes."""
    if contents.observed is None:
        return ""
    counts = np.array(contents.observed.totals.confusion)
    head = "".join(f'<th scope="col" class="number">{escape(name)}</th>' for name in contents.classes)
    rows = []
    for k, name in enumerate(contents.classes):
        total = counts[k].sum()
        share = counts[k] / total if total else counts[k]
        cells = "".join(
            f'<td class="number{" right" if j == k else ""}" style="--share:{part:.3f}" '
            f'title="{percent(part)} of {escape(name)}">{count(cases)}</td>'
            for j, (cases, part) in enumerate(zip(counts[k], share, strict=True))
        )
        found = page.unbroken(percent(share[k])) if total else "–"
        rows.append(
            f'<tr><th scope="row">{escape(name)}</th>{cells}<td class="number total">{count(total)}</td>'
            f'<td class="number total">{found}</td></tr>'
        )
    sums = "".join(f'<td class="number total">{count(one)}</td>' for one in counts.sum(axis=0))
    rows.append(
        f'<tr class="sums"><th scope="row">all</th>{sums}<td class="number total">{count(counts.sum())}</td>'
        f'<td class="number total">{page.unbroken(percent(contents.observed.right))}</td></tr>'
    )
    return (
        f"<p>{page.unbroken(shares_in_words(contents.observed))}</p>"
        '<div class="scroll" tabindex="0" role="region" aria-labelledby="confusion"><table class="confusion" '
        'aria-labelledby="confusion"><thead>'
        f'<tr><td></td><th scope="colgroup" class="over" colspan="{len(contents.classes)}">predicted</th>'
        "<td></td><td></td></tr>"
        f'<tr><th scope="col">true class</th>{head}<th scope="col" class="number">cases</th>'
        f'<th scope="col" class="number">right</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
        f'<p class="note" id="confusion">{_of_which_rows(contents.observed)}</p>'
    )


def _of_which_rows(observed: ObservedClasses) -> str:
    rows = (
        "These are the rows of the fit itself; only new rows can show how well the model does elsewhere."
        if observed.fitted
        else f"These are the {escape(observed.how or f'{observed.rows:,} rows of {observed.source}')}."
    )
    return f"Cases by their class and by the most probable class; the shade is the share of the row. {rows}"
