"""Compressed files, and files whose name says something else than their bytes."""

import bz2
import gzip
import io
import lzma

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pytest

from verhulst.data import DataError, read_table, write_table
from verhulst.data.file_content import free_memory, read_content

TEXT = b"age,won\n30,1\n41,0\n"
READ = {"age": [30, 41], "won": [1, 0]}


def compressed(kind: str, content: bytes = TEXT) -> bytes:
    if kind == "bz2":
        return bz2.compress(content)
    if kind == "gzip":
        return gzip.compress(content, mtime=0)
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, kind) as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


KINDS = ["gzip", "bz2", "zstd", "lz4"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["a.csv", "A.CSV.GZ", "a", "a.csv.bz2", "a.Csv.Zst", "a.txt", "a.lz4"])
def test_compression_is_seen_in_the_first_bytes(tmp_path, kind, name):
    (tmp_path / name).write_bytes(compressed(kind))
    assert read_table(tmp_path / name).to_pydict() == READ


@pytest.mark.parametrize("kind", KINDS)
def test_compressed_standard_input(monkeypatch, kind):
    class Stdin:
        buffer = io.BytesIO(compressed(kind))

    monkeypatch.setattr("sys.stdin", Stdin)
    assert read_table("-").to_pydict() == READ


@pytest.mark.parametrize("ending", ["parquet", "arrow", "jsonl"])
def test_other_formats_compressed(tmp_path, ending):
    write_table(pa.table(READ), tmp_path / f"a.{ending}")
    (tmp_path / "b.gz").write_bytes(gzip.compress((tmp_path / f"a.{ending}").read_bytes()))
    assert read_table(tmp_path / "b.gz").to_pydict() == READ


def test_several_members_are_one_file(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(TEXT[:8]) + gzip.compress(TEXT[8:]))
    assert read_table(tmp_path / "a.csv.gz").to_pydict() == READ


def test_zstd_frames_that_are_to_be_skipped(tmp_path):
    skipped = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"size"
    frames = [pa.compress(part, codec="zstd", asbytes=True) for part in (TEXT[:8], TEXT[8:])]
    (tmp_path / "a.csv.zst").write_bytes(skipped + frames[0] + skipped + frames[1])
    assert read_table(tmp_path / "a.csv.zst").to_pydict() == READ


@pytest.mark.parametrize("kind", KINDS)
def test_cut_short(tmp_path, kind):
    rng = np.random.default_rng(0)
    content = compressed(kind, b"x\n" + b"\n".join(b"%d" % i for i in rng.integers(0, 10**9, 5000)))
    for end in (len(content) // 2, len(content) - 2, 30):
        (tmp_path / "a.csv").write_bytes(content[:end])
        with pytest.raises(DataError, match=r"a.csv: cannot be read: "):
            read_table(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv.xz", lzma.compress(TEXT), r"a.csv.xz: is compressed by xz, which is not read here. Decompress it"),
        ("a.csv", lzma.compress(TEXT), r"is compressed by xz"),
        ("a.csv.gz", gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0), r"is compressed twice; decompress it once"),
        ("a.csv.gz", TEXT, r"its name says that it is compressed by gzip, but its first bytes do not.*rename it"),
        ("a.csv", "age,won\n".encode("utf-16-le"), r"is text in UTF-16LE without a byte-order mark.*iconv -f UTF-16LE"),
        ("a.csv", "age,won\n".encode("utf-16-be"), r"is text in UTF-16BE without"),
        ("a.json", '[{"a": 1}]'.encode("utf-32-le"), r"is text in UTF-32LE without"),
        ("a.csv", gzip.compress(b"", mtime=0), r"a.csv: is empty"),
        ("a.csv", b"BZh91,b\n", r"has no rows"),
    ],
)
def test_files_that_are_something_else(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_table(tmp_path / name)


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.tsv", "a"])
def test_a_table_in_binary_is_read_by_its_bytes(tmp_path, ending, name):
    write_table(pa.table(READ), tmp_path / f"original.{ending}")
    (tmp_path / name).write_bytes((tmp_path / f"original.{ending}").read_bytes())
    assert read_table(tmp_path / name).to_pydict() == READ
    with pytest.raises(DataError, match=rf"{name}: cannot be read as CSV: it is (?i:{ending}). Try format='{ending}'"):
        read_table(tmp_path / name, format="csv")
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-9])
    with pytest.raises(DataError, match=rf"{name}: the (Parquet|Arrow) file is incomplete or damaged"):
        read_table(tmp_path / name)


def test_text_under_another_name(tmp_path):
    (tmp_path / "a.tsv").write_bytes(TEXT)
    assert read_table(tmp_path / "a.tsv").to_pydict() == READ
    (tmp_path / "a.tsv").write_bytes(b"age, years\twon\n30\t1\n")
    assert read_table(tmp_path / "a.tsv").column_names == ["age, years", "won"]
    for text in ('{"age": 30, "won": 1}\n{"age": 41, "won": 0}', '[{"age": 30, "won": 1}, {"age": 41, "won": 0}]'):
        (tmp_path / "a.csv").write_text(text)
        assert read_table(tmp_path / "a.csv").to_pydict() == READ


def test_names_of_columns_that_look_like_formats(tmp_path):
    for text in ("PAR1,PAR2\n1,2\n", "ARROW1;b\n1;2\n", "BZh9,b\n1,2\n"):
        (tmp_path / "a.csv").write_text(text)
        assert read_table(tmp_path / "a.csv").num_columns == 2


def test_more_than_the_memory_that_is_free(tmp_path, monkeypatch):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"age,won\n" + b"30,1\n" * 10_000_000, mtime=0))
    monkeypatch.setattr("verhulst.data.file_content.free_memory", lambda: 20_000_000)
    with pytest.raises(DataError, match=r"a.csv.gz: .* stand for more than 0.02 GB, which is the memory"):
        read_table(tmp_path / "a.csv.gz")
    (tmp_path / "b.csv.gz").write_bytes(compressed("gzip"))
    assert read_table(tmp_path / "b.csv.gz").to_pydict() == READ


def test_free_memory():
    assert 1 << 20 < free_memory() < 1 << 50


def test_a_file_that_becomes_shorter_while_it_is_in_use(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT * 100_000)
    content = read_content(str(path), "a.csv")
    path.write_bytes(b"")  # pages of a mapped file would be gone now, and the process ended by SIGBUS
    assert content.to_pybytes() == TEXT * 100_000
