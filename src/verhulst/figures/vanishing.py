"""Gradients by layer, computed by backpropagation on handwritten digits."""

from __future__ import annotations

import importlib.util
import itertools
import pathlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from verhulst.figures.canvas import axes_for, caption, curve, dot, figure_of, note, spread
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import relu, relu_derivative, sigmoid, sigmoid_derivative, softmax, tanh, tanh_derivative


@dataclass(frozen=True, eq=False)
class GradientByLayer:
    """The norm of dloss/dW of every hidden layer, first layer first, at the start of training."""

    name: str
    norm: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Vanishing:
    """One network for each activation, otherwise alike; depth is the number of hidden layers."""

    networks: tuple[GradientByLayer, ...]
    depth: int
    width: int


def backpropagate(
    x: np.ndarray,
    labels: np.ndarray,
    weights: list[np.ndarray],
    f: Callable[[np.ndarray], Any],
    slope: Callable[[np.ndarray], Any],
) -> list[np.ndarray]:
    """Gradients of the mean cross-entropy with respect to every weight matrix, by the chain rule, layer by layer.

    Parameters
    ----------
    x : inputs, shape (n, features)
    labels : classes 0 ... K−1, shape (n,)
    weights : one matrix per layer, (inputs, outputs); the last gives the K logits
    f, slope : activation of the hidden layers, and its derivative
    """
    before, after = [], [x]
    for matrix in weights[:-1]:
        before.append(after[-1] @ matrix)
        after.append(f(before[-1]))
    error = softmax(after[-1] @ weights[-1], axis=-1)
    error[np.arange(len(labels)), labels] -= 1
    error /= len(labels)
    gradients = [after[-1].T @ error]
    for k in range(len(weights) - 2, -1, -1):
        error = (error @ weights[k + 1].T) * slope(before[k])
        gradients.append(after[k].T @ error)
    return gradients[::-1]


def _digits(cases: int) -> tuple[np.ndarray, np.ndarray]:
    # Read from the file: importing scikit-learn for its load_digits takes two seconds.
    spec = importlib.util.find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the digits come with scikit-learn, which is not installed", name="sklearn")
    path = pathlib.Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
    table = np.loadtxt(path, delimiter=",", max_rows=cases)
    return table[:, :-1], table[:, -1].astype(int)


def prepare_vanishing(depth: int = 20, width: int = 64, cases: int = 256, seed: int = 0) -> Vanishing:
    """Digits of scikit-learn, weights as Glorot and Bengio (2010) start them, and as He et al. (2015) for ReLU.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, which contains the digits, is not installed.
    """
    pixels, labels = _digits(cases)
    x = (pixels - pixels.mean(axis=0)) / 16
    networks = []
    for name, f, slope, variance in (
        ("sigmoid", sigmoid, sigmoid_derivative, 1.0),
        ("tanh", tanh, tanh_derivative, 1.0),
        ("ReLU", relu, relu_derivative, 2.0),
    ):
        rng = np.random.default_rng(seed)
        sizes = [x.shape[1]] + [width] * depth + [10]
        weights = [rng.normal(0, np.sqrt(variance / a), (a, b)) for a, b in itertools.pairwise(sizes)]
        gradients = backpropagate(x, labels, weights, f, slope)
        networks.append(GradientByLayer(name, tuple(float(np.linalg.norm(g)) for g in gradients[:-1])))
    return Vanishing(tuple(networks), depth, width)


def draw_vanishing(record: Vanishing, *, theme: str | Theme = "light", ax: Axes | None = None) -> Figure:
    """Gradient norms on a log axis, output on the right, so that backpropagation runs from right to left."""
    tokens = theme_named(theme)
    ax = axes_for(ax, tokens, 7.6, 4.2)
    ax.set_yscale("log")
    layers = np.arange(1, record.depth + 1)
    firsts = spread([float(np.log10(network.norm[0])) for network in record.networks], 0.9)
    for network, stroke, height in zip(
        record.networks, (tokens.first, tokens.second, tokens.third), firsts, strict=True
    ):
        curve(ax, layers, network.norm, stroke)
        dot(ax, layers, network.norm, stroke, tokens, 5)
        factor = (network.norm[0] / network.norm[-1]) ** (1 / (record.depth - 1))
        note(ax, 0.6, 10**height, f"{network.name}: × {factor:.2f} a layer", stroke.color, ha="right", shift=(-4, 0))
    ax.set(xlim=(-13.5 if tokens.narrow else -5.4, record.depth + 0.5))  # room for the names
    ax.set_xticks([1, 5, 10, 15, 20] if record.depth == 20 else layers)
    caption(
        ax,
        "Size of the gradient in each hidden layer, digits data",
        tokens,
        x="layer (1 is next to the input)",
        y="‖∂loss/∂W‖",
    )
    return figure_of(ax)
