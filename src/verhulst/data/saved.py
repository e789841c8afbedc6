"""What models that are kept in files have in common."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from verhulst.data.errors import ModelFileError
from verhulst.data.model_file import NO_UPGRADES, ModelFile, Upgrade, write_model


class Saved:
    """A model with `save`, which `vh.load` reads back.

    A class that derives from it says what kind of file it writes, in which version of its schema, and how the versions
    before are upgraded; and it has `to_json` and `from_json`. `verhulst._load` lists the kinds.
    """

    _kind: ClassVar[str]
    _schema_version: ClassVar[int]
    _upgrades: ClassVar[Mapping[int, Upgrade]] = NO_UPGRADES

    def to_json(self) -> dict[str, Any]:
        """The model in the terms of a model file: text, numbers, arrays, lists and dicts."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """The inverse of `to_json`."""
        raise NotImplementedError

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model as JSON with exact floats, whole or not at all; `vh.load` reads it back.

        Raises
        ------
        OutputError
            If the folder does not exist or cannot be written.
        """
        write_model(path, self._kind, self._schema_version, self.to_json())

    @classmethod
    def from_model_file(cls, model_file: ModelFile) -> Self:
        """The model in a file.

        Raises
        ------
        ModelFileError
            If the file is of another version, or something in it is missing or of another type.
        """
        try:
            return cls.from_json(model_file.require(cls._kind, cls._schema_version, cls._upgrades))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            if isinstance(error, ModelFileError):
                raise
            raise ModelFileError(
                f"{model_file.path}: the model file is damaged ({type(error).__name__}: {error})."
            ) from None
