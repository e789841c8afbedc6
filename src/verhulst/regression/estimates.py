"""The estimates of a fit: coefficients, covariance and details. `LogisticFit` adds tables."""

from __future__ import annotations

import math
import warnings
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike

from verhulst.data.column_matrix import ColumnMatrix, as_columns
from verhulst.data.schema import DamagedError, ListOf, Maybe, Number, Record, Text, Truth, Whole, numbers, path
from verhulst.functions._row_order import require_one_order
from verhulst.regression.arrays import floats
from verhulst.regression.collinearity import Collinear
from verhulst.regression.covariance import Covariance
from verhulst.regression.covariance_file import COVARIANCE, check_size, covariance_from_json
from verhulst.regression.linear_predictor import linear_predictor
from verhulst.regression.parameters import ParameterState
from verhulst.regression.passes import Pass, Status
from verhulst.regression.separation import Separation
from verhulst.regression.standardised_covariance import Standardised
from verhulst.regression.statistics import Matrix, Vector

_PLAIN = (
    "names",
    "coefficients",
    "log_likelihood",
    "null_log_likelihood",
    "rows",
    "cases",
    "events",
    "C",
    "status",
    "decrement",
    "condition",
    "has_offset",
)


class ConvergenceWarning(UserWarning):
    """Warn that a fit did not converge, or that standard errors are unknown."""


@dataclass(frozen=True, slots=True)
class Firth:
    """The details of a fit with Jeffreys' prior.

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

    SCHEMA: ClassVar[Record] = Record(
        {
            "tau": Number(0.0),
            "correction": Maybe(Text(among=("flic", "flac"))),
            "errors": Text(among=("expected", "augmented")),
            "penalised_log_likelihood": Number(finite=False),
        }
    )


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """A fitted logistic regression, with the parameters in the order intercept (if there is one), then columns.

    Attributes
    ----------
    names : tuple of str
        Column names.
    has_intercept : bool
        Whether there is an intercept; `intercept` is its coefficient.
    coefficients : ndarray, shape (q,)
        For the columns as given; 0 for dropped columns; on separated data ±inf if the sign is the same in every
        separating direction, nan if the data do not determine it (see `states`).
    covariance_record : Covariance
        The inverse of the (penalised) information, in the units of the fit; see `covariance` and `standard_errors`.
    log_likelihood, null_log_likelihood : float
        Of the model, and of the null model with only the intercept and the offset.
    rows, cases, events : int, float, float
        The number of rows, the sum of the weights, the weighted number of ones.
    C : float
        Inverse strength of the L2 penalty, infinite for none.
    status, decrement, passes : str, float, tuple
        How Newton's method ended.
    condition : float
        The condition number of the information scaled to a unit diagonal.
    collinear : tuple of Collinear
        The dropped columns.
    separation : Separation or None
        The record of separated data.
    firth : Firth or None
        The details of a fit with Jeffreys' prior.
    has_offset : bool
        Whether the fit had an offset that was not 0 everywhere.
    intercept_rest : float
        The digits of the intercept that a double does not hold, where log-odds need them because the terms of columns
        cancel; otherwise 0.
    """

    names: tuple[str, ...]
    has_intercept: bool
    coefficients: Vector
    covariance_record: Covariance
    log_likelihood: float
    null_log_likelihood: float
    rows: int
    cases: float
    events: float
    C: float
    status: Status
    decrement: float
    passes: tuple[Pass, ...]
    condition: float
    collinear: tuple[Collinear, ...]
    separation: Separation | None
    firth: Firth | None = None
    has_offset: bool = False
    intercept_rest: float = 0.0

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        columns, count = len(record["names"]), len(record["coefficients"])
        if count != columns + record["intercept"]:
            raise DamagedError(path(at, "coefficients"), f"has {count:,} entries for {columns:,} names")
        check_size(record["covariance"], count, record["intercept"], path(at, "covariance"))
        states = record["separation"]["states"] if record["separation"] else ["finite"] * count
        for k, (state, coefficient) in enumerate(zip(states, record["coefficients"], strict=True)):
            if state == "finite" and not math.isfinite(coefficient):
                raise DamagedError(f"{path(at, 'coefficients')}[{k}]", f"is {coefficient}; it must be finite")
        for k, one in enumerate(record["collinear"]):
            if one["column"] >= columns:
                raise DamagedError(
                    f"{path(at, 'collinear')}[{k}].column", f"is {one['column']}; there is no such column"
                )

    SCHEMA: ClassVar[Record] = Record(
        {
            "names": ListOf(Text(), "columns"),
            "intercept": Truth(),
            "coefficients": numbers("coefficients", finite=False),
            "covariance": COVARIANCE,
            "log_likelihood": Number(finite=False),
            "null_log_likelihood": Number(finite=False),
            "rows": Whole(),
            "cases": Number(5e-324, finite=False),
            "events": Number(0.0, finite=False),
            "C": Number(0.0, finite=False),
            "status": Text(among=get_args(Status)),
            "decrement": Number(finite=False),
            "condition": Number(finite=False),
            "has_offset": Truth(),
            "intercept_rest": Number(),
            "passes": ListOf(Pass.SCHEMA),
            "collinear": ListOf(Collinear.SCHEMA),
            "separation": Maybe(Separation.SCHEMA),
            "firth": Maybe(Firth.SCHEMA),
        },
        optional=("has_offset", "intercept_rest"),
        rule=_check,
    )

    @property
    def penalty(self) -> Literal["l2", "firth"] | None:
        """The kind of penalty."""
        if self.firth is not None:
            return "firth"
        return "l2" if np.inf > self.C else None

    @property
    def converged(self) -> bool:
        """Whether the maximum was reached, in the sense of `verhulst.regression.passes.certain`."""
        return self.status == "converged"

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """(q,) names: "(intercept)" first, if there is one."""
        return ("(intercept)", *self.names) if self.has_intercept else self.names

    @property
    def intercept(self) -> float:
        """The coefficient of the intercept; 0 without one."""
        return float(self.coefficients[0]) if self.has_intercept else 0.0

    @property
    def slopes(self) -> Vector:
        """(p,) coefficients of the columns, in the order of `names`, without that of the intercept."""
        return self.coefficients[int(self.has_intercept) :]

    @property
    def states(self) -> tuple[ParameterState, ...]:
        """(q,) states of the coefficients: "estimated", or why not."""
        found: list[ParameterState] = ["estimated"] * len(self.coefficients)
        if self.separation is not None:
            words: dict[str, ParameterState] = {"finite": "estimated", "+inf": "infinite", "-inf": "infinite"}
            words |= {"not determined": "not determined", "not examined": "not examined"}
            found = [words[state] for state in self.separation.states]
        for part in self.collinear:
            found[part.column + self.has_intercept] = "left out"
        return tuple(found)

    @property
    def standard_errors(self) -> Vector:
        """(q,) standard errors: inf without a finite estimate, nan for dropped columns."""
        return self.covariance_record.standard_errors()

    @property
    def covariance(self) -> Matrix:
        """(q, q) inverse of the (penalised) information, computed on each access; nan for dropped columns.

        Entries that under- or overflow are 0 or inf (columns of 1e170 have variances of 1e-340); `standard_errors`,
        intervals and tests do not use them.

        Raises
        ------
        MemoryError
            If q × q numbers do not fit into memory.
        ValueError
            If the model is from a file that was too large for the matrix.
        """
        return self.covariance_record.matrix()

    def log_odds(self, X: ArrayLike, offset: ArrayLike | None = None) -> Vector:
        """Return the linear predictor b₀ + Xb + offset, (n,); ±inf on the two sides of a separating direction.

        Parameters
        ----------
        X : array_like, shape (n, p)
            Columns as in the fit.
        offset : array_like, shape (n,), optional
            A known part of the log-odds; if the fit had one and none is given, 0 is used with a warning.

        Raises
        ------
        ValueError
            If the shapes differ.
        """
        if (columns := as_columns(X)) is not None:
            return self._log_odds_of(columns, offset)
        X, offset = self.checked(X, offset)
        if self.separation is not None:
            return self.separation.log_odds(X, offset, self.intercept_rest)
        return linear_predictor(X, *self._slopes_and_constant, offset, self.intercept_rest)

    @property
    def _slopes_and_constant(self) -> tuple[Vector, float]:
        return self.slopes, self.intercept

    def _log_odds_of(self, X: ColumnMatrix, offset: ArrayLike | None, block: int = 1 << 14) -> Vector:
        shift = None if offset is None else np.asarray(offset)
        if self.separation is None and not self.intercept_rest:
            eta = X.log_odds(*self._slopes_and_constant)
            return eta if shift is None else eta + shift
        parts = [slice(start, start + block) for start in range(0, len(X), block)]
        return np.concatenate([self.log_odds(X[some], None if shift is None else shift[some]) for some in parts])

    def checked(self, X: ArrayLike, offset: ArrayLike | None) -> tuple[Matrix, Vector | None]:
        """Return rows and their offset as arrays of the right shapes; see `log_odds`."""
        require_one_order(X=X, offset=offset)
        x, p = floats(X, "X"), len(self.names)
        if x.ndim != 2 or x.shape[1] != p:
            raise ValueError(f"X must have rows of {p} columns, as at the fit, but its shape is {x.shape}")
        if offset is None:
            if self.has_offset:
                warnings.warn(
                    "the fit had an offset and none is given here, so 0 is used: pass offset= (zeros, if that is "
                    "intended)",
                    UserWarning,
                    stacklevel=3,
                )
            return x, None
        shift = floats(offset, "offset")
        if shift.shape == (len(x), 1):
            shift = shift[:, 0]
        if shift.shape != (len(x),):
            raise ValueError(f"offset must have one number per row: {len(x)}, but its shape is {shift.shape}")
        return x, shift

    def to_json(self) -> dict[str, Any]:
        """Return the estimates as data for a model file, without the directions of the passes."""
        plain = _PLAIN + ("intercept_rest",) * bool(self.intercept_rest)
        return {name: getattr(self, name) for name in plain} | {
            "intercept": self.has_intercept,
            "covariance": self.covariance_record.to_json(),
            "passes": [{name: getattr(one, name) for name in Pass.SCHEMA.fields} for one in self.passes],
            "collinear": [asdict(one) for one in self.collinear],
            "separation": self.separation and self.separation.to_json(),
            "firth": self.firth and asdict(self.firth),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Return the estimates in such data: the inverse of `to_json`."""
        fields = dict(record)
        has_intercept = bool(fields.pop("intercept"))
        covariance = covariance_from_json(fields.pop("covariance"), has_intercept)
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
            "has_intercept": has_intercept,
            "coefficients": coefficients,
            "covariance_record": covariance,
            "passes": tuple(Pass(**one) for one in fields["passes"]),
            "collinear": tuple(Collinear(**one) for one in fields["collinear"]),
            "separation": separation,
            "firth": fields["firth"] and Firth(**fields["firth"]),
        }
        return cls(**fields)
