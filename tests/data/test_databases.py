"""Tables of databases and queries: the same fits as of the table in memory, and a sentence for whatever is wrong."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import adbc_driver_postgresql.dbapi
import duckdb
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import verhulst as vh
from verhulst.data import DataError, Query, RequestError, read_table, sqlite_reader
from verhulst.data.batches import open_batches
from verhulst.data.names_in_sql import find_table
from verhulst.regression import fit_table

ROWS = 70_000  # more than a batch


@pytest.fixture(scope="module")
def votes() -> pa.Table:
    rng = np.random.default_rng(0)
    k = rng.integers(0, 50, ROWS)
    x = np.where(rng.random(ROWS) < 0.001, np.nan, rng.normal(size=ROWS))
    city = np.array(["Ulm", "Köln", "O'Fallon"])[rng.integers(0, 3, ROWS)]
    won = rng.random(ROWS) < 0.5
    columns = {"x": pa.array(x, from_pandas=True), "k": k, "city": pa.array(city), "won": won.astype(np.int64)}
    return pa.table(columns | {"w": rng.integers(1, 4, ROWS)})


def into_sqlite(connection: sqlite3.Connection, votes: pa.Table) -> None:
    connection.execute("CREATE TABLE votes (x REAL, k INTEGER, city TEXT, won INTEGER, w INTEGER)")
    connection.execute("CREATE TABLE other (a, b)")
    rows = zip(*(column.to_pylist() for column in votes.columns), strict=True)
    connection.executemany("INSERT INTO votes VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()


@pytest.fixture(scope="module")
def databases(tmp_path_factory, votes):
    """A file of DuckDB, one of SQLite, and one of Parquet."""
    folder = tmp_path_factory.mktemp("databases")
    with duckdb.connect(str(folder / "votes.duckdb")) as connection:
        connection.register("given", votes)
        connection.execute("CREATE TABLE votes AS SELECT * FROM given; CREATE SCHEMA archive")
        connection.execute("CREATE TABLE archive.old AS SELECT 1 AS a; CREATE VIEW seen AS SELECT x FROM votes")
    with closing(sqlite3.connect(folder / "votes.sqlite")) as connection:
        into_sqlite(connection, votes)
    parquet.write_table(votes, folder / "votes.parquet")
    return folder


@pytest.fixture(scope="module")
def in_postgresql(postgresql, votes):
    with adbc_driver_postgresql.dbapi.connect(postgresql) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("votes", votes, mode="replace")
        connection.commit()
    return postgresql


SOURCES = {
    "DuckDB": lambda folder: Query(folder / "votes.duckdb", "votes"),
    "DuckDB, query": lambda folder: Query(str(folder / "votes.duckdb"), sql="SELECT * FROM votes; -- all"),
    "DuckDB, connection": lambda folder: Query(duckdb.connect(folder / "votes.duckdb", read_only=True), "votes"),
    "DuckDB, relation": lambda folder: duckdb.sql(f"SELECT * FROM '{folder}/votes.parquet'"),
    "files": lambda folder: Query(sql=f"SELECT * FROM '{folder}/*.parquet'"),
    "SQLite": lambda folder: Query(folder / "votes.sqlite", table="VOTES"),
    "SQLite, query": lambda folder: Query(folder / "votes.sqlite", sql="SELECT * FROM votes;"),
    "SQLite, connection": lambda folder: Query(sqlite3.connect(folder / "votes.sqlite"), "votes"),
}


def close(source):
    if isinstance(source, Query) and hasattr(source.database, "close"):
        source.database.close()


def same(model, other):
    for name in ("coefficients", "standard_errors", "log_likelihood", "names", "cases", "events"):
        np.testing.assert_array_equal(getattr(model.fit, name), getattr(other.fit, name))
    assert model.totals == other.totals
    assert model.design.columns == other.design.columns
    assert (model.design.rows_read, model.design.rows_kept) == (other.design.rows_read, other.design.rows_kept)


@pytest.mark.parametrize("kind", SOURCES)
def test_a_table_is_fitted_as_in_memory(kind, databases, votes):
    source = SOURCES[kind](databases)
    for columns, limit in ((["x", "k", "city"], 1), (None, None)):
        model = fit_table(source, "won", columns=columns, weights="w", missing="drop", memory_limit=limit)
        same(model, fit_table(votes, "won", columns=columns, weights="w", missing="drop"))
    close(source)


@pytest.mark.parametrize("given", ["uri", "connection"])
def test_a_table_of_postgresql_is_fitted_as_in_memory(given, in_postgresql, votes):
    with adbc_driver_postgresql.dbapi.connect(in_postgresql) as connection:
        database = in_postgresql if given == "uri" else connection
        for source in (Query(database, "votes"), Query(database, sql="SELECT * FROM votes")):
            model = fit_table(source, "won", columns=["k", "city", "x"], missing="drop", memory_limit=1)
            same(model, fit_table(votes, "won", columns=["k", "city", "x"], missing="drop"))
    assert model.design.source == ("postgresql:///postgres, query" if given == "uri" else "the database, query")


def test_only_the_columns_that_are_needed_are_read(databases):
    for name in ("votes.duckdb", "votes.sqlite"):
        found = open_batches(Query(databases / name, "votes"), ["won", "x"])
        assert found.schema.names == ["x", "won"]
        assert next(found.read).schema.names == ["x", "won"]
        found.read.close()


def test_what_is_not_read_is_closed(databases, in_postgresql):
    """A file that stays open could not be opened for writing, and an open connection is a warning of its driver."""
    for _ in range(2):
        for database in (databases / "votes.duckdb", in_postgresql):
            found = open_batches(Query(database, "votes"), None)
            del found
        with duckdb.connect(str(databases / "votes.duckdb")) as connection:
            assert connection.sql("SELECT count(*) FROM votes").fetchall() == [(ROWS,)]


def test_the_only_table_needs_no_name(tmp_path):
    with duckdb.connect(str(tmp_path / "one.duckdb")) as connection:
        connection.execute("CREATE TABLE one AS SELECT 1 AS a")
    assert read_table(tmp_path / "one.duckdb").to_pydict() == {"a": [1]}
    with duckdb.connect() as connection:
        with pytest.raises(RequestError, match="DuckDB: has no tables"):
            read_table(connection)
        connection.execute("CREATE TEMP TABLE one AS SELECT 1 AS a")
        assert read_table(connection).to_pydict() == {"a": [1]}


def test_enumerations_keep_their_order():
    with duckdb.connect() as connection:
        connection.execute("CREATE TYPE size AS ENUM ('small', 'large', 'huge')")
        query = "SELECT (['huge', 'large', NULL, 'small'])[1 + i % 4]::size AS size, i % 3 = 0 AS y FROM range(99) r(i)"
        for source in (Query(connection, sql=query), connection.sql(query)):
            for limit in (None, 1):
                model = fit_table(source, "y", missing="drop", memory_limit=limit)
                assert model.design.columns[0].levels == ("small", "large", "huge")
                assert model.design.columns[0].reference == "small"


def test_sqlite_columns_are_of_the_type_of_all_their_values(tmp_path):
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        connection.execute("CREATE TABLE t (late, mixed, blob, none)")
        rows = [(i, i, b"a", None) for i in range(ROWS)]
        connection.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?)", [*rows, (None, 1, None, None), (0.5, "x", None, None)]
        )
        connection.commit()
    found = read_table(Query(tmp_path / "a.sqlite", sql="SELECT late, blob, none FROM t"))
    assert [str(field.type) for field in found.schema] == ["double", "binary", "null"]
    assert found["late"].to_pylist()[-3:] == [ROWS - 1.0, None, 0.5]
    with pytest.raises(DataError, match="'mixed' holds values of the types 'integer' and 'text'; make them one type"):
        read_table(Query(tmp_path / "a.sqlite"))


WRONG = {
    "table": (
        Query("votes.duckdb", "vote"),
        RequestError,
        r"there is no table 'vote'. Did you mean 'votes'\? Its tables",
    ),
    "tables": (
        Query("votes.duckdb"),
        RequestError,
        r"name a table .* Its tables are 'archive.old', 'seen' and 'votes'.",
    ),
    "path": ("votes.duckdb", RequestError, "name a table"),
    "SQLite's table": (Query("votes.sqlite", "x"), RequestError, "there is no table 'x'. Its tables are 'other' and"),
    "SQL": (
        Query("votes.duckdb", sql="SELEC 1"),
        DataError,
        '^votes.duckdb, query: Parser Error: .* at or near "SELEC".$',
    ),
    "column": (Query("votes.duckdb", sql="SELECT z FROM votes"), DataError, '"z" not found in FROM clause! Candidate'),
    "SQLite's SQL": (
        Query("votes.sqlite", sql="SELEC 1"),
        DataError,
        '^votes.sqlite, query: near "SELEC": syntax error.$',
    ),
    "SQLite's column": (Query("votes.sqlite", sql="SELECT z FROM votes"), DataError, "query: no such column: z.$"),
    "no query": (Query("votes.duckdb", sql="-- nothing"), RequestError, "gives no table; one query is needed"),
    "two": (Query(sql="SELECT 1; SELECT 2"), RequestError, "^query: gives no table; one query is needed"),
    "two of SQLite": (Query("votes.sqlite", sql="SELECT 1; SELECT 2"), DataError, "only execute one statement"),
    "a copy": (Query(sql="COPY (SELECT 1) TO 'copied.csv'"), RequestError, "gives no table"),
    "a change": (Query("votes.duckdb", sql="DELETE FROM votes"), RequestError, "gives no table"),
    "a change of SQLite": (Query("votes.sqlite", sql="DELETE FROM votes"), DataError, "attempt to write a readonly"),
    "files": (
        Query(sql="SELECT * FROM 'no*.parquet'"),
        DataError,
        'No files found that match the pattern "no.*parquet"',
    ),
    "a value": (
        Query("votes.duckdb", sql="SELECT CASE WHEN rowid = 69999 THEN city::INT ELSE k END AS k FROM votes"),
        DataError,
        r"Could not convert string '.*' to INT32",
    ),
    "rows": (
        Query("votes.duckdb", sql="SELECT * FROM votes WHERE k < 0"),
        DataError,
        "query: has no rows .its columns",
    ),
    "no rows of SQLite": (Query("votes.sqlite", "other"), DataError, "table other: has no rows .its columns are 'a'"),
    "missing": (Query("vote.duckdb", "votes"), FileNotFoundError, r"no such file. Did you mean 'votes.duckdb'\?"),
    "truncated": (Query("truncated.duckdb"), DataError, "^truncated.duckdb: IO Error: Could not read enough bytes"),
    "damaged": (Query("damaged.sqlite", "votes"), DataError, "^damaged.sqlite.*: database disk image is malformed"),
    "another": (
        Query("votes.parquet", "votes"),
        RequestError,
        r"is no database of DuckDB or SQLite.* FROM 'votes.parquet'",
    ),
    "a folder": (Query(".", "votes"), RequestError, "is no database"),
    "twice": (Query(sql="SELECT 1 AS a, 2 AS a"), DataError, "more than one column named 'a'"),
    "type": (
        Query(sql="SELECT [1] AS a, i % 2 = 0 AS y FROM range(9) r(i)"),
        DataError,
        "'a' holds values of type list",
    ),
    "URI": ("mysql://ann:secret@host/sales", RequestError, r"^mysql://...: there is no reader for such a source"),
    "connection": (Query(3, "votes"), RequestError, "or a connection of DuckDB, of sqlite3 .* not a int"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(case, databases, monkeypatch):
    monkeypatch.chdir(databases)
    content = (databases / "votes.duckdb").read_bytes()
    (databases / "truncated.duckdb").write_bytes(content[:5000])
    content = (databases / "votes.sqlite").read_bytes()
    (databases / "damaged.sqlite").write_bytes(content[:5000] + b"\xff" * 20000 + content[25000:])
    before = sorted(databases.iterdir())
    source, error, message = WRONG[case]
    with pytest.raises(error, match=message):
        fit_table(source, "y")
    with pytest.raises(error, match=message):
        read_table(source) if case != "type" else vh.fit_formula("y ~ a", source)
    assert sorted(databases.iterdir()) == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"database": "a.duckdb", "table": "t", "sql": "SELECT 1"}, "not both"),
        ({"table": "t"}, "a table is in a database"),
        ({}, "a table is in a database"),
        ({"sql": " "}, "the query is a text, not ' '"),
        ({"database": "a.duckdb", "table": 3}, "the name of the table is a text, not 3"),
    ],
)
def test_a_query_that_is_none(given, message):
    with pytest.raises(RequestError, match=message):
        Query(**given)


def test_a_file_that_another_process_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_reader, "WAIT", 0.0)
    writers = {"a.duckdb": "import duckdb as client", "a.sqlite": "import sqlite3 as client"}
    for name, program in writers.items():
        program += (
            f"; import sys; c = client.connect({str(tmp_path / name)!r}); c.execute('CREATE TABLE t (a INTEGER)')"
        )
        program += "; 'sqlite' in client.__name__ and c.execute('BEGIN EXCLUSIVE'); print(flush=True); sys.stdin.read()"
        with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
            writer.stdout.readline()
            with pytest.raises(
                DataError, match=f"{name}: .*lock.* Another process writes to it: wait until it is done"
            ):
                read_table(Query(tmp_path / name, "t"))
            writer.communicate()


def test_a_file_that_is_open_in_this_process(databases):
    with duckdb.connect(str(databases / "votes.duckdb")) as connection:
        with pytest.raises(DataError, match=r"It is open in this process: pass that connection, Query\(connection"):
            read_table(Query(databases / "votes.duckdb", "votes"))
        assert read_table(Query(connection, "archive.old")).num_rows == 1
        connection.execute("CREATE TEMP TABLE now AS SELECT 2 AS a")  # which no other connection sees
        assert read_table(Query(connection, "now"))["a"].to_pylist() == [2]


def test_names_in_a_query_are_not_variables_of_python():
    for name in ("database", "sql", "query", "names", "connection", "schema"):
        with pytest.raises(DataError, match=f"Table with name {name} does not exist"):
            read_table(Query(sql=f"SELECT * FROM {name}"))


def test_a_query_says_what_it_is():
    assert repr(Query("a.duckdb", "votes")) == "<Query of a.duckdb, table votes>"
    assert str(Query(sql="SELECT 1")) == "query"


def test_a_table_is_found_by_its_name():
    tables = [("votes",), ("Votes",), ("archive", "old"), ("a", "twice"), ("b", "twice")]
    for name, found in {"votes": 0, "Votes": 1, "archive.old": 2, "OLD": 2, "a.twice": 3}.items():
        assert find_table(name, tables, "x") == tables[found]
    for name in ("VOTES", "twice"):
        with pytest.raises(RequestError, match="more than one table"):
            find_table(name, tables, "x")
