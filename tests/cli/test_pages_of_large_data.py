"""The commands of the page on large data are run: a folder of Parquet files, some of them, a query."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import parquet
from tests.cli.pages import commands_of

import verhulst as vh
from verhulst.cli.group import verhulst


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What the pages name."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for month in (1, 2):
        x = rng.normal(size=2000)
        won = rng.random(2000) < vh.sigmoid(x)
        (tmp_path / "votes").mkdir(exist_ok=True)
        parquet.write_table(pa.table({"x": x, "won": won}), f"votes/2024-{month}.parquet")
    with duckdb.connect("sales.duckdb") as connection:
        plans = "SELECT ['basic', 'gold'][1 + i % 2] AS plan, i % 3 AS region, i * 7919 % 1013 < 340 AS churn"
        connection.execute(f"CREATE TABLE customers AS {plans} FROM range(3000) r(i)")
    return tmp_path


def run(arguments):
    result = CliRunner().invoke(verhulst, arguments)
    assert result.exit_code == 0, (arguments, result.stderr)
    return result


def test_data_larger_than_memory(folder):
    found = commands_of("data-larger-than-memory.md")
    assert len(found) == 5
    for arguments in found:
        if "--resume" not in arguments:  # of a fit that was interrupted, which tests of checkpoints do
            assert " cases (" in run(arguments).stdout
