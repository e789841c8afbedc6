"""Logistic regression of tables: `fit_table` and `fit_formula`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from verhulst.data.batches import kept_table
from verhulst.data.block import Block, make_block
from verhulst.data.column_values import level_type_of
from verhulst.data.design import Design
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.errors import DataError, RequestError
from verhulst.data.fields import delimiter_of
from verhulst.data.formula import learn_formula
from verhulst.data.group_labels import labels_of_rows
from verhulst.data.in_memory import is_dask_collection
from verhulst.data.learn import learn_table
from verhulst.data.memory_limit import bytes_allowed
from verhulst.data.names_given import column_name, column_names, column_names_or_none, levels_by_name, parts_by_name
from verhulst.data.parted_table import PartedTable, open_parts
from verhulst.data.progress import Callback, require_callback
from verhulst.data.read import read_fields
from verhulst.data.reading import Reading
from verhulst.data.request import Roles
from verhulst.data.source import source_of
from verhulst.data.successes import formula_of_counts, refuse_beside_counts, tables_of_counts
from verhulst.regression.checkpoint import Checkpoint, checkpointed
from verhulst.regression.class_held_out import cross_validated_classes
from verhulst.regression.fit_of_counts import fit_of_counts
from verhulst.regression.fit_of_parts import fit_of_parts
from verhulst.regression.fitting import checked, fitted
from verhulst.regression.held_out import Folds, cross_validated, folds_asked
from verhulst.regression.multinomial_fit import MultinomialFit
from verhulst.regression.observations import observations
from verhulst.regression.prepare import Settings
from verhulst.regression.statistics import Vector
from verhulst.regression.table_answers import factor_places
from verhulst.regression.table_classes import MultinomialTableFit, fit_block
from verhulst.regression.table_fit import TableFit
from verhulst.regression.totals import Totals

if TYPE_CHECKING:
    import pyarrow as pa

AnyTableFit = TypeVar("AnyTableFit", TableFit, MultinomialTableFit)


@overload
def fit_table(
    source: Any,
    target: str | None = None,
    *,
    columns: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    categorical: Sequence[str] = (),
    positive: object = None,
    reference: Mapping[str, object] | None = None,
    missing: Literal["error", "drop"] = "error",
    weights: str | None = None,
    offset: str | None = None,
    dates: Mapping[str, str] | None = None,
    lump: int = 0,
    memory_limit: int | str | None = None,
    client: Any = None,
    callback: Callback | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    multinomial: Literal[False] = False,
    cv: int | None = None,
    group: str | None = None,
    seed: int = 0,
    test: Any = None,
    successes: str | None = None,
    trials: str | None = None,
    **options: Any,
) -> TableFit: ...
@overload
def fit_table(source: Any, target: str, *, multinomial: Literal[True], **options: Any) -> MultinomialTableFit: ...
@overload
def fit_table(source: Any, target: str, *, multinomial: bool, **options: Any) -> TableFit | MultinomialTableFit: ...
def fit_table(
    source: Any,
    target: str | None = None,
    *,
    columns: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    categorical: Sequence[str] = (),
    positive: object = None,
    reference: Mapping[str, object] | None = None,
    missing: Literal["error", "drop"] = "error",
    weights: str | None = None,
    offset: str | None = None,
    dates: Mapping[str, str] | None = None,
    lump: int = 0,
    memory_limit: int | str | None = None,
    client: Any = None,
    callback: Callback | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    multinomial: bool = False,
    cv: int | None = None,
    group: str | None = None,
    seed: int = 0,
    test: Any = None,
    successes: str | None = None,
    trials: str | None = None,
    **options: Any,
) -> TableFit | MultinomialTableFit:
    """Fit a logistic regression on a table.

    Parameters
    ----------
    source : anything that `vh.data.read_table` reads
        A path (CSV, Parquet, ...), "-", a pandas, polars or Arrow table, a dict of columns. Parquet, Arrow and CSV
        files, a folder or a pattern (`*`, `?`) of Parquet or CSV files, and Arrow streams are read a batch at a time.
        Or a Dask DataFrame.
    target, columns, exclude, categorical, positive, reference, missing, weights, offset, dates, lump
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
    callback : callable, optional
        Called with a `verhulst.data.Progress` after each batch of rows that is read, and after each pass over them.
        An exception that it raises ends the fit.
    checkpoint : str or PathLike, optional
        A file for what the passes over the rows find, written anew after each and removed when the fit is complete. If
        the fit is interrupted, or its process killed, `resume=True` goes on from it.
    resume : bool
        Whether to go on from the checkpoint, if there is one, of a fit with the same arguments and the same rows, to
        the same bits: the rows are read again, and the passes that were made are not repeated, but for the first.
    multinomial : bool
        Whether the target has classes, 2 to 50, in place of two values: one model of all of them. The others are
        compared with the first, or with that of `reference`: `reference={"vote": "Dole"}`.
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
    successes, trials : str, optional
        Columns of numbers of successes and of trials, in place of a target and weights: the binomial fit.
    **options
        Options of `vh.regression.fit`: C, firth, intercept, collinear, tolerance, max_passes; for a multinomial fit
        those of `vh.regression.fit_multinomial`.

    Returns
    -------
    TableFit or MultinomialTableFit
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
    >>> many = vh.fit_table(vh.data.load_dataset("anes96"), "party", columns=["age"], multinomial=True)
    >>> many.classes[:2], many.fit.coefficients.shape
    (('strong Democrat', 'weak Democrat'), (6, 2))
    """
    limit, folds = bytes_allowed(memory_limit), folds_asked(cv, group, seed, test)
    require_callback(callback)
    given = source
    if successes is not None or trials is not None:
        refuse_beside_counts(target=target, weights=weights, positive=positive, multinomial=multinomial, client=client)
        source, target, weights, test = tables_of_counts(source, test, successes, trials)
    elif target is None:
        raise RequestError(
            "there is no target, nor successes and trials: target must be the name of a column, not None."
        )
    if folds and folds.group is not None and columns is None:
        exclude = [*column_names(exclude, "exclude"), folds.group]
    roles = Roles(
        target, columns, exclude, categorical, positive, reference, missing, weights, offset, dates, lump, multinomial
    )
    elsewhere = client is not None or is_dask_collection(source)
    if multinomial and elsewhere:
        _refuse_cluster()
    if elsewhere and folds:
        raise RequestError("cross-validation needs all rows in this process: leave cv= out, or pass test=.")
    asked = {**asdict(roles), **options}
    with checkpointed(checkpoint, resume, source, asked, in_parts=elsewhere) as passes:
        watched = _Watched(callback, passes)
        if elsewhere:
            parts = open_parts(source, client, limit)
            return _finished(_fitted_in_parts(parts, roles, limit, options, watched), given, test)
        if not (folds or multinomial) and (counted := fit_of_counts(source, roles, options)) is not None:
            return _finished(TableFit(*counted), given, test)
        target, used = column_name(target, "target"), None
        grouped = [folds.group] if folds and folds.group is not None else []
        categorical, reference = column_names(categorical, "categorical"), levels_by_name(reference, "reference")
        if columns := column_names_or_none(columns, "columns"):
            exclude, others = column_names(exclude, "exclude"), {"weights": weights, "offset": offset}
            given_roles = [column_name(name, role) for role, name in others.items() if name is not None]
            used = [target, *columns, *exclude, *categorical, *reference, *given_roles, *grouped]
        texts = [target, *categorical, *reference, *grouped, *parts_by_name(dates)]
        table = kept_table(source, used, limit, texts=texts, callback=callback)
        fields = read_fields(source if table is None else table)
        design, table = learn_table(fields, roles)
        block = make_block(design, table, in_place=True)
        groups = _labels(design, fields, table, folds)
        if multinomial:
            of_text = _of_text(design, fields)
            return _finished(_fitted_classes(design, block, of_text, options, watched, folds, groups), given, test)
        return _finished(_fitted(design, block, options, watched, folds, groups), given, test)


@overload
def fit_formula(
    formula: str,
    source: Any,
    *,
    positive: object = None,
    missing: Literal["error", "drop"] = "error",
    weights: str | None = None,
    offset: str | None = None,
    context: Mapping[str, Any] | None = None,
    multinomial: Literal[False] = False,
    reference: Mapping[str, object] | None = None,
    cv: int | None = None,
    group: str | None = None,
    seed: int = 0,
    test: Any = None,
    successes: str | None = None,
    trials: str | None = None,
    **options: Any,
) -> TableFit: ...
@overload
def fit_formula(formula: str, source: Any, *, multinomial: Literal[True], **options: Any) -> MultinomialTableFit: ...
@overload
def fit_formula(formula: str, source: Any, *, multinomial: bool, **options: Any) -> TableFit | MultinomialTableFit: ...
def fit_formula(
    formula: str,
    source: Any,
    *,
    positive: object = None,
    missing: Literal["error", "drop"] = "error",
    weights: str | None = None,
    offset: str | None = None,
    context: Mapping[str, Any] | None = None,
    multinomial: bool = False,
    reference: Mapping[str, object] | None = None,
    cv: int | None = None,
    group: str | None = None,
    seed: int = 0,
    test: Any = None,
    successes: str | None = None,
    trials: str | None = None,
    **options: Any,
) -> TableFit | MultinomialTableFit:
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
    multinomial, reference
        Whether the target has classes, and the one that the others are compared with: `reference={"vote": "Dole"}`.
    cv, group, seed, test
        As for `fit_table`. Means and knots that a formula learns (`scale(x)`, `bs(x)`) are those of all rows, in every
        fold; outcomes take no part in them.
    successes, trials : str, optional
        As for `fit_table`; the formula then has no left side: `~ dose`.
    **options
        As for `fit_table`.

    Returns
    -------
    TableFit or MultinomialTableFit
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
    given = source
    if successes is not None or trials is not None:
        refuse_beside_counts(weights=weights, positive=positive, multinomial=multinomial)
        source, target, weights, test = tables_of_counts(source, test, successes, trials)
        formula = formula_of_counts(formula, target)
    table = read_fields(source)
    design, block = learn_formula(
        formula,
        table,
        positive=positive,
        missing=missing,
        weights=weights,
        offset=offset,
        context=context,
        multinomial=multinomial,
        reference=reference,
    )
    options, groups = {"intercept": design.intercept} | options, _labels(design, table, table, folds)
    if multinomial:
        texts = _of_text(design, table)
        return _finished(_fitted_classes(design, block, texts, options, _Watched(), folds, groups), given, test)
    return _finished(_fitted(design, block, options, _Watched(), folds, groups), given, test)


@dataclass(frozen=True)
class _Watched:
    """What is told of the passes of a fit, and what keeps them."""

    callback: Callback | None = None
    passes: Checkpoint | None = None

    def settings(self, options: Mapping[str, Any]) -> Settings:
        return replace(checked(**options), callback=self.callback, checkpoint=self.passes)


def _refuse_cluster() -> None:
    raise RequestError(
        "a multinomial fit reads all rows in this process: leave the client out. The rows of files that do not fit "
        "in memory are kept in a scratch file; write a Dask DataFrame to Parquet first, or compute() it."
    )


def _labels(design: Design | FormulaDesign, given: pa.Table, table: pa.Table, folds: Folds | None) -> Any:
    """Return the group of each row of the fit; None without groups."""
    if folds is None or folds.group is None:
        return None
    return labels_of_rows(given, folds.group, design.complete_rows(table))


def _finished(model: AnyTableFit, source: Any, test: Any) -> AnyTableFit:
    model = remembering(model, source)
    return model if test is None else replace(model, held_out=model.test_on(test))


def remembering(model: AnyTableFit, source: Any) -> AnyTableFit:
    """Return the model with what was said of the values of its source, if that is a `File`, for new files."""
    reading = Reading.of(source)
    return model if reading is None else replace(model, design=replace(model.design, reading=reading))


def _fitted_in_parts(
    source: PartedTable, roles: Roles, limit: int, options: dict[str, Any], watched: _Watched
) -> TableFit:
    with _of_table(source_of(source.columns)):
        settings = watched.settings(options)
        return TableFit(*fit_of_parts(source, roles, limit, settings))


def _fitted(
    design: Design | FormulaDesign,
    block: Block,
    options: dict[str, Any],
    watched: _Watched,
    folds: Folds | None = None,
    labels: Any = None,
) -> TableFit:
    X, y, weights, offset = block.X, block.y, block.weights, block.offset
    with _of_table(design.source):
        found = fitted(observations(X, y, weights, offset, design.names), watched.settings(options))
        totals = Totals.of(X, y, found.log_odds(X, offset), weights)
        if folds is None:
            return TableFit(design, found, totals)
        held_out = cross_validated(block, design.names, factor_places(design), options, folds, labels)
    lost = design.rows_read - design.rows_kept
    return TableFit(design, found, totals, replace(held_out, source=design.source, left_out=lost))


def _of_text(design: Design | FormulaDesign, table: pa.Table) -> bool:
    """Whether the target is a column of text in a table with types, so that its classes are text."""
    assert design.target is not None
    name = design.target.name
    return delimiter_of(table, name) is None and level_type_of(table[name].type) == "text"


def _fitted_classes(
    design: Design | FormulaDesign,
    block: Block,
    texts: bool,
    options: dict[str, Any],
    watched: _Watched,
    folds: Folds | None,
    labels: Any,
) -> MultinomialTableFit:
    with _of_table(design.source):
        model = fit_block(design, block, texts, options, watched.callback, watched.passes)
        if folds is None:
            return model

        def fitted(others: Vector) -> MultinomialFit:
            return fit_block(design, replace(block, weights=others), texts, dict(options) | {"verbose": 0}).fit

        held_out = cross_validated_classes(block, factor_places(design), folds, labels, model.classes, fitted)
    lost = design.rows_read - design.rows_kept
    return replace(model, held_out=replace(held_out, source=design.source, left_out=lost))


@contextmanager
def _of_table(source: str) -> Iterator[None]:
    """Errors of the arrays are errors of the table: one class without rows of weight 0, equal names."""
    try:
        yield
    except DataError:
        raise
    except ValueError as error:
        raise DataError(f"{source}: {error}." if source else f"{error}.") from None
