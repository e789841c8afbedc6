"""Column names in options of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click


def column_names(given: Iterable[str], known: Sequence[str]) -> list[str]:
    """Return the columns in options that may be repeated or contain several names separated by commas.

    A column name with a comma is recognised, and so is an empty one.

    Raises
    ------
    click.BadParameter
        If an option contains no name.

    Examples
    --------
    >>> column_names(["age,income", "tv, radio"], ["age", "income", "tv, radio"])
    ['age', 'income', 'tv, radio']
    """
    names: list[str] = []
    for text in given:
        names += [text] if text in known else separated(text)
    return names


def separated(text: str) -> list[str]:
    """Return names separated by commas.

    Raises
    ------
    click.BadParameter
        If there is none, as in an empty variable of the shell, which must not mean all.
    """
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise click.BadParameter(f"{text!r} contains no name.")
    return names


def references(given: Iterable[str]) -> dict[str, str]:
    """Return the reference levels in options of the form COLUMN=LEVEL.

    Raises
    ------
    click.BadParameter
        If there is no equals sign.

    Examples
    --------
    >>> references(["party=independent"])
    {'party': 'independent'}
    """
    pairs = [text.partition("=") for text in given]
    for text, (column, sign, _) in zip(given, pairs, strict=True):
        if not sign or not column:
            raise click.BadParameter(
                f"{text!r} must have the form COLUMN=LEVEL, such as party=independent.", param_hint="--reference"
            )
    return {column: level for column, _, level in pairs}
