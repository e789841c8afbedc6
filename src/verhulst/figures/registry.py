"""Every figure of the visual reference by its name."""

from __future__ import annotations

import importlib
import os
import pathlib
from typing import Any

from matplotlib.figure import Figure

from verhulst._options import checks_options
from verhulst.data.atomic import output_file
from verhulst.data.errors import RequestError, did_you_mean
from verhulst.figures.theme import Theme, theme_named

# The figure some-name is in the module some_name of this package, with prepare_some_name and draw_some_name.
FIGURES = {
    "visual-reference": "Six panels: curve, derivative, symmetry, saturation, logit, and tanh and ReLU/6",
    "anatomy": "The parts of the sigmoid: e⁻ᶻ, 1 + e⁻ᶻ, and the reciprocal",
    "sigmoid-vs-tanh": "Sigmoid and tanh, and their derivatives",
    "activations": "The family of activations, each with its derivative",
    "log-odds": "Probability, odds and log-odds on linked rulers, and what a coefficient does",
    "precision": "Where each float type rounds to 0 or 1, and the errors of three formulas of the sigmoid",
    "cross-entropy": "Loss and gradient from logits, and through a rounded probability",
    "softmax-two-classes": "Softmax over two classes is the sigmoid of the difference",
    "ties": "ROC before and after probabilities are rounded",
    "growth": "Verhulst's population curve, with its three phases",
    "zig-zag": "Weight updates of a neuron after sigmoids, and of one after tanh, one case a step",
    "vanishing": "Gradient by layer for sigmoid, tanh and ReLU, from real backpropagation",
    "separation": "Why separated data have no best slope",
    "scores-to-chances": "Four ways from a judge's score to a chance: dividing, a straight line, clipping, the sigmoid",
    "thresholds": "A threshold on the log-odds makes four kinds of cases; all thresholds make the ROC curve",
    "descent": "Gradient descent and Newton's method on the cross-entropy of one data set",
    "gates": "The gates of a trained LSTM cell over a sequence: the memory keeps the last marked value",
    "bernoulli-likelihood": "The log-likelihood as a function of a probability, and of its log-odds",
}
FORMATS = ("png", "svg", "pdf")


def _module_of(name: str) -> tuple[Any, str]:
    if name not in FIGURES:
        hint = did_you_mean(name, FIGURES, f"Choose one of {', '.join(FIGURES)}.")
        raise RequestError(f"there is no figure {name!r}.{hint}")
    word = name.replace("-", "_")
    return importlib.import_module(f"verhulst.figures.{word}"), word


@checks_options
def prepare(name: str) -> Any:
    """Return the numbers of a figure: a frozen dataclass, drawn by `plot`.

    Parameters
    ----------
    name : str
        One of `FIGURES`.

    Returns
    -------
    object
        The record of the figure.

    Raises
    ------
    RequestError
        If there is no figure with that name; a ValueError.
    """
    module, word = _module_of(name)
    return getattr(module, f"prepare_{word}")()


@checks_options
def plot(name: str, *, theme: str | Theme = "light") -> Figure:
    """Draw a figure of the visual reference.

    Parameters
    ----------
    name : str
        One of `FIGURES`.
    theme : {"light", "dark", "grey"} or Theme
        The theme.

    Returns
    -------
    matplotlib.figure.Figure
        The figure, not registered with pyplot; save it with `save` or its own `savefig`.

    Raises
    ------
    ValueError
        If there is no figure or theme with that name.

    Examples
    --------
    >>> import verhulst as vh
    >>> len(vh.figures.plot("anatomy").axes) > 0
    True
    """
    module, word = _module_of(name)
    figure = getattr(module, f"draw_{word}")(getattr(module, f"prepare_{word}")(), theme=theme_named(theme))
    assert isinstance(figure, Figure)
    return figure


@checks_options
def save(figure: Figure, path: str | os.PathLike[str], *, dpi: int = 160) -> pathlib.Path:
    """Write a figure to a PNG, SVG or PDF file, completely or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : str or PathLike
        The file to write; its suffix determines the format. "-" is standard output, as SVG.
    dpi : float
        The resolution of a PNG, in dots per inch.

    Returns
    -------
    Path
        The path of the file.

    Raises
    ------
    RequestError
        If the suffix is different; a ValueError.
    OutputError
        If the folder does not exist (then a FileNotFoundError) or cannot be written.
    """
    if not 10 <= dpi <= 10_000:
        raise ValueError(f"dpi must lie between 10 and 10,000, not {dpi!r}")
    target, kind = pathlib.Path(path), format_of(path)
    date = {"CreationDate": None} if kind == "pdf" else {"Date": None} if kind == "svg" else None
    with output_file(target) as file:
        figure.savefig(file, format=kind, dpi=dpi, metadata=date)
    return target


def format_of(path: str | os.PathLike[str]) -> str:
    """Return the format given by the suffix of a path.

    Raises
    ------
    RequestError
        If it is none of `FORMATS`.
    """
    if os.fspath(path) == "-":
        return "svg"
    kind = pathlib.Path(path).suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise RequestError(f"{os.fspath(path)}: the name must end in .png, .svg or .pdf.")
    return kind
