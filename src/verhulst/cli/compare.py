"""`verhulst compare`: two models of the same rows, side by side."""

from __future__ import annotations

import os
from dataclasses import asdict

import click

from verhulst.cli import activations, options

EPILOG = """
\b
Examples:
  verhulst compare small.json large.json
  verhulst compare small.json large.json --markdown
  verhulst compare small.json large.json --report both.html
"""


@click.command(name="compare", epilog=EPILOG)
@click.argument("models", nargs=-1, metavar="MODEL MODEL", type=options.InputFile())
@options.report
@options.json
@options.csv
@options.markdown
@click.pass_context
def command(context: click.Context, models: tuple[str, ...], report: str | None, as_json: bool, as_csv: bool) -> None:
    """Compare two models of the same outcome and the same rows: likelihood ratio, AIC, BIC.

    MODEL is a file written by `verhulst fit -o`. If one model has all columns of the other, the likelihood ratio tests
    its further columns. (Activation functions: verhulst activations.)
    """
    from verhulst._load import load
    from verhulst._numbers import typeset
    from verhulst.cli.console import print_json, print_rows, say, say_wrote, show_prose, show_table
    from verhulst.cli.names import kind_of
    from verhulst.data.atomic import write_text
    from verhulst.data.errors import ModelFileError
    from verhulst.regression.comparison_of_fits import compare_fits
    from verhulst.regression.table_fit import TableFit
    from verhulst.report.comparison_page import comparison_page

    if not any(name.endswith(".json") or os.path.exists(name) for name in models):
        if report is not None:
            raise click.UsageError("--report is for two models, files written by verhulst fit -o.")
        say("Note: Activation functions are compared by `verhulst activations`; this command is for models.")
        context.invoke(activations.command, names=models, as_json=as_json, as_csv=as_csv)
        return
    if len(models) != 2:
        raise click.UsageError(f"Two models are compared, not {len(models)}: verhulst compare MODEL MODEL")
    loaded = [load(name) for name in models]
    for name, model in zip(models, loaded, strict=True):
        if not isinstance(model, TableFit):
            raise ModelFileError(
                f"{name}: is {kind_of(model)}; models of `verhulst fit` with two outcomes are compared."
            )
    printed = options.prints(context, as_json or as_csv)
    found = compare_fits(*loaded)
    if report is not None:
        write_text(report, comparison_page(loaded, models))
    pair = (found.larger, found.smaller) if found.swapped else (found.smaller, found.larger)
    records = [{"model": name} | asdict(each) for name, each in zip(models, pair, strict=True)]
    if as_csv:
        print_rows("compare", records, "models", as_json=False)
    elif as_json:
        test = {name: getattr(found, name) for name in ("nested", "likelihood_ratio", "degrees_of_freedom", "p_value")}
        print_json("compare", {"models": records} | test | {"sentences": found.sentences()})
    elif printed:
        headings = ("model", "parameters", "log-likelihood", "AIC", "BIC")
        numbers = [
            (str(each.parameters), *(typeset(f"{x:.2f}") for x in (each.log_likelihood, each.aic, each.bic)))
            for each in pair
        ]
        show_table(headings, [(name, *row) for name, row in zip(models, numbers, strict=True)])
        for sentence in found.sentences():
            show_prose(sentence)
    say_wrote(report)
