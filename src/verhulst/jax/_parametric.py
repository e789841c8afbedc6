"""Activations with a parameter: leaky ReLU and ELU on JAX arrays."""

from __future__ import annotations

from numbers import Real
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from verhulst.functions._registry import PARAMETERS, PUBLIC, summary
from verhulst.jax._differentiable import wide, wide_type
from verhulst.jax._functional import relu_derivative
from verhulst.jax._operation import Operation, as_floats, broadcast_shape, of_type, operation


def _face(name: str, parameter: str, formula: Operation, derivative: Operation) -> Operation:
    """The function of z and a parameter, with the formula for other devices and the derivative in z.

    A number is known when the function is compiled: it counts as given, however narrow z is. The function is linear in
    it, left of 0, and an array is multiplied as JAX multiplies.
    """
    function = PUBLIC[name]
    computed = operation(
        name,
        lambda z, given: function(z, given),
        lambda z, given: of_type(formula(wide(z), given), z),
        lambda t, z, given: of_type(wide(t) * derivative(wide(z), given), z),
        static=("given",),
    )

    def face(z: Any, given: Any) -> jax.Array:
        z = as_floats(z, name)
        if isinstance(given, Real | np.bool) and given == given:  # nan, unlike itself, would be compiled every time
            try:
                return computed(z, given=float(given))
            except OverflowError:
                raise ValueError(f"{parameter} of {name} is too large for float64") from None
        given = as_floats(given, f"{parameter} of {name}")
        broadcast_shape(z, given, f"{parameter} of {name}")
        unit, given = (of_type(x, wide_type(z, given)) for x in (computed(wide(z), given=1.0), given))
        return of_type(jnp.where(z > 0, 1, given) * unit, z)  # right of 0 no infinite parameter reaches the derivative

    return face


_leaky_relu = _face(
    "leaky_relu",
    "slope",
    lambda z, slope: jnp.where(z > 0, z, slope * z),
    lambda z, slope: leaky_relu_derivative(z, slope),
)
_leaky_relu_derivative = _face(
    "leaky_relu_derivative",
    "slope",
    lambda z, slope: jnp.where(z > 0, 1.0, 0 * relu_derivative(z) + slope),
    lambda z, slope: 0 * relu_derivative(z),
)
_elu = _face(
    "elu",
    "alpha",
    lambda z, alpha: jnp.where(z > 0, z, alpha * jnp.expm1(jnp.where(z > 0, 0.0, z))),
    lambda z, alpha: elu_derivative(z, alpha),
)
_elu_derivative = _face(
    "elu_derivative",
    "alpha",
    lambda z, alpha: jnp.where(z > 0, 1.0, alpha * jnp.exp(jnp.where(z > 0, 0.0, z))),
    lambda z, alpha: jnp.where(z > 0, 0.0, elu_derivative(z, alpha)),
)


def _described(function: Operation) -> Operation:
    """Give it the docstring that these functions have in common, with what the NumPy function of its name says."""
    name = function.__name__
    parameter, meaning = PARAMETERS[name]
    function.__doc__ = f"""{summary(name)}

    Parameters
    ----------
    z : array_like
        Any shape.
    {parameter} : float or array_like
        {meaning}; broadcast against z.

    Returns
    -------
    jax.Array
        In the type of z; where {parameter} is a number, on the CPU to the last bit what `verhulst.{name}` gives.
    """
    return function


@_described
def leaky_relu(z: Any, slope: Any = 0.01) -> jax.Array:
    return _leaky_relu(z, slope)


@_described
def leaky_relu_derivative(z: Any, slope: Any = 0.01) -> jax.Array:
    return _leaky_relu_derivative(z, slope)


@_described
def elu(z: Any, alpha: Any = 1.0) -> jax.Array:
    return _elu(z, alpha)


@_described
def elu_derivative(z: Any, alpha: Any = 1.0) -> jax.Array:
    return _elu_derivative(z, alpha)
