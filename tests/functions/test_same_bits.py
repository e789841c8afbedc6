"""The same bits at every instruction-set level, length, offset, stride and number of threads, and in any floating-point
environment."""

from __future__ import annotations

import hashlib
import os
import pathlib
import re
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest

import verhulst as vh
from verhulst import _core

DEFINITIONS = pathlib.Path(__file__).parents[2] / "native" / "functions" / "functions.def"
SIGNATURES = re.findall(r"^VERHULST_FUNCTION\((\w+), (\d), (\d)\)", DEFINITIONS.read_text(), re.MULTILINE)
INPUTS = {name: int(inputs) for name, inputs, _ in SIGNATURES}
OVER_ROWS = ("_lstm_step", "_gru_step", "_lstm_gradient", "_gru_gradient")
TYPES = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64]
N = 4096
NEAREST = 0x1F80
ENVIRONMENTS = {
    "flush to zero": 0x8040 | NEAREST,
    "upwards": 0x4000 | NEAREST,
    "downwards": 0x2000 | NEAREST,
    "towards zero": 0x6000 | NEAREST,
}


def ufunc(name: str) -> np.ufunc:
    return _core.rows_ufunc(name, "") if name in OVER_ROWS else _core.ufunc(name, "")


def numbers(dtype: type, seed: int, n: int = N) -> np.ndarray:
    """All magnitudes and signs, ordinary values, probabilities, and the ends."""
    rng = np.random.default_rng(seed)
    with np.errstate(over="ignore"):
        parts = [
            rng.normal(0, 3, n // 4),
            rng.uniform(0, 1, n // 4),
            rng.uniform(-800, 800, n // 8),
            np.ldexp(rng.uniform(-2, 2, n // 4), rng.integers(-1074, 60, n // 4)),
            np.array([0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e308, -1e308]),
        ]
        x = np.concatenate(parts).astype(dtype)
    return rng.permutation(np.resize(x, n))


def arguments(name: str, dtype: type, n: int = N) -> list[np.ndarray]:
    return [numbers(dtype, seed, n) for seed in range(INPUTS[name])]


def canonical(y: np.ndarray) -> bytes:
    """Its bits; any nan counts as one."""
    return np.ascontiguousarray(np.where(np.isnan(y), np.array(np.nan, y.dtype), y)).tobytes()


def results(name: str, inputs: list[np.ndarray]) -> list[bytes]:
    """Bits of each output."""
    out = ufunc(name)(*inputs)
    every = out if isinstance(out, tuple) else (out,)
    assert all(y.dtype == inputs[0].dtype for y in every)
    return [canonical(y) for y in every]


def digest() -> str:
    whole = hashlib.sha256()
    for name in INPUTS:
        for dtype in TYPES:
            for bits in results(name, arguments(name, dtype)):
                whole.update(bits)
    return whole.hexdigest()


@pytest.mark.parametrize("level", [level for level in _core.cpu_levels() if level != _core.cpu_level()])
def test_levels(level: str) -> None:
    script = f"import runpy; print(runpy.run_path({str(__file__)!r})['digest']())"
    environment = {**os.environ, "VERHULST_CPU": level}
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == digest()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", INPUTS)
def test_lengths_offsets_and_strides(name: str, dtype: type) -> None:
    inputs = arguments(name, dtype, 256)
    item = np.dtype(dtype).itemsize
    whole = results(name, inputs)

    def part(start: int, stop: int, step: int = 1) -> list[bytes]:
        return [np.frombuffer(y, f"V{item}")[start:stop:step].tobytes() for y in whole]

    for length in range(68):
        assert results(name, [x[:length] for x in inputs]) == part(0, length)
    for offset in range(1, 17):
        assert results(name, [x[offset : offset + 61] for x in inputs]) == part(offset, offset + 61)
    for step in (2, 3, 7):
        assert results(name, [x[::step] for x in inputs]) == part(0, 256, step)
    assert results(name, [x[::-1] for x in inputs]) == [np.frombuffer(y, f"V{item}")[::-1].tobytes() for y in whole]
    for i in range(0, 256, 17):
        one = slice(i, i + 1) if name in OVER_ROWS else i
        assert results(name, [x[one] for x in inputs]) == part(i, i + 1)
    unaligned = []
    for x in inputs:
        raw = np.empty(x.nbytes + 1, np.uint8)[1:].view(dtype)
        raw[:] = x
        unaligned.append(raw)
    assert results(name, unaligned) == whole


@pytest.mark.parametrize("name", INPUTS)
def test_threads(name: str) -> None:
    """More numbers than one thread takes at a time, and a share for each that no vector divides."""
    for dtype in TYPES:
        inputs = arguments(name, dtype, 70_001)
        once = results(name, inputs)
        for threads in (2, 3, 4):
            vh.set_num_threads(threads)
            try:
                assert results(name, inputs) == once, f"{np.dtype(dtype)}, {threads} threads"
            finally:
                vh.set_num_threads(1)


@pytest.mark.parametrize("name", [name for name, inputs in INPUTS.items() if inputs == 1])
def test_in_place(name: str) -> None:
    for dtype in TYPES:
        (x,) = arguments(name, dtype, 515)
        expected = results(name, [x])
        ufunc(name)(x, out=x)
        assert canonical(x) == expected[0]


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the control word is x86's")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_environment_of_the_caller(environment: str) -> None:
    word = ENVIRONMENTS[environment]
    for name in INPUTS:
        for dtype in TYPES:
            inputs = arguments(name, dtype, 512)
            outputs = [np.empty(512, dtype) for _ in range(ufunc(name).nout)]
            before = _core._exchange_control_word(word)
            ufunc(name)(*inputs, out=tuple(outputs))
            after = _core._exchange_control_word(before)
            assert after == word, f"{name} left {after:#x}"
            assert [canonical(y) for y in outputs] == results(name, inputs), f"{name} {np.dtype(dtype)}"
