"""Whether bytes are text in UTF-8."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

NOT_UTF8 = "the text is not UTF-8. Save the file as UTF-8 (for instance: iconv -f latin1 -t utf-8 OLD > NEW)."


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
