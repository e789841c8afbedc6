"""Numbers that look like codes (`007`, case numbers), and two of them that would become the same number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from verhulst.data.errors import DataError, Notes, categorical_option, exclude_option

if TYPE_CHECKING:
    import pyarrow as pa

# Leading zeros, a plus as in telephone numbers, or an E unlike the powers of ten that programs write.
_CODE = re.compile(
    "[-+\N{MINUS SIGN}]*(?:0[0-9]+(?:[.,][0-9]*)?(?:[eE][-+]?[0-9]+)?|[0-9]+E[0-9]+)|[+][0-9]{7,}", re.ASCII
)
_WHOLE = re.compile("[-+\N{MINUS SIGN}]*([0-9]{16,})(?:[.]0*)?", re.ASCII)
# All of these, and few others, for Arrow.
_PERHAPS = r"^[-+]*(?:0[0-9]|[0-9]{16}|[0-9]+E)|^\+[0-9]{7}"


def like_a_code(text: str) -> bool:
    """Whether `text` looks like a code, not a number.

    It has leading zeros, is a whole number beyond 2^53, where not every one is a double, has a plus as in telephone
    numbers, or an E unlike the powers of ten that programs write.

    Examples
    --------
    >>> [like_a_code(text) for text in ("007", "-007.5", "12345678901234567890", "+4930123456", "1E2")]
    [True, True, True, True, True]
    >>> [like_a_code(text) for text in ("0.7", "1000", "+5", "1E+02", "1e5")]
    [False, False, False, False, False]
    """
    text = text.strip()
    whole = _WHOLE.fullmatch(text)
    # Python does not convert integers of more than some thousand digits.
    return _CODE.fullmatch(text) is not None or (whole is not None and (len(whole[1]) > 16 or int(whole[1]) > 2**53))


def codes_in(numbers: pa.ChunkedArray) -> list[str]:
    """Return the distinct texts of a column of plain numbers that look like codes."""
    import pyarrow.compute as pc

    perhaps = pc.match_substring_regex(numbers, _PERHAPS)
    if not pc.any(perhaps).as_py():
        return []
    return [text for text in numbers.filter(perhaps).unique().to_pylist() if like_a_code(text)]


def with_equals(codes: list[str], numbers: pa.ChunkedArray, doubles: pa.ChunkedArray) -> list[str]:
    """Return codes of a column of numbers, and its other texts that are the same number as one of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not codes:
        return []
    # 0 is added because -0 is another double than 0.
    same = pc.is_in(pc.add(doubles, 0.0), value_set=pa.array([float(code) + 0.0 for code in codes]))
    texts: list[str] = numbers.filter(same).unique().to_pylist()
    return texts


def note_on_codes(texts: Sequence[str], numbers: Sequence[float], name: str, at: str) -> Notes:
    """Return a note if some of the distinct texts of a column of numbers look like codes.

    Raises
    ------
    DataError
        If one of them and another text are the same number.
    """
    codes = {text: number for text, number in zip(texts, numbers, strict=True) if like_a_code(text)}
    if not codes:
        return ()
    first = {number: text for text, number in zip(texts, numbers, strict=True) if text not in codes}
    for code, number in codes.items():
        other = first.setdefault(number, code)
        if other != code:
            raise DataError(_about_same(other, code, name, at))
    return (
        (
            f"Column {name!r} is read as numbers, although {next(iter(codes))!r} looks like a code.",
            f"If it is one, declare it categorical ({categorical_option(name)}) or exclude it.",
        ),
    )


def refuse_same_numbers(values: pa.ChunkedArray, name: str, at: str) -> None:
    """Raise for whole numbers beyond 2^53 in a column with a type, if two of them would become the same double."""
    import pyarrow.compute as pc

    if not beyond_doubles(values):
        return
    first: dict[float, Any] = {}
    for number in pc.unique(values).drop_null().to_pylist():
        other = first.setdefault(float(number), number)
        if other != number and max(abs(other), abs(number)) > 2**53:
            raise DataError(_about_same(str(other), str(number), name, at))


def beyond_doubles(values: pa.ChunkedArray) -> bool:
    """Whether a column of a wide type has numbers beyond 2^53."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wide = pa.types.is_integer(values.type) and values.type.bit_width == 64
    if not (wide or pa.types.is_decimal(values.type)):
        return False
    return any(end is not None and abs(end) > 2**53 for end in pc.min_max(values).as_py().values())


def _about_same(one: str, other: str, name: str, at: str) -> str:
    return (
        f"{at}column {name!r} holds {one!r} and {other!r}, which are codes rather than numbers: as numbers they would "
        f"be the same. Say that it is categorical ({categorical_option(name)}), or exclude it "
        f"({exclude_option(name)})."
    )
