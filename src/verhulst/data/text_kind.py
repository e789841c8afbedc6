"""The kind of a column of text (numbers, booleans, dates or words), for everything that reads tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from verhulst.data.code_text import codes_in, note_on_codes, with_equals
from verhulst.data.date_text import is_compact_date, is_date
from verhulst.data.errors import DataError, DatesError, Notes, categorical_option, exclude_option, listed
from verhulst.data.fields import Texts, other_sign, texts_of
from verhulst.data.missing_text import is_mark
from verhulst.data.number_text import (
    PLAIN,
    NumberStyle,
    UnclearNumbersError,
    like_a_number,
    read_numbers,
    why_no_number,
)
from verhulst.data.text_column import TRUTH, WRITE_NUMBERS, as_doubles, taken

if TYPE_CHECKING:
    import pyarrow as pa

# In a table whose columns have types, text with this many distinct numbers is an error that asks.
_FEW = 10
# Words that are, beside numbers, the same truth values written in another way.
_TRUTH_WORDS = frozenset([*TRUTH, "t", "f", "yes", "no", "y", "n"])


@dataclass(frozen=True)
class TextKind:
    """The kind of a column of text.

    Attributes
    ----------
    kind : {"numeric", "boolean", "categorical"}
    style : NumberStyle
        The notation of its numbers.
    marks : tuple of str
        Texts that count as missing values.
    notes : tuple of (str, str)
        Notes on the conversion, and what can be done about it.
    values : pyarrow.ChunkedArray or None
        Its numbers, if they were computed to determine the kind.
    """

    kind: Literal["numeric", "boolean", "categorical"]
    style: NumberStyle = PLAIN
    marks: tuple[str, ...] = ()
    notes: Notes = ()
    values: pa.ChunkedArray | None = None


def kind_of_text(values: pa.ChunkedArray, name: str, at: str, delimiter: str | None) -> TextKind:
    """Determine the kind of a column of text without any declaration.

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
        texts = with_equals(codes_in(values), values, doubles)
        refuse_dates_as_numbers(doubles, name, at)
        notes = note_on_codes(texts, [float(text) for text in texts], name, at)
        return TextKind("numeric", notes=notes, values=doubles)
    texts = texts_of(values, strip=delimiter is not None)
    words = [text for text in texts.distinct if not is_mark(text)]
    marks = tuple(text for text in texts.distinct if is_mark(text))
    if not words:
        return TextKind("categorical" if delimiter is None else "numeric", marks=marks)
    if all(word.casefold() in TRUTH for word in words):
        if delimiter is None and not marks:
            return TextKind("categorical")
        _ask_of_typed(texts, marks, name, at, delimiter)
        return TextKind("boolean", marks=marks, notes=_notes(PLAIN, marks, name))
    _refuse_dates(words, name, at)
    try:
        style, numbers = read_numbers(words, delimiter)
    except UnclearNumbersError as error:
        raise DataError(
            f"{at}column {name!r} looks numeric, but {error}. Write its numbers with a decimal point and no other "
            f"sign, or declare the column categorical ({categorical_option(name)})."
        ) from None
    except ValueError as error:
        return _words(texts, words, str(error.args[0]), name, at)
    is_category = pa.types.is_dictionary(values.type)
    if style == PLAIN and delimiter is None and not marks and (is_category or len(words) <= _FEW):
        return TextKind("categorical")
    if style != PLAIN or marks or len(words) > _FEW:
        _ask_of_typed(texts, marks or tuple(words), name, at, delimiter)
    notes = (*_notes(style, marks, name), *note_on_codes(words, numbers, name, at))
    known = dict(zip(words, numbers, strict=True))
    values = taken(texts, [known.get(text) for text in texts.distinct])
    return TextKind("numeric", style=style, marks=marks, notes=notes, values=values)


def _refuse_dates(words: list[str], name: str, at: str) -> None:
    # For most columns the first words show that they contain none.
    if not any(map(is_date, words[:100])):
        return
    dates = [word for word in words if is_date(word)]
    if len(dates) >= 0.9 * len(words):
        raise DatesError(_about_dates(dates[0], name, at))


def refuse_dates_as_numbers(values: pa.ChunkedArray, name: str, at: str) -> None:
    """Raise for numbers such as 20240531, if every one is a date."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_float16(values.type):
        return  # which has a smaller range
    least, most = (None if end is None else float(end) for end in pc.min_max(values).as_py().values())
    if least is None or most is None or not 1900_01_01 <= least < most <= 2100_12_31:
        return
    numbers = [float(number) for number in pc.unique(values).drop_null().to_pylist()]
    if all(number.is_integer() and is_compact_date(int(number)) for number in numbers):
        raise DatesError(_about_dates(f"{least:.0f}", name, at))


def _about_dates(shown: str, name: str, at: str) -> str:
    return (
        f"{at}column {name!r} contains dates or times, such as {shown!r}, which are neither numbers nor categories. "
        f"Exclude it ({exclude_option(name)}), make numbers of it (such as days since a date), or, if it is "
        f"something else, declare it categorical ({categorical_option(name)})."
    )


def _words(texts: Texts, words: list[str], odd: str, name: str, at: str) -> TextKind:
    """Return the kind of a column of words; raise if they are unlikely to be categories."""
    place = {text: i for i, text in enumerate(texts.distinct)}
    numbers = [word for word in words if like_a_number(word)]
    others = [word for word in words if word not in set(numbers)] or [odd]
    rows = {word: int(texts.counts[place[word]]) for word in words}
    share = sum(rows[word] for word in numbers) / sum(rows.values())
    otherwise = all(map(why_no_number, others))
    truths = all(word.casefold() in _TRUTH_WORDS for word in others)
    mostly = share >= 0.9 or (len(numbers) >= 5 and len(numbers) >= 0.75 * len(words))
    if numbers and (otherwise or truths or mostly):
        odd = min(others, key=texts.row_of) if len(others) < 1000 else others[0]
        count = sum(rows[word] for word in others)
        more = f" ({count:,} such rows: {listed(others)})" if count > 1 else ""
        raise DataError(
            f"{at}column {name!r} looks numeric, but in row {texts.row_of(odd) + 1} it is {odd!r}"
            f"{why_no_number(odd)}{more}.{WRITE_NUMBERS if truths else ''} Correct it or leave it blank, or declare "
            f"the column categorical ({categorical_option(name)})."
        )
    notes: Notes = ()
    marks = [text for text in texts.distinct if is_mark(text)]
    if otherwise:
        notes += (
            (
                f"Column {name!r} is read as categories: {others[0]!r} is a number{why_no_number(others[0])}.",
                "If it should be numbers, write them with the digits 0 to 9, a decimal point and a leading sign.",
            ),
        )
    elif numbers and share >= 0.5:
        notes += (
            (
                f"Column {name!r} is read as categories, because {others[0]!r} is not a number.",
                "If it should be numbers, leave such cells blank.",
            ),
        )
    if marks:
        notes += (
            (
                f"Column {name!r} has the level {listed(marks)}.",
                "If that represents a missing value, leave the cell empty, without quotes (None in a frame).",
            ),
        )
    return TextKind("categorical", notes=notes)


def _ask_of_typed(texts: Texts, shown: tuple[str, ...], name: str, at: str, delimiter: str | None) -> None:
    if delimiter is not None:
        return
    word, row = next(text for text in texts.distinct if not is_mark(text)), texts.row_of(shown[0]) + 1
    raise DataError(
        f"{at}column {name!r} is text that looks like numbers or booleans, such as {word!r} (in row {row} it is "
        f"{shown[0]!r}). Convert it to numbers, with missing values where there are none, or declare it categorical "
        f"(categorical=[{name!r}], {categorical_option(name)})."
    )


def _notes(style: NumberStyle, marks: tuple[str, ...], name: str) -> Notes:
    notes: Notes = ()
    if style.notes():
        notes += (
            (
                f"Column {name!r} was read as numbers, with {' and '.join(style.notes())}.",
                f"If it should be categories, say so ({categorical_option(name)}).",
            ),
        )
    if marks:
        notes += (
            (
                f"In column {name!r}, {listed(marks)} {'counts' if len(marks) == 1 else 'count'} as missing.",
                f"If it should be categories, say so ({categorical_option(name)}).",
            ),
        )
    return notes


def refuse_unclear_sign(table: pa.Table, name: str, at: str, or_else: str = "") -> None:
    """Raise if `1.200` may be 1200 because other columns of the file have decimal commas; or the reverse.

    Parameters
    ----------
    table : pyarrow.Table
    name : str
        A column that is about to be read as numbers.
    at : str
        The beginning of messages: "votes.csv: ".
    or_else : str
        What would help besides writing the numbers differently.
    """
    import pyarrow.compute as pc

    other = other_sign(table, name)
    if not other:
        return
    sign = "," if other == "." else "."
    values = table[name]
    shown = values.filter(pc.fill_null(pc.match_substring(values, sign), False))[0].as_py().strip()
    digits = "".join(letter for letter in shown if letter.isdigit() or letter == sign)
    decimal, whole = float(digits.replace(sign, ".")), digits.replace(sign, "")
    raise DataError(
        f"{at}column {name!r}: {shown!r} can be {decimal:.12g} or {whole}, as other columns have decimal "
        f"{'commas' if other == ',' else 'points'}. Write its numbers without thousands signs{or_else}, or, if these "
        f"are decimals, with one more (such as {digits + '0'!r})."
    )
