"""What a callback is told while a table is read and fitted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, feather, parquet

import verhulst as vh
from verhulst.data import Progress
from verhulst.regression.monitor import passes_left

ROWS = 150_000


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=ROWS), rng.normal(size=ROWS)
    return pa.table({"x": x, "k": k, "y": rng.random(ROWS) < vh.sigmoid(x - 0.2 * k)})


SOURCES = {
    "parquet": lambda table, path: parquet.write_table(table, path),
    "csv": lambda table, path: csv.write_csv(table, path),
    "arrow": lambda table, path: feather.write_feather(table, path, chunksize=50_000),
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("limit", [None, 1])
def test_each_batch_and_each_pass_is_told(table, tmp_path, kind, limit):
    path, told = tmp_path / f"votes.{kind}", []
    SOURCES[kind](table, path)
    model = vh.fit_table(path, "y", callback=told.append, memory_limit=limit)
    read = [each for each in told if each.phase == "read"]
    passes = [each for each in told if each.phase == "fit"]
    assert told == read + passes
    for some in (read, passes):
        assert [each.number for each in some] == list(range(1, len(some) + 1))
        assert np.all(np.diff([each.seconds for each in some]) >= 0)
        assert all(each.share is None or 0 <= each.share <= 1 for each in some)
    assert len(read) > 2
    assert read[-1].rows == ROWS
    assert [each.rows for each in passes] == [ROWS * each.number for each in passes]
    accepted = [one.decrement for one in model.fit.passes if one.accepted]
    assert [each.decrement for each in passes] == accepted
    if kind != "arrow":  # whose files do not say how many rows there are
        assert read[-1].share == 1.0
    assert vh.fit_table(path, "y").fit.coefficients.tolist() == model.fit.coefficients.tolist()


def test_rows_in_memory_are_told_of_in_passes_only(table):
    told = []
    vh.fit_table(table, "y", callback=told.append)
    assert {each.phase for each in told} == {"fit"}
    told = []
    vh.fit_table(table.slice(0, 500), "y", firth=True, callback=told.append)
    assert {each.phase for each in told} == {"fit"}
    assert [each.rows for each in told] == [500 * each.number for each in told]
    told = []
    many = vh.fit_table(table.slice(0, 500), "y", multinomial=True, callback=told.append)
    assert [each.decrement for each in told] == [one.decrement for one in many.fit.passes if one.accepted]


def test_an_exception_of_the_callback_ends_the_fit(table):
    def stop(progress):
        raise RuntimeError(f"enough after {progress.number}")

    with pytest.raises(RuntimeError, match="enough after 1"):
        vh.fit_table(table, "y", callback=stop)


@pytest.mark.parametrize("callback", [1, "print", []])
def test_a_callback_is_a_function(table, callback):
    with pytest.raises(TypeError, match="callback must be a function of one argument"):
        vh.fit_table(table, "y", callback=callback)


def test_what_is_left_is_what_the_pace_says():
    assert Progress("read", 1, 0, 0.0).rows_per_second == 0.0
    assert Progress("read", 1, 10, 2.0).seconds_left is None
    assert Progress("read", 1, 10, 2.0, share=0.0).seconds_left is None
    assert Progress("read", 1, 10, 3.0, share=0.75).seconds_left == 1.0


@pytest.mark.parametrize(
    ("decrement", "tolerance", "left"),
    [(np.nan, 1e-6, None), (0.5, 1e-6, None), (0.4, 1e-6, 4), (1e-3, 1e-6, 1), (0.0, 1e-6, 0), (3.0, 2.0, None)],
)
def test_passes_left(decrement, tolerance, left):
    assert passes_left(decrement, tolerance) == left


@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize("output", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("kind", [*SOURCES, "memory"])
def test_predictions_of_any_source(table, tmp_path, kind, output, only, monkeypatch):
    monkeypatch.setattr("verhulst.regression.table_predictions.ROWS", 40_000)
    path, out, told = tmp_path / f"votes.{kind}", tmp_path / f"out.{output}", []
    model = vh.fit_table(table, "y")
    if kind == "memory":
        path = table
    else:
        SOURCES[kind](table, path)
    vh.predict_table(model, path, out, only=only, log_odds=True, level=0.9, callback=told.append)
    made = [each for each in told if each.phase == "predict"]
    assert told == [each for each in told if each.phase == "read"] + made
    assert all(each.rows == ROWS and each.share in (1.0, None) for each in (made or told)[-1:])
    written = vh.data.read_table(out)
    assert written.column_names == [*([] if only else table.column_names), "probability", "lower", "upper", "log_odds"]
    np.testing.assert_array_equal(written["log_odds"].to_numpy(), model.log_odds(table))
    np.testing.assert_array_equal(written["probability"].to_numpy(), model.predict_proba(table)[:, 1])
    np.testing.assert_array_equal(written["lower"].to_numpy(), model.predict_interval(table, 0.9)[0])


def test_a_stream_is_predicted_once(table, tmp_path):
    model, out = vh.fit_table(table, "y"), tmp_path / "out.parquet"
    vh.predict_table(model, pa.RecordBatchReader.from_batches(table.schema, table.to_batches(50_000)), out, only=True)
    np.testing.assert_array_equal(parquet.read_table(out)["probability"].to_numpy(), model.predict_proba(table)[:, 1])


def test_predictions_that_cannot_be_made_leave_no_file(table, tmp_path):
    model, out = vh.fit_table(table, "y"), tmp_path / "out.parquet"
    taken = table.append_column("probability", table["x"])
    missing = table.set_column(0, "x", pa.array([None, *table["x"].to_pylist()[1:]]))
    for source, message in ((taken, "already has a column 'probability'"), (missing, "missing")):
        with pytest.raises(vh.data.DataError, match=message):
            vh.predict_table(model, source, out)
    with pytest.raises(TypeError, match="model must be a TableFit"):
        vh.predict_table(model.fit, table, out)
    with pytest.raises(TypeError, match="callback must be a function"):
        vh.predict_table(model, table, out, callback=3)
    with pytest.raises(vh.data.RequestError, match="not of a formula"):
        vh.predict_table(vh.fit_formula("y ~ x", table), table, out, client=object())
    assert not list(tmp_path.iterdir())
