"""What one writes without verhulst: formulas as they are found, and the best one-liner of each library.

Each is a line of code in `z`, `p`, `x` or `Z`, evaluated and measured against verhulst while the docs are built.
"""

from __future__ import annotations

import functools
import timeit
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

import verhulst as vh

SIGMOID = {
    "naive": "1 / (1 + np.exp(-z))",
    "clipped": "1 / (1 + np.exp(-np.clip(z, -500, 500)))",
    "two branches, np.where": "np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))",
    "two branches, masked": "masked(z)",
    "one exponential": "np.where(z >= 0, 1, e := np.exp(-np.abs(z))) / (1 + e)",
    "by tanh": "(1 + np.tanh(z / 2)) / 2",
    "by logaddexp": "np.exp(-np.logaddexp(0, -z))",
    "SciPy": "scipy.special.expit(z)",
    "verhulst": "vh.sigmoid(z)",
}
LOG_SIGMOID = {
    "logarithm of a probability": "np.log(scipy.special.expit(z))",
    "plus 1e-15": "np.log(scipy.special.expit(z) + 1e-15)",
    "clipped at 1e-15": "np.log(np.clip(scipy.special.expit(z), 1e-15, 1 - 1e-15))",
    "as defined": "-np.log(1 + np.exp(-z))",
    "log1p": "-np.log1p(np.exp(-z))",
    "logaddexp": "-np.logaddexp(0, -z)",
    "one exponential": "np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))",
    "SciPy": "scipy.special.log_expit(z)",
    "verhulst": "vh.log_sigmoid(z)",
}

# function -> library -> line
ONE_LINERS: dict[str, dict[str, str]] = {
    "sigmoid": {
        "NumPy": "np.exp(-np.logaddexp(0, -z))", "SciPy": "scipy.special.expit(z)", "PyTorch": "torch.sigmoid(z)",
        "JAX": "jax.nn.sigmoid(z)",
    },
    "sigmoid_derivative": {
        "NumPy": "(e := np.exp(-np.abs(z))) / (1 + e) ** 2",
        "SciPy": "scipy.special.expit(z) * scipy.special.expit(-z)",
        "PyTorch": "torch.sigmoid(z) * torch.sigmoid(-z)", "JAX": "jax.nn.sigmoid(z) * jax.nn.sigmoid(-z)",
    },
    "sigmoid_second_derivative": {
        "NumPy": "-(e := np.exp(-np.abs(z))) * np.tanh(z / 2) / (1 + e) ** 2",
        "SciPy": "-scipy.special.expit(z) * scipy.special.expit(-z) * np.tanh(z / 2)",
        "PyTorch": "-torch.sigmoid(z) * torch.sigmoid(-z) * torch.tanh(z / 2)",
        "JAX": "-jax.nn.sigmoid(z) * jax.nn.sigmoid(-z) * jnp.tanh(z / 2)",
    },
    "logit": {
        "NumPy": "np.log(p) - np.log1p(-p)", "SciPy": "scipy.special.logit(p)", "PyTorch": "torch.logit(p)",
        "JAX": "jax.scipy.special.logit(p)",
    },
    "log_sigmoid": {
        "NumPy": "-np.logaddexp(0, -z)", "SciPy": "scipy.special.log_expit(z)", "PyTorch": "F.logsigmoid(z)",
        "JAX": "jax.nn.log_sigmoid(z)",
    },
    "log_one_minus_sigmoid": {
        "NumPy": "-np.logaddexp(0, z)", "SciPy": "scipy.special.log_expit(-z)", "PyTorch": "F.logsigmoid(-z)",
        "JAX": "jax.nn.log_sigmoid(-z)",
    },
    "softplus": {
        "NumPy": "np.logaddexp(0, z)", "SciPy": "-scipy.special.log_expit(-z)", "PyTorch": "F.softplus(z)",
        "JAX": "jax.nn.softplus(z)",
    },
    "softplus_inverse": {
        "NumPy": "x + np.log(-np.expm1(-x))", "SciPy": "x + np.log(-scipy.special.expm1(-x))",
        "PyTorch": "x + torch.log(-torch.expm1(-x))", "JAX": "x + jnp.log(-jnp.expm1(-x))",
    },
    "log1m_exp": {
        "NumPy": "np.where(x > -0.69, np.log(-np.expm1(x)), np.log1p(-np.exp(x)))",
        "SciPy": "np.where(x > -0.69, np.log(-scipy.special.expm1(x)), np.log1p(-np.exp(x)))",
        "PyTorch": "torch.where(x > -0.69, torch.log(-torch.expm1(x)), torch.log1p(-torch.exp(x)))",
        "JAX": "jnp.where(x > -0.69, jnp.log(-jnp.expm1(x)), jnp.log1p(-jnp.exp(x)))",
    },
    "binary_cross_entropy": {
        "NumPy": "np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))",
        "SciPy": "-scipy.special.log_expit(np.where(y == 1, z, -z))",
        "PyTorch": 'F.binary_cross_entropy_with_logits(z, y, reduction="none")',
        "JAX": "-jax.nn.log_sigmoid(jnp.where(y == 1, z, -z))",
    },
    "tanh": {"NumPy": "np.tanh(z)", "PyTorch": "torch.tanh(z)", "JAX": "jnp.tanh(z)"},
    "relu": {"NumPy": "np.maximum(z, 0)", "PyTorch": "F.relu(z)", "JAX": "jax.nn.relu(z)"},
    "leaky_relu": {
        "NumPy": "np.where(z > 0, z, 0.01 * z)", "PyTorch": "F.leaky_relu(z)", "JAX": "jax.nn.leaky_relu(z)",
    },
    "elu": {"NumPy": "np.where(z > 0, z, np.expm1(np.minimum(z, 0)))", "PyTorch": "F.elu(z)", "JAX": "jax.nn.elu(z)"},
    "silu": {
        "NumPy": "z * np.exp(-np.logaddexp(0, -z))", "SciPy": "z * scipy.special.expit(z)", "PyTorch": "F.silu(z)",
        "JAX": "jax.nn.silu(z)",
    },
    "gelu": {
        "SciPy": "z * scipy.special.ndtr(z)", "PyTorch": "F.gelu(z)", "JAX": "jax.nn.gelu(z, approximate=False)",
    },
    "hard_sigmoid": {
        "NumPy": "np.clip(z + 3, 0, 6) / 6", "PyTorch": "F.hardsigmoid(z)", "JAX": "jax.nn.hard_sigmoid(z)",
    },
    "softmax": {
        "NumPy": "(e := np.exp(Z - Z.max(axis=-1, keepdims=True))) / e.sum(axis=-1, keepdims=True)",
        "SciPy": "scipy.special.softmax(Z, axis=-1)", "PyTorch": "torch.softmax(Z, dim=-1)", "JAX": "jax.nn.softmax(Z)",
    },
    "log_softmax": {
        "NumPy": "Z - np.logaddexp.reduce(Z, axis=-1, keepdims=True)", "SciPy": "scipy.special.log_softmax(Z, axis=-1)",
        "PyTorch": "torch.log_softmax(Z, dim=-1)", "JAX": "jax.nn.log_softmax(Z)",
    },
    "logsumexp": {
        "NumPy": "np.logaddexp.reduce(Z, axis=-1)", "SciPy": "scipy.special.logsumexp(Z, axis=-1)",
        "PyTorch": "torch.logsumexp(Z, dim=-1)", "JAX": "jax.nn.logsumexp(Z, axis=-1)",
    },
}  # fmt: skip


def masked(z: np.ndarray) -> np.ndarray:
    """Each formula only where it is right."""
    s = np.empty_like(z)
    right = z >= 0
    s[right] = 1 / (1 + np.exp(-z[right]))
    e = np.exp(z[~right])
    s[~right] = e / (1 + e)
    return s


@dataclass(frozen=True)
class Measured:
    """A line of code beside verhulst's function.

    Attributes
    ----------
    digits : the fewest right digits of the result over ordinary arguments, at most those of the type
    at : the argument there
    wrong : extreme arguments at which the result is not even about right
    warnings : what NumPy said
    time : of a call, in seconds
    """

    digits: float
    at: float
    wrong: tuple[str, ...]
    warnings: tuple[str, ...]
    time: float


@functools.cache
def _names() -> dict[str, Any]:
    import jax
    import jax.numpy as jnp
    import scipy.special
    import torch

    return {
        "np": np, "vh": vh, "scipy": scipy, "torch": torch, "F": torch.nn.functional, "jax": jax, "jnp": jnp,
        "masked": masked,
    }  # fmt: skip


def evaluate(code: str, library: str, arguments: dict[str, np.ndarray]) -> np.ndarray:
    """Run a line with the library's arrays; PyTorch and JAX in float32, as they come, the others in float64."""
    names = dict(_names())
    for name, value in arguments.items():
        if library == "PyTorch":
            names[name] = names["torch"].tensor(value, dtype=names["torch"].float32)
        elif library == "JAX":
            names[name] = names["jnp"].asarray(value, dtype=np.float32)
        else:
            names[name] = value
    return np.asarray(eval(code, names), dtype=float)


def arguments_of(function: str, narrow: bool) -> dict[str, np.ndarray]:
    """Ordinary arguments of a function: z from -30 to 30 (as float32 where the library uses it), p, or rows of two."""
    z = np.concatenate([np.linspace(-30, 30, 4001), np.geomspace(1e-8, 1, 200), -np.geomspace(1e-8, 1, 200)])
    if narrow:
        z = z.astype(np.float32).astype(float)
    if function == "logit":
        p = np.concatenate(
            [np.geomspace(1e-12, 0.4, 500), 0.5 + np.linspace(-0.1, 0.1, 500), 1 - np.geomspace(1e-6, 0.4, 500)]
        )
        return {"p": p.astype(np.float32).astype(float) if narrow else p}
    if function == "softplus_inverse":
        return {"x": np.abs(z[z != 0])}
    if function == "log1m_exp":
        return {"x": -np.abs(z[z != 0])}
    if function in ("softmax", "log_softmax", "logsumexp"):
        return {"Z": np.stack([z, np.zeros_like(z)], axis=-1)}
    if function == "binary_cross_entropy":
        return {"z": np.concatenate([z, z]), "y": np.repeat([0.0, 1.0], len(z))}
    return {"z": z}


def exact(function: str, arguments: dict[str, np.ndarray]) -> np.ndarray:
    """Verhulst's result in float64."""
    with np.errstate(all="ignore"):
        return np.asarray(getattr(vh, function)(*arguments.values()), dtype=float)


EXTREMES = (-np.inf, -1e4, -740.0, -100.0, 100.0, 740.0, 1e4, np.inf)


@functools.cache
def measure(function: str, code: str, library: str) -> Measured:
    """Compare a line with verhulst's function of that name."""
    narrow = library in ("PyTorch", "JAX")
    most = 24 * np.log10(2) if narrow else 53 * np.log10(2)
    given = arguments_of(function, narrow)
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn"):
        warnings.simplefilter("always")
        got, truth = evaluate(code, library, given), exact(function, given)
        wrong = _wrong(function, code, library)
        if "z" in given:
            evaluate(
                code,
                library,
                {name: np.resize(EXTREMES, 8) if name == "z" else value[:8] for name, value in given.items()},
            )
    least = np.finfo(np.float32 if narrow else np.float64).tiny
    with np.errstate(all="ignore"):
        error = np.abs(got - truth) / np.maximum(np.abs(truth), least)
    error = np.where(got == truth, 0.0, np.where(np.isnan(error), np.inf, error))
    worst = int(np.argmax(error.reshape(len(error), -1).max(axis=1)))
    digits = float(np.clip(-np.log10(error.max()), 0.0, most)) if error.max() > 0 else float(most)
    time = 0.0
    if not narrow:
        z = {name: np.resize(value, (10_000, *value.shape[1:])) for name, value in given.items()}
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            time = min(timeit.repeat(lambda: evaluate(code, library, z), number=5, repeat=5)) / 5
    words = tuple(
        sorted({str(one.message).split(" encountered")[0] for one in caught if "encountered" in str(one.message)})
    )
    first = next(iter(given.values()))
    return Measured(digits, float(first[worst].flat[0]), wrong, words, time)


def _wrong(function: str, code: str, library: str) -> tuple[str, ...]:
    """Extreme z at which the result is nan, or off by more than a hundredth of what the type can hold."""
    name = next(iter(arguments_of(function, True)))
    if name != "z":
        return ()
    found = []
    tiny = 1e-45 if library in ("PyTorch", "JAX") else 5e-324
    for z in EXTREMES:
        labels = (0.0, 1.0) if function == "binary_cross_entropy" else (None,)
        for y in labels:
            given = {"z": np.array([z])} | ({} if y is None else {"y": np.array([y])})
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                got, truth = float(evaluate(code, library, given)[0]), float(exact(function, given)[0])
            kept = got == truth or abs(got - truth) <= 0.01 * abs(truth) + tiny
            if not kept:
                words = f"{z:g}".replace("-", "−").replace("inf", "∞").replace("e+04", "0000").replace("10000", "10⁴")
                found.append(words + ("" if y is None else f", y = {y:g}"))
    return tuple(found)
