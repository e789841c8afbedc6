"""Summaries and marginal effects of models of tables: those of the estimator on the same rows."""

import numpy as np
import pandas as pd
import pytest

import verhulst as vh
from verhulst.data import UnknownColumnError

RNG = np.random.default_rng(3)
FRAME = pd.DataFrame(
    {
        "x": RNG.normal(size=90),
        "g": RNG.choice(["a", "b", "c"], 90),
        "w": RNG.integers(1, 4, 90).astype(float),
        "o": RNG.normal(size=90) / 4,
        "house": np.arange(90) // 3,
        "y": RNG.integers(0, 2, 90),
    }
)
HOLES = FRAME.assign(x=FRAME.x.where(FRAME.index % 7 > 0))
FITS = {
    "columns": lambda frame: vh.fit_table(frame, "y", columns=["x", "g"], weights="w", offset="o", missing="drop"),
    "formula": lambda frame: vh.fit_formula("y ~ x + g", frame, weights="w", offset="o", missing="drop"),
}
OPTIONS = [
    {"covariance": "HC1"},
    {"covariance": "HC0"},
    {"clusters": "house"},
    {"clusters": "house", "covariance": "HC0"},
    {"interval": "profile"},
    {"interval": "profile", "covariance": "HC1"},
]


def estimator(frame):
    kept = frame[frame.x.notna()]
    X = pd.DataFrame({"x": kept.x, "g[b]": (kept.g == "b") * 1.0, "g[c]": (kept.g == "c") * 1.0})
    return vh.LogisticRegression().fit(X, kept.y, kept.w, kept.o), X, kept


def numbers(table):
    return [(line.estimate, line.standard_error, line.lower, line.upper) for line in table]


@pytest.mark.parametrize("way", FITS)
@pytest.mark.parametrize("frame", [FRAME, HOLES], ids=["whole", "holes"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_summaries_are_those_of_the_estimator(way, frame, options):
    model, (other, _, kept) = FITS[way](frame), estimator(frame)
    labels = {"clusters": kept.house.to_numpy()} if "clusters" in options else {}
    expected = numbers(other.summary(0.9, **options | labels).coefficients)
    np.testing.assert_allclose(numbers(model.summary(0.9, data=frame, **options).coefficients), expected, rtol=1e-6)
    if labels:
        found = model.summary(0.9, data=frame, **options | {"clusters": frame.house})
        np.testing.assert_allclose(numbers(found.coefficients), expected, rtol=1e-6)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_advice_works_also_for_a_model_from_a_file(options, tmp_path):
    model = FITS["columns"](FRAME)
    with pytest.raises(ValueError, match=r"does not keep its rows, .*: pass the table of the fit, summary\(data="):
        model.summary(**options)
    model.save(tmp_path / "model.json")
    FRAME.to_csv(tmp_path / "table.csv", index=False)
    read = vh.load(tmp_path / "model.json").summary(data=tmp_path / "table.csv", **options)
    np.testing.assert_allclose(
        numbers(read.coefficients), numbers(model.summary(data=FRAME, **options).coefficients), rtol=1e-6
    )


def test_a_missing_cluster_is_named_by_its_row_of_the_table():
    frame = FRAME.assign(house=FRAME.house.astype(object))
    frame.loc[[2, 5], "x"] = np.nan  # left out
    frame.loc[[2, 40], "house"] = None
    model = FITS["columns"](frame)
    with pytest.raises(ValueError, match=r"column 'house' is missing in 1 of 90 rows \(first in row 41\)"):
        model.summary(data=frame, clusters="house")
    with pytest.raises(ValueError, match=r"clusters is missing in 1 of 90 rows \(first: row 40\)"):
        model.summary(data=frame, clusters=frame.house)


def test_other_rows_and_unknown_options_are_refused():
    model = FITS["columns"](FRAME)
    with pytest.raises(ValueError, match="not the data of the fit: it had 90 rows, these are 50"):
        model.summary(data=FRAME[:50], covariance="HC1")
    with pytest.raises(ValueError, match="clusters must have one label per row: 90"):
        model.summary(data=FRAME, clusters=[1, 2])
    masked = np.ma.masked_array(FRAME.house, mask=FRAME.house == 2)
    with pytest.raises(ValueError, match="clusters is missing in 3 of 90 rows"):
        model.summary(data=FRAME, clusters=masked)
    with pytest.raises(UnknownColumnError, match="Did you mean 'house'"):
        model.summary(data=FRAME, clusters="hose")
    with pytest.raises(ValueError, match="interval must be 'wald' or 'profile', not 'exact'"):
        model.summary(data=FRAME, interval="exact")
    with pytest.raises(ValueError, match="covariance must be 'HC0', 'HC1' or a matrix, not 'HC3'"):
        model.summary(data=FRAME, covariance="HC3")
    for clusters in (5, [1, 2], np.ones((90, 2))):
        with pytest.raises(ValueError, match="clusters must have one label per row"):
            FITS["columns"](HOLES).summary(data=HOLES, clusters=clusters)
    with pytest.raises(ValueError, match="either a covariance matrix or clusters"):
        model.summary(data=FRAME, clusters="house", covariance=np.eye(4))


@pytest.mark.parametrize("frame", [FRAME, HOLES], ids=["whole", "holes"])
@pytest.mark.parametrize("way", FITS)
def test_marginal_effects_are_those_of_the_estimator(way, frame):
    other, X, kept = estimator(frame)
    expected = other.marginal_effects(X, sample_weight=kept.w, offset=kept.o, level=0.9)
    found = FITS[way](frame).marginal_effects(frame, level=0.9)
    np.testing.assert_allclose(numbers(found), numbers(expected), rtol=1e-6)
