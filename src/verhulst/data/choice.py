"""The columns of a table that a design uses, and the role of each."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from verhulst.data.column_values import kind_of, numbers
from verhulst.data.errors import ReadingWarning, RequestError, UnknownColumnError, did_you_mean, listed
from verhulst.data.fields import delimiter_of
from verhulst.data.source import place
from verhulst.data.text_column import as_doubles
from verhulst.data.unread import refuse_unread, unread

if TYPE_CHECKING:
    import pyarrow as pa

# The names of the column that pandas writes for an index without a name, in a file and when it has read that file.
_UNNAMED = re.compile(r"\s*|Unnamed: 0(\.[0-9]+)*")


def roles(table: pa.Table, target: str | None, weights: str | None, offset: str | None) -> dict[str, str]:
    """Return the columns that are not columns of X, with the role of each.

    Raises
    ------
    RequestError
        If a column has two roles.
    UnknownColumnError
        If a column does not exist.
    """
    named = {"target": target, "weights": weights, "offset": offset}
    taken = {name: role for role, name in named.items() if name is not None}
    if len(taken) < sum(name is not None for name in named.values()):
        twice = next(name for name in taken if list(named.values()).count(name) > 1)
        raise RequestError(f"{place(table)}column {twice!r} cannot be two of target, weights and offset at once.")
    check_names(table, list(taken))
    return taken


def check_names(table: pa.Table, names: Sequence[str]) -> None:
    """Raise if a column could not be read; raise an UnknownColumnError with a suggestion if the table lacks one."""
    refuse_unread(table, names)
    for name in names:
        if name not in table.column_names:
            single = table.num_columns == 1 and delimiter_of(table, table.column_names[0]) is not None
            raise UnknownColumnError(
                f"{place(table)}there is no column {name!r}.{did_you_mean(name, table.column_names)} "
                f"The columns are {listed(table.column_names, 12)}."
                f"{' Values must be separated by commas, semicolons, tabs or bars.' if single else ''}"
            )


def choose_columns(
    table: pa.Table,
    taken: Mapping[str, str],
    columns: Sequence[str] | None,
    exclude: Sequence[str],
    named: Collection[str],
) -> list[str]:
    """Return the columns of X: those given, or all except `taken`, `exclude` and pandas' index, unless it is `named`.

    Raises
    ------
    RequestError
        If a column is given twice, has another role, or none is left.
    """
    at = place(table)
    if columns is None:
        index = [name for name in index_columns(table) if name not in {*taken, *exclude, *named}]
        warn_of_index(index)
        exclude = [*exclude, *index]
        refuse_unread(table, [name for name in unread(table) if name not in exclude])
    for name in columns or ():
        if name in taken:
            raise RequestError(f"{at}column {name!r} is the {taken[name]}; it cannot be a column of X as well.")
    all_names = table.column_names if columns is None else columns
    chosen = [name for name in all_names if name not in taken and name not in exclude]
    if not chosen:
        raise RequestError(f"{at}no column is left for X among {listed(table.column_names)}.")
    if len(set(chosen)) < len(chosen):
        raise RequestError(f"{at}column {next(n for n in chosen if chosen.count(n) > 1)!r} is given twice for X.")
    return chosen


def index_columns(table: pa.Table) -> list[str]:
    """Return the first columns that look like pandas' index: without a name, and different whole numbers in the rows.

    pandas itself names such a column of a file `Unnamed: 0`, and `Unnamed: 0.1` if it reads what it wrote once more.
    """
    found = []
    for name in takewhile(_UNNAMED.fullmatch, table.column_names):
        values = table[name] if delimiter_of(table, name) is None else as_doubles(table[name])
        if values is None or kind_of(values.type) != "numeric":
            break
        x = numbers(values)
        if not (np.isfinite(x) & (x == np.floor(x))).all() or len(np.unique(x)) < len(x):
            break
        found.append(name)
    return found


def warn_of_index(names: Sequence[str]) -> None:
    """Warn about columns that were left out as `index_columns`."""
    for name in names:
        which = "named by pandas because it has no name, has" if name.strip() else "the first, has no name and"
        warnings.warn(
            f"column {name!r}, {which} a different whole number in each row, like the index of a pandas frame; it is "
            "left out. To use it, give it a name",
            ReadingWarning,
            stacklevel=4,
        )
