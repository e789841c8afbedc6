"""A scikit-learn classifier whose probabilities are calibrated on rows it was not trained on."""

from __future__ import annotations

import warnings
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
from sklearn.utils.validation import _check_sample_weight, _num_samples, check_is_fitted, has_fit_parameter, indexable

from verhulst.calibration.calibrator import CalibrationWarning, Calibrator
from verhulst.calibration.choose import calibrate
from verhulst.calibration.scores import Floats


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
        sample_weight : shape (n,), counts of cases; given to the estimator if its `fit` takes weights
        groups : shape (n,), names of groups that must not be split between folds

        Raises
        ------
        ValueError : a class with fewer than two rows, or scores that the map cannot be fitted to

        Warns
        -----
        CalibrationWarning : a class with fewer rows than folds; or what `calibrate` has to say
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
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(np.unique(labels if weights is None else labels[weights > 0.0])) < 2:
            raise ValueError("y holds one class only (of rows with weight): a classifier needs at least two")
        if isinstance(base, FrozenEstimator):
            self.estimator_ = base
            scores = _logits(base, X, self.classes_)
        else:
            scores = self._out_of_fold(base, X, labels, numbers, weights, groups)
            self.estimator_ = _fitted(base, X, labels, weights)
        self.bound_ = _bound(scores)
        scores = np.clip(scores, -self.bound_, self.bound_)
        self.calibrator_: Calibrator = calibrate(
            scores,
            numbers,
            self.method,
            scores="logits",
            sample_weight=weights,
            groups=groups,
            rng=0 if self.random_state is None else self.random_state,
        )
        if hasattr(self.estimator_, "n_features_in_"):
            self.n_features_in_ = self.estimator_.n_features_in_
        if hasattr(self.estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.estimator_.feature_names_in_
        return self

    def _out_of_fold(
        self, base: Any, X: Any, labels: NDArray[Any], numbers: NDArray[np.intp], weights: Any, groups: Any
    ) -> Floats:
        smallest = int(np.bincount(numbers).min())
        cv = self.cv
        if isinstance(cv, int):
            rare = self.classes_[np.argmin(np.bincount(numbers))]
            if smallest < 2:
                raise ValueError(f"class {rare} has one row only: cross-validation needs at least 2 of each class")
            if smallest < cv:
                message = f"class {rare} has {smallest} rows only: {smallest} folds instead of {cv}"
                warnings.warn(message, CalibrationWarning, stacklevel=3)
                cv = smallest
            splitter = StratifiedKFold if groups is None else StratifiedGroupKFold
            cv = splitter(cv, shuffle=True, random_state=self.random_state)
        columns = len(self.classes_)
        scores = np.full(len(numbers) if columns == 2 else (len(numbers), columns), np.nan)
        for train, test in check_cv(cv, labels, classifier=True).split(X, labels, groups):
            seen, known = _safe_split(base, X, labels, train)
            unseen, _ = _safe_split(base, X, labels, test, train)
            part = _fitted(base, seen, known, None if weights is None else weights[train])
            scores[test] = _logits(part, unseen, self.classes_)
        left = np.isnan(scores.reshape(len(scores), -1)).any(axis=1)
        if left.any():
            raise ValueError(
                f"{int(left.sum())} rows have no score (first: row {int(left.argmax())}): "
                "cv must test every row, and the estimator's scores must not be nan"
            )
        return scores

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
    if weights is not None and has_fit_parameter(estimator, "sample_weight"):
        return estimator.fit(X, labels, sample_weight=weights)
    return estimator.fit(X, labels)


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
