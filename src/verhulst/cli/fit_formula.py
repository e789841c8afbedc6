"""`verhulst fit --formula`: the columns of X as a formula."""

from __future__ import annotations

import warnings
from typing import Any

import click

from verhulst.cli import options

# What a formula says by itself.
_SAID = ("target", "columns", "exclude", "categorical", "reference", "dates", "lump", "clusters", "checkpoint")

option = click.option(
    "--formula", metavar="TEXT", help="The target and the columns as a formula, such as 'y ~ log(x) + C(g)'."
)


def check(request: dict[str, Any], clusters: str | None, on_cluster: bool) -> None:
    """Check that there is a target, and that nothing is said twice.

    Raises
    ------
    click.UsageError
        If there is neither target nor formula, or an option that does not go with a formula.
    """
    if request["formula"] is None:
        if request["target"] is None:
            raise click.UsageError("Missing option '--target' / '-t', or --formula.")
        return
    given = request | {"clusters": clusters}
    odd = [name for name in _SAID if given.get(name) and not (name == "reference" and request["multinomial"])]
    if odd:
        flag = {"dates": "date"}.get(odd[0], odd[0])
        raise click.UsageError(f"--{flag} cannot be used with --formula, which names target and columns itself.")
    if on_cluster:
        raise click.UsageError("a formula is fitted in this process: leave --scheduler and --workers out.")


def fit(data: Any, request: dict[str, Any]) -> tuple[Any, Any]:
    """Return the fitted model and the table."""
    from verhulst.cli.console import reading_said
    from verhulst.cli.names import references
    from verhulst.cli.progress import shown_progress
    from verhulst.data.batches import kept_table
    from verhulst.data.errors import ColumnWarning, ReadingWarning
    from verhulst.data.memory_limit import bytes_allowed
    from verhulst.data.read import read_fields
    from verhulst.regression.fitting_tables import fit_formula

    options.two_penalties(request["C"], request["firth"])
    form, formula = request["form"], request["formula"]
    names = ("positive", "missing", "weights", "offset", "multinomial", "cv", "group", "seed", "test", "C", "firth")
    asked = {name: request[name] for name in names if name in request}
    if request["multinomial"]:
        asked["reference"] = references(request["reference"])
    target = formula.partition("~")[0].strip().strip("`")
    with shown_progress() as callback:
        limit = bytes_allowed(request["memory_limit"])
        kept = kept_table(data, None, limit, texts=[target], form=form, callback=callback)
    table = read_fields(data, form) if kept is None else kept
    with reading_said():
        # Warnings of the fit are printed as cautions, with remedies.
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("always", ReadingWarning)
        warnings.simplefilter("ignore", ColumnWarning)
        return fit_formula(formula, table, **asked), table
