"""Long tables of few distinct rows are fitted by their counts: the fit of all rows, to rounding."""

import sqlite3
import warnings
from contextlib import closing

import adbc_driver_postgresql.dbapi
import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

import verhulst as vh
from verhulst.data import DataError, Query, distinct_rows
from verhulst.regression import fit_table, fitting_tables
from verhulst.regression.separation import SeparationWarning

ROWS = 12_000
COLUMNS = ["city", "k", "t", "size"]


@pytest.fixture(autouse=True)
def counted(monkeypatch):
    """A shorter sample; and whether each fit, in turn, was one of counts."""
    monkeypatch.setattr(distinct_rows, "SAMPLE", 8000)
    seen = []
    real = fitting_tables.fit_of_counts

    def attempt(source, *given):
        found = real(source, *given)
        seen.append(found is not None)
        return found

    monkeypatch.setattr(fitting_tables, "fit_of_counts", attempt)
    return seen


@pytest.fixture(scope="module")
def votes() -> pa.Table:
    rng = np.random.default_rng(0)
    city = np.array(["Ulm", "Köln", "O'Fallon", None], dtype=object)[rng.choice(4, ROWS, p=[0.5, 0.3, 0.19, 0.01])]
    k = rng.integers(-1, 3, ROWS)
    size = np.array(["small", "large", "huge"])[rng.integers(0, 3, ROWS)]
    t = rng.random(ROWS) < 0.4
    y = rng.random(ROWS) < vh.sigmoid(0.5 * k - t + 0.3 * (size == "huge"))
    return pa.table(
        {"city": pa.array(city), "k": k, "t": t, "size": size, "w": rng.integers(1, 3, ROWS), "y": y.astype(np.int64)}
        | {"id": np.arange(ROWS), "half": rng.integers(0, 2, ROWS) / 2}
    )


def as_categories(votes: pa.Table) -> pa.Table:
    frame = votes.to_pandas()
    frame["size"] = pd.Categorical(frame["size"], ["small", "large", "huge"], ordered=True)
    return pa.Table.from_pandas(frame, preserve_index=False)


def same(model, other):
    error = np.abs(model.fit.coefficients - other.fit.coefficients) / other.fit.standard_errors
    assert error.max() < 1e-6
    np.testing.assert_allclose(model.fit.covariance, other.fit.covariance, rtol=1e-6)
    for name in ("log_likelihood", "null_log_likelihood"):
        assert getattr(model.fit, name) == pytest.approx(getattr(other.fit, name), rel=1e-12)
    for name in ("names", "rows", "cases", "events", "penalty"):
        assert getattr(model.fit, name) == getattr(other.fit, name)
    for name in ("zeros", "ones", "present"):
        assert sum(getattr(model.totals, name)) == sum(getattr(other.totals, name))
    assert model.design.columns == other.design.columns
    assert model.design.target == other.design.target
    assert (model.design.rows_read, model.design.rows_kept) == (other.design.rows_read, other.design.rows_kept)


OPTIONS = {
    "plain": {"missing": "drop"},
    "weights": {"missing": "drop", "weights": "w"},
    "offset": {"missing": "drop", "offset": "half"},
    "L2": {"missing": "drop", "C": 0.1},
    "Firth": {"missing": "drop", "firth": True, "weights": "w"},
    "declared": {"missing": "drop", "categorical": ["k"], "reference": {"city": "Ulm"}},
}


@pytest.mark.parametrize("kind", ["plain", "categories"])
@pytest.mark.parametrize("options", OPTIONS)
def test_a_parquet_file_is_fitted_by_its_counts(kind, options, votes, tmp_path, counted):
    table = votes if kind == "plain" else as_categories(votes)
    parquet.write_table(table, tmp_path / "votes.parquet", row_group_size=700)
    model = fit_table(tmp_path / "votes.parquet", "y", columns=COLUMNS, **OPTIONS[options])
    assert counted == [True]
    same(model, fit_table(table, "y", columns=COLUMNS, **OPTIONS[options]))
    assert model.design.source.endswith("votes.parquet")


def in_folder(path, votes):
    path.mkdir()
    parquet.write_table(votes.slice(0, 3000), path / "a's.parquet")
    parquet.write_table(votes.slice(3000).select(votes.column_names[::-1]), path / "b.parquet")
    return path


def in_duckdb(path, votes):
    with duckdb.connect(str(path)) as connection:
        connection.register("given", votes)
        connection.execute("CREATE TABLE votes AS FROM given")
    return Query(path, "votes")


def in_sqlite(path, votes):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE votes ({', '.join(votes.column_names)})")
        rows = zip(*(column.to_pylist() for column in votes.columns), strict=True)
        connection.executemany("INSERT INTO votes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.commit()
    return Query(path)


def in_arrow(path, votes):
    feather.write_feather(votes, path, chunksize=900)
    return path


SOURCES = {"folder": in_folder, "DuckDB": in_duckdb, "SQLite": in_sqlite, "Arrow": in_arrow}


@pytest.mark.parametrize("kind", SOURCES)
def test_other_sources_are_fitted_by_their_counts(kind, votes, tmp_path, counted):
    source = SOURCES[kind](tmp_path / "votes", votes)
    model = fit_table(source, "y", exclude=["id", "half"], weights="w", missing="drop")
    assert counted == [True]
    other = votes.set_column(2, "t", votes["t"].cast(pa.int64())) if kind == "SQLite" else votes
    same(model, fit_table(other, "y", exclude=["id", "half"], weights="w", missing="drop"))


def test_postgresql_counts_its_rows(postgresql, votes, counted):
    with adbc_driver_postgresql.dbapi.connect(postgresql) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("counted", votes, mode="replace")
        connection.commit()
    model = fit_table(Query(postgresql, "counted"), "y", columns=COLUMNS, missing="drop")
    assert counted == [True]
    same(model, fit_table(votes, "y", columns=COLUMNS, missing="drop"))


def test_all_rows_are_read_where_counts_do_not_help(votes, tmp_path, counted):
    path = tmp_path / "votes.parquet"
    many = votes.append_column("x", pa.array(np.random.default_rng(0).normal(size=ROWS)))
    sorted_ = votes.append_column("late", pa.array(np.maximum(np.arange(ROWS) - 9000, 0)))
    for table, columns in ((many, ["k", "x"]), (sorted_, ["k", "late", "t"]), (votes.slice(0, 7999), ["k", "t"])):
        parquet.write_table(as_categories(table), path, row_group_size=700)
        model = fit_table(path, "y", columns=columns)
        other = fit_table(table, "y", columns=columns)
        np.testing.assert_array_equal(model.fit.coefficients, other.fit.coefficients)
    assert fit_table(Query(sql=f"SELECT k, t, y FROM '{path}'"), "y").fit.rows == 7999
    assert not any(counted)


def test_messages_are_those_of_all_rows(votes, tmp_path, counted):
    path = tmp_path / "votes.parquet"
    parquet.write_table(votes, path)
    with pytest.raises(DataError, match=rf"values are missing in \d+ of {ROWS:,} rows \(first in row \d+\): 'city'"):
        fit_table(path, "y", columns=COLUMNS)
    with pytest.raises(DataError, match=r"has 3 values, but two are needed: 'large' \(\d,\d+\), 'huge'"):
        fit_table(path, "size", columns=["k", "t"])
    separated = votes.set_column(2, "t", pa.array(votes["y"].to_numpy() == 1))
    parquet.write_table(separated, path)
    with pytest.warns(SeparationWarning, match=f"predict the outcome without error in all {ROWS:,} rows"):
        fit_table(path, "y", columns=["k", "t"])
    assert not any(counted)


def test_a_table_that_changes_is_read_anew(votes, tmp_path, counted, monkeypatch):
    path = tmp_path / "votes.parquet"
    parquet.write_table(votes, path)
    real = distinct_rows._split

    def split(groups):
        parquet.write_table(votes.slice(0, 3000), path)
        return real(groups)

    monkeypatch.setattr(distinct_rows, "_split", split)
    model = fit_table(path, "y", columns=["k", "t"])
    assert model.fit.rows == 3000


WORDS = (
    ["a", "b"],
    ["x", "y", "z", None],
    ["1", "2", "3"],
    ["7", "08", "8"],
    ["a ", " a", "a"],
    ["5", "x", "6", "7"],
    ["NA", "b"],
)


def random_table(rng, n: int) -> pa.Table:
    """Columns of many kinds, of which some cannot be used, or only with a note."""

    def column() -> pa.Array:
        kind, words = rng.integers(0, 8), WORDS[rng.integers(len(WORDS))]
        texts = pa.array([words[k] for k in rng.integers(0, len(words), n)])
        numbers = rng.integers(0, 3, n)
        with_nan = np.where(rng.random(n) < 0.05, np.nan, numbers / 2)
        others = (texts.dictionary_encode(), numbers.astype("u1"), rng.random(n) < 0.5, with_nan, numbers + 20240101)
        return pa.array(others[kind]) if kind < len(others) else texts

    y = rng.random(n) < rng.choice([0.5, 0.1, 0.01])
    table = pa.table(
        {f"c{j}": column() for j in range(rng.integers(1, 4))} | {"y": y if rng.random() < 0.9 else column()}
    )
    return table.append_column("w", pa.array(rng.integers(0, 3, n)))


@pytest.mark.parametrize("seed", range(30))
def test_counts_are_the_fit_of_all_rows_or_leave_it_to_them(seed, tmp_path, monkeypatch):
    """Also every error, note and warning is that of all rows."""
    monkeypatch.setattr(distinct_rows, "SAMPLE", 100)
    rng = np.random.default_rng(seed)
    path = str(tmp_path / "a.parquet")
    parquet.write_table(random_table(rng, int(rng.integers(80, 800))), path, row_group_size=int(rng.integers(50, 900)))
    options = {"weights": "w"} if rng.random() < 0.3 else {"exclude": ["w"]}
    options |= {"missing": "drop"} if rng.random() < 0.6 else {}
    options |= {"categorical": ["c0"]} if rng.random() < 0.3 else {}

    def outcome():
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                return fit_table(path, "y", **options), {str(each.message) for each in said}
            except ValueError as error:
                return error, set()

    found, said = outcome()
    monkeypatch.setattr(fitting_tables, "fit_of_counts", lambda *given: None)
    expected, expected_said = outcome()
    assert said == expected_said
    if isinstance(expected, ValueError):
        assert (type(found), str(found)) == (type(expected), str(expected))
    elif said:
        assert found.design == expected.design
    else:
        same(found, expected)
