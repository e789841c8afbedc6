"""Timing of rivals side by side: one run of each in turn, many rounds, medians.

Machines are noisy and drift; rivals that take turns share the noise, so that their ratio is steadier than their times.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def interleave(
    rivals: Mapping[str, Callable[[], object]],
    rounds: int = 21,
    warmups: int = 2,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Median seconds of one call of each rival, called in turn `rounds` times after `warmups` untimed rounds.

    With `time.process_time` as clock they are those of the processor, without the time that other programs had it.
    """
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for turn in range(warmups + rounds):
        for name, call in rivals.items():
            start = clock()
            call()
            elapsed = clock() - start
            if turn >= warmups:
                times[name].append(elapsed)
    return {name: statistics.median(values) for name, values in times.items()}
