"""Separated data: what each library says of them, and what the verdict costs."""

from __future__ import annotations

import csv
import pathlib
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

import verhulst as vh
from verhulst.regression import fit

ENDOMETRIAL = pathlib.Path(__file__).parent.parent / "tests" / "references" / "data" / "endometrial.csv"
Said = tuple[float, float, float]  # coefficient of NV, its standard error, its probability (nan: none given)


def endometrial() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """NV, PI, EH and the histology of 79 patients; every patient with NV = 1 has outcome 1."""
    with ENDOMETRIAL.open(newline="", encoding="utf-8") as file:
        rows = np.array([[float(value) for value in row] for row in list(csv.reader(file))[1:]])
    return np.ascontiguousarray(rows[:, :3]), rows[:, 3]


def _sklearn(solver: str) -> Callable[[Any, Any], Said]:
    def say(X: Any, y: Any) -> Said:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=np.inf, solver=solver).fit(X, y)
        return float(model.coef_[0, 0]), np.nan, np.nan

    return say


def _glum(X: Any, y: Any) -> Said:
    from glum import GeneralizedLinearRegressor

    model = GeneralizedLinearRegressor(family="binomial", alpha=0).fit(X, y)
    table = model.coef_table(X, y)
    row = table.iloc[1]
    return float(row["coef"]), float(row["se"]), float(row["p_value"])


def _statsmodels(kind: str) -> Callable[[Any, Any], Said]:
    def say(X: Any, y: Any) -> Said:
        import statsmodels.api as sm

        design = sm.add_constant(X)
        family = sm.GLM(y, design, family=sm.families.Binomial())
        model = sm.Logit(y, design).fit(disp=0) if kind == "Logit" else family.fit()
        return float(model.params[1]), float(model.bse[1]), float(model.pvalues[1])

    return say


def _firthmodels(X: Any, y: Any) -> Said:
    from firthmodels import FirthLogisticRegression

    model = FirthLogisticRegression().fit(X, y)
    return float(model.coef_[0]), float(model.bse_[0]), float(model.pvalues_[0])


def _verhulst(firth: bool) -> Callable[[Any, Any], Said]:
    def say(X: Any, y: Any) -> Said:
        from scipy.special import erfc

        model = fit(X, y, firth=firth, names=("NV", "PI", "EH"))
        coefficient, error = float(model.coefficients[1]), float(model.standard_errors[1])
        return coefficient, error, np.nan if np.isinf(error) else float(erfc(abs(coefficient / error) / np.sqrt(2)))

    return say


LIBRARIES: dict[str, Callable[[Any, Any], Said]] = {
    "scikit-learn, lbfgs, C=inf": _sklearn("lbfgs"),
    "scikit-learn, newton-cholesky, C=inf": _sklearn("newton-cholesky"),
    "glum, alpha=0": _glum,
    "statsmodels Logit": _statsmodels("Logit"),
    "statsmodels GLM": _statsmodels("GLM"),
    "firthmodels (Firth)": _firthmodels,
    "**verhulst**": _verhulst(False),
    "**verhulst, firth=True**": _verhulst(True),
}


def what_they_say() -> list[str]:
    """One line of the table for each library."""
    X, y = endometrial()
    lines = []
    for name, say in LIBRARIES.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            said = say(X, y)
        relevant = [w for w in caught if not issubclass(w.category, (FutureWarning, DeprecationWarning))]
        text = "; ".join(f"{w.category.__name__}: {' '.join(str(w.message).split())}" for w in relevant) or "nothing"
        text = text if len(text) < 500 else text[:497] + "..."
        numbers = ["" if np.isnan(v) else "∞" if np.isinf(v) else f"{v:.4g}" for v in said]
        lines.append(f"| {name} | {' | '.join(numbers)} | {text} |")
    return lines


def separated(n: int, p: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Overlapping data but for one rare column that is only ever 1 where y is."""
    rng = np.random.default_rng(n)
    X = rng.normal(size=(n, p))
    y = (rng.random(n) < vh.sigmoid(X[:, 1:] @ rng.normal(size=p - 1) * 0.3)).astype(float)
    X[:, 0] = (rng.random(n) < 0.01) & (y == 1)
    return X, y


def konis(X: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
    """Konis' linear program with HiGHS, as detectseparation and firthmodels solve it."""
    signed = (2 * y - 1)[:, None] * np.column_stack([np.ones(len(X)), X])
    box = [(-1, 1)] * signed.shape[1]
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(X)), bounds=box, method="highs")
    return bool(np.abs(found.x).max() > 1e-6)


def what_it_costs() -> list[str]:
    """One line for each size: the fit with its verdict, and the linear program alone."""
    lines = []
    for n in (5_000, 20_000, 60_000):
        X, y = separated(n, 20)
        seconds = []
        for call in (lambda X=X, y=y: fit(X, y), lambda X=X, y=y: konis(X, y)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                runs = []
                for _ in range(3):
                    start = time.perf_counter()
                    call()
                    runs.append(time.perf_counter() - start)
            seconds.append(sorted(runs)[1])
        ours, program = seconds
        lines.append(f"| {n:,} × 20 | {1e3 * ours:.1f} | {1e3 * program:.1f} | {program / ours:.1f} |")
    return lines


def main() -> str:
    return "\n".join(
        [
            "# Separated data",
            "",
            "Endometrial cancer, 79 patients (Heinze and Schemper 2002): every patient with NV = 1 has outcome 1, so",
            "that the maximum likelihood estimate of NV is +∞. What each library reports for NV:",
            "",
            "| library | coefficient | standard error | p | what it says |",
            "|---|---|---|---|---|",
            *what_they_say(),
            "",
            "What the verdict costs, in milliseconds: our whole fit, with the certificate, the infinite coefficient",
            "and the limits of the others; and Konis' linear program alone (SciPy's HiGHS), which says yes or no.",
            "",
            "| rows × columns | fit with verdict | linear program | ratio |",
            "|---|---|---|---|",
            *what_it_costs(),
            "",
            "The verdict, the number of separated rows and the set of infinite coefficients are compared with a linear",
            "program on 1,000 random problems in tests/regression/test_separation.py.",
            "",
        ]
    )
