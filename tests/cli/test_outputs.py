"""Every command knows that it can write its files before it begins to work."""

import gzip
import json
import re
from typing import ClassVar

import click
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from verhulst.cli.group import COMMANDS, verhulst

USAGE = 2
SCORES = ["none.csv", "--score", "z", "--target", "y"]
# Command and option, the other arguments, and the end of the file's name ("" for a folder). There is no none.csv, which
# a command that began to work would say.
OUTPUTS = {
    ("demo", "--output"): ([], ""),
    ("fit", "--output"): (["none.csv", "-t", "y"], ".json"),
    ("fit", "--report"): (["none.csv", "-t", "y"], ".html"),
    ("fit", "--checkpoint"): (["none.csv", "-t", "y"], ".json"),
    ("predict", "--output"): (["none.json", "none.csv"], ".csv"),
    ("calibrate", "--output"): (SCORES, ".json"),
    ("calibrate", "--report"): ([*SCORES, "-o", "model.json"], ".html"),
    ("compare", "--report"): (["none.json", "other.json"], ".html"),
    ("check", "--rejects"): (["none.csv", "-t", "y"], ".csv"),
    ("fit", "--rejects"): (["none.csv", "-t", "y"], ".csv"),
    ("predict", "--rejects"): (["none.json", "none.csv"], ".csv"),
    ("top", "--rejects"): (["none.json", "none.csv"], ".csv"),
    ("calibrate", "--rejects"): ([*SCORES, "-o", "model.json"], ".csv"),
    ("evaluate", "--rejects"): (SCORES, ".csv"),
    ("plot", "--output"): (["growth"], ".svg"),
    ("explore", "--output"): ([], ".html"),
}


@pytest.fixture(autouse=True)
def idle(tmp_path, monkeypatch):
    """A folder with a file `file` and folders with names of files; work that needs no data is an error."""

    def works(*_, **__):
        raise AssertionError("the command has begun to work")

    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("x")
    for end in (".json", ".html", ".csv", ".svg"):
        (tmp_path / f"folder{end}").mkdir()
    for name in ("figures.registry.plot", "explorer.assembly.page", "regression.fitting_tables.fit_table"):
        monkeypatch.setattr(f"verhulst.{name}", works)
    return sorted(tmp_path.rglob("*"))


def commands(group: click.Group, above: str = "") -> list[tuple[str, click.Command]]:
    found = []
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        found += commands(command, f"{name} ") if isinstance(command, click.Group) else [(above + name, command)]
    return found


def test_the_table_holds_every_output_of_every_command():
    options = {
        (name, option.opts[0] if option.opts[0].startswith("--") else option.opts[-1])
        for name, command in commands(verhulst)
        for option in command.params
        if isinstance(option, click.Option) and option.metavar in ("FILE", "FOLDER")
    }
    assert options == set(OUTPUTS)
    assert {name for name, _ in options} <= set(COMMANDS)


@pytest.mark.parametrize(("command", "option"), OUTPUTS)
@pytest.mark.parametrize("place", ["no/where", "file/x", "folder"])
def test_outputs_are_checked_before_the_work(tmp_path, idle, command, option, place):
    arguments, end = OUTPUTS[command, option]
    if command == "demo" and place == "folder":
        place = "file"  # its output is a folder; a file in its place is the fault
    result = CliRunner().invoke(verhulst, [command, *arguments, option, place + end])
    assert result.exit_code == USAGE, result.stderr
    said = " ".join(result.stderr.split())
    assert re.search("cannot .* (does not exist|is not a folder|it is a folder|it is a file)", said), said
    assert sorted(tmp_path.rglob("*")) == idle


@pytest.mark.parametrize(("command", "option"), [key for key in OUTPUTS if key[0] not in ("demo", "plot")])
def test_an_option_is_not_the_name_of_a_file(tmp_path, idle, command, option):
    arguments, _ = OUTPUTS[command, option]
    others = {"explore": ["--open"], "predict": ["--format", "--only"], "compare": ["--csv", "--json"]}
    for other in others.get(command, ["--format", "--json"]):
        result = CliRunner().invoke(verhulst, [command, *arguments, option, other])
        assert result.exit_code == USAGE
        assert (
            f"the name of the file is missing: {other} is an option. (A file of that name: ./{other})" in result.stderr
        )
    assert sorted(tmp_path.rglob("*")) == idle


@pytest.mark.parametrize("place", ["no/where", "file"])
def test_all_figures_need_a_folder(place):
    result = CliRunner().invoke(verhulst, ["plot", "--all", "-o", place])
    assert result.exit_code == USAGE
    assert "it is a file" in result.stderr or "does not exist" in result.stderr


def test_earlier_spellings_still_work():
    weight = CliRunner().invoke(verhulst, ["evaluate", *SCORES, "--weight", "w"])
    weights = CliRunner().invoke(verhulst, ["evaluate", *SCORES, "--weights", "w"])
    assert weight.stderr == weights.stderr
    assert "none.csv: there is no such file." in weights.stderr
    assert "--weight " not in CliRunner().invoke(verhulst, ["evaluate", "--help"]).stdout


class TestStandardStreams:
    """ "-" is standard input or output for every file."""

    @pytest.fixture
    def data(self, tmp_path, monkeypatch):
        monkeypatch.undo()  # here the commands work
        monkeypatch.chdir(tmp_path)
        rows = [f"{i},{i % 2},{i % 7 - 3}" for i in range(40)]
        text = "\n".join(["x,y,z", *rows]) + "\n"
        (tmp_path / "data.csv").write_text(text)
        assert self.run("fit", "data.csv", "-t", "y", "-c", "z", "-o", "model.json").exit_code == 0
        return text

    def run(self, *arguments, **more):
        return CliRunner().invoke(verhulst, arguments, prog_name="verhulst", **more)

    FIT = ("fit", "data.csv", "-t", "y", "-c", "z")
    CALIBRATE = ("calibrate", "data.csv", "-t", "y", "--score", "z", "--scores", "logits", "--method", "identity")
    # How each output begins, and further outputs that are needed.
    PRINTED: ClassVar = {
        ("fit", "--output"): (FIT, '{\n "verhulst_model"'),
        ("fit", "--report"): (FIT, "<!doctype html>"),
        ("calibrate", "--output"): (CALIBRATE, '{\n "verhulst_model"'),
        ("calibrate", "--report"): ((*CALIBRATE, "-o", "map.json"), "<!doctype html>"),
        ("compare", "--report"): (("compare", "model.json", "model.json"), "<!doctype html>"),
        ("predict", "--output"): (("predict", "model.json", "data.csv"), '"x","y","z","probability"'),
        ("plot", "--output"): (("plot", "growth"), "<?xml"),
        ("explore", "--output"): (("explore",), "<!doctype html>"),
    }

    def test_the_table_holds_every_file(self):
        unprinted = {
            ("demo", "--output"),
            ("fit", "--checkpoint"),
            *((each, "--rejects") for each in ("check", "fit", "predict", "top", "calibrate", "evaluate")),
        }
        assert {*self.PRINTED, *unprinted} == set(OUTPUTS)

    def test_rejects_need_a_name(self, data):
        result = self.run("fit", "data.csv", "-t", "y", "--rejects", "-")
        assert (result.exit_code, "--rejects needs the name of a file" in result.stderr) == (USAGE, True)

    @pytest.mark.parametrize("output", PRINTED)
    @pytest.mark.parametrize("name", ["-", "/dev/stdout"])
    def test_a_file_on_standard_output_is_alone_there(self, data, output, name):
        arguments, begin = self.PRINTED[output]
        done = self.run(*arguments, output[1], name)
        assert done.exit_code == 0, done.stderr
        assert done.stdout.startswith(begin)
        assert "odds ratio   " not in done.stdout
        assert "Identity()" not in done.stdout.splitlines()
        assert "Wrote -" not in done.stderr

    @pytest.mark.parametrize("arguments", [FIT, CALIBRATE])
    def test_two_outputs_cannot_share_it(self, data, arguments):
        other = [] if arguments is self.FIT else ["-o", "map.json"]
        for more in (
            ["-o", "-", "--json"],
            [*other, "--report", "-", "--json"],
            ["-o", "-", "--report", "/dev/stdout"],
        ):
            done = self.run(*arguments, *more)
            assert done.exit_code == USAGE
            assert "standard output: name a file" in done.stderr or "both standard output" in done.stderr
            assert done.stdout == ""

    def test_a_model_through_a_pipe(self, data):
        model = self.run(*self.FIT, "-o", "-").stdout
        through = self.run("predict", "-", "data.csv", input=model)
        assert through.exit_code == 0, through.stderr
        assert through.stdout == self.run("predict", "model.json", "data.csv").stdout
        packed = self.run("predict", "-", "data.csv", input=gzip.compress(model.encode()))
        assert packed.stdout == through.stdout
        assert "MODEL and DATA are both standard input" in self.run("predict", "-", "-", input=model).stderr
        assert "standard input: is not a model file" in self.run("predict", "-", "data.csv", input="").stderr

    @pytest.mark.parametrize("there", ["file", "folder", "database"])
    def test_a_file_or_folder_of_that_name_is_not_meant(self, data, tmp_path, there):
        if there == "folder":
            (tmp_path / "-").mkdir()
        elif there == "file":
            pq.write_table(pa.table({"a": [1]}), tmp_path / "-")
        else:
            (tmp_path / "-").write_bytes(b"SQLite format 3\0" + bytes(100))
        done = self.run("fit", "-", "-t", "y", "-c", "z", "--json", input=data)
        assert done.exit_code == 0, done.stderr
        assert json.loads(done.stdout)["rows_read"] == 40
        assert self.run("predict", "model.json", "-", input=data).stdout.startswith(
            '"x","y","z","probability"\n0,0,-3,'
        )
        assert self.run("evaluate", "-", *self.CALIBRATE[2:8], "--json", input=data).exit_code == 0
