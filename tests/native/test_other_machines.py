"""The kernels compiled for another processor and run by an emulator: the bits that this one's levels compute."""

from __future__ import annotations

import platform

import pytest
from proofs.other_machines import Machine, different, digests_here, lines_of, names

from verhulst import _core

SIZE = 20, 200  # 2^20 float32; points of each stratum of float64


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the levels of x86-64 are those that are proven")
def test_aarch64() -> None:
    machine = Machine("aarch64-linux-gnu")
    if absent := machine.missing():
        pytest.skip(f"NOT RUN: {absent}")
    machine.compile()
    there = machine.digests("neon", *SIZE)
    for level in _core.cpu_levels():
        assert different(there, digests_here(level, *SIZE, *names())) == [], level


def test_what_differs_is_named() -> None:
    here = lines_of("sigmoid float32 8 00ff\nlogit float32 8 00ff\nlog_likelihood -0x1p+0\n")
    there = lines_of("sigmoid float32 8 00fe\nlog_likelihood -0x1.000001p+0\n")
    assert different(there, here) == ["log_likelihood", "logit float32", "sigmoid float32"]
    assert different(here, lines_of("sigmoid float32 8 00ff\nlogit float32 8 00ff\nlog_likelihood -0x1.0p+0\n")) == []


@pytest.mark.parametrize(("level", "bits", "points"), [("v9", 20, 200), ("baseline", 33, 200), ("baseline", 20, 0)])
def test_sizes_and_levels_that_are_refused(level: str, bits: int, points: int) -> None:
    with pytest.raises(ValueError, match="a level that runs here"):
        _core._digest_lines(level, "sigmoid", bits, points)
