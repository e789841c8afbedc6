"""The format of a file, from its name and its first bytes."""

from __future__ import annotations

import re
from pathlib import PurePath

from verhulst.data.errors import RequestError, did_you_mean, listed

_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".npy": "npy",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
FORMATS = ("csv", "tsv", "parquet", "jsonl", "arrow", "npy", "xlsx")
# Endings of compressed files, and Arrow's names of the compressions.
_COMPRESSIONS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".lz4": "lz4"}


def compression_of_name(name: str) -> str | None:
    """Return the compression implied by a file's name, or None.

    Examples
    --------
    >>> compression_of_name("votes.csv.GZ"), compression_of_name("votes.csv")
    ('gzip', None)
    """
    return _COMPRESSIONS.get(PurePath(name.lower()).suffix)


def format_of_name(name: str) -> str | None:
    """Return the format implied by a file's name, or None.

    Examples
    --------
    >>> format_of_name("votes.csv.gz"), format_of_name("votes.PARQUET"), format_of_name("votes")
    ('csv', 'parquet', None)
    """
    path = PurePath(name.lower())
    if path.suffix in _COMPRESSIONS:
        path = path.with_suffix("")
    return _SUFFIXES.get(path.suffix)


def format_of_bytes(head: bytes) -> str:
    """Return the format implied by the first bytes of a file; other text is CSV.

    Examples
    --------
    >>> format_of_bytes(b"PAR1\\x15"), format_of_bytes(b'{"age": 3}'), format_of_bytes(b"age,vote\\n")
    ('parquet', 'jsonl', 'csv')
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    # An Arrow file begins with its name, an Arrow stream with a continuation marker.
    if head.startswith((b"ARROW1", b"FEA1", b"\xff\xff\xff\xff")):
        return "arrow"
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "jsonl"
    return "csv"


# The beginning of an object, or of an array of objects: not column names.
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"[^"]*"\s*:')


def like_json(head: bytes) -> bool:
    """Whether a file can only be JSON, by its first bytes.

    Examples
    --------
    >>> like_json(b'{"age": 3}'), like_json(b"[age],[vote]")
    (True, False)
    """
    return _JSON.match(head) is not None


def like_lines(head: bytes) -> bool:
    """Whether JSON can be one object after the other, not an array of them, by its first bytes.

    Examples
    --------
    >>> like_lines(b'{"age": 3}'), like_lines(b'[{"age": 3}]')
    (True, False)
    """
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def binary_format(head: bytes, tail: bytes) -> str | None:
    """Return the format of a file that can have no other, by its first and last bytes; None for text.

    The first bytes alone could be a column name: `PAR1,PAR2`.

    Examples
    --------
    >>> binary_format(b"PAR1\\x15\\x04", b"\\x00\\x00PAR1"), binary_format(b"PAR1,PAR2\\n", b"0.5,0.1\\n")
    ('parquet', None)
    """
    found = format_of_bytes(head)
    if found in ("csv", "jsonl"):
        return None
    marked = head.startswith((b"\xff\xff\xff\xff", b"\x93NUMPY", b"ARROW1\0"))
    return found if marked or tail.endswith((b"PAR1", b"ARROW1", b"FEA1")) or b"\0" in head else None


_ENCODINGS = {b"\0\0\0.": "UTF-32BE", b".\0\0\0": "UTF-32LE", b"\0.\0.": "UTF-16BE", b".\0.\0": "UTF-16LE"}


def unmarked_encoding(head: bytes) -> str | None:
    """Return UTF-16 or UTF-32 for text without a byte-order mark, by the NULs in the first four bytes; else None.

    Examples
    --------
    >>> unmarked_encoding("age,vote".encode("utf-16-le"))
    'UTF-16LE'
    """
    return _ENCODINGS.get(bytes(0 if byte == 0 else ord(".") for byte in head[:4]))


# The first bytes of files that are often mistaken for tables.
_FOREIGN = {
    b"PK\x03\x04": "a spreadsheet or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"%PDF": "a PDF",
    b"SQLite format 3": "an SQLite database",
    b"<": "HTML or XML",
}


def foreign(head: bytes) -> str | None:
    """Return what a file is if it is not a table, by its first bytes; None if it may be one.

    Examples
    --------
    >>> foreign(b"<!doctype html>")
    'HTML or XML'
    """
    if b'"verhulst_model"' in head[:64]:
        return "a model file of verhulst"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return next((what for mark, what in _FOREIGN.items() if start.startswith(mark)), None)


def check_format(name: str) -> str:
    """Return the format with a name given by the user.

    Raises
    ------
    RequestError
        If there is no such format.
    """
    if name in FORMATS:
        return name
    raise RequestError(f"there is no format {name!r}.{did_you_mean(name, FORMATS)} There are {listed(FORMATS)}.")
