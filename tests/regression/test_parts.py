"""Rows in parts give the fit of the same rows in one place, whatever is special about them."""

from __future__ import annotations

import itertools
import pickle
import warnings
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.data.column_matrix import ColumnMatrix
from verhulst.data.parts import PartsHere
from verhulst.regression import LogisticFit, fit, fitting
from verhulst.regression.fitting import checked, fitted
from verhulst.regression.parted_observations import parted_observations
from verhulst.regression.rows import Rows
from verhulst.regression.statistics import Statistics, merge

N = 6000
LEVELS = 12


@pytest.fixture(autouse=True)
def small_data_in_parts(monkeypatch):
    """Small data would be put together before they are fitted."""
    monkeypatch.setattr(fitting, "LARGEST", 0)


def plain(rng: np.random.Generator, n: int = N) -> dict:
    x, codes = rng.normal(size=(3, n)), rng.integers(0, LEVELS, n).astype(np.int8)
    y = rng.random(n) < 1 / (1 + np.exp(-(x[0] - 0.5 * x[1] + 0.1 * codes - 1)))
    return {"vectors": [*x, codes], "levels": [0, 0, 0, LEVELS], "y": y.astype(np.uint8)}


def weighted(rng):
    return plain(rng) | {"weight": rng.integers(0, 3, N) * 1e9, "offset": rng.normal(size=N)}


def long(rng):
    return plain(rng, 80_000)


def long_and_rare(rng):
    data = plain(rng, 80_000)
    return data | {"y": data["y"] & (rng.random(80_000) < 0.05)}


def constant_and_collinear(rng):
    data = plain(rng)
    a, b, _, codes = data["vectors"]
    vectors = [a, b, a + b, codes, np.full(N, 3.0), (codes == 5).astype(float)]
    return data | {"vectors": vectors, "levels": [0, 0, 0, LEVELS, 0, 0]}


def one_row_differs(rng):
    data = plain(rng)
    data["vectors"][2] = (np.arange(N) == N // 2).astype(np.int16)
    return data


def separated(rng):
    data = plain(rng)
    return data | {"y": (data["vectors"][0] > 0.2).astype(np.uint8)}


def partly_separated(rng):
    data = plain(rng)
    beyond = data["vectors"][2] > 1
    data["vectors"][1] = beyond
    y = np.where(beyond, 1, data["y"])
    return data | {"y": np.where(data["vectors"][3] == 5, 0, y).astype(np.uint8), "levels": [0, 0, 0, LEVELS]}


def in_parts(data: dict, cuts: list[int]) -> tuple[list[Rows], ColumnMatrix]:
    columns = [(k, code) for k, levels in enumerate(data["levels"]) for code in range(1, levels) or [-1]]
    places, ends = np.array(columns), [0, *cuts, len(data["y"])]

    def some(start: int, stop: int) -> Rows:
        vectors = tuple(np.ascontiguousarray(vector[start:stop]) for vector in data["vectors"])
        X = ColumnMatrix((vectors,), places, tuple(data["levels"]))
        of = [None if data.get(name) is None else data[name][start:stop] for name in ("weight", "offset")]
        return Rows(X, data["y"][start:stop], *of, np.zeros(len(places)), np.ones(len(places)), True)

    return [some(*ends) for ends in itertools.pairwise(ends)], some(0, 0).X


def said(work: Callable[[], LogisticFit]) -> tuple[LogisticFit, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return work(), [str(warning.message) for warning in caught]


@pytest.mark.parametrize("options", [{}, {"C": 2.0}, {"intercept": False}], ids=str)
@pytest.mark.parametrize(
    "make",
    [
        plain,
        weighted,
        long,
        long_and_rare,
        constant_and_collinear,
        one_row_differs,
        separated,
        partly_separated,
    ],
)
def test_parts_make_the_fit_of_the_whole(make, options):
    data = make(np.random.default_rng(5))
    (whole,), _ = in_parts(data, [])
    names = [f"x{k}" for k in range(whole.X.shape[1])]
    n = len(data["y"])
    parts, none = in_parts(data, [n // 3, n // 3 + 1, n // 2 + 1000])
    y = data["y"].astype(float)
    one, words = said(lambda: fit(whole.X, y, whole.weight, whole.offset, names=names, **options))
    many, other_words = said(
        lambda: fitted(parted_observations(PartsHere(tuple(parts)), none, names, 1 << 30), checked(**options))
    )
    assert words == other_words
    finite = np.isfinite(one.coefficients) & np.isfinite(one.standard_errors) & (one.standard_errors > 0)
    away = np.abs(many.coefficients[finite] - one.coefficients[finite]) / one.standard_errors[finite]
    assert np.max(away, initial=0.0) < 1e-6
    np.testing.assert_array_equal(many.coefficients[~finite], one.coefficients[~finite])
    np.testing.assert_allclose(many.standard_errors, one.standard_errors, rtol=1e-6)
    assert list(map(str, many.collinear)) == list(map(str, one.collinear))
    for name in ("rows", "cases", "events", "status", "has_offset"):
        assert getattr(many, name) == getattr(one, name), name
    for name in ("log_likelihood", "null_log_likelihood"):
        np.testing.assert_allclose(getattr(many, name), getattr(one, name), rtol=1e-12)
    assert (many.separation is None) == (one.separation is None)
    if one.separation is not None:
        assert many.separation.states == one.separation.states


def test_sums_do_not_depend_on_how_they_are_merged():
    rng = np.random.default_rng(1)
    matrices = [rng.normal(size=(3, 3)) for _ in range(77)]
    parts = [Statistics(rng.normal(), rng.normal(size=3), m + m.T, rng.random()) for m in matrices]
    whole = merge(parts)
    for size in (1, 2, 16, 64):
        some = merge([merge(parts[start : start + size]) for start in range(0, len(parts), size)])
        assert some.log_likelihood == whole.log_likelihood
        np.testing.assert_array_equal(some.information, whole.information)


def test_statistics_travel_as_a_triangle():
    rows = in_parts(plain(np.random.default_rng(4)), [])[0][0]
    for direction, information in ((None, True), (np.ones(15), False)):
        found = rows.statistics(np.full(15, 0.1), direction=direction, information=information)
        sent = pickle.loads(pickle.dumps(found))
        assert (sent.log_likelihood, sent.row_norm, sent.margin) == (found.log_likelihood, found.row_norm, found.margin)
        np.testing.assert_array_equal(sent.gradient, found.gradient)
        np.testing.assert_array_equal(sent.information, found.information)
        assert len(pickle.dumps(found)) < 15 * 16 / 2 * 8 + 15 * 8 + 500


def test_rows_that_were_sent_may_lie_anywhere():
    """Frames of a network are not aligned."""
    rows = in_parts(weighted(np.random.default_rng(4)), [])[0][0]
    buffers: list[pickle.PickleBuffer] = []
    data = pickle.dumps(rows, protocol=5, buffer_callback=buffers.append)
    frames = [memoryview(bytearray(b"x" + bytes(buffer.raw())))[1:] for buffer in buffers]
    assert len(frames) >= 7
    sent, beta = pickle.loads(data, buffers=frames), np.full(15, 0.1)
    np.testing.assert_array_equal(sent.statistics(beta).gradient, rows.statistics(beta).gradient)


def test_what_needs_all_rows_says_how_much_memory(monkeypatch):
    monkeypatch.setattr(fitting, "LARGEST", 0)
    data = plain(np.random.default_rng(2))
    parts, none = in_parts(data, [1000])
    names = [f"x{k}" for k in range(14)]
    rows = parted_observations(PartsHere(tuple(parts)), none, names, 100_000)
    with pytest.raises(ValueError, match=r"firth=True needs all rows in the memory of one process, 0.000\d+ GB"):
        fitted(rows, checked(firth=True))
    rows = parted_observations(PartsHere(tuple(parts)), none, names, 10_000_000)
    one = fit(in_parts(data, [])[0][0].X, data["y"].astype(float), firth=True, names=names)
    np.testing.assert_allclose(fitted(rows, checked(firth=True)).coefficients, one.coefficients, rtol=1e-9)


@pytest.mark.parametrize(("y", "weight", "problem"), [(1, None, "only one class: all 6000"), (0, 0.0, "every weight")])
def test_parts_that_cannot_be_fitted(y, weight, problem):
    data = plain(np.random.default_rng(3)) | {"y": np.full(N, y, np.uint8)}
    data["weight"] = None if weight is None else np.full(N, weight)
    parts, none = in_parts(data, [1000])
    with pytest.raises(ValueError, match=problem):
        parted_observations(PartsHere(tuple(parts)), none, ["x"] * 14, 1 << 30)


def test_columns_of_a_table_may_lie_anywhere():
    rng = np.random.default_rng(6)
    arrays = {"x": rng.normal(size=500), "y": (rng.random(500) < 0.5) * 1.0, "w": rng.random(500), "o": rng.random(500)}

    def anywhere(values: np.ndarray) -> pa.Array:
        buffer = pa.py_buffer(memoryview(bytearray(b"x" + values.tobytes()))[1:])
        return pa.Array.from_buffers(pa.float64(), len(values), [None, buffer])

    one, other = (
        vh.fit_table(pa.table(table), "y", weights="w", offset="o").fit
        for table in (arrays, {name: anywhere(values) for name, values in arrays.items()})
    )
    np.testing.assert_array_equal(one.coefficients, other.coefficients)
