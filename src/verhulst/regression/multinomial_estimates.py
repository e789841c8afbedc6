"""The estimates of a multinomial fit: coefficients against any class, their covariance, probabilities."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike

from verhulst.data.schema import DamagedError, Either, ListOf, Maybe, Number, Record, Text, Truth, Whole, numbers, path
from verhulst.functions import softmax
from verhulst.regression.arrays import floats
from verhulst.regression.class_covariance import ClassCovariance
from verhulst.regression.classes import labels_of
from verhulst.regression.collinearity import Collinear
from verhulst.regression.linear_predictor import linear_predictor, row_sums
from verhulst.regression.parameters import ParameterState
from verhulst.regression.passes import Pass, Status
from verhulst.regression.separation import Separation
from verhulst.regression.statistics import EPS, Matrix, Vector

_WORDS: dict[str, ParameterState] = {
    "finite": "estimated",
    "+inf": "infinite",
    "-inf": "infinite",
    "not determined": "not determined",
    "not examined": "not examined",
}


@dataclass(frozen=True, eq=False)
class MultinomialEstimates:
    """A fitted multinomial logistic regression; `MultinomialFit` adds tables.

    Attributes
    ----------
    classes : tuple of K labels
    names : tuple of str
        Column names.
    has_intercept : bool
        Whether each class has an intercept; `intercept` has their coefficients.
    coefficients : ndarray, shape (K−1, q)
        Log-odds of each class against the first, intercept first: of the columns as given. On separated data ±inf, or
        nan if the data do not determine the sign.
    covariance_record : ClassCovariance
        The covariance as it is stored; see `covariance` and `standard_errors`.
    log_likelihood, null_log_likelihood : float
        Of the model, and of the model with only intercepts.
    rows : int
        Number of rows.
    cases : tuple of float
        Sum of the weights of each class.
    C : float
        As passed to `fit_multinomial`.
    status, decrement, passes, condition, collinear : str, float, tuple, float, tuple
        As in `LogisticFit`.
    separation : Separation or None
        The record of separated data, for the coefficients against the first class, one class after the other.
    intercept_rests : tuple of K−1 float
        The digits of the intercepts that doubles do not hold, where scores need them because the terms of columns
        cancel; otherwise empty.
    """

    classes: tuple[Any, ...]
    names: tuple[str, ...]
    has_intercept: bool
    coefficients: Matrix
    covariance_record: ClassCovariance
    log_likelihood: float
    null_log_likelihood: float
    rows: int
    cases: tuple[float, ...]
    C: float
    status: Status
    decrement: float
    passes: tuple[Pass, ...]
    condition: float
    collinear: tuple[Collinear, ...]
    separation: Separation | None
    intercept_rests: tuple[float, ...] = ()

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        classes, q = len(record["classes"]), len(record["names"]) + record["intercept"]
        if classes < 2 or len(record["coefficients"]) != classes - 1:
            raise DamagedError(
                path(at, "coefficients"), f"has {len(record['coefficients'])} rows for {classes} classes"
            )
        size = (
            len(record["covariance"]["fixed"]),
            len(record["covariance"]["centre"]) + record["covariance"]["intercept"],
        )
        if size != (classes - 1, q) or record["covariance"]["intercept"] != record["intercept"]:
            raise DamagedError(path(at, "covariance"), "is not that of the coefficients")
        for k, row in enumerate(record["coefficients"]):
            if len(row) != q:
                raise DamagedError(f"{path(at, 'coefficients')}[{k}]", f"has {len(row)} entries for {q} parameters")
            if not record["separation"] and not np.isfinite(np.array(row, dtype=float)).all():
                raise DamagedError(f"{path(at, 'coefficients')}[{k}]", "is not finite, though no classes are separated")
        if len(record["cases"]) != classes:
            raise DamagedError(path(at, "cases"), f"has {len(record['cases'])} entries for {classes} classes")
        if len(record.get("intercept_rests") or record["coefficients"]) != classes - 1:
            raise DamagedError(path(at, "intercept_rests"), f"has not one entry for each of {classes - 1} classes")
        if record["separation"] and len(record["separation"]["states"]) != (classes - 1) * q:
            raise DamagedError(path(at, "separation.states"), "are not those of the coefficients")
        MultinomialEstimates._check_errors(record, (classes - 1, q), at)

    @staticmethod
    def _check_errors(record: dict[str, Any], shape: tuple[int, int], at: str) -> None:
        """Raise if a standard error is marked as infinite or unknown unlike its coefficient."""
        states = np.array(
            record["separation"]["states"] if record["separation"] else ["finite"] * (shape[0] * shape[1])
        )
        wanted = np.select([states == "finite", (states == "+inf") | (states == "-inf")], [0.0, np.inf], np.nan)
        wanted = wanted.reshape(shape)
        for place, one in enumerate(record["collinear"]):
            if one["column"] >= len(record["names"]):
                raise DamagedError(f"{path(at, 'collinear')}[{place}].column", "is none of the columns")
            wanted[:, one["column"] + record["intercept"]] = np.nan
        found = np.array(record["covariance"]["fixed"], dtype=float)
        # What rounding left undetermined is nan, in fits that did not converge.
        wrong = (found != wanted) & ~(np.isnan(found) & (np.isnan(wanted) | (record["status"] != "converged")))
        if wrong.any():
            k, j = np.argwhere(wrong)[0]
            raise DamagedError(f"{path(at, 'covariance.fixed')}[{k}][{j}]", "contradicts the state of its coefficient")

    SCHEMA: ClassVar[Record] = Record(
        {
            "classes": ListOf(
                Either(
                    lambda value: Text() if isinstance(value, str) else Truth() if isinstance(value, bool) else Number()
                )
            ),
            "names": ListOf(Text(), "columns"),
            "intercept": Truth(),
            "coefficients": ListOf(numbers(None, finite=False)),
            "covariance": ClassCovariance.SCHEMA,
            "log_likelihood": Number(finite=False),
            "null_log_likelihood": Number(finite=False),
            "rows": Whole(),
            "cases": ListOf(Number(0.0, finite=False)),
            "C": Number(0.0, finite=False),
            "status": Text(among=get_args(Status)),
            "decrement": Number(finite=False),
            "condition": Number(finite=False),
            "passes": ListOf(Pass.SCHEMA),
            "collinear": ListOf(Collinear.SCHEMA),
            "separation": Maybe(Separation.SCHEMA),
            "intercept_rests": ListOf(Number()),
        },
        optional=("intercept_rests",),
        rule=_check,
    )

    @property
    def converged(self) -> bool:
        """Whether the maximum was reached, in the sense of `verhulst.regression.passes.certain`."""
        return self.status == "converged"

    @property
    def penalty(self) -> Literal["l2"] | None:
        """The kind of penalty: "l2" or None."""
        return "l2" if np.isfinite(self.C) else None

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """(q,) names of the parameters of a class: "(intercept)" first, if there is one."""
        return ("(intercept)", *self.names) if self.has_intercept else self.names

    @property
    def intercept(self) -> Vector:
        """(K−1,) coefficients of the intercepts of the classes after the first; 0 without intercepts."""
        return self.coefficients[:, 0] if self.has_intercept else np.zeros(len(self.coefficients))

    @property
    def slopes(self) -> Matrix:
        """(K−1, p) coefficients of the columns, in the order of `names`, without those of the intercepts."""
        return self.coefficients[:, int(self.has_intercept) :]

    @property
    def of_classes(self) -> Matrix:
        """(K, q) coefficients that sum to 0 over the classes, as scikit-learn's; nan where one is not finite."""
        whole = np.vstack([np.zeros(self.coefficients.shape[1]), self.coefficients])
        with np.errstate(invalid="ignore"):
            return np.asarray(whole - whole.mean(axis=0))

    @property
    def covariance(self) -> Matrix:
        """((K−1)q, (K−1)q) covariance of `coefficients`, one class after the other; nan for dropped columns."""
        return self.covariance_record.matrix()

    @property
    def standard_errors(self) -> Matrix:
        """(K−1, q) standard errors of `coefficients`: inf without a finite estimate, nan for dropped columns."""
        return np.array([self.covariance_record.errors(k, 0) for k in range(1, len(self.classes))])

    def against(self, reference: Any) -> tuple[Matrix, Matrix]:
        """Return coefficients and standard errors, each (K, q), of the classes against one of them (0 for itself).

        Parameters
        ----------
        reference : label
            The class to compare with.

        Raises
        ------
        ValueError
            If it is not one of the classes, or the data are separated and it is not the first.
        """
        place = self.place(reference)
        if place and self.separation is not None:
            raise ValueError(
                "the classes are separated, and what is known of the coefficients holds against the first class only: "
                f"reference={self.classes[0]!r}"
            )
        whole = np.vstack([np.zeros(self.coefficients.shape[1]), self.coefficients])
        errors = np.zeros(whole.shape)
        for k in range(len(self.classes)):
            if k != place:
                errors[k] = self.covariance_record.errors(k, place)
        return whole - whole[place], errors

    def scores(self, X: ArrayLike) -> Matrix:
        """Return the linear predictors (n, K), which sum to 0 over the classes; ±inf where separated rows decide.

        Parameters
        ----------
        X : array_like, shape (n, p)
            Columns as in the fit.

        Raises
        ------
        ValueError
            If the shape is another.
        """
        x = self._rows(X)
        own = self.coefficients if self.separation is None else self.separation.finite.reshape(self.coefficients.shape)
        first, rests = int(self.has_intercept), self.intercept_rests or (0.0,) * len(own)
        scores = np.zeros((len(x), len(self.classes)))
        for k, (one, rest) in enumerate(zip(own, rests, strict=True), start=1):
            scores[:, k] = linear_predictor(x, one[first:], float(one[0]) if first else 0.0, None, rest)
        scores -= (scores / scores.shape[1]).sum(axis=1, keepdims=True)  # the mean, where the sum may overflow
        if self.separation is None:
            return scores
        return np.where(self._left(x), scores, -np.inf)

    def predict_proba(self, X: ArrayLike) -> Matrix:
        """Return the probabilities of the classes, (n, K); see `scores`."""
        return np.asarray(softmax(self.scores(X), axis=1))

    def predict(self, X: ArrayLike) -> np.ndarray[Any, Any]:
        """Return the most probable class of each row, (n,).

        Raises
        ------
        ValueError
            If a value is missing or infinite, so that no class is the most probable, or the shape is another.
        """
        scores = self.scores(X)
        unknown = ~(scores.max(axis=1) > -np.inf)
        if unknown.any():
            raise ValueError(
                f"row {int(np.argmax(unknown))} of X has missing or infinite values: no class is most probable"
            )
        return np.asarray(labels_of(self.classes)[np.argmax(scores, axis=1)])

    def __repr__(self) -> str:
        state = "" if self.converged else ", NOT converged"
        return (
            f"<MultinomialFit of {len(self.classes)} classes from {len(self.names)} columns, {self.rows:,} rows{state}>"
        )

    def with_intercepts_moved(self, shift: Vector) -> Self:
        """Return the fit with `shift` (K−1,) added to the intercepts of the classes after the first."""
        moved = self.coefficients.copy()
        moved[:, 0] += shift
        if self.separation is None:
            return replace(self, coefficients=moved)
        finite = self.separation.finite.reshape(moved.shape).copy()
        finite[:, 0] += shift
        return replace(self, coefficients=moved, separation=replace(self.separation, finite=finite.ravel()))

    def at_limit(self, record: Separation) -> Self:
        """Return the fit of separated data, from that of the classes that each row leaves possible."""
        own = replace(record, finite=self.coefficients.ravel())
        return replace(self, separation=own, coefficients=own.coefficients.reshape(self.coefficients.shape))

    def to_json(self) -> dict[str, Any]:
        """Return the fit as data for a model file."""
        plain = ("names", "coefficients", "log_likelihood", "null_log_likelihood", "rows", "cases")
        return (
            {name: getattr(self, name) for name in (*plain, "C", "status", "decrement", "condition")}
            | {
                "intercept": self.has_intercept,
                "classes": list(self.classes),
                "covariance": self.covariance_record.to_json(),
                "passes": [{name: getattr(one, name) for name in Pass.SCHEMA.fields} for one in self.passes],
                "collinear": [asdict(one) for one in self.collinear],
                "separation": self.separation and self.separation.to_json(),
            }
            | ({"intercept_rests": list(self.intercept_rests)} if self.intercept_rests else {})
        )

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Return the fit in such data: the inverse of `to_json`."""
        fields = dict(record)
        separation = fields["separation"] and Separation.from_json(fields["separation"])
        fields["has_intercept"] = fields.pop("intercept")
        shape = len(fields["classes"]) - 1, len(fields["names"]) + fields["has_intercept"]
        coefficients = np.array(fields["coefficients"], dtype=float) if separation is None else separation.coefficients
        fields |= {
            "covariance_record": ClassCovariance.from_json(fields.pop("covariance")),
            "coefficients": coefficients.reshape(shape),
            "C": float(fields["C"]),
            "passes": tuple(Pass(**one) for one in fields["passes"]),
            "collinear": tuple(Collinear(**one) for one in fields["collinear"]),
            "separation": separation,
        }
        plain = ("classes", "names", "cases", "intercept_rests")
        return cls(**fields | {name: tuple(fields.get(name, ())) for name in plain})

    def place(self, label: Any) -> int:
        """Return the place of a label among the classes.

        Raises
        ------
        ValueError
            If it is none of them.
        """
        if label not in self.classes:
            raise ValueError(f"reference {label!r} is not among the classes: {', '.join(map(repr, self.classes))}")
        return self.classes.index(label)

    def states(self, place: int) -> list[ParameterState]:
        """Return the states (q,) of the coefficients of a class, by its place, against the first."""
        q = self.coefficients.shape[1]
        found: list[ParameterState] = ["estimated"] * q
        if self.separation is not None:
            found = [_WORDS[state] for state in self.separation.states[(place - 1) * q : place * q]]
        for one in self.collinear:
            found[one.column + self.has_intercept] = "left out"
        return found

    def _rows(self, X: ArrayLike) -> Matrix:
        x = floats(X, "X")
        if x.ndim != 2 or x.shape[1] != len(self.names):
            raise ValueError(
                f"X must have rows of {len(self.names)} columns, as at the fit, but its shape is {x.shape}"
            )
        return x

    def _linear(self, x: Matrix, coefficients: Matrix) -> Matrix:
        first = int(self.has_intercept)
        scores = np.zeros((len(x), len(self.classes)))
        for k, one in enumerate(coefficients, start=1):
            scores[:, k] = row_sums(x, one[first:]) + (one[0] if first else 0.0)
        return scores

    def _left(self, x: Matrix) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """(n, K) the classes that separation leaves possible: those level with the best along the direction."""
        assert self.separation is not None
        direction = self.separation.direction.reshape(self.coefficients.shape)
        along = self._linear(x, direction)
        size = self._linear(np.abs(x), np.abs(direction)).max(axis=1, keepdims=True)
        return np.asarray(along >= along.max(axis=1, keepdims=True) - 2 * (x.shape[1] + 8) * EPS * size)
