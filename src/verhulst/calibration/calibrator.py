"""Base class of the calibration maps."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from verhulst._numbers import significant
from verhulst._options import check_parameters, checks_options
from verhulst.calibration.cases import read_cases
from verhulst.calibration.choice import Choice
from verhulst.calibration.scores import (
    Floats,
    Labels,
    ScoreKind,
    as_logits,
    as_multiclass_logits,
    require_both_classes,
    require_two_classes,
)
from verhulst.data.errors import RowError
from verhulst.data.saved import Saved
from verhulst.data.schema import Check, ListOf, Maybe, Record, Size, Text, Whole
from verhulst.functions import log_softmax, sigmoid


class CalibrationWarning(UserWarning):
    """Warn that a map or an evaluation may not mean what it seems to."""


class NotFittedError(ValueError, AttributeError):
    """Raised when a calibrator is used before it was fitted."""


class Calibrator(Saved, ABC):
    """A map from logits to calibrated logits, fitted to scores and outcomes.

    Parameters
    ----------
    scores : {"logits", "probabilities"}, optional
        The kind of scores passed to `fit` and the other methods. By default they are logits; scores that all lie in
        [0, 1], or look like percentages, are then an error.
    """

    _kind: ClassVar[str] = "calibrator"
    _schema_version: ClassVar[int] = 1
    #: The fitted numbers, which are attributes with a trailing underscore, and what each may be in a model file.
    _parameters: ClassVar[Mapping[str, Check]] = {}
    #: The options of the map, with defaults as attributes of the class.
    _options: ClassVar[Mapping[str, Check]] = {}

    @classmethod
    def schema(cls) -> Record:
        """See `Saved`."""
        kind = Text(among=("logits", "probabilities"))
        return Record(
            {
                "map": Text(among=(cls.__name__,)),
                "scores": kind if cls.learns else Maybe(kind),
                "n_classes": Size("classes", 2, 1_000_000) if cls.several_classes else Whole(2, 2),
                "column": Maybe(Text()),
                "columns": Record({"names": ListOf(Text(), "classes"), "classes": ListOf(Text(), "classes")}),
                "parameters": Record(cls._parameters, optional=cls._added_later, rule=cls._check),
                "options": Record(cls._options, optional=tuple(cls._options)),
            },
            optional=("options", "columns"),  # files of earlier versions, and maps of one column or of arrays
        )

    #: Parameters that files of earlier versions do not have.
    _added_later: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def _check(parameters: dict[str, Any], at: str) -> None:
        """Raise `DamagedError` if parameters in a file contradict each other."""

    #: The name of the map in `calibrate`; "" for a map that is not chosen there.
    method: ClassVar[str] = ""
    #: Further names in `calibrate`, each with the options of the map that it stands for.
    variants: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    #: The formula of the map as shown to readers, and where the map is appropriate.
    formula: ClassVar[str]
    right_where: ClassVar[str]
    #: Whether the map takes one column of logits, and whether it takes (n, K) for K classes.
    one_column: ClassVar[bool] = True
    several_classes: ClassVar[bool] = False
    #: Whether `fit` estimates parameters, and with them learns the kind of the scores.
    learns: ClassVar[bool] = True

    @classmethod
    def degrees_of_freedom(cls, columns: int = 1) -> int:
        """Return the degrees of freedom of the likelihood ratio test of the unchanged scores against this map.

        0 if there is no such test: the map is not fitted by maximum likelihood, or does not contain the identity.

        Parameters
        ----------
        columns : int
            The number of columns of scores.

        Returns
        -------
        int
            The degrees of freedom.
        """
        return 0

    scores: ScoreKind | None
    #: The kind of the scores; None if it was neither learned nor specified.
    kind_: ScoreKind | None
    n_classes_: int
    #: The column of a table with the scores, if the map was fitted to a table.
    column_: str | None = None
    #: The columns of a table with the scores of several classes, each with its class; empty if there is none.
    columns_: Mapping[str, str] = MappingProxyType({})
    #: How `calibrate` chose this map; absent if the map was named.
    choice_: Choice

    def __init__(self, scores: ScoreKind | None = None) -> None:
        self.scores = scores

    @checks_options
    def fit(self, logits: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the map.

        Parameters
        ----------
        logits : array_like, shape (n,) or (n, 1)
            The scores; shape (n, K), K ≥ 2, for maps of several classes.
        y : array_like, shape (n,)
            The outcomes, 0 or 1; for K columns of logits class numbers 0 … K−1, or K labels whose sorted order is that
            of the columns.
        sample_weight : array_like, shape (n,), optional
            Counts of cases: a weight of 2 is the same as repeating the row, a weight of 0 the same as omitting it.

        Returns
        -------
        Calibrator
            The fitted map itself.

        Raises
        ------
        ScoreKindError
            If `scores` was not specified, and all scores lie in [0, 1] or look like percentages.
        ValueError
            If no map can be fitted to the input; the message says why and where.

        Warns
        -----
        CalibrationWarning
            If the map can be used with a reservation, which the warning gives.
        """
        check_parameters(self)
        cases = read_cases(y, logits, self.scores, sample_weight, several_classes=self.several_classes)
        (require_two_classes if cases.z.ndim == 2 else require_both_classes)(cases.targets)
        for warning in self.learn(cases.z, cases.targets, cases.weights):
            warnings.warn(warning, stacklevel=2)
        self.kind_ = cases.kind
        return self

    @np.errstate(over="ignore")  # scores of 1e308; results are checked
    def learn(self, z: Floats, targets: Any, weights: Floats | None) -> list[CalibrationWarning]:
        """Fit the map to checked cases of positive weight, and return the warnings instead of issuing them."""
        self.kind_ = "logits"
        self.n_classes_ = z.shape[1] if z.ndim == 2 else 2
        if z.ndim == 2:
            return self._fit_classes(z, targets, weights)
        return self._fit(z, targets, weights)

    def transform(self, logits: ArrayLike) -> Floats:
        """Return the calibrated logits of scores of the kind used in the fit, in their shape, (n,) or (n, K)."""
        kind = self._fitted_kind()
        z = self._read(logits, kind)[0]
        if z.ndim == 2 and z.shape[1] != self.n_classes_:
            raise ValueError(f"fitted to {self.n_classes_} classes, got {z.shape[1]} columns of scores")
        return self.apply(z)

    def apply(self, z: Floats) -> Floats:
        """Return the calibrated logits of checked logits."""
        with np.errstate(over="ignore"):  # an extreme score times a steep slope is infinite
            return self._apply(z)

    def predict_proba(self, logits: ArrayLike) -> Floats:
        """Return probabilities, shape (n, 2), or (n, K) for K columns of logits.

        The first of two columns is σ(−z), not 1 − σ(z), so that both keep all their digits.
        """
        z = self.transform(logits)
        if z.ndim == 2:
            return np.exp(log_probabilities(z))
        probabilities = np.empty((len(z), 2))
        sigmoid(-z, out=probabilities[:, 0])
        sigmoid(z, out=probabilities[:, 1])
        return probabilities

    @abstractmethod
    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        """Set the fitted attributes. All weights are positive, both classes present; scores may be infinite."""

    def _fit_classes(self, z: Floats, labels: Labels, weights: Floats | None) -> list[CalibrationWarning]:
        """Set the fitted attributes for K columns of logits and class numbers (maps of several classes only)."""
        raise NotImplementedError

    @abstractmethod
    def _apply(self, z: Floats) -> Floats:
        """Apply the map to logits that may be infinite, but not nan."""

    def parameters(self) -> dict[str, Any]:
        """Return the fitted numbers that a prediction needs, as floats and lists."""
        values = {name: getattr(self, f"{name}_") for name in self._parameters}
        return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()}

    def _set_parameters(self, parameters: dict[str, Any]) -> None:
        """Set the fitted numbers: the inverse of `parameters`."""
        for name in self._parameters:
            value = parameters[name]
            setattr(self, f"{name}_", np.array(value, dtype=np.float64) if isinstance(value, list) else float(value))

    def _read(self, scores: ArrayLike, kind: ScoreKind | None) -> tuple[Floats, ScoreKind]:
        if self.several_classes and np.ndim(scores) == 2 and np.shape(scores)[1] > 1:
            return as_multiclass_logits(scores, kind)
        return as_logits(scores, kind)

    def to_json(self) -> dict[str, Any]:
        """Return the fitted map in the terms of a model file: see `save`.

        Raises
        ------
        NotFittedError
            If the map is not fitted.
        """
        return {
            "map": type(self).__name__,
            "scores": self._fitted_kind(),
            "n_classes": self.n_classes_,
            "column": self.column_,
            **({"columns": {"names": [*self.columns_], "classes": [*self.columns_.values()]}} if self.columns_ else {}),
            "parameters": self.parameters(),
            "options": {name: getattr(self, name) for name in self._options},
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Return the map in such data: the inverse of `to_json`."""
        calibrator = cls.__new__(cls)
        calibrator.scores = calibrator.kind_ = record["scores"]
        calibrator.n_classes_ = int(record["n_classes"])
        calibrator.column_ = record["column"]
        if "columns" in record:
            calibrator.columns_ = dict(zip(record["columns"]["names"], record["columns"]["classes"], strict=True))
        calibrator._set_parameters(record["parameters"])
        vars(calibrator).update(record.get("options", {}))
        return calibrator

    def __repr__(self) -> str:
        name = type(self).__name__
        if not hasattr(self, "kind_"):
            return f"{name}()"
        shown = (f"{key}={_brief(value)}" for key, value in self.parameters().items())
        return f"{name}({', '.join(shown)})"

    def _fitted_kind(self) -> ScoreKind | None:
        if not hasattr(self, "kind_"):
            raise NotFittedError(f"this {type(self).__name__} is not fitted: call fit(logits, y) first")
        return self.kind_


def log_probabilities(z: Floats) -> Floats:
    """Return log softmax of (n, K) logits; classes with infinite logits share the probability 1."""
    if z.max(initial=-np.inf) == np.inf:
        first = (z == np.inf).any(axis=1)
        z = z.copy()
        z[first] = np.where(z[first] == np.inf, 0.0, -np.inf)
    logarithms: Floats = log_softmax(z, axis=1)
    return logarithms


def ranked_log_probabilities(z: Floats) -> Floats:
    """Return `log_probabilities` for ranking: the same numbers in rows with the same logits in another order.

    Rounding of the sum over classes depends on their order, and would break ties between rows. So it is that of the
    sorted logits.
    """
    order = np.argsort(z, axis=1)
    found = np.empty_like(z)
    np.put_along_axis(found, order, log_probabilities(np.take_along_axis(z, order, axis=1)), axis=1)
    return found


def _brief(value: Any) -> str:
    if isinstance(value, float):
        return significant(value, 6)
    if isinstance(value, list):
        return f"[{len(value)} numbers]"
    return str(value)


def without_infinite(z: Floats, targets: Floats, weights: Floats | None) -> tuple[Floats, Floats, Floats | None]:
    """Return the rows with finite scores.

    An infinite score with the right label costs nothing under any increasing map, and so carries no information; one
    with the wrong label has an infinite loss under every one.
    """
    infinite = np.isinf(z)
    if not infinite.any():
        return z, targets, weights
    wrong = infinite & ((z > 0) != (targets == 1.0))
    if wrong.any():
        row = int(wrong.argmax())
        raise RowError(
            f"{int(wrong.sum())} scores are infinite with the wrong sign ({{row}}: score {z[row]:+}, "
            f"y = {targets[row]:.0f}): no increasing map gives them a finite "
            "log-loss. Clip the scores, or use Isotonic() (--method isotonic).",
            row,
        )
    kept = ~infinite
    if not kept.any():
        raise ValueError("every score is infinite: no map can be fitted to them")
    return z[kept], targets[kept], None if weights is None else weights[kept]


def separated(z: Floats, targets: Floats, falling: bool = False) -> bool:
    """Whether no score of class 0 lies above one of class 1 (or, if the map may decrease, below one).

    The likelihood then has no finite maximum: a steeper map is always better.
    """
    one, infinity = targets == 1.0, np.inf
    # With `where`: selecting the rows of each class takes ten times as long.
    if np.where(one, -infinity, z).max() <= np.where(one, z, infinity).min():
        return True
    return falling and bool(np.where(one, z, -infinity).max() <= np.where(one, infinity, z).min())
