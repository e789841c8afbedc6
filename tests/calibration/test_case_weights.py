"""A weight counts cases: 0 is a row less, k is the row k times; for maps, measures and bands."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

import verhulst as vh
from verhulst.calibration import CalibrationWarning, Isotonic, Platt
from verhulst.calibration.maps import methods_for

METHODS = list(methods_for())


def sample(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    z = np.round(rng.normal(0.0, 2.0, n), int(rng.integers(1, 6)))
    return z, (rng.random(n) < vh.sigmoid(0.7 * z)).astype(int), rng.integers(0, 4, n).astype(float)


def spoilt(z: np.ndarray, y: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of weight 0 hold what no row may hold."""
    return np.where(w == 0.0, np.nan, z), np.where(w == 0.0, 7, y)


@pytest.mark.parametrize("method", [*METHODS, "auto"])
@pytest.mark.parametrize("seed", range(4))
def test_maps(method: str, seed: int) -> None:
    z, y, w = sample(seed, [12, 40, 200, 1000][seed])
    kept = w > 0.0
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrationWarning)
        for scores, outcomes, weight in (
            (*spoilt(z, y, w), w),
            (z[kept], y[kept], w[kept]),
            (np.repeat(z, w.astype(int)), np.repeat(y, w.astype(int)), None),
        ):
            if method == "auto" and weight is None:
                continue  # a row written twice may be in two folds
            try:
                found.append(vh.calibrate(scores, outcomes, method, scores="logits", sample_weight=weight).transform(z))
            except ValueError as problem:
                found.append(str(problem))
    if isinstance(found[0], str):
        assert set(map(str, found)) == {found[0]}
        return
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_allclose(found[-1], found[0], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_measures(seed: int) -> None:
    z, y, w = sample(seed, [12, 40, 200, 1000][seed])
    by = np.arange(len(z)) % 3
    kept, times = w > 0.0, w.astype(int)
    without = vh.evaluate(y[kept], logits=z[kept], sample_weight=w[kept], by=by[kept], replications=19)
    scores, outcomes = spoilt(z, y, w)
    with_zeros = vh.evaluate(outcomes, logits=scores, sample_weight=w, by=by, replications=19)
    assert json.dumps(with_zeros.to_dict()) == json.dumps(without.to_dict())
    repeated = vh.evaluate(np.repeat(y, times), logits=np.repeat(z, times), replications=19)
    assert (repeated.n, repeated.n_positive) == (without.n, without.n_positive)
    for name in ("log_loss", "brier", "roc_auc", "average_precision"):
        a, b = getattr(repeated, name), getattr(without, name)
        assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high), rel=1e-9, nan_ok=True)
    for name in ("ece", "ace", "smooth_ece", "miscalibration"):
        assert getattr(repeated, name).value == pytest.approx(getattr(without, name).value, rel=1e-7, abs=1e-12)
    assert repeated.cox.slope.value == pytest.approx(without.cox.slope.value, rel=1e-7, nan_ok=True)
    assert repeated.hosmer_lemeshow.p_value == pytest.approx(without.hosmer_lemeshow.p_value, rel=1e-7, nan_ok=True)


@pytest.mark.parametrize("band", ["consistency", "confidence"])
def test_curves(band: str) -> None:
    z, y, w = sample(2, 200)
    kept = w > 0.0
    scores, outcomes = spoilt(z, y, w)
    a = vh.calibration.reliability(outcomes, scores, sample_weight=w, band=band, replications=40)
    b = vh.calibration.reliability(y[kept], z[kept], sample_weight=w[kept], band=band, replications=40)
    times = w.astype(int)
    c = vh.calibration.reliability(np.repeat(y, times), np.repeat(z, times), band=band, replications=40)
    for name in ("rate", "low", "high", "whole_low", "whole_high"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        np.testing.assert_allclose(getattr(c, name), getattr(b, name), atol=1e-12)


@pytest.mark.parametrize("levels", [5, 40, 10_000])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_order_of_rows_changes_nothing(levels: int, weighted: bool) -> None:
    """Neither measures nor nulls; a file may be sorted by its outcome."""
    rng = np.random.default_rng(levels)
    z = np.round(rng.normal(0.0, 2.0, 400) * levels / 10) / (levels / 10)
    y, w = (rng.random(400) < vh.sigmoid(z)).astype(int), rng.uniform(0.1, 3.0, 400) if weighted else np.ones(400)
    expected = flat(vh.evaluate(y, logits=z, sample_weight=w, replications=199).to_dict())
    for order in (np.argsort(y, kind="stable"), np.argsort(-y, kind="stable"), rng.permutation(400)):
        found = flat(vh.evaluate(y[order], logits=z[order], sample_weight=w[order], replications=199).to_dict())
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_right_probabilities_pass_however_coarse_they_are() -> None:
    """p-values of 5 % in about 5 % of samples, of scores with many ties, sorted by outcome."""
    rng = np.random.default_rng(0)
    low = np.zeros(4)
    for seed in range(60):
        z = rng.integers(-3, 4, 200).astype(float)
        y = rng.random(200) < vh.sigmoid(z)
        order = np.argsort(y)
        found = vh.evaluate(y[order], logits=z[order], replications=39, rng=seed)
        low += [getattr(found, name).p_value <= 0.05 for name in ("ece", "ace", "smooth_ece", "miscalibration")]
    assert (low <= 60 * 0.05 + 3.0 * (60 * 0.05 * 0.95) ** 0.5).all()


def flat(record: object) -> list[float]:
    """The numbers of a nested record, in order."""
    if isinstance(record, dict):
        return [number for each in record.values() for number in flat(each)]
    if isinstance(record, list):
        return [number for each in record for number in flat(each)]
    return [float(record)] if isinstance(record, int | float) else []


@pytest.mark.parametrize("parts", [3, 10])
def test_rows_may_be_parts_of_cases(parts: int) -> None:
    """Each case as several rows of weight 1/parts: nothing changes, nulls and simulated bands only by chance."""
    _, y, w = sample(3, 150)
    z = np.random.default_rng(3).normal(0.0, 2.0, 150)
    split = {"y": np.repeat(y, parts), "z": np.repeat(z, parts), "w": np.repeat(w / parts, parts)}
    # Scores that differ a little are not added up before outcomes are simulated.
    apart = split["z"] + 1e-9 * np.tile(np.arange(parts), len(z))
    whole = vh.evaluate(y, logits=z, sample_weight=w, replications=499)
    for scores in (split["z"], apart):
        found = vh.evaluate(split["y"], logits=scores, sample_weight=split["w"], replications=499)
        # Groups of equal size may end between parts that are apart.
        for name in ("ece", "smooth_ece", "miscalibration") if scores is apart else ("ece", "ace", "miscalibration"):
            a, b = getattr(found, name), getattr(whole, name)
            assert a.value == pytest.approx(b.value, rel=1e-5)
            # Pooled parts of cases follow chance a little more closely than pooled cases.
            near = 0.25 if scores is apart and name == "miscalibration" else 0.12
            assert a.null_mean == pytest.approx(b.null_mean, rel=near)
            assert a.null_95 == pytest.approx(b.null_95, rel=near)
        if scores is not apart:
            assert found.hosmer_lemeshow.statistic == pytest.approx(whole.hosmer_lemeshow.statistic, rel=1e-6)
    band = vh.calibration.reliability(y, z, sample_weight=w, scores_are="logits")
    other = vh.calibration.reliability(split["y"], apart, sample_weight=split["w"], scores_are="logits")
    for name in ("low", "high", "whole_low", "whole_high"):
        at = np.interp(band.probability, other.probability, getattr(other, name))
        middle = slice(len(at) // 10, -len(at) // 10)
        np.testing.assert_allclose(at[middle], getattr(band, name)[middle], atol=0.12)


@pytest.mark.parametrize("method", [*METHODS, "auto"])
def test_weights_that_leave_one_class_or_none(method: str) -> None:
    z, y, _ = sample(5, 60)
    for label in (0, 1):
        with pytest.raises(ValueError, match=f"y contains only class {label}: both classes are needed"):
            vh.calibrate(z, y, method, sample_weight=(y == label))
    with pytest.raises(ValueError, match="every sample_weight is 0"):
        vh.calibrate(z, y, method, sample_weight=np.zeros(60))


def test_folds_are_made_of_rows_that_count() -> None:
    with pytest.raises(ValueError, match="y contains only class 1"):
        vh.calibrate([-1.4, 1.9, -1.8, 1.75], [0, 1, 0, 1], scores="logits", sample_weight=[0, 0, 0, 1.0])
    z, y, _ = sample(6, 60)
    few = np.zeros(60)
    few[np.flatnonzero(y == 1)[:1]] = few[np.flatnonzero(y == 0)[:9]] = 1.0
    with pytest.raises(ValueError, match=r"at least 2 cases of each of two classes \(class 1 has 1\)"):
        vh.calibrate(z, y, sample_weight=few)
    few[np.flatnonzero(y == 1)[1:3]] = 1.0
    assert vh.calibrate(z, y, sample_weight=few).choice_.folds == 3


def test_groups_that_leave_one_class_in_a_fold() -> None:
    z, y, _ = sample(7, 60)
    with pytest.raises(ValueError, match=r"in fold [12] the training rows contain only class [01]"):
        vh.calibrate(z, y, groups=np.where(y == 1, "ill", "well"))


def test_more_cases_than_can_be_counted() -> None:
    z, y, _ = sample(8, 60)
    for weight in (1e300, 1e16):
        with pytest.raises(ValueError, match="is too large to count: rescale the weights"):
            Platt().fit(z, y, np.full(60, weight))
        with pytest.raises(ValueError, match="is too large to count: rescale the weights"):
            vh.evaluate(y, logits=z, sample_weight=np.full(60, weight))


@pytest.mark.parametrize("unit", [1e-300, 1e-100, 1e10])
def test_the_unit_of_weights_moves_no_maximum(unit: float) -> None:
    z, y, w = sample(9, 200)
    for make in (Platt, lambda: Isotonic(end_cases=0.0)):
        expected = make().fit(z, y, w).predict_proba(z)
        np.testing.assert_allclose(make().fit(z, y, unit * w).predict_proba(z), expected, rtol=1e-8)
