"""The road from a table to a fit: what reading costs beside the fit itself.

Each cell is measured with its rival in turn, on one thread. Peers that are not installed are left out.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

import verhulst
from benchmarks.interleave import interleave
from verhulst.regression import fit

ROUNDS = 5
LEVELS = 200

Rivals = dict[str, Callable[[], object]]


def numbers(n: int = 1_000_000, p: int = 20) -> tuple[pa.Table, Rivals]:
    """Columns of doubles: a table in memory beside the same numbers as an array."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    y = (rng.random(n) < verhulst.sigmoid(X @ rng.standard_normal(p) * 0.3)).astype(np.int64)
    table = pa.table({f"x{j}": np.ascontiguousarray(X[:, j]) for j in range(p)} | {"y": y})
    outcome = y.astype(float)
    return table, {"table": lambda: verhulst.fit_table(table, "y"), "array": lambda: fit(X, outcome)}


def categories(n: int = 1_000_000) -> Rivals:
    """Three columns of 200 levels and three of numbers; glum with tabmat at the same accuracy, with errors."""
    rng = np.random.default_rng(0)
    codes = [rng.integers(0, LEVELS, n) for _ in range(3)]
    x = rng.standard_normal((n, 3))
    effects = [rng.standard_normal(LEVELS) * 0.4 for _ in codes]
    eta = x @ [0.3, -0.2, 0.1] + sum(effect[code] for effect, code in zip(effects, codes, strict=True))
    y = (rng.random(n) < verhulst.sigmoid(eta)).astype(np.int64)
    names = [f"l{k:03d}" for k in range(LEVELS)]
    columns: dict[str, Any] = {f"x{j}": np.ascontiguousarray(x[:, j]) for j in range(3)}
    for name, code in zip("abc", codes, strict=True):
        columns[name] = pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int32)), pa.array(names))
    table = pa.table(columns | {"y": y})
    rivals: Rivals = {"verhulst": lambda: verhulst.fit_table(table, "y")}
    try:
        import pandas as pd
        from glum import GeneralizedLinearRegressor
    except ImportError:
        return rivals
    frame = pd.DataFrame({f"x{j}": x[:, j] for j in range(3)})
    for name, code in zip("abc", codes, strict=True):
        frame[name] = pd.Categorical.from_codes(code, names)
    outcome = y.astype(float)

    def glum() -> object:
        model = GeneralizedLinearRegressor(family="binomial", alpha=0, drop_first=True, gradient_tol=1e-8)
        return model.fit(frame, outcome, store_covariance_matrix=True)

    return rivals | {"glum": glum}


def parquet(folder: str, n: int = 2_000_000, p: int = 20) -> Rivals:
    """A Parquet file: a fit with the batches in memory and in a scratch file, beside decoding the file."""
    from pyarrow import parquet

    path = f"{folder}/numbers.parquet"
    table, _ = numbers(n, p)
    parquet.write_table(table, path, row_group_size=500_000)
    return {
        "fit": lambda: verhulst.fit_table(path, "y"),
        "fit, 64 MB": lambda: verhulst.fit_table(path, "y", memory_limit="64MB"),
        "decode": lambda: parquet.read_table(path),
    }


def few_rows(folder: str, n: int = 10_000_000) -> Rivals:
    """Six columns of categories: a fit of a Parquet file and of a DuckDB table beside DuckDB's own GROUP BY of them."""
    import duckdb

    levels = (2, 3, 5, 7, 4, 10)
    columns = ", ".join(f"'level' || (hash(i * 6 + {j}) % {size}) AS c{j}" for j, size in enumerate(levels))
    path, database = f"{folder}/few.parquet", f"{folder}/few.duckdb"
    with duckdb.connect(database, config={"threads": 1}) as connection:
        connection.execute(f"CREATE TABLE few AS SELECT {columns}, hash(-i) % 10 < 3 AS y FROM range({n}) r(i)")
        connection.execute(f"COPY few TO '{path}'")
    table = verhulst.data.Query(database, "few")

    def group_by(source: str, name: str) -> object:
        with duckdb.connect(name, read_only=name == database) as connection:
            return connection.sql(f"SELECT *, count(*) FROM {source} GROUP BY ALL").to_arrow_table()

    return {
        "Parquet": lambda: verhulst.fit_table(path, "y"),
        "Parquet, GROUP BY": lambda: group_by(f"'{path}'", ":memory:"),
        "DuckDB": lambda: verhulst.fit_table(table, "y"),
        "DuckDB, GROUP BY": lambda: group_by("few", database),
    }


def text(folder: str, n: int = 1_000_000, p: int = 20) -> Rivals:
    """A CSV file: a fit beside reading it, and predictions for all rows beside copying it as text."""
    from pyarrow import csv

    from verhulst.cli.predict import command

    path, model, output = f"{folder}/numbers.csv", f"{folder}/model.json", f"{folder}/out.csv"
    table, _ = numbers(n, p)
    csv.write_csv(table, path)
    verhulst.fit_table(path, "y").save(model)
    as_text = csv.ConvertOptions(column_types=dict.fromkeys(table.column_names, pa.string()))
    return {
        "fit": lambda: verhulst.fit_table(path, "y"),
        "fit, 64 MB": lambda: verhulst.fit_table(path, "y", memory_limit="64MB"),
        "read": lambda: csv.read_csv(path),
        "predict": lambda: command.main([model, path, "-o", output], standalone_mode=False),
        "copy": lambda: csv.write_csv(csv.read_csv(path, convert_options=as_text), f"{folder}/copy.csv"),
    }


def json_lines(folder: str, n: int = 500_000, p: int = 20) -> Rivals:
    """A file of JSON lines: a fit beside reading it with pyarrow and with polars."""
    from pyarrow import json

    path = f"{folder}/numbers.jsonl"
    table, _ = numbers(n, p)
    verhulst.data.write_table(table, path)
    rivals: Rivals = {"fit": lambda: verhulst.fit_table(path, "y"), "pyarrow": lambda: json.read_json(path)}
    try:
        import polars
    except ImportError:
        return rivals
    return rivals | {"polars": lambda: polars.read_ndjson(path)}


def main() -> str:
    """The table."""
    verhulst.set_num_threads(1)
    pa.set_cpu_count(1)
    lines = ["| cell | seconds | rival | ratio |", "|---|---|---|---|"]
    times = interleave(numbers()[1], rounds=ROUNDS, warmups=1)
    ratio = times["table"] / times["array"]
    rival = f"the array: {times['array']:.2f}"
    lines.append(f"| Arrow table of 1,000,000 × 20 doubles | {times['table']:.2f} | {rival} | {ratio:.2f} |")
    times = interleave(categories(), rounds=ROUNDS, warmups=1)
    rival = f"glum, tabmat: {times['glum']:.2f}" if "glum" in times else "glum is not installed"
    ratio_said = f"{times['verhulst'] / times['glum']:.2f}" if "glum" in times else ""
    lines.append(f"| 1,000,000 rows, 3 columns of 200 levels | {times['verhulst']:.2f} | {rival} | {ratio_said} |")
    with tempfile.TemporaryDirectory() as folder:
        times = interleave(parquet(folder), rounds=ROUNDS, warmups=1)
    rival = f"decoding: {times['decode']:.2f}"
    for name, said in (("fit", ""), ("fit, 64 MB", ", 64 MB of memory for them")):
        ratio = times[name] / times["decode"]
        lines.append(f"| Parquet file of 2,000,000 × 20 doubles{said} | {times[name]:.2f} | {rival} | {ratio:.2f} |")
    with tempfile.TemporaryDirectory() as folder:
        times = interleave(text(folder), rounds=ROUNDS, warmups=1, clock=time.process_time)
    for name, rival, said in (
        ("fit", "read", "CSV file of 1,000,000 × 20 doubles, fit (processor time)"),
        ("fit, 64 MB", "read", "CSV file, fit with 64 MB of memory (processor time)"),
        ("predict", "copy", "CSV file, predictions into a CSV file (processor time)"),
    ):
        what = f"{'reading' if rival == 'read' else 'copying as text'}: {times[rival]:.2f}"
        lines.append(f"| {said} | {times[name]:.2f} | {what} | {times[name] / times[rival]:.2f} |")
    with tempfile.TemporaryDirectory() as folder:
        times = interleave(json_lines(folder), rounds=ROUNDS, warmups=1, clock=time.process_time)
    for rival in sorted({"pyarrow", "polars"} & set(times)):
        said = "JSON lines of 500,000 × 20 doubles, fit (processor time)"
        ratio = times["fit"] / times[rival]
        lines.append(f"| {said} | {times['fit']:.2f} | reading with {rival}: {times[rival]:.2f} | {ratio:.2f} |")
    with tempfile.TemporaryDirectory() as folder:
        times = interleave(few_rows(folder), rounds=ROUNDS, warmups=1)
    for kind, said in (("Parquet", "Parquet file"), ("DuckDB", "DuckDB table")):
        ratio = times[kind] / times[f"{kind}, GROUP BY"]
        rival = f"GROUP BY in DuckDB: {times[f'{kind}, GROUP BY']:.2f}"
        lines.append(
            f"| {said} of 10,000,000 rows, 6 columns of categories | {times[kind]:.2f} | {rival} | {ratio:.2f} |"
        )
    return "# From a table to a fit\n\n" + "\n".join(lines) + "\n"
