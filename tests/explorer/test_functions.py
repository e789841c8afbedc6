"""The page's JavaScript against verhulst: float64 to 4 ULP, narrow types exactly, thresholds where they really are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

import verhulst as vh

NAMES = {
    "sigmoid": "sigmoid",
    "sigmoidDerivative": "sigmoid_derivative",
    "softplus": "softplus",
    "logSigmoid": "log_sigmoid",
    "tanh": "tanh",
    "tanhDerivative": "tanh_derivative",
    "relu": "relu",
    "reluDerivative": "relu_derivative",
    "gelu": "gelu",
    "geluDerivative": "gelu_derivative",
}


def scores() -> np.ndarray:
    """The range shown, ±750, and closer where the curves bend."""
    rng = np.random.default_rng(4)
    spans = [np.linspace(-s, s, 801) for s in (8, 20, 40, 120, 750)]
    return np.concatenate([*spans, rng.uniform(-40, 40, 2000), rng.normal(0, 1, 2000)])


def in_browser(page: Any, name: str, values: np.ndarray) -> np.ndarray:
    # Through text, so that no digit and no sign of zero is lost on the way.
    code = f"values => values.map(v => String(explorer.functions.{name}(v)))"
    return np.array([float(text) for text in page.evaluate(code, values.tolist())])


def ulps(ours: np.ndarray, exact: np.ndarray) -> np.ndarray:
    return np.abs(ours - exact) / np.spacing(np.abs(exact))


@pytest.mark.parametrize("name", NAMES)
def test_agrees_to_four_ulp(open_page: Any, name: str) -> None:
    z = scores()
    exact = getattr(vh, NAMES[name])(z)
    got = in_browser(open_page(), name, z)
    if name == "geluDerivative":  # it crosses zero at -0.75: within 0.3 of it ULP of the summand Φ(z)
        summand = np.where(np.abs(z + 0.75) < 0.3, ndtr(z), 0)
        error = np.abs(got - exact) / np.spacing(np.maximum(np.abs(exact), summand))
    else:
        error = ulps(got, exact)
    worst = int(error.argmax())
    assert error[worst] <= 4, f"{name}({z[worst]!r}): {got[worst]!r}, not {exact[worst]!r}"


def test_logit_agrees_to_four_ulp(open_page: Any) -> None:
    p = np.concatenate([np.linspace(0.001, 0.999, 999), 0.5 + np.logspace(-16, -2, 200), np.logspace(-300, -3, 400)])
    assert ulps(in_browser(open_page(), "logit", p), vh.logit(p)).max() <= 4


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16"])
def test_rounding_to_a_narrow_type_is_ieee(open_page: Any, kind: str) -> None:
    if kind == "bfloat16":
        ml_dtypes = pytest.importorskip("ml_dtypes")
        dtype = ml_dtypes.bfloat16
    else:
        dtype = np.dtype(kind).type
    rng = np.random.default_rng(0)
    top = 1e5 if kind == "float16" else 1e40
    x = np.concatenate(
        [rng.normal(0, 1, 500), rng.uniform(-top, top, 300), 10 ** rng.uniform(-50, 5, 700), [0.0, 65519.9]]
    )
    code = f"values => values.map(v => String(explorer.roundTo(v, explorer.floatTypes.{kind})))"
    got = np.array([float(text) for text in open_page().evaluate(code, x.tolist())])
    with np.errstate(over="ignore", under="ignore"):
        expected = x.astype(dtype).astype(float)
    assert np.array_equal(got, expected)


@pytest.mark.parametrize("kind", ["float64", "float32", "float16"])
def test_rounds_to_one_and_zero_where_verhulst_does(open_page: Any, kind: str) -> None:
    page = open_page()
    dtype = np.dtype(kind).type
    one, zero = page.evaluate(f"[explorer.roundsToOne, explorer.roundsToZero].map(f => f(explorer.floatTypes.{kind}))")
    wide = dtype(1e-3 * abs(one)) if kind != "float16" else dtype(0.01)
    assert vh.sigmoid(dtype(one) + wide) == 1
    assert vh.sigmoid(dtype(one) - wide) < 1
    wide = dtype(1e-3 * abs(zero))
    assert vh.sigmoid(dtype(zero) - wide) == 0
    assert vh.sigmoid(dtype(zero) + wide) > 0


def test_the_fit_is_the_maximum_likelihood_fit(open_page: Any) -> None:
    data = "-3:0,-2:0,-1.5:1,-0.5:0,0.25:1,0.5:0,1:1,2.5:1"
    fit = open_page().evaluate(f"explorer.fitLogistic(explorer.parsePoints('{data}'))")
    x, y = np.array([[float(v) for v in pair.split(":")] for pair in data.split(",")]).T
    design = np.column_stack([np.ones_like(x), x])
    beta = np.array([fit["intercept"], fit["slope"]])
    p = vh.sigmoid(design @ beta)
    information = design.T @ (design * (p * (1 - p))[:, None])
    assert np.abs(np.linalg.solve(information, design.T @ (y - p))).max() < 1e-9  # the Newton step from there
    assert fit["error"] == pytest.approx(np.sqrt(np.linalg.inv(information)[1, 1]), rel=1e-9)
    assert fit["obstacle"] is None
