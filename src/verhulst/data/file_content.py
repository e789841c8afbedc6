"""The bytes of a file or of standard input, decompressed where their beginning shows that they are compressed."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from verhulst.data.errors import DataError, no_such_file
from verhulst.data.printable import printable

if TYPE_CHECKING:
    import pyarrow as pa

# How compressed data begin (RFC 1952; bzip2's two block marks; RFC 8878; the LZ4 frame format).
_COMPRESSIONS = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "bz2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    # A frame to be skipped may come first, as pzstd writes it.
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
    "lz4": re.compile(rb"\x04\x22\x4d\x18"),
}
_ENDINGS = {".gz": "gzip", ".bz2": "bzip2", ".zst": "zstd", ".lz4": "lz4"}
# Compressed by what is not read here.
_OTHERS = {b"\xfd7zXZ\x00": "xz", b"\x1f\x9d": "compress", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"LZIP": "lzip"}

_PIECE = 1 << 24  # bytes


def read_content(path: str, name: str, raw: bytes | None = None) -> pa.Buffer:
    """The bytes of a file, decompressed if they are compressed.

    The first bytes decide that, not the ending: a file without one and standard input may be compressed too. A file is
    read, not mapped into memory: it may become shorter while it is in use, which would end the process.

    Parameters
    ----------
    path : str
        Or "-" for standard input.
    name : str
        What to call the file in messages.
    raw : bytes, optional
        What is in the file, if it has been read.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DataError
        If it is a folder, cannot be read, or is compressed data that are cut short, damaged, of an unknown kind or
        larger than the memory that is free.
    """
    import pyarrow as pa

    try:
        found = _raw(path) if raw is None else pa.py_buffer(raw)
        compression = compression_of(_head(found))
        if compression is None:
            if reason := compressed_otherwise(path, _head(found)):
                raise DataError(f"{name}: {reason}")
            return found
        content = _decompressed(found, compression, name)
    except DataError:
        raise
    except FileNotFoundError:
        raise no_such_file(path) from None
    except OSError as error:
        if os.path.isdir(path):
            raise DataError(f"{name}: is a folder; name a file.") from None
        raise DataError(f"{name:.200}: cannot be read: {error.strerror or error}.") from None
    except ValueError:  # for both: a NUL ends a name
        raise DataError(f"{printable(name):.200}: cannot be the name of a file.") from None
    except MemoryError:
        raise DataError(f"{name}: is larger than the memory that is free.") from None
    if compression_of(_head(content)) or _other(_head(content)):
        raise DataError(f"{name}: is compressed twice; decompress it once.")
    return content


def _raw(path: str) -> pa.Buffer:
    import pyarrow as pa

    if path == "-":
        return pa.py_buffer(sys.stdin.buffer.read())
    if os.path.isfile(path):
        with pa.OSFile(os.fsencode(path)) as file:
            return file.read_buffer()
    with open(path, "rb") as stream:
        return pa.py_buffer(stream.read())


def _decompressed(raw: pa.Buffer, compression: str, name: str) -> pa.Buffer:
    """Decompress a piece at a time, up to the memory that is free: a small file can stand for any number of bytes."""
    import pyarrow as pa

    limit, sink = free_memory(), pa.BufferOutputStream()
    with pa.CompressedInputStream(pa.BufferReader(raw), compression) as stream:
        while piece := stream.read(_PIECE):
            if sink.tell() + len(piece) > limit:
                raise DataError(
                    f"{name}: {raw.size / 1e9:.3g} GB of compressed data stand for more than {limit / 1e9:.3g} GB, "
                    f"which is the memory that is free."
                )
            sink.write(piece)
    return sink.getvalue()


def free_memory() -> int:
    """Return the number of bytes of memory that programs can still take (Linux), or of all memory (elsewhere)."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def compression_of(head: bytes) -> str | None:
    """Return the compression of data that begin like this, as Arrow calls it; None if there is none that is read."""
    return next((kind for kind, mark in _COMPRESSIONS.items() if mark.match(head)), None)


def compressed_otherwise(path: str, head: bytes) -> str | None:
    """Return what is wrong with the compression of a file that begins like this and is read as it is; else None."""
    if other := _other(head):
        return f"is compressed by {other}, which is not read here. Decompress it, or use gzip."
    promised = _ENDINGS.get(Path(path.lower()).suffix)
    if promised and head:
        return (
            f"cannot be read: its name says that it is compressed by {promised}, but its first bytes do not. "
            f"If it is not compressed, rename it."
        )
    return None


def _head(buffer: pa.Buffer) -> bytes:
    return bytes(buffer.slice(0, min(buffer.size, 16)).to_pybytes())


def _other(head: bytes) -> str | None:
    return next((kind for mark, kind in _OTHERS.items() if head.startswith(mark)), None)
