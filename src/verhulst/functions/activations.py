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
from verhulst.functions._registry import PUBLIC

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


# name -> formula, use, note. Facts that can be computed are not here.
_DEFINITIONS = {
    "sigmoid": (
        "1/(1 + e^-z)",
        "Probability of one of two classes at the output; gates of LSTM and GRU cells. Seldom in hidden layers.",
        "",
    ),
    "hard_sigmoid": (
        "min(max(z + 3, 0), 6)/6",
        "Gates where exponentials are too dear: MobileNetV3, fixed-point hardware.",
        "",
    ),
    "tanh": (
        "(e^z - e^-z)/(e^z + e^-z)",
        "Recurrent cells; outputs between -1 and 1. A sigmoid stretched: 2 sigmoid(2z) - 1.",
        "",
    ),
    "relu": ("max(z, 0)", "Hidden layers, the first thing to try.", "A unit with z < 0 for every input stays dead."),
    "leaky_relu": (
        "z for z > 0, else slope z",
        "Hidden layers where ReLU units die; discriminators.",
        "Facts are for the slope 0.01.",
    ),
    "elu": (
        "z for z > 0, else alpha (e^z - 1)",
        "Hidden layers without normalisation: its negative values draw the mean output towards 0.",
        "Facts are for alpha = 1.",
    ),
    "silu": ("z sigmoid(z)", "Hidden layers of convolutional networks; gated layers of language models (SwiGLU).", ""),
    "gelu": (
        "z P(Z < z), Z standard normal",
        "Hidden layers of transformers (BERT, GPT, ViT).",
        "The erf form, not its approximation by tanh.",
    ),
    "softplus": (
        "log(1 + e^z)",
        "Outputs that must be positive: rates, scales, variances. Its derivative is the sigmoid.",
        "",
    ),
    "softmax": (
        "e^z_i / sum_j e^z_j",
        "Probabilities of several exclusive classes at the output; attention.",
        "No scalar derivative: the Jacobian is diag(p) - p p^T, its entries lie in [-1/4, 1/4]. The facts are those of "
        "one class's probability as its own score varies and the other of two classes stays at 0: the sigmoid.",
    ),
}


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
    formula, use, note = _DEFINITIONS[name]
    function: Callable[..., Any] = PUBLIC[name]
    named = "sigmoid" if name == "softplus" else f"{name}_derivative"
    derivative: Callable[..., Any] | None = PUBLIC.get(named)
    found = facts(function, derivative) if derivative else facts(_softmax_of_two, sigmoid_derivative)
    scalar = derivative is not None
    return Activation(
        name=name,
        function=function,
        derivative=derivative,
        formula=formula,
        use=use,
        note=note,
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
        if name not in _DEFINITIONS:
            raise KeyError(f"{name!r} is not an activation; there are {', '.join(sorted(_DEFINITIONS))}")
        if name not in self._made:
            self._made[name] = _describe(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_DEFINITIONS)

    def __len__(self) -> int:
        return len(_DEFINITIONS)

    def __repr__(self) -> str:
        return f"<verhulst.activations: {', '.join(self)}>"


activations: Mapping[str, Activation] = _Activations()
