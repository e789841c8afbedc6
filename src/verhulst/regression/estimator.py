"""Logistic regression as a scikit-learn estimator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, column_or_1d, validate_data

from verhulst.data.saved import Saved
from verhulst.data.schema import (
    DamagedError,
    Either,
    ListOf,
    Maybe,
    Number,
    Record,
    Size,
    Text,
    Truth,
    Whole,
    path,
)
from verhulst.functions import log_one_minus_sigmoid, log_sigmoid, sigmoid
from verhulst.regression.arrays import dense
from verhulst.regression.class_file import class_check, type_of_classes
from verhulst.regression.estimator_results import FLOATS, FittedResults
from verhulst.regression.fit_file import FIT_1, with_states
from verhulst.regression.fitting import fit
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import Matrix, Vector

if TYPE_CHECKING:
    from sklearn.utils import Tags


class LogisticRegression(FittedResults, Saved, ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression with standard errors, fitted until it is within a millionth of a standard error.

    P(second class | x) = σ(b₀ + xᵀb + offset), by maximum likelihood unless a penalty is requested. A 0/1 target with
    K ≥ 2 columns is multi-label: K regressions on the same X.

    Parameters
    ----------
    penalty : {None, "l2", "firth"}
        "l2" adds ½‖b‖²/C for the slopes of the columns as given, not for the intercept. "firth" is Jeffreys' prior.
    C : float
        Inverse strength of the L2 penalty, as in scikit-learn.
    fit_intercept : bool
        Whether the model has an intercept.
    collinear : {"drop", "error"}
        Whether columns that are combinations of others get coefficient 0, standard error nan and a warning that names
        the combination, or are an error. With penalty "l2" no column is dropped.
    tol : float
        The Newton decrement at which to stop: distance from the maximum in standard errors.
    max_iter : int
        The largest number of passes over the data.
    verbose : int
        1 prints a line for each pass to stderr.

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
        The labels; for a multi-label target the numbers of the K columns.
    coef_ : ndarray, shape (1, p) or (K, p)
        The slopes; on separated data ±inf, or nan if the data do not determine the sign (see `separation_`).
    intercept_ : ndarray, shape (1,) or (K,)
    covariance_ : ndarray, shape (p+1, p+1) or (K, p+1, p+1)
        The covariance, intercept first; p without an intercept.
    standard_errors_ : ndarray, shape (p+1,) or (K, p+1)
    log_likelihood_, decrement_, n_iter_, converged_, separation_ : float, float, int, bool, Separation
        As in the result of `fit`; for a multi-label target lists of K.
    result_ : LogisticFit, or a tuple of K
        The result of `verhulst.regression.fit`, independent of scikit-learn.
    n_features_in_, feature_names_in_ : int, ndarray of str
        As in scikit-learn.

    Notes
    -----
    A fitted estimator keeps a reference to its data, for profile intervals and robust standard errors, and so do
    its copies. Pickles do not contain the data.

    Examples
    --------
    >>> import verhulst as vh
    >>> X, y = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]], ["no", "no", "yes", "no", "yes", "yes"]
    >>> model = vh.LogisticRegression().fit(X, y)
    >>> model.coef_.round(4), model.standard_errors_.round(4)
    (array([[1.214]]), array([2.5457, 0.9126]))
    >>> model.predict([[1.0], [4.5]]).tolist()
    ['no', 'yes']
    """

    _kind: ClassVar[str] = "logistic regression estimator"
    _schema_version: ClassVar[int] = 2

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        fits, classes, many = record["fits"], record["classes"], record["multi_label"]
        if not fits or len(classes) != (len(fits) if many else 2) or not (many or len(fits) == 1):
            raise DamagedError(path(at, "fits"), f"has {len(fits)} entries, which are not those of the classes")
        for k, one in enumerate(fits):
            if one["intercept"] != record["parameters"]["fit_intercept"]:
                raise DamagedError(f"{path(at, 'fits')}[{k}].intercept", "is not parameters.fit_intercept")
        type_of_classes(record["class_type"], classes, path(at, "class_type"))

    _SCHEMA: ClassVar[Record] = Record(
        {
            "parameters": Record(
                {
                    "penalty": Maybe(Text(among=("l2", "firth"))),
                    "C": Number(0.0, finite=False),
                    "fit_intercept": Whole(0, 1, truth=True),
                    "collinear": Text(among=("drop", "error")),
                    "tol": Number(0.0),
                    "max_iter": Number(0.0),
                    "verbose": Whole(truth=True),
                }
            ),
            "fits": ListOf(LogisticFit.SCHEMA),
            "classes": Either(lambda value: ListOf(class_check(value))),
            "class_type": Text(),
            "multi_label": Truth(),
            "n_features": Size("columns"),
            "feature_names": Maybe(ListOf(Text(), "columns")),
        },
        rule=_check,
    )
    _SCHEMA_1: ClassVar[Record] = Record({**_SCHEMA.fields, "fits": ListOf(FIT_1)})

    @classmethod
    def schema(cls) -> Record:
        """See `Saved`."""
        return cls._SCHEMA

    @staticmethod
    def _from_1(record: dict[str, Any]) -> dict[str, Any]:
        LogisticRegression._SCHEMA_1.check(record, "", {})
        return record | {"fits": [with_states(one) for one in record["fits"]]}

    _upgrades: ClassVar = {1: _from_1}

    def __init__(
        self,
        penalty: Literal["l2", "firth"] | None = None,
        C: float = 1.0,
        *,
        fit_intercept: bool = True,
        collinear: Literal["drop", "error"] = "drop",
        tol: float = 1e-6,
        max_iter: int = 100,
        verbose: int = 0,
    ) -> None:
        self.penalty = penalty
        self.C = C
        self.fit_intercept = fit_intercept
        self.collinear = collinear
        self.tol = tol
        self.max_iter = max_iter
        self.verbose = verbose

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.multi_label = True
        tags.target_tags.two_d_labels = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_data"}

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None, offset: ArrayLike | None = None
    ) -> Self:
        """Fit to data.

        Parameters
        ----------
        X : array_like, shape (n, p)
            The columns; float64 and float32 are read in place.
        y : array_like, shape (n,) or (n, K)
            Two classes of any type, of which the larger one is modelled; or K columns of 0 and 1.
        sample_weight : array_like, shape (n,), optional
            Counts of cases, at least 0.
        offset : array_like, shape (n,), optional
            A known part of the log-odds.

        Returns
        -------
        LogisticRegression
            The fitted estimator itself.

        Raises
        ------
        ValueError
            If the data cannot be fitted; the message says why and where.
        """
        X, y = validate_data(self, dense(X, "X"), dense(y, "y"), dtype=FLOATS, multi_output=True)
        dense(sample_weight, "sample_weight")
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X, dtype=np.float64)
        labels = np.asarray(y)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = column_or_1d(labels, warn=True)
        check_classification_targets(labels)
        if labels.ndim == 2:
            if not np.isin(labels, (0, 1)).all():
                raise ValueError("a target of several columns must contain only 0 and 1: one column per label")
            self.classes_ = np.arange(labels.shape[1])
            targets = [np.ascontiguousarray(labels[:, k], dtype=np.uint8) for k in range(labels.shape[1])]
        else:
            targets = [self._encoded(labels, weight)]
        names = getattr(self, "feature_names_in_", None)
        results = tuple(
            fit(
                X,
                target,
                weight,
                offset,
                penalty=self.penalty,
                C=self.C,
                intercept=self.fit_intercept,
                names=None if names is None else tuple(names),
                collinear=self.collinear,
                tolerance=self.tol,
                max_passes=self.max_iter,
                verbose=self.verbose,
            )
            for target in targets
        )
        self.result_ = results[0] if labels.ndim == 1 else results
        self._data = (X, targets, weight, offset)
        self._publish()
        return self

    def _encoded(self, labels: NDArray[Any], weight: Vector | None) -> NDArray[np.uint8]:
        self.classes_, code = np.unique(labels, return_inverse=True)
        counted = self.classes_ if weight is None else np.unique(labels[weight > 0])
        if len(self.classes_) > 2:
            raise ValueError(
                "Only binary classification is supported. The type of the target is "
                f"{type_of_target(labels)}: it has {len(self.classes_)} classes"
            )
        if len(counted) < 2:
            shown = repr(counted[:1].tolist()[0]) if len(counted) else "none"
            raise ValueError(f"y contains only one class: {shown}. A fit needs rows of both classes")
        return np.asarray(code, dtype=np.uint8)

    def decision_function(self, X: ArrayLike, offset: ArrayLike | None = None) -> Vector | Matrix:
        """Return log-odds of the second class, (n,), or of each label, (n, K); ±inf for separated rows.

        If the fit had an offset and none is given, 0 is used with a warning.
        """
        results = self._results
        X = self._rows(X)
        scores = [r.log_odds(X, offset) for r in results]
        return scores[0] if isinstance(self.result_, LogisticFit) else np.column_stack(scores)

    def predict_proba(self, X: ArrayLike, offset: ArrayLike | None = None) -> Matrix:
        """Return probabilities, (n, 2) in the order of classes_; for a multi-label target (n, K)."""
        z = self.decision_function(X, offset)
        return np.column_stack([sigmoid(-z), sigmoid(z)]) if z.ndim == 1 else sigmoid(z)

    def predict_log_proba(self, X: ArrayLike, offset: ArrayLike | None = None) -> Matrix:
        """Return logarithms of the probabilities, accurate in both tails."""
        z = self.decision_function(X, offset)
        ones: Matrix = log_sigmoid(z)
        return ones if z.ndim == 2 else np.column_stack([log_one_minus_sigmoid(z), ones])

    def predict(self, X: ArrayLike, offset: ArrayLike | None = None) -> NDArray[Any]:
        """Return the class with the higher probability, (n,); 0 or 1 for each label, (n, K)."""
        z = self.decision_function(X, offset)
        return self.classes_[(z > 0).astype(int)] if z.ndim == 1 else (z > 0).astype(int)

    def to_json(self) -> dict[str, Any]:
        """Return the estimator as data for a model file, without the training data.

        Raises
        ------
        TypeError
            If classes are neither text nor numbers.
        """
        classes = np.asarray(self.classes_)
        if classes.dtype == object and all(isinstance(label, str) for label in classes):
            classes = classes.astype(str)
        if classes.dtype.kind not in "biufU":
            raise TypeError(f"classes of type {classes.dtype} cannot be written to a model file; use text or numbers")
        return {
            "parameters": self.get_params(),
            "classes": classes.tolist(),
            "class_type": classes.dtype.str,
            "multi_label": isinstance(self.result_, tuple),
            "n_features": self.n_features_in_,
            "feature_names": list(map(str, self.feature_names_in_)) if hasattr(self, "feature_names_in_") else None,
            "fits": [one.to_json() for one in self._results],
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Return the estimator in such data: the inverse of `to_json`."""
        model = cls(**record["parameters"])
        fits = tuple(LogisticFit.from_json(one) for one in record["fits"])
        model.classes_ = np.array(record["classes"], dtype=type_of_classes(record["class_type"], record["classes"]))
        model.n_features_in_ = int(record["n_features"])
        if record["feature_names"] is not None:
            model.feature_names_in_ = np.array(record["feature_names"], dtype=object)
        model.result_ = fits if record["multi_label"] else fits[0]
        model._publish()
        return model
