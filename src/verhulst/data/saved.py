"""Base class of models that can be saved to files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from verhulst.data.errors import ModelFileError
from verhulst.data.model_file import NO_UPGRADES, ModelFile, Upgrade, write_model
from verhulst.data.schema import DamagedError, Record


class Saved:
    """A model with `save`, which `vh.load` reads back.

    A derived class specifies the kind of its files, the schema and its version, and the upgrades of earlier versions.
    It has `to_json` and `from_json`; the schema checks every field before `from_json` uses any. The kinds are listed in
    `verhulst._load`.
    """

    _kind: ClassVar[str]
    _schema_version: ClassVar[int]
    _upgrades: ClassVar[Mapping[int, Upgrade]] = NO_UPGRADES

    @classmethod
    def schema(cls) -> Record:
        """Return the schema of the model's data in a file."""
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        """Return the model as data for a model file: text, numbers, arrays, lists and dicts."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Return the model in such data: the inverse of `to_json`."""
        raise NotImplementedError

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model as JSON with exact floats, completely or not at all; `vh.load` reads it back.

        Parameters
        ----------
        path : str or PathLike
            The file to write, or "-" for standard output.

        Raises
        ------
        OutputError
            If the folder does not exist or cannot be written.
        """
        write_model(path, self._kind, self._schema_version, self.to_json())

    @classmethod
    def from_model_file(cls, model_file: ModelFile) -> Self:
        """Return the model in a file.

        Raises
        ------
        ModelFileError
            If the file is of another version, or a field is missing or not what the schema says; the message names it.
        """
        try:
            record = model_file.require(cls._kind, cls._schema_version, cls._upgrades)
            cls.schema().check(record, "", {})
            return cls.from_json(record)
        except DamagedError as error:
            raise ModelFileError(f"{model_file.path}: the model file is damaged: {error}.") from None
