"""Text that stands for "no value"."""

from __future__ import annotations

# In every column of a CSV file, if not in quotes. Arrow's own list, repeated so that it is stable.
MISSING_TEXT = ("", "#N/A", "#N/A N/A", "#NA", "-NaN", "-nan", "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null")

# In addition, in quotes or not and in any case, in columns whose other values are numbers or booleans.
_MARKS = frozenset(
    [
        *(text.casefold() for text in MISSING_TEXT),
        *(".", "..", "...", "-", "--", "---", "\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}", "?", "??", "*", "\\n"),
        *("none", "nil", "na", "n.a.", "n. a.", "n.a", "<na>", "nat", "(null)", "<null>", "missing"),
        *("#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!"),
    ]
)


def is_mark(text: str) -> bool:
    """Whether `text` represents a missing value among numbers or booleans.

    Examples
    --------
    >>> is_mark("."), is_mark("None"), is_mark("#DIV/0!"), is_mark(" "), is_mark("0"), is_mark("x")
    (True, True, True, True, False, False)
    """
    return text.strip().casefold() in _MARKS
