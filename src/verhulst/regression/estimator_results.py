"""The results of a fitted estimator: attributes, summaries, intervals, odds ratios, marginal effects."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted, validate_data

from verhulst._options import checks_options
from verhulst.data.design import Design
from verhulst.functions._row_order import require_one_order
from verhulst.regression.arrays import dense
from verhulst.regression.average_effects import marginal_effects
from verhulst.regression.frame_columns import matrix_of
from verhulst.regression.inference import odds_ratios, probability_interval
from verhulst.regression.multinomial_fit import MultinomialFit, MultinomialSummary
from verhulst.regression.parameters import ParameterTable
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import Matrix, Vector
from verhulst.regression.summary import Summary
from verhulst.regression.summary_of_rows import Arrays, summary_of_rows

FLOATS = (np.float64, np.float32)


class FittedResults:
    """The results of an estimator with `result_`, and with `_data` if it was fitted in this process."""

    fit_intercept: bool
    classes_: Any
    result_: LogisticFit | MultinomialFit | tuple[LogisticFit, ...]
    _data: tuple[Any, Any, Any, Any]
    _design: Design | None = None  # of a frame with categories

    def __copy__(self) -> Self:
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__dict__)
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # A copy refers to the same data, which a pickle leaves out and no estimator changes.
        made = memo[id(self)] = type(self).__new__(type(self))
        made.__dict__.update({k: v if k == "_data" else deepcopy(v, memo) for k, v in self.__dict__.items()})
        return made

    def _publish(self) -> None:
        """Set the fitted attributes from `result_`."""
        results, first, found = self._results, int(self.fit_intercept), self.result_
        whole = found.of_classes if isinstance(found, MultinomialFit) else np.array([r.coefficients for r in results])
        self.coef_ = whole[:, first:]
        self.intercept_ = whole[:, 0] if first else np.zeros(len(whole))
        self.column_names_ = np.array(results[0].names, dtype=object)
        every: dict[str, list[Any]] = {
            "log_likelihood_": [r.log_likelihood for r in results],
            "decrement_": [r.decrement for r in results],
            "n_iter_": [len(r.passes) for r in results],
            "converged_": [r.converged for r in results],
            "separation_": [r.separation for r in results],
        }
        for name, values in every.items():
            stacked = values if name == "separation_" else np.array(values)
            setattr(self, name, stacked if isinstance(found, tuple) else values[0])

    @property
    def covariance_(self) -> Matrix:
        """Covariance of the coefficients, computed on access; see `LogisticFit.covariance`."""
        return self._of_each([r.covariance for r in self._results])

    @property
    def standard_errors_(self) -> Vector | Matrix:
        """Standard errors, intercept first."""
        return self._of_each([r.standard_errors for r in self._results])

    def _of_each(self, values: list[Matrix]) -> Matrix:
        return np.array(values) if isinstance(self.result_, tuple) else values[0]

    @property
    def _results(self) -> tuple[LogisticFit | MultinomialFit, ...]:
        check_is_fitted(self, "result_")
        return self.result_ if isinstance(self.result_, tuple) else (self.result_,)

    def _one(self, what: str) -> LogisticFit:
        """Return the fit of two classes."""
        check_is_fitted(self, "result_")
        found = self.result_
        if isinstance(found, LogisticFit):
            return found
        if isinstance(found, tuple):
            each = "each with its own fit: use result_[k], for example result_[0].summary()"
            said = f"the target had {len(found)} labels, {each}"
        else:
            said = f"{what} is for two classes, but the target had {len(found.classes)}"
        raise ValueError(said)

    @checks_options
    def predict_interval(
        self, X: ArrayLike, level: float = 0.95, offset: ArrayLike | None = None
    ) -> tuple[Vector, Vector]:
        """Return Wald intervals for the probability of the second class, as `probability_interval`."""
        found = self._one("predict_interval")
        return probability_interval(found, self._rows(X, offset=offset), level, offset)

    @checks_options
    def summary(
        self,
        level: float = 0.95,
        *,
        interval: Literal["wald", "profile"] = "wald",
        covariance: Literal["HC0", "HC1"] | Matrix | None = None,
        clusters: ArrayLike | None = None,
        penalised_errors: bool = False,
        reference: Any = None,
    ) -> Summary | MultinomialSummary:
        """Return coefficients, standard errors, tests, odds ratios and details of the fit, as text and HTML.

        Parameters
        ----------
        level : float
            The coverage of the intervals.
        interval : {"wald", "profile"}
            Wald or profile-likelihood intervals.
        covariance : {"HC0", "HC1"} or array_like, optional
            Robust standard errors, or a matrix; by default the inverse information.
        clusters : array_like, shape (n,), optional
            Labels of the training rows for cluster-robust standard errors; "HC1" unless covariance="HC0".
        penalised_errors : bool
            Whether to show standard errors of an L2-penalised fit, which do not account for its bias.
        reference : label, optional
            With more than two classes, the one that the others are compared with; by default the first. The other
            options are for two classes.

        Returns
        -------
        Summary or MultinomialSummary
            The summary.

        Raises
        ------
        ValueError
            If an option is for another number of classes, clusters are combined with a covariance matrix, or as
            `verhulst.regression.sandwich`.
        """

        check_is_fitted(self, "result_")
        if isinstance(found := self.result_, MultinomialFit):
            if interval != "wald" or covariance is not None or clusters is not None:
                raise ValueError("profile intervals and robust standard errors are for two classes")
            return MultinomialSummary(found, level, reference, penalised_errors)
        if reference is not None:
            raise ValueError("reference is for more than two classes")

        def rows() -> Arrays:
            X, (y,), weight, offset = self._training_data()
            return X, y, weight, offset

        return summary_of_rows(
            self._one("summary"),
            level,
            rows,
            interval=interval,
            covariance=covariance,
            clusters=clusters,
            penalised_errors=penalised_errors,
        )

    @checks_options
    def odds_ratios(self, level: float = 0.95, *, reference: Any = None) -> ParameterTable | dict[Any, ParameterTable]:
        """Return odds ratios of the columns with Wald intervals; with more than two classes a table for each.

        Parameters
        ----------
        level : float
            The coverage of the intervals.
        reference : label, optional
            With more than two classes, the one that the others are compared with; by default the first.
        """
        check_is_fitted(self, "result_")
        if isinstance(self.result_, MultinomialFit):
            return self.result_.odds_ratios(level, reference=reference)
        if reference is not None:
            raise ValueError("reference is for more than two classes")
        return odds_ratios(self._one("odds_ratios"), level)

    def marginal_effects(self, X: ArrayLike, **options: Any) -> ParameterTable:
        """Return average marginal effects over the rows of X; options as in `verhulst.regression.marginal_effects`."""
        beside = {name: options.get(name) for name in ("sample_weight", "offset")}
        return marginal_effects(self._one("marginal_effects"), self._rows(X, **beside), **options)

    def _rows(self, X: ArrayLike, **beside: ArrayLike | None) -> Matrix:
        """Return the rows of X as numbers, after a look at the labels of the arrays that stand beside it."""
        require_one_order(X=X, **beside)
        if self._design is not None:
            return matrix_of(self._design, X)
        rows: Matrix = validate_data(self, dense(X, "X"), reset=False, dtype=FLOATS)
        return rows

    def _training_data(self) -> tuple[Any, Any, Any, Any]:
        if not hasattr(self, "_data"):
            raise ValueError(
                "this estimator was loaded or unpickled without its data; pass arrays to verhulst.regression."
                "profile_intervals or sandwich, with result_ as the fit"
            )
        return self._data
