"""The values of a file's columns as whoever reads it says that they are meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from verhulst.data.column_values import kind_of, labels
from verhulst.data.distinct_texts import distinct, taken
from verhulst.data.fields import as_text, delimiter_of, text_field
from verhulst.data.missing_text import is_mark
from verhulst.data.number_text import decimals_of, parts_of, plain_number, value_of
from verhulst.data.source import place
from verhulst.data.unread import with_unread

if TYPE_CHECKING:
    import pyarrow as pa

    from verhulst.data.file import File

# Decimals of a whole number; three of them could be thousands.
_ZEROS = re.compile(r"(?<=[0-9])[.,](0{1,2}|0{4,})$")
# Three decimals, which alone could be thousands.
_THREE = re.compile(r"(\.[0-9]{3})(?![0-9])")


def as_asked(table: pa.Table, file: File | None, at: str = "") -> pa.Table:
    """Return a table with its values as the options of a `File` say.

    Values in `na_values` are missing; with `decimal`, the numbers of text files are written with a decimal point and
    nothing else; columns in `text` are marked as text. A column that is not written with that decimal sign is `unread`.

    Parameters
    ----------
    table : pyarrow.Table
        Of a file; text that has not been converted yet is marked as such, see `fields_of`.
    file : File or None
    at : str
        The beginning of messages; by default the name of the table's source.
    """
    import pyarrow as pa

    if file is None:
        return table
    at = at or place(table)
    fields, columns, reasons = [], [], {}
    for field, values in zip(table.schema, table.columns, strict=True):
        is_text = kind_of(values.type) == "categorical"
        if file.na_values:
            values = _without_texts(values, file.na_values) if is_text else _without_numbers(values, file.na_values)
        delimiter = delimiter_of(table, field.name)
        if field.name in file.text:
            values = values if delimiter is not None or is_text else pa.chunked_array([labels(values)])
            field = as_text(pa.field(field.name, values.type, metadata=field.metadata))
        elif file.decimal is not None and delimiter is not None:
            field = text_field(field.name, values.type, delimiter, "")
            values, reason = _with_points(values, file.decimal, f"{at}column {field.name!r}", not file.sign_of_fit)
            if reason:
                reasons[field.name] = reason
                continue
        fields.append(field)
        columns.append(values)
    made = pa.Table.from_arrays(columns, schema=pa.schema(fields, table.schema.metadata))
    return with_unread(made, reasons)


def _rewritten(values: pa.ChunkedArray, words: list[str | None]) -> pa.ChunkedArray:
    """Return a column of text with other words in place of its distinct ones."""
    import pyarrow as pa
    import pyarrow.compute as pc

    new = pa.array(words, pa.string())
    if pa.types.is_dictionary(values.type):
        return pc.dictionary_encode(taken(new, values))
    encoded = pc.dictionary_encode(values).unify_dictionaries()
    chunks = [pc.take(new, chunk.indices) for chunk in encoded.chunks]
    return pa.chunked_array(chunks, new.type)


def _without_texts(values: pa.ChunkedArray, marks: Sequence[str]) -> pa.ChunkedArray:
    words = _words(values)
    known = {mark.strip() for mark in marks}
    # A whole number is the same with decimals that are 0, as in a column whose type is known.
    left = [None if word is None or {bare := word.strip(), _ZEROS.sub("", bare)} & known else word for word in words]
    return values if left == words else _rewritten(values, left)


def _words(values: pa.ChunkedArray) -> list[str | None]:
    """The distinct texts of a column, in the order of its dictionary."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        found: list[str | None] = distinct(values).to_pylist()
        return found
    encoded = pc.dictionary_encode(values).unify_dictionaries()
    words: list[str | None] = encoded.chunk(0).dictionary.to_pylist() if encoded.num_chunks else []
    return words


def _without_numbers(values: pa.ChunkedArray, marks: Sequence[str]) -> pa.ChunkedArray:
    """Return a column with a type without the numbers that are marks."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = [number for mark in marks if (number := plain_number(mark)) is not None]
    if kind_of(values.type) != "numeric" or pa.types.is_null(values.type) or not found:
        return values
    holes = pc.is_in(pc.cast(values, pa.float64(), safe=False), value_set=pa.array(found))
    return pc.if_else(holes, pa.scalar(None, values.type), values)


def _with_points(values: pa.ChunkedArray, decimal: str, at: str, sure: bool) -> tuple[pa.ChunkedArray, str]:
    """Return a column of numbers in text, written with decimal points, and why it cannot be; other text unchanged.

    Unless it is `sure` that the decimal sign is that of this file, a column in which only the other sign occurs is left
    as it is where that cannot part thousands, and unclear otherwise.
    """
    words = _words(values)
    given = [word for word in words if word is not None and word.strip() and not is_mark(word)]
    parts = {word: found for word in given if (found := parts_of(word)) is not None}
    if len(parts) < len(given):
        return values, ""
    new: dict[str, str] = {}
    signed = [word for word, found in parts.items() if {",", "."} & set(found["digits"])]
    if signed and not sure and not any(decimal in word for word in signed):
        thousands = "," if decimal == "." else "."
        if any(value_of(found, decimal, thousands) is None for found in parts.values()):
            return values, ""
        return values, (
            f"{at}: {signed[0]!r} may have another decimal sign than the file of the fit, {decimal!r}. Say which "
            f"is meant (--decimal)."
        )
    for word, found in parts.items():
        digits = found["digits"]
        groups = ["", *(sign for sign in ",. '" if sign in digits and sign != decimal)]
        group = next((each for each in groups if value_of(found, decimal, each) is not None), None)
        if group is None:
            if not all(decimals_of(each) for each in signed):  # dates, versions: numbers in no notation
                return values, ""
            other = "commas" if decimal == "," else "points"
            return values, (
                f"{at}: {word!r} is no number with decimal {other}, which was asked for (--decimal), now or at the "
                f"fit. Correct it, give its sign, or read the column as text (--text)."
            )
        plain = (digits.replace(group, "") if group else digits).replace(decimal, ".")
        new[word] = word if plain == digits and "." not in plain else _written(found, plain)
    if all(word == other for word, other in new.items()):
        return values, ""
    return _rewritten(values, [None if word is None else new.get(word, word) for word in words]), ""


def _written(found: dict[str, str], digits: str) -> str:
    """Return a number with these digits and its other signs."""
    digits = _THREE.sub(r"\g<1>0", digits)
    before = found["sign"] + found["before"] + found["inner"]
    return f"{before}{digits}{found['percent']}{found['after']}"
