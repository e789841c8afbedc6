"""Rows that were not in the fit: folds, groups, test tables."""

import warnings

import numpy as np
import pandas as pd
import pytest

import verhulst as vh
from verhulst.data import DataError, load_dataset
from verhulst.data.errors import RequestError
from verhulst.regression import fit, fit_formula, fit_table
from verhulst.regression.folds import assign_folds

RNG = np.random.default_rng(8)
N = 150
FRAME = pd.DataFrame(
    {
        "x": RNG.normal(size=N).round(3),
        "g": RNG.choice(["a", "b", "c"], N),
        "house": [f"{k % 25:03d}" for k in range(N)],
        "w": RNG.integers(0, 4, N),
        "o": RNG.normal(size=N).round(2),
    }
)
FRAME["y"] = (RNG.random(N) < vh.sigmoid(FRAME.x - 0.5 * (FRAME.g == "b"))).astype(int)
HOLES = FRAME.astype({"x": object})
HOLES.loc[[3, 70], "x"] = None


def by_hand(frame, fold, options, weights=None, offset=None):
    """Log-odds of each row by a fit of a copy of the other rows."""
    X = np.column_stack([frame.x.astype(float), frame.g == "b", frame.g == "c"])
    z = np.full(len(frame), np.nan)
    for k in range(fold.max() + 1):
        rest, held = (fold != k) & (fold >= 0), fold == k
        found = fit(
            X[rest],
            frame.y[rest],
            None if weights is None else frame[weights][rest],
            None if offset is None else frame[offset][rest],
            **options,
        )
        z[held] = found.log_odds(X[held], None if offset is None else frame[offset][held])
    return z


@pytest.mark.parametrize("options", [{}, {"C": 0.7}, {"firth": True}])
@pytest.mark.parametrize("roles", [{}, {"weights": "w", "offset": "o"}])
@pytest.mark.parametrize("frame", [FRAME, HOLES], ids=["whole", "holes"])
def test_each_row_is_predicted_by_a_fit_of_the_other_folds(frame, roles, options):
    model = fit_table(frame, "y", columns=["x", "g"], missing="drop", cv=5, seed=3, **roles, **options)
    kept = frame.dropna().reset_index(drop=True)
    counts = kept.w.to_numpy() > 0 if roles else np.ones(len(kept), bool)
    fold = np.full(len(kept), -1)
    fold[counts] = assign_folds(kept.y.to_numpy()[counts], None, 5, np.random.default_rng(3))
    expected = by_hand(kept, fold, options, **roles)[counts]
    cases = model.held_out.cases
    np.testing.assert_allclose(cases.log_odds, expected, rtol=1e-5, atol=1e-5)  # to the decrement of each fit
    np.testing.assert_array_equal(cases.y, kept.y[counts])
    plain = fit_table(frame, "y", columns=["x", "g"], missing="drop", **roles, **options)
    np.testing.assert_array_equal(model.fit.coefficients, plain.fit.coefficients)
    assert plain.held_out is None
    assert (model.held_out.rows, model.held_out.folds, model.held_out.left_out) == (
        counts.sum(),
        5,
        len(frame) - len(kept),
    )


def test_groups_stay_in_one_fold_and_out_of_x():
    model = fit_table(HOLES, "y", exclude=["w", "o"], missing="drop", cv=4, group="house")
    assert model.design.names == ("x", "g[b]", "g[c]")
    kept = HOLES.dropna()
    fold = assign_folds(kept.y.to_numpy(), kept.house.to_numpy(), 4, np.random.default_rng(0))
    assert all(len(set(fold[kept.house == house])) == 1 for house in set(kept.house))
    expected = by_hand(kept.reset_index(drop=True), fold, {})
    np.testing.assert_allclose(model.held_out.cases.log_odds, expected, rtol=1e-5, atol=1e-5)
    assert (model.held_out.group, model.held_out.groups) == ("house", 25)
    formula = fit_formula("y ~ x + g", HOLES, missing="drop", cv=4, group="house")
    np.testing.assert_allclose(formula.held_out.cases.log_odds, expected, rtol=1e-5, atol=1e-5)


def test_files_are_read_as_tables(tmp_path):
    FRAME.to_csv(tmp_path / "d.csv", index=False)
    FRAME.to_parquet(tmp_path / "d.parquet")
    asked = {"columns": ["x", "g"], "cv": 4, "group": "house"}
    expected = fit_table(FRAME, "y", **asked).held_out.cases.log_odds
    for name in ("d.csv", "d.parquet"):
        np.testing.assert_allclose(
            fit_table(tmp_path / name, "y", **asked).held_out.cases.log_odds, expected, rtol=1e-9
        )
    limited = fit_table(tmp_path / "d.parquet", "y", memory_limit=1000, **asked).held_out
    np.testing.assert_allclose(limited.cases.log_odds, expected, rtol=1e-9)


def test_a_test_table_is_predicted_by_the_fit():
    model = fit_table(HOLES[:100], "y", columns=["x", "g"], missing="drop", test=HOLES[50:])
    kept = HOLES[50:].dropna()
    np.testing.assert_array_equal(model.held_out.cases.log_odds, model.log_odds(kept))
    assert (model.held_out.rows, model.held_out.folds, model.held_out.left_out) == (99, 0, 1)
    assert repr(model.held_out) == "<HeldOut: 99 rows of another table>"
    with pytest.raises(DataError, match=r"no row is left to judge the model by"):
        model.test_on(HOLES[3:4])


def test_evaluate_takes_them():
    model = fit_table(FRAME, "y", columns=["x", "g"], weights="w", cv=5)
    cases = model.held_out.cases
    expected = vh.evaluate(cases.y, logits=cases.log_odds, sample_weight=cases.weights)
    assert vh.evaluate(model.held_out).to_dict() == expected.to_dict()
    with pytest.raises(ValueError, match=r"pass them alone"):
        vh.evaluate(model.held_out, logits=cases.log_odds)


def test_a_model_file_holds_totals_only(tmp_path):
    model = fit_table(load_dataset("anes96"), "vote", positive="Dole", cv=10)
    model.save(tmp_path / "m.json")
    back = vh.load(tmp_path / "m.json").held_out
    assert back.cases is None
    assert back.totals == model.held_out.totals
    assert (back.rows, back.folds, back.seed) == (944, 10, 0)
    exact, near = vh.evaluate(model.held_out), vh.evaluate(back)
    for name in ("roc_auc", "log_loss", "brier"):
        assert getattr(near, name).value == pytest.approx(getattr(exact, name).value, abs=5e-4), name
    assert near.cox.slope.value == pytest.approx(exact.cox.slope.value, abs=2e-3)


def test_levels_that_the_other_folds_lack_are_counted():
    table = {
        "y": [0, 1] * 30,
        "x": np.arange(60) % 7,
        "rare": ["a"] * 58 + ["b", "c"],
        "first": ["A"] + ["B", "C"] * 29 + ["B"],  # the reference level is the rare one
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert fit_table(table, "y", columns=["x"], cv=5).held_out.unseen == 0
        assert fit_table(table, "y", columns=["x", "rare"], cv=5).held_out.unseen == 2
        assert fit_table(table, "y", columns=["x", "first"], cv=5).held_out.unseen == 1


def test_separated_folds_are_counted():
    x = np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9] * 2)
    y = (x > 4.5).astype(int)
    y[2] = 1  # without this row the outcomes are separated
    held_out = fit_table({"y": y, "x": x}, "y", cv=20).held_out
    assert held_out.folds == 9  # no more than rows with the rarer outcome
    assert held_out.separated == 1
    assert np.isinf(held_out.cases.log_odds).any()
    assert np.isinf(vh.evaluate(held_out).log_loss.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cv": 1}, r"cv must be a whole number of at least 2, not 1"),
        ({"cv": True}, r"cv must be a whole number of at least 2, not True"),
        ({"cv": "10"}, r"cv must be a whole number of at least 2, not '10'"),
        ({"cv": 5, "seed": -1}, r"seed must be a whole number of at least 0"),
        ({"group": "house"}, r"group='house' keeps groups together in folds: ask for folds"),
        ({"cv": 5, "test": FRAME}, r"two ways to evaluate a model"),
        ({"cv": 5, "group": "hause"}, r"no column 'hause'.*'house'"),
    ],
)
def test_what_is_asked_for_is_checked(options, message):
    for work in (lambda: fit_table(FRAME, "y", **options), lambda: fit_formula("y ~ x", FRAME, **options)):
        with pytest.raises((RequestError, DataError), match=message):
            work()


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (
            FRAME.assign(house=[None, *FRAME.house[1:]]),
            {"group": "house"},
            r"column 'house' is missing in 1 of 150 rows",
        ),
        (FRAME.assign(house="one"), {"group": "house"}, r"at least 2 groups"),
        (FRAME.assign(house=FRAME.y), {"group": "house"}, r"training rows contain only class"),
        (FRAME.assign(y=[1] + [0] * 149), {}, r"at least 2 cases of each"),
        (FRAME.assign(u=(FRAME.index == 149) * 1.0), {"collinear": "error"}, r"without fold \d of 5: .*'u'"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_data_that_cannot_be_folded(table, options, message):
    columns = [name for name in ("x", "u") if name in table]
    with pytest.raises(DataError, match=message):
        fit_table(table, "y", columns=columns, cv=5, **options)


def test_a_dask_frame_is_not_folded():
    dask = pytest.importorskip("dask.dataframe")
    with pytest.raises(RequestError, match=r"cross-validation needs all rows in this process"):
        fit_table(dask.from_pandas(FRAME, npartitions=2), "y", columns=["x"], cv=5)
