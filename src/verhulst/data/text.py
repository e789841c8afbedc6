"""Whether bytes are text in UTF-8."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

NOT_UTF8 = (
    "the text is not UTF-8. Save the file as UTF-8 (for instance: iconv -f latin1 -t utf-8 OLD > NEW), or say what it "
    "is (such as --encoding cp1252)."
)


def not_decoded(name: str, encoding: str | None, reason: object) -> str:
    """Return what to say of a file that is not in its encoding: the one that was given, or UTF-16."""
    if encoding is None:
        return f"{name}: begins as UTF-16 text does, but is not readable as such: {reason}."
    return f"{name}: is not text in {encoding} (--encoding): {reason}."


def is_utf8(buffer: pa.Buffer) -> bool:
    """Whether all of a buffer is UTF-8, by Arrow's quick check.

    Examples
    --------
    >>> import pyarrow as pa
    >>> is_utf8(pa.py_buffer("Köln".encode())), is_utf8(pa.py_buffer("Köln".encode("latin1")))
    (True, False)
    """
    import pyarrow as pa

    try:
        pa.LargeStringArray.from_buffers(1, pa.py_buffer(np.array([0, buffer.size])), buffer).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
