"""Output: results on standard output, messages on standard error."""

from __future__ import annotations

import csv
import json
import math
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from verhulst.data.errors import ReadingWarning


def messages() -> Console:
    """Return standard error. Rich uses no colours if NO_COLOR is set, or without a capable terminal."""
    return Console(stderr=True, highlight=False)


def output() -> Console:
    """Standard output."""
    return Console(highlight=False)


def say(text: str) -> None:
    """Print a message on standard error, unwrapped, so that it can be searched and piped."""
    messages().print(text, markup=False, soft_wrap=True)


@contextmanager
def reading_said() -> Iterator[None]:
    """Print notes on how columns were read."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ReadingWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, ReadingWarning):
            say(f"Note: {str(warning.message)[:1].upper()}{str(warning.message)[1:]}.")
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def say_wrote(*paths: object) -> None:
    """Print the names of written files; None is skipped."""
    for path in paths:
        if path is not None:
            say(f"Wrote {path}")


def print_rows(command: str, rows: list[dict[str, Any]], key: str, as_json: bool, **more: Any) -> None:
    """Print rows on standard output, as JSON under a key or as CSV."""
    if as_json:
        print_json(command, more | {key: rows})
    else:
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def print_json(command: str, record: dict[str, Any]) -> None:
    """Print a record on standard output as JSON, beginning with the schema version.

    JSON has no infinity and no nan: an infinite number is written as the text "inf" or "-inf", nan as null.
    """
    document = {"schema_version": 1, "command": command} | record
    text = json.dumps(_json_value(document), ensure_ascii=False, indent=2, allow_nan=False)
    # JSON is UTF-8, whatever the encoding of the terminal.
    sys.stdout.flush()
    sys.stdout.buffer.write(f"{text}\n".encode())
    sys.stdout.buffer.flush()


def _json_value(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return _json_value(value.tolist())
    if isinstance(value, dict):
        return {str(key): _json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else repr(value)
    return value
