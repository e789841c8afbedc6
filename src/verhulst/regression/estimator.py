"""Logistic regression as a scikit-learn estimator."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from inspect import signature
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning as TheirConvergenceWarning
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d, validate_data

from verhulst._options import check_parameters
from verhulst.functions import log_one_minus_sigmoid, log_sigmoid, log_softmax, sigmoid, softmax
from verhulst.functions._row_order import require_one_order
from verhulst.regression.arrays import array_of, dense
from verhulst.regression.class_weights import class_weights, log_sampling_rates
from verhulst.regression.classes import plain_labels
from verhulst.regression.estimates import ConvergenceWarning
from verhulst.regression.estimator_file import EstimatorFile
from verhulst.regression.estimator_results import FLOATS
from verhulst.regression.fitting import fit, fit_each, require_penalty
from verhulst.regression.former_arguments import refuse_others
from verhulst.regression.frame_columns import design_of, frame_with_words
from verhulst.regression.multinomial import fit_multinomial
from verhulst.regression.multinomial_fit import MultinomialFit
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import Matrix, Vector
from verhulst.regression.warn import warned_as

if TYPE_CHECKING:
    from sklearn.utils import Tags


class EstimatorConvergenceWarning(ConvergenceWarning, TheirConvergenceWarning):  # type: ignore[misc]
    """Warn that the fit of an estimator did not converge; filters for scikit-learn's warning hold for it too."""


_AS_SCIKIT_LEARN: Mapping[type[Warning], type[Warning]] = {ConvergenceWarning: EstimatorConvergenceWarning}


class LogisticRegression(EstimatorFile, ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Logistic regression with standard errors, fitted until it is within a millionth of a standard error.

    Two classes: P(second class | x) = σ(b₀ + xᵀb + offset). More: P(k | x) = exp(a_k + xᵀb_k) / Σ exp(a_l + xᵀb_l). A
    0/1 target with K ≥ 2 columns is multi-label: K regressions on the same X. By maximum likelihood unless a penalty is
    requested.

    Parameters
    ----------
    C : float
        Inverse strength of the L2 penalty ½‖b‖²/C on the slopes of the columns as given, not on the intercept; infinite
        for none. With more than two classes ½ Σ‖b_k‖²/C.
    l1_ratio : float
        Share of the L1 penalty, from 0 to 1; above 0 it is not there yet.
    firth : bool
        Whether the estimate is the maximum with Jeffreys' prior (Firth 1993): finite for separated data, less biased.
    class_weight : dict, "balanced" or None
        Weight of each class, by which sample weights are multiplied; "balanced" gives all classes the same total.
    sampling_rates : dict or None
        For each class the share of its cases that was sampled, above 0 and up to 1. The intercept is corrected by
        log(rate), so that probabilities are those of all cases (Prentice and Pyke 1979, Biometrika 66).
    fit_intercept : bool
        Whether the model has an intercept.
    collinear : {"drop", "error"}
        Whether columns that are combinations of others get coefficient 0, standard error nan and a warning that names
        the combination, or are an error. With a finite C no column is dropped.
    tol : float
        The Newton decrement at which to stop: distance from the maximum in standard errors.
    max_iter : int
        The largest number of passes over the data.
    warm_start, n_jobs : bool, int or None
        Without effect, as the maximum is the same from every start, and threads are those of `vh.set_num_threads`.
    verbose : int
        1 prints a line for each pass to stderr.

    Attributes
    ----------
    classes_ : ndarray, shape (K,)
        The labels; for a multi-label target the numbers of the K columns.
    coef_ : ndarray, shape (1, p) or (K, p)
        The slopes; on separated data ±inf, or nan if the data do not determine the sign (see `separation_`). With more
        than two classes they sum to 0 over the classes, as in scikit-learn.
    intercept_ : ndarray, shape (1,) or (K,)
    covariance_ : ndarray, shape (p+1, p+1) or (K, p+1, p+1)
        The covariance, intercept first; p without an intercept. With more than two classes that of the (K−1)(p+1)
        parameters against `classes_[0]`, one class after the other.
    standard_errors_ : ndarray, shape (p+1,) or (K, p+1)
        With more than two classes (K−1, p+1), against `classes_[0]`.
    log_likelihood_, decrement_, n_iter_, converged_, separation_ : float, float, int, bool, Separation
        As in the result of `fit`; for a multi-label target lists of K.
    result_ : LogisticFit, MultinomialFit, or a tuple of K
        The result of `verhulst.regression.fit` or `fit_multinomial`, independent of scikit-learn.
    n_features_in_, feature_names_in_ : int, ndarray of str
        As in scikit-learn.
    column_names_ : ndarray of str, shape (p,)
        The columns of X that the coefficients belong to: those of the frame, x1, x2, ... for an array, or for a frame
        with categories, text or booleans the names of `fit_table`, such as `party[independent]`.

    Raises
    ------
    TypeError
        For arguments that do not exist; it says what to write instead of those that scikit-learn has or had, such as
        `penalty`.

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

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _signature_of_init(cls)

    def __new__(cls, *_: Any, **given: Any) -> Self:
        if cls.__module__.startswith("verhulst."):  # others' subclasses may take what they like
            known = tuple(cls._get_param_names())
            refuse_others({name: value for name, value in given.items() if name not in known}, cls.__name__, known)
        made: Self = super().__new__(cls)
        return made

    def __init__(
        self,
        C: float = np.inf,
        l1_ratio: float = 0.0,
        *,
        firth: bool = False,
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
        sampling_rates: Mapping[Any, float] | None = None,
        fit_intercept: bool = True,
        collinear: Literal["drop", "error"] = "drop",
        tol: float = 1e-6,
        max_iter: int = 100,
        warm_start: bool = False,
        n_jobs: int | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.C = C
        self.l1_ratio = l1_ratio
        self.firth = firth
        self.class_weight = class_weight
        self.sampling_rates = sampling_rates
        self.fit_intercept = fit_intercept
        self.collinear = collinear
        self.tol = tol
        self.max_iter = max_iter
        self.warm_start = warm_start
        self.n_jobs = n_jobs
        self.verbose = verbose

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
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
            The columns; float64 and float32 are read in place. Columns of categories, text and booleans of a pandas,
            polars or Arrow frame become columns of 0 and 1 as in `fit_table`: one for each level except the first.
        y : array_like, shape (n,) or (n, K)
            Classes of any type, of two of which the larger one is modelled; or K columns of 0 and 1.
        sample_weight : array_like, shape (n,), optional
            Counts of cases, at least 0.
        offset : array_like, shape (n,), optional
            A known part of the log-odds, for two classes.

        Returns
        -------
        LogisticRegression
            The fitted estimator itself.

        Raises
        ------
        ValueError
            If the data cannot be fitted; the message says why and where.
        """
        check_parameters(self)
        if self.max_iter < 1:
            raise ValueError(f"max_iter must be at least 1, not {self.max_iter!r}: a fit takes at least one pass")
        self._check_penalty()
        require_one_order(X=X, y=y, sample_weight=sample_weight, offset=offset)
        table = frame_with_words(X)
        self._design = None if table is None else design_of(table)
        given: Any = dense(X, "X") if self._design is None else self._design.matrix(table)
        X, y = validate_data(self, given, label_column(y), dtype=FLOATS, multi_output=True)
        if table is not None:
            self.n_features_in_ = table.num_columns
            self.feature_names_in_ = np.array(table.column_names, dtype=object)
        dense(sample_weight, "sample_weight")
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X, dtype=np.float64)
        labels = np.asarray(y)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = column_or_1d(labels, warn=True)
        check_classification_targets(labels)
        if labels.ndim == 2:
            targets = self._columns_of_labels(labels)
            self.result_ = self._of_labels(X, targets, weight, offset)
        else:
            self.classes_, code = np.unique(labels, return_inverse=True)
            self._require_classes(labels, weight)
            rates = log_sampling_rates(self.sampling_rates, self.classes_, self.fit_intercept)
            weight = class_weights(self.class_weight, self.classes_, code, weight)
            if len(self.classes_) > 2:
                self.result_ = self._of_many(X, labels, weight, offset, rates)
                targets = [code.astype(np.uint8)]
            else:
                targets = [np.asarray(code, dtype=np.uint8)]
                if rates is not None:  # a constant offset moves the intercept alone
                    given, moved = offset, float(rates[1] - rates[0])
                    offset = np.full(len(code), moved) if given is None else np.asarray(given, dtype=float) + moved
                    found = self._of_two(X, targets[0], weight, offset)
                    self.result_ = replace(found, has_offset=given is not None)
                else:
                    self.result_ = self._of_two(X, targets[0], weight, offset)
        self._data = (X, targets, weight, offset)
        self._publish()
        return self

    def _check_penalty(self) -> None:
        if not 0 <= self.l1_ratio <= 1:
            raise ValueError(f"l1_ratio must lie between 0 and 1, but is {self.l1_ratio!r}")
        require_penalty(self.C, firth=self.firth)
        if self.l1_ratio and np.isinf(self.C):
            warnings.warn("l1_ratio has no effect where C is infinite, which is no penalty", UserWarning, stacklevel=3)
        elif self.l1_ratio:
            raise ValueError("the L1 penalty is not there yet: l1_ratio must be 0")

    def _columns_of_labels(self, labels: NDArray[Any]) -> list[NDArray[np.uint8]]:
        if not np.isin(labels, (0, 1)).all():
            raise ValueError("a target of several columns must contain only 0 and 1: one column per label")
        for name in ("class_weight", "sampling_rates"):
            if getattr(self, name) is not None:
                raise ValueError(f"{name} is for one target, not for a multi-label one: fit the labels one by one")
        self.classes_ = np.arange(labels.shape[1])
        return [np.ascontiguousarray(labels[:, k], dtype=np.uint8) for k in range(labels.shape[1])]

    def _require_classes(self, labels: NDArray[Any], weight: Vector | None) -> None:
        counted = self.classes_ if weight is None else np.unique(labels[weight > 0])
        if len(counted) < 2:
            shown = repr(counted[:1].tolist()[0]) if len(counted) else "none"
            raise ValueError(f"y contains only one class: {shown}. A fit needs rows of both classes")

    @property
    def _options(self) -> dict[str, Any]:
        names = getattr(self, "feature_names_in_", None) if self._design is None else self._design.names
        return {
            "C": self.C,
            "intercept": self.fit_intercept,
            "names": None if names is None else tuple(names),
            "collinear": self.collinear,
            "tolerance": self.tol,
            "max_passes": self.max_iter,
            "verbose": self.verbose,
        }

    def _of_two(
        self, X: ArrayLike, target: NDArray[np.uint8], weight: Vector | None, offset: ArrayLike | None
    ) -> LogisticFit:
        with warned_as(_AS_SCIKIT_LEARN):
            return fit(X, target, weight, offset, firth=self.firth, **self._options)

    def _of_labels(
        self, X: ArrayLike, targets: list[NDArray[np.uint8]], weight: Vector | None, offset: ArrayLike | None
    ) -> tuple[LogisticFit, ...]:
        found: list[LogisticFit] = []
        with warned_as(_AS_SCIKIT_LEARN):
            given = ((target, weight) for target in targets)
            for each in fit_each(np.asarray(X), given, offset, firth=self.firth, **self._options):
                if isinstance(each, ValueError):
                    raise each
                found.append(each)
        return tuple(found)

    def _of_many(
        self, X: ArrayLike, labels: NDArray[Any], weight: Vector | None, offset: ArrayLike | None, rates: Vector | None
    ) -> MultinomialFit:
        if offset is not None:
            raise ValueError(f"an offset is for two classes, but y has {len(self.classes_)}")
        if self.firth:
            raise ValueError(
                f"firth=True is for two classes, but y has {len(self.classes_)}: use a finite C, or pairs of classes"
            )
        with warned_as(_AS_SCIKIT_LEARN):
            found = fit_multinomial(X, labels, weight, **self._options)
        return found if rates is None else found.with_intercepts_moved(rates[0] - rates[1:])

    def decision_function(self, X: ArrayLike, offset: ArrayLike | None = None) -> Vector | Matrix:
        """Return log-odds of the second class, (n,), or of each label, (n, K); ±inf for separated rows.

        With more than two classes the linear predictors, (n, K), which sum to 0. If the fit had an offset and none is
        given, 0 is used with a warning.
        """
        check_is_fitted(self, "result_")
        rows, found = self._rows(X, offset=offset), self.result_
        if isinstance(found, MultinomialFit):
            return found.scores(rows)
        if isinstance(found, tuple):
            return np.column_stack([one.log_odds(rows, offset) for one in found])
        return found.log_odds(rows, offset)

    def predict_proba(self, X: ArrayLike, offset: ArrayLike | None = None) -> Matrix:
        """Return probabilities, (n, K) in the order of classes_; for a multi-label target those of the labels."""
        z = self.decision_function(X, offset)
        if z.ndim == 1:
            return np.column_stack([sigmoid(-z), sigmoid(z)])
        return softmax(z, axis=1) if isinstance(self.result_, MultinomialFit) else sigmoid(z)

    def predict_log_proba(self, X: ArrayLike, offset: ArrayLike | None = None) -> Matrix:
        """Return logarithms of the probabilities, accurate in both tails."""
        z = self.decision_function(X, offset)
        if z.ndim == 1:
            return np.column_stack([log_one_minus_sigmoid(z), log_sigmoid(z)])
        return log_softmax(z, axis=1) if isinstance(self.result_, MultinomialFit) else log_sigmoid(z)

    def predict(self, X: ArrayLike, offset: ArrayLike | None = None) -> NDArray[Any]:
        """Return the class with the highest probability, (n,); 0 or 1 for each label, (n, K)."""
        z = self.decision_function(X, offset)
        if z.ndim == 1:
            return np.asarray(self.classes_[(z > 0).astype(int)])
        if isinstance(self.result_, MultinomialFit):
            return np.asarray(self.classes_[z.argmax(axis=1)])
        return (z > 0).astype(int)


def label_column(y: Any) -> Any:
    """Return one label per row as an array without missing ones; columns of labels as they are."""
    if y is None:
        return y
    found = array_of(y, "y")
    if not (found.ndim == 1 or (found.ndim == 2 and found.shape[1] == 1)) or found.dtype.kind not in "OTbiu":
        return dense(y, "y")
    if found.dtype.kind not in "OT":
        return found
    plain = plain_labels(found.ravel())
    return (plain if not len(plain) or isinstance(plain[0], str) else np.array(plain.tolist())).reshape(found.shape)


def _signature_of_init(cls: type) -> None:
    """Show the arguments of `__init__`, which `__new__` would hide."""
    own = signature(cls.__init__)  # type: ignore[misc]
    cls.__signature__ = own.replace(parameters=list(own.parameters.values())[1:])  # type: ignore[attr-defined]


_signature_of_init(LogisticRegression)
