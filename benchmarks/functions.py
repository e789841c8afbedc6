"""The sigmoid family against its peers: time per number and largest error, one thread, interleaved in one process.

AVX2 and AVX-512 side by side, where the machine has both: ours by VERHULST_CPU, the peers by settings of their own
(SciPy and numexpr have one code for all processors).

Sizes: 10⁴ and 10⁵ numbers (in cache) and 10⁷ (in memory), written into an array given by `out=` where the peer can;
and 10⁷ once more, where every side writes into fresh memory. A peer's error is its largest over a fixed sample, against
the exact value.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import verhulst as vh
from benchmarks.exact import largest_error
from benchmarks.interleave import interleave

# What holds a peer to AVX2: PyTorch (its own, MKL's and oneDNN's kernels), NumPy, JAX, Numba.
AVX2 = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "DNNL_MAX_CPU_ISA": "AVX2",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    "NUMBA_CPU_NAME": "haswell",
}
LEVELS: dict[str, dict[str, str]] = {"v3": AVX2, "v4": {}}
SAID = {"v3": "AVX2", "v4": "AVX-512", "neon": "NEON", "baseline": "the portable level"}
CASES = ((10_000, False), (100_000, False), (10_000_000, False), (10_000_000, True))  # numbers, into fresh memory?
Array = np.ndarray[Any, np.dtype[Any]]
# A rival is made for one input: it returns the call to be timed, and what that call computes (for its error).
Rival = Callable[[Array, bool], Callable[[], Any]]


def numpy_ufunc(function: np.ufunc) -> Rival:
    def make(x: Array, fresh: bool) -> Callable[[], Any]:
        return partial(function, x) if fresh else partial(function, x, out=np.empty_like(x))

    return make


def numpy_formula(formula: Callable[[Array], Array]) -> Rival:
    return lambda x, fresh: partial(formula, x)


def torch_function(name: str) -> Rival:
    import torch

    torch.set_num_threads(1)
    simple = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "logit": torch.logit}
    module = torch.nn.functional

    def make(x: Array, fresh: bool) -> Callable[[], Any]:
        t = torch.from_numpy(x)
        if name in simple:
            return partial(simple[name], t) if fresh else partial(simple[name], t, out=torch.empty_like(t))
        return partial(getattr(module, name), t)

    return make


def jax_function(name: str) -> Rival:
    import jax

    jax.config.update("jax_enable_x64", True)
    table = {"tanh": jax.numpy.tanh, "logit": jax.scipy.special.logit}
    compiled = jax.jit(table.get(name) or getattr(jax.nn, name))

    def make(x: Array, fresh: bool) -> Callable[[], Any]:
        a = jax.numpy.asarray(x)
        return lambda: compiled(a).block_until_ready()

    return make


def numexpr_formula(text: str) -> Rival:
    import numexpr

    numexpr.set_num_threads(1)

    def make(x: Array, fresh: bool) -> Callable[[], Any]:
        out = None if fresh else np.empty_like(x)
        return lambda: numexpr.evaluate(text, {"x": x}, out=out)

    return make


def numba_formula(name: str) -> Rival:
    import math

    import numba

    bodies = {
        "sigmoid": lambda x: 1.0 / (1.0 + math.exp(-x)),
        "softplus": lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
        "log_sigmoid": lambda x: min(x, 0.0) - math.log1p(math.exp(-abs(x))),
        "tanh": lambda x: math.tanh(x),
        "logit": lambda x: math.log(x / (1.0 - x)),
    }
    compiled = numba.vectorize(["float32(float32)", "float64(float64)"], nopython=True)(bodies[name])

    def make(x: Array, fresh: bool) -> Callable[[], Any]:
        return partial(compiled, x) if fresh else partial(compiled, x, out=np.empty_like(x))

    return make


def rivals(name: str) -> dict[str, Rival]:
    """Every rival of the function of that name, ours first."""
    from scipy import special

    found: dict[str, Rival] = {"verhulst": numpy_ufunc(getattr(vh, name))}
    if name == "sigmoid":
        found |= {
            "NumPy formula": numpy_formula(lambda x: 1 / (1 + np.exp(-x))),
            "SciPy": numpy_ufunc(special.expit),
            "PyTorch": torch_function("sigmoid"),
            "JAX": jax_function("sigmoid"),
            "numexpr": numexpr_formula("1 / (1 + exp(-x))"),
            "Numba": numba_formula("sigmoid"),
        }
    elif name == "softplus":
        found |= {
            "SciPy/NumPy": numpy_formula(lambda x: np.logaddexp(0, x)),
            "PyTorch": torch_function("softplus"),
            "JAX": jax_function("softplus"),
            "numexpr": numexpr_formula("where(x > 0, x, 0) + log1p(exp(-abs(x)))"),
            "Numba": numba_formula("softplus"),
        }
    elif name == "log_sigmoid":
        found |= {
            "SciPy": numpy_ufunc(special.log_expit),
            "PyTorch": torch_function("logsigmoid"),
            "JAX": jax_function("log_sigmoid"),
            "Numba": numba_formula("log_sigmoid"),
        }
    elif name == "logit":
        found |= {
            "SciPy": numpy_ufunc(special.logit),
            "PyTorch": torch_function("logit"),
            "JAX": jax_function("logit"),
            "Numba": numba_formula("logit"),
        }
    elif name == "tanh":
        found |= {
            "NumPy": numpy_ufunc(np.tanh),
            "PyTorch": torch_function("tanh"),
            "JAX": jax_function("tanh"),
            "Numba": numba_formula("tanh"),
        }
    elif name == "silu":
        found |= {"PyTorch": torch_function("silu"), "JAX": jax_function("silu")}
    elif name == "gelu":
        found |= {
            "PyTorch": torch_function("gelu"),
            "SciPy formula": numpy_formula(lambda x: x * special.ndtr(x)),
        }
    return found


NAMES = ("sigmoid", "log_sigmoid", "softplus", "logit", "tanh", "silu", "gelu")


def copy(x: Array, fresh: bool) -> Callable[[], Any]:
    """What memory alone costs."""
    if fresh:
        return lambda: np.copyto(np.empty_like(x), x)
    return partial(np.copyto, np.empty_like(x), x)


def inputs(name: str, n: int, dtype: type) -> Array:
    rng = np.random.default_rng(20261124)
    x = rng.uniform(0, 1, n) if name == "logit" else rng.normal(0, 4, n)
    return x.astype(dtype)


def measure(name: str, dtype: type, rounds: int = 11) -> dict[str, list[float]]:
    """Of each rival, ours first, the nanoseconds per number in each case."""
    makers = rivals(name)
    found: dict[str, list[float]] = {rival: [] for rival in (*makers, "copyto")}
    for n, fresh in CASES:
        x = inputs(name, n, dtype)
        calls = {rival: make(x, fresh) for rival, make in makers.items()}
        calls["copyto"] = copy(x, fresh)
        repeat = max(1, 200_000 // n)

        def many(call: Callable[[], Any], repeat: int = repeat) -> None:
            for _ in range(repeat):
                call()

        times = interleave({rival: partial(many, call) for rival, call in calls.items()}, rounds)
        for rival, seconds in times.items():
            found[rival].append(seconds / repeat / n * 1e9)
    return found


def errors(name: str, dtype: type) -> dict[str, str]:
    """Of each rival, the largest error in ULP."""
    sample = {rival: (lambda x, make=make: np.asarray(make(x, True)())) for rival, make in rivals(name).items()}
    return {rival: largest_error(name, call, dtype) for rival, call in sample.items()}


def at_level(level: str) -> dict[str, Any]:
    """The measurements of a process that is held to a level."""
    environment = os.environ | {"VERHULST_CPU": level} | LEVELS.get(level, {})
    command = [sys.executable, "-m", "benchmarks.functions"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def fastest(times: dict[str, list[float]], case: int) -> tuple[str, float]:
    """The fastest peer in a case, and its time over ours."""
    peers = {rival: found[case] for rival, found in times.items() if rival not in ("verhulst", "copyto")}
    peer = min(peers, key=lambda rival: peers[rival])
    return peer, peers[peer] / times["verhulst"][case]


def side_by_side(measured: dict[str, dict[str, Any]]) -> list[str]:
    """The time of the fastest peer over ours, each function, format and size, each level."""
    title = [f"{SAID[level]}, {size}" for level in measured for size in ("10⁵", "10⁷")]
    lines = ["| | " + " | ".join(title) + " |", "|---|" + "---:|" * len(title)]
    for key in next(iter(measured.values())):
        cells = []
        for found in measured.values():
            for case in (1, 2):
                peer, ratio = fastest(found[key]["times"], case)
                cells.append(f"{ratio:.2f}× ({peer})")
        lines.append(f"| {key} | " + " | ".join(cells) + " |")
    return lines


def details(found: dict[str, Any]) -> list[str]:
    """One table per function and format: every rival, every size."""
    lines = []
    for key, one in found.items():
        ours = one["times"]["verhulst"]
        lines += [
            "",
            f"### {key}",
            "",
            "| | 10⁴ | 10⁵ | 10⁷ | 10⁷, fresh | largest error (ULP) |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        for rival, times in one["times"].items():
            cells = [
                f"{t:.2f}" + ("" if rival == "verhulst" else f" ({t / u:.2f}×)")
                for t, u in zip(times, ours, strict=True)
            ]
            lines.append("| " + " | ".join([rival, *cells, one["errors"].get(rival, "")]) + " |")
    return lines


def main() -> str:
    from verhulst import _core

    levels = [level for level in LEVELS if level in _core.cpu_levels()] or [_core.cpu_level()]
    measured = {level: at_level(level) for level in levels}
    lines = [
        "# The sigmoid family against its peers",
        "",
        "The time of the fastest peer over ours, 10⁵ numbers (in cache) and 10⁷ (in memory): above 1× we are faster.",
        "",
        *side_by_side(measured),
        "",
        "The tables below: nanoseconds per number, one thread, medians of interleaved runs; in parentheses the rival's",
        "time over ours. Error: the largest over a fixed sample, in ULP of the exact value, subnormal results and",
        "tails included.",
    ]
    for level, found in measured.items():
        lines += ["", f"## With {SAID[level]}", *details(found)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(
        json.dumps(
            {
                f"{name}, {dtype.__name__}": {"times": measure(name, dtype), "errors": errors(name, dtype)}
                for name in NAMES
                for dtype in (np.float64, np.float32)
            }
        )
    )
