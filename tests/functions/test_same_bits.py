"""The same bits at every instruction-set level, length, offset, stride and number of threads, and in any floating-point
environment."""

from __future__ import annotations

import os

import numpy as np
import pytest
from tests.functions.kernel_bits import bits, bits_of, company
from tests.functions.kernel_inputs import (
    INPUTS,
    OVER_ROWS,
    TYPES,
    arguments,
    canonical,
    outputs,
    results,
    ufunc,
)
from tests.levels import OTHER_LEVELS

import verhulst as vh
from verhulst import _core

NEAREST = 0x1F80
ENVIRONMENTS = {
    "as a process begins": NEAREST,
    "flags that NumPy leaves raised": 0x22 | NEAREST,
    "flush to zero": 0x8040 | NEAREST,
    "upwards": 0x4000 | NEAREST,
    "downwards": 0x2000 | NEAREST,
    "towards zero": 0x6000 | NEAREST,
}


@pytest.fixture(scope="module")
def here() -> dict[str, str]:
    return bits()


@pytest.mark.parametrize("level", OTHER_LEVELS)
def test_levels(level: str, here: dict[str, str]) -> None:
    # Fits agree between levels to their decrement's bound, not to the bit.
    assert {**bits_of(level), "regression": ""} == {**here, "regression": ""}


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", INPUTS)
def test_in_company(name: str, dtype: type) -> None:
    """A value among others has the bits of the value alone, whichever of them need care and wherever it stands."""
    different, which = company(name, dtype)
    alone = [results(name, [x[i : i + 1] for x in different]) for i in range(len(different[0]))]
    together = outputs(name, [x[which] for x in different])
    item = f"V{np.dtype(dtype).itemsize}"
    for j, y in enumerate(together):
        expected = np.frombuffer(b"".join(bits[j] for bits in alone), item)[which]
        wrong = np.flatnonzero(np.frombuffer(canonical(y), item) != expected)
        assert not len(wrong), [float(x[which[wrong[0]]]) for x in different]


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
