"""Starting points of a multinomial fit: the model without columns, or a fit of a systematic sample."""

from __future__ import annotations

import math

import numpy as np

from verhulst.functions import softplus
from verhulst.regression.class_rows import ClassRows, basis
from verhulst.regression.newton import newton
from verhulst.regression.passes import Fit
from verhulst.regression.start import EVENTS_PER_COLUMN, LEAST_SAMPLE
from verhulst.regression.statistics import Vector

ROWS_PER_PARAMETER = 100  # of a sample


def class_cases(rows: ClassRows) -> Vector:
    """Return the number (K,) of cases of each class."""
    return np.bincount(rows.label, rows.weight, rows.classes).astype(np.float64)


def null_model(rows: ClassRows) -> Vector:
    """Return γ of the model without columns."""
    start = np.zeros((rows.classes - 1, rows.parameters))
    if rows.standard.intercept:
        start[:, 0] = basis(rows.classes).T @ np.log(class_cases(rows))
    return start.ravel()


def null_log_likelihood(rows: ClassRows) -> float:
    """Return the log-likelihood of the model without columns."""
    cases = class_cases(rows)
    if not rows.standard.intercept:
        return -float(cases.sum()) * math.log(rows.classes)
    # The logarithm of a share of nearly 1 has its digits from the shares of the others.
    others = np.array([np.delete(cases, k).sum() for k in range(rows.classes)])
    return -float(np.sum(cases * softplus(np.log(others) - np.log(cases))))


def sample_fit(rows: ClassRows, null: Vector, ridge: Vector | None) -> Fit | None:
    """Fit every k-th row roughly, if that is worth it: enough rows, and enough of each class among them."""
    n = len(rows.label)
    wanted = max(n // 40, min(n // 5, max(2 * LEAST_SAMPLE, ROWS_PER_PARAMETER * rows.size)))
    if wanted < LEAST_SAMPLE or n < 4 * wanted:
        return None
    step = n // wanted
    # One row at random of each k: rows may be periodic.
    index = np.arange(n // step) * step + np.random.default_rng(0).integers(0, step, n // step)
    if np.bincount(rows.label[index], minlength=rows.classes).min() < EVENTS_PER_COLUMN * rows.parameters:
        return None
    bound = np.full(rows.size, 0.25 * step)  # a ridge worth about one row: the sample may be separated
    if rows.standard.intercept:
        bound[:: rows.parameters] = 0.0
    ridge = bound if ridge is None else bound + ridge
    near = 0.1 * math.sqrt(rows.size * step)  # a tenth of the distance of its maximum from that of all rows
    sample = rows.sample(index, np.full(len(index), float(step)))
    found = newton(sample.statistics, null, ridge=ridge, tolerance=near, exact=False, width=rows.width)
    return found if found.status == "converged" else None
