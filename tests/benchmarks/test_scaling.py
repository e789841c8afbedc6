"""The simulated cluster: the package's merge tree, and its bits, whatever happens to the workers."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.scaling import simulated_pass
from benchmarks.simulated_cluster import Costs, seconds_of_pass

from verhulst.data.dask_parts import FAN_IN
from verhulst.regression.statistics import merge

COSTS = Costs(decode=1e-7, prepare=1e-7, kernel=1e-8, task=1e-4, merge=1e-4, record=2000)
ROWS = 1 << 19


@pytest.mark.parametrize("parts", [1, 16, 17, 300, 1000])
@pytest.mark.parametrize("mishap", [{}, {"slow": True}, {"lost": True}, {"slow": True, "lost": True}])
def test_the_sum_has_the_bits_of_one_process(parts, mishap):
    _, found = simulated_pass(COSTS, parts, ROWS, 7, **mishap)
    expected = merge([np.random.default_rng(k).standard_normal(3) for k in range(parts)])
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("workers", [1, 10, 100, 1000])
@pytest.mark.parametrize("parts", [100, 2000])
def test_the_model_is_what_is_simulated_if_nothing_goes_wrong(workers, parts):
    simulated, _ = simulated_pass(COSTS, parts, ROWS, workers)
    assert simulated.clock == pytest.approx(seconds_of_pass(COSTS, parts, ROWS, workers, FAN_IN), rel=0.15)
    assert simulated.again == 0


def test_a_lost_worker_costs_its_parts_and_a_slow_one_its_factor():
    usual, slow, lost = (
        simulated_pass(COSTS, 400, ROWS, 20, **mishap)[0] for mishap in ({}, {"slow": True}, {"lost": True})
    )
    assert lost.again == 20  # of 400 parts on 20 workers
    once = ROWS * (COSTS.decode + COSTS.prepare + COSTS.kernel)
    assert usual.clock < lost.clock <= usual.clock + COSTS.detection + 2 * once + ROWS * COSTS.kernel
    assert slow.clock == pytest.approx(3 * usual.clock, rel=0.1)
