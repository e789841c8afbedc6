"""The commands on databases: a table or a query of a DuckDB or SQLite file, of PostgreSQL, or of files."""

import json
import pathlib
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import adbc_driver_postgresql.dbapi
import duckdb
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.cli.test_bad_input import DATA, USAGE, refused, run
from tests.data.test_postgresql import DROPPED

from verhulst import sigmoid
from verhulst.data import Query, distinct_rows, duckdb_reader, read_table


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("databases")
    rng = np.random.default_rng(0)
    logit = rng.normal(size=200)
    won = (rng.random(200) < sigmoid(logit)).astype(np.int64)
    votes = pa.table({"logit": logit, "won": won, "region": np.array(["north", "south"])[rng.integers(0, 2, 200)]})
    parquet.write_table(votes, place / "votes.parquet")
    with duckdb.connect(str(place / "votes.duckdb")) as connection:
        connection.execute(f"CREATE TABLE votes AS FROM '{place}/votes.parquet'; CREATE TABLE other AS SELECT 1 AS a")
    with closing(sqlite3.connect(place / "votes.sqlite")) as connection:
        connection.execute("CREATE TABLE votes (logit REAL, won INTEGER, region TEXT)")
        rows = zip(*(column.to_pylist() for column in votes.columns), strict=True)
        connection.executemany("INSERT INTO votes VALUES (?, ?, ?)", rows)
        connection.commit()
    return place


# How each command is given the table: a file, and what names the table of a database.
SOURCES = {
    "file": ["votes.parquet"],
    "DuckDB": ["votes.duckdb", "--table", "votes"],
    "DuckDB, query": ["votes.duckdb", "--sql", "SELECT * FROM votes WHERE won IS NOT NULL"],
    "SQLite": ["votes.sqlite"],
    "files": ["--sql", "SELECT * FROM '*.parquet'"],
}


@pytest.mark.parametrize("source", list(SOURCES)[1:])
def test_commands_read_databases(source, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    commands = {
        "fit": ["--target", "won", "-o", tmp_path / "{}.json", "--json"],
        "calibrate": ["--score", "logit", "--target", "won", "-o", tmp_path / "{}.calibrator.json", "--json"],
        "evaluate": ["--score", "logit", "--target", "won", "--json", "--by", "region"],
    }
    for command, options in commands.items():
        printed = {}
        for kind in ("file", source):
            given = [str(option).replace("{}", kind) for option in options]
            result = run(command, *SOURCES[kind], *given)
            assert result.exit_code == 0, result.stderr
            printed[kind] = json.loads(result.stdout) | {"source": None}
        assert printed[source] == printed["file"]
    expected = run("predict", tmp_path / "file.json", "votes.parquet", "--only").stdout
    assert run("predict", tmp_path / f"{source}.json", *SOURCES[source], "--only").stdout == expected
    result = run("predict", tmp_path / f"{source}.json", *SOURCES[source], "-o", tmp_path / "p.parquet")
    assert (result.exit_code, result.stdout) == (0, ""), result.stderr
    assert read_table(tmp_path / "p.parquet").column_names == ["logit", "won", "region", "probability"]


def test_postgresql(postgresql, folder, tmp_path):
    sql = "SELECT i % 7 AS a, i % 2 AS won FROM generate_series(1, 500) r(i)"
    model = tmp_path / "model.json"
    result = run("fit", postgresql, "--sql", sql, "--target", "won", "-o", model)
    assert result.exit_code == 0, result.stderr
    assert "250 of 500 cases (50.0 %); postgresql:///postgres, query, 500 rows" in result.stdout
    assert run("predict", model, postgresql, "--sql", sql, "--only").stdout.count("\n") == 501
    result = run(
        "predict", model, postgresql, "--sql", DROPPED.replace("i,", "i, i % 7 AS a,", 1), "-o", tmp_path / "p.parquet"
    )
    refused(result, DATA, "Error: postgresql:///postgres, query: cannot be read beyond row ")
    assert sorted(tmp_path.iterdir()) == [model]


def test_an_interrupted_query_ends(postgresql):
    """Ctrl-C while the server works on a query, which ends there too."""
    program = [sys.executable, "-m", "verhulst", "fit", postgresql, "--sql", "SELECT pg_sleep(600)", "--target", "y"]
    running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(6%' AND pid <> pg_backend_pid()"

    def wait_for(number):
        for _ in range(1200):
            if (found := read_table(Query(postgresql, sql=running))["count"].to_pylist()) == [number]:
                return
            time.sleep(0.05)
        pytest.fail(f"{found} queries are running, not {number}")

    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for(1)
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=60) == ("", "Interrupted; no output file was written.\n")
        finally:
            process.kill()
    assert process.returncode == 130
    wait_for(0)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["votes.duckdb", "--table", "vote"],
            USAGE,
            "votes.duckdb: there is no table 'vote'. Did you mean 'votes'? Its",
        ),
        (
            ["votes.duckdb"],
            USAGE,
            "votes.duckdb: name a table (table=, --table) or write a query (sql=, --sql). Its tab",
        ),
        (["votes.duckdb", "--table", "votes", "--sql", "SELECT 1"], USAGE, "give a table (table=, --table) or a query"),
        (
            ["votes.duckdb", "--sql", "SELEC 1"],
            DATA,
            'votes.duckdb, query: Parser Error: syntax error at or near "SELEC".',
        ),
        (["votes.duckdb", "--table", "votes", "--format", "csv"], USAGE, "has no format; --format is for files."),
        (["votes.parquet", "--table", "votes"], USAGE, "votes.parquet: is no database of DuckDB or SQLite"),
        (["nowhere.duckdb", "--table", "votes"], USAGE, "nowhere.duckdb: there is no such file."),
        (["--table", "votes"], USAGE, "Missing argument 'DATA'."),
        ([], USAGE, "Missing argument 'DATA'."),
        (["--sql", ""], USAGE, "the query is a text, not ''."),
        (["--sql", "SELECT * FROM 'nowhere.parquet'"], DATA, "No files found that match the pattern"),
        (
            ["postgresql://ann:Hus@h@host/sales", "--table", "votes"],
            USAGE,
            "postgresql://...: in a user name or a pass",
        ),
        (["postgresql://ann:Hush@localhost:1/sales"], DATA, "postgresql://localhost:1/sales: Failed to connect"),
        (["mysql://ann:Hush@host/sales"], USAGE, "mysql://...: there is no reader for such a source."),
    ],
)
def test_what_is_wrong_is_said(arguments, code, message, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    result = run("fit", *arguments, "--target", "won", "-o", tmp_path / "model.json")
    refused(result, code, message)
    assert "Hus" not in result.stderr
    assert not list(tmp_path.iterdir())


def test_few_distinct_rows_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(distinct_rows, "SAMPLE", 1000)
    monkeypatch.setattr(duckdb_reader.DuckDB, "read", spied := Spy(duckdb_reader.DuckDB.read))
    path = tmp_path / "votes.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT i % 7 AS a, i % 5 = 0 AS won, i FROM range(4000) r(i)) TO '{path}'")
    result = run("fit", path, "--target", "won", "--columns", "a")
    assert "won = true in 800 of 4,000 cases (20.0 %)" in result.stdout
    assert "votes.parquet, 4,000 rows" in result.stdout
    assert [sql.partition(" FROM")[0] for sql in spied.seen] == [
        'SELECT "a", "won", count(*) AS "rows of verhulst"',
    ]


def test_only_the_columns_that_are_evaluated_are_read(folder, monkeypatch):
    monkeypatch.setattr(duckdb_reader.DuckDB, "read", spied := Spy(duckdb_reader.DuckDB.read))
    arguments = ("evaluate", folder / "votes.duckdb", "--table", "votes", "--score", "logit", "--json", "--target")
    assert run(*arguments, "won").exit_code == 0
    assert spied.seen[-1] == 'SELECT "logit", "won" FROM "votes"'
    refused(run(*arguments, "wom"), USAGE, "votes.duckdb, table votes: there is no column 'wom'. Did you mean 'won'?")


def test_a_server_that_does_not_answer_the_first_question_of_a_process():
    """The driver, whose errors are said in words, is imported when it is asked to connect."""
    program = [sys.executable, "-m", "verhulst", "check", "postgresql://localhost:1/sales", "--target", "won"]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (DATA, "")
    assert done.stderr.startswith("Error: postgresql://localhost:1/sales: Failed to connect")


def test_a_driver_that_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    result = run("fit", "postgresql://localhost/sales", "--table", "a", "--target", "b")
    refused(
        result, USAGE, "This needs adbc_driver_postgresql, which is not installed: pip install 'verhulst[postgresql]'"
    )


class Spy:
    """A method that keeps the SQL it is called with."""

    def __init__(self, method):
        self.method, self.seen = method, []

    def __get__(self, instance, owner):
        return lambda sql: self.seen.append(sql) or self.method(instance, sql)


def test_help_names_databases():
    for command in ("fit", "predict", "evaluate", "calibrate"):
        text = run(command, "--help").stdout
        assert "--table NAME" in text
        assert "--sql QUERY" in text


def test_the_commands_of_the_page_do_what_it_shows(postgresql, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = pathlib.Path(__file__).parents[2] / "docs" / "how-to" / "databases.md"
    blocks = re.findall("```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    shown = ""
    for line in "".join(blocks).splitlines():
        if not line.startswith("$ "):
            assert line in shown.splitlines()
            continue
        program, *arguments = shlex.split(line[2:])
        if program == "duckdb":
            with duckdb.connect(arguments[0]) as connection:
                connection.execute(arguments[2])
                customers = connection.sql("FROM customers").to_arrow_table()
            with adbc_driver_postgresql.dbapi.connect(postgresql) as connection, connection.cursor() as cursor:
                cursor.adbc_ingest("customers", customers, mode="replace")
                connection.commit()
            continue
        uri = "postgresql://localhost/sales"
        result = run(*(postgresql if argument == uri else argument for argument in arguments))
        assert result.exit_code == 0, result.stderr
        shown = result.stdout.replace("postgresql:///postgres", uri)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["churn.json", "predictions.parquet", "sales.duckdb"]
