"""Logistic regression whose L2 penalty is chosen by cross-validation, as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.metrics import check_scoring, log_loss
from sklearn.model_selection import check_cv
from sklearn.utils import _safe_indexing, assert_all_finite, indexable
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, column_or_1d

from verhulst._options import check_parameters
from verhulst.functions._row_order import require_one_order
from verhulst.regression.arrays import dense
from verhulst.regression.estimator import LogisticRegression, label_column
from verhulst.regression.frame_columns import design_of, frame_with_words
from verhulst.regression.statistics import Matrix, Vector

if TYPE_CHECKING:
    from sklearn.utils import Tags

_FITTED = ("classes_", "n_features_in_", "feature_names_in_", "_design", "result_", "_data")


MOST_VALUES = 10_000


class LogisticRegressionCV(LogisticRegression):
    """`LogisticRegression` with the C that predicts held-out rows best.

    For each fold of a splitter and each C a model is fitted on the other rows and scored on the fold; the model of all
    rows then has the C with the highest mean score, or the smallest C within one standard error of it.

    Parameters
    ----------
    Cs : int or sequence of float
        The values of C; a number stands for as many between 1e-4 and 1e4, evenly spaced in logarithms.
    cv : int, splitter, iterable or None
        As in scikit-learn; None stands for five stratified folds.
    scoring : str, callable or None
        As in scikit-learn; the default is the log-loss, since it is probabilities that are wanted.
    one_standard_error : bool
        Whether the smallest C is taken whose mean score is within a standard error of the highest: the simplest model
        that the data do not tell from the best (Breiman, Friedman, Olshen and Stone 1984, section 3.4.3).
    class_weight, sampling_rates, fit_intercept, collinear, tol, max_iter, n_jobs, verbose
        As for `LogisticRegression`.

    Attributes
    ----------
    C_ : float
        The chosen C.
    Cs_ : ndarray, shape (m,)
        The values of C, ascending.
    scores_ : ndarray, shape (folds, m)
        The score of each fold for each C.
    classes_, coef_, ... :
        As of `LogisticRegression`, for all rows.

    Notes
    -----
    `save` writes the chosen model, a `LogisticRegression` with `C=C_`.

    Examples
    --------
    >>> import numpy as np
    >>> import verhulst as vh
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 30))
    >>> y = rng.random(200) < vh.sigmoid(X[:, 0])
    >>> model = vh.LogisticRegressionCV(Cs=[0.001, 0.01, 0.1, 1.0]).fit(X, y)
    >>> model.C_, model.scores_.shape
    (0.1, (5, 4))
    """

    _kind: ClassVar[str] = LogisticRegression._kind

    def __init__(
        self,
        Cs: int | Sequence[float] = 10,
        *,
        cv: Any = None,
        scoring: Any = "neg_log_loss",
        one_standard_error: bool = False,
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
        sampling_rates: Mapping[Any, float] | None = None,
        fit_intercept: bool = True,
        collinear: Literal["drop", "error"] = "drop",
        tol: float = 1e-6,
        max_iter: int = 100,
        n_jobs: int | None = None,
        verbose: int | bool = 0,
    ) -> None:
        self.Cs = Cs
        self.cv = cv
        self.scoring = scoring
        self.one_standard_error = one_standard_error
        self.class_weight = class_weight
        self.sampling_rates = sampling_rates
        self.fit_intercept = fit_intercept
        self.collinear = collinear
        self.tol = tol
        self.max_iter = max_iter
        self.n_jobs = n_jobs
        self.verbose = verbose

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = False
        tags.target_tags.two_d_labels = False
        return tags

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        offset: ArrayLike | None = None,
        *,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Choose C, and fit all rows.

        Parameters
        ----------
        X, y, sample_weight
            As for `LogisticRegression.fit`; the weights count in the fits and in the scores.
        offset
            Must be None: scikit-learn's scorers know of none.
        groups : array_like, shape (n,), optional
            Labels of groups for the splitter.

        Returns
        -------
        LogisticRegressionCV
            The fitted estimator itself.

        Raises
        ------
        ValueError
            As `LogisticRegression.fit`; and if a value of C is not above 0, or an offset is given.
        """
        check_parameters(self)
        if offset is not None:
            raise ValueError("LogisticRegressionCV takes no offset, as scorers know of none: choose C without it")
        require_one_order(X=X, y=y, sample_weight=sample_weight, groups=groups)
        self.Cs_ = self._values()
        table = frame_with_words(X)  # whose levels are those of all rows, in every fold
        plain = dense(X, "X") if table is None else design_of(table).matrix(table)
        given, target, groups = indexable(plain, self._target(y), groups)
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, given, dtype=np.float64)
        splitter = check_cv(self.cv, target, classifier=True)
        folds = list(splitter.split(given, target, groups))
        self.scores_ = np.array(
            [self._scores(given, target, weight, k, *fold) for k, fold in enumerate(folds, start=1)]
        )
        self.C_ = float(self.Cs_[self._chosen()])
        found = self._model(self.C_).fit(X, y, sample_weight)
        for name in _FITTED:
            if hasattr(found, name):
                setattr(self, name, getattr(found, name))
        self._publish()
        return self

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the score by `scoring`."""
        return self._score(self, X, y, sample_weight)

    def to_json(self) -> dict[str, Any]:
        """Return the chosen model as data for a model file."""
        plain = self._model(self.C_)
        for name in _FITTED[:-1]:
            if hasattr(self, name):
                setattr(plain, name, getattr(self, name))
        return plain.to_json()

    def _target(self, y: Any) -> NDArray[Any]:
        if y is None:
            raise ValueError("LogisticRegressionCV requires y to be passed, but the target y is None")
        target: NDArray[Any] = column_or_1d(label_column(dense(y, "y")), warn=True)
        assert_all_finite(target, input_name="y")
        check_classification_targets(target)
        return target

    def _values(self) -> Vector:
        wrong = f"Cs must be a number of values up to {MOST_VALUES:,}, or values above 0, not {self.Cs!r}"
        if isinstance(self.Cs, int | np.integer):
            if not 0 < self.Cs <= MOST_VALUES:
                raise ValueError(wrong)
            return np.logspace(-4, 4, self.Cs)
        try:
            values = np.asarray(self.Cs, float)
        except (TypeError, ValueError, OverflowError):
            raise TypeError(wrong) from None
        if values.ndim != 1 or not len(values) or not np.all(values > 0):
            raise ValueError(wrong)
        return np.unique(values)

    def _model(self, C: float) -> LogisticRegression:
        names = ("class_weight", "sampling_rates", "fit_intercept", "collinear", "tol", "max_iter", "n_jobs", "verbose")
        return LogisticRegression(C=C, **{name: clone(getattr(self, name), safe=False) for name in names})

    def _scores(
        self, X: Any, y: Any, weight: Vector | None, fold: int, train: NDArray[np.intp], test: NDArray[np.intp]
    ) -> list[float]:
        """Scores of a fold, for each C.

        Raises
        ------
        ValueError
            If no model can be fitted to the training rows, or not be scored; it says so where these rows lack a class.
        """
        rows, labels = _safe_indexing(X, train), _safe_indexing(y, train)
        held, truth = _safe_indexing(X, test), _safe_indexing(y, test)

        def scored(C: float) -> float:
            model = self._model(C).fit(rows, labels, None if weight is None else weight[train])
            return self._score(model, held, truth, None if weight is None else weight[test])

        try:
            return [scored(float(C)) for C in self.Cs_]
        except ValueError as error:
            absent = np.setdiff1d(truth, labels).tolist()
            if not absent:
                raise
            raise ValueError(
                f"in fold {fold} the training rows contain no case of class {absent[0]!r}, which the held-out rows "
                f"have: shuffle or stratify the folds ({error})"
            ) from error

    def _score(self, model: LogisticRegression, X: Any, y: Any, sample_weight: ArrayLike | None) -> float:
        given = {} if sample_weight is None else {"sample_weight": sample_weight}
        if isinstance(self.scoring, str) and self.scoring == "neg_log_loss":  # its scorer needs rows of every class
            return -float(log_loss(y, model.predict_proba(X), labels=model.classes_, **given))
        return float(check_scoring(model, scoring=self.scoring)(model, X, y, **given))

    def _chosen(self) -> int:
        scores: Matrix = self.scores_
        mean = scores.mean(axis=0)
        best = int(np.argmax(mean))
        if not self.one_standard_error or len(scores) < 2:
            return best
        error = scores[:, best].std(ddof=1) / np.sqrt(len(scores))
        return int(np.flatnonzero(mean >= mean[best] - error)[0])
