"""Binary cross-entropy from logits: value alone, and value, gradient and Hessian together, beside the peers.

One thread, interleaved, float64 and float32. In cache both sides write into arrays in use where the peer can; at 10⁷
all write into fresh memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import verhulst as vh
from benchmarks.interleave import interleave

SIZES = (10_000, 100_000, 10_000_000)
Array = np.ndarray[Any, np.dtype[Any]]


def data(n: int, dtype: type) -> tuple[Array, Array]:
    rng = np.random.default_rng(20261124)
    return rng.normal(0, 4, n).astype(dtype), (rng.random(n) < 0.4).astype(dtype)


def values(z: Array, y: Array) -> dict[str, Callable[[], Any]]:
    """The loss of each row."""
    import jax
    import torch

    torch.set_num_threads(1)
    jax.config.update("jax_enable_x64", True)
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    compiled = jax.jit(lambda a, b: jax.numpy.maximum(a, 0) - a * b + jax.numpy.log1p(jax.numpy.exp(-jax.numpy.abs(a))))
    a, b = jax.numpy.asarray(z), jax.numpy.asarray(y)
    if len(z) == SIZES[-1]:
        ours: Callable[[], Any] = partial(vh.binary_cross_entropy, z, y)
    else:
        ours = partial(vh.binary_cross_entropy, z, y, out=np.empty_like(z))
    return {
        "verhulst": ours,
        "PyTorch": partial(loss, torch.from_numpy(z), torch.from_numpy(y), reduction="none"),
        "JAX": lambda: compiled(a, b).block_until_ready(),
        "NumPy formula": lambda: np.logaddexp(0, z) - y * z,
    }


def all_three(z: Array, y: Array) -> dict[str, Callable[[], Any]]:
    """Loss, gradient and Hessian of each row."""
    import torch
    from scipy.special import expit
    from sklearn._loss import HalfBinomialLoss

    torch.set_num_threads(1)
    half = HalfBinomialLoss()
    t, u = torch.from_numpy(z), torch.from_numpy(y)
    loss, gradient, hessian = (np.empty_like(z) for _ in range(3))

    def scikit_learn() -> None:
        half.loss(y_true=y, raw_prediction=z, loss_out=loss, n_threads=1)
        half.gradient_hessian(y_true=y, raw_prediction=z, gradient_out=gradient, hessian_out=hessian, n_threads=1)

    def pytorch() -> tuple[Any, ...]:
        s = torch.sigmoid(t)
        value = torch.nn.functional.binary_cross_entropy_with_logits(t, u, reduction="none")
        return value, s - u, s * (1 - s)

    def scipy() -> tuple[Any, ...]:
        s = expit(z)
        return np.logaddexp(0, z) - y * z, s - y, s * (1 - s)

    def ours() -> None:
        vh.losses.binary_cross_entropy_all(z, y, out=(loss, gradient, hessian))

    return {"verhulst": ours, "scikit-learn HalfBinomialLoss": scikit_learn, "PyTorch": pytorch, "SciPy": scipy}


CASES = {"value": values, "value, gradient and Hessian": all_three}


def main() -> str:
    lines = [
        "# Binary cross-entropy from logits",
        "",
        "Nanoseconds per row, one thread, medians of interleaved runs; in parentheses the rival's time over ours.",
    ]
    for case, make in CASES.items():
        for dtype in (np.float64, np.float32):
            lines += ["", f"## {case}, {np.dtype(dtype).name}", "", "| | 10⁴ | 10⁵ | 10⁷ |", "|---|---:|---:|---:|"]
            rows: dict[str, list[str]] = {}
            for n in SIZES:
                repeat = max(1, 200_000 // n)

                def many(call: Callable[[], Any], repeat: int = repeat) -> None:
                    for _ in range(repeat):
                        call()

                calls = make(*data(n, dtype))
                times = interleave({rival: partial(many, call) for rival, call in calls.items()}, rounds=11)
                for rival, seconds in times.items():
                    ratio = "" if rival == "verhulst" else f" ({seconds / times['verhulst']:.2f}×)"
                    rows.setdefault(rival, []).append(f"{seconds / repeat / n * 1e9:.2f}{ratio}")
            lines += ["| " + " | ".join([rival, *cells]) + " |" for rival, cells in rows.items()]
    return "\n".join(lines) + "\n"
