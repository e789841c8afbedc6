"""A scikit-learn classifier whose probabilities are calibrated on rows that it was not trained on."""

from __future__ import annotations

import os
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

from verhulst._options import check_parameters
from verhulst.calibration.calibrator import CalibrationWarning, Calibrator
from verhulst.calibration.choose import calibrate
from verhulst.calibration.scores import Floats
from verhulst.calibration.weight_parameter import weight_parameter
from verhulst.functions._row_order import require_one_order


class CalibratedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier with probabilities that are calibrated on the logit scale.

    The estimator is fitted once per fold; the calibration map is fitted to the scores of the held-out rows of all
    folds; then the estimator is fitted to all rows. A `FrozenEstimator` is not fitted again: the rows passed to `fit`
    are the calibration set.

    Scores are logits: `decision_function` if it exists, otherwise log(p₁/p₀) of `predict_proba`, which is accurate
    where logit(p₁) has lost digits. Infinite scores, of probabilities 0 and 1, are replaced by log 2 more than the
    largest finite one.

    Parameters
    ----------
    estimator : classifier, optional
        The classifier to calibrate; by default a logistic regression.
    method : str
        The calibration map, as in `calibrate`.
    cv : int or splitter
        The number of folds, which are stratified and keep groups together if `fit` is given groups; or a splitter.
    random_state : int or numpy.random.RandomState, optional
        Seed of the folds.

    Attributes
    ----------
    classes_ : ndarray, shape (K,)
    estimator_ : classifier
        The classifier fitted to all rows.
    calibrator_ : Calibrator
        The calibration map.
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
        """Fit the classifier and its calibration map.

        Parameters
        ----------
        X, y : array_like
            Rows and labels, as the estimator takes them.
        sample_weight : array_like, shape (n,), optional
            Counts of cases; a row of weight 0 is omitted. They are passed to the `fit` method of the estimator (in a
            pipeline, of its last step). If the estimator takes no weights, only the map uses them, with a warning.
        groups : array_like, shape (n,), optional
            Labels of groups that must not be split between folds.

        Returns
        -------
        CalibratedClassifier
            The fitted classifier itself.

        Raises
        ------
        ValueError
            If a class has fewer than two rows, the training rows of a fold lack a class, a frozen estimator has other
            classes than y, or the map cannot be fitted to the scores.

        Warns
        -----
        CalibrationWarning
            If a class has fewer rows than there are folds, if the estimator takes no weights, or as `calibrate`.
        """
        check_parameters(self)
        if self.estimator is not None and not (
            hasattr(self.estimator, "fit") and hasattr(self.estimator, "get_params")
        ):
            raise TypeError(f"estimator must be a classifier of scikit-learn's kind, not {self.estimator!r}")
        require_one_order(X=X, y=y, sample_weight=sample_weight, groups=groups)
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
            raise ValueError(
                "y contains only one class (in rows with positive weight): a classifier needs at least two"
            )
        if isinstance(base, FrozenEstimator):
            _require_classes(base, self.classes_)
            self.estimator_ = base
            scores = _logits(base, X, self.classes_)[counted]
        else:
            if weights is not None and weight_parameter(base) is None:
                warnings.warn(
                    f"{type(base).__name__} takes no sample_weight: only the calibration map uses the weights, the "
                    "classifier is fitted without them",
                    CalibrationWarning,
                    stacklevel=2,
                )
            scores = self._out_of_fold(base, X, labels, counted, weights, groups)
            # The columns of a precomputed kernel are the rows of the fit: none can be omitted.
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
        """Return a score for each row of positive weight, from a fit to the rows of other folds."""
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
        """Return training and test rows of each fold, among the rows of positive weight."""
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
            raise ValueError(f"class {rare} has only one row: cross-validation needs at least 2 of each class")
        if smallest < cv:
            message = f"class {rare} has only {smallest} rows: using {smallest} folds instead of {cv}"
            warnings.warn(message, CalibrationWarning, stacklevel=4)
            cv = smallest
        splitter = StratifiedKFold if groups is None else StratifiedGroupKFold
        grouped = None if groups is None else np.asarray(groups)[counted]
        stratified = splitter(cv, shuffle=True, random_state=self.random_state)
        for train, test in stratified.split(counted, labels[counted], grouped):
            yield counted[train], counted[test]

    def decision_function(self, X: Any) -> Floats:
        """Return calibrated logits: (n,) of the second class, or (n, K)."""
        check_is_fitted(self)
        scores = np.clip(_logits(self.estimator_, X, self.classes_), -self.bound_, self.bound_)
        return self.calibrator_.transform(scores)

    def predict_proba(self, X: Any) -> Floats:
        """Calibrated probabilities, (n, K)."""
        check_is_fitted(self)
        scores = np.clip(_logits(self.estimator_, X, self.classes_), -self.bound_, self.bound_)
        return self.calibrator_.predict_proba(scores)

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the class of the highest calibrated probability."""
        scores = self.decision_function(X)
        best = (scores > 0.0).astype(np.intp) if scores.ndim == 1 else scores.argmax(axis=1)
        chosen: NDArray[Any] = self.classes_[best]
        return chosen

    def save(self, path: str | os.PathLike[str]) -> None:
        """Raise an error that says how to save the two parts: a model file runs no code, so it holds no classifier.

        Raises
        ------
        TypeError
            Always.
        """
        name = type(getattr(self, "estimator_", self.estimator)).__name__
        raise TypeError(
            f"a model file is JSON, which cannot hold the classifier ({name}). Save the calibration map alone with "
            "calibrator_.save(path), for the scores of the classifier, which vh.load reads back; save all of it with "
            "joblib.dump(model, path) or skops, whose files belong to the versions of the libraries"
        )

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
    """Raise if the training rows of a fold lack a class, for which there would be no scores."""
    present = np.unique(known)
    if len(present) == len(classes):
        return
    absent = classes[~np.isin(classes, present)]
    held = f"contain only class {present[0]}" if len(present) == 1 else f"contain no case of class {absent[0]}"
    raise ValueError(f"in fold {fold} the training rows {held}: shuffle or stratify the folds")


def _require_classes(estimator: Any, classes: NDArray[Any]) -> None:
    """Raise if a fitted estimator has other classes than y."""
    known = getattr(estimator, "classes_", None)
    if known is not None and not np.array_equal(np.asarray(known), classes):
        theirs, ours = (", ".join(repr(c) for c in np.asarray(each).tolist()) for each in (known, classes))
        raise ValueError(f"the estimator has the classes {theirs}, but y contains {ours}: they must be the same")


def _logits(estimator: Any, X: Any, classes: NDArray[Any]) -> Floats:
    """Return scores as logits: (n,) for two classes, (n, K) for more."""
    if hasattr(estimator, "decision_function"):
        # The scores of three pairs of classes have the shape of those of three classes.
        if len(classes) > 2 and _compares_pairs(estimator):
            raise ValueError(
                "decision_function returns a score for each pair of classes, and one for each class is needed: set "
                "decision_function_shape='ovr'"
            )
        scores = np.asarray(estimator.decision_function(X), dtype=np.float64)
    else:
        with np.errstate(divide="ignore"):
            scores = np.log(np.asarray(estimator.predict_proba(X), dtype=np.float64))
        if scores.ndim == 2 and scores.shape[1] == 2:
            # Two columns of −inf would be probabilities of 0 for both classes, which no classifier returns.
            scores = scores[:, 1] - scores[:, 0]
    wanted = (len(scores),) if len(classes) == 2 else (len(scores), len(classes))
    if len(classes) == 2 and scores.ndim == 2 and scores.shape[1] == 1:
        scores = scores[:, 0]
    if scores.shape != wanted:
        raise ValueError(
            f"{type(estimator).__name__} returns scores of shape {scores.shape}, but {wanted} is needed: "
            f"one column for each of the {len(classes)} classes it was trained on"
        )
    return scores


def _compares_pairs(estimator: Any) -> bool:
    """Whether `decision_function` (of the classifier or one inside it) returns a score for each pair of classes."""
    inner = estimator.estimator if isinstance(estimator, FrozenEstimator) else estimator
    return any(
        name.rpartition("__")[2] == "decision_function_shape" and isinstance(value, str) and value == "ovo"
        for name, value in (inner.get_params().items() if hasattr(inner, "get_params") else ())
    )


def _bound(scores: Floats) -> float:
    """Return the value that replaces infinite scores: log 2 beyond the largest finite one; inf if all are finite."""
    infinite = np.isinf(scores)
    if not infinite.any():
        return np.inf
    finite = np.abs(scores[~infinite])
    return float(finite.max() if len(finite) else 0.0) + float(np.log(2.0))
