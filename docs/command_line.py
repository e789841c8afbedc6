"""Writes docs/reference/command-line.md from the commands themselves: `python docs/command_line.py`."""

from __future__ import annotations

import pathlib

import click

from verhulst.cli.group import verhulst

PAGE = pathlib.Path(__file__).parent / "reference" / "command-line.md"
WIDTH = 100

HEAD = """\
# The command line

<!-- Written by `python docs/command_line.py`; a test compares it with the commands. -->

Results go to standard output, messages to standard error; `-` stands for standard input or output. `--json` prints a
record that begins with its `schema_version`; in it, infinite numbers are the texts `"inf"` and `"-inf"`, and a number
that does not exist is `null`. `NO_COLOR` is honoured, and there are no colours and no progress bars where there is no
terminal. A table has no width where there is no terminal; on one that is too narrow, rows are printed as lists. Control
characters in data are printed as escapes.

`-` is standard output for a model or a report too (`verhulst fit ... -o - | verhulst predict - new.csv`); the table of
results is then not printed.

Output files are written whole or not at all: an interrupted command leaves what was there before, and says which of its
files it wrote. Devices and pipes are written to, and links followed; an existing file keeps its mode. A name that ends
in .gz, .bz2, .zst or .lz4 is that of a compressed file. An output must not be an input, or another output, of the same
command.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a quality gate failed (`--fail-if`) |
| 2 | usage: an unknown command, option, file, column, level or folder; an output that cannot be written |
| 3 | bad data, a model file that is damaged or of another version, or an error in the module that `audit model` runs |
| 70 | a fault in verhulst itself; please report it |
| 129, 130, 143 | hung up, interrupted, terminated |
"""


def page() -> str:
    """The page's text: the help of every command, as a terminal of 100 columns shows it."""
    settings = verhulst.context_settings | {"terminal_width": WIDTH, "max_content_width": WIDTH}
    return "\n".join([HEAD, *_blocks(verhulst, click.Context(verhulst, info_name="verhulst", **settings))])


def _blocks(command: click.Command, context: click.Context) -> list[str]:
    """The help of a command, and of those below it."""
    lines = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    blocks = [f"## `{context.command_path}`\n\n```text\n{lines}\n```\n"]
    for name in command.list_commands(context) if isinstance(command, click.Group) else []:
        inner = command.get_command(context, name)
        assert inner is not None
        width = {"terminal_width": WIDTH, "max_content_width": WIDTH}
        blocks += _blocks(inner, click.Context(inner, context, info_name=name, **width))
    return blocks


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
