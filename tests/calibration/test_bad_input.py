"""Scores, outcomes and weights that are not as they should be: each has its sentence, or the right limit."""

from __future__ import annotations

import pathlib
import warnings

import numpy as np
import pytest

import verhulst as vh
from verhulst.calibration import (
    Beta,
    CalibrationWarning,
    Isotonic,
    LeverageWarning,
    Platt,
    PriorShift,
    ScoreKindError,
    Temperature,
    VectorScaling,
)

RNG = np.random.default_rng(0)
Z = RNG.normal(0.0, 2.0, 200)
Y = (RNG.random(200) < vh.sigmoid(Z)).astype(int)
PARAMETRIC = [Platt(), Temperature(), Beta()]


def test_scores_that_may_be_either_are_asked_about() -> None:
    p = vh.sigmoid(Z)
    with pytest.raises(ScoreKindError, match=r"every score lies in \[0, 1\] .* Say scores='probabilities' or"):
        Platt().fit(p, Y)
    with pytest.raises(ScoreKindError, match="logits or probabilities"):
        vh.calibrate(p, Y)
    assert Platt(scores="logits").fit(p, Y).kind_ == "logits"
    # Once fitted to logits, a batch within [0, 1] is no question any more.
    assert Platt().fit(Z, Y).transform([0.25]).shape == (1,)


def test_logits_given_as_probabilities() -> None:
    with pytest.raises(ValueError, match=r"probabilities lie outside \[0, 1\] \(row 1: .*pass them as logits"):
        Platt(scores="probabilities").fit(np.where(np.arange(200) == 1, 1.5, vh.sigmoid(Z)), Y)
    with pytest.raises(ValueError, match=r"outside \[0, 1\]"):
        vh.evaluate(Y, probabilities=Z)
    fitted = Platt(scores="probabilities").fit(vh.sigmoid(Z), Y)
    with pytest.raises(ValueError, match=r"outside \[0, 1\]"):
        fitted.transform([0.5, -3.0])


def test_a_kind_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="scores must be 'logits' or 'probabilities', got 'probs'"):
        Platt(scores="probs").fit(Z, Y)  # type: ignore[arg-type]


@pytest.mark.parametrize("calibrator", PARAMETRIC, ids=repr)
def test_zero_and_one_exactly_and_right(calibrator: Platt) -> None:
    """Rows that are sure and right say nothing of a rising map: the fit is that of the others."""
    z, y = np.append(Z, [np.inf, -np.inf]), np.append(Y, [1, 0])
    kind = type(calibrator)
    p = kind(scores="probabilities").fit(vh.sigmoid(z), y)
    np.testing.assert_allclose(p.transform(vh.sigmoid(Z)), kind().fit(Z, Y).transform(Z), atol=1e-9)
    assert p.predict_proba([0.0, 1.0])[:, 1].tolist() == [0.0, 1.0] or isinstance(p, Beta)


@pytest.mark.parametrize("calibrator", PARAMETRIC, ids=repr)
def test_infinite_and_wrong(calibrator: Platt) -> None:
    with pytest.raises(ValueError, match=r"1 scores are infinite with the wrong sign \(row 200: score \+inf, y = 0\)"):
        calibrator.fit(np.append(Z, np.inf), np.append(Y, 0))


def test_isotonic_takes_infinite_scores() -> None:
    z = np.append(Z, [-np.inf, -np.inf, np.inf, np.inf])
    y = np.append(Y, [0, 0, 1, 0])
    p = Isotonic().fit(z, y).predict_proba([-np.inf, -1e300, 1e300, np.inf])[:, 1]
    assert (np.diff(p) >= 0.0).all()
    assert not np.isnan(p).any()
    only = Isotonic().fit([-np.inf, np.inf], [0, 1]).predict_proba([-np.inf, 0.0, np.inf])[:, 1]
    np.testing.assert_allclose(only, [1 / 3, 0.5, 2 / 3])


@pytest.mark.parametrize("calibrator", [*PARAMETRIC, Isotonic()], ids=repr)
@pytest.mark.parametrize("label", [0, 1])
def test_one_class_only(calibrator: Platt, label: int) -> None:
    with pytest.raises(ValueError, match=f"y contains only class {label}: both classes are needed"):
        calibrator.fit(Z, np.full(200, label))
    with pytest.raises(ValueError, match=f"y contains only class {label}"):
        calibrator.fit(Z, Y, label == Y)


def test_one_class_can_be_evaluated() -> None:
    result = vh.evaluate(np.zeros(50), logits=Z[:50])
    assert np.isnan(result.roc_auc.value)
    assert np.isnan(result.cox.slope.value)
    assert result.log_loss.value == pytest.approx(np.log1p(np.exp(Z[:50])).mean())
    assert 0.0 < result.ece.value < 1.0


def test_constant_scores_get_the_base_rate() -> None:
    y = np.arange(40) % 4 == 0
    for calibrator in (Platt(), Beta()):
        with pytest.warns(CalibrationWarning, match="every score is 1.5"):
            calibrator.fit(np.full(40, 1.5), y)
        np.testing.assert_allclose(calibrator.predict_proba([-3.0, 1.5, 9.0])[:, 1], 0.25)
    # One temperature only serves: 1.5/T = logit(¼) has none that is positive.
    with pytest.warns(CalibrationWarning, match="in reverse"):
        assert Temperature().fit(np.full(40, 1.5), y).inverse_temperature_ == 0.0
    with pytest.warns(CalibrationWarning, match="every score is 0"):
        Temperature(scores="logits").fit(np.zeros(40), y)
    np.testing.assert_allclose(Isotonic(end_cases=0).fit(np.full(40, 1.5), y).predict_proba([0.0])[:, 1], 0.25)
    result = vh.evaluate(y, logits=np.full(40, 1.5))
    assert result.roc_auc.value == 0.5
    assert np.isnan(result.cox.slope.value)


@pytest.mark.parametrize("calibrator", [Platt(), Beta()], ids=repr)
def test_separable_scores(calibrator: Platt) -> None:
    z = np.array([-3.0, -2.0, -1.0, 1.0, 2.0])
    with pytest.raises(ValueError, match=r"separate the classes perfectly.*Platt\(smooth=True\) .*, or more data"):
        calibrator.fit(z, z > 0)
    # Quasi-separation: one tie between the classes does not make the slope finite.
    with pytest.raises(ValueError, match="separate"):
        calibrator.fit(np.append(z, [-1.0, -1.0]), np.append(z > 0, [True, False]))
    assert np.isfinite(Platt(smooth=True).fit(z, z > 0).slope_)


def test_separable_scores_for_temperature() -> None:
    z = np.array([-3.0, -2.0, -1.0, 1.0, 2.0])
    with pytest.raises(ValueError, match="every score has the sign of its label"):
        Temperature().fit(z, z > 0)
    with pytest.raises(ValueError, match="every row gives its own class the highest score"):
        Temperature().fit(np.eye(3) * 5.0 - 1.0, [0, 1, 2])
    result = vh.evaluate(z > 0, logits=z)
    assert result.roc_auc.value == 1.0
    assert 0.0 < result.roc_auc.low < 1.0
    assert np.isnan(result.cox.slope.value)


def test_auto_on_separable_scores_falls_back_on_smoothed_targets() -> None:
    z = np.concatenate([RNG.uniform(-0.4, -0.1, 50), RNG.uniform(0.1, 0.4, 50)])
    chosen = vh.calibrate(z, z > 0)
    problems = {c.name: c.problem for c in chosen.choice_.candidates}
    assert "separate" in str(problems["platt"])
    assert chosen.choice_.chosen in ("platt-smooth", "isotonic")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.where(np.arange(200) == 7, -1.0, 1.0), r"not negative, but 1 of 200 are not \(row 7: -1\)"),
        (np.where(np.arange(200) == 3, np.inf, 1.0), r"must be finite .* \(row 3: inf\)"),
        (np.where(np.arange(200) == 3, np.nan, 1.0), r"must be finite .* \(row 3: nan\)"),
        (np.zeros(200), "every sample_weight is 0"),
        (np.ones(199), r"one entry for each of the 200 scores, got shape \(199,\)"),
    ],
)
def test_bad_weights(weights: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Platt().fit(Z, Y, weights)
    with pytest.raises(ValueError, match=message):
        vh.evaluate(Y, logits=Z, sample_weight=weights)


def test_weight_zero_is_a_row_less() -> None:
    w = (np.arange(200) < 150).astype(float)
    np.testing.assert_allclose(Platt().fit(Z, Y, w).slope_, Platt().fit(Z[:150], Y[:150]).slope_, rtol=1e-9)
    a, b = vh.evaluate(Y, logits=Z, sample_weight=w), vh.evaluate(Y[:150], logits=Z[:150])
    assert a.log_loss.value == pytest.approx(b.log_loss.value)
    assert a.roc_auc.value == pytest.approx(b.roc_auc.value)
    assert a.ece.value == pytest.approx(b.ece.value)


def test_ten_rows() -> None:
    z, y = Z[:10], np.arange(10) % 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrationWarning)
        assert np.isfinite(vh.calibrate(z, y).predict_proba(z)).all()
    assert np.isfinite(vh.evaluate(y, logits=z).hosmer_lemeshow.p_value)


def test_multiclass_rows_that_do_not_sum_to_one() -> None:
    p = RNG.dirichlet(np.ones(3), 50)
    y = p.argmax(axis=1)
    p[4] *= 0.9
    for calibrator in (Temperature(scores="probabilities"), VectorScaling(scores="probabilities")):
        with pytest.raises(ValueError, match=r"1 rows of probabilities do not sum to 1 \(row 4: 0\.9\)"):
            calibrator.fit(p, y)
    with pytest.raises(ScoreKindError):
        Temperature().fit(RNG.dirichlet(np.ones(3), 50), y)


@pytest.mark.parametrize(
    ("scores", "y", "message"),
    [
        ([], [], "scores is empty"),
        ([1.0, np.nan, 2.0], [0, 1, 1], r"scores contains nan in 1 places \(first in row 1\)"),
        ([1.5, 2.0], [0, 1, 1], r"y must have one entry for each of the 2 scores, got shape \(3,\)"),
        ([1.5, 2.0], ["no", "yes"], "y must be 0 and 1, but contains 'no', 'yes': write for instance y == 'yes'"),
        ([1.5, 2.0], [-1, 1], "y must be 0 and 1, but contains -1, 1"),
        ([1.5, 2.0], [0.0, np.nan], r"y is missing \(nan\) in 1 of 2 rows"),
        (
            [[1.5, 2.0], [0.0, 3.0]],
            [0, 1],
            r"one column, got shape \(2, 2\): for two classes pass z\[:, 1\]",
        ),
    ],
)
def test_other_bad_scores_and_outcomes(scores: list[float], y: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Platt().fit(scores, y)
    with pytest.raises(ValueError, match=message):
        vh.evaluate(y, logits=scores)


def test_bad_classes() -> None:
    z = RNG.normal(size=(20, 3))
    with pytest.raises(ValueError, match="for several classes evaluate each separately, y == k"):
        Platt().fit(z, np.arange(20) % 3)
    with pytest.raises(ValueError, match="class numbers 0 to 2, got 0 to 3"):
        VectorScaling().fit(z, np.arange(20) % 4)
    with pytest.raises(ValueError, match="y has no case of class 2"):
        VectorScaling().fit(z, np.arange(20) % 2)
    with pytest.raises(ValueError, match="y contains only class 1"):
        Temperature().fit(z, np.ones(20, dtype=int))
    with pytest.raises(ValueError, match=r"shape \(n, K\), K >= 2; for one column use Platt"):
        VectorScaling().fit(Z, Y)
    with pytest.raises(vh.calibration.calibrator.NotFittedError, match="not fitted: call fit"):
        VectorScaling().predict_proba(z)


def test_one_far_score_that_flattens_the_slope_is_told_of() -> None:
    z, y = np.append(Z, 1e9), np.append(Y, 1)
    with pytest.warns(LeverageWarning, match=r"1 of 201 scores have \d+% of the information about the slope .*1e\+09"):
        smooth = Platt(smooth=True).fit(z, y)
    assert smooth.slope_ < 1e-7
    # With plain targets the far score is right, and costs nothing.
    assert Platt().fit(z, y).slope_ == pytest.approx(Platt().fit(Z, Y).slope_, rel=1e-6)


def test_scores_that_rank_backwards() -> None:
    with pytest.warns(CalibrationWarning, match="the slope is negative"):
        Platt().fit(-Z, Y)
    with pytest.warns(CalibrationWarning, match="in reverse"):
        assert Temperature().fit(-Z, Y).predict_proba([5.0])[0, 1] == 0.5
    with pytest.warns(CalibrationWarning, match="in reverse"):
        np.testing.assert_allclose(Beta().fit(-Z, Y).predict_proba([5.0])[0, 1], Y.mean())


@pytest.mark.parametrize("value", [0.0, -1.0, np.inf, np.nan])
def test_bad_priors(value: float) -> None:
    with pytest.raises(ValueError, match="must be positive and finite"):
        PriorShift.from_positive_weight(value)
    with pytest.raises(ValueError, match="must lie strictly between 0 and 1"):
        PriorShift.from_prevalence(0.5, value)


def test_bad_choices() -> None:
    with pytest.raises(ValueError, match="method must be 'auto' or one of identity, temperature"):
        vh.calibrate(Z, Y, "magic")
    with pytest.raises(ValueError, match="folds must be at least 2"):
        vh.calibrate(Z, Y, folds=1)
    with pytest.raises(ValueError, match=r"at least 2 cases of each of two classes \(class 1 has 1\)"):
        vh.calibrate(Z, np.arange(200) == 3)
    with pytest.raises(ValueError, match="either logits= or probabilities="):
        vh.evaluate(Y)
    with pytest.raises(ValueError, match="either logits= or probabilities="):
        vh.evaluate(Y, logits=Z, probabilities=Z)


def test_files_that_are_no_calibrators(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "map.json"
    Platt().fit(Z, Y).save(path)
    text = path.read_text()
    path.write_text(text.replace('"Platt"', '"Plutt"'))
    with pytest.raises(vh.data.ModelFileError, match=r"map.json: no calibration map is named 'Plutt' \(known: Beta"):
        vh.load(path)
    path.write_text(text.replace('"slope"', '"slop"'))
    with pytest.raises(vh.data.ModelFileError, match=r"the model file is damaged: parameters.slope is missing"):
        vh.load(path)
    path.write_text(text.replace('"schema_version": 1', '"schema_version": 2'))
    with pytest.raises(vh.data.ModelFileError, match="newer version"):
        vh.load(path)
    path.write_text(text[: len(text) // 2])
    with pytest.raises(vh.data.ModelFileError):
        vh.load(path)
    with pytest.raises(vh.calibration.calibrator.NotFittedError, match="this Platt is not fitted"):
        Platt().save(path)
