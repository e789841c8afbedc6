"""The activation functions of neural networks, with facts about each.

>>> import verhulst as vh
>>> sorted(vh.activations)[:4]
['elu', 'gelu', 'hard_sigmoid', 'leaky_relu']
>>> vh.activations["sigmoid"].largest_derivative
0.25
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib import resources
from typing import Any

import numpy as np

from verhulst.functions import sigmoid_derivative, softmax
from verhulst.functions._facts import Interval, facts
from verhulst.functions._registry import ACTIVATIONS, PUBLIC

__all__ = ["Activation", "activations"]


@dataclass(frozen=True)
class Activation:
    """One activation function. Everything from `range` on was computed from the functions themselves, in float64.

    Attributes
    ----------
    name : str
        Its key in `verhulst.activations`, which is also the function's name in `verhulst`.
    function, derivative : callable
        The elementwise function and its derivative; `derivative` is None for softmax.
    formula, use : str
        The definition, and what it is for.
    note : str
        What does not fit the other fields; often empty.
    used_in : tuple of str
        Where networks have it: in "hidden layers", as "binary output" or "multi-class output", in "gates".
    range : tuple of float
        Least and greatest value, limits included.
    zero_centred : bool
        Whether the mean output for standard normal z is 0 (the function is odd).
    mean_output : float
        That mean.
    saturates_below, saturates_above : float or None
        From this z outwards the function *is* its limit, as a float64; None where it has no finite limit on that side.
    largest_derivative : float or None
        Largest slope anywhere.
    largest_derivative_at : tuple of float or None
        The interval of z that has it, a point twice where there is only one; infinite where it is only approached.
    vanishes_below, vanishes_above : float or None
        From this z outwards the derivative is below 1e-3 in absolute value: a unit there hardly learns.
    cost : float or None
        Time relative to relu (float32, arrays in cache), as measured by `python -m benchmarks activations` on the
        machine that made this release; None where that has not been run.
    """

    name: str
    function: Callable[..., Any]
    derivative: Callable[..., Any] | None
    formula: str
    use: str
    note: str
    used_in: tuple[str, ...]
    range: Interval
    zero_centred: bool
    mean_output: float
    saturates_below: float | None
    saturates_above: float | None
    largest_derivative: float | None
    largest_derivative_at: Interval | None
    vanishes_below: float | None
    vanishes_above: float | None
    cost: float | None

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{f.name.replace('_', ' ')}</th><td>{html.escape(str(getattr(self, f.name)))}</td></tr>"
            for f in fields(self)
            if f.name not in ("function", "derivative")
        )
        return f"<table>{rows}</table>"


def _softmax_of_two(z: np.ndarray) -> np.ndarray:
    first: np.ndarray = softmax(np.stack([z, np.zeros_like(z)]), axis=0)[0]
    return first


def _costs() -> Mapping[str, float]:
    file = resources.files("verhulst.functions").joinpath("activation_costs.json")
    if not file.is_file():
        return {}
    costs: dict[str, float] = json.loads(file.read_text(encoding="utf-8"))["costs"]
    return costs


def _describe(name: str) -> Activation:
    told = ACTIVATIONS[name]
    function: Callable[..., Any] = PUBLIC[name]
    named = "sigmoid" if name == "softplus" else f"{name}_derivative"
    derivative: Callable[..., Any] | None = PUBLIC.get(named)
    found = facts(function, derivative) if derivative else facts(_softmax_of_two, sigmoid_derivative)
    scalar = derivative is not None
    return Activation(
        name=name,
        function=function,
        derivative=derivative,
        formula=told.formula,
        use=told.use,
        note=told.note,
        used_in=told.used_in,
        range=found.range,
        zero_centred=abs(found.mean_output) < 1e-12,
        mean_output=found.mean_output,
        saturates_below=found.saturates_below,
        saturates_above=found.saturates_above,
        largest_derivative=found.largest_derivative if scalar else None,
        largest_derivative_at=found.largest_derivative_at if scalar else None,
        vanishes_below=found.vanishes_below if scalar else None,
        vanishes_above=found.vanishes_above if scalar else None,
        cost=_costs().get(name),
    )


class _Activations(Mapping[str, Activation]):
    """Records by name, each made when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Activation] = {}

    def __getitem__(self, name: str) -> Activation:
        if name not in ACTIVATIONS:
            raise KeyError(f"{name!r} is not an activation; there are {', '.join(sorted(ACTIVATIONS))}")
        if name not in self._made:
            self._made[name] = _describe(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(ACTIVATIONS)

    def __len__(self) -> int:
        return len(ACTIVATIONS)

    def __repr__(self) -> str:
        return f"<verhulst.activations: {', '.join(self)}>"


activations: Mapping[str, Activation] = _Activations()
