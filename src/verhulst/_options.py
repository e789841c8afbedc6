"""The options of public functions: each has the type that its annotation names, or an error says which has not."""

from __future__ import annotations

import inspect
import operator
import os
import types
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")


def checks_options(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that raises a TypeError for options of a wrong type.

    An option is an argument that is annotated as a number, text, words (`Literal`), a truth value, a file's name, a
    random generator, or a class of verhulst; arrays and tables have their own rules.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def with_checks(*given: P.args, **named: P.kwargs) -> R:
        try:
            bound = signature.bind(*given, **named).arguments
        except TypeError:  # which Python says better
            return function(*given, **named)
        _check(_kinds(function), bound)
        with np.errstate(under="ignore"):  # NumPy's default: a caller who lets underflow raise has the same answers
            return function(*given, **named)

    return with_checks


def check_parameters(estimator: Any) -> None:
    """Raise a TypeError for parameters of an estimator or a map of a wrong type: what `__init__` only stores."""
    kinds = _kinds(type(estimator).__init__)
    _check(kinds, {name: getattr(estimator, name) for name in kinds})


def require_counts(**counts: tuple[int, int]) -> None:
    """Raise a ValueError unless each count, given with the least that it may be, lies between that and a million."""
    for name, (count, least) in counts.items():
        if not least <= count <= MOST:
            bound = f"at least {least}" if count < least else f"at most {MOST:,}"
            raise ValueError(f"{name} must be {bound}, not {_described(count)}")


def generator_of(rng: int | np.random.Generator) -> np.random.Generator:
    """Return the generator of a seed, or the generator that was given."""
    if not isinstance(rng, np.random.Generator) and operator.index(rng) < 0:
        raise ValueError(f"rng must be a generator or a seed of at least 0, not {_described(rng)}")
    return np.random.default_rng(rng)


# A number of bins or resamples above it would only exhaust the memory, or never end.
MOST = 1_000_000


def _check(kinds: dict[str, list[_Kind]], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in kinds and not any(is_one(value) for _, is_one in kinds[name]):
            what = " or ".join(kind for kind, _ in kinds[name])
            raise TypeError(f"{name} must be {what}, not {_described(value)}")


def _described(value: Any) -> str:
    if value is None or isinstance(value, bool | int | float):
        text = repr(value) if not isinstance(value, int) or abs(value) < 2**63 else "a number of more than 64 bits"
    elif isinstance(value, str) and len(value) <= 40:
        text = repr(value)
    else:
        text = f"a value of type {type(value).__name__}"
    return text


_Kind = tuple[str, Callable[[Any], bool]]


@cache
def _kinds(function: Callable[..., Any]) -> dict[str, list[_Kind]]:
    """The kinds that each option may have, by its name."""
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        text = str(parameter.annotation)
        try:
            annotation = eval(text, inspect.unwrap(function).__globals__)
        except Exception:  # a name that only a type checker imports
            kinds = [_BY_NAME.get(part) for part in text.split(" | ")]
        else:
            parts = get_args(annotation) if get_origin(annotation) in (types.UnionType, Union) else (annotation,)
            kinds = [_kind(part) for part in parts]
        if all(kinds) and name != "missing":  # verhulst.data says that in its own words, with the command's option
            found[name] = [kind for kind in kinds if kind is not None]
    return found


def _kind(annotation: Any) -> _Kind | None:
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(map(repr, get_args(annotation))), lambda value: isinstance(value, str)
    if get_origin(annotation) is os.PathLike:
        return "a path", lambda value: isinstance(value, os.PathLike) and isinstance(os.fspath(value), str)
    if get_origin(annotation) is Mapping:
        return "a dictionary", lambda value: isinstance(value, Mapping)
    if annotation in _KINDS:
        return _KINDS[annotation]
    if isinstance(annotation, type) and annotation.__module__.startswith("verhulst."):
        article = "an" if annotation.__name__[0] in "AEIOU" else "a"
        return f"{article} {annotation.__name__}", lambda value: isinstance(value, annotation)
    return _BY_NAME.get(getattr(annotation, "__name__", ""))


def _is_whole(value: Any) -> bool:
    try:
        operator.index(value)
    except TypeError:
        return False
    return not isinstance(value, bool | np.bool_)


def _are_texts(value: Any) -> bool:
    """Whether a value is a sequence of texts: a list, an index or an array, and not one text."""
    if isinstance(value, str | bytes | Mapping):
        return False
    try:
        return len(value) >= 0 and all(isinstance(one, str) for one in value)
    except Exception:  # whatever the object raises
        return False


def _are_names_or_lists(value: Any) -> bool:
    """Whether a value is a sequence whose members are texts or sequences of texts."""
    try:
        return not isinstance(value, str | bytes | Mapping) and all(
            isinstance(one, str) or _are_texts(one) for one in value
        )
    except Exception:  # whatever the object raises
        return False


def _of_package(package: str, name: str) -> Callable[[Any], bool]:
    """Return whether a value is of a class of that name, without an import of the package."""
    return lambda value: any(
        kind.__name__ == name and kind.__module__.partition(".")[0] == package for kind in type(value).__mro__
    )


def _is_number(value: Any) -> bool:
    if isinstance(value, bool | np.bool_ | str | bytes | bytearray) or (hasattr(value, "ndim") and value.ndim):
        return False
    try:
        float(value)
    except Exception:  # whatever the object raises
        return False
    return True


_KINDS: dict[Any, _Kind] = {
    type(None): ("None", lambda value: value is None),
    None: ("None", lambda value: value is None),
    int: ("a whole number", _is_whole),
    float: ("a number", _is_number),
    bool: ("true or false", lambda value: isinstance(value, bool | np.bool_) or (_is_whole(value) and value in (0, 1))),
    str: ("text", lambda value: isinstance(value, str)),
    Sequence[str]: ("a list of names", _are_texts),
    Sequence[str | Sequence[str]]: ("a list of names, or of lists of names", _are_names_or_lists),
    np.random.Generator: ("a NumPy generator", lambda value: isinstance(value, np.random.Generator)),
}
# Annotations of classes of other packages, by name: often only a type checker imports them.
_BY_NAME: dict[str, _Kind] = {
    "None": _KINDS[None],
    "Axes": ("axes of matplotlib", _of_package("matplotlib", "Axes")),
    "Figure": ("a figure of matplotlib", _of_package("matplotlib", "Figure")),
}
