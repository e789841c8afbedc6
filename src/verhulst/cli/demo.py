"""`verhulst demo`: a fit of real data, with an explanation."""

from __future__ import annotations

import click

from verhulst._numbers import number
from verhulst.cli import options

EPILOG = """
\b
Example:
  verhulst demo --output demo
"""


@click.command(name="demo", epilog=EPILOG)
@click.option(
    "--output", "-o", "folder", default=".", metavar="FOLDER", help="The output folder; created if its parent exists."
)
def command(folder: str) -> None:
    """Fit real data, explain the result, and write a report.

    The data are the votes of 944 respondents of the American National Election Study of 1996. Writes anes96.csv,
    anes96-model.json and anes96-report.html.
    """
    from verhulst.cli.console import say, say_wrote, show, show_prose
    from verhulst.cli.effects_table import print_effects
    from verhulst.data.dataset import load_dataset
    from verhulst.data.write import write_table
    from verhulst.regression.fitting_tables import fit_table
    from verhulst.report.contents import contents_of_table
    from verhulst.report.write import report as write_report

    place = options.output_folder(folder)
    data, model_file, report = (place / name for name in ("anes96.csv", "anes96-model.json", "anes96-report.html"))
    for path in (data, model_file, report):
        options.expect_output(str(path))
    table = load_dataset("anes96")
    model = fit_table(table, "vote", positive="Dole", reference={"party": "independent"})
    contents = contents_of_table(model)
    write_table(table, data)
    model.save(model_file)
    write_report(model, report)

    show("From answers to probabilities\n", "bold")
    show_prose(
        "In 1996, 944 Americans were asked whom they would vote for: 551 said Bill Clinton, 393 Bob Dole. A logistic "
        "regression estimates how the odds of a vote for Dole depend on party, place on the left-right scale, "
        "television news, age, education and income:"
    )
    show("\n    probability = σ(b₀ + b₁x₁ + b₂x₂ + ...)      σ(z) = 1/(1 + e⁻ᶻ)")
    print_effects(contents.effects, contents.level)
    show("In words\n", "bold")
    for sentence in contents.in_words:
        show_prose(sentence, bullet="• ", indent=" ")
    show()
    show_prose(_example(model))
    show("\nNext\n", "bold")
    for line in (
        f"open {report}",
        f"verhulst fit {data} --target vote --positive Dole --columns age,income",
        f"verhulst predict {model_file} {data} | head -3",
        "verhulst fit YOUR.csv --target COLUMN -o model.json --report report.html",
    ):
        show(f"  {line}")
    say("")
    say_wrote(data, model_file, report)


def _example(model: object) -> str:
    """Print the probability of one person, computed step by step."""
    from verhulst.regression.table_fit import TableFit

    assert isinstance(model, TableFit)
    person = {
        "party": ["independent"], "self_placement": [4], "tv_news": [3], "age": [40], "education": [4], "income": [17],
    }  # fmt: skip
    z = float(model.log_odds(person)[0])
    p = float(model.predict_proba(person)[0, 1])
    low, high = (float(end[0]) for end in model.predict_interval(person))
    return (
        f"An independent in the middle of the scale, 40 years old, with average education and income: z = {number(z)}, "
        f"so σ(z) = {p:.2f}: a probability of {100 * p:.0f}\u00a0% to vote for Dole (95\u00a0% interval: "
        f"{100 * low:.0f}\u00a0% to {100 * high:.0f}\u00a0%)."
    )
