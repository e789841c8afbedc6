"""A scikit-learn classifier whose probabilities are calibrated on rows it was not trained on."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, check_cv
from sklearn.utils import assert_all_finite, column_or_1d, get_tags
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, _num_samples, check_is_fitted, indexable

from verhulst.calibration.calibrator import CalibrationWarning, Calibrator
from verhulst.calibration.choose import calibrate
from verhulst.calibration.scores import Floats
from verhulst.calibration.weight_parameter import weight_parameter


class CalibratedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """Any classifier, with probabilities that are calibrated in logit space.

    The estimator is fitted once per fold; the scores that it gives to the rows left out, all together, teach the
    calibration map; then it is fitted to all rows. A `FrozenEstimator` is not fitted again: the rows given are the
    calibration set.

    Scores are logits: `decision_function` where there is one, else log(p₁/p₀) of `predict_proba`, which is exact where
    logit(p₁) has lost the digits. Probabilities of 0 and 1 (of a forest, say) count as half as far again from the
    nearest others.

    Parameters
    ----------
    estimator : classifier; logistic regression by default
    method : as in `calibrate`
    cv : number of folds, or a splitter; folds are stratified, and keep groups together if `fit` is given groups
    random_state : of the folds

    Attributes
    ----------
    classes_ : (K,)
    estimator_ : the classifier, fitted to all rows
    calibrator_ : the map
    n_features_in_ : int

    Examples
    --------
    >>> import verhulst as vh
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.naive_bayes import GaussianNB
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = vh.CalibratedClassifier(GaussianNB()).fit(X, y)
    >>> model.predict_proba(X).shape
    (569, 2)
    """

    def __init__(
        self,
        estimator: Any = None,
        method: str = "auto",
        cv: Any = 5,
        random_state: int | None = 0,
    ) -> None:
        self.estimator = estimator
        self.method = method
        self.cv = cv
        self.random_state = random_state

    def fit(
        self,
        X: Any,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Fits the classifier and its calibration map.

        Parameters
        ----------
        X, y : as the estimator takes them
        sample_weight : shape (n,), counts of cases; a row of weight 0 is left out. Given to the estimator's `fit`, in a
            pipeline to that of its last step. For an estimator that takes no weights they count in the map only, with a
            warning.
        groups : shape (n,), names of groups that must not be split between folds

        Raises
        ------
        ValueError : a class with fewer than two rows, a fold whose training rows lack a class, a frozen estimator of
            other classes than y, or scores that the map cannot be fitted to

        Warns
        -----
        CalibrationWarning : a class with fewer rows than folds, an estimator that takes no weights; or what `calibrate`
            has to say
        """
        X, y = indexable(X, y)
        if _num_samples(X) == 0:
            raise ValueError("Found array with 0 sample(s): at least one row of each class is needed")
        labels: NDArray[Any] = column_or_1d(y, warn=True)
        if labels.dtype.kind in "fO":
            assert_all_finite(labels, input_name="y")
        check_classification_targets(labels)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        base = LogisticRegression() if self.estimator is None else self.estimator
        counted = np.arange(len(labels)) if weights is None else np.flatnonzero(weights > 0.0)
        self.classes_, numbers = np.unique(labels[counted], return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("y holds one class only (of rows with weight): a classifier needs at least two")
        if isinstance(base, FrozenEstimator):
            _require_classes(base, self.classes_)
            self.estimator_ = base
            scores = _logits(base, X, self.classes_)[counted]
        else:
            if weights is not None and weight_parameter(base) is None:
                warnings.warn(
                    f"{type(base).__name__} takes no sample_weight: the weights count in the calibration map only, the "
                    "classifier is fitted without them",
                    CalibrationWarning,
                    stacklevel=2,
                )
            scores = self._out_of_fold(base, X, labels, counted, weights, groups)
            # The columns of a precomputed kernel are the rows of the fit: none can be left out.
            if len(counted) == len(labels) or get_tags(base).input_tags.pairwise:
                self.estimator_ = _fitted(base, X, labels, weights)
            else:
                seen, known = _safe_split(base, X, labels, counted)
                self.estimator_ = _fitted(base, seen, known, _some(weights, counted))
        self.bound_ = _bound(scores)
        scores = np.clip(scores, -self.bound_, self.bound_)
        self.calibrator_: Calibrator = calibrate(
            scores,
            numbers,
            self.method,
            scores="logits",
            sample_weight=_some(weights, counted),
            groups=None if groups is None else np.asarray(groups)[counted],
            rng=0 if self.random_state is None else self.random_state,
        )
        if hasattr(self.estimator_, "n_features_in_"):
            self.n_features_in_ = self.estimator_.n_features_in_
        if hasattr(self.estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.estimator_.feature_names_in_
        return self

    def _out_of_fold(
        self, base: Any, X: Any, labels: NDArray[Any], counted: NDArray[np.intp], weights: Any, groups: Any
    ) -> Floats:
        """A score for each row that counts, from a fit to the rows of other folds."""
        columns = len(self.classes_)
        scores = np.full(len(labels) if columns == 2 else (len(labels), columns), np.nan)
        for number, (train, test) in enumerate(self._folds(X, labels, counted, groups), start=1):
            _require_all_classes(number, labels[train], self.classes_)
            seen, known = _safe_split(base, X, labels, train)
            unseen, _ = _safe_split(base, X, labels, test, train)
            scores[test] = _logits(_fitted(base, seen, known, _some(weights, train)), unseen, self.classes_)
        left = np.isnan(scores[counted].reshape(len(counted), -1)).any(axis=1)
        if left.any():
            raise ValueError(
                f"{int(left.sum())} rows have no score (first: row {int(counted[left.argmax()])}): "
                "cv must test every row, and the estimator's scores must not be nan"
            )
        return scores[counted]

    def _folds(
        self, X: Any, labels: NDArray[Any], counted: NDArray[np.intp], groups: Any
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Training and test rows of each fold, of the rows that count."""
        cv = self.cv
        if not isinstance(cv, int):
            counts = np.zeros(len(labels), dtype=bool)
            counts[counted] = True
            for train, test in check_cv(cv, labels, classifier=True).split(X, labels, groups):
                train, test = np.arange(len(labels))[train], np.arange(len(labels))[test]
                yield train[counts[train]], test[counts[test]]
            return
        sizes = np.unique(labels[counted], return_counts=True)[1]
        smallest, rare = int(sizes.min()), self.classes_[np.argmin(sizes)]
        if smallest < 2:
            raise ValueError(f"class {rare} has one row only: cross-validation needs at least 2 of each class")
        if smallest < cv:
            message = f"class {rare} has {smallest} rows only: {smallest} folds instead of {cv}"
            warnings.warn(message, CalibrationWarning, stacklevel=4)
            cv = smallest
        splitter = StratifiedKFold if groups is None else StratifiedGroupKFold
        grouped = None if groups is None else np.asarray(groups)[counted]
        stratified = splitter(cv, shuffle=True, random_state=self.random_state)
        for train, test in stratified.split(counted, labels[counted], grouped):
            yield counted[train], counted[test]

    def decision_function(self, X: Any) -> Floats:
        """Calibrated logits: (n,) of the second class, or (n, K)."""
        check_is_fitted(self)
        scores = np.clip(_logits(self.estimator_, X, self.classes_), -self.bound_, self.bound_)
        return self.calibrator_.transform(scores)

    def predict_proba(self, X: Any) -> Floats:
        """Calibrated probabilities, (n, K)."""
        check_is_fitted(self)
        scores = np.clip(_logits(self.estimator_, X, self.classes_), -self.bound_, self.bound_)
        return self.calibrator_.predict_proba(scores)

    def predict(self, X: Any) -> NDArray[Any]:
        """The class of the highest calibrated probability."""
        scores = self.decision_function(X)
        best = (scores > 0.0).astype(np.intp) if scores.ndim == 1 else scores.argmax(axis=1)
        chosen: NDArray[Any] = self.classes_[best]
        return chosen

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(LogisticRegression() if self.estimator is None else self.estimator)
        tags.input_tags.sparse = inner.input_tags.sparse
        tags.input_tags.pairwise = inner.input_tags.pairwise
        tags.input_tags.allow_nan = inner.input_tags.allow_nan
        return tags


def _fitted(base: Any, X: Any, labels: NDArray[Any], weights: Any) -> Any:
    estimator = clone(base)
    parameter = None if weights is None else weight_parameter(estimator)
    return estimator.fit(X, labels) if parameter is None else estimator.fit(X, labels, **{parameter: weights})


def _some(weights: Any, rows: NDArray[np.intp]) -> Any:
    return None if weights is None else weights[rows]


def _require_all_classes(fold: int, known: NDArray[Any], classes: NDArray[Any]) -> None:
    """Raises where the training rows of a fold lack a class: the scores for it would be made up."""
    present = np.unique(known)
    if len(present) == len(classes):
        return
    absent = classes[~np.isin(classes, present)]
    held = f"hold class {present[0]} only" if len(present) == 1 else f"hold none of class {absent[0]}"
    raise ValueError(f"in fold {fold} the training rows {held}: shuffle or stratify the folds")


def _require_classes(estimator: Any, classes: NDArray[Any]) -> None:
    """Raises where an estimator that is fitted already knows other classes than y holds."""
    known = getattr(estimator, "classes_", None)
    if known is not None and not np.array_equal(np.asarray(known), classes):
        theirs, ours = (", ".join(repr(c) for c in np.asarray(each).tolist()) for each in (known, classes))
        raise ValueError(f"the estimator knows the classes {theirs}, but y holds {ours}: they must be the same")


def _logits(estimator: Any, X: Any, classes: NDArray[Any]) -> Floats:
    """Scores as logits: (n,) for two classes, (n, K) for more."""
    if hasattr(estimator, "decision_function"):
        scores = np.asarray(estimator.decision_function(X), dtype=np.float64)
    else:
        with np.errstate(divide="ignore"):
            scores = np.log(np.asarray(estimator.predict_proba(X), dtype=np.float64))
        if scores.ndim == 2 and scores.shape[1] == 2:
            # Columns that are both −inf would be a probability of 0 for each, which no classifier gives.
            scores = scores[:, 1] - scores[:, 0]
    wanted = (len(scores),) if len(classes) == 2 else (len(scores), len(classes))
    if len(classes) == 2 and scores.ndim == 2 and scores.shape[1] == 1:
        scores = scores[:, 0]
    if scores.shape != wanted:
        raise ValueError(
            f"{type(estimator).__name__} gives scores of shape {scores.shape} where {wanted} is needed: "
            f"one column for each of the {len(classes)} classes it was trained on"
        )
    return scores


def _bound(scores: Floats) -> float:
    """Where infinite scores are put: half as probable again as the farthest finite one; infinite if there are none."""
    infinite = np.isinf(scores)
    if not infinite.any():
        return np.inf
    finite = np.abs(scores[~infinite])
    return float(finite.max() if len(finite) else 0.0) + float(np.log(2.0))
