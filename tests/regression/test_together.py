"""Fits of one X that ask in turn: each has the bits that it has alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.regression.test_columns import frame

import verhulst as vh
from verhulst.data import batches
from verhulst.data.block import make_block
from verhulst.data.learn import learn_table
from verhulst.data.request import Roles
from verhulst.regression import LogisticFit, fit, fitting, held_out
from verhulst.regression.folds import assign_folds
from verhulst.regression.warn import quietly


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    before = vh.get_num_threads()
    yield
    vh.set_num_threads(before)


def bits(value: Any) -> Any:
    """What is equal if and only if all numbers are, to the bit."""
    if dataclasses.is_dataclass(value):
        return {each.name: bits(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [bits(each) for each in value]
    if isinstance(value, float | np.ndarray):
        return np.asarray(value).dtype, np.asarray(value).tobytes()
    return value


def of_found(found: LogisticFit | ValueError) -> Any:
    return str(found) if isinstance(found, ValueError) else bits(found)


def alone(X: Any, y: Any, weight: Any, offset: Any, **options: Any) -> LogisticFit | ValueError:
    try:
        return fit(X, y, weight, offset, **options)
    except ValueError as error:
        return error


@st.composite
def designs(draw: st.DrawFn) -> tuple[Any, np.ndarray]:
    """X as fits may be given it, and a score; with dependent columns, zeros, codes, and a column that separates."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, p = draw(st.sampled_from([12, 200, 1500])), draw(st.integers(1, 5))
    X = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-2, 3, p)
    X[rng.random(n) < draw(st.sampled_from([0.0, 0.7])), 0] = 0.0
    score = X[:, 0] / (np.abs(X[:, 0]).max() + 1e-300) * draw(st.sampled_from([0.5, 3.0, 50.0]))
    if p > 2 and draw(st.booleans()):
        X[:, 1] = X[:, 0] + X[:, 2]
    kind = draw(st.sampled_from(["rows", "columns", "singles", "views", "table"]))
    if kind == "table":
        data = pd.DataFrame(X, columns=[f"x{j}" for j in range(p)]).assign(
            c=pd.Categorical(rng.choice([f"l{j:02d}" for j in range(12)], n)), y=np.arange(n) % 2
        )
        design, table = learn_table(pa.Table.from_pandas(data), Roles("y"))
        return make_block(design, table, in_place=True).X, score
    made = {
        "rows": X,
        "columns": np.asfortranarray(X),
        "singles": X.astype(np.float32),
        "views": np.repeat(X, 2, 0)[::2],
    }
    return made[kind], score


@given(designs(), st.data())
@settings(max_examples=40)
def test_fits_of_one_matrix(made: tuple[Any, np.ndarray], data: st.DataObject) -> None:
    X, score = made
    n, rng = len(score), np.random.default_rng(data.draw(st.integers(0, 2**32)))
    asked = []
    for _ in range(data.draw(st.integers(1, 5))):
        y = (score + rng.logistic(size=n) * data.draw(st.sampled_from([0.0, 1.0])) > rng.normal()).astype(np.uint8)
        weight = data.draw(
            st.sampled_from([None, rng.integers(0, 3, n), rng.random(n) * 1e9, (rng.random(n) < 0.9) * 1.0])
        )
        asked.append((y, weight))
    offset = data.draw(st.sampled_from([None, rng.normal(size=n)]))
    options = data.draw(
        st.sampled_from(
            [{}, {"C": 0.5}, {"intercept": False}, {"firth": True, "max_passes": 5}, {"collinear": "error"}]
        )
    )
    with quietly(), np.errstate(all="ignore"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "AT_ONCE", 3)
        vh.set_num_threads(2)
        found = list(fitting.fit_each(X, asked, offset, **options))
        vh.set_num_threads(1)
        for each, (y, weight) in zip(found, asked, strict=True):
            assert of_found(each) == of_found(alone(X, y, weight, offset, **options))


@pytest.mark.parametrize("limit", [None, 1], ids=["in memory", "scratch"])
@pytest.mark.parametrize("roles", [{}, {"weights": "w", "offset": "o"}, {"group": "city", "lump": 2}])
def test_folds_of_a_table(
    limit: int | None, roles: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    data = frame()
    rng = np.random.default_rng(1)
    data["w"], data["o"] = rng.integers(0, 3, len(data)), rng.normal(size=len(data)).round(2)
    columns = [name for name in data.columns if name not in ("y", "w", "o", roles.get("group"))]
    data.to_parquet(tmp_path / "t.parquet", row_group_size=len(data) // 3)
    monkeypatch.setattr(held_out, "PREDICTED_ROWS", 100)
    batches_on_scratch, seen = batches.on_scratch, []
    monkeypatch.setattr(batches, "on_scratch", lambda *given: seen.append(1) or batches_on_scratch(*given))
    model = vh.fit_table(
        tmp_path / "t.parquet", "y", columns=columns, missing="drop", memory_limit=limit, cv=4, **roles
    )
    assert bool(seen) == bool(limit)
    asked = Roles("y", columns=columns, missing="drop", **{name: roles[name] for name in roles if name != "group"})
    design, table = learn_table(pa.Table.from_pandas(data), asked)
    block = make_block(design, table, in_place=True)
    counts = np.ones(len(block.y), bool) if block.weights is None else block.weights > 0
    labels = data["city"].astype(str).to_numpy() if "group" in roles else None
    fold = np.full(len(block.y), -1)
    fold[counts] = assign_folds(block.y[counts], labels, 4, np.random.default_rng(0))
    expected = np.full(len(fold), np.nan)
    for k in range(fold.max() + 1):
        with quietly():
            found = fit(
                block.X,
                block.y,
                np.where(fold == k, 0.0, 1.0 if block.weights is None else block.weights),
                block.offset,
            )
        expected[fold == k] = found.log_odds(block.X, block.offset)[fold == k]
    assert bits(model.held_out.cases.log_odds) == bits(expected[counts])


def test_labels_of_one_matrix_are_fitted_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(300, 3))
    Y = (X @ rng.normal(size=(3, 7)) + rng.logistic(size=(300, 7)) > 0).astype(int)
    sizes, real = [], fitting.together
    monkeypatch.setattr(fitting, "AT_ONCE", 3)
    monkeypatch.setattr(fitting, "together", lambda some: sizes.append(len(some)) or real(some))
    model = vh.LogisticRegression().fit(X, Y)
    assert sizes == [3, 3, 1]
    for k, found in enumerate(model.result_):
        assert bits(found.coefficients) == bits(fit(X, Y[:, k]).coefficients)
