"""Counts of the rows that get no prediction, or one as with another level, as warnings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verhulst.data.errors import ReadingWarning, UnknownLevelWarning


@dataclass
class Tally:
    """What happened to the rows of a table that is predicted a piece at a time.

    Attributes
    ----------
    drop : bool
        Whether rows without a prediction are left out.
    rows, empty : int
        All rows, and those without a prediction.
    unknown : dict
        The rows with a level that was not there at the fit, and these levels, by column.
    """

    drop: bool = False
    rows: int = 0
    empty: int = 0
    unknown: dict[str, tuple[int, dict[str, None]]] = field(default_factory=dict)
    instead: str = ""

    @contextmanager
    def piece(self, first_row: int) -> Iterator[None]:
        """Collect the warnings about unknown levels; a piece that begins with the first row begins anew."""
        if first_row == 1:
            self.rows, self.empty, self.unknown = 0, 0, {}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UnknownLevelWarning)
            yield
        for warning in caught:
            said = warning.message
            if isinstance(said, UnknownLevelWarning):
                rows, levels = self.unknown.get(said.column, (0, {}))
                self.unknown[said.column] = (rows + said.rows, levels | dict.fromkeys(said.levels))
                self.instead = said.instead
            else:
                warnings.warn_explicit(said, warning.category, warning.filename, warning.lineno)

    def count(self, probabilities: Any) -> None:
        """Count some predictions."""
        self.rows += len(probabilities)
        self.empty += int(np.isnan(probabilities).sum())

    def warn(self) -> None:
        """Warn of such rows."""
        for name, (rows, levels) in self.unknown.items():
            warnings.warn(UnknownLevelWarning(name, rows, levels, self.instead), stacklevel=4)
        if self.empty:
            how = "were left out" if self.drop else "have no prediction"
            one = "was left out" if self.drop else "has no prediction"
            said = f"{self.empty:,} of {self.rows:,} rows {one if self.empty == 1 else how}: values are missing"
            warnings.warn(said, ReadingWarning, stacklevel=4)
