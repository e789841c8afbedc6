"""scikit-learn's own tests of its logistic regression: what passes, and that every failure has a reason in the docs."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import warnings

import numpy as np
import pytest
import sklearn
from sklearn.exceptions import ConvergenceWarning

import verhulst as vh

ROOT = pathlib.Path(__file__).parents[2]
EXPECTED = json.loads((ROOT / "tests/references/sklearn_test_logistic.json").read_text())


@pytest.mark.skipif(sklearn.__version__ != EXPECTED["scikit-learn"], reason="another version of scikit-learn's tests")
def test_outcomes_by_name() -> None:
    command = [sys.executable, "-m", "tests.regression.sklearn_adapter"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout[done.stdout.index("\n{") :])
    assert found["version"] == EXPECTED["scikit-learn"]
    assert found["passed"] == EXPECTED["passed"]
    assert {name: sum(counts.values()) for name, counts in found["failed"].items()} == EXPECTED["failed"]


def test_every_failure_has_a_reason() -> None:
    page = (ROOT / "docs/reference/scikit-learn.md").read_text()
    named = re.findall(r"\btest_\w+(?!\w*\.py)", page.replace("test_logistic.py", "").replace("test_estimator.py", ""))
    assert sorted(named) == sorted(EXPECTED["failed"])
    passed, failed = (sum(EXPECTED[outcome].values()) for outcome in ("passed", "failed"))
    assert f"{EXPECTED['scikit-learn']}, {passed} pass and {failed} fail" in page.replace("\n", " ")


def test_convergence_warnings_are_scikit_learns_too() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    for y in ((X[:, 0] + rng.normal(size=60) > 0), rng.integers(0, 3, 60)):
        with pytest.warns(ConvergenceWarning) as caught:
            vh.LogisticRegression(max_iter=1).fit(X, y)
        assert caught[0].filename == __file__
        assert issubclass(caught[0].category, vh.regression.ConvergenceWarning)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ConvergenceWarning)
            vh.LogisticRegression(max_iter=1).fit(X, y)
    with pytest.raises(ValueError, match="max_iter must be at least 1, not 0"):
        vh.LogisticRegression(max_iter=0).fit(X, y)
