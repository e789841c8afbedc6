"""Fits of files and streams that are read a batch at a time, in memory and in a scratch file: the same bits."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import dataset, feather, parquet
from tests.regression.test_columns import frame

import verhulst as vh
from verhulst.data import DataError, RequestError, batches, scratch
from verhulst.data.block import make_block
from verhulst.data.learn import learn_table
from verhulst.data.memory_limit import bytes_allowed
from verhulst.data.request import Roles
from verhulst.regression import fit_table
from verhulst.regression.observations import observations
from verhulst.regression.standardisation import Standardisation

COLUMNS = ["x", "k", "t", "city", "size"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Scratch files go here, and none is left."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    yield tmp_path
    assert not list(place.iterdir())


@pytest.fixture(params=[None, 1], ids=["in memory", "scratch"])
def limit(request, monkeypatch):
    """A limit that is never reached, and one that is always."""
    seen = []
    real = batches.on_scratch
    monkeypatch.setattr(batches, "on_scratch", lambda *given: seen.append(1) or real(*given))
    yield request.param
    assert bool(seen) == (request.param is not None)


def table() -> pa.Table:
    data = frame()
    data["size"] = pd.Categorical(data["size"], ["small", "medium", "large", "huge"], ordered=True)
    data["city"] = data["city"].astype(str)
    return pa.Table.from_pandas(data, preserve_index=False)


def same(model, other):
    for name in ("coefficients", "standard_errors", "log_likelihood", "names", "cases", "events"):
        np.testing.assert_array_equal(getattr(model.fit, name), getattr(other.fit, name))
    assert model.totals == other.totals
    assert model.design.columns == other.design.columns
    assert (model.design.rows_read, model.design.rows_kept) == (other.design.rows_read, other.design.rows_kept)


def in_parquet(path: pathlib.Path, data: pa.Table) -> str:
    parquet.write_table(data, path, row_group_size=700)
    return str(path)


def in_arrow(path: pathlib.Path, data: pa.Table) -> str:
    feather.write_feather(data, path, compression="lz4", chunksize=900)
    return str(path)


def in_folder(path: pathlib.Path, data: pa.Table) -> str:
    (path / "deeper").mkdir(parents=True)
    in_parquet(path / "a.parquet", data.slice(0, 1000))
    in_parquet(path / "b.parquet", data.slice(1000, 0))
    in_parquet(path / "deeper" / "c.parquet", data.slice(1000).select(data.column_names[::-1]))
    (path / "_SUCCESS").touch()
    return str(path)


class Stream:
    """An object that speaks the PyCapsule protocol, as DuckDB's relations do."""

    def __init__(self, data: pa.Table) -> None:
        self._data = data

    def __arrow_c_stream__(self, requested_schema=None):
        return self._data.__arrow_c_stream__(requested_schema)


SOURCES = {
    "parquet": lambda path, data: in_parquet(path / "votes.parquet", data),
    "arrow": lambda path, data: in_arrow(path / "votes.arrow", data),
    "folder": lambda path, data: in_folder(path / "votes", data),
    "pattern": lambda path, data: in_folder(path / "votes", data) + "/**/*.parquet",
    "reader": lambda path, data: pa.RecordBatchReader.from_batches(data.schema, data.to_batches(max_chunksize=600)),
    "stream": lambda path, data: Stream(data),
}


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_fitted_as_its_table(source, folder, limit):
    whole = table()
    model = fit_table(SOURCES[source](folder, whole), "y", columns=COLUMNS, weights="w", memory_limit=limit)
    same(model, fit_table(whole, "y", columns=COLUMNS, weights="w"))


def test_rows_with_missing_values_are_left_out(folder, limit):
    data = table().to_pandas()
    row = np.arange(len(data))
    for name, step in (("x", 7), ("city", 11), ("size", 13)):
        data[name] = data[name].where(row % step != 3)
    whole = pa.Table.from_pandas(data, preserve_index=False)
    path = in_parquet(folder / "votes.parquet", whole)
    with pytest.raises(DataError, match=r"votes.parquet: values are missing in \d+ of 4000 rows|4,000 rows"):
        fit_table(path, "y", columns=COLUMNS, memory_limit=limit)
    model = fit_table(path, "y", columns=COLUMNS, missing="drop", memory_limit=limit)
    same(model, fit_table(whole, "y", columns=COLUMNS, missing="drop"))


def test_types_of_all_kinds(folder, limit):
    rng = np.random.default_rng(0)
    columns = {kind: rng.integers(0, 100, 3000).astype(kind) for kind in ("i1", "i2", "i8", "u1", "u8", "f4", "f8")}
    columns["decimal"] = pa.array(rng.integers(0, 100, 3000)).cast(pa.decimal128(30, 2))
    columns["truth"] = rng.random(3000) < 0.5
    whole = pa.table(columns | {"y": rng.random(3000) < 0.5})
    same(
        fit_table(in_parquet(folder / "votes.parquet", whole), "y", memory_limit=limit),
        fit_table(whole, "y"),
    )


@pytest.mark.parametrize("options", [{"firth": True}, {"C": 1.0}], ids=str)
def test_what_reads_rows_works_on_a_scratch_file(options, folder):
    path = in_parquet(folder / "votes.parquet", table())
    model = fit_table(path, "y", columns=COLUMNS, memory_limit=1, **options)
    same(model, fit_table(table(), "y", columns=COLUMNS, **options))


def test_separated_rows_on_a_scratch_file(folder):
    data = table().to_pandas()
    data.loc[data["x"] > 1, "y"] = 1
    data.loc[data["x"] < 1, "y"] = 0
    whole = pa.Table.from_pandas(data, preserve_index=False)
    with pytest.warns(vh.regression.SeparationWarning, match="x"):
        model = fit_table(in_parquet(folder / "v.parquet", whole), "y", columns=["x", "k"], memory_limit=1)
    with pytest.warns(vh.regression.SeparationWarning, match="x"):
        same(model, fit_table(whole, "y", columns=["x", "k"]))


def resident(address: int) -> int:
    """Bytes of the mapping with this address that are in memory of this process."""
    inside = False
    for line in pathlib.Path("/proc/self/smaps").read_text().splitlines():
        ends = line.split()[0].split("-")
        if len(ends) == 2:
            inside = int(ends[0], 16) <= address < int(ends[1], 16)
        elif inside and line.startswith("Rss:"):
            return 1024 * int(line.split()[1])
    raise AssertionError("there is no such mapping")


@pytest.mark.skipif(not pathlib.Path("/proc/self/smaps").exists(), reason="what is in memory is asked of Linux")
def test_pages_are_given_back(folder):
    """The rows in a scratch file do not stay in memory: of 40 MB that every step reads a tenth is left after it."""
    n, p = 250_000, 20
    X = np.random.default_rng(1).normal(size=(n, p))
    given = pa.table({f"x{j}": X[:, j] for j in range(p)} | {"y": np.arange(n) % 2})
    design, table = learn_table(scratch.on_scratch(given.to_batches(10_000), given.schema), Roles("y"))
    block = make_block(design, table, in_place=True)
    start = block.X.batches[0][0].__array_interface__["data"][0]
    rows = observations(block.X, block.y).rows(Standardisation(np.zeros(p), np.ones(p), True))
    steps = {
        "learning": lambda: None,
        "a pass": lambda: rows.statistics(np.zeros(p + 1), direction=np.ones(p + 1)),
        "log-odds": lambda: block.X.log_odds(np.ones(p), 0.0),
        "a sample": lambda: block.X.take(np.arange(0, n, 10)),
        "some rows": lambda: block.X[::7],
        "pieces": lambda: sum(len(piece.y) for piece in rows.pieces()),
    }
    left = {name: (step(), resident(start))[1] / (8 * n * p) for name, step in steps.items()}
    assert max(left.values()) < 0.1, left


@pytest.mark.parametrize("change", ["append", "remove"])
def test_a_file_that_changes_is_named(change, folder):
    path = pathlib.Path(in_parquet(folder / "votes.parquet", table()))
    reader = batches.open_batches(str(path), None).read
    next(reader)
    if change == "remove":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DataError, match=r"votes\.parquet: was changed while it was read"):
        list(reader)


def test_a_damaged_row_group_is_named(folder):
    path = pathlib.Path(in_parquet(folder / "a.parquet", table()))
    other = pathlib.Path(in_parquet(folder / "b.parquet", table()))
    content = bytearray(other.read_bytes())
    content[len(content) // 4 : len(content) // 2] = b"\xff" * (len(content) // 2 - len(content) // 4)
    other.write_bytes(content)
    with pytest.raises(DataError, match=r"b\.parquet: is damaged after row \d"):
        fit_table(str(path.parent / "*.parquet"), "y", columns=COLUMNS)


def test_files_of_other_columns_are_named(folder):
    in_parquet(folder / "a.parquet", table())
    in_parquet(folder / "b.parquet", table().drop(["x"]))
    with pytest.raises(DataError, match=r"b\.parquet: has other columns than .*a\.parquet: there is 'x' in one"):
        fit_table(str(folder / "*.parquet"), "y")
    in_parquet(folder / "b.parquet", table().set_column(0, "x", pa.array(["a"] * 4000)))
    with pytest.raises(DataError, match=r"b\.parquet: column 'x' has the type string, but double in .*a\.parquet"):
        fit_table(str(folder / "*.parquet"), "y")


@pytest.mark.parametrize("hidden", [".ipynb_checkpoints/a.parquet", "_temporary/0/a.parquet", "_tmp.parquet", ".a.pq"])
@pytest.mark.parametrize("pattern", ["", "/**/*.p*"])
def test_names_that_begin_with_a_dot_or_an_underscore_are_no_data(hidden, pattern, folder):
    data = in_folder(folder / "votes", table())
    (folder / "votes" / hidden).parent.mkdir(parents=True, exist_ok=True)
    in_parquet(folder / "votes" / hidden, table())
    assert fit_table(data + pattern, "y", columns=COLUMNS).fit.rows == len(table())


def test_a_folder_named_by_the_user_may_begin_with_an_underscore(folder):
    (folder / "_new").mkdir()
    in_parquet(folder / "_new" / "A.PARQUET", table())
    for path in (folder / "_new", f"{folder}/_new/*", f"{folder}/?new/*.PARQUET"):
        if "?" in str(path):
            with pytest.raises(FileNotFoundError):
                fit_table(path, "y")
        else:
            assert fit_table(path, "y", columns=COLUMNS).fit.rows == len(table())


def test_folders_named_after_values_are_columns(folder):
    whole = table()
    cut = len(whole) // 2
    for year, rows in ((2023, whole.slice(0, cut)), (2024, whole.slice(cut))):
        place = folder / "votes" / f"year={year}" / f"a%20b={'x y' if year == 2023 else '__HIVE_DEFAULT_PARTITION__'}"
        place.mkdir(parents=True)
        in_parquet(place / "a.parquet", rows)
    years = pa.array([2023] * cut + [2024] * (len(whole) - cut))
    known = whole.append_column("year", years)
    for path in (folder / "votes", f"{folder}/votes/*/*/*.parquet"):
        for limit in (None, 1):
            same(
                fit_table(path, "y", columns=[*COLUMNS, "year"], memory_limit=limit),
                fit_table(known, "y", columns=[*COLUMNS, "year"]),
            )
            found = batches.kept_table(path, ["a b", "y"], limit or 1 << 40)
            assert found.column_names == ["y", "a b"]
            assert found["a b"].to_pylist() == ["x y"] * cut + [None] * (len(whole) - cut)
    reader = dataset.dataset(folder / "votes", partitioning="hive").scanner().to_reader()
    assert "year" in fit_table(reader, "y", exclude=["w", "o", "a b"]).fit.names
    assert fit_table(f"{folder}/votes/year=2023/*/*", "y", columns=COLUMNS).fit.rows == cut
    (folder / "votes" / "z").mkdir()
    in_parquet(folder / "votes" / "z" / "z.parquet", whole)
    with pytest.raises(
        DataError, match=r"z\.parquet: lies in folders that are named after other columns .*'a b' and 'ye"
    ):
        fit_table(folder / "votes", "y")
    (folder / "other" / "k=1").mkdir(parents=True)
    in_parquet(folder / "other" / "k=1" / "a.parquet", whole)
    with pytest.raises(DataError, match="column 'k' is in the files, and folders are named after its values"):
        fit_table(folder / "other", "y")


def test_a_file_of_another_format_among_several_is_named(folder):
    data = in_folder(folder / "votes", table())
    (folder / "votes" / "z.parquet").write_text("no table")
    for path in (data, data + "/*"):
        with pytest.raises(DataError, match=r"z\.parquet: is not a Parquet file"):
            fit_table(path, "y")


def test_brackets_in_a_pattern_are_plain(folder):
    data = in_folder(folder / "votes[1]", table())
    assert fit_table(data + "/**/*.parquet", "y", columns=COLUMNS).fit.rows == len(table())


def test_a_folder_without_parquet_files_is_refused(folder):
    (folder / "empty").mkdir()
    with pytest.raises(DataError, match="is a folder without Parquet files"):
        fit_table(folder / "empty", "y")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_named(folder):
    path = pathlib.Path(in_parquet(folder / "votes.parquet", table()))
    path.chmod(0)
    with pytest.raises(DataError, match=r"votes\.parquet: cannot be read"):
        fit_table(path, "y")


def test_a_stream_without_rows_is_refused():
    with pytest.raises(DataError, match="has no rows"):
        fit_table(pa.RecordBatchReader.from_batches(table().schema, []), "y")


def test_a_full_disk_is_said(folder):
    """With a limit on the size of files, which the system reports as it does a full disk."""
    path = in_parquet(folder / "votes.parquet", table())
    code = (
        "import resource, sys, verhulst as vh\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "try:\n"
        "    vh.fit_table(sys.argv[1], 'y', columns=['x', 'k'], memory_limit=1)\n"
        "except vh.data.DataError as error:\n"
        "    print(error)\n"
    )
    environment = dict(os.environ, TMPDIR=str(folder / "scratch"))
    run = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, timeout=120, env=environment
    )
    assert "there is no room in" in run.stdout, run.stderr
    assert "TMPDIR" in run.stdout


@pytest.mark.parametrize("limit", ["", "x", "-1", "0", 0, -5, "5 PB", True, float("nan")])
def test_wrong_limits_are_refused(limit):
    with pytest.raises(RequestError, match="the memory limit is a number of bytes"):
        bytes_allowed(limit)


@pytest.mark.parametrize(
    ("limit", "size"), [("256MB", 256 * 10**6), ("1.5 GiB", 3 * 2**29), (1000, 1000), ("2k", 2000), (8e6, 8 * 10**6)]
)
def test_limits(limit, size):
    assert bytes_allowed(limit) == size


def test_no_map_outlives_its_table(folder):
    import gc

    before = len(scratch._maps)
    fit_table(in_parquet(folder / "votes.parquet", table()), "y", columns=COLUMNS, memory_limit=1)
    gc.collect()
    assert len(scratch._maps) == before
