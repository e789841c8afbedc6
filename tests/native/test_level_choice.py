"""The build option `levels`, and VERHULST_CPU: what they refuse."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
MESON = shutil.which("meson", path=os.path.dirname(sys.executable)) or shutil.which("meson")


@pytest.mark.skipif(MESON is None, reason="NOT RUN: meson is not installed")
@pytest.mark.parametrize(
    ("levels", "environment", "message"),
    [
        ("native", {"CIBUILDWHEEL": "1"}, "levels=native is for the machine that builds"),
        ("v3,v5", {}, "'v5' is not among all, native, baseline"),
        ("native,v3", {}, "'native' stands alone"),
    ],
)
def test_levels_that_are_refused(tmp_path, levels, environment, message):
    command = [MESON, "setup", str(tmp_path / "build"), str(ROOT), f"-Dlevels={levels}"]
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    run = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PATH": path, **environment}, timeout=300
    )
    assert run.returncode == 1
    assert message in run.stdout


def test_a_level_that_cannot_be_used() -> None:
    command = [sys.executable, "-c", "import verhulst"]
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "VERHULST_CPU": "v9"}, timeout=300)
    assert run.returncode != 0
    assert "VERHULST_CPU=v9 is not an instruction-set level that this build has" in run.stderr
    assert "levels in this build: " in run.stderr
