"""The functions of this room: each is defined once, and every face, page and test is made from what stands here."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np

from verhulst import _core
from verhulst.functions.formulas import Array, Namespace

Formula = Callable[[Namespace, Array], Array]
# f: an object with the functions and those of `beside_functions` as attributes; z: an array.
Derivative = Callable[[Any, Array], Array]
AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


class Function(NamedTuple):
    """A function of one argument.

    Attributes
    ----------
    name, meaning : the name, and the first line of the docstring
    ufunc : the compiled function
    argument : the name of its argument
    domain : where it is a number, ends included
    formula : the function in array expressions, of a namespace and an array
    derivative : its derivative, of an object with the functions as attributes and an array
    arithmetic : whether the derivative takes arithmetic around the functions: evaluate it in float64 and round once
    ulp : bound of the error in float64, in units in the last place
    absolute : bound of the absolute error in float64 where that is larger, near a root
    """

    name: str
    meaning: str
    ufunc: np.ufunc
    argument: str
    domain: tuple[float, float]
    formula: Formula
    derivative: Derivative
    arithmetic: bool
    ulp: float
    absolute: float


class Use(NamedTuple):
    """What is told of an activation function; the rest is computed from the function.

    Attributes
    ----------
    formula, use : the definition, and what it is for
    note : what fits nowhere else
    used_in : where networks have it, of "hidden layers", "binary output", "multi-class output" and "gates"
    """

    formula: str
    use: str
    note: str = ""
    used_in: tuple[str, ...] = ()


FUNCTIONS: dict[str, Function] = {}
"""Every function of one argument, by name."""

PUBLIC: dict[str, Callable[..., Any]] = {}
"""Every public name of this room."""


PARAMETERS: dict[str, tuple[str, str]] = {}
"""The parameter of each function of z and one, and what it means."""


ACTIVATIONS: dict[str, Use] = {}
"""The activation functions, by name."""


def public(activation: Use | None = None, **parameter: str) -> Callable[[AnyFunction], AnyFunction]:
    """Make a function public under its own name.

    Where a `parameter` is described by name, the docstring gets the parameters that functions of z and one have in
    common; it has a summary, what the result is under "Returns", and whatever follows, as for `ufunc`.
    """

    def make(function: AnyFunction) -> AnyFunction:
        PUBLIC[function.__name__] = function
        if activation:
            ACTIVATIONS[function.__name__] = activation
        for name, meaning in parameter.items():
            PARAMETERS[function.__name__] = name, meaning
            given = (
                f"{name} : array_like\n"
                f"    {meaning}; broadcast against z. It does not widen the result: in half\n"
                "    precision it counts as given, in float32 it is rounded to float32."
            )
            options = "out, where :\n    As for every `numpy.ufunc`."
            function.__doc__ = _docstring(
                inspect.getdoc(function) or "", f"{NUMBERS.format(z='z', shape='Any')}\n{given}\n{options}"
            )
        return function

    return make


def summary(name: str) -> str:
    """The first line of a public function's docstring."""
    return (PUBLIC[name].__doc__ or "").split("\n", 1)[0]


def formula(name: str) -> Formula:
    """The formula of another function."""
    return FUNCTIONS[name].formula


def ufunc(
    *,
    derivative: Derivative,
    arithmetic: bool = False,
    argument: str = "",
    domain: tuple[float, float] = (-math.inf, math.inf),
    ulp: float = 0.51,
    absolute: float = 0.0,
    activation: Use | None = None,
) -> Callable[[Formula], np.ufunc]:
    """Make the public ufunc over the kernel of the same name from its formula, whose docstring becomes the ufunc's.

    The docstring has a summary, what the result is under "Returns", "Notes" and "Examples". The parameters, the claim
    of accuracy and the import in the example are the same for all and are added here. `argument` says what the
    argument is, if not any number; `activation` is told of activation functions; for the rest see `Function`.
    """

    def make(formula: Formula) -> np.ufunc:
        name = formula.__name__
        z = inspect.getfullargspec(formula).args[1]
        text = inspect.getdoc(formula) or ""
        shape = f"{argument}, any" if argument else "Any"
        options = "out, where, dtype, ... :\n    As for every `numpy.ufunc`."
        parameters = f"{NUMBERS.format(z=z, shape=shape)}\n{options}"
        made = _core.ufunc(name, _docstring(text, parameters, f"\n    {_claim(ulp, absolute)}"))
        meaning = text.split("\n", 1)[0]
        FUNCTIONS[name] = Function(name, meaning, made, z, domain, formula, derivative, arithmetic, ulp, absolute)
        PUBLIC[name] = made
        if activation:
            ACTIVATIONS[name] = activation
        return made

    return make


def _claim(ulp: float, absolute: float) -> str:
    if ulp == 0.5:
        return "nan stays nan. Correctly rounded in every format."
    near_root = f", near the root within 2^{math.log2(absolute):.0f} absolutely" if absolute else ""
    return (
        "nan stays nan; subnormal results are kept. Correctly rounded in float32, float16 and bfloat16;\n"
        f"    float64 within {ulp} ULP{near_root}."
    )


NUMBERS = """\
{z} : array_like
    {shape} shape. float16, float32, float64, bfloat16 stay what they are; integers
    become floats as NumPy promotes them."""


SECTIONS = "See Also", "Notes", "Examples"  # numpydoc's order, after Returns


def _docstring(text: str, parameters: str, claim: str = "") -> str:
    if not text:  # python -OO
        return ""
    summary, rest = text.split("\n\nReturns\n-------\n")
    result, *others = re.split(rf"\n\n({'|'.join(SECTIONS)})\n-+\n", rest)
    body = dict(zip(others[::2], others[1::2], strict=True))
    body["Examples"] = f">>> import verhulst as vh\n{body['Examples']}"
    indented = result.replace("\n", "\n    ")
    told = {"Parameters": parameters, "Returns": f"ndarray or scalar\n    {indented}{claim}"}
    told |= {name: body[name] for name in SECTIONS if name in body}
    return "\n\n".join([summary, *(f"{name}\n{'-' * len(name)}\n{lines}" for name, lines in told.items())]) + "\n"
