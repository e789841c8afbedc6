"""Levels with few rows, taken together as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verhulst.data.errors import Notes

OTHER = "(other)"


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
    other = OTHER
    while other in levels:
        other = f"({other})"
    several = len(rare) > 1
    note = (
        f"Column {name!r}: {len(rare):,} level{'s' * several} with fewer than {rows:,} rows each "
        f"({sum(counts[level] for level in rare):,} rows) {'are' if several else 'is'} taken together as {other!r}.",
        "The odds ratio of that level is one for all of them (--lump).",
    )
    return (*(level for level in levels if level not in rare), other), rare, (note,)
