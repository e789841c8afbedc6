"""Estimators of frames with categories, text and booleans: coefficients, names and predictions of `fit_table`."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_predict

import verhulst as vh
from verhulst.data import DataError

N = 400
WORDS = ["party", "city", "member"]


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    data = pd.DataFrame(
        {
            "age": rng.normal(50, 10, N),
            "party": pd.Categorical(rng.choice(["left", "right", "middle"], N), ["middle", "left", "right"]),
            "city": rng.choice(["Bonn", "Köln", "Aachen"], N),
            "member": rng.random(N) < 0.4,
            "visits": rng.integers(0, 5, N),
        }
    )
    z = 0.05 * (data["age"] - 50) + (data["party"] == "left") - 0.8 * data["member"] + 0.5 * (data["city"] == "Bonn")
    data["y"] = np.where(rng.random(N) < vh.sigmoid(z), "yes", "no")
    return data


FRAMES = {
    "pandas": lambda data: data,
    "pandas, string": lambda data: data.astype({"city": "string", "member": "boolean", "visits": "Int64"}),
    "polars": lambda data: pl.from_pandas(data).with_columns(
        pl.col("party").cast(pl.Enum(["middle", "left", "right"]))
    ),
    "arrow": lambda data: pa.Table.from_pandas(data, preserve_index=False),
}


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("options", [{}, {"C": 0.5}, {"firth": True}], ids=str)
def test_it_is_the_fit_of_the_table(kind, options):
    data = frame()
    X = FRAMES[kind](data.drop(columns="y"))
    model = vh.LogisticRegression(**options).fit(X, data["y"])
    table = vh.fit_table(data, "y", positive="yes", **options)
    assert tuple(model.column_names_) == table.fit.names == model.result_.names
    assert "party[left]" in model.column_names_
    np.testing.assert_allclose(model.coef_[0], table.fit.coefficients[1:], rtol=1e-7)
    np.testing.assert_allclose(model.standard_errors_, table.fit.standard_errors, rtol=1e-6)
    assert model.n_features_in_ == 5
    assert model.feature_names_in_.tolist() == ["age", "party", "city", "member", "visits"]
    assert model.coef_.shape == (1, len(model.column_names_)) == (1, 7)
    np.testing.assert_allclose(model.predict_proba(X), table.predict_proba(data), rtol=1e-7)
    assert "party[left]" in str(model.summary())
    np.testing.assert_array_equal(model.predict_interval(X)[0].shape, (N,))


@pytest.mark.parametrize("kind", FRAMES)
def test_columns_of_new_rows_may_stand_in_any_order(kind):
    data = frame()
    X = data.drop(columns="y")
    model = vh.LogisticRegression().fit(FRAMES[kind](X), data["y"])
    other = FRAMES[kind](X.assign(more=1.0)[["more", *X.columns[::-1]]])
    np.testing.assert_array_equal(model.decision_function(other), model.decision_function(FRAMES[kind](X)))


def test_rows_that_do_not_fit_are_refused():
    data = frame()
    X = data.drop(columns="y")
    model = vh.LogisticRegression().fit(X, data["y"])
    with pytest.raises(DataError, match="Paris"):
        model.predict(X.assign(city="Paris"))
    with pytest.raises(DataError, match="column 'party' is not there"):
        model.predict(X.drop(columns="party"))
    with pytest.raises(
        ValueError, match="X must be a frame with the columns 'age', 'party', 'city', 'member' and 'visi"
    ):
        model.predict(np.zeros((3, 5)))
    with pytest.raises(ValueError, match=r"X must be a frame with the columns .* not a value of type str"):
        model.predict("votes.csv")
    with pytest.raises(DataError, match="missing"):
        model.predict(X.assign(age=[np.nan, *X["age"][1:]]))
    with pytest.raises(DataError, match="missing"):
        vh.LogisticRegression().fit(X.assign(city=[None, *X["city"][1:]]), data["y"])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        vh.LogisticRegression().fit(X, data["y"][:-1])


def test_a_refit_to_numbers_forgets_the_categories():
    data = frame()
    model = vh.LogisticRegression().fit(data.drop(columns="y"), data["y"])
    numbers = data[["age", "visits"]]
    model.fit(numbers, data["y"])
    assert (model.n_features_in_, model.column_names_.tolist()) == (2, ["age", "visits"])
    assert model.predict(numbers).shape == (N,)
    model.fit(numbers.to_numpy(), data["y"])
    assert model.column_names_.tolist() == ["x1", "x2"]
    assert not hasattr(model, "feature_names_in_")


def test_frames_of_numbers_are_arrays_as_before():
    data = frame()
    numbers = data[["age", "visits"]]
    objects = numbers.astype({"visits": object})
    models = [vh.LogisticRegression().fit(each, data["y"]) for each in (numbers, objects, pl.from_pandas(numbers))]
    assert {model.coef_.tobytes() for model in models} == {models[0].coef_.tobytes()}


@pytest.mark.parametrize("labels", ["two", "three", "several"])
def test_a_model_survives_its_file(tmp_path, labels):
    data = frame()
    X = data.drop(columns="y")
    y = {
        "two": data["y"],
        "three": np.where(data["age"] > 60, "old", data["y"]),
        "several": np.column_stack([data["y"] == "yes", data["age"] > 50]).astype(int),
    }[labels]
    X = X.drop(columns="age")
    model = vh.LogisticRegression().fit(X, y)
    model.save(tmp_path / "m.json")
    for again in (vh.load(tmp_path / "m.json"), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
        assert again.column_names_.tolist() == model.column_names_.tolist()
        assert again.feature_names_in_.tolist() == X.columns.tolist()
        with pytest.raises(DataError, match="Paris"):
            again.predict(X.assign(city="Paris"))
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "m.json").read_bytes()


def test_it_works_where_scikit_learn_splits_frames():
    data = frame()
    X = data.drop(columns="y")
    found = cross_val_predict(clone(vh.LogisticRegression()), X, data["y"], cv=3, method="predict_proba")
    assert found.shape == (N, 2)
    model = vh.LogisticRegressionCV(Cs=[0.1, 10.0], cv=3).fit(X, data["y"])
    assert model.feature_names_in_.tolist() == X.columns.tolist()
    np.testing.assert_array_equal(
        model.predict_proba(X), vh.LogisticRegression(C=model.C_).fit(X, data["y"]).predict_proba(X)
    )
