"""Starting points of a multinomial fit: the model without columns, or a fit of a systematic sample."""

from __future__ import annotations

import math

import numpy as np

from verhulst.regression.class_rows import ClassRows, basis
from verhulst.regression.newton import newton
from verhulst.regression.passes import Fit
from verhulst.regression.start import EVENTS_PER_COLUMN, LEAST_SAMPLE
from verhulst.regression.statistics import Vector

ROWS_PER_PARAMETER = 100  # of a sample


def class_shares(rows: ClassRows) -> Vector:
    """Return the share (K,) of each class among the cases."""
    count = np.bincount(rows.label, rows.weight, rows.classes)
    return np.asarray(count / count.sum())


def null_model(rows: ClassRows) -> Vector:
    """Return γ of the model without columns."""
    start = np.zeros((rows.classes - 1, rows.parameters))
    if rows.standard.intercept:
        start[:, 0] = basis(rows.classes).T @ np.log(class_shares(rows))
    return start.ravel()


def null_log_likelihood(rows: ClassRows) -> float:
    """Return the log-likelihood of the model without columns."""
    share = class_shares(rows)
    total = float(len(rows.label) if rows.weight is None else rows.weight.sum())
    each = share * np.log(share) if rows.standard.intercept else -share * math.log(rows.classes)
    return total * float(np.sum(each))


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
