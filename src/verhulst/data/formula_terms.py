"""Parse a formula: its target, its terms, and the columns that they use."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from verhulst.data.errors import DataError, RequestError, UnknownColumnError, did_you_mean, listed

# How terms use a column: unchanged (`age`); as categories (`C(party)`); as an argument (`np.log(income)`).
Use = Literal["bare", "categories", "argument"]


@dataclass(frozen=True)
class Terms:
    """A parsed formula.

    Attributes
    ----------
    formula : str
    target : str
        The column on the left.
    right : formulaic.SimpleFormula
        The terms.
    uses : dict of str to set of {"bare", "categories", "argument"}
        How each column of the table in the formula is used, in the order of the table.
    """

    formula: str
    target: str
    right: Any
    uses: dict[str, set[Use]]


def read_terms(
    formula: str, columns: Collection[str], roles: Collection[str], context: Mapping[str, Any], place: str
) -> Terms:
    """Parse a formula for a table with these columns.

    Parameters
    ----------
    formula : str
        `target ~ terms`. The term `.` stands for all columns except the target and `roles`.
    columns : collection of str
        Of the table.
    roles : collection of str
        Weights and offset.
    context : mapping
        Further names that the formula may use.
    place : str
        The beginning of messages: "votes.csv: ".

    Raises
    ------
    UnknownColumnError
        If it contains a column that does not exist.
    DataError
        If it is not a formula.
    """
    from formulaic import Formula, SimpleFormula
    from formulaic.errors import FormulaicError

    left, tilde, right = formula.partition("~")
    target = left.strip().strip("`")
    if not tilde or not right.strip():
        raise DataError(f"{place}the formula {formula!r} must have the form 'target ~ terms'.")
    if target not in columns:
        raise UnknownColumnError(
            f"{place}there is no column {target!r} (the target of {formula!r}).{did_you_mean(target, columns)} The "
            f"columns are {listed(columns, 12)}."
        )
    free = [name for name in columns if name != target and name not in roles]
    try:
        terms = Formula(
            right,
            _context={"__formulaic_variables_available__": free, "__formulaic_variables_used_lhs__": [target]},
        )
        if not isinstance(terms, SimpleFormula):
            raise DataError(
                f"{place}the formula {formula!r} cannot be evaluated: it has more than one part on the right of '~'."
            )
        uses = _uses(terms, columns, context)
    except (FormulaicError, SyntaxError, ValueError, TypeError, NotImplementedError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{place}the formula {formula!r} cannot be evaluated: {first_line(error)}") from None
    unknown = [name for name, found in uses.items() if name not in columns and "bare" in found and name not in context]
    if unknown:
        raise UnknownColumnError(
            f"{place}the formula {formula!r} cannot be evaluated: there is no column {unknown[0]!r}."
            f"{did_you_mean(unknown[0], columns)} The columns are {listed(columns, 12)}. (In Python, other "
            f"names are passed by context={{{unknown[0]!r}: ...}}.)"
        )
    if target in uses:
        raise RequestError(f"{place}the target {target!r} of {formula!r} cannot occur on the right as well.")
    return Terms(formula, target, terms, {name: uses[name] for name in columns if name in uses})


def first_line(error: Exception) -> str:
    """Return the message of a formulaic error, without the drawing below it."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".") + "."


def _uses(terms: Any, columns: Collection[str], context: Mapping[str, Any]) -> dict[str, set[Use]]:
    uses: dict[str, set[Use]] = {}
    for term in terms:
        for factor in term.factors:
            method = factor.eval_method.value
            if method == "lookup":
                uses.setdefault(factor.expr, set()).add("bare")
            elif method == "python":
                for name, use in _names(factor.expr):
                    if name in columns:
                        uses.setdefault(name, set()).add(use)
    return uses


def factor_tree(expression: str) -> tuple[ast.Expression, dict[str, str]]:
    """Return a Python expression, in which column names may be between backticks, and the names of these columns."""
    columns: dict[str, str] = {}

    def plain(match: re.Match[str]) -> str:
        return columns.setdefault(match[1], f"_column_{len(columns)}_")

    tree = ast.parse(re.sub(r"`([^`]*)`", plain, expression).strip(), mode="eval")
    return tree, {alias: column for column, alias in columns.items()}


def _names(expression: str) -> Iterator[tuple[str, Use]]:
    """Return the names in a Python expression, in which column names may be between backticks."""
    tree, names = factor_tree(expression)
    in_categories = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "C" and node.args:
            in_categories.add(node.args[0])
        if isinstance(node, ast.Name):
            yield names.get(node.id, node.id), "categories" if node in in_categories else "argument"
