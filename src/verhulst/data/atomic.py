"""Output files that are written completely or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verhulst.data.errors import MissingFolderError, OutputError


def check_writable(path: str | os.PathLike[str]) -> Path:
    """Return the path, after a check that a file can be written there, before work begins.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written, or the path is a folder.
    """
    target = Path(path)
    # A link stays a link: the file that it points at is replaced.
    target = target.resolve() if target.is_symlink() else target
    if target.is_dir():
        raise OutputError(f"cannot write {str(path)!r}: it is a folder; name a file inside it.")
    if not target.parent.exists():
        raise MissingFolderError(
            f"cannot write {str(path)!r}: the folder {str(target.parent)!r} does not exist. "
            f"Make it first (mkdir -p {target.parent})."
        )
    if not target.parent.is_dir():
        raise OutputError(f"cannot write {str(path)!r}: {str(target.parent)!r} is not a folder.")
    if not os.access(target.parent, os.W_OK):
        raise OutputError(f"cannot write {str(path)!r}: the folder {str(target.parent)!r} may not be written to.")
    return target


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`, which replaces `path` if the block succeeds.

    If the block raises, or is interrupted, the temporary file is removed and an existing file at `path` is unchanged.
    The file is flushed to disk before it is renamed, so that a power failure leaves the old file or the new one.

    Parameters
    ----------
    path : str or PathLike
        The file to write. An existing path that is not a regular file (a device, a pipe) is written directly.

    Yields
    ------
    Path
        The path to write to.

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written.

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
    if target.exists() and not target.is_file():
        yield target
        return
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        if isinstance(error, OutputError) or error.filename not in (str(temporary), None):
            raise
        raise OutputError(f"cannot write {str(path)!r}: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write text as UTF-8, completely or not at all."""
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
