"""One row of a forest plot as inline SVG, to stand in a table beside its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from verhulst.report.effects import Effect

WIDTH, HEIGHT, MARGIN = 260.0, 22.0, 12.0
# Odds ratios further than this from 1 are drawn as arrows: one wild interval must not flatten all others.
FURTHEST = math.log(1e3)
_TICKS = (0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0, 1000.0)
_COARSE = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)


@dataclass(frozen=True)
class Axis:
    """A log axis for odds ratios: from `low` to `high` in log-odds, with 0 (no change) always inside."""

    low: float
    high: float

    @classmethod
    def of(cls, effects: Sequence[Effect]) -> Axis:
        """The axis that holds every interval that is not beyond all measure."""
        ends = [x for e in effects for x in (e.odds_ratio, e.lower, e.upper) if 0 < x < math.inf]
        logs = [max(-FURTHEST, min(FURTHEST, math.log(x))) for x in ends] or [-math.log(2), math.log(2)]
        low, high = min(0.0, *logs), max(0.0, *logs)
        pad = 0.06 * max(high - low, 0.5)
        return cls(low - pad, high + pad)

    def x(self, log_ratio: float) -> float:
        """Where a log odds ratio stands, in the units of the drawing."""
        return MARGIN + (WIDTH - 2 * MARGIN) * (log_ratio - self.low) / (self.high - self.low)

    def ticks(self) -> tuple[float, ...]:
        """The odds ratios that are marked."""
        chosen = _TICKS if self.high - self.low < math.log(200) else _COARSE
        return tuple(t for t in chosen if self.low <= math.log(t) <= self.high)


def axis_svg(axis: Axis) -> str:
    """The axis with its numbers, for the head of the table's column."""
    marks = "".join(
        f'<text x="{axis.x(math.log(t)):.1f}" y="14" text-anchor="middle">{t:g}</text>' for t in axis.ticks()
    )
    return f'<svg class="forest axis" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" aria-hidden="true">{marks}</svg>'


def row_svg(effect: Effect | None, axis: Axis) -> str:
    """The interval and the estimate of one effect; None stands for the reference level, a mark at 1."""
    middle = HEIGHT / 2
    parts = [
        f'<line class="tick" x1="{axis.x(math.log(t)):.1f}" x2="{axis.x(math.log(t)):.1f}" y1="0" y2="{HEIGHT:g}"/>'
        for t in axis.ticks()
        if t != 1
    ]
    parts.append(f'<line class="one" x1="{axis.x(0):.1f}" x2="{axis.x(0):.1f}" y1="0" y2="{HEIGHT:g}"/>')
    if effect is None:
        parts.append(f'<rect class="reference" x="{axis.x(0) - 3:.1f}" y="{middle - 3:g}" width="6" height="6"/>')
    elif effect.state != "left out":
        parts += _interval(effect, axis, middle)
    return f'<svg class="forest" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" aria-hidden="true">{"".join(parts)}</svg>'


def _interval(effect: Effect, axis: Axis, middle: float) -> list[str]:
    kind = "clear" if effect.clear else "open"
    parts = []
    if effect.state == "infinite":
        way = 1 if effect.coefficient > 0 else -1
        end = axis.x(axis.high if way > 0 else axis.low)
        parts.append(
            f'<line class="whisker {kind}" x1="{axis.x(0):.1f}" x2="{end:.1f}" y1="{middle:g}" y2="{middle:g}"/>'
        )
        parts.append(_arrow(end, middle, way, kind))
    elif not math.isnan(effect.lower):
        low = math.log(effect.lower) if effect.lower > 0 else -math.inf
        high = math.log(effect.upper) if effect.upper < math.inf else math.inf
        left, right = axis.x(max(low, axis.low)), axis.x(min(high, axis.high))
        parts.append(f'<line class="whisker {kind}" x1="{left:.1f}" x2="{right:.1f}" y1="{middle:g}" y2="{middle:g}"/>')
        parts += [_arrow(left, middle, -1, kind)] if low < axis.low else []
        parts += [_arrow(right, middle, 1, kind)] if high > axis.high else []
    centre = math.log(effect.odds_ratio) if 0 < effect.odds_ratio < math.inf else math.nan
    if axis.low <= centre <= axis.high:
        parts.append(f'<circle class="estimate {kind}" cx="{axis.x(centre):.1f}" cy="{middle:g}" r="4.5"/>')
    return parts


def _arrow(x: float, y: float, way: int, kind: str) -> str:
    return f'<path class="arrow {kind}" d="M{x + 7 * way:.1f} {y:g}l{-8 * way} -4.5v9z"/>'
