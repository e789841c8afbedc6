"""What the pages of the documentation show of the command line and of tables is what happens."""

import doctest
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

DOCS = pathlib.Path(__file__).parents[2] / "docs"


def test_the_reference_is_what_help_says():
    spec = importlib.util.spec_from_file_location("command_line", DOCS / "command_line.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run: python docs/command_line.py"


@pytest.mark.parametrize(
    "name",
    [
        "tutorials/first-fit.md",
        *(f"how-to/{name}.md" for name in ("tables", "check-a-table", "report", "install", "choose-a-class")),
    ],
)
def test_python_blocks(name):
    failed, tried = doctest.testfile(str(DOCS / name), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert tried > 0
    assert failed == 0


@pytest.mark.parametrize(
    "name",
    [
        "tutorials/first-fit.md",
        "tutorials/from-csv-to-a-decision.md",
        "how-to/report.md",
        "how-to/more-than-two-classes.md",
        "how-to/evaluate-classes.md",
    ],
)
def test_console_blocks(name, tmp_path):
    """Each `$` line is run, in one shell; what it prints on both streams must match, with ... for any text."""
    blocks = re.findall(r"^```console\n(.*?)^```", (DOCS / name).read_text(encoding="utf-8"), flags=re.S | re.M)
    steps = [step for block in blocks for step in re.split(r"^\$ ", block, flags=re.M) if step]
    assert steps
    bin_folder = pathlib.Path(sys.executable).parent
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "verhulst").write_text(f'#!/bin/sh\nexec {sys.executable} -m verhulst "$@"\n')
    (tmp_path / "bin" / "verhulst").chmod(0o755)
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    shutil.copy(DOCS / "tutorials" / "churn.py", tmp_path)
    environment = os.environ | {"PATH": f"{tmp_path / 'bin'}:{bin_folder}:{os.environ['PATH']}", "COLUMNS": "80"}
    folder = tmp_path
    for step in steps:
        command, _, expected = step.partition("\n")
        done = subprocess.run(
            ["bash", "-c", f"{command}\nresult=$?; pwd > {tmp_path / 'pwd'}; exit $result"],
            cwd=folder, env=environment, check=False, text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        folder = pathlib.Path((tmp_path / "pwd").read_text().strip())
        printed = "\n".join(line.rstrip() for line in done.stdout.splitlines())
        pattern = ".*?".join(map(re.escape, "\n".join(line.rstrip() for line in expected.splitlines()).split("...")))
        assert re.fullmatch(pattern, printed.strip("\n"), flags=re.S), f"$ {command}\n{printed}"


def test_the_tutorial_needs_at_most_six_commands():
    text = (DOCS / "tutorials" / "from-csv-to-a-decision.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^\$ verhulst ", text, flags=re.M)) <= 6
