"""The verdict of an evaluation: what it says, and when."""

from __future__ import annotations

import pathlib
import shlex

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import brentq

import verhulst as vh
from verhulst.calibration.explanations import EXPLANATIONS, explanation
from verhulst.cli.group import verhulst

DOCS = pathlib.Path(__file__).parents[2] / "docs"
RNG = np.random.default_rng(12)
N = 900
# Outcomes that follow their probabilities more evenly than chance would have it.
Z = np.sort(RNG.normal(-0.5, 1.5, N))
Y = (np.arange(1, N + 1) * 0.6180339887498949 % 1.0 < vh.sigmoid(Z)).astype(float)


def judged(y, logits, **options):
    return vh.evaluate(y, logits=logits, replications=99, **options)


def balanced(logits):
    """Shift logits so that the mean probability is right."""
    truth = vh.sigmoid(Z).mean()
    return logits + brentq(lambda shift: vh.sigmoid(logits + shift).mean() - truth, -20.0, 20.0)


def bent():
    """Return logits that go up and down with the truth, with slope 1 and intercept 0 where rows are many."""
    wavy = Z + 1.5 * np.sin(2.0 * Z)
    return vh.regression.fit(wavy[:, None], vh.sigmoid(Z)).log_odds(wavy[:, None])


@pytest.mark.parametrize(
    ("logits", "ranking", "faults", "remedy", "words"),
    [
        (Z, "separate", (), "none", "Nothing in these 900 cases speaks against"),
        (2.5 * Z, "separate", ("too low", "too sure"), "calibrate", "too low on average"),
        (balanced(2.5 * Z), "separate", ("too sure",), "calibrate", "should be 0.39"),
        (balanced(0.4 * Z), "separate", ("too shy",), "calibrate", "too far from 0 and 1"),
        (Z + 0.6, "separate", ("too high",), "calibrate", "too high on average, by"),
        (Z - 0.6, "separate", ("too low",), "calibrate", "too low on average, by"),
        (balanced(-Z), "reversed", ("too sure",), "turn round", "wrong way round"),
        (balanced(RNG.permutation(Z)), "unclear", ("too sure",), "calibrate", "not clear"),
        (bent(), "separate", ("wrong in parts",), "calibrate", "not in all parts of their range"),
        (np.where(np.arange(N) == Y.argmax(), -np.inf, Z), "separate", ("wrong certainty",), "calibrate", "infinite"),
    ],
)
def test_what_is_wrong_is_said(logits, ranking, faults, remedy, words):
    found = judged(Y, logits).verdict
    assert (found.ranking, found.faults, found.remedy) == (ranking, faults, remedy)
    assert any(words in line for line in found.lines())
    assert len(found.sentences) == 2


def test_what_cannot_be_judged():
    one = judged(np.ones(50), Z[:50]).verdict
    assert one.ranking == "unknown"
    assert "all of one class" in one.sentences[0]
    fitted = vh.regression.fit(Z[:, None], Y).log_odds(Z[:, None])
    with pytest.warns(vh.calibration.CalibrationWarning):
        own = judged(Y, fitted).verdict
    assert (own.faults, own.remedy) == (("not judged",), "new rows")
    apart = vh.evaluate([0, 0, 0, 1, 1, 1], logits=[-3.0, -2, -1, 1, 2, 3]).verdict
    assert apart.faults == ()
    single = vh.evaluate([1], logits=[0.3]).verdict
    assert "nan" not in " ".join(single.lines())


def test_the_tests_are_those_of_the_record():
    """Wrong at half of 1 - level each: Cox's test, and the smooth calibration error."""
    for scale in (1.0, 1.1, 1.2, 1.3):
        result = judged(Y, scale * Z, level=0.9)
        expected = result.cox.test.p_value < 0.05 or result.smooth_ece.p_value < 0.05
        assert bool(result.verdict.faults) == expected, scale


def test_a_weight_counts_cases():
    w = RNG.integers(1, 4, N)
    repeated = judged(np.repeat(Y, w), np.repeat(Z, w))
    weighted = judged(Y, Z, sample_weight=w)
    assert weighted.mean_gap.value == pytest.approx(repeated.mean_gap.value, rel=1e-9)
    assert weighted.mean_gap.high == pytest.approx(repeated.mean_gap.high, rel=1e-9)
    assert weighted.mean_gap.value == pytest.approx(np.average(vh.sigmoid(Z) - Y, weights=w))


def test_it_stands_first_and_in_the_record():
    result = judged(Y, 2.5 * Z)
    assert repr(result).replace("\n", " ").startswith(result.verdict.sentences[0])
    assert "too sure" in result._repr_html_()
    assert result.to_dict()["verdict"]["faults"] == ["too low", "too sure"]


def test_every_number_is_explained():
    result = judged(Y, 20.0 * Z, by=Z > 0)
    names = [name for name, _ in result.rows()]
    assert {"as float16", "group True", "E50, E90, Emax"} <= set(names)
    text = "\n".join(result.lines(explained=True))
    for name in names:
        assert explanation(name).split(" ")[0] in text
    page = (DOCS / "explanation" / "honest-evaluation.md").read_text(encoding="utf-8")
    for name in EXPLANATIONS:
        assert f"| {name.strip()} |" in page, name


def test_the_command_line_opens_with_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = "\n".join(f"{2.0 * z},{'yes' if y else 'no'}" for z, y in zip(Z[:400], Y[:400], strict=True))
    (tmp_path / "my scores.csv").write_text(f"the score,won\n{rows}\n")
    given = ["my scores.csv", "--score", "the score", "--scores", "logits", "--target", "won", "--positive", "yes"]
    done = CliRunner().invoke(verhulst, ["evaluate", *given])
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("The scores separate the outcomes")
    assert "Expected calibration error" not in done.stdout
    (command,) = (line for line in done.stdout.splitlines() if "verhulst calibrate" in line)
    words = shlex.split(command.partition("verhulst ")[2])
    assert CliRunner().invoke(verhulst, words).exit_code == 0
    assert (tmp_path / "map.json").exists()
    explained = CliRunner().invoke(verhulst, ["evaluate", *given, "--explain"])
    assert "Expected calibration error" in explained.stdout
