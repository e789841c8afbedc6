"""Numbers in words."""

import math

import pytest

from verhulst._numbers import number, percent, ratio
from verhulst.report.effects import Effect
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
