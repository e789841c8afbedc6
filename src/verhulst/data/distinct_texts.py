"""The distinct texts of a column, each of which is read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from verhulst.data.column_values import Counted, counts_of, dictionary_of
from verhulst.data.missing_text import MISSING_TEXT, is_mark

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 1 << 20  # looked at at a time
TRUTH = {"true": True, "false": False}


@dataclass(frozen=True)
class Texts:
    """The distinct texts of a column, and their positions.

    Attributes
    ----------
    words : list of str
        Each text that occurs, except marks of missing values.
    marks : tuple of str
        The marks that occur.
    counts : dict
        The number of rows with each text.
    """

    words: list[str]
    marks: tuple[str, ...]
    counts: dict[str, int]
    _encoded: pa.DictionaryArray
    _counted: Counted | None = None

    def row_of(self, text: str) -> int:
        """Return the first row with `text`, from 0."""
        return self._first_rows[text]

    def read(self, meanings: Mapping[str, float] | Mapping[str, bool]) -> pa.ChunkedArray:
        """Return the meaning of the text of each row, null where it has none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        read = pa.array([meanings.get(text) for text in self._encoded.dictionary.to_pylist()])
        return pa.chunked_array([pc.take(read, self._encoded.indices)])

    def truths(self) -> pa.ChunkedArray | None:
        """Return the truth values of a column of them; None if it is another."""
        if not self.words or not all(word.casefold() in TRUTH for word in self.words):
            return None
        return self.read({word: TRUTH[word.casefold()] for word in self.words})

    @cached_property
    def _first_rows(self) -> dict[str, int]:
        rows = _first_rows(self._encoded)
        rows = rows if self._counted is None else self._counted.first[rows]
        return dict(zip(self._encoded.dictionary.to_pylist(), rows.tolist(), strict=True))


def texts_of(values: pa.ChunkedArray, counted: Counted | None = None) -> Texts:
    """Return the distinct texts of a column of text or of a dictionary of text."""
    encoded = _encoded(values)
    words = encoded.dictionary.to_pylist()
    counts = counts_of(encoded, counted)
    marked = [is_mark(text) for text in words]
    return Texts(
        [text for text, mark in zip(words, marked, strict=True) if not mark],
        tuple(compress(words, marked)),
        dict(zip(words, counts.tolist(), strict=True)),
        encoded,
        counted,
    )


def distinct(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the distinct texts of a column, in the order of their first rows; null if there is one."""
    import pyarrow as pa

    return pa.chunked_array([_encoded(values).dictionary]) if pa.types.is_dictionary(values.type) else values.unique()


def taken(words: pa.Array, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return for each row of a dictionary of text what stands in place of its text in `words`; see `distinct`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pa.chunked_array([pc.take(words, _encoded(values).indices)], words.type)


def _encoded(values: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return text, or a dictionary of text, as one dictionary of the texts that occur, each once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = dictionary_of(values)
    if not pa.types.is_dictionary(values.type):
        return encoded
    first = _first_rows(encoded)
    order = np.argsort(first, kind="stable")
    order = order[first[order] < len(encoded)]
    if len(order) == len(first) and (order == np.arange(len(order))).all():
        return encoded  # as a reader of text makes it
    again = pc.dictionary_encode(encoded.dictionary.take(pa.array(order)))
    places = np.zeros(len(first), np.int32)
    places[order] = again.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    codes = pc.take(pa.array(places, mask=places < 0), encoded.indices)
    return pa.DictionaryArray.from_arrays(codes, again.dictionary)


def _first_rows(encoded: pa.DictionaryArray) -> NDArray[np.int64]:
    """The first row with each entry of the dictionary; the number of rows for one that does not occur."""
    first = np.full(len(encoded.dictionary) + 1, len(encoded))
    for start in reversed(range(0, len(encoded), _ROWS)):
        some = encoded.indices.slice(start, _ROWS)
        codes = some.fill_null(len(encoded.dictionary)) if some.null_count else some
        first[codes.to_numpy(zero_copy_only=False)[::-1]] = np.arange(start + len(some), start, -1) - 1
    return first[:-1]


def read_words(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the text of a file's column as labels: without surrounding blanks, null for missing values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        words = distinct(values)
        return pc.dictionary_encode(taken(read_words(words).combine_chunks(), values))
    bare = pc.utf8_trim_whitespace(values)
    holes = pc.and_(pc.is_in(bare, value_set=pa.array(MISSING_TEXT)), pc.not_equal(bare, values))
    return pc.if_else(holes, pa.scalar(None, bare.type), bare)
