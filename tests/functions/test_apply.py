"""Kernels on bare memory, as verhulst.torch calls them."""

from __future__ import annotations

import numpy as np
import pytest

import verhulst as vh
from verhulst import _core


@pytest.mark.parametrize(("kind", "dtype"), [(0, np.float16), (2, np.float32), (3, np.float64)])
def test_rows_and_columns(kind: int, dtype: type) -> None:
    z = np.linspace(-9, 9, 5 * 70).astype(dtype).reshape(5, 70)
    whole, by_rows = np.empty_like(z), np.empty_like(z)
    _core.apply("sigmoid", kind, 1, z.size, z.ctypes.data, 0, whole.ctypes.data, 0)
    _core.apply("sigmoid", kind, 5, 70, z.ctypes.data, z.strides[0], by_rows.ctypes.data, z.strides[0])
    np.testing.assert_array_equal(whole, vh.sigmoid(z))
    np.testing.assert_array_equal(by_rows, whole)


def test_bfloat16_and_threads() -> None:
    """float16's neighbour has no type in NumPy: its numbers are bits. Long rows are shared among threads."""
    z = np.linspace(-9, 9, 200_003).astype(np.float32)
    bits = (z.view(np.uint32) >> 16).astype(np.uint16)
    cut = (bits.astype(np.uint32) << 16).view(np.float32)
    result = np.empty_like(bits)
    before = vh.get_num_threads()
    try:
        vh.set_num_threads(3)
        _core.apply("sigmoid", 1, 1, bits.size, bits.ctypes.data, 0, result.ctypes.data, 0)
    finally:
        vh.set_num_threads(before)
    exact = vh.sigmoid(cut.astype(np.float64))
    found = (result.astype(np.uint32) << 16).view(np.float32)
    np.testing.assert_allclose(found, exact, rtol=2.0**-8)


def test_nothing_to_do() -> None:
    _core.apply("sigmoid", 3, 1, 0, 0, 0, 0, 0)
    _core.apply("sigmoid", 3, 0, 5, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((), TypeError, "apply takes"),
        (("sigmoid", 3, 1), TypeError, "apply takes"),
        ((7, 3, 1, 1), TypeError, "argument"),
        (("sigmoyd", 3, 1, 1), ValueError, "no kernel named 'sigmoyd'"),
        (("sigmoid", 3, 1, 1, 0, 0), ValueError, "sigmoid takes 2 addresses"),
        (("sigmoid", 4, 1, 1, 0, 0, 0, 0), ValueError, "sigmoid takes"),
        (("sigmoid", 3, -1, 1, 0, 0, 0, 0), ValueError, "sigmoid takes"),
        (("sigmoid", 3, 1, 1, "z", 0, 0, 0), TypeError, "int"),
    ],
)
def test_wrong_calls(arguments: tuple[object, ...], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        _core.apply(*arguments)  # type: ignore[arg-type]
