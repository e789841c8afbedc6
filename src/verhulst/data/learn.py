"""Learn a design from a table: its columns, their kinds and levels."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from verhulst.data.column import Column
from verhulst.data.column_values import Counted, label, label_counts, level_type_of, levels_of, place_of
from verhulst.data.date_parts import date_field, date_part_of, learn_date_part
from verhulst.data.design import Design
from verhulst.data.distinct_texts import read_words
from verhulst.data.draft import draft_column
from verhulst.data.errors import (
    DataError,
    RequestError,
    categorical_option,
    did_you_mean,
    exclude_option,
    listed,
    warn_of_notes,
)
from verhulst.data.fields import delimiter_of, field_read
from verhulst.data.missing_values import Missing, refuse_empty
from verhulst.data.number_text import unit_of
from verhulst.data.rare_levels import lumped
from verhulst.data.request import Request, Roles, refuse_of_two
from verhulst.data.source import place, source_of
from verhulst.data.whole_columns import with_finite_marked

if TYPE_CHECKING:
    import pyarrow as pa

# A text column with more levels than this is an error that asks, because it would become as many columns of X.
MOST_LEVELS = 1000


def learn_table(table: Any, asked: Roles) -> tuple[Design, pa.Table]:
    """Learn a design as `learn_design`, and return it with the table as the design reads it."""

    from verhulst.data.read import read_fields

    table = read_fields(table)
    at = place(table)
    request = asked.of(table)
    if request.multinomial:
        refuse_of_two(request.positive, request.offset)
    target = request.target
    for name, part in request.dates.items():
        table = with_date_part(table, name, part)
    read = {name: _drafted(table, name, request) for name in request.chosen}
    drafts = tuple(draft for draft, _ in read.values())
    for name, (_, values) in read.items():
        if values is not None:
            table = table.set_column(table.column_names.index(name), field_read(name, values.type), values)
    design = Design(
        drafts,
        weights=request.weights,
        offset=request.offset,
        missing=request.missing,
        source=source_of(table),
        rows_read=table.num_rows,
    )
    if target is not None:
        values = table[target] if delimiter_of(table, target) is None else read_words(table[target])
        design = replace(design, target=request.learn_outcomes(values, at))
    table = design.typed(table)
    table = with_finite_marked(table, design.used_names)
    kept = design.complete(table)
    if kept.num_rows == 0:
        refuse_empty(table, design.used_names)
        raise DataError(f"{at}every row has a missing value in {listed(design.used_names)}; no row is left.")
    learned = tuple(
        learn_column(kept, column, column.name in request.categorical, request.reference, lump=request.lump)
        for column in drafts
    )
    if target is not None and kept.num_rows < table.num_rows:
        # The classes are those of the rows that are left.
        left = request.learn_outcomes(kept[target], f"{at}after rows with missing values were left out, ")
        design = replace(design, target=left)
    warn_of_notes(tuple(note for column in learned for note in column.notes))
    return replace(design, columns=learned, rows_kept=kept.num_rows), table


def learn_design(
    table: Any,
    target: str | None,
    *,
    columns: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    categorical: Sequence[str] = (),
    positive: object = None,
    reference: Mapping[str, object] | None = None,
    missing: Missing = "error",
    weights: str | None = None,
    offset: str | None = None,
    multinomial: bool = False,
    dates: Mapping[str, str] | None = None,
    lump: int = 0,
) -> Design:
    """Learn how a table becomes a design matrix and a target.

    Numbers and booleans become one column each; text and dictionary columns become one column for each level except
    the reference level, which is the first: in the order of the dictionary if there is one (pandas' categories,
    polars' Enum), otherwise in sorted order. Only levels that occur are kept.

    Parameters
    ----------
    table : pyarrow.Table or anything that `read_table` reads
        The data.
    target : str or None
        The column to predict, with two values, or classes. Columns of a frame that are numbered may be given by number.
    columns : str or sequence of str, optional
        The columns of X, in this order. By default all except target, weights, offset, `exclude`, and the index that
        pandas writes first and without a name.
    exclude : str or sequence of str
        Columns to leave out.
    categorical : str or sequence of str
        Columns to treat as categories although they contain numbers or have very many levels.
    positive : object, optional
        The target's value that counts as 1. Needed unless the values are 0 and 1 or false and true.
    reference : mapping of column to level, optional
        The level that the others are compared with.
    missing : {"error", "drop"}
        Whether a missing value is an error, or its row is left out.
    weights, offset : str, optional
        Columns of case weights, and of numbers added to the log-odds.
    multinomial : bool
        Whether the target has classes, 2 to 50, in place of two values. The others are compared with the first of them,
        or with that of `reference`: `reference={"vote": "Dole"}`.
    dates : mapping of column to text, optional
        What is taken of columns of dates: "days" (since 1970-01-01), "year", "month" or "weekday"; with the order of
        the numbers where the day or the month may come first: "days:dmy", "days:mdy".
    lump : int
        Levels with fewer rows than this are taken together as one level, `(other)`.

    Returns
    -------
    Design
        The design.

    Raises
    ------
    UnknownColumnError
        If a column is not in the table; the nearest name is suggested.
    DataError
        If values are missing, the target does not have two values, or a column cannot be used.

    Examples
    --------
    >>> table = {"vote": ["Dole", "Clinton", "Dole"], "age": [40, 31, 70], "region": ["N", "S", "N"]}
    >>> design = learn_design(table, "vote", positive="Dole")
    >>> design.names
    ('age', 'region[S]')
    """
    asked = Roles(
        target, columns, exclude, categorical, positive, reference, missing, weights, offset, dates, lump, multinomial
    )
    return learn_table(table, asked)[0]


def learn_column(
    table: pa.Table,
    column: Column,
    as_categories: bool,
    references: Mapping[str, object],
    rows: int | None = None,
    *,
    lump: int = 0,
    counted: Counted | None = None,
) -> Column:
    """Return a drafted column with its levels in these rows.

    They stand for so many `rows`, if values were `counted`. Levels with fewer rows than `lump` are taken together.
    """
    if column.kind != "categorical":
        return column
    values, name, at = table[column.name], column.name, place(table)
    reference = references.get(name)
    all_rows = len(values) if rows is None else rows
    if not (as_categories or lump):
        found = label_counts(values, counted)  # which is told before they are sorted
        _doubt_categories(all_rows, name, found, name in references, at)
    levels = levels_of(values)
    column = replace(column, levels=tuple(levels), level_type=level_type_of(values.type))
    if lump and column.date is None and len(levels) <= max(20, 0.5 * all_rows):
        kept = None if reference is None else _reference(column, reference, at)
        few, rare, notes = lumped(levels, label_counts(values, counted), lump, kept, name)
        column, levels = replace(column, levels=few, lumped=rare, notes=(*column.notes, *notes)), list(few)
    if lump and not as_categories:
        _doubt_categories(all_rows, name, levels, name in references, at)
    if len({level.strip() for level in levels}) < len(levels):
        note = (f"Column {name!r} has levels that differ only in surrounding blanks.", "Strip them.")
        column = replace(column, notes=(*column.notes, note))
    chosen = _reference(column, reference, at)
    # A single level is a constant. It gets a column, so that the fit can report it by name.
    return column if len(levels) == 1 else replace(column, reference=chosen)


def with_date_part(table: pa.Table, name: str, asked: str) -> pa.Table:
    """Return the table with what is asked for of a column of dates, which the draft of the column has to know."""
    where, values = f"{place(table)}column {name!r}", table[name]
    values = values if delimiter_of(table, name) is None else read_words(values)
    part = learn_date_part(asked, values, where)
    read = part.read(values, where)
    return table.set_column(table.column_names.index(name), date_field(name, read.type, part), read)


def _drafted(table: pa.Table, name: str, request: Request) -> tuple[Column, pa.ChunkedArray | None]:
    """Return the column without levels, and its numbers if text had to be read."""
    if (part := date_part_of(table.schema.field(name))) is None:
        return draft_column(table, name, name in request.declared)
    return Column(name, "numeric" if part.is_number else "categorical", date=part), None


def _doubt_categories(rows: int, name: str, levels: Collection[str], reference: bool, at: str) -> None:
    """Raise if nearly every value is different, so that they are unlikely to be categories."""
    if len(levels) > MOST_LEVELS or (len(levels) > 20 and len(levels) > 0.5 * rows):
        what = "has a reference level, which makes it categorical, but" if reference else "is text with"
        like, remedy = "", "Leave the reference level out"
        if not reference:
            like, remedy = ", like a name or a case number", f"Exclude it ({exclude_option(name)})"
            if unit := unit_of(levels):
                like = f", numbers with {unit!r}"
                remedy = f"Write them without the unit, exclude the column ({exclude_option(name)})"
        raise DataError(
            f"{at}column {name!r} {what} {len(levels):,} distinct values in {rows:,} rows{like}. {remedy}, or "
            f"declare it categorical ({categorical_option(name)})."
        )


def _reference(column: Column, reference: object, at: str) -> str:
    levels = column.levels
    if reference is None:
        return levels[0]
    position = place_of(reference, levels, column.level_type)
    if position < 0:
        chosen = str(label(reference))
        raise RequestError(
            f"{at}column {column.name!r} has no level {chosen!r} to compare with.{did_you_mean(chosen, levels)} Its "
            f"levels are {listed(levels, 12)}."
        )
    return levels[position]
