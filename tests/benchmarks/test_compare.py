"""The comparison of two revisions: cells that differ, that are slower and that fail are told apart."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from benchmarks import compare, compare_cells


class Side:
    """Stands for a worker: fixed times and a fixed digest."""

    def __init__(self, seconds: float, digest: str = "a", error: str | None = None) -> None:
        self.seconds, self.digest, self.error = seconds, digest, error

    def ask(self, **question: Any) -> Any:
        if "prepare" not in question:
            return self.seconds
        return {"error": self.error} if self.error else {"digest": self.digest, "seconds": self.seconds}


def test_ratio_and_bits() -> None:
    row = compare._compare("cell", Side(2.0), Side(1.0, "b"))
    assert row.ratio == 2.0
    assert not row.same_bits
    assert row.row() == "| cell | 2e+06 µs | **2.000** | **no** |"


def test_a_cell_that_one_side_lacks_is_said() -> None:
    row = compare._compare("cell", Side(1.0), Side(1.0, error="AttributeError: nothing"))
    assert row.note == "revision: AttributeError: nothing"


def test_the_worker_answers() -> None:
    questions = [
        {"names": True},
        {"prepare": "sigmoid float64"},
        {"measure": "sigmoid float64", "calls": 3},
        {"prepare": "?"},
    ]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.compare_cells"],
        input="".join(json.dumps(question) + "\n" for question in questions),
        capture_output=True,
        text=True,
        check=True,
    )
    names, prepared, seconds, unknown = map(json.loads, done.stdout.splitlines())
    assert names == list(compare_cells.CELLS)
    assert len(prepared["digest"]) == 64
    assert seconds > 0
    assert "KeyError" in unknown["error"]


def test_an_unknown_revision_ends_in_a_sentence() -> None:
    with pytest.raises(SystemExit, match="no-such-revision"):
        compare.compare("no-such-revision")
