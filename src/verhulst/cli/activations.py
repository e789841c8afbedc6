"""`verhulst activations`: the activation functions side by side."""

from __future__ import annotations

from typing import Any

import click

from verhulst._numbers import significant, typeset
from verhulst.cli import options
from verhulst.cli.names import separated

EPILOG = """
\b
Examples:
  verhulst activations
  verhulst activations sigmoid tanh relu
  verhulst activations --csv > activations.csv
"""


@click.command(name="activations", epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[ACTIVATION]...")
@options.json
@options.markdown
@options.csv
def command(names: tuple[str, ...], as_json: bool, as_csv: bool) -> None:
    """Compare activation functions: formula, range, centre, saturation, slope, cost, use.

    All values are computed from the functions.
    """
    from verhulst.cli.console import print_rows
    from verhulst.data.errors import did_you_mean
    from verhulst.functions.activations import activations

    names = tuple(name for text in names for name in separated(text, "ACTIVATION"))
    for name in names:
        if name not in activations:
            hint = did_you_mean(name, activations, f"There are {', '.join(activations)}.")
            raise click.UsageError(f"There is no activation {name!r}.{hint}")
    records = [facts(activations[name]) for name in names or activations]
    if as_json or as_csv:
        print_rows("activations", records, "activations", as_json)
    else:
        _print(records)


def facts(record: Any) -> dict[str, Any]:
    """Return the record of one function in `verhulst.activations`, flat."""
    low, high = record.range
    plain = (
        "zero_centred", "saturates_below", "saturates_above", "largest_derivative", "vanishes_below", "vanishes_above",
        "cost", "used_in", "use", "note",
    )  # fmt: skip
    first = {"name": record.name, "formula": record.formula, "lowest": low, "highest": high}
    return first | {name: getattr(record, name) for name in plain}


def _print(records: list[dict[str, Any]]) -> None:
    from verhulst.cli.console import show_prose, show_table

    measured = any(record["cost"] is not None for record in records)
    headings = ["function", "range", "centred", "constant", "slope ≤", "slope < 0.001"] + ["cost"] * measured
    rows = []
    for record in records:
        scalar = record["largest_derivative"] is not None
        cells = [
            record["name"],
            f"{_number(record['lowest'])} to {_number(record['highest'])}",
            "yes" if record["zero_centred"] else "no",
            _outside(record["saturates_below"], record["saturates_above"]),
            _number(record["largest_derivative"]) if scalar else "–",
            _outside(record["vanishes_below"], record["vanishes_above"]) if scalar else "–",
        ]
        if measured:
            cells.append("–" if record["cost"] is None else f"{record['cost']:.1f}×")
        rows.append(cells)
    show_table(headings, rows, left=len(headings))
    for record in records:
        show_prose(f"{record['name']}: {typeset(record['formula'])}", "bold")
        where = f"In {' and '.join(record['used_in'])}. " if record["used_in"] else ""
        show_prose(f"{where}{record['use']} {record['note']}".strip(), indent="  ")
    show_prose(
        "centred: the mean output is 0 for standard normal z. constant: where the float64 result is the limit. "
        "slope < 0.001: where a unit hardly learns." + (" cost: time relative to ReLU." if measured else "")
    )


def _outside(below: float | None, above: float | None) -> str:
    """Describe the part of the line outside [below, above]."""
    if below is not None and above is not None:
        return f"|z| ≥ {_number(above)}" if below == -above else f"z ≤ {_number(below)}, ≥ {_number(above)}"
    if below is not None:
        return f"z ≤ {_number(below)}"
    return "never" if above is None else f"z ≥ {_number(above)}"


def _number(value: float) -> str:
    return typeset(significant(value, 3))
