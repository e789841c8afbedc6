"""Every command knows that it can write its files before it begins to work."""

import re

import click
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
    ("predict", "--output"): (["none.json", "none.csv"], ".csv"),
    ("calibrate", "--output"): (SCORES, ".json"),
    ("calibrate", "--report"): ([*SCORES, "-o", "model.json"], ".html"),
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
    for name in ("figures.registry.plot", "explorer.assembly.page", "regression.table_fit.fit_table"):
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
