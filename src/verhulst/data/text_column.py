"""Convert the text of a file's column to numbers, booleans or labels."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

from verhulst.data.distinct_texts import TRUTH, Texts, distinct, read_words, taken, texts_of
from verhulst.data.errors import DataError, ReadingWarning
from verhulst.data.number_style import PLAIN, NumberStyle, UnclearNumbersError, read_numbers
from verhulst.data.number_text import GROUPED_OR_WHOLE, like_a_number, why_no_number
from verhulst.data.row_numbers import RowNumbers, row_number

if TYPE_CHECKING:
    import pyarrow as pa

# The advice for booleans in a column of numbers.
WRITE_NUMBERS = " Write 1 and 0 if that is what they mean."


def as_doubles(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return text as doubles if all of it is plain numbers and points are not ambiguous; otherwise None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        words = as_doubles(distinct(values))
        return None if words is None else taken(words.combine_chunks(), values)
    try:
        # For most other columns the first rows show that they are not numbers.
        pc.cast(values.slice(0, 1000), pa.float64())
        doubles = pc.cast(values, pa.float64())
    except pa.ArrowInvalid:
        return None
    return None if _has_unclear_points(values) else doubles


def _has_unclear_points(values: pa.ChunkedArray) -> bool:
    """Whether `points_are_unclear` for a column of numbers."""
    import pyarrow.compute as pc

    pointed = pc.match_substring(values, ".")
    if not pc.any(pointed).as_py() or pc.all(pointed).as_py():
        return False
    # For most columns the first rows show that points are decimal points.
    form = f"^[-+]?(?:{GROUPED_OR_WHOLE})$"
    parts = (values.slice(0, 1000), values)
    return all(pc.all(pc.match_substring_regex(part, form), min_count=0).as_py() for part in parts)


def read_column(
    values: pa.ChunkedArray,
    name: str,
    kind: Literal["numeric", "boolean", "categorical"],
    style: NumberStyle,
    delimiter: str,
    place: str,
    first_row: RowNumbers,
) -> pa.ChunkedArray:
    """Return a column of a text file as the kind that it had at fit time.

    Raises
    ------
    DataError
        If a value is not of that kind; the message gives its row.
    """
    if kind == "categorical":
        return read_words(values)
    if kind == "numeric" and (style.decimal, style.group, style.percent) == (".", "", False):
        found = as_doubles(values)
        if found is not None:
            return found
    texts = texts_of(read_words(values))
    at = f"{place}column {name!r} was {kind} at the fit"
    if kind == "boolean":
        numbers = {"0": False, "1": True} | TRUTH
        for text in texts.words:
            if text.casefold() not in numbers:
                raise DataError(f"{at}; here it is {text!r} in row {_row(texts, text, first_row)}.")
        return texts.read({text: numbers[text.casefold()] for text in texts.words})
    try:
        return _numbers(texts, name, delimiter, style)
    except UnclearNumbersError as error:
        raise DataError(f"{at}; here {error}. Write the numbers as at the fit.") from None
    except ValueError as error:
        odd = str(error.args[0])
        if texts.truths() is not None:
            where = f"{odd!r} in row {_row(texts, odd, first_row)}"
            raise DataError(f"{at}; here it has booleans, such as {where}.{WRITE_NUMBERS}") from None
        if not any(map(like_a_number, texts.words)) and not why_no_number(odd):
            raise DataError(f"{at}; here it has text, such as {odd!r} in row {_row(texts, odd, first_row)}.") from None
        raise DataError(
            f"{at}; here it is {odd!r}{why_no_number(odd)} in row {_row(texts, odd, first_row)}. Correct it or leave "
            f"it blank."
        ) from None


def read_role(
    values: pa.ChunkedArray, name: str, role: str, delimiter: str, place: str, first_row: RowNumbers = 1
) -> pa.ChunkedArray:
    """Return a column of a text file that must contain numbers: weights, offsets, scores.

    Raises
    ------
    DataError
        If a value is not a number; the message gives its row.
    """
    found = as_doubles(values)
    if found is not None:
        return found
    texts = texts_of(read_words(values))
    must = f"{place}{role} {name!r} must contain numbers"
    if (truths := texts.truths()) is not None:
        return truths
    try:
        # Percent signs are an error: 5 instead of 0.05 would be a wrong number.
        return _numbers(texts, name, delimiter, None, percent=False)
    except UnclearNumbersError as error:
        raise DataError(f"{must}, but {error}. Write them with a decimal point and no other sign.") from None
    except ValueError as error:
        odd = str(error.args[0])
        raise DataError(
            f"{must}, but in row {_row(texts, odd, first_row)} it is {odd!r}{why_no_number(odd)}. Correct it or "
            f"leave it blank."
        ) from None


def _row(texts: Texts, text: str, first_row: RowNumbers) -> int:
    return row_number(first_row, texts.row_of(text))


def _numbers(
    texts: Texts, name: str, delimiter: str, learned: NumberStyle | None, percent: bool = True
) -> pa.ChunkedArray:
    style, numbers = read_numbers(texts.words, delimiter, learned)
    if style.percent and not percent:
        raise UnclearNumbersError(f"{texts.words[0]!r} has a percent sign")
    if texts.words and style != (learned or PLAIN) and style.notes():
        warnings.warn(
            f"column {name!r} was read as numbers, with {' and '.join(style.notes())}", ReadingWarning, stacklevel=2
        )
    return texts.read(dict(zip(texts.words, numbers, strict=True)))
