"""`verhulst explain`: a score, a probability or a coefficient, put into words."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import click

from verhulst._numbers import significant, typeset

EPILOG = """
\b
Examples:
  verhulst explain z 2.5
  verhulst explain p 0.92
  verhulst explain w 0.5
  verhulst explain z -- -3
"""


@dataclass(frozen=True)
class TypeDistance:
    """How a float type sees the score: the probability it holds, and how far the score is from where that is 0 or 1.

    Attributes
    ----------
    type : the float type
    value : the probability as this type holds it
    to_one, to_zero : log-odds to go until it is 1, or 0; 0 if it is already
    """

    type: str
    value: float
    to_one: float
    to_zero: float


@dataclass(frozen=True)
class ScoreInWords:
    """A score z as probability, odds and log-odds."""

    z: float
    probability: float
    complement: float
    odds: float
    derivative: float
    distances: tuple[TypeDistance, ...]


@dataclass(frozen=True)
class CoefficientInWords:
    """A coefficient w: its odds ratio, and what one unit more makes of some probabilities."""

    w: float
    odds_ratio: float
    percent: float
    largest_change: float
    steps: tuple[tuple[float, float], ...]


@click.command(name="explain", epilog=EPILOG, context_settings={"ignore_unknown_options": True})
@click.argument("kind", type=click.Choice(["z", "p", "w"]))
@click.argument("value", type=float)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(kind: str, value: float, as_json: bool) -> None:
    """Put a number into words.

    z is a score (log-odds), p a probability, w a coefficient of a logistic regression.
    """
    import verhulst as vh

    if math.isnan(value):
        raise click.UsageError(f"{kind} is not a number.")
    if kind == "p" and not 0 <= value <= 1:
        raise click.UsageError(f"A probability lies between 0 and 1; {value:g} does not.")
    record: ScoreInWords | CoefficientInWords
    if kind == "w":
        record = explain_coefficient(value)
        text = coefficient_text(record)
    else:
        record = explain_score(value if kind == "z" else float(vh.logit(value)))
        text = score_text(record)
    if as_json:
        from verhulst.cli.console import print_json

        print_json("explain", {"kind": kind, **asdict(record)})
    else:
        click.echo(text)


def explain_score(z: float) -> ScoreInWords:
    """A score, with what every float type makes of it."""
    import numpy as np

    import verhulst as vh
    from verhulst.figures.rounding import TYPES, rounding_range

    distances = []
    for name in TYPES:
        edges = rounding_range(name)
        value = _in_type(z, name)
        distances.append(TypeDistance(name, value, max(0.0, edges.one_from - z), max(0.0, z - edges.zero_below)))
    with np.errstate(over="ignore", under="ignore"):
        odds = float(np.exp(z))
    return ScoreInWords(
        z, float(vh.sigmoid(z)), float(vh.sigmoid(-z)), odds, float(vh.sigmoid_derivative(z)), tuple(distances)
    )


def _in_type(z: float, name: str) -> float:
    import numpy as np

    import verhulst as vh

    if name == "bfloat16":
        try:
            import ml_dtypes
        except ModuleNotFoundError:
            return float("nan")
        dtype: Any = ml_dtypes.bfloat16
    else:
        dtype = np.dtype(name).type
    # The probability of z itself, rounded once: z is not rounded first.
    return float(np.asarray(vh.sigmoid(z)).astype(dtype))


def explain_coefficient(w: float) -> CoefficientInWords:
    """A coefficient, with its effect on four probabilities."""
    import numpy as np

    import verhulst as vh

    with np.errstate(over="ignore", under="ignore"):
        ratio, percent = float(np.exp(w)), 100 * float(np.expm1(w))
    steps = tuple((p, float(vh.sigmoid(vh.logit(p) + w))) for p in (0.01, 0.1, 0.5, 0.9))
    # The largest change of a probability is from σ(−w/2) to σ(w/2).
    return CoefficientInWords(w, ratio, percent, float(vh.tanh(w / 4)), steps)


def score_text(record: ScoreInWords) -> str:
    """The words for a score."""
    z, p = record.z, record.probability
    odds = f"{_number(record.odds)} : 1" if z >= 0 else f"1 : {_number(math.exp(-z) if z > -700 else math.inf)}"
    lines = [
        f"log-odds     {_number(z)}",
        f"probability  {_number(p)}" + (f"   (1 − p = {_number(record.complement)})" if z > 4 else ""),
        f"odds         {odds}   ({_frequency(record)})",
        f"slope        {_number(record.derivative)} of probability per unit of log-odds",
        "",
    ]
    for item in record.distances:
        if item.to_one == 0:
            words = "is 1: every larger score gives the same number"
        elif item.to_zero == 0:
            words = "is 0: every smaller score gives the same number"
        else:
            words = f"{_number(item.value)}; rounds to 1 in {item.to_one:.1f} more, to 0 in {item.to_zero:.1f} less"
        lines.append(f"{item.type:<12} {words}")
    return "\n".join(lines)


def coefficient_text(record: CoefficientInWords) -> str:
    """The words for a coefficient."""
    if record.w == 0:
        change = "the odds stay as they are"
    else:
        percent = abs(record.percent)
        size = f"{percent:.3g} %" if percent < 1000 else f"{_number(record.odds_ratio)} times the"
        change = (
            f"{size} {'higher' if record.w > 0 and percent < 1000 else 'lower' if record.w < 0 else ''} odds".replace(
                "  ", " "
            )
        )
    lines = [
        f"coefficient  {_number(record.w)}",
        f"odds ratio   {_number(record.odds_ratio)}",
        f"one unit more: {change}, whatever the other columns are",
        "",
        *(f"  from {100 * p:3.0f} %  to {100 * q:.3g} %" for p, q in record.steps),
        "",
        f"no probability changes by more than {100 * abs(record.largest_change):.3g} points",
    ]
    return "\n".join(lines)


def _frequency(record: ScoreInWords) -> str:
    share = record.probability if record.z < 0 else record.complement
    word = "yes" if record.z < 0 else "no"
    if record.z == 0:
        return "as often as not"
    if share == 0:
        return f"never {word}"
    return f"one {word} in {1 / share:.3g} cases" if share > 1e-300 else f"practically never {word}"


def _number(value: float) -> str:
    return typeset(significant(value, 6))
