"""The kind of a column of a table (numbers, booleans or words), before its levels are known."""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING

from verhulst.data.code_text import codes_in, note_on_codes, refuse_same_numbers, with_equals
from verhulst.data.column import Column
from verhulst.data.column_values import Counted, kind_of, level_type_of
from verhulst.data.date_text import refuse_dates, refuse_dates_as_numbers
from verhulst.data.decimal_signs import note_on_points, refuse_unclear_sign
from verhulst.data.distinct_texts import TRUTH, Texts, distinct, read_words, texts_of
from verhulst.data.errors import DataError, Notes, categorical_option, date_option, exclude_option, listed
from verhulst.data.fields import delimiter_of, is_text
from verhulst.data.number_style import PLAIN, NumberStyle, UnclearNumbersError, read_numbers
from verhulst.data.number_text import like_a_number, unit_of, why_no_number
from verhulst.data.problems import na_values_option
from verhulst.data.scratch import release
from verhulst.data.source import place
from verhulst.data.text_column import WRITE_NUMBERS, as_doubles

if TYPE_CHECKING:
    import pyarrow as pa

# In a table whose columns have types, text with this many distinct numbers is an error that asks.
_FEW = 10
# Words that are, beside numbers, the same truth values written in another way.
_TRUTH_WORDS = frozenset([*TRUTH, "t", "f", "yes", "no", "y", "n"])


def draft_column(
    table: pa.Table, name: str, as_categories: bool, counted: Counted | None = None
) -> tuple[Column, pa.ChunkedArray | None]:
    """Return the column without levels, which are added when the kept rows are known.

    If text had to be read to determine the kind, its numbers are returned too.

    Parameters
    ----------
    table : pyarrow.Table
        The table; its values may be `counted`.
    name : str
        The column.
    as_categories : bool
        Whether it is declared categorical.
    counted : Counted, optional
        The rows that have each value, if they were counted.

    Raises
    ------
    DataError
        If it contains dates or another unusable type, or its kind is unclear.
    """
    release()  # what was read of the columns before
    values = table[name]
    kind, at = kind_of(values.type), place(table)
    if kind == "unusable":
        raise DataError(
            f"{at}column {name!r} holds values of type {values.type}, which is neither a number, a boolean nor a "
            f"category. Exclude it ({exclude_option(name)}), or, if it holds dates, take a part of them "
            f"({date_option(name)})."
        )
    if as_categories or is_text(table, name):
        return Column(name, "categorical"), None
    if kind != "categorical" or level_type_of(values.type) != "text":
        if kind == "numeric":
            refuse_dates_as_numbers(values, name, at)
            refuse_same_numbers(values, name, at)
        return Column(name, kind), None
    column, read = _kind_of_text(values, name, at, delimiter_of(table, name), counted)
    if column.kind == "numeric":
        refuse_unclear_sign(table, name, at, f", or say that it is categorical ({categorical_option(name)})")
        if not column.style.group:
            column = replace(column, notes=column.notes + note_on_points(table, name))
    return column, read


def _kind_of_text(
    values: pa.ChunkedArray, name: str, at: str, delimiter: str | None, counted: Counted | None
) -> tuple[Column, pa.ChunkedArray | None]:
    """Determine the kind of a column of text without any declaration; also return its numbers if they were read.

    In a text file (with delimiter `delimiter`) it becomes numbers or booleans if all its values are, except for marks
    of missing values. In a table whose columns have types, text stays text; numbers that are unlikely to be categories
    are an error that asks.

    Raises
    ------
    DataError
        If it contains dates, or numbers except for some text, or numbers that can be read in two ways.
    """
    import pyarrow as pa

    if delimiter is not None and (doubles := as_doubles(values)) is not None:
        refuse_dates_as_numbers(doubles, name, at)
        if pa.types.is_dictionary(values.type):
            values = distinct(values)
            same = with_equals(codes_in(values), values, values.cast(doubles.type))
        else:
            same = with_equals(codes_in(values), values, doubles)
        return Column(name, "numeric", notes=note_on_codes(same, list(map(float, same)), name, at)), doubles
    texts = texts_of(values if delimiter is None else read_words(values), counted)
    words, marks = texts.words, texts.marks
    if not words:
        return Column(name, "categorical" if delimiter is None else "numeric", marks=marks), None
    if all(word.casefold() in TRUTH for word in words):
        if delimiter is None and not marks:
            return Column(name, "categorical"), None
        _ask_of_typed(texts, marks, name, at, delimiter)
        return Column(name, "boolean", marks=marks, notes=_notes(PLAIN, marks, name)), None
    refuse_dates(words, name, at)
    try:
        style, numbers = read_numbers(words, delimiter)
    except UnclearNumbersError as error:
        raise DataError(
            f"{at}column {name!r} looks numeric, but {error}. Write its numbers with a decimal point and no other "
            f"sign, or declare the column categorical ({categorical_option(name)})."
        ) from None
    except ValueError as error:
        return Column(name, "categorical", notes=_notes_on_words(texts, str(error.args[0]), name, at)), None
    is_category = pa.types.is_dictionary(values.type)
    if style == PLAIN and delimiter is None and not marks and (is_category or len(words) <= _FEW):
        return Column(name, "categorical"), None
    if style != PLAIN or marks or len(words) > _FEW:
        _ask_of_typed(texts, marks or tuple(words), name, at, delimiter)
    notes = _notes(style, marks, name) + note_on_codes(words, numbers, name, at)
    read = texts.read(dict(zip(words, numbers, strict=True)))
    return Column(name, "numeric", style=style, marks=marks, notes=notes), read


def _notes_on_words(texts: Texts, odd: str, name: str, at: str) -> Notes:
    """Return notes on a column of words; raise if they are unlikely to be categories.

    `odd` is a text that is not a number in any notation.
    """
    numeric = [like_a_number(word) for word in texts.words]
    numbers = list(compress(texts.words, numeric))
    others = [word for word, like in zip(texts.words, numeric, strict=True) if not like] or [odd]
    share = sum(texts.counts[word] for word in numbers) / sum(texts.counts[word] for word in texts.words)
    otherwise = all(map(why_no_number, others))
    truths = all(word.casefold() in _TRUTH_WORDS for word in others)
    mostly = share >= 0.9 or (len(numbers) >= 5 and len(numbers) >= 0.75 * len(texts.words))
    if numbers and (otherwise or truths or mostly):
        odd = min(others, key=texts.row_of) if len(others) < 1000 else others[0]
        count = sum(texts.counts[word] for word in others)
        more = f" ({count:,} such rows: {listed(others)})" if count > 1 else ""
        raise DataError(
            f"{at}column {name!r} looks numeric, but in row {texts.row_of(odd) + 1} it is {odd!r}"
            f"{why_no_number(odd)}{more}.{WRITE_NUMBERS if truths else ''} Correct it or leave it blank, or declare "
            f"the column categorical ({categorical_option(name)})."
        )
    notes = []
    if otherwise:
        notes.append(
            (
                f"Column {name!r} is read as categories: {others[0]!r} is a number{why_no_number(others[0])}.",
                "If it should be numbers, write them with the digits 0 to 9, a decimal point and a leading sign.",
            )
        )
    elif numbers and share >= 0.5:
        notes.append(
            (
                f"Column {name!r} is read as categories, because {others[0]!r} is not a number.",
                "If it should be numbers, leave such cells blank.",
            )
        )
    elif unit := unit_of(texts.words):
        notes.append(
            (
                f"Column {name!r} is read as categories: its values are numbers with {unit!r}.",
                f"If it should be numbers, write them without the unit; if not, say so ({categorical_option(name)}).",
            )
        )
    if texts.marks:
        flag = na_values_option(texts.marks)
        notes.append(
            (
                f"Column {name!r} has the level {listed(texts.marks)}.",
                f"If that represents a missing value, {f'say so ({flag}), or ' if flag else ''}leave the cell empty, "
                "without quotes (None in a frame).",
            )
        )
    return tuple(notes)


def _ask_of_typed(texts: Texts, shown: tuple[str, ...], name: str, at: str, delimiter: str | None) -> None:
    if delimiter is not None:
        return
    raise DataError(
        f"{at}column {name!r} is text that looks like numbers or booleans, such as {texts.words[0]!r} (in row "
        f"{texts.row_of(shown[0]) + 1} it is {shown[0]!r}). Convert it to numbers, with missing values where there are "
        f"none, or declare it categorical (categorical=[{name!r}], {categorical_option(name)})."
    )


def _notes(style: NumberStyle, marks: tuple[str, ...], name: str) -> Notes:
    said = []
    if style.notes():
        said.append(f"Column {name!r} was read as numbers, with {' and '.join(style.notes())}.")
    if marks:
        said.append(f"In column {name!r}, {listed(marks)} {'counts' if len(marks) == 1 else 'count'} as missing.")
    return tuple((matter, f"If it should be categories, say so ({categorical_option(name)}).") for matter in said)
