"""The values of one column for NumPy: numbers with nan for missing values, or level codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst.data.code_text import like_a_code
from verhulst.data.number_text import plain_number

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["numeric", "boolean", "categorical", "unusable"]


def kind_of(type_: pa.DataType) -> Kind:
    """Return the kind of a column of this Arrow type in a design."""
    import pyarrow as pa

    if pa.types.is_boolean(type_):
        return "boolean"
    if (
        pa.types.is_integer(type_)
        or pa.types.is_floating(type_)
        or pa.types.is_decimal(type_)
        or pa.types.is_null(type_)
    ):
        return "numeric"
    if pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
        return "categorical"
    if pa.types.is_dictionary(type_):
        return "unusable" if kind_of(type_.value_type) == "unusable" else "categorical"
    return "unusable"


def numbers(values: pa.ChunkedArray) -> NDArray[np.float64]:
    """Return a numeric or boolean column as doubles, nan for missing values; one chunk of doubles is not copied."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if values.type != pa.float64():
        values = pc.cast(values, pa.float64(), safe=False)
    # The buffers of a table that was sent by a network may lie anywhere.
    return np.require(values.to_numpy(), dtype=np.float64, requirements="A")


def labels(values: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a column of any kind as a dictionary of text: 3, 3.0 and "3" are one label, true is "true".

    Integers are written without a decimal point, so that a level learned from integers is matched in a file in which
    the same column has floats. A float32 or float16 is written as the shortest text that restores it in its own type:
    3.1, not 3.0999999046325684.
    """
    import pyarrow as pa

    encoded = dictionary_of(values)
    if pa.types.is_string(encoded.type.value_type):
        return encoded
    narrow = _NARROW.get(level_type_of(values.type))
    distinct = encoded.dictionary.to_pylist()
    texts = [label(value if narrow is None or value is None else narrow(value)) for value in distinct]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(texts, pa.string()))


def label_counts(values: pa.ChunkedArray, counted: Counted | None = None) -> dict[str, int]:
    """Return the labels that occur in a column of any kind, and the number of rows with each."""
    encoded = labels(values)
    rows = counts_of(encoded, counted)
    counts: dict[str, int] = {}
    for text, n in zip(encoded.dictionary.to_pylist(), rows.tolist(), strict=True):
        if n and text is not None:
            counts[text] = counts.get(text, 0) + n
    return counts


@dataclass(frozen=True, eq=False)
class Counted:
    """The rows that values stand for, where each value of a column was kept once.

    Attributes
    ----------
    times, first : ndarray of int
        For each value how many rows have it, and the first of them.
    """

    times: NDArray[np.int64]
    first: NDArray[np.int64]


def counts_of(encoded: pa.DictionaryArray, counted: Counted | None = None) -> NDArray[np.int64]:
    """Return how many rows have each value of a dictionary."""
    indices = encoded.indices.drop_null().to_numpy(zero_copy_only=False)
    times = None if counted is None else counted.times[encoded.indices.is_valid().to_numpy(zero_copy_only=False)]
    return np.bincount(indices, times, len(encoded.dictionary)).astype(np.int64)


def dictionary_of(values: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a column of any kind as one dictionary array of its values, with signed indices."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        words = [chunk.dictionary for chunk in values.chunks]
        if not all(each.equals(words[0]) for each in words):
            values = values.unify_dictionaries()
        encoded = values.combine_chunks()
    else:
        if pa.types.is_float16(values.type):  # Arrow has no dictionaries of them
            values = pc.cast(values, pa.float32())
        encoded = pc.dictionary_encode(values).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # no chunk at all
        encoded = pa.chunked_array(encoded.chunks, type=encoded.type).combine_chunks()
    if pa.types.is_unsigned_integer(encoded.type.index_type):  # as of DuckDB and polars; -1 marks missing values
        encoded = encoded.cast(pa.dictionary(pa.int64(), encoded.type.value_type, encoded.type.ordered))
    return encoded


def label(value: Any) -> str | None:
    """Return the label of one value.

    Examples
    --------
    >>> label(3.0), label(Decimal("3.00")), label(np.float32(3.1)), label(np.True_), label("yes")
    ('3', '3', '3.1', 'true', 'yes')
    """
    if value is None or value != value:
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize() if value else Decimal(0), "f")
    if isinstance(value, float | np.floating):
        # The number with the shortest text in the value's own type.
        value = float(str(value))
        if value.is_integer() and abs(value) < 2**53:
            return str(int(value))
    return str(value)


def in_order(texts: Iterable[str]) -> list[str]:
    """Return levels in order: numbers by size, text sorted.

    Examples
    --------
    >>> in_order(["10", "9"]), in_order(["b", "10", "9"])
    (['9', '10'], ['10', '9', 'b'])
    """
    levels = sorted(texts)
    sizes = [plain_number(text) for text in levels]
    return levels if None in sizes else [text for _, text in sorted(zip(sizes, levels, strict=True))]


def levels_of(values: pa.ChunkedArray) -> list[str]:
    """Return the labels that occur: in the order of the dictionary if it is ordered, else as `in_order`."""
    import pyarrow as pa

    distinct = list(label_counts(values))
    # Other dictionaries hold the values in the order in which rows happened to come.
    ordered = pa.types.is_dictionary(values.type) and values.type.ordered
    return distinct if ordered else in_order(distinct)


def place_of(asked: object, levels: Sequence[str], level_type: LevelType) -> int:
    """Return the position of the level that a caller names, or -2: text may be its value in another notation."""
    return finder(levels, level_type, "text" if isinstance(asked, str) else level_type)(str(label(asked)))


LevelType = Literal["text", "number", "float32", "float16", "boolean"]
_NARROW: dict[str, type[np.floating[Any]]] = {"float32": np.float32, "float16": np.float16}


def level_type_of(type_: pa.DataType) -> LevelType:
    """Return the type of the levels of a column of this Arrow type, before they become labels."""
    import pyarrow as pa

    type_ = type_.value_type if pa.types.is_dictionary(type_) else type_
    if pa.types.is_float32(type_):
        return "float32"
    if pa.types.is_float16(type_):
        return "float16"
    kind = kind_of(type_)
    return {"numeric": "number", "boolean": "boolean"}.get(kind, "text")  # type: ignore[return-value]


def type_of_labels(levels: Sequence[str]) -> LevelType:
    """Infer the type of levels from their labels alone.

    Examples
    --------
    >>> type_of_labels(["3", "2.5"]), type_of_labels(["true", "false"]), type_of_labels(["007", "7"])
    ('number', 'boolean', 'text')
    """
    if levels and set(levels) <= {"true", "false"}:
        return "boolean"
    return "number" if levels and all(label(plain_number(level)) == level for level in levels) else "text"


def plain_label(text: str) -> str:
    """Return the label of the number or boolean in `text`; `text` itself if it is neither, or looks like a code.

    Examples
    --------
    >>> plain_label("1.0"), plain_label("TRUE"), plain_label("007"), plain_label("yes")
    ('1', 'true', '007', 'yes')
    """
    if text in ("TRUE", "True", "FALSE", "False"):
        return text.lower()
    return text if like_a_code(text) else _exact_label(text) or text


def _exact_label(text: str) -> str | None:
    """Return the number in `text` with all its digits, so that integers that round to the same double differ."""
    number = plain_number(text)
    if number is None or text != text.strip():
        return None
    digits = text.lstrip("+-")
    if digits.isascii() and digits.isdigit():
        bare = digits.lstrip("0") or "0"
        return f"-{bare}" if text[0] == "-" and bare != "0" else bare
    return str(int(number)) if number.is_integer() else str(number)


def codes(
    values: pa.ChunkedArray, levels: Sequence[str], level_type: LevelType = "text"
) -> tuple[NDArray[np.int64], list[str]]:
    """Return each row's position in `levels`: -1 for a missing value, -2 for a value that is not a level.

    A label is first matched exactly. Otherwise a number matches by its value if exactly one level has it: levels that
    were numbers match any text (7 matches `7.0` and `007`), levels that were text match only numbers (the number 7
    never matches `007`). Booleans likewise. A float32 or float16 also matches its value as a double: 3.1 matches
    3.0999999046325684.

    Returns
    -------
    codes : ndarray of int64, shape (n,)
    unknown : list of str
        The labels that are not among the levels.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = labels(values)
    dictionary = encoded.dictionary.to_pylist()
    find = finder(levels, level_type, level_type_of(values.type))
    positions = np.array([-1 if text is None else find(text) for text in dictionary] + [-1], dtype=np.int64)
    # First to 64 bits: an index of 8 bits has no room for one past the end of 128 values, which is a missing one.
    indices = np.asarray(pc.cast(encoded.indices, pa.int64()).fill_null(len(dictionary)), dtype=np.int64)
    used = np.flatnonzero(np.bincount(indices, minlength=len(positions)))
    unknown = dict.fromkeys(dictionary[i] for i in used if i < len(dictionary) and positions[i] == -2)
    return positions[indices], list(unknown)


def finder(levels: Sequence[str], level_type: LevelType, value_type: LevelType) -> Callable[[str], int]:
    """Return the position of a label among levels, or -2; see `codes`."""
    known = {level: position for position, level in enumerate(levels)}
    if level_type == "text" and value_type == "text":
        same: Callable[[str], str] = str.strip
    elif level_type == "text":
        same = plain_label
    else:
        same = _any_label
    by_value: dict[str, list[int]] = {}
    for level, position in known.items():
        for text in {same(level), same(_widened(level, level_type))}:
            by_value.setdefault(text, []).append(position)

    def find(text: str) -> int:
        if text in known:
            return known[text]
        found = by_value.get(same(text)) or by_value.get(same(_widened(text, value_type)), [])
        return found[0] if len(found) == 1 else -2

    return find


def _widened(text: str, type_: LevelType) -> str:
    """Return the label of a float32 or float16 after conversion to a double."""
    narrow = _NARROW.get(type_)
    return text if narrow is None else str(label(float(narrow(text))))


def _any_label(text: str) -> str:
    return text.lower() if text.lower() in ("true", "false") else _exact_label(text) or text
