"""CalibratedClassifier: scikit-learn's contract, and probabilities that are better than the estimator's own."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import LeaveOneGroupOut, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.utils.estimator_checks import check_estimator

import verhulst as vh


@pytest.mark.filterwarnings("ignore::verhulst.calibration.calibrator.CalibrationWarning")
def test_passes_the_estimator_checks() -> None:
    folds = "a row that is repeated may be in two folds, a row of weight 2 is in one"
    results = check_estimator(
        vh.CalibratedClassifier(GaussianNB(), cv=3),
        on_fail=None,
        on_skip=None,
        expected_failed_checks={"check_sample_weight_equivalence_on_dense_data": folds},
    )
    failed = [(r["check_name"], str(r["exception"])[:1200]) for r in results if r["status"] == "failed"]
    assert failed == []
    # A wrong tag would skip most of them in silence.
    assert sum(r["status"] == "passed" for r in results) >= 60


def test_naive_bayes_becomes_calibrated() -> None:
    X, y = make_classification(6000, 20, n_informative=5, n_redundant=10, random_state=0)
    X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    raw = GaussianNB().fit(X, y)
    model = vh.CalibratedClassifier(GaussianNB()).fit(X, y)
    assert log_loss(y_test, model.predict_proba(X_test)) < 0.8 * log_loss(y_test, raw.predict_proba(X_test))
    assert vh.evaluate(y_test, logits=model.decision_function(X_test)).cox.slope.value == pytest.approx(1.0, abs=0.15)


def test_a_forest_that_says_never_is_not_taken_at_its_word() -> None:
    X, y = make_classification(1500, 10, flip_y=0.1, random_state=1)
    X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    forest = RandomForestClassifier(30, random_state=0)
    model = vh.CalibratedClassifier(forest).fit(X, y)
    p = model.predict_proba(X_test)
    assert np.isfinite(model.bound_)
    assert ((p > 0.0) & (p < 1.0)).all()
    assert log_loss(y_test, p) < log_loss(y_test, clone(forest).fit(X, y).predict_proba(X_test))


def test_several_classes() -> None:
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, random_state=0)
    model = vh.CalibratedClassifier(GaussianNB(var_smoothing=1e-3)).fit(X, y)
    p = model.predict_proba(X_test)
    assert p.shape == (len(y_test), 10)
    np.testing.assert_allclose(p.sum(axis=1), 1.0)
    raw = GaussianNB(var_smoothing=1e-3).fit(X, y)
    assert log_loss(y_test, p) < log_loss(y_test, raw.predict_proba(X_test))


def test_a_frozen_estimator_is_left_as_it_is() -> None:
    X, y = load_breast_cancer(return_X_y=True)
    X, X_fresh, y, y_fresh = train_test_split(X, y, random_state=0)
    nb = GaussianNB().fit(X, y)
    model = vh.CalibratedClassifier(FrozenEstimator(nb), method="temperature").fit(X_fresh, y_fresh)
    log_p = nb.predict_joint_log_proba(X_fresh)
    map_ = vh.calibration.Temperature().fit(np.clip(log_p[:, 1] - log_p[:, 0], -model.bound_, model.bound_), y_fresh)
    assert model.calibrator_.inverse_temperature_ == pytest.approx(map_.inverse_temperature_, rel=0.2)
    assert model.estimator_.estimator is nb


def test_groups_stay_together() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = (X[:, 0] + rng.normal(size=200) > 0).astype(int)
    groups = np.repeat(np.arange(10), 20)
    seen: list[set[int]] = []

    class Spy(LogisticRegression):
        def fit(self, X: np.ndarray, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Spy:
            seen.append({int(g) for g in X[:, 2]})
            return super().fit(X, y, sample_weight)

    vh.CalibratedClassifier(Spy(), method="platt").fit(np.column_stack([X, groups]), y, groups=groups)
    assert [len(s) for s in seen] == [8, 8, 8, 8, 8, 10]
    seen.clear()
    model = vh.CalibratedClassifier(Spy(), method="platt", cv=LeaveOneGroupOut())
    model.fit(np.column_stack([X, groups]), y, groups=groups)
    assert [len(s) for s in seen] == [9] * 10 + [10]


def test_a_rare_class_is_named() -> None:
    X, rare = np.arange(20.0).reshape(-1, 1) % 7, np.array(["yes"] * 3 + ["no"] * 17)
    with pytest.warns(vh.calibration.CalibrationWarning, match="class yes has 3 rows only: 3 folds instead of 5"):
        vh.CalibratedClassifier(method="identity").fit(X, rare)
    with pytest.raises(ValueError, match="class yes has one row only"):
        vh.CalibratedClassifier().fit(X[2:], rare[2:])
