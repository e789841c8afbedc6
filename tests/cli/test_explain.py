"""`verhulst explain`: numbers put into words."""

from __future__ import annotations

import json
import math
import re

import pytest
from click.testing import CliRunner, Result

import verhulst as vh
from verhulst.cli.group import verhulst


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verhulst, ["explain", *arguments], prog_name="verhulst")


def test_score() -> None:
    text = run("z", "2.5").stdout
    assert "probability  0.924142" in text
    assert "odds         12.1825 : 1   (one no in 13.2 cases)" in text
    assert "float32      0.924142; rounds to 1 in 14.8 more" in text


def test_negative_score_needs_no_dashes_of_its_own() -> None:
    assert "odds         1 : 20.0855   (one yes in 21.1 cases)" in run("z", "-3").stdout


def test_a_saturated_score_says_so() -> None:
    text = run("z", "20").stdout
    assert "float32      is 1: every larger score gives the same number" in text
    assert "1 − p = 2.06115e−09" in text
    assert "float16      is 0" in run("z", "-40").stdout


def test_probability() -> None:
    record = json.loads(run("p", "0.92", "--json").stdout)
    assert record["z"] == float(vh.logit(0.92))
    assert record["odds"] == pytest.approx(11.5)


def test_the_ends_of_probability_are_infinite_scores() -> None:
    assert "log-odds     ∞" in run("p", "1").stdout
    assert "log-odds     −∞" in run("p", "0").stdout
    assert "never yes" in run("p", "0").stdout


@pytest.mark.parametrize(
    ("w", "words"),
    [
        ("0.5", "64.9 % higher odds"),
        ("-0.7", "50.3 % lower odds"),
        ("0", "the odds do not change"),
        ("5", "148.413 times the odds"),
    ],
)
def test_coefficient(w: str, words: str) -> None:
    assert words in run("w", w).stdout


def test_coefficient_as_json() -> None:
    record = json.loads(run("w", "0.5", "--json").stdout)
    assert record["odds_ratio"] == pytest.approx(math.exp(0.5))
    assert record["steps"][2][1] == pytest.approx(float(vh.sigmoid(0.5)))
    steepest = float(vh.sigmoid(0.25)) - float(vh.sigmoid(-0.25))
    assert record["largest_change"] == pytest.approx(steepest)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["p", "1.5"], "A probability lies between 0 and 1"),
        (["z", "nan"], "not a number"),
        (["q", "1"], "'q' is not one of"),
        (["z", "cat"], "not a valid float"),
    ],
)
def test_refuses_with_a_sentence(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize("w", ["0.5237", "-0.1", "2", "1e-5", "30"])
def test_the_largest_change_is_a_bound(w: str) -> None:
    """It is rounded up: no probability changes by more than what is printed."""
    found = re.search(r"more than ([\d.]+) points", run("w", w).stdout)
    assert found is not None
    exact = 100 * abs(math.tanh(float(w) / 4))
    assert exact <= float(found[1]) <= 1.01 * exact
