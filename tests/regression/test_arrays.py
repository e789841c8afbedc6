"""Containers of arrays: frames with names, sparse matrices, masked arrays, copies of what was fitted to them."""

import copy
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

import verhulst as vh
from verhulst.regression import fit, fit_firth, marginal_effects, probability_interval, profile_intervals, sandwich

RNG = np.random.default_rng(5)
X = RNG.normal(size=(60, 2))
Y = (RNG.random(60) < 1 / (1 + np.exp(-X[:, 0]))).astype(float)
ONES = np.ones(60)
FIT = fit(X, Y)
MODEL = vh.LogisticRegression().fit(X, Y)

# Every function of arrays, as a function of its arrays by name.
FACES = {
    "fit": (lambda X, y, sample_weight, offset: fit(X, y, sample_weight, offset), 4),
    "fit_firth": (lambda X, y, sample_weight, offset: fit_firth(X, y, sample_weight, offset), 4),
    "sandwich": (lambda X, y, sample_weight, offset: sandwich(FIT, X, y, sample_weight, offset), 4),
    "profile": (lambda X, y, sample_weight, offset: profile_intervals(FIT, X, y, sample_weight, offset), 4),
    "estimator": (lambda X, y, sample_weight, offset: vh.LogisticRegression().fit(X, y, sample_weight, offset), 4),
    "log_odds": (lambda X, offset: FIT.log_odds(X, offset), 2),
    "interval": (lambda X, offset: probability_interval(FIT, X, 0.9, offset), 2),
    "predict": (lambda X, offset: MODEL.predict(X, offset), 2),
    "predict_interval": (lambda X, offset: MODEL.predict_interval(X, 0.9, offset), 2),
    "effects": (
        lambda X, offset, sample_weight: marginal_effects(FIT, X, offset=offset, sample_weight=sample_weight),
        3,
    ),
    "estimator's effects": (lambda X: MODEL.marginal_effects(X), 1),
}
ARRAYS = {"X": X, "y": Y, "sample_weight": ONES, "offset": 0 * ONES}


def arrays_of(face):
    function, number = FACES[face]
    names = function.__code__.co_varnames[:number]
    return function, {name: ARRAYS[name] for name in names}


@pytest.mark.parametrize("face", FACES)
def test_masked_values_are_refused_and_masks_that_hide_nothing_are_not(face):
    function, arrays = arrays_of(face)
    function(**{name: np.ma.masked_array(values, mask=np.zeros(values.shape, bool)) for name, values in arrays.items()})
    for name, values in arrays.items():
        hidden = np.ma.masked_array(values, mask=np.arange(values.size).reshape(values.shape) == 3)
        with pytest.raises(ValueError, match=f"^{name} has 1 masked value: leave those rows out"):
            function(**arrays | {name: hidden})


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array, sparse.coo_array])
def test_the_advice_for_sparse_columns_works(face, kind):
    function, arrays = arrays_of(face)
    with pytest.raises(ValueError, match=r"^X is sparse: pass a dense array, X\.toarray\(\)$"):
        function(**arrays | {"X": kind(X)})
    function(**arrays | {"X": kind(X).toarray()})


@pytest.mark.parametrize("fitted", [fit, fit_firth])
def test_names_of_frames(fitted):
    columns = {"a": X[:, 0], "b": X[:, 1]}
    for frame in (pd.DataFrame(columns), pl.DataFrame(columns), pa.table(columns)):
        assert fitted(frame, Y).names == ("a", "b")
        assert fitted(frame, Y, names=["c", "d"]).names == ("c", "d")
    assert fitted(pd.DataFrame(X), Y).names == ("x1", "x2")
    assert fitted(X, Y).names == ("x1", "x2")


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_of_an_estimator_can_do_what_it_can(copied):
    frame = pd.DataFrame(X, columns=["a", "b"])
    model = vh.LogisticRegression().fit(frame, Y)
    other = copied(model)
    for options in ({"covariance": "HC1"}, {"interval": "profile"}, {"clusters": np.arange(60) // 3}):
        assert str(other.summary(**options)) == str(model.summary(**options))
    np.testing.assert_array_equal(other.predict_proba(frame), model.predict_proba(frame))
    before = model.coef_.copy()
    other.fit(frame, 1 - Y)
    np.testing.assert_array_equal(model.coef_, before)
    assert not hasattr(pickle.loads(pickle.dumps(other)), "_data")


def test_a_deep_copy_shares_no_array_of_results():
    other = copy.deepcopy(MODEL)
    assert not np.shares_memory(other.coef_, MODEL.coef_)
    pair = copy.deepcopy([MODEL, MODEL])
    assert pair[0] is pair[1]
