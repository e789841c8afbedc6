"""CalibratedClassifier: scikit-learn's contract, and probabilities that are better than the estimator's own."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, make_classification
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, LeaveOneGroupOut, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
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
    with pytest.warns(vh.calibration.CalibrationWarning, match="class yes has only 3 rows: using 3 folds instead of 5"):
        vh.CalibratedClassifier(method="identity").fit(X, rare)
    with pytest.raises(ValueError, match="class yes has only one row"):
        vh.CalibratedClassifier().fit(X[2:], rare[2:])


def weighted() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = (rng.random(300) < vh.sigmoid(X @ [1.5, -1.0, 0.0])).astype(int)
    return X, y, np.where(y == 1, 5.0, 1.0)


def nested() -> object:
    return make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), LogisticRegression()))


@pytest.mark.parametrize(
    ("estimator", "parameter"),
    [
        (LogisticRegression(), "sample_weight"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "logisticregression__sample_weight"),
        (nested(), "pipeline__logisticregression__sample_weight"),
        (
            GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [0.5]}),
            "logisticregression__sample_weight",
        ),
        (VotingClassifier([("a", LogisticRegression()), ("b", GaussianNB())], voting="soft"), "sample_weight"),
        (BaggingClassifier(LogisticRegression(), 3, random_state=0), "sample_weight"),
    ],
    ids=["plain", "pipeline", "nested", "search", "vote", "bag"],
)
def test_weights_reach_the_classifier(estimator: object, parameter: str) -> None:
    X, y, w = weighted()
    model = vh.CalibratedClassifier(estimator, method="identity", cv=3).fit(X, y, sample_weight=w)
    np.testing.assert_array_equal(model.predict_proba(X), model.calibrator_.predict_proba(_margins(model, X)))
    expected = clone(estimator).fit(X, y, **{parameter: w}).predict_proba(X)
    np.testing.assert_allclose(model.estimator_.predict_proba(X), expected, rtol=1e-9)
    unweighted = clone(estimator).fit(X, y).predict_proba(X)
    assert expected[:, 1].mean() > unweighted[:, 1].mean() + 0.05


def _margins(model: vh.CalibratedClassifier, X: np.ndarray) -> np.ndarray:
    if hasattr(model.estimator_, "decision_function"):
        return model.estimator_.decision_function(X)
    log_p = np.log(model.estimator_.predict_proba(X))
    return log_p[:, 1] - log_p[:, 0]


@pytest.mark.parametrize(
    "estimator",
    [
        KNeighborsClassifier(),
        make_pipeline(StandardScaler(), KNeighborsClassifier()),
        VotingClassifier([("a", LogisticRegression()), ("b", KNeighborsClassifier())], voting="soft"),
    ],
    ids=["neighbours", "pipeline", "vote"],
)
def test_an_estimator_that_takes_no_weights_is_told_of(estimator: object) -> None:
    X, y, w = weighted()
    with pytest.warns(vh.calibration.CalibrationWarning, match="takes no sample_weight: only the calibration map"):
        vh.CalibratedClassifier(estimator, method="platt", cv=3).fit(X, y, sample_weight=w)


def test_weights_under_metadata_routing() -> None:
    import sklearn

    X, y, w = weighted()
    with sklearn.config_context(enable_metadata_routing=True):
        told = make_pipeline(StandardScaler(), LogisticRegression().set_fit_request(sample_weight=True))
        # The scaler takes weights too, and must be told.
        told.steps[0][1].set_fit_request(sample_weight=False)
        model = vh.CalibratedClassifier(told, method="identity", cv=3).fit(X, y, sample_weight=w)
        expected = clone(told).fit(X, y, sample_weight=w).predict_proba(X)
        np.testing.assert_allclose(model.estimator_.predict_proba(X), expected, rtol=1e-9)
        untold = make_pipeline(StandardScaler(), LogisticRegression())
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            vh.CalibratedClassifier(untold, method="identity", cv=3).fit(X, y, sample_weight=w)


@pytest.mark.parametrize("cv", [3, KFold(3, shuffle=True, random_state=0)])
def test_rows_of_weight_zero_are_rows_less(cv: object) -> None:
    X, y, w = weighted()
    labels = np.where(y == 1, "yes", "no").astype(object)
    w[::4] = 0.0
    labels[::8] = "neither"
    kept = w > 0.0
    model = vh.CalibratedClassifier(GaussianNB(), method="platt", cv=cv).fit(X, labels, sample_weight=w)
    assert model.classes_.tolist() == ["no", "yes"]
    if cv == 3:
        without = vh.CalibratedClassifier(GaussianNB(), method="platt", cv=cv)
        without.fit(X[kept], labels[kept], sample_weight=w[kept])
        np.testing.assert_allclose(model.predict_proba(X), without.predict_proba(X), rtol=1e-12)
    kernel = X @ X.T
    precomputed = vh.CalibratedClassifier(SVC(kernel="precomputed"), method="platt", cv=3)
    assert precomputed.fit(kernel, y, sample_weight=w).predict_proba(kernel).shape == (300, 2)


def test_a_fold_whose_training_rows_lack_a_class() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 50)
    X = rng.normal(size=(100, 2)) + 3 * y[:, None]
    with pytest.raises(ValueError, match="in fold 1 the training rows contain only class 1: shuffle or stratify"):
        vh.CalibratedClassifier(GaussianNB(), method="platt", cv=KFold(2)).fit(X, y)
    three = np.repeat(["a", "b", "c"], 4)
    with pytest.raises(ValueError, match="in fold 1 the training rows contain no case of class a: shuffle or stratify"):
        vh.CalibratedClassifier(DecisionTreeClassifier(), method="temperature", cv=KFold(3)).fit(X[:12], three)
    with pytest.raises(ValueError, match=r"in fold [12] the training rows contain only class [01]"):
        vh.CalibratedClassifier(GaussianNB(), method="platt", cv=GroupKFold(2)).fit(X, y, groups=y)
    # Rows of weight 0 do not make up for it.
    mixed = np.arange(100) % 2
    weight = np.where((np.arange(100) >= 50) & (mixed == 0), 0.0, 1.0)
    with pytest.raises(ValueError, match="in fold 1 the training rows contain only class 1"):
        vh.CalibratedClassifier(GaussianNB(), method="platt", cv=KFold(2)).fit(X, mixed, sample_weight=weight)


def test_a_frozen_estimator_of_other_classes() -> None:
    X, y, _ = weighted()
    frozen = FrozenEstimator(GaussianNB().fit(X, np.where(y == 1, "bad", "good")))
    with pytest.raises(ValueError, match="has the classes 'bad', 'good', but y contains 'a-good', 'x-bad'"):
        vh.CalibratedClassifier(frozen, method="identity").fit(X, np.where(y == 1, "x-bad", "a-good"))
    three = FrozenEstimator(GaussianNB().fit(X, np.arange(300) % 3))
    with pytest.raises(ValueError, match="has the classes 0, 1, 2, but y contains 0, 1"):
        vh.CalibratedClassifier(three, method="identity").fit(X, y)
    numbers = FrozenEstimator(GaussianNB().fit(X, y))
    assert vh.CalibratedClassifier(numbers, method="identity").fit(X, y.astype(bool)).predict(X).dtype == bool
