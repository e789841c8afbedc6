"""The charts of a report as inline SVG; their colours are the page's, so they follow its theme."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from verhulst._numbers import count, percent
from verhulst.regression.totals import ByOutcome, Group

_WIDTH = 440.0
_LEFT, _RIGHT, _TOP = 46.0, 24.0, 26.0


def _svg(height: float, label: str, parts: Sequence[str]) -> str:
    opening = f'<svg class="chart" viewBox="0 0 {_WIDTH:g} {height:g}" role="img" aria-label="{escape(label)}">'
    return opening + "".join(parts) + "</svg>"


def _x(share: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * share


def _text(x: float, y: float, said: str, anchor: str = "middle", kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _probability_axis(y: float, title: str) -> list[str]:
    ticks = [_text(_x(t / 4), y + 16, f"{25 * t} %") for t in range(5)]
    return [*ticks, _text(_x(0.5), y + 34, title, kind="title")]


def outcome_chart(record: ByOutcome, labels: tuple[str, str]) -> str:
    """Histograms back to back: outcome 1 above the line, outcome 0 below it.

    Parameters
    ----------
    record : ByOutcome
    labels : pair of str
        What outcome 0 and outcome 1 are called.
    """
    height, half = 340.0, 118.0
    base = _TOP + half + 10
    most = max(max(record.shares[0]), max(record.shares[1])) or 1.0
    parts = [_line(_x(t / 4), base - half, _x(t / 4), base + half, "grid") for t in range(5)]
    for outcome, way in ((1, -1), (0, 1)):
        for left, right, share in zip(record.edges[:-1], record.edges[1:], record.shares[outcome], strict=True):
            if not share:
                continue
            tall = max(half * share / most, 0.8)
            top = base - tall if way < 0 else base
            parts.append(
                f'<rect class="outcome{outcome}" x="{_x(left) + 0.8:.1f}" y="{top:.1f}" '
                f'width="{_x(right) - _x(left) - 1.6:.1f}" height="{tall:.1f}">'
                f"<title>{percent(share)} of {escape(labels[outcome])}</title></rect>"
            )
        said = f"{labels[outcome]}: {count(record.cases[outcome])} cases, median {percent(record.medians[outcome])}"
        parts.append(_text(_x(0), base + way * (half + 12) + (10 if way > 0 else 0), said, "start", f"label{outcome}"))
    parts.append(_line(_x(0), base, _x(1), base, "axis"))
    parts += _probability_axis(base + half + 26, "predicted probability")
    label = (
        f"Histogram of predicted probabilities. Median {percent(record.medians[1])} for {labels[1]}, "
        f"{percent(record.medians[0])} for {labels[0]}."
    )
    return _svg(height, label, parts)


def reliability_chart(groups: Sequence[Group]) -> str:
    """Observed share against predicted probability, with intervals; the diagonal is perfect calibration."""
    height, side = 340.0, 262.0
    base = _TOP + side

    def y(share: float) -> float:
        return base - side * share

    parts = []
    for t in range(5):
        parts += [_line(_x(0), y(t / 4), _x(1), y(t / 4), "grid"), _text(_LEFT - 7, y(t / 4) + 4, f"{25 * t} %", "end")]
    parts += [_line(_x(0), y(0), _x(1), y(1), "ideal"), _line(_x(0), y(0), _x(1), y(0), "axis")]
    parts += [_line(_x(g.predicted), y(g.lower), _x(g.predicted), y(g.upper), "whisker1") for g in groups]
    most = max((g.cases for g in groups), default=1.0)
    parts += [
        f'<circle class="point1" cx="{_x(g.predicted):.1f}" cy="{y(g.observed):.1f}" '
        f'r="{2.5 + 2.5 * math.sqrt(g.cases / most):.1f}"><title>predicted {percent(g.predicted)}, '
        f"observed {percent(g.observed)}, {count(g.cases)} cases</title></circle>"
        for g in groups
    ]
    parts.append(_text(_x(0), _TOP - 10, "share that happened", "start", "title"))
    parts += _probability_axis(base, "predicted probability")
    worst = max((abs(g.observed - g.predicted) for g in groups), default=0.0)
    label = f"Reliability diagram of {len(groups)} groups; the largest gap to the diagonal is {percent(worst)}."
    return _svg(height, label, parts)
