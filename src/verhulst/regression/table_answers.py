"""What a fitted model of a table answers beside predictions: summaries, effects, held-out rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from verhulst._options import checks_options
from verhulst.data.block import make_block
from verhulst.data.column import Unknown
from verhulst.data.design import Design
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.group_labels import labels_of_rows
from verhulst.data.saved import Saved
from verhulst.data.source import source_of
from verhulst.functions import sigmoid
from verhulst.regression.average_effects import marginal_effects
from verhulst.regression.covariance import Covariance
from verhulst.regression.held_out import Factors, HeldOut, block_of_test, of_table
from verhulst.regression.joint_tests import JointTests, joint_test
from verhulst.regression.parameters import ParameterTable
from verhulst.regression.result import LogisticFit
from verhulst.regression.robust import label_array, require_labels
from verhulst.regression.statistics import Matrix
from verhulst.regression.summary import Summary
from verhulst.regression.summary_of_rows import Arrays, errors_of_rows, summary_of_rows
from verhulst.regression.top_cases import TopCases, top_cases
from verhulst.regression.typical import PointEffects, described, typical_row

if TYPE_CHECKING:
    import pyarrow as pa


def factor_places(design: Design | FormulaDesign) -> Factors:
    """Return for each categorical column the places of its levels among the columns of X; none for a formula."""
    found, start = [], 0
    for column in design.columns if isinstance(design, Design) else ():
        stop = start + len(column.names)
        if column.kind == "categorical":
            found.append(tuple(range(start, stop)))
        start = stop
    return tuple(found)


class TableAnswers(Saved):
    """The methods of `TableFit` that need only its design and its fit."""

    design: Design | FormulaDesign
    fit: LogisticFit

    @checks_options
    def summary(
        self, level: float = 0.95, *, data: Any = None, clusters: ArrayLike | None = None, **options: Any
    ) -> Summary:
        """Return a summary of the fit, as text and HTML.

        Parameters
        ----------
        level : float
            The coverage of the intervals.
        data : anything that `vh.data.read_table` reads, optional
            The table of the fit, which the model does not keep: for robust standard errors and profile intervals.
        clusters : str or array_like, optional
            A column of `data`, or a label for each of its rows, for cluster-robust standard errors.
        **options
            Options of `LogisticRegression.summary`: interval, covariance, penalised_errors.

        Raises
        ------
        ValueError
            If the rows are needed and `data` is not given or is not the table of the fit, or an option is unknown.
        """
        rows, labels = self._rows_and_clusters(data, clusters)
        found = summary_of_rows(self.fit, level, rows, clusters=labels, **options)
        columns = self.design.columns if isinstance(self.design, Design) else ()
        references = [f"{column.name} {column.reference}" for column in columns if column.reference is not None]
        return replace(found, facts=(*found.facts, *[("compared with", ", ".join(references))] * bool(references)))

    @checks_options
    def errors(
        self, data: Any, level: float = 0.95, *, clusters: ArrayLike | None = None, **options: Any
    ) -> tuple[Matrix | Covariance | None, Matrix | None]:
        """Return the covariance and the intervals of a `summary` with these options; None for those of the fit."""
        rows, labels = self._rows_and_clusters(data, clusters)
        return errors_of_rows(self.fit, level, rows, clusters=labels, **options)

    def _rows_and_clusters(
        self, data: Any, clusters: ArrayLike | None
    ) -> tuple[Callable[[], Arrays], ArrayLike | None]:
        """Return what reads the rows of the fit, and the cluster of each of them."""
        table = None if data is None else self.design.read_new(data)

        def rows() -> Arrays:
            if table is None:
                raise ValueError(
                    "a model of a table does not keep its rows, which robust standard errors and profile intervals "
                    "need: pass the table of the fit, summary(data=..., ...)"
                )
            return self._rows(table)

        if clusters is None or table is None:
            return rows, clusters
        kept = self.design.complete_rows(table)
        if isinstance(clusters, str):
            return rows, labels_of_rows(table, clusters, kept)
        labels = label_array(clusters, "clusters")
        if kept is None or labels.shape[:1] != kept.shape:
            return rows, labels
        if labels.ndim == 1:
            require_labels(labels, kept)  # by the rows of the table, not of those that are left
        return rows, labels[kept]

    @checks_options
    def marginal_effects(
        self, source: Any, *, discrete: Sequence[str | Sequence[str]] | Literal["auto"] = (), **options: Any
    ) -> ParameterTable:
        """Return average marginal effects over the rows of a table with the columns of the fit.

        Parameters
        ----------
        source : anything that `vh.data.read_table` reads
            The table, with the target.
        discrete : sequence, or "auto"
            The columns that switch between 0 and 1, as in `verhulst.regression.marginal_effects`; "auto": each level
            of a categorical column against the reference level, booleans, and columns of 0 and 1.
        **options
            Further options of that function; weights and offset are those of the design.
        """
        X, _, weights, offset = self._rows(self.design.read_new(source))
        if isinstance(discrete, str) and discrete == "auto":
            discrete = self._switches(X)
        return marginal_effects(self.fit, X, sample_weight=weights, offset=offset, discrete=discrete, **options)

    @checks_options
    def effects_in_points(
        self, source: Any, level: float = 0.95, *, covariance: Matrix | Covariance | None = None
    ) -> PointEffects:
        """Return effects on the probability, on average over the rows of a table and at a typical row of it.

        Parameters
        ----------
        source : anything that `vh.data.read_table` reads
            The table, with the target.
        level : float
            The coverage of the intervals.
        covariance : array_like, shape (q, q), optional
            A matrix to use in place of that of the fit, such as that of `errors`.

        Raises
        ------
        ValueError
            If the outcomes are separated, or the level does not lie between 0 and 1.
        """
        X, _, weights, offset = self._rows(self.design.read_new(source))
        shared: dict[str, Any] = {"discrete": self._switches(X), "level": level, "covariance": covariance}
        average = marginal_effects(self.fit, X, sample_weight=weights, offset=offset, **shared)
        row = typical_row(X, weights, factor_places(self.design))[None, :]
        shift = None if offset is None else np.array([np.median(offset)])
        typical = marginal_effects(self.fit, row, offset=shift, **shared)
        columns = self.design.columns if isinstance(self.design, Design) else ()
        probability = float(sigmoid(self.fit.log_odds(row, shift))[0])
        return PointEffects(average, typical, described(row[0], columns, self.design.names), probability)

    def _switches(self, X: Matrix) -> list[tuple[str, ...]]:
        """Return the columns of each factor, and the others that hold 0 and 1."""
        columns = self.design.columns if isinstance(self.design, Design) else ()
        factors = [column.names for column in columns if column.kind == "categorical"]
        known = {name for factor in factors for name in factor}
        found = zip(self.design.names, X.T, strict=True)
        return factors + [(name,) for name, values in found if name not in known and np.isin(values, (0.0, 1.0)).all()]

    def joint_tests(self, covariance: Matrix | Covariance | None = None) -> JointTests:
        """Return for each column of the table the Wald test that all of its coefficients are 0.

        For a categorical column that is a test of all its levels at once, whatever the reference level. Each column of
        X of a formula is tested alone; `verhulst.regression.joint_test` tests any of them together.

        Parameters
        ----------
        covariance : array_like, shape (q, q), optional
            A matrix to use in place of that of the fit, such as that of `errors`.
        """
        columns = self.design.columns if isinstance(self.design, Design) else ()
        terms = [(column.name, column.names) for column in columns] or [(name, (name,)) for name in self.fit.names]
        found = (joint_test(self.fit, names, covariance=covariance, name=name) for name, names in terms if names)
        return JointTests(tuple(found))

    @checks_options
    def top_cases(
        self,
        source: Any,
        n: int = 20,
        reasons: int = 3,
        *,
        lowest: bool = False,
        missing: Literal["error", "nan"] = "error",
        unknown: Unknown = "error",
    ) -> TopCases:
        """Return the rows of a table with the highest probabilities, and which columns made their log-odds high.

        The log-odds of a row are the mean over the rows, plus what each column adds: b(x − x̄), for a categorical column
        the difference of its level from the mean over the rows, for an offset o − ō. That describes the score, not a
        cause.

        Parameters
        ----------
        source : anything that `vh.data.read_table` reads
            The table.
        n, reasons : int
            The number of rows, and of columns for each.
        lowest : bool
            Whether the lowest probabilities are wanted, and the columns that made the log-odds low.
        missing : {"error", "nan"}
            Whether rows with missing values are an error, or left out and counted.
        unknown : {"error", "nan", "reference"}
            Likewise for levels that were not there at the fit; "reference" predicts them as the reference level.

        Returns
        -------
        TopCases
            The rows, in order.

        Raises
        ------
        ValueError
            If a number is below 1, or the outcomes are separated.
        """
        more: dict[str, Any] = {"lowest": lowest, "missing": missing, "unknown": unknown}
        return top_cases(self.design, self.fit, source, n, reasons, **more)

    def test_on(self, source: Any) -> HeldOut:
        """Return the predictions for the rows of another table with the target, for `vh.evaluate`.

        Rows with missing values are an error, or left out, as in the fit. A level that was not there at the fit is an
        error, except in a column whose rare levels were taken together: it is one of these.

        Raises
        ------
        DataError
            As `log_odds`, or if the target has another value.
        """
        table = self.design.read_new(source)
        block, unseen = block_of_test(self.design, table)
        return of_table(block, self.fit, source_of(table), table.num_rows, unseen)

    @checks_options
    def odds_ratios(self, level: float = 0.95) -> ParameterTable:
        """Return the odds ratios of the columns with their intervals."""
        return self.fit.odds_ratios(level)

    def _rows(self, table: pa.Table) -> Arrays:
        block = make_block(self.design, table)
        return block.X, block.y, block.weights, block.offset
