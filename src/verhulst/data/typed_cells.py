"""Types for the columns of a text file without a design."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verhulst.data.code_text import codes_in
from verhulst.data.decimal_signs import note_on_points
from verhulst.data.distinct_texts import read_words
from verhulst.data.errors import warn_of_notes
from verhulst.data.fields import Fields, is_text, other_sign
from verhulst.data.text_column import as_doubles

if TYPE_CHECKING:
    import pyarrow as pa


def typed_table(fields: Fields) -> pa.Table:
    """Convert a text file to a table with types: integers, floating-point numbers, booleans, ISO dates, text.

    A column stays text if conversion would lose information: `007`, or more digits than a number can hold. (`20.50` is
    the number 20.5.) So does a column for which `points_are_unclear`, by itself or by the other columns.

    Warns
    -----
    ReadingWarning
        If points are read as decimal points, and nothing in the file shows that they are.
    """
    import pyarrow as pa

    table, columns = fields.table, {}
    for name in table.column_names:
        columns[name] = table[name] if other_sign(table, name) or is_text(table, name) else _typed(table[name])
        if pa.types.is_floating(columns[name].type):
            warn_of_notes(note_on_points(table, name))
    return pa.table(columns)


def _typed(values: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if values.null_count == len(values):
        return pa.chunked_array([pa.nulls(len(values))])
    bare = read_words(values)
    doubles = as_doubles(bare)
    if doubles is not None:
        whole = _cast(bare, pa.int64())
        return values if codes_in(bare) else doubles if whole is None else whole
    if pc.all(pc.is_in(pc.utf8_lower(bare.drop_null()), value_set=pa.array(["true", "false"])), min_count=0).as_py():
        return pc.equal(pc.utf8_lower(bare), "true")
    for type_ in (pa.date32(), pa.timestamp("s"), pa.timestamp("us"), pa.timestamp("us", tz="UTC")):
        found = _cast(bare, type_)
        if found is not None:
            return found
    return values


def _cast(values: pa.ChunkedArray, type_: pa.DataType) -> pa.ChunkedArray | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    # For most columns of words the first chunk shows that they are not numbers.
    for some in (values.slice(0, 1000), values):
        try:
            found = pc.cast(some, type_)
        except pa.ArrowInvalid:
            return None
    return found
