"""Scores on the rows of their own fit are named; scores on others are not."""

from __future__ import annotations

import json
import pathlib
import warnings

import numpy as np
import pytest
from scipy import stats

import verhulst as vh
from verhulst.calibration import CalibrationWarning
from verhulst.calibration.goodness import cox
from verhulst.calibration.own_rows import look_like_rows_of_the_fit
from verhulst.calibration.ranked import Ranked


def named(y: np.ndarray, z: np.ndarray, w: np.ndarray | None = None) -> bool:
    ranked = Ranked.sort(np.asarray(z, dtype=float), np.asarray(y, dtype=float), w)
    return look_like_rows_of_the_fit(ranked, cox(ranked, 0.95))


@pytest.fixture(scope="module")
def fit() -> tuple[vh.LogisticRegression, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 12))
    y = (rng.random(300) < vh.sigmoid(X[:, 0])).astype(int)
    return vh.LogisticRegression().fit(X, y), X, y


def test_the_rows_of_a_fit(fit: tuple[vh.LogisticRegression, np.ndarray, np.ndarray]) -> None:
    model, X, y = fit
    z = model.decision_function(X)
    with pytest.warns(CalibrationWarning, match=r"look like the rows that the model.* was fitted on.*not used in"):
        result = vh.evaluate(y, logits=z)
    assert len(result.cautions) == 1
    assert "CAUTION" in repr(result)
    assert json.loads(json.dumps(result.to_dict()))["cautions"] == list(result.cautions)
    # Two degrees of freedom fewer: 8 of χ² for ten groups.
    assert result.hosmer_lemeshow.p_value == pytest.approx(stats.chi2.sf(result.hosmer_lemeshow.statistic, 8), abs=0.02)
    rng = np.random.default_rng(1)
    fresh = rng.normal(size=(300, 12))
    other = vh.evaluate(rng.random(300) < vh.sigmoid(fresh[:, 0]), logits=model.decision_function(fresh))
    assert other.cautions == ()


@pytest.mark.parametrize("digits", [16, 8, 6, 4])
def test_probabilities_of_few_digits(fit: tuple[vh.LogisticRegression, np.ndarray, np.ndarray], digits: int) -> None:
    model, X, y = fit
    assert named(y, vh.logit(np.round(model.predict_proba(X)[:, 1], digits)))


def test_weights_and_groups(fit: tuple[vh.LogisticRegression, np.ndarray, np.ndarray]) -> None:
    _, X, y = fit
    w = np.random.default_rng(2).integers(1, 4, len(y)).astype(float)
    model = vh.LogisticRegression().fit(X, y, sample_weight=w)
    assert named(y, model.decision_function(X), w)
    assert not named(y, model.decision_function(X))
    half = np.arange(len(y)) % 2
    part = vh.LogisticRegression().fit(X[half == 1], y[half == 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = vh.evaluate(y, logits=part.decision_function(X), by=half)
    assert (len(result.groups["0"].cautions), len(result.groups["1"].cautions), result.cautions) == (0, 1, ())
    assert "group 1: CAUTION" in repr(result)


def test_calibration_maps_on_their_own_rows() -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(0.0, 2.0, 400)
    y = rng.random(400) < vh.sigmoid(0.5 * z + 0.2)
    for make in (vh.calibration.Platt, lambda: vh.calibration.Isotonic(end_cases=0.0)):
        own = np.clip(make().fit(z, y).transform(z), -700, 700)
        kept = np.abs(own) < 700  # the blocks of the isotonic map that are 0 or 1
        assert named(y[kept], own[kept])
    # A temperature solves one of the two equations only.
    assert not named(y, vh.calibration.Temperature().fit(z, y).transform(z))


def test_no_false_alarm() -> None:
    rng = np.random.default_rng(4)
    for k in range(600):
        n = int(rng.choice([4, 8, 20, 100, 500]))
        z = rng.normal(0.0, 2.0, n)
        if k % 3 == 1:  # round probabilities
            z = vh.logit(np.round(vh.sigmoid(z), 1).clip(0.1, 0.9))
        if k % 3 == 2:
            z = np.round(z)
        assert not named(rng.random(n) < vh.sigmoid(z), z), (k, n)
    # Whole numbers of cases may meet round probabilities exactly.
    assert not named(np.tile([0, 0, 0, 1, 1, 1, 1, 0], 5), np.tile(vh.logit(np.repeat([0.25, 0.75], 4)), 5))
    # The base rate for all has no slope.
    assert not named(np.arange(40) % 4 == 0, np.full(40, float(vh.logit(0.25))))


def test_the_command_line_and_the_report(
    fit: tuple[vh.LogisticRegression, np.ndarray, np.ndarray], tmp_path: pathlib.Path
) -> None:
    pytest.importorskip("pyarrow")
    from click.testing import CliRunner

    from verhulst.cli.group import verhulst

    model, X, y = fit
    z = model.decision_function(X)
    path = tmp_path / "own.csv"
    path.write_text("z,y\n" + "\n".join(f"{a!r},{b}" for a, b in zip(z.tolist(), y, strict=True)) + "\n")
    arguments = ["evaluate", str(path), "--score", "z", "--target", "y"]
    text = CliRunner().invoke(verhulst, arguments)
    assert text.exit_code == 0
    assert "CAUTION" in text.stdout
    assert "Evaluate on rows that were not used in the fit" in text.stdout
    record = CliRunner().invoke(verhulst, [*arguments, "--json"])
    assert len(json.loads(record.stdout)["cautions"]) == 1
    assert "Evaluate on rows that were not used in the fit" in record.stderr
    vh.report(vh.calibration.Platt().fit(z, y), tmp_path / "page.html", data=(z, y))
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "look like those of the rows that the model was fitted on" in html
    assert "the band for the whole curve" in html.replace("95 % band", "the band") or "band for the whole curve" in html
