"""PostgreSQL: its types, connections that are lost, and passwords that nobody sees."""

import datetime
from decimal import Decimal

import adbc_driver_postgresql.dbapi
import numpy as np
import pytest

import verhulst as vh
from verhulst.data import DataError, Query, RequestError, read_table
from verhulst.data.batches import open_batches
from verhulst.data.query import safe_uri, without_secrets
from verhulst.regression import fit_table


@pytest.fixture(scope="module")
def uri(postgresql):
    statements = (
        "CREATE SCHEMA IF NOT EXISTS types",
        "DROP TYPE IF EXISTS types.size CASCADE",
        "CREATE TYPE types.size AS ENUM ('small', 'large', 'huge')",
        "DROP TABLE IF EXISTS types.everything",
        """CREATE TABLE types.everything AS SELECT i::smallint AS i2, i::int AS i4, i::bigint AS i8,
            i / 3::float8 AS f8, (i / 4.0)::numeric(10, 2) AS price, (i / 7.0)::numeric AS ratio, i % 2 = 0 AS truth,
            (ARRAY['huge', 'small', NULL])[1 + i % 3]::types.size AS size, 'café ' || i % 5 AS words,
            ('b' || i % 7 % 2)::char(6) AS padded, NULL::float8 AS nothing, date '2024-01-01' + i AS day,
            timestamptz '2024-01-01 12:00Z' AS moment, i::money AS amount, gen_random_uuid() AS id, ARRAY[1] AS list,
            '{}'::jsonb AS document, '10.0.0.1'::inet AS address, i % 3 = 0 AS y
            FROM generate_series(1, 999) r(i)""",
    )
    with adbc_driver_postgresql.dbapi.connect(postgresql) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.commit()
    return postgresql


def test_types_are_those_of_other_formats(uri):
    columns = "i2, i4, i8, f8, price, ratio, truth, size, words, padded, nothing, day, moment"
    table = read_table(Query(uri, sql=f"SELECT {columns} FROM types.everything ORDER BY i4"))
    assert {field.name: str(field.type) for field in table.schema} == {
        "i2": "int16",
        "i4": "int32",
        "i8": "int64",
        "f8": "double",
        "price": "decimal128(10, 2)",
        "ratio": "double",
        "truth": "bool",
        "size": "dictionary<values=string, indices=int32, ordered=1>",
        "words": "string",
        "padded": "string",
        "nothing": "double",
        "day": "date32[day]",
        "moment": "timestamp[us, tz=UTC]",
    }
    first = table.slice(0, 3).to_pydict()
    assert first["price"] == [Decimal("0.25"), Decimal("0.50"), Decimal("0.75")]
    np.testing.assert_array_equal(first["ratio"], np.array([1, 2, 3]) / 7)
    assert first["size"] == ["small", None, "huge"]
    assert table["size"].chunk(0).dictionary.to_pylist() == ["small", "large", "huge"]
    assert (first["padded"], first["nothing"]) == (["b1", "b0", "b1"], [None] * 3)
    assert first["day"][0] == datetime.date(2024, 1, 2)


def test_what_a_numeric_can_hold_beside_numbers(uri):
    query = (
        "SELECT 'NaN'::numeric(5, 1) AS a, 'NaN'::numeric AS b, NULL::numeric AS c, 1e-40::numeric AS d, "
        "5::numeric(50, 2) AS e"
    )
    assert read_table(Query(uri, sql=query)).to_pylist() == [{"a": None, "b": None, "c": None, "d": 1e-40, "e": 5.0}]


@pytest.mark.parametrize("limit", [None, 1])
def test_a_fit_uses_what_can_be_used(uri, limit):
    columns = ["i4", "price", "truth", "size", "padded"]
    source = Query(uri, table="types.everything")
    model = fit_table(source, "y", columns=["price", "truth", "words", "padded"], memory_limit=limit)
    assert model.fit.names == ("price", "truth", *(f"words[café {k}]" for k in range(1, 5)), "padded[b1]")
    model = fit_table(source, "truth", columns=["size"], missing="drop", memory_limit=limit)
    assert (model.fit.names, model.design.columns[0].levels) == (("size[huge]",), ("small", "huge"))
    assert (model.design.rows_read, model.design.rows_kept) == (999, 666)
    refused = {
        "amount": "'amount' is of PostgreSQL's type money; make a number of it in a query: amount::numeric",
        "day": "'day'.*date",
        "moment": "'moment'.*timestamp",
        "id": "'id' holds values of type .*uuid",
        "list": "'list' holds values of type list",
        "document": "'document' holds values of type .*json",
        "address": "'address' holds values of type .*inet",
    }
    for name, message in refused.items():
        with pytest.raises(DataError, match=message):
            fit_table(source, "y", columns=[*columns, name], memory_limit=limit)


def test_enumerations_of_one_name_in_two_schemas_are_text(uri):
    with adbc_driver_postgresql.dbapi.connect(uri, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA elsewhere")
        cursor.execute("CREATE TYPE elsewhere.size AS ENUM ('L', 'S')")
        try:
            table = read_table(Query(uri, sql="SELECT 'L'::elsewhere.size AS other, 'large'::types.size AS size"))
        finally:
            cursor.execute("DROP SCHEMA elsewhere CASCADE")
    assert [str(type_) for type_ in table.schema.types] == ["string", "string"]


def test_nothing_is_changed(uri):
    changes = (
        "DELETE FROM types.everything",
        "DELETE FROM types.everything RETURNING i4",
        "CREATE TABLE t AS SELECT 1 AS a",
    )
    for sql in changes:
        with pytest.raises(
            DataError, match=r"query: cannot execute (DELETE|CREATE TABLE AS) in a read-only transaction."
        ):
            read_table(Query(uri, sql=sql))
    assert read_table(Query(uri, sql="SELECT count(*) AS n FROM types.everything"))["n"].to_pylist() == [999]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELEC 1", 'query: syntax error at or near "SELEC".$'),
        ("SELECT * FROM nowhere", 'query: relation "nowhere" does not exist.$'),
        ("SELECT nothing_there FROM types.everything", 'query: column "nothing_there" does not exist.$'),
        ("SELECT 1; SELECT 2", "query: cannot insert multiple commands into a prepared statement.$"),
        ("SELECT 1 / (i - 500) FROM generate_series(1, 1000) r(i)", "query: division by zero.$"),
        ("SELECT 1 AS a WHERE false", "query: has no rows"),
    ],
)
def test_what_is_wrong_with_a_query_is_said(uri, sql, message):
    with pytest.raises(DataError, match=f"^postgresql:///postgres, {message}"):
        read_table(Query(uri, sql=sql))


# The server ends the connection that asks for it, in mid-read.
DROPPED = (
    "SELECT i, i % 2 AS y, CASE WHEN i = 900000 THEN pg_terminate_backend(pg_backend_pid()) END AS z "
    "FROM generate_series(1, 1000000) r(i)"
)


@pytest.mark.parametrize("limit", [None, 1])
def test_a_connection_that_is_lost(uri, limit, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    message = (
        r"^postgresql:///postgres, query: cannot be read beyond row [\d,]+: terminating connection due to administrator"
    )
    with pytest.raises(DataError, match=message):
        fit_table(Query(uri, sql=DROPPED), "y", memory_limit=limit)
    assert not list(tmp_path.iterdir())


def test_a_connection_that_another_ends(uri):
    found = open_batches(
        Query(uri, sql="SELECT pg_backend_pid() AS pid, repeat('x', 1000) FROM generate_series(1, 99999)"), None
    )
    pid = next(found.read)["pid"][0].as_py()
    with adbc_driver_postgresql.dbapi.connect(uri) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend($1::int)", (pid,))
        cursor.fetchall()
    with pytest.raises(DataError, match=r"cannot be read beyond row [0-9,]+: "):
        list(found.read)


def test_a_server_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"^postgresql:///sales: Failed to connect: .* No such file or directory"):
        read_table(f"postgresql:///sales?host={tmp_path}")


SECRET = "Hus!ch"
UNSAFE = [
    f"postgresql://ann:{SECRET}@@host/sales",
    f"postgresql://ann:{SECRET}/@host/sales",
    f"postgresql://ann:{SECRET}?@host/sales",
    f"postgresql://ann:{SECRET}?a=b@host/sales",
    f"postgresql://ann:{SECRET}#@host/sales",
    f"postgresql://ann:{SECRET}%@host/sales",
    f"postgresql://ann:{SECRET}%zz@host/sales",
    f"postgresql://ann:{SECRET}",
    f"postgresql://host/sales?password=a&{SECRET}",
    f"postgresql://host/sales?password={SECRET}#",
    f"mysql://ann:{SECRET}@host/sales",
]


@pytest.mark.parametrize("unsafe", UNSAFE)
def test_a_uri_that_could_show_a_password_is_refused(unsafe):
    with pytest.raises(RequestError, match=r"^\w+://\.\.\.: ") as caught:
        Query(unsafe, "t")
    assert SECRET not in str(caught.value)


def test_passwords_are_nowhere(uri, tmp_path):
    with_secret = uri.replace("postgresql:///", f"postgresql://tester:{SECRET}@/") + f"&sslpassword={SECRET}"
    source = Query(with_secret, "types.everything")
    model = fit_table(source, "y", columns=["price", "truth"])
    model.save(tmp_path / "model.json")
    vh.report(model, tmp_path / "report.html")
    shown = [repr(source), str(source), repr(model), str(model.summary())]
    shown += [(tmp_path / name).read_text() for name in ("model.json", "report.html")]
    wrong = (Query(with_secret, "nowhere"), Query(with_secret, sql=f"SELECT {SECRET!r}::int"), with_secret)
    for each in (
        *wrong,
        f"postgresql://{SECRET}:{SECRET}@localhost:1/x",
        f"postgresql:///x?host=/&password={SECRET}&a=b",
    ):
        with pytest.raises(DataError) as caught:
            read_table(each)
        shown.append(str(caught.value))
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
    with pytest.raises(
        RequestError, match="a cluster fits Parquet files and Dask DataFrames, not a database"
    ) as caught:
        fit_table(with_secret, "y", client=object())
    shown.append(str(caught.value))
    assert not [text for text in shown if SECRET in text]
    assert model.design.source == "postgresql:///postgres, table types.everything"


def test_uris_without_what_is_secret():
    shown = {
        "postgresql://h1:5432,h2:5433/db": "postgresql://h1:5432,h2:5433/db",
        "postgres://ann@[::1]:5432/db?user=x": "postgres://[::1]:5432/db",
        "postgresql://": "postgresql://",
    }
    for given, safe in shown.items():
        assert safe_uri(given) == safe
    assert without_secrets("a%40b and a@b", "postgresql://u:a%40b@h/db?sslpassword=c") == "*** and ***"
