"""The rooms of the compiled core: functions and regression build on simd, not on each other.

Instruction sets stay in simd.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[2] / "native"
SOURCES = sorted(path.relative_to(NATIVE) for pattern in ("*.cpp", "*.hpp") for path in NATIVE.rglob(pattern))
INSTRUCTIONS = re.compile(
    r"\b_mm\d*_(?!getcsr|setcsr)|\b__m(128|256|512)|immintrin|VERHULST_LEVEL_v\d|\bv\d::"
    r"|\bv\w+q?_[usf](16|32|64)\b|\b(float|uint|int)\d+x\d+_t|arm_neon|VERHULST_LEVEL_neon|\bneon::"
)
STRANGERS = {"simd": ("functions/", "regression/"), "functions": ("regression/",), "regression": ("functions/",)}


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_rooms_of_the_core(source: Path) -> None:
    text = (NATIVE / source).read_text()
    room = source.parts[0]
    if room != "simd":
        assert not INSTRUCTIONS.search(text)
    included = re.findall(r'^#include "(.+)"', text, re.MULTILINE)
    assert not [name for name in included if name.startswith(STRANGERS.get(room, ()))]
