"""Outcomes as counts: a row that stands for so many successes among so many trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from verhulst.data.choice import check_names
from verhulst.data.column_values import kind_of, numbers
from verhulst.data.errors import DataError, RequestError
from verhulst.data.fields import delimiter_of
from verhulst.data.in_memory import is_dask_collection
from verhulst.data.read import read_fields
from verhulst.data.reading import Reading
from verhulst.data.source import place
from verhulst.data.text_column import read_role

if TYPE_CHECKING:
    import pyarrow as pa


def cases_of_counts(table: Any, successes: str, trials: str) -> tuple[pa.Table, str, str]:
    """Return a table with a row for the successes and one for the failures of each row, and its target and weights.

    A fit of it with these weights is the binomial one: the same likelihood but for a constant.

    Parameters
    ----------
    table : anything that `read_table` reads
    successes, trials : str
        Columns of whole numbers, 0 <= successes <= trials. A missing number is a missing weight.

    Returns
    -------
    table : pyarrow.Table
        The other columns, the target (true for successes) and the weights; rows of weight 0 are left out.
    target, weights : str
        The names of the new columns.

    Raises
    ------
    RequestError
        If the columns are not there, or are the same.
    DataError
        If a number is not such a count; the message gives its row.

    Examples
    --------
    >>> made, target, weights = cases_of_counts({"dose": [1, 2], "died": [0, 3], "n": [5, 8]}, "died", "n")
    >>> made.to_pylist()[0]
    {'dose': 2, 'died of n': True, 'cases of n': 3.0}
    >>> made[weights].to_pylist(), made[target].to_pylist()
    ([3.0, 5.0, 5.0], [True, False, False])
    """
    import pyarrow as pa

    table = read_fields(table)
    at = place(table)
    if successes == trials:
        raise RequestError(f"{at}column {successes!r} cannot be both the successes and the trials.")
    check_names(table, [successes, trials])
    won, all_trials = (_counts(table, name, at) for name in (successes, trials))
    wrong = won > all_trials
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"{at}row {row + 1}: there are {won[row]:g} successes ({successes!r}) in {all_trials[row]:g} trials "
            f"({trials!r})."
        )
    target, weights = f"{successes} of {trials}", f"cases of {trials}"
    others = table.drop_columns([successes, trials])
    for name in (target, weights):
        if name in others.column_names:
            raise RequestError(f"{at}there is a column {name!r}, which would be that of the counts; rename it.")
    parts = []
    for outcome, cases in ((True, won), (False, all_trials - won)):
        kept = pa.array(~(cases == 0))
        part = others.append_column(target, pa.array(np.full(len(cases), outcome)))
        part = part.append_column(weights, pa.array(cases, from_pandas=True))
        parts.append(part.filter(kept))
    return pa.concat_tables(parts), target, weights


def tables_of_counts(
    source: Any, test: Any, successes: str | None, trials: str | None
) -> tuple[pa.Table, str, str, pa.Table | None]:
    """Return the cases of a table and of one to judge by, which is read like it, and the target and the weights.

    Raises
    ------
    RequestError
        If one of the columns is not named, or the rows are not in this process.
    """
    if successes is None or trials is None:
        raise RequestError("successes and trials are given together.")
    if is_dask_collection(source):
        raise RequestError("successes and trials are counted in this process: compute() the Dask DataFrame first.")
    table, target, weights = cases_of_counts(source, successes, trials)
    if test is None:
        return table, target, weights, None
    reading = Reading.of(source)
    others = cases_of_counts(test if reading is None else reading.applied(test), successes, trials)[0]
    return table, target, weights, others


def refuse_beside_counts(**given: object) -> None:
    """Raise if something was given that does not go with successes and trials."""
    if odd := [name for name, value in given.items() if value is not None and value is not False]:
        raise RequestError(f"{odd[0]} cannot be used with successes and trials.")


def formula_of_counts(formula: str, target: str) -> str:
    """Return a formula without a left side with this target.

    Raises
    ------
    RequestError
        If it has one.

    Examples
    --------
    >>> formula_of_counts("~ log(dose)", "died of n")
    '`died of n` ~ log(dose)'
    """
    left, tilde, right = formula.partition("~")
    if not tilde or left.strip():
        raise RequestError("with successes and trials the formula has no left side, such as '~ log(dose)'.")
    return f"`{target}` ~{right}"


def _counts(table: pa.Table, name: str, at: str) -> NDArray[np.float64]:
    """Return a column of counts, nan where one is missing."""
    values, delimiter = table[name], delimiter_of(table, name)
    if delimiter is not None:
        values = read_role(values, name, "the column of counts", delimiter, at)
    elif kind_of(values.type) != "numeric":
        raise DataError(f"{at}the column of counts {name!r} must contain numbers; its type is {values.type}.")
    counts = numbers(values)
    wrong = ~np.isnan(counts) & ~((counts >= 0) & (counts == np.floor(counts)) & np.isfinite(counts))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(f"{at}row {row + 1}, column {name!r}: {counts[row]:g} is no count: a whole number, 0 or more.")
    return counts
