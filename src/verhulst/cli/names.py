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


def references(given: Iterable[str], option: str = "--reference", example: str = "party=independent") -> dict[str, str]:
    """Return the columns and levels in options of the form COLUMN=LEVEL; for another option with its example.

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
            what = "LEVEL" if option == "--reference" else "PART"
            raise click.BadParameter(
                f"{text!r} must have the form COLUMN={what}, such as {example}.",
                param_hint=option,
            )
    if len({column for column, _, _ in pairs}) < len(pairs) and option != "--reference":
        raise click.BadParameter("a column is given twice.", param_hint=option)
    return {column: level for column, _, level in pairs}
