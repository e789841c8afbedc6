"""Output files that are written completely or not at all."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shlex
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO

from verhulst import _process
from verhulst._options import checks_options
from verhulst.data.errors import MissingFolderError, OutputError, RequestError
from verhulst.data.file_format import compression_of_name
from verhulst.data.printable import printable

# Endings of compressed files and archives of other kinds: a file of that name is expected to be one.
_NOT_WRITTEN = {".xz", ".lzma", ".zip", ".7z", ".z", ".br", ".tar", ".tgz", ".rar"}


@checks_options
def refuse_other_than_page(path: str | os.PathLike[str]) -> None:
    """Raise if the name of a page of HTML is that of a document of another kind.

    Raises
    ------
    OutputError
        If it ends in .pdf, .docx or the like.
    """
    if os.fspath(path).lower().endswith((".pdf", ".doc", ".docx", ".odt", ".xlsx", ".png")):
        raise OutputError(
            f"{printable(os.fspath(path))}: a report is a page of HTML: name it .html. (A browser prints it as PDF.)"
        )


@checks_options
def check_writable(path: str | os.PathLike[str]) -> Path:
    """Return the file to write, with links followed, after a check that it can be written, before work begins.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written, or the path is a folder, a file without write permission or
        a loop of links, or its ending is that of a compression that is not written.
    """
    shown = printable(repr(os.fspath(path)))
    if (ending := os.path.splitext(path)[1].lower()) in _NOT_WRITTEN:
        raise OutputError(f"cannot write {shown}: {ending} files are not written; end the name in .gz or .zst instead.")
    # A link stays a link: the file that it points at is replaced.
    target = Path(os.path.realpath(path)) if os.path.islink(path) and not is_stream(path) else Path(path)
    try:
        with suppress(FileNotFoundError):
            if stat.S_ISDIR(os.stat(target).st_mode):
                raise OutputError(f"cannot write {shown}: it is a folder; name a file inside it.")
            if not os.access(target, os.W_OK):
                raise OutputError(f"cannot write {shown}: the file that is there may not be written to.")
        parent = printable(repr(str(target.parent)))
        if not target.parent.exists():
            remedy = f"Make it first ({_make_folder(target.parent)})."
            raise MissingFolderError(f"cannot write {shown}: the folder {parent} does not exist. {remedy}")
    except NotADirectoryError:
        raise OutputError(f"cannot write {shown}: {printable(repr(str(target.parent)))} is not a folder.") from None
    except (OSError, ValueError) as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"cannot write {shown}: {_reason(error)}.") from None
    if not target.parent.is_dir():
        raise OutputError(f"cannot write {shown}: {parent} is not a folder.")
    if not is_stream(target) and not os.access(target.parent, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write {shown}: the folder {parent} may not be written to.")
    return target


def _make_folder(folder: Path) -> str:
    """Return the command that makes a folder, as a shell reads it."""
    name = str(folder)
    return f"mkdir -p {shlex.quote(f'./{name}' if name.startswith('-') else name)}"


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error).rstrip(".")


_STREAM = re.compile(r"/dev/(stdout|stderr|fd/\d+)|/proc/(self|\d+)/fd/\d+")


def is_stream(path: str | os.PathLike[str]) -> bool:
    """Whether a file is written to as it is: a device, a pipe, or a name for an open file of a process.

    Examples
    --------
    >>> is_stream("/dev/null"), is_stream("new.csv")
    (True, False)
    """
    if _STREAM.fullmatch(os.fspath(path)):
        return True
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def same_file(one: str, other: str) -> bool:
    """Whether two names are those of one file, which need not exist; devices and pipes may be named twice.

    Examples
    --------
    >>> same_file("a.csv", "./a.csv"), same_file("/dev/null", "/dev/null")
    (True, False)
    """
    try:
        first, second = os.stat(one), os.stat(other)
    except (OSError, ValueError):
        return os.path.realpath(one) == os.path.realpath(other)
    return stat.S_ISREG(first.st_mode) and os.path.samestat(first, second)


def refuse_same_file(source: object, output: str) -> None:
    """Raise if a file that is written is the one that is read, by whatever name: its rows would be gone.

    Raises
    ------
    RequestError
        If they are the same file.
    """
    given = os.fspath(source) if isinstance(source, str | os.PathLike) else "-"
    if "-" not in (given, output) and same_file(given, output):
        raise RequestError(f"{printable(output)}: is the file that is read; name another one for what is written.")


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`, which replaces `path` if the block succeeds.

    If the block raises, or is interrupted, the temporary file is removed and an existing file at `path` is unchanged.
    What a killed process leaves is removed by the next one that writes to the same path.
    The file is flushed to disk before it is renamed, so that a power failure leaves the old file or the new one. An
    existing file's permissions and, where the process may set it, its owner are kept; hard links to it are not.

    Parameters
    ----------
    path : str or PathLike
        The file to write. A link stays a link, and the file that it points at is replaced. An existing path that is not
        a regular file (a device, a pipe) is written directly.

    Yields
    ------
    Path
        The path to write to.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written, or the disk is full.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with atomic_file(folder / "a.txt") as temporary:
    ...     _ = temporary.write_text("complete")
    >>> [file.name for file in folder.iterdir()]
    ['a.txt']
    """
    target = check_writable(path)
    temporary = target
    try:
        if is_stream(target):
            yield target
            return
        _remove_left_over(target)
        temporary, lock = _scratch_file(target)
        try:
            yield temporary
            with open(temporary, "rb+") as file:
                _keep_owner_and_mode(file, target)
                os.fsync(file.fileno())
            with _process.naming:
                os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
            _process.scratch_files.discard(str(temporary))
            os.close(lock)
    except OSError as error:
        ours = error.filename in (None, str(temporary)) or _SCRATCH in str(error.filename)
        if isinstance(error, OutputError) or not ours:
            raise
        raise OutputError(f"cannot write {printable(repr(os.fspath(path)))}: {_reason(error)}.") from error


_SCRATCH = ".verhulst-"


def _mark(target: Path) -> str:
    # Not the name itself: with more letters it could be longer than a name may be.
    return f"{_SCRATCH}{blake2b(os.fsencode(target.name), digest_size=6).hexdigest()}-"


def _scratch_file(target: Path) -> tuple[Path, int]:
    """Create a scratch file and return it with a descriptor that holds a lock on it for as long as it is open."""
    while True:
        path = target.with_name(f"{_mark(target)}{secrets.token_hex(4)}.part")
        _process.scratch_files.add(str(path))
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists():
            return path, descriptor
        os.close(descriptor)  # removed by another process before the lock


def _remove_left_over(target: Path) -> None:
    """Remove scratch files of the same target that no living process has a lock on."""
    with suppress(OSError):
        for entry in os.scandir(target.parent):
            if entry.name.startswith(_mark(target)) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
                    try:
                        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        os.unlink(entry.path)
                    finally:
                        os.close(descriptor)


def _keep_owner_and_mode(file: IO[bytes], target: Path) -> None:
    with suppress(FileNotFoundError):
        there, new = target.stat(), os.fstat(file.fileno())
        with suppress(PermissionError):
            if (there.st_uid, there.st_gid) != (new.st_uid, new.st_gid):
                os.fchown(file.fileno(), there.st_uid, there.st_gid)
        os.fchmod(file.fileno(), stat.S_IMODE(there.st_mode))


@contextmanager
def plain_file(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Yield a binary file to write, never compressed; errors as for `atomic_file`."""
    with atomic_file(path) as temporary, open(temporary, "ab" if is_stream(temporary) else "wb") as file:
        yield file


@contextmanager
def output_file(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Yield a binary file to write: standard output for "-", compressed if the name ends in .gz, .bz2, .zst or .lz4.

    Every output of verhulst is written through this function.

    Raises
    ------
    OutputError
        As `atomic_file`.
    """
    name = os.fspath(path)
    if name == "-":
        with standard_output() as file:
            yield file
        return
    compression = compression_of_name(name)
    with plain_file(path) as file:
        if compression is None:
            yield file
            return
        import pyarrow as pa

        with pa.CompressedOutputStream(pa.PythonFile(file, "w"), compression) as packed:
            yield packed


@contextmanager
def standard_output() -> Iterator[IO[bytes]]:
    """Yield standard output as a binary file; a full disk or a closed stream is an OutputError.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    try:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        if isinstance(error, OutputError) or error.filename is not None:
            raise
        raise OutputError(f"cannot write to standard output: {_reason(error)}.") from error


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write text as UTF-8, completely or not at all; "-" is standard output."""
    try:
        content = text.encode()
    except UnicodeEncodeError:
        shown = printable(repr(os.fspath(path)))
        raise OutputError(f"cannot write {shown}: a text for it has half a character (a lone surrogate).") from None
    with output_file(path) as file:
        file.write(content)
