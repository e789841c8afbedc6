"""The terms of a formula as data of a model file, and back: no name is evaluated that is not known to be harmless.

A formula is text of Python. After loading, its factors are evaluated again, by formulaic, but only if each is made of
columns, numbers, arithmetic, comparisons and the functions below: a file can hold any text.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from verhulst.data.design import Design
from verhulst.data.errors import DataError
from verhulst.data.formula_columns import FormulaColumns
from verhulst.data.formula_matrix import FormulaMatrix
from verhulst.data.formula_terms import factor_tree
from verhulst.data.schema import DamagedError, ListOf, Record, Text

#: Functions of formulaic that depend on nothing but their arguments and their stored state.
_SPLINES = ("bs", "cc", "cr", "cs", "poly")
_LOGARITHMS = ("exp", "exp10", "exp2", "log", "log10", "log2")
_FUNCTIONS = frozenset(("C", "I", "Q", "center", "scale", "standardize", *_SPLINES, *_LOGARITHMS))
_CONTRASTS = frozenset(["treatment", "sum", "helmert", "diff", "poly", "SAS"])
_OPERATORS = (
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.BitAnd, ast.BitOr, ast.UAdd, ast.USub,
    ast.Invert, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
)  # fmt: skip
_LARGEST = 1000  # whole number in a formula, which may be a degree or a number of columns
_LONGEST = 1000  # items of a list, and letters of a text

STORED = Record(
    {
        "right": Text(),
        "columns": Design.SCHEMA,
        "texts": ListOf(Text()),
        "others": ListOf(Text()),
        "categorical": ListOf(Text()),
        "from_file": ListOf(Text()),
        "mixed": ListOf(Text()),
        "state": Text(),
    }
)


def stored_terms(columns: FormulaColumns, terms: FormulaMatrix) -> dict[str, Any] | None:
    """Return what evaluates a formula as data; None if it uses what is not stored: own names, unusual functions."""
    state = {
        "context": dict(terms.context),
        "transforms": dict(terms.spec.transform_state),
        "categories": {
            name: {"categories": list(found["categories"])} if "categories" in found else {}
            for name, (_, found) in terms.spec.encoder_state.items()
        },
        "kinds": {name: kind.value for name, (kind, _) in terms.spec.encoder_state.items()},
    }
    right = _written(terms.spec.formula)
    try:
        _refuse_unknown(right, columns.names, state["context"])
        text = json.dumps(_as_data(state), allow_nan=False)
    except (DataError, TypeError, ValueError):
        return None
    return {
        "right": right,
        "columns": columns.design.to_json(),
        "texts": sorted(columns.texts),
        "others": list(columns.others),
        "categorical": sorted(columns.categorical),
        "from_file": sorted(columns.from_file),
        "mixed": list(terms.mixed),
        "state": text,
    }


def _written(terms: Any) -> str:
    """Return terms as text that gives the same terms: names of columns quoted, and an intercept only if it is said."""
    return " + ".join(["0", *(":".join(map(_factor, term.factors)) for term in terms)])


def _factor(factor: Any) -> str:
    method, text = factor.eval_method.value, str(factor.expr)
    if method == "lookup":
        return f"`{text}`"
    is_call = method != "python" or isinstance(factor_tree(text)[0].body, ast.Call)
    return text if is_call else f"{{{text}}}"


def restored_terms(stored: Mapping[str, Any], formula: str) -> tuple[FormulaColumns, FormulaMatrix]:
    """Return what evaluates a formula: the inverse of `stored_terms`.

    Raises
    ------
    DataError
        If the formula uses a name that is not known to be harmless.
    """
    from formulaic import ModelSpec
    from formulaic.parser.types import Factor

    columns = FormulaColumns(
        Design.from_json(stored["columns"]),
        frozenset(stored["texts"]),
        tuple(stored["others"]),
        frozenset(stored["categorical"]),
        frozenset(stored["from_file"]),
    )
    try:
        state = _from_data(json.loads(stored["state"]))
        context = state["context"]
        terms = _refuse_unknown(stored["right"], columns.names, context)
        encoders = {
            name: (Factor.Kind(state["kinds"][name]), dict(found)) for name, found in state["categories"].items()
        }
        spec = ModelSpec.from_spec(
            terms,
            output="numpy",
            na_action="drop",
            transform_state=state["transforms"],
            encoder_state=encoders,
        )
    except DataError:
        raise
    except Exception as error:  # damaged data of any kind
        raise DamagedError("formula.evaluation", f"is not that of a formula ({type(error).__name__})") from None
    return columns, FormulaMatrix(formula, spec, context, tuple(stored["mixed"]))


def _refuse_unknown(right: str, columns: Collection[str], context: Mapping[str, Any]) -> Any:
    """Return the parsed terms; raise if a factor holds anything but columns, numbers and harmless functions."""
    from formulaic import Formula

    for name, value in context.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
            raise DataError(f"the name {name!r} of the formula stands for no number")
    try:
        terms = Formula(right, _ordering="none")
        for term in terms:
            for factor in term.factors:
                method = factor.eval_method.value
                if method == "literal":
                    continue
                if method == "lookup":
                    if factor.expr not in columns and factor.expr not in context:
                        raise DataError(f"{factor.expr!r} is no column of the formula")
                    continue
                tree, names = factor_tree(factor.expr)
                _check(tree.body, {*columns, *context}, names)
    except DataError:
        raise
    except Exception as error:
        raise DataError(f"the formula {right!r} cannot be read: {type(error).__name__}") from None
    return terms


def _check(node: ast.AST, known: Collection[str], names: Mapping[str, str]) -> None:
    """Raise if an expression holds anything but what is harmless."""
    if isinstance(node, ast.Constant):
        value = node.value
        large = isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST
        if large or (isinstance(value, str) and len(value) > _LONGEST) or isinstance(value, bytes | complex):
            raise DataError(f"the constant {str(value)[:40]} of the formula is too large")
    elif isinstance(node, ast.Name):
        if names.get(node.id, node.id) not in known:
            raise DataError(f"the name {node.id!r} of the formula is not known")
    elif isinstance(node, ast.Call):
        _check_function(node.func)
        if len(node.args) + len(node.keywords) > 20:
            raise DataError("a function of the formula has too many arguments")
        for each in (*node.args, *(keyword.value for keyword in node.keywords)):
            if isinstance(each, ast.Starred):
                raise DataError("a function of the formula has arguments that are not known")
            _check_argument(each, known, names)
        if any(keyword.arg is None for keyword in node.keywords):
            raise DataError("a function of the formula has arguments that are not known")
    elif isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATORS):
        if isinstance(node.op, ast.Pow) and not isinstance(node.right, ast.Constant | ast.Name | ast.UnaryOp):
            raise DataError("an exponent of the formula is no number")
        for side in (node.left, node.right):
            if isinstance(side, ast.Constant) and isinstance(side.value, str):
                raise DataError("the formula calculates with text")
            _check(side, known, names)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, _OPERATORS):
        _check(node.operand, known, names)
    elif isinstance(node, ast.Compare) and all(isinstance(sign, _OPERATORS) for sign in node.ops):
        for side in (node.left, *node.comparators):
            _check(side, known, names)
    else:
        raise DataError(f"the formula holds what is not evaluated after loading ({type(node).__name__})")


def _check_argument(node: ast.AST, known: Collection[str], names: Mapping[str, str]) -> None:
    """Check an argument of a function: an expression, a list of constants, or contrasts."""
    if isinstance(node, ast.List | ast.Tuple):
        if len(node.elts) > _LONGEST:
            raise DataError("a list of the formula is too long")
        for each in node.elts:
            value = each.operand if isinstance(each, ast.UnaryOp) else each
            if not isinstance(value, ast.Constant):
                raise DataError("a list of the formula holds more than constants")
            _check(value, known, names)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "contr":
        _check_function(node)
    else:
        _check(node, known, names)


def _check_function(node: ast.AST) -> None:
    if isinstance(node, ast.Name) and node.id in _FUNCTIONS:
        return
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module, name = node.value.id, node.attr
        if module == "contr" and name in _CONTRASTS:
            return
        if module == "np" and (isinstance(getattr(np, name, None), np.ufunc) or name in ("round", "clip", "where")):
            return
    raise DataError("the formula calls a function that is not evaluated after loading")


def _as_data(value: Any) -> Any:
    """Return nested dicts and lists as JSON holds them: dicts as lists of pairs, because their keys may be numbers."""
    if isinstance(value, Mapping):
        return {"pairs": [[_as_data(key), _as_data(each)] for key, each in value.items()]}
    if isinstance(value, list | tuple | np.ndarray):
        return [_as_data(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(type(value).__name__)


def _from_data(value: Any) -> Any:
    """Return what `_as_data` was given."""
    if isinstance(value, dict):
        return {_from_data(key): _from_data(each) for key, each in value["pairs"]}
    return [_from_data(each) for each in value] if isinstance(value, list) else value
