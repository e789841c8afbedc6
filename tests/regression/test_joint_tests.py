"""Wald tests of several coefficients, and two models of the same rows."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats

import verhulst as vh
from verhulst.data import DataError
from verhulst.regression import compare_fits, fit_formula, fit_table, joint_test

RNG = np.random.default_rng(21)
N = 300
FRAME = pd.DataFrame(
    {
        "x": RNG.normal(size=N),
        "g": RNG.choice(["a", "b", "c", "d"], N),
        "s": RNG.choice(["no", "yes"], N),
        "w": RNG.integers(1, 3, N),
        "o": RNG.normal(size=N) / 5,
    }
)
FRAME["y"] = (RNG.random(N) < vh.sigmoid(0.8 * FRAME.x + 0.6 * (FRAME.g == "c"))).astype(int)


def model(columns, frame=FRAME, **options):
    return fit_table(frame, "y", columns=columns, **options)


def peer(formula, frame=FRAME):
    return smf.glm(formula, frame, family=sm.families.Binomial()).fit()


def test_joint_tests_are_statsmodels():
    expected = peer("y ~ x + g + s").wald_test_terms(scalar=True).table
    found = model(["x", "g", "s"]).joint_tests()
    for name in ("x", "g", "s"):
        assert found[name].statistic == pytest.approx(expected.loc[name, "statistic"], rel=1e-5)
        assert found[name].p_value == pytest.approx(expected.loc[name, "pvalue"], rel=1e-4)
        assert found[name].degrees_of_freedom == expected.loc[name, "df_constraint"]
    assert len(found) == 3
    assert "χ²" in repr(found)


def test_the_reference_level_does_not_matter():
    one, other = (model(["x", "g"], reference={"g": level}).joint_tests()["g"] for level in "ad")
    assert one.statistic == pytest.approx(other.statistic, rel=1e-9)


@pytest.mark.parametrize("scale", [1e-160, 1e160])
def test_the_scale_of_columns_does_not_matter(scale):
    expected = joint_test(model(["x", "g"]).fit, ["x", "g[b]"])
    found = joint_test(model(["x", "g"], FRAME.assign(x=FRAME.x * scale)).fit, ["x", "g[b]"])
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-6)


def test_other_covariances():
    fitted = model(["x", "g"])
    robust, _ = fitted.errors(FRAME, covariance="HC1")
    V = robust.matrix()[2:, 2:]
    b = fitted.fit.coefficients[2:]
    assert fitted.joint_tests(robust)["g"].statistic == pytest.approx(b @ np.linalg.solve(V, b), rel=1e-9)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_where_there_is_no_test():
    assert model(["x", "g"], C=1.0).joint_tests()["g"].reason == "penalised"
    apart = FRAME.assign(g=np.where(FRAME.y == 1, FRAME.g, "a"))
    assert model(["x", "g"], apart).joint_tests()["g"].reason == "no finite estimate"
    twice = FRAME.assign(x2=2 * FRAME.x)
    tests = model(["x", "x2"], twice).joint_tests()
    assert (tests["x2"].reason, tests["x"].reason) == ("left out", None)
    formula = fit_formula("y ~ x + C(g)", FRAME)
    assert [test.degrees_of_freedom for test in formula.joint_tests()] == [1] * 4
    with pytest.raises(ValueError, match=r"there is no column 'z'; there are x, g\[b\]"):
        joint_test(model(["x", "g"]).fit, ["x", "z"])
    with pytest.raises(ValueError, match=r"name at least one column"):
        joint_test(model(["x", "g"]).fit, [])


@pytest.mark.parametrize("swapped", [False, True])
def test_nested_models_are_compared_by_their_likelihoods(swapped):
    pair, peers = [model(["x"]), model(["x", "g"])], [peer("y ~ x"), peer("y ~ x + g")]
    found = compare_fits(*(pair[::-1] if swapped else pair))
    ratio = 2.0 * (peers[1].llf - peers[0].llf)
    assert found.likelihood_ratio == pytest.approx(ratio, rel=1e-8)
    assert found.p_value == pytest.approx(stats.chi2.sf(ratio, 3), rel=1e-6)
    assert (found.degrees_of_freedom, found.nested, found.swapped) == (3, True, swapped)
    for each, other in ((found.smaller, peers[0]), (found.larger, peers[1])):
        assert each.aic == pytest.approx(other.aic, rel=1e-9)
        assert each.bic == pytest.approx(other.bic_llf, rel=1e-9)
    assert f"the {'first' if swapped else 'second'} model (g)" in repr(found)


def test_models_that_are_not_nested_have_criteria_only():
    found = compare_fits(model(["x", "s"]), model(["x", "g"]))
    assert not found.nested
    assert np.isnan(found.likelihood_ratio)
    assert "Neither model contains the other (only the first has s)" in repr(found)
    same = compare_fits(model(["x", "g"]), model(["g", "x"], reference={"g": "c"}))
    assert (same.nested, same.degrees_of_freedom) == (True, 0)
    assert "same columns" in repr(same)
    arrays = [vh.regression.fit(FRAME[["x", "w"]][names], FRAME.y) for names in (["x"], ["x", "w"])]
    assert compare_fits(*arrays).only == ((), ("w",))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("first", "message"),
    [
        (lambda: model(["x"], FRAME[1:]), r"other rows: their rows are 299 and 300"),
        (lambda: model(["x"], weights="w"), r"other rows: their sums of weights"),
        (lambda: model(["x"], FRAME.assign(y=FRAME.y.where(FRAME.index > 0, 1 - FRAME.y))), r"their numbers of ones"),
        (lambda: model(["x"], offset="o"), r"other rows, or have other offsets"),
        (lambda: model(["x"], FRAME.assign(y=1 - FRAME.y), positive=0), r"other outcomes: y = 0 and y = 1"),
        (lambda: model(["x"], C=1.0), r"the first model is penalised"),
        (lambda: model(["x"], firth=True), r"the first model is penalised"),
        (lambda: model(["x", "u"], FRAME.assign(u=FRAME.y)), r"the first model has no maximum"),
        (lambda: model(["x"], max_passes=1), r"the first model did not converge"),
    ],
)
def test_what_cannot_be_compared(first, message):
    with pytest.raises(DataError, match=message):
        compare_fits(first(), model(["x", "g"]))


def test_only_models_are_compared():
    with pytest.raises(TypeError, match=r"compare two models of fit_table, fit_formula or fit, not a dict"):
        compare_fits({}, model(["x"]))
