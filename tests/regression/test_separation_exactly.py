"""Verdict, rows and coefficients of separated data against every extreme ray in rational arithmetic."""

import warnings

import numpy as np
import pytest
from tests.regression.extreme_rays import answer

from verhulst.regression import fit

FAMILIES = (
    "integers",
    "switches",
    "decimals",
    "unlike scales",
    "far from 0",
    "duplicates",
    "weights of 0",
    "shares",
    "no intercept",
    "outliers",
    "thin",
)


def design(rng, family):
    """A small design of a family: X, y, weights, intercept."""
    n, p = int(rng.integers(4, 13)), int(rng.integers(1, 4))
    X = rng.integers(-4, 5, (n, p)).astype(float)
    weight, intercept = None, True
    if family == "switches":
        X = rng.integers(0, 2, (n, p)).astype(float)
        X[:, 0] = rng.integers(0, 4, n)
    elif family == "decimals":
        X = np.round(rng.normal(size=(n, p)), 1)
    elif family == "unlike scales":
        X *= 10.0 ** rng.integers(-8, 9, p)
    elif family == "far from 0":
        X = X * 10.0 ** rng.integers(-2, 1, p) + 10.0 ** rng.integers(1, 7, p)
    elif family == "duplicates":
        X = X[rng.integers(0, max(n // 2, 2), n)]
    elif family == "weights of 0":
        weight = rng.integers(0, 3, n).astype(float)
    elif family == "no intercept":
        intercept = False
    elif family == "outliers":
        X[rng.integers(n), rng.integers(p)] = rng.choice([-1, 1]) * 10.0 ** rng.integers(3, 37)
    elif family == "thin":
        X += rng.integers(-1, 2, (n, p)) * 2.0 ** -rng.integers(8, 16)
    eta = (X - X.mean(axis=0)) / (np.abs(X - X.mean(axis=0)).max(axis=0) + 1e-300) @ rng.normal(size=p) * 4
    y = (eta + rng.logistic(size=n) * rng.choice([0.0, 0.2, 1.0]) > 0).astype(float)
    if family == "shares":
        y[rng.integers(0, n, 2)] = rng.choice([0.25, 0.5], 2)
    return X, y, weight, intercept


def usable(X, y, weight):
    counted = y if weight is None else y[weight > 0]
    return len(counted) and counted.min() < counted.max()


def report(X, y, weight, intercept):
    """What the fit says: kind, rows, states."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fit(X, y, weight, intercept=intercept)
    if found.collinear:
        return "collinear"
    s = found.separation
    return None if s is None else (s.kind, s.rows_separated, s.states)


def wrong(family, count, seed):
    """Designs of a family whose verdict is not the exact one."""
    rng, bad, separated = np.random.default_rng([seed, FAMILIES.index(family)]), [], 0
    for _ in range(count):
        X, y, weight, intercept = design(rng, family)
        if not usable(X, y, weight):
            continue
        exact = answer(X, y, weight, intercept)
        if exact is None:
            continue
        expected = (exact.kind, exact.separated, exact.states) if exact.separated else None
        separated += exact.separated > 0
        said = report(X, y, weight, intercept)
        if said not in (expected, "collinear"):
            bad.append((X, y, weight, intercept, expected, said))
    return bad, separated


@pytest.mark.parametrize("family", FAMILIES)
def test_verdict_rows_and_states_are_exact(family):
    bad, separated = wrong(family, 30, 12)
    assert not bad, bad[0]
    assert separated >= 5
