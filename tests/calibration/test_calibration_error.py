"""Calibration errors beside what they would be if the probabilities were right."""

import numpy as np

from verhulst.calibration.calibration_error import against_null


def test_a_p_value_that_no_sample_reached_is_printed_as_a_bound() -> None:
    null = np.linspace(0.0, 1.0, 199)
    assert "p ≤ 0.005)" in repr(against_null(1.1, null))
    assert "p = 0.01)" in repr(against_null(1.0, null))
    assert against_null(1.1, null).p_value == against_null(1.1, null).least_p == 1 / 200
