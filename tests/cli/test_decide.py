"""`verhulst decide`: the threshold of two costs, judged on the held-out rows of a model file."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst

USAGE, DATA = 2, 3


def run(*arguments):
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(2)
    x = rng.normal(size=500)
    table = {"x": x, "y": (rng.random(500) < 1 / (1 + np.exp(1 - 2 * x))).astype(int)}
    fitted = vh.fit_table(table, "y", cv=5)
    fitted.save("m.json")
    vh.fit_table(table, "y").save("plain.json")
    return fitted


@pytest.mark.parametrize(("false_positive", "false_negative"), [(1.0, 9.0), (10.0, 60.0), (3.0, 0.5)])
def test_the_decision_is_that_on_the_held_out_rows(model, false_positive, false_negative):
    costs = ("--false-positive", str(false_positive), "--false-negative", str(false_negative))
    found = json.loads(run("decide", "m.json", *costs, "--json").stdout)
    cases = model.held_out.cases
    p = np.asarray(vh.sigmoid(cases.log_odds))
    threshold = false_positive / (false_positive + false_negative)
    assert found["threshold"] == threshold
    acted = p >= threshold
    false, missed = int((acted & (cases.y == 0)).sum()), int((~acted & (cases.y == 1)).sum())
    # A model file holds totals of cells of probabilities: a case near the threshold may be on its other side.
    near = int((np.abs(p - threshold) < 0.01).sum())
    assert abs(found["false_positives"] - false) <= near
    assert abs(found["false_negatives"] - missed) <= near
    assert found["cost"] == pytest.approx(
        (found["false_positives"] * false_positive + found["false_negatives"] * false_negative) / 500
    )
    assert found["cost_of_nobody"] == pytest.approx(cases.y.mean() * false_negative)
    assert found["cost_of_all"] == pytest.approx((1 - cases.y.mean()) * false_positive)
    printed = run("decide", "m.json", *costs)
    assert printed.exit_code == 0
    assert "for y = 1 on; judged on 500 rows in 5 folds" in printed.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("plain.json", "--false-positive", "1", "--false-negative", "2"),
            USAGE,
            "Fit it once more with --cv 10, or with --test FILE",
        ),
        (("m.json", "--false-positive", "1"), USAGE, "Missing option '--false-negative'"),
        (("m.json", "--false-positive", "0", "--false-negative", "2"), USAGE, "--false-positive"),
        (("m.json", "--false-positive", "nan", "--false-negative", "2"), USAGE, "is not a number"),
        (("m.json", "--false-positive", "1", "--false-negative", "inf"), USAGE, "the costs must be finite"),
        (("none.json", "--false-positive", "1", "--false-negative", "2"), USAGE, "no such file"),
        (("c.json", "--false-positive", "1", "--false-negative", "2"), USAGE, "is no model of `verhulst fit`"),
    ],
)
def test_bad_requests(model, arguments, code, said):
    vh.calibrate([-1.0, 0.0, 1.0, 2.0, -2.0, 0.5] * 10, [0, 1, 1, 1, 0, 0] * 10, "platt").save("c.json")
    result = run("decide", *arguments)
    assert (result.exit_code, said in " ".join(result.stderr.split())) == (code, True), result.stderr
