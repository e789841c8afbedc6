"""Model files: JSON with a kind, a schema version and exact floats. Loading one runs no code."""

from __future__ import annotations

import json
import math
import operator
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from verhulst._options import checks_options
from verhulst._version import __version__
from verhulst.data.atomic import write_text
from verhulst.data.errors import DataError, ModelFileError, no_such_file
from verhulst.data.file_content import read_content
from verhulst.data.printable import printable
from verhulst.data.schema import shown

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
NO_UPGRADES: Mapping[int, Upgrade] = {}
_MARK = "verhulst_model"
_FILE_FORMAT = 1
# JSON cannot represent these; a one-key object cannot be mistaken for the text "inf".
_FLOAT_KEY = "float"


@dataclass(frozen=True)
class ModelFile:
    """The content of a model file: the kind of model, the version of its schema, and the model itself."""

    kind: str
    schema_version: int
    payload: dict[str, Any]
    path: str

    def require(self, kind: str, schema_version: int, upgrades: Mapping[int, Upgrade] = NO_UPGRADES) -> dict[str, Any]:
        """Return the payload if it is of this kind, in this version of its schema.

        Parameters
        ----------
        kind : str
            The kind of model.
        schema_version : int
            The version of the schema.
        upgrades : mapping, optional
            From a version to the function that converts its payload to the next version.

        Returns
        -------
        dict
            The payload.

        Raises
        ------
        ModelFileError
            If the kind differs, or the version can neither be read nor upgraded.
        """
        if self.kind != kind:
            raise ModelFileError(f"{self.path}: contains a {shown(self.kind)}, but a {kind!r} is needed.")
        payload, version = self.payload, self.schema_version
        while version < schema_version and version in upgrades:
            payload, version = upgrades[version](payload), version + 1
        if version != schema_version:
            age = "a newer" if self.schema_version > schema_version else "an older"
            remedy = "update verhulst" if self.schema_version > schema_version else "fit the model again"
            raise ModelFileError(
                f"{self.path}: was written by {age} version of verhulst ({kind} schema {shown(self.schema_version)}; "
                f"this one reads {schema_version}). To use it, {remedy}."
            )
        return payload


def encode(value: Any) -> Any:
    """Convert `value` to JSON data: arrays to nested lists, inf and nan to {"float": "inf"}.

    Examples
    --------
    >>> encode({"coef": np.array([0.1, np.inf])})
    {'coef': [0.1, {'float': 'inf'}]}
    """
    if isinstance(value, np.ndarray):
        return encode(value.tolist())
    if isinstance(value, np.generic) and not isinstance(value.item(), np.generic):
        return encode(value.item())
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys in a model file must be text")
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT_KEY: repr(value)}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a model file cannot contain a {type(value).__name__}")


def decode(value: Any) -> Any:
    """Convert JSON data back: the inverse of `encode`, except that arrays stay lists."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    return _object([(key, decode(item)) for key, item in value.items()]) if isinstance(value, dict) else value


def _object(pairs: list[tuple[str, Any]]) -> Any:
    """Return an object of a file: {"float": "inf"} as inf, others as dict."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {twice[:60]!r} occurs twice")
    if found.keys() == {_FLOAT_KEY} and found[_FLOAT_KEY] in ("inf", "-inf", "nan"):
        return float(found[_FLOAT_KEY])
    return found


def _whole(digits: str) -> int:
    if len(digits) > 400:  # no double is that large
        raise ValueError(f"a number has {len(digits):,} digits")
    return int(digits)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


@checks_options
def write_model(path: str | os.PathLike[str], kind: str, schema_version: int, payload: dict[str, Any]) -> None:
    """Write a model file, completely or not at all.

    Parameters
    ----------
    path : str or PathLike
        The file to write; its folder must exist.
    kind : str
        The kind of model, such as "logistic regression"; `vh.load` finds the reader by it.
    schema_version : int
        The version of the payload's layout.
    payload : dict
        Text, numbers, booleans, None, NumPy arrays, lists and dicts with text keys. Floats are written with enough
        digits to restore them exactly (Python's repr).

    Raises
    ------
    OutputError
        If the folder does not exist or cannot be written.
    """
    document = {
        _MARK: _FILE_FORMAT,
        "kind": kind,
        "schema_version": operator.index(schema_version),
        "written_by": f"verhulst {__version__}",
        "payload": encode(payload),
    }
    write_text(path, json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


@checks_options
def read_model(path: str | os.PathLike[str]) -> ModelFile:
    """Read a model file; nothing in it is executed.

    Parameters
    ----------
    path : str or PathLike
        The file to read, or "-" for standard input.

    Returns
    -------
    ModelFile
        Its content.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ModelFileError
        If the file is not a model, is incomplete, or has a layout of another version.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/m.json"
    >>> write_model(path, "example", 1, {"coef": np.array([0.1, -np.inf])})
    >>> read_model(path).payload
    {'coef': [0.1, -inf]}
    """
    standard = os.fspath(path) == "-"
    name = "standard input" if standard else str(path)
    try:
        with nullcontext(sys.stdin.buffer) if standard else Path(path).open("rb") as file:
            content = file.read(1)
            # Of a device, zeros have no end.
            content += b"" if content == b"\0" else file.read()
        if content[:1] not in b"{ \t\r\n":  # perhaps compressed
            content = read_content(name, name, content).to_pybytes()
        text = content.decode(json.detect_encoding(content))
    except FileNotFoundError:
        raise no_such_file(name) from None
    except DataError as error:  # compressed, and damaged
        raise ModelFileError(str(error)) from None
    except (UnicodeDecodeError, IsADirectoryError):
        raise ModelFileError(f"{name}: is not a model file of verhulst.") from None
    except OSError as error:
        raise ModelFileError(f"{name:.200}: cannot be read ({error.strerror}).") from None
    except ValueError:  # a NUL ends a name
        raise ModelFileError(f"{printable(name)}: cannot be the name of a file.") from None
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_int=_whole, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        if _MARK in text[:200]:
            why = f" ({error})" if type(error) is ValueError else ""
            raise ModelFileError(f"{name}: the model file is incomplete or damaged{why}; write it again.") from None
        raise ModelFileError(f"{name}: is not a model file of verhulst (not JSON).") from None
    if not isinstance(document, dict) or _MARK not in document:
        raise ModelFileError(f"{name}: is JSON, but not a model file of verhulst.")
    if type(document[_MARK]) is not int or document[_MARK] != _FILE_FORMAT:
        raise ModelFileError(
            f"{name}: was written in model file format {shown(document[_MARK])}; this version of verhulst reads format "
            f"{_FILE_FORMAT}. Update verhulst, or fit the model again."
        )
    kind, version, payload = (document.get(key) for key in ("kind", "schema_version", "payload"))
    if not (isinstance(kind, str) and type(version) is int and isinstance(payload, dict)):
        raise ModelFileError(f"{name}: the model file is damaged (kind, schema_version or payload is missing).")
    return ModelFile(kind, version, payload, name)
