"""Every ufunc of the core, and inputs that take its ordinary and its rare paths.

Most kernels compute a block of numbers in a quick way and, where its error could change the rounding of one of them,
compute the block again with care. `ordinary` gives arguments that the quick way decides; `rare` gives arguments that it
does not: those whose result lies next to a tie of the type, far out, at the ends of the domain and beyond.
"""

from __future__ import annotations

import pathlib
import re
from functools import cache, lru_cache

import ml_dtypes
import numpy as np

from verhulst import _core

DEFINITIONS = pathlib.Path(__file__).parents[2] / "native" / "functions" / "functions.def"
SIGNATURES = re.findall(r"^VERHULST_FUNCTION\((\w+), (\d), (\d)\)", DEFINITIONS.read_text(), re.MULTILINE)
INPUTS = {name: int(inputs) for name, inputs, _ in SIGNATURES}
OVER_ROWS = ("_lstm_step", "_gru_step", "_lstm_gradient", "_gru_gradient")
TYPES = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64]
# Bits of a double's significand that the type does not keep.
DROPPED = {np.float16: 42, ml_dtypes.bfloat16: 45, np.float32: 29}
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e308, -1e308]
CANDIDATES = 1 << 17
RARE = 12  # of each sort


def ufunc(name: str) -> np.ufunc:
    return _core.rows_ufunc(name, "") if name in OVER_ROWS else _core.ufunc(name, "")


def canonical(y: np.ndarray) -> bytes:
    """Its bits; any nan counts as one."""
    return np.ascontiguousarray(np.where(np.isnan(y), np.array(np.nan, y.dtype), y)).tobytes()


def outputs(name: str, inputs: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    out = ufunc(name)(*inputs)
    every = out if isinstance(out, tuple) else (out,)
    assert all(y.dtype == inputs[0].dtype for y in every)
    return every


def results(name: str, inputs: list[np.ndarray]) -> list[bytes]:
    """Bits of each output."""
    return [canonical(y) for y in outputs(name, inputs)]


def numbers(dtype: type, seed: int, n: int) -> np.ndarray:
    """All magnitudes and signs, ordinary values, probabilities, and the ends."""
    rng = np.random.default_rng(seed)
    with np.errstate(over="ignore"):
        parts = [
            rng.normal(0, 3, n // 4),
            rng.uniform(0, 1, n // 4),
            rng.uniform(-800, 800, n // 8),
            np.ldexp(rng.uniform(-2, 2, n // 4), rng.integers(-1074, 60, n // 4)),
            np.array(SPECIAL),
        ]
        x = np.concatenate(parts).astype(dtype)
    return rng.permutation(np.resize(x, n))


def arguments(name: str, dtype: type, n: int) -> list[np.ndarray]:
    return [numbers(dtype, seed, n) for seed in range(INPUTS[name])]


def ordinary(name: str, dtype: type, n: int) -> list[np.ndarray]:
    """Arguments with finite results that are no special case and lie well between the ties of the type."""
    inputs, wide, distance = _candidates(name, dtype)
    good = np.logical_and.reduce([np.isfinite(y) & (np.abs(y) < 100) for y in wide]) & (distance > 0.02)
    chosen = np.flatnonzero(good)
    assert len(chosen) >= 64, f"{name}, {np.dtype(dtype)}: {len(chosen)} ordinary arguments"
    return [np.resize(x[chosen[:n]], n) for x in inputs]


def rare(name: str, dtype: type) -> list[np.ndarray]:
    """Arguments with results next to a tie (in the narrow types), far out, and special ones."""
    sorts = [numbers(dtype, 100 + seed, 256) for seed in range(INPUTS[name])]
    with np.errstate(over="ignore"):
        special = np.array(SPECIAL).astype(dtype)
    found = [np.concatenate([np.roll(special, 5 * j), x[:RARE]]) for j, x in enumerate(sorts)]
    if dtype not in DROPPED:
        return found
    inputs, _, distance = _candidates(name, dtype)
    # Ties as far as doubles can tell, and the nearest that are none.
    near = np.argpartition(np.where(distance > 0, distance, np.inf), 2 * RARE)[: 2 * RARE]
    nearest = np.concatenate([np.flatnonzero(distance == 0)[:RARE], near])
    return [np.concatenate([x, y[nearest]]) for x, y in zip(found, inputs, strict=True)]


@lru_cache(maxsize=1)
def _candidates(name: str, dtype: type) -> tuple[list[np.ndarray], tuple[np.ndarray, ...], np.ndarray]:
    """Arguments of all sorts, their results in doubles, and the distance of those to a tie of the type.

    The distance is the least over the outputs, in units in the last place of the type; infinite for doubles.
    """
    inputs = [_numbers_of_both_sorts(j, dtype, INPUTS[name] == 1) for j in range(INPUTS[name])]
    wide = outputs(name, [x.astype(np.float64) for x in inputs])
    least = np.full(CANDIDATES, np.inf)
    bits = DROPPED.get(dtype)
    for y in wide if bits else ():
        dropped = np.ascontiguousarray(y).view(np.int64) & ((1 << bits) - 1)
        distance = np.abs(dropped - (1 << (bits - 1))) / (1 << bits)
        np.minimum(least, np.where(np.isfinite(y), distance, np.inf), out=least)
    return inputs, wide, least


@cache
def _numbers_of_both_sorts(j: int, dtype: type, alone: bool) -> np.ndarray:
    """The j-th argument: ordinary numbers, and numbers of few digits, the results of whose combinations are ties."""
    rng = np.random.default_rng(1000 + j)
    small, short = rng.normal(0, 2, CANDIDATES), rng.integers(-2048, 2049, CANDIDATES) / 16
    if j == 1:  # labels, slopes
        small, short = rng.uniform(0, 1, CANDIDATES), rng.integers(0, 257, CANDIDATES) / 256
    elif alone:  # probabilities among them
        small[::4] = rng.uniform(0, 1, len(small[::4]))
    return np.where(rng.random(CANDIDATES) < 0.5, small, short).astype(dtype)
