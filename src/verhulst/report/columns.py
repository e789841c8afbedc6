"""What the columns of a table were taken for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verhulst.data.column import Column
from verhulst.data.errors import listed
from verhulst.report.contents import Fact

_PARTS = {
    "days": "a date, as the number of days",
    "year": "a date, as its year",
    "month": "a date, as its month",
    "weekday": "a date, as its day of the week",
}


def taken_for(columns: Sequence[Column]) -> tuple[Fact, ...]:
    """Return for each column what it was taken for."""
    return tuple(Fact(column.name, _kind(column), " ".join(_details(column))) for column in columns)


def _kind(column: Column) -> str:
    if column.date is not None:
        return _PARTS.get(column.date.part, f"a date: {column.date.part}")
    if column.kind == "categorical":
        return f"{len(column.levels)} categories"
    return "a number" if column.kind == "numeric" else "true or false"


def _details(column: Column) -> Iterator[str]:
    if column.reference is not None:
        yield f"{listed(column.levels, 8)}; compared with {column.reference!r}."
    if column.lumped:
        yield f"{len(column.lumped)} rare categories were taken together: {listed(column.lumped, 6)}."
    if column.marks:
        yield f"{listed(column.marks)} counted as missing."
    yield from (f"{matter} {remedy}" for matter, remedy in column.notes)
