"""The bytes of a text file or of standard input, decompressed, a chunk at a time and as often as needed."""

from __future__ import annotations

import sys
import tempfile
import weakref
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from verhulst.data.errors import DataError
from verhulst.data.file_content import compressed_otherwise, compression_of
from verhulst.data.scratch import no_room
from verhulst.data.unchanged import refuse_changed, state_of

CHUNK = 1 << 21  # bytes: few enough for a second-level cache
_HEAD = 4096  # bytes that show what it is
# What was read of standard input is kept to be read again: in memory up to so many bytes, beyond in a scratch file.
_SPOOLED = 1 << 26


class TextSource:
    """The bytes of a file, of a pipe or of standard input, as chunks of about `CHUNK` bytes.

    What can be read only once is spooled, so that it can be read again.

    Parameters
    ----------
    path : str
        Or "-" for standard input.

    Raises
    ------
    OSError
        If there is no such file, or it may not be read.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = "standard input" if path == "-" else path
        self._regular = path != "-" and Path(path).is_file()
        self._state = state_of(path) if self._regular else None
        self.bytes_read = 0
        if not self._regular:
            self._spool: IO[bytes] = tempfile.SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115
            self._spooled = 0
            weakref.finalize(self, self._spool.close)
            self._stream: Any = sys.stdin.buffer if path == "-" else open(path, "rb")  # noqa: SIM115
        self._first = next(self._raw(), b"")[:_HEAD]
        self.compression = compression_of(self._first)

    @property
    def again_from_path(self) -> bool:
        """Whether another reader would find the same under the path."""
        return self._regular

    @cached_property
    def head(self) -> bytes:
        """The first bytes, decompressed; none if they cannot be."""
        try:
            return next(self.chunks(), b"")[:_HEAD]
        except DataError:
            return b""

    @property
    def is_doubtful(self) -> bool:
        """Whether it may be compressed in a way that is not read here, or twice, or not as its name says."""
        if self.compression is None:
            return compressed_otherwise(self.path, self._first) is not None
        return not self.head or compression_of(self.head) is not None or compressed_otherwise("", self.head) is not None

    @property
    def size(self) -> int | None:
        """The length of the file in bytes; None if it is unknown."""
        return None if self._state is None else self._state[0]

    def whole(self) -> bytes:
        """Everything, compressed as it is."""
        return b"".join(self._raw())

    def chunks(self) -> Iterator[bytes]:
        """Yield the decompressed bytes from the beginning.

        Raises
        ------
        DataError
            If the file was changed since it was opened, or compressed data are damaged.
        """
        if self.compression is None:
            yield from self._raw()
            return
        import pyarrow as pa

        try:
            with pa.CompressedInputStream(pa.PythonFile(_File(self._raw()), "r"), self.compression) as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except OSError as error:
            self.refuse_changed()
            raise DataError(f"{self.name}: cannot be read: {error.strerror or error}.") from None

    def refuse_changed(self) -> None:
        """Raise if the file is no longer as it was when it was opened."""
        if self._regular:
            refuse_changed(self.path, self._state)

    def _raw(self) -> Iterator[bytes]:
        if self._regular:
            self.refuse_changed()
            self.bytes_read = 0
            with open(self.path, "rb") as file:
                while chunk := file.read(CHUNK):
                    self.bytes_read += len(chunk)
                    yield chunk
            self.refuse_changed()
            return
        at = 0
        while True:
            self._spool.seek(at)
            if at < self._spooled:
                chunk = self._spool.read(CHUNK)
            else:
                chunk = self._stream.read(CHUNK)
                try:
                    self._spool.write(chunk)
                except OSError as error:
                    raise no_room(error, "what was read of the input") from None
                self._spooled += len(chunk)
            if not chunk:
                return
            at += len(chunk)
            yield chunk


class _File:
    """Chunks as a file that is read from the beginning to the end."""

    closed = False

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def read(self, size: int) -> bytes:
        if not self._rest:
            self._rest = next(self._chunks, b"")
        some, self._rest = self._rest[:size], self._rest[size:]
        return some

    def close(self) -> None:
        self._rest = b""
