"""Files that are written whole or not at all, and model files."""

import csv
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.data import (
    File,
    ModelFileError,
    OutputError,
    RequestError,
    atomic_file,
    read_model,
    read_table,
    write_model,
    write_table,
)
from verhulst.data.model_file import decode, encode


def test_an_interrupted_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")

    def write() -> None:
        with atomic_file(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")
    code = (
        "import sys, time; from verhulst.data import atomic_file\n"
        "with atomic_file(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('half'); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.kill()
    assert path.read_text() == "before"


def test_links_stay_links_and_modes_follow_the_umask(tmp_path):
    (tmp_path / "real.txt").write_text("before")
    link = tmp_path / "link.txt"
    link.symlink_to("real.txt")
    with atomic_file(link) as temporary:
        temporary.write_text("after")
    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_text() == "after"
    plain = tmp_path / "plain.txt"
    plain.touch()
    assert (tmp_path / "real.txt").stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none/a.json", r"the folder '.*none' does not exist. Make it first \(mkdir -p"),
        (".", r"it is a folder; name a file inside it"),
        ("file/a.json", r"'.*file' is not a folder"),
    ],
)
def test_output_that_has_no_place(tmp_path, path, message):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=message):
        write_model(tmp_path / path, "example", 1, {})
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_devices_are_written_directly():
    with atomic_file(os.devnull) as path:
        path.write_text("gone")


def test_a_table_needs_a_format(tmp_path):
    with pytest.raises(OutputError, match=r"end its name in .csv"):
        write_table(None, tmp_path / "a.xyz")


@pytest.mark.parametrize("ending", ["csv", "tsv"])
@pytest.mark.parametrize("column", [[0.5, None, 1.5], [None, None], [1, None], ["a", None, "b\n\nc"], [True, None]])
def test_a_missing_value_that_stands_alone_is_seen(tmp_path, ending, column):
    path = tmp_path / f"a.{ending}"
    write_table(pa.table({"p": column}), path)
    with path.open(newline="") as file:
        assert len(list(csv.reader(file))) == 1 + len(column)
    assert len(pd.read_csv(path, sep="\t" if ending == "tsv" else ",")) == len(column)
    assert read_table(path)["p"].to_pylist() == column


@pytest.mark.parametrize("ending", ["csv", "tsv"])
@pytest.mark.parametrize(
    "column", [pa.array([[1], None]), pa.array([{"a": 1}, None]), pa.array([b"\xff", b""])], ids=str
)
def test_columns_that_a_text_file_cannot_hold(tmp_path, ending, column):
    for table in (pa.table({"tags": column}), pa.table({"x": [1, 2], "tags": column})):
        with pytest.raises(
            OutputError, match=r"column 'tags' is of type .*, which cannot be written as .sv: write .jso"
        ):
            write_table(table, tmp_path / f"a.{ending}")
        assert list(tmp_path.iterdir()) == []


def test_floats_are_exact(tmp_path):
    rng = np.random.default_rng(0)
    numbers = np.concatenate([rng.standard_normal(500) * 10.0 ** rng.integers(-300, 300, 500), [5e-324, -0.0, np.inf]])
    payload = {"numbers": numbers, "nan": float("nan"), "text": "inf", "nested": [{"float": 1.5}, None, True, 3]}
    path = tmp_path / "m.json"
    write_model(path, "example", 4, payload)
    back = read_model(path)
    assert (back.kind, back.schema_version) == ("example", 4)
    assert np.array(back.payload["numbers"]).tobytes() == numbers.tobytes()
    assert np.isnan(back.payload["nan"])
    assert back.payload["text"] == "inf"
    assert back.payload["nested"] == [{"float": 1.5}, None, True, 3]


def test_what_a_model_file_cannot_hold():
    with pytest.raises(TypeError, match=r"cannot contain a set"):
        encode({"a": {1}})
    with pytest.raises(TypeError, match=r"keys in a model file must be text"):
        encode({1: "a"})
    assert decode({"float": "inf"}) == np.inf


def model(**changes: object) -> str:
    document = {"verhulst_model": 1, "kind": "example", "schema_version": 1, "written_by": "x", "payload": {}}
    return json.dumps(document | changes)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"is not a model file of verhulst \(not JSON\)"),
        ("age,vote\n1,2\n", r"is not a model file of verhulst \(not JSON\)"),
        ("[1, 2]", r"is JSON, but not a model file"),
        ('{"a": 1}', r"is JSON, but not a model file"),
        (model()[:-20], r"the model file is incomplete or damaged"),
        (model(verhulst_model=2), r"was written in model file format 2; this version of verhulst reads format 1"),
        (model(kind=3), r"the model file is damaged"),
        (model(payload=[]), r"the model file is damaged"),
        (model(), r"contains a 'example', which this version of verhulst does not know"),
    ],
)
def test_files_that_are_no_models(tmp_path, content, message):
    path = tmp_path / "m.json"
    path.write_text(content)
    with pytest.raises(ModelFileError, match=message):
        vh.load(path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_model_files_that_an_editor_saved_in_another_encoding(tmp_path, encoding):
    vh.calibration.PriorShift(-1.5).save(tmp_path / "m.json")
    path = tmp_path / "again.json"
    path.write_bytes((tmp_path / "m.json").read_text().encode(encoding))
    assert repr(vh.load(path)) == repr(vh.load(tmp_path / "m.json"))


SAME_FILE = {
    "predictions": lambda model, path, name: vh.predict_table(model, path, name),
    "predictions of a file": lambda model, path, name: vh.predict_table(model, File(path), name, only=True),
    "predictions of a path": lambda model, path, name: vh.predict_table(model, pathlib.Path(path), name),
    "rejects": lambda model, path, name: File(path, rejects=name),
    "rejects, of a path": lambda model, path, name: File(pathlib.Path(path), rejects=name),
}


@pytest.mark.parametrize("use", SAME_FILE.values(), ids=SAME_FILE)
def test_the_file_that_is_read_is_not_written(tmp_path, monkeypatch, use):
    monkeypatch.chdir(tmp_path)
    content = "x,y\n1,0\n2,1\n3,0\n4,1\n5,6,7\n"
    pathlib.Path("t.csv").write_text(content)
    pathlib.Path("link.csv").symlink_to("t.csv")
    os.link("t.csv", "hard.csv")
    model = vh.fit_table({"x": [1.0, 2, 3, 4], "y": [0, 1, 0, 1]}, "y")
    for path, name in (("t.csv", "./t.csv"), ("t.csv", "link.csv"), ("link.csv", "t.csv"), ("t.csv", "hard.csv")):
        with pytest.raises(RequestError, match=rf"{name}: is the file that is read; name another"):
            use(model, path, name)
    assert pathlib.Path("t.csv").read_text() == content


def test_binary_file_is_no_model(tmp_path):
    (tmp_path / "m.json").write_bytes(b"\x80\x81\xff")
    with pytest.raises(ModelFileError, match=r"is not a model file of verhulst"):
        read_model(tmp_path / "m.json")
    with pytest.raises(FileNotFoundError, match=r"there is no such file"):
        vh.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("kind", "version", "message"),
    [
        ("example", 2, r"was written by an older version.*schema 1; this one reads 2.*fit the model again"),
        ("example", 0, r"was written by a newer version.*schema 1; this one reads 0.*update verhulst"),
        ("other", 1, r"contains a 'example', but a 'other' is needed"),
    ],
)
def test_another_version_of_the_schema(tmp_path, kind, version, message):
    write_model(tmp_path / "m.json", "example", 1, {})
    with pytest.raises(ModelFileError, match=message):
        read_model(tmp_path / "m.json").require(kind, version)


def test_loading_runs_no_code(tmp_path):
    path = tmp_path / "m.json"
    trace = tmp_path / "trace"
    payload = {"__reduce__": ["os.mkdir", str(trace)], "py/object": "os.mkdir", "py/reduce": [str(trace)]}
    path.write_text(model(payload=payload))
    assert read_model(path).payload == payload
    assert not trace.exists()


def test_only_arrow_tables_are_written(tmp_path):
    for given in (None, {"a": [1]}, pd.DataFrame({"a": [1]}), np.zeros(3)):
        with pytest.raises(TypeError, match="table must be an Arrow table, not a value of type"):
            write_table(given, tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_what_a_model_file_holds(tmp_path):
    path = tmp_path / "m.json"
    write_model(path, "kind", np.int64(1), {"a": np.float32(0.5)})
    assert read_model(path).schema_version == 1
    with pytest.raises(TypeError, match="a model file cannot contain a longdouble"):
        write_model(path, "kind", 1, {"a": np.longdouble(0.5)})
    with pytest.raises(OutputError, match="half a character"):
        write_model(path, "kind", 1, {"a": "\ud800"})
    for wrong in (None, 5, b"a"):
        with pytest.raises(TypeError, match="path must be text or a path"), atomic_file(wrong):
            pass
