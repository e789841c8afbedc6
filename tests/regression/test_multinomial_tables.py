"""Multinomial fits of tables: as of arrays, with labels, files, formulas, and every wrong request in words."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.data import DataError, RequestError
from verhulst.regression import MultinomialTableFit, TableFit, fit_multinomial

rng = np.random.default_rng(20)
N = 400
AGE, REGION = rng.normal(40, 12, N).round(1), np.array(["north", "south", "west"])[rng.integers(0, 3, N)]
SCORES = np.column_stack([0 * AGE, 0.05 * (AGE - 40), (REGION == "west") - 0.3])
MODE = np.array(["bus", "car", "train"])[(SCORES + rng.gumbel(size=(N, 3))).argmax(axis=1)]
TABLE = {"mode": MODE, "age": AGE, "region": REGION}
X = np.column_stack([AGE, REGION == "south", REGION == "west"]).astype(float)
ARRAYS = fit_multinomial(X, MODE, names=["age", "region[south]", "region[west]"])


def same(model: MultinomialTableFit) -> None:
    assert model.fit.names == ARRAYS.names
    assert model.classes == ARRAYS.classes
    np.testing.assert_allclose(model.fit.coefficients, ARRAYS.coefficients, rtol=1e-7)
    np.testing.assert_allclose(model.fit.standard_errors, ARRAYS.standard_errors, rtol=1e-6)


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame, pa.table])
def test_as_of_arrays(make):
    table = make(TABLE)
    model = vh.fit_table(table, "mode", multinomial=True)
    same(model)
    np.testing.assert_allclose(model.predict_proba(table), ARRAYS.predict_proba(X), rtol=1e-7)
    assert model.predict(table).tolist() == ARRAYS.predict(X).tolist()
    confusion = pd.crosstab(MODE, model.predict(table)).reindex(columns=model.classes, fill_value=0)
    np.testing.assert_array_equal(model.totals.confusion, confusion)
    assert model.confusion(table) == model.totals


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.arrow", "a.jsonl"])
def test_files_that_do_not_fit_in_memory(name, tmp_path):
    vh.data.write_table(pa.table(TABLE), tmp_path / name)
    same(vh.fit_table(tmp_path / name, "mode", multinomial=True))
    same(vh.fit_table(str(tmp_path / name), "mode", multinomial=True, memory_limit=1000))


def test_formulas():
    model = vh.fit_formula("mode ~ age + C(region)", TABLE, multinomial=True)
    np.testing.assert_allclose(model.fit.coefficients, ARRAYS.coefficients, rtol=1e-7)
    other = vh.fit_formula("mode ~ age + C(region)", TABLE, multinomial=True, reference={"mode": "train"})
    assert other.classes == ("train", "bus", "car")
    np.testing.assert_allclose(other.predict_proba(TABLE)[:, 1:], model.predict_proba(TABLE)[:, :2], rtol=1e-6)
    with pytest.raises(RequestError, match=r"contr\.treatment\('west'\)"):
        vh.fit_formula("mode ~ age + C(region)", TABLE, multinomial=True, reference={"region": "west"})


def test_the_reference_is_first():
    model = vh.fit_table(TABLE, "mode", multinomial=True, reference={"mode": "car", "region": "west"})
    assert model.classes == ("car", "bus", "train")
    assert model.fit.names == ("age", "region[north]", "region[south]")
    coefficients, errors = ARRAYS.against("car")
    np.testing.assert_allclose(model.fit.coefficients[0, 1], coefficients[0, 1], rtol=1e-6)
    np.testing.assert_allclose(model.fit.standard_errors[1, 1], errors[2, 1], rtol=1e-6)
    assert "car" in repr(model.summary())


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([2, 10, 3], (2, 3, 10)),
        ([0.5, 2.0, 1.0], (0.5, 1, 2)),
        ([2**62 + 1, 2**62, 5], (5, 2**62, 2**62 + 1)),
        (["2", "10", "3"], ("2", "3", "10")),
        (pd.Categorical(["low", "high", "mid"], ["low", "mid", "high"], ordered=True), ("low", "mid", "high")),
        (pd.Series(["b", "a", "c"], dtype="string"), ("a", "b", "c")),
        ([2**63, 5, 2**64 - 1], (5, 2**63, 2**64 - 1)),
        ([True, False, True], (False, True)),
    ],
)
def test_classes_are_the_values_of_the_column(values, classes):
    """In the order of the column, and equal to its values, so that predictions can be compared with them."""
    frame = pd.DataFrame({"y": pd.Series(values).take(np.arange(N) % 3).array, "age": AGE})
    model = vh.fit_table(frame, "y", multinomial=True)
    assert model.classes == classes
    predicted = pd.Series(model.predict(frame))
    wanted = (predicted.astype(object) == frame["y"].astype(object)).sum()
    assert wanted == np.trace(model.totals.confusion) > 0


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ((2**70, 2**70 + 1, 1), (str(2**70), str(2**70 + 1), "1")),
        ((-1, 2**63, 1), ("-1", str(2**63), "1")),
        ((-(2**63), 2**63 - 1, 1), (-(2**63), 1, 2**63 - 1)),
    ],
)
def test_whole_numbers_of_text_files_that_no_type_holds_are_text(labels, classes, tmp_path):
    lines = [f"{labels[k % 3]},{AGE[k]}" for k in range(N)]
    (tmp_path / "a.csv").write_text("\n".join(["y,age", *lines]) + "\n")
    model = vh.fit_table(tmp_path / "a.csv", "y", multinomial=True)
    assert sorted(map(str, model.classes)) == sorted(map(str, classes))
    assert set(map(type, model.classes)) == set(map(type, classes))
    model.save(tmp_path / "m.json")
    vh.predict_table(vh.load(tmp_path / "m.json"), tmp_path / "a.csv", tmp_path / "p.parquet")
    assert set(vh.data.read_table(tmp_path / "p.parquet")["predicted"].to_pylist()) <= set(model.classes)


def test_numbers_of_text_files_are_numbers(tmp_path):
    frame = pd.DataFrame({"y": np.arange(N) % 3, "age": AGE})
    frame.to_csv(tmp_path / "a.csv", index=False)
    model = vh.fit_table(tmp_path / "a.csv", "y", multinomial=True)
    assert model.classes == (0, 1, 2)
    assert np.mean(model.predict(tmp_path / "a.csv") == frame["y"]) > 0.3


def test_missing_values():
    frame = pd.DataFrame(TABLE)
    frame.loc[3, "age"] = np.nan
    frame.loc[5, "mode"] = None
    with pytest.raises(DataError, match="2 of 400"):
        vh.fit_table(frame, "mode", multinomial=True)
    model = vh.fit_table(frame, "mode", multinomial=True, missing="drop")
    assert (model.fit.rows, model.design.rows_read) == (N - 2, N)
    with pytest.raises(DataError, match="missing"):
        model.predict(frame)
    predicted = model.predict(frame, missing="nan")
    assert [k for k, one in enumerate(predicted) if one is None] == [3]
    assert np.isnan(model.predict_proba(frame, missing="nan")[3]).all()


def test_a_class_that_is_lost_with_the_missing_values():
    frame = pd.DataFrame(TABLE)
    frame.loc[frame["mode"] == "car", "age"] = np.nan
    model = vh.fit_table(frame, "mode", multinomial=True, missing="drop")
    assert model.classes == ("bus", "train")


def test_weights_and_a_penalty():
    weights = np.arange(N) % 3 + 1.0
    model = vh.fit_table(TABLE | {"w": weights}, "mode", multinomial=True, weights="w", C=2.0)
    plain = fit_multinomial(X, MODE, weights, C=2.0)
    np.testing.assert_allclose(model.fit.coefficients, plain.coefficients, rtol=1e-7)
    assert np.sum(model.totals.confusion) == weights.sum()


def test_two_classes():
    table = TABLE | {"mode": MODE == "car"}
    two, many = vh.fit_table(table, "mode"), vh.fit_table(table, "mode", multinomial=True)
    assert (type(two), type(many)) == (TableFit, MultinomialTableFit)
    np.testing.assert_allclose(many.fit.coefficients[0], two.fit.coefficients, rtol=1e-7)


def test_model_files(tmp_path):
    for options in ({}, {"reference": {"mode": "car"}}, {"C": 1.0}):
        model = vh.fit_table(TABLE, "mode", multinomial=True, **options)
        model.save(tmp_path / "model.json")
        again = vh.load(tmp_path / "model.json")
        assert repr(again) == repr(model) == f"<MultinomialTableFit of mode (3 classes) from 3 columns, {N} rows>"
        np.testing.assert_array_equal(again.predict_proba(TABLE), model.predict_proba(TABLE))
        assert (repr(again.summary()), again.totals) == (repr(model.summary()), model.totals)
    of_formula = vh.fit_formula("mode ~ age + np.log(age + 100)", TABLE, multinomial=True)
    of_formula.save(tmp_path / "model.json")
    np.testing.assert_array_equal(vh.load(tmp_path / "model.json").predict(TABLE), of_formula.predict(TABLE))


def test_separated_classes_predict_as_they_separate():
    table = TABLE | {"mode": np.where(AGE > 50, "train", MODE)}
    table["mode"][(AGE <= 50) & (MODE == "train")] = "bus"
    with pytest.warns(vh.regression.SeparationWarning):
        model = vh.fit_table(table, "mode", multinomial=True)
    p = model.predict_proba(table)
    np.testing.assert_array_equal(p[:, 2], AGE > 50)
    assert np.isnan(model.scores({"age": [None], "region": ["west"]}, missing="nan")).all()


MANY = np.arange(N) % 60
BAD = {
    "several values": ({}, {"multinomial": False}, r"has 3 values.*so: multinomial=True \(--multinomial\)"),
    "one value": ({"mode": np.full(N, "bus")}, {}, "is 'bus' in every row"),
    "a number": ({"mode": AGE}, {}, "values, and a multinomial fit takes at most 50 classes: .*thresholds"),
    "many": ({"mode": [f"c{k}" for k in range(N)]}, {}, "400 values.*Merge rare ones"),
    "sixty": ({"mode": MANY}, {"multinomial": False}, "has 60 values, but two are needed.*Is it the right column"),
    "infinite": (
        {"mode": np.where(np.arange(N) == 7, np.inf, np.arange(N) % 3)},
        {},
        "finite numbers or text .* is inf",
    ),
    "blanks": ({"mode": np.where(np.arange(N) == 7, "bus ", MODE)}, {}, "'bus' and 'bus ', which differ only in"),
    "spellings": (
        {"mode": np.resize(["1", "2", "3", "2.0"], N)},
        {},
        "has 4 values, of which '2' and '2.0' are the same",
    ),
    "dates": ({"mode": np.full(N, np.datetime64("2020-01-01", "s"))}, {}, "cannot be classes"),
    "positive": ({}, {"positive": "bus"}, "positive .* is for two values"),
    "offset": ({}, {"offset": "age"}, "an offset is for two values"),
    "reference": ({}, {"reference": {"mode": "bis"}}, "never 'bis'.* Did you mean 'bus'"),
    "reference alone": ({}, {"multinomial": False, "reference": {"mode": "bus"}}, "add multinomial=True"),
    "Firth": ({}, {"firth": True}, "firth=True is for two classes"),
    "C": ({}, {"C": 0.0}, "C must be above 0"),
    "weights": ({"w": (MODE != "bus") * 1.0}, {"weights": "w"}, "every weight of class 'bus' is 0"),
    "client": ({}, {"client": object()}, "reads all rows in this process"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case):
    changed, options, message = BAD[case]
    with pytest.raises(DataError, match=message):
        vh.fit_table(TABLE | changed, "mode", **{"multinomial": True} | options)


def test_arguments_of_scikit_learn():
    with pytest.raises(TypeError, match=r"penalty.*C=1\.0"):
        vh.fit_table(TABLE, "mode", multinomial=True, penalty="l2")


def test_a_class_at_prediction_that_the_fit_never_saw():
    model = vh.fit_table(TABLE, "mode", multinomial=True)
    with pytest.raises(DataError, match="row 1: the target 'mode' is 'tram', but only 'bus', 'car' and 'train' are"):
        model.confusion({"mode": ["tram"], "age": [30.0], "region": ["west"]})


def test_a_class_of_one_case():
    """It may be fitted, and is no separated class if it lies among the others; the summary says how few it has."""
    mode = np.where(np.arange(N) == int(np.argmin(np.abs(AGE - 40))), "tram", MODE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model = vh.fit_table(TABLE | {"mode": mode, "region": np.full(N, 1.0)}, "mode", multinomial=True)
    assert dict(zip(model.classes, model.fit.cases, strict=True))["tram"] == 1
    assert "The rarest class, tram, has 1 case for 1 column, fewer than 10 for each" in repr(model.summary())
