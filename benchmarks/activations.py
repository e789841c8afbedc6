"""What an activation costs beside ReLU: float32 and float64, 50,000 numbers in cache, one thread, interleaved.

Writes the ratios (float32) to src/verhulst/functions/activation_costs.json, where `verhulst.activations` reads them.
"""

from __future__ import annotations

import json
import pathlib
from functools import partial
from typing import Any

import numpy as np

import verhulst as vh
from benchmarks.interleave import interleave

COSTS = pathlib.Path(__file__).parents[1] / "src" / "verhulst" / "functions" / "activation_costs.json"
SIZE = 50_000


def times(dtype: type) -> dict[str, float]:
    """Seconds per call by name, for scores as in a network; softmax over rows of 10."""
    z = np.random.default_rng(0).normal(0, 3, SIZE).astype(dtype)
    calls: dict[str, Any] = {}
    for name in vh.activations:
        function = vh.activations[name].function
        rows = z.reshape(-1, 10) if name == "softmax" else z
        calls[name] = partial(function, rows, out=np.empty_like(rows))
    return interleave(calls, rounds=41)


def main() -> str:
    single, double = times(np.float32), times(np.float64)
    costs = {name: round(seconds / single["relu"], 2) for name, seconds in single.items()}
    COSTS.write_text(json.dumps({"dtype": "float32", "size": SIZE, "costs": costs}, indent=1) + "\n", encoding="utf-8")
    lines = [
        "# Activations beside ReLU",
        "",
        f"One thread, {SIZE:,} numbers in cache, `out=` given. Softmax over rows of 10.",
        "",
        "| activation | float32 ns | × ReLU | float64 ns | × ReLU |",
        "|---|---:|---:|---:|---:|",
    ]
    for name in single:
        a, b = single[name], double[name]
        lines.append(
            f"| {name} | {a / SIZE * 1e9:.2f} | {a / single['relu']:.1f} | {b / SIZE * 1e9:.2f} "
            f"| {b / double['relu']:.1f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(main())
