"""Numbers in words."""

import math

import numpy as np
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst._numbers import number, percent, ratio
from verhulst.cli.group import verhulst
from verhulst.report.effects import Effect, in_steps
from verhulst.report.words import effect_in_words


def effect(b: float, error: float = 0.1, **changes: object) -> Effect:
    fields = {
        "name": "x", "column": "x", "level": None, "reference": None, "coefficient": b, "standard_error": error,
        "z": b / error, "p_value": 0.01, "odds_ratio": math.exp(b), "lower": math.exp(b - 2 * error),
        "upper": math.exp(b + 2 * error), "state": "estimated",
    }  # fmt: skip
    return Effect(**(fields | changes))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"), (1.0, "1.00"), (9.996, "10.0"), (-0.5, "−0.500"), (1e-300, "1.00·10⁻³⁰⁰"), (1.5e12, "1.50·10¹²"),
        (math.nan, "–"), (-math.inf, "−∞"), (999.9, "1,000"),
    ],
)  # fmt: skip
def test_numbers(value, said):
    assert number(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(1.0, "1.00"), (1.5, "1.50"), (1.0001234, "1.00012"), (0.99, "0.990"), (math.inf, "∞"), (0.0, "0")],
)
def test_ratios_are_told_from_one(value, said):
    assert ratio(value) == said


@pytest.mark.parametrize(
    ("b", "error", "label", "shown"),
    [
        (-2.3e-6, 4e-7, "x (per 100,000)", math.exp(-0.23)),
        (4e-7, 2e-6, "x (per 100,000)", math.exp(0.04)),
        (1e-6, 0.3, "x", math.exp(1e-6)),  # a column of 0 and 1 without an effect
        (0.0012, 0.0001, "x", math.exp(0.0012)),
    ],
)
def test_ratios_per_unit_that_are_all_1_are_for_a_larger_step(b, error, label, shown):
    [found] = in_steps([effect(b, error)])
    assert found.label == label
    # An odds ratio next to 1 has its logarithm to half a unit of 1, times the step.
    assert found.odds_ratio == pytest.approx(shown, rel=found.step * 2.3e-16, abs=0)
    assert math.log(found.upper / found.lower) == pytest.approx(found.step * 4 * error, rel=1e-6)
    assert (found.coefficient, found.name) == (b, "x")


@pytest.mark.parametrize(
    "changes", [{"level": "a"}, {"state": "left out", "odds_ratio": math.nan}, {"state": "infinite", "odds_ratio": 0.0}]
)
def test_other_ratios_stay(changes):
    given = effect(0.0 if "state" in changes else 1e-6, 1e-6, **changes)
    [found] = in_steps([given])
    assert found.label == "x"
    assert str(found.odds_ratio) == str(given.odds_ratio)


def test_the_command_and_the_report_have_the_same_steps(tmp_path):
    rng = np.random.default_rng(4)
    income = rng.integers(20_000, 90_000, 500)
    y = (rng.random(500) < vh.sigmoid((income - 5e4) / 4e4)).astype(int)
    model = vh.fit_table({"income": income, "y": y}, "y")
    vh.data.write_table(vh.data.read_table({"income": income, "y": y}), tmp_path / "t.csv")
    done = CliRunner().invoke(verhulst, ["fit", f"{tmp_path}/t.csv", "-t", "y", "--report", f"{tmp_path}/r.html"])
    assert "income (per 10,000)" in done.stdout
    printed = done.stdout.split("income (per 10,000)")[1].split()[0]
    assert float(printed) == pytest.approx(math.exp(1e4 * model.fit.slopes[0]), rel=5e-3)
    html = (tmp_path / "r.html").read_text()
    assert f'income (per 10,000)</th><td class="number">{printed}</td>' in html
    table = CliRunner().invoke(verhulst, ["fit", f"{tmp_path}/t.csv", "-t", "y", "--csv"]).stdout
    assert float(table.splitlines()[2].split(",")[9]) == pytest.approx(math.exp(model.fit.slopes[0]), rel=1e-15)


def test_percent():
    assert [percent(x) for x in (0.0, 1.0, 0.5, 0.004, 0.0001)] == ["0.0 %", "100.0 %", "50.0 %", "0.40 %", "0.010 %"]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (effect(math.log(3)), "x one higher: 3.00 times the odds of y = 1 (95 % interval: 2.46 to 3.66 times)."),
        (effect(math.log(1.5)), "x one higher: 50 % higher odds of y = 1 (95 % interval: 23 % to 83 % higher)."),
        (effect(math.log(0.5)), "x one higher: 50 % lower odds of y = 1 (95 % interval: 39 % to 59 % lower)."),
        (effect(0.009, 0.001), "x 10 higher: 9.4 % higher odds of y = 1 (95 % interval: 7.3 % to 12 % higher)."),
        (effect(-2e-5, 1e-6), "x 10,000 higher: 18 % lower odds of y = 1 (95 % interval: 16 % to 20 % lower)."),
        (effect(0.1, 0.3), "x one higher: 11 % higher odds of y = 1 (95 % interval: 0.607 to 2.01 times)."),
        (
            effect(math.log(3), name="g[b]", column="g", level="b", reference="a"),
            "g 'b' instead of 'a': 3.00 times the odds of y = 1 (95 % interval: 2.46 to 3.66 times).",
        ),
        (effect(math.nan, state="left out"), "x was left out: it is a combination of other columns."),
        (effect(math.log(3), state="penalised"), "x one higher: 3.00 times the odds of y = 1."),
    ],
)
def test_effects_in_words(one, said):
    assert effect_in_words(one, "y = 1") == said


def test_an_infinite_effect():
    infinite = effect(1.0, coefficient=-math.inf, state="infinite")
    assert "are lower without limit" in effect_in_words(infinite, "y = 1")
