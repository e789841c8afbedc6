"""Tests at every instruction-set level.

A test at a level that is not in the build is NOT RUN; one at a level that this processor lacks is skipped.
"""

from __future__ import annotations

import os
import pathlib
import platform
import subprocess
import sys

import pytest

from verhulst import _core

ROOT = pathlib.Path(__file__).parents[1]
ALL = {"x86_64": ["baseline", "v3", "v4"], "aarch64": ["neon"], "arm64": ["neon"]}.get(platform.machine(), ["baseline"])
MISSING = [level for level in ALL if level not in _core.built_levels()]


def _parameter(level: str) -> object:
    missing = pytest.mark.skipif(level in MISSING, reason=f"NOT RUN: level {level} is not in this build")
    lacking = pytest.mark.skipif(level not in _core.cpu_levels(), reason=f"this processor lacks level {level}")
    return pytest.param(level, marks=[missing, lacking])


EVERY_LEVEL = [_parameter(level) for level in ALL]
OTHER_LEVELS = [_parameter(level) for level in ALL if level != _core.cpu_level()]


def run_at(level: str, *arguments: str, **environment: str) -> str:
    """What `python arguments` prints at a level, in the root of the repository."""
    variables = {**os.environ, "VERHULST_CPU": level, **environment}
    command = [sys.executable, *arguments]
    run = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return run.stdout
