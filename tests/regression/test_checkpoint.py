"""An interrupted fit goes on from its checkpoint to the bits of one that was not disturbed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import csv, parquet

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import DataError, RequestError
from verhulst.regression import checkpoint as checkpoints
from verhulst.regression.rows import Rows

ROWS = 4000


def table(rows: int = ROWS) -> pa.Table:
    rng = np.random.default_rng(3)
    x, k, c = rng.normal(size=rows), rng.integers(0, 9, rows), rng.choice(list("abcdefghij"), rows)
    effect = dict(zip("abcdefghij", rng.normal(size=10), strict=True))
    z = 2 * x - 0.3 * k + np.array([effect[each] for each in c])
    return pa.table({"x": x, "k": k, "c": c, "y": rng.random(rows) < vh.sigmoid(z)})


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("votes") / "votes.parquet"
    parquet.write_table(table(), path)
    return str(path)


def bits(model) -> list[bytes]:
    fit = model.fit
    parts = (fit.coefficients, fit.standard_errors, [fit.log_likelihood, fit.decrement, len(fit.passes)])
    return [np.asarray(each).tobytes() for each in parts]


class Stopped(Exception):
    pass


def stopped_at(number: int, path, file, **options) -> None:
    """Fit, and stop after a pass."""

    def stop(progress):
        if progress.phase == "fit" and progress.number == number:
            raise Stopped

    with pytest.raises(Stopped):
        vh.fit_table(path, "y", checkpoint=file, callback=stop, **options)


FITS = {
    "plain": {},
    "penalty": {"C": 0.5},
    "scratch": {"memory_limit": 1},
    "in doubt": {"columns": ["x", "k"], "tolerance": 1e-12},
    "classes": {"multinomial": True},
    "firth": {"firth": True, "columns": ["x", "k"]},
    "weights": {"weights": "k", "columns": ["x", "c"], "missing": "drop"},
}


@pytest.mark.parametrize("fit", FITS)
def test_a_fit_goes_on_from_every_pass_to_the_same_bits(path, tmp_path, fit, monkeypatch):
    options, file = FITS[fit], tmp_path / "fit.checkpoint"
    told = []
    whole = vh.fit_table(path, "y", callback=told.append, **options)
    passes = sum(each.phase == "fit" for each in told)
    assert passes > 2
    made, real = [], Rows.statistics
    monkeypatch.setattr(Rows, "statistics", lambda *given, **more: made.append(1) or real(*given, **more))
    for number in range(1, passes + 1):
        stopped_at(number, path, file, **options)
        assert file.exists()
        made.clear()
        resumed = vh.fit_table(path, "y", checkpoint=file, resume=True, **options)
        assert bits(resumed) == bits(whole)
        assert not file.exists()
        if fit == "plain":
            # The first pass again, and those that are left.
            assert len(made) == 1 + len(whole.fit.passes) - number
    assert not list(tmp_path.iterdir())


def test_an_interrupted_fit_may_be_interrupted_again(path, tmp_path):
    file, whole = tmp_path / "fit.checkpoint", vh.fit_table(path, "y")
    stopped_at(1, path, file)
    stopped_at(2, path, file, resume=True)
    stopped_at(2, path, file, resume=True)
    assert bits(vh.fit_table(path, "y", checkpoint=file, resume=True)) == bits(whole)


def test_rows_in_memory_are_known_by_the_first_pass(tmp_path):
    data, file = table(), tmp_path / "fit.checkpoint"
    stopped_at(2, data, file)
    shutil.copy(file, tmp_path / "copy")
    frame = data.to_pandas()
    assert bits(vh.fit_table(data, "y", checkpoint=file, resume=True)) == bits(vh.fit_table(data, "y"))
    swapped = frame["y"].to_numpy().copy()
    one, zero = np.flatnonzero(swapped)[0], np.flatnonzero(~swapped)[0]
    swapped[[one, zero]] = swapped[[zero, one]]
    for changed in (frame.assign(y=swapped), frame.assign(x=frame["x"] * 1.5), frame.iloc[:-1]):
        shutil.copy(tmp_path / "copy", file)
        with pytest.raises(DataError, match=r"fit\.checkpoint: the rows are not those of the checkpoint"):
            vh.fit_table(changed, "y", checkpoint=file, resume=True)
        assert file.exists()


def test_a_changed_file_is_refused(path, tmp_path):
    folder, file = tmp_path / "votes", tmp_path / "fit.checkpoint"
    folder.mkdir()
    for name in ("a", "b"):
        parquet.write_table(table(), folder / f"{name}.parquet")
    stopped_at(2, folder, file)
    parquet.write_table(table(), folder / "c.parquet")
    again = {"checkpoint": file, "resume": True}
    with pytest.raises(DataError, match=r"c\.parquet: is a new file of the table"):
        vh.fit_table(folder, "y", **again)
    (folder / "c.parquet").unlink()
    (folder / "b.parquet").rename(tmp_path / "b.parquet")
    with pytest.raises(DataError, match=r"b\.parquet: is no longer there"):
        vh.fit_table(folder, "y", **again)
    (tmp_path / "b.parquet").rename(folder / "b.parquet")
    state = os.stat(folder / "a.parquet")
    os.utime(folder / "a.parquet", ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    with pytest.raises(DataError, match=r"a\.parquet: was changed since the fit was begun; begin again"):
        vh.fit_table(folder, "y", **again)
    os.utime(folder / "a.parquet", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert bits(vh.fit_table(folder, "y", **again)) == bits(vh.fit_table(folder, "y"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"C": 2.0}, r"is of a fit with C=inf, but this one has C=2\.0"),
        ({"columns": ["x", "k"]}, "is of a fit with columns="),
        ({"exclude": ["k"]}, "exclude="),
        ({"positive": False}, "positive=None, but this one has positive=False"),
        ({"tolerance": 1e-3}, "tolerance="),
        ({"multinomial": True}, "multinomial=False, but this one has multinomial=True"),
    ],
)
def test_another_fit_is_refused(path, tmp_path, options, message):
    file = tmp_path / "fit.checkpoint"
    stopped_at(1, path, file)
    with pytest.raises(RequestError, match=message):
        vh.fit_table(path, "y", checkpoint=file, resume=True, **options)
    with pytest.raises(RequestError, match="target='y', but this one has target='k'"):
        vh.fit_table(path, "k", checkpoint=file, resume=True)
    # What does not change a bit may change.
    vh.fit_table(path, "y", checkpoint=file, resume=True, memory_limit=1, verbose=0)


def test_a_checkpoint_of_another_version_or_processor_is_refused(path, tmp_path, monkeypatch):
    file = tmp_path / "fit.checkpoint"
    for name, value, message in (
        ("__version__", "99.1", r"was written by verhulst 99\.1, and this is"),
        ("cpu_level", lambda: "v9", "was written with the instructions of v9.* Set VERHULST_CPU=v9"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(checkpoints, name, value)
            stopped_at(1, path, file)
        with pytest.raises(DataError, match=message):
            vh.fit_table(path, "y", checkpoint=file, resume=True)
        file.unlink()


def test_a_damaged_checkpoint_is_refused(path, tmp_path):
    file = tmp_path / "fit.checkpoint"
    stopped_at(2, path, file)
    good, rng = file.read_bytes(), np.random.default_rng(0)
    damaged = [b"", b"x", good[:100], good[: len(good) // 2], good[:-1], b'{"verhulst_model": 1}', good[1:]]
    places = rng.integers(0, len(good), 150).tolist()
    damaged += [good[:k] + bytes([good[k] ^ (1 << int(rng.integers(8)))]) + good[k + 1 :] for k in places]
    whole, said = bits(vh.fit_table(path, "y")), []
    for content in damaged:
        file.write_bytes(content)
        try:
            model = vh.fit_table(path, "y", checkpoint=file, resume=True)
        except DataError as error:
            said.append(str(error))
        else:
            assert bits(model) == whole  # of bytes that mean nothing, such as the time of a file in the archive
    assert len(said) > 100
    assert {each.partition("; begin")[0] for each in said} == {f"{file}: is no checkpoint of verhulst, or is damaged"}
    np.savez(tmp_path / "other.npz", about=np.frombuffer(b'{"checkpoint of verhulst": 2}', np.uint8))
    with pytest.raises(DataError, match="a checkpoint of another version"):
        vh.fit_table(path, "y", checkpoint=tmp_path / "other.npz", resume=True)


def test_what_cannot_be_resumed(path, tmp_path, monkeypatch):
    file = tmp_path / "fit.checkpoint"
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    for source, message in (("-", "standard input cannot be read again"), (fifo, "pipe is a pipe, which cannot be")):
        with pytest.raises(RequestError, match=message):
            vh.fit_table(source, "y", checkpoint=file)
    with pytest.raises(RequestError, match=r"resume=True .* needs the file to go on from"):
        vh.fit_table(path, "y", resume=True)
    with pytest.raises(RequestError, match="a checkpoint is a file, not standard output"):
        vh.fit_table(path, "y", checkpoint="-")
    with pytest.raises(TypeError, match="checkpoint must be a path, not a value of type int"):
        vh.fit_table(path, "y", checkpoint=3)
    with pytest.raises(vh.data.OutputError, match="does not exist"):
        vh.fit_table(path, "y", checkpoint=tmp_path / "no" / "where")
    file.write_text("letters")
    with pytest.raises(RequestError, match=r"is there already\. To go on from it, add resume=True"):
        vh.fit_table(path, "y", checkpoint=file)
    assert file.read_text() == "letters"


def test_there_is_no_file_before_the_first_pass(path, tmp_path):
    file, data = tmp_path / "fit.checkpoint", pa.table({"x": [1.0, 2.0], "y": [1, 1]})
    with pytest.raises(DataError, match="there is nothing to predict"):
        vh.fit_table(data, "y", checkpoint=file)

    def stop(progress):
        raise Stopped

    with pytest.raises(Stopped):
        vh.fit_table(path, "y", checkpoint=file, callback=stop)
    assert not file.exists()
    assert bits(vh.fit_table(path, "y", checkpoint=file, resume=True)) == bits(vh.fit_table(path, "y"))


def run(*arguments):
    return CliRunner().invoke(verhulst, [str(each) for each in arguments])


def test_the_command_line(path, tmp_path, monkeypatch):
    text, file, model = tmp_path / "votes.csv", tmp_path / "fit.checkpoint", tmp_path / "m.json"
    csv.write_csv(table(), text)
    asked = ["fit", text, "-t", "y", "--positive", "true", "-o", model, "--checkpoint", file]
    real, calls = Rows.statistics, []

    def interrupted(*given, **more):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Rows, "statistics", interrupted)
        result = run(*asked)
    assert result.exit_code == 130
    assert f"Interrupted; wrote {file}; did not write {model}; the same command with --resume goes on" in result.stderr
    assert run(*asked).exit_code == 2
    result = run(*asked, "--resume")
    assert (result.exit_code, result.stderr) == (0, f"Wrote {model}\n")
    assert not file.exists()
    assert bits(vh.load(model)) == bits(vh.fit_table(text, "y", positive="true"))
    result = run("fit", "-", "-t", "y", "--checkpoint", file)
    assert result.exit_code == 2
    assert "standard input cannot be read again" in result.stderr
    result = run("fit", text, "-t", "y", "--resume")
    assert result.exit_code == 2
    assert "needs the file to go on from" in result.stderr


SLOW = (
    "import sys, time\nfrom verhulst.regression.rows import Rows\nreal, calls = Rows.statistics, []\n"
    "def slow(*given, **more):\n    calls.append(1)\n    if len(calls) == 3:\n"
    "        print('third', flush=True)\n        time.sleep(60)\n    return real(*given, **more)\n"
    "Rows.statistics = slow\nfrom verhulst import _process\n_process.prepare()\n"
    "from verhulst.cli.group import verhulst\nverhulst(sys.argv[1:])\n"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_killed_process_leaves_what_it_found(path, tmp_path, number):
    file = tmp_path / "fit.checkpoint"
    command = [sys.executable, "-c", SLOW, "fit", path, "-t", "y", "--checkpoint", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "third\n"
        process.send_signal(number)
        said = process.communicate(timeout=60)[1]
    if number != signal.SIGKILL:
        assert "the same command with --resume goes on from the checkpoint" in said
    assert bits(vh.fit_table(path, "y", checkpoint=file, resume=True)) == bits(vh.fit_table(path, "y"))
    assert not list(tmp_path.iterdir())
