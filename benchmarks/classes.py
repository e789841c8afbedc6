"""Multinomial regression beside scikit-learn: time, and distance from the maximum in standard errors."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

import verhulst as vh
from benchmarks.interleave import interleave
from verhulst.regression import MultinomialFit, fit_multinomial

SHAPES = ((10_000, 20, 3), (100_000, 50, 5), (20_000, 20, 20))
EVALUATED = (1_000_000, 10)
TARGETS = (100_000, 50, 100)
TIMED = 10  # targets of these; the time of a fit does not depend on the others
CLOSE = 1e-4  # standard errors: as near as lbfgs is run


def problem(n: int, p: int, classes: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Independent columns, a moderate effect of each."""
    rng = np.random.default_rng(n + p + classes)
    X = rng.normal(size=(n, p))
    return X, (X @ rng.normal(size=(p, classes)) * 0.3 + rng.gumbel(size=(n, classes))).argmax(axis=1)


def distance(coef: NDArray[np.float64], exact: MultinomialFit) -> float:
    """Largest distance of slopes from the maximum, in standard errors, against the first class."""
    return float(np.max(np.abs(coef[1:] - coef[0] - exact.coefficients[:, 1:]) / exact.standard_errors[:, 1:]))


def close_enough(X: NDArray[np.float64], y: NDArray[np.intp], exact: MultinomialFit) -> float:
    """The largest tolerance with which lbfgs ends within `CLOSE`."""
    for tolerance in 10.0 ** -np.arange(3, 13):
        if distance(theirs(X, y, "lbfgs", tolerance), exact) <= CLOSE:
            return float(tolerance)
    return 1e-12


def theirs(X: NDArray[np.float64], y: NDArray[np.intp], solver: str, tolerance: float) -> NDArray[np.float64]:
    """Slopes by scikit-learn."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=np.inf, solver=solver, tol=tolerance, max_iter=10_000).fit(X, y)
    coef: NDArray[np.float64] = model.coef_
    return coef


def ours(X: NDArray[np.float64], y: NDArray[np.intp]) -> NDArray[np.float64]:
    """Slopes, with the covariance."""
    model = vh.LogisticRegression().fit(X, y)
    assert model.covariance_.size
    coef: NDArray[np.float64] = model.coef_
    return coef


def evaluated() -> str:
    """A sentence on the evaluation of many rows, beside three measures by scikit-learn."""
    from sklearn.metrics import confusion_matrix, log_loss, roc_auc_score

    n, classes = EVALUATED
    rng = np.random.default_rng(0)
    z = rng.normal(0.0, 2.0, (n, classes))
    y = (z + rng.gumbel(size=z.shape)).argmax(axis=1)
    p = vh.softmax(z, axis=1)
    times = interleave(
        {
            "verhulst": lambda: vh.evaluate(y, probabilities=p),
            "scikit-learn": lambda: (
                log_loss(y, p), roc_auc_score(y, p, multi_class="ovr"), confusion_matrix(y, p.argmax(axis=1))
            ),
        },
        rounds=3,
        warmups=1,
        clock=time.process_time,
    )  # fmt: skip
    return (
        f"`vh.evaluate` of {n:,} rows and {classes} classes, with intervals and simulated nulls: "
        f"{times['verhulst']:.2f} s. Log-loss, ROC-AUC and confusion table by scikit-learn, without intervals: "
        f"{times['scikit-learn']:.2f} s."
    )


def targets() -> str:
    """A sentence on many targets of the same columns, beside as many single fits by scikit-learn."""
    n, p, number = TARGETS
    rng = np.random.default_rng(1)
    X = rng.normal(size=(n, p))
    Y = (X @ rng.normal(size=(p, TIMED)) * 0.2 + rng.logistic(size=(n, TIMED)) > 0).astype(np.intp)
    exact = vh.LogisticRegression().fit(X, Y).result_[0]

    def off(tolerance: float) -> float:
        found = theirs(X, Y[:, 0], "lbfgs", tolerance)[0]
        return float(np.max(np.abs(found - exact.coefficients[1:]) / exact.standard_errors[1:]))

    tolerance = float(next(t for t in 10.0 ** -np.arange(3, 13) if off(t) <= CLOSE))
    times = interleave(
        {
            "verhulst": lambda: vh.LogisticRegression().fit(X, Y),
            "newton-cholesky": lambda: [theirs(X, y, "newton-cholesky", 1e-4) for y in Y.T],
            "lbfgs": lambda: [theirs(X, y, "lbfgs", tolerance) for y in Y.T],
        },
        rounds=3,
        warmups=1,
        clock=time.process_time,
    )
    each = {name: 1000 * seconds / TIMED for name, seconds in times.items()}
    return (
        f"{number} targets of {n:,} × {p} (timed on {TIMED}): {each['verhulst']:.0f} ms each, with covariances; "
        f"scikit-learn's newton-cholesky {each['newton-cholesky']:.0f} ms, its lbfgs to {CLOSE:g} standard errors "
        f"(tol {tolerance:.0e}) {each['lbfgs']:.0f} ms, {each['lbfgs'] / each['verhulst']:.1f} times ours."
    )


def main() -> str:
    lines = [
        "# More than two classes",
        "",
        "Medians of interleaved runs on one thread, in seconds of the processor, with the distance of the slopes from",
        "the maximum in standard errors. verhulst computes the covariance, the others do not. scikit-learn's",
        "newton-cholesky at its default tolerance; lbfgs with the largest power of ten as its tolerance that ends",
        f"within {CLOSE:g}.",
        "",
        "| rows × columns, classes | verhulst | newton-cholesky | ratio | lbfgs | ratio |",
        "|---|---|---|---|---|---|",
    ]
    for n, p, classes in SHAPES:
        X, y = problem(n, p, classes)
        exact = fit_multinomial(X, y, tolerance=1e-10)
        tolerance = close_enough(X, y, exact)
        rivals: dict[str, Callable[[], NDArray[np.float64]]] = {
            "verhulst": partial(ours, X, y),
            "newton-cholesky": partial(theirs, X, y, "newton-cholesky", 1e-4),
            "lbfgs": partial(theirs, X, y, "lbfgs", tolerance),
        }
        times = interleave(rivals, rounds=5, warmups=1, clock=time.process_time)
        shown = {name: f"{times[name]:.3f} ({distance(call(), exact):.0e})" for name, call in rivals.items()}
        ratios = [times[name] / times["verhulst"] for name in ("newton-cholesky", "lbfgs")]
        lines.append(
            f"| {n:,} × {p}, {classes} | {shown['verhulst']} | {shown['newton-cholesky']} | {ratios[0]:.1f} "
            f"| {shown['lbfgs']}, tol {tolerance:.0e} | {ratios[1]:.1f} |"
        )
    return "\n".join([*lines, "", targets(), "", evaluated()]) + "\n"


if __name__ == "__main__":
    print(main())
