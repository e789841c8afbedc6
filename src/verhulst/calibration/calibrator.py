"""What every calibration map of one column has in common."""

from __future__ import annotations

import os
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_softmax

import verhulst as vh
from verhulst._numbers import significant
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
from verhulst.data.model_file import write_model

# The layout of a calibrator's model file.
SCHEMA_VERSION = 1


class CalibrationWarning(UserWarning):
    """A fit that can be used, with something its user should know."""


class NotFittedError(ValueError, AttributeError):
    """A calibrator that is asked for probabilities before it was fitted."""


class Calibrator(ABC):
    """A map from logits to calibrated logits, learned from scores and outcomes.

    Parameters
    ----------
    scores : "logits", "probabilities" or None
        What `fit` and the other methods are given. With None scores are logits, and it is an error that asks
        if all scores lie in [0, 1], or look like percentages.
    """

    #: The name of the map in `calibrate`; "" for a map that is not chosen there.
    method: ClassVar[str] = ""
    #: Further names in `calibrate`, each with the options of the map that it stands for.
    variants: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    #: The map as readers see it, and where it is the right one.
    formula: ClassVar[str]
    right_where: ClassVar[str]
    #: Whether the map takes one column of logits, and whether it takes (n, K) for K classes.
    one_column: ClassVar[bool] = True
    several_classes: ClassVar[bool] = False
    #: Whether `fit` learns something, and with it what the scores are.
    learns: ClassVar[bool] = True

    @classmethod
    def degrees_of_freedom(cls, columns: int = 1) -> int:
        """Of the likelihood ratio test of the scores as they are against this map, for so many columns of scores.

        0 where there is no such test: the map is not fitted by maximum likelihood, or does not hold the identity.
        """
        return 0

    scores: ScoreKind | None
    #: What the scores are; None where nothing was learned and nothing was said.
    kind_: ScoreKind | None
    n_classes_: int
    #: The column of a table that holds the scores, where the map was learned from a table.
    column_: str | None = None
    #: How `calibrate` came to this map; absent where the map was named.
    choice_: Choice

    def __init__(self, scores: ScoreKind | None = None) -> None:
        self.scores = scores

    def fit(self, logits: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learns the map.

        Parameters
        ----------
        logits : shape (n,) or (n, 1); for maps of several classes (n, K) too, K ≥ 2
        y : shape (n,), 0 or 1; class numbers 0 … K−1 where there are K columns of logits
        sample_weight : shape (n,), counts of cases: a weight of 2 is the row written twice, one of 0 the row left out

        Raises
        ------
        ScoreKindError : `scores` was not given, and all scores lie in [0, 1], or look like percentages
        ValueError : input that no map can be learned from; the message says what and where

        Warns
        -----
        CalibrationWarning : the map can be used, but there is something to know
        """
        cases = read_cases(y, logits, self.scores, sample_weight, several_classes=self.several_classes)
        (require_two_classes if cases.z.ndim == 2 else require_both_classes)(cases.targets)
        for warning in self.learn(cases.z, cases.targets, cases.weights):
            warnings.warn(warning, stacklevel=2)
        self.kind_ = cases.kind
        return self

    @np.errstate(over="ignore")  # of scores of 1e308; what matters is looked up
    def learn(self, z: Floats, targets: Any, weights: Floats | None) -> list[CalibrationWarning]:
        """`fit` on checked cases, each of them with weight; returns the warnings instead of giving them."""
        self.kind_ = "logits"
        self.n_classes_ = z.shape[1] if z.ndim == 2 else 2
        if z.ndim == 2:
            return self._fit_classes(z, targets, weights)
        return self._fit(z, targets, weights)

    def transform(self, logits: ArrayLike) -> Floats:
        """Calibrated logits of scores of the kind that was fitted, in their shape: (n,), or (n, K) for K classes."""
        kind = self._fitted_kind()
        z = self._read(logits, kind)[0]
        if z.ndim == 2 and z.shape[1] != self.n_classes_:
            raise ValueError(f"fitted to {self.n_classes_} classes, got {z.shape[1]} columns of scores")
        return self.apply(z)

    def apply(self, z: Floats) -> Floats:
        """`transform` on checked logits."""
        with np.errstate(over="ignore"):  # a far score times a steep slope is infinite
            return self._apply(z)

    def predict_proba(self, logits: ArrayLike) -> Floats:
        """Probabilities, shape (n, 2), or (n, K) for K columns of logits.

        Column 0 of two is σ(−z), not 1 − σ(z): both keep all their digits.
        """
        z = self.transform(logits)
        if z.ndim == 2:
            return np.exp(log_probabilities(z))
        probabilities = np.empty((len(z), 2))
        vh.sigmoid(-z, out=probabilities[:, 0])
        vh.sigmoid(z, out=probabilities[:, 1])
        return probabilities

    @abstractmethod
    def _fit(self, z: Floats, targets: Floats, weights: Floats | None) -> list[CalibrationWarning]:
        """Sets the fitted attributes. All weights are positive, both classes present; scores may be infinite."""

    def _fit_classes(self, z: Floats, labels: Labels, weights: Floats | None) -> list[CalibrationWarning]:
        """The same for K columns of logits and class numbers; maps of several classes have it."""
        raise NotImplementedError

    @abstractmethod
    def _apply(self, z: Floats) -> Floats:
        """The map on logits that may be infinite, but not nan."""

    @abstractmethod
    def parameters(self) -> dict[str, Any]:
        """The fitted numbers: all that a prediction needs, as floats, strings and lists."""

    @abstractmethod
    def _set_parameters(self, parameters: dict[str, Any]) -> None:
        """The inverse of `parameters`."""

    def _read(self, scores: ArrayLike, kind: ScoreKind | None) -> tuple[Floats, ScoreKind]:
        if self.several_classes and np.ndim(scores) == 2 and np.shape(scores)[1] > 1:
            return as_multiclass_logits(scores, kind)
        return as_logits(scores, kind)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the fitted map to a JSON model file, which `vh.load` reads; it then predicts the same bits.

        Raises
        ------
        NotFittedError : before `fit`
        """
        content = {
            "map": type(self).__name__,
            "scores": self._fitted_kind(),
            "n_classes": self.n_classes_,
            "column": self.column_,
            "parameters": self.parameters(),
        }
        write_model(path, "calibrator", SCHEMA_VERSION, content)

    def restore(self, content: dict[str, Any]) -> None:
        """Takes on what `save` wrote."""
        if content["scores"] not in ("logits", "probabilities") and (self.learns or content["scores"] is not None):
            raise ValueError(f"scores are {content['scores']!r}")
        self.scores = self.kind_ = content["scores"]
        self.n_classes_ = int(content["n_classes"])
        self.column_ = content["column"]
        self._set_parameters(content["parameters"])

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
    """log softmax of (n, K) logits; classes with an infinite one share the whole."""
    first = (z == np.inf).any(axis=1)
    if first.any():
        z = z.copy()
        z[first] = np.where(z[first] == np.inf, 0.0, -np.inf)
    with np.errstate(over="ignore"):
        logarithms: Floats = log_softmax(z, axis=1)
    return logarithms


def _brief(value: Any) -> str:
    if isinstance(value, float):
        return significant(value, 6)
    if isinstance(value, list):
        return f"[{len(value)} numbers]"
    return str(value)


def without_infinite(z: Floats, targets: Floats, weights: Floats | None) -> tuple[Floats, Floats, Floats | None]:
    """The rows with finite scores.

    An infinite score of the right label costs nothing under any rising map, and so says nothing of it; one of the wrong
    label costs infinitely much under every one.
    """
    infinite = np.isinf(z)
    if not infinite.any():
        return z, targets, weights
    wrong = infinite & ((z > 0) != (targets == 1.0))
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"{int(wrong.sum())} scores are infinitely sure and wrong (row {row}: score {z[row]:+}, "
            f"y = {targets[row]:.0f}): no rising map gives them a finite log-loss. Clip the scores, or use Isotonic()."
        )
    kept = ~infinite
    if not kept.any():
        raise ValueError("every score is infinite: no map can be learned from them")
    return z[kept], targets[kept], None if weights is None else weights[kept]


def separated(z: Floats, targets: Floats, falling: bool = False) -> bool:
    """Whether no score of class 0 lies above one of class 1 (or below, too, if the map may fall).

    The steepest map is then the best, and no finite one.
    """
    one, infinity = targets == 1.0, np.inf
    # Through `where`: picking out the rows of each class takes ten times as long.
    if np.where(one, -infinity, z).max() <= np.where(one, z, infinity).min():
        return True
    return falling and bool(np.where(one, z, -infinity).max() <= np.where(one, infinity, z).min())
