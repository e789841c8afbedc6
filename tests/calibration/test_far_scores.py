"""One score far out, on the right side or the wrong one: the maps against an optimum of several hundred digits."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import verhulst as vh
from verhulst.calibration import Beta, CalibrationWarning, Isotonic, Platt, Temperature, VectorScaling
from verhulst.calibration.goodness import cox
from verhulst.calibration.ranked import Ranked

mpmath = pytest.importorskip("mpmath")
Sample = tuple[np.ndarray, np.ndarray]


def sample(case: str, far: float, seed: int = 0, n: int = 24) -> Sample:
    rng = np.random.default_rng(seed)
    z = rng.normal(0.0, 2.0, n)
    y = (rng.random(n) < vh.sigmoid(0.7 * z + 0.3)).astype(float)
    if case == "right":
        z[0], y[0] = far, 1.0
    elif case == "left":
        z[0], y[0] = -far, 0.0
    elif case == "several":
        z[:4], y[:4] = [far, -far, far / 3, -far / 7], [1.0, 0.0, 1.0, 0.0]
    elif case == "wrong":
        z[0], y[0] = far, 0.0
    elif case == "two sizes":
        z[:2], y[:2] = [far, -(far**0.5)], [1.0, 1.0]
    elif case == "most":
        z[: n // 2 + 2] = far * np.sign(rng.normal(size=n // 2 + 2)) * (1.0 - 0.5 * rng.random(n // 2 + 2))
        y[: n // 2 + 2] = z[: n // 2 + 2] > 0
    return z, y


def improvement(z: np.ndarray, y: np.ndarray, slope: float, intercept: float | None) -> float:
    """How much lower the mean log-loss can be: Newton's method with line searches, in 650 digits, from the fit."""
    mp = mpmath.mp
    with mp.workdps(650):
        scores, free = [mp.mpf(float(v)) for v in z], intercept is not None
        s, b = mp.mpf(slope), mp.mpf(intercept or 0.0)

        def loss(s: object, b: object) -> object:
            total = mp.mpf(0)
            for score, label in zip(scores, y, strict=True):
                eta = -(s * score + b) if label else s * score + b
                total += eta if eta > 3000 else mp.log1p(mp.exp(eta)) if eta > -3000 else 0
            return total

        first = best = loss(s, b)
        for _ in range(30):
            g0 = g1 = h00 = h01 = h11 = mp.mpf(0)
            for score, label in zip(scores, y, strict=True):
                eta = s * score + b
                p = 1 / (1 + mp.exp(-eta)) if abs(eta) < 3000 else mp.mpf(eta > 0)
                g0, g1 = g0 + label - p, g1 + (label - p) * score
                h00, h01, h11 = h00 + p * (1 - p), h01 + p * (1 - p) * score, h11 + p * (1 - p) * score**2
            det = h00 * h11 - h01**2
            db, ds = ((h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det) if free else (mp.mpf(0), g1 / h11)
            t = mp.mpf(1)
            while loss(s + t * ds, b + t * db) > best and t > 1e-30:
                t /= 2
            while loss(s + 2 * t * ds, b + 2 * t * db) < loss(s + t * ds, b + t * db):
                t *= 2
            new = loss(s + t * ds, b + t * db)
            if best - new < 1e-20:
                break
            s, b, best = s + t * ds, b + t * db, new
        return float((first - best) / len(y))


@pytest.mark.parametrize("case", ["right", "left", "several", "wrong", "two sizes", "most"])
@pytest.mark.parametrize("far", [1e10, 1e100, 1e308])
def test_platt_and_temperature_reach_the_optimum(case: str, far: float) -> None:
    z, y = sample(case, far)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrationWarning)
        platt = Platt().fit(z, y)
        temperature = Temperature().fit(z, y)
    assert improvement(z, y, platt.slope_, platt.intercept_) < 1e-9
    if temperature.inverse_temperature_ > 0.0:
        assert improvement(z, y, temperature.inverse_temperature_, None) < 1e-9


@pytest.mark.parametrize("case", ["right", "left", "several"])
@pytest.mark.parametrize("far", [1e6, 1e20, 1e160, 1e308])
def test_far_scores_on_their_own_side_change_nothing(case: str, far: float) -> None:
    """The fit is that of the other rows, for every map that has a slope."""
    z, y = sample(case, far, seed=1, n=300)
    near = np.abs(z) < 1e5
    for make in (Platt, Temperature, Beta):
        expected = make().fit(z[near], y[near]).parameters()
        assert make().fit(z, y).parameters() == pytest.approx(expected, rel=1e-9)
        flipped = make().fit(-z, 1.0 - y)
        np.testing.assert_allclose(flipped.transform(-z[near]), -make().fit(z, y).transform(z[near]), rtol=1e-9)
    whole, alone = cox(Ranked.sort(z, y, None), 0.95), cox(Ranked.sort(z[near], y[near], None), 0.95)
    assert whole.slope.value == pytest.approx(alone.slope.value, rel=1e-9)
    assert whole.intercept.value == pytest.approx(alone.intercept.value, rel=1e-9)


@pytest.mark.parametrize("far", [1e10, 1e50, 1e160, 1e308])
def test_far_scores_of_several_classes(far: float) -> None:
    rng = np.random.default_rng(2)
    z = rng.normal(size=(400, 3))
    y = (1.5 * z + [0.0, 0.5, -0.5] + rng.gumbel(size=z.shape)).argmax(axis=1)
    out = z.copy()
    out[0] = 0.0
    out[0, y[0]] = far
    for make in (Temperature, VectorScaling):
        found, expected = make().fit(out, y), make().fit(z[1:], y[1:])
        np.testing.assert_allclose(found.predict_proba(z), expected.predict_proba(z), rtol=1e-7)
        assert found.predict_proba(out)[0, y[0]] == 1.0


def test_scores_of_every_size_have_probabilities() -> None:
    z = np.array([5e-324, 1e-320, 1e-310, 1e-305] * 20)
    y = (np.arange(80) % 4 * 0.25 + 0.2 > np.arange(80) / 80).astype(int)
    isotonic = Isotonic(end_cases=0, scores="logits").fit(z, y)
    rates = [y[z == score].mean() for score in z[:4]]
    np.testing.assert_allclose(isotonic.predict_proba(z[:4])[:, 1], np.maximum.accumulate(rates), atol=1e-12)
    between = isotonic.predict_proba(np.concatenate([z[:4] * 0.5, z[:4] * 2.0, [-1.0, 1.0, -np.inf, np.inf]]))
    assert ((between >= 0.0) & (between <= 1.0)).all()
    wide = Isotonic(end_cases=0).fit([-1.7e308, -1e308, 1e308, 1.7e308], [0, 1, 0, 1])
    np.testing.assert_allclose(wide.predict_proba([-1.35e308, 0.0, 1.35e308])[:, 1], [0.25, 0.5, 0.75])
    platt = Platt(scores="logits").fit(z, y)
    assert ((platt.predict_proba(z) >= 0.0) & (platt.predict_proba(z) <= 1.0)).all()
    with pytest.raises(ValueError, match="the slope overflows: rescale them"):
        Platt(scores="logits").fit([0.0, 5e-324] * 10 + [5e-324], [0, 1] * 9 + [1, 0, 1])


@pytest.mark.parametrize("shift", [-1e9, 1e6])
def test_scores_far_from_zero_keep_their_digits(shift: float, tmp_path: object) -> None:
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1], 2000)
    z = np.round(np.where(y == 1, rng.normal(1.0, 1.2, 4000), rng.normal(-1.0, 1.0, 4000)).clip(-2, 4) * 1024) / 1024
    for make in (Platt, Isotonic):
        near, far = make().fit(z, y), make().fit(z + shift, y)
        np.testing.assert_allclose(far.predict_proba(z + shift), near.predict_proba(z), rtol=1e-6)
    path = f"{tmp_path}/map.json"
    platt = Platt().fit(z + shift, y)
    platt.save(path)
    np.testing.assert_array_equal(vh.load(path).transform(z + shift), platt.transform(z + shift))


def test_scores_that_no_scale_suits():
    """Scores of many sizes: where Newton's method on one scale does not arrive, the regression's careful end does."""
    rng = np.random.default_rng(181)
    m = int(rng.integers(6, 14))
    z = rng.normal(size=m)
    far = rng.random(m) < rng.choice([0.2, 0.6, 0.9])
    z[far] *= 10.0 ** rng.uniform(10, 30, far.sum())
    y = (rng.random(m) < vh.sigmoid(np.clip(z, -1.5, 1.5))).astype(float)
    beta = vh.calibration.Beta().fit(z, y)
    from tests.regression.optimum import optimum

    known = optimum(np.column_stack([vh.log_sigmoid(z), vh.softplus(z)]), y)[0]
    np.testing.assert_allclose([beta.c_, beta.a_, beta.b_], [float(v) for v in known], rtol=1e-6)


@pytest.mark.parametrize("shift", [0.0, 1e6, 1.7e9, -1e12])
def test_log_odds_of_many_cases_far_from_zero(shift: float, tmp_path: object) -> None:
    """The score equations of Σw = 1e15 hold at the log-odds of the map, to a billionth in log-odds."""
    rng = np.random.default_rng(3)
    z = shift + np.round(rng.normal(size=40), 3) * 3.0
    y, w = (rng.random(40) < vh.sigmoid(z - shift)).astype(float), rng.random(40) * 5e13
    platt = Platt().fit(z, y, w)
    path = f"{tmp_path}/platt.json"
    platt.save(path)
    for found in (platt, vh.load(path)):
        p = vh.sigmoid(found.transform(z))
        residual, information = w * (y - p), w * p * (1.0 - p)
        design = np.stack([np.ones(40), z - shift])
        step = np.linalg.solve((design * information) @ design.T, design @ residual)
        assert np.abs(step @ design).max() < 1e-9


TINY = [1e-300, 1e-307, 1e-310, 1e-318]


@pytest.mark.parametrize("tiny", TINY)
@pytest.mark.parametrize("ordinary", [1.0, 1e-290, 1e5])
def test_tiny_scores_that_decide(ordinary: float, tiny: float) -> None:
    """Only tiny scores have both classes at either side: the slope is theirs, or none, as with the others left out."""
    rng = np.random.default_rng(0)
    u = rng.normal(size=60)
    small = np.arange(60) < 40
    z = np.where(small, tiny * u, ordinary * u)
    y = np.where(small, rng.random(60) < vh.sigmoid(u), u > 0).astype(float)
    for method in (Platt, Temperature):
        if tiny < 1e-307:
            with pytest.raises(ValueError, match="slope overflows"):
                method().fit(z, y)
        else:
            alone = method().fit(u[small], y[small])
            np.testing.assert_allclose(method().fit(z, y).transform(z[small]), alone.transform(u[small]), rtol=1e-9)
    with pytest.raises(ValueError, match="does not tell these scores apart"):
        Beta().fit(z, y)
    with pytest.raises(ValueError, match="does not tell these scores apart"):
        Beta().fit(z[small], y[small])


@pytest.mark.parametrize(
    ("offset", "cases", "said"), [(1e8, 1e12, True), (-5e8, 1e9, True), (1e8, 1e3, False), (3.0, 1e12, False)]
)
def test_terms_of_beta_that_cancel_to_what_a_standard_error_feels_are_said(offset, cases, said):
    z = offset + np.random.default_rng(1).normal(size=60) * 5
    y = (np.random.default_rng(2).random(60) < vh.sigmoid(z - offset)).astype(float)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        vh.calibration.Beta().fit(z, y, np.full(60, cases / 60))
    assert any("rounding may change log-odds" in str(one.message) for one in caught) == said
