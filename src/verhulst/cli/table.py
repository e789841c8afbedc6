"""`verhulst table`: the key values of the sigmoid."""

from __future__ import annotations

import click

POINTS = (-6.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, 6.0)

EPILOG = """
\b
Examples:
  verhulst table
  verhulst table --at -3 --at 0.5
  verhulst table --json
"""


@click.command(name="table", epilog=EPILOG)
@click.option("--at", "points", type=float, multiple=True, metavar="Z", help="A point to tabulate (repeatable).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(points: tuple[float, ...], as_json: bool) -> None:
    """Print the key values z, σ(z) and σ'(z).

    By default at −6, −4, −2, −1, 0, 1, 2, 4 and 6.
    """
    import verhulst as vh
    from verhulst.cli.console import output, print_json

    rows = [
        {"z": z, "sigmoid": float(vh.sigmoid(z)), "sigmoid_derivative": float(vh.sigmoid_derivative(z))}
        for z in points or POINTS
    ]
    if as_json:
        print_json("table", {"rows": rows})
        return
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("z", "σ(z)", "σ'(z)"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(f"{row['z']:g}".replace("-", "−"), f"{row['sigmoid']:.6f}", f"{row['sigmoid_derivative']:.6f}")
    output().print(table)
