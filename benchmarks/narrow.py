"""float16 and bfloat16 beside what a user would write: to float32 and back."""

from __future__ import annotations

from functools import partial
from typing import Any

import ml_dtypes
import numpy as np

import verhulst as vh
from benchmarks.interleave import interleave

NAMES = ("sigmoid", "tanh", "silu", "gelu", "softplus", "log_sigmoid", "sigmoid_derivative")
N = 100_000


def by_hand(function: np.ufunc, x: np.ndarray[Any, Any], out: np.ndarray[Any, Any]) -> None:
    out[...] = function(x.astype(np.float32))


def main() -> str:
    import torch

    torch.set_num_threads(1)
    lines = [
        "# float16 and bfloat16",
        "",
        f"Nanoseconds per number, {N:,} in cache, one thread, medians of interleaved runs. By hand: to float32,",
        "our float32 function, converted back. In parentheses: over the time of the 16-bit function itself.",
        "",
        "| function | type | verhulst | by hand | PyTorch |",
        "|---|---|---:|---:|---:|",
    ]
    for name in NAMES:
        for dtype in (np.float16, ml_dtypes.bfloat16):
            x = np.random.default_rng(1).normal(0, 3, N).astype(dtype)
            out = np.empty_like(x)
            function = getattr(vh, name)
            calls = {"verhulst": partial(function, x, out=out), "by hand": partial(by_hand, function, x, out)}
            theirs = getattr(torch, name, None) or getattr(torch.nn.functional, name.replace("_", ""), None)
            if theirs is not None:
                half = torch.float16 if dtype is np.float16 else torch.bfloat16
                calls["PyTorch"] = partial(theirs, torch.from_numpy(x.astype(np.float32)).to(half))
            times = interleave(calls, rounds=41)
            cells = [f"{times['verhulst'] / N * 1e9:.2f}"]
            for rival in ("by hand", "PyTorch"):
                there = rival in times
                ratio = times.get(rival, 0) / times["verhulst"]
                cells.append(f"{times[rival] / N * 1e9:.2f} ({ratio:.2f}×)" if there else "")
            lines.append("| " + " | ".join([name, np.dtype(dtype).name, *cells]) + " |")
    return "\n".join(lines) + "\n"
