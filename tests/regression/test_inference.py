"""Standard errors, tests, intervals, marginal effects: against statsmodels and the Stata numbers it ships."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import statsmodels.api as sm

import verhulst as vh
from verhulst.regression import fit, marginal_effects, odds_ratios, probability_interval, sandwich, wald


@pytest.fixture(scope="module")
def spector():
    data = sm.datasets.spector.load_pandas()
    return data.exog.to_numpy(), data.endog.to_numpy(), tuple(data.exog)


@pytest.fixture(scope="module")
def weighted():
    rng = np.random.default_rng(11)
    X = rng.normal(size=(400, 3)) + np.array([0, 5, -2])
    y = (rng.random(400) < 1 / (1 + np.exp(-(X @ [1, -0.5, 0.3] + 2)))).astype(float)
    return X, y, rng.integers(0, 4, 400).astype(float), rng.normal(size=400) * 0.3


def test_spector_against_stata(spector):
    """Stata 11 and gretl, by way of statsmodels' results_discrete.Spector.logit."""
    from statsmodels.discrete.tests.results.results_discrete import Spector

    X, y, names = spector
    reference, found = Spector.logit, fit(X, y, names=names)
    order = [3, 0, 1, 2]
    np.testing.assert_allclose(found.coefficients, np.asarray(reference.params)[order], rtol=1e-6)
    np.testing.assert_allclose(found.standard_errors, np.asarray(reference.bse)[order], rtol=1e-6)
    assert found.log_likelihood == pytest.approx(reference.llf, rel=1e-7)  # its printed digits end there: -12.8896335
    assert found.null_log_likelihood == pytest.approx(reference.llnull, rel=1e-8)
    table = wald(found)
    np.testing.assert_allclose([line.z for line in table], np.asarray(reference.z)[order], rtol=1e-5)
    assert "GPA" in repr(table)
    assert odds_ratios(found)["PSI"].estimate == pytest.approx(10.79, abs=0.01)
    assert found.odds_ratios()["PSI"] == odds_ratios(found)["PSI"]


def test_intervals_and_p_values(spector):
    X, y, names = spector
    theirs = sm.Logit(y, sm.add_constant(X)).fit(disp=0, tol=1e-14, maxiter=100)
    ours = wald(fit(X, y, names=names), level=0.9)
    np.testing.assert_allclose([(a.lower, a.upper) for a in ours], theirs.conf_int(alpha=0.1), rtol=1e-7)
    np.testing.assert_allclose([a.p_value for a in ours], theirs.pvalues, rtol=1e-6)
    ratios = odds_ratios(fit(X, y, names=names))
    np.testing.assert_allclose([a.lower for a in ratios], np.exp(theirs.conf_int()[1:, 0]), rtol=1e-6)


def test_robust_covariance(spector):
    """statsmodels' Logit gives HC0 under the name of HC1 too."""
    X, y, _ = spector
    reference = sm.Logit(y, sm.add_constant(X)).fit(disp=0, tol=1e-14, cov_type="HC0").cov_params()
    np.testing.assert_allclose(sandwich(fit(X, y), X, y), reference, rtol=1e-6)
    np.testing.assert_allclose(sandwich(fit(X, y), X, y, kind="HC1"), reference * 32 / 28, rtol=1e-6)


def test_cluster_covariance(weighted):
    X, y, _, _ = weighted
    clusters = np.arange(400) // 7
    reference = sm.Logit(y, sm.add_constant(X)).fit(
        disp=0, tol=1e-14, cov_type="cluster", cov_kwds={"groups": clusters}
    )
    ours = sandwich(fit(X, y), X, y, kind="HC1", clusters=[f"c{k}" for k in clusters])
    np.testing.assert_allclose(ours, reference.cov_params(), rtol=1e-6)


def test_weights_are_repeated_rows(weighted):
    X, y, w, offset = weighted
    again = np.repeat(np.arange(400), w.astype(int))
    a, b = fit(X, y, w, offset), fit(X[again], y[again], None, offset[again])
    np.testing.assert_allclose(a.coefficients, b.coefficients, rtol=1e-11)
    np.testing.assert_allclose(a.covariance, b.covariance, rtol=1e-9)
    assert a.log_likelihood == pytest.approx(b.log_likelihood, rel=1e-13)
    assert a.null_log_likelihood == pytest.approx(b.null_log_likelihood, rel=1e-12)
    assert (a.cases, a.events) == (b.cases, b.events)
    for kind in ("HC0", "HC1"):
        ours = sandwich(a, X, y, w, offset, kind=kind)
        np.testing.assert_allclose(ours, sandwich(b, X[again], y[again], None, offset[again], kind=kind), rtol=1e-8)
    by_row = sandwich(a, X, y, w, offset, clusters=np.arange(400) // 5)
    repeated = sandwich(b, X[again], y[again], None, offset[again], clusters=again // 5)
    np.testing.assert_allclose(by_row, repeated, rtol=1e-8)
    ours, theirs = (
        marginal_effects(a, X, sample_weight=w, offset=offset),
        marginal_effects(b, X[again], offset=offset[again]),
    )
    np.testing.assert_allclose([m.standard_error for m in ours], [m.standard_error for m in theirs], rtol=1e-8)


@pytest.mark.parametrize("dummy", [False, True])
def test_average_marginal_effects_against_statsmodels(spector, dummy):
    X, y, names = spector
    theirs = (
        sm.Logit(y, sm.add_constant(X)).fit(disp=0, tol=1e-14, maxiter=100).get_margeff(dummy=dummy).summary_frame()
    )
    ours = marginal_effects(fit(X, y, names=names), X, discrete=["PSI"] if dummy else ())
    np.testing.assert_allclose([m.estimate for m in ours], theirs["dy/dx"], rtol=1e-7)
    np.testing.assert_allclose([m.standard_error for m in ours], theirs["Std. Err."], rtol=1e-6)
    np.testing.assert_allclose([m.p_value for m in ours], theirs["Pr(>|z|)"], rtol=1e-5)


def test_probability_interval(spector):
    X, y, _ = spector
    found = fit(X, y)
    design = np.column_stack([np.ones(len(X)), X])
    z, se = design @ found.coefficients, np.sqrt(np.diag(design @ found.covariance @ design.T))
    lower, upper = probability_interval(found, X, 0.9)
    np.testing.assert_allclose(lower, 1 / (1 + np.exp(-(z - 1.6448536269514722 * se))), rtol=1e-9)
    np.testing.assert_allclose(upper, 1 / (1 + np.exp(-(z + 1.6448536269514722 * se))), rtol=1e-9)
    plain = fit(X, y, intercept=False)
    se = np.sqrt(np.einsum("ij,jk,ik->i", X, plain.covariance, X))
    assert probability_interval(plain, X)[0] == pytest.approx(
        1 / (1 + np.exp(-(X @ plain.coefficients - 1.959963984540054 * se)))
    )


def test_summary_says_how_it_went(spector):
    X, y, names = spector
    text = repr(fit(X, y, names=names).summary())
    for piece in ("maximum likelihood", "-12.8896", "-20.5917", "McFadden R²", "0.3740", "χ²(3) = 15.40", "0.0015"):
        assert piece in text
    for piece in ("Converged after", "Decrement", "Condition", "odds ratio", "TUCE"):
        assert piece in text
    html = fit(X, y, names=("a<b", "b", "c")).summary()._repr_html_()
    assert "a&lt;b" in html
    assert "<a<b" not in html
    assert html.count("<table>") == 3


def test_penalised_summary_has_no_errors_unless_asked(spector):
    X, y, names = spector
    found = fit(X, y, C=2.0, names=names)
    plain = found.summary()
    assert math.isnan(plain.coefficients["GPA"].standard_error)
    assert "L2 penalty" in repr(plain)
    assert "omitted" in repr(plain)
    assert found.summary(penalised_errors=True).coefficients["GPA"].standard_error > 0


def test_collinear_columns_are_named_in_the_summary(spector):
    X, y, _ = spector
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = fit(np.column_stack([X, 2 * X[:, 0] - X[:, 1]]), y, names=("gpa", "tuce", "psi", "mix"))
    assert "mix = 2·gpa − tuce" in str(caught[0].message)
    text = repr(found.summary())
    assert "mix = 2·gpa − tuce" in text
    assert found.summary().coefficients["mix"].estimate == 0
    assert math.isnan(found.summary().coefficients["mix"].standard_error)


def test_tables_answer_by_name(spector):
    X, y, names = spector
    table = wald(fit(X, y, names=names))
    assert table["PSI"] is table[3]
    assert len(table) == 4
    with pytest.raises(KeyError, match="there is no parameter 'age'; there are \\(intercept\\), GPA, TUCE, PSI"):
        table["age"]


@pytest.mark.parametrize("level", [0, 1, -1, 95])
def test_levels_out_of_range(spector, level):
    X, y, _ = spector
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        fit(X, y).summary(level)


def test_what_has_no_robust_errors(spector):
    X, y, _ = spector
    with pytest.raises(ValueError, match="maximum likelihood"):
        sandwich(fit(X, y, C=1.0), X, y)
    found = fit(X, y)
    with pytest.raises(ValueError, match="HC3"):
        sandwich(found, X, y, kind="HC3")
    with pytest.raises(ValueError, match="at least two clusters"):
        sandwich(found, X, y, clusters=np.ones(32))
    with pytest.raises(ValueError, match="one label per row: 32"):
        sandwich(found, X, y, clusters=np.ones(3))
    with pytest.raises(ValueError, match="no column 'a'"):
        marginal_effects(found, X, discrete=["a"])
    with pytest.raises(ValueError, match="4 × 4"):
        wald(found, covariance=np.eye(3))


def test_odds_ratios_per_dollar_are_told_from_one():
    rng = np.random.default_rng(3)
    dollars = rng.normal(1e6, 4e5, 500)
    y = (rng.random(500) < 1 / (1 + np.exp(-(dollars - 1e6) / 4e5))).astype(int)
    model = vh.fit_table({"dollars": dollars, "y": y}, "y")
    [line] = model.odds_ratios()
    shown = repr(model.odds_ratios()).splitlines()[1].split()
    for text, value in ((shown[1], line.estimate), (shown[5], line.lower), (shown[6], line.upper)):
        assert float(text) - 1 == pytest.approx(value - 1, rel=0.05)
