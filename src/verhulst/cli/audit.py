"""`verhulst audit`: audit a torch model for misused sigmoids."""

from __future__ import annotations

from typing import Any

import click

from verhulst.cli import options

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

    MODULE:FACTORY is a function without arguments that returns (model, X, y, loss_fn); a few dozen rows are enough.
    """
    from verhulst.audit import torch_model

    report = torch_model(*_case(factory))
    if as_json:
        from verhulst.cli.console import print_json

        print_json("audit", report.to_dict())
    else:
        click.echo(repr(report))
    if report.has_errors:
        raise SystemExit(1)


def _case(factory: str) -> tuple[Any, ...]:
    """Return the result of the factory, imported with the working folder on the path."""
    import importlib
    import sys

    from verhulst.data.errors import did_you_mean

    module_name, separator, name = factory.partition(":")
    if not separator or not module_name or not name:
        raise click.UsageError(f"Write MODULE:FACTORY, such as training:audit_case, not {factory!r}.")
    sys.path.insert(0, "")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name.partition(".")[0] and error.name != module_name:
            raise
        raise click.UsageError(f"There is no module {module_name!r} in this folder or among the packages.") from error
    finally:
        sys.path.remove("")
    if not hasattr(module, name):
        hint = did_you_mean(name, [n for n in vars(module) if not n.startswith("_")])
        raise click.UsageError(f"Module {module_name!r} has no {name!r}.{hint}")
    case = getattr(module, name)()
    if not isinstance(case, tuple) or len(case) != 4:
        raise click.UsageError(f"{factory} must return (model, X, y, loss_fn), not {type(case).__name__}.")
    return case
