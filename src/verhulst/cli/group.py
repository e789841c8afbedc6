"""The group of commands: imported when needed, with errors converted to messages and exit codes."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import traceback
from typing import IO, Any

import click

from verhulst._version import __version__
from verhulst.cli.console import say
from verhulst.data.errors import DataError, OutputError, RequestError, did_you_mean

# In the order of --help. A command is the object `command` of the file with its name.
COMMANDS = (
    "demo",
    "fit",
    "predict",
    "calibrate",
    "evaluate",
    "audit",
    "table",
    "explain",
    "compare",
    "plot",
    "explore",
)


class DataFault(click.ClickException):
    """Raised for invalid data or model files."""

    exit_code = 3

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message to standard error."""
        say(f"Error: {self.format_message()}")


class UsageFault(DataFault):
    """Raised if something on the command line does not exist."""

    exit_code = 2


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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve as click does, and suggest the closest name for an unknown command."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            known = self.list_commands(ctx)
            hint = did_you_mean(name, known, f"The commands are {', '.join(known)}.")
            raise click.UsageError(f"There is no command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors that the user can correct become a message and an exit code."""
        try:
            return super().invoke(ctx)
        except (RequestError, OutputError) as error:
            raise UsageFault(str(error)) from error
        except DataError as error:
            raise DataFault(str(error)) from error
        except FileNotFoundError as error:
            raise UsageFault(
                str(error) if error.errno is None else f"{error.filename}: there is no such file."
            ) from error
        except ModuleNotFoundError as error:
            raise UsageFault(_what_to_install(error)) from error
        except BrokenPipeError:
            # The reader of standard output has ended (`| head`): not an error, but the rest cannot be flushed at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from None
        except KeyboardInterrupt:
            say("Interrupted; no output file was written.")
            raise SystemExit(130) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:
            traceback.print_exc()
            say("This is a fault in verhulst, not in your data. Please report it with the lines above.")
            raise SystemExit(70) from None


def _what_to_install(error: ModuleNotFoundError) -> str:
    extras = {"matplotlib": "figures", "torch": "torch", "jax": "jax", "dask": "dask", "sklearn": "sklearn"}
    module = (error.name or "").partition(".")[0]
    extra = extras.get(module, "cli")
    return f"This needs {module}, which is not installed: pip install 'verhulst[{extra}]'"


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
