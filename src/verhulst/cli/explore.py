"""`verhulst explore`: the sigmoid explorer as one HTML file."""

from __future__ import annotations

import click

EPILOG = """
\b
Examples:
  verhulst explore
  verhulst explore -o lesson.html --open
  verhulst explore -o - > lesson.html
"""


@click.command(name="explore", epilog=EPILOG)
@click.option(
    "-o",
    "--output",
    "path",
    default="sigmoid-explorer.html",
    show_default=True,
    metavar="FILE",
    help='"-": standard output.',
)
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
def command(path: str, open_browser: bool) -> None:
    """Write the sigmoid explorer: one HTML file that needs no network.

    The name of the file goes to standard output.
    """
    from verhulst.explorer import explore

    if path == "-":
        if open_browser:
            raise click.UsageError("--open needs a file: give -o FILE.")
        click.echo(explore().page, nl=False)
        return
    click.echo(explore(path, open_browser=open_browser).path)
