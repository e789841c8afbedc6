"""Output: results on standard output, messages on standard error.

Rich uses no colours if NO_COLOR is set, or without a capable terminal.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import sys
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any, Literal

import click
from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from verhulst.cli.plain_text import as_shown, make_plain_where_needed
from verhulst.data.atomic import standard_output, write_text
from verhulst.data.errors import ReadingWarning
from verhulst.data.json_text import json_text
from verhulst.data.printable import printable

# The mark of a command whose tables are to be Markdown.
MARKDOWN = "verhulst.markdown"
# The width of prose where there is no terminal. Tables have no width there.
_PAGE = 80
# Wider than any table.
_ENDLESS = 1_000_000
# A name in a table is cut here, never a number.
_LONGEST_NAME = 60
# The first column of a table is folded only if this is left of it.
_NARROWEST_NAME = 12


def say(text: str) -> None:
    """Print a message on standard error, unwrapped, so that it can be searched and piped.

    One that cannot be written (a full disk, a reader that has ended) does not stop the work, nor change its exit code.
    """
    make_plain_where_needed(sys.stderr)
    try:
        print(printable(text), file=sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def discard(stream: IO[str]) -> None:
    """Send what a stream still holds nowhere, because Python writes it at exit, which could fail again."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def show(text: str = "", style: str = "") -> None:
    """Print a result on standard output, with what a terminal would obey escaped."""
    _print(Text(printable(text), style), _ENDLESS)


def show_prose(text: str, style: str = "", *, bullet: str = "", indent: str = "") -> None:
    """Print sentences, folded to the width of the terminal."""
    width = max(20, (terminal_width() or _PAGE) - 1)
    first, more = indent + bullet, indent + " " * len(bullet)
    kept = printable(text).replace(" %", "\u00a0%")
    lines = textwrap.fill(kept, width, initial_indent=first, subsequent_indent=more, break_on_hyphens=False)
    _print(Text(lines, style), _ENDLESS)


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> None:
    """Print a table whose first column names the rows. No number of it is ever cut.

    On a terminal that is too narrow, the names are folded, or each row is printed as a list. Elsewhere a table has no
    width.

    Parameters
    ----------
    headings, rows : sequences of text
    left : int
        The number of columns that are aligned on the left: of words, not of numbers.
    """
    cells = [[_cell(shortened(name)), *map(_cell, rest)] for name, *rest in rows]
    shown = [_cell(heading) for heading in headings]
    context = click.get_current_context(silent=True)
    if context is not None and context.meta.get(MARKDOWN):
        _print(Text(_markdown(shown, cells, left)), _ENDLESS)
        return
    table = _table(shown, cells, left)
    needed, width = output(_ENDLESS).measure(table).maximum, terminal_width()
    if width is None or needed <= width:
        _print(table, needed)
        return
    longest = max(cell_len(row[0]) for row in [shown, *cells])
    if width - (needed - longest) >= _NARROWEST_NAME:
        _print(table, width)
        return
    longest = max(map(cell_len, shown))
    for name, *values in cells:
        listed = [f"  {set_cell_size(head, longest)}  {value}" for head, value in zip(shown[1:], values, strict=True)]
        _print(Text("\n".join([f"{shown[0]} {name}", *listed])), _ENDLESS)


def _markdown(headings: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> str:
    """Return a table in Markdown, between empty lines."""
    marks = ["---" if place < left else "---:" for place in range(len(headings))]
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in (headings, *rows)]
    lines = [f"| {' | '.join(row)} |" for row in (escaped[0], marks, *escaped[1:])]
    return "\n".join(["", *lines, ""])


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> Table:
    heads = box.SIMPLE_HEAD if as_shown("─", sys.stdout) == "─" else box.ASCII
    table = Table(box=heads, pad_edge=False)
    for place, heading in enumerate(headings):
        side: Literal["left", "right"] = "left" if place < left else "right"
        table.add_column(heading, justify=side, no_wrap=place > 0, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _cell(text: str) -> str:
    """Return text for a table, in one line and as standard output can show it."""
    return as_shown(printable(text).replace("\n", "\\n").replace("\t", "\\t"), sys.stdout)


def shortened(name: str) -> str:
    """Return a name, cut if it is very long, for a table."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."


def terminal_width() -> int | None:
    """Return the width of standard output in columns; None if it is no terminal, because a pipe has no width."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def output(width: int = _ENDLESS) -> Console:
    """Return a console for one text, as wide as given, with the colours of standard output."""
    terminal = sys.stdout.isatty() or None
    return Console(file=io.StringIO(), width=width, force_terminal=terminal, highlight=False, markup=False)


def _print(content: Text | Table, width: int) -> None:
    console = output(width)
    console.print(content, soft_wrap=isinstance(content, Text))
    make_plain_where_needed(sys.stdout)
    with standard_output():
        sys.stdout.write(console.file.getvalue())  # type: ignore[attr-defined]  # it is a StringIO


@contextmanager
def reading_said(kind: type[Warning] = ReadingWarning) -> Iterator[None]:
    """Print warnings of a kind as notes, by default those on how columns were read."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", kind)
        yield
    said = [str(warning.message) for warning in caught if issubclass(warning.category, kind)]
    for text in dict.fromkeys(said):  # a file may be read several times
        say(f"Note: {text[:1].upper()}{text[1:]}.")
    for warning in caught:
        if not issubclass(warning.category, kind):
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def say_wrote(*paths: object) -> None:
    """Print the names of written files; None and standard output are skipped."""
    for path in paths:
        if path is not None and path != "-":
            say(f"Wrote {path}")


def print_rows(command: str, rows: list[dict[str, Any]], key: str, as_json: bool, **more: Any) -> None:
    """Print rows on standard output, as JSON under a key or as CSV."""
    if as_json:
        print_json(command, more | {key: rows})
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text("-", text.getvalue())


def print_json(command: str, record: dict[str, Any]) -> None:
    """Print a record on standard output as JSON, beginning with the schema version.

    JSON has no infinity and no nan: an infinite number is written as the text "inf" or "-inf", nan as null. JSON is
    UTF-8, whatever the encoding of the terminal.
    """
    document = {"schema_version": 1, "command": command} | record
    write_text("-", json_text(document, indent=2, infinity_as_text=True) + "\n")
