"""What is asked for of a table: the columns and their roles, as they are given, and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from verhulst.data.choice import check_names, choose_columns, roles
from verhulst.data.column_values import Counted
from verhulst.data.errors import RequestError, did_you_mean, listed
from verhulst.data.missing_values import Missing, check_missing
from verhulst.data.names_given import (
    column_name_or_none,
    column_names,
    column_names_or_none,
    levels_by_name,
    parts_by_name,
)
from verhulst.data.source import place
from verhulst.data.target import Target, learn_classes, learn_target
from verhulst.data.unread import unread

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Request:
    """The columns of a table that are asked for, checked: as in `learn_design`.

    Attributes
    ----------
    target, weights, offset : str or None
    chosen, categorical : list of str
        The columns of X, and those that are declared categorical.
    reference : dict
        Reference levels by column.
    missing : {"error", "drop"}
    dates : dict
        What is taken of columns of dates.
    positive : object
        The value of a target with two values that counts as 1, if it was said.
    lump : int
        Levels with fewer rows are taken together.
    multinomial : bool
        Whether the target has classes, of which the others are compared with `first_class`; None: the first.
    """

    target: str | None
    weights: str | None
    offset: str | None
    chosen: list[str]
    categorical: list[str]
    reference: dict[str, object]
    missing: Missing
    multinomial: bool = False
    first_class: object = None
    dates: dict[str, str] = field(default_factory=dict)
    lump: int = 0
    positive: object = None

    @property
    def declared(self) -> set[str]:
        """The columns that are categories whatever they hold."""
        return {*self.categorical, *self.reference}

    @property
    def used(self) -> list[str]:
        """All columns that are read."""
        given = (self.target, *self.chosen, self.weights, self.offset)
        return [name for name in given if name is not None]

    def learn_outcomes(self, values: pa.ChunkedArray, at: str, counted: Counted | None = None) -> Target:
        """Determine the values of the target; see `learn_target` and `learn_classes`."""
        assert self.target is not None
        if self.multinomial:
            return learn_classes(values, self.target, self.first_class, at, counted)
        advice = "For a model of all of them say so: multinomial=True (--multinomial). "
        return learn_target(values, self.target, self.positive, at, counted, advice)


@dataclass(frozen=True)
class Roles:
    """The columns of a table and their roles as they are given to `learn_design`, which explains them; unchecked."""

    target: str | None
    columns: Sequence[str] | None = None
    exclude: Sequence[str] = ()
    categorical: Sequence[str] = ()
    positive: object = None
    reference: Mapping[str, object] | None = None
    missing: Missing = "error"
    weights: str | None = None
    offset: str | None = None
    dates: Mapping[str, str] | None = None
    lump: int = 0
    multinomial: bool = False

    def of(self, table: pa.Table) -> Request:
        """Check what is asked for of a table, of which the columns are looked at, not the rows."""
        check_missing(self.missing, "drop")
        target, weights, offset = map(
            column_name_or_none, (self.target, self.weights, self.offset), ("target", "weights", "offset")
        )
        columns, reference = column_names_or_none(self.columns, "columns"), levels_by_name(self.reference, "reference")
        exclude, categorical = column_names(self.exclude, "exclude"), column_names(self.categorical, "categorical")
        first_class = reference.pop(target, None) if self.multinomial and target is not None else None
        taken = roles(table, target, weights, offset)
        readable = [name for name in exclude if name not in unread(table)]
        dates = parts_by_name(self.dates)
        given: object = self.lump
        if isinstance(given, bool) or not isinstance(given, int) or given < 0:
            raise RequestError(f"lump (--lump) is a number of rows, 0 or more, not {given!r}.")
        check_names(table, [*(columns or ()), *readable, *categorical, *reference, *dates])
        chosen = choose_columns(table, taken, columns, exclude, {*categorical, *reference})
        for name in reference:
            if name not in chosen:
                what = f"is the {taken[name]}" if name in taken else "is not among the columns of X"
                if name == target:
                    what += " (to compare its classes with one, add multinomial=True, --multinomial)"
                raise RequestError(
                    f"{place(table)}a reference level is given for {name!r}, which {what}.{did_you_mean(name, chosen)} "
                    f"The columns of X are {listed(chosen, 12)}."
                )
        for name in dates:
            if name not in chosen or name in categorical:
                what = "declared categorical" if name in categorical else "not among the columns of X"
                raise RequestError(f"{place(table)}a part of dates is asked for of {name!r}, which is {what}.")
        return Request(
            target,
            weights,
            offset,
            chosen,
            list(categorical),
            dict(reference),
            self.missing,
            self.multinomial,
            first_class,
            dates,
            given,
            self.positive,
        )


def refuse_of_two(positive: object, offset: str | None) -> None:
    """Raise if something is asked for that a target of several classes has not."""
    if positive is not None:
        raise RequestError(
            "positive (--positive) is for two values; of a multinomial target give the class to compare with, as the "
            "reference level of the target (--reference TARGET=VALUE)."
        )
    if offset is not None:
        raise RequestError("an offset is for two values of the target, not for a multinomial one.")
