"""`verhulst explain`: explain a score, a probability or a coefficient in words."""

from __future__ import annotations

import math
import sys
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from typing import Any

import click

from verhulst._numbers import significant, typeset
from verhulst.cli import options
from verhulst.cli.table import dtype_named

EPILOG = """
\b
Examples:
  verhulst explain z 2.5
  verhulst explain p 0.92
  verhulst explain w 0.5
  verhulst explain z -- -3
"""


@click.command(name="explain", epilog=EPILOG, context_settings={"ignore_unknown_options": True})
@click.argument("kind", type=click.Choice(["z", "p", "w"]))
@click.argument("value", type=float)
@options.json
def command(kind: str, value: float, as_json: bool) -> None:
    """Explain a number in words.

    z is a score (log-odds), p a probability, w a coefficient of a logistic regression.
    """
    from verhulst.functions import logit

    if math.isnan(value):
        raise click.UsageError(f"{kind} is not a number.")
    if kind == "p" and not 0 <= value <= 1:
        raise click.UsageError(f"A probability lies between 0 and 1; {value!r} does not.")
    record, lines = coefficient(value) if kind == "w" else score(float(logit(value)) if kind == "p" else value)
    if as_json:
        from verhulst.cli.console import print_json

        print_json("explain", {"kind": kind} | record)
    else:
        from verhulst.cli.console import show

        show("\n".join(lines))


def score(z: float) -> tuple[dict[str, Any], list[str]]:
    """Print a score as probability and odds, and its distance from where each float type rounds to 1, or 0."""
    import numpy as np

    from verhulst.figures.rounding import TYPES, rounding_range
    from verhulst.functions import sigmoid, sigmoid_derivative
    from verhulst.functions._rounding import rounded

    p, complement, slope = (float(f) for f in (sigmoid(z), sigmoid(-z), sigmoid_derivative(z)))
    with np.errstate(over="ignore", under="ignore"):
        odds = float(np.exp(z))
    share, word = (p, "yes") if z < 0 else (complement, "no")
    often = f"one {word} in {1 / share:.3g} cases" if share > 1e-300 else f"practically never {word}"
    often = "as often as not" if z == 0 else f"never {word}" if share == 0 else often
    lines = [
        f"log-odds     {_number(z)}",
        f"probability  {_number(p)}" + (f"   (1 − p = {_number(complement)})" if z > 4 else ""),
        f"odds         {f'{_power(z)} : 1' if z >= 0 else f'1 : {_power(-z)}'}   ({often})",
        f"slope        {_number(slope)} of probability per unit of log-odds",
        "",
    ]
    distances = []
    for name in TYPES:
        edges = rounding_range(name)
        one, zero = max(0.0, edges.one_from - z), max(0.0, z - edges.zero_below)
        try:
            value = float(rounded(p, dtype_named(name)))
        except ModuleNotFoundError:
            value = math.nan
        words = f"{_number(value)}; rounds to 1 in {one:.1f} more, to 0 in {zero:.1f} less"
        if not (one and zero):
            words = f"is {0 if one else 1}: every {'smaller' if one else 'larger'} score gives the same number"
        lines.append(f"{name:<12} {words}")
        distances.append({"type": name, "value": value, "to_one": one, "to_zero": zero})
    record = {"z": z, "probability": p, "complement": complement, "odds": odds, "derivative": slope}
    return record | {"distances": distances}, lines


def coefficient(w: float) -> tuple[dict[str, Any], list[str]]:
    """Print a coefficient as odds ratio, and the effect of one unit more on four probabilities."""
    import numpy as np

    from verhulst.functions import logit, sigmoid, tanh

    with np.errstate(over="ignore", under="ignore"):
        ratio, percent = float(np.exp(w)), 100 * float(np.expm1(w))
    steps = [(p, float(sigmoid(logit(p) + w))) for p in (0.01, 0.1, 0.5, 0.9)]
    largest = float(tanh(w / 4))  # from σ(−w/2) to σ(w/2)
    change = f"{abs(percent):.3g} % {'higher' if w > 0 else 'lower'} odds"
    if w == 0:
        change = "the odds do not change"
    elif percent >= 1000:
        change = f"{_power(w)} times the odds"
    lines = [
        f"coefficient  {_number(w)}",
        f"odds ratio   {_power(w)}",
        f"one unit more: {change}, whatever the other columns are",
        "",
        *(f"  from {100 * p:3.0f} %  to {100 * q:.3g} %" for p, q in steps),
        "",
        f"no probability changes by more than {_at_most(100 * abs(largest))} points",
    ]
    return {"w": w, "odds_ratio": ratio, "percent": percent, "largest_change": largest, "steps": steps}, lines


def _at_most(value: float) -> str:
    """Three digits of a bound, rounded up."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 2) if value else 1.0
    return typeset(significant(math.ceil(value / unit) * unit, 3))


def _power(exponent: float) -> str:
    """Return e to a power, with six digits also where it is outside the range of doubles."""
    with localcontext(Context(prec=40, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])):
        value = Decimal(exponent).exp()
    inside = not value or sys.float_info.min <= value <= sys.float_info.max or value.is_infinite()
    return _number(float(value)) if inside else typeset(f"{value:.6g}".lower())


def _number(value: float) -> str:
    return typeset(significant(value, 6))
