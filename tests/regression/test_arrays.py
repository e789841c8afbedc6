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


def _uses(X, y, w):
    """What reads columns, and what reads a number for each row, with the name of that argument."""
    fitted = fit(X, y)
    of_columns = {
        "fit": lambda given: fit(given, y),
        "log_odds": fitted.log_odds,
        "interval": lambda given: probability_interval(fitted, given),
        "effects": lambda given: marginal_effects(fitted, given),
        "sandwich": lambda given: sandwich(fitted, given, y),
    }
    of_rows = {
        "fit": lambda given: fit(X, y, given),
        "offset": lambda given: fit(X, y, None, given),
        "log_odds": lambda given: fitted.log_odds(X, given),
        "effects": lambda given: marginal_effects(fitted, X, sample_weight=given),
        "sandwich": lambda given: sandwich(fitted, X, y, given),
    }
    return of_columns, of_rows


def test_what_is_no_number_is_refused_by_name_wherever_arrays_are_read():
    X, y, w = np.random.default_rng(0).normal(size=(40, 1)), np.arange(40) % 3 == 0, np.ones(40)
    of_columns, of_rows = _uses(X, y, w)
    for number in (10**400, "0.5", b"1", pd.Timestamp("2024-01-01"), {"a": 1}, object()):
        for use in of_columns.values():
            with pytest.raises(ValueError, match="X must contain"):
                use([[number]] * 40)
        for use in of_rows.values():
            with pytest.raises(ValueError, match=r"(sample_weight|offset) must contain"):
                use([number] * 40)
    for use in (*of_columns.values(), *of_rows.values()):
        with pytest.raises(ValueError, match=r"(X|sample_weight|offset) is lazy: pass \w+\.collect\(\)"):
            use(pl.LazyFrame({"x": w}))
        with pytest.raises(ValueError, match=r"(X|sample_weight|offset) must contain rows of one length"):
            use([[1.0], [1.0, 2.0]])


UNREADABLE_TENSORS = {
    "sparse": lambda torch, a: torch.tensor(a).to_sparse(),
    "without values": lambda torch, a: torch.tensor(a, device="meta"),
}


def test_tensors_are_arrays():
    torch = pytest.importorskip("torch", reason="NOT RUN: torch is not installed")
    X, y, w = np.random.default_rng(0).normal(size=(40, 1)).astype("f4"), np.arange(40) % 3 == 0, np.ones(40)
    of_columns, of_rows = _uses(X, y, w)
    for uses, array in ((of_columns, X), (of_rows, w)):
        tensors = [torch.tensor(array, requires_grad=True), torch.tensor(np.round(array)).bfloat16()]
        for use in uses.values():
            for tensor, same in zip(tensors, (array, np.round(array).astype(float)), strict=True):
                assert repr(use(tensor)) == repr(use(same))
            assert repr(use(torch._neg_view(torch.tensor(-array)))) == repr(use(array))
            for kind in UNREADABLE_TENSORS.values():
                with pytest.raises(ValueError, match=r"a tensor of this kind cannot be read as an array"):
                    use(kind(torch, array))


def test_weights_and_offsets_that_cannot_be_averaged():
    X, y = np.random.default_rng(0).normal(size=(40, 1)), np.arange(40) % 3 == 0
    fitted = fit(X, y)
    for weight in (np.inf, np.nan, -1.0):
        with pytest.raises(ValueError, match="sample_weight must be finite and not negative"):
            marginal_effects(fitted, X, sample_weight=np.full(40, weight))
    for offset in (np.inf, np.nan):
        with pytest.raises(ValueError, match=r"offset must be finite; offset\[0\] is not"):
            marginal_effects(fitted, X, offset=np.full(40, offset))
    with pytest.raises(ValueError, match="X contains NaN"):
        marginal_effects(fitted, X * np.nan)
    for weight in (1e308, 1e306):
        with pytest.raises(ValueError, match="are too large for doubles: rescale them"):
            fit(X, y, np.full(40, weight))
    with pytest.raises(ValueError, match="so large that their sums overflow"):
        fit(X, y, None, np.full(40, 1e308) * np.sign(X[:, 0]))
