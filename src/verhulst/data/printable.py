"""Text from data and file names that is safe to print."""

from __future__ import annotations

import re

# Control characters but the tab and the line feed, which a terminal would obey; those that reverse the direction of
# writing or break lines; and what stands for bytes of a file name that are not UTF-8.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    r"""Return text with backslash escapes for characters that a terminal would obey, or cannot show.

    Examples
    --------
    >>> printable("a\x1b[31m"), printable("caf\udce9"), printable("Köln")
    ('a\\x1b[31m', 'caf\\xe9', 'Köln')
    """
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    code = code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
