"""Sections of the page: the quality of a model on rows that it has not seen, and effects in percentage points."""

from __future__ import annotations

import math
from html import escape

from verhulst._numbers import coverage, number, percent, typeset
from verhulst.regression.parameters import Parameter
from verhulst.report import page
from verhulst.report.contents import Contents, Fact
from verhulst.report.effects import points_in_steps
from verhulst.report.quality import ClassQuality, Quality


def quality_section(quality: Quality | ClassQuality | None) -> str:
    """Return the verdict of held-out rows, and their measures."""
    if quality is None:
        return ""
    rows = quality.held_out.how()
    told = page.sentences([*quality.result.verdict.sentences, *quality.advice(), *quality.notes()])
    facts = [
        Fact(name, typeset(f"{each.value:.3f}"), _compared(each.low, each.high, beside))
        for name, each, beside in quality.measures()
    ]
    return f"{page.note(f'{rows[:1].upper()}{rows[1:]}.')}{told}{page.key_figures(facts)}"


def _compared(low: float, high: float, beside: str) -> str:
    return beside if math.isnan(low) else f"{number(low)} to {number(high)}; {beside}"


def points_section(contents: Contents) -> str:
    """Return the effects in percentage points, on average and at a typical row."""
    points = contents.points
    if points is None or not len(points.average):
        return ""
    level = coverage(points.average.level)
    note = (
        f"By how many percentage points the probability of {contents.outcome} changes: with a level instead of the "
        "reference level, with 1 instead of 0, and per unit of a number or as many as are named; all "
        "other columns being equal. On average over the rows, and at a typical row."
    )
    typical = ", ".join(f"{name} {value}" for name, value in points.row.items())
    rows = "".join(
        f'<tr><th scope="row">{escape(one.name)}</th><td class="number">{_points(one)}</td>'
        f'<td class="number">{_points(there)}</td><td class="number">{_ends(one)}</td></tr>'
        for one, there in points_in_steps(points, contents.effects)
    )
    head = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>'
        for name, kind in (
            ("column", ""),
            *((each, ' class="number"') for each in ("average", "typical row", f"{level} interval")),
        )
    )
    return (
        f'<p class="note" id="points">{page.unbroken(note)}</p><div class="scroll" tabindex="0" role="region" '
        f'aria-labelledby="points"><table class="points" aria-labelledby="points"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        + page.note(f"Typical row: {typical}; its probability is {percent(points.probability)}.")
    )


def _points(line: Parameter) -> str:
    return "–" if math.isnan(line.standard_error) else _signed(line.estimate)


def _ends(line: Parameter) -> str:
    return "–" if math.isnan(line.lower) else f"{_signed(line.lower)} to {_signed(line.upper)}"


def _signed(share: float) -> str:
    """Return a difference of probabilities in points, with its sign."""
    return f"{'+' if share > 0.0 else ''}{number(100.0 * share)}"
