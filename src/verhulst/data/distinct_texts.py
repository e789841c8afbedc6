"""The distinct texts of a column, each of which is read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from verhulst.data.column_values import Counted, counts_of
from verhulst.data.missing_text import MISSING_TEXT, is_mark

if TYPE_CHECKING:
    import pyarrow as pa

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
        codes, rows = np.unique(self._encoded.indices.fill_null(-1).to_numpy(), return_index=True)
        rows = rows if self._counted is None else self._counted.first[rows]
        distinct = self._encoded.dictionary.to_pylist()
        return {distinct[code]: int(row) for code, row in zip(codes, rows, strict=True) if code >= 0}


def texts_of(values: pa.ChunkedArray, counted: Counted | None = None) -> Texts:
    """Return the distinct texts of a column of text or of a dictionary of text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):  # which may hold texts that do not occur
        values = pa.chunked_array([each.dictionary_decode() for each in values.chunks], values.type.value_type)
    encoded = pc.dictionary_encode(values).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # no chunk at all
        encoded = pc.dictionary_encode(pa.array([], values.type))
    distinct = encoded.dictionary.to_pylist()
    counts = counts_of(encoded, counted)
    return Texts(
        [text for text in distinct if not is_mark(text)],
        tuple(text for text in distinct if is_mark(text)),
        dict(zip(distinct, counts.tolist(), strict=True)),
        encoded,
        counted,
    )


def read_words(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the text of a file's column as labels: without surrounding blanks, null for missing values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bare = pc.utf8_trim_whitespace(values)
    holes = pc.and_(pc.is_in(bare, value_set=pa.array(MISSING_TEXT)), pc.not_equal(bare, values))
    return pc.if_else(holes, pa.scalar(None, bare.type), bare)
