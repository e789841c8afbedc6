"""LogisticRegression keeps scikit-learn's contract, and what this library adds to it."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

import verhulst as vh
from verhulst.data.errors import ModelFileError
from verhulst.regression import SeparationWarning, fit

ESTIMATORS = [vh.LogisticRegression(), vh.LogisticRegression("l2"), vh.LogisticRegression(fit_intercept=False)]


@pytest.mark.filterwarnings("ignore::verhulst.regression.SeparationWarning")
@pytest.mark.filterwarnings("ignore::verhulst.regression.CollinearWarning")
@parametrize_with_checks(ESTIMATORS)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_enough_checks_were_made():
    assert len(list(estimator_checks_generator(vh.LogisticRegression()))) >= 50


@pytest.fixture
def data():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(300, 3))
    y = (rng.random(300) < 1 / (1 + np.exp(-X @ [1.0, -1.0, 0.5] + 0.3))).astype(int)
    return X, y


def test_shapes_and_attributes(data):
    X, y = data
    model = vh.LogisticRegression().fit(X, y)
    assert model.coef_.shape == (1, 3)
    assert model.intercept_.shape == (1,)
    assert model.covariance_.shape == (4, 4)
    assert model.standard_errors_.shape == (4,)
    assert model.converged_
    assert model.decrement_ <= 1e-6
    assert model.separation_ is None
    assert model.n_iter_ == len(model.result_.passes)
    assert model.log_likelihood_ == model.result_.log_likelihood
    np.testing.assert_array_equal(model.classes_, [0, 1])
    bare = vh.LogisticRegression(fit_intercept=False).fit(X, y)
    assert bare.covariance_.shape == (3, 3)
    assert bare.intercept_.tolist() == [0.0]


@pytest.mark.parametrize(
    "labels", [["no", "yes"], [1, 2], [-1.0, 1.0], [False, True], np.array(["a", "b"], object), [-128, 127]]
)
def test_labels_of_any_type(data, labels):
    X, y = data
    model = vh.LogisticRegression().fit(X, np.asarray(labels)[y])
    assert set(model.predict(X)) == set(labels)
    np.testing.assert_array_equal(model.coef_, vh.LogisticRegression().fit(X, y).coef_)


def test_a_target_column_is_ravelled_with_a_warning(data):
    X, y = data
    with pytest.warns(DataConversionWarning, match="column-vector"):
        model = vh.LogisticRegression().fit(X, y[:, None])
    assert model.coef_.shape == (1, 3)


def test_multi_label(data):
    X, y = data
    both = np.column_stack([y, 1 - y, np.roll(y, 1)])
    model = vh.LogisticRegression().fit(X, both)
    assert model.coef_.shape == (3, 3)
    assert model.covariance_.shape == (3, 4, 4)
    assert model.predict(X).shape == model.predict_proba(X).shape == model.decision_function(X).shape == (300, 3)
    np.testing.assert_allclose(model.coef_[0], -model.coef_[1], rtol=1e-9)
    np.testing.assert_array_equal(model.coef_[2], vh.LogisticRegression().fit(X, both[:, 2]).coef_[0])
    with pytest.raises(ValueError, match=r"result_\[0\].summary"):
        model.summary()
    with pytest.raises(ValueError, match=r"classes|Multioutput|only 0 and 1"):
        vh.LogisticRegression().fit(X, both * 2.0 + 1)


def test_three_classes_are_refused(data):
    X, _ = data
    with pytest.raises(ValueError, match=r"Only binary classification is supported.*3 classes"):
        vh.LogisticRegression().fit(X, np.arange(300) % 3)


def test_probabilities_keep_their_digits(data):
    X, y = data
    model = vh.LogisticRegression().fit(X, y)
    far = np.array([[300.0, -300.0, 0.0]])
    assert 0 < model.predict_proba(far)[0, 0] < 1e-200
    assert model.predict_log_proba(far)[0, 0] == pytest.approx(-model.decision_function(far)[0], rel=1e-12)
    offset = np.full(300, 2.0)
    np.testing.assert_allclose(model.decision_function(X, offset), model.decision_function(X) + 2.0)
    shifted = vh.LogisticRegression().fit(X, y, offset=offset)
    assert shifted.intercept_[0] == pytest.approx(model.intercept_[0] - 2.0, rel=1e-9)


def test_separated_data():
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), [0, 0, 1, 1]
    with pytest.warns(SeparationWarning, match="penalty='firth'"):
        model = vh.LogisticRegression().fit(X, y)
    assert model.coef_[0, 0] == np.inf
    assert model.separation_.kind == "complete"
    np.testing.assert_array_equal(model.decision_function(X), [-np.inf, -np.inf, np.inf, np.inf])
    np.testing.assert_array_equal(model.predict_proba(X)[:, 1], [0, 0, 1, 1])
    assert "∞" in repr(model.summary())
    assert np.isfinite(vh.LogisticRegression("firth").fit(X, y).coef_).all()


def test_in_pipelines_and_frames(data):
    X, y = data
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    model = vh.LogisticRegression().fit(frame, y)
    assert model.feature_names_in_.tolist() == ["a", "b", "c"]
    assert [line.name for line in model.odds_ratios()] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[["b", "a", "c"]])
    scores = cross_val_score(make_pipeline(StandardScaler(), vh.LogisticRegression()), X, y, cv=3)
    assert scores.min() > 0.5


def test_summaries(data):
    X, y = data
    model = vh.LogisticRegression().fit(X, y)
    plain, robust = model.summary(), model.summary(covariance="HC1")
    assert robust.coefficients[1].standard_error != plain.coefficients[1].standard_error
    clustered = model.summary(clusters=np.arange(300) // 10)
    assert clustered.coefficients[1].standard_error != plain.coefficients[1].standard_error
    profile = model.summary(interval="profile")
    assert profile.coefficients[1].lower == pytest.approx(plain.coefficients[1].lower, abs=0.05)
    assert profile.coefficients[1].lower != plain.coefficients[1].lower
    with pytest.raises(ValueError, match="'wald' or 'profile'"):
        model.summary(interval="bayes")
    lower, upper = model.predict_interval(X)
    probability = model.predict_proba(X)[:, 1]
    assert np.all((lower < probability) & (probability < upper))
    assert len(model.marginal_effects(X)) == 3


def test_pickles_leave_the_data_out(data):
    X, y = data
    model = vh.LogisticRegression().fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert repr(again.summary()) == repr(model.summary())
    with pytest.raises(ValueError, match="without its data"):
        again.summary(interval="profile")


@pytest.mark.parametrize("target", ["text", "number", "several"])
def test_model_files(data, tmp_path, target):
    X, y = data
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    labels = {"text": np.array(["no", "yes"])[y], "number": y, "several": np.column_stack([y, 1 - y])}[target]
    model = vh.LogisticRegression().fit(frame, labels)
    path = tmp_path / "model.json"
    model.save(path)
    again = vh.load(path)
    np.testing.assert_array_equal(again.predict_proba(frame), model.predict_proba(frame))
    np.testing.assert_array_equal(again.predict(frame), model.predict(frame))
    np.testing.assert_array_equal(again.covariance_, model.covariance_)
    assert again.get_params() == model.get_params()
    record = json.loads(path.read_text())
    next(part for part in record.values() if isinstance(part, dict) and "fits" in part).pop("fits")
    path.write_text(json.dumps(record))
    with pytest.raises(ModelFileError, match="damaged"):
        vh.load(path)


def test_model_files_refuse_other_classes(data, tmp_path):
    X, y = data
    model = vh.LogisticRegression().fit(X, y)
    model.classes_ = np.array([(0,), (1, 2)], dtype=object)
    with pytest.raises(TypeError, match="text or numbers"):
        model.save(tmp_path / "model.json")
    assert not list(tmp_path.iterdir())


def test_not_fitted():
    with pytest.raises(NotFittedError):
        vh.LogisticRegression().predict([[1.0]])
    with pytest.raises(NotFittedError):
        vh.LogisticRegression().summary()


def test_fitting_arrays_needs_no_scikit_learn():
    code = (
        "import sys, verhulst.regression as r\n"
        "r.fit([[0.], [1.], [2.], [3.]], [0, 1, 0, 1])\n"
        "assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_same_fit_as_without_scikit_learn(data):
    X, y = data
    np.testing.assert_array_equal(fit(X, y).coefficients[1:], vh.LogisticRegression().fit(X, y).coef_[0])
