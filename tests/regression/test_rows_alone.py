"""What is predicted of a row depends on that row only, and keeps its digits where the terms of columns cancel."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import verhulst as vh
from verhulst.regression import (
    CollinearWarning,
    ConvergenceWarning,
    SeparationWarning,
    fit,
    fit_multinomial,
    marginal_effects,
)

Matrix = np.ndarray


def data(columns: int, seed: int = 0, n: int = 400) -> tuple[Matrix, Matrix]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, columns)) * 10.0 ** rng.uniform(-2, 2, columns)
    score = X / X.std(axis=0) @ rng.normal(size=(columns, 3)) / np.sqrt(columns)
    return X, (score + rng.gumbel(size=(n, 3))).argmax(axis=1)


def two_classes(columns: int) -> tuple[Callable[[Any], Matrix], Matrix]:
    X, y = data(columns)
    return fit(X, y > 0).log_odds, X


def three_classes(columns: int) -> tuple[Callable[[Any], Matrix], Matrix]:
    X, y = data(columns)
    return fit_multinomial(X, y).predict_proba, X


def separated(columns: int) -> tuple[Callable[[Any], Matrix], Matrix]:
    X, y = data(columns)
    X[:, 0] = y > 1
    with pytest.warns(SeparationWarning):
        model = fit(X, y > 0)
    return model.log_odds, X


def table(columns: int) -> tuple[Callable[[Any], Matrix], Matrix]:
    X, y = data(columns)
    names = [f"x{k}" for k in range(columns)]
    model = vh.fit_table(pd.DataFrame(X, columns=names).assign(y=y > 0), "y")
    return lambda some: model.log_odds(pd.DataFrame(some, columns=names)), X


@pytest.mark.parametrize("columns", [1, 2, 5, 16, 33])
@pytest.mark.parametrize("made", [two_classes, three_classes, separated, table])
def test_a_row_has_the_same_bits_whatever_is_beside_it(
    made: Callable[[int], tuple[Callable[[Any], Matrix], Matrix]], columns: int
) -> None:
    predict, X = made(columns)
    whole = predict(X)
    for rows in (slice(0, 1), slice(3, 5), slice(0, 7), slice(1, 66), slice(5, 400), slice(None, None, 3)):
        np.testing.assert_array_equal(predict(X[rows]), whole[rows])
    np.testing.assert_array_equal(predict(np.asfortranarray(X)), whole)
    np.testing.assert_array_equal(np.array([predict(X[k : k + 1])[0] for k in range(40)]), whole[:40])


def visits(seed: int, largest: int) -> tuple[Matrix, Matrix, Matrix]:
    """Start and end in microseconds since 1970; the same as start less a moment, and length; lengths as shares."""
    rng = np.random.default_rng(seed)
    start, length = 1.7e15 + rng.integers(0, 10**9, 600), rng.integers(1, largest, 600).astype(float)
    near = np.column_stack([start - 1.7e15, length])
    return np.column_stack([start, start + length]), near, length / largest


@pytest.mark.parametrize("largest", [1_000, 100_000, 10_000_000])
def test_marginal_effects_of_clocks(largest: int) -> None:
    clocks, near, share = visits(1, largest)
    y = np.random.default_rng(2).random(600) < vh.sigmoid(5.0 * share - 2.5)
    weight = np.random.default_rng(3).integers(0, 3, 600).astype(float)
    of_clocks = marginal_effects(fit(clocks, y, weight), clocks, sample_weight=weight)["x2"]
    of_length = marginal_effects(fit(near, y, weight), near, sample_weight=weight)["x2"]
    for name in ("estimate", "standard_error", "z"):
        assert getattr(of_clocks, name) == pytest.approx(getattr(of_length, name), rel=2e-6)


@pytest.mark.parametrize("largest", [1_000, 100_000, 10_000_000])
def test_probabilities_of_classes_from_clocks(largest: int, tmp_path: Any) -> None:
    clocks, near, share = visits(4, largest)
    rng = np.random.default_rng(5)
    y = (np.column_stack([0.0 * share, 3.0 * share - 1.0, 1.0 - 2.0 * share]) + rng.gumbel(size=(600, 3))).argmax(
        axis=1
    )
    model = fit_multinomial(clocks, y)
    wanted = fit_multinomial(near, y).predict_proba(near)
    np.testing.assert_allclose(model.predict_proba(clocks), wanted, rtol=1e-7)
    assert any(model.intercept_rests)
    path = tmp_path / "clocks.json"
    model.save(path)
    np.testing.assert_array_equal(vh.load(path).predict_proba(clocks), model.predict_proba(clocks))
    record = json.loads(path.read_text())
    text = path.read_text()
    assert '"intercept_rests"' in text
    path.write_text(json.dumps(_shortened(record)))
    with pytest.raises(ValueError, match="intercept_rests"):
        vh.load(path)


def _shortened(record: Any) -> Any:
    if isinstance(record, dict):
        return {key: value[:1] if key == "intercept_rests" else _shortened(value) for key, value in record.items()}
    return [_shortened(each) for each in record] if isinstance(record, list) else record


def test_the_limit_of_separated_classes_is_no_maximum_where_directions_are_lost() -> None:
    # Weights from 1e-6 to 1e4: at the end of Newton's method the probabilities of some rows were 1e-144, so that the
    # information had lost two directions; the log-likelihood was -879, and it can be above -4.
    tenths = [4, 6, 6, 4, -16, -13, 7, -13, -9]
    X = np.column_stack([[0, 0, 1, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 1, 1, 0], np.divide(tenths, 10)])
    y = np.array([0, 2, 2, 3, 0, 2, 0, 0, 3])
    weight = [
        2.348619167247864,
        0.28332740755730235,
        4979.275488385409,
        0.30678864637591335,
        1185.7571690900224,
        0.23345933671662533,
        1.8373915567762793e-06,
        3.169732633764312e-05,
        2.4751352486419228e-05,
    ]
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model = fit_multinomial(X, y, weight)
    assert any(issubclass(one.category, SeparationWarning) for one in said)
    if model.converged:
        assert model.log_likelihood > -4.0
    else:
        assert any(issubclass(one.category, ConvergenceWarning) for one in said)


@pytest.mark.parametrize("share", [2.0**-10, 2.0**-22, 2.0**-29])
def test_small_parts_of_a_combination_are_named(share: float) -> None:
    rng = np.random.default_rng(6)
    X = rng.integers(-1000, 1000, (300, 3)).astype(float)
    X = np.column_stack([X, X[:, 0] - share * X[:, 1]])
    with pytest.warns(CollinearWarning, match="combination of others"):
        model = fit(X, rng.random(300) < 0.5)
    (dropped,) = model.collinear
    assert dropped.combination is not None
    assert dropped.combination == pytest.approx({"x1": 1.0, "x2": -share}, rel=1e-6)
    assert dropped.constant == pytest.approx(0.0, abs=1e-9)


def test_a_maximum_is_not_lower_than_another_point() -> None:
    # Two points, 2e12 cases, none but 0.7 of class 1 at the one: the careful end was lost at log-odds of -500,000.
    x = np.array([0.25, -1.5, -1.5, 0.25, 0.25, 0.25, -1.5, 0.25, 0.25, -1.5])
    y = np.array([1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0])
    few = [0.258749015, 0.157413536, 0.170341627, 0.158883773, 0.351100574, 0.0765941233, 0.278431921, 0.313556288]
    many = [690922522127.6974, 480071789161.8486, 519499222339.5236, 484555641059.535, 937523546814.8573]
    many += [204524855467.15674, 849147497797.1838, 837271213475.8634, 463273040662.74945, 253201898884.19434]
    weight = np.array([*many, *few, 0.151905297, 0.083023846])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model = fit(np.tile(x, 2)[:, None], np.concatenate([y, 1.0 - y]), weight)
    at = np.array([[-1.5], [0.25]])
    cases = [sum(w for w, z in zip(weight, np.tile(x, 2), strict=True) if z == one) for one in at[:, 0]]
    ones = [w @ (np.tile(x, 2) == one) for w, one in ((weight * np.concatenate([y, 1.0 - y]), a) for a in at[:, 0])]
    wanted = [np.log(k / (n - k)) for k, n in zip(ones, cases, strict=True)]
    if model.converged:
        np.testing.assert_allclose(model.log_odds(at), wanted, rtol=1e-6)
    else:
        assert any(issubclass(one.category, ConvergenceWarning) for one in said)
        np.testing.assert_allclose(model.log_odds(at), wanted, rtol=1e-3)
