"""The options that say how a table is read: the same for every command, and each refused where it means nothing."""

import json

import pytest
from click.testing import CliRunner

from verhulst.cli.group import verhulst

USAGE, DATA = 2, 3
COMMANDS = {
    "fit": ("fit", "t.csv", "-t", "y", "-c", "x", "--missing", "drop", "--json"),
    "evaluate": ("evaluate", "t.csv", "-t", "y", "--score", "x", "--scores", "logits", "--json"),
    "calibrate": ("calibrate", "t.csv", "-t", "y", "--score", "x", "--scores", "logits", "-o", "c.json", "--json"),
    "predict": ("predict", "m.json", "t.csv", "--only"),
}
READING = ("--encoding", "cp1252", "--decimal", ",", "--skip-lines", "1", "--delimiter", "|", "--rejects", "r.csv")


def run(*arguments):
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """`t.csv` in two folders: plain, and as another program writes it, with a line of a wrong length."""
    rows = [(k / 4 - 5, "Köln" if k % 3 else "Bern", int(k % 7 > 2)) for k in range(60)]
    for folder in ("plain", "other"):
        (tmp_path / folder).mkdir()
    plain = "x,g,y\n" + "".join(f"{x},{g},{y}\n" for x, g, y in rows)
    (tmp_path / "plain" / "t.csv").write_text(plain)
    other = plain.replace(",", "|").replace(".", ",")
    (tmp_path / "other" / "t.csv").write_bytes(f"Export für Köln\n{other}1|2\n".encode("cp1252"))
    monkeypatch.chdir(tmp_path / "plain")
    for folder in ("plain", "other"):
        assert run("fit", "t.csv", "-t", "y", "-c", "x", "-o", f"../{folder}/m.json").exit_code == 0
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_table_is_the_same_however_it_is_written(tables, monkeypatch, command):
    plain = run(*COMMANDS[command])
    monkeypatch.chdir(tables / "other")
    other = run(*COMMANDS[command], *READING)
    assert (plain.exit_code, other.exit_code) == (0, 0), other.stderr
    assert other.stdout == plain.stdout
    assert "Note: 1 record of the file has too many or too few values and is left out; r.csv has it." in other.stderr
    assert (tables / "other" / "r.csv").read_text().splitlines()[1:] == ["t.csv,63,2 values for 3 columns,1|2"]


def test_predictions_keep_the_lines_that_are_not_rejected(tables, monkeypatch):
    monkeypatch.chdir(tables / "other")
    result = run("predict", "m.json", "t.csv", *READING)
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == '"x","g","y","probability"'
    assert len(lines) == 61
    assert lines[2].startswith('"-4,75",Köln,0,')


def test_text_and_missing_values(tables):
    lines = ["zip,x,y", *(f"{k % 3 + 1:05d},{-999 if k == 7 else k / 4},{int(k % 7 > 2)}" for k in range(60))]
    (tables / "plain" / "t.csv").write_text("\n".join(lines) + "\n")
    fit = ("fit", "t.csv", "-t", "y", "--missing", "drop", "--json")
    with_options = json.loads(run(*fit, "--text", "zip", "--na-values=-999,unknown").stdout)
    assert [effect["name"] for effect in with_options["effects"]] == ["zip[00002]", "zip[00003]", "x"]
    assert with_options["rows_kept"] == 59
    assert [effect["name"] for effect in json.loads(run(*fit).stdout)["effects"]] == ["zip", "x"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--delimiter", ";;"), USAGE, "is one character such as ';'"),
        (("--decimal", "comma"), USAGE, "decimal (--decimal) is '.' or ','"),
        (("--encoding", "klingon"), USAGE, "no encoding 'klingon' (--encoding)"),
        (("--encoding", "ascii"), DATA, "is not text in ascii (--encoding)"),
        (("--skip-lines", "-1"), USAGE, "--skip-lines"),
        (("--skip-lines", "500"), DATA, "no lines below the 500"),
        (("--na-values", " , "), USAGE, "contains no name"),
        (("--text", "zap"), USAGE, "no column 'zap' to read as text (--text)"),
        (("--rejects", "no/where.csv"), USAGE, "does not exist"),
        (("--rejects", "t.csv"), USAGE, "are the same file"),
        (("--sql", "SELECT 1", "--decimal", ","), USAGE, "--decimal cannot be used with a database"),
    ],
)
def test_bad_options(tables, command, options, code, said):
    result = run(*COMMANDS[command], *options)
    assert (result.exit_code, said in " ".join(result.stderr.split())) == (code, True), result.stderr
