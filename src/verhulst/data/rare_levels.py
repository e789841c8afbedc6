"""Levels with few rows: taken together as one, or a reason to compare with another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verhulst.data.errors import Notes

OTHER = "(other)"
RARE = 10  # rows of a level, below which it is rare


def better_reference(counts: Mapping[str, float], reference: str) -> str | None:
    """Return the most frequent level, if so few rows have the reference level that all comparisons suffer; else None.

    Few are fewer than a tenth of those of the most frequent level, or fewer than 10 and a third.

    Examples
    --------
    >>> better_reference({"Aachen": 12, "Berlin": 300, "Bonn": 40}, "Aachen")
    'Berlin'
    >>> better_reference({"no": 100, "yes": 900}, "no") is None
    True
    """
    best = max(counts, key=lambda level: counts[level])
    rows, most = counts[reference], counts[best]
    return best if 10 * rows < most or (rows < RARE and 3 * rows <= most) else None


def lumped(
    levels: Sequence[str], counts: Mapping[str, int], rows: int, kept: str | None, name: str
) -> tuple[tuple[str, ...], tuple[str, ...], Notes]:
    """Return the levels with at least so many rows, and one for the others; the others; and a note on them.

    Parameters
    ----------
    levels : sequence of str
    counts : mapping
        The rows with each level.
    rows : int
        Levels with fewer are rare.
    kept : str or None
        A level that stays, also if it is rare: the reference level.
    name : str
        The column, for the note.

    Examples
    --------
    >>> lumped(["Bern", "Köln", "Ulm"], {"Bern": 30, "Köln": 2, "Ulm": 3}, 5, None, "city")[:2]
    (('Bern', '(other)'), ('Köln', 'Ulm'))
    """
    rare = tuple(level for level in levels if counts[level] < rows and level != kept)
    if not rare:
        return tuple(levels), (), ()
    if len(rare) == 1:
        (only,) = rare
        matter = f"Column {name!r}: only {only!r} has fewer than {rows:,} rows ({counts[only]:,})."
        return tuple(levels), (), ((matter, "There is no other level to take it together with, so that it stays."),)
    other = OTHER
    while other in levels:
        other = f"({other})"
    note = (
        f"Column {name!r}: {len(rare):,} levels with fewer than {rows:,} rows each "
        f"({sum(counts[level] for level in rare):,} rows) are taken together as {other!r}.",
        "The odds ratio of that level is one for all of them (--lump).",
    )
    return (*(level for level in levels if level not in rare), other), rare, (note,)
