"""Columns that say nothing new: found, named with the combination that makes them so, taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verhulst.regression.factor import dependent_columns
from verhulst.regression.rows import Rows
from verhulst.regression.standardisation import Standardisation


class CollinearWarning(UserWarning):
    """A column is constant or a combination of others, and was taken out."""


@dataclass(frozen=True, slots=True)
class Collinear:
    """A column that says nothing that the columns before it do not say.

    Attributes
    ----------
    name, column : which one
    combination : coefficient by column name; empty for a constant column
    constant : what the combination adds
    """

    name: str
    column: int
    combination: dict[str, float]
    constant: float

    def __str__(self) -> str:
        if not self.combination:
            return f"column {self.name!r} is constant ({self.constant:g})"
        text = ""
        for name, factor in self.combination.items():
            sign = (" − " if text else "−") if factor < 0 else (" + " if text else "")
            size = "" if abs(abs(factor) - 1) < 1e-6 else f"{abs(factor):.6g}·"
            text += f"{sign}{size}{name}"
        if abs(self.constant) > 1e-9 * max(abs(v) for v in self.combination.values()):
            text += f" {'−' if self.constant < 0 else '+'} {abs(self.constant):.6g}"
        return f"column {self.name!r} is a combination of others: {self.name} = {text}"


def without_dependent(
    rows: Rows, standard: Standardisation, names: Sequence[str]
) -> tuple[Standardisation, tuple[Collinear, ...]]:
    """Take out constant and collinear columns; say what each of them is made of."""
    first = int(standard.intercept)
    found = []
    for j, combination in dependent_columns(rows.gram()).items():
        column = j - first
        scale = standard.inverse_scale[column]
        if scale == 0:
            parts, constant = {}, float(standard.centre[column])
        else:
            in_units = standard.original(combination) / scale
            parts = {name: float(a) for name, a in zip(names, in_units[first:], strict=True) if a != 0}
            constant = float(standard.centre[column] + in_units[0]) if standard.intercept else 0.0
        found.append(Collinear(names[column], column, parts, constant))
    return standard.without([c.column for c in found]), tuple(found)
