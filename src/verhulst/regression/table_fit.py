"""Logistic regression of tables: a fitted model that predicts for files and frames, without scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from verhulst._options import checks_options
from verhulst.data.batches import kept_table
from verhulst.data.block import Block, make_block
from verhulst.data.design import Design
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.errors import DataError, RequestError
from verhulst.data.formula import learn_formula
from verhulst.data.group_labels import labels_of_rows
from verhulst.data.in_memory import is_dask_collection
from verhulst.data.learn import learn_table
from verhulst.data.memory_limit import bytes_allowed
from verhulst.data.names_given import column_name, column_names, column_names_or_none, levels_by_name
from verhulst.data.parted_table import PartedTable, open_parts
from verhulst.data.read import read_fields
from verhulst.data.schema import DamagedError, Maybe, Record, path
from verhulst.data.source import source_of
from verhulst.functions import sigmoid
from verhulst.regression.dask_predictions import lazily
from verhulst.regression.fit_file import FIT_1, FIT_2, with_states, without_penalty
from verhulst.regression.fit_of_counts import fit_of_counts
from verhulst.regression.fit_of_parts import fit_of_parts
from verhulst.regression.fitting import fit
from verhulst.regression.held_out import Folds, HeldOut, cross_validated, folds_asked
from verhulst.regression.inference import probability_interval
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import Matrix, Vector
from verhulst.regression.table_answers import TableAnswers, factor_places
from verhulst.regression.totals import Totals, with_cells

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class TableFit(TableAnswers):
    """A logistic regression that was fitted on a table. Made by `fit_table` and `fit_formula`.

    Attributes
    ----------
    design : Design or FormulaDesign
        How the columns of a table become those of X.
    fit : LogisticFit
        Coefficients, covariance, log-likelihood and details of the fit.
    totals : Totals
        Totals of the rows of the fit, for reports.
    held_out : HeldOut or None
        Predictions for rows that were not in their fit, if `cv` or `test` was given: `vh.evaluate(model.held_out)`.
    """

    design: Design | FormulaDesign
    fit: LogisticFit
    totals: Totals
    held_out: HeldOut | None = None

    _kind: ClassVar[str] = "logistic regression"
    _schema_version: ClassVar[int] = 3

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        if (record["design"] is None) == (record["formula"] is None):
            raise DamagedError(path(at, "design"), "or formula must be there, and the other null")

    _SCHEMA: ClassVar[Record] = Record(
        {
            "design": Maybe(Design.SCHEMA),
            "formula": Maybe(FormulaDesign.SCHEMA),
            "fit": LogisticFit.SCHEMA,
            "totals": Totals.SCHEMA,
            "held_out": Maybe(HeldOut.SCHEMA),
        },
        optional=("held_out",),
        rule=_check,
    )
    _SCHEMA_2: ClassVar[Record] = replace(_SCHEMA, fields={**_SCHEMA.fields, "fit": FIT_2})
    _SCHEMA_1: ClassVar[Record] = replace(_SCHEMA, fields={**_SCHEMA.fields, "fit": FIT_1, "totals": Totals.SCHEMA_1})

    @classmethod
    def schema(cls) -> Record:
        """See `Saved`."""
        return cls._SCHEMA

    @staticmethod
    def _from_1(record: dict[str, Any]) -> dict[str, Any]:
        TableFit._SCHEMA_1.check(record, "", {})
        return record | {"fit": with_states(record["fit"]), "totals": with_cells(record["totals"])}

    @staticmethod
    def _from_2(record: dict[str, Any]) -> dict[str, Any]:
        TableFit._SCHEMA_2.check(record, "", {})
        return record | {"fit": without_penalty(record["fit"])}

    _upgrades: ClassVar = {1: _from_1, 2: _from_2}

    @checks_options
    def log_odds(self, source: Any, *, missing: Literal["error", "nan"] = "error", first_row: int = 1) -> Vector:
        """Return the log-odds of outcome 1 for the rows of a table, shape (n,).

        Parameters
        ----------
        source : anything that `vh.data.read_table` reads
            The table. For a Dask DataFrame the result is a lazy Dask Series with its index.
        missing : {"error", "nan"}
            Whether rows with missing values are an error, or nan.
        first_row : int
            The number of the first row, for messages.

        Raises
        ------
        DataError
            If the table has other columns than in the fit, unknown levels, infinities or missing values.
        """
        if is_dask_collection(source):
            return lazily(source, ["log_odds"], self.log_odds, missing=missing)["log_odds"]  # type: ignore[no-any-return]
        return self.fit.log_odds(*self._matrix(source, missing, first_row))

    @checks_options
    def predict_proba(self, source: Any, *, missing: Literal["error", "nan"] = "error") -> Matrix:
        """Return probabilities of outcome 0 and outcome 1 for the rows of a table, shape (n, 2).

        For a Dask DataFrame the result is a lazy one with columns 0 and 1.
        """
        if is_dask_collection(source):
            return lazily(source, [0, 1], self.predict_proba, missing=missing)  # type: ignore[no-any-return]
        z = self.log_odds(source, missing=missing)
        return np.column_stack([sigmoid(-z), sigmoid(z)])

    @checks_options
    def predict_interval(
        self, source: Any, level: float = 0.95, *, missing: Literal["error", "nan"] = "error", first_row: int = 1
    ) -> tuple[Vector, Vector]:
        """Return the ends of Wald intervals for the probability of outcome 1, each of shape (n,).

        The intervals are for the probability, not for outcomes; see `verhulst.regression.probability_interval`. For a
        Dask DataFrame the ends are lazy Dask Series.
        """
        if is_dask_collection(source):
            both = lazily(source, ["lower", "upper"], self.predict_interval, level=level, missing=missing)
            return both["lower"], both["upper"]
        X, offset = self._matrix(source, missing, first_row)
        return probability_interval(self.fit, X, level, offset)

    def __repr__(self) -> str:
        target = self.design.target
        outcome = f"{target.name} = {target.positive}" if target else "y = 1"
        state = "" if self.fit.converged else ", NOT converged"
        return f"<TableFit of {outcome} from {len(self.fit.names)} columns, {self.fit.rows:,} rows{state}>"

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def to_json(self) -> dict[str, Any]:
        """See `Saved`."""
        formula = isinstance(self.design, FormulaDesign)
        return {
            "design": None if formula else self.design.to_json(),
            "formula": self.design.to_json() if formula else None,
            "fit": self.fit.to_json(),
            "totals": self.totals.to_json(),
        } | ({} if self.held_out is None else {"held_out": self.held_out.to_json()})

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> TableFit:
        """Return the model in such data: the inverse of `to_json`."""
        design: Design | FormulaDesign = (
            Design.from_json(record["design"]) if record["design"] else FormulaDesign.from_json(record["formula"])
        )
        fit = LogisticFit.from_json(record["fit"])
        if fit.names != design.names:
            raise DamagedError("fit.names", "are not those of the columns of the design")
        held_out = record.get("held_out")
        return cls(design, fit, Totals.from_json(record["totals"]), held_out and HeldOut.from_json(held_out))

    def _matrix(
        self, source: Any, missing: Literal["error", "nan"], first_row: int = 1
    ) -> tuple[Matrix, Vector | None]:
        table = read_fields(source)
        X = self.design.matrix(table, missing=missing, first_row=first_row)
        return X, self.design.offset_values(table, first_row=first_row, missing=missing)


def fit_table(
    source: Any,
    target: str,
    *,
    columns: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    categorical: Sequence[str] = (),
    positive: object = None,
    reference: Mapping[str, object] | None = None,
    missing: Literal["error", "drop"] = "error",
    weights: str | None = None,
    offset: str | None = None,
    memory_limit: int | str | None = None,
    client: Any = None,
    cv: int | None = None,
    group: str | None = None,
    seed: int = 0,
    test: Any = None,
    **options: Any,
) -> TableFit:
    """Fit a logistic regression on a table.

    Parameters
    ----------
    source : anything that `vh.data.read_table` reads
        A path (CSV, Parquet, ...), "-", a pandas, polars or Arrow table, a dict of columns. Parquet, Arrow and CSV
        files, a folder or a pattern (`*`, `?`) of Parquet or CSV files, and Arrow streams are read a batch at a time.
        Or a Dask DataFrame.
    target, columns, exclude, categorical, positive, reference, missing, weights, offset
        The columns and their roles, as in `vh.data.learn_design`.
    memory_limit : int or str, optional
        Bytes, or text such as "256MB", that the batches may take in memory; beyond it they are kept in a scratch file
        in the folder for temporary files. By default a quarter of the memory that is free.
    client : distributed.Client, optional
        A Dask cluster for the work. Partitions of a Dask DataFrame, and the row groups of Parquet files, are read by
        its workers and stay there; a pass over the data sends one record of statistics. The fit has the same bits
        whatever the number of workers, and without a client for a Dask DataFrame. What looks at single rows again and
        again (`firth=True`, columns that need more than double precision) needs all rows in this process, within
        `memory_limit`.
    cv : int, optional
        A number of folds, each predicted by a fit of the others, to judge the model by: `vh.evaluate(model.held_out)`.
        Outcomes are spread evenly over the folds. The rows are read once, and each of the cv further fits passes over
        them where they lie.
    group : str, optional
        A column whose groups are kept together in a fold, such as the patient of several visits. It is not in X.
    seed : int
        The seed of the folds.
    test : anything that `vh.data.read_table` reads, optional
        Another table to judge the model by, instead of folds.
    **options
        Options of `vh.regression.fit`: C, firth, intercept, collinear, tolerance, max_passes.

    Returns
    -------
    TableFit
        The fitted model.

    Raises
    ------
    DataError
        If the table cannot be read or used; the message says why, where and what to do.
    ValueError
        If an option is out of range.

    Examples
    --------
    >>> import verhulst as vh
    >>> model = vh.fit_table(vh.data.load_dataset("anes96"), "vote", positive="Dole", columns=["age", "income"])
    >>> model.fit.names
    ('age', 'income')
    """
    limit, folds = bytes_allowed(memory_limit), folds_asked(cv, group, seed, test)
    if folds and folds.group is not None and columns is None:
        exclude = [*column_names(exclude, "exclude"), folds.group]
    request: dict[str, Any] = {
        "target": target,
        "columns": columns,
        "exclude": exclude,
        "categorical": categorical,
        "reference": reference,
        "missing": missing,
        "weights": weights,
        "offset": offset,
    }
    if client is not None or is_dask_collection(source):
        if folds:
            raise RequestError("cross-validation needs all rows in this process: leave cv= out, or pass test=.")
        return _tested(_fitted_in_parts(open_parts(source, client, limit), request, positive, limit, options), test)
    if not folds and (counted := fit_of_counts(source, request, positive, options)) is not None:
        return _tested(TableFit(*counted), test)
    target, used = column_name(target, "target"), None
    grouped = [folds.group] if folds and folds.group is not None else []
    categorical, reference = column_names(categorical, "categorical"), levels_by_name(reference, "reference")
    if columns := column_names_or_none(columns, "columns"):
        exclude, roles = column_names(exclude, "exclude"), {"weights": weights, "offset": offset}
        roles_given = [column_name(name, role) for role, name in roles.items() if name is not None]
        used = [target, *columns, *exclude, *categorical, *reference, *roles_given, *grouped]
    table = kept_table(source, used, limit, texts=[target, *categorical, *reference, *grouped])
    given = read_fields(source if table is None else table)
    design, table = learn_table(given, positive=positive, **request)
    labels = _labels(design, given, table, folds)
    return _tested(_fitted(design, make_block(design, table, in_place=True), options, folds, labels), test)


def fit_formula(
    formula: str,
    source: Any,
    *,
    positive: object = None,
    missing: Literal["error", "drop"] = "error",
    weights: str | None = None,
    offset: str | None = None,
    context: Mapping[str, Any] | None = None,
    cv: int | None = None,
    group: str | None = None,
    seed: int = 0,
    test: Any = None,
    **options: Any,
) -> TableFit:
    """Fit a logistic regression with a formula: `vote ~ age + C(party)`.

    Parameters
    ----------
    formula : str
        A formula in formulaic's grammar; the target is the name of a column, and `.` stands for all columns except
        target, weights and offset.
    source, positive, missing, weights, offset
        As for `fit_table`.
    context : mapping, optional
        Further names for the formula: `{"k": 10}` for `I(age / k)`.
    cv, group, seed, test
        As for `fit_table`. Means and knots that a formula learns (`scale(x)`, `bs(x)`) are those of all rows, in every
        fold; outcomes take no part in them.
    **options
        As for `fit_table`.

    Returns
    -------
    TableFit
        The fitted model.

    Raises
    ------
    DataError
        If the formula cannot be evaluated on the table.

    Examples
    --------
    >>> import verhulst as vh
    >>> model = vh.fit_formula("vote ~ age + np.log(income)", vh.data.load_dataset("anes96"), positive="Dole")
    >>> model.fit.names
    ('age', 'np.log(income)')
    """
    folds = folds_asked(cv, group, seed, test)
    table = read_fields(source)
    design, block = learn_formula(
        formula, table, positive=positive, missing=missing, weights=weights, offset=offset, context=context
    )
    labels = _labels(design, table, table, folds)
    return _tested(_fitted(design, block, {"intercept": design.intercept} | options, folds, labels), test)


def _labels(design: Design | FormulaDesign, given: pa.Table, table: pa.Table, folds: Folds | None) -> Any:
    """Return the group of each row of the fit; None without groups."""
    if folds is None or folds.group is None:
        return None
    return labels_of_rows(given, folds.group, design.complete_rows(table))


def _tested(model: TableFit, test: Any) -> TableFit:
    return model if test is None else replace(model, held_out=model.test_on(test))


def _fitted_in_parts(
    source: PartedTable, request: dict[str, Any], positive: object, limit: int, options: dict[str, Any]
) -> TableFit:
    with _of_table(source_of(source.columns)):
        return TableFit(*fit_of_parts(source, request, positive, limit, options))


def _fitted(
    design: Design | FormulaDesign,
    block: Block,
    options: dict[str, Any],
    folds: Folds | None = None,
    labels: Any = None,
) -> TableFit:
    X, y, weights, offset = block.X, block.y, block.weights, block.offset
    with _of_table(design.source):
        found = fit(X, y, weights, offset, names=design.names, **options)
        totals = Totals.of(X, y, found.log_odds(X, offset), weights)
        if folds is None:
            return TableFit(design, found, totals)
        held_out = cross_validated(block, design.names, factor_places(design), options, folds, labels)
    lost = design.rows_read - design.rows_kept
    return TableFit(design, found, totals, replace(held_out, source=design.source, left_out=lost))


@contextmanager
def _of_table(source: str) -> Iterator[None]:
    """Errors of the arrays are errors of the table: one class without rows of weight 0, equal names."""
    try:
        yield
    except DataError:
        raise
    except ValueError as error:
        raise DataError(f"{source}: {error}." if source else f"{error}.") from None
