"""Columns of a text file whose numbers may be meant otherwise, by what its other columns have as decimal sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from verhulst.data.distinct_texts import distinct
from verhulst.data.errors import DataError, Notes
from verhulst.data.fields import field_signs
from verhulst.data.number_text import decimals_of

if TYPE_CHECKING:
    import pyarrow as pa

# The signs that may be the decimal sign of a column, and the one that stands in it.
Signs = tuple[str, str]
# Distinct texts of the first rows, which tell of most columns what they are.
_FEW = 50


def unclear_columns(columns: Sequence[pa.ChunkedArray], delimiter: str) -> list[str]:
    """For each column that is unclear by itself its decimal sign and that of the other columns; else nothing.

    It is unclear where every number with a sign has it before three digits: `1.234` is 1.234 by itself, and may be 1234
    in a file that has decimal commas elsewhere. `1,234` is read as a decimal where semicolons part the values, and may
    be 1234 in a file with decimal points. The second sign is "?" if no other column settles it.

    Parameters
    ----------
    columns : sequence of pyarrow.ChunkedArray of text
        All columns of the file.
    delimiter : str
        What parts the values in it.

    Examples
    --------
    >>> import pyarrow as pa
    >>> unclear_columns([pa.chunked_array([["1.234", "7.500"]]), pa.chunked_array([["0,5", "2"]])], ";")
    ['.,', '']
    >>> unclear_columns([pa.chunked_array([["1.234", "7.500"]]), pa.chunked_array([["5", "2"]])], ";")
    ['.?', '']
    """
    return unclear_signs([signs_of(column) for column in columns], delimiter)


def unclear_signs(shown: Sequence[Signs], delimiter: str) -> list[str]:
    """The same, from the signs of each column."""
    clear = {signs for signs, _ in shown if len(signs) == 1}
    # Where semicolons part the values, a column is read as it stands: its sign is the decimal sign.
    known = clear | {sign for signs, sign in shown if len(signs) == 2 and delimiter == ";"}

    def unclear(signs: str, sign: str) -> str:
        other = "," if sign == "." else "."
        if len(signs) < 2:
            return ""
        return sign + (other if other in known else sign if sign in clear else "?")

    return [unclear(signs, sign) for signs, sign in shown]


def signs_of(values: pa.ChunkedArray) -> Signs:
    """The signs that may be the decimal sign of a column of numbers, and the one that stands in it."""
    signed = _signed(values.slice(0, 1000))[:_FEW]
    if not signed or len(_decimals(signed)) == 2:
        signed = _signed(values)
    return _decimals(signed), "," if any("," in text for text in signed) else "."


def _signed(values: pa.ChunkedArray) -> list[str]:
    """The distinct texts that hold a point or a comma."""
    import pyarrow.compute as pc

    values = distinct(values)
    found = pc.or_(pc.match_substring(values, "."), pc.match_substring(values, ","))
    texts: list[str] = values.filter(pc.fill_null(found, False)).unique().to_pylist()
    return texts


def _decimals(texts: list[str]) -> str:
    """The signs that may be the decimal sign of all these texts; none if they are no numbers, or differ."""
    numbers = [found for text in texts if (found := decimals_of(text))]
    if 2 * len(numbers) <= len(texts):
        return ""
    clear = {found for found in numbers if len(found) == 1}
    return ".," if not clear else clear.pop() if len(clear) == 1 else ""


def refuse_unclear_sign(table: pa.Table, name: str, at: str, or_else: str = "", learned: str = "") -> None:
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
    learned : str
        The decimal sign at fit time, if it says what the numbers of this column mean.
    """
    import pyarrow.compute as pc

    sign, other = field_signs(table, name)
    if not sign or other in (learned or sign, "?"):
        return
    values = distinct(table[name])
    shown = values.filter(pc.fill_null(pc.match_substring(values, sign), False))[0].as_py().strip()
    digits = "".join(letter for letter in shown if letter.isdigit() or letter == sign)
    decimal, whole = float(digits.replace(sign, ".")), digits.replace(sign, "")
    raise DataError(
        f"{at}column {name!r}: {shown!r} can be {decimal:.12g} or {whole}, as other columns have decimal "
        f"{'commas' if other == ',' else 'points'}. If it is {whole}, say so (--decimal {other}), or write its numbers "
        f"without thousands signs{or_else}; if these are decimals, write them with one more (such as {digits + '0'!r})."
    )


def note_on_points(table: pa.Table, name: str) -> Notes:
    """Return a note on a column of numbers if nothing in its file shows that its points are decimal points."""
    if field_signs(table, name) != (".", "?"):
        return ()
    return (
        (
            f"The points of column {name!r} are read as decimal points, although all have three digits behind.",
            "If they part thousands (1.234 is 1234), write the numbers without them.",
        ),
    )
