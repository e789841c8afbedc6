"""Labels of pandas, polars, Arrow and NumPy's StringDType: the classes that they hold, or where one is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.regression import fit_multinomial

X = np.random.default_rng(0).normal(size=(30, 2))
NUMBERS = (np.arange(30) % 3).tolist()
TEXTS = ["abc"[k] for k in NUMBERS]

MAKERS = {
    "list": list,
    "object": lambda y: np.array(y, dtype=object),
    "pandas object": lambda y: pd.Series(y, dtype=object),
    "pandas category": lambda y: pd.Series(y, dtype="category"),
    "pandas frame": lambda y: pd.DataFrame({"y": pd.Series(y, dtype=object)}),
    "polars": lambda y: pl.Series(y, strict=False),
    "arrow": pa.array,
    "arrow chunks": lambda y: pa.chunked_array([pa.array(y[:7]), pa.array(y[7:])]),
    "arrow dictionary": lambda y: pa.array(y).dictionary_encode(),
}
OF_TEXT = {
    "string": lambda y: pd.Series(y, dtype="string"),
    "string[pyarrow]": lambda y: pd.Series(y, dtype="string[pyarrow]"),
    "polars categorical": lambda y: pl.Series(y).cast(pl.Categorical),
    "polars enum": lambda y: pl.Series(y).cast(pl.Enum(["a", "b", "c"])),
    "StringDType": lambda y: np.array(
        [np.nan if one is None else one for one in y], np.dtypes.StringDType(na_object=np.nan)
    ),
}
OF_NUMBERS = {
    "Int64": lambda y: pd.Series(y, dtype="Int64"),
    "Int8": lambda y: pd.Series(y, dtype="Int8"),
    "int64[pyarrow]": lambda y: pd.Series(y, dtype="int64[pyarrow]"),
}
CASES = [
    *((name, make, TEXTS) for name, make in (MAKERS | OF_TEXT).items()),
    *((name, make, NUMBERS) for name, make in (MAKERS | OF_NUMBERS).items()),
]
NAMES = [f"{name}-{type(y[0]).__name__}" for name, _, y in CASES]
FITS = {
    "fit_multinomial": lambda y: fit_multinomial(X, y),
    "LogisticRegression": lambda y: vh.LogisticRegression().fit(X, y),
}


@pytest.mark.filterwarnings("ignore:A column-vector y was passed")
@pytest.mark.parametrize(
    ("name", "make", "labels"), CASES, ids=[f"{name}-{type(y[0]).__name__}" for name, _, y in CASES]
)
@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("classes", [2, 3])
def test_classes(fit, name, make, labels, classes):
    y = [one if k < classes else labels[0] for one, k in zip(labels, NUMBERS, strict=True)]
    model = FITS[fit](make(y))
    found = list(model.classes) if fit == "fit_multinomial" else model.classes_.tolist()
    assert found == sorted(set(y))
    assert set(map(type, found)) == {type(y[0])}
    assert set(model.predict(X).tolist()) <= set(y)


@pytest.mark.filterwarnings("ignore:A column-vector y was passed")
@pytest.mark.parametrize(
    ("name", "make", "labels"), CASES, ids=[f"{name}-{type(y[0]).__name__}" for name, _, y in CASES]
)
@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("classes", [2, 3])
def test_a_missing_label(fit, name, make, labels, classes):
    y = [one if k < classes else labels[0] for one, k in zip(labels, NUMBERS, strict=True)]
    with pytest.raises(ValueError, match=r"y must not be missing; y\[4\] is|Input y? ?contains NaN"):
        FITS[fit](make([*y[:4], None, *y[5:]]))


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("missing", [pd.NA, pd.NaT, None, float("nan"), np.datetime64("NaT")])
def test_missing_values_of_every_kind(fit, missing):
    with pytest.raises(ValueError, match=r"y must not be missing; y\[4\] is"):
        FITS[fit](pd.Series([*TEXTS[:4], missing, *TEXTS[5:]], dtype=object))


@pytest.mark.parametrize("fit", FITS)
def test_labels_of_two_kinds(fit):
    with pytest.raises(ValueError, match="cannot be sorted: use either numbers or text"):
        FITS[fit](pd.Series([*TEXTS[:4], 1, *TEXTS[5:]], dtype=object))
