"""Series that have the same labels of rows in another order are not matched by position."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import verhulst as vh
from verhulst import calibration, figures, regression

pd = pytest.importorskip("pandas", reason="NOT RUN: pandas is not installed")
GroupKFold = pytest.importorskip("sklearn.model_selection", reason="NOT RUN: sklearn is not installed").GroupKFold

RNG = np.random.default_rng(3)
Z = RNG.normal(size=60)
ARRAYS = {
    "z": Z,
    "second": Z + RNG.normal(size=60),
    "y": (RNG.random(60) < vh.sigmoid(Z)).astype(int),
    "w": RNG.integers(1, 4, 60),
    "g": np.arange(60) // 3,
}
USES: dict[str, Callable[..., Any]] = {
    "evaluate": lambda z, second, y, w, g: vh.evaluate(y, logits=z, sample_weight=w, by=g, replications=19),
    "calibrate": lambda z, second, y, w, g: vh.calibrate(z, y, scores="logits", sample_weight=w, groups=g),
    "Platt": lambda z, second, y, w, g: calibration.Platt(scores="logits").fit(z, y, w),
    "compare": lambda z, second, y, w, g: calibration.compare(y, z, second, scores_are="logits", sample_weight=w),
    "reliability": lambda z, second, y, w, g: calibration.reliability(y, z, scores_are="logits", sample_weight=w),
    "fit": lambda z, second, y, w, g: regression.fit(frame(z), y, w, second).coefficients.tolist(),
    "LogisticRegression": lambda z, second, y, w, g: vh.LogisticRegression().fit(frame(z), y, w, second).coef_.tolist(),
    "LogisticRegressionCV": lambda z, second, y, w, g: (
        vh.LogisticRegressionCV(Cs=2, cv=GroupKFold(2)).fit(frame(z), y, w, groups=g).coef_.tolist()
    ),
    "CalibratedClassifier": lambda z, second, y, w, g: (
        calibration.CalibratedClassifier(method="platt", cv=2).fit(frame(z), y, w).predict_proba(frame(Z)).tolist()
    ),
    "fit_multinomial": lambda z, second, y, w, g: regression.fit_multinomial(frame(z), y, w).coefficients.tolist(),
    "predict_proba": lambda z, second, y, w, g: MODEL.predict_proba(frame(z), offset=second).tolist(),
    "predict_interval": lambda z, second, y, w, g: MODEL.predict_interval(frame(z), offset=second)[0].tolist(),
    "its marginal_effects": lambda z, second, y, w, g: MODEL.marginal_effects(frame(z), sample_weight=w),
    "sandwich": lambda z, second, y, w, g: regression.sandwich(FIT, frame(z), y, w, clusters=g).tolist(),
    "marginal_effects": lambda z, second, y, w, g: regression.marginal_effects(FIT, frame(z), sample_weight=w),
    "outcome": lambda z, second, y, w, g: figures.prepare_probability_by_outcome(y, z * 0 + 0.5, sample_weight=w),
}
ARGUMENTS = {
    "evaluate": "zywg",
    "calibrate": "zywg",
    "Platt": "zyw",
    "compare": ("z", "second", "y", "w"),
    "reliability": "zyw",
    "fit": ("z", "second", "y", "w"),
    "LogisticRegression": ("z", "second", "y", "w"),
    "LogisticRegressionCV": "zywg",
    "CalibratedClassifier": "zyw",
    "fit_multinomial": "zyw",
    "predict_proba": ("z", "second"),
    "predict_interval": ("z", "second"),
    "its marginal_effects": "zw",
    "sandwich": "zywg",
    "marginal_effects": "zw",
    "outcome": "zyw",
}
FIT = regression.fit(Z[:, None], ARRAYS["y"], ARRAYS["w"])
MODEL = vh.LogisticRegression().fit(pd.DataFrame({"x1": Z}), ARRAYS["y"])


def frame(z: Any) -> Any:
    # Repeated labels, like none, are matched by position.
    return z.to_frame("x1") if hasattr(z, "to_frame") else pd.DataFrame({"x1": z}, index=[7] * len(z))


@pytest.mark.parametrize("name", USES)
def test_rows_in_another_order_are_refused(name: str) -> None:
    index = RNG.permutation(60)
    series = {key: pd.Series(array, index=index) for key, array in ARRAYS.items()}
    expected = repr(USES[name](**ARRAYS))
    assert repr(USES[name](**series)) == expected
    for moved in ARGUMENTS[name]:
        turned = series | {moved: series[moved].iloc[::-1]}
        with pytest.raises(ValueError, match=r"has the rows of \w+ in another order: bring both into one order"):
            USES[name](**turned)
        # Rows that were numbered anew, repeated labels and arrays are matched by position.
        for other in (series[moved].set_axis(range(100, 160)), series[moved].set_axis([7] * 60), ARRAYS[moved]):
            assert repr(USES[name](**series | {moved: other})) == expected


def dask_series(array: Any, index: Any) -> Any:
    return pytest.importorskip("dask.dataframe", reason="NOT RUN: dask is not installed").from_pandas(
        pd.Series(array, index=index), npartitions=2, sort=False
    )


def xarray_series(array: Any, index: Any) -> Any:
    xarray = pytest.importorskip("xarray", reason="NOT RUN: xarray is not installed")
    return xarray.DataArray(array, dims="case", coords={"case": index})


PAIRS = [
    (name, first, second)
    for name, arguments in ARGUMENTS.items()
    for at, first in enumerate(arguments)
    for second in arguments[at + 1 :]
]


@pytest.mark.parametrize("case", range(len(PAIRS)), ids=map("-".join, PAIRS))
def test_any_two_in_another_order_are_refused(case: int) -> None:
    name, first, second = PAIRS[case]
    series = (pd.Series, dask_series, xarray_series)[case % 3]
    if series is xarray_series and "z" in (first, second):  # X of xarray has no names
        series = pd.Series
    index = np.arange(60)
    moved = {first: series(ARRAYS[first], index), second: series(ARRAYS[second][::-1], index[::-1])}
    with pytest.raises(ValueError, match=r"has the rows of \w+ in another order: bring both into one order"):
        USES[name](**ARRAYS | moved)


def test_each_argument_is_compared_with_each_other() -> None:
    index = np.arange(60)
    anew, given, turned = (
        pd.Series(ARRAYS[key], index=labels) for key, labels in (("y", index + 100), ("z", index), ("w", index[::-1]))
    )
    with pytest.raises(ValueError, match="sample_weight has the rows of scores in another order"):
        vh.evaluate(anew, logits=given, sample_weight=turned, replications=19)
