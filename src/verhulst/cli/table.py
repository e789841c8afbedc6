"""`verhulst table`: print values of functions."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Decimal, InvalidOperation, localcontext
from typing import Any

import click

from verhulst._numbers import typeset
from verhulst.cli import options
from verhulst.cli.names import separated

POINTS = "-6,-4,-2,-1,0,1,2,4,6"
LARGEST = 100_000

EPILOG = """
\b
Examples:
  verhulst table
  verhulst table --at -3 --at 0.5,36.7
  verhulst table --at -8:8:2 --functions sigmoid,log_sigmoid,softplus --type float32
  verhulst table --functions logit --at 0.1:0.9:0.1 --csv > logit.csv
"""


@click.command(name="table", epilog=EPILOG)
@click.option(
    "--at", "points", multiple=True, metavar="Z",
    help="Points: numbers separated by commas, or first:last:step. Repeatable.  [default: " + POINTS + "]",
)  # fmt: skip
@click.option(
    "-f", "--functions", multiple=True, metavar="NAMES",
    help="Functions of one argument, separated by commas.  [default: sigmoid,sigmoid_derivative]",
)  # fmt: skip
@click.option(
    "--type", "kind", type=click.Choice(["float64", "float32", "float16", "bfloat16"]), default="float64",
    help="The number type to compute in.",
)  # fmt: skip
@options.json
@options.markdown
@options.csv
def command(points: tuple[str, ...], functions: tuple[str, ...], kind: str, as_json: bool, as_csv: bool) -> None:
    """Print values of the sigmoid, or of any functions, at any points."""
    names = [name for text in functions for name in separated(text, "--functions")] or ["sigmoid", "sigmoid_derivative"]
    rows = _rows([z for text in points or (POINTS,) for z in _points(text)], names, kind)
    if as_json or as_csv:
        from verhulst.cli.console import print_rows

        print_rows("table", rows, "rows", as_json, type=kind)
    else:
        _print(rows, names, kind)


def _points(text: str) -> list[float]:
    """Return the points in a text: `1`, `1,2,3`, `-8:8:2`."""
    points: list[float] = []
    for part in text.split(","):
        try:
            numbers = [Decimal(number) for number in part.split(":")]
            floats = [float(number) for number in numbers]  # there is no float of a signalling nan
        except (InvalidOperation, ValueError):
            raise click.UsageError(f"--at {text}: {part!r} is neither a number nor a first:last:step range.") from None
        if len(numbers) == 1:
            points += floats
        elif len(numbers) == 3 and all(map(Decimal.is_finite, numbers)):
            first, last, step = numbers
            points += _range(first, last, step, f"--at {text}")
        else:
            raise click.UsageError(f"--at {text}: a range must have the form first:last:step.")
    return points


def _range(first: Decimal, last: Decimal, step: Decimal, option: str) -> list[float]:
    """Return the points of a range in decimal arithmetic, so that 0.3 of 0:1:0.1 is 0.3, and 1 belongs to it."""
    with localcontext(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN):
        steps = (last - first) / step if step else Decimal(-1)
        if not 0 <= steps < LARGEST:
            raise click.UsageError(
                f"{option}: a step of {step} does not lead from {first} to {last} in fewer than {LARGEST:,} points."
            )
        return [float(first + step * k) for k in range(int(steps) + 1)]


def _function(name: str) -> Any:
    from verhulst.data.errors import did_you_mean
    from verhulst.functions._registry import FUNCTIONS

    known = sorted(FUNCTIONS)
    if name not in known:
        hint = did_you_mean(name, known, f"There are {', '.join(known)}.")
        raise click.UsageError(f"There is no function {name!r} of one argument.{hint}")
    return FUNCTIONS[name].ufunc


def dtype_named(name: str) -> Any:
    """Return the NumPy type with this name; bfloat16 is that of ml_dtypes."""
    import numpy as np

    if name != "bfloat16":
        return np.dtype(name)
    import ml_dtypes

    return np.dtype(ml_dtypes.bfloat16)


def _rows(points: list[float], names: list[str], kind: str) -> list[dict[str, float]]:
    import numpy as np

    with np.errstate(over="ignore", under="ignore"):
        z = np.array(points).astype(dtype_named(kind))
    columns = {"z": z.astype(float).tolist()}
    for name in names:
        columns[name] = _function(name)(z).astype(float).tolist()
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _print(rows: list[dict[str, float]], names: list[str], kind: str) -> None:
    from verhulst.cli.console import show_table

    digits = {"float64": 6, "float32": 6, "float16": 4, "bfloat16": 3}[kind]
    shown = {"sigmoid": "σ(z)", "sigmoid_derivative": "σ'(z)"}
    points = [typeset(str(dtype_named(kind).type(row["z"])).removesuffix(".0")) for row in rows]
    columns = [_column([row[name] for row in rows], digits) for name in names]
    show_table(["z", *(shown.get(name, name) for name in names)], list(zip(points, *columns, strict=True)), left=0)


def _column(values: list[float], digits: int) -> list[str]:
    """Format numbers with aligned decimal points if their sizes allow it, else with powers of ten."""
    whole = all(value == int(value) for value in values if abs(value) < 1e15)
    even = all(value == 0 or 1e-3 <= abs(value) < 1e3 for value in values)
    form = f".{digits}f" if even and not whole else f".{digits}g"
    return [typeset(f"{value:{form}}") for value in values]
