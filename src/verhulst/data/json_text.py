"""Values as JSON, which has no nan, no infinity and no bytes."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# What Python writes for numbers that JSON does not have. A text before them is skipped.
_NOT_FINITE = re.compile(r'"(?:[^"\\]|\\.)*"|NaN|-?Infinity')
# An infinite number in a column of numbers: one that every reader rounds to infinity.
_AS_NUMBER = {"NaN": "null", "Infinity": "1e999", "-Infinity": "-1e999"}
_AS_TEXT = {"NaN": "null", "Infinity": '"inf"', "-Infinity": '"-inf"'}


def json_text(value: Any, indent: int | None = None, *, infinity_as_text: bool = False) -> str:
    """Return a value as JSON: null for nan, and 1e999 or a text for infinity.

    Decimals are numbers if they are whole or a double has their digits, else text; bytes are text, with escapes where
    they are not UTF-8; other values, such as dates, are written as `str` writes them. Control characters and halves of
    surrogate pairs are escaped.

    Examples
    --------
    >>> json_text({"a": float("nan"), "b": [float("-inf"), 0.5], "c": "NaN"})
    '{"a": null, "b": [-1e999, 0.5], "c": "NaN"}'
    >>> json_text(float("-inf"), infinity_as_text=True)
    '"-inf"'
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    tokens = _AS_TEXT if infinity_as_text else _AS_NUMBER
    text = _NOT_FINITE.sub(lambda found: tokens.get(found[0], found[0]), text)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Decimal):
        if value == value.to_integral_value():
            return int(value)
        return float(value) if has_digits(value) else str(value)
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


def has_digits(value: Decimal) -> bool:
    """Whether a double has all digits of a decimal.

    Examples
    --------
    >>> has_digits(Decimal("0.10")), has_digits(Decimal("12345678901234567.89"))
    (True, False)
    """
    return Decimal(repr(float(value))) == value
