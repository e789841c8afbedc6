"""The group of commands, imported when needed."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

from verhulst._version import __version__
from verhulst.cli.console import say
from verhulst.cli.outcome import exit_code
from verhulst.data.errors import did_you_mean

# In the order of --help. A command is the object `command` of the file with its name.
COMMANDS = (
    "demo",
    "check",
    "fit",
    "decide",
    "predict",
    "top",
    "calibrate",
    "evaluate",
    "audit",
    "table",
    "explain",
    "compare",
    "activations",
    "plot",
    "explore",
)

_REPORT = " A report is written by an option, --report FILE, of fit, compare and calibrate."


class Group(click.Group):
    """A click group whose commands are files that are imported when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in order."""
        return [name for name in COMMANDS if importlib.util.find_spec(f"verhulst.cli.{name}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command with this name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"verhulst.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with its whole first sentence, on as many lines as it takes."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, command.get_short_help_str(limit=1000)) for name, command in commands if command is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve as click does, and suggest the closest name for an unknown command."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            known = self.list_commands(ctx)
            hint = did_you_mean(name, known, f"The commands are {', '.join(known)}.") if name != "report" else _REPORT
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **more: Any) -> NoReturn:  # type: ignore[override]
        """Run the command given by the arguments, and exit with the exit code for its outcome."""
        if "_VERHULST_COMPLETE" in os.environ:
            _complete(lambda: super(Group, self).main(args, prog_name, **more))
        words = list(sys.argv[1:] if args is None else args)

        def run() -> Any:
            # Not click's own main, which exits with 1 if the reader of standard output has ended.
            try:
                with self.make_context(prog_name or "verhulst", words, **more) as context:
                    return self.invoke(context)
            except click.exceptions.Exit as end:
                return end.exit_code

        sys.exit(exit_code(run))


def _complete(main: Callable[[], object]) -> None:
    """Let click answer a shell that asks for completions, or for the script that asks; 1 is not its exit code."""
    try:
        main()
    except SystemExit as end:
        if not end.code:
            raise
        say(f"Error: _VERHULST_COMPLETE={os.environ['_VERHULST_COMPLETE']} is not an instruction such as bash_source.")
        raise SystemExit(2) from None


EPILOG = """
\b
Examples:
  verhulst demo
  verhulst fit votes.csv --target vote --positive Dole -o model.json
  verhulst predict model.json new.csv -o predictions.parquet

Results go to standard output, messages to standard error; "-" stands for standard input or output. Exit codes: 0 done,
1 a quality gate failed, 2 usage, 3 bad data or model file.
"""


@click.group(
    cls=Group,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True},
)
@click.version_option(__version__, message="verhulst %(version)s")
def verhulst() -> None:
    """Turn scores into probabilities: exactly, fast, and honestly."""
