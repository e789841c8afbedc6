"""Firth's estimate: time and error beside firthmodels, with Wald and with profile intervals and tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import verhulst as vh
from benchmarks.interleave import interleave
from verhulst.regression import fit_firth, likelihood_ratio_tests, profile_intervals

SHAPES = ((200, 10), (1000, 50), (5000, 20))


def problem(n: int, p: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Independent columns, a moderate effect of each."""
    rng = np.random.default_rng(n + p)
    X = rng.normal(size=(n, p))
    return X, (rng.random(n) < vh.sigmoid(X @ rng.normal(size=p) * 0.2 + 0.3)).astype(float)


def error(coefficients: NDArray[np.float64], X: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Largest distance from a solution at tolerance 1e-10, in standard errors; slopes only."""
    exact = fit_firth(X, y, tolerance=1e-10)
    return float(np.max(np.abs(coefficients - exact.coefficients[1:]) / exact.standard_errors[1:]))


def main() -> str:
    from firthmodels import FirthLogisticRegression

    lines = [
        "# Firth's logistic regression",
        "",
        "Medians of interleaved runs on one thread, in milliseconds; firthmodels with its numba backend (compiled",
        "before) and its NumPy backend, at its default tolerances. Wald: fit with standard errors. Profile: the fit",
        "with the profile-likelihood intervals of all coefficients. Tests: the fit with all penalised likelihood-ratio",
        "tests. Error: of the fit, in standard errors.",
        "",
        "| rows × columns | | verhulst | firthmodels numba | firthmodels NumPy | ratio to the faster |",
        "|---|---|---|---|---|---|",
    ]
    for n, p in SHAPES:
        X, y = problem(n, p)

        def theirs(backend: str, X: NDArray[np.float64] = X, y: NDArray[np.float64] = y) -> FirthLogisticRegression:
            return FirthLogisticRegression(backend=backend).fit(X, y)

        def ours(X: NDArray[np.float64] = X, y: NDArray[np.float64] = y) -> NDArray[np.float64]:
            return fit_firth(X, y).standard_errors

        jobs = {
            "Wald": (
                ours,
                lambda: theirs("numba").bse_,
                lambda: theirs("numpy").bse_,
            ),
            "Profile": (
                lambda X=X, y=y: profile_intervals(fit_firth(X, y), X, y),
                lambda: theirs("numba").conf_int(method="pl"),
                lambda: theirs("numpy").conf_int(method="pl"),
            ),
            "Tests": (
                lambda X=X, y=y: likelihood_ratio_tests(fit_firth(X, y), X, y),
                lambda: theirs("numba").lrt(),
                lambda: theirs("numpy").lrt(),
            ),
        }
        for job, calls in jobs.items():
            few = job != "Wald"
            times = interleave(dict(zip(("a", "b", "c"), calls, strict=True)), rounds=5 if few else 21, warmups=1)
            a, b, c = (1e3 * times[k] for k in "abc")
            lines.append(f"| {n} × {p} | {job} | {a:.2f} | {b:.2f} | {c:.2f} | {min(b, c) / a:.2f} |")
        mine, numba, numpy = (
            error(coefficients, X, y)
            for coefficients in (fit_firth(X, y).coefficients[1:], theirs("numba").coef_, theirs("numpy").coef_)
        )
        lines.append(f"| {n} × {p} | Error | {mine:.0e} | {numba:.0e} | {numpy:.0e} | |")
    return "\n".join(lines) + "\n"
