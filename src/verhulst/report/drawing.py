"""Draw the records of figures as inline SVG, without matplotlib, in the colours of the page."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np

from verhulst._numbers import count, percent
from verhulst.calibration.scores import Floats
from verhulst.figures.forest import Forest
from verhulst.figures.outcome import ProbabilityByOutcome
from verhulst.figures.reliability import Panel

_WIDTH, _HEIGHT = 440.0, 340.0
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_ROW_WIDTH, _ROW_HEIGHT = 260.0, 22.0
# The share of the height of a reliability diagram for the histogram at the bottom.
_FOOT = 0.16


@dataclass(frozen=True)
class Frame:
    """A rectangle of a picture for x from `x[0]` to `x[1]` and y from `y[0]` at the bottom to `y[1]`."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the position of a point in the picture."""
        across, up = (x - self.x[0]) / (self.x[1] - self.x[0]), (y - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + self.width * across, self.top + self.height * (1 - up)

    def line(self, start: tuple[float, float], end: tuple[float, float], kind: str) -> str:
        """A straight line."""
        (x1, y1), (x2, y2) = self.at(*start), self.at(*end)
        return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'

    def path(self, points: Iterable[tuple[float, float]], kind: str) -> str:
        """Return a line through points."""
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(*point) for point in points))
        return f'<polyline class="{kind}" points="{places}"/>'

    def bar(self, x: tuple[float, float], y: tuple[float, float], kind: str, said: str = "") -> str:
        """Return a vertical bar with small gaps on both sides; `said` is its tooltip."""
        (left, foot), (right, top) = self.at(x[0], min(y)), self.at(x[1], max(y))
        tall = max(foot - top, 0.8)
        top = top if y[1] >= y[0] else foot - tall
        title = f"<title>{escape(said)}</title>" if said else ""
        box = f'x="{left + 0.8:.1f}" y="{top:.1f}" width="{right - left - 1.6:.1f}" height="{tall:.1f}"'
        return f'<rect class="{kind}" {box}>{title}</rect>'

    def dot(self, x: float, y: float, radius: float, kind: str, said: str = "") -> str:
        """A point."""
        (cx, cy), title = self.at(x, y), f"<title>{escape(said)}</title>" if said else ""
        return f'<circle class="{kind}" cx="{cx:.1f}" cy="{cy:.1f}" r="{radius:g}">{title}</circle>'

    def text(
        self, x: float, y: float, said: str, kind: str = "", anchor: str = "middle", right: float = 0, down: float = 0
    ) -> str:
        """Return a text, shifted to the right of a point and below it."""
        left, top = self.at(x, y)
        place = f'x="{left + right:.1f}" y="{top + down:.1f}" text-anchor="{anchor}"'
        return f'<text class="{kind}" {place}>{escape(said)}</text>'


def _picture(label: str, parts: Iterable[str]) -> str:
    opening = f'<svg class="chart" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{escape(label)}">'
    return f"{opening}{''.join(parts)}</svg>"


def _probability_axis(frame: Frame, foot: float, down: float) -> list[str]:
    ticks = [frame.text(share, foot, f"{100 * share:g} %", down=down + 16) for share in _QUARTERS]
    return [*ticks, frame.text(0.5, foot, "predicted probability", "title", down=down + 34)]


def outcome_chart(record: ProbabilityByOutcome) -> str:
    """Draw two histograms: outcome 1 above the line, outcome 0 below it."""
    most = max(*record.share[0], *record.share[1]) or 1.0
    frame = Frame(46.0, 36.0, 370.0, 236.0, y=(-most, most))
    parts = [frame.line((share, -most), (share, most), "grid") for share in _QUARTERS]
    for outcome, sign, down in ((1, 1, -12.0), (0, -1, 22.0)):
        parts += [
            frame.bar(bin, (0.0, sign * share), f"outcome{outcome}", f"{percent(share)} of {record.labels[outcome]}")
            for bin, share in zip(pairwise(record.edges), record.share[outcome], strict=True)
            if share
        ]
        said = f"{count(record.cases[outcome])} cases, median {percent(record.median[outcome])}"
        said = f"{record.labels[outcome]}: {said}"
        parts.append(frame.text(0.0, sign * most, said, f"label{outcome}", "start", down=down))
    parts += [frame.line((0.0, 0.0), (1.0, 0.0), "axis"), *_probability_axis(frame, -most, 26.0)]
    medians = " and ".join(f"{percent(record.median[outcome])} for {record.labels[outcome]}" for outcome in (1, 0))
    return _picture(f"Histograms of predicted probabilities; the median is {medians}.", parts)


def reliability_chart(panel: Panel, label: str) -> str:
    """Draw observed frequency against predicted probability; the diagonal is perfect calibration."""
    curve = panel.curve
    frame = Frame(46.0, 26.0, 370.0, 262.0)
    most = float(curve.histogram.max()) or 1.0
    heights = _FOOT * curve.histogram / most
    bins = zip(pairwise(curve.histogram_edges.tolist()), heights.tolist(), strict=True)
    parts = [frame.bar(bin, (0.0, height), "foot") for bin, height in bins if height]
    for share in _QUARTERS:
        parts.append(frame.line((0.0, share), (1.0, share), "grid"))
        parts.append(frame.text(0.0, share, f"{100 * share:g} %", anchor="end", right=-7, down=4))
    bands = (curve.whole_low, curve.whole_high, "whole"), (curve.low, curve.high, "each")
    p, rate = curve.probability, curve.rate
    if curve.kind == "corp":
        parts += [frame.path(_around(p, low, high), f"band {kind}") for low, high, kind in bands]
    parts += [frame.line((0.0, 0.0), (1.0, 1.0), "ideal"), frame.line((0.0, 0.0), (1.0, 0.0), "axis")]
    if curve.kind == "corp":
        parts.append(frame.path(_corners(p, rate), "curve"))
    else:
        for low, high, kind in bands:
            parts += [frame.line((x, a), (x, b), f"whisker1 {kind}") for x, a, b in zip(p, low, high, strict=True)]
    if curve.kind == "bins" or len(p) == 1:
        parts += [
            frame.dot(x, y, 5.0, "point1", f"predicted {percent(x)}, observed {percent(y)}")
            for x, y in zip(p, rate, strict=True)
        ]
    parts.append(frame.text(0.0, 1.0, "observed share", "title", "start", down=-10.0))
    parts.append(frame.text(1.0, 1.0, panel.title, "label1", "end", down=-10.0))
    return _picture(label, [*parts, *_probability_axis(frame, 0.0, 0.0)])


def _corners(x: Floats, y: Floats) -> list[tuple[float, float]]:
    """Return the points of a line without those inside a horizontal part."""
    level = np.diff(y) == 0
    kept = ~(np.append(False, level) & np.append(level, False))
    return list(zip(x[kept].tolist(), y[kept].tolist(), strict=True))


def _around(x: Floats, low: Floats, high: Floats) -> list[tuple[float, float]]:
    """Return the outline of a band, with at most some hundred corners."""
    few = np.unique(np.linspace(0, len(x) - 1, 400).astype(int))
    return [*_corners(x[few], low[few]), *reversed(_corners(x[few], high[few]))]


def _forest_frame(forest: Forest) -> Frame:
    low, high = forest.limits()
    return Frame(12.0, 0.0, _ROW_WIDTH - 24.0, _ROW_HEIGHT, (math.log(low), math.log(high)))


def _row_picture(kind: str, parts: Iterable[str]) -> str:
    return f'<svg class="{kind}" viewBox="0 0 {_ROW_WIDTH:g} {_ROW_HEIGHT:g}" aria-hidden="true">{"".join(parts)}</svg>'


def forest_axis(forest: Forest) -> str:
    """Draw the axis of a forest plot with its numbers, for the head of a table column."""
    frame = _forest_frame(forest)
    return _row_picture("forest axis", (frame.text(math.log(t), 0.0, f"{t:g}", down=-8.0) for t in forest.ticks()))


def forest_row(forest: Forest, row: int | None) -> str:
    """Draw estimate and interval of one row, for a table cell; None is a mark at 1."""
    frame = _forest_frame(forest)
    low, high = forest.limits()
    parts = [frame.line((math.log(t), 0.0), (math.log(t), 1.0), "one" if t == 1 else "tick") for t in forest.ticks()]
    if row is None:
        x, y = frame.at(0.0, 0.5)
        parts.append(f'<rect class="reference" x="{x - 3:.1f}" y="{y - 3:g}" width="6" height="6"/>')
        return _row_picture("forest", parts)
    kind = "clear" if forest.clear(row) else "open"
    ratio, (start, end) = forest.odds_ratio[row], forest.interval(row)
    if not math.isnan(start):
        left, right = (math.log(min(max(each, low), high)) for each in (start, end))
        parts.append(frame.line((left, 0.5), (right, 0.5), f"whisker {kind}"))
        for beyond, place, way in ((start < low, left, -1), (end > high, right, 1)):
            x, y = frame.at(place, 0.5)
            if beyond:
                parts.append(f'<path class="arrow {kind}" d="M{x + 7 * way:.1f} {y:g}l{-8 * way} -4.5v9z"/>')
    if low <= ratio <= high:
        parts.append(frame.dot(math.log(ratio), 0.5, 4.5, f"estimate {kind}"))
    return _row_picture("forest", parts)
