"""Predictions for text files that are read a piece at a time: the same bytes and messages as for the whole table."""

import errno
import pathlib
import random
import subprocess
import sys

import pytest
from click.testing import CliRunner
from tests.data.test_text_batches import CELLS, encoded

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import csv_reading, text_source


def run(*arguments, **more):
    return CliRunner().invoke(verhulst, [str(each) for each in arguments], **more)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Of a plain number, words, booleans and an offset; and of numbers with decimal commas."""
    folder = tmp_path_factory.mktemp("models")
    draw = random.Random(0)
    rows = 300
    data = {
        "x": [draw.gauss(0, 1) for _ in range(rows)],
        "g": [draw.choice("abc") for _ in range(rows)],
        "t": [draw.random() < 0.5 for _ in range(rows)],
        "o": [draw.gauss(0, 1) for _ in range(rows)],
        "y": [draw.randrange(2) for _ in range(rows)],
    }
    vh.fit_table(data, "y", offset="o").save(folder / "plain.json")
    text = "x;g;t;o;y\n" + "".join(
        f"{x:.2f};{g};{t};{o};{y}\n".replace(".", ",") for x, g, t, o, y in zip(*data.values(), strict=True)
    )
    (folder / "commas.csv").write_text(text)
    with pytest.warns(vh.data.errors.ReadingWarning):
        vh.fit_table(folder / "commas.csv", "y", offset="o").save(folder / "commas.json")
    return folder


def new_rows(draw: random.Random) -> bytes:
    """A file with the columns of the models and others, mostly as at the fit."""
    rows = draw.choice([0, 1, 5, 40, 150])
    usual = {"x": "all decimals", "g": "words", "t": "truth", "o": "few whole", "note": draw.choice(list(CELLS))}
    table = {}
    for name, kind in usual.items():
        one = CELLS[kind if draw.random() < 0.85 else draw.choice(list(CELLS))]
        table[name] = [one(draw) for _ in range(rows)]
        if rows and draw.random() < 0.1:
            table[name][draw.randrange(rows)] = draw.choice(["", "NA", ".", "z", "1,5", "inf"])
    names = list(table)
    draw.shuffle(names)
    if draw.random() < 0.05:
        names.remove("x")
    if draw.random() < 0.05:
        table["probability"] = table["o"]
        names.append("probability")
    return encoded(draw, names, [table[name] for name in names])


@pytest.mark.parametrize("seed", range(80))
def test_pieces_are_predicted_as_the_whole(seed, models, tmp_path, monkeypatch):
    draw = random.Random(seed)
    data = tmp_path / "new.csv"
    data.write_bytes(new_rows(draw))
    model = models / draw.choice(["plain.json", "plain.json", "commas.json"])
    output = draw.choice([tmp_path / "out.csv", tmp_path / "out.tsv", "-", tmp_path / "out.csv.gz"])
    options = [
        option
        for option in ("--missing=empty", "--log-odds", "--interval=0.9", "--only", "--escape-formulas")
        if draw.random() < 0.3
    ]
    monkeypatch.setattr(text_source, "CHUNK", draw.choice([60, 300, 2000]))
    rows = draw.choice([1, 50])
    monkeypatch.setattr(csv_reading, "_ROWS", rows)
    monkeypatch.setattr("verhulst.regression.table_predictions.ROWS", rows)

    def outcome():
        result = run("predict", model, data, "-o", output, *options)
        written = output.read_bytes() if output != "-" and output.exists() else None
        if output != "-":
            output.unlink(missing_ok=True)
        return result.exit_code, result.stdout_bytes, result.stderr, written, type(result.exception)

    pieces = outcome()
    monkeypatch.setattr("verhulst.regression.table_predictions._is_copied", lambda *_: False)
    assert pieces == outcome()


def test_standard_input_is_read_once(models, monkeypatch):
    monkeypatch.setattr(text_source, "CHUNK", 50)
    monkeypatch.setattr(text_source, "_SPOOLED", 10)
    text = "x,g,t,o\n" + "0.5,a,true,1\n" * 50 + '"1.5",b,false,0\n'
    result = run("predict", models / "plain.json", "-", input=text)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == '"x","g","t","o","probability"'
    assert [line.rpartition(",")[0] for line in lines[1:]] == ["0.5,a,true,1"] * 50 + ["1.5,b,false,0"]


PHASES = {
    "reading": "verhulst.data.csv_reading.read_piece",
    "predicting": "verhulst.regression.table_predictions._of_rows",
    "writing": "verhulst.data.extended_text.write_lines",
}


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(("phase", "fault"), [*((phase, KeyboardInterrupt) for phase in PHASES), ("writing", FULL)])
def test_an_interrupt_or_a_full_disk_leaves_nothing(models, phase, fault, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    monkeypatch.setattr(text_source, "CHUNK", 50)
    (tmp_path / "new.csv").write_text("x,g,t,o\n" + "0.5,a,true,1\n" * 50)
    (tmp_path / "out.csv").write_text("as before")

    def interrupted(*given, **more):
        raise fault

    monkeypatch.setattr(PHASES[phase], interrupted)
    result = run("predict", models / "plain.json", tmp_path / "new.csv", "-o", tmp_path / "out.csv")
    assert result.exit_code == (130 if fault is KeyboardInterrupt else 2), result.output
    assert (tmp_path / "out.csv").read_text() == "as before"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["new.csv", "out.csv", "scratch"]
    assert not list(scratch.iterdir())


@pytest.mark.skipif(not pathlib.Path("/dev/full").exists(), reason="a full disk is asked of Linux")
def test_a_full_device_is_said(models, tmp_path):
    (tmp_path / "new.csv").write_text("x,g,t,o\n" + "0.5,a,true,1\n" * 5000)
    result = run("predict", models / "plain.json", tmp_path / "new.csv", "-o", "/dev/full")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr


def test_memory_stays_small(models, tmp_path):
    """Of a file of 60 MB, whose columns take 20 MB, 30 MB are held; all would take 150 MB."""
    path = tmp_path / "new.csv"
    line = "0.5123,a,true,1," + "x" * 80 + "\n"
    path.write_text("x,g,t,o,note\n" + line * 600_000)
    program = (
        "import resource, sys\nfrom verhulst.cli.group import verhulst\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "def run(data):\n    try:\n        verhulst(['predict', sys.argv[1], data, '-o', sys.argv[3]])\n"
        "    except SystemExit as done:\n        assert not done.code\n"
        "run(sys.argv[4])\nbefore = peak()\nrun(sys.argv[2])\nprint(peak() - before)\n"
    )
    small = tmp_path / "small.csv"
    small.write_text("x,g,t,o,note\n" + line * 40_000)
    done = subprocess.run(
        [sys.executable, "-c", program, models / "plain.json", path, tmp_path / "out.csv", small],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert int(done.stdout) < 60_000
    assert (tmp_path / "out.csv").read_bytes().count(b"\n") == 600_001
