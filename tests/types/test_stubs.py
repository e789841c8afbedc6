"""The stubs are fresh, and both type checkers find in a user's program the types that it has at run time."""

from __future__ import annotations

import importlib
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest
from tests.types.stubs import SOURCE, stubs

import verhulst as vh

PROGRAM = pathlib.Path(__file__).parent / "program.py"
# Where the package is found: among the installed ones, or in a working tree.
ENVIRONMENT = {**os.environ, "MYPYPATH": "" if "site-packages" in vh.__file__ else str(SOURCE.parent)}


@pytest.mark.parametrize("path", stubs(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_stubs_are_fresh(path: pathlib.Path) -> None:
    assert path.read_text(encoding="utf-8") == stubs()[path], "run `python -m tests.types.stubs`"


def public_names() -> list[str]:
    """Every name of `verhulst`, of its rooms and of its faces for tensors, with the module that it is imported from."""
    rooms = ["functions", "data", "regression", "calibration", "figures", "explorer", "report", "torch", "jax"]
    found = [f"verhulst {name}" for name in dir(vh) if name in [*vh.__all__, *vh._lazy]]
    for room in rooms:
        found += [f"verhulst.{room} {name}" for name in importlib.import_module(f"verhulst.{room}").__all__]
    return found


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The program, and after it the type of every public name asked for."""
    path = tmp_path_factory.mktemp("types") / "program.py"
    names = [name.split() for name in public_names()]
    asked = [f"from {home} import {name} as n{i}\nreveal_type(n{i})\n" for i, (home, name) in enumerate(names)]
    path.write_text(PROGRAM.read_text(encoding="utf-8") + "".join(asked), encoding="utf-8")
    return path


def test_mypy(program: pathlib.Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--config-file=", "--cache-dir"]
    run = subprocess.run(
        [*command, os.devnull, str(program)], capture_output=True, text=True, cwd=program.parent, env=ENVIRONMENT
    )
    found = re.findall(r'note: Revealed type is "(.+)"', run.stdout)
    assert not re.findall(r".*: error: .*", run.stdout), run.stdout
    assert_known(found)


def test_pyright(program: pathlib.Path) -> None:
    pytest.importorskip("basedpyright", reason="NOT RUN: basedpyright is not installed")
    settings = {"include": ["program.py"], "extraPaths": [ENVIRONMENT["MYPYPATH"]], "typeCheckingMode": "standard"}
    (program.parent / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    run = subprocess.run([*command, "-p", str(program.parent)], capture_output=True, text=True)
    messages = json.loads(run.stdout)["generalDiagnostics"]
    assert not [m["message"] for m in messages if m["severity"] == "error"]
    assert_known([m["message"].split('" is "', 1)[1][:-1] for m in messages if '" is "' in m["message"]])


def assert_known(revealed: list[str]) -> None:
    """One type for each public name, none of them Any."""
    assert len(revealed) == len(public_names())
    unknown = [name for name, kind in zip(public_names(), revealed, strict=True) if kind in ("Any", "Unknown")]
    assert not unknown
