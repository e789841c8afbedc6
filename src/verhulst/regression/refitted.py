"""The likelihood around its maximum, profiled by fits: what fixes a coefficient is an offset in a fit of the others.

Each such fit is as certain as any (see `verhulst.regression.passes.certain`): for data on which points that are found
together, by quadratic models, come to nothing or are not to be believed.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from verhulst.functions import log_one_minus_sigmoid, log_sigmoid
from verhulst.regression.fitting import fit
from verhulst.regression.likelihood import Likelihood
from verhulst.regression.observations import Observations
from verhulst.regression.statistics import Matrix, Vector


@dataclass(frozen=True, slots=True, eq=False)
class Refitted(Likelihood):
    """A `Likelihood` whose heights along contrasts of one coefficient each are those of fits of the others.

    Attributes
    ----------
    data : all rows
    columns : places in X of the columns that take part
    intercept : whether there is one
    scales : (q,) coefficients are these times the values of the contrasts
    errors : (q,) of the coefficients, as the contrasts have them
    always : whether nothing else is to be believed
    """

    data: Observations | None = None
    columns: tuple[int, ...] = ()
    intercept: bool = True
    scales: Vector | None = None
    errors: Vector | None = None
    always: bool = False

    def ends(self, contrasts: Matrix, drop: float) -> Matrix:
        """(k, 2) lower and upper ends; see `Likelihood`."""
        if not self.always:
            return Likelihood.ends(self, contrasts, drop)
        result = np.empty((len(contrasts), 2))
        assert self.errors is not None
        for row, contrast in zip(result, contrasts, strict=True):
            estimate, error = float(contrast @ self.beta), float(self.errors[self._coefficient(contrast)])
            row[:] = [self.end(contrast, estimate, sign * error, drop) for sign in (-1, 1)]
        return result

    def heights(self, contrasts: Matrix, values: Vector) -> Vector:
        """(k,) the largest log-likelihoods where each contrast has its value."""
        if not self.always:
            return Likelihood.heights(self, contrasts, values)
        return np.array([self.highest(a, float(b)) for a, b in zip(contrasts, values, strict=True)])

    def highest(self, contrast: Vector, value: float) -> float:
        """The largest log-likelihood where the contrast has this value; nan where no fit is certain of it."""
        assert self.data is not None
        assert self.scales is not None
        data, first = self.data, int(self.intercept)
        k = self._coefficient(contrast)
        fixed = value * self.scales[k]
        among = first and k == 0
        if among:
            shift = np.full(len(data.y), fixed)
        else:  # from a centre, which an intercept takes up: far from 0 the digits are lost that tell rows apart
            x = np.asarray(data.X[:, k - first], dtype=np.float64)
            shift = fixed * (x - np.median(x) if first else x)
        shift = shift if data.offset is None else shift + data.offset
        others = [j for j in self.columns if among or j != k - first]
        if not np.all(np.isfinite(shift)):
            return -np.inf
        if not others and (among or not first):
            y, weight = data.y, 1.0 if data.weight is None else data.weight
            each = y * log_sigmoid(shift) + (1 - y) * log_one_minus_sigmoid(shift)
            return float(np.sum(weight * np.where(np.isnan(each), 0.0, each)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = fit(data.X[:, others], data.y, data.weight, shift, intercept=bool(first and not among))
        return found.log_likelihood if found.converged or found.status == "stopped" else np.nan

    def _coefficient(self, contrast: Vector) -> int:
        """Which coefficient of the columns as given a contrast of the standardised ones is."""
        return 0 if self.intercept and contrast[0] != 0 else int(np.argmax(np.abs(contrast)))
