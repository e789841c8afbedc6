"""What may be the matter with Parquet files and streams, and what is said of it; the same of text is tested there."""

from __future__ import annotations

import errno
import os
import pathlib
import resource

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv, parquet

import verhulst as vh
from verhulst.data import DataError, columnar_files, scratch
from verhulst.regression import checkpoint as checkpoints

N = 3000


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> pathlib.Path:
    """Scratch files go here, and none is left."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    monkeypatch.setattr(columnar_files, "_ROWS", 500)
    yield tmp_path
    assert not list(place.iterdir())


def table(rows: int = N) -> pa.Table:
    rng = np.random.default_rng(1)
    x, c = rng.normal(size=rows), rng.choice(list("abc"), rows)
    return pa.table({"x": x, "c": c, "y": (rng.random(rows) < vh.sigmoid(x - (c == "b"))).astype(int)})


def bits(model):
    return model.fit.coefficients.tobytes(), model.fit.standard_errors.tobytes(), model.design.columns


def test_a_damaged_row_group_has_a_number(folder):
    path = folder / "votes.parquet"
    parquet.write_table(table(), path, row_group_size=600, compression="snappy")
    column = parquet.ParquetFile(path).metadata.row_group(3).column(0)
    content = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    content[start : start + 200] = b"\xff" * 200
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"votes\.parquet: is damaged after row 1,500 \(row group 3: "):
        vh.fit_table(path, "y")


@pytest.mark.parametrize("limit", [None, 1])
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_file_may_go_once_it_has_been_read(folder, kind, limit):
    path = folder / f"votes.{kind}"
    (parquet.write_table if kind == "parquet" else csv.write_csv)(table(), path)
    whole = vh.fit_table(path, "y")

    def remove(progress):
        if progress.phase == "fit":
            path.unlink(missing_ok=True)

    assert bits(vh.fit_table(path, "y", memory_limit=limit, callback=remove)) == bits(whole)
    assert not path.exists()


@pytest.mark.parametrize("dictionary", [False, True])
def test_a_category_that_is_in_the_last_file_only(folder, dictionary):
    whole = table()
    words = ["only here" if k > N - 40 and k % 2 else word for k, word in enumerate(whole["c"].to_pylist())]
    whole = whole.set_column(1, "c", pa.array(words))
    (folder / "votes").mkdir()
    for k in range(3):
        part = whole.slice(k * 1000, 1000)
        if dictionary:
            part = part.set_column(1, "c", part["c"].dictionary_encode())
        parquet.write_table(part, folder / "votes" / f"{k}.parquet")
    for limit in (None, 1):
        model = vh.fit_table(folder / "votes", "y", memory_limit=limit)
        assert "c[only here]" in model.fit.names
        assert model.fit.coefficients.tobytes() == vh.fit_table(whole, "y").fit.coefficients.tobytes()


@pytest.mark.parametrize(
    "type_", [pa.null(), pa.float64(), pa.string(), pa.dictionary(pa.int8(), pa.string())], ids=str
)
def test_a_column_without_values_is_said(folder, type_):
    parquet.write_table(table().append_column("none", pa.nulls(N, type_)), folder / "votes.parquet")
    with pytest.raises(
        DataError, match=r"column 'none' has no values\. Exclude it|column 'none'.*missing|'none' in 3,000"
    ):
        vh.fit_table(folder / "votes.parquet", "y", memory_limit=1)
    assert vh.fit_table(folder / "votes.parquet", "y", exclude="none", memory_limit=1).fit.rows == N


def test_batches_without_rows(folder):
    whole = table()
    empty = whole.slice(0, 0)
    parts = [empty, whole.slice(0, 900), empty, empty, whole.slice(900), empty]
    batches = [
        batch for part in parts for batch in (part.to_batches() or [pa.RecordBatch.from_pylist([], whole.schema)])
    ]
    assert [batch.num_rows for batch in batches].count(0) == 4
    for limit in (None, 1):
        reader = pa.RecordBatchReader.from_batches(whole.schema, batches)
        assert bits(vh.fit_table(reader, "y", memory_limit=limit)) == bits(vh.fit_table(whole, "y"))
    with parquet.ParquetWriter(folder / "votes.parquet", whole.schema) as writer:
        for part in parts:
            writer.write_table(part)
    model = vh.fit_table(folder / "votes.parquet", "y", memory_limit=1)
    assert bits(model) == bits(vh.fit_table(whole, "y"))
    vh.predict_table(model, folder / "votes.parquet", folder / "out.parquet", only=True)
    assert parquet.read_table(folder / "out.parquet").num_rows == N


def test_more_files_than_may_be_open(folder):
    whole = table(900)
    (folder / "votes").mkdir()
    for k in range(300):
        parquet.write_table(whole.slice(3 * k, 3), folder / "votes" / f"{k:03d}.parquet")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 50, before[1]))
    try:
        model = vh.fit_table(folder / "votes", "y", memory_limit=1)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert bits(model) == bits(vh.fit_table(whole, "y"))


def test_a_column_of_very_many_levels_is_refused_with_advice(folder):
    numbers = pa.array(np.arange(50_000))
    ids = pc.binary_join_element_wise("case", numbers.cast(pa.string()), " ")
    parquet.write_table(pa.table({"id": ids, "x": numbers, "y": numbers.to_numpy() % 2}), folder / "votes.parquet")
    with pytest.raises(DataError, match=r"column 'id' is text with 50,000 distinct values.*Exclude it"):
        vh.fit_table(folder / "votes.parquet", "y", memory_limit=1)


def test_a_target_that_is_constant_at_first(folder):
    whole = table().sort_by("y")
    parquet.write_table(whole, folder / "votes.parquet")
    assert bits(vh.fit_table(folder / "votes.parquet", "y", memory_limit=1)) == bits(vh.fit_table(whole, "y"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_every_kind_of_full_disk_is_said(number):
    assert isinstance(scratch.no_room(OSError(number, "full"), "the table"), DataError)
    other = OSError(errno.EIO, "broken")
    assert scratch.no_room(other, "the table") is other


def test_a_checkpoint_on_a_full_disk(folder, monkeypatch):
    file, whole = folder / "fit.checkpoint", vh.fit_table(table(), "y")
    real, calls = np.savez, []

    def full(place, **arrays):
        calls.append(1)
        if len(calls) == 3:
            place.write(b"PK")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(place, **arrays)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints.np, "savez", full)
        with pytest.raises(vh.data.OutputError, match=r"cannot write '.*fit\.checkpoint': No space left on device"):
            vh.fit_table(table(), "y", checkpoint=file)
    assert sorted(each.name for each in folder.iterdir()) == ["fit.checkpoint", "scratch"]
    assert bits(vh.fit_table(table(), "y", checkpoint=file, resume=True)) == bits(whole)
