"""`verhulst audit model`, as a shell sees it."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import pytest

TRAINING = """
import torch

def _case(*last):
    model = torch.nn.Sequential(torch.nn.Linear(3, 1), *last)
    return model, torch.randn(32, 3), torch.ones(32, 1), torch.nn.BCEWithLogitsLoss()

def sound():
    return _case()

def faulty():
    return _case(torch.nn.Sigmoid())

def wrong():
    return 3
"""


def audit(folder: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "training.py").write_text(TRAINING)
    command = [sys.executable, "-m", "verhulst", "audit", "model", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_sound_model_is_exit_0(tmp_path: pathlib.Path) -> None:
    done = audit(tmp_path, "training:sound")
    assert (done.returncode, done.stdout) == (0, "Sequential: nothing found\n")


def test_faulty_model_is_exit_1(tmp_path: pathlib.Path) -> None:
    done = audit(tmp_path, "training:faulty", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["findings"][0]["id"] == "double-sigmoid"


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("training", "Write MODULE:FACTORY, such as training:audit_case, not 'training'."),
        ("trainning:sound", "There is no module 'trainning'"),
        ("training:sund", "has no 'sund'. Did you mean 'sound'?"),
        ("training:wrong", "must return (model, X, y, loss_fn), not int."),
    ],
)
def test_usage(tmp_path: pathlib.Path, argument: str, message: str) -> None:
    done = audit(tmp_path, argument)
    assert done.returncode == 2
    assert message in done.stderr


def test_the_help_says_that_code_is_run(tmp_path: pathlib.Path) -> None:
    assert "this runs whatever code they contain" in " ".join(audit(tmp_path, "--help").stdout.split())
