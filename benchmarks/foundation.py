"""The three numbers that everything else stands on: import time, the sigmoid beside SciPy's, one large fit.

The fit's own grid is `benchmarks fit`, the functions' is `benchmarks functions`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

import numpy as np

from benchmarks import fit
from benchmarks.interleave import interleave

SIGMOID = """
import sys; sys.path.insert(0, {here!r})
import numpy as np, scipy.special, verhulst as vh
from functools import partial
from benchmarks.interleave import interleave
x = np.random.default_rng(0).normal(0, 4, 100_000); out = np.empty_like(x)
t = interleave({{"ours": partial(vh.sigmoid, x, out=out), "theirs": partial(scipy.special.expit, x, out=out)}}, 101)
print(t["ours"] / 1e5 * 1e9, t["theirs"] / 1e5 * 1e9)
"""


def import_milliseconds(rounds: int = 20) -> tuple[float, float]:
    """Medians of whole processes that import NumPy alone, and verhulst: interleaved."""

    def process(statement: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True, cwd="/")
        return (time.perf_counter() - start) * 1e3

    pairs = [(process("import numpy"), process("import verhulst")) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def sigmoid_nanoseconds(level: str) -> tuple[float, float]:
    """Ours and SciPy's, per number, at one instruction-set level."""
    code = SIGMOID.format(here=os.getcwd())
    environment = os.environ | {"VERHULST_CPU": level}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    if done.returncode:
        return float("nan"), float("nan")
    ours, theirs = map(float, done.stdout.split())
    return ours, theirs


def fit_rows(rounds: int = 5) -> list[str]:
    """10⁶ × 20 with covariance: times, ratios, and how far each ends from the maximum."""
    cell = fit.make("iid", 1_000_000, 20)
    truth = fit.optimum(cell)
    rivals = {
        "verhulst": lambda: fit.ours(cell, 1e-6),
        "scikit-learn newton-cholesky": lambda: fit.newton_cholesky(cell, 1e-4),
        "statsmodels Logit": lambda: fit.statsmodels_logit(cell, 1e-8),
    }
    times = interleave(rivals, rounds, warmups=1)
    lines = []
    for name, call in rivals.items():
        error = float(np.max(np.abs(call()[0] - truth[0]) / np.sqrt(np.diag(truth[1]))))
        lines.append(f"| {name} | {times[name]:.3f} s | {times[name] / times['verhulst']:.1f}× | {error:.1e} |")
    return lines


def main() -> str:
    numpy_alone, with_verhulst = import_milliseconds()
    lines = [
        "# Foundation",
        "",
        f"`import verhulst`: {with_verhulst - numpy_alone:.1f} ms over `import numpy` ({numpy_alone:.0f} ms), medians",
        "of 20 whole processes.",
        "",
        "| sigmoid, 100,000 doubles | verhulst | SciPy | ratio |",
        "|---|---:|---:|---:|",
    ]
    for level in ("v4", "v3", "baseline"):
        ours, theirs = sigmoid_nanoseconds(level)
        lines.append(f"| {level} | {ours:.2f} ns | {theirs:.2f} ns | {theirs / ours:.2g}× |")
    lines += ["", "| fit of 1,000,000 × 20 with covariance | time | over ours | error in standard errors |"]
    lines += ["|---|---:|---:|---:|", *fit_rows()]
    return "\n".join(lines) + "\n"
