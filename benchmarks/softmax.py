"""softmax, log_softmax and logsumexp against SciPy and PyTorch: one thread, interleaved, every side into fresh memory.

Errors are the largest in 200 rows of 100, in ULP of the exact result, found in twice the precision of float64.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

import verhulst as vh
from benchmarks.interleave import interleave

NAMES = ("softmax", "log_softmax", "logsumexp")
SHAPES = ((10_000, 10), (1_000, 100), (100, 1_000), (8, 128_000))
Array = np.ndarray[Any, np.dtype[Any]]


def rivals(name: str, z: Array) -> dict[str, Any]:
    import scipy.special
    import torch

    torch.set_num_threads(1)
    return {
        "verhulst": partial(getattr(vh, name), z),
        "SciPy": partial(getattr(scipy.special, name), z, axis=-1),
        "PyTorch": partial(getattr(torch, name), torch.from_numpy(z), -1),
    }


def exact(name: str, z: Array) -> Array:
    """In extended precision (x86: 64 bits), which is enough to tell errors of 0.5 ULP from 1."""
    wide = z.astype(np.longdouble)
    most = wide.max(-1, keepdims=True)
    e = np.exp(wide - most)
    rest = np.where(np.arange(z.shape[-1]) == z.argmax(-1)[:, None], 0, e).sum(-1, keepdims=True)
    log = np.log1p(rest)
    return {"softmax": e / (1 + rest), "log_softmax": wide - most - log, "logsumexp": (most + log)[..., 0]}[name]


def error(name: str, dtype: type, result: Any) -> float:
    z = np.random.default_rng(1).normal(0, 6, (200, 100)).astype(dtype)
    call = rivals(name, z)[result]
    got = np.asarray(call())
    want = exact(name, z)
    return float((np.abs(got - want) / np.spacing(np.abs(want).astype(dtype))).max())


def main() -> str:
    lines = [
        "# Softmax",
        "",
        "Nanoseconds per number; in brackets the largest error in ULP over 200 rows of 100.",
        "",
        "| function | type | shape | verhulst | SciPy | PyTorch |",
        "|---|---|---|---:|---:|---:|",
    ]
    for name in NAMES:
        for dtype in (np.float32, np.float64):
            errors = {who: error(name, dtype, who) for who in ("verhulst", "SciPy", "PyTorch")}
            for shape in SHAPES:
                z = np.random.default_rng(0).normal(0, 3, shape).astype(dtype)
                seconds = interleave(rivals(name, z), rounds=15)
                cells = " | ".join(f"{s / z.size * 1e9:.2f} ({errors[who]:.3g})" for who, s in seconds.items())
                lines.append(f"| {name} | {np.dtype(dtype).name} | {shape[0]:,} × {shape[1]:,} | {cells} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(main())
