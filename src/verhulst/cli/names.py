"""Names on the command line: of columns in options, and of the kinds of models in messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click


def column_names(given: Iterable[str], known: Sequence[str], option: str) -> list[str]:
    """Return the columns in an option that may be repeated or contain several names separated by commas.

    A column name with a comma is recognised, and so is an empty one.

    Raises
    ------
    click.BadParameter
        If an option contains no name.

    Examples
    --------
    >>> column_names(["age,income", "tv, radio"], ["age", "income", "tv, radio"], "--columns")
    ['age', 'income', 'tv, radio']
    """
    names: list[str] = []
    for text in given:
        names += [text] if text in known else separated(text, option)
    return names


def separated(text: str, option: str) -> list[str]:
    """Return names in an option, separated by commas.

    Raises
    ------
    click.BadParameter
        If there is none, as in an empty variable of the shell, which must not mean all.
    """
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise click.BadParameter(f"{text!r} contains no name.", param_hint=option)
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
    columns = [column for column, _, _ in pairs]
    if twice := [column for k, column in enumerate(columns) if column in columns[:k]]:
        raise click.BadParameter(f"column {twice[0]!r} is given twice.", param_hint=option)
    return {column: level for column, _, level in pairs}


def kind_of(model: Any) -> str:
    """Return in words what a model file has that is no model of `verhulst fit` with two outcomes."""
    from verhulst.calibration.calibrator import Calibrator
    from verhulst.regression.table_classes import MultinomialTableFit

    name = type(model).__name__
    if isinstance(model, Calibrator):
        return f"{'an' if name[0] in 'AEIOU' else 'a'} {name} map of `verhulst calibrate`"
    if isinstance(model, MultinomialTableFit):
        return "a model of several classes"
    return f"a {name} that was fitted to arrays in Python"
