"""Multinomial fits judged by rows that were not in them: folds, groups, test tables."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import DataError
from verhulst.data.errors import RequestError
from verhulst.regression import fit_formula, fit_multinomial, fit_table
from verhulst.regression.folds import assign_folds

RNG = np.random.default_rng(3)
N = 180
FRAME = pd.DataFrame(
    {
        "x": RNG.normal(size=N).round(3),
        "g": RNG.choice(["a", "b", "c"], N),
        "house": [f"{k % 20:03d}" for k in range(N)],
        "w": RNG.integers(0, 4, N),
    }
)
SCORES = np.column_stack([np.zeros(N), FRAME.x, (FRAME.g == "b") - 0.5 * FRAME.x])
FRAME["y"] = np.array(["low", "mid", "top"])[(SCORES + RNG.gumbel(size=(N, 3))).argmax(axis=1)]
HOLES = FRAME.astype({"x": object})
HOLES.loc[[3, 70], "x"] = None


def by_hand(frame, fold, weights=None, **options):
    """Scores of each row by a fit of a copy of the other rows."""
    X = np.column_stack([frame.x.astype(float), frame.g == "b", frame.g == "c"])
    scores = np.full((len(frame), 3), np.nan)
    for k in range(fold.max() + 1):
        rest, held = (fold != k) & (fold >= 0), fold == k
        found = fit_multinomial(X[rest], frame.y[rest], None if weights is None else frame[weights][rest], **options)
        scores[held] = found.scores(X[held])
    return scores


@pytest.mark.parametrize(("weights", "C"), [(None, np.inf), ("w", 0.7)])
def test_each_row_is_predicted_by_a_fit_of_the_other_folds(weights, C):
    model = fit_table(
        HOLES, "y", columns=["x", "g"], missing="drop", multinomial=True, cv=5, seed=3, weights=weights, C=C
    )
    kept = HOLES.dropna().reset_index(drop=True)
    counts = np.ones(len(kept), bool) if weights is None else kept.w.to_numpy() > 0
    place, fold = np.unique(kept.y, return_inverse=True)[1], np.full(len(kept), -1)
    fold[counts] = assign_folds(place[counts].astype(float), None, 5, np.random.default_rng(3))
    held = model.held_out
    np.testing.assert_allclose(held.scores, by_hand(kept, fold, weights, C=C)[counts], rtol=1e-5, atol=1e-5)
    assert held.labels().tolist() == kept.y[counts].tolist()
    assert (held.rows, held.folds, held.left_out, held.seed) == (counts.sum(), 5, 2, 3)
    assert "180 rows" not in repr(held)
    found = vh.evaluate(held)
    alone = vh.evaluate(held.labels(), logits=held.scores, classes=["low", "mid", "top"], sample_weight=held.weights)
    assert found.to_json() == alone.to_json()
    with pytest.raises(ValueError, match="pass them alone"):
        vh.evaluate(held, classes=["low", "mid", "top"])


def test_groups_formulas_and_test_tables(tmp_path):
    model = fit_table(FRAME, "y", exclude=["w"], multinomial=True, cv=4, group="house")
    assert model.design.names == ("x", "g[b]", "g[c]")
    place = np.unique(FRAME.y, return_inverse=True)[1].astype(float)
    fold = assign_folds(place, FRAME.house.to_numpy(), 4, np.random.default_rng(0))
    expected = by_hand(FRAME, fold)
    np.testing.assert_allclose(model.held_out.scores, expected, rtol=1e-5, atol=1e-5)
    formula = fit_formula("y ~ x + g", FRAME, multinomial=True, cv=4, group="house")
    np.testing.assert_allclose(formula.held_out.scores, expected, rtol=1e-5, atol=1e-5)
    tested = fit_table(FRAME[:120], "y", columns=["x", "g"], multinomial=True, test=FRAME[120:])
    np.testing.assert_array_equal(tested.held_out.scores, tested.scores(FRAME[120:]))
    assert tested.held_out.rows == 60
    tested.save(tmp_path / "m.json")
    assert vh.load(tmp_path / "m.json").held_out is None
    vh.report(tested, tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "On rows that the model has not seen" in html
    assert "These are the 60 rows of " in html


@pytest.mark.parametrize(
    ("frame", "options", "error", "message"),
    [
        (FRAME, {"cv": 1}, RequestError, "cv must be a whole number of at least 2"),
        (FRAME, {"group": "house"}, RequestError, "ask for folds"),
        (FRAME, {"cv": 3, "test": FRAME}, RequestError, "leave one of them out"),
        (FRAME.replace({"y": {"top": "low"}}).assign(y=lambda f: np.where(np.arange(N) == 0, "top", f.y)), {"cv": 3},
         DataError, "at least 2 rows of each class, and 'top' has one"),
        (FRAME.assign(y=np.where(FRAME.house == "003", "z", FRAME.y)), {"cv": 4, "group": "house"}, DataError,
         "without fold . of 4: the other rows have no case of class 'z': each class must occur in at least two groups"),
        (FRAME[:120], {"test": FRAME.assign(y="new")}, DataError, "'new'"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::verhulst.regression.SeparationWarning")
def test_bad_input(frame, options, error, message):
    with pytest.raises(error, match=message):
        fit_table(frame, "y", columns=["x", "g"], multinomial=True, **options)


def test_command(tmp_path):
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    request = ["fit", str(tmp_path / "t.csv"), "-t", "y", "--multinomial", "-c", "x,g", "--cv", "5"]
    done = CliRunner().invoke(verhulst, [*request, "--report", str(tmp_path / "page.html")])
    assert done.exit_code == 0, done.output
    text = " ".join(done.stdout.split())
    assert "On rows that were not in the fit (180 rows in 5 folds, each predicted by a fit of the other folds):" in text
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "These are the 180 rows in 5 folds, each predicted by a fit of the other folds." in html
    done = CliRunner().invoke(verhulst, [*request, "--json"])
    record = json.loads(done.stdout)["held_out"]
    model = fit_table(FRAME, "y", columns=["x", "g"], multinomial=True, cv=5)
    assert record["evaluation"]["log_loss"]["value"] == pytest.approx(vh.evaluate(model.held_out).log_loss.value)
    assert (record["rows"], record["folds"], record["group"]) == (180, 5, None)
