"""Fits of tables: through the design, to a file and back."""

import json
import pathlib
import warnings

import numpy as np
import polars as pl
import pytest

import verhulst as vh
from verhulst.data import DataError, ModelFileError, load_dataset, read_table
from verhulst.regression import TableFit, fit, fit_formula, fit_table
from verhulst.regression.separation import SeparationWarning
from verhulst.regression.totals import Totals


def anes() -> TableFit:
    return fit_table(load_dataset("anes96"), "vote", positive="Dole", reference={"party": "independent"})


def test_table_equals_arrays():
    table = load_dataset("anes96")
    model = anes()
    X = model.design.matrix(table)
    plain = fit(X, model.design.target_values(table))
    np.testing.assert_array_equal(model.fit.coefficients, plain.coefficients)
    assert model.fit.names == model.design.names
    z = model.log_odds(table)
    np.testing.assert_allclose(z, model.fit.coefficients[0] + X @ model.fit.coefficients[1:], rtol=1e-13, atol=1e-13)
    p = model.predict_proba(table)
    assert p.shape == (944, 2)
    np.testing.assert_array_equal(p[:, 1], vh.sigmoid(z))
    np.testing.assert_array_equal(p[:, 0], vh.sigmoid(-z))
    low, high = model.predict_interval(table)
    assert ((low < p[:, 1]) & (p[:, 1] < high)).all()


def test_it_shows_itself():
    model = anes()
    assert repr(model) == "<TableFit of vote = Dole from 11 columns, 944 rows>"
    assert "party[strong Republican]" in repr(model.summary())
    assert model._repr_html_().startswith("<div>")
    assert round(model.odds_ratios()["self_placement"].estimate, 2) == 1.78


def test_a_model_survives_its_file(tmp_path):
    model = anes()
    model.save(tmp_path / "m.json")
    back = vh.load(tmp_path / "m.json")
    assert isinstance(back, TableFit)
    assert back.design == model.design
    assert back.totals == model.totals
    for name in ("coefficients", "covariance"):
        assert getattr(back.fit, name).tobytes() == getattr(model.fit, name).tobytes()
    table = load_dataset("anes96")
    assert back.log_odds(table).tobytes() == model.log_odds(table).tobytes()
    assert json.loads((tmp_path / "m.json").read_text())["kind"] == "logistic regression"


def test_a_separated_model_survives_its_file(tmp_path):
    table = {"y": [0, 0, 1, 0, 1, 1, 1, 1], "x": [1, 2, 3, 4, 5, 2, 3, 1], "g": list("aaaaaabb")}
    with pytest.warns(SeparationWarning):
        model = fit_table(table, "y")
    assert model.fit.separation is not None
    model.save(tmp_path / "m.json")
    back = vh.load(tmp_path / "m.json")
    np.testing.assert_array_equal(back.log_odds(table), model.log_odds(table))
    assert np.isinf(back.log_odds(table)[-1])
    assert str(back.fit.separation) == str(model.fit.separation)


def test_weights_and_offset_are_columns():
    table = {"y": [0, 1, 0, 1, 1, 0], "x": [1.0, 2, 3, 4, 5, 6], "w": [1, 2, 1, 3, 1, 2], "o": [0.1, 0.2, 0, 0, 0.3, 0]}
    model = fit_table(table, "y", weights="w", offset="o")
    again = fit(np.array(table["x"])[:, None], table["y"], table["w"], table["o"])
    np.testing.assert_array_equal(model.fit.coefficients, again.coefficients)
    assert (sum(model.totals.zeros), sum(model.totals.ones)) == (4.0, 6.0)
    np.testing.assert_allclose(model.log_odds(table), again.log_odds(np.array(table["x"])[:, None], table["o"]))
    with pytest.raises(DataError, match=r"every weight is 0"):
        fit_table(table | {"w": [0] * 6}, "y", weights="w")


@pytest.mark.parametrize(
    ("table", "weights", "message"),
    [
        ({"y": [0, 1, 1], "x": [1, 2, 3], "w": [0, 1, 1]}, "w", r"only one class"),
        ({"y": [0, 1, 1], "g": ["a", "b", "a"], "g[b]": [1, 2, 3]}, None, r"two columns are named 'g\[b\]'"),
    ],
)
def test_what_the_fit_refuses_is_a_fault_of_the_data(table, weights, message):
    with pytest.raises(DataError, match=message):
        fit_table(table, "y", weights=weights)


def test_missing_values_at_prediction():
    model = fit_table({"y": [0, 1, 0, 1], "x": [1.0, 2, 3, 4]}, "y")
    with pytest.raises(DataError, match=r"missing in 1 of 2 rows"):
        model.log_odds({"x": [1.0, None]})
    assert np.isnan(model.predict_proba({"x": [1.0, None]}, missing="nan")).tolist() == [[False, False], [True, True]]


@pytest.mark.parametrize("separated", [True, False])
@pytest.mark.parametrize("categorical", [[], ["x"]])
def test_a_row_with_a_missing_value_has_no_probability(separated, categorical, tmp_path):
    columns = {"x": [1, 1, 2, 2, 3], "z": [0.5, -1.0, 2.0, 0.0, 1.0], "o": [0.0, 1.0, 0.5, 0.0, 2.0]}
    # Each row with both outcomes is not separated.
    table = {name: values * 2 for name, values in columns.items()}
    table["y"] = [0, 0, 1, 1, 1] * 2 if separated else [0] * 5 + [1] * 5
    new = {"x": [2, None, 3, 2], "z": [0.5, 1.0, None, -1.0], "o": [0.0, 1.0, 1.0, None]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeparationWarning)
        models = [
            fit_table(table, "y", columns=["x", "z"], offset="o", categorical=categorical),
            fit_formula("y ~ x + z" if not categorical else "y ~ C(x) + z", table, offset="o"),
        ]
    models[0].save(tmp_path / "m.json")
    for model in (*models, vh.load(tmp_path / "m.json")):
        assert (model.fit.separation is not None) == separated
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = [
                model.log_odds(new, missing="nan"),
                model.predict_proba(new, missing="nan")[:, 1],
                *model.predict_interval(new, missing="nan"),
            ]
        for values in found:
            np.testing.assert_array_equal(np.isnan(values), [False, True, True, True])


def test_any_table_will_do():
    frame = pl.DataFrame({"y": [0, 1, 0, 1], "x": [1.0, 2, 3, 4]})
    np.testing.assert_array_equal(
        fit_table(frame, "y").fit.coefficients, fit_table(frame.to_pandas(), "y").fit.coefficients
    )


def test_formula(tmp_path):
    table = load_dataset("anes96")
    model = fit_formula("vote ~ age + C(party)", table, positive="Dole")
    same = fit_table(table, "vote", positive="Dole", columns=["age", "party"])
    np.testing.assert_allclose(model.fit.log_likelihood, same.fit.log_likelihood, rtol=1e-12)
    np.testing.assert_allclose(model.log_odds(table.slice(0, 5)), same.log_odds(table.slice(0, 5)), rtol=1e-6)
    assert not fit_formula("vote ~ age - 1", table, positive="Dole").fit.intercept
    model.save(tmp_path / "m.json")
    back = vh.load(tmp_path / "m.json")
    np.testing.assert_array_equal(back.fit.coefficients, model.fit.coefficients)
    np.testing.assert_array_equal(back.log_odds(table), model.log_odds(table))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(schema_version=99), r"was written by a newer version.*update verhulst"),
        (lambda d: d["payload"].pop("fit"), r"the model file is damaged: fit is missing"),
        (
            lambda d: d["payload"]["fit"].update(coefficients="x"),
            r"damaged: fit.coefficients is 'x'; it must be a list",
        ),
        (lambda d: d["payload"]["fit"].update(extra=1), r"damaged: fit.extra is not a field"),
    ],
)
def test_model_files_that_are_not_right(tmp_path, change, message):
    path = tmp_path / "m.json"
    anes().save(path)
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(ModelFileError, match=message):
        vh.load(path)


def test_totals_are_counts_only():
    totals = anes().totals
    z, y, weight = totals.cases()
    assert (weight[y == 0].sum(), weight[y == 1].sum()) == (551.0, 393.0)
    split = vh.figures.prepare_probability_by_outcome(y, vh.sigmoid(z), sample_weight=weight)
    assert split.cases == (551.0, 393.0)
    np.testing.assert_allclose([sum(s) for s in split.share], 1)
    groups = vh.calibration.reliability(y, z, scores_are="logits", kind="bins", equal="size", sample_weight=weight)
    assert (groups.low <= groups.rate).all()
    assert (groups.rate <= groups.high).all()
    np.testing.assert_allclose(weight @ vh.sigmoid(z), 393, rtol=1e-10)


def test_totals_tell_what_the_rows_tell():
    """Histograms of the probability are exact; means and medians of groups are within a cell, 1/32 of a log-odds."""
    rng = np.random.default_rng(5)
    z = np.concatenate([rng.normal(-1, 2, 5000), [-np.inf, np.inf, 800.0, -800.0]])
    y = (rng.random(len(z)) < vh.sigmoid(z)).astype(float)
    weights = rng.integers(1, 4, len(z)).astype(float)
    X = np.where(rng.random((len(z), 2)) < 0.3, 1.0, 0.0)
    totals = Totals.of(X, y, z, weights)
    np.testing.assert_array_equal(totals.present, (X != 0).T @ weights)
    cell, outcome, weight = totals.cases()
    coarse = vh.figures.prepare_probability_by_outcome(outcome, vh.sigmoid(cell), sample_weight=weight)
    fine = vh.figures.prepare_probability_by_outcome(y, vh.sigmoid(z), sample_weight=weights)
    np.testing.assert_allclose(coarse.share, fine.share, rtol=1e-12)
    assert coarse.cases == fine.cases
    np.testing.assert_allclose(coarse.median, fine.median, rtol=1 / 32)
    parts = [Totals.of(X[rows], y[rows], z[rows], weights[rows]) for rows in (slice(None, 1700), slice(1700, None))]
    merged = parts[0] + parts[1]
    assert (merged.cells, merged.zeros, merged.ones) == (totals.cells, totals.zeros, totals.ones)
    assert merged.present == totals.present
    np.testing.assert_allclose(merged.predicted, totals.predicted, rtol=1e-13)


def test_files_of_schema_1_hold_bins_and_groups():
    path = pathlib.Path(__file__).parents[1] / "references" / "models" / "schema1-table.json"
    old = json.loads(path.read_text(encoding="utf-8"))["payload"]["totals"]
    z, y, weight = vh.load(path).totals.cases()
    split = vh.figures.prepare_probability_by_outcome(y, vh.sigmoid(z), sample_weight=weight)
    np.testing.assert_allclose(split.share, old["by_outcome"]["shares"], atol=1e-12)
    assert split.cases == tuple(old["by_outcome"]["cases"])
    expected = sum(group["cases"] * group["predicted"] for group in old["reliability"])
    np.testing.assert_allclose(weight @ vh.sigmoid(z), expected, rtol=0.02)


def test_nothing_is_written_where_there_is_no_folder(tmp_path):
    with pytest.raises(OSError, match=r"does not exist. Make it first"):
        anes().save(tmp_path / "none" / "m.json")


def test_constant_and_duplicate_columns_are_named():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(50)
    table = {"y": (x + rng.standard_normal(50) > 0).astype(int), "x": x, "twice": x, "one": np.ones(50)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = fit_table(table, "y")
    assert {part.name for part in model.fit.collinear} == {"twice", "one"}
    assert np.isfinite(model.log_odds(read_table(table))).all()


def test_cases_and_events_are_counted_exactly():
    rng = np.random.default_rng(0)
    for n, events in ((5000, 1677), (10, 3), (997, 331)):
        y = np.zeros(n)
        y[rng.choice(n, events, replace=False)] = 1.0
        for weights in (np.ones(n), np.full(n, 3.0)):
            found = fit_table({"y": y, "x": rng.normal(size=n), "w": weights}, "y", weights="w").fit
            assert (found.cases, found.events) == (n * weights[0], events * weights[0])
