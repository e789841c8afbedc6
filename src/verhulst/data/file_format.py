"""Which format a file has: by its name, and by its first bytes where the name says nothing."""

from __future__ import annotations

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
}
FORMATS = ("csv", "tsv", "parquet", "jsonl", "arrow", "npy")
_COMPRESSIONS = (".gz", ".bz2", ".zst", ".lz4")


def format_of_name(name: str) -> str | None:
    """The format that a file's name promises, or None.

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
    """The format that the first bytes of a file show; text that is nothing else is taken as CSV.

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


# How files begin that are often taken for tables.
_FOREIGN = {
    b"PK\x03\x04": "a spreadsheet or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"%PDF": "a PDF",
    b"SQLite format 3": "an SQLite database",
    b"<": "HTML or XML",
}


def foreign(head: bytes) -> str | None:
    """What a file is that is no table, by its first bytes; None for anything that may be one.

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
    """A format's name as given by a person.

    Raises
    ------
    RequestError
        If there is no such format.
    """
    if name in FORMATS:
        return name
    raise RequestError(f"there is no format {name!r}.{did_you_mean(name, FORMATS)} There are {listed(FORMATS)}.")
