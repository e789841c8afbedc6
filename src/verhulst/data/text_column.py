"""Convert the text of a file's column to numbers, booleans or labels."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.errors import DataError, ReadingWarning
from verhulst.data.fields import Texts, texts_of
from verhulst.data.missing_text import is_mark
from verhulst.data.number_text import (
    PLAIN,
    NumberStyle,
    UnclearNumbersError,
    like_a_number,
    points_are_unclear,
    read_numbers,
    why_no_number,
)
from verhulst.data.row_numbers import RowNumbers, row_number

if TYPE_CHECKING:
    import pyarrow as pa

TRUTH = {"true": True, "false": False}
# The advice for booleans in a column of numbers.
WRITE_NUMBERS = " Write 1 and 0 if that is what they mean."


def as_doubles(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return text as doubles if all of it is plain numbers and points are not ambiguous; otherwise None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        # For most other columns the first rows show that they are not numbers.
        pc.cast(values.slice(0, 1000), pa.float64())
        doubles = pc.cast(values, pa.float64())
    except pa.ArrowInvalid:
        return None
    return None if has_unclear_points(values) else doubles


def has_unclear_points(values: pa.ChunkedArray) -> bool:
    """Whether `points_are_unclear` for a column of numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pointed = pc.match_substring(values, ".")
    if not pc.any(pointed).as_py() or pc.all(pointed).as_py():
        return False
    # For most columns a few rows suffice: one with and one without a point, and the first rows.
    few = [*values.filter(pointed).slice(0, 1).chunks, *values.filter(pc.invert(pointed)).slice(0, 1).chunks]
    head = pa.chunked_array([*values.slice(0, 1000).chunks, *few], values.type)
    return all(points_are_unclear(some.unique().drop_null().to_pylist()) for some in (head, values))


def read_words(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the text of a file's column as labels: without surrounding blanks, null for missing values."""
    return taken(texts_of(values, strip=True), None)


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
    texts = texts_of(values, strip=True)
    words = [text for text in texts.distinct if not is_mark(text)]
    at = f"{place}column {name!r} was {kind} at the fit"
    if kind == "boolean":
        numbers = {"0": False, "1": True} | TRUTH
        for text in words:
            if text.casefold() not in numbers:
                raise DataError(f"{at}; here it is {text!r} in row {_row(texts, text, first_row)}.")
        return taken(texts, [numbers.get(text.casefold()) for text in texts.distinct])
    try:
        return _numbers(texts, words, name, delimiter, style)
    except UnclearNumbersError as error:
        raise DataError(f"{at}; here {error}. Write the numbers as at the fit.") from None
    except ValueError as error:
        odd = str(error.args[0])
        if all(word.casefold() in TRUTH for word in words):
            where = f"{odd!r} in row {_row(texts, odd, first_row)}"
            raise DataError(f"{at}; here it has booleans, such as {where}.{WRITE_NUMBERS}") from None
        if not any(map(like_a_number, words)) and not why_no_number(odd):
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
    texts = texts_of(values, strip=True)
    words = [text for text in texts.distinct if not is_mark(text)]
    must = f"{place}{role} {name!r} must contain numbers"
    if words and all(word.casefold() in TRUTH for word in words):
        return taken(texts, [TRUTH.get(text.casefold()) for text in texts.distinct])
    try:
        # Percent signs are an error: 5 instead of 0.05 would be a wrong number.
        return _numbers(texts, words, name, delimiter, None, percent=False)
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
    texts: Texts, words: list[str], name: str, delimiter: str, learned: NumberStyle | None, percent: bool = True
) -> pa.ChunkedArray:
    style, numbers = read_numbers(words, delimiter, learned)
    if style.percent and not percent:
        raise UnclearNumbersError(f"{words[0]!r} has a percent sign")
    if words and style != (learned or PLAIN) and style.notes():
        warnings.warn(
            f"column {name!r} was read as numbers, with {' and '.join(style.notes())}", ReadingWarning, stacklevel=2
        )
    known = dict(zip(words, numbers, strict=True))
    return taken(texts, [known.get(text) for text in texts.distinct])


def taken(texts: Texts, meanings: list[float | None] | list[bool | None] | None) -> pa.ChunkedArray:
    """Return the meaning of each row's text; None if there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    dictionary = pa.array(
        texts.distinct if meanings is None else meanings, type=pa.string() if meanings is None else None
    )
    codes: NDArray[np.int64] = texts.codes
    return pa.chunked_array([pc.take(dictionary, pa.array(codes, mask=codes < 0))])
