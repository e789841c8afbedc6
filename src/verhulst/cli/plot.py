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
@click.option(
    "-o", "--output", "path", metavar="FILE", help='A .png, .svg or .pdf file, "-" for SVG; with --all a folder.'
)
@click.option("--theme", type=click.Choice(["light", "dark", "grey"]), default="light")
@click.option("--all", "everything", is_flag=True, help="Write every figure, as SVG, into a folder.")
@click.option("--list", "listing", is_flag=True, help="Print the names of the figures.")
@click.option("--json", "as_json", is_flag=True, help="With --list: print JSON.")
def command(name: str | None, path: str | None, theme: str, everything: bool, listing: bool, as_json: bool) -> None:
    """Draw a figure of the visual reference.

    The name of the file that was written goes to standard output.
    """
    if listing and (name is not None or everything or path is not None):
        raise click.UsageError("--list prints the names and draws nothing: omit the rest.")
    if as_json and not listing:
        raise click.UsageError("--json goes with --list: a figure is no JSON.")
    if path == "" and not everything:
        raise click.UsageError("the name of the output is empty.")
    _load_matplotlib()
    from verhulst.figures.registry import FIGURES

    if listing:
        _print_list(FIGURES, as_json)
        return
    if everything == (name is not None):
        raise click.UsageError("Name one figure, or use --all; `verhulst plot --list` shows the names.")
    if path is None:
        raise click.UsageError("No output given: use -o FILE." if name else "No output given: use -o FOLDER.")
    from verhulst.cli.console import show
    from verhulst.figures.registry import format_of, plot, save

    if name is not None:
        path = options.standard_or_named(path)
        files = {name: path}
        format_of(path)
    else:
        folder = options.output_folder(path)
        files = {each: str(folder / f"{each}.svg") for each in FIGURES}
    for file in files.values():
        options.expect_output(file)
    for each, file in files.items():
        save(plot(each, theme=theme), file)
        if file != "-":
            show(file)


def _load_matplotlib() -> None:
    """Import matplotlib, which refuses settings of the environment (MPLBACKEND) by an error.

    Raises
    ------
    click.UsageError
        If it does so.
    """
    try:
        import matplotlib  # noqa: F401
    except ValueError as error:
        raise click.UsageError(f"matplotlib cannot be used: {error}.") from None


def _print_list(figures: dict[str, str], as_json: bool) -> None:
    from verhulst.cli.console import print_json, show

    if as_json:
        print_json("plot", {"figures": [{"name": name, "shows": text} for name, text in figures.items()]})
        return
    longest = max(map(len, figures))
    show("\n".join(f"{name:<{longest}}  {text}" for name, text in figures.items()))
