"""`verhulst plot`: a figure of the visual reference as a file."""

from __future__ import annotations

import click

from verhulst.cli import options

EPILOG = """
\b
Examples:
  verhulst plot --list
  verhulst plot visual-reference -o sigmoid.svg
  verhulst plot precision -o precision.png --theme dark
  verhulst plot --all -o figures/
"""


@click.command(name="plot", epilog=EPILOG)
@click.argument("name", required=False)
@click.option("-o", "--output", "path", metavar="FILE", help="A .png, .svg or .pdf file; with --all a folder.")
@click.option("--theme", type=click.Choice(["light", "dark", "grey"]), default="light")
@click.option("--all", "everything", is_flag=True, help="Write every figure, as SVG, into a folder.")
@click.option("--list", "listing", is_flag=True, help="Print the names of the figures.")
@click.option("--json", "as_json", is_flag=True, help="With --list: print JSON.")
def command(name: str | None, path: str | None, theme: str, everything: bool, listing: bool, as_json: bool) -> None:
    """Draw a figure of the visual reference.

    The name of the file that was written goes to standard output.
    """
    from verhulst.figures.registry import FIGURES

    if listing:
        _print_list(FIGURES, as_json)
        return
    if everything == (name is not None):
        raise click.UsageError("Name one figure, or use --all; `verhulst plot --list` shows the names.")
    if path is None:
        raise click.UsageError("No output given: use -o FILE." if name else "No output given: use -o FOLDER.")
    from verhulst.data.atomic import check_writable
    from verhulst.figures.registry import format_of, plot, save

    if name is not None:
        format_of(path)
        check_writable(path)
        click.echo(save(plot(name, theme=theme), path))
        return
    folder = options.output_folder(path)
    for each in FIGURES:
        check_writable(folder / f"{each}.svg")
    for each in FIGURES:
        click.echo(save(plot(each, theme=theme), folder / f"{each}.svg"))


def _print_list(figures: dict[str, str], as_json: bool) -> None:
    from verhulst.cli.console import output, print_json

    if as_json:
        print_json("plot", {"figures": [{"name": name, "shows": text} for name, text in figures.items()]})
        return
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, text in figures.items():
        table.add_row(name, text)
    output().print(table)
