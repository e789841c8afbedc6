"""`verhulst explore`: the sigmoid explorer as one HTML file."""

from __future__ import annotations

import click

from verhulst.cli import options

EPILOG = """
\b
Examples:
  verhulst explore
  verhulst explore -o lesson.html --open
  verhulst explore -o - > lesson.html
"""


@click.command(name="explore", epilog=EPILOG)
@options.output('"-": standard output.', options.OutputFile(), default="sigmoid-explorer.html")
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
def command(output: str, open_browser: bool) -> None:
    """Write the sigmoid explorer: one HTML file that needs no network.

    The name of the file goes to standard output.
    """
    from verhulst.cli.console import show
    from verhulst.data.atomic import write_text
    from verhulst.explorer import explore

    if output == "-":
        if open_browser:
            raise click.UsageError("--open needs a file: use -o FILE.")
        write_text("-", explore().page)
        return
    show(str(explore(output, open_browser=open_browser).path))
