"""Fits of text files beyond the memory limit, of several of them, and of files and disks that fail meanwhile."""

import gzip
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import DataError, batches, csv_reading, read_table, text_source
from verhulst.regression import fit_table

ROWS = 1000


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Scratch files go here, and none is left; files are read in many pieces."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    monkeypatch.setattr(text_source, "CHUNK", 2000)
    monkeypatch.setattr(csv_reading, "_ROWS", 100)
    yield tmp_path
    assert not list(place.iterdir())


def rows(count: int = ROWS, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    x, k, u = rng.normal(size=count), rng.integers(0, 9, count), rng.random(count)
    return [f"{a:.5f},{b},{'abc'[b % 3]},{int(c < 0.4)}" for a, b, c in zip(x, k, u, strict=True)]


def written(path, lines, names="x,k,g,y"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([names, *lines]) + "\n")
    return path


def same(model, other):
    np.testing.assert_array_equal(model.fit.coefficients, other.fit.coefficients)
    assert model.design.columns == other.design.columns
    assert (model.design.rows_read, model.design.rows_kept) == (other.design.rows_read, other.design.rows_kept)


@pytest.mark.parametrize("limit", [None, 1])
def test_several_files_are_one_table(folder, limit):
    lines = rows()
    whole = fit_table(written(folder / "whole.csv", lines), "y")
    written(folder / "votes" / "a.csv", lines[:300])
    written(folder / "votes" / "b.csv", [])
    (folder / "votes" / "c.csv.gz").write_bytes(gzip.compress("\n".join(["x,k,g,y", *lines[300:600]]).encode()))
    turned = [",".join(reversed(line.split(","))) for line in lines[600:]]
    written(folder / "votes" / "deeper" / "d.csv", turned, "y,g,k,x")
    written(folder / "votes" / "_old" / "e.csv", lines)
    for path in (folder / "votes", f"{folder}/votes/**/*.csv*"):
        same(fit_table(path, "y", memory_limit=limit), whole)
        assert fit_table(path, "y", memory_limit=limit).design.source == str(path)


def test_folders_named_after_values_are_columns_of_text_files_too(folder):
    lines = rows()
    for place, some in (("code=07", lines[:500]), ("code=7", lines[500:])):
        written(folder / "votes" / place / "a.csv", some)
    with pytest.raises(DataError, match="column 'code' holds '7' and '07', which are codes rather than numbers"):
        fit_table(folder / "votes", "y")
    found = fit_table(folder / "votes", "y", categorical="code")
    known = written(
        folder / "known.csv", [f"{line},{'07' if i < 500 else '7'}" for i, line in enumerate(lines)], "x,k,g,y,code"
    )
    same(found, fit_table(known, "y", categorical="code"))
    found.save(folder / "model.json")
    out = folder / "out.csv"
    result = CliRunner().invoke(
        verhulst, ["predict", str(folder / "model.json"), str(folder / "votes"), "-o", str(out)]
    )
    assert result.exit_code == 0, result.stderr
    head, *body = out.read_text().splitlines()
    assert head == '"x","k","g","y","code","probability"'
    assert [line.rpartition(",")[0] for line in body] == known.read_text().splitlines()[1:]


def test_files_of_other_columns_are_named(folder):
    written(folder / "a.csv", rows())
    written(folder / "b.csv", [line.rpartition(",")[0] for line in rows()], "x,k,g")
    with pytest.raises(DataError, match=r"b\.csv: has other columns than .*a\.csv: there is 'y' in one of them only"):
        fit_table(f"{folder}/*.csv", "y")
    written(folder / "b.csv", [line.replace(",", ";") for line in rows()], "x;k;g;y")
    with pytest.raises(DataError, match=r"b\.csv: its values are separated by semicolons, but by commas in .*a\.csv"):
        fit_table(f"{folder}/*.csv", "y")
    (folder / "b.csv").write_text('{"x": 1}\n')
    with pytest.raises(DataError, match=r"b\.csv: is not a CSV file"):
        fit_table(f"{folder}/*.csv", "y")


def test_an_error_names_file_line_and_row(folder):
    written(folder / "a.csv", rows())
    lines = rows()
    lines[700] += ",1"
    written(folder / "b.csv", lines)
    with pytest.raises(DataError, match=r"b\.csv: line 702 \(row 701\) has 5 values where the first line names 4"):
        fit_table(f"{folder}/*.csv", "y")
    lines[700] = '"' + rows()[700]
    written(folder / "b.csv", lines)
    with pytest.raises(DataError, match=r"b\.csv: line 702 \(row 701\) has a quotation mark that is never closed"):
        fit_table(f"{folder}/*.csv", "y")


def test_the_last_file_may_change_what_the_first_was(folder):
    """Numbers that turn out to be text, points that turn out to part thousands, a new level, and a hole."""
    lines = rows()
    written(folder / "a.csv", lines)
    written(folder / "b.csv", ["0.5,n/a,new,1", "0.6,3,new,0"])
    with pytest.raises(DataError, match=r"values are missing in 1 of 1,002 rows \(first in row 1,001\): 'k' in 1"):
        fit_table(f"{folder}/*.csv", "y")
    model = fit_table(f"{folder}/*.csv", "y", columns=["x", "g"])
    assert model.design.columns[1].levels == ("a", "b", "c", "new")
    written(folder / "b.csv", ["0.5,few,a,1"])
    with pytest.raises(DataError, match="column 'k' looks numeric, but in row 1001 it is 'few'"):
        fit_table(f"{folder}/*.csv", "y")
    written(folder / "b.csv", ["0.5,1.200,a,1"])
    with pytest.raises(DataError, match=r"column 'k' looks numeric, but '1.200' can be 1.2 or 1200"):
        fit_table(f"{folder}/*.csv", "y", memory_limit=1)


def test_a_target_that_is_constant_at_first(folder):
    lines = sorted(rows(), key=lambda line: line[-1])
    same(
        fit_table(written(folder / "votes.csv", lines), "y", memory_limit=1),
        fit_table(read_table(folder / "votes.csv"), "y"),
    )


def test_a_column_without_values_is_said(folder):
    written(folder / "votes.csv", [line + "," for line in rows()], "x,k,g,y,none")
    with pytest.raises(DataError, match=r"column 'none' has no values\. Exclude it"):
        fit_table(folder / "votes.csv", "y", memory_limit=1)


def test_a_column_of_very_many_levels_is_refused_with_advice(folder, monkeypatch):
    monkeypatch.setattr(text_source, "CHUNK", 1 << 20)
    monkeypatch.setattr(csv_reading, "_ROWS", 1 << 16)
    lines = [f"case {i},{i % 7},{i * i % 5 % 2}" for i in range(30_000)]
    path = written(folder / "votes.csv", lines, "id,x,y")
    with pytest.raises(DataError, match=r"column 'id' is text with 30,000 distinct values.*Exclude it"):
        fit_table(path, "y", memory_limit=1)
    assert fit_table(path, "y", columns="x", memory_limit=1).fit.names == ("x",)


def test_very_many_files(folder, monkeypatch):
    lines = rows(1000)
    for i, line in enumerate(lines):
        written(folder / "votes" / f"{i:05d}.csv", [line])
    monkeypatch.setattr(csv_reading, "_ROWS", 1 << 16)
    same(fit_table(folder / "votes", "y"), fit_table(written(folder / "whole.csv", lines), "y"))


@pytest.mark.parametrize("change", ["append", "remove", "truncate", "replace"])
@pytest.mark.parametrize("when", ["in the first reading", "before the second"])
def test_a_file_that_changes_is_named(folder, change, when):
    lines = [*rows(), "007,1,a,1"]  # because of which x is read again
    path = written(folder / "votes.csv", lines)
    found = batches.open_text_files(str(path), None)
    next(found.read)
    if when == "before the second":
        read = batches._kept(found, 1 << 40)
    if change == "remove":
        path.unlink()
    elif change == "append":
        path.write_text(path.read_text() + "1,1,a,1\n")
    elif change == "truncate":
        os.truncate(path, 3000)
    else:
        path.rename(folder / "other.csv")
        written(path, ["1,1,a,1"])

    def rest():
        if when == "before the second":
            found.finish(read, lambda more: batches._kept(more, 1 << 40))
        else:
            list(found.read)

    with pytest.raises(DataError, match=r"votes\.csv: was changed while it was read"):
        rest()


def test_compressed_data_that_are_cut_short_are_said(folder):
    whole = gzip.compress("\n".join(["x,k,g,y", *rows()]).encode())
    (folder / "votes.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"votes\.csv\.gz: cannot be read"):
        fit_table(folder / "votes.csv.gz", "y", memory_limit=1)


PHASES = {
    "reading": "verhulst.data.csv_reading.read_piece",
    "the scratch file": "verhulst.data.scratch._maps.add",
    "reading again": "verhulst.data.csv_reading._read_again",
    "learning": "verhulst.data.learn.with_finite_marked",
}


@pytest.mark.parametrize("phase", PHASES)
def test_an_interrupt_leaves_nothing(folder, phase, monkeypatch):
    path = written(folder / "votes.csv", [*rows(), "007,1,a,1"])
    calls = []

    def interrupted(*given, **more):
        calls.append(1)
        if phase != "reading" or len(calls) == 3:
            raise KeyboardInterrupt
        return real(*given, **more)

    real = csv_reading.read_piece
    monkeypatch.setattr(PHASES[phase], interrupted)
    result = CliRunner().invoke(
        verhulst, ["fit", str(path), "-t", "y", "-o", str(folder / "m.json"), "--memory-limit", "1"]
    )
    assert result.exit_code == 130, result.output
    assert calls
    assert not (folder / "m.json").exists()


LIMITED = (
    "import resource, signal, sys\nfrom verhulst.cli.group import verhulst\n"
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
    "from verhulst.data import text_source\ntext_source._SPOOLED = 1000\n"
    "verhulst(sys.argv[1:])\n"
)


@pytest.mark.parametrize("what", ["a fit", "standard input", "predictions"])
def test_a_full_disk_is_said(folder, what):
    """With a limit on the size of files, which the system reports as it does a full disk."""
    path = written(folder / "votes.csv", rows(3000))
    fit_table(path, "y").save(folder / "m.json")
    out = folder / "out.csv"
    arguments = {
        "a fit": ["fit", path, "-t", "y", "--memory-limit", "1"],
        "standard input": ["fit", "-", "-t", "y"],
        "predictions": ["predict", folder / "m.json", path, "-o", out],
    }[what]
    environment = dict(os.environ, TMPDIR=str(folder / "scratch"))
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, arguments)], capture_output=True, text=True, timeout=120,
        env=environment, input=path.read_text(), check=False,
    )  # fmt: skip
    assert done.returncode in (2, 3), done.stderr
    said = "File too large" if what == "predictions" else "there is no room in"
    assert said in done.stderr
    assert not out.exists()
    assert sorted(each.name for each in folder.iterdir()) == ["m.json", "scratch", "votes.csv"]


def test_a_scratch_file_that_cannot_fit_is_not_begun(folder, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=1000))
    monkeypatch.setattr(batches, "on_scratch", None)
    path = written(folder / "votes.csv", rows())
    with pytest.raises(DataError, match=r"it needs about 7\.\d+e-06 GB, and 1e-06 GB are free\. Allow more memory"):
        fit_table(path, "y", columns=["x", "k"], memory_limit=1)


def test_evaluate_and_calibrate_read_their_columns_only(folder):
    """The others may be wrong, and are not kept."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=ROWS)
    y = rng.random(ROWS) < vh.sigmoid(z)
    lines = [f"{a:.6f},{int(b)},{'x' * 50}" for a, b in zip(z, y, strict=True)]
    path = written(folder / "scored.csv", lines, "z,y,note")
    for command in (["evaluate"], ["calibrate", "-o", str(folder / "c.json")]):
        whole = CliRunner().invoke(verhulst, [command[0], str(path), "--score", "z", "--target", "y", *command[1:]])
        assert whole.exit_code == 0, whole.output
        written(folder / "packed" / "a.csv", lines[:400], "z,y,note")
        written(folder / "packed" / "b.csv", lines[400:], "z,y,note")
        parts = CliRunner().invoke(
            verhulst, [command[0], str(folder / "packed"), "--score", "z", "--target", "y", *command[1:]]
        )
        assert parts.stdout == whole.stdout
