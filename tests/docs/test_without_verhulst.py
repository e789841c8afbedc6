"""The lines that do without verhulst: each function has them, and each computes that function."""

from __future__ import annotations

import numpy as np
import pytest
import without_verhulst as lines

from verhulst.functions._registry import PUBLIC

OTHERS = {"tanh_derivative", "relu_derivative", "hard_sigmoid_derivative", "silu_derivative", "gelu_derivative"}


def test_every_function_has_its_lines() -> None:
    derivatives = {name for name in PUBLIC if "derivative" in name or name.endswith(("_gradient", "_hessian"))}
    missing = set(PUBLIC) - set(lines.ONE_LINERS) - derivatives
    assert {name for name in missing if not name.startswith(("binary_", "categorical_", "set_", "get_"))} == set()
    assert derivatives >= OTHERS


@pytest.mark.parametrize("function", lines.ONE_LINERS)
def test_each_line_computes_its_function(function: str) -> None:
    for library, code in lines.ONE_LINERS[function].items():
        given = {name: value[1500:2500:50] for name, value in lines.arguments_of(function, True).items()}
        given = given if len(next(iter(given.values()))) else lines.arguments_of(function, True)
        np.testing.assert_allclose(
            lines.evaluate(code, library, given), lines.exact(function, given), rtol=1e-3, atol=1e-6, err_msg=library
        )


def test_what_is_measured_is_what_is_known() -> None:
    naive = lines.measure("sigmoid", lines.SIGMOID["naive"], "NumPy")
    assert naive.wrong == ("−740",)
    assert "overflow" in naive.warnings
    assert lines.measure("sigmoid", lines.SIGMOID["verhulst"], "NumPy").wrong == ()
    assert "invalid value" in lines.measure("sigmoid", lines.SIGMOID["two branches, np.where"], "NumPy").warnings
    assert lines.measure("log_sigmoid", lines.LOG_SIGMOID["plus 1e-15"], "NumPy").digits < 3
