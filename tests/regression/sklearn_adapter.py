"""scikit-learn's own tests of its logistic regression, run against verhulst's through an adapter.

    python -m tests.regression.sklearn_adapter [options of pytest]

prints the outcomes as JSON. The adapter takes scikit-learn's arguments with its defaults, C = 1 among them. It drops
those that name a solver or belong to one, and translates `penalty`; `tol`, which means something else, is at most 1e-6.
Of tests that differ in the solver only, the first is run; those of other kinds of arrays are left out. To be run in a
process of its own: scikit-learn's classes are replaced before its tests are imported.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import Any

import numpy as np
import pytest
import sklearn
import sklearn.linear_model

import verhulst as vh

TESTS = "sklearn.linear_model.tests.test_logistic"
SOLVER = ("solver", "random_state", "dual", "intercept_scaling")
NO_L1 = "the L1 penalty is not there yet"


class LogisticRegression(vh.LogisticRegression):  # type: ignore[misc]
    """verhulst's estimator with scikit-learn's arguments."""

    def __init__(
        self,
        penalty: Any = "deprecated",
        *,
        C: float = 1.0,
        l1_ratio: float = 0.0,
        dual: bool = False,
        tol: float = 1e-4,
        fit_intercept: bool = True,
        intercept_scaling: float = 1.0,
        class_weight: Any = None,
        random_state: Any = None,
        solver: str = "lbfgs",
        max_iter: int = 100,
        verbose: int = 0,
        warm_start: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(
            C, l1_ratio, class_weight=class_weight, fit_intercept=fit_intercept, tol=tol, max_iter=max_iter,
            warm_start=warm_start, n_jobs=n_jobs, verbose=verbose,
        )  # fmt: skip
        self.penalty, self.dual, self.intercept_scaling = penalty, dual, intercept_scaling
        self.random_state, self.solver = random_state, solver

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Fit with `penalty` translated to C and l1_ratio."""
        given = self.C, self.l1_ratio, self.tol
        self.C = np.inf if self.penalty is None else self.C
        ratios = {"l1": 1.0, "l2": 0.0, None: 0.0}
        self.l1_ratio = ratios.get(self.penalty, self.l1_ratio if self.l1_ratio is not None else 0.0)
        self.tol = min(self.tol, 1e-6)
        try:
            return super().fit(X, y, sample_weight)
        finally:
            self.C, self.l1_ratio, self.tol = given


class LogisticRegressionCV(vh.LogisticRegressionCV):  # type: ignore[misc]
    """verhulst's estimator over C with scikit-learn's arguments."""

    def __init__(
        self,
        *,
        Cs: Any = 10,
        l1_ratios: Any = "warn",
        fit_intercept: bool = True,
        cv: Any = None,
        dual: bool = False,
        penalty: Any = "deprecated",
        scoring: Any = None,
        solver: str = "lbfgs",
        tol: float = 1e-4,
        max_iter: int = 100,
        class_weight: Any = None,
        n_jobs: int | None = None,
        verbose: int = 0,
        refit: bool = True,
        intercept_scaling: float = 1.0,
        random_state: Any = None,
        use_legacy_attributes: Any = "warn",
    ) -> None:
        super().__init__(
            Cs=Cs, cv=cv, scoring="accuracy" if scoring is None else scoring, class_weight=class_weight,
            fit_intercept=fit_intercept, tol=tol, max_iter=max_iter, n_jobs=n_jobs, verbose=verbose,
        )  # fmt: skip
        self.l1_ratios, self.dual, self.penalty, self.refit = l1_ratios, dual, penalty, refit
        self.solver, self.intercept_scaling, self.random_state = solver, intercept_scaling, random_state
        self.use_legacy_attributes = use_legacy_attributes

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Fit, unless with an L1 penalty."""
        ratios = [0.0] if self.l1_ratios is None or isinstance(self.l1_ratios, str) else self.l1_ratios
        if self.penalty in ("l1", "elasticnet") or np.any(ratios):
            raise ValueError(NO_L1)
        given, self.tol = self.tol, min(self.tol, 1e-6)
        try:
            return super().fit(X, y, sample_weight)
        finally:
            self.tol = given


class Outcomes:
    """A plugin of pytest that keeps one solver, gives the seed, and collects outcomes by the name of the test."""

    def __init__(self) -> None:
        self.passed: dict[str, int] = {}
        self.failed: dict[str, dict[str, int]] = {}

    @pytest.fixture
    def global_random_seed(self) -> int:
        """scikit-learn's own default."""
        return 42

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the first of the tests that differ in the solver only."""
        kept: dict[tuple[str, str], pytest.Item] = {}
        for item in items:
            given = getattr(getattr(item, "callspec", None), "params", {})
            others = {name: value for name, value in given.items() if name not in SOLVER}
            kept.setdefault((item.name.partition("[")[0], repr(others)), item)
        items[:] = kept.values()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the outcome."""
        name = report.nodeid.split("::")[-1].partition("[")[0]
        if report.failed:
            said = str(getattr(report.longrepr, "reprcrash", report.longrepr)).splitlines()
            counts = self.failed.setdefault(name, {})
            counts[said[0] if said else ""] = counts.get(said[0] if said else "", 0) + 1
        elif report.passed and report.when == "call":
            self.passed[name] = self.passed.get(name, 0) + 1


def run(*arguments: str) -> Outcomes:
    """Run the tests and return their outcomes."""
    sklearn.linear_model.LogisticRegression = LogisticRegression
    sklearn.linear_model.LogisticRegressionCV = LogisticRegressionCV
    path = importlib.util.find_spec(TESTS).origin  # type: ignore[union-attr]
    outcomes = Outcomes()
    # Without the options of any project, and without the temporary files and caches of one.
    options = ["-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--noconftest", "-W", "ignore", "--tb=no"]
    pytest.main([*options, "-k", "not array_api", str(path), *arguments], plugins=[outcomes])
    return outcomes


if __name__ == "__main__":
    found = run(*sys.argv[1:])
    record = {"version": sklearn.__version__, "passed": found.passed, "failed": found.failed}
    print("\n" + json.dumps(record, indent=1))
