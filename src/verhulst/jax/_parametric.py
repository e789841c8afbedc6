"""Activations with a parameter: leaky ReLU and ELU on JAX arrays."""

from __future__ import annotations

from numbers import Real
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from verhulst.functions._registry import PUBLIC
from verhulst.jax._differentiable import wide
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
        if isinstance(given, Real | np.bool):
            try:
                return computed(z, given=float(given))
            except OverflowError:
                raise ValueError(f"{parameter} of {name} is too large for float64") from None
        given = as_floats(given, f"{parameter} of {name}")
        broadcast_shape(z, given, f"{parameter} of {name}")
        unit = computed(wide(z), given=1.0)
        return of_type(jnp.where(z > 0, unit, given * unit), z)

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


def leaky_relu(z: Any, slope: Any = 0.01) -> jax.Array:
    """Leaky rectified linear unit: z for z > 0, else slope z.

    Parameters
    ----------
    z : array_like
        Any shape.
    slope : float or array_like
        Slope for negative z; broadcast against z.

    Returns
    -------
    jax.Array
        In the type of z. For a slope that is a number, on the CPU to the last bit what `verhulst.leaky_relu` gives.
    """
    return _leaky_relu(z, slope)


def leaky_relu_derivative(z: Any, slope: Any = 0.01) -> jax.Array:
    """Derivative of the leaky rectified linear unit: 1 for z > 0, else slope.

    Parameters
    ----------
    z : array_like
        Any shape.
    slope : float or array_like
        Slope for negative z; broadcast against z.

    Returns
    -------
    jax.Array
        In the type of z; nan at nan.
    """
    return _leaky_relu_derivative(z, slope)


def elu(z: Any, alpha: Any = 1.0) -> jax.Array:
    """Exponential linear unit: z for z > 0, else alpha (e^z - 1).

    Parameters
    ----------
    z : array_like
        Any shape.
    alpha : float or array_like
        Minus the limit at -inf; broadcast against z.

    Returns
    -------
    jax.Array
        In the type of z. For an alpha that is a number, on the CPU to the last bit what `verhulst.elu` gives.
    """
    return _elu(z, alpha)


def elu_derivative(z: Any, alpha: Any = 1.0) -> jax.Array:
    """Derivative of the exponential linear unit: 1 for z > 0, else alpha e^z.

    Parameters
    ----------
    z : array_like
        Any shape.
    alpha : float or array_like
        Minus the limit of `elu` at -inf; broadcast against z.

    Returns
    -------
    jax.Array
        In the type of z; alpha at 0, nan at nan.
    """
    return _elu_derivative(z, alpha)
