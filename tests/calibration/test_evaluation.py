"""Every measure against an independent computation of it."""

from __future__ import annotations

import json
import pathlib
import runpy
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

import verhulst as vh
from verhulst.calibration.calibration_error import binned_error
from verhulst.calibration.ranked import Ranked
from verhulst.calibration.ranking import average_precision, roc_auc
from verhulst.calibration.smooth_error import smooth_errors

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def sample() -> Sample:
    """Logits with ties, outcomes, whole weights."""
    rng = np.random.default_rng(0)
    z = np.round(rng.normal(-0.5, 2.0, 600), 1)
    return z, (rng.random(600) < vh.sigmoid(0.8 * z + 0.2)).astype(int), rng.integers(1, 4, 600)


def test_ranking_and_proper_scores_are_scikit_learns(sample: Sample) -> None:
    z, y, w = sample
    p = vh.sigmoid(z)
    result = vh.evaluate(y, logits=z, sample_weight=w)
    assert result.roc_auc.value == pytest.approx(roc_auc_score(y, z, sample_weight=w), rel=1e-13)
    assert result.average_precision.value == pytest.approx(average_precision_score(y, z, sample_weight=w), rel=1e-13)
    assert result.log_loss.value == pytest.approx(log_loss(y, p, sample_weight=w), rel=1e-13)
    assert result.brier.value == pytest.approx(brier_score_loss(y, p, sample_weight=w), rel=1e-13)
    assert (result.n, result.n_positive) == (w.sum(), w[y == 1].sum())


def test_delong_by_its_definition(sample: Sample) -> None:
    """S₁₀/m + S₀₁/n with the structural components of DeLong et al. 1988, eq. (4) to (6), pair by pair."""
    z, y, _ = sample
    x1, x0 = z[y == 1], z[y == 0]
    psi = (x1[:, None] > x0) + 0.5 * (x1[:, None] == x0)
    v10, v01 = psi.mean(axis=1), psi.mean(axis=0)
    variance = v10.var(ddof=1) / len(x1) + v01.var(ddof=1) / len(x0)
    assert vh.evaluate(y, logits=z).roc_auc.standard_error == pytest.approx(variance**0.5, rel=1e-12)


def test_paired_delong_by_its_definition(sample: Sample) -> None:
    z, y, _ = sample
    other = z + np.random.default_rng(1).normal(0, 1, len(z))
    parts = []
    for scores in (z, other):
        x1, x0 = scores[y == 1], scores[y == 0]
        psi = (x1[:, None] > x0) + 0.5 * (x1[:, None] == x0)
        parts.append((psi.mean(axis=1), psi.mean(axis=0)))
    d10, d01 = parts[1][0] - parts[0][0], parts[1][1] - parts[0][1]
    variance = d10.var(ddof=1) / len(d10) + d01.var(ddof=1) / len(d01)
    found = vh.calibration.compare(y, z, other).roc_auc
    assert found.difference.standard_error == pytest.approx(variance**0.5, rel=1e-12)
    assert found.difference.value == pytest.approx(roc_auc_score(y, other) - roc_auc_score(y, z), abs=1e-13)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(found.difference.value) / variance**0.5), rel=1e-9)


@pytest.mark.parametrize("measure", [roc_auc, average_precision])
def test_influence_is_the_derivative_in_the_weight(measure: type, sample: Sample) -> None:
    z, y, w = sample
    base = measure(Ranked.sort(z, y.astype(float), w.astype(float)))
    influence = Ranked.sort(z, y.astype(float), w.astype(float)).restore(base.influence, len(z))
    if measure is roc_auc:  # DeLong's n − 1 in place of n
        ones = w @ y
        influence *= np.where(y == 1, np.sqrt((ones - 1) / ones), np.sqrt((w.sum() - ones - 1) / (w.sum() - ones)))
    for i in (0, 17, 250, 599):
        more = w.astype(float)
        more[i] += 1e-5
        moved = measure(Ranked.sort(z, y.astype(float), more)).value
        assert (moved - base.value) / 1e-5 * w.sum() == pytest.approx(influence[i], abs=2e-4)


def test_weights_are_repeated_rows(sample: Sample) -> None:
    z, y, w = sample
    a = vh.evaluate(y, logits=z, sample_weight=w).to_dict()
    b = vh.evaluate(np.repeat(y, w), logits=np.repeat(z, w)).to_dict()
    for name in ("n", "log_loss", "brier", "roc_auc", "average_precision", "decomposition", "cox", "spiegelhalter"):
        assert json.dumps(a[name]) == pytest.approx(json.dumps(b[name])) or _close(a[name], b[name])
    for name in ("ece", "ace", "smooth_ece"):
        assert a[name]["value"] == pytest.approx(b[name]["value"], rel=1e-9)
        assert a[name]["null_mean"] == pytest.approx(b[name]["null_mean"], rel=0.15)
    assert a["hosmer_lemeshow"]["statistic"] == pytest.approx(b["hosmer_lemeshow"]["statistic"], rel=1e-9)


def _close(a: object, b: object) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return all(_close(a[key], b[key]) for key in a)
    return a == pytest.approx(b, rel=1e-7, nan_ok=True)


def test_bootstrap_agrees_with_closed_forms(sample: Sample) -> None:
    z, y, w = sample
    closed = vh.evaluate(y, logits=z, sample_weight=w)
    resampled = vh.evaluate(y, logits=z, sample_weight=w, bootstrap=400)
    for name in ("log_loss", "brier", "roc_auc", "average_precision"):
        a, b = getattr(closed, name), getattr(resampled, name)
        assert b.value == a.value
        assert b.standard_error == pytest.approx(a.standard_error, rel=0.15)
        assert (b.low, b.high) == pytest.approx((a.low, a.high), abs=0.6 * a.standard_error)
    one_class = vh.evaluate(np.zeros(9), logits=z[:9], bootstrap=20)
    assert np.isnan(one_class.roc_auc.value)
    assert np.isfinite(one_class.log_loss.low)


def test_decomposition_is_the_isotonic_one(sample: Sample) -> None:
    z, y, _ = sample
    fitted = IsotonicRegression().fit(z, y).predict(z)
    parts = vh.evaluate(y, logits=z).decomposition
    base = y.mean() * (1 - y.mean())
    best = ((fitted - y) ** 2).mean()
    assert parts.uncertainty == pytest.approx(base, rel=1e-12)
    assert parts.miscalibration == pytest.approx(((vh.sigmoid(z) - y) ** 2).mean() - best, abs=1e-13)
    assert parts.discrimination == pytest.approx(base - best, abs=1e-13)


def test_decomposition_as_reliabilitydiag_prints_it() -> None:
    path = pathlib.Path(__file__).parents[1] / "references" / "precipitation_niamey.py"
    data = runpy.run_path(str(path))
    result = vh.evaluate(data["RAIN"], probabilities=data["EMOS"])
    parts = result.decomposition
    found = (result.brier.value, parts.miscalibration, parts.discrimination, parts.uncertainty)
    assert tuple(float(f"{value:.3g}") for value in found) == data["PRINTED"]


def test_binned_errors_by_their_definition(sample: Sample) -> None:
    z, y, _ = sample
    p = vh.sigmoid(z)
    result = vh.evaluate(y, logits=z, bins=12)
    number = np.minimum((p * 12).astype(int), 11)
    gaps = [abs((y - p)[number == k].sum()) for k in range(12)]
    assert result.ece.value == pytest.approx(sum(gaps) / len(z), rel=1e-12)
    # Groups of equal size do not split equal scores.
    fine = z + 1e-9 * np.arange(len(z))
    order = np.argsort(fine)
    groups = np.array_split(order, 12)
    expected = sum(abs((y - vh.sigmoid(fine))[g].sum()) for g in groups) / len(z)
    assert vh.evaluate(y, logits=fine, bins=12).ace.value == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_bins_of_equal_width_are_those_of_a_plain_histogram(seed: int) -> None:
    """Any range of p, ties and values on the edges among them, and weights: ECE, diagram and histogram of logits."""
    rng = np.random.default_rng(seed)
    n, bins = int(rng.integers(1, 60)), int(rng.integers(2, 21))
    low, high = np.sort(rng.choice([0.0, 1.0, *rng.random(4)], 2, replace=False))
    p = rng.uniform(low, high, n)
    if seed % 2:  # values of few levels, those between the edges beside those on them
        p = np.clip(np.round(p * 2 * bins), 0, 2 * bins) / (2 * bins)
    y, w = (rng.random(n) < p).astype(int), rng.integers(1, 5, n).astype(float)
    number = np.minimum(np.searchsorted(np.arange(bins + 1) / bins, p, side="right") - 1, bins - 1)
    held = [number == k for k in range(bins) if (number == k).any()]
    expected = sum(abs((w * (y - p))[rows].sum()) for rows in held) / w.sum()
    assert vh.evaluate(y, probabilities=p, sample_weight=w, bins=bins).ece.value == pytest.approx(expected, abs=1e-14)
    curve = vh.calibration.reliability(
        y, p, scores_are="probabilities", kind="bins", bins=bins, sample_weight=w, replications=20
    )
    means = [[np.average(of[rows], weights=w[rows]) for rows in held] for of in (p, y)]
    np.testing.assert_allclose([curve.probability, curve.rate], means, rtol=1e-12, atol=1e-15)
    histogram = vh.calibration.LogitHistogram(14, "probabilities")
    histogram.update(p, y, w)
    assert histogram.summary(bins).ece == pytest.approx(expected, abs=1e-12)


def test_probability_one_is_in_the_last_bin() -> None:
    assert vh.evaluate([1, 1, 0, 0], probabilities=[1.0, 1.0, 0.0, 0.0]).ece.value == 0.0
    assert binned_error(np.array([0.5, -0.5]), np.array([0, 1]), 2.0) == 0.5


def test_smooth_error_is_the_integral_it_should_be(sample: Sample) -> None:
    """The mean of |Σ r K(t, p)|, with the reflected Gaussian summed over images, is the bandwidth itself."""
    z, y, _ = sample
    p = vh.sigmoid(z)
    order = np.argsort(p)
    value, bandwidth = (float(each[0]) for each in smooth_errors(p[order], (y - p)[order][None], float(len(z)))[:2])
    t = (np.arange(2048) + 0.5) / 2048
    kernel = sum(
        stats.norm.pdf(t[:, None], loc=image, scale=bandwidth) for k in (-1, 0, 1) for image in (2 * k + p, 2 * k - p)
    )
    direct = np.abs(kernel @ (y - p)).mean() / len(z)
    assert value == pytest.approx(direct, rel=1e-3)
    assert value == pytest.approx(bandwidth, rel=1e-4)
    result = vh.evaluate(y, logits=z)
    assert result.smooth_ece.value == pytest.approx(float(value), rel=1e-9)
    assert 0.0 <= result.smooth.e50 <= result.smooth.e90 <= result.smooth.e_max <= 1.0


SMOOTHED = {
    "usual": lambda rng, n: vh.sigmoid(rng.normal(0.0, 2.0, n)),
    "rare": lambda rng, n: rng.beta(1.0, 1e4, n),
    "all but certain": lambda rng, n: 1.0 - rng.beta(1.0, 3e4, n),
    "of every size": lambda rng, n: 10.0 ** rng.uniform(-9.0, -0.3, n),
    "rare, and three that are not": lambda rng, n: np.append(rng.beta(1.0, 1e6, n - 3), [0.3, 0.6, 0.9]),
    "few values": lambda rng, n: rng.choice([1e-5, 2e-4, 3e-3], n),
    "tiny": lambda rng, n: 10.0 ** rng.uniform(-300.0, -14.0, n),
}


@pytest.mark.parametrize("bias", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("name", SMOOTHED)
def test_smooth_error_of_rare_events_is_the_integral(name: str, bias: float) -> None:
    """The integral of |Σ w r K(t, p)| at the bandwidth found, summed case by case, is that bandwidth."""
    rng = np.random.default_rng(list(SMOOTHED).index(name))
    p = SMOOTHED[name](rng, 200)
    y = rng.random(200) < bias * p
    w = 10.0 ** rng.uniform(-2.0, 2.0, 200)
    smooth = vh.evaluate(y, probabilities=p, sample_weight=w, replications=19).smooth
    sigma = smooth.bandwidth
    # Every case has points up to nine bandwidths away; the images at the ends are as many as the bandwidth reaches.
    t = (p[:, None] + sigma * np.linspace(-9.0, 9.0, 91)).clip(0.0, 1.0).ravel()
    t = np.unique(np.append(t, np.linspace(0.0, 1.0, 1001 if sigma > 0.1 else 2)))
    images = [image for k in range(-5, 6) for image in (2 * k + p, 2 * k - p) if abs(k) < 2 or sigma > 0.1]
    kernel = sum(stats.norm.pdf((t[:, None] - image) / sigma) for image in images)
    direct = np.trapezoid(np.abs(kernel @ (w * (y - p))), t / sigma) / w.sum()
    assert smooth.value == pytest.approx(direct, rel=1e-3)
    assert smooth.value == pytest.approx(sigma, rel=1e-4)
    assert abs(w @ (y - p)) / w.sum() <= 1.001 * smooth.value
    assert 0.0 <= smooth.e50 <= smooth.e90 <= smooth.e_max <= 1.0


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e9])
def test_scale_of_weights(sample: Sample, scale: float) -> None:
    """Measures do not depend on the scale of the weights; standard errors change by its root."""
    z, y, w = (each[:400] for each in sample)
    z = np.where(np.arange(400) < 20, -40.0 * (1 - 2 * y), z)
    one, other = (vh.evaluate(y, logits=z, sample_weight=s * w, replications=19) for s in (1.0, scale))
    for name in ("log_loss", "brier", "roc_auc", "average_precision"):
        assert getattr(other, name).value == pytest.approx(getattr(one, name).value, rel=1e-12)
        if name in ("log_loss", "brier"):
            errors = [getattr(result, name).standard_error for result in (one, other)]
            assert errors[1] * scale**0.5 == pytest.approx(errors[0], rel=1e-12)
    assert other.spiegelhalter.statistic == pytest.approx(one.spiegelhalter.statistic * scale**0.5, rel=1e-9)
    assert other.ece.value == pytest.approx(one.ece.value, rel=1e-12)
    assert other.smooth.value == pytest.approx(one.smooth.value, rel=1e-9)


def test_smooth_error_is_relplots_to_its_own_tolerance() -> None:
    """relplot solves for the bandwidth to 1/1024, and lets mass at 0 and 1 leak at the ends of its grid: 2 % here."""
    pytest.importorskip("relplot")
    # In a process of its own: importing it changes warning filters and matplotlib's settings.
    code = (
        "import json, numpy as np, relplot\n"
        "rng = np.random.default_rng(0)\n"
        "z = rng.normal(0, 2, 3000)\n"
        "y = (rng.random(3000) < 1 / (1 + np.exp(-z))).astype(float)\n"
        "print(json.dumps([relplot.smECE(1 / (1 + np.exp(-k * z)), y) for k in (1.0, 2.0, 0.4)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rng = np.random.default_rng(0)
    z = rng.normal(0, 2, 3000)
    y = rng.random(3000) < 1 / (1 + np.exp(-z))
    ours = [vh.evaluate(y, logits=k * z).smooth_ece.value for k in (1.0, 2.0, 0.4)]
    assert ours == pytest.approx(json.loads(done.stdout), rel=0.025, abs=1 / 1024)


def test_smooth_curve_finds_a_known_gap() -> None:
    rng = np.random.default_rng(2)
    z = rng.normal(0.0, 1.5, 60_000)
    y = rng.random(60_000) < vh.sigmoid(z) - 0.1 * vh.sigmoid(z)
    smooth = vh.evaluate(y, logits=z).smooth
    assert smooth.e50 == pytest.approx(0.05, abs=0.01)
    assert smooth.e90 == pytest.approx(0.0875, abs=0.015)


def test_cox_is_logistic_regression_of_the_outcome_on_the_logit(sample: Sample) -> None:
    z, y, w = sample
    sm = pytest.importorskip("statsmodels.api")
    x = np.column_stack([np.ones_like(z), z])
    both = sm.GLM(y, x, sm.families.Binomial(), freq_weights=w).fit(tol=1e-12)
    large = sm.GLM(y, x[:, :1], sm.families.Binomial(), freq_weights=w, offset=z).fit(tol=1e-12)
    found = vh.evaluate(y, logits=z, sample_weight=w).cox
    assert found.slope.value == pytest.approx(both.params[1], rel=1e-8)
    assert found.slope.standard_error == pytest.approx(both.bse[1], rel=1e-6)
    assert (found.slope.low, found.slope.high) == pytest.approx(tuple(both.conf_int()[1]), rel=1e-6)
    assert found.intercept.value == pytest.approx(large.params[0], rel=1e-8)
    as_given = -(w * np.logaddexp(0, np.where(y == 1, -z, z))).sum()
    assert found.test.statistic == pytest.approx(2 * (both.llf - as_given), rel=1e-7)
    assert found.test.p_value == pytest.approx(stats.chi2.sf(found.test.statistic, 2), rel=1e-9)


def test_spiegelhalter_by_its_formula(sample: Sample) -> None:
    z, y, _ = sample
    p = vh.sigmoid(z)
    statistic = ((y - p) * (1 - 2 * p)).sum() / np.sqrt(((1 - 2 * p) ** 2 * p * (1 - p)).sum())
    found = vh.evaluate(y, logits=z).spiegelhalter
    assert found.statistic == pytest.approx(statistic, rel=1e-12)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(statistic)), rel=1e-9)


def test_hosmer_lemeshow_by_its_formula_and_with_its_exact_moments() -> None:
    rng = np.random.default_rng(3)
    z = np.sort(rng.normal(0.0, 1.0, 1000))
    p = vh.sigmoid(z)
    groups = np.arange(1000).reshape(10, 100)

    def statistic(y: np.ndarray) -> float:
        observed, expected = y[groups].sum(axis=1), p[groups].sum(axis=1)
        return float(((observed - expected) ** 2 / (expected * (1 - expected / 100))).sum())

    y = rng.random(1000) < p
    found = vh.evaluate(y, logits=z).hosmer_lemeshow
    assert found.statistic == pytest.approx(statistic(y), rel=1e-12)
    # With a hundred cases in each group the reference is all but χ² with 10 degrees of freedom.
    assert found.p_value == pytest.approx(stats.chi2.sf(found.statistic, 10), abs=0.01)


def test_saturation_counts_what_rounding_loses() -> None:
    z = np.array([-800.0, -120.0, -20.0, 5.0, 7.0, 9.0, 20.0, 40.0, 41.0])
    y = np.array([0, 0, 0, 0, 1, 1, 0, 1, 1])
    found = {s.dtype: s for s in vh.evaluate(y, logits=z).saturation}
    assert {name: (s.zeros, s.ones) for name, s in found.items()} == {
        "float64": (1, 2),
        "float32": (2, 3),
        "float16": (3, 4),
        "bfloat16": (2, 5),
    }
    for dtype, s in found.items():
        p = vh.sigmoid(z).astype(dtype) if dtype != "bfloat16" else None
        if p is not None:
            assert s.auc_lost == pytest.approx(roc_auc_score(y, z) - roc_auc_score(y, p.astype(float)), abs=1e-15)
            assert s.distinct == len(np.unique(p))


def test_saturation_rounds_bfloat16_once() -> None:
    """Just beside a tie: 1 - 2^-9 is halfway between 1 - 2^-8 and 1."""
    from verhulst.calibration.saturation import rounded

    ties = np.array([1 - 2.0**-9, 0.5 + 2.0**-9, 2.0**-134])
    for step, expected in ((-1.0, [1 - 2.0**-8, 0.5, 0.0]), (1.0, [1.0, 0.5 + 2.0**-8, 2.0**-133])):
        np.testing.assert_array_equal(rounded(ties * (1 + step * 2.0**-40), "bfloat16"), expected)


def test_saturation_rounds_bfloat16_as_it_is_defined() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    from verhulst.calibration.saturation import rounded

    p = np.concatenate([np.linspace(0, 1, 20_001), 10.0 ** np.linspace(-45, 0, 5000)])
    np.testing.assert_array_equal(rounded(p, "bfloat16"), p.astype(np.float32).astype(ml_dtypes.bfloat16).astype(float))


def test_decision_curve_and_costs(sample: Sample) -> None:
    z, y, w = sample
    p = vh.sigmoid(z)
    curve = vh.evaluate(y, logits=z, sample_weight=w).decision_curve
    for k, t in enumerate(curve.thresholds):
        acted = p >= t
        benefit = (w @ (acted & (y == 1)) - w @ (acted & (y == 0)) * t / (1 - t)) / w.sum()
        assert curve.model[k] == pytest.approx(benefit, abs=1e-12)
    assert curve.useful is not None
    decision = vh.calibration.decide(y, z, false_positive=1.0, false_negative=4.0)
    assert decision.threshold == 0.2
    assert decision.false_positives == ((p >= 0.2) & (y == 0)).sum()
    assert decision.cost == (decision.false_positives + 4 * decision.false_negatives) / len(y)
    with pytest.raises(ValueError, match="false_positive must be a positive, finite cost"):
        vh.calibration.cost_threshold(0.0, 1.0)
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        vh.calibration.decision_curve(y, z, thresholds=[0.0, 0.5])


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("seed", range(4))
def test_decisions_and_histogram_count_probabilities_on_the_edge_as_they_were_given(dtype: type, seed: int) -> None:
    """Weighted counts are sums of weights of the cases that a plain comparison finds, and 0 where it finds none."""
    rng = np.random.default_rng(seed)
    p = (rng.integers(0, 11, 300) / 10).astype(dtype)
    y = (rng.random(300) < p).astype(int)
    w = rng.random(300) * 10.0 ** rng.integers(-3, 4, 300)
    for tenth in (1, 3, 7, 9):
        costs = {"false_positive": tenth / 10, "false_negative": 1.0 - tenth / 10}
        for some in (slice(None), p < dtype(tenth / 10), p >= dtype(tenth / 10)):
            scores, outcomes, weights = p[some], y[some], w[some]
            decision = vh.calibration.decide(
                outcomes, scores, scores_are="probabilities", sample_weight=weights, **costs
            )
            called = scores.astype(float) >= decision.threshold
            counts = [weights[call & (outcomes == k)].sum() for call in (called, ~called) for k in (1, 0)]
            found = decision.true_positives, decision.false_positives, decision.false_negatives, decision.true_negatives
            np.testing.assert_allclose(found, counts, rtol=1e-13)
            curve = vh.calibration.decision_curve(
                outcomes, scores, scores_are="probabilities", sample_weight=weights, thresholds=[decision.threshold]
            )
            price = decision.threshold / (1 - decision.threshold)
            np.testing.assert_allclose(curve.model, (counts[0] - price * counts[1]) / weights.sum(), rtol=1e-12, atol=0)
    if dtype is np.float64:
        curve = vh.calibration.reliability(y, p, scores_are="probabilities", kind="bins", sample_weight=w)
        edges = curve.histogram_edges
        upper = np.append(edges[1:-1], np.inf)
        expected = [w[(p >= low) & (p < high)].sum() for low, high in zip(edges[:-1], upper, strict=True)]
        np.testing.assert_allclose(curve.histogram, expected, rtol=1e-13, atol=0)
        assert edges[35] == 0.7


def test_subgroups_are_judged_as_if_alone(sample: Sample) -> None:
    z, y, w = sample
    by = np.where(z > 0, "high", "low")
    result = vh.evaluate(y, logits=z, sample_weight=w, by=by)
    alone = vh.evaluate(y[z > 0], logits=z[z > 0], sample_weight=w[z > 0])
    assert set(result.groups) == {"high", "low"}
    assert result.groups["high"].log_loss == alone.log_loss
    assert result.groups["high"].cox.slope == alone.cox.slope
    with pytest.raises(ValueError, match=r"by must have one entry for each of the 600 scores, got shape \(599,\)"):
        vh.evaluate(y, logits=z, by=by[1:])


def test_the_record_can_be_read_and_sent(sample: Sample) -> None:
    z, y, _ = sample
    result = vh.evaluate(y, logits=z, by=z > 0)
    text = repr(result)
    for word in ("log-loss", "MCB - DSC + UNC", "ECE", "null", "calibration slope", "group True"):
        assert word in text
    assert result._repr_html_().startswith("<table><tr><th>cases</th>")
    again = json.loads(json.dumps(result.to_dict()))
    assert again["groups"]["True"]["ece"]["value"] == result.groups["True"].ece.value
    assert vh.evaluate(y, logits=z).to_dict() == vh.evaluate(y, logits=z).to_dict()


def test_infinite_scores_that_are_right_and_wrong() -> None:
    right = vh.evaluate([0, 0, 1, 1, 0], logits=[-np.inf, -1.0, 2.0, np.inf, 1.0])
    assert np.isfinite(right.log_loss.value)
    wrong = vh.evaluate([1, 0, 1, 1, 0], logits=[-np.inf, -1.0, 2.0, np.inf, 1.0])
    assert wrong.log_loss.value == np.inf
    assert np.isfinite(wrong.brier.value)
    assert np.isnan(wrong.cox.slope.value)


@pytest.mark.parametrize("seed", range(5))
def test_one_case_has_no_interval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    z, y = rng.normal(0.0, 3.0, 1), rng.integers(0, 2, 1)
    result = vh.evaluate(y, logits=z, replications=19)
    assert result.log_loss.value == pytest.approx(float(np.log1p(np.exp(-z if y[0] else z))[0]))
    for found in (result.log_loss, result.brier):
        assert np.isnan([found.standard_error, found.low, found.high]).all()
        assert repr(found) == f"{found.value:.5g}"
    # Two cases that are the same, or one of weight 2, are two cases.
    two = vh.evaluate(np.repeat(y, 2), logits=np.repeat(z, 2), replications=19).log_loss
    assert two == vh.evaluate(y, logits=z, sample_weight=[2.0], replications=19).log_loss
    assert two.low == two.high == two.value


def test_bands() -> None:
    rng = np.random.default_rng(4)
    z = rng.normal(0.0, 2.0, 3000)
    y = rng.random(3000) < vh.sigmoid(z)
    curve = vh.calibration.reliability(y, z)
    fitted = IsotonicRegression().fit(vh.sigmoid(z), y).predict(np.sort(vh.sigmoid(z)))
    exact = vh.calibration.reliability(y[:1500], z[:1500])
    np.testing.assert_allclose(
        exact.rate, IsotonicRegression().fit(z[:1500], y[:1500]).predict(np.sort(z[:1500])), atol=1e-12
    )
    # 3,000 scores are thinned to 2,000 levels: the same curve but for where its steps are.
    assert np.abs(np.interp(np.sort(vh.sigmoid(z)), curve.probability, curve.rate) - fitted).mean() < 2e-3
    assert ((curve.low <= curve.probability) & (curve.probability <= curve.high)).mean() > 0.95
    honest = vh.calibration.reliability(y, z, band="confidence")
    assert ((honest.low <= honest.probability) & (honest.probability <= honest.high)).mean() > 0.95
    bins = vh.calibration.reliability(y, z, kind="bins", bins=5, equal="size")
    first = np.sort(z)[:600]
    ones = y[np.argsort(z)[:600]].sum()
    exact_interval = stats.binomtest(int(ones), 600).proportion_ci(method="exact")
    assert (bins.low[0], bins.high[0]) == pytest.approx((exact_interval.low, exact_interval.high), rel=1e-9)
    assert bins.probability[0] == pytest.approx(vh.sigmoid(first).mean())
    assert curve.histogram.sum() == 3000
    for wrong in ({"kind": "bar"}, {"band": "wide"}, {"equal": "mass"}, {"level": 1.0}, {"replications": 3}):
        with pytest.raises(ValueError, match="must"):
            vh.calibration.reliability(y, z, **wrong)
