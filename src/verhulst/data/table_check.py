"""Look at a table as a fit will: all that stops it, and what makes its results doubtful, in one list."""

from __future__ import annotations

import difflib
import hashlib
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst._numbers import counted
from verhulst.data.check_columns import doubt_of_numbers, leak, rare_levels, spellings
from verhulst.data.check_kinds import ColumnKinds
from verhulst.data.check_reading import Read, read_anyhow
from verhulst.data.column import Column
from verhulst.data.column_values import kind_of, label_counts
from verhulst.data.dependent_columns import dependent
from verhulst.data.distinct_texts import read_words
from verhulst.data.errors import DataError, RequestError
from verhulst.data.fields import delimiter_of
from verhulst.data.missing_values import missing as missing_in
from verhulst.data.problems import Problem, TableCheck, first_sentence, option, sorted_problems
from verhulst.data.request import Request, Roles
from verhulst.data.source import place, source_of
from verhulst.data.target import Target
from verhulst.data.unread import unread

if TYPE_CHECKING:
    import pyarrow as pa

# Rows in which columns are compared with each other and with the outcome, evenly over the table.
MOST_ROWS = 200_000
# A column with a larger share of missing values is left out rather than the rows.
_MOSTLY_MISSING = 0.5
_YES = {"yes", "y", "true", "t", "1", "ja", "j", "oui", "si", "sí", "sì", "sim", "positive", "pos"}
_FEW_CASES = 10.0  # of the rarer outcome for each coefficient (Peduzzi et al. 1996)


def check(
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
    multinomial: bool = False,
    C: float = math.inf,
    firth: bool = False,
    format: str | None = None,
) -> TableCheck:
    """Look for everything in a table that stops a fit or makes its results doubtful.

    What stops a fit: text in another encoding, lines of a wrong length or above the names, another delimiter; a target
    that has no two values, or whose value that counts as 1 has to be named; dates, identifiers, numbers with words
    among them or with unclear signs; missing values. What makes results doubtful: columns that tell rows apart, look
    like codes, are constant, copies, or nearly combinations of others; a column that alone decides the outcome, or most
    rows of one outcome; levels of a file and numbers that look like marks of missing values; levels in two spellings;
    rare levels; few cases for the coefficients. Each problem comes with the option of `verhulst fit` that goes round
    it, except such levels and spellings, of which only you know; together the options let the table be fitted.

    Parameters
    ----------
    source : anything that `vh.data.read_table` reads
        The table. One that comes in batches may be larger than memory. Columns are compared with each other in up to
        200,000 rows, evenly over the table.
    target : str, optional
        The column to predict.
    columns, exclude, categorical, positive, reference, missing, weights, offset, dates, lump, multinomial, C, firth
        As in `vh.fit_table`: what is already known.
    format : str, optional
        The format of a file, if its name does not show it.

    Returns
    -------
    TableCheck
        The problems, those that stop a fit first.

    Raises
    ------
    RequestError
        If a column that is named is not there.
    DataError
        If the table cannot be read at all.

    Examples
    --------
    >>> import verhulst as vh
    >>> x = [None, 1.5, 2.5, 0.5, 1.0] * 12
    >>> vh.check({"id": [f"c{k}" for k in range(60)], "y": ["no", "yes"] * 30, "x": x}, "y")
    the table: 60 rows, 3 columns; 3 problems, of which 3 stop a fit
    1. The target 'y' is 'no' (30 rows) and 'yes' (30 rows): say which of them counts as 1. -> --positive yes
    2. Column 'id' is text with 60 distinct values in 60 rows, like a name or a case number. -> --exclude id
    3. Values are missing in 12 of 60 rows: 'x' in 12. -> --missing drop
    All options: --positive yes --exclude id --missing drop
    """
    found = read_anyhow(source, target, format)
    asked = Roles(
        target, columns, exclude, categorical, positive, reference, missing, weights, offset, dates, lump, multinomial
    )
    return check_read(found, asked, penalised=firth or math.isfinite(C))


def check_read(read: Read, asked: Roles, *, penalised: bool = False) -> TableCheck:
    """Look for the problems of a table that has been read; see `check`."""
    table, source, problems = read.table, read.source, list(read.problems)
    at = place(table)
    given_out = [asked.exclude] if isinstance(asked.exclude, str) else list(asked.exclude)
    if asked.columns is None:
        for name, why in unread(table).items():
            if name not in given_out and name != asked.target:
                problems.append(
                    Problem("unreadable column", name, True, first_sentence(why, at), option("--exclude", name))
                )
                given_out.append(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # what is noted of columns is among the problems
        request = replace(asked, exclude=given_out).of(table)
        learned, found = _target(table, request, at)
        problems += found
        # What the words among numbers in a file mean may change how the whole file is read.
        kinds = ColumnKinds(table, source, request, at)
        table = kinds.table
        problems += kinds.problems
        problems += filter(None, map(spellings, kinds.columns.values()))
        single = _by_themselves(table, request, learned, kinds.columns, kinds.codes)
        holes, kept = _missing(table, request, kinds.columns)
        looked_at = _some(kept)
        problems += holes + single + _together(table, request, kinds.columns, looked_at, kept, penalised)
        if (
            learned is not None
            and not penalised
            and not any(each.kind == "more columns than rows" for each in problems)
        ):
            problems += _few_cases(learned, table, request, kept, kinds.columns, problems)
    return TableCheck(
        source_of(table),
        table.num_rows,
        table.num_columns + len(unread(table)),
        len(looked_at),
        request.target,
        sorted_problems(problems),
    )


def _target(table: pa.Table, request: Request, at: str) -> tuple[Target | None, list[Problem]]:
    """Return the target, if it can be used, and its problems."""
    if request.target is None:
        return None, []
    values = _labels(table, request.target)
    try:
        return request.learn_outcomes(values, at), []
    except DataError as error:
        fault = error
    flag = ""
    learned: Target | None = None
    counts = label_counts(values) if kind_of(values.type) != "unusable" else {}
    if isinstance(fault, RequestError) and len(counts) == 2:
        # The value that was probably meant; else the one that says yes, otherwise the rarer one.
        near = [] if request.positive is None else difflib.get_close_matches(str(request.positive), counts, 1)
        chosen = (
            near[0]
            if near
            else min(counts, key=lambda level: (level.strip().casefold() not in _YES, counts[level], level))
        )
        flag = option("--positive", chosen)
        learned = replace(request, positive=chosen).learn_outcomes(values, at)
    elif 2 < len(counts) <= 50 and not request.multinomial and kind_of(values.type) != "numeric":
        flag = "--multinomial"
    said = re.sub(r", for instance positive=.*|\. Keep the rows.*|\. For a model.*", ".", str(fault))
    return learned, [Problem("target", request.target, True, first_sentence(said, at), flag)]


def _labels(table: pa.Table, name: str) -> pa.ChunkedArray:
    return table[name] if delimiter_of(table, name) is None else read_words(table[name])


def _missing(table: pa.Table, request: Request, columns: dict[str, Column]) -> tuple[list[Problem], NDArray[np.intp]]:
    """Return the problems of missing values, and the rows that have none; mostly empty columns are left out."""
    rows = table.num_rows
    masks = {name: missing_in(table[name]) for name in columns}
    problems = []
    for name in list(columns):
        share = float(masks[name].mean())
        if share > _MOSTLY_MISSING and request.missing == "error":
            matter = f"Column {name!r} has no value in {masks[name].sum():,} of {rows:,} rows ({share:.0%})."
            problems.append(Problem("mostly missing", name, True, matter, option("--exclude", name)))
            del columns[name], masks[name]
    for other in filter(None, (request.target, request.weights, request.offset)):
        masks[other] = missing_in(_labels(table, other))
    holes = np.logical_or.reduce([*masks.values(), np.zeros(rows, dtype=np.bool_)])
    counts = {name: int(mask.sum()) for name, mask in masks.items() if mask.any()}
    if counts and request.missing == "error":
        said = ", ".join(f"{name!r} in {number:,}" for name, number in counts.items())
        matter = f"Values are missing in {int(holes.sum()):,} of {rows:,} rows: {said}."
        problems.append(Problem("missing values", None, True, matter, "--missing drop"))
    return problems, np.flatnonzero(~holes)


def _some(kept: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return at most `MOST_ROWS` of these rows, evenly spread."""
    step = -(-len(kept) // MOST_ROWS) if len(kept) else 1
    return kept[::step]


def _by_themselves(
    table: pa.Table,
    request: Request,
    learned: Target | None,
    columns: dict[str, Column],
    codes: Mapping[str, str],
) -> list[Problem]:
    """Return what makes single columns doubtful, by themselves or with the outcome; those to leave out are left out."""
    rows = _array_of(_some(np.arange(table.num_rows)))
    outcome = None
    if learned is not None and request.target is not None and not request.multinomial:
        outcome = learned.values(_labels(table, request.target).take(rows))
    found = [_doubt(table, column, rows, outcome, codes.get(name)) for name, column in columns.items()]
    problems = [problem for problem in found if problem is not None]
    for number, problem in enumerate(problems):
        name = str(problem.column)
        if problem.option.startswith("--exclude"):
            del columns[name]
            # Its missing values are no longer counted, but stop a fit that has the column.
            problems[number] = replace(
                problem, stops=request.missing == "error" and bool(missing_in(table[name]).any())
            )
    return problems


def _together(
    table: pa.Table,
    request: Request,
    columns: dict[str, Column],
    looked_at: NDArray[np.intp],
    kept: NDArray[np.intp],
    penalised: bool,
) -> list[Problem]:
    """Return what makes columns doubtful in the rows without missing values: constants, rare levels, dependence."""
    if not len(looked_at):
        return []
    problems: list[Problem] = []
    numeric: dict[str, NDArray[np.float64]] = {}
    groups: dict[bytes, str] = {}
    for name, column in list(columns.items()):
        values = column.read(table[name].take(_array_of(looked_at)))
        kind = matter = ""
        if len(np.unique(values)) == 1:
            kind, matter = "constant", f"Column {name!r} has the same value in every row."
        elif column.kind != "categorical":
            numeric[name] = values
        else:
            kind, same = "copy", groups.setdefault(_groups(values), name)
            if same != name:
                matter = f"Column {name!r} has the same groups of rows as {same!r}."
        if matter:
            problems.append(Problem(kind, name, False, matter, option("--exclude", name)))
        elif column.kind == "categorical" and not request.lump and column.date is None:
            counts = label_counts(table[name].take(_array_of(kept)))
            problems += rare_levels(column, counts, name in request.reference)
    if len(numeric) > 1:
        problems += dependent(list(numeric), np.column_stack(list(numeric.values())), penalised)
    return problems


def _array_of(rows: NDArray[np.intp]) -> pa.Array:
    import pyarrow as pa

    return pa.array(rows)


def _groups(codes: NDArray[np.int64]) -> bytes:
    """Return what is the same for columns that divide the rows into the same groups: each level's first row."""
    _, first, places = np.unique(codes, return_index=True, return_inverse=True)
    return hashlib.blake2b(first[places].tobytes()).digest()


def _doubt(
    table: pa.Table, column: Column, rows: pa.Array, outcome: NDArray[np.float64] | None, code: str | None
) -> Problem | None:
    """Return the problem of a column by itself, and with the outcome; `code` is a text in it that looks like one."""
    name, values = column.name, table[column.name].take(rows)
    x = column.read(values).astype(np.float64)
    if column.kind == "categorical":
        x[x < 0] = np.nan
    if outcome is not None:
        known = ~np.isnan(outcome)
        if said := leak(column, x[known], outcome[known]):
            return Problem("decides the outcome", name, False, said, option("--exclude", name))
    if column.kind != "numeric" or column.date is not None:
        return None
    return doubt_of_numbers(name, x, code)


def _few_cases(
    learned: Target,
    table: pa.Table,
    request: Request,
    kept: NDArray[np.intp],
    columns: Mapping[str, Column],
    problems: Sequence[Problem],
) -> list[Problem]:
    """Return the problem of a rarer outcome with few rows for the coefficients that are left."""
    if request.multinomial or request.weights is not None or request.target is None or not len(kept):
        return []
    out = {problem.column for problem in problems if problem.option.startswith("--exclude")}
    coefficients = 1 + sum(len(column.names) for name, column in columns.items() if name not in out)
    y = learned.values(_labels(table, request.target).take(_array_of(kept)))
    rarer = int(min(y.sum(), len(y) - y.sum()))
    if rarer >= _FEW_CASES * coefficients:
        return []
    name = learned.levels[0] if y.sum() > len(y) / 2 else learned.levels[1]
    matter = (
        f"There {'is' if rarer == 1 else 'are'} {counted(rarer, 'row')} with {request.target} = {name} for "
        f"{counted(coefficients, 'coefficient')}; below "
        f"{_FEW_CASES:.0f} for each, estimates are too far from 0."
    )
    return [Problem("few cases", None, False, matter, "--firth")]
