"""Average effects of the levels of a factor: the change from the reference level, with its error."""

import numpy as np
import pytest

from verhulst.functions import sigmoid
from verhulst.regression import fit, marginal_effects

RNG = np.random.default_rng(8)
LEVEL = RNG.integers(0, 3, 300)
X = np.column_stack([RNG.normal(size=300), LEVEL == 1, LEVEL == 2]).astype(float)
Y = (RNG.random(300) < sigmoid(0.3 + X @ [0.7, 0.9, -0.5])).astype(int)
FIT = fit(X, Y, names=["x", "b", "c"])


def contrast(coefficients, level):
    """The mean difference of probabilities if all rows had this level, and if all had the reference level."""
    ends = [np.column_stack([np.ones(300), X[:, 0], np.full(300, k == 1), np.full(300, k == 2)]) for k in (level, 0)]
    return np.mean(sigmoid(ends[0] @ coefficients) - sigmoid(ends[1] @ coefficients))


@pytest.mark.parametrize(("name", "level"), [("b", 1), ("c", 2)])
def test_a_level_against_the_reference_level(name, level):
    line = marginal_effects(FIT, X, discrete=[("b", "c")])[name]
    beta = FIT.coefficients
    assert line.estimate == pytest.approx(contrast(beta, level), rel=1e-12)
    steps = 1e-5 * np.eye(4)
    gradient = [(contrast(beta + s, level) - contrast(beta - s, level)) / 2e-5 for s in steps]
    assert line.standard_error == pytest.approx(np.sqrt(gradient @ FIT.covariance @ gradient), rel=1e-6)


def test_columns_that_are_1_together_are_no_factor():
    with pytest.raises(ValueError, match="column 'b' and others of its factor are 1 in the same row"):
        marginal_effects(FIT, [[0.0, 1.0, 1.0]], discrete=[["b", "c"]])
    with pytest.raises(ValueError, match="there is no column 'd'"):
        marginal_effects(FIT, X, discrete=[["b", "d"]])
