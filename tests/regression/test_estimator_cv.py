"""Choosing C by cross-validation: beside scikit-learn's class, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegressionCV as SklearnCV
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from sklearn.utils.estimator_checks import parametrize_with_checks

import verhulst as vh


@pytest.mark.filterwarnings("ignore::verhulst.regression.CollinearWarning")
@parametrize_with_checks([vh.LogisticRegressionCV(Cs=[0.1, 10.0], cv=2)])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture(params=[2, 3])
def data(request):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(180, 8))
    return X, (X[:, : request.param] + rng.gumbel(size=(180, request.param))).argmax(axis=1)


@pytest.mark.parametrize("weighted", [False, True])
def test_as_scikit_learn(data, weighted):
    X, y = data
    Cs, cv = [0.01, 0.1, 1.0, 10.0], StratifiedKFold(4)
    weight = np.random.default_rng(2).integers(1, 4, len(y)).astype(float) if weighted else None
    ours = vh.LogisticRegressionCV(Cs=Cs[::-1], cv=cv).fit(X, y, weight)
    options = {"scoring": "neg_log_loss", "solver": "newton-cholesky", "tol": 1e-12, "use_legacy_attributes": False}
    theirs = SklearnCV(Cs=Cs, cv=cv, l1_ratios=(0,), **options).fit(X, y, weight)
    np.testing.assert_allclose(ours.scores_, np.squeeze(theirs.scores_), rtol=1e-7)
    assert np.ravel(theirs.C_)[0] == ours.C_
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-7)
    np.testing.assert_array_equal(ours.Cs_, Cs)


def test_the_simplest_model_within_one_standard_error(data):
    X, y = data
    best = vh.LogisticRegressionCV(Cs=12).fit(X, y)
    simple = vh.LogisticRegressionCV(Cs=12, one_standard_error=True).fit(X, y)
    np.testing.assert_array_equal(simple.scores_, best.scores_)
    mean, place = best.scores_.mean(axis=0), list(best.Cs_).index(best.C_)
    limit = mean[place] - best.scores_[:, place].std(ddof=1) / np.sqrt(5)
    assert simple.C_ == best.Cs_[mean >= limit].min() <= best.C_
    assert simple.score(X, y) == pytest.approx(vh.LogisticRegressionCV(Cs=[simple.C_]).fit(X, y).score(X, y))


def test_groups_scorers_and_model_files(data, tmp_path):
    X, y = data
    groups = np.arange(len(y)) % 6
    model = vh.LogisticRegressionCV(Cs=[0.1, 1.0], cv=GroupKFold(3), scoring="accuracy").fit(X, y, groups=groups)
    assert model.scores_.shape == (3, 2)
    model.save(tmp_path / "model.json")
    again = vh.load(tmp_path / "model.json")
    assert type(again) is vh.LogisticRegression
    assert again.C == model.C_
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    assert str(again.summary()) == str(model.summary())


@pytest.mark.parametrize(
    ("options", "given", "message"),
    [
        ({"Cs": []}, {}, "Cs must be"),
        ({"Cs": [1.0, -1.0]}, {}, "values above 0"),
        ({"Cs": [np.nan]}, {}, "values above 0"),
        ({"Cs": 0}, {}, "Cs must be"),
        ({}, {"offset": np.ones(180)}, "takes no offset"),
        ({"cv": 200}, {}, "n_splits=200"),
        ({"scoring": "nonsense"}, {}, "scoring"),
    ],
)
def test_refused(data, options, given, message):
    with pytest.raises(ValueError, match=message):
        vh.LogisticRegressionCV(**options).fit(*data, **given)


@pytest.mark.parametrize("labels", ["aabb", "aabbcc"])
def test_a_fold_without_a_class_is_named(labels):
    y = np.array(list(labels))
    X = np.arange(len(y), dtype=float)[:, None]
    model = vh.LogisticRegressionCV(Cs=[1.0], cv=KFold(len(labels) // 2))
    with pytest.raises(ValueError, match="in fold 1 the training rows contain no case of class 'a'"):
        model.fit(X, y)


def test_a_fold_whose_held_out_rows_lack_a_class_is_scored():
    """Class 2 has two cases for three folds; scikit-learn's own scorer wants rows of every class."""
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(60, 2)), np.r_[np.zeros(29, int), np.ones(29, int), 2, 2]
    folds = [(np.flatnonzero(np.arange(60) % 3 != k), np.flatnonzero(np.arange(60) % 3 == k)) for k in range(3)]
    assert [set(y[held]) for _, held in folds] == [{0, 1}, {0, 1, 2}, {0, 1, 2}]
    weight = rng.uniform(0.5, 2.0, 60)
    model = vh.LogisticRegressionCV(Cs=[0.1, 1.0], cv=folds).fit(X, y, weight)
    for (rest, held), scores in zip(folds, model.scores_, strict=True):
        for C, score in zip(model.Cs_, scores, strict=True):
            found = vh.LogisticRegression(C=C).fit(X[rest], y[rest], weight[rest])
            own = np.log(found.predict_proba(X[held])[np.arange(len(held)), y[held]])
            assert score == pytest.approx(np.average(own, weights=weight[held]), rel=1e-12)
    assert model.score(X[:5], y[:5]) < 0


def test_former_arguments_are_refused():
    with pytest.raises(TypeError, match="solver"):
        vh.LogisticRegressionCV(solver="lbfgs")
    with pytest.raises(TypeError, match=r"write C=1\.0"):
        vh.LogisticRegressionCV(penalty="l2")
