"""`verhulst audit`: audit a torch model for misused sigmoids."""

from __future__ import annotations

import importlib
import io
import pathlib
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

import click

from verhulst.cli import options
from verhulst.cli.outcome import UserCodeError

EPILOG = """
\b
Example:
  verhulst audit model training:audit_case

where training.py, in this folder, has a function

\b
  def audit_case():
      return model, X, y, loss_fn

The exit code is 1 if at least one error was found.
"""


@click.group(name="audit")
def command() -> None:
    """Audit a model: `audit model` finds misused sigmoids and softmaxes."""


@command.command(name="model", epilog=EPILOG)
@click.argument("factory", metavar="MODULE:FACTORY")
@options.json
def model(factory: str, as_json: bool) -> None:
    """Audit a torch model.

    MODULE:FACTORY is a function without arguments that returns (model, X, y, loss_fn); a few dozen rows are enough. The
    module is imported and the function is called: this runs whatever code they contain.
    """
    from verhulst.audit import torch_model
    from verhulst.cli.console import print_json, show

    case = _case(factory)
    with _user_code(factory):
        report = torch_model(*case)
    if as_json:
        print_json("audit", report.to_dict())
    else:
        show(repr(report))
    if report.has_errors:
        raise SystemExit(1)


def _case(factory: str) -> tuple[Any, ...]:
    """Return the result of the factory, imported with the working folder on the path."""
    from verhulst.data.errors import did_you_mean

    module_name, separator, name = factory.partition(":")
    if not separator or not name or not all(map(str.isidentifier, module_name.split("."))):
        raise click.UsageError(
            f"Write MODULE:FACTORY, such as training:audit_case, not {factory!r}.{_as_module(factory)}"
        )
    sys.path.insert(0, "")
    try:
        with _user_code(factory):
            module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise click.UsageError(
            f"There is no module {module_name!r} in this folder or among the packages.{_as_module(factory)}"
        ) from error
    finally:
        sys.path.remove("")
    if not hasattr(module, name):
        hint = did_you_mean(name, [n for n in vars(module) if not n.startswith("_")])
        raise click.UsageError(f"Module {module_name!r} has no {name!r}.{hint}")
    if not callable(getattr(module, name)):
        raise click.UsageError(f"{factory} is no function but {type(getattr(module, name)).__name__}.")
    with _user_code(factory):
        case = getattr(module, name)()
    if not isinstance(case, tuple) or len(case) != 4:
        raise click.UsageError(f"{factory} must return (model, X, y, loss_fn), not {type(case).__name__}.")
    return case


def _as_module(factory: str) -> str:
    """Return a hint where the name of a file was given for that of a module."""
    file, separator, name = factory.partition(":")
    if not file.endswith(".py"):
        return ""
    module = file.removeprefix("./").removesuffix(".py").replace("/", ".")
    return f" A module is named without the ending: {module}:{name if separator and name else 'FACTORY'}."


class _Messages(io.TextIOBase):
    """Standard error, which code that takes it for standard output can close without harm."""

    def write(self, text: str) -> int:
        """Write a text."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Send what was written."""
        sys.stderr.flush()


@contextmanager
def _user_code(factory: str) -> Iterator[None]:
    """Run code that the user named: its output goes to standard error, and its errors are told apart from ours.

    Raises
    ------
    UserCodeError
        If it raises an error, or ends the process.
    ModuleNotFoundError
        If a module is not installed.
    """
    try:
        with redirect_stdout(_Messages()):
            yield
    except (ModuleNotFoundError, KeyboardInterrupt):
        raise
    except (Exception, SystemExit) as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        ours = pathlib.Path(__file__).parents[1] in pathlib.Path(frame.filename).parents
        if ours and not isinstance(error, ValueError | TypeError | SystemExit):
            raise
        # A syntax error says its place itself.
        where = "" if ours or isinstance(error, SyntaxError) else f" ({frame.filename}, line {frame.lineno})"
        raise UserCodeError(f"{factory} raised {type(error).__name__}: {error}{where}.") from error
