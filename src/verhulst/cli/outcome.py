"""How a command ends: the message and the exit code of every error."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable

import click

from verhulst import _process
from verhulst.cli.console import discard, say, say_wrote
from verhulst.data.atomic import standard_output
from verhulst.data.errors import DataError, OutputError, RequestError

USAGE, DATA, FAULT, INTERRUPTED = 2, 3, 70, 130


class UserCodeError(Exception):
    """Raised if code that the user named for a command raises an error."""


def exit_code(work: Callable[[], object]) -> int:
    """Run the work of a command and return its exit code; an error is printed as a message.

    1 is left to quality gates, which exit by themselves.
    """
    _process.forget_outputs()
    try:
        result = work()
        with standard_output():
            pass
        return result if isinstance(result, int) else 0
    except (KeyboardInterrupt, click.Abort):
        say(f"Interrupted; {_process.outcome()}.")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of standard output has ended (`| head`), which is not an error
        discard(sys.stdout)
        return 0
    except Exception as error:
        message, code = _answer(error)
        if message is None:
            traceback.print_exc()
            message = "This is a fault in verhulst, not in your data. Please report it with the lines above."
        discard(sys.stdout)
        say(message)
        say_wrote(*_process.written())
        return code


def _answer(error: Exception) -> tuple[str | None, int]:
    """Return the message for an error, None for a fault in verhulst, and the exit code."""
    if isinstance(error, click.ClickException):
        text = io.StringIO()
        error.show(text)
        return text.getvalue().rstrip("\n"), USAGE
    if isinstance(error, RequestError | OutputError):
        return f"Error: {error}", USAGE
    if isinstance(error, DataError | UserCodeError):
        return f"Error: {error}", DATA
    if isinstance(error, ModuleNotFoundError):
        return f"Error: {_what_to_install(error)}", USAGE
    if isinstance(error, OSError) and error.errno is None:
        return f"Error: {error}", USAGE
    if isinstance(error, FileNotFoundError):
        return f"Error: {error.filename}: there is no such file.", USAGE
    if isinstance(error, OSError):
        # Whatever else is read or written says its name by itself.
        where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "standard output"
        return f"Error: {where}: {error.strerror or error}.", USAGE
    said = "cannot allocate memory" if isinstance(error, MemoryError) else str(error)
    short = next((what for words, what in _SHORTAGES.items() if words in said), None)
    return (None, FAULT) if short is None else (f"Error: {short}", DATA)


# What libraries say if the system gives a process no more of something: a module that cannot be loaded, a pool of
# threads that cannot start.
_SHORTAGES = {
    "annot allocate memory": "there is not enough memory for this.",
    "failed to map segment": "there is not enough memory for this.",
    "can't start new thread": "the system does not let this process start another thread (see `ulimit -u`).",
    "launch worker thread": "the system does not let this process start another thread (see `ulimit -u`).",
}


def _what_to_install(error: ModuleNotFoundError) -> str:
    module = (error.name or "").partition(".")[0]
    extra = next((extra for extra, modules in _EXTRAS.items() if module in modules), None)
    # Another one is imported by code of the user.
    package = module if extra is None else f"'verhulst[{extra}]'"
    return f"This needs {module}, which is not installed: pip install {package}"


_EXTRAS = {
    "cli": ("click", "rich"),
    "data": ("pyarrow", "narwhals", "formulaic", "duckdb"),
    "excel": ("openpyxl",),
    "figures": ("matplotlib",),
    "sklearn": ("sklearn",),
    "dask": ("dask", "distributed"),
    "torch": ("torch",),
    "jax": ("jax",),
    "bfloat16": ("ml_dtypes",),
    "postgresql": ("adbc_driver_manager", "adbc_driver_postgresql"),
}
