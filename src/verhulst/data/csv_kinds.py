"""How the columns of a CSV file are read, as far as its pieces have shown: as numbers at once, or as text.

Numbers whose text says nothing more are read as doubles, and their text is forgotten. They are those of a column that a
whole file's text would also show to be plain numbers (`as_doubles`), without codes (`codes_in`) and with points that
can only be decimal points (`unclear_columns`). All else stays text.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from verhulst.data.arrow_csv import read_csv
from verhulst.data.code_text import codes_in
from verhulst.data.missing_text import MISSING_TEXT
from verhulst.data.number_text import decimals_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import csv

# Whole numbers without any point; numbers with points, all of which may part thousands so far; numbers whose points are
# decimal points; text. A column's kind only moves on in this order.
Kind = Literal["whole", "unclear", "plain", "text"]
KINDS: tuple[Kind, ...] = ("whole", "unclear", "plain", "text")

_CONVERSION = re.compile(r"In CSV column #(\d+): CSV conversion error to (\w+)")
# Columns that turn out not to hold whole numbers, each by an attempt to read the piece, before all are looked at.
_ONE_BY_ONE = 4
# Distinct texts of the first rows, which nearly always tell what points are.
_FEW = 50
_LOOKED_AT = 1 << 17  # bytes at a time, for the first-level cache
_POINT = re.compile(rb"\.")
# A power of ten or a telephone number that is like a code; a number in base 16, which Arrow reads as a whole number.
_ODD = {
    b"E": re.compile(rb"E(?<=[0-9]E)[0-9]"),
    b"+": re.compile(rb"\+[0-9]{7}"),
    b"x": re.compile(rb"x(?<=0x)"),
    b"X": re.compile(rb"X(?<=0X)"),
}


@dataclass(frozen=True)
class Layout:
    """What Arrow has to know of a file: its delimiter, and the names of its columns, each once."""

    delimiter: str
    names: tuple[str, ...]


@dataclass
class Found:
    """What was read of a piece.

    Attributes
    ----------
    rows : int
    columns : dict
        Doubles, or text as dictionaries, by name.
    kinds : dict
        The kind of each column with which it could be read.
    pointed : set
        Columns of unclear numbers that have a point.
    not_utf8 : set
        Columns that could not be read.
    """

    rows: int = 0
    columns: dict[str, pa.Array] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    pointed: set[str] = field(default_factory=set)
    not_utf8: set[str] = field(default_factory=set)


def read_piece(
    content: bytes, layout: Layout, kinds: Mapping[str, Kind], quoted_marks: bool, *, codes: bool = True
) -> Found:
    """Read the columns that have a kind.

    Parameters
    ----------
    content : bytes
        Whole records.
    layout : Layout
    kinds : mapping
        The columns to read, and what each has been so far.
    quoted_marks : bool
        Whether marks of missing values in quotes count too.
    codes : bool
        Whether numbers that look like codes stay text.

    Raises
    ------
    pyarrow.ArrowInvalid
        If the records cannot be split into these columns.
    """
    import pyarrow as pa

    found = Found(kinds=dict(kinds))
    for failures in itertools.count(1):
        try:
            table = _table(content, layout, found.kinds, quoted_marks)
            break
        except pa.ArrowInvalid as error:
            failed = _CONVERSION.match(str(error))
            if failed is None:
                raise
            name = layout.names[int(failed[1])]
            if found.kinds[name] in ("unclear", "text"):
                found.not_utf8.add(name)
                del found.kinds[name]
            else:
                found.kinds[name] = "unclear"
            if failures == _ONE_BY_ONE:
                found.kinds |= dict.fromkeys(_not_whole(content, layout, found.kinds, quoted_marks), "unclear")
    found.rows = table.num_rows
    found.columns = {name: _one(table[name]) for name in found.kinds}
    looked_at = {name for name, kind in found.kinds.items() if kind in ("whole", "plain")}
    # Where codes are numbers, what is odd is read as it is, but for whole numbers in base 16.
    odd = (codes or "whole" in found.kinds.values()) and _is_odd(content)
    if not (odd or (codes and _has_leading_zeros(content, layout.delimiter))):
        looked_at = {name for name in looked_at if codes and _is_large(found.columns[name])}
    if looked_at:
        texts = _table(content, layout, dict.fromkeys(looked_at, "unclear"), quoted_marks)
        for name in looked_at:
            _look_at_text(found, name, _one(texts[name]), layout, codes)
    for name in [name for name, kind in found.kinds.items() if kind == "unclear"]:
        _look_at_text(found, name, found.columns[name], layout, codes)
    for name, kind in found.kinds.items():
        if kind == "whole":
            found.columns[name] = found.columns[name].cast(pa.float64())
        elif kind == "text" and len(layout.names) == 1:
            found.columns[name] = _without_empty(found.columns[name])
    return found


def _not_whole(content: bytes, layout: Layout, kinds: Mapping[str, Kind], quoted_marks: bool) -> list[str]:
    """Return the columns of whole numbers so far with a letter that no whole number has, also in base 16."""
    import pyarrow as pa
    import pyarrow.compute as pc

    names = [name for name, kind in kinds.items() if kind == "whole"]
    texts = arrow_table(content, layout, _conversion(dict.fromkeys(names, pa.binary()), quoted_marks))
    return [name for name in names if pc.any(pc.match_substring_regex(texts[name], "[^0-9A-Fa-fxX+\\s-]")).as_py()]


def _look_at_text(found: Found, name: str, texts: pa.Array, layout: Layout, codes: bool) -> None:
    """Find out the kind of a column by its text; that of numbers that were read without it may become text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(layout.names) == 1:
        texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    bare = pc.utf8_trim_whitespace(texts)  # as Arrow reads numbers
    try:
        doubles = pc.cast(bare, pa.float64())
    except pa.ArrowInvalid:
        doubles = None
    if doubles is not None and not bare.equals(texts) and pc.any(pc.is_nan(doubles)).as_py():
        doubles = None  # the whole text would not be read as plain numbers, where `nan` in quotes is another mark
    if doubles is None or (codes and codes_in(pa.chunked_array([bare]))):
        found.kinds[name], found.columns[name] = "text", pc.dictionary_encode(texts)
    elif found.kinds[name] == "unclear":
        if _POINT.search(texts.buffers()[2] or b""):
            found.pointed.add(name)
            if points_are_clear(bare):
                found.kinds[name] = "plain"
        found.columns[name] = doubles


def points_are_clear(texts: pa.Array) -> bool:
    """Whether a column of plain numbers has one whose point can only be a decimal point."""
    import pyarrow.compute as pc

    for some in (texts.slice(0, 1000), texts):
        signed = some.filter(pc.fill_null(pc.match_substring(some, "."), False)).unique().to_pylist()
        if any(decimals_of(text) == "." for text in (signed if some is texts else signed[:_FEW])):
            return True
    return False


def _is_odd(content: bytes) -> bool:
    """Whether there may be numbers that are written oddly."""
    return any(letter in content and form.search(content) for letter, form in _ODD.items())


def _has_leading_zeros(content: bytes, delimiter: str) -> bool:
    """Whether some cell begins with a zero and a further digit."""
    text = np.frombuffer(content, np.uint8)
    starts = np.frombuffer(delimiter.encode() + b'\r\n" \t', np.uint8)
    for start in range(0, len(text), _LOOKED_AT):
        some = text[max(start - 2, 0) : start + _LOOKED_AT + 1]
        # A zero before a digit and behind what is neither a digit nor a point; "/" stands between them in ASCII.
        order = some - np.uint8(ord("."))
        found = order[1:-1] == ord("0") - ord(".")
        found &= order[2:] - np.uint8(ord("0") - ord(".")) < 10
        found &= order[:-2] > ord("9") - ord(".")
        if not found.any():
            continue
        before = np.flatnonzero(found)
        letters = some[before]
        signed = (letters == ord("-")) | (letters == ord("+"))
        letters[signed] = some[before[signed] - 1]  # at the very beginning the last letter, a line end or a comma
        if np.isin(letters, starts).any():
            return True
    return content[:1] == b"0" and content[1:2].isdigit()


def _is_large(values: pa.Array) -> bool:
    """Whether a number is beyond 2^53, where not every whole one is a double."""
    x = values.drop_null() if values.null_count else values
    numbers = x.to_numpy()
    return bool(len(numbers)) and not (numbers.min() >= -(2**53) and numbers.max() <= 2**53)


def _without_empty(values: pa.DictionaryArray) -> pa.DictionaryArray:
    """Empty text as a missing value: in a file of one column programs write "" for it, as readers skip blank lines."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = values.dictionary_decode()
    return pc.dictionary_encode(pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text))


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _table(content: bytes, layout: Layout, kinds: Mapping[str, Kind], quoted_marks: bool) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    if not kinds:  # the rows are counted
        first = csv.ConvertOptions(column_types={layout.names[0]: pa.binary()}, include_columns=[layout.names[0]])
        return arrow_table(content, layout, first)
    types = {
        "whole": pa.int64(),
        "unclear": pa.string(),
        "plain": pa.float64(),
        "text": pa.dictionary(pa.int32(), pa.string()),
    }
    return arrow_table(content, layout, _conversion({name: types[kind] for name, kind in kinds.items()}, quoted_marks))


def _conversion(types: Mapping[str, pa.DataType], quoted_marks: bool) -> csv.ConvertOptions:
    from pyarrow import csv

    return csv.ConvertOptions(
        null_values=list(MISSING_TEXT),
        strings_can_be_null=True,
        quoted_strings_can_be_null=quoted_marks,
        column_types=types,
        include_columns=list(types),
        timestamp_parsers=[],
    )


def arrow_table(content: bytes, layout: Layout, convert: csv.ConvertOptions) -> pa.Table:
    """Read whole records by Arrow, as one block: its reader's blocks may end in the midst of a line end."""
    from pyarrow import csv

    if content.startswith(codecs.BOM_UTF8):  # of a value, but Arrow takes it for that of the file
        content = codecs.BOM_UTF8 + content
    return read_csv(
        content,
        csv.ReadOptions(block_size=max(len(content), 1), column_names=list(layout.names)),
        csv.ParseOptions(
            delimiter=layout.delimiter,
            newlines_in_values=b'"' in content,
            ignore_empty_lines=len(layout.names) > 1,
        ),
        convert,
    )


def joined(kinds: Mapping[str, Kind], others: Mapping[str, Kind], names: Collection[str]) -> dict[str, Kind]:
    """The kinds with which two pieces can be read."""
    return {name: max(kinds[name], others.get(name, kinds[name]), key=KINDS.index) for name in names}
