"""The command line as a whole: help, versions, unknown words, lightness."""

import json
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner, Result

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data.errors import DataError, OutputError, UnknownColumnError


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


def test_help_names_every_command_with_an_example():
    result = run("--help")
    assert result.exit_code == 0
    assert "Examples:" in result.output
    for name in verhulst.list_commands(click.Context(verhulst)):
        command = run(name, "--help")
        assert command.exit_code == 0
        assert f"verhulst {name}" in command.output
        if not isinstance(verhulst.get_command(click.Context(verhulst), name), click.Group):
            assert "Example" in command.output, name


def test_descriptions_of_commands_are_whole_in_a_narrow_terminal():
    result = CliRunner().invoke(verhulst, ["--help"], terminal_width=60)
    words = " ".join(result.output.split())
    assert words.count("...") == words.count("[ARGS]...") == 1
    assert "Compare two models of the same outcome and the same rows: likelihood ratio, AIC, BIC." in words


def test_a_report_is_an_option():
    assert "There is no command 'report'. A report is written by an option, --report FILE" in run("report").stderr


def test_version():
    assert run("--version").output == f"verhulst {vh.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [(["tabel"], "Did you mean 'table'?"), (["table", "--jsn"], "--json"), (["zzzz"], "The commands are")],
)
def test_unknown_words_are_answered_with_the_nearest(arguments, suggestion):
    result = run(*arguments)
    assert result.exit_code == 2
    assert suggestion in result.stderr
    assert result.stdout == ""


def test_python_dash_m():
    done = subprocess.run([sys.executable, "-m", "verhulst", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("verhulst ")


def test_the_command_line_loads_nothing_heavy():
    code = (
        "import sys; from verhulst.cli.group import verhulst; from click.testing import CliRunner\n"
        "assert CliRunner().invoke(verhulst, ['--help']).exit_code == 0\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"scipy", "pandas", "pyarrow", "polars", "matplotlib", "torch", "jax", "dask", "sklearn", "narwhals"}
    assert not set(done.stdout.split()) & heavy


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (DataError("row 3 is odd."), 3, "Error: row 3 is odd."),
        (UnknownColumnError("no column 'x'."), 2, "Error: no column 'x'."),
        (OutputError("no folder."), 2, "Error: no folder."),
        (FileNotFoundError("a.csv: there is no such file."), 2, "Error: a.csv: there is no such file."),
        (ModuleNotFoundError("no torch", name="torch"), 2, "pip install 'verhulst[torch]'"),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (ZeroDivisionError("oh"), 70, "a fault in verhulst"),
    ],
)
def test_errors_become_sentences_and_exit_codes(monkeypatch, error, code, message):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("verhulst.cli.console.print_json", fail)
    result = run("table", "--json")
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stdout == ""


def test_table_of_key_values():
    record = json.loads(run("table", "--json").stdout)
    assert record["schema_version"] == 1
    assert [row["z"] for row in record["rows"]] == [-6, -4, -2, -1, 0, 1, 2, 4, 6]
    for row in record["rows"]:
        assert row["sigmoid"] == vh.sigmoid(row["z"])
        assert row["sigmoid_derivative"] == vh.sigmoid_derivative(row["z"])
    text = run("table").stdout
    assert "0.119203" in text
    assert "σ'(z)" in text
    assert "\x1b[" not in text


def test_table_at_points():
    record = json.loads(run("table", "--at", "-40", "--at", "3", "--json").stdout)
    assert [row["z"] for row in record["rows"]] == [-40, 3]


def test_a_terminal_without_unicode_gets_no_error():
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-m", "verhulst", "table"], capture_output=True, check=True, env=environment)
    assert b"0.119203" in done.stdout
    record = subprocess.run(
        [sys.executable, "-m", "verhulst", "table", "--json"], capture_output=True, check=True, env=environment
    )
    assert json.loads(record.stdout)["schema_version"] == 1
