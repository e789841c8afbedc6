"""The rectified linear unit, and its relative with a slope on the left."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from verhulst import _core
from verhulst.functions._containers import NOT_GIVEN
from verhulst.functions._parameter import call, with_second_argument
from verhulst.functions._registry import Use, public, ufunc
from verhulst.functions.formulas import Array, Namespace

_leaky_relu = with_second_argument(_core.ufunc("_leaky_relu", "leaky_relu(z, slope)"), "slope", factor=True)
_leaky_relu_derivative = with_second_argument(
    _core.ufunc("_leaky_relu_derivative", "leaky_relu_derivative(z, slope)"), "slope", factor=True
)


@ufunc(
    derivative=lambda f, z: f.relu_derivative(z),
    ulp=0.5,
    activation=Use(
        formula="max(z, 0)",
        use="Hidden layers, the first thing to try.",
        note="A unit with z < 0 for every input stays dead.",
        used_in=("hidden layers",),
    ),
)
def relu(xp: Namespace, z: Array) -> Array:
    """Rectified linear unit, max(z, 0).

    Returns
    -------
    z where z > 0, else 0: exact. relu(-0) is +0.

    Notes
    -----
    X. Glorot, A. Bordes, Y. Bengio, "Deep sparse rectifier neural networks" (2011).

    See Also
    --------
    relu_derivative, leaky_relu, elu, gelu

    Examples
    --------
    >>> vh.relu([-2.0, 0.0, 2.0])
    array([0., 0., 2.])
    """
    return xp.where(z > 0, z, 0.0 * xp.clip(z, 0.0, 1.0))


@ufunc(derivative=lambda f, z: 0 * f.relu_derivative(z), arithmetic=True, ulp=0.5)
def relu_derivative(xp: Namespace, z: Array) -> Array:
    """Derivative of the rectified linear unit: 1 for z > 0, else 0.

    Returns
    -------
    0 or 1; 0 at the kink, where there is no derivative.

    Notes
    -----
    The subgradient 0 at the kink is the one that PyTorch, JAX and TensorFlow use.

    See Also
    --------
    relu

    Examples
    --------
    >>> vh.relu_derivative([-2.0, 0.0, 2.0])
    array([0., 0., 1.])
    """
    return xp.where(z > 0, 1.0 + 0.0 * xp.clip(z, -1.0, 1.0), 0.0 * xp.clip(z, -1.0, 1.0))


@public(
    activation=Use(
        formula="z for z > 0, else slope z",
        use="Hidden layers where ReLU units die; discriminators.",
        note="Facts are for the slope 0.01.",
        used_in=("hidden layers",),
    ),
    slope="Slope for negative z (one for each channel makes it PReLU)",
)
def leaky_relu(z: ArrayLike, slope: ArrayLike = 0.01, *, out: Any = NOT_GIVEN, where: ArrayLike = True) -> Any:
    """Leaky rectified linear unit: z for z > 0, else slope z.

    Returns
    -------
    Rounded once in every format (in float32 of the rounded slope); nan stays nan.

    Notes
    -----
    A. L. Maas, A. Y. Hannun, A. Y. Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013).

    See Also
    --------
    leaky_relu_derivative, relu

    Examples
    --------
    >>> vh.leaky_relu([-2.0, 0.0, 2.0])
    array([-0.02,  0.  ,  2.  ])
    """
    return call(_leaky_relu, z, slope, out, where)


@public(slope="Slope for negative z")
def leaky_relu_derivative(
    z: ArrayLike, slope: ArrayLike = 0.01, *, out: Any = NOT_GIVEN, where: ArrayLike = True
) -> Any:
    """Derivative of the leaky rectified linear unit: 1 for z > 0, else slope.

    Returns
    -------
    1 or slope; slope at the kink, the derivative from the left; nan stays nan.

    See Also
    --------
    leaky_relu

    Examples
    --------
    >>> vh.leaky_relu_derivative([-2.0, 0.0, 2.0], slope=0.125)
    array([0.125, 0.125, 1.   ])
    """
    return call(_leaky_relu_derivative, z, slope, out, where)
