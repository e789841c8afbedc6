"""Which options belong to which outputs of a command: one that none of the outputs shows is refused, not ignored."""

from __future__ import annotations

from collections.abc import Mapping

import click
from click.core import ParameterSource

from verhulst.cli.console import MARKDOWN

# What a command can print, one of them, and what it can write beside.
PRINTED = ("text", "markdown", "json", "csv")
_NAMES = {"text": "printed text", "markdown": "--markdown", "json": "--json", "csv": "--csv", "report": "--report"}

_TABLES = frozenset({"text", "markdown", "json", "csv", "report"})
_HELD_OUT = _TABLES - {"csv"}

# The parameters of commands that change some of the outputs only; any other parameter changes all of them.
SHOWN: Mapping[str, Mapping[str, frozenset[str]]] = {
    "fit": {
        "log_odds": frozenset({"text", "markdown"}),
        "cv": _HELD_OUT,
        "test": _HELD_OUT,
        **dict.fromkeys(("level", "interval", "covariance", "clusters", "effects"), _TABLES),
    },
    "evaluate": {"explained": frozenset({"text"})},
}

_DOES = {"explained": "adds sentences to"}


def require_shown(context: click.Context, as_json: bool, as_csv: bool = False, printed: bool = True) -> None:
    """Raise if an option was given that none of the outputs shows.

    Parameters
    ----------
    as_json, as_csv : bool
    printed : bool
        Whether anything is printed; a file may go to standard output instead.

    Raises
    ------
    click.UsageError
    """
    form = "json" if as_json else "csv" if as_csv else "markdown" if context.meta.get(MARKDOWN) else "text"
    outputs = {form} if printed else set()
    outputs |= {"report"} if context.params.get("report") is not None else set()
    for name, where in SHOWN[str(context.info_name)].items():
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if not given or outputs & where:
            continue
        option = next(each.opts[0] for each in context.command.params if each.name == name)
        known = [_NAMES[each] for each in (*PRINTED, "report") if each in where]
        shown = known[0] if len(known) == 1 else f"{', '.join(known[:-1])} and {known[-1]}"
        instead = f"leave {_NAMES[form]} out" if printed else "a file goes to standard output; name it"
        raise click.UsageError(f"{option} {_DOES.get(name, 'is only for')} {shown}: {instead}, or leave {option} out.")
