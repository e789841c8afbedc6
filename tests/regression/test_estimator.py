"""LogisticRegression keeps scikit-learn's contract, and what this library adds to it."""

from __future__ import annotations

import inspect
import json
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.linear_model import LogisticRegression as SklearnRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

import verhulst as vh
from verhulst.data.errors import ModelFileError
from verhulst.regression import SeparationWarning, fit

ESTIMATORS = [vh.LogisticRegression(), vh.LogisticRegression(C=1.0), vh.LogisticRegression(fit_intercept=False)]

# The check expects weights of 1000 to 1 to move the boundary between clouds around the origin: that takes an intercept,
# and scikit-learn's own class fails it as well.
CENTRED = {"check_class_weight_classifiers": "without an intercept the boundary passes through the origin"}


@pytest.mark.filterwarnings("ignore::verhulst.regression.SeparationWarning")
@pytest.mark.filterwarnings("ignore::verhulst.regression.CollinearWarning")
@parametrize_with_checks(
    ESTIMATORS, expected_failed_checks=lambda estimator: {} if estimator.fit_intercept else CENTRED
)
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


@pytest.fixture
def three():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(400, 2))
    y = np.array(["a", "b", "c"])[(X @ rng.normal(size=(2, 3)) + rng.gumbel(size=(400, 3))).argmax(axis=1)]
    return X, y


@pytest.mark.parametrize("C", [np.inf, 0.5])
@pytest.mark.parametrize("intercept", [True, False])
def test_three_classes_as_scikit_learn(three, C, intercept):
    X, y = three
    ours = vh.LogisticRegression(C=C, fit_intercept=intercept).fit(X, y)
    theirs = SklearnRegression(C=C, fit_intercept=intercept, solver="newton-cholesky", tol=1e-12).fit(X, y)
    assert list(ours.classes_) == ["a", "b", "c"]
    np.testing.assert_allclose(ours.coef_, theirs.coef_ - theirs.coef_.mean(axis=0), atol=1e-7)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_ - theirs.intercept_.mean(), atol=1e-7)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-7)
    np.testing.assert_allclose(ours.predict_log_proba(X), theirs.predict_log_proba(X), atol=1e-6)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    assert ours.covariance_.shape == (2 * (2 + intercept),) * 2
    assert ours.standard_errors_.shape == (2, 2 + intercept)


def test_three_classes_have_summaries_and_model_files(three, tmp_path):
    X, y = three
    model = vh.LogisticRegression(class_weight={"a": 2.0}, sampling_rates={"b": 0.25}).fit(X, y)
    assert "against b" in str(model.summary(reference="b"))
    assert "<table>" in model.summary()._repr_html_()
    assert list(model.odds_ratios(reference="c")) == ["a", "b"]
    model.save(tmp_path / "three.json")
    again = vh.load(tmp_path / "three.json")
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert str(again.summary()) == str(model.summary())
    assert again.get_params() == model.get_params()


@pytest.mark.parametrize(
    ("said", "call"),
    [
        ("predict_interval is for two classes", lambda m, X, y: m.predict_interval(X)),
        ("marginal_effects is for two classes", lambda m, X, y: m.marginal_effects(X)),
        ("are for two classes", lambda m, X, y: m.summary(interval="profile")),
        ("not among the classes", lambda m, X, y: m.summary(reference="d")),
        ("firth=True is for two classes", lambda m, X, y: vh.LogisticRegression(firth=True).fit(X, y)),
        ("an offset is for two classes", lambda m, X, y: vh.LogisticRegression().fit(X, y, offset=np.ones(400))),
        ("reference is for more than two", lambda m, X, y: m.fit(X, y == "a").odds_ratios(reference=True)),
        ("reference is for more than two", lambda m, X, y: m.fit(X, y == "a").summary(reference=True)),
    ],
)
def test_what_is_for_another_number_of_classes(three, said, call):
    model = vh.LogisticRegression().fit(*three)
    with pytest.raises(ValueError, match=said):
        call(model, *three)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_class_weights_are_sample_weights(three, classes, weighted):
    X, y = three
    y = y if classes == 3 else y == "a"
    labels, code = np.unique(y, return_inverse=True)
    of_class = np.array([0.5, 3.0, 1.5])[:classes]
    weight = np.random.default_rng(0).integers(1, 4, 400).astype(float) if weighted else None
    by_class = vh.LogisticRegression(class_weight=dict(zip(labels.tolist(), of_class, strict=True))).fit(X, y, weight)
    by_row = vh.LogisticRegression().fit(X, y, of_class[code] * (1 if weight is None else weight))
    np.testing.assert_array_equal(by_class.coef_, by_row.coef_)
    np.testing.assert_array_equal(by_class.covariance_, by_row.covariance_)
    balanced = vh.LogisticRegression(class_weight="balanced", C=1.0).fit(X, y, weight)
    theirs = SklearnRegression(class_weight="balanced", C=1.0, solver="newton-cholesky", tol=1e-12)
    np.testing.assert_allclose(balanced.coef_, theirs.fit(X, y, weight).coef_, atol=1e-7)


@pytest.mark.parametrize("classes", [2, 3])
def test_sampling_rates_correct_the_intercept_alone(three, classes):
    """A fifth of class a was sampled: the odds of the others against it are a fifth of what the sample shows."""
    X, y = three
    y = y if classes == 3 else np.where(y == "a", "a", "b")
    plain, corrected = vh.LogisticRegression().fit(X, y), vh.LogisticRegression(sampling_rates={"a": 0.2}).fit(X, y)
    np.testing.assert_allclose(corrected.coef_, plain.coef_, atol=1e-7)
    np.testing.assert_allclose(corrected.standard_errors_, plain.standard_errors_, rtol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the constant is no offset that prediction lacks
        odds = [m.predict_proba(X)[:, 1:] / m.predict_proba(X)[:, :1] for m in (corrected, plain)]
    np.testing.assert_allclose(odds[0], 0.2 * odds[1], rtol=1e-6)
    if classes == 2:
        profile = corrected.summary(interval="profile").coefficients["(intercept)"]
        wanted = plain.summary(interval="profile").coefficients["(intercept)"]
        assert profile.lower == pytest.approx(wanted.lower + np.log(0.2), abs=1e-5)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"class_weight": "equal"}, ValueError, "class_weight must be a dict, 'balanced' or None, not 'equal'"),
        ({"class_weight": {"d": 1.0}}, ValueError, "class_weight has 'd', which is not a class; there are 'a', 'b'"),
        ({"class_weight": {"a": -1.0}}, ValueError, "at least 0, but is -1.0"),
        ({"class_weight": {"a": "much"}}, ValueError, "must be a number, not 'much'"),
        ({"class_weight": 3}, TypeError, "class_weight must be a dict"),
        ({"class_weight": {"b": 0.0}}, ValueError, "every weight of class 'b' is 0"),
        ({"sampling_rates": {"a": 0.0}}, ValueError, "above 0 and up to 1, but that of 'a' is 0"),
        ({"sampling_rates": {"a": 2.0}}, ValueError, "above 0 and up to 1, but that of 'a' is 2"),
        ({"sampling_rates": {"a": 0.5}, "fit_intercept": False}, ValueError, "fit_intercept must be True"),
        ({"l1_ratio": 0.5, "C": 1.0}, ValueError, "not there yet"),
        ({"l1_ratio": 2.0}, ValueError, "between 0 and 1"),
        ({"C": -1.0}, ValueError, "C must be above 0"),
        ({"C": 1.0, "firth": True}, ValueError, "two penalties"),
    ],
)
def test_refused_options(three, options, error, said):
    with pytest.raises(error, match=said):
        vh.LogisticRegression(**options).fit(*three)


def test_an_l1_ratio_without_a_penalty_warns(data):
    with pytest.warns(UserWarning, match="l1_ratio has no effect"):
        vh.LogisticRegression(l1_ratio=0.5).fit(*data)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"penalty": "l2"}, "write C=1.0"),
        ({"penalty": None}, "C=inf, the default, is no penalty"),
        ({"penalty": "firth"}, "write firth=True"),
        ({"penalty": "l1"}, "not there yet"),
        ({"solver": "lbfgs"}, "needs none: Newton's method"),
        ({"clas_weight": {}}, "Did you mean 'class_weight'"),
        ({"nonsense": 1}, "has no argument 'nonsense'$"),
    ],
)
def test_arguments_that_do_not_exist(data, option, said):
    with pytest.raises(TypeError, match=said):
        vh.LogisticRegression(**option)
    if set(option) <= {"penalty", "nonsense"}:
        with pytest.raises(TypeError, match=said):
            fit(*data, **option)


def test_the_signature_is_that_of_the_parameters():
    assert list(inspect.signature(vh.LogisticRegression).parameters)[:2] == ["C", "l1_ratio"]
    assert set(inspect.signature(vh.LogisticRegression).parameters) == set(vh.LogisticRegression().get_params())


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
    with pytest.warns(SeparationWarning, match="firth=True"):
        model = vh.LogisticRegression().fit(X, y)
    assert model.coef_[0, 0] == np.inf
    assert model.separation_.kind == "complete"
    np.testing.assert_array_equal(model.decision_function(X), [-np.inf, -np.inf, np.inf, np.inf])
    np.testing.assert_array_equal(model.predict_proba(X)[:, 1], [0, 0, 1, 1])
    assert "∞" in repr(model.summary())
    assert np.isfinite(vh.LogisticRegression(firth=True).fit(X, y).coef_).all()


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
