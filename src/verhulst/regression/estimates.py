"""What a fit found: coefficients, how they vary, and how they were found. `LogisticFit` adds tables to it."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from verhulst.regression.collinearity import Collinear
from verhulst.regression.covariance import Covariance, Standardised
from verhulst.regression.covariance_file import covariance_from_json
from verhulst.regression.parameters import ParameterState
from verhulst.regression.passes import Pass, Status
from verhulst.regression.separation import Separation
from verhulst.regression.statistics import Matrix, Vector

_OF_A_PASS = ("number", "log_likelihood", "decrement", "step", "accepted", "information")
_PLAIN = (
    "names",
    "intercept",
    "coefficients",
    "log_likelihood",
    "null_log_likelihood",
    "rows",
    "cases",
    "events",
    "penalty",
    "C",
    "status",
    "decrement",
    "condition",
    "has_offset",
)


class ConvergenceWarning(UserWarning):
    """The fit ended before the decrement was as small as asked for."""


@dataclass(frozen=True, slots=True)
class Firth:
    """What belongs to a fit with Jeffreys' prior.

    Attributes
    ----------
    tau : weight of the penalty τ log det I
    correction : None, "flic" or "flac"
    errors : "expected", from (XᵀWX)⁻¹, or "augmented", from (XᵀW(1 + 2τh)X)⁻¹
    penalised_log_likelihood : ℓ + τ log det I where it is highest (for "flic" and "flac": before the correction)
    """

    tau: float
    correction: Literal["flic", "flac"] | None
    errors: Literal["expected", "augmented"]
    penalised_log_likelihood: float


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """A fitted logistic regression. Parameters stand in the order intercept (if there is one), then columns.

    Attributes
    ----------
    names : (p,) column names
    intercept : whether there is one
    coefficients : (q,) on the columns as given; 0 for columns that were taken out; on separated data ±inf where every
        separating direction says so, nan where the data leave the sign open (see `states`)
    covariance_record : how the coefficients vary: the inverse of the (penalised) information, in the units of the fit;
        see `covariance` and `standard_errors`
    log_likelihood, null_log_likelihood : of the data; the null model has the intercept and the offset only
    rows, cases, events : number of rows, sum of weights, weighted number of ones
    penalty, C : as given
    status, decrement, passes : how Newton's method ended (see passes.Fit)
    condition : condition number of the information scaled to a unit diagonal
    collinear : columns that were taken out
    separation : None, or the record of what separates the data
    firth : None, or what belongs to a fit with penalty="firth"
    has_offset : whether the fit had an offset that was not 0 everywhere
    """

    names: tuple[str, ...]
    intercept: bool
    coefficients: Vector
    covariance_record: Covariance
    log_likelihood: float
    null_log_likelihood: float
    rows: int
    cases: float
    events: float
    penalty: str | None
    C: float
    status: Status
    decrement: float
    passes: tuple[Pass, ...]
    condition: float
    collinear: tuple[Collinear, ...]
    separation: Separation | None
    firth: Firth | None = None
    has_offset: bool = False

    @property
    def converged(self) -> bool:
        """Whether the maximum was reached: see `verhulst.regression.passes.certain` for what that means."""
        return self.status == "converged"

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """(q,) names: "(intercept)" first, where there is one."""
        return ("(intercept)", *self.names) if self.intercept else self.names

    @property
    def states(self) -> tuple[ParameterState, ...]:
        """(q,) what each coefficient is: "estimated", or why it is not."""
        found: list[ParameterState] = ["estimated"] * len(self.coefficients)
        if self.separation is not None:
            words: dict[str, ParameterState] = {"finite": "estimated", "+inf": "infinite", "-inf": "infinite"}
            words |= {"not determined": "not determined", "not examined": "not examined"}
            found = [words[state] for state in self.separation.states]
        for part in self.collinear:
            found[part.column + self.intercept] = "left out"
        return tuple(found)

    @property
    def standard_errors(self) -> Vector:
        """(q,) standard errors: inf without a finite estimate, nan for columns that were taken out."""
        return self.covariance_record.standard_errors()

    @property
    def covariance(self) -> Matrix:
        """(q, q) inverse of the (penalised) information, worked out at each call; nan for columns that were taken out.

        Entries are 0 or inf where a number is too small or too large for a double (columns of 1e170 have variances of
        1e-340); `standard_errors`, intervals and tests do without them.

        Raises
        ------
        MemoryError
            where q × q numbers do not fit into memory
        ValueError
            where the model comes from a file that was too large for the matrix
        """
        return self.covariance_record.matrix()

    def log_odds(self, X: ArrayLike, offset: ArrayLike | None = None) -> Vector:
        """(n,) linear predictor: b₀ + Xb + offset; ±inf on the two sides of a separating direction.

        Parameters
        ----------
        X : (n, p) columns as at the fit
        offset : (n,) known part of the log-odds; where the fit had one and none is given here, a warning says so and 0
            is taken

        Raises
        ------
        ValueError
            for other shapes
        """
        X, offset = self.checked(X, offset)
        if self.separation is not None:
            return self.separation.log_odds(X, offset)
        first = int(self.intercept)
        eta: Vector = X @ self.coefficients[first:] + (self.coefficients[0] if first else 0.0)
        return eta if offset is None else eta + offset

    def checked(self, X: ArrayLike, offset: ArrayLike | None) -> tuple[Matrix, Vector | None]:
        """Rows and their offset as arrays of the right shapes; see `log_odds`."""
        x, p = np.asarray(X, dtype=np.float64), len(self.names)
        if x.ndim != 2 or x.shape[1] != p:
            raise ValueError(f"X must have rows of {p} columns, as at the fit, but its shape is {x.shape}")
        if offset is None:
            if self.has_offset:
                warnings.warn(
                    "the fit had an offset and none is given here, so that 0 is taken: pass offset= (zeros, if that is "
                    "what is meant)",
                    UserWarning,
                    stacklevel=3,
                )
            return x, None
        shift = np.asarray(offset, dtype=np.float64)
        if shift.shape == (len(x), 1):
            shift = shift[:, 0]
        if shift.shape != (len(x),):
            raise ValueError(f"offset must have one number per row: {len(x)}, but its shape is {shift.shape}")
        return x, shift

    def to_json(self) -> dict[str, Any]:
        """In the terms of a model file. The directions of the passes are left out."""
        return {name: getattr(self, name) for name in _PLAIN} | {
            "covariance": self.covariance_record.to_json(),
            "passes": [{name: getattr(one, name) for name in _OF_A_PASS} for one in self.passes],
            "collinear": [asdict(one) for one in self.collinear],
            "separation": self.separation and self.separation.to_json(),
            "firth": self.firth and asdict(self.firth),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """The inverse of `to_json`."""
        fields = dict(record)
        covariance = covariance_from_json(fields.pop("covariance"), bool(fields["intercept"]))
        coefficients = np.array(fields["coefficients"], dtype=float)
        separation = fields["separation"] and Separation.from_json(fields["separation"])
        if separation is not None:
            open_ = separation.infinite | separation.unknown
            coefficients = np.where(open_, separation.coefficients, coefficients)
            if isinstance(covariance, Standardised):
                fixed = np.zeros(len(separation.finite)) if covariance.fixed is None else covariance.fixed
                covariance = replace(covariance, fixed=np.where(separation.unknown, np.nan, fixed))
        fields |= {
            "names": tuple(fields["names"]),
            "coefficients": coefficients,
            "covariance_record": covariance,
            "passes": tuple(Pass(**one) for one in fields["passes"]),
            "collinear": tuple(Collinear(**one) for one in fields["collinear"]),
            "separation": separation,
            "firth": fields["firth"] and Firth(**fields["firth"]),
        }
        return cls(**fields)
