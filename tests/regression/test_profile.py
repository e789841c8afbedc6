"""Profile-likelihood intervals and likelihood-ratio tests: against logistf, and against their definition."""

import warnings

import numpy as np
import pytest
from scipy.optimize import brentq, minimize
from scipy.stats import chi2
from tests.references.datasets import DATASETS, endometrial, lbw, sex2, spector
from tests.references.read import half_units, numbers, published
from tests.regression.optimum import optimum

import verhulst as vh
from verhulst.regression import fit, fit_firth, heights, likelihood_ratio_tests, profile_intervals, quadratic
from verhulst.regression.constrained import constrained
from verhulst.regression.crossing import crossing
from verhulst.regression.refitted import Refitted
from verhulst.regression.separation import SeparationWarning


def quietly(*args, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeparationWarning)
        return fit(*args, **settings)


def height(data, k, value, X=None, y=None):
    """The largest log-likelihood with coefficient k at a value, by SciPy's optimiser."""
    X, y = (data.X if X is None else X), (data.y if y is None else y)
    z = np.column_stack([np.ones(len(X)), X])
    spread = np.append(1.0, X.std(axis=0))

    def loss(free):
        beta = np.insert(free, k, value * spread[k]) / spread
        eta = z @ beta
        gradient = z.T @ (y - vh.sigmoid(eta)) / spread
        return -np.sum(vh.log_sigmoid(np.where(y == 1, eta, -eta))), -np.delete(gradient, k)

    found = minimize(loss, np.zeros(z.shape[1] - 1), jac=True, method="BFGS", options={"gtol": 1e-9})
    return -found.fun


@pytest.mark.parametrize("name", ["endometrial", "sex2"])
def test_firth_intervals_against_logistf(name):
    data, reference = DATASETS[name](), published(name)["firth"]
    model = fit_firth(data.X, data.y)
    found = profile_intervals(model, data.X, data.y)
    # logistf stops at a precision of 1e-5 of its own, so that its last printed digits are its own as well
    np.testing.assert_allclose(found, numbers(reference["intervals"]), rtol=1e-5, atol=1e-7)
    if name == "sex2":
        at_90 = profile_intervals(model, data.X, data.y, level=0.9)
        np.testing.assert_allclose(at_90, numbers(reference["intervals_90"]), rtol=1e-5, atol=1e-7)


def test_firth_tests_against_logistf():
    data, reference = sex2(), published("sex2")["firth"]
    found = likelihood_ratio_tests(fit_firth(data.X, data.y), data.X, data.y)
    assert np.all(np.abs(found[:, 0] - numbers(reference["statistics"])) <= 2e-8)
    three = reference["probabilities"]
    assert np.all(np.abs(found[:3, 1] - numbers(three)) <= 1.001 * half_units(three))


@pytest.mark.parametrize("data", [spector(), lbw()], ids=["spector", "lbw"])
def test_intervals_by_their_definition(data):
    model = fit(data.X, data.y)
    found = profile_intervals(model, data.X, data.y)
    target = model.log_likelihood - chi2.ppf(0.95, 1) / 2
    for k in range(len(found)):
        for side in (0, 1):
            assert height(data, k, found[k, side]) == pytest.approx(target, abs=1e-6)
        assert found[k, 0] < model.coefficients[k] < found[k, 1]


@pytest.mark.parametrize("data", [spector(), lbw()], ids=["spector", "lbw"])
def test_tests_by_their_definition(data):
    model = fit(data.X, data.y)
    found = likelihood_ratio_tests(model, data.X, data.y)
    expected = [2 * (model.log_likelihood - height(data, k, 0.0)) for k in range(len(found))]
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-6)
    np.testing.assert_allclose(found[:, 1], chi2.sf(found[:, 0], 1), rtol=1e-10)


@pytest.mark.parametrize("name", ["spector", "lbw", "admit", "star98", "breast_cancer"])
def test_shared_information_finds_the_same_points(name, monkeypatch):
    data = DATASETS[name]()
    model = fit(data.X, data.y, data.weight)
    own = profile_intervals(model, data.X, data.y, data.weight)
    monkeypatch.setattr(heights, "SHARED_INFORMATION_FROM", 0)
    shared = profile_intervals(model, data.X, data.y, data.weight)
    assert np.max(np.abs(own - shared) / model.standard_errors[:, None]) < 1e-6


def test_bracketing_finds_the_same_ends(monkeypatch):
    data = spector()
    model = fit(data.X, data.y)
    quick = profile_intervals(model, data.X, data.y)
    monkeypatch.setattr(quadratic, "constrained", lambda *a, **k: constrained(*a, **k, max_passes=1))
    slow = profile_intervals(model, data.X, data.y)
    np.testing.assert_allclose(slow, quick, rtol=1e-6)


def test_an_infinite_estimate_has_a_one_sided_interval():
    data = endometrial()
    model = quietly(data.X, data.y)
    found = profile_intervals(model, data.X, data.y)
    assert found[1, 1] == np.inf
    target = model.log_likelihood - chi2.ppf(0.95, 1) / 2
    end = brentq(lambda value: height(data, 1, value) - target, 0.0, 6.0, xtol=1e-9)
    assert found[1, 0] == pytest.approx(end, abs=1e-5)
    # The other profiles are those of the rows that NV leaves open: pushing NV to infinity costs nothing.
    left = data.X[:, 0] == 0
    open_rows = data.X[left][:, 1:], data.y[left]
    rest = profile_intervals(fit(*open_rows), *open_rows)
    np.testing.assert_allclose(found[[0, 2, 3]], rest, rtol=1e-6)


def test_the_test_of_an_infinite_estimate():
    data = endometrial()
    model = quietly(data.X, data.y)
    found = likelihood_ratio_tests(model, data.X, data.y)
    assert found[1, 0] == pytest.approx(2 * (model.log_likelihood - height(data, 1, 0.0)), abs=1e-5)


def test_complete_separation_leaves_half_lines():
    X, y = np.arange(12.0)[:, None], (np.arange(12) > 5).astype(float)
    model = quietly(X, y)
    found = profile_intervals(model, X, y)
    assert found[1, 1] == np.inf
    assert 0 < found[1, 0] < 2
    assert found[0, 0] == -np.inf
    fallen = -height(None, 1, found[1, 0], X, y)
    assert fallen == pytest.approx(chi2.ppf(0.95, 1) / 2, abs=1e-5)


def test_columns_that_were_taken_out_have_no_interval():
    data = spector()
    X = np.column_stack([data.X, np.ones(len(data.X))])
    with pytest.warns(UserWarning, match="constant"):
        model = fit(X, data.y)
    found = profile_intervals(model, X, data.y)
    assert np.all(np.isnan(found[4]))
    np.testing.assert_allclose(found[:4], profile_intervals(fit(data.X, data.y), data.X, data.y), rtol=1e-6)


def test_weights_offsets_and_shifts():
    data = lbw()
    weight, offset = np.arange(189) % 3, np.linspace(-1, 1, 189)
    model = fit(data.X, data.y, weight, offset)
    found = profile_intervals(model, data.X, data.y, weight, offset)
    many = [np.repeat(a, weight, axis=0) for a in (data.X, data.y, offset)]
    other = profile_intervals(fit(many[0], many[1], offset=many[2]), many[0], many[1], offset=many[2])
    np.testing.assert_allclose(found, other, rtol=1e-6)
    huge = fit(data.X, data.y, weight * 1e-200, offset)
    assert np.all(np.isinf(profile_intervals(huge, data.X, data.y, weight * 1e-200, offset)))


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, float("nan")])
def test_levels_that_are_none(level):
    data = spector()
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        profile_intervals(fit(data.X, data.y), data.X, data.y, level=level)


def test_fits_without_a_profile():
    data = spector()
    with pytest.raises(ValueError, match="an L2 penalty shifts the estimates"):
        profile_intervals(fit(data.X, data.y, C=1.0), data.X, data.y)
    with pytest.raises(ValueError, match="correction='flic'"):
        profile_intervals(fit_firth(data.X, data.y, correction="flic"), data.X, data.y)
    with pytest.raises(ValueError, match="it had 32 rows, these are 31"):
        profile_intervals(fit(data.X, data.y), data.X[:-1], data.y[:-1])


def test_where_the_likelihood_is_never_so_low_the_interval_has_no_end(monkeypatch):
    data = spector()
    model = fit(data.X, data.y)
    monkeypatch.setattr(quadratic, "constrained", lambda *a, **k: constrained(*a, **k, max_passes=1))
    monkeypatch.setattr(Refitted, "__call__", lambda *_: (model.log_likelihood, True))
    np.testing.assert_array_equal(profile_intervals(model, data.X, data.y), [[-np.inf, np.inf]] * 4)


@pytest.mark.parametrize("root", [1e-12, 0.03, 1.0, 50.0, 1e5, 1e40, 1e200])
@pytest.mark.parametrize("unknown", [np.inf, 1.3, 1 + 1e-6])
def test_crossings(root, unknown):
    """Values from some multiple of the root on are unknown; the root is found if any is known beyond it, or none."""

    def excess(x):
        return x - root if x < unknown * root else np.nan

    found = crossing(excess, 0.0, 1.0, -root)
    assert found == pytest.approx(root, rel=1e-11, abs=1e-9) or (np.isnan(found) and (unknown < 1.3 or root < 1e-9))


def hard_designs():
    """Weights that differ by ten powers of ten; one value far away; columns nearly alike."""
    rng = np.random.default_rng(21)
    X, y = rng.normal(size=(12, 2)).round(1), rng.permutation(np.arange(12) % 2).astype(float)
    yield X, y, 10.0 ** rng.integers(-6, 5, 12)
    far = X.copy()
    far[rng.integers(12), 1] = -(10.0 ** rng.integers(12, 30))
    yield far, y, None
    yield np.column_stack([X[:, 0], X[:, 0] + 1e-3 * X[:, 1]]), y, None


def test_profiles_of_hard_data():
    """Every end is where the likelihood in 500 bits, maximised over the others, has fallen by ½ χ²."""
    seen = 0
    for X, y, weight in hard_designs():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = fit(X, y, weight)
            if caught:
                continue
            intervals = profile_intervals(found, X, y, weight)
        assert not caught
        top = optimum(X, y, weight, starts=[found.coefficients])
        assert top is not None
        for k, side in np.ndindex(intervals.shape):
            end, error = intervals[k, side], found.standard_errors[k]
            assert (end - found.coefficients[k]) * (-1, 1)[side] >= 0
            if not np.isfinite(end) or abs(end - found.coefficients[k]) < 1e-8 * error:  # the last: beside a cliff
                continue
            assert fall(X, y, weight, top, k, end) == pytest.approx(chi2.ppf(0.95, 1), rel=1e-3)
            seen += 1
    assert seen > 14


def flat_designs():
    """Far from the maximum some direction has no information that double precision tells from rounding."""
    yield [1.044e-4, 9.91e-5, 170.0, 1.056e-4, 9.71e-5, 1.038e-4], [0, 1, 1, 0, 1, 1], None
    x = [-5, -4, 5, 5, 1, 1, 2, 4, 3, 4, 5, 5, 1, 1, 4, 4, 0, 5, -4, -2]
    weight = [4, 7, 7, -1, 3, -5, 4, -8, 2, -4, 6, -6, 6, 3, 2, -8, 5, 1, 2, -7]
    y = [0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0]
    yield 1e3 * np.array(x), y, 10.0 ** np.array(weight)


def pairs(seed):
    """Groups of a few rows, each with a column of its own, and a measurement: some standard errors are large."""
    rng = np.random.default_rng(seed)
    m, t = rng.integers(3, 9), rng.integers(2, 5)
    group, x = np.repeat(np.arange(m), t), np.round(rng.normal(size=(m * t, rng.integers(1, 3))), 1)
    X = np.column_stack([x, np.eye(m)[group][:, 1:]])
    return X, (rng.random(m * t) < vh.sigmoid(x[:, 0] * 2 + rng.normal(size=m)[group])).astype(float)


def test_the_end_of_an_ordinary_profile_is_found():
    """One standard error below the estimate no fit of the others is certain: the lower end was nan."""
    X, y = pairs(5195)
    found = fit(X, y)
    low, high = profile_intervals(found, X, y)[5]
    top = optimum(X, y, starts=[found.coefficients])
    for end in (low, high):
        assert fall(X, y, None, top, 5, end) == pytest.approx(chi2.ppf(0.95, 1), rel=1e-4)


def test_profiles_where_quadratic_models_see_no_slope():
    for x, y, weight in flat_designs():
        X, y = np.array(x, dtype=float)[:, None], np.array(y)
        found = fit(X, y, weight)
        top = optimum(X, y, weight, starts=[found.coefficients])
        for k, end in np.ndenumerate(profile_intervals(found, X, y, weight)):
            if weight is None or k[0] == 1:  # the reference has no maximum for the other
                assert fall(X, y, weight, top, k[0], end) == pytest.approx(chi2.ppf(0.95, 1), rel=1e-3)


def fall(X, y, weight, top, k, value):
    """Twice how far the log-likelihood falls where coefficient k has a value, in 500 bits."""
    shift = np.full(len(X), value) if k == 0 else value * X[:, k - 1]
    best = optimum(X if k == 0 else np.delete(X, k - 1, axis=1), y, weight, shift, intercept=k > 0)
    assert best is not None
    return 2 * float(top[2] - best[2])
